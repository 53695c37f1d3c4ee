"""Random numbers of JAX's default generator, computed by NumPy.

A model has dozens of weights, and drawing each on the device compiles a program for its size: tenths of a second on
a CPU, for arrays that NumPy fills in milliseconds. The bits are those of `jax.random`, so are uniform samples; normal
ones may differ in the last bits of the inverse error function.

Sources: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (Threefry-2x32, 20 rounds); Giles 2010,
"Approximating the erfinv function" (single precision).
"""

from __future__ import annotations

import math

import numpy as np

# Threefry-2x32: rotation distances of four rounds each, in turn, and the constant that makes the third key word.
_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_ROUND_GROUPS = 5
_KEY_PARITY = np.uint32(0x1BD11BDA)

# The counter's low word holds the position.
LARGEST_SIZE = 1 << 32

# A block's arrays stay in the processor's cache.
_BLOCK = 1 << 15

_MANTISSA_SHIFT = np.uint32(9)  # 32 bits to the 23 of a float32's mantissa
_ONE_BITS = np.uint32(0x3F800000)  # float32 1.0

# Giles 2010, table 5: coefficients for w < 5 (in w - 2.5) and for the tails (in sqrt(w) - 3), highest power first.
_CENTRAL = (
    *(2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503),
    *(-0.00417768164, 0.246640727, 1.50140941),
)
_TAIL = (
    *(-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613),
    *(0.00943887047, 1.00167406, 2.83297682),
)
_TAIL_BEGINS = np.float32(5.0)


def random_bits(key: np.ndarray, start: int, stop: int) -> np.ndarray:
    """Returns elements ``start`` to ``stop`` of the stream of a key.

    Args:
      key: two uint32 words.
      start: first element.
      stop: end of the elements, below 2**32.

    Returns:
      uint32 array, the same as in `jax.random.bits` (with ``jax_threefry_partitionable``).

    Example:
      >>> import jax, numpy as np
      >>> from kerax.functional.threefry import random_bits
      >>> bits = jax.random.bits(jax.random.key(7), (5,))
      >>> bool((random_bits(np.array([0, 7], np.uint32), 0, 5) == np.asarray(bits)).all())
      True
    """
    words = (np.uint32(key[0]), np.uint32(key[1]), np.uint32(key[0]) ^ np.uint32(key[1]) ^ _KEY_PARITY)
    # The counter of element i is (high word, low word) of i; the high word is 0 here.
    x0 = np.full(stop - start, words[0], np.uint32)
    x1 = np.arange(start, stop, dtype=np.uint32)
    x1 += words[1]
    turned = np.empty_like(x1)
    for group in range(_ROUND_GROUPS):
        for distance in _ROTATIONS[group % 2]:
            x0 += x1
            np.left_shift(x1, np.uint32(distance), out=turned)
            x1 >>= np.uint32(32 - distance)
            x1 |= turned
            x1 ^= x0
        x0 += words[(group + 1) % 3]
        with np.errstate(over="ignore"):  # a sum of words is meant modulo 2**32
            x1 += words[(group + 2) % 3] + np.uint32(group + 1)
    x0 ^= x1
    return x0


def _uniform(key: np.ndarray, start: int, stop: int, low: np.float32, high: np.float32) -> np.ndarray:
    bits = random_bits(key, start, stop)
    bits >>= _MANTISSA_SHIFT
    bits |= _ONE_BITS
    samples = bits.view(np.float32)
    samples -= np.float32(1)
    if (low, high) != (0, 1):
        samples *= high - low
        samples += low
        np.maximum(samples, low, out=samples)
    return samples


def _polynomial(x: np.ndarray, coefficients: tuple[float, ...]) -> np.ndarray:
    total = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        total *= x
        total += np.float32(coefficient)
    return total


def erf_inv(x: np.ndarray) -> np.ndarray:
    """Returns the inverse error function of float32 numbers inside (-1, 1), to about 1e-7.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.threefry import erf_inv
      >>> erf_inv(np.float32([0.0, 0.5])).round(5)
      array([0.     , 0.47694], dtype=float32)
    """
    w = -np.log1p(-x * x)
    result = _polynomial(w - np.float32(2.5), _CENTRAL)
    tail = w >= _TAIL_BEGINS
    if tail.any():
        result[tail] = _polynomial(np.sqrt(w[tail]) - np.float32(3), _TAIL)
    result *= x
    return result


def sample(key: np.ndarray, kind: str, size: int, truncation: float) -> np.ndarray:
    """Returns float32 samples as `jax.random` draws them for a key.

    Args:
      key: two uint32 words.
      kind: ``normal`` (0, 1), ``truncated_normal`` (0, 1, cut at ``truncation``) or ``uniform`` [0, 1).
      size: number of samples.
      truncation: in standard deviations.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.threefry import sample
      >>> sample(np.array([0, 1], np.uint32), "uniform", 3, 2.0).dtype
      dtype('float32')
    """
    low, high = np.float32(0), np.float32(1)
    if kind == "normal":
        low = np.nextafter(np.float32(-1), np.float32(0))
    elif kind == "truncated_normal":
        high = np.float32(math.erf(truncation / math.sqrt(2)))
        low = -high
    samples = np.empty(size, np.float32)
    for start in range(0, size, _BLOCK):
        stop = min(start + _BLOCK, size)
        block = _uniform(key, start, stop, low, high)
        if kind != "uniform":
            block = erf_inv(block)
            block *= np.float32(math.sqrt(2))
        samples[start:stop] = block
    if kind == "truncated_normal":
        edge = np.nextafter(np.float32(truncation), np.float32(0))
        np.clip(samples, -edge, edge, out=samples)
    return samples
