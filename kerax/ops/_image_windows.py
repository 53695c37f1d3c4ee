"""Operations of `kerax.ops.image` that cut, pad and look at windows of images."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.functional import image_crops, image_measures
from kerax.functional.conv import conv
from kerax.functional.image_arguments import (
    check_rank,
    missing_margin,
    not_negative,
    on_batches,
    spatial_axes,
    standardize_data_format,
)
from kerax.ops._values import as_array
from kerax.state.symbolic import SymbolicTensor, record


def _arrays(value: Any) -> Any:
    return value if isinstance(value, SymbolicTensor) else as_array(value)


def extract_patches(
    images: Any,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """Cuts images into windows, laid out along the channels: rows first, then columns, then channels.

    Args:
      images: images; volumes of rank 4 or 5 if ``size`` has three numbers.
      size: height and width of a window (depth, height, width for volumes); one number for a square.
      strides: steps between windows; ``size`` by default.
      dilation_rate: steps between the pixels of a window.
      padding: ``"valid"`` or ``"same"``.
      data_format: where the channels are.

    Raises:
      TypeError, ValueError: for a wrong ``size``.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.ops.image.extract_patches(np.ones((2, 20, 20, 3), "float32"), (5, 5)).shape
      (2, 4, 4, 75)
    """
    if not isinstance(size, int):
        if not isinstance(size, (tuple, list)):
            raise TypeError(
                f"Invalid `size` argument. Expected an int or a tuple. Received: size={size} of type "
                f"{type(size).__name__}"
            )
        if len(size) not in (2, 3):
            raise ValueError(
                f"Invalid `size` argument. Expected a tuple of length 2 or 3. Received: size={size} with length "
                f"{len(size)}"
            )
    sizes = (size, size) if isinstance(size, int) else tuple(size)
    data_format, images = standardize_data_format(data_format), _arrays(images)
    rank = len(sizes)
    if len(images.shape) not in (rank + 1, rank + 2):
        raise ValueError(
            f"extract_patches with size={size} takes images of rank {rank + 1} or {rank + 2}, received shape "
            f"{tuple(images.shape)}."
        )
    if isinstance(images, SymbolicTensor):
        return record(extract_patches, images, size, strides, dilation_rate, padding, data_format)
    single = images.ndim == rank + 1
    images = images[None] if single else images
    channels = images.shape[-1 if data_format == "channels_last" else 1]
    count = channels
    for pixels in sizes:
        count = count * pixels
    kernel = jnp.eye(count, dtype=images.dtype).reshape((*sizes, channels, count))
    patches = conv(images, kernel, strides or sizes, padding, dilation_rate, data_format=data_format)
    return patches[0] if single else patches


def extract_patches_3d(
    volumes: Any,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """Cuts volumes into windows, laid out along the channels.

    Args:
      volumes: shape (depth, height, width, channels), or with a batch axis before.
      size: depth, height and width of a window; one number for a cube.
      strides: steps between windows; ``size`` by default.
      dilation_rate: steps between the voxels of a window.
      padding: ``"valid"`` or ``"same"``.
      data_format: where the channels are.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.ops.image.extract_patches_3d(np.ones((2, 6, 6, 6, 1), "float32"), 3).shape
      (2, 2, 2, 2, 27)
    """
    sizes = (size, size, size) if isinstance(size, int) else size
    if not isinstance(sizes, (tuple, list)) or len(sizes) != 3:
        raise TypeError(f"Invalid `size` argument. Expected an int or a tuple of length 3. Received: size={size}")
    return extract_patches(volumes, tuple(sizes), strides, dilation_rate, padding, data_format)


def pad_images(
    images: Any,
    top_padding: Any = None,
    left_padding: Any = None,
    bottom_padding: Any = None,
    right_padding: Any = None,
    target_height: Any = None,
    target_width: Any = None,
    data_format: str | None = None,
) -> Any:
    """Adds rows and columns of zeros around images; of the three numbers for a direction, two are given.

    Args:
      images: images.
      top_padding: rows above.
      left_padding: columns on the left.
      bottom_padding: rows below.
      right_padding: columns on the right.
      target_height: height of the result.
      target_width: width of the result.
      data_format: where the channels are.

    Raises:
      ValueError: for too many or too few numbers, or negative ones.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.ops.image.pad_images(np.ones((15, 25, 3), "float32"), 2, 3, target_height=20, target_width=30).shape
      (20, 30, 3)
    """
    data_format, images = standardize_data_format(data_format), _arrays(images)
    check_rank(images)
    missing_margin("padding", ("top", "bottom"), top_padding, bottom_padding, target_height, "target_height")
    missing_margin("padding", ("left", "right"), left_padding, right_padding, target_width, "target_width")
    axes = spatial_axes(data_format)
    height, width = (images.shape[axis] for axis in axes)
    if height is not None:
        top_padding = target_height - bottom_padding - height if top_padding is None else top_padding
        bottom_padding = target_height - top_padding - height if bottom_padding is None else bottom_padding
    if width is not None:
        left_padding = target_width - right_padding - width if left_padding is None else left_padding
        right_padding = target_width - left_padding - width if right_padding is None else right_padding
    paddings = {"top": top_padding, "bottom": bottom_padding, "left": left_padding, "right": right_padding}
    for side, value in paddings.items():
        not_negative(f"{side}_padding", value)
    if isinstance(images, SymbolicTensor):
        known = (top_padding, left_padding, bottom_padding, right_padding)
        targets = (target_height if None in known[::2] else None, target_width if None in known[1::2] else None)
        return record(pad_images, images, *known, *targets, data_format)
    return image_crops.pad_images(images, *paddings.values(), axes=axes)


def crop_images(
    images: Any,
    top_cropping: Any = None,
    left_cropping: Any = None,
    bottom_cropping: Any = None,
    right_cropping: Any = None,
    target_height: Any = None,
    target_width: Any = None,
    data_format: str | None = None,
) -> Any:
    """Cuts rows and columns off images; of the three numbers for a direction, two are given.

    Args:
      images: images.
      top_cropping: rows above.
      left_cropping: columns on the left.
      bottom_cropping: rows below.
      right_cropping: columns on the right.
      target_height: height of the result.
      target_width: width of the result.
      data_format: where the channels are.

    Raises:
      ValueError: for too many or too few numbers, or negative ones.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.ops.image.crop_images(np.ones((5, 5, 1), "float32"), 1, 1, target_height=2, target_width=3).shape
      (2, 3, 1)
    """
    data_format, images = standardize_data_format(data_format), _arrays(images)
    check_rank(images)
    missing_margin("cropping", ("top", "bottom"), top_cropping, bottom_cropping, target_height, "target_height")
    missing_margin("cropping", ("left", "right"), left_cropping, right_cropping, target_width, "target_width")
    axes = spatial_axes(data_format)
    sides = (
        ("height", ("top", "bottom"), axes[0], top_cropping, bottom_cropping, target_height),
        ("width", ("left", "right"), axes[1], left_cropping, right_cropping, target_width),
    )
    boxes = []
    for name, ends, axis, before, after, target in sides:
        size = images.shape[axis]
        if size is None:
            if target is None:
                raise ValueError(
                    f"When the {name} of the images is unknown, `target_{name}` must be specified. Received: "
                    f"images.shape={tuple(images.shape)}"
                )
            boxes.append((before, target))
            continue
        before = size - target - after if before is None else before
        target = size - after - before if target is None else target
        not_negative(f"{ends[0]}_cropping", before)
        not_negative(f"target_{name}", target)
        if isinstance(size, int) and isinstance(before, int) and isinstance(target, int) and before + target > size:
            raise ValueError(
                f"crop_images: {ends[0]}_cropping={before} and target_{name}={target} reach beyond the {name} {size} "
                "of the images."
            )
        boxes.append((before, target))
    if isinstance(images, SymbolicTensor):
        after = [None if box[0] is not None else side[4] for box, side in zip(boxes, sides, strict=True)]
        starts, targets = [box[0] for box in boxes], [box[1] for box in boxes]
        return record(crop_images, images, *starts, *after, *targets, data_format)
    (top, new_height), (left, new_width) = boxes
    return image_crops.crop_images(images, top, left, new_height, new_width, axes)


def sobel_edges(images: Any, data_format: str | None = None) -> Any:
    """The vertical and horizontal derivatives of images by Sobel's windows; 0 lies beyond the border.

    Args:
      images: float, a batch of images.
      data_format: where the channels are.

    Returns:
      The shape of ``images`` with a last axis of (dy, dx).

    Example:
      >>> import kerax, numpy as np
      >>> kerax.ops.image.sobel_edges(np.ones((1, 8, 8, 1), "float32")).shape
      (1, 8, 8, 1, 2)
    """
    data_format, images = standardize_data_format(data_format), _arrays(images)
    check_rank(images)
    if isinstance(images, SymbolicTensor):
        return record(sobel_edges, images, data_format)
    return on_batches(image_measures.sobel_edges, images, data_format)


def ssim(
    image1: Any,
    image2: Any,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> Any:
    """Structural similarity of two images, 1 where they are equal.

    Reference: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment", IEEE Trans. Image Processing 13(4), 2004.

    Args:
      image1: images.
      image2: images of the same shape.
      max_val: the largest value that a pixel may have.
      filter_size: width of the Gaussian window.
      filter_sigma: its standard deviation.
      k1: stabilises the luminance term.
      k2: stabilises the contrast term.
      data_format: where the channels are.

    Returns:
      One number for each image.

    Raises:
      ValueError: for another rank.

    Example:
      >>> import kerax, numpy as np
      >>> image = np.ones((16, 16, 3), "float32")
      >>> round(float(kerax.ops.image.ssim(image, image)), 4)
      1.0
    """
    data_format, image1, image2 = standardize_data_format(data_format), _arrays(image1), _arrays(image2)
    check_rank(image1, "image1")
    check_rank(image2, "image2")
    options = (max_val, filter_size, filter_sigma, k1, k2)
    if isinstance(image1, SymbolicTensor) or isinstance(image2, SymbolicTensor):
        return record(ssim, image1, image2, *options, data_format)
    dtype = image1.dtype
    real = dtype if jnp.issubdtype(dtype, jnp.floating) else jnp.dtype("float32")
    first, second = image1.astype(real), image2.astype(real)
    if data_format == "channels_first":
        first, second = jnp.moveaxis(first, -3, -1), jnp.moveaxis(second, -3, -1)
    return image_measures.ssim(first, second, *options).astype(dtype)
