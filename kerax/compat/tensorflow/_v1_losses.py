"""Losses of TensorFlow 1, as functions; a graph collects them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.compat.tensorflow import _nn
from kerax.compat.tensorflow._core import array, op, tensor
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._graph_state import GraphKeys, add_to_collection, get_collection
from kerax.compat.tensorflow._math import add_n
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor


class Reduction:
    """How losses become one number."""

    NONE, SUM, MEAN = "none", "weighted_sum", "weighted_mean"
    SUM_OVER_BATCH_SIZE, SUM_BY_NONZERO_WEIGHTS = "weighted_sum_over_batch_size", "weighted_sum_by_nonzero_weights"


def _reduced(losses: Any, weights: Any, reduction: str) -> Tensor:
    values = array(losses)
    weight = array(weights).astype(values.dtype)
    weighted = values * weight
    if reduction == Reduction.NONE:
        return Tensor(weighted)
    total = weighted.sum()
    if reduction == Reduction.SUM:
        return Tensor(total)
    spread = weight + 0 * values
    if reduction == Reduction.MEAN:
        return Tensor(total / spread.sum())
    if reduction == Reduction.SUM_OVER_BATCH_SIZE:
        return Tensor(total / values.size)
    count = (spread != 0).sum()
    return Tensor(total / count.astype(values.dtype).clip(1))


_BY_NONZERO = Reduction.SUM_BY_NONZERO_WEIGHTS


def _collected(function: Callable) -> Callable:
    """A loss that a graph adds to its collection."""
    compute = op(function)
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        given = dict(bound.arguments)
        collection = given.pop("loss_collection", GraphKeys.LOSSES)
        right, said = [one for name, one in given.items() if name in _COMPARED]
        sizes = [getattr(one, "shape", None) or np.shape(one) for one in (right, said)]
        if "sparse" not in function.__name__ and not TensorShape(sizes[0]).is_compatible_with(sizes[1]):
            raise ValueError(f"Shapes {TensorShape(sizes[1])} and {TensorShape(sizes[0])} are incompatible")
        found = compute(**given)
        if graph_mode() and collection is not None:
            add_to_collection(collection, found)
        return found

    return call


_COMPARED = ("labels", "predictions", "logits", "onehot_labels", "multi_class_labels")


def add_loss(loss: Any, loss_collection: Any = GraphKeys.LOSSES) -> None:
    """Adds a loss to those of the graph."""
    if graph_mode() and loss_collection is not None:
        add_to_collection(loss_collection, loss)


def get_losses(scope: str | None = None, loss_collection: Any = GraphKeys.LOSSES) -> list:
    """The losses of the graph."""
    return get_collection(loss_collection, scope)


def get_regularization_losses(scope: str | None = None) -> list:
    """What the regularizers of the graph's variables give."""
    return get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


def get_regularization_loss(scope: str | None = None, name: str = "total_regularization_loss") -> Any:
    """The sum of what the regularizers give; zero without any."""
    found = get_regularization_losses(scope)
    return add_n(found) if found else tensor(0.0)


def get_total_loss(add_regularization_losses: bool = True, name: str = "total_loss", scope: str | None = None) -> Any:
    """The sum of all losses of the graph.

    Raises:
      ValueError: without any.
    """
    found = get_losses(scope) + (get_regularization_losses(scope) if add_regularization_losses else [])
    if not found:
        raise ValueError("inputs must be an iterable of at least one Tensor with the same dtype and shape: no losses.")
    return add_n(found)


