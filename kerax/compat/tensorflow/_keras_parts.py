"""Parts of ``tf.keras`` that Keras 3, and so kerax, has under another name or not."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import jax
import numpy as np

import kerax
from kerax.activations.sigmoids import legacy_hard_sigmoid
from kerax.compat.tensorflow import _creating, _reducing, _sparse
from kerax.compat.tensorflow._core import array, tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import entering, handed_in, on_side, unwrap, wrap
from kerax.compat.tensorflow._keras_types import widening
from kerax.compat.tensorflow._reducing import reduce_mean
from kerax.compat.tensorflow._same_functions import keep, shown
from kerax.compat.tensorflow._tensor import Tensor
from kerax.dtypes import DTypePolicy
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
      tensor: an existing symbolic tensor, or one of numbers, whose shape and dtype are taken.
      type_spec: a ``tf.TensorSpec`` in the place of shape and dtype, or the ``Spec`` of an extension type.
      batch_shape: sizes with the batch.
      **kwargs: ``batch_input_shape``, the older name.
    """
    if tensor is not None:
        return kerax.Input(tensor=unwrap(tensor), name=name)
    if hasattr(type_spec, "_component_specs"):
        return _input_of_parts(type_spec, name)
    if type_spec is not None:
        batch_shape, dtype = tuple(type_spec.shape), type_spec.dtype
    batch_shape = batch_shape or kwargs.get("batch_input_shape")
    kind = None if dtype is None else as_dtype(dtype).name
    if batch_shape is not None:
        return kerax.Input(batch_shape=tuple(batch_shape), name=name, dtype=kind)
    sizes = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
    return kerax.Input(shape=sizes, batch_size=batch_size, name=name, dtype=kind)


def _input_of_parts(spec: Any, name: str | None) -> Any:
    """A value of an extension type whose tensors are inputs."""
    from kerax.compat.tensorflow._extension_elements import element_of_spec

    count = itertools.count()

    def make(part: Any) -> Any:
        title = None if name is None else f"{name}_{next(count)}"
        return kerax.Input(batch_shape=tuple(part.shape), dtype=part.dtype.name, name=title)

    return wrap(element_of_spec(spec, make))


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> Any:
    """tf.keras's ``l1_l2``: both factors are 0.01 by default, those of Keras 3 are 0."""
    return kerax.regularizers.L1L2(l1, l2)


def model_from_yaml(yaml_string: str, custom_objects: Any = None) -> Any:
    """Refuses, as tf.keras does: YAML can hold code.

    Raises:
      RuntimeError: always.
    """
    raise RuntimeError(
        "Method `model_from_yaml()` has been removed, because YAML can hold code: use model_from_json() and "
        "model.to_json(), or kerax.models.model_from_yaml for a text that you trust."
    )


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


def get_loss(identifier: Any) -> Any:
    """``tf.keras.losses.get``: the loss that a name, a configuration or a function stands for."""
    return shown(kerax.losses.get(identifier))


def get_metric(identifier: Any) -> Any:
    """``tf.keras.metrics.get``: the metric that a name, a configuration or a function stands for."""
    return shown(kerax.metrics.get(identifier))


def get_activation(identifier: Any) -> Any:
    """``tf.keras.activations.get``: the activation that a name, a configuration or a function stands for."""
    return shown(kerax.activations.get(identifier))


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """``tf.keras.metrics.binary_accuracy``: the mean along the last axis; Keras 3 leaves it to the metric."""
    return reduce_mean(entering(kerax.metrics.binary_accuracy)(y_true, y_pred, threshold), -1)


def deserialize_loss(name: Any, custom_objects: Any = None, use_legacy_format: bool = False) -> Any:
    """``tf.keras.losses.deserialize``: the loss of a configuration or a name."""
    return shown(kerax.losses.deserialize(name, custom_objects))


def deserialize_metric(config: Any, custom_objects: Any = None, use_legacy_format: bool = False) -> Any:
    """``tf.keras.metrics.deserialize``: the metric of a configuration or a name."""
    return shown(kerax.metrics.deserialize(config, custom_objects))


def deserialize_activation(name: Any, custom_objects: Any = None, use_legacy_format: bool = False) -> Any:
    """``tf.keras.activations.deserialize``: the activation of a configuration or a name."""
    return shown(kerax.activations.deserialize(name, custom_objects))


# clip(x / 5 + 1 / 2, 0, 1) in tf.keras; Keras 3 divides by 6.
hard_sigmoid = keep(entering(legacy_hard_sigmoid), legacy_hard_sigmoid)


