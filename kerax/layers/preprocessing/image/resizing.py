"""Resizing: images of one size."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.errors import unknown_name
from kerax.functional.image_arguments import on_batches
from kerax.functional.image_crops import crop_to_aspect_ratio, pad_to_aspect_ratio
from kerax.functional.image_resize import METHODS, resize
from kerax.layers.checks import positive_int
from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer


class Resizing(BaseImagePreprocessingLayer):
    """Resizes images to one size.

    Args:
      height: rows of the result.
      width: columns of the result.
      interpolation: ``"bilinear"``, ``"nearest"``, ``"bicubic"``, ``"area"``, ``"lanczos3"``, ``"lanczos5"``,
        ``"gaussian"`` or ``"mitchellcubic"``.
      crop_to_aspect_ratio: whether the middle with the new aspect ratio is cut out first.
      pad_to_aspect_ratio: whether the images are padded to the new aspect ratio first.
      fill_mode: ``"constant"``.
      fill_value: what the padding holds.
      antialias: whether the kernel widens when images shrink.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for an unknown interpolation, a size that is not positive, or cropping and padding at once.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.Resizing(2, 3)(np.ones((5, 8, 8, 3), "float32")).shape
      (5, 2, 3, 3)
    """

    _arguments = (
        "height",
        "width",
        "interpolation",
        "crop_to_aspect_ratio",
        "pad_to_aspect_ratio",
        "fill_mode",
        "fill_value",
        "antialias",
    )
    _moves_boxes = True

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.height, self.width = positive_int(self, "height", height), positive_int(self, "width", width)
        if str(interpolation).lower() not in METHODS:
            raise unknown_name("interpolation of Resizing", interpolation, METHODS)
        if fill_mode != "constant":
            raise ValueError(f"Resizing: fill_mode must be 'constant', received {fill_mode!r}.")
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ValueError("Only one of `pad_to_aspect_ratio` & `crop_to_aspect_ratio` can be `True`.")
        self.interpolation, self.antialias = str(interpolation).lower(), bool(antialias)
        self.crop_to_aspect_ratio, self.pad_to_aspect_ratio = crop_to_aspect_ratio, pad_to_aspect_ratio
        self.fill_mode, self.fill_value = fill_mode, fill_value

    def _resize(self, images: jax.Array, method: str) -> jax.Array:
        size, dtype = (self.height, self.width), images.dtype
        if self.crop_to_aspect_ratio:
            images = crop_to_aspect_ratio(images, size)
        elif self.pad_to_aspect_ratio:
            images = pad_to_aspect_ratio(images, size, self.fill_value)
        resized = resize(images, size, method, self.antialias)
        if jnp.issubdtype(dtype, jnp.integer) and resized.dtype != dtype:
            info = jnp.iinfo(dtype)
            resized = jnp.clip(jnp.round(resized), info.min, info.max)
        return resized.astype(dtype)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """Nothing is random: the shape of the images, for the boxes."""
        return {"input_shape": tuple((data["images"] if isinstance(data, dict) else data).shape)}

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        """Resizes images, in their own dtype."""
        return on_batches(self._resize, jnp.asarray(images), self.data_format, self.interpolation)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Resizes segmentation masks by the nearest pixel."""
        return on_batches(self._resize, jnp.asarray(segmentation_masks), self.data_format, "nearest")

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        """Scales boxes; boxes of zeros or of -1 mean none and become zeros."""
        boxes = jnp.asarray(bounding_boxes["boxes"])
        none = jnp.all(boxes == -1, axis=-1) | jnp.all(boxes == 0, axis=-1)
        if isinstance(transformation, dict):
            shape = transformation["input_shape"]
            size = (shape[self.height_axis], shape[self.width_axis])
        else:
            size = tuple(transformation)
            transformation = {"input_shape": (*size, None) if self.data_format == "channels_last" else (None, *size)}
        result = self._with_boxes(bounding_boxes, size, (self.height, self.width), transformation)
        result["boxes"] = jnp.where(none[..., None], jnp.zeros((), result["boxes"].dtype), result["boxes"])
        return result

    def _move_boxes(self, boxes: jax.Array, transformation: Any) -> jax.Array:
        shape = transformation["input_shape"]
        height, width = shape[self.height_axis], shape[self.width_axis]
        x, y = self.width / width, self.height / height
        left = top = 0.0
        if self.pad_to_aspect_ratio:
            x = y = min(x, y)
            left, top = (self.width - width * x) // 2, (self.height - height * y) // 2
        elif self.crop_to_aspect_ratio:
            x = y = max(x, y)
            left, top = -((width * x - self.width) // 2), -((height * y - self.height) // 2)
        return boxes * jnp.asarray([x, y] * 2, boxes.dtype) + jnp.asarray([left, top] * 2, boxes.dtype)
