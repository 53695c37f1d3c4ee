"""FeatureTransform: the host stage of a list of columns, as a layer that models run before their compiled step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.feature_column.column import CategoricalColumn, DenseColumn, FeatureColumn, require
from kerax.feature_column.inputs import FeatureInputs
from kerax.feature_column.sequence import sequence_lengths
from kerax.layers.preprocessing.host_layer import HostLayer
from kerax.state.host_stage import is_strings
from kerax.state.symbolic import to_spec

LENGTHS = "sequence_lengths"


def sorted_columns(columns: Any, where: str) -> list[Any]:
    """Returns columns sorted by name.

    Raises:
      ValueError: for something that is no list of feature columns, an empty one, or two columns of one name.

    Example:
      >>> import kerax
      >>> from kerax.feature_column.transform import sorted_columns
      >>> [c.name for c in sorted_columns([kerax.feature_column.numeric_column(k) for k in "ba"], "here")]
      ['a', 'b']
    """
    listed = list(columns) if isinstance(columns, (list, tuple, set, frozenset)) or _iterates(columns) else [columns]
    require(bool(listed), f"{where} needs at least one feature column.")
    for column in listed:
        require(
            isinstance(column, FeatureColumn),
            f"{where} takes feature columns, received {column!r} ({type(column).__name__}).",
        )
    names = [column.name for column in listed]
    for name in names:
        require(names.count(name) == 1, f"{where} has two feature columns with the name {name!r}.")
    return sorted(listed, key=lambda column: column.name)


def _iterates(columns: Any) -> bool:
    return hasattr(columns, "__iter__") and not isinstance(columns, (dict, str, FeatureColumn))


class FeatureTransform(HostLayer):
    """Turns a dict of features into the arrays that columns compute with on the device.

    Args:
      columns: sorted feature columns.
      ids: names of columns whose ids are wanted, although they could be dense.
      **kwargs: of the layer.
    """

    def __init__(self, columns: Sequence[Any], ids: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.columns, self.as_ids = list(columns), frozenset(ids)

    def output_dtype(self) -> str:
        return "float32"

    def _to_host(self, inputs: Any) -> Any:
        if not isinstance(inputs, dict):
            return inputs  # the error is FeatureInputs'
        return {key: np.asarray(value) if isinstance(value, jax.Array) else value for key, value in inputs.items()}

    def compute_output_shape(self, input_shape: Any) -> dict[str, tuple]:
        """Shapes of all arrays."""
        batch = next(iter(input_shape.values()))[0] if isinstance(input_shape, dict) and input_shape else None
        shapes = {name: (batch, *shape) for name, (shape, _) in self._array_specs().items()}
        if any(column.is_sequence for column in self.columns):
            shapes[LENGTHS] = (batch,)
        return shapes

    def _specs(self, shapes: dict[str, tuple]) -> Any:
        kinds = {name: dtype for name, (_, dtype) in self._array_specs().items()}
        return {name: to_spec(shape, kinds.get(name, "int32")) for name, shape in shapes.items()}

    def _array_specs(self) -> dict[str, tuple[tuple[int | None, ...], str]]:
        specs = {}
        for column in self.columns:
            if isinstance(column, DenseColumn) and column.name not in self.as_ids:
                specs.update({f"{column.name}/{key}": spec for key, spec in column.host_spec().items()})
            else:
                specs[f"{column.name}/ids"] = ((None,), "int32")
        return specs

    def _call_back(self, inputs: Any) -> dict[str, jax.Array]:
        """Without numbers at hand: while shapes are inferred, arrays of the right kind; else the host is asked."""
        leaves = jax.tree.leaves(inputs)
        shapes = self.compute_output_shape({key: tuple(value.shape) for key, value in inputs.items()})
        kinds = {name: dtype for name, (_, dtype) in self._array_specs().items()}
        batch = leaves[0].shape[0]
        known = {
            name: jax.ShapeDtypeStruct(
                (batch, *[1 if size is None else size for size in shape[1:]]), kinds.get(name, "int32")
            )
            for name, shape in shapes.items()
        }
        sized = all(isinstance(size, int) for leaf in leaves for size in leaf.shape)
        if not sized or any(is_strings(leaf) for leaf in leaves):
            return {name: jnp.zeros(spec.shape, spec.dtype) for name, spec in known.items()}

        def on_host(values: Any) -> Any:
            outputs = self.call(jax.tree.map(np.asarray, values))
            return {name: np.asarray(outputs[name], spec.dtype).reshape(spec.shape) for name, spec in known.items()}

        return jax.pure_callback(on_host, known, inputs, vmap_method="sequential")

    def call(self, inputs: Any) -> dict[str, np.ndarray]:
        """Runs the host stage of every column on a batch."""
        features = inputs if isinstance(inputs, FeatureInputs) else FeatureInputs(inputs)
        arrays: dict[str, np.ndarray] = {}
        for column in self.columns:
            if isinstance(column, DenseColumn) and column.name not in self.as_ids:
                found = column.host(features)
            else:
                found = ids_of(column, features)
            arrays.update({f"{column.name}/{key}": array for key, array in found.items()})
        if any(column.is_sequence for column in self.columns):
            arrays[LENGTHS] = self._lengths(features, arrays)
        check_rows(arrays)
        return arrays

    def _lengths(self, features: FeatureInputs, arrays: dict[str, np.ndarray]) -> np.ndarray:
        lengths = {column.name: sequence_lengths(column, features) for column in self.columns}
        first = self.columns[0].name
        steps = {name.split("/")[0]: array.shape[1] for name, array in arrays.items()}
        for name, found in lengths.items():
            require(
                steps[name] == steps[first] and np.array_equal(found, lengths[first]),
                f"The sequences of columns {first!r} and {name!r} differ: {steps[first]} and {steps[name]} steps, "
                f"lengths {lengths[first].tolist()} and {found.tolist()}. All columns of SequenceFeatures describe the "
                "same steps.",
            )
        return lengths[first]


def check_rows(arrays: dict[str, Any]) -> None:
    """Raises ValueError, naming columns, unless arrays of ``column/what`` have one number of rows.

    Example:
      >>> import numpy as np
      >>> from kerax.feature_column.transform import check_rows
      >>> check_rows({"age/values": np.ones((2, 1)), "day/ids": np.ones((2, 3))})
    """
    rows = {name: len(array) for name, array in arrays.items()}
    if len(set(rows.values())) > 1:
        first, *others = rows
        other = next(name for name in others if rows[name] != rows[first])
        raise ValueError(
            f"The features of a batch have different lengths: column {first.rsplit('/', 1)[0]!r} has {rows[first]} "
            f"rows, {other.rsplit('/', 1)[0]!r} has {rows[other]}."
        )


def ids_of(column: CategoricalColumn, features: FeatureInputs) -> dict[str, np.ndarray]:
    """The padded ids and weights of a categorical column.

    Example:
      >>> import numpy as np, kerax
      >>> from kerax.feature_column.inputs import FeatureInputs
      >>> from kerax.feature_column.transform import ids_of
      >>> day = kerax.feature_column.categorical_column_with_identity("day", 7)
      >>> ids_of(day, FeatureInputs({"day": np.array([3])}))["ids"].tolist()
      [[3]]
    """
    ids = column.ids(features).checked(column.num_buckets, column.name)
    numbers, weights = ids.padded(column.num_buckets)
    return {"ids": numbers} if weights is None else {"ids": numbers, "weights": weights}


def arrays_of(column: Any, arrays: dict[str, Any]) -> dict[str, Any]:
    """One column's part of the arrays of a `FeatureTransform`.

    Example:
      >>> import kerax
      >>> from kerax.feature_column.transform import arrays_of
      >>> arrays_of(kerax.feature_column.numeric_column("age"), {"age/values": 1, "day/ids": 2})
      {'values': 1}
    """
    prefix = f"{column.name}/"
    return {key[len(prefix) :]: array for key, array in arrays.items() if key.startswith(prefix)}
