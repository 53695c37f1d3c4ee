"""``tf.nn``: activations, losses, convolutions, pooling, normalization, look-ups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import activations, ops
from kerax.compat.tensorflow import _math, errors
from kerax.compat.tensorflow._composite import is_composite
from kerax.compat.tensorflow._core import array, integer, ints, label_of, op, out, pair, quick, tensor
from kerax.compat.tensorflow._kinds import check
from kerax.compat.tensorflow._random import uniform
from kerax.compat.tensorflow._reducing import reduce_sum
from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import is_tracer


# ---- activations ----------------------------------------------------------------------------------------------------
def _activation(name: str, function: Callable, twin: Any = None) -> Any:
    compute = quick(lambda x: function(x).astype(x.dtype))

    def run(features: Any, name: str | None = None) -> Any:
        if is_composite(features):
            return _math.on_parts(run, features)
        x = tensor(features)
        check(title, x.dtype)
        return out(compute(x.array), label_of(x))

    title = name.title()
    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"``tf.nn.{name}``, elementwise."
    made = op(run)
    if twin is not None:
        made._kerax_twin = twin
    return made


relu = _activation("relu", jax.nn.relu, activations.relu)
relu6 = _activation("relu6", jax.nn.relu6, activations.relu6)
elu = _activation("elu", jax.nn.elu, activations.elu)
selu = _activation("selu", jax.nn.selu, activations.selu)
tanh, sigmoid = _math.tanh, _math.sigmoid
softplus = _activation("softplus", jax.nn.softplus, activations.softplus)
softsign = _activation("softsign", jax.nn.soft_sign, activations.softsign)
_math.sigmoid._kerax_twin = activations.sigmoid
_math.tanh._kerax_twin = activations.tanh
_math.softplus._kerax_twin = activations.softplus
_math.exp._kerax_twin = activations.exponential


@op
def leaky_relu(features: Any, alpha: Any = 0.2, name: str | None = None) -> Any:
    """The positive part, and a fraction of the negative one."""
    x = tensor(features)
    check("LeakyRelu", x.dtype)
    x = x if x.dtype.is_floating else _math.cast(x, "float32")
    return out(_leaky(x.array, tensor(alpha).operand), label_of(x))


_leaky = quick(lambda x, slope: jax.nn.leaky_relu(x, slope.astype(x.dtype)))


@op
def crelu(features: Any, axis: int = -1, name: str | None = None) -> Any:
    """Positive part and negated negative part side by side."""
    x = tensor(features)
    check("Crelu", x.dtype)
    return out(jnp.concatenate([jax.nn.relu(x.array), jax.nn.relu(-x.array)], axis), label_of(x))


@op
def gelu(features: Any, approximate: bool = False, name: str | None = None) -> Any:
    """The Gaussian error linear unit, exact by default."""
    x = tensor(features)
    check("Gelu", x.dtype)
    return out(_gelu(x.array, approximate=bool(approximate)), label_of(x))


_gelu = quick(jax.nn.gelu, "approximate")


@op
def silu(features: Any, beta: Any = 1.0) -> Any:
    """``x * sigmoid(beta * x)``."""
    x = tensor(features)
    check("Silu", x.dtype)
    return out(_silu(x.array, tensor(beta, hint=x.dtype).operand), label_of(x))


_silu = quick(lambda x, beta: x * jax.nn.sigmoid(beta * x))


swish = silu
silu._kerax_twin = activations.silu
gelu._kerax_twin = activations.gelu


@op
def softmax(logits: Any, axis: Any = None, name: str | None = None) -> Any:
    """Exponentials that sum to 1 along an axis, the last by default."""
    if is_composite(logits):
        return _of_rows(softmax, logits)
    x = tensor(logits)
    check("Softmax", x.dtype)
    return out(jax.nn.softmax(x.array, -1 if axis is None else integer(axis)), label_of(x))


@op
def log_softmax(logits: Any, axis: Any = None, name: str | None = None) -> Any:
    """The logarithm of ``softmax``."""
    x = tensor(logits)
    check("LogSoftmax", x.dtype)
    return out(jax.nn.log_softmax(x.array, -1 if axis is None else integer(axis)), label_of(x))


def _of_rows(function: Callable, ragged: Any) -> Any:
    from kerax.compat.tensorflow._ragged_ops import stack_rows

    return stack_rows([function(row) for row in ragged], ragged)


softmax._kerax_twin = activations.softmax
log_softmax._kerax_twin = activations.log_softmax


# ---- losses ---------------------------------------------------------------------------------------------------------
@op
def sigmoid_cross_entropy_with_logits(labels: Any = None, logits: Any = None, name: str | None = None) -> Any:
    """``max(x, 0) - x * z + log(1 + exp(-|x|))``, elementwise."""
    x = tensor(logits)
    check("Softsign", x.dtype)
    x, z = pair(x, tensor(labels), "Mul")
    if x.shape != z.shape:
        raise ValueError(f"`logits` and `labels` must have the same shape, received ({x.shape} vs {z.shape}).")
    value = jnp.maximum(x.array, 0) - x.array * z.array + jnp.log1p(jnp.exp(-jnp.abs(x.array)))
    return out(value, label_of(x))


@op
def weighted_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, pos_weight: Any = None, name: str | None = None
) -> Any:
    """As ``sigmoid_cross_entropy_with_logits``, with positive labels weighted."""
    x = tensor(logits)
    x, z = pair(x, labels, "Mul")
    weight = 1 + (array(pos_weight, hint=x.dtype) - 1) * z.array
    tail = jnp.log1p(jnp.exp(-jnp.abs(x.array))) + jax.nn.relu(-x.array)
    return out((1 - z.array) * x.array + weight * tail, label_of(x))


def _same_sizes(logits: Any, labels: Any) -> None:
    one, two = logits._value.shape, labels._value.shape
    known = [(a, b) for a, b in zip(reversed(one), reversed(two)) if isinstance(a, int) and isinstance(b, int)]
    if any(a != b and 1 not in (a, b) for a, b in known):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"logits and labels must be broadcastable: logits_size={list(one)} labels_size={list(two)} "
            "[Op:SoftmaxCrossEntropyWithLogits]",
        )


@op
def softmax_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, axis: int = -1, name: str | None = None
) -> Any:
    """Cross-entropy of probabilities and the softmax of logits."""
    x = tensor(logits)
    check("SoftmaxCrossEntropyWithLogits", x.dtype)
    x, z = pair(x, labels, "SoftmaxCrossEntropyWithLogits")
    _same_sizes(x, z)
    return out(-jnp.sum(z.array * jax.nn.log_softmax(x.array, axis), axis), label_of(x))


@op
def sparse_softmax_cross_entropy_with_logits(labels: Any = None, logits: Any = None, name: str | None = None) -> Any:
    """Cross-entropy of class numbers and the softmax of logits; a number without a class gives not-a-number."""
    x, index = tensor(logits), array(labels)
    check("SparseSoftmaxCrossEntropyWithLogits", x.dtype)
    check("Labels", tensor(labels).dtype)
    if index.ndim == x._value.ndim - 1 and x._value.shape[:-1] != index.shape:
        raise ValueError(
            f"`labels.shape` must equal `logits.shape` except for the last dimension. Received: labels.shape="
            f"{index.shape} and logits.shape={x._value.shape}"
        )
    numbers = np.zeros(0) if is_tracer(index) else np.asarray(index)  # NumPy, also while a function is traced
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < x._value.shape[-1]:
        raise errors.InvalidArgumentError(
            None, None, f"Received a label value outside the valid range of [0, {x._value.shape[-1]}): "
            f"{np.asarray(index).tolist()}"
        )  # fmt: skip
    if index.ndim != x._value.ndim - 1:
        raise ValueError(
            f"Rank mismatch: Rank of labels (received {index.ndim}) should equal rank of logits minus 1 (received "
            f"{x._value.ndim})."
        )
    return out(_surprise(x.array, index), label_of(x))


@quick
def _surprise(x: Any, index: Any) -> Any:
    log = jax.nn.log_softmax(x, -1)
    picked = jnp.take_along_axis(log, jnp.clip(index, 0, log.shape[-1] - 1).astype("int32")[..., None], -1)[..., 0]
    return jnp.where((index >= 0) & (index < log.shape[-1]), -picked, jnp.nan)


@op
def l2_loss(t: Any, name: str | None = None) -> Any:
    """Half the sum of squares."""
    x = tensor(t)
    check("L2Loss", x.dtype)
    return out(jnp.sum(jnp.square(x.array)) / 2, label_of(x))


@op
def log_poisson_loss(targets: Any, log_input: Any, compute_full_loss: bool = False, name: str | None = None) -> Any:
    """``exp(c) - z * c``."""
    c = tensor(log_input)
    c, z = pair(c, targets, "Mul")
    value = jnp.exp(c.array) - c.array * z.array
    if compute_full_loss:
        stirling = z.array * jnp.log(z.array) - z.array + 0.5 * jnp.log(2 * np.pi * z.array)
        value = value + jnp.where((z.array >= 0) & (z.array <= 1), 0, stirling)
    return out(value, label_of(c))


@op
def compute_average_loss(per_example_loss: Any, sample_weight: Any = None, global_batch_size: Any = None) -> Any:
    """The sum of losses divided by the number of examples in all replicas' batches together."""
    from kerax.compat.tensorflow._distribute import get_strategy

    x = tensor(per_example_loss)
    losses = x.array
    if not losses.ndim:
        raise ValueError(f"`per_example_loss` has a number for each example, received one number: {x!r}.")
    if sample_weight is not None:
        weight = array(sample_weight, hint=x.dtype)
        losses = losses * weight.reshape(weight.shape + (1,) * (losses.ndim - weight.ndim))
    size = global_batch_size
    if size is None:
        size = (losses.shape[0] if losses.ndim else 1) * get_strategy().num_replicas_in_sync
    return out(jnp.sum(losses) / jnp.asarray(array(size), losses.dtype), label_of(x))


