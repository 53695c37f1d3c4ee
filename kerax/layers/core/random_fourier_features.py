"""RandomFourierFeatures: random features whose products approximate a kernel."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from kerax import constraints, initializers
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer
from kerax.state import rng

_KERNELS = ("gaussian", "laplacian")


class RandomFourierFeatures(Layer):
    """Maps inputs to ``cos(x @ kernel / scale + bias)`` with random kernel and bias, which stay as they are.

    A linear model of the outputs is, approximately, a kernel machine: with "gaussian" for the kernel
    ``exp(-|x - y|^2 / (2 scale^2))``, with "laplacian" for ``exp(-|x - y|_1 / scale)``. There is no factor
    ``sqrt(2 / output_dim)``, as in tf.keras and unlike in the paper.

    Reference: Rahimi and Recht, "Random Features for Large-Scale Kernel Machines", 2007.

    Args:
        output_dim: number of random features.
        kernel_initializer: "gaussian", "laplacian" or an initializer: where the kernel is drawn from.
        scale: of the kernel; by default ``sqrt(features / 2)`` for "gaussian", else 1.
        trainable: whether training changes the scale.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: if ``output_dim`` or ``scale`` is not positive, or a name is not known.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.RandomFourierFeatures(8)(np.ones((2, 3), "float32")).shape
        (2, 8)
    """

    def __init__(
        self,
        output_dim: int,
        kernel_initializer: Any = "gaussian",
        scale: float | None = None,
        trainable: bool = False,
        **kwargs: Any,
    ):
        if output_dim <= 0:
            raise ValueError(f"RandomFourierFeatures: output_dim must be positive, received {output_dim}.")
        if scale is not None and scale <= 0:
            raise ValueError(f"RandomFourierFeatures: scale must be positive, received {scale}.")
        if isinstance(kernel_initializer, str) and kernel_initializer.lower() not in _KERNELS:
            raise ValueError(
                f"RandomFourierFeatures: kernel_initializer must be one of {list(_KERNELS)} or an initializer, "
                f"received {kernel_initializer!r}."
            )
        super().__init__(trainable=trainable, **kwargs)
        self.output_dim = output_dim
        self.kernel_initializer = (
            kernel_initializer if isinstance(kernel_initializer, str) else initializers.get(kernel_initializer)
        )
        self.scale = scale
        self.input_spec = InputSpec(ndim=2)

    @property
    def _kernel(self) -> str:
        return self.kernel_initializer.lower() if isinstance(self.kernel_initializer, str) else ""

    def build(self, input_shape: Any) -> None:
        """Creates ``unscaled_kernel``, ``bias`` and ``kernel_scale``."""
        features = input_shape[-1]
        if features is None:
            raise ValueError(
                f"Layer {self.path!r} needs to know the last axis of its inputs, received shape {tuple(input_shape)}."
            )
        if self.scale is None:
            self.scale = math.sqrt(features / 2) if self._kernel == "gaussian" else 1.0
        shape = (features, self.output_dim)
        self.kernel_scale = self.add_weight(
            name="kernel_scale",
            shape=(1,),
            dtype="float32",
            initializer=initializers.Constant(self.scale),
            constraint=constraints.NonNeg(),
        )
        self.unscaled_kernel = self.add_weight(
            name="unscaled_kernel", shape=shape, dtype="float32", initializer=self._draw(), trainable=False
        )
        self.bias = self.add_weight(
            name="bias",
            shape=(self.output_dim,),
            dtype="float32",
            initializer=initializers.RandomUniform(0.0, 2 * math.pi),
            trainable=False,
        )
        self.input_spec = InputSpec(ndim=2, axes={-1: features})

    def _draw(self) -> Any:
        if self._kernel == "gaussian":
            return initializers.RandomNormal(stddev=1.0)
        if self._kernel == "laplacian":
            uniform = initializers.RandomUniform(0.0, 1.0, seed=rng.draw_seed())
            # The inverse of the Cauchy distribution's cumulative distribution function.
            return lambda shape, dtype=None: jnp.tan(math.pi * (uniform(shape, dtype) - 0.5))
        return self.kernel_initializer

    def call(self, inputs: Any) -> Any:
        """Computes the features, in float32."""
        kernel = self.unscaled_kernel.value / self.kernel_scale.value
        return jnp.cos(jnp.asarray(inputs, "float32") @ kernel + self.bias.value)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        kernel = self.kernel_initializer
        return {
            **super().get_config(),
            "output_dim": self.output_dim,
            "kernel_initializer": kernel if isinstance(kernel, str) else initializers.serialize(kernel),
            "scale": self.scale,
        }
