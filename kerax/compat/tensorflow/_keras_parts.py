"""Parts of ``tf.keras`` that Keras 3, and so kerax, has under another name or not."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

import kerax
from kerax.compat.tensorflow import _reducing, _sparse
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import entering, unwrap
from kerax.compat.tensorflow._reducing import reduce_mean
from kerax.dtypes import DTypePolicy
from kerax.optimizers import LossScaleOptimizer
from kerax.state.symbolic import SymbolicTensor


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    name: str | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    tensor: Any = None,
    ragged: bool | None = None,
    type_spec: Any = None,
    batch_shape: Any = None,
    **kwargs: Any,
) -> Any:
    """A symbolic tensor that a model begins with.

    Args:
      shape: sizes without the batch.
      batch_size: size of the batch.
      name: of the input.
      dtype: dtype of its elements.
      sparse, ragged: sparse and ragged batches are fed as ordinary arrays.
      tensor: an existing symbolic tensor.
      type_spec: a ``tf.TensorSpec`` in the place of shape and dtype.
      batch_shape: sizes with the batch.
      **kwargs: ``batch_input_shape``, the older name.
    """
    if tensor is not None:
        return tensor
    if type_spec is not None:
        batch_shape, dtype = tuple(type_spec.shape), type_spec.dtype
    batch_shape = batch_shape or kwargs.get("batch_input_shape")
    kind = None if dtype is None else as_dtype(dtype).name
    if batch_shape is not None:
        return kerax.Input(batch_shape=tuple(batch_shape), name=name, dtype=kind)
    sizes = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
    return kerax.Input(shape=sizes, batch_size=batch_size, name=name, dtype=kind)


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> Any:
    """tf.keras's ``l1_l2``: both factors are 0.01 by default, those of Keras 3 are 0."""
    return kerax.regularizers.L1L2(l1, l2)


def set_value(x: Any, value: Any) -> None:
    """Assigns to a variable."""
    x.assign(unwrap(value))


def get_value(x: Any) -> Any:
    """The numbers of a variable or tensor."""
    return x.numpy() if hasattr(x, "numpy") else np.asarray(x)


def int_shape(x: Any) -> Any:
    """The sizes, None where unknown."""
    if isinstance(x, SymbolicTensor):
        return tuple(x.shape)
    return tuple(tensor(x).shape)


def _speaking(found: Any) -> Any:
    """A function of Keras's that a script was handed: tensors in, tensors out."""
    return entering(found) if inspect.isfunction(found) else found


def get_loss(identifier: Any) -> Any:
    """``tf.keras.losses.get``: the loss that a name, a configuration or a function stands for."""
    return _speaking(kerax.losses.get(identifier))


def get_metric(identifier: Any) -> Any:
    """``tf.keras.metrics.get``: the metric that a name, a configuration or a function stands for."""
    return _speaking(kerax.metrics.get(identifier))


def get_activation(identifier: Any) -> Any:
    """``tf.keras.activations.get``: the activation that a name, a configuration or a function stands for."""
    return _speaking(kerax.activations.get(identifier))


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """``tf.keras.metrics.binary_accuracy``: the mean along the last axis; Keras 3 leaves it to the metric."""
    return reduce_mean(entering(kerax.metrics.binary_accuracy)(y_true, y_pred, threshold), -1)


def argmax(x: Any, axis: int = -1) -> Any:
    """``tf.keras.backend.argmax``: the index of the largest element, as int64."""
    return _reducing.argmax(x, axis)


def argmin(x: Any, axis: int = -1) -> Any:
    """``tf.keras.backend.argmin``: the index of the smallest element, as int64."""
    return _reducing.argmin(x, axis)


def to_dense(x: Any) -> Any:
    """``tf.keras.backend.to_dense``: a sparse tensor as an ordinary one; others as they are."""
    return _sparse.to_dense(x) if isinstance(x, _sparse.SparseTensor) else x


class Policy(DTypePolicy):
    """Which types a layer computes in and keeps its weights in."""

    def __init__(self, name: Any, loss_scale: Any = None):
        super().__init__(name)


set_global_policy = entering(kerax.config.set_dtype_policy)


def global_policy() -> Any:
    """The policy of layers that are given none."""
    return kerax.config.dtype_policy()


__all__ = [
    "Input",
    "LossScaleOptimizer",
    "Policy",
    "get_value",
    "global_policy",
    "int_shape",
    "set_global_policy",
    "set_value",
]
