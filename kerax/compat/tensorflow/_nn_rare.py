"""Rarer parts of ``tf.nn``: isotonic regression, stateless dropout, all classes as a sample, accidental hits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import _seeds, errors
from kerax.compat.tensorflow._candidates import CandidateSampler
from kerax.compat.tensorflow._core import array, integer, ints, label_of, op, out, tensor
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._tensor import Tensor


@op
def isotonic_regression(inputs: Any, decreasing: bool = True, axis: int = -1) -> Any:
    """The falling (or rising) numbers next to given ones in the sense of least squares.

    Source: the pool adjacent violators algorithm; Best and Chakravarti, 1990.

    Args:
      inputs: numbers; whole ones give float64, or float32 if they have 8 or 16 bits.
      decreasing: whether the result falls along the axis.
      axis: along which.

    Returns:
      The numbers, and for each the number of the block of equal ones that it is in.
    """
    x = tensor(inputs)
    kind = x.dtype.dtype if x.dtype.is_floating else np.dtype("float64" if x.dtype.size >= 4 else "float32")
    rows = np.moveaxis(known(x).astype(float), axis, -1)
    values, blocks = np.empty(rows.shape, kind), np.empty(rows.shape, np.int32)
    for place in np.ndindex(*rows.shape[:-1]):
        pooled: list[tuple[float, int]] = []  # mean and size of each block
        for number in rows[place] if decreasing else -rows[place]:
            pooled.append((number, 1))
            while len(pooled) > 1 and pooled[-2][0] <= pooled[-1][0]:
                (a, m), (b, n) = pooled[-2:]
                pooled[-2:] = [((a * m + b * n) / (m + n), m + n)]
        sizes = [size for _, size in pooled]
        values[place] = np.repeat([mean if decreasing else -mean for mean, _ in pooled], sizes)
        blocks[place] = np.repeat(np.arange(len(pooled)), sizes)
    return Tensor(np.moveaxis(values, -1, axis)), Tensor(np.moveaxis(blocks, -1, axis))


def _dropped(x: Any, rate: Any, noise_shape: Any, uniform: Callable) -> Any:
    x = tensor(x)
    if not x.dtype.is_floating:
        raise ValueError(f"`x.dtype` must be a floating point tensor as `x` will be scaled. Received: {x.dtype}")
    share = float(tensor(rate))
    if not 0 <= share < 1:
        raise ValueError(f"`rate` must be a scalar tensor or a float in the range [0, 1), received {rate!r}.")
    if not share:
        return x
    shape = x._value.shape
    if noise_shape is not None:
        shape = tuple(a if b is None else b for a, b in zip(shape, ints(noise_shape)))
    keep = array(uniform(shape=list(shape), dtype=x.dtype)) >= share
    return out(jnp.where(keep, x.array * (1 / (1 - share)), 0).astype(x.array.dtype), label_of(x))


def stateless_dropout(
    x: Any, rate: Any, seed: Any, rng_alg: Any = None, noise_shape: Any = None, name: str | None = None
) -> Any:
    """Dropout whose noise is that of ``tf.random.stateless_uniform`` for a seed: TensorFlow's own numbers.

    Args:
      x: floats.
      rate: share of the elements that become 0.
      seed: two whole numbers.
      rng_alg: accepted as in TensorFlow.
      noise_shape: shape of the noise; it broadcasts.
      name: accepted as in TensorFlow.
    """
    from kerax.compat.tensorflow._random_stateless import stateless_uniform

    return _dropped(x, rate, noise_shape, lambda shape, dtype: stateless_uniform(shape, seed, dtype=dtype))


def general_dropout(x: Any, rate: Any, uniform_sampler: Callable, noise_shape: Any = None, name: Any = None) -> Any:
    """Dropout whose noise comes from a function of ``shape`` and ``dtype``."""
    return _dropped(x, rate, noise_shape, uniform_sampler)


@op
def all_candidate_sampler(
    true_classes: Any, num_true: int, num_sampled: int, unique: bool, seed: Any = None, name: str | None = None
) -> Any:
    """All classes as a sample: for checking sampled losses."""
    count = integer(num_sampled)
    right = np.asarray(known(true_classes))
    return CandidateSampler(
        Tensor(np.arange(count, dtype=np.int64)),
        Tensor(np.ones(right.shape, np.float32)),
        Tensor(np.ones(count, np.float32)),
    )


@op
def compute_accidental_hits(
    true_classes: Any, sampled_candidates: Any, num_true: int, seed: Any = None, name: str | None = None
) -> Any:
    """Where a sampled class is a true one: rows, places in the sample, and weights that take it out of a softmax."""
    right, drawn = known(true_classes), known(sampled_candidates)
    _seeds.of_operation(seed)  # nothing is drawn, but TensorFlow counts it
    if right.ndim != 2 or right.shape[1] != integer(num_true):
        raise errors.InvalidArgumentError(None, None, f"true_classes must have shape [batch, {num_true}]")
    rows, columns = np.nonzero((right[:, :, None] == drawn[None, None, :]).any(1))
    lowest = np.full(len(rows), np.finfo(np.float32).min, np.float32)
    return Tensor(rows.astype(np.int32)), Tensor(columns.astype(np.int64)), Tensor(lowest)


@op
def batch_norm_with_global_normalization(
    input: Any,
    mean: Any,
    variance: Any,
    beta: Any,
    gamma: Any,
    variance_epsilon: float,
    scale_after_normalization: bool,
    name: str | None = None,
) -> Any:
    """``batch_normalization``, under the name of an operation that is no more."""
    from kerax.compat.tensorflow._nn import batch_normalization

    scale = gamma if scale_after_normalization else None
    return batch_normalization(input, mean, variance, beta, scale, variance_epsilon)


@op
def sobol_sample(dim: Any, num_results: Any, skip: Any = 0, dtype: Any = "float32", name: str | None = None) -> Any:
    """Points of Sobol's sequence, which fill the unit cube evenly.

    Source: direction numbers of Joe and Kuo, 2008, as in SciPy.

    Args:
      dim: number of axes.
      num_results: number of points.
      skip: how many points are left out; the origin always is.
      dtype: float32 or float64.
      name: accepted as in TensorFlow.
    """
    import warnings

    from scipy.stats import qmc

    count, first = integer(num_results), integer(skip) + 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about numbers of points that are no powers of two
        points = qmc.Sobol(integer(dim), scramble=False).random(first + count)[first:]
    return out(jnp.asarray(points, "float32"), None, dtype)
