"""``tf.image``: parts of pictures, at random places (Szegedy et al., 2015) and at given ones: TensorFlow's numbers.

Source of the order in which random numbers are drawn: tensorflow/core/kernels/image/sample_distorted_bounding_box_op.cc
(2.15).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kerax.compat.tensorflow import _seeds, errors
from kerax.compat.tensorflow._core import ints, op, tensor
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._philox_streams import Stream
from kerax.compat.tensorflow._random_stateless import _source
from kerax.compat.tensorflow._tensor import Tensor

_NOISES = ("uniform", "gaussian", "zero")
_EDGE = 0.0000001  # keeps a rounded width inside the picture


class SampleDistortedBoundingBoxV2(NamedTuple):
    """Where a part of a picture begins, its size, and both as a box with corners between 0 and 1."""

    begin: Any
    size: Any
    bboxes: Any


def _round(value: Any) -> int:
    return int(np.rint(value))


def _crop(height: int, width: int, area: Any, aspect: np.float32, stream: Stream) -> tuple[int, ...] | None:
    """Top, left, height and width of a random part, None if there is none of that area and aspect."""
    least, most = (np.float32(one) * np.float32(width) * np.float32(height) for one in area)
    if area[1] <= 0 or aspect <= 0 or height <= 0 or width <= 0 or area[0] > area[1]:
        return None
    tall, tallest = _round(np.sqrt(least / aspect)), _round(np.sqrt(most / aspect))
    if _round(tallest * aspect) > width:
        tallest = int((np.float32(width) + 0.5 - np.float32(_EDGE)) / aspect)
        tallest -= _round(tallest * aspect) > width
    tallest = min(tallest, height)
    tall = min(tall, tallest)
    if tall < tallest:
        tall += stream.below(tallest - tall + 1)
    wide = _round(tall * aspect)
    for step, outside in ((1, lambda size: size < least), (-1, lambda size: size > most)):
        if outside(np.float32(wide * tall)):
            tall += step
            wide = _round(tall * aspect)
    if not least <= np.float32(wide * tall) <= most or wide > width or tall > height or wide <= 0 or tall <= 0:
        return None
    top = stream.below(height - tall) if tall < height else 0
    left = stream.below(width - wide) if wide < width else 0
    return top, left, tall, wide


def _covers(crop: tuple[int, ...], boxes: np.ndarray, share: float) -> bool:
    """Whether a part holds enough of one of the boxes."""
    top, left, tall, wide = crop
    if tall * wide < 1:
        return False
    for low_y, low_x, high_y, high_x in boxes:
        size = (high_y - low_y) * (high_x - low_x)
        if size < 1:
            continue
        common_y = min(top + tall, high_y) - max(top, low_y)
        common_x = min(left + wide, high_x) - max(left, low_x)
        common = common_y * common_x if common_y >= 0 and common_x >= 0 else 0
        if np.float32(common) / np.float32(size) >= np.float32(share):
            return True
    return False


def _wrong(words: str) -> Exception:
    return errors.InvalidArgumentError(None, None, words)


def _sample(
    image_size: Any, bounding_boxes: Any, stream: Stream, share: Any, aspects: Any, areas: Any, tries: Any, whole: Any
) -> SampleDistortedBoundingBoxV2:
    sizes, boxes = tensor(image_size), known(tensor(bounding_boxes))
    numbers, covered = known(sizes), float(known(tensor(share)))
    aspects = (0.75, 1.33) if aspects is None else tuple(float(one) for one in aspects)
    areas = (0.05, 1.0) if areas is None else tuple(float(one) for one in areas)
    tries = 100 if tries is None else int(tries)
    if numbers.shape != (3,):
        raise _wrong(f"image_size must contain 3 elements, received shape {numbers.shape}.")
    if boxes.ndim != 3 or boxes.shape[-1] != 4:
        raise _wrong(f"bounding boxes must have shape [batch, boxes, 4], received {boxes.shape}.")
    if covered < 0:
        raise _wrong(f"Min object covered must be non-negative: {covered}")
    if len(aspects) != 2 or min(aspects) <= 0:
        raise _wrong(f"Aspect ratio range must be two positive numbers: {list(aspects)}")
    if len(areas) != 2 or min(areas) <= 0 or max(areas) > 1:
        raise _wrong(f"Area range must be two numbers above 0, at most 1: {list(areas)}")
    if tries <= 0:
        raise _wrong(f"Max attempts must be positive: {tries}")
    if boxes.size and not ((boxes >= 0) & (boxes <= 1)).all():
        raise _wrong("All bounding box coordinates must be in [0.0, 1.0].")
    height, width = int(numbers[0]), int(numbers[1])
    if not boxes.size and not whole:
        raise _wrong(
            "No bounding boxes provided as input. One must enable use_image_if_no_bounding_boxes if you wish to not "
            "provide any bounding boxes."
        )
    scale = np.asarray([height, width, height, width], np.float32)
    corners = (boxes.reshape(-1, 4).astype(np.float32) * scale).astype(np.int64)
    if not boxes.size:
        corners = np.asarray([[0, 0, height, width]])
    low, span = np.float32(aspects[0]), np.float32(aspects[1]) - np.float32(aspects[0])
    found: tuple[int, ...] = (0, 0, height, width)
    for _ in range(tries):
        crop = _crop(height, width, areas, np.float32(stream.single() * span + low), stream)
        if crop is not None and _covers(crop, corners, covered):
            found = crop
            break
    top, left, tall, wide = found
    kind = sizes.dtype.dtype
    box = np.asarray([top, left, top + tall, left + wide], np.float32) / scale
    return SampleDistortedBoundingBoxV2(
        Tensor(np.asarray([top, left, 0], kind)),
        Tensor(np.asarray([tall, wide, -1], kind)),
        Tensor(box.reshape(1, 1, 4)),
    )


@op
def sample_distorted_bounding_box(
    image_size: Any,
    bounding_boxes: Any,
    seed: int = 0,
    min_object_covered: Any = 0.1,
    aspect_ratio_range: Any = None,
    area_range: Any = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> Any:
    """A random part of a picture that holds enough of one of the boxes in it.

    Args:
      image_size: height, width and channels, whole numbers.
      bounding_boxes: float32, shape (batch, boxes, 4), corners between 0 and 1: top, left, bottom, right.
      seed: of the draw; 0 for another one each time.
      min_object_covered: how much of one box it has to hold.
      aspect_ratio_range: least and largest width for a height of 1; 0.75 and 1.33 by default.
      area_range: least and largest share of the picture; 0.05 and 1 by default.
      max_attempts: after so many tries (100) the whole picture is returned.
      use_image_if_no_bounding_boxes: whether the whole picture is a box if there are none.
      name: accepted as in TensorFlow.

    Returns:
      Where it begins and its size, for ``tf.slice``, and the box, shape (1, 1, 4).
    """
    tries = 100 if max_attempts is None else int(max_attempts)
    seeds = _seeds.of_operation(seed) if seed else None
    kind = ("distorted", tensor(image_size).dtype.name, str((aspect_ratio_range, area_range, tries)))
    source = _seeds.unknown() if seeds is None else _seeds.of_seeds(kind, seeds, tries)
    return _sample(
        image_size, bounding_boxes, Stream(source), min_object_covered, aspect_ratio_range, area_range, max_attempts,
        use_image_if_no_bounding_boxes,
    )  # fmt: skip


@op
def stateless_sample_distorted_bounding_box(
    image_size: Any,
    bounding_boxes: Any,
    seed: Any,
    min_object_covered: Any = 0.1,
    aspect_ratio_range: Any = None,
    area_range: Any = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> Any:
    """As ``sample_distorted_bounding_box``, by a seed of two numbers."""
    return _sample(
        image_size, bounding_boxes, Stream(_source(seed)), min_object_covered, aspect_ratio_range, area_range,
        max_attempts, use_image_if_no_bounding_boxes,
    )  # fmt: skip


@op
def stateless_random_jpeg_quality(image: Any, min_jpeg_quality: int, max_jpeg_quality: int, seed: Any) -> Any:
    """A picture as a JPEG file of a random quality shows it, by a seed of two numbers.

    Args:
      image: (height, width, channels).
      min_jpeg_quality, max_jpeg_quality: between 0 and 100; the larger one is left out.
      seed: two whole numbers.
    """
    import kerax.compat.tensorflow as tf
    from kerax.compat.tensorflow._random_stateless import stateless_uniform

    if not (0 <= min_jpeg_quality <= 100 and 0 <= max_jpeg_quality <= 100):
        raise ValueError("jpeg encoding range must be between 0 and 100.")
    if min_jpeg_quality >= max_jpeg_quality:
        raise ValueError("`min_jpeg_quality` must be less than `max_jpeg_quality`.")
    quality = stateless_uniform([], seed, min_jpeg_quality, max_jpeg_quality, "int32")
    return tf.image.adjust_jpeg_quality(image, quality)


def _offsets(
    offsets: np.ndarray, full: np.ndarray, part: np.ndarray, normalized: bool, centered: bool, old: bool
) -> Any:
    """Where windows begin, as TensorFlow reckons it: its second version takes the middle only of shares."""
    places: Any = offsets.astype(np.float32)
    if normalized:
        places = places * full
    if old:
        places = places / 2 + full / 2 if centered else places
        return (places - part / 2).astype(np.int64)
    if normalized and centered:
        places = places / 2 + full / 2 - part / 2
    elif centered and not normalized:
        places = places + full / 2
    return places.astype(np.int64)


def glimpse(input: Any, size: Any, offsets: Any, centered: bool, normalized: bool, noise: str, old: bool) -> Tensor:
    """Windows of pictures, noise where they are outside; see ``extract_glimpse``."""
    if noise not in _NOISES:
        raise _wrong(f"The noise could only be uniform, gaussian, or zero, got {noise!r}.")
    pictures, places = known(tensor(input)), known(tensor(offsets))
    if pictures.ndim != 4:
        raise _wrong(f"input must be 4-dimensional (batch_size, height, width, depth), received {pictures.shape}.")
    part = np.asarray(ints(size))
    if part.shape != (2,) or places.shape != (len(pictures), 2):
        raise _wrong(f"size is (height, width), offsets (batch, 2); received {part.tolist()} and {places.shape}.")
    full = np.asarray(pictures.shape[1:3], np.float32)
    starts = _offsets(places, full, part.astype(np.float32), normalized, centered, old)
    draw = np.random.default_rng(_seeds.unknown().key)
    found = np.zeros((len(pictures), *part, pictures.shape[3]), pictures.dtype)
    for picture, start, window in zip(pictures, starts, found, strict=True):
        low, high = np.maximum(start, 0), np.minimum(start + part, pictures.shape[1:3])
        if (start < 0).any() or (start + part >= pictures.shape[1:3]).any():
            window[:] = _noise(picture, window.shape, noise, draw)
        if (high > low).all():
            inside = picture[low[0] : high[0], low[1] : high[1]]
            window[low[0] - start[0] : high[0] - start[0], low[1] - start[1] : high[1] - start[1]] = inside
    return Tensor(found)


def _noise(picture: np.ndarray, shape: tuple, noise: str, draw: np.random.Generator) -> Any:
    if noise == "zero":
        return 0
    if noise == "uniform":
        return picture.min() + draw.random(shape) * (picture.max() - picture.min())
    mean, deviation = picture.mean((0, 1)), picture.std((0, 1))
    return np.clip(mean + draw.standard_normal(shape) * deviation, picture.min((0, 1)), picture.max((0, 1)))


@op
def extract_glimpse(
    input: Any,
    size: Any,
    offsets: Any,
    centered: bool = True,
    normalized: bool = True,
    noise: str = "uniform",
    name: str | None = None,
) -> Any:
    """A window of each picture; what of it is outside of the picture is noise.

    Args:
      input: float32, shape (batch, height, width, channels).
      size: height and width of the windows.
      offsets: float32, shape (batch, 2): where the windows' middles are, y before x.
      centered: whether offsets count from the middle of a picture.
      normalized: whether they are shares of its size: from -1 to 1 if centered, else from 0 to 1.
      noise: "uniform", "gaussian" or "zero"; random numbers are not TensorFlow's.
      name: accepted as in TensorFlow.
    """
    return glimpse(input, size, offsets, centered, normalized, noise, False)
