"""BatchNormalization."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import constraints, initializers, regularizers
from kerax.errors import unknown_name
from kerax.functional.normalization import batch_moments, scale_and_shift, widen
from kerax.layers.checks import check_mask, known_axis, number_in, positive_int
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer


class BatchNormalization(Layer):
    """Normalizes each channel by the mean and variance of the batch, and by their moving averages outside training.

    With ``trainable=False`` the layer always uses the moving averages. In mixed precision, statistics are computed
    and kept in float32.

    References: Ioffe and Szegedy, "Batch Normalization", 2015, https://arxiv.org/abs/1502.03167; Ioffe, "Batch
    Renormalization", 2017, https://arxiv.org/abs/1702.03275

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
        renorm: whether training corrects the batch's moments towards their moving averages (Ioffe 2017).
        renorm_clipping: dict with any of ``"rmin"``, ``"rmax"`` and ``"dmax"``, bounds of the correction.
        renorm_momentum: of the moving averages that the correction uses.
        synchronized: accepted for Keras's sake: a batch that is spread over devices is always normalized as one.
        **kwargs: ``name``, ``dtype``..., and tf.keras's ``virtual_batch_size``: in training, that many samples are
            normalized together, which must divide the batch.

    Raises:
        ValueError: for a momentum outside [0, 1], bounds in ``renorm_clipping`` that are none, ``virtual_batch_size``
            together with ``renorm``, or TensorFlow 1's ``adjustment``.

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
        renorm: bool = False,
        renorm_clipping: dict[str, float] | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ):
        kwargs.pop("fused", None)  # tf.keras's choice of a kernel: it does not change the result
        if kwargs.pop("adjustment", None) is not None:
            raise ValueError("BatchNormalization: adjustment of TensorFlow 1 is not supported: leave it out.")
        virtual = kwargs.pop("virtual_batch_size", None)
        super().__init__(**kwargs)
        self.virtual_batch_size = None if virtual is None else positive_int(self, "virtual_batch_size", virtual)
        if self.virtual_batch_size is not None and renorm:
            raise ValueError("BatchNormalization: renorm and virtual_batch_size do not go together: leave one out.")
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
        self.renorm = bool(renorm)
        self.renorm_clipping = check_clipping(renorm_clipping) if renorm else renorm_clipping
        self.renorm_momentum = number_in(self, "renorm_momentum", renorm_momentum, 0, 1)

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
        self.moving_mean = self._average("moving_mean", shape, self.moving_mean_initializer)
        self.moving_variance = self._average("moving_variance", shape, self.moving_variance_initializer)
        if self.renorm:

            def first_stddev(shape: Any, dtype: Any = None) -> jax.Array:
                return jnp.sqrt(self.moving_variance_initializer(shape, dtype))

            self.moving_stddev = self._average("moving_stddev", shape, first_stddev)
            self.renorm_mean = self._average("renorm_mean", shape, self.moving_mean_initializer)
            self.renorm_stddev = self._average("renorm_stddev", shape, first_stddev)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: size})

    def _average(self, name: str, shape: tuple, initializer: Any) -> Any:
        return self.add_weight(name=name, shape=shape, initializer=initializer, trainable=False, autocast=False)

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalizes."""
        if mask is not None and mask.ndim >= inputs.ndim:
            raise ValueError(
                f"Layer {self.path!r}: the mask must have fewer axes than the inputs, of shape {inputs.shape}; "
                f"received a mask of shape {mask.shape}."
            )
        if mask is not None:
            check_mask(self, "mask", mask, inputs.shape[: mask.ndim])
        x = widen(inputs)
        axis = self.axis % x.ndim
        shape = tuple(self.moving_mean.shape[0] if i == axis else 1 for i in range(x.ndim))
        gamma = None if self.gamma is None else self.gamma.value.astype(x.dtype).reshape(shape)
        beta = None if self.beta is None else self.beta.value.astype(x.dtype).reshape(shape)
        if training and self.trainable and self.virtual_batch_size is not None:
            return self._in_parts(x, axis, shape, gamma, beta, mask).astype(self.compute_dtype)
        if training and self.trainable:
            mean, variance = batch_moments(x, [i for i in range(x.ndim) if i != axis], mask)
            if self.renorm:
                gamma, beta = self._corrected(mean, variance, gamma, beta)
                self._move_renorm(mean, variance)
            else:
                _move(self.moving_mean, mean, self.momentum)
                _move(self.moving_variance, variance, self.momentum)
        else:
            mean = self.moving_mean.value.astype(x.dtype).reshape(shape)
            variance = self.moving_variance.value.astype(x.dtype).reshape(shape)
        return scale_and_shift(x, mean, variance, gamma, beta, self.epsilon).astype(self.compute_dtype)

    def _in_parts(self, x: Any, axis: int, shape: tuple, gamma: Any, beta: Any, mask: Any) -> Any:
        """Normalizes parts of the batch on their own. As in tf.keras, every n-th sample belongs to a part, of n parts;
        the moving averages follow the means over the parts.
        """
        size = self.virtual_batch_size
        if mask is not None:
            raise ValueError(f"Layer {self.path!r}: virtual_batch_size and masks do not go together.")
        if axis == 0:
            raise ValueError(f"Layer {self.path!r}: virtual_batch_size divides axis 0, which cannot be the channels.")
        if isinstance(x.shape[0], int) and x.shape[0] % size:
            raise ValueError(
                f"Layer {self.path!r}: a batch of {x.shape[0]} samples has no parts of virtual_batch_size={size}: let "
                "the batch size be a multiple of it (drop_remainder=True drops a shorter last batch)."
            )
        parts = x.reshape(size, -1, *x.shape[1:])
        mean, variance = batch_moments(parts, [i for i in range(parts.ndim) if i not in (1, axis + 1)])
        _move(self.moving_mean, mean.mean(1), self.momentum)
        _move(self.moving_variance, variance.mean(1), self.momentum)
        gamma, beta = (None if one is None else one.reshape(1, *shape) for one in (gamma, beta))
        return scale_and_shift(parts, mean, variance, gamma, beta, self.epsilon).reshape(x.shape)

    def _corrected(self, mean: Any, variance: Any, gamma: Any, beta: Any) -> tuple[Any, Any]:
        """Scale and shift that make up for the difference between the batch's moments and their moving averages."""
        stddev = jnp.sqrt(variance + self.epsilon)
        moving_mean = self.renorm_mean.value.astype(mean.dtype).reshape(mean.shape)
        moving_stddev = self.renorm_stddev.value.astype(mean.dtype).reshape(mean.shape)
        moving_stddev = jnp.maximum(moving_stddev, np.float32(self.epsilon**0.5))  # early in training it may be 0
        r, d = stddev / moving_stddev, (mean - moving_mean) / moving_stddev
        bounds = self.renorm_clipping
        r = jnp.clip(r, bounds.get("rmin"), bounds.get("rmax"))
        if bounds.get("dmax") is not None:
            d = jnp.clip(d, -bounds["dmax"], bounds["dmax"])
        r, d = jax.lax.stop_gradient(r), jax.lax.stop_gradient(d)
        scale, shift = (r, d) if gamma is None else (r * gamma, d * gamma)
        return scale, shift if beta is None else shift + beta

    def _move_renorm(self, mean: Any, variance: Any) -> None:
        stddev = jnp.sqrt(variance + self.epsilon)
        _move(self.renorm_mean, mean, self.renorm_momentum)
        _move(self.renorm_stddev, stddev, self.renorm_momentum)
        _move(self.moving_mean, mean, self.momentum)
        _move(self.moving_stddev, stddev, self.momentum)
        self.moving_variance.assign(jax.nn.relu(self.moving_stddev.value**2 - self.epsilon))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        virtual = {} if self.virtual_batch_size is None else {"virtual_batch_size": self.virtual_batch_size}
        return {
            **super().get_config(),
            **virtual,
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
            "renorm": self.renorm,
            "renorm_clipping": self.renorm_clipping,
            "renorm_momentum": self.renorm_momentum,
        }


