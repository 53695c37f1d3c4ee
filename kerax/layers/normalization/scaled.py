"""What layer and group normalization share: a trained factor and offset."""

from __future__ import annotations

import numbers
from typing import Any

from kerax import constraints, initializers, regularizers
from kerax.layers.checks import number_in
from kerax.layers.layer import Layer


class ScaledNormalization(Layer):
    """Base of normalizations with weights ``gamma`` and ``beta``.

    Args:
        axis: axis or axes to normalize.
        epsilon: added to the variance.
        center: whether ``beta`` is added.
        scale: whether ``gamma`` is multiplied.
        beta_initializer: of ``beta``.
        gamma_initializer: of ``gamma``.
        beta_regularizer: penalty on ``beta``.
        gamma_regularizer: penalty on ``gamma``.
        beta_constraint: applied to ``beta`` after each optimizer step.
        gamma_constraint: applied to ``gamma`` after each optimizer step.
        **kwargs: ``name``, ``dtype``...
    """

    supports_masking = True

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.autocast = False  # float32 inputs are normalized before they are rounded to the compute dtype
        axes = axis if isinstance(axis, (list, tuple)) else [axis]
        if not all(isinstance(item, numbers.Integral) for item in axes):
            raise TypeError(
                f"{type(self).__name__}: argument axis must be an int or a list of ints, received {axis!r}."
            )
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else axis
        self.epsilon = number_in(self, "epsilon", epsilon, 0, float("inf"))
        self.center, self.scale = center, scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def add_factors(self, shape: tuple[int, ...], center: bool | None = None) -> None:
        """Creates ``gamma`` and ``beta``."""
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
        if self.center if center is None else center:
            self.beta = self.add_weight(
                name="beta",
                shape=shape,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                autocast=False,
            )

    def factors(self, dtype: Any, shape: tuple | None = None) -> tuple[Any, Any]:
        """``gamma`` and ``beta`` as arrays of a dtype and shape, None where there is none."""
        arrays = (None if w is None else w.value.astype(dtype) for w in (self.gamma, self.beta))
        gamma, beta = (a if a is None or shape is None else a.reshape(shape) for a in arrays)
        return gamma, beta

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "axis": self.axis,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.serialize(self.beta_initializer),
            "gamma_initializer": initializers.serialize(self.gamma_initializer),
            "beta_regularizer": regularizers.serialize(self.beta_regularizer),
            "gamma_regularizer": regularizers.serialize(self.gamma_regularizer),
            "beta_constraint": constraints.serialize(self.beta_constraint),
            "gamma_constraint": constraints.serialize(self.gamma_constraint),
        }
