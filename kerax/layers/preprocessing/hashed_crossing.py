"""HashedCrossing: combinations of values to bins."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.functional.categories import encode_categories, encoded_shape
from kerax.functional.hashing import CROSS_KEY, fingerprint64, fingerprint_cat
from kerax.layers.checks import positive_int
from kerax.layers.preprocessing.host_layer import HostLayer
from kerax.layers.preprocessing.lookup_arguments import check_output_mode, refuse_sparse

_MODES = ("int", "one_hot")


class HashedCrossing(HostLayer):
    """Hashes every combination of two or more features into a bin, bit for bit as in TensorFlow.

    Works on the host. Inputs are a list or tuple of arrays of strings or whole numbers, all of shape (), (batch,) or
    (batch, 1).

    Args:
      num_bins: number of bins.
      output_mode: ``"int"`` or ``"one_hot"``.
      sparse: must not be True.
      name: the layer's name.
      dtype: of the outputs; ``"int64"`` or ``floatx()`` by default.
      **kwargs: ``trainable``.

    Raises:
      ValueError: for another mode, a number of bins that is not positive.

    Example:
      >>> import kerax, numpy as np
      >>> layer = kerax.layers.HashedCrossing(5)
      >>> layer((np.array(["A", "B", "A"]), np.array([101, 101, 102])))
      Array([1, 4, 3], dtype=int32)
    """

    def __init__(
        self,
        num_bins: int,
        output_mode: str = "int",
        sparse: bool = False,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        super().__init__(name=name, dtype="int64" if output_mode == "int" and dtype is None else dtype, **kwargs)
        refuse_sparse(self, sparse)
        check_output_mode(self, output_mode, _MODES)
        self.num_bins, self.output_mode, self.sparse = positive_int(self, "num_bins", num_bins), output_mode, False

    def output_dtype(self) -> str:
        return self.dtype

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Returns the shape of the outputs; ``input_shape`` is a list or tuple of equal shapes."""
        shapes = [tuple(shape) for shape in input_shape if isinstance(shape, (list, tuple))]
        if len(shapes) != len(input_shape) or len(shapes) < 2:
            raise ValueError(
                f"Layer {self.path!r} (HashedCrossing) expects a list or tuple of two or more inputs, received "
                f"input_shape={input_shape}."
            )
        if any(len(shape) != len(shapes[0]) or shape[1:] != shapes[0][1:] for shape in shapes):
            raise ValueError(
                f"Layer {self.path!r} (HashedCrossing) expects inputs of equal shape, received "
                f"input_shape={input_shape}."
            )
        return encoded_shape(shapes[0], self.output_mode, self.num_bins)

    def _to_host(self, inputs: Any) -> Any:
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ValueError(
                f"Layer {self.path!r}: `HashedCrossing` should be called on a list or tuple of at least two inputs, "
                f"received {inputs!r}."
            )
        return [super(HashedCrossing, self)._to_host(one) for one in inputs]

    def _build_for(self, args: tuple, kwargs: dict) -> None:
        self.built = True

    def call(self, inputs: Any) -> np.ndarray:
        """Crosses arrays; NumPy in and out."""
        arrays = [np.asarray(one) for one in inputs]
        shape = arrays[0].shape
        if len(shape) > 2 or (len(shape) == 2 and shape[1] != 1):
            raise ValueError(
                f"All `HashedCrossing` inputs should have shape (), (batch_size,) or (batch_size, 1). Layer "
                f"{self.path!r} received {shape}."
            )
        if any(one.shape != shape for one in arrays):
            raise ValueError(
                f"All `HashedCrossing` inputs should have equal shape. Layer {self.path!r} received "
                f"{[one.shape for one in arrays]}."
            )
        bad = [one.dtype for one in arrays if one.dtype.kind not in "OUSib" + "u"]
        if bad:
            raise ValueError(
                f"All `HashedCrossing` inputs should have an integer or string dtype. Layer {self.path!r} received "
                f"{bad[0]}: put numbers into buckets first, by Discretization."
            )
        crossed: Any = CROSS_KEY
        for one in arrays:
            crossed = fingerprint_cat(crossed, fingerprint64(one) if one.dtype.kind in "OUS" else one)
        bins = (crossed % np.uint64(self.num_bins)).astype(np.int64)
        if self.output_mode == "int":
            return bins
        return encode_categories(bins, "one_hot", self.num_bins, str(jax.numpy.dtype(self.dtype)))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "num_bins": self.num_bins,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }
