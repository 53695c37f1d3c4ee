"""Numbers of the gamma, Poisson, binomial and truncated normal distributions, as TensorFlow's CPU kernels draw them.

Sources: Marsaglia and Tsang, "A simple method for generating gamma variables" (2000); Hormann, "The transformed
rejection method for generating Poisson random variables" (1993) and "The generation of binomial random variates"
(1993); Robert, "Simulation of truncated normal variables" (1995). In which order which bits are used:
tensorflow/core/kernels/random_op.cc, stateless_random_gamma_op.cc, random_poisson_op.cc, random_binomial_op.cc and
parameterized_truncated_normal_op.cc (2.15).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerax.compat.tensorflow._philox import Source
from kerax.compat.tensorflow._philox_streams import MAKERS, Blocks, Buffer, at

RESERVED = 256  # counters left to each number
_INVERSION_RESERVED = 42  # and to each of a binomial distribution with a small mean
_SQUEEZE = 0.0331  # of Marsaglia and Tsang
_SMALL_RATE = 10  # below it Knuth's way of counting exponential waits
_RANDN_BOUND = 1.3  # standard deviations that have to be inside the bounds for drawing normal numbers
_TAIL = (
    0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
    0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287,
)  # fmt: skip
_lgamma = np.vectorize(math.lgamma, otypes=[float])


def _laid_out(numbers: np.ndarray, parameters: int, samples: int) -> np.ndarray:
    """Outputs are numbered parameter by parameter, and stand sample by sample."""
    return numbers.reshape(parameters, samples).T.reshape(-1)


def gamma(source: Source, alpha: np.ndarray, samples: int) -> np.ndarray:
    """Numbers of gamma distributions with scale 1, shape (samples * alphas,), computed in 64 bits.

    Args:
      source: where the bits come from.
      alpha: the shape of each distribution, (alphas,).
      samples: how many of each.
    """
    shapes = np.repeat(alpha.astype(float), samples)
    count = shapes.size
    blocks = Blocks(source, np.arange(count, dtype=np.uint64) * np.uint64(RESERVED))
    normals, uniforms = Buffer(blocks, count, "normal float64"), Buffer(blocks, count, "uniform float64")
    found = np.zeros(count)
    small = shapes < 1
    d = shapes + np.where(small, 2 / 3, -1 / 3)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
        c = 1 / 3 / np.sqrt(d)
        plain, rows = np.flatnonzero(shapes == 1), np.flatnonzero(shapes != 1)
        found[plain] = -np.log1p(-uniforms.take(plain))
        while rows.size:
            x = normals.take(rows)
            v = 1 + c[rows] * x
            tried, x, v = rows[v > 0], x[v > 0], v[v > 0] ** 3
            u = uniforms.take(tried)
            limit = 0.5 * x * x + d[tried] * (1 - v + np.log(v))
            taken = (u < 1 - _SQUEEZE * (x * x) * (x * x)) | (np.log(u) < limit)
            done = tried[taken]
            found[done] = d[done] * v[taken]
            tiny = done[small[done]]
            found[tiny] *= uniforms.take(tiny) ** (1 / shapes[tiny])
            rows = rows[~np.isin(rows, done)]
    return _laid_out(found, alpha.size, samples)


def poisson(source: Source, rate: np.ndarray, samples: int) -> np.ndarray:
    """Numbers of Poisson distributions, shape (samples * rates,), computed in 64 bits; see ``gamma``."""
    rates = np.repeat(rate.astype(float), samples)
    count = rates.size
    blocks = Blocks(source, np.arange(count, dtype=np.uint64) * np.uint64(RESERVED))
    uniforms, found = Buffer(blocks, count, "uniform float64"), np.zeros(count)
    rows = np.flatnonzero(rates < _SMALL_RATE)
    product, number, end = np.ones(count), np.zeros(count), np.exp(-rates)
    while rows.size:
        product[rows] *= uniforms.take(rows)
        over = product[rows] <= end[rows]
        found[rows[over]] = number[rows[over]]
        rows = rows[~over]
        number[rows] += 1
    rows = np.flatnonzero(rates >= _SMALL_RATE)
    b = 0.931 + 2.53 * np.sqrt(rates)
    a = -0.059 + 0.02483 * b
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1.1239 + 1.1328 / (b - 3.4)
        while rows.size:
            u = uniforms.take(rows) - 0.5
            v, near = uniforms.take(rows), 0.5 - np.abs(u)
            k = np.floor((2 * a[rows] / near + b[rows]) * u + rates[rows] + 0.43)
            inside = (near >= 0.07) & (v <= 0.9277 - 3.6224 / (b[rows] - 2))
            refused = ~inside & ((k < 0) | ((near < 0.013) & (v > near)))
            s = np.log(v * inverse[rows] / (a[rows] / (near * near) + b[rows]))
            t = -rates[rows] + k * np.log(rates[rows]) - _lgamma(np.maximum(k, 0) + 1)
            taken = inside | (~refused & (s <= t))
            found[rows[taken]] = k[taken]
            rows = rows[~taken]
    return _laid_out(found, rate.size, samples)


def binomial(source: Source, counts: np.ndarray, chances: np.ndarray, samples: int) -> np.ndarray:
    """Numbers of binomial distributions, shape (samples * distributions,); see ``gamma``."""
    kind = counts.dtype.type
    p = np.repeat(chances, samples)
    n = np.repeat(counts, samples)
    size = n.size
    found = np.where(np.isnan(p), np.nan, np.where(p >= 1, n, 0)).astype(float)
    found[(n <= 0) | (p <= 0)] = 0
    open_ones = (n > 0) & (p > 0) & (p < 1)
    flipped = p > kind(0.5)
    q = np.where(flipped, kind(1) - p, p)
    large = n * q >= kind(10)
    places = np.arange(size, dtype=np.uint64)
    for few in (True, False):
        rows = np.flatnonzero(open_ones & (large != few))
        reserved = _INVERSION_RESERVED if few else RESERVED
        uniforms = Buffer(Blocks(source, places * np.uint64(reserved)), size, "uniform float64")
        draw = _by_inversion if few else _by_rejection
        numbers = draw(uniforms, rows, n.astype(float), q.astype(float))
        found[rows] = np.where(flipped[rows], n[rows] - numbers, numbers)
    return _laid_out(found, counts.size, samples)


def _by_inversion(uniforms: Buffer, rows: np.ndarray, n: np.ndarray, p: np.ndarray) -> np.ndarray:
    """How many geometric waits fit into the number of trials."""
    total, number, left = np.zeros(n.size), np.zeros(n.size), rows
    with np.errstate(divide="ignore"):
        while left.size:
            total[left] += np.ceil(np.log(uniforms.take(left)) / np.log1p(-p[left]))
            left = left[total[left] <= n[left]]
            number[left] += 1
    return number[rows]


def _stirling(k: np.ndarray) -> np.ndarray:
    """What is missing in Stirling's formula for the logarithm of a factorial."""
    square = (k + 1) ** 2
    far = (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)
    return np.where(k <= 9, np.asarray(_TAIL)[np.clip(k, 0, 9).astype(int)], far)


