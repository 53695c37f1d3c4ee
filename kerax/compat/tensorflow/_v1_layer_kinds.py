"""Layers of ``tf.compat.v1.layers`` without convolutions: dense, dropout, flattening, pooling, normalization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

import kerax
from kerax.compat.tensorflow import _nn as nn
from kerax.compat.tensorflow._core import array, op
from kerax.compat.tensorflow._creating import reshape, shape
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._linalg import matmul, tensordot
from kerax.compat.tensorflow._nn_conv import bias_add
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1_layer import Layer
from kerax.compat.tensorflow._v1_parts import ones_initializer, zeros_initializer
from kerax.compat.tensorflow._v1_scopes import penalty
from kerax.layers import InputSpec
from kerax.state.symbolic import SymbolicTensor


def activation_of(activation: Any) -> Any:
    """An activation as a function of tensors: itself, or the one of a name."""
    if activation is None or callable(activation):
        return activation
    found = kerax.activations.get(activation)

    def named(x: Any) -> Any:
        return Tensor(array(found(array(x))))

    named.__name__ = str(activation)
    return op(named)


class WithKernel(Layer):
    """What layers with kernels, biases and activations share."""

    activation: Any
    activity_regularizer: Any

    def _finished(self, outputs: Any) -> Any:
        found = outputs if self.activation is None else self.activation(outputs)
        if self.activity_regularizer is not None:
            self.add_loss(penalty(self.activity_regularizer, found))
        return found


class Dense(WithKernel):
    """``activation(inputs @ kernel + bias)``.

    Args:
      units: size of the output.
      activation: a function or name; none by default.
      use_bias: whether there is a bias.
      kernel_initializer: that of the variable scope, or Glorot's uniform, by default.
      bias_initializer: zeros by default.
      kernel_regularizer, bias_regularizer, activity_regularizer: functions that give losses.
      kernel_constraint, bias_constraint: applied after each step of an optimizer.
      trainable: whether training changes the variables.
      name: of the scope; "dense" by default.
      **kwargs: ``dtype``, ``_reuse``, ``_scope``.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> layer = tf.compat.v1.layers.Dense(2, kernel_initializer=tf.ones_initializer())
      >>> layer(tf.constant([[1.0, 2.0]])).numpy()
      array([[3., 3.]], dtype=float32)
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = zeros_initializer(),  # noqa: B008
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(trainable, name, **kwargs)
        self.units, self.use_bias, self.activation = int(units), use_bias, activation_of(activation)
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.activity_regularizer = activity_regularizer
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Any) -> None:
        """Makes the variables."""
        size = TensorShape(input_shape)[-1]
        if size is None:
            raise ValueError("The last dimension of the inputs to a Dense layer should be defined. Found None.")
        self.kernel = self.add_weight(
            "kernel",
            [size, self.units],
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias",
                [self.units],
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs: Any) -> Any:  # type: ignore[override]
        """The output, shape (..., units)."""
        rank = TensorShape(inputs.shape).rank or 2
        found = matmul(inputs, self.kernel) if rank == 2 else tensordot(inputs, self.kernel, [[rank - 1], [0]])
        return self._finished(found if self.bias is None else bias_add(found, self.bias))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output."""
        return TensorShape(input_shape)[:-1].concatenate(self.units)


class Dropout(Layer):
    """Elements set to zero at random while training.

    Args:
      rate: share of elements.
      noise_shape: shape of what is drawn; None in it: the input's size.
      seed: of what is drawn.
      name: for messages.
      **kwargs: accepted as in TensorFlow.
    """

    def __init__(
        self, rate: Any = 0.5, noise_shape: Any = None, seed: Any = None, name: str | None = None, **kwargs: Any
    ):
        super().__init__(name=name, **kwargs)
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed

    def call(self, inputs: Any, training: Any = False) -> Any:  # type: ignore[override]
        """The inputs, or, while training, some of them."""
        known = flag_of(training)
        if known is False:
            return inputs
        dropped = nn.dropout(inputs, self.rate, self.noise_shape, self.seed)
        return dropped if known else chosen(training, dropped, inputs)


def flag_of(training: Any) -> bool | None:
    """Whether it is training; None if a session has to say."""
    if isinstance(training, SymbolicTensor) or hasattr(training, "assign"):
        return None
    return bool(array(training)) if isinstance(training, Tensor) else bool(training)


@op
def chosen(pred: Any, one: Any, other: Any) -> Any:
    """One of two tensors of the same shape."""
    return Tensor(jnp.where(array(pred).astype(bool), array(one), array(other)))


class Flatten(Layer):
    """All axes but the first as one.

    Args:
      data_format: "channels_first" puts the channels last before.
      **kwargs: ``name``.
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = data_format

    def call(self, inputs: Any) -> Any:  # type: ignore[override]
        """Shape (batch, elements)."""
        sizes = TensorShape(inputs.shape)
        if self.data_format == "channels_first" and (sizes.rank or 0) > 2:
            from kerax.compat.tensorflow._creating import transpose

            inputs = transpose(inputs, [0, *range(2, sizes.rank), 1])
        if sizes.rank == 1:
            return reshape(inputs, [-1, 1])
        known = TensorShape(sizes.as_list()[1:]).num_elements() if None not in sizes.as_list()[1:] else None
        first = sizes[0] if sizes[0] is not None else shape(inputs)[0]
        return reshape(inputs, [-1, known] if known else [first, -1])


