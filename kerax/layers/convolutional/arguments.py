"""Constructor arguments of layers that slide a window: sizes per axis, padding, and the output size they imply."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

from kerax.errors import did_you_mean

Shape = tuple[int | None, ...]


def axis_ints(layer: str, argument: str, value: Any, rank: int, smallest: int = 1) -> tuple[int, ...]:
    """Returns ``value`` as one int per spatial axis.

    Args:
        layer: class name, for messages.
        argument: argument name, for messages.
        value: an int or a sequence of ``rank`` ints.
        rank: number of spatial axes.
        smallest: the smallest int allowed.

    Raises:
        ValueError: if the length or a value does not fit.

    Example:
        >>> from kerax.layers.convolutional.arguments import axis_ints
        >>> axis_ints("Conv2D", "strides", 2, 2)
        (2, 2)
    """
    items = tuple(value) if isinstance(value, (Sequence, range)) and not isinstance(value, str) else (value,) * rank
    ints = len(items) == rank and all(isinstance(i, numbers.Integral) and not isinstance(i, bool) for i in items)
    if not ints or any(item < smallest for item in items):
        kind = f"an int of at least {smallest}" if rank == 1 else f"an int or {rank} ints of at least {smallest}"
        raise ValueError(f"{layer}: argument {argument} must be {kind}, received {value!r}.")
    return tuple(int(item) for item in items)


def padding_name(layer: str, padding: Any, allowed: Sequence[str] = ("valid", "same")) -> str:
    """Returns ``padding`` in lower case.

    Raises:
        ValueError: if it is none of ``allowed``.

    Example:
        >>> from kerax.layers.convolutional.arguments import padding_name
        >>> padding_name("Conv2D", "SAME")
        'same'
    """
    name = padding.lower() if isinstance(padding, str) else padding
    if name not in allowed:
        names = " or ".join(map(repr, allowed))
        hint = did_you_mean(padding, allowed) if isinstance(padding, str) else ""
        raise ValueError(f"{layer}: argument padding must be {names}, received {padding!r}.{hint}")
    return name


def split_shape(shape: Shape, data_format: str) -> tuple[Shape, int | None]:
    """Returns the spatial sizes and the number of channels of a data shape.

    Example:
        >>> from kerax.layers.convolutional.arguments import split_shape
        >>> split_shape((None, 3, 8, 8), "channels_first")
        ((8, 8), 3)
    """
    return (tuple(shape[2:]), shape[1]) if data_format == "channels_first" else (tuple(shape[1:-1]), shape[-1])


def join_shape(batch: int | None, spatial: Shape, channels: int | None, data_format: str) -> Shape:
    """Returns the data shape with these sizes: the reverse of `split_shape`.

    Example:
        >>> from kerax.layers.convolutional.arguments import join_shape
        >>> join_shape(None, (8, 8), 3, "channels_last")
        (None, 8, 8, 3)
    """
    return (batch, channels, *spatial) if data_format == "channels_first" else (batch, *spatial, channels)


def window_output(
    layer: Any,
    spatial: Shape,
    window: tuple[int, ...],
    strides: tuple[int, ...],
    padding: str,
    dilation: tuple[int, ...] | None = None,
) -> Shape:
    """Returns how many windows fit along each spatial axis; None where the size is unknown.

    Args:
        layer: the layer, for the message.
        spatial: sizes of the spatial axes, None where unknown.
        window, strides, dilation: ints per spatial axis.
        padding: ``"valid"``, ``"same"`` or ``"causal"``.

    Raises:
        ValueError: if the number of axes is wrong or no window fits.
    """
    if len(spatial) != len(window):
        raise ValueError(
            f"Layer {layer.path!r} ({type(layer).__name__}) expects inputs with ndim={len(window) + 2}, "
            f"{len(window)} of them spatial axes, received {len(spatial) + 2}. A missing axis is added "
            "by x[None] or "
            "x[..., None]."
        )
    spans = [(k - 1) * d + 1 for k, d in zip(window, dilation or (1,) * len(window), strict=True)]
    sizes: list[int | None] = []
    for size, span, stride in zip(spatial, spans, strides, strict=True):
        if not isinstance(size, int):
            sizes.append(None)
            continue
        reach = size - span if padding == "valid" else size - 1
        if reach < 0:
            raise ValueError(
                f"Layer {layer.path!r} ({type(layer).__name__}): a window that spans {tuple(spans)} positions does not "
                f"fit in inputs of spatial size {tuple(spatial)} with padding={padding!r}, so the output would be "
                "empty. Use larger inputs, a smaller window, or padding='same'."
            )
        sizes.append(reach // stride + 1)
    return tuple(sizes)
