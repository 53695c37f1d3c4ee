"""AdditiveAttention: Bahdanau's attention."""

from __future__ import annotations

from typing import Any

from kerax.functional.attention import additive_scores
from kerax.layers.attention.attention import Attention


class AdditiveAttention(Attention):
    """Weighted means of values, with weights ``softmax(sum(scale * tanh(query + key)))``.

    Called like ``Attention``: on ``[query, value]`` or ``[query, value, key]``.

    Reference: Bahdanau et al., "Neural Machine Translation by Jointly Learning to Align and Translate", 2014, https://arxiv.org/abs/1409.0473

    Args:
        use_scale: whether ``scale``, shape (depth,), is trained; a plain sum otherwise.
        dropout: share of the scores to drop while training.
        **kwargs: ``seed``, ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> query, value = np.ones((2, 3, 4), "float32"), np.ones((2, 5, 4), "float32")
        >>> kerax.layers.AdditiveAttention()([query, value]).shape
        (2, 3, 4)
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any):
        kwargs.pop("score_mode", None)
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape: Any) -> None:
        """Creates ``scale`` where it is used."""
        self.check_inputs(input_shape)
        self.scale = None
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(input_shape[0][-1],), initializer="glorot_uniform")

    def scores_of(self, query: Any, key: Any) -> Any:
        """Logits of shape (batch, queries, keys)."""
        return additive_scores(query, key, None if self.scale is None else self.scale.value)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        config = super().get_config()
        del config["score_mode"]
        return config