@functools.partial(widening, place=0, keyword="x")
def relu(x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """``tf.keras.activations.relu``: the slope below the threshold is called alpha there.

    Args:
      x: tensor.
      alpha: slope below the threshold.
      max_value: largest value of the result.
      threshold: below it x is cut.
    """
    return _relu(x, negative_slope=alpha, max_value=max_value, threshold=threshold)


_relu = entering(kerax.activations.relu)
relu._kerax_entering, relu.__wrapped__ = True, kerax.activations.relu  # type: ignore[attr-defined]
relu._kerax_order = "x alpha max_value threshold".split()  # type: ignore[attr-defined]
relu._kerax_defaults = {"alpha": 0.0}  # type: ignore[attr-defined]
keep(relu, kerax.activations.relu)


@functools.partial(widening, place=1, keyword="y_pred")
def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, axis: int = -1, ignore_class: int | None = None
) -> Any:
    """``tf.keras.losses.sparse_categorical_crossentropy``: its arguments stand in another order in Keras 3."""
    return _sparse_loss(y_true, y_pred, from_logits, ignore_class=ignore_class, axis=axis)


_sparse_loss = entering(kerax.losses.sparse_categorical_crossentropy)
_plain_loss = kerax.losses.sparse_categorical_crossentropy
sparse_categorical_crossentropy._kerax_entering = True  # type: ignore[attr-defined]
sparse_categorical_crossentropy.__wrapped__ = _plain_loss  # type: ignore[attr-defined]
sparse_categorical_crossentropy._kerax_order = "y_true y_pred from_logits axis ignore_class".split()  # type: ignore
keep(sparse_categorical_crossentropy, _plain_loss)


class MeanMetricWrapper(kerax.metrics.MeanMetricWrapper):
    """The mean of a function of labels and predictions, which gets tensors."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Takes a batch into account."""
        kept = self._fn
        self._fn = handed_in(kept)
        try:
            super().update_state(array(y_true), array(y_pred), sample_weight)
        finally:
            self._fn = kept


class SyncBatchNormalization(kerax.layers.BatchNormalization):
    """BatchNormalization over the whole batch, which it is here anyway: one program sees it."""


def function(inputs: Any, outputs: Any, updates: Any = None, name: str | None = None, **kwargs: Any) -> Any:
    """``tf.keras.backend.function``: from arrays to NumPy's arrays."""
    run = kerax.backend.function(inputs, outputs, updates, name, **kwargs)

    def call(values: Any) -> Any:
        with on_side(kerax=True):
            found = run(unwrap(values))
        return jax.tree.map(np.asarray, found)

    return call


def is_sparse(tensor: Any) -> bool:
    """``tf.keras.backend.is_sparse``: whether a tensor is sparse."""
    return isinstance(tensor, _sparse.SparseTensor)


def ctc_decode(
    y_pred: Any, input_length: Any, greedy: bool = True, beam_width: int = 100, top_paths: int = 1
) -> tuple[list, Any]:
    """``tf.keras.backend.ctc_decode``: class numbers are int64."""
    paths, scores = kerax.backend.ctc_decode(array(y_pred), array(input_length), greedy, beam_width, top_paths)
    return [Tensor(array(one), "int64") for one in paths], Tensor(array(scores))


def ctc_label_dense_to_sparse(labels: Any, label_lengths: Any) -> Any:
    """``tf.keras.backend.ctc_label_dense_to_sparse``: the labels that count, as a sparse tensor."""
    found = kerax.backend.ctc_label_dense_to_sparse(tensor(labels).numpy(), tensor(label_lengths).numpy())
    return _sparse.SparseTensor(*found)


def argmax(x: Any, axis: int = -1) -> Any:
    """``tf.keras.backend.argmax``: the index of the largest element, as int64."""
    return _reducing.argmax(x, axis)


def argmin(x: Any, axis: int = -1) -> Any:
    """``tf.keras.backend.argmin``: the index of the smallest element, as int64."""
    return _reducing.argmin(x, axis)


def to_dense(tensor: Any) -> Any:
    """``tf.keras.backend.to_dense``: a sparse tensor as an ordinary one; others as they are."""
    return _sparse.to_dense(tensor) if isinstance(tensor, _sparse.SparseTensor) else tensor


def shape(x: Any) -> Any:
    """``tf.keras.backend.shape``: the sizes as a tensor."""
    return _creating.shape(x)


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
    "Policy",
    "get_value",
    "global_policy",
    "int_shape",
    "set_global_policy",
    "set_value",
]
