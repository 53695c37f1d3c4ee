"""Checks of the values in data: mistakes that would otherwise train silently on nonsense.

They look at numbers on the host once per run: at the targets of all rows when arrays are given, and at the first batch
of anything
that is iterated. A pass over targets is far below a thousandth of an epoch.
"""

from __future__ import annotations

import math
import warnings
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from kerax import losses
from kerax.layers import Embedding
from kerax.training.data_structure import leaves_with_names
from kerax.training.outputs import match_targets

_LARGEST = 50_000_000  # elements; larger arrays are not looked at whole
_SHARE_SLACK = 1e-3  # targets that are probabilities may miss [0, 1] by rounding
_WHOLE_CLASSES = {losses.sparse_categorical_crossentropy}
_SHARES = {
    losses.binary_crossentropy,
    losses.binary_focal_crossentropy,
    losses.categorical_crossentropy,
    losses.categorical_focal_crossentropy,
}


class ValueRange(NamedTuple):
    """Smallest and largest element; ``nan`` if there is any NaN."""

    low: float
    high: float

    @property
    def finite(self) -> bool:
        """Whether all elements are."""
        return math.isfinite(self.low) and math.isfinite(self.high)


def value_range(array: Any) -> ValueRange | None:
    """The range of an array's values, or None where looking is not worth it: no numbers, too many, not on this machine.

    Example:
      >>> import numpy as np
      >>> from kerax.training.checks import value_range
      >>> value_range(np.array([1, 5, 3]))
      ValueRange(low=1.0, high=5.0)
    """
    array = _readable(array)
    if array is None or not 0 < array.size <= _LARGEST:
        return None
    if isinstance(array, np.ndarray):
        with np.errstate(invalid="ignore"):
            return ValueRange(float(array.min()), float(array.max()))
    return ValueRange(*(float(v) for v in jax.device_get((jnp.min(array), jnp.max(array)))))


def _readable(array: Any) -> Any:
    """The array as NumPy where that costs nothing, the array itself on an accelerator, None if it has no numbers."""
    if isinstance(array, jax.Array):
        if not array.is_fully_addressable or jnp.issubdtype(array.dtype, jax.dtypes.prng_key):
            return None
        if next(iter(array.devices())).platform != "cpu":
            return array if jnp.issubdtype(array.dtype, jnp.number) else None
        array = np.asarray(array)
    if array.dtype.kind == "V" or array.dtype.name == "bfloat16":
        return array.astype(np.float32)
    return array if array.dtype.kind in "iuf" else None


def check_values(model: Any, batch: Any, whole: Any, where: str, training: bool | None) -> None:
    """Checks what only numbers can tell, once the model has been traced and its losses know their outputs.

    Args:
      model: the compiled model.
      batch: the first batch, ``(x, y, sample_weight)`` as arrays.
      whole: all rows in the same structure, or None if they are not at hand.
      where: for messages, such as ``"fit()"``.
      training: True in ``fit``, False in ``evaluate``, None in ``predict``.

    Raises:
      ValueError: naming argument, output, row, what was expected and what came.

    Warns:
      UserWarning: if x holds NaN or infinity; a layer may accept that (``Masking``), a loss never does.
    """
    x, y, sample_weight = batch if whole is None else whole
    check_indices(embedding_inputs(model), x, where)
    if training is None:
        return
    check_targets(model, y, where)
    for name, leaf in leaves_with_names(sample_weight, "sample_weight"):
        found = value_range(leaf)
        if found is not None and not found.finite:
            raise ValueError(f"{where}: {name} holds {_not_finite(leaf)}; weights must be finite numbers.")
    if whole is not None:  # as it was given: the batch's own arrays may still be under way to the device
        rows = jax.tree.leaves(batch)[0].shape[0]
        x = jax.tree.map(lambda a: a[:rows], x)
    bad = not_finite_leaf(x, "x")
    if bad is not None:
        warnings.warn(
            f"{where}: {bad}. Most layers turn that into a loss of nan: fill or drop such rows (np.nan_to_num, "
            "Dataset.filter)."
        )


