"""BatchNormalization."""

from __future__ import annotations

from typing import Any

from kerax import constraints, initializers, regularizers
from kerax.functional.normalization import batch_moments, scale_and_shift, widen
from kerax.layers.checks import known_axis, number_in
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer


class BatchNormalization(Layer):
    """Normalizes each channel by the mean and variance of the batch, and by their moving averages outside training.

    With ``trainable=False`` the layer always uses the moving averages. In mixed precision, statistics are computed
    and kept in float32.

    Reference: Ioffe and Szegedy, "Batch Normalization", 2015, https://arxiv.org/abs/1502.03167

    Args:
        axis: the channel axis.
        momentum: of the moving averages: ``moving = moving * momentum + batch * (1 - momentum)``.
        epsilon: added to the variance.
        center: whether ``beta`` is added.
        scale: whether ``gamma`` is multiplied.
        beta_initializer: of ``beta``.
        gamma_initializer: of ``gamma``.
        moving_mean_initializer: of the moving mean.
        moving_variance_initializer: of the moving variance.
        beta_regularizer: penalty on ``beta``.
        gamma_regularizer: penalty on ``gamma``.
        beta_constraint: applied to ``beta`` after each optimizer step.
        gamma_constraint: applied to ``gamma`` after each optimizer step.
        synchronized: accepted for Keras's sake: a batch that is spread over devices is always normalized as one.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: for a momentum outside [0, 1], or ``renorm=True``, which is not supported.

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.BatchNormalization()
        >>> layer(np.array([[1.0], [3.0]], "float32"), training=True).round(2).tolist()
        [[-1.0], [1.0]]
        >>> round(float(layer.moving_mean[0]), 3)
        0.02
    """

    supports_masking = True

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        synchronized: bool = False,
        **kwargs: Any,
    ):
        if kwargs.pop("renorm", False):
            raise ValueError(
                "BatchNormalization: renorm=True is not supported; use LayerNormalization or GroupNormalization for "
                "small batches."
            )
        for unused in ("renorm_clipping", "renorm_momentum", "fused", "virtual_batch_size", "adjustment"):
            kwargs.pop(unused, None)
        super().__init__(**kwargs)
        self.axis = int(axis[0]) if isinstance(axis, (list, tuple)) else int(axis)
        self.momentum = number_in(self, "momentum", momentum, 0, 1)
        self.epsilon = number_in(self, "epsilon", epsilon, 0, float("inf"))
        self.center, self.scale, self.synchronized = center, scale, synchronized
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def build(self, input_shape: Any) -> None:
        """Creates ``gamma``, ``beta``, ``moving_mean`` and ``moving_variance``."""
        axis = known_axis(self, self.axis, len(input_shape))
        size = input_shape[axis]
        if size is None:
            raise ValueError(
                f"Layer {self.path!r} needs to know the size of axis {self.axis}, received shape {tuple(input_shape)}."
            )
        shape = (size,)
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma",
                shape=shape,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                autocast=False,
            )
        if self.center:
            self.beta = self.add_weight(
                name="beta",
                shape=shape,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                autocast=False,
            )
        self.moving_mean = self.add_weight(
            name="moving_mean", shape=shape, initializer=self.moving_mean_initializer, trainable=False, autocast=False
        )
        self.moving_variance = self.add_weight(
            name="moving_variance",
            shape=shape,
            initializer=self.moving_variance_initializer,
            trainable=False,
            autocast=False,
        )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: size})

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalizes."""
        x = widen(inputs)
        axis = self.axis % x.ndim
        shape = tuple(self.moving_mean.shape[0] if i == axis else 1 for i in range(x.ndim))
        gamma = None if self.gamma is None else self.gamma.value.astype(x.dtype).reshape(shape)
        beta = None if self.beta is None else self.beta.value.astype(x.dtype).reshape(shape)
        if training and self.trainable:
            mean, variance = batch_moments(x, [i for i in range(x.ndim) if i != axis], mask)
            keep = self.momentum
            for moving, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
                old = moving.value
                moving.assign(old * keep + value.reshape(old.shape).astype(old.dtype) * (1 - keep))
        else:
            mean = self.moving_mean.value.astype(x.dtype).reshape(shape)
            variance = self.moving_variance.value.astype(x.dtype).reshape(shape)
        return scale_and_shift(x, mean, variance, gamma, beta, self.epsilon).astype(self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.serialize(self.beta_initializer),
            "gamma_initializer": initializers.serialize(self.gamma_initializer),
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
            "beta_regularizer": regularizers.serialize(self.beta_regularizer),
            "gamma_regularizer": regularizers.serialize(self.gamma_regularizer),
            "beta_constraint": constraints.serialize(self.beta_constraint),
            "gamma_constraint": constraints.serialize(self.gamma_constraint),
            "synchronized": self.synchronized,
        }
