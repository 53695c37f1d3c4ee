"""``tf.random.Generator``: random numbers from a state of its own, those that TensorFlow gives on the CPU (Philox)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import _philox as philox
from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array, integer, ints, out, static, tensor
from kerax.compat.tensorflow._dtypes import as_dtype, float32, int32, int64
from kerax.compat.tensorflow._random_stateless import (
    Algorithm,
    _all_bits,
    _normal,
    _truncated,
    _uniform,
    binomial,
    number_of,
)
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._variable import Variable
from kerax.jax_compat import is_tracer
from kerax.saving.object_graph import VALUE


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


_BINOMIAL_BATCH = 100  # numbers that TensorFlow has in mind where it goes on behind binomial ones
_STEP = 256  # counters that TensorFlow leaves to each number


class _StateOf:
    """The state of a generator, three numbers of 64 bits, in a checkpoint.

    Args:
      owner: the generator.
    """

    attribute, own, full_name = VALUE, True, "StateVar"

    def __init__(self, owner: Generator):
        self.owner = owner

    def _checkpoint_leaf(self) -> _StateOf:
        return self

    def value(self) -> Any:
        """The numbers to write."""
        return self.owner.state.numpy()

    def describe(self) -> str:
        """What it is, for messages."""
        return "state of a generator"

    def prepare(self, array: Any, key: str, where: str) -> Callable[[], None]:
        """Returns what hands the numbers to the generator.

        Raises:
          ValueError: naming tensor and file, for another number of them.
        """
        if tuple(array.shape) != (self.owner._size,):
            raise ValueError(f"{key!r} in {where!r} should be {self.owner._size} numbers, it has shape {array.shape}.")
        return lambda: self.owner.reset(array)


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
        self.algorithm = copy_from.algorithm if copy_from is not None else number_of(alg or "philox")
        first = copy_from.state.numpy() if copy_from is not None else _state_numbers(state)[: self._size]
        self._state = Variable(_halves(first), trainable=False, name="StateVar")

    @property
    def _size(self) -> int:
        """How many numbers of 64 bits the state has."""
        return 2 if self.algorithm == Algorithm.THREEFRY.value else 3

    def _trackable_children(self) -> list[tuple[str, Any]]:
        """What checkpoints hold of it: its state, as TensorFlow has it."""
        return [("_state_var", _StateOf(self))]

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """A generator that draws the same numbers for the same seed."""
        return cls(state=create_rng_state(seed, alg).numpy().tolist(), alg=alg)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A generator that draws other numbers in every run."""
        return cls(state=[int(np.random.SeedSequence().generate_state(1)[0] >> 1), 0, 0], alg=alg)

    @classmethod
    def from_state(cls, state: Any, alg: Any = None) -> Generator:
        """A generator with a state."""
        return cls(state=state, alg=alg)

    @classmethod
    def from_key_counter(cls, key: Any, counter: Any, alg: Any = None) -> Generator:
        """A generator with a key and a counter."""
        return cls(state=[*ints(counter), integer(key)], alg=alg)

    @property
    def state(self) -> Tensor:
        """Where it stands: two numbers of the counter, and the key."""
        return Tensor(np.asarray(self._state.read()).astype("<u4").view("<i8"))

    @property
    def key(self) -> Any:
        """The last number of its state; those before are the counter."""
        return self.state[self._size - 1]

    def reset(self, state: Any) -> None:
        """Puts it somewhere."""
        self._state.assign(_halves(_state_numbers(state)[: self._size]))

    def reset_from_seed(self, seed: Any) -> None:
        """Begins again with a seed."""
        self.reset([integer(seed), 0, 0])

    def reset_from_key_counter(self, key: Any, counter: Any) -> None:
        """Goes to a key and a counter."""
        self.reset([*ints(counter), integer(key)])

    def _source(self, shape: Any) -> Any:
        """Where the next numbers come from; the state goes on behind them."""
        if self.algorithm == Algorithm.THREEFRY.value:
            raise errors.UnimplementedError(None, None, "ThreeFry is not there on the CPU, use alg='philox'.")
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
        """Draws from binomial distributions: TensorFlow's numbers, where the parameters are known."""
        chances = tensor(probs, hint=float32)
        number, sizes = tensor(counts, hint=chances.dtype), ints(shape)
        many = int(np.prod(np.broadcast_shapes(number._value.shape, chances._value.shape), dtype=np.int64))
        each = int(np.prod(sizes, dtype=np.int64)) // max(many, 1)
        state = self._state.read()
        source = self._source((many * 2 * _BINOMIAL_BATCH * (each + 3) // 4,))
        if any(map(is_tracer, (state, number._value, chances._value))):
            key = jax.random.fold_in(jax.random.key(state[4]), state[0])
            return out(jax.random.binomial(key, number.array, chances.array, sizes), None, dtype)
        return binomial(source, sizes, number, chances, dtype)


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
    size = 2 if number_of(alg) == Algorithm.THREEFRY.value else 3
    numbers = np.asarray(static(tensor(seed), "seed"), np.int64)
    if numbers.ndim:  # several words: filled up in front
        return Tensor(np.concatenate([np.zeros(max(0, size - numbers.size), np.int64), numbers.reshape(-1)])[:size])
    sign = -1 if numbers < 0 else 0  # one word: its sign goes on
    return Tensor(np.asarray([numbers, *[sign] * (size - 1)], np.int64))