# ---- targets --------------------------------------------------------------------------------------------------------
def check_targets(model: Any, y: Any, where: str) -> None:
    """Checks targets against what kerax's own losses accept; a loss of the user's own may accept anything."""
    compiled = getattr(model, "_compiled_loss", None)
    if y is None or compiled is None or not compiled.names:  # no names: a step of the user's never called the model
        return
    targets = match_targets(y, compiled.names, for_all=compiled.has_one_loss)
    for name, loss, shape, target in zip(
        compiled.names, compiled.losses(), compiled.output_shapes, targets, strict=False
    ):
        function = getattr(loss, "fn", None)
        if target is None or not getattr(function, "__module__", "").startswith("kerax."):
            continue
        found = value_range(target)
        if found is None:
            continue
        label = f"y of output {name!r}" if len(compiled.names) > 1 else "y"
        ignored = loss._fn_kwargs.get("ignore_class")
        if not found.finite and getattr(model, "watched_for_nan", False):
            continue
        if not found.finite:
            raise ValueError(
                f"{where}: {label} holds {_not_finite(target)}, so the loss would be nan. Fill or drop such rows."
            )
        if function in _WHOLE_CLASSES:
            classes = shape[loss._fn_kwargs.get("axis", -1)]
            _check_class_numbers(_numbers(target), classes, ignored, f"{where}: {label}", name, loss.name)
        elif function in _SHARES and (found.low < -_SHARE_SLACK or found.high > 1 + _SHARE_SLACK):
            value = found.high if found.high > 1 else found.low
            raise ValueError(
                f"{where}: {label} must lie between 0 and 1 for the loss {loss.name!r}, found {_plain(value)} in "
                f"{_row(_numbers(target) == value)}.{_share_advice(found)}"
            )


def _check_class_numbers(
    labels: np.ndarray, classes: int, ignored: int | None, what: str, output: str, loss: str
) -> None:
    if labels.dtype.kind == "f":
        broken = labels != np.floor(labels)
        if broken.any():
            raise ValueError(
                f"{what} must hold whole class numbers for the loss {loss!r}, found {labels[broken][0]} in "
                f"{_row(broken)}."
            )
    low, high = labels.min(), labels.max()
    if 0 <= low and high < classes:
        return
    wrong = (labels < 0) | (labels >= classes)
    if ignored is not None:
        wrong &= labels != ignored
        if not wrong.any():
            return
    if low >= 1 and high == classes:
        advice = "Labels that count from 1 need y - 1."
    elif low < 0:
        advice = f"Shift the labels, or let the loss leave rows out with ignore_class={_plain(low)}."
    else:
        advice = f"Give the last layer {_plain(high + 1)} units, or mend the labels."
    raise ValueError(
        f"{what} holds the class number {_plain(labels[wrong][0])} in {_row(wrong)}, but output {output!r} has "
        f"{classes} classes, so labels go "
        f"from 0 to {classes - 1}. {advice}"
    )


def _share_advice(found: ValueRange) -> str:
    if found == (-1.0, 1.0):
        return " Labels -1 and 1 go with the loss 'hinge', or map them: (y + 1) / 2."
    if found == (1.0, 2.0):
        return " Labels that count from 1 need y - 1."
    return (
        f" Scale them, for example divide by {_plain(found.high)}."
        if found.low >= 0
        else " Scale them into that range."
    )


def check_class_weight(model: Any, class_weight: Any, where: str) -> None:
    """Refuses weights of classes that the model does not have."""
    compiled = getattr(model, "_compiled_loss", None)
    if not class_weight or compiled is None or len(compiled.names) != 1:
        return
    function = getattr(compiled.losses()[0], "fn", None)
    if function not in _WHOLE_CLASSES | _SHARES:
        return
    classes = max(int(compiled.output_shapes[0][-1]), 2)  # one probability tells two classes apart
    for key in class_weight:
        if int(key) >= classes:
            raise ValueError(
                f"{where}: class_weight has a weight for class {key}, but the model has {classes} classes, 0 to "
                f"{classes - 1}."
            )