def compute_weighted_loss(
    losses: Any,
    weights: Any = 1.0,
    scope: Any = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Any:
    """Losses times weights, as one number, which a graph adds to its collection."""
    found = _weighted(losses, weights, reduction)
    add_loss(found, loss_collection)
    return found


@op
def _weighted(losses: Any, weights: Any, reduction: str) -> Any:
    return _reduced(losses, weights, reduction)


@_collected
def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: Any = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Any:
    """The mean of squared differences."""
    x = tensor(predictions)
    return _reduced((x.array - array(labels).astype(x.array.dtype)) ** 2, weights, reduction)


@_collected
def absolute_difference(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: Any = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Any:
    """The mean of absolute differences."""
    x = tensor(predictions)
    return _reduced(abs(x.array - array(labels).astype(x.array.dtype)), weights, reduction)


@_collected
def sparse_softmax_cross_entropy(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: Any = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Any:
    """Cross-entropy of class numbers."""
    return _reduced(_nn.sparse_softmax_cross_entropy_with_logits(labels, logits), weights, reduction)


@_collected
def softmax_cross_entropy(
    onehot_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: Any = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Any:
    """Cross-entropy of probabilities."""
    x = tensor(logits)
    right = array(onehot_labels).astype(x.array.dtype)
    right = right * (1 - label_smoothing) + label_smoothing / right.shape[-1]
    return _reduced(_nn.softmax_cross_entropy_with_logits(Tensor(right), x), weights, reduction)


@_collected
def sigmoid_cross_entropy(
    multi_class_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: Any = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Any:
    """Cross-entropy of independent classes."""
    x = tensor(logits)
    right = array(multi_class_labels).astype(x.array.dtype) * (1 - label_smoothing) + label_smoothing / 2
    return _reduced(_nn.sigmoid_cross_entropy_with_logits(Tensor(right), x), weights, reduction)


@_collected
def log_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    epsilon: float = 1e-7,
    scope: Any = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Any:
    """Cross-entropy of probabilities of two classes."""
    import jax.numpy as jnp

    x, z = array(predictions), array(labels).astype(array(predictions).dtype)
    return _reduced(-z * jnp.log(x + epsilon) - (1 - z) * jnp.log(1 - x + epsilon), weights, reduction)


@_collected
def hinge_loss(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: Any = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Any:
    """The hinge loss of labels 0 and 1."""
    x = array(logits)
    return _reduced((1 - (2 * array(labels).astype(x.dtype) - 1) * x).clip(0), weights, reduction)


@_collected
def huber_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    delta: float = 1.0,
    scope: Any = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
) -> Any:
    """Squares of small differences, absolute values of large ones."""
    error = abs(array(predictions) - array(labels).astype(array(predictions).dtype))
    small = error.clip(None, delta)
    return _reduced(0.5 * small**2 + delta * (error - small), weights, reduction)


@_collected
def cosine_distance(
    labels: Any,
    predictions: Any,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: Any = None,
    loss_collection: Any = GraphKeys.LOSSES,
    reduction: str = _BY_NONZERO,
    dim: int | None = None,
) -> Any:
    """One minus the cosine of vectors of length one."""
    x = array(predictions)
    along = axis if axis is not None else dim
    if along is None:
        raise ValueError("You must specify 'axis'.")
    return _reduced(1 - (x * array(labels).astype(x.dtype)).sum(along, keepdims=True), weights, reduction)


@_collected
def mean_pairwise_squared_error(
    labels: Any, predictions: Any, weights: Any = 1.0, scope: Any = None, loss_collection: Any = GraphKeys.LOSSES
) -> Any:
    """How much the errors of a sample differ from each other, summed over samples.

    With errors e it is ``2 * (sum(e**2) / (n - 1) - sum(e)**2 / (n * (n - 1)))``, where n is the number of elements of
    a sample, or, as TensorFlow counts where all weights are one number, of the whole batch.
    """
    import jax.numpy as jnp

    x = array(predictions)
    errors = (x - array(labels).astype(x.dtype)).reshape(x.shape[0], -1)
    n = errors.size if not np.ndim(array(weights)) else errors.shape[1]
    squares, sums = jnp.sum(errors**2, 1, keepdims=True), jnp.sum(errors, 1, keepdims=True)
    pairs = max(n - 1, 1)
    return _reduced(2 * (squares / pairs - sums**2 / (n * pairs)), weights, Reduction.SUM)
