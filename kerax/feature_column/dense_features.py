"""DenseFeatures and SequenceFeatures: layers that turn a dict of features into a model's input."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from kerax.feature_column.column import DenseColumn, require
from kerax.feature_column.serialization import deserialize_feature_columns, serialize_feature_columns
from kerax.feature_column.transform import LENGTHS, FeatureTransform, arrays_of, sorted_columns
from kerax.layers import Layer


class _ColumnLayer(Layer):
    """A layer over feature columns: its host stage, and the tables of its columns."""

    def __init__(self, feature_columns: Any, trainable: bool = True, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        self._columns = sorted_columns(feature_columns, type(self).__name__)
        for column in self._columns:
            require(
                isinstance(column, DenseColumn),
                f"{type(self).__name__} takes dense columns; {column.name!r} is a categorical column. Wrap it in "
                "indicator_column or embedding_column.",
            )
            require(
                column.is_sequence == self._sequences,
                f"{type(self).__name__} takes columns that are {'' if self._sequences else 'not '}sequences, received "
                f"{column.name!r}. Use {'DenseFeatures' if self._sequences else 'SequenceFeatures'} for it.",
            )
        self.transform = FeatureTransform(self._columns, name="transform")
        self._tables: dict[str, Any] = {}

    _sequences = False

    def _keeps_host_arrays(self) -> bool:
        return True  # for the host stage, which comes first

    @property
    def feature_columns(self) -> list[Any]:
        """The columns, sorted by name."""
        return list(self._columns)

    def build(self, input_shape: Any = None) -> None:
        """Creates the tables of embedding columns."""
        for column in self._columns:
            for spec in column.weight_specs():
                if table_key(spec.key) not in self._tables:
                    self._tables[table_key(spec.key)] = self.add_weight(
                        shape=spec.shape,
                        initializer=spec.initializer,
                        trainable=spec.trainable,
                        name="/".join(filter(None, (spec.owner, spec.name))),
                    )
                    if spec.checkpoint is not None:
                        self._tables[table_key(spec.key)].assign(read_table(*spec.checkpoint))
        self.built = True

    def _outputs(self, arrays: Mapping[str, jax.Array]) -> dict[Any, jax.Array]:
        outputs = {}
        for column in self._columns:
            tables = {spec.key: self._tables[table_key(spec.key)].value for spec in column.weight_specs()}
            outputs[column] = column.device(arrays_of(column, dict(arrays)), tables)
        return outputs

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "feature_columns": serialize_feature_columns(self._columns)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Makes a layer from ``get_config()``."""
        config = dict(config)
        columns = deserialize_feature_columns(config.pop("feature_columns"), custom_objects)
        return cls(columns, **config)


def table_key(key: Any) -> str:
    """The key of a table as text.

    Example:
      >>> from kerax.feature_column.dense_features import table_key
      >>> table_key(("shared", "cities"))
      'shared cities'
    """
    return key if isinstance(key, str) else " ".join(key)


def read_table(path: str, tensor: str) -> Any:
    """The values of an embedding table in a checkpoint."""
    from kerax.train import load_variable

    return load_variable(path, tensor)


class DenseFeatures(_ColumnLayer):
    """Turns a dict of features into one matrix, ``[batch, numbers]``, the columns side by side, sorted by name.

    Text and sparse values are handled on the host, before a model's compiled step; embeddings are learnt with the
    model.

    Args:
      feature_columns: dense columns: numeric, bucketized, indicator, embedding.
      trainable: whether training changes the embeddings.
      name: of the layer.
      **kwargs: ``dtype`` and other arguments of a layer.

    Raises:
      ValueError: for categorical or sequence columns, or two columns of one name.

    Example:
      >>> import numpy as np, kerax
      >>> colour = kerax.feature_column.categorical_column_with_vocabulary_list("colour", ["red", "blue"])
      >>> columns = [kerax.feature_column.indicator_column(colour), kerax.feature_column.numeric_column("price")]
      >>> layer = kerax.layers.DenseFeatures(columns)
      >>> layer({"colour": np.array(["blue", "red"]), "price": np.array([2.0, 3.0])})
      Array([[0., 1., 2.],
             [1., 0., 3.]], dtype=float32)
    """

    def __call__(self, features: Any, cols_to_output_tensors: dict | None = None, **kwargs: Any) -> Any:
        """Returns the matrix.

        Args:
          features: dict of arrays, sparse or ragged values.
          cols_to_output_tensors: a dict that receives each column's part.
          **kwargs: ``training``, without effect.
        """
        matrix = super().__call__(features, **kwargs)
        if cols_to_output_tensors is not None:
            start = 0
            for column in self._columns:
                width = math.prod(column.variable_shape)
                cols_to_output_tensors[column] = matrix[:, start : start + width]
                start += width
        return matrix

    def call(self, features: Any, training: Any = None) -> jax.Array:
        """Returns the matrix."""
        outputs = self._outputs(self.transform(features))
        parts = [output.reshape(output.shape[0], math.prod(c.variable_shape)) for c, output in outputs.items()]
        return jnp.concatenate([part.astype(self.compute_dtype) for part in parts], -1)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Returns ``(batch, numbers)``."""
        batch = next(iter(input_shape.values()))[0] if isinstance(input_shape, dict) and input_shape else None
        return (batch, sum(math.prod(column.variable_shape) for column in self._columns))


class SequenceFeatures(_ColumnLayer):
    """Turns a dict of features into sequences ``[batch, steps, numbers]`` and their lengths.

    Args:
      feature_columns: sequence columns: `sequence_numeric_column`, or indicator and embedding columns over
        ``sequence_categorical_column_with_...``.
      trainable: whether training changes the embeddings.
      name: of the layer.
      **kwargs: ``dtype`` and other arguments of a layer.

    Raises:
      ValueError: for columns that are not sequences; when called, for columns whose sequences differ.

    Example:
      >>> import numpy as np, kerax
      >>> layer = kerax.layers.SequenceFeatures([kerax.feature_column.sequence_numeric_column("t")])
      >>> values, lengths = layer({"t": np.ones((2, 3))})
      >>> values.shape, lengths.tolist()
      ((2, 3, 1), [3, 3])
    """

    _sequences = True

    def call(self, features: Any, training: Any = None) -> tuple[jax.Array, jax.Array]:
        """Returns sequences and lengths."""
        arrays = self.transform(features)
        parts = []
        for column, output in self._outputs(arrays).items():
            parts.append(output.reshape(*output.shape[:2], math.prod(column.variable_shape)))
        return jnp.concatenate([part.astype(self.compute_dtype) for part in parts], -1), arrays[LENGTHS]
