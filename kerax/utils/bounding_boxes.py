"""``kerax.utils.bounding_boxes``: formats of bounding boxes, moving and comparing them."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax import settings
from kerax.errors import unknown_name
from kerax.functional.image_boxes import box_areas, clip_boxes, convert_boxes, intersections, inverse_affine

_ENCODINGS = ("center_xywh", "center_yxhw")
_VARIANCES = 4


def convert_format(
    boxes: Any, source: str, target: str, height: Any = None, width: Any = None, dtype: Any = "float32"
) -> Any:
    """Writes bounding boxes in another format.

    Args:
      boxes: array (..., 4), or a dictionary with one under ``"boxes"``.
      source: ``"xyxy"``, ``"yxyx"``, ``"xywh"``, ``"center_xywh"``, ``"center_yxhw"``, or ``"rel_"`` and one of these,
        in shares of the image.
      target: the new format.
      height: of the image, for relative formats.
      width: of the image, for relative formats.
      dtype: of the result.

    Raises:
      ValueError: for an unknown format, or a missing size.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.utils.bounding_boxes.convert_format(np.array([[10, 20, 30, 40]]), "xyxy", "xywh").tolist()
      [[10.0, 20.0, 20.0, 20.0]]
    """
    if isinstance(boxes, dict):
        return {**boxes, "boxes": convert_format(boxes["boxes"], source, target, height, width, dtype)}
    return convert_boxes(jnp.asarray(boxes), source, target, height, width, dtype)


def clip_to_image_size(
    bounding_boxes: dict[str, Any], height: Any = None, width: Any = None, bounding_box_format: str = "xyxy"
) -> dict[str, Any]:
    """Cuts boxes off at the borders of their image; boxes of which nothing is left get the label -1.

    Args:
      bounding_boxes: ``{"boxes": (..., n, 4), "labels": (..., n)}``.
      height: of the image.
      width: of the image.
      bounding_box_format: ``"xyxy"`` or ``"rel_xyxy"``.

    Raises:
      ValueError: for another format, or a missing size.

    Example:
      >>> import kerax, numpy as np
      >>> boxes = {"boxes": np.array([[-10.0, 0.0, 150.0, 20.0]]), "labels": np.array([0])}
      >>> kerax.utils.bounding_boxes.clip_to_image_size(boxes, 100, 120)["boxes"].tolist()
      [[0.0, 0.0, 120.0, 20.0]]
    """
    _only(bounding_box_format, ("xyxy", "rel_xyxy"))
    if bounding_box_format == "rel_xyxy":
        height = width = 1.0
    elif height is None or width is None:
        raise ValueError("clip_to_image_size() needs `height` and `width` for the format 'xyxy'.")
    boxes = clip_boxes(jnp.asarray(bounding_boxes["boxes"]), height, width)
    result = {**bounding_boxes, "boxes": boxes}
    if bounding_boxes.get("labels") is not None:
        labels = jnp.asarray(bounding_boxes["labels"])
        result["labels"] = jnp.where(box_areas(boxes) > 0, labels, jnp.asarray(-1, labels.dtype))
    return result


def affine_transform(
    boxes: Any,
    angle: Any,
    translate_x: Any,
    translate_y: Any,
    scale: Any,
    shear_x: Any,
    shear_y: Any,
    height: Any,
    width: Any,
    center_x: Any = None,
    center_y: Any = None,
    bounding_box_format: str = "xyxy",
) -> Any:
    """The upright boxes around boxes that were turned, moved, scaled and sheared with their image.

    Args:
      boxes: shape (batch, n, 4).
      angle: degrees, shape (batch,); likewise the next five.
      translate_x: shares of the width.
      translate_y: shares of the height.
      scale: factor.
      shear_x: degrees.
      shear_y: degrees.
      height: of the image.
      width: of the image.
      center_x: the point that stays, as a share of the width; the middle by default.
      center_y: as a share of the height.
      bounding_box_format: ``"xyxy"``.

    Example:
      >>> import kerax, numpy as np
      >>> zero, one = np.zeros(1, "float32"), np.ones(1, "float32")
      >>> boxes = np.array([[[0.0, 0.0, 2.0, 1.0]]], "float32")
      >>> kerax.utils.bounding_boxes.affine_transform(boxes, zero, zero, zero, one, zero, zero, 3, 3).tolist()
      [[[0.0, 0.0, 2.0, 1.0]]]
    """
    _only(bounding_box_format, ("xyxy",))
    middle = (0.5 if center_x is None else center_x, 0.5 if center_y is None else center_y)
    return inverse_affine(
        jnp.asarray(boxes), angle, translate_x, translate_y, scale, shear_x, shear_y, height, width, *middle
    )


def crop(boxes: Any, top: Any, left: Any, height: Any, width: Any, bounding_box_format: str = "xyxy") -> Any:
    """Boxes as they lie in a part that is cut out of their image.

    Args:
      boxes: shape (..., 4).
      top: first row of the part.
      left: first column of the part.
      height: of the part.
      width: of the part.
      bounding_box_format: ``"xyxy"``.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.utils.bounding_boxes.crop(np.array([[10.0, 20.0, 50.0, 60.0]]), 10, 20, 40, 30).tolist()
      [[0.0, 10.0, 30.0, 40.0]]
    """
    _only(bounding_box_format, ("xyxy",))
    boxes = jnp.asarray(boxes)
    return clip_boxes(boxes - jnp.asarray([left, top, left, top], boxes.dtype), height, width)


def pad(
    boxes: Any, top: Any, left: Any, height: Any = None, width: Any = None, bounding_box_format: str = "xyxy"
) -> Any:
    """Boxes as they lie in their image after rows and columns were added.

    Args:
      boxes: shape (..., 4).
      top: rows added above.
      left: columns added on the left.
      height: accepted for Keras's sake.
      width: likewise.
      bounding_box_format: ``"xyxy"``.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.utils.bounding_boxes.pad(np.array([[0.0, 0.0, 1.0, 1.0]]), 2, 3).tolist()
      [[3.0, 2.0, 4.0, 3.0]]
    """
    _only(bounding_box_format, ("xyxy",))
    boxes = jnp.asarray(boxes)
    return boxes + jnp.asarray([left, top, left, top], boxes.dtype)


def _only(given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise unknown_name("bounding_box_format", given, known)


def _image_size(image_shape: Any) -> tuple[Any, Any]:
    return (None, None) if image_shape is None else (image_shape[0], image_shape[1])


def _check_encoding(encoding: str, variance: Any) -> Any:
    if encoding not in _ENCODINGS:
        raise unknown_name("encoding format", encoding, _ENCODINGS)
    if variance is None:
        return None
    variance = jnp.asarray(np.asarray(variance), jnp.float32)
    if variance.shape[-1] != _VARIANCES:
        raise ValueError(f"`variance` must be length 4, got {variance}")
    return variance


def encode_box_to_deltas(
    anchors: Any,
    boxes: Any,
    anchor_format: str,
    box_format: str,
    encoding_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Any = None,
) -> Any:
    """Boxes relative to anchors: shifts of the centres in anchor sizes, and logarithms of the ratios of sizes.

    Reference: Girshick et al., "Rich feature hierarchies for accurate object detection", CVPR 2014, appendix C.

    Args:
      anchors: shape (n, 4).
      boxes: shape (n, 4) or (batch, n, 4).
      anchor_format: format of the anchors.
      box_format: format of the boxes.
      encoding_format: ``"center_yxhw"`` or ``"center_xywh"``.
      variance: four numbers that the result is divided by.
      image_shape: (height, width, channels), for relative formats.

    Example:
      >>> import kerax, numpy as np
      >>> box = np.array([[0.0, 0.0, 2.0, 2.0]])
      >>> kerax.utils.bounding_boxes.encode_box_to_deltas(box, box, "xyxy", "xyxy").tolist()
      [[0.0, 0.0, 0.0, 0.0]]
    """
    variance, size = _check_encoding(encoding_format, variance), _image_size(image_shape)
    anchors = convert_format(anchors, anchor_format, encoding_format, *size)
    boxes = convert_format(boxes, box_format, encoding_format, *size)
    least = settings.epsilon()
    sides, box_sides = jnp.maximum(anchors[..., 2:], least), jnp.maximum(boxes[..., 2:], least)
    deltas = jnp.concatenate([(boxes[..., :2] - anchors[..., :2]) / sides, jnp.log(box_sides / sides)], axis=-1)
    return deltas if variance is None else deltas / variance


def decode_deltas_to_boxes(
    anchors: Any,
    boxes_delta: Any,
    anchor_format: str,
    box_format: str,
    encoded_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Any = None,
) -> Any:
    """The inverse of `encode_box_to_deltas`.

    Args:
      anchors: shape (n, 4), or a dictionary of such.
      boxes_delta: shape (n, 4) or (batch, n, 4), or a dictionary of such.
      anchor_format: format of the anchors.
      box_format: format of the result.
      encoded_format: ``"center_yxhw"`` or ``"center_xywh"``.
      variance: four numbers that the deltas are multiplied by.
      image_shape: (height, width, channels), for relative formats.

    Example:
      >>> import kerax, numpy as np
      >>> box = np.array([[0.0, 0.0, 2.0, 2.0]])
      >>> kerax.utils.bounding_boxes.decode_deltas_to_boxes(box, np.zeros((1, 4)), "xyxy", "xyxy").tolist()
      [[0.0, 0.0, 2.0, 2.0]]
    """
    if isinstance(anchors, dict):
        rest = (anchor_format, box_format, encoded_format, variance, image_shape)
        return {level: decode_deltas_to_boxes(anchor, boxes_delta[level], *rest) for level, anchor in anchors.items()}
    variance, size = _check_encoding(encoded_format, variance), _image_size(image_shape)
    anchors = convert_format(anchors, anchor_format, encoded_format, *size)
    deltas = jnp.asarray(boxes_delta, jnp.float32)
    deltas = deltas if variance is None else deltas * variance
    centres = deltas[..., :2] * anchors[..., 2:] + anchors[..., :2]
    sides = jnp.exp(deltas[..., 2:]) * anchors[..., 2:]
    centres, sides = jnp.broadcast_arrays(centres, sides)
    return convert_format(jnp.concatenate([centres, sides], axis=-1), encoded_format, box_format, *size)


def compute_iou(
    boxes1: Any,
    boxes2: Any,
    bounding_box_format: str,
    use_masking: bool = False,
    mask_val: float = -1,
    image_shape: Any = None,
) -> Any:
    """Intersection over union of every box of one set with every box of another.

    Args:
      boxes1: shape (n, 4) or (batch, n, 4).
      boxes2: shape (m, 4) or (batch, m, 4).
      bounding_box_format: format of both.
      use_masking: whether pairs with a box of negative numbers only get ``mask_val``.
      mask_val: for these.
      image_shape: (height, width, channels), for relative formats.

    Returns:
      Array (n, m), or (batch, n, m) if either set has a batch axis.

    Raises:
      ValueError: for other ranks, or a missing ``image_shape``.

    Example:
      >>> import kerax, numpy as np
      >>> boxes = np.array([[0.0, 0.0, 1.0, 1.0]])
      >>> round(float(kerax.utils.bounding_boxes.compute_iou(boxes, boxes, "xyxy")[0, 0]), 4)
      1.0
    """
    first, second = jnp.asarray(boxes1), jnp.asarray(boxes2)
    for name, boxes in (("boxes1", first), ("boxes2", second)):
        if boxes.ndim not in (2, 3):
            raise ValueError(f"compute_iou() expects {name} of rank 2 or 3, received shape {boxes.shape}.")
    if "rel" in bounding_box_format and image_shape is None:
        raise ValueError(f"compute_iou() needs `image_shape` for the relative format {bounding_box_format!r}.")
    size = _image_size(image_shape)
    first, second = (convert_format(boxes, bounding_box_format, "xyxy", *size) for boxes in (first, second))
    shared = intersections(first, second)
    union = box_areas(first)[..., :, None] + box_areas(second)[..., None, :] - shared
    overlap = shared / (union + settings.epsilon())
    if not use_masking:
        return overlap
    masked = (first.max(-1) < 0)[..., :, None] | (second.max(-1) < 0)[..., None, :]
    return jnp.where(masked, jnp.asarray(mask_val, overlap.dtype), overlap)


def compute_ciou(boxes1: Any, boxes2: Any, bounding_box_format: str, image_shape: Any = None) -> Any:
    """Complete intersection over union: overlap, less the distance of the centres and the difference of shapes.

    Reference: Zheng et al., "Distance-IoU loss", AAAI 2020, https://arxiv.org/abs/1911.08287

    Args:
      boxes1: shape (..., 4).
      boxes2: shape (..., 4).
      bounding_box_format: format of both.
      image_shape: (height, width, channels), for relative formats.

    Raises:
      ValueError: if ``image_shape`` is missing.

    Example:
      >>> import kerax, numpy as np
      >>> boxes = np.array([[0.0, 0.0, 1.0, 1.0]])
      >>> round(float(kerax.utils.bounding_boxes.compute_ciou(boxes, boxes, "xyxy")[0]), 4)
      1.0
    """
    if "rel" in bounding_box_format and image_shape is None:
        raise ValueError(f"compute_ciou() needs `image_shape` for the relative format {bounding_box_format!r}.")
    size, least = _image_size(image_shape), settings.epsilon()
    first, second = (convert_format(boxes, bounding_box_format, "xyxy", *size) for boxes in (boxes1, boxes2))
    low, high = jnp.minimum(first, second), jnp.maximum(first, second)
    shared = jnp.prod(jnp.maximum(low[..., 2:] - high[..., :2], 0), axis=-1)
    (width1, height1), (width2, height2) = (
        (boxes[..., 2] - boxes[..., 0], boxes[..., 3] - boxes[..., 1] + least) for boxes in (first, second)
    )
    overlap = shared / (width1 * height1 + width2 * height2 - shared + 2 * least)
    diagonal = jnp.sum((high[..., 2:] - low[..., :2]) ** 2, axis=-1) + least
    distance = jnp.sum((first[..., :2] + first[..., 2:] - second[..., :2] - second[..., 2:]) ** 2, axis=-1) / 4
    shape = (4 / np.pi**2) * (jnp.arctan(width2 / height2) - jnp.arctan(width1 / height1)) ** 2
    weight = shape / (shape - overlap + 1 + least)
    return overlap - (distance / diagonal + shape * weight)
