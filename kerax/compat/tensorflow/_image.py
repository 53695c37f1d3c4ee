"""``tf.image`` where kerax's pipelines have no function of that name: boxes, patches, measures, draws by seeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import kerax.data.image as plain
from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array, ints, op, out, tensor
from kerax.compat.tensorflow._hosted import hosted
from kerax.compat.tensorflow._random import uniform
from kerax.compat.tensorflow._random_stateless import stateless_uniform
from kerax.compat.tensorflow._tensor import Tensor
from kerax.functional import image_boxes, image_tf
from kerax.ops.image import extract_patches as plain_extract_patches


class ResizeMethod:
    """Names of the ways to resize."""

    AREA, BICUBIC, BILINEAR, GAUSSIAN = "area", "bicubic", "bilinear", "gaussian"
    LANCZOS3, LANCZOS5, MITCHELLCUBIC, NEAREST_NEIGHBOR = "lanczos3", "lanczos5", "mitchellcubic", "nearest"


@op
def resize(
    images: Any,
    size: Any,
    method: str = "bilinear",
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    name: str | None = None,
) -> Any:
    """Images in another size."""
    x = tensor(images)
    height_width = ints(size, "size")
    way = method.lower() if isinstance(method, str) else ("bilinear", "nearest", "bicubic", "area")[method]
    if isinstance(x._value, np.ndarray):
        return Tensor(np.asarray(plain.resize(x._value, height_width, way, preserve_aspect_ratio, antialias)))
    return Tensor(jnp.asarray(plain.resize(x.array, height_width, way, preserve_aspect_ratio, antialias)))


@op
def extract_patches(images: Any, sizes: Any, strides: Any, rates: Any, padding: str, name: str | None = None) -> Any:
    """Patches of images as channels."""
    height, width = ints(sizes)[1:3]
    steps, spread = ints(strides)[1:3], ints(rates)[1:3]
    found = plain_extract_patches(array(images), (height, width), steps, spread[0], padding.lower())
    return Tensor(found)


@op
def draw_bounding_boxes(images: Any, boxes: Any, colors: Any, name: str | None = None) -> Any:
    """Images with boxes drawn in them."""
    drawn = image_boxes.draw_boxes(
        np.asarray(array(images)), np.asarray(array(boxes)), None if colors is None else np.asarray(array(colors))
    )
    return Tensor(np.asarray(drawn))


# ---- draws by seeds of two numbers ----------------------------------------------------------------------------------
def _between(seed: Any, lower: Any, upper: Any) -> Any:
    return array(stateless_uniform((), seed, lower, upper))


@op
def stateless_random_brightness(image: Any, max_delta: float, seed: Any) -> Any:
    """Brightness changed at random."""
    return Tensor(image_tf.adjust_brightness(array(image), _between(seed, -max_delta, max_delta)))


@op
def stateless_random_contrast(image: Any, lower: float, upper: float, seed: Any) -> Any:
    """Contrast changed at random."""
    return Tensor(image_tf.adjust_contrast(array(image), _between(seed, lower, upper)))


@op
def stateless_random_saturation(image: Any, lower: float, upper: float, seed: Any | None = None) -> Any:
    """Saturation changed at random."""
    return Tensor(jnp.asarray(plain.adjust_saturation(array(image), _between(seed, lower, upper))))


@op
def stateless_random_hue(image: Any, max_delta: float, seed: Any) -> Any:
    """Hue changed at random."""
    return Tensor(jnp.asarray(plain.adjust_hue(array(image), float(_between(seed, -max_delta, max_delta)))))


def _flip(axis: int) -> Callable:
    def run(image: Any, seed: Any) -> Any:
        x = tensor(image)
        flipped = array(stateless_uniform((), seed)) < 0.5
        return out(jnp.where(flipped, jnp.flip(x.array, axis), x.array), x._label)

    return run


stateless_random_flip_left_right = op(_flip(-2))
stateless_random_flip_up_down = op(_flip(-3))


@op
def stateless_random_crop(value: Any, size: Any, seed: Any, name: str | None = None) -> Any:
    """A block of a size at a random place."""
    sizes = ints(size)
    x = tensor(value)
    full = tuple(x._value.shape)
    if any(part > whole for part, whole in zip(sizes, full)):
        raise errors.InvalidArgumentError(None, None, f"Need value.shape >= size, got {list(full)} and {list(sizes)}")
    drawn = stateless_uniform((len(sizes),), seed, None, np.iinfo(np.int32).max, "int32")
    starts = [array(drawn)[i] % (whole - part + 1) for i, (part, whole) in enumerate(zip(sizes, full))]
    return out(jax.lax.dynamic_slice(x.array, starts, sizes), x._label)


@op
def random_crop(value: Any, size: Any, seed: Any = None, name: str | None = None) -> Any:
    """A block of a size at a random place."""
    x = tensor(value)
    sizes = tuple(have if want == -1 else want for want, have in zip(ints(size, "size"), x._value.shape))
    if any(want > have for want, have in zip(sizes, x._value.shape)):
        raise errors.InvalidArgumentError(
            None, None, f"Need value.shape >= size, got {list(x._value.shape)} and {list(sizes)}"
        )
    drawn = array(uniform((len(sizes),), 0, np.iinfo(np.int32).max, "int32", seed))
    starts = [drawn[i] % (have - want + 1) for i, (want, have) in enumerate(zip(sizes, x._value.shape))]
    return out(jax.lax.dynamic_slice(x.array, starts, sizes), x._label)


random_jpeg_quality = hosted(
    lambda image, min_jpeg_quality, max_jpeg_quality, seed=None: plain.adjust_jpeg_quality(
        image, int(np.random.default_rng(seed).integers(min_jpeg_quality, max_jpeg_quality))
    )
)