def _move(average: Any, value: Any, momentum: float) -> None:
    old = average.value
    average.assign(old * momentum + value.reshape(old.shape).astype(old.dtype) * (1 - momentum))


def check_clipping(bounds: dict[str, float] | None) -> dict[str, float]:
    """Return the bounds of batch renormalization, an empty dict for None.

    Raises:
        ValueError: for an unknown bound, ``rmax`` below ``rmin``, or a negative ``dmax``.

    Example:
        >>> from kerax.layers.normalization.batch_normalization import check_clipping
        >>> check_clipping({"rmax": 3.0})
        {'rmax': 3.0}
    """
    bounds = dict(bounds or {})
    for name in bounds:
        if name not in ("rmin", "rmax", "dmax"):
            raise unknown_name("key of renorm_clipping of BatchNormalization", name, ("rmin", "rmax", "dmax"))
    if bounds.get("rmin") is not None and bounds.get("rmax") is not None and bounds["rmax"] < bounds["rmin"]:
        raise ValueError(f"BatchNormalization: renorm_clipping has rmax below rmin, received {bounds}.")
    if bounds.get("dmax") is not None and bounds["dmax"] < 0:
        raise ValueError(f"BatchNormalization: renorm_clipping has a negative dmax, received {bounds}.")
    return bounds
