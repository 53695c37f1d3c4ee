"""What all image layers share: single images and batches, both layouts, and what comes along with the images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.dtypes import device_dtype
from kerax.errors import unknown_name
from kerax.functional.image_arguments import on_batches, spatial_axes
from kerax.functional.image_boxes import FORMATS, box_areas, clip_boxes, convert_boxes
from kerax.functional.image_warp import FILL_MODES, INTERPOLATIONS
from kerax.layers.checks import data_format_or_default
from kerax.layers.layer import Layer
from kerax.random.seed_generator import SeedGenerator, make_key

_SINGLE, _BATCH = 3, 4
_NO_BOX, _NO_LABEL = 0.0, -1


class BaseImagePreprocessingLayer(Layer):
    """Base of layers that change images, alone or together with labels, boxes and segmentation masks.

    A subclass writes ``_draw`` (random numbers for a batch), ``_apply`` (the change, on float images of shape (batch,
    height, width, channels)), and ``_move_boxes`` if boxes move with the image.

    Args:
      factor: how strong the change may be: a number f for (-f, f), or a pair; within the bounds of the class.
      bounding_box_format: format of the boxes that come with images, such as ``"xyxy"``.
      data_format: ``"channels_last"`` or ``"channels_first"``; the global one by default.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of bounds or an unknown format.
    """

    _FACTOR_BOUNDS: tuple[float, float] = (-1, 1)
    _arguments: tuple[str, ...] = ()  # what get_config() adds to the base's
    _needs_batch = False  # whether `transform_images` returns a batch for a single image, as some of Keras's do
    _moves_masks = False  # whether segmentation masks change as the images do
    interpolation = "bilinear"
    factor: Any
    value_range: Any

    def __init__(
        self,
        factor: Any = None,
        bounding_box_format: str | None = None,
        data_format: str | None = None,
        seed: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if bounding_box_format is not None and str(bounding_box_format).lower() not in FORMATS:
            raise unknown_name(f"bounding_box_format of {type(self).__name__}", bounding_box_format, FORMATS)
        self.bounding_box_format = bounding_box_format
        self.data_format = data_format_or_default(self, data_format)
        self.height_axis, self.width_axis = spatial_axes(self.data_format)
        self.seed = seed
        if seed is not None:
            self.generator = SeedGenerator(seed)
        if factor is not None:
            self._set_factor(factor)

    # ---- arguments --------------------------------------------------------------------------------------------------
    def _set_factor(self, factor: Any) -> None:
        self.factor = self._pair("factor", factor, *self._FACTOR_BOUNDS, overlap=True)

    def _pair(
        self, name: str, value: Any, low: float, high: float, least: float | None = None, overlap: bool = False
    ) -> tuple:
        """A number f as (-f, f) or (least, f), a pair sorted; within [low, high], or overlapping it for a pair."""
        numbers = list(value) if isinstance(value, (tuple, list)) else [value]
        if (
            len(numbers) not in (1, 2)
            or (isinstance(value, (tuple, list)) and len(numbers) != 2)
            or not all(isinstance(n, (int, float, np.number)) and not isinstance(n, bool) for n in numbers)
            or not (
                min(numbers) <= high and max(numbers) >= low
                if overlap and len(numbers) == 2
                else all(low <= n <= high for n in numbers)
            )
        ):
            raise ValueError(
                f"The `{name}` argument should be a number (or a list of two numbers) in the range [{low}, {high}]. "
                f"Received: {name}={value} for {type(self).__name__}"
            )
        if len(numbers) == 2:
            return tuple(sorted(numbers))
        size = abs(numbers[0])
        return (max(-size, low) if least is None else least, size)

    def _set_value_range(self, value_range: Any) -> None:
        if not isinstance(value_range, (tuple, list)) or len(value_range) != 2:
            raise ValueError(
                "The `value_range` argument should be a list of two numbers. Received: "
                f"value_range={value_range} for {type(self).__name__}"
            )
        self.value_range = sorted(value_range)

    def _set_sampling(self, interpolation: str, fill_mode: str | None = None) -> None:
        if interpolation not in INTERPOLATIONS:
            raise unknown_name(f"interpolation of {type(self).__name__}", interpolation, INTERPOLATIONS)
        self.interpolation = interpolation
        if fill_mode is not None:
            if fill_mode not in FILL_MODES:
                raise unknown_name(f"fill_mode of {type(self).__name__}", fill_mode, FILL_MODES)
            self.fill_mode = fill_mode

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        config = {**super().get_config(), "data_format": self.data_format}
        if self.bounding_box_format is not None:
            config["bounding_box_format"] = self.bounding_box_format
        return {**config, **{name: getattr(self, name) for name in self._arguments}}

    # ---- what subclasses write --------------------------------------------------------------------------------------
    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        """Random numbers for a batch of images; None where nothing is random."""
        return None

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        """Changes float images of shape (batch, height, width, channels)."""
        return images

    def _move_boxes(self, boxes: jax.Array, transformation: Any) -> jax.Array:
        """Moves ``xyxy`` boxes of shape (batch, n, 4) as their images are; not called unless `_moves_boxes`."""
        return boxes

    _moves_boxes = False

    # ---- Keras's names for the steps --------------------------------------------------------------------------------
    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """Draws what is random about the change of a batch.

        Args:
          data: images, or the dictionary that has them.
          training: None is returned without it.
          seed: an integer, a ``SeedGenerator`` or a JAX key, instead of the layer's own.

        Returns:
          A dictionary that ``transform_images`` and the others take.
        """
        if not training:
            return None
        images = data["images"] if isinstance(data, dict) else data
        shape = tuple(images.shape)
        self._check_rank(shape)
        if seed is None:
            seed = getattr(self, "generator", None)
        key = self.next_key() if seed is None else make_key(seed, type(self).__name__)
        batch = 1 if len(shape) == _SINGLE else shape[0]
        drawn = self._draw(key, batch, shape[self.height_axis], shape[self.width_axis])
        return {**(drawn or {}), "input_shape": shape}

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        """Changes images, of rank 3 or 4."""
        images = jnp.asarray(images).astype(device_dtype(self.compute_dtype))
        if not training or transformation is None:
            return images
        if self._needs_batch and images.ndim == _SINGLE:
            images = images[None]
        changed = on_batches(self._float_apply, images, self.data_format, transformation, self.interpolation)
        return changed.astype(images.dtype)

    def _float_apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        dtype = images.dtype
        if not jnp.issubdtype(dtype, jnp.floating):
            result = self._apply(images.astype(jnp.float32), transformation, interpolation)
            info = jnp.iinfo(dtype)
            return jnp.clip(jnp.round(result), info.min, info.max).astype(dtype)
        return self._apply(images, transformation, interpolation).astype(dtype)

    def transform_labels(self, labels: Any, transformation: Any = None, training: bool = True) -> Any:
        """Changes labels; most layers leave them alone."""
        return labels

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        """Moves boxes as the images are moved; boxes of which nothing is left get the label -1."""
        if not training or transformation is None or not self._moves_boxes:
            return bounding_boxes
        shape = transformation["input_shape"]
        size = (shape[self.height_axis], shape[self.width_axis])
        return self._with_boxes(bounding_boxes, size, self._output_size(*size), transformation)

    def _output_size(self, height: Any, width: Any) -> tuple[Any, Any]:
        return height, width

    def _with_boxes(self, bounding_boxes: Any, size: tuple, new_size: tuple, transformation: Any) -> Any:
        boxes = jnp.asarray(bounding_boxes["boxes"])
        single = boxes.ndim == 2
        corners = convert_boxes(boxes[None] if single else boxes, self._box_format(), "xyxy", *size)
        moved = clip_boxes(self._move_boxes(corners, transformation), *new_size)
        left = box_areas(moved) > 0
        moved = convert_boxes(moved, "xyxy", self._box_format(), *new_size)
        result = {**bounding_boxes, "boxes": moved[0] if single and moved.shape[0] == 1 else moved}
        if bounding_boxes.get("labels") is not None:
            labels = jnp.asarray(bounding_boxes["labels"])
            left = left[0] if single and labels.ndim < left.ndim else left
            left = left[..., None] if labels.ndim > left.ndim else left
            result["labels"] = jnp.where(left, labels, jnp.asarray(_NO_LABEL, labels.dtype))
        return result

    def _box_format(self) -> str:
        if self.bounding_box_format is None:
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}) was given bounding boxes, but does not know their "
                "format: give it bounding_box_format, for example 'xyxy'."
            )
        return self.bounding_box_format

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Moves segmentation masks as the images are moved, by the nearest pixel."""
        if not training or transformation is None or not self._moves_masks:
            return segmentation_masks
        masks = jnp.asarray(segmentation_masks)
        return on_batches(self._mask_apply, masks, self.data_format, transformation)

    def _mask_apply(self, masks: jax.Array, transformation: Any) -> jax.Array:
        return self._apply(masks, transformation, "nearest").astype(masks.dtype)

    # ---- calling ----------------------------------------------------------------------------------------------------
    def _check_rank(self, shape: tuple) -> None:
        if len(shape) not in (_SINGLE, _BATCH):
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}): Expected the input image to be rank 3 or 4. Received "
                f"inputs.shape={shape}"
            )

    def call(self, inputs: Any, training: bool = True) -> Any:
        """Changes images, or a dictionary of ``images``, ``labels``, ``bounding_boxes``, ``segmentation_masks``."""
        images = inputs["images"] if isinstance(inputs, dict) else inputs
        self._check_rank(tuple(images.shape))
        transformation = self.get_random_transformation(inputs, training=training)
        single = images.ndim == _SINGLE
        images = _alone(self.transform_images, images, transformation, training, single)
        if not isinstance(inputs, dict):
            return images
        data = {**inputs, "images": images}
        if "bounding_boxes" in data:
            self._box_format()
            boxes = densify(data["bounding_boxes"])
            data["bounding_boxes"] = _alone(self.transform_bounding_boxes, boxes, transformation, training, single)
        if "labels" in data:
            data["labels"] = _alone(
                self.transform_labels, jnp.asarray(data["labels"]), transformation, training, single
            )
        if "segmentation_masks" in data:
            data["segmentation_masks"] = self.transform_segmentation_masks(
                data["segmentation_masks"], transformation, training=training
            )
        return data


