"""PReLU: a rectifier with a trained slope."""

from __future__ import annotations

from typing import Any

import jax

from kerax import constraints, initializers, regularizers
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer


class PReLU(Layer):
    """``x`` for positive inputs, ``alpha * x`` for the rest, with trained ``alpha``.

    Reference: He et al., "Delving Deep into Rectifiers", 2015, https://arxiv.org/abs/1502.01852

    Args:
        alpha_initializer: of the slopes.
        alpha_regularizer: penalty on the slopes.
        alpha_constraint: applied to the slopes after each optimizer step.
        shared_axes: axes along which one slope is shared, counted from 1 (the batch axis is always shared).
        **kwargs: ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.PReLU()(np.array([[-1.0, 2.0]], "float32")).tolist()
        [[0.0, 2.0]]
    """

    supports_masking = True

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        self.shared_axes = (
            None
            if shared_axes is None
            else list(shared_axes)
            if isinstance(shared_axes, (list, tuple))
            else [shared_axes]
        )

    def build(self, input_shape: Any) -> None:
        """Creates ``alpha``."""
        rank, sizes = len(input_shape), list(input_shape[1:])
        for axis in self.shared_axes or ():
            if not 1 <= axis < rank:
                raise ValueError(
                    f"Layer {self.path!r}: shared_axes={self.shared_axes} must be between 1 and {rank - 1} for "
                    f"inputs {input_shape}."
                )
            sizes[axis - 1] = 1
        if None in sizes:
            raise ValueError(
                f"Layer {self.path!r} needs to know its input sizes, received {tuple(input_shape)}; share the slope "
                "along the unknown axes "
                f"with shared_axes={[i + 1 for i, size in enumerate(sizes) if size is None]}."
            )
        self.alpha = self.add_weight(
            name="alpha",
            shape=tuple(sizes),
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )
        shared = [axis - 1 for axis in self.shared_axes or ()]
        self.input_spec = InputSpec(ndim=rank, axes={i + 1: size for i, size in enumerate(sizes) if i not in shared})

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return jax.nn.relu(inputs) - self.alpha.value * jax.nn.relu(-inputs)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "alpha_initializer": initializers.serialize(self.alpha_initializer),
            "alpha_regularizer": regularizers.serialize(self.alpha_regularizer),
            "alpha_constraint": constraints.serialize(self.alpha_constraint),
            "shared_axes": self.shared_axes,
        }
