"""Methods and attributes of tf.keras 2.15's layers and models that Keras 3 has dropped and older scripts use."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from kerax import Model
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._edges import by_script, entering
from kerax.compat.tensorflow._spec import TensorSpec
from kerax.layers.layer import Layer
from kerax.layers.merging.base import Merge
from kerax.state.symbolic import symbolic_leaves


class _Seen:
    """An attribute that is computed when it is read; a script's class or object may have its own."""

    def __init__(self, compute: Callable[[Any], Any]):
        self._compute, self.__doc__ = compute, compute.__doc__

    def __get__(self, owner: Any, kind: type) -> Any:
        return self if owner is None else self._compute(owner)


# ---- places in a graph ----------------------------------------------------------------------------------------------
def _node_at(layer: Any, index: int, what: str) -> Any:
    nodes = layer.__dict__.get("_nodes") or []
    if not nodes:
        raise RuntimeError(f"The layer {layer.name} has never been called and thus has no defined {what}.")
    if not -len(nodes) <= index < len(nodes):
        raise ValueError(f"Asked to get {what} at node {index}, but the layer {layer.name} was called {len(nodes)}x.")
    return nodes[index]


def _one_or_all(tensors: Any) -> Any:
    found = symbolic_leaves(tensors)
    return found[0] if len(found) == 1 else found


def get_input_at(self: Any, node_index: int) -> Any:
    """The symbolic tensor(s) that a layer was called on at its call number ``node_index``."""
    node = _node_at(self, node_index, "input")
    return _one_or_all((node.args, node.kwargs))


def get_output_at(self: Any, node_index: int) -> Any:
    """The symbolic tensor(s) that a layer returned from its call number ``node_index``."""
    return _one_or_all(_node_at(self, node_index, "output").outputs)


def _shapes(tensors: Any) -> Any:
    plain = [tuple(one.shape) for one in (tensors if isinstance(tensors, list) else [tensors])]
    return plain if isinstance(tensors, list) else plain[0]


def get_input_shape_at(self: Any, node_index: int) -> Any:
    """Shape(s) of what a layer was called on at its call number ``node_index``."""
    return _shapes(self.get_input_at(node_index))


def get_output_shape_at(self: Any, node_index: int) -> Any:
    """Shape(s) of what a layer returned from its call number ``node_index``."""
    return _shapes(self.get_output_at(node_index))


def _masks(tensors: Any) -> Any:
    plain = [getattr(one, "_keras_mask", None) for one in (tensors if isinstance(tensors, list) else [tensors])]
    return plain if isinstance(tensors, list) else plain[0]


def get_input_mask_at(self: Any, node_index: int) -> Any:
    """Mask(s) of what a layer was called on at its call number ``node_index``."""
    return _masks(self.get_input_at(node_index))


def get_output_mask_at(self: Any, node_index: int) -> Any:
    """Mask(s) of what a layer returned from its call number ``node_index``."""
    return _masks(self.get_output_at(node_index))


# ---- layers ---------------------------------------------------------------------------------------------------------
def add_update(self: Any, updates: Any) -> None:
    """Runs updates that are given as functions; others have happened when they were written."""
    for one in updates if isinstance(updates, (list, tuple)) else [updates]:
        if callable(one):
            one()


def compute_output_signature(self: Any, input_signature: Any) -> Any:
    """A TensorSpec of the output for one of the input."""
    shape = self.compute_output_shape(tuple(input_signature.shape))
    return TensorSpec(tuple(shape), self.compute_dtype)


def finalize_state(self: Any) -> None:
    """Does nothing: a layer that adapts computes its state when it has seen its data."""


# ---- models ---------------------------------------------------------------------------------------------------------
def _is_deprecated(old: str, new: str) -> None:
    warnings.warn(f"Model.{old} is deprecated: Model.{new} takes generators as well.", stacklevel=3)


def fit_generator(self: Any, generator: Any, steps_per_epoch: int | None = None, epochs: int = 1, **kwargs: Any) -> Any:
    """``Model.fit`` with batches from a generator."""
    _is_deprecated("fit_generator", "fit")
    return self.fit(generator, steps_per_epoch=steps_per_epoch, epochs=epochs, **kwargs)


