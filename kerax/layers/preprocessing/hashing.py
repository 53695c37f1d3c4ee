"""Hashing: values to bins, without a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.functional.categories import encode_categories, encoded_shape
from kerax.functional.hashing import hash_bucket, hash_bucket_strong
from kerax.layers.preprocessing.host_layer import HostLayer
from kerax.layers.preprocessing.lookup_arguments import check_output_mode, refuse_sparse, salt_pair
from kerax.settings import floatx

_MODES = ("int", "one_hot", "multi_hot", "count")
_INTEGERS = ("int32", "int64")


class Hashing(HostLayer):
    """Hashes strings or whole numbers into bins: FarmHash, or SipHash with a salt, bit for bit as in TensorFlow.

    Works on the host.

    Args:
      num_bins: number of bins, the one for ``mask_value`` included.
      mask_value: value that gets bin 0 for itself; None for none.
      salt: a whole number or a pair of them, which key the hash.
      output_mode: ``"int"``, ``"one_hot"`` (a vector per element), ``"multi_hot"`` or ``"count"`` (a vector per row).
      sparse: must not be True.
      **kwargs: ``name``, ``trainable``, ``dtype`` of the outputs.

    Raises:
      ValueError: for a number of bins that is not positive, another mode or salt.

    Reference:
      https://github.com/google/farmhash; Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012.

    Example:
      >>> import kerax
      >>> kerax.layers.Hashing(3)(["A", "B", "C", "D", "E"])
      Array([1, 0, 1, 1, 2], dtype=int32)
    """

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ):
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else floatx()
        super().__init__(**kwargs)
        if num_bins is None or isinstance(num_bins, bool) or num_bins <= 0:
            raise ValueError(
                f"Hashing {self.name!r}: the `num_bins` for `Hashing` cannot be `None` or non-positive values, "
                f"received num_bins={num_bins!r}."
            )
        check_output_mode(self, output_mode, _MODES)
        if output_mode == "int" and self.dtype not in _INTEGERS:
            raise ValueError(
                f'Hashing {self.name!r}: when `output_mode="int"`, `dtype` should be an integer type, int32 or int64, '
                f"received {self.dtype!r}."
            )
        refuse_sparse(self, sparse)
        self.num_bins, self.mask_value, self.output_mode, self.sparse = int(num_bins), mask_value, output_mode, False
        self.salt = salt_pair(self, salt)

    def output_dtype(self) -> str:
        return self.dtype

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Returns the shape of the outputs."""
        return encoded_shape(input_shape, self.output_mode, self.num_bins)

    def call(self, inputs: Any) -> np.ndarray:
        """Hashes an array; NumPy in and out."""
        values = np.asarray(inputs)
        if values.dtype.kind == "f":
            values = values.astype(np.int64)
        bins, masked = self.num_bins, None
        if self.mask_value is not None and bins > 1:
            bins -= 1
            masked = _equals(values, self.mask_value)
        try:
            found = hash_bucket(values, bins) if self.salt is None else hash_bucket_strong(values, bins, self.salt)
        except TypeError as error:
            raise TypeError(f"Layer {self.path!r} (Hashing): {error}") from None
        if masked is not None:
            found = np.where(masked, 0, found + 1)
        if self.output_mode == "int":
            return found
        return encode_categories(found, self.output_mode, self.num_bins, self.dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "num_bins": self.num_bins,
            "salt": self.salt,
            "mask_value": self.mask_value,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }


def _equals(values: np.ndarray, value: Any) -> np.ndarray:
    if values.dtype.kind in "OUS":
        text = value.encode("utf-8") if isinstance(value, str) else value
        same = [item == text or (isinstance(item, str) and item.encode() == text) for item in values.ravel().tolist()]
        return np.array(same, bool).reshape(values.shape)
    return values == value
