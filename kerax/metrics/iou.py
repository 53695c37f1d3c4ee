"""Intersection over union of classes, from a confusion matrix."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.config import epsilon
from kerax.debug import check_range
from kerax.dtypes import is_floating
from kerax.metrics.metric import Metric
from kerax.metrics.weights import to_array

_ABSENT = 1e-9  # a class with a union up to this size does not occur


class IoU(Metric):
    """The mean over some classes of ``true positives / (true positives + false positives + false negatives)``.

    Args:
      num_classes: number of classes.
      target_class_ids: the classes whose mean is taken; those that do not occur are left out.
      name: "io_u" by default.
      dtype: dtype name of the confusion matrix; "int32" by default. Fractional weights need a float dtype.
      ignore_class: a label that is not counted (255 in some image data sets).
      sparse_y_true: whether labels are class numbers; otherwise scores or one-hot along ``axis``.
      sparse_y_pred: whether predictions are class numbers; otherwise scores along ``axis``.
      axis: of the scores.

    Raises:
      ValueError: if a target class is not below ``num_classes``.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.IoU(num_classes=2, target_class_ids=[0])([0, 0, 1, 1], [0, 1, 0, 1])), 4)
      0.3333
    """

    _direction = "up"

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__("int32" if dtype in (None, "int") else dtype, name)
        if isinstance(num_classes, bool) or not num_classes > 0:
            raise ValueError(
                f"Argument num_classes of {type(self).__name__}() must be positive, received {num_classes!r}."
            )
        self.target_class_ids = list(target_class_ids)
        if not self.target_class_ids or not 0 <= min(self.target_class_ids) <= max(self.target_class_ids) < num_classes:
            raise ValueError(
                f"Argument target_class_ids of {type(self).__name__}() must be classes in [0, {num_classes}), "
                f"received {target_class_ids!r}."
            )
        self.num_classes, self.ignore_class = num_classes, ignore_class
        self.sparse_y_true, self.sparse_y_pred, self.axis = sparse_y_true, sparse_y_pred, axis
        self.total_cm = self.add_variable((num_classes, num_classes), "zeros", name="total_confusion_matrix")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account; class numbers outside [0, num_classes) are not counted.

        Args:
          y_true: class numbers, any shape; or scores.
          y_pred: class numbers, any shape; or scores.
          sample_weight: weights in the shape of the class numbers, or a scalar, or None.
        """
        y_true, y_pred = to_array(y_true), to_array(y_pred)
        y_true = (y_true if self.sparse_y_true else jnp.argmax(y_true, axis=self.axis)).astype(jnp.int32).reshape(-1)
        y_pred = (y_pred if self.sparse_y_pred else jnp.argmax(y_pred, axis=self.axis)).astype(jnp.int32).reshape(-1)
        if y_true.shape != y_pred.shape:
            raise ValueError(
                f"Metric {self.name!r} needs as many labels as predictions, received {y_true.shape} and {y_pred.shape}."
            )
        for what, numbers in (("y_true", y_true), ("y_pred", y_pred)):
            check_range(f"Metric {self.name!r}: {what}", numbers, 0, self.num_classes - 1, ignored=self.ignore_class)
        weights = to_array(1 if sample_weight is None else sample_weight)
        if is_floating(weights.dtype) and not is_floating(self._dtype) and sample_weight is not None:
            warnings.warn(
                f"Metric {self.name!r} counts in {self._dtype}, which cuts the fractions of float weights: give it "
                "dtype='float32'.",
                stacklevel=2,
            )
        weights = weights.astype(self._dtype).reshape(-1) if weights.ndim > 1 else weights.astype(self._dtype)
        weights = jnp.broadcast_to(weights, y_true.shape)
        size = self.num_classes
        valid = (y_true >= 0) & (y_true < size) & (y_pred >= 0) & (y_pred < size)
        if self.ignore_class is not None:
            valid &= y_true != self.ignore_class
        rows, columns, weights = (jnp.where(valid, a, 0) for a in (y_true, y_pred, weights))
        self.total_cm.assign(self.total_cm.read().at[rows, columns].add(weights))

    def result(self) -> jax.Array:
        """The mean, a scalar float32."""
        matrix, chosen = self.total_cm.read(), np.asarray(self.target_class_ids)
        inside = jnp.diag(matrix)[chosen].astype(jnp.float32)
        union = (jnp.sum(matrix, axis=0) + jnp.sum(matrix, axis=1) - jnp.diag(matrix))[chosen].astype(jnp.float32)
        occurs = union > _ABSENT
        ratios = jnp.where(occurs, inside / (union + epsilon()), 0.0)
        return jnp.sum(ratios) / (jnp.sum(occurs.astype(jnp.float32)) + epsilon())

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        names = ("num_classes", "target_class_ids", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


class BinaryIoU(IoU):
    """Intersection over union of two classes told apart by a threshold.

    Args:
      target_class_ids: [0], [1] or both.
      threshold: a prediction of this or more is class 1.
      name: "binary_io_u" by default.
      dtype: dtype name of the confusion matrix.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.BinaryIoU(threshold=0.3)([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 4)
      0.3333
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch of labels 0 or 1 and predictions, any shape, into account."""
        super().update_state(y_true, to_array(y_pred, "float32") >= self.threshold, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        config = {"target_class_ids": self.target_class_ids, "threshold": self.threshold}
        return {**Metric.get_config(self), **config}


class MeanIoU(IoU):
    """The mean intersection over union of all classes that occur.

    Args:
      num_classes: number of classes.
      name: "mean_io_u" by default.
      dtype: dtype name of the confusion matrix.
      ignore_class: a label that is not counted.
      sparse_y_true: whether labels are class numbers.
      sparse_y_pred: whether predictions are class numbers.
      axis: of the scores.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1])), 4)
      0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__(num_classes, range(num_classes), name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        config = super().get_config()
        del config["target_class_ids"]
        return config


class OneHotIoU(IoU):
    """Intersection over union of some classes, from one-hot labels.

    Args:
      num_classes: number of classes.
      target_class_ids: the classes whose mean is taken.
      name: "one_hot_io_u" by default.
      dtype: dtype name of the confusion matrix.
      ignore_class: a label that is not counted.
      sparse_y_pred: whether predictions are class numbers.
      axis: of the classes.

    Example:
      >>> import kerax
      >>> metric = kerax.metrics.OneHotIoU(num_classes=2, target_class_ids=[0])
      >>> float(metric([[1, 0], [1, 0]], [[0.9, 0.1], [0.2, 0.8]]).round(4))
      0.5
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        config = super().get_config()
        del config["sparse_y_true"]
        return config


class OneHotMeanIoU(MeanIoU):
    """The mean intersection over union of all classes that occur, from one-hot labels.

    Args:
      num_classes: number of classes.
      name: "one_hot_mean_io_u" by default.
      dtype: dtype name of the confusion matrix.
      ignore_class: a label that is not counted.
      sparse_y_pred: whether predictions are class numbers.
      axis: of the classes.

    Example:
      >>> import kerax
      >>> float(kerax.metrics.OneHotMeanIoU(num_classes=2)([[1, 0], [1, 0]], [[0.9, 0.1], [0.2, 0.8]]).round(4))
      0.25
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        config = super().get_config()
        del config["sparse_y_true"]
        return config
