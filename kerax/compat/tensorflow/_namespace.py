"""Modules of the namespace: tables of names, filled when a name is first asked for."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, ClassVar

from kerax.errors import did_you_mean

ROOT = "kerax.compat.tensorflow"
# What is left out on purpose, and what to use instead: full name -> sentence.
INSTEAD: dict[str, str] = {
    "tf.lite": "TensorFlow Lite is not part of kerax: jax.export writes a model as StableHLO.",
    "tf.raw_ops": "There are no operations by name: use tf.math, tf.nn and their like, or jax.lax.",
    "tf.contrib": "tf.contrib ended with TensorFlow 1.",
    "tf.Session": "It is tf.compat.v1.Session; operations run at once without one.",
    "tf.placeholder": "It is tf.compat.v1.placeholder; functions take tensors as arguments.",
    "tf.get_variable": "It is tf.compat.v1.get_variable.",
    "tf.global_variables_initializer": "Variables have their first values when they are made.",
    "tf.tpu": "JAX sees TPUs by itself: jax.devices().",
    "tf.xla": "Everything inside tf.function is compiled by XLA.",
    "tf.graph_util": "There are no graphs: jax.make_jaxpr shows the program of a function.",
    "tf.experimental.dtensor": "JAX spreads arrays over devices: jax.sharding, kerax.distribute.",
    "tf.experimental.tensorrt": "Everything inside tf.function is compiled by XLA.",
    "tf.distribute.Server": "Programs of several hosts begin with jax.distribute.initialize().",
    "tf.compat.v1.train.import_meta_graph": "Files of graphs cannot be read: checkpoints of variables can.",
}
# The beginning of a name -> what to use instead of all that begin with it.
FAMILIES: dict[str, str] = {
    "tf.profiler.experimental.client": "TensorBoard asks programs that called tf.profiler.experimental.server.start().",
    "tf.distribute.cluster_resolver": "Programs of several hosts begin with jax.distribute.initialize().",
    "tf.keras.applications": "Build the network with kerax.layers, or load a .keras or .h5 file of it.",
    "tf.quantization": "kerax.quantizers quantizes models: model.quantize('int8').",
    "tf.compat.v1.lite": "TensorFlow Lite is not part of kerax: jax.export writes a model as StableHLO.",
    "tf.compat.v1.metrics": "Use tf.keras.metrics.",
    "tf.compat.v1.saved_model": "Use tf.saved_model.",
    "tf.compat.v1.summary": "Use tf.summary.",
    "tf.compat.v1.train": "Use model.fit, tf.estimator, or tf.train.",
}


def table(**modules: str) -> dict[str, str]:
    """A table of names: ``table(_math="add subtract root=sqrt")`` says in which module each name is found."""
    found: dict[str, str] = {}
    for module, names in modules.items():
        for name in names.split():
            public, _, private = name.partition("=")
            found[public] = f"{module}:{private or public}"
    return found


class Namespace(ModuleType):
    """A module whose names are looked up in a table, and then in one of kerax's modules.

    Args:
      name: as scripts write it: ``"tf.math"``.
      names: name here -> ``"module:attribute"`` below this package, or a value, or a function that makes it.
      source: one of kerax's modules whose public names are here as well; functions take tensors.
      doc: what it is.
    """

    replaced: ClassVar[dict[int, tuple[Any, Any]]] = {}  # number of a function -> it, what stands in its place
    _all: ClassVar[list[Namespace]] = []

    def __init__(self, name: str, names: Mapping[str, Any], source: str | None = None, doc: str = ""):
        super().__init__(name, doc or f"``{name}`` of TensorFlow, by kerax.")
        self.__dict__.update(_names=dict(names), _source=source, __path__=[])
        Namespace._all.append(self)

    @classmethod
    def replace(cls, old: Any, new: Any) -> None:
        """Puts a function in the places of another one, in all modules."""
        cls.replaced[id(old)] = (old, new)
        for space in [sys.modules[ROOT], *cls._all]:
            for name, value in list(space.__dict__.items()):
                if value is old:
                    space.__dict__[name] = new

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__version__",):
            raise AttributeError(name)
        names = self.__dict__["_names"]
        if name in names:
            value = _resolve(names[name])
        else:
            value = self._from_source(name)
        if id(value) in self.replaced:
            value = self.replaced[id(value)][1]
        self.__dict__[name] = value
        return value

    def _from_source(self, name: str) -> Any:
        source = self.__dict__["_source"]
        if source is not None and not name.startswith("_"):
            module = importlib.import_module(source)
            found = getattr(module, name, None)
            if found is None:
                found = _submodule(source, name)
            if found is not None:
                return _for_scripts(found, f"{self.__name__}.{name}", source)
        raise AttributeError(self._missing(name))

    def _missing(self, name: str) -> str:
        full = f"{self.__name__}.{name}"
        said = f"kerax has no {full}.{did_you_mean(name, dir(self))}"
        advice = INSTEAD.get(full) or next((way for start, way in FAMILIES.items() if full.startswith(start)), None)
        if advice is None and self.__dict__["_source"]:
            advice = f"kerax's own names are in the module {self.__dict__['_source']}"
        return (
            f"{said} {advice or 'kerax computes with JAX: jax.numpy and kerax.ops take arrays, and tensors as arrays.'}"
        )

    def __dir__(self) -> list[str]:
        names = {*self.__dict__["_names"], *(n for n in self.__dict__ if not n.startswith("_"))}
        source = self.__dict__["_source"]
        if source is not None:
            module = importlib.import_module(source)
            names.update(getattr(module, "__all__", None) or [n for n in dir(module) if not n.startswith("_")])
        return sorted(names)

    @property
    def __all__(self) -> list[str]:
        return [name for name in dir(self) if not name.startswith("_")]

    def __repr__(self) -> str:
        return f"<module {self.__name__!r} of kerax>"


def _submodule(source: str, name: str) -> Any:
    try:
        return importlib.import_module(f"{source}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{source}.{name}":
            raise
        return None


def _resolve(entry: Any) -> Any:
    if isinstance(entry, str) and ":" in entry:
        module, _, attribute = entry.partition(":")
        full = module if module.startswith("kerax.") else f"{ROOT}.{module}"
        found = getattr(importlib.import_module(full), attribute)
        outside = not full.startswith(ROOT)
        return _for_scripts(found, f"tf.{attribute}") if outside else found
    if inspect.isfunction(entry) and entry.__name__ == "<lambda>":
        return entry()
    return entry


def _for_scripts(found: Any, name: str, source: str = "") -> Any:
    if isinstance(found, ModuleType):
        return Namespace(name, {}, found.__name__)
    if inspect.isfunction(found):
        return importlib.import_module(f"{ROOT}._same_functions").for_scripts(found, source)
    return found


def late(function: Callable[[], Any]) -> Callable[[], Any]:
    """Marks a value that is made when first asked for."""
    return lambda: function()
