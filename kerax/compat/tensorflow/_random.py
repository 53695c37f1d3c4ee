"""``tf.random``: from the global generator, from seeds, from Generator objects.

Numbers are drawn by JAX's generators: distributions are TensorFlow's, the single values are not.
"""

from __future__ import annotations

import enum
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._core import array, integer, ints, op, out, tensor
from kerax.compat.tensorflow._dtypes import as_dtype, float32, int32, int64
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._variable import Variable
from kerax.initializers._sampling import TRUNCATION
from kerax.state import rng


def set_seed(seed: Any) -> None:
    """Seeds the global generator: operations draw the same numbers again, in the same order."""
    rng.set_global_seed(abs(integer(seed)))
    _counts.clear()


_counts: dict[Any, int] = {}


def next_key(seed: Any = None) -> Any:
    """A key for one draw; with a seed of its own an operation's draws are a sequence that begins with that seed."""
    if seed is None:
        return rng.next_key("tf.random")
    count = _counts[seed] = _counts.get(seed, -1) + 1
    base = jax.random.fold_in(jax.random.key(rng.get_global_state()[0] % 2**31), int(seed) % 2**31)
    return jax.random.fold_in(base, count)


def _float(dtype: Any) -> Any:
    return jax.dtypes.canonicalize_dtype(as_dtype(dtype).dtype)


# ---- what all ways of drawing share ---------------------------------------------------------------------------------
def _draw_normal(key: Any, shape: Any, mean: Any, stddev: Any, dtype: Any) -> Tensor:
    kind = _float(dtype)
    return out(jax.random.normal(key, ints(shape), kind) * array(stddev) + array(mean), None, dtype)


def _draw_truncated(key: Any, shape: Any, mean: Any, stddev: Any, dtype: Any) -> Tensor:
    sample = jax.random.truncated_normal(key, -TRUNCATION, TRUNCATION, ints(shape), _float(dtype))
    return out(sample * array(stddev) + array(mean), None, dtype)


def _draw_uniform(key: Any, shape: Any, minval: Any, maxval: Any, dtype: Any) -> Tensor:
    kind = as_dtype(dtype)
    if kind.is_integer:
        if minval is None and maxval is None:
            bits = jax.random.bits(key, ints(shape), "uint32")
            return out(bits.astype("int32"), None, kind)
        if maxval is None:
            raise ValueError(f"Must specify maxval for integer dtype {kind.name}")
        low, high = array(minval or 0, hint=kind), array(maxval, hint=kind)
        return out(jax.random.randint(key, ints(shape), low, high, _float(kind)), None, kind)
    low, high = array(0.0 if minval is None else minval), array(1.0 if maxval is None else maxval)
    low, high = low.astype(_float(kind)), high.astype(_float(kind))
    return out(jax.random.uniform(key, ints(shape), _float(kind)) * (high - low) + low, None, kind)


def _draw_categorical(key: Any, logits: Any, num_samples: Any, dtype: Any) -> Tensor:
    scores = array(logits)
    count = integer(num_samples)
    found = jax.random.categorical(key, scores[:, None, :], axis=-1, shape=(scores.shape[0], count))
    return out(found, None, dtype)


# ---- from the global generator --------------------------------------------------------------------------------------
@op
def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Any:
    """Draws from the normal distribution."""
    return _draw_normal(next_key(seed), shape, mean, stddev, dtype)


@op
def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Any:
    """Draws from the normal distribution without what is more than two standard deviations off."""
    return _draw_truncated(next_key(seed), shape, mean, stddev, dtype)


