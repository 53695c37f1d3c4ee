"""ReversibleEmbedding: an embedding that also turns vectors back into logits."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.dtypes import standardize_dtype
from kerax.layers.core.embedding import Embedding
from kerax.state import set_mask


class ReversibleEmbedding(Embedding):
    """An embedding that, called with ``reverse=True``, gives a logit for each index.

    Args:
        input_dim: number of different integers.
        output_dim: size of a vector.
        tie_weights: whether the way back multiplies by the transposed table instead of a matrix of its own.
        embeddings_initializer: of the table, shape (input_dim, output_dim).
        embeddings_regularizer: penalty on the table.
        embeddings_constraint: applied to the table after each optimizer step.
        mask_zero: whether 0 is padding, to be masked.
        reverse_dtype: dtype of the way back; the compute dtype by default.
        logit_soft_cap: logits become ``cap * tanh(logits / cap)``; None leaves them.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError, TypeError: if a size is no positive integer.

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.ReversibleEmbedding(100, 8)
        >>> vectors = layer(np.array([[1, 2, 3]]))
        >>> layer(vectors, reverse=True).shape
        (1, 3, 100)
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: Any = None,
        logit_soft_cap: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )
        self.tie_weights = bool(tie_weights)
        self.reverse_dtype = None if reverse_dtype is None else standardize_dtype(reverse_dtype)
        self.logit_soft_cap = logit_soft_cap

    def build(self, input_shape: Any = None) -> None:
        """Creates ``embeddings``, and ``reverse_embeddings`` if weights are not tied."""
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                name="reverse_embeddings",
                shape=(self.output_dim, self.input_dim),
                initializer=self.embeddings_initializer,
            )

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """Looks up the rows, or multiplies by the table."""
        if not reverse:
            vectors = super().call(inputs)
            if self.mask_zero:
                set_mask(vectors, jnp.not_equal(inputs, 0))
            return vectors
        kernel = self._full_weight().T if self.tie_weights else self.reverse_embeddings.value
        dtype = self.reverse_dtype or self.compute_dtype
        logits = inputs.astype(dtype) @ kernel.astype(dtype)
        if self.logit_soft_cap is not None:
            logits = jnp.tanh(logits / self.logit_soft_cap) * self.logit_soft_cap
        return logits

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: ``call`` sets the mask of the vectors itself, logits have none."""
        return None

    def compute_output_shape(self, input_shape: Any, reverse: bool = False) -> Any:
        """Returns the shape of the outputs."""
        shape = tuple(input_shape)
        return (*shape[:-1], self.input_dim) if reverse else (*shape, self.output_dim)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "tie_weights": self.tie_weights,
            "reverse_dtype": self.reverse_dtype,
            "logit_soft_cap": self.logit_soft_cap,
        }
