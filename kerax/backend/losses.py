"""Losses of single elements or samples, by their old ``K.`` names."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from kerax import losses
from kerax.backend.recorded import recorded
from kerax.config import epsilon
from kerax.dtypes import device_dtype
from kerax.functional import crossentropy, ctc_decoding
from kerax.functional.ctc import ctc_loss


def _numbers(x: Any) -> Any:
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype(device_dtype(None))


@recorded
def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """Returns the crossentropy between target and output probabilities, of every sample.

    Args:
      target: probabilities, the shape of ``output``.
      output: probabilities, or logits.
      from_logits: whether ``output`` holds logits.
      axis: the axis of the classes.

    Example:
      >>> import kerax
      >>> kerax.backend.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(3).tolist()
      [0.6930000185966492]
    """
    target, output = jnp.asarray(target), _numbers(output)
    if from_logits:
        return crossentropy.categorical_from_logits(target.astype(output.dtype), output, axis)
    return crossentropy.categorical_from_probabilities(target.astype(output.dtype), output, axis, epsilon())


@recorded
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1, ignore_class: int | None = None
) -> Any:
    """Returns the crossentropy between class numbers and output probabilities, of every sample.

    Args:
      target: class numbers, the shape of ``output`` without its class axis.
      output: probabilities, or logits.
      from_logits: whether ``output`` holds logits.
      axis: the axis of the classes.
      ignore_class: targets of this number cost nothing.

    Example:
      >>> import kerax
      >>> kerax.backend.sparse_categorical_crossentropy([1], [[0.5, 0.5]]).round(3).tolist()
      [0.6930000185966492]
    """
    target = jnp.asarray(target)
    output = _numbers(output)
    if target.ndim == output.ndim and target.shape[axis] == 1:
        target = jnp.squeeze(target, axis)
    return losses.sparse_categorical_crossentropy(target, output, from_logits, ignore_class, axis)


@recorded
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """Returns the crossentropy of every element, not their mean.

    Example:
      >>> import kerax
      >>> kerax.backend.binary_crossentropy([0.0, 1.0], [0.5, 0.5]).shape
      (2,)
    """
    target, output = jnp.asarray(target), _numbers(output)
    if from_logits:
        return crossentropy.binary_from_logits(target.astype(output.dtype), output)
    return crossentropy.binary_from_probabilities(target.astype(output.dtype), output, epsilon())


@recorded
def binary_focal_crossentropy(
    target: Any,
    output: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
) -> Any:
    """Returns the focal crossentropy of every element, not their mean.

    Args:
      target: labels in [0, 1].
      output: probabilities, or logits.
      apply_class_balancing: whether to weigh class 1 by ``alpha`` and class 0 by ``1 - alpha``.
      alpha: that weight.
      gamma: how much less certain elements count.
      from_logits: whether ``output`` holds logits.

    Example:
      >>> import kerax
      >>> kerax.backend.binary_focal_crossentropy([0.0, 1.0], [0.5, 0.5]).shape
      (2,)
    """
    target, output = jnp.asarray(target), _numbers(output)
    target = target.astype(output.dtype)
    focal = losses.binary_focal_crossentropy(
        target[..., None], output[..., None], apply_class_balancing, alpha, gamma, from_logits
    )
    return focal


@recorded
def categorical_focal_crossentropy(
    target: Any, output: Any, alpha: Any = 0.25, gamma: float = 2.0, from_logits: bool = False, axis: int = -1
) -> Any:
    """Returns the focal crossentropy of every sample.

    Example:
      >>> import kerax
      >>> kerax.backend.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).shape
      (1,)
    """
    return losses.categorical_focal_crossentropy(
        jnp.asarray(target), _numbers(output), alpha, gamma, from_logits, axis=axis
    )


@recorded
def ctc_batch_cost(y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Any:
    """Returns minus the log probability of label sequences, whatever their alignment in time.

    Args:
      y_true: class numbers (n, labels), padded with anything.
      y_pred: probabilities (n, frames, classes); the last class is the blank.
      input_length: frames that count, (n, 1).
      label_length: labels that count, (n, 1).

    Example:
      >>> import kerax
      >>> kerax.backend.ctc_batch_cost([[0]], kerax.backend.ones((1, 1, 2)) / 2, [[1]], [[1]]).round(3).tolist()
      [[0.6930000185966492]]
    """
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    labels, frames = (jnp.reshape(jnp.asarray(x), (-1,)).astype("int32") for x in (label_length, input_length))
    blank = y_pred.shape[-1] - 1
    return ctc_loss(y_true.astype("int32"), jnp.log(y_pred + epsilon()), labels, frames, blank)[:, None]


@recorded
def ctc_decode(
    y_pred: Any, input_length: Any, greedy: bool = True, beam_width: int = 100, top_paths: int = 1
) -> tuple[list[Any], Any]:
    """Returns the label sequences that a recurrent network's output most probably means.

    Args:
      y_pred: probabilities (n, frames, classes); the last class is the blank.
      input_length: frames that count, (n,).
      greedy: whether to take the best class of every frame instead of searching.
      beam_width: sequences that the search keeps.
      top_paths: how many of them to return.

    Returns:
      ``(paths, scores)``: a list of class numbers (n, frames), filled up with -1; scores (n, paths), for the greedy
      way minus the sum of the best logarithms, else log probabilities.

    Example:
      >>> import kerax
      >>> frames = [[[0.1, 0.9, 0.0], [0.1, 0.9, 0.0], [0.0, 0.0, 1.0]]]
      >>> kerax.backend.ctc_decode(frames, [3])[0][0].tolist()
      [[1, -1, -1]]
    """
    logits, lengths = jnp.log(_numbers(y_pred) + epsilon()), jnp.asarray(input_length).astype("int32")
    blank = logits.shape[-1] - 1
    if greedy:
        paths, scores = ctc_decoding.greedy(logits, lengths, True, blank)
    else:
        paths, scores = ctc_decoding.beam_search(logits, lengths, beam_width, top_paths, blank)
    return list(paths), scores


class SparseLabels(NamedTuple):
    """The elements of a matrix that are there, as TensorFlow's sparse tensors list them.

    Attributes:
      indices: row and column of each, (elements, 2).
      values: the elements.
      dense_shape: rows and columns.
    """

    indices: np.ndarray
    values: np.ndarray
    dense_shape: np.ndarray


def ctc_label_dense_to_sparse(labels: Any, label_lengths: Any) -> SparseLabels:
    """Lists the labels of padded sequences that count; on the host, since their number is not known before.

    Args:
      labels: class numbers (n, labels), padded with anything.
      label_lengths: labels that count, (n,).

    Returns:
      ``SparseLabels``: ``indices``, ``values`` and ``dense_shape``.

    Example:
      >>> import kerax
      >>> kerax.backend.ctc_label_dense_to_sparse([[4, 5], [6, 0]], [2, 1]).values.tolist()
      [4, 5, 6]
    """
    matrix, lengths = np.asarray(labels), np.asarray(label_lengths).reshape(-1)
    there = np.arange(matrix.shape[1])[None, :] < lengths[:, None]
    return SparseLabels(np.argwhere(there), matrix[there], np.array(matrix.shape))