def _pooled(rank: int, kind: str) -> Callable:
    function = kerax.ops.max_pool if kind == "Max" else kerax.ops.average_pool

    def pool(inputs: Any, size: Any, strides: Any, padding: str, data_format: str) -> Any:
        return Tensor(function(array(inputs), size, strides, padding, data_format))

    pool.__name__ = f"{kind}Pool"
    return op(pool)


def tuple_of(value: Any, rank: int) -> tuple:
    """One number for each axis."""
    return tuple(int(one) for one in value) if isinstance(value, (list, tuple)) else (int(value),) * rank


class _Pooling(Layer):
    rank = 1
    kind = "Max"

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str = "channels_last",
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name, **kwargs)
        self.pool_size = tuple_of(pool_size, self.rank)
        self.strides = self.pool_size if strides is None else tuple_of(strides, self.rank)
        self.padding, self.data_format = padding.lower(), data_format
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any) -> Any:  # type: ignore[override]
        """The largest values or the means of windows."""
        return _POOLS[self.rank, self.kind](inputs, self.pool_size, self.strides, self.padding, self.data_format)


_POOLS = {(rank, kind): _pooled(rank, kind) for rank in (1, 2, 3) for kind in ("Max", "Avg")}


class MaxPooling1D(_Pooling):
    """The largest values of windows."""


class MaxPooling2D(_Pooling):
    """The largest values of windows."""

    rank = 2


class MaxPooling3D(_Pooling):
    """The largest values of windows."""

    rank = 3


class AveragePooling1D(_Pooling):
    """The means of windows."""

    kind = "Avg"


class AveragePooling2D(_Pooling):
    """The means of windows."""

    rank, kind = 2, "Avg"


class AveragePooling3D(_Pooling):
    """The means of windows."""

    rank, kind = 3, "Avg"


