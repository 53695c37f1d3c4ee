"""Random numbers as TensorFlow draws them on the CPU: the generator Philox4x32-10, and what is made of its bits.

Sources: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011), for the generator;
tensorflow/core/lib/random/random_distributions.h and core/kernels/stateless_random_ops.cc (2.15) for which bits become
which number. NumPy computes where the seed is known, JAX where it is traced.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.jax_compat import is_tracer

_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_SCRAMBLING_KEY = (0x3EC8F720, 0x02461E29)
GROUP = 4  # numbers of 32 bits that one counter gives
_RESERVED = 256  # counters that a group of truncated normals may use up
_TRUNCATED_BLOCKS = 8  # of them are drawn: 32 candidates for 4 numbers, 95 % of which fit
_TRUNCATION = 2.0
_EPSILON = 1e-7


def _library(value: Any) -> Any:
    return jnp if is_tracer(value) else np


def _product(factor: int, x: Any) -> tuple[Any, Any]:
    """The low and the high half of a product of 32-bit numbers."""
    low, high = np.uint32(factor & 0xFFFF), np.uint32(factor >> 16)
    x_low, x_high, half = x & np.uint32(0xFFFF), x >> np.uint32(16), np.uint32(16)
    first = low * x_low
    middle = high * x_low + (first >> half)
    other = low * x_high + (middle & np.uint32(0xFFFF))
    return x * np.uint32(factor), high * x_high + (middle >> half) + (other >> half)


def philox(counter: list, key: list) -> list:
    """Four 32-bit numbers of a counter of four and a key of two, elementwise."""
    with np.errstate(over="ignore"):
        c, k = list(counter), list(key)
        for number in range(_ROUNDS):
            if number:
                k = [one + np.uint32(step) for one, step in zip(k, _KEY_STEPS)]
            low0, high0 = _product(_MULTIPLIERS[0], c[0])
            low1, high1 = _product(_MULTIPLIERS[1], c[2])
            c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
        return c


class Source:
    """Where numbers are drawn from: a counter of four and a key of two 32-bit numbers."""

    def __init__(self, counter: list, key: list):
        self.counter, self.key = counter, key
        self.library = _library(sum(counter) + sum(key)) if any(map(is_tracer, (*counter, *key))) else np

    def bits(self, groups: int, stride: int = 1, offset: int = 0) -> Any:
        """32-bit numbers, shape (groups, 4): group ``i`` is that of the counter plus ``stride * i + offset``."""
        steps = (self.library.arange(groups, dtype="uint32") * np.uint32(stride)) + np.uint32(offset)
        with np.errstate(over="ignore"):
            low = self.counter[0] + steps
            carried = (low < steps).astype("uint32")
            second = self.counter[1] + carried
            third = self.counter[2] + (carried & (second == 0).astype("uint32"))
            rest = [third, self.counter[3] + (steps & np.uint32(0))]
        return self.library.stack(philox([low, second, *rest], self.key), -1)


def of_seed(seed: Any) -> Source:
    """The source that a seed of two whole numbers stands for."""
    if is_tracer(seed):
        words = [seed[0], jnp.where(seed[0] < 0, -1, 0), seed[1], jnp.where(seed[1] < 0, -1, 0)]
        words = [one.astype("uint32") for one in words]
    else:
        numbers = np.asarray(seed).astype(np.int64).view(np.uint64)
        words = [np.uint32(half) for one in numbers for half in (int(one) & 0xFFFFFFFF, int(one) >> 32)]
    mixed = philox(words, [np.uint32(one) for one in _SCRAMBLING_KEY])
    zero = mixed[0] & np.uint32(0)
    return Source([zero, zero, mixed[2], mixed[3]], [mixed[0], mixed[1]])


def _flat(shape: tuple) -> int:
    return int(np.prod(shape, dtype=np.int64))


def words(source: Source, shape: tuple) -> Any:
    """Numbers of 32 bits."""
    size = _flat(shape)
    return source.bits(-(-size // GROUP)).reshape(-1)[:size].reshape(shape)


def _as_float(bits: Any) -> Any:
    """The 23 low bits as a number from [0, 1)."""
    mantissa = (bits & np.uint32(0x7FFFFF)) | np.uint32(127 << 23)
    if isinstance(mantissa, (np.ndarray, np.generic)):
        return np.asarray(mantissa, np.uint32).view(np.float32) - np.float32(1)
    return jax.lax.bitcast_convert_type(mantissa, jnp.float32) - 1


def _as_double(first: Any, second: Any) -> Any:
    """52 bits of two numbers as one from [0, 1)."""
    kind = "float64" if isinstance(first, np.ndarray) else "float32"
    high = (first & np.uint32(0xFFFFF)).astype(kind) * 2.0**-20
    return high + second.astype(kind) * 2.0**-52


def uniform(source: Source, shape: tuple, kind: str) -> Any:
    """Numbers from [0, 1)."""
    if kind == "float64":
        size = _flat(shape)
        bits = source.bits(-(-size // 2)).reshape(-1, 2)[:size]
        return _as_double(bits[:, 0], bits[:, 1]).reshape(shape)
    bits = words(source, shape)
    if kind == "float32":
        return _as_float(bits)
    digits = 10 if kind == "float16" else 7  # of the mantissa, filled from the lowest bits
    return (bits & np.uint32((1 << digits) - 1)).astype("float32") * np.float32(2.0**-digits)


def whole(source: Source, shape: tuple, low: Any, span: Any, wide: bool) -> Any:
    """Whole numbers from [low, low + span), as TensorFlow takes them of 32 or 64 bits."""
    size = _flat(shape)
    if not wide:
        with np.errstate(over="ignore"):
            rest = words(source, shape) % source.library.asarray(span, dtype="uint32")
            return rest.astype("int32") + source.library.asarray(low, dtype="int32")
    bits = source.bits(-(-size // 2)).reshape(-1, 2)[:size].reshape(*shape, 2)
    if source.library is np and not is_tracer(span):
        large = bits[..., 1].astype(np.uint64) << np.uint64(32) | bits[..., 0].astype(np.uint64)
        return (large % np.uint64(span)).astype(np.int64) + np.int64(low)
    count = jnp.asarray(span, "uint32")
    rest = bits[..., 1] % count
    for _ in range(32):  # times 2 to the power of 32, modulo the span
        rest = (rest + rest) % count
    return ((rest + bits[..., 0] % count) % count).astype("int32") + jnp.asarray(low, "int32")


def _box_muller(first: Any, second: Any, library: Any) -> Any:
    """Two normal numbers of two from [0, 1), along a new last axis."""
    length = library.sqrt(-2.0 * library.log(library.maximum(first, first.dtype.type(_EPSILON))))
    angle = second * second.dtype.type(2 * np.pi)
    return library.stack([library.sin(angle) * length, library.cos(angle) * length], -1)


def _pairs(bits: Any, library: Any) -> Any:
    """Normal numbers of groups of four 32-bit numbers, shape (groups, 4)."""
    found = _box_muller(_as_float(bits[..., 0::2]), _as_float(bits[..., 1::2]), library)
    return found.reshape(*found.shape[:-2], 2 * found.shape[-2])


def normal(source: Source, shape: tuple, kind: str) -> Any:
    """Numbers of the normal distribution."""
    size = _flat(shape)
    if kind == "float64":
        bits = source.bits(-(-size // 2))
        u, v = _as_double(bits[:, 0], bits[:, 1]), _as_double(bits[:, 2], bits[:, 3])
        return _box_muller(u, v, source.library).reshape(-1)[:size].reshape(shape)
    return _pairs(source.bits(-(-size // GROUP)), source.library).reshape(-1)[:size].reshape(shape)


def truncated(source: Source, shape: tuple, kind: str = "float32") -> Any:
    """Numbers of the normal distribution between -2 and 2: the first candidates of each group that fit."""
    size, library = _flat(shape), source.library
    wide = kind == "float64"
    each = GROUP // 2 if wide else GROUP
    groups = -(-size // each)
    drawn = [source.bits(groups, _RESERVED * each // GROUP, offset) for offset in range(_TRUNCATED_BLOCKS)]
    if wide:
        made = [
            _box_muller(_as_double(one[:, 0], one[:, 1]), _as_double(one[:, 2], one[:, 3]), library) for one in drawn
        ]
    else:
        made = [_pairs(one, library) for one in drawn]
    candidates = library.concatenate(made, -1)
    order = library.argsort(abs(candidates) >= _TRUNCATION, axis=-1, stable=True)
    found = library.take_along_axis(candidates, order[:, :each], -1)
    return found.reshape(-1)[:size].reshape(shape)


def categorical(source: Source, logits: Any, count: int) -> Any:
    """Class numbers, shape (rows, count): where uniform numbers fall among the sums of the classes' shares."""
    rows, library = logits.shape[0], jnp if is_tracer(logits) else source.library
    bits = source.bits(-(-rows * count // 2)).reshape(-1, 2)[: rows * count].reshape(rows, count, 2)
    places = _as_double(bits[..., 0], bits[..., 1])
    shares = library.cumsum(library.exp(logits - library.max(logits, -1, keepdims=True)), -1)
    return (places[:, :, None] * shares[:, None, -1:] >= shares[:, None, :]).sum(-1)
