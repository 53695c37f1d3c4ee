"""``tf.io`` where it differs from ``kerax.data.io``."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow import _parts
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._tensor import Tensor, string_array


def serialize_tensor(tensor: Any, name: Any = None) -> Tensor:
    """A tensor as bytes: those of a TensorProto."""
    from kerax.compat.tensorflow._core import tensor as as_tensor

    return Tensor(string_array(_parts.encode(as_tensor(tensor))))


def parse_tensor(serialized: Any, out_type: Any, name: Any = None) -> Tensor:
    """The tensor that ``serialize_tensor`` wrote."""
    return _parts.decode(tensor(serialized).numpy(), out_type)