def _alone(step: Callable, value: Any, transformation: Any, training: bool, single: bool) -> Any:
    """Runs a step on a batch of one, where there is only one image."""
    if not single:
        return step(value, transformation, training=training)
    batch = jax.tree.map(lambda leaf: leaf[None], value)
    return jax.tree.map(lambda leaf: leaf[0], step(batch, transformation, training=training))


def densify(bounding_boxes: Any) -> dict[str, Any]:
    """Boxes and labels as arrays; lists of unequal length are filled up by boxes of zeros and labels of -1.

    Args:
      bounding_boxes: ``{"boxes": ..., "labels": ...}``.

    Raises:
      ValueError: if either is missing, or a list of boxes has another length than its labels.

    Example:
      >>> from kerax.layers.preprocessing.image.base import densify
      >>> densify({"boxes": [[[0, 0, 1, 1]], []], "labels": [[3], []]})["labels"].tolist()
      [[3], [-1]]
    """
    if not isinstance(bounding_boxes, dict) or "labels" not in bounding_boxes or "boxes" not in bounding_boxes:
        raise ValueError(
            "Expected `bounding_boxes` to be a dict with keys 'boxes' and 'labels'. Received: "
            f"bounding_boxes={bounding_boxes}"
        )
    boxes, labels = bounding_boxes["boxes"], bounding_boxes["labels"]
    if isinstance(boxes, list) and boxes and isinstance(boxes[0], list) and not np.isscalar((boxes[0] or [[]])[0]):
        if len(boxes) != len(labels) or any(len(b) != len(n) for b, n in zip(boxes, labels, strict=True)):
            raise ValueError("Every image needs as many labels as boxes; `boxes` and `labels` differ in length.")
        most = max((len(row) for row in boxes), default=0)
        boxes = [[*row, *[[_NO_BOX] * 4] * (most - len(row))] for row in boxes]
        labels = [[*row, *[_NO_LABEL] * (most - len(row))] for row in labels]
    boxes, labels = np.asarray(boxes) if isinstance(boxes, list) else boxes, labels
    return {
        **bounding_boxes,
        "boxes": jnp.asarray(boxes, jnp.float32),
        "labels": jnp.asarray(np.asarray(labels) if isinstance(labels, list) else labels),
    }


def uniform(key: jax.Array, shape: Any, bounds: Any) -> jax.Array:
    """Uniform float32 numbers between two bounds, symbolic sizes allowed.

    Example:
      >>> import jax
      >>> from kerax.layers.preprocessing.image.base import uniform
      >>> uniform(jax.random.key(0), (2,), (0.5, 0.5))
      Array([0.5, 0.5], dtype=float32)
    """
    return jax.random.uniform(key, tuple(shape), jnp.float32, bounds[0], bounds[1])


def rescale(images: jax.Array, source: Any, target: Any) -> jax.Array:
    """Values of one range as values of another.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.layers.preprocessing.image.base import rescale
      >>> rescale(jnp.array([128.0]), (0, 256), (0, 1))
      Array([0.5], dtype=float32)
    """
    if tuple(source) == tuple(target):
        return images
    return (images - source[0]) / (source[1] - source[0]) * (target[1] - target[0]) + target[0]


def across(values: jax.Array) -> jax.Array:
    """One number for each image, shaped to broadcast with (batch, height, width, channels).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.layers.preprocessing.image.base import across
      >>> across(jnp.ones(2)).shape
      (2, 1, 1, 1)
    """
    return jnp.reshape(values, (-1, 1, 1, 1))
