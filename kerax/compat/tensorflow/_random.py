"""``tf.random``: the functions that keep a state of their own.

Called at once they draw the numbers that TensorFlow draws on the CPU after the same ``set_seed``. In a compiled program
they draw from JAX's generators, and so do functions of layers: distributions are TensorFlow's, the numbers are not.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import _philox as philox
from kerax.compat.tensorflow import _random_stateless as stateless
from kerax.compat.tensorflow import _rejection, _seeds, errors
from kerax.compat.tensorflow._core import array, integer, ints, op, out, tensor
from kerax.compat.tensorflow._dtypes import as_dtype, float32, int64
from kerax.compat.tensorflow._graph_state import counts, loop_keys
from kerax.compat.tensorflow._kinds import check
from kerax.compat.tensorflow._math import cast
from kerax.compat.tensorflow._philox_streams import Stream
from kerax.compat.tensorflow._tensor import Tensor, is_text
from kerax.initializers._sampling import TRUNCATION
from kerax.jax_compat import is_tracer
from kerax.state import Variable as Box
from kerax.state import rng
from kerax.state.trace_failures import UnknownSizeError


def set_seed(seed: Any) -> None:
    """Seeds the global generator: operations draw the same numbers again, in the same order."""
    if seed is None:
        rng.forget_seed()
    else:
        rng.set_global_seed(abs(integer(seed)))
        _seeds.begin(integer(seed))
    _counts.clear()
    _counters.clear()


_counts: dict[Any, int] = {}


def next_key(seed: Any = None) -> Any:
    """A key for one draw; with a seed of its own an operation's draws are a sequence that begins with that seed."""
    keys = loop_keys()
    if keys is not None:
        return keys.draw(seed)
    if seed is None:
        return rng.next_key("tf.random")
    count = _draws(seed)
    base = jax.random.fold_in(jax.random.key(rng.get_global_state()[0] % 2**31), int(seed) % 2**31)
    return jax.random.fold_in(base, count)


def _draws(seed: Any) -> Any:
    """How often something was drawn with a seed; a compiled program of a session keeps it in a variable."""
    if not counts():
        _counts[seed] = _counts.get(seed, -1) + 1
        return _counts[seed]
    if seed not in _counters:
        with jax.ensure_compile_time_eval():
            _counters[seed] = Box(jnp.int32(_counts.get(seed, -1)), trainable=False, name="draws")
    return _counters[seed].assign_add(1).read()


_counters: dict[Any, Any] = {}


class LoopKeys:
    """Keys for what is drawn in one step of a loop.

    Args:
      key: of the step.
    """

    def __init__(self, key: Any):
        self._key, self._drawn = key, 0

    def draw(self, seed: Any) -> Any:
        """The next key."""
        self._drawn += 1
        return jax.random.fold_in(jax.random.fold_in(self._key, self._drawn), int(seed or 0) % 2**31)


def _float(dtype: Any) -> Any:
    return jax.dtypes.canonicalize_dtype(as_dtype(dtype).dtype)


# ---- in compiled programs -------------------------------------------------------------------------------------------
def _draw_normal(key: Any, shape: Any, mean: Any, stddev: Any, dtype: Any) -> Tensor:
    kind = _float(dtype)
    return out(jax.random.normal(key, ints(shape), kind) * array(stddev) + array(mean), None, dtype)


def _draw_truncated(key: Any, shape: Any, mean: Any, stddev: Any, dtype: Any) -> Tensor:
    sample = jax.random.truncated_normal(key, -TRUNCATION, TRUNCATION, ints(shape), _float(dtype))
    return out(sample * array(stddev) + array(mean), None, dtype)


def _draw_uniform(key: Any, shape: Any, minval: Any, maxval: Any, dtype: Any) -> Tensor:
    kind = as_dtype(dtype)
    if kind.is_integer:
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


# ---- at once --------------------------------------------------------------------------------------------------------
def _source(kind: Any, seed: Any, shape: Any) -> Any:
    """Where an operation's numbers come from, None in a compiled program.

    Args:
      kind: of operation.
      seed: its own, or None.
      shape: of what it draws.
    """
    return _seeds.reserve(kind, seed, _count(shape) * _rejection.RESERVED) if _seeds.eager() else None


def _count(shape: Any) -> int:
    return int(np.prod(ints(shape), dtype=np.int64))


@op
def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Any:
    """Draws from the normal distribution."""
    kind = as_dtype(dtype)
    check("RandomStandardNormal", kind)
    source = _source(("normal", kind.name), seed, shape)
    if source is None:
        return _draw_normal(next_key(seed), shape, mean, stddev, kind)
    return stateless._normal(source, shape, mean, stddev, kind)