def _by_rejection(uniforms: Buffer, rows: np.ndarray, n: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Hormann's transformed rejection with a squeeze."""
    found, left = np.zeros(n.size), rows
    with np.errstate(divide="ignore", invalid="ignore"):
        while left.size:
            count, prob = n[left], p[left]
            deviation = np.sqrt(count * prob * (1 - prob))
            b = 1.15 + 2.53 * deviation
            a = -0.0873 + 0.0248 * b + 0.01 * prob
            odds, m = prob / (1 - prob), np.floor((count + 1) * prob)
            u, v = uniforms.take(left), uniforms.take(left)
            u = u - 0.5
            near = 0.5 - np.abs(u)
            k = np.floor((2 * a / near + b) * u + count * prob + 0.5)
            inside = (near >= 0.07) & (v <= 0.92 - 4.2 / b)
            possible = (k >= 0) & (k <= count)
            height = np.log(v * (2.83 + 5.1 / b) * deviation / (a / (near * near) + b))
            bound = (
                (m + 0.5) * np.log((m + 1) / (odds * (count - m + 1)))
                + (count + 1) * np.log((count - m + 1) / (count - k + 1))
                + (k + 0.5) * np.log(odds * (count - k + 1) / (k + 1))
                + _stirling(m) + _stirling(count - m) - _stirling(k) - _stirling(count - k)
            )  # fmt: skip
            taken = inside | (possible & (height <= bound))
            found[left[taken]] = k[taken]
            left = left[~taken]
    return found[rows]


def truncated(source: Source, parameters: Any, samples: int) -> np.ndarray:
    """Numbers of truncated normal distributions, shape (samples * distributions,), one after the other.

    Args:
      source: where the bits come from.
      parameters: means, deviations, least and largest numbers, each (distributions,).
      samples: how many of each.

    Raises:
      ValueError: for a deviation that is not positive, or bounds between which there is nothing.
    """
    kind = parameters[0].dtype
    made, place = [], 0
    for mean, deviation, least, most in zip(*parameters, strict=True):
        if not (deviation > 0 and least < most and (np.isfinite(least) or np.isfinite(most))):
            raise ValueError("Invalid parameters")
        if (np.isinf(least) and least < 0) or most < mean:
            least, most, deviation = most, least, -deviation
        numbers, place = _bounded(source, place, samples, (least - mean) / deviation, (most - mean) / deviation, kind)
        made.append(numbers * deviation + mean)
    return _laid_out(np.concatenate(made).astype(kind), len(made), samples)


def _bounded(source: Source, place: int, samples: int, low: Any, high: Any, kind: np.dtype) -> tuple[np.ndarray, int]:
    """Normal numbers between two bounds, and the place behind the bits that they took."""
    of = kind.type
    uniform, normal = MAKERS[f"uniform {kind}"][0], MAKERS[f"normal {kind}"][0]
    root = np.sqrt(low * low + of(4))
    cutoff = of(2) * np.exp(of(0.5) + low * (low - root) / of(4)) / (low + root)
    found: list[Any] = []

    def group(make: Any) -> np.ndarray:
        nonlocal place
        place += 1
        return make(at(source, np.asarray([place - 1], np.uint64)))[0]

    while len(found) < samples:
        if (low < -_RANDN_BOUND and high >= 0) or (high > _RANDN_BOUND and low <= 0):
            z = group(normal)
            found.extend(z[(z >= low) & (z <= high)])
        elif high - low < cutoff:
            z = group(uniform) * (high - low) + low
            g = ((of(0) if low < 0 else low * low) - z * z) / of(2)
            found.extend(z[group(uniform) <= np.exp(g)])
        else:
            alpha, bits = (low + root) / of(2), group(uniform)
            with np.errstate(divide="ignore"):
                z = -np.log(bits[0::2]) / alpha + low
            x = alpha - z if low < alpha else np.full_like(z, low - alpha)
            found.extend(z[(bits[1::2] <= np.exp(-x * x / of(2))) & (z < high)])
    return np.asarray(found[:samples], kind), place
