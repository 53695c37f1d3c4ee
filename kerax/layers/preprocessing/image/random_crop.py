"""RandomCrop and CenterCrop: images cut to one size."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.image_arguments import on_batches
from kerax.functional.image_crops import crop_images, crop_to_aspect_ratio
from kerax.functional.image_resize import resize
from kerax.layers.checks import positive_int
from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer


class _Crop(BaseImagePreprocessingLayer):
    """Cuts a box out of images; images too small for it are cut to its aspect ratio and resized."""

    _arguments: tuple[str, ...] = ("height", "width")
    _moves_masks = _moves_boxes = True

    def __init__(self, height: int, width: int, seed: Any = None, data_format: str | None = None, **kwargs: Any):
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        self.height, self.width = positive_int(self, "height", height), positive_int(self, "width", width)

    def _output_size(self, height: Any, width: Any) -> tuple[Any, Any]:
        return self.height, self.width

    def _fits(self, height: Any, width: Any) -> bool:
        known = isinstance(height, int) and isinstance(width, int)
        return not known or (height >= self.height and width >= self.width)

    def _cuts(self, transformation: Any, height: Any, width: Any) -> bool:
        """Whether the box is cut out; otherwise the largest part of its aspect ratio is resized."""
        return self._fits(height, width)

    def _start(self, transformation: Any, height: Any, width: Any) -> tuple[Any, Any]:
        return (height - self.height) // 2, (width - self.width) // 2

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        size = (self.height, self.width)
        height, width = images.shape[1], images.shape[2]
        if self._cuts(transformation, height, width):
            return crop_images(images, *self._start(transformation, height, width), *size)
        method = "nearest" if interpolation == "nearest" else "bilinear"
        return resize(crop_to_aspect_ratio(images, size), size, method)

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        """Cuts images; without a transformation as outside of training."""
        images = jnp.asarray(images).astype(self.compute_dtype)
        return on_batches(self._float_apply, images, self.data_format, transformation, self.interpolation)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Cuts segmentation masks as the images are."""
        return on_batches(self._mask_apply, jnp.asarray(segmentation_masks), self.data_format, transformation)

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        """Moves boxes as the images are cut."""
        return super().transform_bounding_boxes(bounding_boxes, transformation, training=True)

    def _move_boxes(self, boxes: jax.Array, transformation: Any) -> jax.Array:
        shape = transformation["input_shape"]
        height, width = shape[self.height_axis], shape[self.width_axis]
        if self._cuts(transformation, height, width):
            top, left = self._start(transformation, height, width)
            return boxes - jnp.stack([jnp.asarray(v, boxes.dtype) for v in (left, top, left, top)])
        new_height = max(min(height, int(float(width * self.height) / self.width)), 1)
        new_width = max(min(width, int(float(height * self.width) / self.height)), 1)
        top, left = int(float(height - new_height) / 2), int(float(width - new_width) / 2)
        boxes = jnp.clip(
            boxes - jnp.asarray([left, top] * 2, boxes.dtype), 0, jnp.asarray([new_width, new_height] * 2, boxes.dtype)
        )
        return boxes * jnp.asarray([self.width / new_width, self.height / new_height] * 2, boxes.dtype)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Any = None) -> Any:
        """Draws where to cut; without ``training`` it is the middle."""
        if training:
            return super().get_random_transformation(data, training=True, seed=seed)
        return {"input_shape": tuple((data["images"] if isinstance(data, dict) else data).shape)}


class CenterCrop(_Crop):
    """Cuts the middle out of images; images too small are cut to the aspect ratio and resized.

    Args:
      height: rows of the result.
      width: columns of the result.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError, TypeError: for a size that is no positive integer.

    Example:
      >>> import kerax, numpy as np
      >>> image = np.arange(16.0, dtype="float32").reshape(1, 4, 4, 1)
      >>> kerax.layers.CenterCrop(2, 2)(image)[0, :, :, 0].tolist()
      [[5.0, 6.0], [9.0, 10.0]]
    """

    def __init__(self, height: int, width: int, data_format: str | None = None, **kwargs: Any):
        super().__init__(height, width, data_format=data_format, **kwargs)


class RandomCrop(_Crop):
    """Cuts a box out of a batch of images at a random place while training.

    Otherwise, and where images are too small for the box, the largest part in the middle that has its aspect ratio is
    resized, as tf.keras does and Keras documents. (Keras 3.15 itself returns the images as they are, in another shape
    than its ``compute_output_shape`` says.)

    Args:
      height: rows of the result.
      width: columns of the result.
      seed: makes this layer's noise reproducible on its own.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      name: the layer's name.
      **kwargs: ``bounding_box_format``, ``dtype``...

    Raises:
      ValueError, TypeError: for a size that is no positive integer.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomCrop(2, 3)(np.ones((5, 8, 8, 3), "float32"), training=True).shape
      (5, 2, 3, 3)
    """

    _arguments = ("height", "width", "seed")

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(height, width, seed, data_format, name=name, **kwargs)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        rows, columns = jax.random.split(key)
        free = (jnp.maximum(height - self.height, 0), jnp.maximum(width - self.width, 0))
        return {
            "top": jax.random.randint(rows, (), 0, free[0] + 1),
            "left": jax.random.randint(columns, (), 0, free[1] + 1),
        }

    def _start(self, transformation: Any, height: Any, width: Any) -> tuple[Any, Any]:
        if transformation is None or "top" not in transformation:
            return super()._start(transformation, height, width)
        return transformation["top"], transformation["left"]

    def _cuts(self, transformation: Any, height: Any, width: Any) -> bool:
        drawn = transformation is not None and "top" in transformation
        known = isinstance(height, int) and isinstance(width, int)  # of unknown sizes only the result's shape is asked
        return self._fits(height, width) and (drawn or not known)
