"""MultiHeadAttention."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.attention import attention_over_axes, causal_mask, heads_attention, self_attention
from kerax.functional.einsum_dense import einsum_dense
from kerax.layers.attention.projections import ProjectedAttention
from kerax.layers.checks import known_axis, positive_int
from kerax.layers.layer_weights import plain_shape

_WITHOUT_SCORES = len(("self", "query", "key", "value", "attention_mask", "training"))
_SEQUENCE_RANK = 3  # (batch, time, features)


class MultiHeadAttention(ProjectedAttention):
    """Attention of several heads, each over its own projections of query, key and value.

    Called as ``layer(query, value, key=None)`` on arrays of shapes (batch, queries, features), (batch, keys,
    features) and (batch, keys, features); the key is the value by default. ``value_mask``, ``key_mask`` (batch, keys)
    and ``attention_mask`` (batch, queries, keys) or (batch, heads, queries, keys) are True where a key may be seen.

    Reference: Vaswani et al., "Attention Is All You Need", 2017, https://arxiv.org/abs/1706.03762

    Args:
        num_heads: number of heads.
        key_dim: size of each head's query and key.
        value_dim: size of each head's value; ``key_dim`` by default.
        dropout: share of the scores to drop while training.
        use_bias: whether the projections have biases.
        output_shape: sizes of the output's last axes; the query's features by default.
        attention_axes: the axes that attend to each other; all but the batch and the features by default.
        sliding_window: a query sees the keys less than this many positions away; or None.
        **kwargs: initializers, regularizers and constraints (``kernel_initializer``...), ``use_gate``,
            ``flash_attention``, ``seed``, ``name``, ``dtype``...

    Raises:
        ValueError, TypeError: if a size is no positive integer.

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.MultiHeadAttention(num_heads=2, key_dim=4)
        >>> query, value = np.ones((2, 3, 8), "float32"), np.ones((2, 5, 8), "float32")
        >>> layer(query, value, use_causal_mask=True).shape
        (2, 3, 8)
        >>> layer(query, value, return_attention_scores=True)[1].shape
        (2, 2, 3, 5)
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        *args: Any,
        **kwargs: Any,
    ):
        super().__init__(dropout, use_bias, sliding_window, flash_attention, *args, **kwargs)
        self.num_heads = positive_int(self, "num_heads", num_heads)
        self.key_dim = positive_int(self, "key_dim", key_dim)
        self.value_dim = self.key_dim if value_dim is None else positive_int(self, "value_dim", value_dim)
        self._output_sizes = None if output_shape is None else plain_shape(output_shape)
        self._axes = (
            None
            if attention_axes is None
            else (attention_axes,)
            if isinstance(attention_axes, int)
            else tuple(attention_axes)
        )

    @property
    def attention_axes(self) -> tuple[int, ...] | None:
        """The axes that attend to each other, None for all but the batch and the features."""
        return self._axes

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        """Creates the projections ``query``, ``key``, ``value`` and ``attention_output``."""
        key_shape = value_shape if key_shape is None else key_shape
        for what, shape in (("query", query_shape), ("value", value_shape), ("key", key_shape)):
            if len(shape) < 3 or shape[-1] is None:
                raise ValueError(
                    f"Layer {self.path!r}: the {what} must have shape (batch, time, features) with known features, "
                    f"received {tuple(shape)}."
                )
        if tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
            raise ValueError(
                f"Layer {self.path!r}: value and key must have equal lengths, received shapes {value_shape} and "
                f"{key_shape}."
            )
        rank = len(query_shape)
        axes = range(1, rank - 1) if self._axes is None else [known_axis(self, axis, rank) for axis in self._axes]
        self._axes = tuple(axes)
        heads = self.num_heads
        self._query_dense = self.project("query", query_shape, heads, self.key_dim)
        self._key_dense = self.project("key", key_shape, heads, self.key_dim)
        self._gate_dense = self.project("gate", query_shape, heads, self.value_dim) if self.use_gate else None
        self._value_dense = self.project("value", value_shape, heads, self.value_dim)
        sizes = self._output_sizes or (query_shape[-1],)
        self._output_dense = self.project_back(query_shape, heads, self.value_dim, sizes)

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
        gate = None if self._gate_dense is None else self._gate_dense(query)
        same = query is value and key is value and query.ndim == _SEQUENCE_RANK and self.key_dim == self.value_dim
        if same and self.plain and self.attends_plainly:
            mask = mask[:, None] if mask is not None and mask.ndim == _SEQUENCE_RANK else mask
            options = self._options(training, return_attention_scores)
            output, scores = self_attention(self.project_together(query), mask, **options)
        else:
            q, k, v = self._query_dense(query), self._key_dense(key), self._value_dense(value)
            wanted = (return_attention_scores,) if _takes_scores(type(self)._compute_attention) else ()
            output, scores = self._compute_attention(q, k, v, mask, training, *wanted)
        if gate is not None:
            output = output * jax.nn.sigmoid(gate)
        output = self._output_dense(output)
        return (output, scores) if return_attention_scores else output

    @property
    def attends_plainly(self) -> bool:
        """Whether no subclass computes the attention in its own way."""
        return type(self)._compute_attention is MultiHeadAttention._compute_attention

    def _options(self, training: Any, return_scores: bool) -> dict[str, Any]:
        return {
            "scale": self.key_dim**-0.5,
            "rate": self.dropout,
            "noise": self.noise(training),
            "return_scores": return_scores,
        }

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: Any = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> tuple[Any, Any]:
        """The attention between projections of shape (batch, time, heads, size); subclasses may compute another.

        Args:
            query: projected query.
            key: projected key.
            value: projected value.
            attention_mask: all masks as one, or None.
            training: whether to drop scores.
            return_attention_scores: whether scores are wanted; None is returned in their place if not.
            use_causal_mask: whether a query sees only keys up to its own position, besides the mask.

        Returns:
            ``(output, scores)``.
        """
        query, key, value = jnp.asarray(query), jnp.asarray(key), jnp.asarray(value)
        mask, options = attention_mask, self._options(training, return_attention_scores)
        if use_causal_mask:
            causal = causal_mask(query.shape[1], key.shape[1])
            mask = causal if mask is None else causal & jnp.asarray(mask, bool)
        if query.ndim != _SEQUENCE_RANK + 1:
            return attention_over_axes(query, key, value, self._axes, mask, **options)  # type: ignore[arg-type]
        mask = mask[:, None] if mask is not None and mask.ndim == _SEQUENCE_RANK else mask
        return heads_attention(query, key, value, mask, **options)

    def project_together(self, inputs: jax.Array) -> jax.Array:
        """Query, key and value of the same inputs by one matrix product, shape (batch, time, 3, heads, size)."""
        layers = (self._query_dense, self._key_dense, self._value_dense)
        kernel = jnp.stack([layer.kernel.value for layer in layers], axis=1)
        bias = jnp.stack([layer.bias.value for layer in layers]) if self.use_bias else None
        return einsum_dense("abx,xcyz->abcyz", inputs, kernel, bias)

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
        return (*tuple(query_shape)[:-1], *(self._output_sizes or (query_shape[-1],)))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "key_dim": self.key_dim,
            "value_dim": self.value_dim,
            "output_shape": self._output_sizes,
            "attention_axes": self._axes,
        }


@functools.cache
def _takes_scores(function: Any) -> bool:
    """Whether a ``_compute_attention`` can be told if scores are wanted; those written for tf.keras cannot."""
    parameters = inspect.signature(function).parameters.values()
    return len(parameters) > _WITHOUT_SCORES or any(one.kind is one.VAR_POSITIONAL for one in parameters)