@op
def scale_regularization_loss(regularization_loss: Any) -> Any:
    """A sum of regularization losses divided by the number of replicas."""
    from kerax.compat.tensorflow._distribute import get_strategy

    return reduce_sum(regularization_loss) / float(get_strategy().num_replicas_in_sync)


@op
def ctc_loss(
    labels: Any,
    logits: Any,
    label_length: Any,
    logit_length: Any,
    logits_time_major: bool = True,
    unique: Any = None,
    blank_index: Any = None,
    name: str | None = None,
) -> Any:
    """Connectionist temporal classification."""
    x = array(logits)
    if is_composite(labels):
        from kerax.compat.tensorflow._sparse import to_dense

        rows = labels.indices.numpy()[:, 0]
        label_length = np.bincount(rows, minlength=int(labels.dense_shape[0])).astype(np.int32)
        labels, blank_index = to_dense(labels), -1 if blank_index is None else blank_index
    x = jnp.swapaxes(x, 0, 1) if logits_time_major else x
    blank = 0 if blank_index is None else integer(blank_index) % x.shape[-1]
    return Tensor(ops.ctc_loss(array(labels), x, array(label_length), array(logit_length), blank))


# ---- noise and normalization ----------------------------------------------------------------------------------------
@op
def dropout(x: Any, rate: Any, noise_shape: Any = None, seed: Any = None, name: str | None = None) -> Any:
    """Elements set to zero at random, the others enlarged so that the sum stays the same on average."""
    if is_composite(x):
        return _math.on_parts(lambda part: dropout(part, rate, noise_shape, seed), x)
    x = tensor(x)
    if not x.dtype.is_floating:
        raise ValueError(f"`x.dtype` must be a floating point tensor as `x` will be scaled. Received: {x.dtype}")
    share = array(rate, hint=x.dtype)
    if not isinstance(share, jax.core.Tracer):
        if not 0 <= float(share) < 1:
            raise ValueError(f"`rate` must be a scalar tensor or a float in the range [0, 1), received {rate!r}.")
        if float(share) == 0:
            return x
    shape = (
        x._value.shape
        if noise_shape is None
        else tuple(a if b is None else b for a, b in zip(x._value.shape, ints(noise_shape)))
    )
    keep = array(uniform(shape, dtype=x.dtype, seed=seed)) >= share
    return out(jnp.where(keep, x.array / (1 - share), 0).astype(x.array.dtype), label_of(x))


