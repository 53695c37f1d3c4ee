"""The namespace of TensorFlow 2.x that scripts use, on kerax and JAX: ``import kerax.compat.tensorflow as tf``.

Tensors follow TensorFlow's type rules (no mixing of types, float32 by default); kerax's classes stand in it as they are
and take and return tensors when a script gives them tensors. Names are looked up when they are first used. What is in
it
and what differs: docs/tensorflow.md.
"""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow import _operators, _variable
from kerax.compat.tensorflow._hooks import install as _install

_install()
from kerax.compat.tensorflow import _root  # noqa: E402  (after the hooks)

_loaded = (_operators, _variable, _root)


def __getattr__(name: str) -> Any:
    if name.startswith("_") and name != "__version__":
        raise AttributeError(name)
    from kerax.compat.tensorflow._root import ROOT

    value = getattr(ROOT, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    from kerax.compat.tensorflow._root import ROOT

    return dir(ROOT)
