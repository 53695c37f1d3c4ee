"""UpSampling1D, UpSampling2D, UpSampling3D: enlarge the inputs by whole factors."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax.errors import unknown_name
from kerax.functional.windows import with_channels_last
from kerax.layers.checks import data_format_or_default
from kerax.layers.convolutional.arguments import Shape, axis_ints, join_shape, split_shape
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer

# Keras's names, and what `jax.image.resize` calls them. "area" over whole factors is "nearest".
_METHODS = {
    "nearest": "nearest",
    "area": "nearest",
    "bilinear": "linear",
    "bicubic": "cubic",
    "lanczos3": "lanczos3",
    "lanczos5": "lanczos5",
}


class _UpSampling(Layer):
    """What the three layers share: the factors, the data format, repeating values."""

    rank: int

    def __init__(self, size: Any, data_format: str | None, **kwargs: Any):
        super().__init__(**kwargs)
        kind = type(self).__name__
        self.data_format = data_format_or_default(kind, data_format)
        self._factors = axis_ints(kind, "size", size, self.rank)
        self.size = self._factors[0] if self.rank == 1 else self._factors
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any) -> Any:
        """Repeats every value along each spatial axis."""
        first = 2 if self.data_format == "channels_first" else 1
        for axis, factor in enumerate(self._factors, start=first):
            if factor > 1:
                inputs = jnp.repeat(inputs, factor, axis=axis)
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Returns the output shape, None where a size is unknown."""
        spatial, channels = split_shape(tuple(input_shape), self.data_format)
        sizes = tuple(None if n is None else n * factor for n, factor in zip(spatial, self._factors, strict=True))
        return join_shape(input_shape[0], sizes, channels, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        config = {**super().get_config(), "size": self.size}
        return config if self.rank == 1 else {**config, "data_format": self.data_format}


class UpSampling1D(_UpSampling):
    """Repeats every step of a sequence ``size`` times.

    Args:
        size: how often, int.
        **kwargs: ``name``, ``dtype``, ``input_shape``...

    Raises:
        ValueError, TypeError: if ``size`` is no positive int.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.UpSampling1D(2)(np.ones((2, 4, 3), "float32")).shape
        (2, 8, 3)
    """

    rank = 1

    def __init__(self, size: int = 2, **kwargs: Any):
        if isinstance(size, (bool, str)) or not isinstance(size, (numbers.Integral, Sequence)):
            raise TypeError(f"UpSampling1D: argument size must be an int of at least 1, received {size!r}.")
        super().__init__(size, "channels_last", **kwargs)


class UpSampling2D(_UpSampling):
    """Enlarges images by whole factors.

    Args:
        size: factor, int or (height, width).
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        interpolation: ``"nearest"`` (repeat), ``"bilinear"``, ``"bicubic"``, ``"lanczos3"``, ``"lanczos5"`` or
            ``"area"``.
        **kwargs: ``name``, ``dtype``, ``input_shape``...

    Raises:
        ValueError: for any other ``size``, data format or interpolation.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.UpSampling2D(2, interpolation="bilinear")(np.ones((2, 4, 4, 3), "float32")).shape
        (2, 8, 8, 3)
    """

    rank = 2

    def __init__(
        self,
        size: int | tuple[int, int] = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ):
        super().__init__(size, data_format, **kwargs)
        if interpolation not in _METHODS:
            raise unknown_name("interpolation of UpSampling2D", interpolation, _METHODS)
        self.interpolation = interpolation

    def call(self, inputs: Any) -> Any:
        """Enlarges."""
        method = _METHODS[self.interpolation]
        if method == "nearest":
            return super().call(inputs)

        def resize(images: jax.Array) -> jax.Array:
            n, height, width, channels = images.shape
            shape = (n, height * self._factors[0], width * self._factors[1], channels)
            return jax.image.resize(images, shape, method)

        return with_channels_last(resize, inputs, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "interpolation": self.interpolation}


class UpSampling3D(_UpSampling):
    """Repeats every voxel ``size`` times along each axis.

    Args:
        size: how often, int or one int per axis.
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        **kwargs: ``name``, ``dtype``, ``input_shape``...

    Raises:
        ValueError: for any other ``size`` or data format.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.UpSampling3D(2)(np.ones((2, 4, 4, 4, 3), "float32")).shape
        (2, 8, 8, 8, 3)
    """

    rank = 3

    def __init__(self, size: int | tuple[int, int, int] = (2, 2, 2), data_format: str | None = None, **kwargs: Any):
        super().__init__(size, data_format, **kwargs)