class BatchNormalization(Layer):
    """Normalization over the batch (Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167).

    While training, the moving means change by operations in the graph's ``UPDATE_OPS``; without a graph at once.

    Args:
      axis: of the features.
      momentum: of the moving means.
      epsilon: added to the variance.
      center, scale: whether there are ``beta`` and ``gamma``.
      beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: first values.
      beta_regularizer, gamma_regularizer: functions that give losses.
      beta_constraint, gamma_constraint: applied after each step of an optimizer.
      renorm, renorm_clipping, renorm_momentum, virtual_batch_size, adjustment: must be off.
      fused: whether moving variances are those of samples, with n - 1; by default where there are four axes.
      trainable: whether training changes the variables.
      name: of the scope; "batch_normalization" by default.
      **kwargs: ``dtype``, ``_reuse``, ``_scope``.

    Raises:
      ValueError: for ``renorm``, ``virtual_batch_size`` or ``adjustment``.
    """

    def __init__(
        self,
        axis: Any = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = zeros_initializer(),  # noqa: B008
        gamma_initializer: Any = ones_initializer(),  # noqa: B008
        moving_mean_initializer: Any = zeros_initializer(),  # noqa: B008
        moving_variance_initializer: Any = ones_initializer(),  # noqa: B008
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        fused: bool | None = None,
        trainable: bool = True,
        virtual_batch_size: int | None = None,
        adjustment: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        if renorm or virtual_batch_size is not None or adjustment is not None:
            raise ValueError(
                "BatchNormalization: kerax has no renorm, virtual_batch_size and adjustment; leave them out."
            )
        super().__init__(trainable, name, **kwargs)
        self.axis = int(axis[0]) if isinstance(axis, (list, tuple)) else int(axis)
        self.momentum, self.epsilon, self.center, self.scale, self.fused = momentum, epsilon, center, scale, fused
        self._parts = {
            "gamma": (scale, gamma_initializer, gamma_regularizer, gamma_constraint),
            "beta": (center, beta_initializer, beta_regularizer, beta_constraint),
        }
        self._moving = {"moving_mean": moving_mean_initializer, "moving_variance": moving_variance_initializer}

    def build(self, input_shape: Any) -> None:
        """Makes the variables."""
        sizes = TensorShape(input_shape).as_list()
        self.axis = self.axis % len(sizes)
        if self.fused is None:
            self.fused = len(sizes) == 4 and self.axis in (1, 3)
        size = sizes[self.axis]
        if size is None:
            raise ValueError(f"Input has undefined axis dimension. Input shape: {TensorShape(input_shape)}")
        for name, (wanted, first, regularizer, constraint) in self._parts.items():
            made = None
            if wanted:
                made = self.add_weight(
                    name, [size], "float32", first, regularizer, trainable=True, constraint=constraint
                )
            setattr(self, name, made)
        for name, first in self._moving.items():
            setattr(self, name, self.add_weight(name, [size], "float32", first, trainable=False))

    def call(self, inputs: Any, training: Any = False) -> Any:  # type: ignore[override]
        """The normalized inputs."""
        known, mean, variance = flag_of(training), self.moving_mean, self.moving_variance  # type: ignore[attr-defined]
        if known is not False:
            batch = batch_moments(inputs, self.axis)
            if known is None:
                self._update(batch, inputs, training)
                mean, variance = (chosen(training, one, two) for one, two in zip(batch, (mean, variance)))
            else:
                self._update(batch, inputs, None)
                mean, variance = batch
        gamma, beta = self.gamma, self.beta  # type: ignore[attr-defined]
        return normalized(inputs, mean, variance, beta, gamma, self.axis, self.epsilon)

    def _update(self, batch: Any, inputs: Any, training: Any) -> None:
        for variable, new, is_variance in zip((self.moving_mean, self.moving_variance), batch, (False, True)):  # type: ignore[attr-defined]
            if is_variance and self.fused:
                new = of_sample(new, inputs, self.axis)
            moved = variable - (variable - new) * (1.0 - self.momentum)
            if training is not None:
                moved = chosen(training, moved, variable)
            if graph_mode():
                self.add_update(variable.assign(moved))
            else:
                variable.assign(moved)


@op
def batch_moments(inputs: Any, axis: int) -> Any:
    """Mean and variance of every feature."""
    x = array(inputs).astype("float32")
    axes = tuple(one for one in range(x.ndim) if one != axis)
    mean = x.mean(axes)
    return Tensor(mean), Tensor(jnp.square(x - _along(mean, x.ndim, axis)).mean(axes))


@op
def of_sample(variance: Any, inputs: Any, axis: int) -> Any:
    """The variance of a sample: with n - 1 in the place of n."""
    sizes = array(inputs).shape
    count = 1
    for one, size in enumerate(sizes):
        count = count if one == axis else count * size
    return Tensor(array(variance) * (count / jnp.maximum(count - 1, 1)))


def _along(value: Any, rank: int, axis: int) -> Any:
    return value.reshape([-1 if one == axis else 1 for one in range(rank)])


@op
def normalized(x: Any, mean: Any, variance: Any, beta: Any, gamma: Any, axis: int, epsilon: float) -> Any:
    """``gamma * (x - mean) / sqrt(variance + epsilon) + beta``."""
    inputs = array(x)
    shaped = [None if one is None else _along(array(one), inputs.ndim, axis) for one in (mean, variance, beta, gamma)]
    found = (inputs - shaped[0]) / jnp.sqrt(shaped[1] + epsilon)
    found = found if shaped[3] is None else found * shaped[3]
    return Tensor((found if shaped[2] is None else found + shaped[2]).astype(inputs.dtype))
