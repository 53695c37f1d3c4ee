"""``tf.random.stateless_*``: from seeds of two numbers, the numbers that TensorFlow gives on the CPU (Philox).

Gamma, Poisson, binomial and truncated normal numbers are TensorFlow's where the seed and the parameters are known; in a
compiled program they come from JAX's generators.
"""

from __future__ import annotations

import enum
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import _philox as philox
from kerax.compat.tensorflow import _rejection, errors
from kerax.compat.tensorflow._core import array, integer, ints, op, out, tensor
from kerax.compat.tensorflow._dtypes import as_dtype, float32, int32, int64
from kerax.compat.tensorflow._joining import stack
from kerax.compat.tensorflow._math import cast
from kerax.compat.tensorflow._philox_streams import Stream
from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import is_tracer


class Algorithm(enum.Enum):
    """TensorFlow's generators; Philox is the one that it has on the CPU."""

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


def number_of(alg: Any) -> int:
    """The number of a generator that is given by number, name or as an ``Algorithm``.

    Raises:
      ValueError: if there is none such.
    """
    if alg is None:
        return Algorithm.AUTO_SELECT.value
    if isinstance(alg, Algorithm):
        return alg.value
    if isinstance(alg, str):
        if alg.upper() in Algorithm.__members__ and alg.islower():
            return Algorithm[alg.upper()].value
        names = "philox for the Philox algorithm, threefry for ThreeFry, and auto_select for auto-selection"
        raise ValueError(f"Argument `alg` got unsupported value {alg}. Supported values are {names}.")
    found = integer(alg, "alg")
    if found not in (1, 2, 3):
        raise ValueError(
            f"Argument `alg` got unsupported value {found}. Supported values are 1 for the Philox algorithm, 2 for the "
            "ThreeFry algorithm, and 3 for auto-selection."
        )
    return found


def _philox_only(alg: Any) -> None:
    if number_of(alg) == Algorithm.THREEFRY.value:
        raise errors.InvalidArgumentError(None, None, "ThreeFry is not there on the CPU, use alg='philox'.")


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
    return _scaled(philox.truncated(source, ints(shape), as_dtype(dtype).name), stddev, mean, as_dtype(dtype))


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
    alg: Any = "auto_select",
) -> Any:
    """Draws from the normal distribution, by a seed of two numbers: TensorFlow's numbers."""
    _philox_only(alg)
    return _normal(_source(seed), shape, mean, stddev, dtype)


@op
def stateless_truncated_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Any:
    """Draws from the truncated normal distribution, by a seed of two numbers: TensorFlow's numbers."""
    _philox_only(alg)
    return _truncated(_source(seed), shape, mean, stddev, dtype)


@op
def stateless_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Any:
    """Draws from ``[minval, maxval)``, by a seed of two numbers: TensorFlow's numbers."""
    _philox_only(alg)
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
    """Draws from gamma distributions, by a seed of two numbers: TensorFlow's numbers."""
    a, b = _of_type(alpha, dtype), _of_type(1 if beta is None else beta, dtype)
    sizes = ints(shape)
    if not _known(seed, a, b):
        found = jax.random.gamma(stateless_key(seed), a.array, sizes)
        return out(found / b.array, None, dtype)
    shapes = np.broadcast_to(a.numpy(), np.broadcast_shapes(a.shape, b.shape))
    source = _source(seed)
    return scaled_gamma(lambda values, many: _rejection.gamma(source, values, many), sizes, shapes, b)


def scaled_gamma(draw: Any, sizes: tuple, shapes: np.ndarray, rate: Tensor) -> Tensor:
    """Gamma numbers of a shape that ends with that of their parameters, divided by a rate."""
    samples = _samples(sizes, shapes.shape)
    if not samples * shapes.size:
        return Tensor(np.zeros(sizes, shapes.dtype))
    found = draw(shapes.reshape(-1), samples).reshape(sizes).astype(shapes.dtype)
    least = np.finfo(shapes.dtype).tiny if shapes.dtype.kind == "f" else 0
    return Tensor(np.asarray(np.maximum(found / rate.numpy(), np.asarray(least, shapes.dtype))))


def _of_type(value: Any, dtype: Any) -> Tensor:
    made = tensor(value, hint=as_dtype(dtype))
    if made.dtype != as_dtype(dtype):
        return tensor(value, dtype)  # raises: it is of another type
    return made


def _known(*values: Any) -> bool:
    return not any(is_tracer(tensor(one)._value) for one in values)


