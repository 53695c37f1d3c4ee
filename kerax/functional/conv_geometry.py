"""The static description of a convolution and the shapes that follow from it."""

from __future__ import annotations

from dataclasses import dataclass

from jax import lax

_SPATIAL = "DHW"


def effective_kernel(size: int, dilation: int) -> int:
    """Positions that a kernel of ``size`` taps spans when ``dilation`` apart.

    >>> effective_kernel(3, 2)
    5
    """
    return (size - 1) * dilation + 1


def layout(rank: int, channels_first: bool = False) -> tuple[str, str, str]:
    """Dimension letters of input, kernel and output for ``rank`` spatial axes, as `jax.lax` reads them.

    >>> layout(2)
    ('NHWC', 'HWIO', 'NHWC')
    """
    spatial = _SPATIAL[-rank:]
    data = f"NC{spatial}" if channels_first else f"N{spatial}C"
    return data, f"{spatial}IO", data


@dataclass(frozen=True)
class Geometry:
    """Everything about a channels-last convolution that is not an array.

    Args:
        strides, dilation: one int per spatial axis.
        padding: ``(before, after)`` per spatial axis, in input positions.
        groups: how many groups the channels are split in.
        input_size, kernel_size: sizes of the spatial axes of input and kernel.
    """

    strides: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    groups: int
    input_size: tuple[int, ...]
    kernel_size: tuple[int, ...]

    @property
    def rank(self) -> int:
        """Number of spatial axes."""
        return len(self.strides)

    @property
    def dimension_numbers(self) -> lax.ConvDimensionNumbers | tuple[str, str, str]:
        """The layout, as `jax.lax.conv_general_dilated` takes it."""
        return layout(self.rank)

    @property
    def output_size(self) -> tuple[int, ...]:
        """Number of kernel positions along each spatial axis."""
        return tuple(
            max(0, (n + before + after - effective_kernel(k, d)) // s + 1)
            for n, (before, after), k, d, s in zip(
                self.input_size, self.padding, self.kernel_size, self.dilation, self.strides, strict=True
            )
        )

    def output_shape(self, x: tuple[int, ...], w: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of the output for input shape ``x`` and kernel shape ``w``."""
        return (x[0], *self.output_size, w[-1])

    def input_shape(self, g: tuple[int, ...], w: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of the input for output shape ``g`` and kernel shape ``w``."""
        return (g[0], *self.input_size, w[-2] * self.groups)

    def kernel_shape(self, x: tuple[int, ...], g: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of the kernel for input shape ``x`` and output shape ``g``."""
        return (*self.kernel_size, x[-1] // self.groups, g[-1])