@op
def moments(x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None) -> Any:
    """Mean and variance along axes."""
    x = tensor(x)
    places = ints(axes, "axes")
    if x.dtype.is_integer:  # whole numbers stay such, as TensorFlow's means of them do
        from kerax.compat.tensorflow._reducing import reduce_mean

        middle = reduce_mean(x, axes, True)
        spread = reduce_mean(_math.squared_difference(x, middle), axes, keepdims)
        return (middle if keepdims else reduce_mean(x, axes)), spread
    mean = jnp.mean(x.array, places, keepdims=True)
    variance = jnp.mean(jnp.square(x.array - jax.lax.stop_gradient(mean)), places, keepdims=keepdims)
    return out(mean if keepdims else jnp.squeeze(mean, places), label_of(x)), out(variance, label_of(x))


@op
def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: Any, name: str | None = None
) -> Any:
    """``(x - mean) / sqrt(variance + epsilon) * scale + offset``."""
    x = tensor(x)
    factor = jax.lax.rsqrt(array(variance) + variance_epsilon)
    factor = factor if scale is None else factor * array(scale)
    shift = -array(mean) * factor + (0 if offset is None else array(offset))
    return out((x.array * factor + shift).astype(x.array.dtype), label_of(x))


@op
def local_response_normalization(
    input: Any, depth_radius: int = 5, bias: float = 1, alpha: float = 1, beta: float = 0.5, name: str | None = None
) -> Any:
    """Each channel divided by the strength of the channels around it."""
    x = tensor(input)
    if x._value.ndim != 4:
        raise errors.InvalidArgumentError(None, None, f"in must be 4-dimensional, received shape {x.shape} [Op:LRN]")
    square = jnp.pad(jnp.square(x.array), [(0, 0)] * (x._value.ndim - 1) + [(depth_radius, depth_radius)])
    count = x._value.shape[-1]
    total = sum(square[..., i : i + count] for i in range(2 * depth_radius + 1))
    return out(x.array / (bias + alpha * total) ** beta, label_of(x))


