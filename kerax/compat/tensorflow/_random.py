"""``tf.random``: from the global generator, from seeds, from Generator objects.

The stateless functions and Generator objects give the numbers that TensorFlow gives on the CPU (Philox). The functions
that keep a state of their own are drawn by JAX's generators: distributions are TensorFlow's, the values are not.
"""

from __future__ import annotations

import enum
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import _philox as philox
from kerax.compat.tensorflow._core import array, integer, ints, op, out, static, tensor
from kerax.compat.tensorflow._dtypes import as_dtype, float32, int32, int64
from kerax.compat.tensorflow._graph_state import tracing
from kerax.compat.tensorflow._joining import stack
from kerax.compat.tensorflow._math import cast
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._variable import Variable
from kerax.initializers._sampling import TRUNCATION
from kerax.jax_compat import is_tracer
from kerax.state import Variable as Box
from kerax.state import rng


def set_seed(seed: Any) -> None:
    """Seeds the global generator: operations draw the same numbers again, in the same order."""
    rng.set_global_seed(abs(integer(seed)))
    _counts.clear()
    _counters.clear()


_counts: dict[Any, int] = {}


def next_key(seed: Any = None) -> Any:
    """A key for one draw; with a seed of its own an operation's draws are a sequence that begins with that seed."""
    if seed is None:
        return rng.next_key("tf.random")
    count = _count(seed)
    base = jax.random.fold_in(jax.random.key(rng.get_global_state()[0] % 2**31), int(seed) % 2**31)
    return jax.random.fold_in(base, count)


def _count(seed: Any) -> Any:
    """How often something was drawn with a seed; a compiled program of a session keeps it in a variable."""
    if not tracing[0]:
        _counts[seed] = _counts.get(seed, -1) + 1
        return _counts[seed]
    if seed not in _counters:
        with jax.ensure_compile_time_eval():
            _counters[seed] = Box(jnp.int32(_counts.get(seed, -1)), trainable=False, name="draws")
    return _counters[seed].assign_add(1).read()


_counters: dict[Any, Any] = {}


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


def _source(seed: Any) -> Any:
    """Where the numbers of a seed come from."""
    value = tensor(seed)
    return philox.of_seed(value.array if is_tracer(value._value) else value.numpy())


def _normal(source: Any, shape: Any, mean: Any, stddev: Any, dtype: Any) -> Tensor:
    kind = as_dtype(dtype)
    return _scaled(philox.normal(source, ints(shape), kind.name), stddev, mean, kind)


def _truncated(source: Any, shape: Any, mean: Any, stddev: Any, dtype: Any) -> Tensor:
    return _scaled(philox.truncated(source, ints(shape)), stddev, mean, as_dtype(dtype))


def _scaled(numbers: Any, factor: Any, offset: Any, kind: Any) -> Tensor:
    factor, offset = tensor(factor), tensor(offset)
    known = isinstance(numbers, (np.ndarray, np.generic)) and not any(is_tracer(one._value) for one in (factor, offset))
    if known:
        numbers = np.asarray(numbers)
        scaled = numbers * factor.numpy().astype(numbers.dtype) + offset.numpy().astype(numbers.dtype)
        return cast(Tensor(np.asarray(scaled)), kind)
    return out(jnp.asarray(numbers) * factor.array + offset.array, None, kind)


def _uniform(source: Any, shape: Any, minval: Any, maxval: Any, dtype: Any) -> Tensor:
    kind, sizes = as_dtype(dtype), ints(shape)
    if not kind.is_integer:
        low = 0.0 if minval is None else minval
        high = tensor(1.0 if maxval is None else maxval, hint=kind)
        return _scaled(philox.uniform(source, sizes, kind.name), high - tensor(low, hint=kind), low, kind)
    wide = kind.size == 8
    if minval is None and maxval is None:
        return _all_bits(source, sizes, kind)
    if maxval is None:
        raise ValueError(f"Must specify maxval for integer dtype {kind.name}")
    low, high = tensor(minval or 0, hint=kind), tensor(maxval, hint=kind)
    if is_tracer(low._value) or is_tracer(high._value):
        return out(philox.whole(source, sizes, low.array, high.array - low.array, wide), None, kind)
    first = int(low.numpy())
    found = philox.whole(source, sizes, first, int(high.numpy()) - first, wide)
    return cast(Tensor(np.asarray(found)), kind) if isinstance(found, np.ndarray) else out(found, None, kind)


