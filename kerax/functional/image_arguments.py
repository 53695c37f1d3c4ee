"""Checks of what operations on images are given, and the way from any layout to (batch, height, width, channels)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp

from kerax import settings
from kerax.errors import unknown_name

_FORMATS = ("channels_last", "channels_first")
_SINGLE, _BATCH = 3, 4


def standardize_data_format(data_format: str | None) -> str:
    """The data format, the global one for None.

    Raises:
      ValueError: for an unknown one.

    Example:
      >>> from kerax.functional.image_arguments import standardize_data_format
      >>> standardize_data_format(None)
      'channels_last'
    """
    data_format = settings.image_data_format() if data_format is None else str(data_format).lower()
    if data_format not in _FORMATS:
        raise unknown_name("data_format", data_format, _FORMATS)
    return data_format


def check_rank(images: Any, name: str = "images") -> None:
    """Raises unless this is an image (rank 3) or a batch of images (rank 4).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_arguments import check_rank
      >>> check_rank(jnp.ones((4, 4, 3)))
    """
    if len(images.shape) not in (_SINGLE, _BATCH):
        raise ValueError(
            f"Invalid {name} rank: expected rank 3 (single image) or rank 4 (batch of images). Received input with "
            f"shape: {name}.shape={tuple(images.shape)}"
        )


def check_channels(images: Any, data_format: str) -> None:
    """Raises unless these are float images with three channels."""
    if jnp.dtype(images.dtype).kind in "biu":
        raise ValueError(f"Invalid images dtype: expected float dtype. Received: images.dtype={images.dtype}")
    channels = images.shape[-1 if data_format == "channels_last" else -3]
    if isinstance(channels, int) and channels != 3:
        raise ValueError(
            f"Input images must have 3 channels, but received images with {channels} channels. Received: "
            f"images.shape={tuple(images.shape)}, data_format={data_format!r}"
        )


def spatial_axes(data_format: str) -> tuple[int, int]:
    """Which axes are height and width.

    Example:
      >>> from kerax.functional.image_arguments import spatial_axes
      >>> spatial_axes("channels_first")
      (-2, -1)
    """
    return (-3, -2) if data_format == "channels_last" else (-2, -1)


def on_batches(function: Callable, images: Any, data_format: str, *args: Any, **kwargs: Any) -> Any:
    """Calls a kernel for (batch, height, width, channels) on images in any layout and brings the result back to it.

    Args:
      function: the kernel.
      images: rank 3 or 4, in ``data_format``.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      *args: further arguments of the kernel.
      **kwargs: likewise.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_arguments import on_batches
      >>> on_batches(lambda x: x, jnp.ones((3, 5, 6)), "channels_first").shape
      (3, 5, 6)
    """
    single, first = images.ndim == _SINGLE, data_format == "channels_first"
    images = images[None] if single else images
    images = jnp.moveaxis(images, 1, -1) if first else images
    result = function(images, *args, **kwargs)
    result = jnp.moveaxis(result, 3, 1) if first else result
    return result[0] if single else result


def missing_margin(kind: str, sides: Sequence[str], before: Any, after: Any, target: Any, target_name: str) -> None:
    """Raises unless exactly two of margin before, margin after and target size are given, and none is negative.

    Args:
      kind: ``"padding"`` or ``"cropping"``.
      sides: names of the two sides.
      before: margin before, or None.
      after: margin after, or None.
      target: size of the result, or None.
      target_name: its name.

    Example:
      >>> from kerax.functional.image_arguments import missing_margin
      >>> missing_margin("padding", ("top", "bottom"), 1, None, 5, "target_height")
    """
    names = (f"{sides[0]}_{kind}", f"{sides[1]}_{kind}", target_name)
    values = (before, after, target)
    given = ", ".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
    if values.count(None) != 1:
        raise ValueError(f"Must specify exactly two of {', '.join(names)}. Received: {given}")
    for name, value in zip(names, values, strict=True):
        not_negative(name, value)


def not_negative(name: str, value: Any) -> None:
    """Raises for a known negative number.

    Example:
      >>> from kerax.functional.image_arguments import not_negative
      >>> not_negative("top_padding", 0)
    """
    if isinstance(value, int) and value < 0:
        raise ValueError(f"{name} must be >= 0. Received: {name}={value}")
