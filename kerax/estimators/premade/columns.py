"""The feature columns of a premade model: their host stage, and their variables in TensorFlow's names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import initializers
from kerax.estimators.premade.parts import Part, part_of_ids
from kerax.estimators.template import current_run
from kerax.feature_column.column import CategoricalColumn, DenseColumn, require
from kerax.feature_column.dense_features import read_table
from kerax.feature_column.inputs import FeatureInputs
from kerax.feature_column.linear_model import weight_rows
from kerax.feature_column.lookup import combine
from kerax.feature_column.transform import FeatureTransform, arrays_of, check_rows, sorted_columns
from kerax.layers.preprocessing.host_layer import HostLayer
from kerax.state.host_stage import HostStrings

DNN_INPUT = "dnn/input_from_feature_columns/input_layer"
LINEAR = "linear/linear_model"


class ModelColumns(HostLayer):
    """The host stage of all columns of a model; what two parts of it share is computed once.

    Args:
      linear: columns of the linear part.
      dnn: columns of the deep part.
    """

    def __init__(self, linear: list[Any], dnn: list[Any]) -> None:
        super().__init__(name="model_columns")
        categorical = [column.name for column in linear if isinstance(column, CategoricalColumn)]
        self.parts = {
            "linear": FeatureTransform(linear, ids=categorical, name="linear") if linear else None,
            "dnn": FeatureTransform(dnn, name="dnn") if dnn else None,
        }

    def _to_host(self, inputs: Any) -> Any:
        return inputs

    def _build_for(self, args: tuple, kwargs: dict) -> None:
        self.built = True

    def call(self, inputs: Any) -> dict[str, dict[str, np.ndarray]]:
        """Runs the host stage on a batch."""
        if isinstance(inputs, dict):
            inputs = {
                key: np.asarray(value) if isinstance(value, jax.Array) else value for key, value in inputs.items()
            }
        features = FeatureInputs(inputs)
        found = {name: part.call(features) for name, part in self.parts.items() if part is not None}
        check_rows({name: array for arrays in found.values() for name, array in arrays.items()})
        return found

    def _call_back(self, inputs: Any) -> Any:
        raise ValueError(
            "Premade estimators read their features on the host; they cannot be computed by the compiled step."
        )


def linear_columns(columns: Any, where: str) -> list[Any]:
    """Checks the columns of a linear model; returns them sorted."""
    found = sorted_columns(columns, where)
    for column in found:
        require(not column.is_sequence, f"{where}: {column.name!r} is a sequence column, which only RNNs take.")
    return found


def dnn_columns(columns: Any, where: str) -> list[Any]:
    """Checks the columns of a deep model; returns them sorted."""
    found = sorted_columns(columns, where)
    for column in found:
        require(
            isinstance(column, DenseColumn) and not column.is_sequence,
            f"{where}: {column.name!r} ({type(column).__name__}) is "
            f"{'a sequence column' if column.is_sequence else 'a categorical column'}. Wrap categorical columns in "
            "indicator_column or embedding_column.",
        )
    return found


def table_values(column: Any, root: str, arrays: Mapping[str, Any]) -> dict[Any, Any]:
    """The embedding tables that a column reads, made with TensorFlow's names."""
    run, found = current_run(), {}
    for spec in column.weight_specs():
        name = "/".join((root, spec.owner, spec.name)) if spec.owner else spec.name
        first = _fresh(spec.initializer)
        if spec.checkpoint is not None:
            stored = read_table(*spec.checkpoint)
            first = lambda shape, dtype, stored=stored: stored  # noqa: E731
        variable = run.variable(name, spec.shape, first, spec.trainable)
        run.note_rows(variable, read_rows(arrays["ids"], arrays.get("weights"), column.combiner))
        found[spec.key] = variable.read()
    return found


def _fresh(initializer: Any) -> Any:
    """An initializer whose seed, where none was given, is drawn for this model: the column may be older than it."""
    if isinstance(initializer, initializers.RandomInitializer) and initializer.get_config().get("seed") is None:
        return type(initializer).from_config(initializer.get_config())
    return initializer


def read_rows(ids: Any, weights: Any, combiner: str) -> Any:
    """The rows of a table that a batch reads; -1 where none is.

    An example without ids reads row 0, with a factor of 0, as TensorFlow's safe lookup does: its optimizers see a
    gradient of 0 there.
    """
    if weights is not None and combiner != "sum":
        ids = jnp.where(weights > 0, ids, -1)
    empty = jnp.all(ids < 0, -1, keepdims=True)
    return jnp.where(empty & (jnp.arange(ids.shape[-1]) == 0), 0, ids)


def linear_logits(
    columns: list[Any], arrays: Mapping[str, Any], units: int, combiner: str, seen: list[Part] | None = None
) -> tuple[Any, list, Any]:
    """The logits of a linear model; also its weights and its bias. ``seen`` gets what each of them is multiplied by."""
    run, parts, weights = current_run(), [], []
    seen = [] if seen is None else seen
    for column in columns:
        own = arrays_of(column, dict(arrays))
        root = f"{LINEAR}/{column.name}"
        table = run.variable(f"{root}/weights", (weight_rows(column), units), initializers.Zeros())
        weights.append(table.read())
        if isinstance(column, CategoricalColumn):
            run.note_rows(table, read_rows(own["ids"], own.get("weights"), combiner))
            parts.append(combine(table.read(), own["ids"], own.get("weights"), combiner))
            seen.append(part_of_ids(table, own["ids"], own.get("weights")))
        else:
            values = column.device(own, table_values(column, LINEAR, own))
            values = values.reshape(values.shape[0], -1)
            parts.append(values @ table.read())
            seen.append(Part(table, values, None))
    bias = run.variable(f"{LINEAR}/bias_weights", (units,), initializers.Zeros())
    seen.append(Part(bias, jnp.ones((parts[0].shape[0], 1), jnp.float32), None))
    return sum(parts[1:], parts[0]) + bias.read(), weights, bias.read()


def dense_input(columns: list[Any], arrays: Mapping[str, Any]) -> jax.Array:
    """The input of a deep model, ``[batch, numbers]``."""
    parts = []
    for column in columns:
        own = arrays_of(column, dict(arrays))
        output = column.device(own, table_values(column, DNN_INPUT, own))
        parts.append(output.reshape(output.shape[0], math.prod(column.variable_shape)))
    return jnp.concatenate(parts, -1).astype(jnp.float32)


def check_features(features: Any, where: str) -> None:
    """Raises ValueError unless features are a dict."""
    if not isinstance(features, dict):
        kind = "strings" if isinstance(features, HostStrings) else type(features).__name__
        raise ValueError(
            f"{where} needs features as a dict, feature key -> array; the input_fn gave {kind}. Return "
            "({'x': array}, labels)."
        )
