"""Values of pixels: tf.image's functions, and their random forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.data import _image_geometry as geometry
from kerax.functional import image_color, image_tf
from kerax.functional.image_files import adjust_jpeg_quality as adjust_quality
from kerax.state import rng


def adjust_brightness(image: Any, delta: Any) -> Any:
    """Adds to images; whole numbers span [0, 1] like floats.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.adjust_brightness(np.array([[[0], [200]]], "uint8"), 0.5).ravel().tolist()
      [127, 255]
    """
    return image_tf.adjust_brightness(image, delta)


def adjust_contrast(images: Any, contrast_factor: Any) -> Any:
    """Moves every channel away from its mean, or towards it.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.adjust_contrast(np.array([[[1.0], [3.0]]]), 2.0).ravel().tolist()
      [0.0, 4.0]
    """
    return image_tf.adjust_contrast(images, contrast_factor)


def adjust_gamma(image: Any, gamma: float = 1, gain: float = 1) -> Any:
    """Gives ``gain * image ** gamma``.

    Raises:
      ValueError: if ``gamma`` is negative.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> float(image.adjust_gamma(np.array([[[0.25]]], "float32"), 0.5)[0, 0, 0])
      0.5
    """
    return image_tf.adjust_gamma(image, gamma, gain)


def adjust_hue(image: Any, delta: float, name: str | None = None) -> Any:
    """Turns the hue of colours by a part of a circle.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.adjust_hue(np.array([[[1.0, 0.0, 0.0]]], "float32"), 0.5).ravel().tolist()
      [0.0, 1.0, 1.0]
    """
    return image_tf.adjust_hue(image, delta)


def adjust_saturation(image: Any, saturation_factor: float, name: str | None = None) -> Any:
    """Multiplies the saturation of colours.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.adjust_saturation(np.array([[[1.0, 0.5, 0.5]]], "float32"), 0.0).ravel().tolist()
      [1.0, 1.0, 1.0]
    """
    return image_tf.adjust_saturation(image, saturation_factor)


def adjust_jpeg_quality(image: Any, jpeg_quality: int, name: str | None = None) -> np.ndarray:
    """Returns what is left of an image after it was written as JPEG.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.adjust_jpeg_quality(np.zeros((8, 8, 3), "uint8"), 60).shape
      (8, 8, 3)
    """
    return adjust_quality(np.asarray(image), int(jpeg_quality))


def rgb_to_grayscale(images: Any, name: str | None = None) -> Any:
    """Returns the brightness of colours as one channel.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.rgb_to_grayscale(np.ones((1, 1, 3), "float32")).shape
      (1, 1, 1)
    """
    return image_tf.rgb_to_grayscale(images)


def _colors(function: Callable, what: str) -> Callable:
    def convert(images: Any, name: str | None = None) -> Any:
        images = jnp.asarray(images)
        if images.ndim == 0 or images.shape[-1] != 3 or not jnp.issubdtype(images.dtype, jnp.floating):
            raise ValueError(
                f"{convert.__name__}() takes floats with 3 channels last, received {images.dtype} of shape "
                f"{images.shape}."
            )
        return function(images)

    convert.__name__ = convert.__qualname__ = function.__name__
    convert.__doc__ = f"""{what}

    Args:
      images: floats, shape (..., 3).
      name: kept for compatibility.

    Raises:
      ValueError: for integers or another number of channels.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.{function.__name__}(np.zeros((1, 1, 3), "float32")).shape
      (1, 1, 3)
    """
    return convert


rgb_to_hsv = _colors(image_color.rgb_to_hsv, "Gives hue, saturation and value of colours in [0, 1].")
hsv_to_rgb = _colors(image_color.hsv_to_rgb, "Gives red, green and blue of hue, saturation and value.")
rgb_to_yiq = _colors(image_color.rgb_to_yiq, "Gives the YIQ form of colours (NTSC).")
yiq_to_rgb = _colors(image_color.yiq_to_rgb, "Gives red, green and blue of the YIQ form.")
rgb_to_yuv = _colors(image_color.rgb_to_yuv, "Gives the YUV form of colours (PAL).")
yuv_to_rgb = _colors(image_color.yuv_to_rgb, "Gives red, green and blue of the YUV form.")


def grayscale_to_rgb(images: Any, name: str | None = None) -> Any:
    """Repeats one channel three times.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.grayscale_to_rgb(np.ones((2, 2, 1))).shape
      (2, 2, 3)
    """
    array = np.asarray(images) if geometry.on_host(images) else images
    if array.ndim == 0 or array.shape[-1] != 1:
        raise ValueError(f"grayscale_to_rgb() takes one channel last, received shape {array.shape}.")
    return array.repeat(3, -1)


def per_image_standardization(image: Any) -> Any:
    """Gives each image mean 0 and variance 1: ``(x - mean) / max(stddev, 1 / sqrt(pixels))``.

    Args:
      image: shape (height, width, channels), or with a batch axis before.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.per_image_standardization(np.array([[[1.0], [3.0]]], "float32")).ravel().tolist()
      [-1.0, 1.0]
    """
    return image_color.per_image_standardization(jnp.asarray(geometry.checked(image)))


def convert_image_dtype(image: Any, dtype: Any, saturate: bool = False, name: str | None = None) -> Any:
    """Casts images and scales their values: floats span [0, 1], integers their whole positive range.

    Args:
      image: numbers.
      dtype: the new dtype.
      saturate: whether values beyond an integer dtype are cut off instead of wrapped.
      name: kept for compatibility.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> float(image.convert_image_dtype(np.array([[[255]]], "uint8"), "float32")[0, 0, 0])
      1.0
    """
    array = np.asarray(image) if geometry.on_host(image) else image
    if isinstance(array, np.ndarray) and array.dtype == np.uint8 and np.dtype(dtype) == np.float32:
        return array.astype(np.float32) * np.float32(1 / 255)  # what pipelines do most, without a compiled program
    return image_color.convert_image_dtype(jnp.asarray(array), dtype, saturate)


# ---------------------------------------------------------------------- random forms


def _generator(seed: int | None) -> np.random.Generator:
    return np.random.default_rng(rng.draw_seed() if seed is None else [int(seed), rng.draw_seed()])


def random_flip_left_right(image: Any, seed: int | None = None) -> Any:
    """Mirrors an image, or not, with equal chances; each image of a batch by itself.

    Args:
      image: shape (height, width, channels), or with a batch axis before.
      seed: mixed with the global one, see ``kerax.utils.set_random_seed``.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> sorted(image.random_flip_left_right(np.array([[[1], [2]]])).ravel().tolist())
      [1, 2]
    """
    return _flipped(image, seed, geometry.flip_left_right)


def random_flip_up_down(image: Any, seed: int | None = None) -> Any:
    """Turns an image upside down, or not, with equal chances; each image of a batch by itself.

    Args:
      image: shape (height, width, channels), or with a batch axis before.
      seed: mixed with the global one, see ``kerax.utils.set_random_seed``.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> sorted(image.random_flip_up_down(np.array([[[1]], [[2]]])).ravel().tolist())
      [1, 2]
    """
    return _flipped(image, seed, geometry.flip_up_down)


def _flipped(image: Any, seed: int | None, flip: Callable) -> Any:
    image = geometry.checked(image)
    if image.ndim == 3:
        return flip(image) if _generator(seed).random() < 0.5 else image
    chosen = (_generator(seed).random(len(image)) < 0.5)[:, None, None, None]
    return (np if geometry.on_host(image) else jnp).where(chosen, flip(image), image)


def random_brightness(image: Any, max_delta: float, seed: int | None = None) -> Any:
    """Adds a number in [-max_delta, max_delta) to images.

    Raises:
      ValueError: if ``max_delta`` is negative.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.random_brightness(np.zeros((1, 1, 3), "float32"), 0.5).shape
      (1, 1, 3)
    """
    if max_delta < 0:
        raise ValueError(f"max_delta must be non-negative, received {max_delta}.")
    return adjust_brightness(image, _generator(seed).uniform(-max_delta, max_delta))


def random_hue(image: Any, max_delta: float, seed: int | None = None) -> Any:
    """Turns the hue of colours by up to ``max_delta`` of a circle.

    Raises:
      ValueError: if ``max_delta`` is not in [0, 0.5].

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.random_hue(np.zeros((1, 1, 3), "float32"), 0.5).shape
      (1, 1, 3)
    """
    if not 0 <= max_delta <= 0.5:
        raise ValueError(f"max_delta must lie in [0, 0.5], received {max_delta}.")
    return adjust_hue(image, _generator(seed).uniform(-max_delta, max_delta))


def _between(lower: float, upper: float, seed: int | None) -> float:
    if not 0 <= lower < upper:
        raise ValueError(f"lower must be non-negative and below upper, received {lower} and {upper}.")
    return _generator(seed).uniform(lower, upper)


def random_contrast(image: Any, lower: float, upper: float, seed: int | None = None) -> Any:
    """Changes the contrast by a factor in [lower, upper).

    Raises:
      ValueError: unless ``0 <= lower < upper``.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.random_contrast(np.zeros((1, 1, 3), "float32"), 0.5, 1.5).shape
      (1, 1, 3)
    """
    return adjust_contrast(image, _between(lower, upper, seed))


def random_saturation(image: Any, lower: float, upper: float, seed: int | None = None) -> Any:
    """Multiplies the saturation by a factor in [lower, upper).

    Raises:
      ValueError: unless ``0 <= lower < upper``.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.random_saturation(np.zeros((1, 1, 3), "float32"), 0.5, 1.5).shape
      (1, 1, 3)
    """
    return adjust_saturation(image, _between(lower, upper, seed))


def random_crop(value: Any, size: Any, seed: int | None = None, name: str | None = None) -> Any:
    """Cuts a box of a size out of an array, at a random place.

    Args:
      value: any array.
      size: the size of the box in every dimension.
      seed: mixed with the global one, see ``kerax.utils.set_random_seed``.
      name: kept for compatibility.

    Raises:
      ValueError: if the box is larger than the array.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.random_crop(np.zeros((8, 8, 3)), (4, 5, 3)).shape
      (4, 5, 3)
    """
    array = np.asarray(value) if geometry.on_host(value) else value
    sizes = tuple(int(count) for count in size)
    if len(sizes) != array.ndim or any(count > have for count, have in zip(sizes, array.shape)):
        raise ValueError(f"random_crop(size={sizes}) does not fit into an array of shape {array.shape}.")
    generator = _generator(seed)
    starts = [int(generator.integers(have - count + 1)) for count, have in zip(sizes, array.shape)]
    return array[tuple(slice(start, start + count) for start, count in zip(starts, sizes))]
