"""``tf.image``: which of overlapping boxes to keep (non-maximum suppression), and boxes proposed from anchors.

Sources: Bodla et al., "Soft-NMS: improving object detection with one line of code", 2017,
https://arxiv.org/abs/1704.04503; Ren et al., "Faster R-CNN", 2015, https://arxiv.org/abs/1506.01497; which box comes
first of those alike: tensorflow/core/kernels/image/non_max_suppression_op.cc (2.15).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import integer, op, tensor
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._tensor import Tensor

_LARGEST_GROWTH = math.log(1000.0 / 16.0)  # of a proposed box's width and height


class CombinedNonMaxSuppression(NamedTuple):
    """What ``combined_non_max_suppression`` returns."""

    nmsed_boxes: Any
    nmsed_scores: Any
    nmsed_classes: Any
    valid_detections: Any


def overlap(boxes: np.ndarray) -> Callable[[int, int], float]:
    """A function of two numbers of boxes: their common area as a share of what they cover together."""
    low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
    area = (high - low).prod(-1)

    def share(i: int, j: int) -> float:
        if area[i] <= 0 or area[j] <= 0:
            return 0.0
        common = np.maximum(np.minimum(high[i], high[j]) - np.maximum(low[i], low[j]), 0).prod()
        return common / (area[i] + area[j] - common)

    return share


def suppress(
    scores: np.ndarray, similar: Callable, count: int, most: float, least_score: float, sigma: float = 0.0
) -> tuple[list[int], list[float]]:
    """Takes boxes in the order of their scores, without those too similar to one taken before.

    Args:
      scores: of the boxes.
      similar: how similar two boxes are.
      count: how many to take at most.
      most: how similar two boxes may be.
      least_score: only boxes above it count.
      sigma: above 0 scores shrink by ``exp(-similarity ** 2 / (2 sigma))`` instead.

    Returns:
      The numbers of the boxes and their scores.
    """
    waiting = [(-float(score), i, 0) for i, score in enumerate(scores) if score > least_score]
    heapq.heapify(waiting)
    taken: list[int] = []
    kept: list[float] = []
    of = scores.dtype.type
    while waiting and len(taken) < count:
        negative, i, begin = heapq.heappop(waiting)
        score, dropped = of(-negative), False
        for j in reversed(taken[begin:]):
            same = of(similar(i, j))
            if sigma > 0:
                score = score * np.exp(of(-0.5) / of(sigma) * same * same)
            elif same > most:
                dropped = True
                break
            if score <= least_score:
                break
        if dropped:
            continue
        if score == of(-negative):
            taken.append(i)
            kept.append(float(score))
        elif score > least_score:
            heapq.heappush(waiting, (-float(score), i, len(taken)))
    return taken, kept


def _checked(boxes: Any, scores: Any, iou_threshold: Any) -> tuple[np.ndarray, np.ndarray, float]:
    corners, values, most = known(tensor(boxes)), known(tensor(scores)), float(known(iou_threshold))
    if corners.ndim != 2 or corners.shape[1:] != (4,):
        raise errors.InvalidArgumentError(None, None, f"boxes must be of shape [boxes, 4], received {corners.shape}.")
    if values.shape != corners.shape[:1]:
        raise errors.InvalidArgumentError(
            None, None, f"scores has incompatible shape: {values.shape} and {corners.shape[0]} boxes."
        )
    if not 0 <= most <= 1:
        raise errors.InvalidArgumentError(None, None, f"iou_threshold must be in [0, 1], received {most}.")
    return corners.astype(np.float32), values, most


def _size(value: Any) -> int:
    found = integer(value)
    if found < 0:
        raise errors.InvalidArgumentError(None, None, f"output size must be non-negative, received {found}.")
    return found


@op
def non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    name: str | None = None,
) -> Any:
    """Which boxes to keep: the best ones that do not overlap a better one too much."""
    corners, values, most = _checked(boxes, scores, iou_threshold)
    found, _ = suppress(values, overlap(corners), _size(max_output_size), most, float(known(score_threshold)))
    return Tensor(np.asarray(found, np.int32))


@op
def non_max_suppression_with_scores(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    soft_nms_sigma: Any = 0.0,
    name: str | None = None,
) -> Any:
    """Which boxes to keep, and their scores, which ``soft_nms_sigma`` above 0 makes smaller for boxes that overlap."""
    corners, values, most = _checked(boxes, scores, iou_threshold)
    sigma = float(known(soft_nms_sigma))
    if sigma < 0:
        raise errors.InvalidArgumentError(None, None, f"soft_nms_sigma_val must be non-negative, received {sigma}.")
    least = float(known(score_threshold))
    found, kept = suppress(values, overlap(corners), _size(max_output_size), most, least, sigma)
    return Tensor(np.asarray(found, np.int32)), Tensor(np.asarray(kept, values.dtype))


@op
def non_max_suppression_overlaps(
    overlaps: Any,
    scores: Any,
    max_output_size: Any,
    overlap_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    name: str | None = None,
) -> Any:
    """Which boxes to keep, by a matrix that says how much each two of them overlap.

    Args:
      overlaps: float32, shape (boxes, boxes).
      scores: float32, shape (boxes,).
      max_output_size: how many to keep at most.
      overlap_threshold: how much two boxes may overlap.
      score_threshold: only boxes above it count.
      name: accepted as in TensorFlow.
    """
    shares, values = known(tensor(overlaps)), known(tensor(scores))
    if shares.ndim != 2 or shares.shape[0] != shares.shape[1]:
        raise errors.InvalidArgumentError(None, None, f"overlaps must be square, received shape {shares.shape}.")
    if values.shape != shares.shape[:1]:
        raise errors.InvalidArgumentError(None, None, f"scores has incompatible shape {values.shape}.")
    found, _ = suppress(
        values, lambda i, j: shares[i, j], _size(max_output_size), float(known(overlap_threshold)),
        float(known(score_threshold)),
    )  # fmt: skip
    return Tensor(np.asarray(found, np.int32))


@op
def non_max_suppression_padded(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    pad_to_max_output_size: bool = False,
    name: str | None = None,
    sorted_input: bool = False,
    canonicalized_coordinates: bool = False,
    tile_size: int = 512,
) -> Any:
    """Which boxes to keep, filled up with zeros if asked for, and how many they are.

    Args:
      boxes: floats, shape (..., boxes, 4); more than two axes only with ``pad_to_max_output_size``.
      scores: floats, shape (..., boxes).
      max_output_size: how many to keep at most.
      iou_threshold: how much two boxes may overlap.
      score_threshold: only boxes above it count.
      pad_to_max_output_size: whether there are always so many places.
      name, sorted_input, canonicalized_coordinates, tile_size: accepted as in TensorFlow.
    """
    corners, values, count = known(tensor(boxes)), known(tensor(scores)), integer(max_output_size)
    if corners.ndim > 2 and not pad_to_max_output_size:
        raise ValueError("'pad_to_max_output_size' (value False) must be True for batched input")
    batch, least = corners.shape[:-2], float(known(score_threshold))
    rows, many = np.zeros((int(np.prod(batch)), count), np.int32), np.zeros(int(np.prod(batch)), np.int32)
    flat = corners.reshape(-1, *corners.shape[-2:]), values.reshape(-1, values.shape[-1])
    for row, (own, of) in enumerate(zip(*flat, strict=True)):
        fit = np.where((own > 0).any(-1), of, -np.inf)
        found, _ = suppress(fit.astype(of.dtype), overlap(own), count, float(known(iou_threshold)), least)
        many[row] = len(found)
        rows[row, : len(found)] = found
    if not pad_to_max_output_size:
        return Tensor(rows[0, : many[0]]), Tensor(many.reshape(batch))
    return Tensor(rows.reshape(*batch, count)), Tensor(many.reshape(batch))


@op
def combined_non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size_per_class: Any,
    max_total_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    pad_per_class: bool = False,
    clip_boxes: bool = True,
    name: str | None = None,
) -> Any:
    """Keeps boxes class by class, and then the best of all classes.

    Args:
      boxes: float32, shape (batch, boxes, classes or 1, 4).
      scores: float32, shape (batch, boxes, classes).
      max_output_size_per_class: how many to keep of a class.
      max_total_size: how many to keep of an image.
      iou_threshold: how much two boxes may overlap.
      score_threshold: only boxes above it count.
      pad_per_class: whether there are at most as many places as all classes together may fill.
      clip_boxes: whether corners are limited to 0 and 1.
      name: accepted as in TensorFlow.

    Returns:
      Boxes (batch, places, 4), scores and classes (batch, places), and how many places are filled (batch,).
    """
    corners, values, most = known(tensor(boxes)), known(tensor(scores)), float(known(iou_threshold))
    if corners.ndim != 4 or values.ndim != 3 or corners.shape[-1] != 4 or corners.shape[:2] != values.shape[:2]:
        raise errors.InvalidArgumentError(
            None, None, f"boxes must be 4-D and scores 3-D, received shapes {corners.shape} and {values.shape}."
        )
    classes, per_class, total = values.shape[2], integer(max_output_size_per_class), integer(max_total_size)
    if corners.shape[2] not in (1, classes):
        raise errors.InvalidArgumentError(
            None, None, f"third dimension of boxes must be either 1 or num classes, received {corners.shape[2]}."
        )
    if per_class <= 0 or total <= 0 or not 0 <= most <= 1:
        raise errors.InvalidArgumentError(
            None, None, "max_size_per_class and max_total_size must be > 0, iou_threshold in [0, 1]."
        )
    places = min(total, per_class * classes) if pad_per_class else total
    least = float(known(score_threshold))
    kept = np.zeros((len(corners), places, 4), np.float32)
    best, kinds = np.zeros(kept.shape[:2], np.float32), np.zeros(kept.shape[:2], np.float32)
    valid = np.zeros(len(corners), np.int32)
    for row in range(len(corners)):
        found = []
        for kind in range(classes):
            own = corners[row, :, kind if corners.shape[2] > 1 else 0]
            numbers, marks = suppress(values[row, :, kind], overlap(own), per_class, most, least)
            found += [(mark, kind, own[i]) for i, mark in zip(numbers, marks, strict=True)]
        found = sorted(found, key=lambda one: -one[0])[:places]
        valid[row] = len(found)
        for place, (mark, kind, corner) in enumerate(found):
            kept[row, place] = np.clip(corner, 0, 1) if clip_boxes else corner
            best[row, place], kinds[row, place] = mark, kind
    return CombinedNonMaxSuppression(*map(Tensor, (kept, best, kinds, valid)))


@op
def generate_bounding_box_proposals(
    scores: Any,
    bbox_deltas: Any,
    image_info: Any,
    anchors: Any,
    nms_threshold: Any = 0.7,
    pre_nms_topn: Any = 6000,
    min_size: Any = 16,
    post_nms_topn: int = 300,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """Boxes that a network proposes: anchors that are moved and stretched, the best without those that overlap.

    Args:
      scores: float32, shape (images, height, width, anchors).
      bbox_deltas: float32, (images, height, width, 4 anchors): moves and logarithms of stretches, y before x.
      image_info: float32, (images, 5): height, width and scale of each image.
      anchors: float32, (height, width, 4 anchors): top, left, bottom, right.
      nms_threshold: how much two boxes may overlap.
      pre_nms_topn: how many of the best boxes are looked at.
      min_size: the least width and height, times the scale.
      post_nms_topn: how many boxes to keep of an image.
      name: accepted as in TensorFlow.

    Returns:
      Boxes (images, post_nms_topn, 4) and their scores (images, post_nms_topn), filled up with zeros.
    """
    marks, info = known(tensor(scores)), known(tensor(image_info))
    fixed = known(tensor(anchors)).reshape(-1, 4)
    moves = known(tensor(bbox_deltas)).reshape(len(marks), -1, 4)
    rois = np.zeros((len(marks), post_nms_topn, 4), np.float32)
    chances = np.zeros((len(marks), post_nms_topn), np.float32)
    for row, mark in enumerate(marks.reshape(len(marks), -1)):
        order = np.argsort(-mark, kind="stable")[: integer(pre_nms_topn)]
        size = fixed[order, 2:] - fixed[order, :2]
        middle = fixed[order, :2] + 0.5 * size + size * moves[row, order, :2]
        half = 0.5 * size * np.exp(np.minimum(moves[row, order, 2:], _LARGEST_GROWTH))
        found = np.clip(np.concatenate([middle - half, middle + half], -1), 0, np.tile(info[row, :2], 2))
        large = np.min(found[:, 2:] - found[:, :2], -1) >= float(known(min_size)) * info[row, 2]
        found, mark = found[large], mark[order][large]
        kept, best = suppress(mark, overlap(found), post_nms_topn, float(known(nms_threshold)), -np.inf)
        rois[row, : len(kept)], chances[row, : len(kept)] = found[kept], best
    return Tensor(rois), Tensor(chances)
