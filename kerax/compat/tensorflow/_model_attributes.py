"""Settings of tf.keras 2.15's models that scripts read, and methods that it refuses."""

from __future__ import annotations

import functools
from typing import Any

import jax

from kerax import Model
from kerax.compat.tensorflow._edges import by_script
from kerax.compat.tensorflow._spec import TensorSpec
from kerax.layers.layer import Layer
from kerax.models.graph import Graph


def _without_yaml(plain: Any) -> Any:
    """``to_yaml``, which tf.keras refuses, because YAML can hold code; kerax's holds none."""

    @functools.wraps(plain)
    def to_yaml(self: Any, **kwargs: Any) -> str:
        if not by_script():
            return plain(self, **kwargs)
        raise RuntimeError(
            "Method `model.to_yaml()` has been removed, because YAML can hold code: use model.to_json(), which "
            "tf.keras.models.model_from_json reads."
        )

    return to_yaml


def save_spec(self: Any, dynamic_batch: bool = True) -> Any:
    """Shapes and types of what the model is called with: ``(positional, named)``; None before the first call.

    Args:
      dynamic_batch: whether the number of samples is left open.
    """
    inputs = getattr(self, "inputs", None)
    first = (lambda shape: (None, *shape[1:])) if dynamic_batch else tuple
    if not inputs:  # a subclassed model, whose first call was noted
        structure, leaves = self.__dict__.get("_noted_inputs", (None, ()))
        found = [TensorSpec(first(shape), dtype, f"input_{at}") for at, (shape, dtype) in enumerate(leaves, 1)]
        return None if structure is None else ([jax.tree.unflatten(structure, found)], {})
    specs = [TensorSpec(first(tuple(one.shape)), one.dtype, one.name) for one in inputs]
    return ([specs[0] if len(specs) == 1 else specs], {})


def _set_save_spec(self: Any, inputs: Any, args: Any = None, kwargs: Any = None) -> None:
    """Would say what a model is called with; kerax notes it at the first call."""


def _setting(name: str, value: Any, doc: str) -> property:
    """A setting that is kept as it is given."""
    kept = f"_tf_keras_{name}"

    def give(self: Any) -> Any:
        return self.__dict__.get(kept, value)

    def keep(self: Any, given: Any) -> None:
        self.__dict__[kept] = given

    return property(give, keep, doc=doc)


def _noting(plain: Any) -> Any:
    """``compile`` that keeps whether XLA was asked for."""

    @functools.wraps(plain)
    def compile(self: Any, *args: Any, **kwargs: Any) -> Any:
        self.jit_compile = kwargs.get("jit_compile")
        return plain(self, *args, **kwargs)

    return compile


def _add_variable(plain: Any) -> Any:
    """``add_variable``, the older name of ``add_weight``, with the name first; Keras 3's with the shape first."""

    @functools.wraps(plain)
    def add_variable(self: Any, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], str):
            return self.add_weight(*args, **kwargs)
        return plain(self, *args, **kwargs)

    add_variable._kerax_entering = True  # type: ignore[attr-defined]
    return add_variable


def _judging(plain: Any) -> Any:
    """tf.keras leaves the sizes of symbolic inputs to the layers to judge; those of arrays it compares itself."""

    @functools.wraps(plain)
    def judge_symbolic(self: Any, *args: Any) -> None:
        if not by_script():
            plain(self, *args)

    return judge_symbolic


def install() -> None:
    """Adds them."""
    Graph.judge_symbolic = _judging(Graph.judge_symbolic)  # type: ignore[method-assign]
    model: Any = Model
    model.to_yaml, model.save_spec = _without_yaml(model.to_yaml), save_spec
    model._set_save_spec = _set_save_spec
    model.autotune_steps_per_execution = _setting(
        "autotune_steps_per_execution", False, "Kept for scripts; kerax measures how many steps run at once."
    )
    model.distribute_reduction_method = _setting(
        "distribute_reduction_method", "auto", "Kept for scripts; parts of results are joined by their batches."
    )
    model.jit_compile = _setting("jit_compile", None, "What ``compile`` was given; kerax always uses XLA.")
    model.compile = _noting(model.compile)
    Layer.add_variable = _add_variable(Layer.add_variable)  # type: ignore[method-assign]
