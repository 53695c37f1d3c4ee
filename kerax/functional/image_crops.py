"""Cutting, padding and turning images."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.image_resize import resize


def pad_images(
    images: jax.Array, top: Any, bottom: Any, left: Any, right: Any, value: Any = 0, axes: tuple[int, int] = (-3, -2)
) -> jax.Array:
    """Adds rows and columns of one value around images.

    Args:
      images: shape (..., height, width, channels), or as ``axes`` say.
      top: rows to add above; likewise the others.
      bottom: rows to add below.
      left: columns to add on the left.
      right: columns to add on the right.
      value: what they hold.
      axes: which axes are height and width.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_crops import pad_images
      >>> pad_images(jnp.ones((2, 2, 1)), 1, 0, 0, 2).shape
      (3, 4, 1)
    """
    widths = [(0, 0)] * images.ndim
    widths[axes[0]], widths[axes[1]] = (top, bottom), (left, right)
    return jnp.pad(images, widths, constant_values=value)


def crop_images(
    images: jax.Array, top: Any, left: Any, height: Any, width: Any, axes: tuple[int, int] = (-3, -2)
) -> jax.Array:
    """Cuts a box out of images.

    Args:
      images: shape (..., height, width, channels), or as ``axes`` say.
      top: first row.
      left: first column.
      height: rows of the box.
      width: columns of the box.
      axes: which axes are height and width.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_crops import crop_images
      >>> crop_images(jnp.ones((4, 4, 1)), 1, 0, 2, 3).shape
      (2, 3, 1)
    """
    for axis, start, count in ((axes[0], top, height), (axes[1], left, width)):
        images = jax.lax.dynamic_slice_in_dim(images, start, count, axis=axis % images.ndim)
    return images


def central_box(size: Any, target: Any) -> Any:
    """The first index of the middle ``target`` of ``size`` pixels.

    Example:
      >>> from kerax.functional.image_crops import central_box
      >>> central_box(5, 2)
      1
    """
    return (size - target) // 2


def crop_to_aspect_ratio(images: jax.Array, size: Any, axes: tuple[int, int] = (-3, -2)) -> jax.Array:
    """Cuts the largest middle box with the aspect ratio of ``size``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_crops import crop_to_aspect_ratio
      >>> crop_to_aspect_ratio(jnp.ones((4, 6, 1)), (2, 2)).shape
      (4, 4, 1)
    """
    height, width = images.shape[axes[0]], images.shape[axes[1]]
    new_height = max(min(height, int(float(width * size[0]) / size[1])), 1)
    new_width = max(min(width, int(float(height * size[1]) / size[0])), 1)
    top, left = int(float(height - new_height) / 2), int(float(width - new_width) / 2)
    return crop_images(images, top, left, new_height, new_width, axes)


def pad_to_aspect_ratio(images: jax.Array, size: Any, value: Any = 0, axes: tuple[int, int] = (-3, -2)) -> jax.Array:
    """Pads images to the aspect ratio of ``size``, equally on both sides.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_crops import pad_to_aspect_ratio
      >>> pad_to_aspect_ratio(jnp.ones((4, 6, 1)), (2, 2)).shape
      (6, 6, 1)
    """
    height, width = images.shape[axes[0]], images.shape[axes[1]]
    new_height = max(height, int(float(width * size[0]) / size[1]))
    new_width = max(width, int(float(height * size[1]) / size[0]))
    top, left = int(float(new_height - height) / 2), int(float(new_width - width) / 2)
    return pad_images(images, top, top, left, left, value, axes)


def crop_or_pad(images: jax.Array, height: int, width: int) -> jax.Array:
    """Cuts or pads with 0 about the middle, so that images get a size without being scaled.

    Args:
      images: shape (..., height, width, channels).
      height: new height.
      width: new width.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_crops import crop_or_pad
      >>> crop_or_pad(jnp.ones((4, 2, 1)), 2, 4).shape
      (2, 4, 1)
    """
    for axis, target in ((-3, height), (-2, width)):
        size = images.shape[axis]
        if size > target:
            images = jax.lax.dynamic_slice_in_dim(images, (size - target) // 2, target, axis=axis % images.ndim)
        elif size < target:
            widths = [(0, 0)] * images.ndim
            before = (target - size) // 2
            widths[axis] = (before, target - size - before)
            images = jnp.pad(images, widths)
    return images


def resize_with_pad(
    images: jax.Array, height: int, width: int, method: str = "bilinear", antialias: bool = False
) -> jax.Array:
    """Resizes images to fit into a box, keeping their aspect ratio, and pads the rest with 0.

    Args:
      images: shape (..., height, width, channels).
      height: height of the box.
      width: width of the box.
      method: interpolation, see `kerax.functional.image_resize.resize`.
      antialias: see there.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_crops import resize_with_pad
      >>> resize_with_pad(jnp.ones((4, 2, 1)), 2, 2)[:, :, 0]
      Array([[1., 0.],
             [1., 0.]], dtype=float32)
    """
    old_height, old_width = images.shape[-3], images.shape[-2]
    ratio = max(old_width / width, old_height / height)
    new_height, new_width = int(old_height / ratio), int(old_width / ratio)
    top, left = max(0, int((height - old_height / ratio) / 2)), max(0, int((width - old_width / ratio) / 2))
    images = resize(images, (new_height, new_width), method, antialias)
    return pad_images(images, top, max(0, height - new_height - top), left, max(0, width - new_width - left))


def rot90(images: jax.Array, k: int = 1) -> jax.Array:
    """Turns images counter-clockwise by ``k`` quarters.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_crops import rot90
      >>> rot90(jnp.ones((2, 5, 1))).shape
      (5, 2, 1)
    """
    return jnp.rot90(images, k, axes=(-3, -2))


def crop_and_resize(
    images: jax.Array,
    boxes: jax.Array,
    indices: jax.Array,
    size: tuple[int, int],
    method: str = "bilinear",
    extrapolation_value: float = 0.0,
) -> jax.Array:
    """Cuts boxes out of images and resizes each to one size, corners on corners.

    Args:
      images: shape (batch, height, width, channels).
      boxes: shape (boxes, 4) of y1, x1, y2, x2, where 0 and 1 are the centres of the outer pixels; a box whose first
        coordinate is the larger comes out mirrored.
      indices: shape (boxes,), which image each box is cut from.
      size: height and width of the outputs.
      method: ``"bilinear"`` or ``"nearest"``.
      extrapolation_value: what lies outside the image.

    Returns:
      float32 array (boxes, height, width, channels).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_crops import crop_and_resize
      >>> box = jnp.array([[0.0, 0.0, 1.0, 1.0]])
      >>> crop_and_resize(jnp.ones((1, 4, 4, 1)), box, jnp.array([0]), (2, 2)).shape
      (1, 2, 2, 1)
    """
    images, boxes = images.astype(jnp.float32), jnp.asarray(boxes, jnp.float32)
    height, width = images.shape[1], images.shape[2]

    def places(low: jax.Array, high: jax.Array, pixels: int, count: int) -> jax.Array:
        if count == 1:
            return 0.5 * (low + high)[:, None] * (pixels - 1)
        step = (high - low) * (pixels - 1) / (count - 1)
        return low[:, None] * (pixels - 1) + jnp.arange(count) * step[:, None]

    ys = places(boxes[:, 0], boxes[:, 2], height, size[0])
    xs = places(boxes[:, 1], boxes[:, 3], width, size[1])

    def on_image(at: jax.Array, pixels: int) -> jax.Array:  # a last pixel that rounding puts behind the edge is on it
        slack = 4 * float(jnp.finfo(jnp.float32).eps) * pixels
        return (at >= -slack) & (at <= pixels - 1 + slack)

    inside = on_image(ys, height)[:, :, None] & on_image(xs, width)[:, None, :]
    ys, xs = jnp.clip(ys, 0, height - 1), jnp.clip(xs, 0, width - 1)
    at = jnp.asarray(indices)[:, None, None]

    def pixel(y: jax.Array, x: jax.Array) -> jax.Array:
        y, x = jnp.clip(y, 0, height - 1).astype(jnp.int32), jnp.clip(x, 0, width - 1).astype(jnp.int32)
        return images[at, y[:, :, None], x[:, None, :]]

    if method == "nearest":
        result = pixel(jnp.floor(ys + 0.5), jnp.floor(xs + 0.5))
    else:
        top, left = jnp.floor(ys), jnp.floor(xs)
        across, down = (xs - left)[:, None, :, None], (ys - top)[:, :, None, None]
        upper = pixel(top, left) * (1 - across) + pixel(top, jnp.ceil(xs)) * across
        lower = pixel(jnp.ceil(ys), left) * (1 - across) + pixel(jnp.ceil(ys), jnp.ceil(xs)) * across
        result = upper * (1 - down) + lower * down
    return jnp.where(inside[..., None], result, extrapolation_value)