def _all_bits(source: Any, sizes: tuple, kind: Any) -> Tensor:
    if kind.size == 8 and source.library is np:
        pairs = philox.words(source, (*sizes, 2))
        found = pairs[..., 1].astype(np.uint64) << np.uint64(32) | pairs[..., 0].astype(np.uint64)
        return Tensor(np.asarray(found).astype(kind.dtype))
    found = philox.words(source, sizes)
    if isinstance(found, (np.ndarray, np.generic)):
        return Tensor(np.asarray(found).astype(kind.dtype))
    return out(found.astype("int32"), None, kind)


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
    """Draws from the normal distribution, by a seed of two numbers: TensorFlow's numbers."""
    return _normal(_source(seed), shape, mean, stddev, dtype)


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
    """Draws from the truncated normal distribution, by a seed of two numbers: TensorFlow's numbers."""
    return _truncated(_source(seed), shape, mean, stddev, dtype)


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
    """Draws from ``[minval, maxval)``, by a seed of two numbers: TensorFlow's numbers."""
    return _uniform(_source(seed), shape, minval, maxval, dtype)


@op
def stateless_categorical(logits: Any, num_samples: Any, seed: Any, dtype: Any = int64, name: str | None = None) -> Any:
    """Draws class numbers by logits, by a seed of two numbers: TensorFlow's numbers."""
    scores = tensor(logits)
    values = scores.array if is_tracer(scores._value) else np.asarray(scores.numpy(), np.float64)
    found = philox.categorical(_source(seed), values, integer(num_samples))
    return cast(Tensor(found), dtype) if isinstance(found, np.ndarray) else out(found, None, dtype)


@op
def stateless_gamma(
    shape: Any, seed: Any, alpha: Any, beta: Any = None, dtype: Any = float32, name: str | None = None
) -> Any:
    """Draws from gamma distributions, by a seed of two numbers; the values are JAX's."""
    found = jax.random.gamma(stateless_key(seed), array(alpha), ints(shape))
    return out(found if beta is None else found / array(beta), None, dtype)


@op
def stateless_poisson(shape: Any, seed: Any, lam: Any, dtype: Any = int32, name: str | None = None) -> Any:
    """Draws from Poisson distributions, by a seed of two numbers; the values are JAX's."""
    key = jax.random.key(jax.random.bits(stateless_key(seed)), impl="threefry2x32")
    return out(jax.random.poisson(key, array(lam), ints(shape)), None, dtype)


@op
def stateless_binomial(
    shape: Any, seed: Any, counts: Any, probs: Any, output_dtype: Any = int32, name: str | None = None
) -> Any:
    """Draws from binomial distributions, by a seed of two numbers; the values are JAX's."""
    number = array(counts).astype("float32")
    return out(jax.random.binomial(stateless_key(seed), number, array(probs), ints(shape)), None, output_dtype)


@op
def stateless_shuffle(value: Any, seed: Any, alg: Any = None, name: str | None = None) -> Any:
    """The rows in random order, by a seed of two numbers; the order is JAX's."""
    x = tensor(value)
    return out(jax.random.permutation(stateless_key(seed), x.array), x._label)


@op
def split(seed: Any, num: Any = 2, alg: Any = None, name: str | None = None) -> Any:
    """Several seeds of one."""
    return _all_bits(_source(seed), (integer(num), 2), tensor(seed).dtype)


@op
def fold_in(seed: Any, data: Any, alg: Any = None, name: str | None = None) -> Any:
    """A seed of a seed and a number."""
    first = _all_bits(_source(seed), (), tensor(data).dtype)
    return stack([first, tensor(data)])


class Algorithm(enum.Enum):
    """TensorFlow's generators; Philox is used for all of them."""

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


def _state_numbers(state: Any) -> np.ndarray:
    """Up to three whole numbers of 64 bits as three."""
    numbers = np.atleast_1d(np.asarray(tensor(state).numpy() if isinstance(state, Tensor) else _signed(state)))
    return np.pad(numbers.astype(np.int64), (0, 3 - numbers.size))


def _signed(numbers: Any) -> np.ndarray:
    rest = [int(one) % 2**64 for one in np.atleast_1d(np.asarray(numbers, object))]
    return np.asarray([one - 2**64 if one >= 2**63 else one for one in rest], np.int64)


def _halves(numbers: np.ndarray) -> np.ndarray:
    """Numbers of 64 bits as twice as many of 32, the low half first: the device has no larger ones."""
    return np.asarray(numbers, "<i8").view("<u4").astype(np.uint32)


