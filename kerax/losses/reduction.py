"""From losses per element to the loss: weights, masks and the kinds of reduction."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.errors import unknown_name
from kerax.losses.shapes import align_weights


class Reduction:
    """Names of the reductions, as tf.keras spells them.

    Example:
        >>> import kerax
        >>> kerax.losses.MeanSquaredError(reduction=kerax.losses.Reduction.SUM).reduction
        'sum'
    """

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"
    MEAN = "mean"
    MEAN_WITH_SAMPLE_WEIGHT = "mean_with_sample_weight"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """Return all names."""
        return (cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE, cls.MEAN, cls.MEAN_WITH_SAMPLE_WEIGHT)

    @classmethod
    def validate(cls, key: Any) -> None:
        """Raise ``ValueError`` unless ``key`` is a name or ``None``."""
        standardize_reduction(key)


def standardize_reduction(reduction: Any) -> str | None:
    """Return the name of a reduction; ``"auto"`` is ``"sum_over_batch_size"``.

    Raises:
        ValueError: if there is no such reduction.

    Example:
        >>> from kerax.losses.reduction import standardize_reduction
        >>> standardize_reduction("auto")
        'sum_over_batch_size'
    """
    if reduction is None:
        return None
    if not isinstance(reduction, str) or reduction not in Reduction.all():
        raise unknown_name("loss reduction", reduction, Reduction.all())
    return Reduction.SUM_OVER_BATCH_SIZE if reduction == Reduction.AUTO else reduction


def _mask_as_weight(mask: jax.Array, dtype: Any, averaging: bool) -> jax.Array:
    """Return 0 for masked elements; for averages the others get ``all / kept``, so that only they count in the mean."""
    mask = mask.astype(dtype)
    if not averaging:
        return mask
    kept = jnp.mean(mask)
    return jnp.where(kept > 0, mask / jnp.where(kept > 0, kept, 1), 0)


def reduce_weighted_values(
    values: Any, sample_weight: Any = None, mask: Any = None, reduction: Any = "sum_over_batch_size"
) -> jax.Array:
    """Weight losses and reduce them.

    Elements of weight 0 do not count, whatever their loss is (also ``nan``).

    Args:
        values: losses, any shape; a scalar is returned as it is (weighted).
        sample_weight: weights that match the leading axes of ``values``, or ``None``.
        mask: booleans that match the leading axes of ``values``; ``False`` leaves an element out of sums and averages.
        reduction: ``"sum"``; ``"sum_over_batch_size"`` or ``"mean"``: sum divided by the number of values;
            ``"mean_with_sample_weight"``: sum divided by the sum of the weights; ``"none"`` or ``None``.

    Returns:
        Scalar, or the weighted losses without a reduction.

    Raises:
        ValueError: if the weights or the mask do not fit.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.losses.reduction import reduce_weighted_values
        >>> losses, weights = jnp.array([1.0, 2.0, 6.0]), jnp.array([1.0, 0.0, 0.5])
        >>> float(reduce_weighted_values(losses, weights, reduction="sum"))
        4.0
        >>> float(reduce_weighted_values(losses, mask=jnp.array([True, True, False])))
        1.5
    """
    reduction = standardize_reduction(reduction)
    values = jnp.asarray(values)
    averaging = reduction in (Reduction.SUM_OVER_BATCH_SIZE, Reduction.MEAN)
    weight = None if sample_weight is None else jnp.asarray(sample_weight).astype(values.dtype)
    if mask is not None:
        from_mask, values = align_weights("mask", _mask_as_weight(jnp.asarray(mask), values.dtype, averaging), values)
        if weight is not None:
            weight, values = align_weights("sample_weight", weight, values)
            weight, from_mask = _same_rank_weights(weight, from_mask)
            weight = weight * from_mask
        else:
            weight = from_mask
    elif weight is not None:
        weight, values = align_weights("sample_weight", weight, values)
    if weight is not None:
        values = jnp.where(weight == 0, 0, values * weight)
    if reduction in (None, Reduction.NONE) or values.ndim == 0:
        return values
    if reduction == Reduction.SUM:
        return jnp.sum(values)
    if reduction == Reduction.MEAN_WITH_SAMPLE_WEIGHT and weight is not None:
        total = jnp.sum(weight)
        return jnp.where(total == 0, 0, jnp.sum(values) / jnp.where(total == 0, 1, total))
    if 0 in values.shape:  # no examples: nothing to average
        return jnp.zeros((), values.dtype)
    return jnp.mean(values)


def _same_rank_weights(first: jax.Array, second: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Append axes of size 1 to the weights with fewer axes."""
    rank = max(first.ndim, second.ndim)
    return tuple(w.reshape(w.shape + (1,) * (rank - w.ndim)) if w.ndim else w for w in (first, second))  # type: ignore