# ---- inputs ---------------------------------------------------------------------------------------------------------
def embedding_inputs(model: Any) -> tuple[Any, list[tuple[int, Embedding]]]:
    """The model's graph, and which of its inputs go straight into an Embedding; those in nested models are found too.

    Returns:
      ``(graph, [(number of the input, layer)])``; ``(None, [])`` for a model without a graph.
    """
    graph = getattr(model, "_graph", None)
    found: list[tuple[int, Embedding]] = []
    for node in graph.nodes if graph is not None else ():
        place = next((i for i, tensor in enumerate(graph.flat_inputs) if node.args and node.args[0] is tensor), None)
        if place is None:
            continue
        if isinstance(node.operation, Embedding):
            found.append((place, node.operation))
        else:
            found += [(place, layer) for inner, layer in embedding_inputs(node.operation)[1] if inner == 0]
    return graph, found


def check_indices(indexed: tuple[Any, list[tuple[int, Embedding]]], x: Any, where: str) -> None:
    """Checks inputs that an Embedding looks up: compiled code gives NaN for an index that does not exist.

    Args:
      indexed: what ``embedding_inputs`` found.
      x: inputs of the model.
      where: for messages.
    """
    graph, places = indexed
    if not places:
        return
    arrays = graph.ordered(x)
    for place, layer in places:
        found = value_range(arrays[place])
        if found is None or (found.low >= 0 and found.high < layer.input_dim):
            continue
        value = found.low if not found.low >= 0 else found.high
        raise ValueError(
            f"{where}: input {graph.input_names[place]!r} holds the index {_plain(value)} in "
            f"{_row(_numbers(arrays[place]) == value)}, which layer "
            f"{layer.path!r} (Embedding, input_dim={layer.input_dim}) does not have: indices are 0 to "
            f"{layer.input_dim - 1}."
        )


def not_finite_leaf(tree: Any, argument: str) -> str | None:
    """Says which array of a structure holds NaN or infinity, and in which row; None if none does."""
    for name, leaf in leaves_with_names(tree, argument):
        if np.dtype(leaf.dtype).kind not in "iub":
            found = value_range(leaf)
            if found is not None and not found.finite:
                return f"{name} holds {_not_finite(leaf)}"
    return None


def warn_of_nan_loss(model: Any, source: Any, epoch: int, loss: float) -> None:
    """Says at the end of an epoch why its loss is no number, as far as the data tell.

    Args:
      model: the model.
      source: where the batches came from.
      epoch: counted from 0.
      loss: the epoch's loss.

    Warns:
      UserWarning: always.
    """
    arrays = getattr(source, "arrays", None)
    reason = not_finite_leaf(arrays[0], "x") if arrays is not None else None
    if reason is None and arrays is not None:
        reason = (
            "x and y hold no NaN, so training diverged: lower the learning rate, or set clipnorm=1.0 in the optimizer"
        )
    elif reason is None:
        reason = (
            "either batches hold NaN or labels that do not exist, or training diverged: check a batch, or lower the "
            "learning rate"
        )
    if any(isinstance(layer, Embedding) for layer in _layers(model)):
        reason += ". An Embedding given an index that it does not have answers NaN as well"
    warnings.warn(f"fit(): the loss of epoch {epoch + 1} is {loss}: {reason}.")


def _layers(model: Any) -> list:
    found = []
    for layer in getattr(model, "layers", ()):
        found += [layer, *_layers(layer)]
    return found


# ---- words ----------------------------------------------------------------------------------------------------------
def _numbers(array: Any) -> np.ndarray:
    return np.asarray(array)


def _not_finite(array: Any) -> str:
    values = _numbers(array).astype(np.float32)
    bad = ~np.isfinite(values)
    return f"{'NaN' if np.isnan(values).any() else 'infinity (inf)'} in {_row(bad)}"


def _row(wrong: np.ndarray) -> str:
    """Where the first True stands: rows are what people find again in their data."""
    place = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    return f"row {place[0]}" if place else "it"


def _plain(value: Any) -> int | float:
    return int(value) if math.isfinite(value) and float(value).is_integer() else float(value)
