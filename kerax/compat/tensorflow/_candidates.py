"""Samples of classes: ``tf.random.log_uniform_candidate_sampler`` and its like, and the logits of sampled losses."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array, integer, op
from kerax.compat.tensorflow._random import next_key
from kerax.compat.tensorflow._tensor import Tensor

_HALVINGS = 40  # of the interval in which the number of draws is looked for


class CandidateSampler(NamedTuple):
    """Sampled classes, and how often the true and the sampled ones were to be expected.

    Attributes:
      sampled_candidates: int64, shape (num_sampled,).
      true_expected_count: float32, in the shape of the true classes.
      sampled_expected_count: float32, shape (num_sampled,).
    """

    sampled_candidates: Any
    true_expected_count: Any
    sampled_expected_count: Any


def _log_uniform_chances(classes: int) -> Any:
    """Chance of each class, log((k + 2) / (k + 1)) / log(classes + 1): frequent ones have small numbers."""
    numbers = np.arange(classes)
    return jnp.asarray(np.log((numbers + 2) / (numbers + 1)) / np.log(classes + 1), "float32")


def _sample(key: Any, chances: Any, count: int, unique: bool, true_classes: Any) -> CandidateSampler:
    """Draws classes.

    Distinct ones are the largest of their log chances with Gumbel noise, which is drawing without replacement (Vieira,
    "Gumbel-max trick and weighted reservoir sampling", 2014). How often a class was to be expected then follows from
    the number of draws with replacement that give so many distinct classes on average.
    """
    true = array(true_classes).astype("int32")
    if not unique:
        drawn = jax.random.categorical(key, jnp.log(chances), shape=(count,))
        expected = count * chances
    else:
        drawn = jax.lax.top_k(jnp.log(chances) + jax.random.gumbel(key, chances.shape), count)[1]
        low, high = jnp.asarray(count * 1.0), jnp.asarray(count / jnp.min(chances))
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            enough = jnp.sum(-jnp.expm1(middle * jnp.log1p(-chances))) >= count
            low, high = jnp.where(enough, low, middle), jnp.where(enough, middle, high)
        expected = -jnp.expm1(high * jnp.log1p(-chances))
    return CandidateSampler(Tensor(drawn, "int64"), Tensor(expected[true]), Tensor(expected[drawn]))


def _check(num_sampled: Any, range_max: Any, unique: bool) -> tuple[int, int]:
    count, classes = integer(num_sampled), integer(range_max)
    if unique and count > classes:
        raise errors.InvalidArgumentError(
            None, None, f"Sampler's range is too small: {count} distinct classes of {classes}."
        )
    return count, classes


@op
def log_uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: Any = None,
    name: str | None = None,
) -> Any:
    """Samples classes whose numbers are in the order of their frequency (Zipf's law).

    Args:
      true_classes: class numbers, shape (batch, num_true).
      num_true: how many true classes an example has.
      num_sampled: how many to draw.
      unique: whether they have to be distinct.
      range_max: number of classes.
      seed: of the draw.
      name: accepted as in TensorFlow.

    Returns:
      Sampled classes, and the expected counts of the true and the sampled ones.
    """
    count, classes = _check(num_sampled, range_max, unique)
    return _sample(next_key(seed), _log_uniform_chances(classes), count, unique, true_classes)


@op
def uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: Any = None,
    name: str | None = None,
) -> Any:
    """Samples classes, all alike; see ``log_uniform_candidate_sampler``."""
    count, classes = _check(num_sampled, range_max, unique)
    return _sample(next_key(seed), jnp.full(classes, 1 / classes), count, unique, true_classes)


@op
def fixed_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    vocab_file: str = "",
    distortion: float = 1.0,
    num_reserved_ids: int = 0,
    num_shards: int = 1,
    shard: int = 0,
    unigrams: Any = (),
    seed: Any = None,
    name: str | None = None,
) -> Any:
    """Samples classes by given frequencies, to the power of ``distortion``; see ``log_uniform_candidate_sampler``.

    Raises:
      ValueError: without ``unigrams``.
    """
    if not len(unigrams):
        raise ValueError("fixed_unigram_candidate_sampler() takes the frequencies as unigrams=[...], not from a file.")
    count, _ = _check(num_sampled, range_max, unique)
    weights = np.concatenate([np.zeros(num_reserved_ids), np.asarray(unigrams, float) ** distortion])
    chances = jnp.asarray(np.maximum(weights / weights.sum(), np.finfo(np.float32).tiny), "float32")
    return _sample(next_key(seed), chances, count, unique, true_classes)


def log_uniform(key: Any, count: int, classes: int) -> Any:
    """Draws classes, repeated ones among them, in the order of their frequency."""
    drawn = jnp.exp(jax.random.uniform(key, (count,)) * jnp.log(classes + 1.0)) - 1
    return jnp.clip(drawn.astype("int32"), 0, classes - 1)


def expected_log_uniform(numbers: Any, count: int, classes: int) -> Any:
    """How often classes are to be expected among so many draws."""
    values = numbers.astype("float32")
    return count * jnp.log((values + 2) / (values + 1)) / jnp.log(classes + 1.0)


def sampled_logits(
    weights: Any, biases: Any, labels: Any, inputs: Any, sampled: int, classes: int, true: int, seed: Any
) -> tuple:
    """Logits of the true classes and of a sample of the others, corrected by how often they are drawn.

    Returns:
      ``(logits of the true ones, logits of the sample, true classes, sampled classes)``.
    """
    w, b, x, right = array(weights), array(biases), array(inputs), array(labels).reshape(-1, true)
    drawn = log_uniform(next_key(seed), sampled, classes)
    true_logits = jnp.einsum("bd,btd->bt", x, w[right]) + b[right]
    true_logits = true_logits - jnp.log(expected_log_uniform(right, sampled, classes))
    others = x @ w[drawn].T + b[drawn] - jnp.log(expected_log_uniform(drawn, sampled, classes))
    return true_logits, others, right, drawn
