"""``kerax.ops.image``: operations on images, on arrays or symbolic tensors.

Images are one image of rank 3 or a batch of rank 4; ``data_format`` says where their channels are, by default
`kerax.config.image_data_format`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from kerax.errors import unknown_name
from kerax.functional import image_color, image_crops, image_resize, image_warp
from kerax.functional.image_arguments import (
    check_channels,
    check_rank,
    on_batches,
    spatial_axes,
    standardize_data_format,
)
from kerax.ops._image_windows import (
    crop_images,
    extract_patches,
    extract_patches_3d,
    pad_images,
    sobel_edges,
    ssim,
)
from kerax.ops._values import as_array
from kerax.state import rng
from kerax.state.operations import OPERATIONS
from kerax.state.symbolic import SymbolicTensor, record

if TYPE_CHECKING:
    from typing import Any  # not a name of this namespace

_RESIZE_METHODS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
_TRANSLATE_METHODS = ("linear", "bilinear", "trilinear", "cubic", "bicubic", "tricubic", "lanczos3", "lanczos5")


def rgb_to_grayscale(images: Any, data_format: str | None = None) -> Any:
    """The brightness of colours, 0.2989 R + 0.5870 G + 0.1140 B, as one channel.

    Args:
      images: three channels (or one, which is returned as it is).
      data_format: where the channels are.

    Raises:
      ValueError: for another rank or another number of channels.

    Example:
      >>> import kerax
      >>> kerax.ops.image.rgb_to_grayscale([[[1.0, 1.0, 1.0]]]).shape
      (1, 1, 1)
    """
    data_format = standardize_data_format(data_format)
    images = _checked(images)
    axis = -1 if data_format == "channels_last" else -3
    channels = images.shape[axis]
    if isinstance(channels, int) and channels not in (1, 3):
        raise ValueError(
            "Invalid channel size: expected 3 (RGB) or 1 (Grayscale). Received input with shape: "
            f"images.shape={tuple(images.shape)}"
        )
    if isinstance(images, SymbolicTensor):
        return record(rgb_to_grayscale, images, data_format=data_format)
    return images if channels == 1 else image_color.rgb_to_grayscale(images, axis)


def rgb_to_hsv(images: Any, data_format: str | None = None) -> Any:
    """Hue, saturation and value of colours in [0, 1].

    Args:
      images: float, three channels.
      data_format: where the channels are.

    Raises:
      ValueError: for integers, another rank or another number of channels.

    Example:
      >>> import kerax
      >>> kerax.ops.image.rgb_to_hsv([[[0.5, 0.5, 0.5]]]).tolist()
      [[[0.0, 0.0, 0.5]]]
    """
    return _colors(rgb_to_hsv, image_color.rgb_to_hsv, images, data_format)


def hsv_to_rgb(images: Any, data_format: str | None = None) -> Any:
    """Red, green and blue of hue, saturation and value in [0, 1].

    Args:
      images: float, three channels.
      data_format: where the channels are.

    Raises:
      ValueError: for integers, another rank or another number of channels.

    Example:
      >>> import kerax
      >>> kerax.ops.image.hsv_to_rgb([[[0.0, 1.0, 0.5]]]).tolist()
      [[[0.5, 0.0, 0.0]]]
    """
    return _colors(hsv_to_rgb, image_color.hsv_to_rgb, images, data_format)


def resize(
    images: Any,
    size: Any,
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Any:
    """Resizes images; pixel centres lie at half numbers, as in `tf.image.resize`.

    Args:
      images: images.
      size: new height and width.
      interpolation: ``"bilinear"``, ``"nearest"``, ``"bicubic"``, ``"lanczos3"`` or ``"lanczos5"``.
      antialias: whether the kernel widens when images shrink.
      crop_to_aspect_ratio: whether the middle with the new aspect ratio is cut out first.
      pad_to_aspect_ratio: whether the images are padded to the new aspect ratio first.
      fill_mode: ``"constant"``.
      fill_value: what the padding holds.
      data_format: where the channels are.

    Returns:
      Images in their own dtype; integers are rounded and cut off to their range.

    Raises:
      ValueError: for a size that is no pair of positive numbers, or an unknown interpolation.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.ops.image.resize(np.ones((2, 4, 4, 3), "float32"), (2, 3)).shape
      (2, 2, 3, 3)
    """
    if not hasattr(size, "__len__") or len(size) != 2:
        raise ValueError(f"Expected `size` to be a tuple of 2 integers. Received: size={size}")
    size = tuple(int(pixels) for pixels in size)
    if min(size) <= 0:
        raise ValueError(f"`size` must have positive height and width. Received: size={size}")
    if interpolation not in _RESIZE_METHODS:
        raise unknown_name("interpolation", interpolation, _RESIZE_METHODS)
    if fill_mode != "constant":
        raise ValueError(f"Invalid value for argument `fill_mode`: only 'constant' is known. Received: {fill_mode!r}")
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("Only one of `pad_to_aspect_ratio` & `crop_to_aspect_ratio` can be `True`.")
    data_format, images = standardize_data_format(data_format), _checked(images)
    options = (interpolation, antialias, crop_to_aspect_ratio, pad_to_aspect_ratio, fill_mode, fill_value, data_format)
    if isinstance(images, SymbolicTensor):
        return record(resize, images, size, *options)
    axes, dtype = spatial_axes(data_format), images.dtype
    if crop_to_aspect_ratio:
        images = image_crops.crop_to_aspect_ratio(images, size, axes)
    elif pad_to_aspect_ratio:
        images = image_crops.pad_to_aspect_ratio(images, size, fill_value, axes)
    resized = image_resize.resize(images, size, interpolation, antialias, axes)
    if resized.dtype == dtype:
        return resized
    if jnp.issubdtype(dtype, jnp.integer):
        info = jnp.iinfo(dtype)
        resized = jnp.clip(jnp.round(resized), info.min, info.max)
    return resized.astype(dtype)


def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Any:
    """Moves, turns, scales and shears images.

    Args:
      images: images.
      transform: eight numbers a0, a1, a2, b0, b1, b2, c0, c1, or a row of them for each image: the output pixel (x, y)
        is read at (a0 x + a1 y + a2, b0 x + b1 y + b2) / (c0 x + c1 y + 1).
      interpolation: ``"nearest"`` or ``"bilinear"``.
      fill_mode: what lies beyond the border: ``"constant"``, ``"nearest"``, ``"wrap"``, ``"mirror"``, ``"reflect"``.
      fill_value: for ``"constant"``.
      data_format: where the channels are.

    Raises:
      ValueError: for wrong ranks or an unknown interpolation or fill mode.

    Example:
      >>> import kerax, numpy as np
      >>> move = np.array([1.0, 0, 1, 0, 1, 0, 0, 0], "float32")
      >>> kerax.ops.image.affine_transform(np.arange(3.0).reshape(1, 3, 1), move)[0, :, 0].tolist()
      [1.0, 2.0, 0.0]
    """
    data_format, images = standardize_data_format(data_format), _checked(images)
    transform = _arrays(transform)
    if len(transform.shape) not in (1, 2):
        raise ValueError(
            "Invalid transform rank: expected rank 1 (single transform) or rank 2 (batch of transforms). Received "
            f"input with shape: transform.shape={tuple(transform.shape)}"
        )
    options = (interpolation, fill_mode, fill_value)
    if isinstance(images, SymbolicTensor) or isinstance(transform, SymbolicTensor):
        return record(affine_transform, images, transform, *options, data_format)
    rows = transform[None] if transform.ndim == 1 else transform
    return on_batches(image_warp.affine_transform, images, data_format, rows, *options)


def perspective_transform(
    images: Any,
    start_points: Any,
    end_points: Any,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Any:
    """Warps images so that four points come to lie on four others.

    Args:
      images: images.
      start_points: shape (4, 2) or (batch, 4, 2) of (x, y) in the input.
      end_points: where they lie in the output.
      interpolation: ``"nearest"`` or ``"bilinear"``.
      fill_value: what lies beyond the border.
      data_format: where the channels are.

    Raises:
      ValueError: for wrong shapes or an unknown interpolation.

    Example:
      >>> import kerax, numpy as np
      >>> corners = np.array([[0, 0], [3, 0], [0, 3], [3, 3]], "float32")
      >>> kerax.ops.image.perspective_transform(np.ones((4, 4, 1), "float32"), corners, corners).shape
      (4, 4, 1)
    """
    data_format, images = standardize_data_format(data_format), _checked(images)
    start_points, end_points = _arrays(start_points), _arrays(end_points)
    for name, points in (("start_points", start_points), ("end_points", end_points)):
        if len(points.shape) not in (2, 3) or tuple(points.shape[-2:]) != (4, 2):
            raise ValueError(
                f"Invalid {name} shape: expected (4,2) for a single image or (N,4,2) for a batch. Received shape: "
                f"{tuple(points.shape)}"
            )
    if len(start_points.shape) != len(end_points.shape):
        raise ValueError(
            "start_points and end_points must have the same shape. Received start_points.shape="
            f"{tuple(start_points.shape)}, end_points.shape={tuple(end_points.shape)}"
        )
    if any(isinstance(value, SymbolicTensor) for value in (images, start_points, end_points)):
        return record(perspective_transform, images, start_points, end_points, interpolation, fill_value, data_format)
    start, end = (points[None] if points.ndim == 2 else points for points in (start_points, end_points))
    return on_batches(image_warp.perspective_transform, images, data_format, start, end, interpolation, fill_value)


def map_coordinates(
    inputs: Any, coordinates: Any, order: int, fill_mode: str = "constant", fill_value: float = 0
) -> Any:
    """Reads an array of any rank at given places.

    Args:
      inputs: any array.
      coordinates: one array per axis of ``inputs``, stacked: shape (rank, ...).
      order: 0 for the nearest element, 1 for linear interpolation.
      fill_mode: what lies beyond the border, see `affine_transform`.
      fill_value: for ``"constant"``.

    Raises:
      ValueError: for coordinates of another shape, an unknown order or fill mode.

    Example:
      >>> import kerax
      >>> kerax.ops.image.map_coordinates([1.0, 3.0], [[0.5]], order=1).tolist()
      [2.0]
    """
    inputs, coordinates = _arrays(inputs), _arrays(coordinates)
    if coordinates.shape[0] != len(inputs.shape):
        raise ValueError(
            "First dim of `coordinates` must be the same as the rank of `inputs`. Received inputs with shape: "
            f"{tuple(inputs.shape)} and coordinate leading dim of {coordinates.shape[0]}"
        )
    if len(coordinates.shape) < 2:
        raise ValueError(
            f"Invalid coordinates rank: expected at least rank 2. Received input with shape: {tuple(coordinates.shape)}"
        )
    if fill_mode not in image_warp.FILL_MODES:
        raise unknown_name("fill_mode", fill_mode, image_warp.FILL_MODES)
    if order not in (0, 1):
        raise ValueError(f"Invalid value for argument `order`. Expected one of [0, 1]. Received: order={order}")
    if isinstance(inputs, SymbolicTensor) or isinstance(coordinates, SymbolicTensor):
        return record(map_coordinates, inputs, coordinates, order, fill_mode, fill_value)
    return image_warp.map_coordinates(inputs, coordinates, order, fill_mode, fill_value)


def gaussian_blur(
    images: Any, kernel_size: Any = (3, 3), sigma: Any = (1.0, 1.0), data_format: str | None = None
) -> Any:
    """Smooths images with a Gaussian window.

    Args:
      images: float images.
      kernel_size: width and height of the window.
      sigma: standard deviations along width and height, in pixels.
      data_format: where the channels are.

    Raises:
      ValueError: for another rank.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.ops.image.gaussian_blur(np.ones((1, 5, 5, 1), "float32")).shape
      (1, 5, 5, 1)
    """
    data_format, images = standardize_data_format(data_format), _checked(images)
    if isinstance(images, SymbolicTensor):
        return record(gaussian_blur, images, tuple(kernel_size), sigma, data_format)
    return on_batches(image_warp.gaussian_blur, images, data_format, tuple(kernel_size), tuple(sigma))


def elastic_transform(
    images: Any,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> Any:
    """Shakes images by a smooth random field.

    Args:
      images: images.
      alpha: factor of the displacements.
      sigma: width of their smoothing, in pixels.
      interpolation: ``"nearest"`` or ``"bilinear"``.
      fill_mode: see `affine_transform`.
      fill_value: see `affine_transform`.
      seed: an integer, a ``SeedGenerator``, or None for a fresh one.
      data_format: where the channels are.

    Raises:
      ValueError: for another rank, an unknown interpolation or fill mode.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.ops.image.elastic_transform(np.ones((8, 8, 1), "float32"), sigma=1.0, seed=0).shape
      (8, 8, 1)
    """
    data_format, images = standardize_data_format(data_format), _checked(images)
    options = (alpha, sigma, interpolation, fill_mode, fill_value)
    if isinstance(images, SymbolicTensor):
        return record(elastic_transform, images, *options, seed, data_format)
    if seed is None or isinstance(seed, int):
        key = rng.next_key("elastic_transform") if seed is None else jax.random.key(seed)
    else:
        key = jax.random.wrap_key_data(jnp.asarray(seed.next(), jnp.uint32))
    return on_batches(image_warp.elastic_transform, images, data_format, key, *options)


def scale_and_translate(
    images: Any,
    output_shape: Any,
    scale: Any,
    translation: Any,
    spatial_dims: Any,
    method: str,
    antialias: bool = True,
) -> Any:
    """Scales and then moves an array along some axes; what comes from outside it is 0.

    Args:
      images: any array.
      output_shape: shape of the output.
      scale: factor for each of ``spatial_dims``.
      translation: output pixels for each of ``spatial_dims``.
      spatial_dims: the axes to scale and move.
      method: ``"linear"``, ``"cubic"``, ``"lanczos3"``, ``"lanczos5"``...
      antialias: whether the kernel widens where the scale is below 1.

    Raises:
      ValueError: for an unknown method.

    Example:
      >>> import kerax, numpy as np
      >>> image = np.ones((2, 2, 1), "float32")
      >>> kerax.ops.image.scale_and_translate(image, (4, 4, 1), [2.0, 2.0], [0.0, 0.0], (0, 1), "linear").shape
      (4, 4, 1)
    """
    if method not in _TRANSLATE_METHODS:
        raise unknown_name("method", method, _TRANSLATE_METHODS)
    images, scale, translation = _arrays(images), _arrays(scale), _arrays(translation)
    if any(isinstance(value, SymbolicTensor) for value in (images, scale, translation)):
        return record(
            scale_and_translate, images, output_shape, scale, translation, spatial_dims, method, antialias=antialias
        )
    return image_resize.scale_and_translate(
        images, tuple(output_shape), tuple(spatial_dims), scale, translation, method, antialias
    )


def _arrays(value: Any) -> Any:
    return value if isinstance(value, SymbolicTensor) else as_array(value)


def _checked(images: Any) -> Any:
    images = _arrays(images)
    check_rank(images)
    return images


def _colors(public: Any, kernel: Any, images: Any, data_format: str | None) -> Any:
    data_format, images = standardize_data_format(data_format), _checked(images)
    check_channels(images, data_format)
    if isinstance(images, SymbolicTensor):
        return record(public, images, data_format=data_format)
    return kernel(images, -1 if data_format == "channels_last" else -3)


__all__ = [
    "affine_transform",
    "crop_images",
    "elastic_transform",
    "extract_patches",
    "extract_patches_3d",
    "gaussian_blur",
    "hsv_to_rgb",
    "map_coordinates",
    "pad_images",
    "perspective_transform",
    "resize",
    "rgb_to_grayscale",
    "rgb_to_hsv",
    "scale_and_translate",
    "sobel_edges",
    "ssim",
]
OPERATIONS.update({name: globals()[name] for name in __all__})
