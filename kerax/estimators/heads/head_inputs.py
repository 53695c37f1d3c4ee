"""HeadInputs: labels and weights of a batch as a head computes with them, checked on the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.data.ragged import SparseTensor
from kerax.errors import did_you_mean
from kerax.feature_column.inputs import FeatureInputs, shown
from kerax.feature_column.numeric import NumericColumn
from kerax.layers.preprocessing.host_layer import HostLayer


class HeadInputs(HostLayer):
    """Labels and weights, as arrays with an axis for the outputs.

    Args:
      labels: function of the raw labels that checks and converts them.
      traced: the same for labels that the compiled step computed, without checks of their values.
      weight_column: feature key or numeric column of the weights, or None.
      head: name of the head's class, for messages.
    """

    def __init__(
        self, labels: Callable[[Any], np.ndarray], traced: Callable[[Any], Any], weight_column: Any, head: str
    ) -> None:
        super().__init__(name="head_inputs")
        self.convert, self.traced, self.weight_column, self.head = labels, traced, weight_column, head

    def _to_host(self, inputs: Any) -> Any:
        return jax.tree.map(lambda leaf: np.asarray(leaf) if isinstance(leaf, jax.Array) else leaf, inputs)

    def _build_for(self, args: tuple, kwargs: dict) -> None:
        self.built = True

    def call(self, inputs: Any) -> dict[str, np.ndarray]:
        """Checks and converts a batch."""
        outputs = {"labels": self.convert(inputs["labels"])}
        if "weights" in inputs:
            outputs["weights"] = self._weights(inputs["weights"])
        return outputs

    def _weights(self, raw: Any) -> np.ndarray:
        key = weight_key(self.weight_column)
        values = FeatureInputs({key: raw}).dense(key)
        if values.dtype.kind not in "fiub":
            raise ValueError(f"{self.head}: weight column {key!r} holds {shown(values)}; expected numbers.")
        normalizer = getattr(self.weight_column, "normalizer_fn", None)
        values = np.asarray(raw, np.float32) if normalizer is None else np.asarray(normalizer(raw), np.float32)
        return values[:, None] if values.ndim == 1 else values

    def _call_back(self, inputs: Any) -> dict[str, Any]:
        outputs = {"labels": self.traced(inputs["labels"])}
        if "weights" in inputs:
            raw = inputs["weights"]
            normalizer = getattr(self.weight_column, "normalizer_fn", None)
            values = jnp.asarray(raw if normalizer is None else normalizer(raw), jnp.float32)
            outputs["weights"] = values[:, None] if values.ndim == 1 else values
        return outputs


def weight_key(column: Any) -> str:
    """The feature key of a weight column.

    Example:
      >>> from kerax.estimators.heads.head_inputs import weight_key
      >>> weight_key("w")
      'w'
    """
    return column if isinstance(column, str) else column.key


def check_weight_column(column: Any, head: str) -> None:
    """Raises TypeError for a weight column of another type."""
    if column is not None and not isinstance(column, (str, NumericColumn)):
        raise TypeError(
            f"{head}(weight_column=...) is a feature key or a numeric_column, received {column!r} of "
            f"{type(column).__name__}."
        )


def raw_inputs(features: Any, labels: Any, weight_column: Any, head: str) -> dict[str, Any]:
    """What `HeadInputs` is given.

    Raises:
      ValueError: without labels, or if the weights are missing from the features.
    """
    if labels is None:
        raise ValueError(f"{head} needs labels to train and evaluate. Let the input_fn return (features, labels).")
    inputs = {"labels": labels}
    if weight_column is not None:
        key = weight_key(weight_column)
        if not isinstance(features, dict) or key not in features:
            there = sorted(features) if isinstance(features, dict) else []
            raise ValueError(
                f"{head}: weight column {key!r} is missing from the features {there}.{did_you_mean(key, there)}"
            )
        inputs["weights"] = features[key]
    return inputs


# ---- labels on the host ---------------------------------------------------------------------------------------------


def dense(labels: Any, head: str) -> np.ndarray:
    """Labels as an array of at least two axes.

    Raises:
      ValueError: for sparse labels, or a dict.
    """
    if isinstance(labels, SparseTensor):
        raise ValueError(
            f"{head} needs dense labels, received a SparseTensor. Only multi-label heads take sparse ones."
        )
    if isinstance(labels, dict):
        raise ValueError(f"{head} needs one array of labels, received a dict with the keys {sorted(labels)}.")
    array = np.asarray(labels)
    return array[:, None] if array.ndim == 1 else array


def check_width(labels: Any, width: int, head: str) -> None:
    """Raises ValueError unless labels have so many columns."""
    if len(labels.shape) != 2 or labels.shape[1] != width:
        raise ValueError(
            f"{head} expects labels of shape (batch, {width}){' or (batch,)' if width == 1 else ''}, received "
            f"{tuple(labels.shape)}."
        )


def is_text(array: np.ndarray) -> bool:
    """Whether an array holds text."""
    return array.dtype.kind in "OSU"


def look_up(labels: np.ndarray, vocabulary: list[str] | None, head: str) -> np.ndarray:
    """Text labels as ids; other labels as they are.

    Raises:
      ValueError: for text without a vocabulary, or a label that is not in it.
      TypeError: for numbers with a vocabulary.
    """
    if vocabulary is None:
        if is_text(labels):
            raise ValueError(
                f"{head} received text labels such as {_word(labels.ravel()[0])!r}. Give label_vocabulary=[...], the "
                "list of all labels, or use numbers."
            )
        return labels
    if not is_text(labels):
        raise TypeError(
            f"{head} has a label_vocabulary, so labels are text; received {labels.dtype.name} labels such as "
            f"{labels.ravel()[:1].tolist()}."
        )
    table = {word: number for number, word in enumerate(vocabulary)}
    flat = labels.ravel().tolist()
    ids = np.empty(len(flat), np.int64)
    for place, label in enumerate(flat):
        found = table.get(_word(label))
        if found is None:
            raise ValueError(
                f"{head}: label {_word(label)!r} in row {place} of the batch is not in label_vocabulary "
                f"{vocabulary[:10]}.{did_you_mean(_word(label), vocabulary)}"
            )
        ids[place] = found
    return ids.reshape(labels.shape)


def _word(label: Any) -> str:
    return label.decode("utf-8", "replace") if isinstance(label, bytes) else str(label)


def check_range(labels: np.ndarray, low: float, high: float, head: str, hint: str = "") -> None:
    """Raises ValueError, with the label and its row, unless all labels are from ``low`` to ``high``."""
    bad = np.flatnonzero(~((labels >= low) & (labels <= high)).reshape(len(labels), -1).all(-1))
    if len(bad):
        row = int(bad[0])
        raise ValueError(
            f"{head}: labels are from {low:g} to {high:g}, row {row} of the batch has {labels[row].tolist()}.{hint}"
        )