@op
def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Any:
    """Draws from the normal distribution without what is more than two standard deviations off."""
    kind = as_dtype(dtype)
    source = _source(("truncated", kind.name), seed, shape)
    if source is None:
        return _draw_truncated(next_key(seed), shape, mean, stddev, kind)
    return stateless._truncated(source, shape, mean, stddev, kind)


@op
def uniform(
    shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Any:
    """Draws from ``[minval, maxval)``, floats or whole numbers."""
    kind = as_dtype(dtype)
    check("RandomUniform", kind)
    if kind.is_integer:
        if maxval is None:
            raise ValueError(f"Must specify maxval for integer dtype {kind!r}")
        _check_limits(tensor(minval or 0, hint=kind), tensor(maxval, hint=kind))
    source = _source(("uniform", kind.name), seed, shape)
    if source is None:
        return _draw_uniform(next_key(seed), shape, minval, maxval, kind)
    return stateless._uniform(source, shape, minval, maxval, kind)


def _check_limits(low: Tensor, high: Tensor) -> None:
    for name, one in (("minval", low), ("maxval", high)):
        if one._value.ndim:
            raise errors.InvalidArgumentError(None, None, f"{name} must be 0-D, got shape {one.shape}")
    if not is_tracer(low._value) and not is_tracer(high._value) and not low.numpy() < high.numpy():
        raise errors.InvalidArgumentError(None, None, f"Need minval < maxval, got {low.numpy()} >= {high.numpy()}")


@op
def categorical(logits: Any, num_samples: Any, dtype: Any = None, seed: Any = None, name: str | None = None) -> Any:
    """Draws class numbers by logits, shape (rows, num_samples)."""
    scores, count, kind = tensor(logits), integer(num_samples), as_dtype(dtype or int64)
    if scores._value.ndim != 2:
        raise errors.InvalidArgumentError(None, None, f"logits should be a matrix, got shape {scores.shape}")
    if is_tracer(scores._value) or not _seeds.eager():
        return _draw_categorical(next_key(seed), scores, count, kind)
    numbers = (scores._value.shape[0], -(-count // philox.GROUP) * philox.GROUP)
    source = _source(("categorical", scores.dtype.name, kind.name), seed, numbers)
    return cast(Tensor(philox.categorical(source, np.asarray(scores.numpy(), np.float64), count)), kind)


@op
def shuffle(value: Any, seed: Any = None, name: str | None = None) -> Any:
    """The rows in random order."""
    x = tensor(value)
    if not x._value.ndim or x._value.shape[0] < 2:
        return x
    rows = x._value.shape[0]
    if _seeds.eager():
        source = _seeds.reserve(("shuffle", x.dtype.name), seed, (rows + 2) // philox.GROUP)
        order: Any = Stream(source).order(rows)
    else:
        order = jax.random.permutation(next_key(seed), rows)
    if isinstance(x._value, np.ndarray) and not is_tracer(order):
        return Tensor(x._value[np.asarray(order)], x._label)
    if is_text(x._value):
        raise UnknownSizeError("tf.random.shuffle: strings are put in a random order outside of compiled code only.")
    return Tensor(jnp.take(x.array, order, 0), x._label)


@op
def gamma(
    shape: Any, alpha: Any, beta: Any = None, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Any:
    """Draws from gamma distributions: ``shape`` of each."""
    a, rate = stateless._of_type(alpha, dtype), stateless._of_type(1 if beta is None else beta, dtype)
    parameters = np.broadcast_shapes(a._value.shape, rate._value.shape)
    sizes = (*ints(shape), *parameters)
    if is_tracer(a._value) or is_tracer(rate._value) or not _seeds.eager():
        found = jax.random.gamma(next_key(seed), jnp.broadcast_to(a.array, parameters), sizes)
        return out(found / rate.array, None, dtype)
    source = _source(("gamma", as_dtype(dtype).name), seed, sizes)
    shapes = np.broadcast_to(a.numpy(), parameters)
    return stateless.scaled_gamma(lambda values, many: _rejection.gamma(source, values, many), sizes, shapes, rate)


@op
def poisson(shape: Any, lam: Any, dtype: Any = float32, seed: Any = None, name: str | None = None) -> Any:
    """Draws from Poisson distributions: ``shape`` of each."""
    rate = tensor(lam)
    sizes = (*ints(shape), *rate._value.shape)
    if is_tracer(rate._value) or not _seeds.eager():
        key = jax.random.key(jax.random.bits(next_key(seed)), impl="threefry2x32")
        return out(jax.random.poisson(key, rate.array, sizes), None, dtype)
    source = _source(("poisson", rate.dtype.name, as_dtype(dtype).name), seed, sizes)
    found = _rejection.poisson(source, np.reshape(rate.numpy(), -1), _count(ints(shape)))
    return Tensor(found.reshape(sizes).astype(as_dtype(dtype).dtype))
