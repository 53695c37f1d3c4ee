"""Samples of classes: ``tf.random.log_uniform_candidate_sampler`` and its like.

Called at once they draw TensorFlow's numbers; source: tensorflow/core/kernels/range_sampler.cc and
core/lib/random/distribution_sampler.cc (2.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import _seeds, errors
from kerax.compat.tensorflow._core import array, integer, op, tensor
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._philox_streams import Stream
from kerax.compat.tensorflow._random import next_key
from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import is_tracer

_GROUPS = 512  # of random numbers that TensorFlow leaves to each sampled class
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


def _compiled(key: Any, chances: Any, count: int, unique: bool, true_classes: Any) -> CandidateSampler:
    """Draws classes in a compiled program.

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


def _sample(
    kind: Any, true_classes: Any, num_true: int, draw: Callable, chances: np.ndarray, many: Any, seed: Any
) -> Any:
    """Draws classes.

    Args:
      kind: of sampler.
      true_classes: shape (batch, num_true).
      num_true: how many true classes an example has.
      draw: a class of a stream of random numbers.
      chances: float32, that of each class.
      many: how many to draw, and whether they have to be distinct.
      seed: of the draw.
    """
    count, unique = integer(many[0]), bool(many[1])
    if unique and count > len(chances):
        raise errors.InvalidArgumentError(
            None, None, f"Sampler's range is too small: {count} distinct classes of {len(chances)}."
        )
    if is_tracer(tensor(true_classes)._value) or not _seeds.eager():
        floor = np.finfo(np.float32).tiny
        return _compiled(next_key(seed), jnp.asarray(np.maximum(chances, floor)), count, unique, true_classes)
    right = known(true_classes)
    if right.ndim != 2 or right.shape[1] != integer(num_true):
        raise errors.InvalidArgumentError(
            None, None, f"true_classes must have {num_true} columns, received shape {right.shape}."
        )
    if right.size and not (0 <= right.min() and right.max() < len(chances)):
        raise errors.InvalidArgumentError(
            None, None, f"`true_candidate` out of range [0, {len(chances)}), received {right.tolist()}."
        )
    stream = Stream(_seeds.reserve((kind, integer(num_true), count, unique, len(chances)), seed, _GROUPS * count))
    found: list[int] = []
    taken: set[int] = set()
    tries = 0
    while len(found) < count:
        tries += 1
        one = draw(stream)
        if not unique or one not in taken:
            found.append(one)
            taken.add(one)
    if tries == count:
        expected = chances * np.float32(count)
    else:
        expected = -np.expm1(np.float32(tries) * np.log1p(-chances))
    drawn = np.asarray(found, np.int64)
    return CandidateSampler(Tensor(drawn), Tensor(expected[right]), Tensor(expected[drawn]))


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
    classes = _range(range_max)
    numbers, spread = np.arange(classes), np.log1p(classes)
    chances = (np.log((numbers + 2) / (numbers + 1)) / spread).astype(np.float32)

    def draw(stream: Stream) -> int:
        return (int(np.exp(stream.double() * spread)) - 1) % classes

    return _sample("log uniform", true_classes, num_true, draw, chances, (num_sampled, unique), seed)


def _range(range_max: Any) -> int:
    classes = integer(range_max)
    if classes <= 0:
        raise errors.InvalidArgumentError(None, None, f"range_max must be positive, received {classes}.")
    return classes


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
    classes = _range(range_max)
    chances = np.full(classes, 1 / classes, np.float32)
    draw = lambda stream: stream.below(classes, 64)  # noqa: E731
    return _sample("uniform", true_classes, num_true, draw, chances, (num_sampled, unique), seed)


@op
def learned_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: Any = None,
    name: str | None = None,
) -> Any:
    """Samples classes as often as true ones have come so far, and one time more; see ``log_uniform_candidate_sampler``.

    What has come is remembered for each seed and number of classes until ``tf.random.set_seed`` is called.
    """
    classes = _range(range_max)
    counts = _seeds.kept(
        ("learned", classes, integer(num_true), integer(num_sampled), unique), seed, lambda: [1] * classes
    )
    sums = np.cumsum(counts)
    chances = np.asarray(counts, np.float32) / np.float32(sums[-1])

    def draw(stream: Stream) -> int:
        return int(np.searchsorted(sums, stream.below(int(sums[-1])), "right"))

    found = _sample("learned", true_classes, num_true, draw, chances, (num_sampled, unique), seed)
    if not is_tracer(tensor(true_classes)._value):
        for one in known(true_classes).reshape(-1).tolist():
            counts[one] += 1
    return found


def _aliases(weights: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """The share of each class's own slot that is its, and the class that the rest of the slot is of (Walker, 1977)."""
    count = len(weights)
    shares = [float(one) * count / float(np.sum(weights, dtype=np.float64)) for one in weights]
    others = list(range(count))
    low = [i for i, one in enumerate(shares) if one < 1]
    high = [i for i, one in enumerate(shares) if one >= 1]
    while high and low:
        small, large = low.pop(), high.pop()
        others[small] = large
        shares[large] -= 1 - shares[small]
        (low if shares[large] < 1 else high).append(large)
    for i in high + low:
        shares[i], others[i] = 1.0, i
    return np.asarray(shares, np.float32), others


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

    Args:
      true_classes, num_true, num_sampled, unique, range_max, seed, name: as there.
      vocab_file: a file whose lines end with a comma and a frequency.
      distortion: the power.
      num_reserved_ids: so many classes come first, with the frequency 0.
      num_shards, shard: only every ``num_shards``-th class counts, from that number on.
      unigrams: the frequencies, in place of a file.

    Raises:
      InvalidArgumentError: with both a file and frequencies, or neither, or not as many as there are classes.
    """
    if bool(vocab_file) == bool(len(unigrams)):
        raise errors.InvalidArgumentError(None, None, "Must provide either vocab_file or unigrams, and not both.")
    if vocab_file:
        with open(vocab_file, encoding="utf-8") as file:
            unigrams = [float(line.rstrip("\n").rpartition(",")[2]) for line in file]
    weights = [np.float32(0)] * num_reserved_ids + [np.float32(one) ** np.float32(distortion) for one in unigrams]
    weights = [one for i, one in enumerate(weights) if i % num_shards == shard]
    if len(weights) != _range(range_max):
        raise errors.InvalidArgumentError(
            None, None, f"range is {range_max} must be equal to weights size {len(weights)}"
        )
    numbers = np.asarray(weights, np.float32)
    shares, others = _aliases(numbers)

    def draw(stream: Stream) -> int:
        place = stream.single()
        slot = stream.below(len(others))
        return slot if place < shares[slot] else others[slot]

    kind = ("fixed", tuple(weights))
    return _sample(kind, true_classes, num_true, draw, numbers / numbers.sum(), (num_sampled, unique), seed)
