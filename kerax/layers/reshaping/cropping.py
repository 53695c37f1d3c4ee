"""Cropping1D, Cropping2D, Cropping3D: cut off the edges of the inputs."""

from __future__ import annotations

from typing import Any

from kerax.layers.checks import data_format_or_default
from kerax.layers.convolutional.arguments import Shape, join_shape, split_shape
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer
from kerax.layers.reshaping.spatial_pairs import spatial_pairs


class _Cropping(Layer):
    """What the three layers share: the amounts, the data format, the cropping itself."""

    rank: int

    def __init__(self, cropping: Any, data_format: str | None, **kwargs: Any):
        super().__init__(**kwargs)
        kind = type(self).__name__
        self.data_format = data_format_or_default(kind, data_format)
        self._pairs = spatial_pairs(kind, "cropping", cropping, self.rank)
        self.cropping = self._pairs[0] if self.rank == 1 else self._pairs
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def build(self, input_shape: Any) -> None:
        """Checks that something is left; cropping has no weights."""
        if len(input_shape) == self.rank + 2:  # another number of axes is said by the input's own check
            self.compute_output_shape(input_shape)

    def call(self, inputs: Any) -> Any:
        """Crops."""
        inner = tuple(slice(before, -after if after else None) for before, after in self._pairs)
        everything = slice(None)
        return inputs[join_shape(everything, inner, everything, self.data_format)]  # type: ignore[arg-type]

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Returns the output shape, None where a size is unknown.

        Raises:
            ValueError: if nothing is left along an axis.
        """
        spatial, channels = split_shape(tuple(input_shape), self.data_format)
        sizes = tuple(None if n is None else n - a - b for n, (a, b) in zip(spatial, self._pairs, strict=True))
        if any(size is not None and size <= 0 for size in sizes):
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}): cropping={self.cropping} leaves nothing of inputs of "
                f"shape {tuple(input_shape)}. Crop less or use larger inputs."
            )
        return join_shape(input_shape[0], sizes, channels, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        config = {**super().get_config(), "cropping": self.cropping}
        return config if self.rank == 1 else {**config, "data_format": self.data_format}


class Cropping1D(_Cropping):
    """Cuts off the first and last steps of sequences.

    Args:
        cropping: steps cut off: an int or a (before, after) pair.
        **kwargs: ``name``, ``dtype``, ``input_shape``...

    Raises:
        ValueError: for any other ``cropping``, or, on the first call, if nothing is left.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Cropping1D(1)(np.ones((2, 4, 3), "float32")).shape
        (2, 2, 3)
    """

    rank = 1

    def __init__(self, cropping: int | tuple[int, int] = (1, 1), **kwargs: Any):
        super().__init__(cropping, "channels_last", **kwargs)


class Cropping2D(_Cropping):
    """Cuts off the edges of images.

    Args:
        cropping: an int, one int per axis, or ((top, bottom), (left, right)).
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        **kwargs: ``name``, ``dtype``, ``input_shape``...

    Raises:
        ValueError: for any other ``cropping``, or, on the first call, if nothing is left.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Cropping2D(1)(np.ones((2, 4, 4, 3), "float32")).shape
        (2, 2, 2, 3)
    """

    rank = 2

    def __init__(
        self, cropping: int | tuple[Any, ...] = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any
    ):
        super().__init__(cropping, data_format, **kwargs)


class Cropping3D(_Cropping):
    """Cuts off the edges of volumes.

    Args:
        cropping: an int, one int per axis, or a (before, after) pair per axis.
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        **kwargs: ``name``, ``dtype``, ``input_shape``...

    Raises:
        ValueError: for any other ``cropping``, or, on the first call, if nothing is left.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Cropping3D(1)(np.ones((2, 4, 4, 4, 3), "float32")).shape
        (2, 2, 2, 2, 3)
    """

    rank = 3

    def __init__(
        self,
        cropping: int | tuple[Any, ...] = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(cropping, data_format, **kwargs)