# ---- look-ups -------------------------------------------------------------------------------------------------------
@op
def embedding_lookup(params: Any, ids: Any, max_norm: Any = None, name: str | None = None) -> Any:
    """Rows of a table, which may be a list of parts of neighbouring rows."""
    from kerax.compat.tensorflow._gather import gather
    from kerax.compat.tensorflow._linalg import clip_by_norm
    from kerax.compat.tensorflow._partitioned import whole_table

    rows = gather(whole_table(params) if isinstance(params, (list, tuple)) else params, ids)
    return rows if max_norm is None else clip_by_norm(rows, max_norm, axes=[-1])


@op
def weighted_moments(x: Any, axes: Any, frequency_weights: Any, keepdims: bool = False, name: str | None = None) -> Any:
    """Weighted mean and variance along axes."""
    places = ints(axes, "axes")
    values, weights = array(x), jnp.broadcast_to(array(frequency_weights), array(x).shape)
    total = jnp.sum(weights, places, keepdims=True)
    mean = jnp.sum(values * weights, places, keepdims=True) / total
    variance = jnp.sum(jnp.square(values - mean) * weights, places, keepdims=True) / total
    if keepdims:
        return Tensor(mean), Tensor(variance)
    return Tensor(jnp.squeeze(mean, places)), Tensor(jnp.squeeze(variance, places))