@op
def uniform(
    shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Any:
    """Draws from ``[minval, maxval)``, floats or whole numbers."""
    return _draw_uniform(next_key(seed), shape, minval, maxval, dtype)


@op
def categorical(logits: Any, num_samples: Any, dtype: Any = None, seed: Any = None, name: str | None = None) -> Any:
    """Draws class numbers by logits, shape (rows, num_samples)."""
    return _draw_categorical(next_key(seed), logits, num_samples, dtype or int64)


@op
def shuffle(value: Any, seed: Any = None, name: str | None = None) -> Any:
    """The rows in random order."""
    x = tensor(value)
    order = jax.random.permutation(next_key(seed), x._value.shape[0])
    if isinstance(x._value, np.ndarray):
        return Tensor(x._value[np.asarray(order)], x._label)
    return Tensor(jnp.take(x.array, order, 0), x._label)


@op
def gamma(
    shape: Any, alpha: Any, beta: Any = None, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Any:
    """Draws from gamma distributions: ``shape`` of each."""
    a = array(alpha)
    found = jax.random.gamma(next_key(seed), a, (*ints(shape), *a.shape))
    return out(found if beta is None else found / array(beta), None, dtype)


@op
def poisson(shape: Any, lam: Any, dtype: Any = float32, seed: Any = None, name: str | None = None) -> Any:
    """Draws from Poisson distributions: ``shape`` of each."""
    rate = array(lam)
    key = jax.random.key(jax.random.bits(next_key(seed)), impl="threefry2x32")
    return out(jax.random.poisson(key, rate, (*ints(shape), *rate.shape)), None, dtype)


# ---- from seeds of two numbers --------------------------------------------------------------------------------------
def stateless_key(seed: Any) -> Any:
    """The key of a seed of two numbers."""
    numbers = array(seed).astype("uint32")
    return jax.random.fold_in(jax.random.key(numbers[0]), numbers[1])


@op
def stateless_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = float32,
    name: str | None = None,
    alg: Any = None,
) -> Any:
    """Draws from the normal distribution, by a seed of two numbers."""
    return _draw_normal(stateless_key(seed), shape, mean, stddev, dtype)


@op
def stateless_truncated_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = float32,
    name: str | None = None,
    alg: Any = None,
) -> Any:
    """Draws from the truncated normal distribution, by a seed of two numbers."""
    return _draw_truncated(stateless_key(seed), shape, mean, stddev, dtype)


@op
def stateless_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = float32,
    name: str | None = None,
    alg: Any = None,
) -> Any:
    """Draws from ``[minval, maxval)``, by a seed of two numbers."""
    return _draw_uniform(stateless_key(seed), shape, minval, maxval, dtype)


@op
def stateless_categorical(logits: Any, num_samples: Any, seed: Any, dtype: Any = int64, name: str | None = None) -> Any:
    """Draws class numbers by logits, by a seed of two numbers."""
    return _draw_categorical(stateless_key(seed), logits, num_samples, dtype)


@op
def stateless_shuffle(value: Any, seed: Any, alg: Any = None, name: str | None = None) -> Any:
    """The rows in random order, by a seed of two numbers."""
    x = tensor(value)
    return out(jax.random.permutation(stateless_key(seed), x.array), x._label)


@op
def split(seed: Any, num: Any = 2, alg: Any = None, name: str | None = None) -> Any:
    """Several seeds of one."""
    bits = jax.random.bits(stateless_key(seed), (integer(num), 2), "uint32")
    return Tensor(bits.astype("int32"))


@op
def fold_in(seed: Any, data: Any, alg: Any = None, name: str | None = None) -> Any:
    """A seed of a seed and a number."""
    bits = jax.random.bits(jax.random.fold_in(stateless_key(seed), array(data)), (2,), "uint32")
    return Tensor(bits.astype("int32"))


class Algorithm(enum.Enum):
    """TensorFlow's generators; JAX's own is used for all of them."""

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


