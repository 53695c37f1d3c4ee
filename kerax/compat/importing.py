"""The import hook: ``tensorflow`` and ``keras`` are served from ``kerax.compat.tensorflow``."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

NAMESPACE = "kerax.compat.tensorflow"
_ROOTS = ("tensorflow", "keras")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of the namespace under TensorFlow's names; stands before every other finder."""

    roots: tuple[str, ...] = _ROOTS

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in self.roots:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        root, *names = spec.name.split(".")
        found: Any = importlib.import_module(NAMESPACE)
        if root == "keras":
            found = found.keras
        for name in names:
            try:
                found = getattr(found, name)
            except AttributeError as error:
                raise ModuleNotFoundError(f"No module named {spec.name!r}: {error}", name=spec.name) from None
        if not isinstance(found, ModuleType):
            raise ModuleNotFoundError(f"No module named {spec.name!r}: it is no module.", name=spec.name)
        return _Alias(spec.name, found)

    def exec_module(self, module: ModuleType) -> None:
        pass


class _Alias(ModuleType):
    """A module of the namespace under another name: the import system writes into what it is given."""

    def __init__(self, name: str, module: ModuleType):
        super().__init__(name, module.__doc__)
        self.__dict__["_kerax_module"] = module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__version__", "__all__"):
            raise AttributeError(name)
        return getattr(self.__dict__["_kerax_module"], name)

    def __dir__(self) -> list[str]:
        return dir(self.__dict__["_kerax_module"])


_finder = _Finder()


def installed() -> bool:
    """Whether ``import tensorflow`` gives kerax's namespace.

    Example:
      >>> import kerax.compat
      >>> kerax.compat.installed()
      False
    """
    return _finder in sys.meta_path


def install() -> None:
    """Serves ``tensorflow`` and ``keras`` from kerax to the imports that follow. An installed TensorFlow stays as it
    is.

    Raises:
      RuntimeError: if the real TensorFlow was imported before.

    Example:
      >>> import kerax.compat
      >>> kerax.compat.install()
      >>> import tensorflow as tf
      >>> tf.constant(1) + 1
      <tf.Tensor: shape=(), dtype=int32, numpy=2>
      >>> kerax.compat.uninstall()
    """
    if installed():
        return
    if "tensorflow" in sys.modules:
        raise RuntimeError(
            "TensorFlow has been imported already: call kerax.compat.install() before, or use `kerax run`."
        )
    _finder.roots = tuple(root for root in _ROOTS if root not in sys.modules)  # a Keras in use stays
    sys.meta_path.insert(0, _finder)
    from kerax.compat.tensorflow._edges import script_mode

    importlib.import_module(NAMESPACE)
    script_mode(True)


def uninstall() -> None:
    """Takes the import hook away again; modules that were imported through it are forgotten.

    Example:
      >>> import kerax.compat
      >>> kerax.compat.uninstall()
    """
    if not installed():
        return
    from kerax.compat.tensorflow._edges import script_mode

    sys.meta_path.remove(_finder)
    script_mode(False)
    for name in [name for name, module in sys.modules.items() if isinstance(module, _Alias)]:
        del sys.modules[name]
