"""Attention: Luong's dot-product attention."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.errors import unknown_name
from kerax.functional.attention import causal_mask
from kerax.functional.noise import dropout
from kerax.layers.checks import check_mask, number_in
from kerax.layers.layer import Layer
from kerax.random import SeedGenerator

_SCORE_MODES = ("dot", "concat")
# Taken from the logits of masked keys, as Keras does; a key that is masked everywhere thus shares the weight evenly.
_PENALTY, _PENALTY_FLOAT16 = 1e9, 65504.0


class Attention(Layer):
    """Weighted means of values, with weights ``softmax(query @ key^T)``.

    Called on ``[query, value]`` or ``[query, value, key]`` of shapes (batch, queries, depth), (batch, keys, depth)
    and (batch, keys, depth); the key is the value by default. ``mask`` is a list of the masks of query and value.

    Reference: Luong et al., "Effective Approaches to Attention-based Neural Machine Translation", 2015, https://arxiv.org/abs/1508.04025

    Args:
        use_scale: whether the scores are multiplied by a trained scalar.
        score_mode: ``"dot"``, or ``"concat"``: ``tanh(query + key)`` summed over the depth.
        dropout: share of the scores to drop while training.
        seed: makes this layer's noise reproducible on its own.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: for an unknown score mode, or inputs that are no list of 2 or 3 arrays.

    Example:
        >>> import kerax, numpy as np
        >>> query, value = np.ones((2, 3, 4), "float32"), np.ones((2, 5, 4), "float32")
        >>> kerax.layers.Attention()([query, value]).shape
        (2, 3, 4)
    """

    supports_masking = True

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if score_mode not in _SCORE_MODES:
            raise unknown_name("score_mode of Attention", score_mode, _SCORE_MODES)
        self.use_scale, self.score_mode, self.seed = use_scale, score_mode, seed
        self.dropout = number_in(self, "dropout", dropout, 0, 1)
        if self.dropout > 0:
            self.seed_generator = SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        """Creates ``scale`` and ``concat_score_weight`` where they are used."""
        self.check_inputs(input_shape)
        self.scale = self.concat_score_weight = None
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(), initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(name="concat_score_weight", shape=(), initializer="ones")

    def check_inputs(self, inputs: Any) -> None:
        """Raise a ``ValueError`` unless there are two or three inputs."""
        if not isinstance(inputs, (list, tuple)) or len(inputs) not in (2, 3) or isinstance(inputs[0], int):
            raise ValueError(f"Layer {self.path!r} must be called on a list [query, value] or [query, value, key].")

    def _check_sizes(self, query: Any, value: Any, key: Any) -> None:
        """Raise a ``ValueError`` unless queries and keys have equally many features, and keys have values."""
        for axis, one, other, what in ((-1, query, key, "queries and keys"), (-2, key, value, "keys and values")):
            sizes = (one.shape[axis], other.shape[axis])
            if all(isinstance(size, int) for size in sizes) and sizes[0] != sizes[1]:
                raise ValueError(
                    f"Layer {self.path!r} ({type(self).__name__}): {what} must have equal sizes of axis {axis}, "
                    f"received query, value and key of shapes {query.shape}, {value.shape} and {key.shape}."
                )

    def check_masks(self, mask: Any) -> None:
        """Raise a ``ValueError`` unless there are two or three masks, or none at all."""
        if mask is not None and (not isinstance(mask, (list, tuple)) or len(mask) not in (2, 3)):
            found = f"a list of {len(mask)}" if isinstance(mask, (list, tuple)) else type(mask).__name__
            raise ValueError(
                f"Layer {self.path!r}: the mask must be a list [query_mask, value_mask], perhaps with a key mask; "
                f"received {found}."
            )

    def scores_of(self, query: Any, key: Any) -> Any:
        """Logits of shape (batch, queries, keys)."""
        if self.score_mode == "dot":
            scores = jnp.matmul(query, jnp.swapaxes(key, -1, -2))
            return scores if self.scale is None else scores * self.scale.value
        hidden = query[..., :, None, :] + key[..., None, :, :]
        if self.scale is not None:
            hidden = self.scale.value * hidden
        return self.concat_score_weight.value * jnp.sum(jnp.tanh(hidden), axis=-1)

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Attends; returns ``(output, scores)`` if ``return_attention_scores``."""
        self.check_inputs(inputs)
        self.check_masks(mask)
        query, value = inputs[0], inputs[1]
        key = inputs[2] if len(inputs) > 2 else value
        self._check_sizes(query, value, key)
        query_mask, value_mask = (mask[0], mask[1]) if mask is not None else (None, None)
        for what, one, array in (("query_mask", query_mask, query), ("value_mask", value_mask, value)):
            if one is not None:
                check_mask(self, what, one, array.shape[:2])
        scores = self.scores_of(query, key)
        keep = None if value_mask is None else value_mask.astype(bool)[..., None, :]
        if use_causal_mask:
            causal = causal_mask(scores.shape[-2], scores.shape[-1])
            keep = causal if keep is None else keep & causal
        if keep is not None:
            penalty = _PENALTY_FLOAT16 if scores.dtype == jnp.float16 else _PENALTY
            scores = scores - jnp.asarray(penalty, scores.dtype) * (~keep).astype(scores.dtype)
        weights = jax.nn.softmax(scores, axis=-1)
        if training and self.dropout > 0:
            weights = dropout(weights, self.next_key(self.seed), self.dropout)
        output = jnp.matmul(weights, value)
        if query_mask is not None:
            output = output * query_mask[..., None].astype(output.dtype)
        return (output, weights) if return_attention_scores else output

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the query."""
        self.check_masks(mask)
        return None if mask is None else mask[0]

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "use_scale": self.use_scale,
            "score_mode": self.score_mode,
            "dropout": self.dropout,
            "seed": self.seed,
        }
