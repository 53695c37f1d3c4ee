"""MaxNumBoundingBoxes: one number of boxes for every image."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.layers.checks import positive_int
from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer


class MaxNumBoundingBoxes(BaseImagePreprocessingLayer):
    """Cuts off or fills up the boxes of every image to one number.

    Args:
      max_number: how many boxes there are afterwards.
      fill_value: what missing boxes and labels hold.
      **kwargs: ``bounding_box_format``, ``data_format``, ``name``, ``dtype``...

    Raises:
      ValueError, TypeError: for a number that is no positive integer.

    Example:
      >>> import kerax, numpy as np
      >>> boxes = {"boxes": np.ones((1, 2, 4), "float32"), "labels": np.ones((1, 2), "int32")}
      >>> data = {"images": np.ones((1, 4, 4, 3), "float32"), "bounding_boxes": boxes}
      >>> kerax.layers.MaxNumBoundingBoxes(3, bounding_box_format="xyxy")(data)["bounding_boxes"]["labels"]
      Array([[ 1,  1, -1]], dtype=int32)
    """

    _arguments = ("max_number", "fill_value")

    def __init__(self, max_number: int, fill_value: int = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.max_number, self.fill_value = positive_int(self, "max_number", max_number), int(fill_value)

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        """Returns the images as they are."""
        return images

    def transform_bounding_boxes(self, bounding_boxes: Any, transformation: Any = None, training: bool = True) -> Any:
        """Cuts off or fills up boxes and labels along their second axis."""
        result = dict(bounding_boxes)
        for name in ("boxes", "labels"):
            values = jnp.asarray(bounding_boxes[name])[:, : self.max_number]
            widths = [(0, 0)] * values.ndim
            widths[1] = (0, self.max_number - values.shape[1])
            result[name] = jnp.pad(values, widths, constant_values=self.fill_value)
        return result

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shapes of the inputs, with ``max_number`` boxes."""
        if not isinstance(input_shape, dict) or "bounding_boxes" not in input_shape:
            return input_shape
        extra = sorted(set(input_shape["bounding_boxes"]) - {"boxes", "labels"})
        if extra:
            raise KeyError(f"Unknown keys in `bounding_boxes`: {extra}. Only `boxes` and `labels` are supported.")
        boxes = {name: (shape[0], self.max_number, *shape[2:]) for name, shape in input_shape["bounding_boxes"].items()}
        return {**input_shape, "bounding_boxes": boxes}