def evaluate_generator(self: Any, generator: Any, steps: int | None = None, **kwargs: Any) -> Any:
    """``Model.evaluate`` with batches from a generator."""
    _is_deprecated("evaluate_generator", "evaluate")
    return self.evaluate(generator, steps=steps, **{"verbose": 0, **kwargs})


def predict_generator(self: Any, generator: Any, steps: int | None = None, **kwargs: Any) -> Any:
    """``Model.predict`` with batches from a generator."""
    _is_deprecated("predict_generator", "predict")
    return self.predict(generator, steps=steps, **{"verbose": 0, **kwargs})


def _parts(batch: Any) -> tuple:
    parts = batch if isinstance(batch, tuple) else (batch,)
    return (*parts, None, None)[:3]


def make_train_function(self: Any, force: bool = False) -> Callable:
    """A function that takes a batch from an iterator, trains on it and returns the logs."""

    def train(iterator: Any) -> Any:
        x, y, weight = _parts(next(iterator))
        return self.train_on_batch(x, y, sample_weight=weight, return_dict=True)

    return train


def make_test_function(self: Any, force: bool = False) -> Callable:
    """A function that takes a batch from an iterator, evaluates it and returns the logs."""

    def test(iterator: Any) -> Any:
        x, y, weight = _parts(next(iterator))
        return self.test_on_batch(x, y, sample_weight=weight, return_dict=True)

    return test


def make_predict_function(self: Any, force: bool = False) -> Callable:
    """A function that takes a batch from an iterator and returns the model's outputs."""
    return lambda iterator: tensor(self.predict_on_batch(_parts(next(iterator))[0]))


def get_weight_paths(self: Any) -> dict[str, Any]:
    """The variables by their paths."""
    return {variable.path.replace("/", "."): variable for variable in self.weights}


def _strategy(self: Any) -> Any:
    """The strategy in force."""
    from kerax.compat.tensorflow._distribute import get_strategy

    return get_strategy()


_LAYERS = (
    *(get_input_at, get_output_at, get_input_shape_at, get_output_shape_at, get_input_mask_at, get_output_mask_at),
    *(add_update, compute_output_signature, finalize_state),
)
_MODELS = (
    *(fit_generator, evaluate_generator, predict_generator, get_weight_paths),
    *(make_train_function, make_test_function, make_predict_function),
)


def _where_all_count(plain: Any) -> Any:
    """``compute_mask`` of layers that merge: tf.keras masks what any mask does, Keras 3 what all of them do."""

    @functools.wraps(plain)
    def compute_mask(self: Any, inputs: Any, previous_mask: Any = None) -> Any:
        found = plain(self, inputs, previous_mask)
        if not by_script() or not isinstance(previous_mask, (list, tuple)):
            return found
        known = [one for one in previous_mask if one is not None]
        return functools.reduce(jnp.logical_and, known) if known else None

    return entering(compute_mask)


def install() -> None:
    """Adds them."""
    Merge.compute_mask = _where_all_count(Merge.compute_mask)  # type: ignore[method-assign]
    for base, functions in ((Layer, _LAYERS), (Model, _MODELS)):
        for function in functions:
            function._kerax_entering = True  # type: ignore[attr-defined]
            setattr(base, function.__name__, function)
    for name, value in {"stateful": False, "dynamic": False}.items():
        setattr(Layer, name, value)
    for name in ("updates", "state_updates"):
        setattr(Layer, name, _Seen(lambda self: []))
    Layer._activity_regularizer = property(  # type: ignore[attr-defined]
        lambda self: self.activity_regularizer, lambda self, value: setattr(self, "activity_regularizer", value)
    )
    Layer.inbound_nodes = _Seen(lambda self: list(self.__dict__.get("_nodes") or []))  # type: ignore[attr-defined]
    Layer.input_mask = _Seen(lambda self: _masks(_one_or_all(self.input)))  # type: ignore[attr-defined]
    Layer.output_mask = _Seen(lambda self: _masks(_one_or_all(self.output)))  # type: ignore[attr-defined]
    Model.stateful = _Seen(lambda self: any(one.stateful for one in self.layers))  # type: ignore[attr-defined]
    Model.distribute_strategy = _Seen(_strategy)  # type: ignore[attr-defined]
