"""Circle loss of embeddings."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.losses.compiled import loss_function
from kerax.losses.loss import LossFunctionWrapper
from kerax.losses.shapes import as_float
from kerax.state.masks import set_mask


@loss_function()
def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> jax.Array:
    """Circle loss (Sun et al. 2020): pulls embeddings of one class together, the more the further apart they are.

    With ``d = max(1 - cosine, 0)`` to each reference, ``a = margin + d`` and ``b = max(1 + margin - d, 0)``:
    ``softplus(logsumexp(-gamma a (margin - d)) + logsumexp(gamma b (1 - margin - d)))``, the first over the references
    of the same class, the second over the others. An embedding that lacks either kind has the loss 0.

    Args:
        y_true: class numbers (batch,) or (batch, 1).
        y_pred: embeddings of length 1 (batch, d).
        ref_labels: class numbers of the references; ``y_true`` by default.
        ref_embeddings: their embeddings; ``y_pred`` by default.
        remove_diagonal: whether an embedding is left out of its own references.
        gamma: scale.
        margin: how much of the angle is left free.

    Returns:
        Array (batch,); rows with the loss 0 are masked out of averages.

    Raises:
        ValueError: if the embeddings are no matrix or their number is not that of the labels.

    Example:
        >>> import kerax
        >>> embeddings = [[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]]
        >>> kerax.losses.circle([0, 0, 1], embeddings).round(2).tolist()
        [0.0, 0.0, 0.0]
    """
    y_pred = as_float(y_pred)
    labels = jnp.asarray(y_true).astype(jnp.int32).reshape(-1)
    references = y_pred if ref_embeddings is None else as_float(ref_embeddings)
    reference_labels = labels if ref_labels is None else jnp.asarray(ref_labels).astype(jnp.int32).reshape(-1)
    for vectors, numbers in ((y_pred, labels), (references, reference_labels)):
        if vectors.ndim != 2 or vectors.shape[0] != numbers.shape[0]:
            raise ValueError(
                "circle needs embeddings of shape (batch, d) and as many class numbers; got embeddings of shape "
                f"{vectors.shape} and {numbers.shape[0]} labels."
            )
    distance = jnp.maximum(1 - y_pred @ references.T, 0.0)
    same = labels[:, None] == reference_labels[None, :]
    other = ~same
    if remove_diagonal:
        same &= ~jnp.eye(same.shape[0], same.shape[1], dtype=bool)
    pull = -gamma * jnp.maximum(margin + distance, 0.0) * (margin - distance)
    push = gamma * jnp.maximum(1 + margin - distance, 0.0) * (1 - margin - distance)
    complete = jnp.any(same, axis=1) & jnp.any(other, axis=1)
    total = _log_sum_exp(pull, same) + _log_sum_exp(push, other)
    losses = jnp.where(complete, jax.nn.softplus(total), 0.0)
    set_mask(losses, losses > 0)
    return losses


def _log_sum_exp(x: jax.Array, chosen: jax.Array) -> jax.Array:
    """Return the log-sum-exp of the chosen elements of each row; of all elements where none is (for the gradient)."""
    chosen = chosen | ~jnp.any(chosen, axis=1, keepdims=True)
    return jax.nn.logsumexp(jnp.where(chosen, x, -jnp.inf), axis=1)


class Circle(LossFunctionWrapper):
    """`circle` as a `Loss`.

    Args:
        gamma: scale.
        margin: how much of the angle is left free.
        remove_diagonal: whether an embedding is left out of its own references.
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.Circle()([0, 0, 1], [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])), 1)
        94.4
    """

    _cast_labels = False

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: Any = "sum_over_batch_size",
        name: str = "circle",
        dtype: Any = None,
    ) -> None:
        options = {"gamma": gamma, "margin": margin, "remove_diagonal": remove_diagonal}
        super().__init__(circle, reduction, name, dtype, **options)
        self.gamma, self.margin, self.remove_diagonal = gamma, margin, remove_diagonal
