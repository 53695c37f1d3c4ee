"""MixUp and CutMix: images blended with other images of their batch."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer, across, uniform
from kerax.layers.preprocessing.image.random_erasing import box_mask, random_span

_LEAST_ALPHA = 1e-6


def _blend(values: jax.Array, transformation: Any) -> jax.Array:
    """The weighted mean of each row and its partner."""
    values = jnp.asarray(values)
    values = values if jnp.issubdtype(values.dtype, jnp.floating) else values.astype(jnp.float32)
    weight = jnp.asarray(transformation["mix_weight"]).astype(values.dtype)
    weight = weight.reshape((-1,) + (1,) * (max(values.ndim, 2) - 1))
    partners = jnp.take(values, jnp.asarray(transformation["permutation_order"]), axis=0)
    return weight * values + (1 - weight) * partners


class MixUp(BaseImagePreprocessingLayer):
    """Blends every image of a batch with another one, and their labels likewise, while training.

    Reference: Zhang et al., "mixup: Beyond empirical risk minimization", ICLR 2018, https://arxiv.org/abs/1710.09412

    Args:
      alpha: the weights are drawn from Beta(alpha, alpha).
      data_format: ``"channels_last"`` or ``"channels_first"``.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Example:
      >>> import kerax, numpy as np
      >>> data = {"images": np.ones((4, 2, 2, 3), "float32"), "labels": np.eye(4, dtype="float32")}
      >>> kerax.layers.MixUp()(data, training=True)["labels"].sum(axis=1).round(3).tolist()
      [1.0, 1.0, 1.0, 1.0]
    """

    _arguments = ("alpha", "seed")
    _needs_batch = True

    def __init__(self, alpha: float = 0.2, data_format: str | None = None, seed: int | None = None, **kwargs: Any):
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        if not alpha > 0:
            raise ValueError(f"MixUp: argument alpha must be greater than 0, received {alpha!r}.")
        self.alpha = alpha

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        order, weight = jax.random.split(key)
        return {
            "mix_weight": jax.random.beta(weight, self.alpha, self.alpha, (batch,)),
            "permutation_order": jax.random.permutation(order, jnp.arange(batch)),
        }

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        return _blend(images, transformation)

    def transform_labels(self, labels: Any, transformation: Any = None, training: bool = True) -> Any:
        """Blends labels as the images are."""
        return _blend(labels, transformation) if training and transformation is not None else labels

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Blends segmentation masks as the images are."""
        return _blend(segmentation_masks, transformation) if training and transformation else segmentation_masks

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        """Every image gets the boxes of both; labels of shape (batch, n) are joined alike."""
        if not training or transformation is None:
            return bounding_boxes
        order = jnp.asarray(transformation["permutation_order"])
        boxes, labels = (jnp.asarray(bounding_boxes[name]) for name in ("boxes", "labels"))
        joined = jnp.concatenate([boxes, jnp.take(boxes, order, axis=0)], axis=1)
        axis = min(1, labels.ndim - 1)
        labels = jnp.concatenate([labels, jnp.take(labels, order, axis=0)], axis=axis)
        return {**bounding_boxes, "boxes": joined, "labels": labels}


class CutMix(BaseImagePreprocessingLayer):
    """Replaces a random box of every image of a batch by that of another, and mixes labels by area, while training.

    Reference: Yun et al., "CutMix", ICCV 2019, https://arxiv.org/abs/1905.04899

    Args:
      factor: the areas are drawn from Beta(a, a) with a from (0, factor), or from a pair; in [0, 1].
      seed: makes this layer's noise reproducible on its own.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of [0, 1], or bounding boxes.

    Example:
      >>> import kerax, numpy as np
      >>> data = {"images": np.ones((4, 8, 8, 3), "float32"), "labels": np.eye(4, dtype="float32")}
      >>> kerax.layers.CutMix()(data, training=True)["labels"].sum(axis=1).round(3).tolist()
      [1.0, 1.0, 1.0, 1.0]
    """

    _FACTOR_BOUNDS = (0, 1)
    _arguments = ("factor", "seed")

    def __init__(self, factor: Any = 1.0, seed: int | None = None, data_format: str | None = None, **kwargs: Any):
        super().__init__(factor, data_format=data_format, seed=seed, **kwargs)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        strength, weights, x, y, order = jax.random.split(key, 5)
        alpha = uniform(strength, (), self.factor) + _LEAST_ALPHA
        share = jnp.sqrt(1.0 - jax.random.beta(weights, alpha, alpha, (batch,)))
        left, right = random_span(x, batch, width, share)
        top, bottom = random_span(y, batch, height, share)
        area = (right - left) * (bottom - top) / jnp.asarray(height * width, jnp.float32)
        return {
            "permutation_order": jax.random.permutation(order, jnp.arange(batch)),
            "batch_masks": box_mask(height, width, left, right, top, bottom),
            "mix_weight": across(1.0 - area),
        }

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        partners = jnp.take(images, jnp.asarray(transformation["permutation_order"]), axis=0)
        return jnp.where(transformation["batch_masks"], partners, images)

    _moves_masks = True

    def transform_labels(self, labels: Any, transformation: Any = None, training: bool = True) -> Any:
        """Mixes labels by the areas of the boxes."""
        return _blend(labels, transformation) if training and transformation is not None else labels

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        """Raises: which boxes are left is not defined."""
        raise ValueError(f"Layer {self.path!r} (CutMix) does not support bounding boxes; use MixUp for them.")


__all__ = ["CutMix", "MixUp"]
