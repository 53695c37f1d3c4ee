"""ZeroPadding1D, ZeroPadding2D, ZeroPadding3D: zeros around the inputs."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.layers.checks import data_format_or_default
from kerax.layers.convolutional.arguments import Shape, join_shape, split_shape
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer
from kerax.layers.reshaping.spatial_pairs import spatial_pairs


class _ZeroPadding(Layer):
    """What the three layers share: the amounts, the data format, the padding itself."""

    rank: int

    def __init__(self, padding: Any, data_format: str | None, **kwargs: Any):
        super().__init__(**kwargs)
        kind = type(self).__name__
        self.data_format = data_format_or_default(kind, data_format)
        self._pairs = spatial_pairs(kind, "padding", padding, self.rank)
        self.padding = self._pairs[0] if self.rank == 1 else self._pairs
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any) -> Any:
        """Pads."""
        none = (0, 0)
        return jnp.pad(inputs, join_shape(none, self._pairs, none, self.data_format))  # type: ignore[arg-type]

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Returns the output shape, None where a size is unknown."""
        spatial, channels = split_shape(tuple(input_shape), self.data_format)
        sizes = tuple(None if n is None else n + a + b for n, (a, b) in zip(spatial, self._pairs, strict=True))
        return join_shape(input_shape[0], sizes, channels, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "padding": self.padding, "data_format": self.data_format}


class ZeroPadding1D(_ZeroPadding):
    """Adds zeros before and after the sequence.

    Args:
        padding: zeros before and after: an int or a (before, after) pair.
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        **kwargs: ``name``, ``dtype``, ``input_shape``...

    Raises:
        ValueError: for any other ``padding`` or data format.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.ZeroPadding1D(1)(np.ones((2, 4, 3), "float32")).shape
        (2, 6, 3)
    """

    rank = 1

    def __init__(self, padding: int | tuple[int, int] = 1, data_format: str | None = None, **kwargs: Any):
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding2D(_ZeroPadding):
    """Adds zeros around images.

    Args:
        padding: an int, one int per axis, or ((top, bottom), (left, right)).
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        **kwargs: ``name``, ``dtype``, ``input_shape``...

    Raises:
        ValueError: for any other ``padding`` or data format.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.ZeroPadding2D(1)(np.ones((2, 4, 4, 3), "float32")).shape
        (2, 6, 6, 3)
    """

    rank = 2

    def __init__(self, padding: int | tuple[Any, ...] = (1, 1), data_format: str | None = None, **kwargs: Any):
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding3D(_ZeroPadding):
    """Adds zeros around volumes.

    Args:
        padding: an int, one int per axis, or a (before, after) pair per axis.
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        **kwargs: ``name``, ``dtype``, ``input_shape``...

    Raises:
        ValueError: for any other ``padding`` or data format.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.ZeroPadding3D(1)(np.ones((2, 4, 4, 4, 3), "float32")).shape
        (2, 6, 6, 6, 3)
    """

    rank = 3

    def __init__(
        self,
        padding: int | tuple[Any, ...] = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(padding, data_format, **kwargs)