def _samples(sizes: tuple, parameters: tuple) -> int:
    """How many numbers of each distribution a shape asks for.

    Raises:
      InvalidArgumentError: if the shape does not end with that of the parameters.
    """
    rank = len(parameters)
    if tuple(sizes[len(sizes) - rank :]) != tuple(parameters):
        raise errors.InvalidArgumentError(
            None, None, f"Shape passed in must end with broadcasted shape: {list(sizes)} and {list(parameters)}."
        )
    return int(np.prod(sizes[: len(sizes) - rank], dtype=np.int64))


@op
def stateless_poisson(shape: Any, seed: Any, lam: Any, dtype: Any = int32, name: str | None = None) -> Any:
    """Draws from Poisson distributions, by a seed of two numbers: TensorFlow's numbers."""
    rates, sizes = tensor(lam), ints(shape)
    if not _known(seed, rates):
        key = jax.random.key(jax.random.bits(stateless_key(seed)), impl="threefry2x32")
        return out(jax.random.poisson(key, rates.array, sizes), None, dtype)
    values = rates.numpy()
    found = _rejection.poisson(_source(seed), np.reshape(values, -1), _samples(sizes, np.shape(values)))
    return Tensor(found.reshape(sizes).astype(as_dtype(dtype).dtype))


@op
def stateless_binomial(
    shape: Any, seed: Any, counts: Any, probs: Any, output_dtype: Any = int32, name: str | None = None
) -> Any:
    """Draws from binomial distributions, by a seed of two numbers: TensorFlow's numbers."""
    chances = tensor(probs, hint=float32)
    number, sizes = tensor(counts, hint=chances.dtype), ints(shape)
    if not _known(seed, chances, number):
        found = jax.random.binomial(stateless_key(seed), number.array.astype("float32"), chances.array, sizes)
        return out(found, None, output_dtype)
    return binomial(_source(seed), sizes, number, chances, output_dtype)


def binomial(source: Any, sizes: tuple, counts: Tensor, chances: Tensor, dtype: Any) -> Tensor:
    """Binomial numbers of a shape that ends with that of their parameters."""
    n, p = np.broadcast_arrays(counts.numpy(), chances.numpy())
    found = _rejection.binomial(source, n.reshape(-1), p.reshape(-1).astype(n.dtype), _samples(sizes, n.shape))
    return Tensor(found.reshape(sizes).astype(as_dtype(dtype).dtype))


@op
def stateless_parameterized_truncated_normal(
    shape: Any,
    seed: Any,
    means: Any = 0.0,
    stddevs: Any = 1.0,
    minvals: Any = -2.0,
    maxvals: Any = 2.0,
    name: str | None = None,
) -> Any:
    """Draws from truncated normal distributions, by a seed of two numbers: TensorFlow's numbers of one thread.

    Args:
      shape: of the result; it ends with the shape that the parameters broadcast to.
      seed: two whole numbers, known ones.
      means, stddevs: of the distributions before they are truncated.
      minvals, maxvals: between which the numbers are.
      name: accepted as in TensorFlow.
    """
    given = [tensor(one) for one in (means, stddevs, minvals, maxvals)]
    kinds = {one.dtype.name for one in given}
    if len(kinds) > 1:
        raise errors.InvalidArgumentError(None, None, f"Parameters are of one type, received {sorted(kinds)}.")
    if not _known(seed, *given):
        raise ValueError("stateless_parameterized_truncated_normal() takes known numbers: call it outside tf.function.")
    parameters, sizes = np.broadcast_arrays(*[one.numpy() for one in given]), ints(shape)
    samples = _samples(sizes, parameters[0].shape)
    try:
        found = _rejection.truncated(_source(seed), [one.reshape(-1) for one in parameters], samples)
    except ValueError as error:
        raise errors.InvalidArgumentError(None, None, f"{error}") from None
    return Tensor(found.reshape(sizes))


@op
def stateless_shuffle(value: Any, seed: Any, alg: Any = "auto_select", name: str | None = None) -> Any:
    """The rows in random order, by a seed of two numbers: TensorFlow's order."""
    _philox_only(alg)
    x = tensor(value)
    if not _known(seed):
        return out(jax.random.permutation(stateless_key(seed), x.array), x._label)
    order = Stream(_source(seed)).order(x._value.shape[0])
    if isinstance(x._value, np.ndarray):
        return Tensor(x._value[order], x._label)
    return Tensor(jnp.take(x.array, order, 0), x._label)


@op
def split(seed: Any, num: Any = 2, alg: Any = "auto_select", name: str | None = None) -> Any:
    """Several seeds of one."""
    _philox_only(alg)
    return _all_bits(_source(seed), (integer(num), 2), tensor(seed).dtype)


@op
def fold_in(seed: Any, data: Any, alg: Any = "auto_select", name: str | None = None) -> Any:
    """A seed of a seed and a number."""
    _philox_only(alg)
    first = _all_bits(_source(seed), (), tensor(data).dtype)
    return stack([first, tensor(data)])