_STEP = 256  # counters that TensorFlow leaves to each number


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
        first = copy_from.state.numpy() if copy_from is not None else _state_numbers(state)
        self._state = Variable(_halves(first), trainable=False, name="StateVar")
        self.algorithm = 1

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """A generator that draws the same numbers for the same seed."""
        return cls(state=create_rng_state(seed).numpy().tolist())

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
        return cls(state=[*ints(counter), integer(key)])

    @property
    def state(self) -> Tensor:
        """Where it stands: two numbers of the counter, and the key."""
        return Tensor(np.asarray(self._state.read()).astype("<u4").view("<i8"))

    @property
    def key(self) -> Any:
        """The last number of its state; those before are the counter."""
        return self.state[2]

    def reset(self, state: Any) -> None:
        """Puts it somewhere."""
        self._state.assign(_halves(_state_numbers(state)))

    def reset_from_seed(self, seed: Any) -> None:
        """Begins again with a seed."""
        self.reset([integer(seed), 0, 0])

    def reset_from_key_counter(self, key: Any, counter: Any) -> None:
        """Goes to a key and a counter."""
        self.reset([*ints(counter), integer(key)])

    def _key(self) -> Any:
        """A key for JAX's generators, for what Philox does not draw here."""
        numbers = self._state.read()
        self.skip(1)
        key = jax.random.fold_in(jax.random.key(numbers[4]), numbers[5])
        for word in numbers[:4]:
            key = jax.random.fold_in(key, word)
        return key

    def _source(self, shape: Any) -> Any:
        """Where the next numbers come from; the state goes on behind them."""
        numbers = self._state.read()
        if not is_tracer(numbers):
            numbers = np.asarray(numbers)
        self.skip(int(np.prod(ints(shape), dtype=np.int64)))
        return philox.Source(list(numbers[:4]), list(numbers[4:]))

    def skip(self, delta: Any) -> Any:
        """Goes on without drawing so many numbers."""
        numbers = self._state.read()
        low = numbers[0] + array(delta).astype("uint32") * jnp.uint32(_STEP)
        words, carried = [low], low < numbers[0]
        for word in numbers[1:4]:
            words.append(word + carried.astype("uint32"))
            carried = carried & (words[-1] == 0)
        self._state.assign(Tensor(jnp.stack([*words, *numbers[4:]])))
        return self._state

    def make_seeds(self, count: int = 1) -> Any:
        """Seeds of two numbers, shape (2, count)."""
        keys = _all_bits(self._source((count,)), (integer(count),), int64)
        return Tensor(np.stack([keys.numpy(), np.zeros_like(keys.numpy())]))

    def split(self, count: int = 1) -> list[Generator]:
        """Several generators of this one."""
        keys = _all_bits(self._source((count,)), (integer(count),), int64).numpy()
        return [Generator(state=[0, 0, int(one)]) for one in keys]

    def normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, name: str | None = None
    ) -> Any:
        """Draws from the normal distribution: TensorFlow's numbers."""
        return _normal(self._source(shape), shape, mean, stddev, dtype)

    def truncated_normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, name: str | None = None
    ) -> Any:
        """Draws from the truncated normal distribution: TensorFlow's numbers."""
        return _truncated(self._source(shape), shape, mean, stddev, dtype)

    def uniform(
        self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32, name: str | None = None
    ) -> Any:
        """Draws from ``[minval, maxval)``: TensorFlow's numbers."""
        return _uniform(self._source(shape), shape, minval, maxval, dtype)

    def uniform_full_int(self, shape: Any, dtype: Any = "uint64", name: str | None = None) -> Any:
        """Draws from all whole numbers of a type."""
        return _all_bits(self._source(shape), ints(shape), as_dtype(dtype))

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


def create_rng_state(seed: Any, alg: Any = None) -> Tensor:
    """The state of a generator with a seed."""
    size = 2 if alg in (Algorithm.THREEFRY, "threefry", 2) else 3
    numbers = np.asarray(static(tensor(seed), "seed"), np.int64)
    if numbers.ndim:  # several words: filled up in front
        return Tensor(np.concatenate([np.zeros(max(0, size - numbers.size), np.int64), numbers.reshape(-1)])[:size])
    sign = -1 if numbers < 0 else 0  # one word: its sign goes on
    return Tensor(np.asarray([numbers, *[sign] * (size - 1)], np.int64))
