"""tf.keras's functions of float64 tensors give float64 tensors: losses, activations, the backend.

kerax computes them in 32 bits, as everything on the device; the label is what TensorFlow's type rules go by.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.compat.tensorflow._edges import in_script
from kerax.compat.tensorflow._tensor import Tensor

# Module -> the place of the argument that decides. Losses cast their targets to the type of the predictions.
_DECIDES = {"kerax.losses": 1, "kerax.metrics": 1, "kerax.activations": 0, "kerax.backend": 0}
_PREDICTIONS = ("categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy")
# Functions whose results have a type of their own.
_OTHERS = frozenset(
    "cast cast_to_floatx constant variable placeholder get_value eval batch_get_value serialize deserialize get switch "
    "huber in_train_phase in_test_phase function zeros_like ones_like dtype one_hot argmax argmin set_value".split()
)


def _is_wide(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.dtype.name == "float64"
    return isinstance(value, np.ndarray) and value.dtype == np.float64


def widened(found: Any) -> Any:
    """float64 for a float32 tensor; anything else as it is."""
    return Tensor(found._value, "float64") if isinstance(found, Tensor) and found.dtype.name == "float32" else found


def widening(call: Callable, place: int, keyword: str | None = None) -> Callable:
    """A function whose result is float64 if the argument that decides is."""

    @functools.wraps(call)
    def run(*args: Any, **kwargs: Any) -> Any:
        found = call(*args, **kwargs)
        decides = args[place] if len(args) > place else kwargs.get(keyword or "")
        return widened(found) if _is_wide(decides) and in_script() else found

    run.__wrapped__ = getattr(call, "__wrapped__", call)  # type: ignore[attr-defined]
    run._kerax_entering = True  # type: ignore[attr-defined]
    return run


def of_module(call: Callable, module: str) -> Callable:
    """The same for a function of one of kerax's modules, if it is of this kind."""
    name = call.__name__
    if module not in _DECIDES or name in _OTHERS or name.endswith("accuracy"):
        return call
    place = 1 if name in _PREDICTIONS else _DECIDES[module]
    return widening(call, place, "y_pred" if place else None)


def install() -> None:
    """Lets losses that are objects do it too."""
    from kerax.losses import Loss

    Loss.__call__ = widening(Loss.__call__, 2, "y_pred")  # type: ignore[method-assign]
