"""``tf.io`` where it differs from ``kerax.data.io``."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import tensor as as_tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._tensor import Tensor, string_array
from kerax.data import tensor_messages


def serialize_tensor(tensor: Any, name: Any = None) -> Tensor:
    """A tensor as bytes: those of a TensorProto."""
    with errors.TRANSLATED:
        return Tensor(string_array(tensor_messages.serialize_tensor(as_tensor(tensor).numpy())))


def parse_tensor(serialized: Any, out_type: Any, name: Any = None) -> Tensor:
    """The tensor that ``serialize_tensor`` wrote."""
    with errors.TRANSLATED:
        found = tensor_messages.parse_tensor(as_tensor(serialized).numpy(), as_dtype(out_type).name)
    return Tensor(string_array(found) if isinstance(found, bytes) else np.asarray(found))
