"""Boxes around things in images: formats, overlap, and what happens to them when the image is moved."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.errors import unknown_name

FORMATS = (
    "xyxy",
    "yxyx",
    "xywh",
    "center_xywh",
    "center_yxhw",
    "rel_xyxy",
    "rel_yxyx",
    "rel_xywh",
    "rel_center_xywh",
)


def _to_corners(boxes: jax.Array, kind: str) -> tuple[jax.Array, ...]:
    a, b, c, d = (boxes[..., place] for place in range(4))
    if kind == "xyxy":
        return a, b, c, d
    if kind == "yxyx":
        return b, a, d, c
    if kind == "xywh":
        return a, b, a + c, b + d
    if kind == "center_yxhw":
        a, b, c, d = b, a, d, c
    return a - c / 2, b - d / 2, a + c / 2, b + d / 2


def _from_corners(corners: tuple[jax.Array, ...], kind: str) -> jax.Array:
    left, top, right, bottom = corners
    width, height = right - left, bottom - top
    parts = {
        "xyxy": (left, top, right, bottom),
        "yxyx": (top, left, bottom, right),
        "xywh": (left, top, width, height),
        "center_xywh": (left + width / 2, top + height / 2, width, height),
        "center_yxhw": (top + height / 2, left + width / 2, height, width),
    }
    return jnp.stack(parts[kind], axis=-1)


def convert_boxes(
    boxes: jax.Array, source: str, target: str, height: Any = None, width: Any = None, dtype: Any = "float32"
) -> jax.Array:
    """Writes boxes in another format.

    Args:
      boxes: shape (..., 4).
      source: their format, one of ``FORMATS``: corners (x left, y top, x right, y bottom), sides or centres; ``rel_``
        ones in shares of the image.
      target: the new format.
      height: of the image, for ``rel_`` formats.
      width: of the image, for ``rel_`` formats.
      dtype: of the result.

    Raises:
      ValueError: for an unknown format, another last axis, or a missing size.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_boxes import convert_boxes
      >>> convert_boxes(jnp.array([10.0, 20.0, 30.0, 60.0]), "xyxy", "xywh")
      Array([10., 20., 20., 40.], dtype=float32)
    """
    if boxes.shape[-1] != 4:
        raise ValueError(f"`boxes` must have a last dimension of 4. Received: boxes.shape={tuple(boxes.shape)}")
    source, target = source.lower(), target.lower()
    for name in (source, target):
        if name not in FORMATS:
            raise unknown_name("bounding box format", name, FORMATS)
    relative = source.startswith("rel_"), target.startswith("rel_")
    if any(relative) and (height is None or width is None):
        raise ValueError(
            "convert_format() must receive `height` and `width` to change between relative and absolute formats: "
            f"source={source!r}, target={target!r}, height={height}, width={width}."
        )
    boxes = jnp.asarray(boxes).astype(dtype)
    if source == target:
        return boxes
    corners = _to_corners(boxes, source.removeprefix("rel_"))
    if relative[0] != relative[1]:
        across, down = (jnp.asarray(size, boxes.dtype) for size in (width, height))
        across, down = (size[..., 0] if size.ndim == boxes.ndim else size for size in (across, down))
        scales = (across, down, across, down)
        corners = tuple(
            corner * scale if relative[0] else corner / scale for corner, scale in zip(corners, scales, strict=True)
        )
    return _from_corners(corners, target.removeprefix("rel_"))


def clip_boxes(boxes: jax.Array, height: Any, width: Any) -> jax.Array:
    """Cuts ``xyxy`` boxes off at the borders of an image.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_boxes import clip_boxes
      >>> clip_boxes(jnp.array([-1.0, 2.0, 9.0, 9.0]), 5, 6)
      Array([0., 2., 6., 5.], dtype=float32)
    """
    across, down = (jnp.asarray(size, boxes.dtype) for size in (width, height))
    left, top, right, bottom = (boxes[..., place] for place in range(4))
    limits = ((left, across), (top, down), (right, across), (bottom, down))
    return jnp.stack([jnp.clip(value, 0, limit) for value, limit in limits], axis=-1)


def box_areas(boxes: jax.Array) -> jax.Array:
    """Areas of ``xyxy`` or ``yxyx`` boxes.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_boxes import box_areas
      >>> box_areas(jnp.array([0.0, 0.0, 2.0, 3.0]))
      Array(6., dtype=float32)
    """
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def intersections(first: jax.Array, second: jax.Array) -> jax.Array:
    """Areas that each ``xyxy`` box of one set shares with each of another.

    Args:
      first: shape (..., n, 4).
      second: shape (..., m, 4).

    Returns:
      Array (..., n, m).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_boxes import intersections
      >>> intersections(jnp.array([[0.0, 0.0, 2.0, 2.0]]), jnp.array([[1.0, 1.0, 3.0, 3.0]]))
      Array([[1.]], dtype=float32)
    """
    a, b = first[..., :, None, :], second[..., None, :, :]
    sides = jnp.minimum(a[..., 2:], b[..., 2:]) - jnp.maximum(a[..., :2], b[..., :2])
    return jnp.prod(jnp.maximum(sides, 0), axis=-1)


def map_corners(boxes: jax.Array, move: Any) -> jax.Array:
    """The upright boxes around the four corners of ``xyxy`` boxes after these were moved.

    Args:
      boxes: shape (..., 4).
      move: function of (x, y), each (..., 4), that returns the new (x, y).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_boxes import map_corners
      >>> map_corners(jnp.array([0.0, 0.0, 2.0, 1.0]), lambda x, y: (y, x))
      Array([0., 0., 1., 2.], dtype=float32)
    """
    left, top, right, bottom = (boxes[..., place] for place in range(4))
    x, y = move(jnp.stack([left, right, right, left], axis=-1), jnp.stack([top, top, bottom, bottom], axis=-1))
    return jnp.stack([x.min(-1), y.min(-1), x.max(-1), y.max(-1)], axis=-1)


def inverse_affine(
    boxes: jax.Array,
    angle: Any,
    translate_x: Any,
    translate_y: Any,
    scale: Any,
    shear_x: Any,
    shear_y: Any,
    height: Any,
    width: Any,
    center_x: Any = 0.5,
    center_y: Any = 0.5,
) -> jax.Array:
    """Where ``xyxy`` boxes come to lie when their image is turned, moved, scaled and sheared about a point.

    The matrix is that of ``torchvision.transforms.functional.affine``, inverted.

    Args:
      boxes: shape (batch, n, 4).
      angle: degrees, shape (batch,); likewise the rest.
      translate_x: shares of the width.
      translate_y: shares of the height.
      scale: factor.
      shear_x: degrees.
      shear_y: degrees.
      height: of the image.
      width: of the image.
      center_x: the point that stays, as a share of the width.
      center_y: as a share of the height.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_boxes import inverse_affine
      >>> zero, one = jnp.zeros(1), jnp.ones(1)
      >>> inverse_affine(jnp.array([[[0.0, 0, 2, 1]]]), zero, zero, zero, one, zero, zero, 3, 3).tolist()
      [[[0.0, 0.0, 2.0, 1.0]]]
    """
    angle, shear_x, shear_y = (-jnp.asarray(v, jnp.float32) * (np.pi / 180) for v in (angle, shear_x, shear_y))
    across, down = jnp.asarray(width, jnp.float32) - 1, jnp.asarray(height, jnp.float32) - 1
    x, y = center_x * across, center_y * down
    from_x, from_y = x - jnp.asarray(translate_x) * across, y - jnp.asarray(translate_y) * down
    a = jnp.cos(angle - shear_y) / jnp.cos(shear_y)
    c = -jnp.sin(angle - shear_y) / jnp.cos(shear_y)
    b, d = a * jnp.tan(shear_x) + jnp.sin(angle), jnp.cos(angle) - c * jnp.tan(shear_x)
    a0, a1, b0, b1 = d * scale, -b * scale, -c * scale, a * scale
    a2, b2 = x - a0 * from_x - a1 * from_y, y - b0 * from_x - b1 * from_y
    a0, a1, a2, b0, b1, b2 = (jnp.reshape(v, (-1, 1, 1)) for v in (a0, a1, a2, b0, b1, b2))
    return map_corners(jnp.asarray(boxes, jnp.float32), lambda u, v: (a0 * u + a1 * v + a2, b0 * u + b1 * v + b2))


def non_max_suppression(
    boxes: Any, scores: Any, max_output_size: int, iou_threshold: float = 0.5, score_threshold: float = -np.inf
) -> np.ndarray:
    """The best boxes, none of which overlaps a better one much; on the host, because their number varies.

    Args:
      boxes: shape (n, 4) of y1, x1, y2, x2, in any order of the corners.
      scores: shape (n,).
      max_output_size: how many at most.
      iou_threshold: boxes that share more than this part of their union overlap.
      score_threshold: boxes below it are left out.

    Returns:
      Numbers of the boxes, int32, best first.

    Example:
      >>> from kerax.functional.image_boxes import non_max_suppression
      >>> non_max_suppression([[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.1], [0.0, 2.0, 1.0, 3.0]], [0.9, 0.8, 0.7], 2)
      array([0, 2], dtype=int32)
    """
    boxes, scores = np.asarray(boxes, np.float32), np.asarray(scores, np.float32)
    low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
    areas = np.prod(high - low, axis=1)
    chosen: list[int] = []
    for index in np.argsort(-scores, kind="stable"):
        if len(chosen) == max_output_size or scores[index] <= score_threshold:
            break
        sides = np.minimum(high[chosen], high[index]) - np.maximum(low[chosen], low[index])
        shared = np.prod(np.maximum(sides, 0), axis=1)
        union = areas[chosen] + areas[index] - shared
        if not np.any(np.where(union > 0, shared / np.where(union > 0, union, 1), 0) > iou_threshold):
            chosen.append(int(index))
    return np.asarray(chosen, np.int32)


def draw_boxes(images: Any, boxes: Any, colors: Any) -> np.ndarray:
    """Draws the outlines of boxes, one pixel wide; on the host.

    Args:
      images: shape (batch, height, width, channels).
      boxes: shape (batch, n, 4) of y1, x1, y2, x2 in shares of the image.
      colors: shape (k, channels), used in turn.

    Returns:
      float32 array like ``images``.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.image_boxes import draw_boxes
      >>> draw_boxes(np.zeros((1, 3, 3, 1)), [[[0.0, 0.0, 1.0, 1.0]]], [[1.0]])[0, :, :, 0]
      array([[1., 1., 1.],
             [1., 0., 1.],
             [1., 1., 1.]], dtype=float32)
    """
    result, colors = np.array(images, np.float32), np.asarray(colors, np.float32)
    height, width = result.shape[1], result.shape[2]
    for image, around in zip(result, np.asarray(boxes, np.float32), strict=True):
        for number, box in enumerate(around):
            top, left, bottom, right = (int(v) for v in box * np.array([height - 1, width - 1] * 2, np.float32))
            if top > bottom or left > right or bottom < 0 or right < 0 or top >= height or left >= width:
                continue
            color = colors[number % len(colors)][: image.shape[-1]]
            rows = slice(max(top, 0), min(bottom, height - 1) + 1)
            columns = slice(max(left, 0), min(right, width - 1) + 1)
            for row in (top, bottom):
                if 0 <= row < height:
                    image[row, columns] = color
            for column in (left, right):
                if 0 <= column < width:
                    image[rows, column] = color
    return result
