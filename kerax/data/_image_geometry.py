"""Sizes and places of pixels: tf.image's functions on NumPy arrays (on the host, of any size) and JAX arrays."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.functional import image_crops, image_tf
from kerax.functional.image_host import resize_on_host
from kerax.functional.image_resize import BLURRING, METHODS


def on_host(images: Any) -> bool:
    """Whether images are not JAX's."""
    return not isinstance(images, jax.Array)


def checked(images: Any) -> Any:
    """Returns images as an array of rank 3 or 4."""
    images = np.asarray(images) if on_host(images) else images
    if images.ndim not in (3, 4):
        raise ValueError(
            f"Images have the shape (height, width, channels) or (batch, height, width, channels), received "
            f"{images.shape}."
        )
    return images


def resize(
    images: Any,
    size: Any,
    method: str = "bilinear",
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    name: str | None = None,
) -> Any:
    """Resizes images; pixel centres lie at half numbers.

    Args:
      images: shape (height, width, channels), or with a batch axis before.
      size: new height and width.
      method: ``"bilinear"``, ``"nearest"``, ``"bicubic"``, ``"area"``, ``"lanczos3"``, ``"lanczos5"``, ``"gaussian"``
        or ``"mitchellcubic"``.
      preserve_aspect_ratio: whether ``size`` is a box to fit into.
      antialias: whether the kernel widens when the images shrink.
      name: kept for compatibility.

    Returns:
      float32 images; in their own dtype for ``"nearest"``.

    Raises:
      ValueError: for another rank, an unknown method, or a size that is no pair of positive numbers.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.resize(np.zeros((4, 8, 3), "uint8"), (2, 2)).shape
      (2, 2, 3)
    """
    images, method = checked(images), getattr(method, "value", method)
    if not on_host(images):
        return image_tf.resize(images, size, method, preserve_aspect_ratio, antialias)
    wanted = resized_shape(images.shape, size, method, preserve_aspect_ratio)
    if images.shape[-3:-1] == wanted and method not in BLURRING:
        return images if method == "nearest" else images.astype(np.float32)
    return resize_on_host(images, wanted, method, antialias)


def resized_shape(shape: tuple[int, ...], size: Any, method: Any, preserve_aspect_ratio: bool) -> tuple[int, int]:
    """Returns the size that ``resize`` gives, after checking its arguments."""
    if not hasattr(size, "__len__") or len(size) != 2:
        raise ValueError(f"'size' must be two numbers, new_height and new_width, received {size!r}.")
    height, width = (int(pixels) for pixels in size)
    if min(height, width) <= 0:
        raise ValueError(f"Output dimensions must be positive, received size={size!r}.")
    if method not in METHODS:
        raise ValueError(f"Resize method is not implemented: {method}. Known are {', '.join(METHODS)}.")
    if preserve_aspect_ratio:
        scale = min(height / shape[-3], width / shape[-2])
        height, width = round(scale * shape[-3]), round(scale * shape[-2])
    return height, width


def resize_with_pad(
    image: Any, target_height: int, target_width: int, method: str = "bilinear", antialias: bool = False
) -> Any:
    """Resizes images to fit into a box, keeping their aspect ratio, and pads the rest with 0.

    Args:
      image: shape (height, width, channels), or with a batch axis before.
      target_height: height of the box.
      target_width: width of the box.
      method: as for ``resize``.
      antialias: as for ``resize``.

    Raises:
      ValueError: for another rank, or a size that is not positive.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.resize_with_pad(np.ones((4, 2, 1), "float32"), 2, 2)[:, :, 0].tolist()
      [[1.0, 0.0], [1.0, 0.0]]
    """
    image = checked(image)
    if min(target_height, target_width) <= 0:
        raise ValueError(f"The target size must be positive, received {target_height} x {target_width}.")
    if not on_host(image):
        return image_crops.resize_with_pad(image, target_height, target_width, method, antialias)
    height, width = image.shape[-3:-1]
    ratio = max(width / target_width, height / target_height)
    size = int(height / ratio), int(width / ratio)
    top, left = (max(0, int((new - old / ratio) / 2)) for new, old in ((target_height, height), (target_width, width)))
    resized = resize_on_host(image, resized_shape(image.shape, size, method, False), method, antialias)
    bottom, right = max(0, target_height - size[0] - top), max(0, target_width - size[1] - left)
    return np.pad(resized, [(0, 0)] * (image.ndim - 3) + [(top, bottom), (left, right), (0, 0)])


