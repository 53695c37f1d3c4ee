"""GroupQueryAttention."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.attention import causal_mask, heads_attention
from kerax.layers.attention.projections import ProjectedAttention
from kerax.layers.checks import check_mask, positive_int

_SEQUENCE_RANK = 3  # of inputs (batch, time, features) and of masks (batch, queries, keys)


class GroupedQueryAttention(ProjectedAttention):
    """Multi-head attention in which groups of query heads share a key and value head.

    Called like ``MultiHeadAttention``.

    Reference: Ainslie et al., "GQA: Training Generalized Multi-Query Transformer Models", 2023, https://arxiv.org/abs/2305.13245

    Args:
        head_dim: size of each head.
        num_query_heads: number of query heads.
        num_key_value_heads: number of key and value heads; it divides the number of query heads.
        dropout: share of the scores to drop while training.
        use_bias: whether the projections have biases.
        **kwargs: ``sliding_window``, initializers, regularizers and constraints, ``use_gate``, ``seed``, ``name``,
            ``dtype``...

    Raises:
        ValueError, TypeError: if a size is no positive integer, or the heads do not divide.

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.GroupQueryAttention(head_dim=4, num_query_heads=4, num_key_value_heads=2)
        >>> x = np.ones((2, 3, 8), "float32")
        >>> layer(x, x).shape
        (2, 3, 8)
    """

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
        *args: Any,
        **kwargs: Any,
    ):
        super().__init__(dropout, use_bias, *args, **kwargs)
        self.head_dim = positive_int(self, "head_dim", head_dim)
        self.num_query_heads = positive_int(self, "num_query_heads", num_query_heads)
        self.num_key_value_heads = positive_int(self, "num_key_value_heads", num_key_value_heads)
        if self.num_query_heads % self.num_key_value_heads:
            raise ValueError(
                f"{type(self).__name__}: num_query_heads={num_query_heads} must be divisible by "
                f"num_key_value_heads={num_key_value_heads}."
            )

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        """Creates the projections ``query``, ``key``, ``value`` and ``attention_output``."""
        key_shape = value_shape if key_shape is None else key_shape
        self._query_dense = self.project("query", query_shape, self.num_query_heads, self.head_dim)
        self._key_dense = self.project("key", key_shape, self.num_key_value_heads, self.head_dim)
        self._gate_dense = (
            self.project("gate", query_shape, self.num_query_heads, self.head_dim) if self.use_gate else None
        )
        self._value_dense = self.project("value", value_shape, self.num_key_value_heads, self.head_dim)
        self._output_dense = self.project_back(query_shape, self.num_query_heads, self.head_dim, (query_shape[-1],))

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Attends; returns ``(output, scores)`` if ``return_attention_scores``."""
        key = value if key is None else key
        mask = self.full_mask(query, value, value_mask, key_mask, attention_mask, use_causal_mask)
        if query_mask is not None:  # unlike MultiHeadAttention, as in Keras
            check_mask(self, "query_mask", query_mask, query.shape[:2])
            seen = jnp.asarray(query_mask, bool)[:, :, None]
            if mask is None:
                mask = jnp.broadcast_to(seen, (*seen.shape[:2], value.shape[1]))
            else:
                mask = mask & (seen[:, None] if mask.ndim > _SEQUENCE_RANK else seen)
        gate = None if self._gate_dense is None else self._gate_dense(query)
        q, k, v = self._query_dense(query), self._key_dense(key), self._value_dense(value)
        repeats = self.num_query_heads // self.num_key_value_heads
        k, v = jnp.repeat(k, repeats, axis=2), jnp.repeat(v, repeats, axis=2)
        wanted = {"return_attention_scores": True} if return_attention_scores else {}
        output, scores = self._compute_attention(q, k, v, mask, training, **wanted)
        if gate is not None:
            output = output * jax.nn.sigmoid(gate)
        output = self._output_dense(output)
        return (output, scores) if return_attention_scores else output

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: Any = None,
        use_causal_mask: bool = False,
        return_attention_scores: bool = False,
    ) -> tuple[Any, Any]:
        """The attention between projections, keys and values repeated for all heads; subclasses may compute another.

        Args:
            query: projected query, shape (batch, time, heads, size).
            key: projected key.
            value: projected value.
            attention_mask: all masks as one, or None.
            training: whether to drop scores.
            use_causal_mask: whether a query sees only keys up to its own position, besides the mask.
            return_attention_scores: whether scores are wanted; None is returned in their place if not.

        Returns:
            ``(output, scores)``.
        """
        mask = attention_mask
        if use_causal_mask:
            causal = causal_mask(query.shape[1], key.shape[1])
            mask = causal if mask is None else causal & mask
        return heads_attention(
            query,
            key,
            value,
            mask[:, None] if mask is not None and mask.ndim == _SEQUENCE_RANK else mask,
            scale=self.head_dim**-0.5,
            rate=self.dropout,
            noise=self.noise(training),
            return_scores=return_attention_scores,
        )

    def compute_output_shape(self, query_shape: Any, value_shape: Any = None, key_shape: Any = None) -> tuple:
        """Returns the shape of the outputs without scores.

        Args:
            query_shape: shape of the queries.
            value_shape: shape of the values, to be compared with that of the keys.
            key_shape: shape of the keys.

        Raises:
            ValueError: if there are not as many keys as values.
        """
        if value_shape is not None:
            self.check_sequences(value_shape, key_shape)
        return (*tuple(query_shape)[:-1], query_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "head_dim": self.head_dim,
            "num_query_heads": self.num_query_heads,
            "num_key_value_heads": self.num_key_value_heads,
        }


GroupQueryAttention = GroupedQueryAttention
