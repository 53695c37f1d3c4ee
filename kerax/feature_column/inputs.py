"""FeatureInputs: a batch of raw features on the host, and what columns have already made of it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from kerax.data.ragged import RaggedTensor, SparseTensor
from kerax.errors import did_you_mean
from kerax.functional.hashing_rows import to_bytes

_MISSING_INTEGER = -1  # a dense integer feature has no value there


class FeatureInputs:
    """The features of a batch, by key.

    Args:
      features: key -> array, ``SparseTensor`` or ``RaggedTensor``, the batch first.

    Example:
      >>> import numpy as np
      >>> from kerax.feature_column.inputs import FeatureInputs
      >>> FeatureInputs({"age": np.array([3.0, 4.0])}).dense("age").shape
      (2, 1)
    """

    def __init__(self, features: Mapping[str, Any]):
        if not isinstance(features, Mapping):
            raise ValueError(
                f"Feature columns read a dict from feature key to array, received {type(features).__name__}. "
                "Let the input function return features as a dict."
            )
        self._features = features
        self._raw: dict[str, np.ndarray | SparseTensor] = {}
        self._made: dict[Hashable, Any] = {}

    def remember(self, key: Hashable, make: Any) -> Any:
        """What ``make()`` returns, computed once for a key."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def raw(self, key: str) -> np.ndarray | SparseTensor:
        """A feature as it was given: an array of rank two or more, or a sparse tensor.

        Raises:
          ValueError: if there is no such feature.
        """
        if key not in self._raw:
            if key not in self._features:
                there = list(map(str, self._features))
                raise ValueError(
                    f"Feature {key!r} is missing from the features.{did_you_mean(key, there)} There are: "
                    f"{', '.join(there) or 'none'}."
                )
            self._raw[key] = _standardize(key, self._features[key])
        return self._raw[key]

    def dense(self, key: str) -> np.ndarray:
        """A feature that has to be an array.

        Raises:
          ValueError: if it is sparse.
        """
        value = self.raw(key)
        if isinstance(value, SparseTensor):
            raise ValueError(
                f"Feature {key!r} is read by a numeric column, which needs a dense array; received a SparseTensor of "
                f"shape {value.shape}. Fill it up first, for example by to_dense()."
            )
        return value

    def sparse(self, key: str) -> SparseTensor:
        """A feature as sparse values; empty text and the integer -1 in an array mean that there is no value."""

        def make() -> SparseTensor:
            value = self.raw(key)
            if isinstance(value, SparseTensor):
                return value
            if value.dtype.kind in "OSU":
                kept = value != (b"" if value.dtype.kind == "S" else "")
                if value.dtype.kind == "O":
                    kept = kept & (value != b"")
            elif value.dtype.kind in "iu":
                kept = value != _MISSING_INTEGER
            else:
                kept = np.ones(value.shape, bool)
            return SparseTensor(np.argwhere(kept), value[kept], value.shape)

        return self.remember(("sparse", key), make)

    def everything(self, key: str) -> SparseTensor:
        """A feature as sparse values, nothing left out."""
        value = self.raw(key)
        if isinstance(value, SparseTensor):
            return value
        return SparseTensor(np.argwhere(np.ones(value.shape, bool)), value.ravel(), value.shape)


def _standardize(key: str, value: Any) -> np.ndarray | SparseTensor:
    if isinstance(value, SparseTensor):
        return value
    if isinstance(value, RaggedTensor):
        lengths = value.row_lengths()
        rows = np.repeat(np.arange(len(lengths)), lengths)
        columns = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        width = int(lengths.max()) if len(lengths) else 0
        return SparseTensor(np.column_stack([rows, columns]), value.flat_values, (len(lengths), width))
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"Feature {key!r} has rows of unequal length; give it as a RaggedTensor.") from None
    if array.ndim == 0:
        raise ValueError(f"Feature {key!r} is a single value; expected an array with the batch first.")
    if array.dtype.kind == "f" and array.dtype.itemsize == 2:
        array = array.astype(np.float32)
    return array[:, None] if array.ndim == 1 else array


def shown(values: np.ndarray) -> str:
    """What an array holds, for messages.

    Example:
      >>> import numpy as np
      >>> from kerax.feature_column.inputs import shown
      >>> shown(np.array([0.5])), shown(np.array([b"red"], object))
      ('float64 values such as 0.5', "text such as 'red'")
    """
    kind = "text" if values.dtype.kind in "OSU" else f"{values.dtype.name} values"
    return kind + "".join(f" such as {printed(one)}" for one in values.ravel()[:1].tolist())


def printed(entry: Any) -> str:
    """A word or number for messages: text without the mark of bytes.

    Example:
      >>> from kerax.feature_column.inputs import printed
      >>> printed(b"red"), printed(3)
      ("'red'", '3')
    """
    return repr(entry.decode("utf-8", "replace") if isinstance(entry, bytes) else entry)


def as_strings(key: str, values: np.ndarray) -> list[bytes]:
    """Text or whole numbers as the bytes that vocabularies and hashes see.

    Raises:
      ValueError: for other values, naming the feature.

    Example:
      >>> import numpy as np
      >>> from kerax.feature_column.inputs import as_strings
      >>> as_strings("colour", np.array(["red"]))
      [b'red']
    """
    try:
        return to_bytes(values)
    except TypeError as error:
        raise ValueError(f"Feature {key!r}: {error}") from None