def resize_with_crop_or_pad(image: Any, target_height: int, target_width: int) -> Any:
    """Cuts or pads with 0 about the middle, so that images get a size without being scaled.

    Args:
      image: shape (height, width, channels), or with a batch axis before.
      target_height: new height.
      target_width: new width.

    Raises:
      ValueError: for another rank, or a size that is not positive.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.resize_with_crop_or_pad(np.ones((4, 2, 1)), 2, 4).shape
      (2, 4, 1)
    """
    image = checked(image)
    if min(target_height, target_width) <= 0:
        raise ValueError(f"The target size must be positive, received {target_height} x {target_width}.")
    for axis, target in ((-3, target_height), (-2, target_width)):
        size = image.shape[axis]
        if size > target:
            image = _cut(image, axis, (size - target) // 2, target)
        elif size < target:
            image = _padded(image, axis, (target - size) // 2, target - size - (target - size) // 2)
    return image


def _cut(image: Any, axis: int, start: int, count: int) -> Any:
    index: list[Any] = [slice(None)] * image.ndim
    index[axis] = slice(start, start + count)
    return image[tuple(index)]


def _padded(image: Any, axis: int, before: int, after: int) -> Any:
    widths = [(0, 0)] * image.ndim
    widths[axis] = (before, after)
    return (np if on_host(image) else jnp).pad(image, widths)


def central_crop(image: Any, central_fraction: float) -> Any:
    """Cuts out the middle of images.

    Args:
      image: shape (height, width, channels), or with a batch axis before.
      central_fraction: which part of height and width to keep, in (0, 1].

    Raises:
      ValueError: for another rank or fraction.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.central_crop(np.ones((4, 8, 1)), 0.5).shape
      (2, 4, 1)
    """
    image = checked(image)
    if not 0.0 < central_fraction <= 1.0:
        raise ValueError(f"central_fraction must be within (0, 1], received {central_fraction}.")
    for axis in (-3, -2):
        start = int((image.shape[axis] - image.shape[axis] * central_fraction) / 2)
        image = _cut(image, axis, start, image.shape[axis] - 2 * start)
    return image


def crop_to_bounding_box(
    image: Any, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> Any:
    """Cuts a box out of images.

    Args:
      image: shape (height, width, channels), or with a batch axis before.
      offset_height: the first row of the box.
      offset_width: its first column.
      target_height: its height.
      target_width: its width.

    Raises:
      ValueError: if the box is not inside the images.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.crop_to_bounding_box(np.ones((4, 8, 1)), 1, 2, 3, 4).shape
      (3, 4, 1)
    """
    image = checked(image)
    for what, axis, start, count in (
        ("height", -3, offset_height, target_height),
        ("width", -2, offset_width, target_width),
    ):
        size = image.shape[axis]
        if start < 0 or count <= 0 or start + count > size:
            raise ValueError(f"{what} must be >= target + offset: it is {size}, target {count}, offset {start}.")
        image = _cut(image, axis, start, count)
    return image


def pad_to_bounding_box(
    image: Any, offset_height: int, offset_width: int, target_height: int, target_width: int
) -> Any:
    """Pads images with 0 to a size.

    Args:
      image: shape (height, width, channels), or with a batch axis before.
      offset_height: rows of 0 above.
      offset_width: columns of 0 to the left.
      target_height: new height.
      target_width: new width.

    Raises:
      ValueError: if the images do not fit.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.pad_to_bounding_box(np.ones((4, 8, 1)), 1, 2, 6, 12).shape
      (6, 12, 1)
    """
    image = checked(image)
    for what, axis, before, target in (
        ("height", -3, offset_height, target_height),
        ("width", -2, offset_width, target_width),
    ):
        after = target - before - image.shape[axis]
        if before < 0 or after < 0:
            raise ValueError(
                f"{what} must be <= target - offset, and the offset not negative: it is {image.shape[axis]}, target "
                f"{target}, offset {before}."
            )
        image = _padded(image, axis, before, after)
    return image


def flip_left_right(image: Any) -> Any:
    """Mirrors images.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.flip_left_right(np.array([[[1], [2]]])).ravel()
      array([2, 1])
    """
    return checked(image)[..., ::-1, :]


def flip_up_down(image: Any) -> Any:
    """Turns images upside down.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.flip_up_down(np.array([[[1]], [[2]]])).ravel()
      array([2, 1])
    """
    return checked(image)[..., ::-1, :, :]


def transpose(image: Any, name: str | None = None) -> Any:
    """Exchanges rows and columns of images.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.transpose(np.ones((2, 3, 1))).shape
      (3, 2, 1)
    """
    return checked(image).swapaxes(-3, -2)


def rot90(image: Any, k: int = 1, name: str | None = None) -> Any:
    """Turns images counter-clockwise.

    Args:
      image: shape (height, width, channels), or with a batch axis before.
      k: by how many right angles.
      name: kept for compatibility.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.rot90(np.ones((2, 3, 1))).shape
      (3, 2, 1)
    """
    image = checked(image)
    return (np if on_host(image) else jnp).rot90(image, int(k), axes=(-3, -2))


def crop_and_resize(
    image: Any,
    boxes: Any,
    box_indices: Any,
    crop_size: Any,
    method: str = "bilinear",
    extrapolation_value: float = 0.0,
    name: str | None = None,
) -> Any:
    """Cuts boxes out of images and resizes each to one size, corners on corners.

    Args:
      image: shape (batch, height, width, channels).
      boxes: shape (boxes, 4) of y1, x1, y2, x2, where 0 and 1 are the centres of the outer pixels.
      box_indices: shape (boxes,), which image each box is cut from.
      crop_size: height and width of what comes out.
      method: ``"bilinear"`` or ``"nearest"``.
      extrapolation_value: what lies outside the image.
      name: kept for compatibility.

    Returns:
      float32 array (boxes, height, width, channels).

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.crop_and_resize(np.ones((1, 4, 4, 1)), np.array([[0.0, 0.0, 1.0, 1.0]]), [0], (2, 2)).shape
      (1, 2, 2, 1)
    """
    size = (int(crop_size[0]), int(crop_size[1]))
    images, indices = jnp.asarray(image), jnp.asarray(box_indices)
    return image_crops.crop_and_resize(images, jnp.asarray(boxes), indices, size, method, extrapolation_value)
