"""CategoryEncoding: category numbers to vectors."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.errors import unknown_name
from kerax.functional.encodings import encode_categories
from kerax.jax_compat import is_tracer
from kerax.layers.layer import Layer

_MODES = ("one_hot", "multi_hot", "count")


class CategoryEncoding(Layer):
    """Turns whole numbers below ``num_tokens`` into vectors of that length.

    Args:
      num_tokens: how many categories there are.
      output_mode: ``"one_hot"`` makes a vector of each number (in place of a last axis of size 1), ``"multi_hot"`` one
        vector of each sample, 1 where a category occurs, ``"count"`` how often it does.
      sparse: accepted for Keras's sake; the vectors are dense all the same.
      **kwargs: ``name``, ``dtype``...

    Raises:
      ValueError: for an unknown mode, or without a positive ``num_tokens``; when called eagerly, for a number that is
        no category (compiled code leaves it out).

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.CategoryEncoding(4, output_mode="count")(np.array([[0, 1, 1]]))
      Array([[1., 2., 0., 0.]], dtype=float32)
    """

    def __init__(
        self, num_tokens: int | None = None, output_mode: str = "multi_hot", sparse: bool = False, **kwargs: Any
    ):
        if "max_tokens" in kwargs:  # the name in the first releases of TensorFlow 2
            num_tokens = kwargs.pop("max_tokens")
        super().__init__(**kwargs)
        output_mode = "multi_hot" if output_mode == "binary" else output_mode
        if output_mode not in _MODES:
            raise unknown_name("output_mode of CategoryEncoding", output_mode, _MODES)
        if num_tokens is None:
            raise ValueError(
                "CategoryEncoding: num_tokens must be set to use this layer. Where the number of categories is not "
                "known beforehand, use IntegerLookup."
            )
        if num_tokens < 1:
            raise ValueError(f"CategoryEncoding: `num_tokens` must be >= 1. Received: num_tokens={num_tokens}.")
        self.num_tokens, self.output_mode, self.sparse = int(num_tokens), output_mode, sparse

    def call(self, inputs: jax.Array, count_weights: Any = None) -> jax.Array:
        """Encodes.

        Args:
          inputs: whole numbers.
          count_weights: for mode ``"count"``: what each number counts.
        """
        if count_weights is not None and self.output_mode != "count":
            raise ValueError(
                f"CategoryEncoding {self.path!r}: `count_weights` is not used when `output_mode` is not `'count'`, "
                f"received output_mode={self.output_mode!r}."
            )
        if count_weights is not None and np.shape(count_weights) != np.shape(inputs):
            raise ValueError(
                f"CategoryEncoding {self.path!r}: `count_weights` must have the inputs' shape {np.shape(inputs)}, "
                f"received {np.shape(count_weights)}."
            )
        if not is_tracer(inputs):
            self._check_range(np.asarray(inputs))
        return encode_categories(inputs, self.output_mode, self.num_tokens, self.compute_dtype, count_weights)

    def _check_range(self, numbers: np.ndarray) -> None:
        wrong = numbers[(numbers < 0) | (numbers >= self.num_tokens)]
        if wrong.size:
            raise ValueError(
                f"CategoryEncoding {self.path!r}: categories are 0 to {self.num_tokens - 1} (num_tokens="
                f"{self.num_tokens}), received {wrong.ravel()[0]}."
            )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        own = {"num_tokens": self.num_tokens, "output_mode": self.output_mode, "sparse": self.sparse}
        return {**super().get_config(), **own}