class Generator:
    """Random numbers from a state of its own.

    Args:
      copy_from: a generator to begin where it stands.
      state: numbers to begin with.
      alg: accepted as in TensorFlow.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> g = tf.random.Generator.from_seed(1)
      >>> g.normal([2, 3]).shape
      TensorShape([2, 3])
    """

    def __init__(self, copy_from: Generator | None = None, state: Any = None, alg: Any = None):
        first = copy_from.state.numpy() if copy_from is not None else np.asarray(array(state))
        self._state = Variable(
            np.resize(np.asarray(first, np.int64), 3), dtype="int64", trainable=False, name="StateVar"
        )
        self.algorithm = 1

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """A generator that draws the same numbers for the same seed."""
        return cls(state=[integer(seed) % 2**31, 0, 0])

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A generator that draws other numbers in every run."""
        return cls(state=[int(np.random.SeedSequence().generate_state(1)[0] >> 1), 0, 0])

    @classmethod
    def from_state(cls, state: Any, alg: Any = None) -> Generator:
        """A generator with a state."""
        return cls(state=state)

    @classmethod
    def from_key_counter(cls, key: Any, counter: Any, alg: Any = None) -> Generator:
        """A generator with a key and a counter."""
        return cls(state=[integer(key), *ints(counter)])

    @property
    def state(self) -> Variable:
        """Where it stands."""
        return self._state

    @property
    def key(self) -> Any:
        """The first number of its state."""
        return tensor(self._state)[0]

    def reset(self, state: Any) -> None:
        """Puts it somewhere."""
        self._state.assign(np.resize(np.asarray(array(state)), 3))

    def reset_from_seed(self, seed: Any) -> None:
        """Begins again with a seed."""
        self._state.assign([integer(seed) % 2**31, 0, 0])

    def _key(self) -> Any:
        numbers = self._state.read()
        self._state.assign(Tensor(numbers.at[1].add(1), "int64"))
        base = jax.random.fold_in(jax.random.key(numbers[0].astype("uint32")), numbers[2].astype("uint32"))
        return jax.random.fold_in(base, numbers[1].astype("uint32"))

    def skip(self, delta: Any) -> Any:
        """Goes on without drawing."""
        self._state.assign(Tensor(self._state.read().at[1].add(array(delta)), "int64"))
        return self._state

    def make_seeds(self, count: int = 1) -> Any:
        """Seeds of two numbers, shape (2, count)."""
        return out(jax.random.bits(self._key(), (2, count), "uint32").astype("int32"), None, int64)

    def split(self, count: int = 1) -> list[Generator]:
        """Several generators of this one."""
        bits = np.asarray(jax.random.bits(self._key(), (count,), "uint32"))
        return [Generator.from_seed(int(one)) for one in bits]

    def normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, name: str | None = None
    ) -> Any:
        """Draws from the normal distribution."""
        return _draw_normal(self._key(), shape, mean, stddev, dtype)

    def truncated_normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, name: str | None = None
    ) -> Any:
        """Draws from the truncated normal distribution."""
        return _draw_truncated(self._key(), shape, mean, stddev, dtype)

    def uniform(
        self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32, name: str | None = None
    ) -> Any:
        """Draws from ``[minval, maxval)``."""
        return _draw_uniform(self._key(), shape, minval, maxval, dtype)

    def uniform_full_int(self, shape: Any, dtype: Any = "uint64", name: str | None = None) -> Any:
        """Draws from all whole numbers of a type."""
        return out(jax.random.bits(self._key(), ints(shape), "uint32"), None, dtype)

    def binomial(self, shape: Any, counts: Any, probs: Any, dtype: Any = int32, name: str | None = None) -> Any:
        """Draws from the binomial distribution."""
        return out(
            jax.random.binomial(self._key(), array(counts).astype("float32"), array(probs), ints(shape)), None, dtype
        )


_global: list[Generator] = []


def get_global_generator() -> Generator:
    """The generator that ``set_global_generator`` set, or one made at first use."""
    if not _global:
        _global.append(Generator.from_non_deterministic_state())
    return _global[0]


def set_global_generator(generator: Generator) -> None:
    """Sets it."""
    _global[:] = [generator]


def create_rng_state(seed: Any, alg: Any = None) -> np.ndarray:
    """The state of a generator with a seed."""
    return np.asarray([integer(seed), 0, 0], np.int64)
