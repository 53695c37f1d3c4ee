"""The namespace's root: ``tf`` itself and the modules in it."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow import _index, _modules, _v1_index
from kerax.compat.tensorflow._keras import keras, losses, metrics, optimizers
from kerax.compat.tensorflow._namespace import Namespace


def _experimental() -> Namespace:
    from kerax.compat.tensorflow._numpy import numpy_namespace

    return Namespace(
        "tf.experimental",
        {
            "numpy": lambda: numpy_namespace(),
            "DynamicRaggedShape": "_parts:DynamicRaggedShape",
            "async_scope": "_control:init_scope",
            "async_clear_error": lambda: lambda: None,
        },
    )


_PARTS: dict[str, Any] = {
    "bitwise": _index.bitwise,
    "linalg": _index.linalg,
    "math": _index.math,
    "nest": _index.nest,
    "nn": _index.nn,
    "random": _index.random,
    "keras": keras,
    "losses": losses,
    "metrics": metrics,
    "optimizers": optimizers,
    **_modules.MODULES,
    "compat": _v1_index.compat(),
    "experimental": lambda: _experimental(),
}
ROOT = Namespace("tf", {**_index.TOP, **_PARTS}, doc="TensorFlow's namespace, by kerax.")
