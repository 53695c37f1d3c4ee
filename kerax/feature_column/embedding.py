"""Columns that turn ids into numbers: indicator, embedding, shared embeddings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax

from kerax import initializers
from kerax.feature_column.column import CategoricalColumn, DenseColumn, FeatureColumn, HostArrays, require
from kerax.feature_column.crossed import WeightedCategoricalColumn
from kerax.feature_column.inputs import FeatureInputs
from kerax.feature_column.lookup import COMBINERS, combine, count


@dataclass(frozen=True)
class EmbeddingTable:
    """A variable that columns read.

    Attributes:
      key: tells tables apart; columns that share a table share the key.
      name: the variable's own name.
      owner: name of the column or collection, the part of the variable's path before ``name``; may be empty.
      shape: rows and dimension.
      initializer: of the values.
      trainable: whether training changes it.
      checkpoint: path and tensor name to read the first values from, or None.
    """

    key: Any
    name: str
    owner: str
    shape: tuple[int, int]
    initializer: Any
    trainable: bool
    checkpoint: tuple[str, str] | None = None


class _IdsColumn(DenseColumn):
    """A dense column over a categorical one."""

    categorical_column: CategoricalColumn
    strict = True  # whether ids that are too large are an error

    @property
    def parents(self) -> list[Any]:
        return [self.categorical_column]

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return self.categorical_column.parse_example_spec

    def host(self, inputs: FeatureInputs) -> HostArrays:
        ids, size = self.categorical_column.ids(inputs), self.categorical_column.num_buckets
        if self.strict:
            ids = ids.checked(size, self.categorical_column.name)
        numbers, weights = ids.by_step(size) if self.is_sequence else ids.padded(size)
        return {"ids": numbers} if weights is None else {"ids": numbers, "weights": weights}

    def host_spec(self) -> dict[str, tuple[tuple[int | None, ...], str]]:
        shape = (None, None) if self.is_sequence else (None,)
        weighted = isinstance(self.categorical_column, WeightedCategoricalColumn)
        return {"ids": (shape, "int32"), **({"weights": (shape, "float32")} if weighted else {})}


@dataclass(frozen=True)
class IndicatorColumn(_IdsColumn):
    """How often each id occurs; made by `indicator_column`."""

    categorical_column: CategoricalColumn
    strict = False

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_indicator"

    @property
    def variable_shape(self) -> tuple[int, ...]:
        return (self.categorical_column.num_buckets,)

    def device(self, arrays: Mapping[str, jax.Array], tables: Mapping[str, jax.Array]) -> jax.Array:
        return count(arrays["ids"], arrays.get("weights"), self.categorical_column.num_buckets)


def indicator_column(categorical_column: CategoricalColumn) -> IndicatorColumn:
    """Returns a column of counts of ids: one-hot for one id, several ones (or sums of weights) for more.

    Args:
      categorical_column: the ids.

    Raises:
      ValueError: for something that is not a categorical column.

    Example:
      >>> import kerax
      >>> day = kerax.feature_column.categorical_column_with_identity("day", 7)
      >>> kerax.feature_column.indicator_column(day).name
      'day_indicator'
    """
    _check_categorical("indicator_column", categorical_column)
    return IndicatorColumn(categorical_column)


@dataclass(frozen=True)
class EmbeddingColumn(_IdsColumn):
    """Rows of a table, combined; made by `embedding_column` and `shared_embeddings`."""

    categorical_column: CategoricalColumn
    dimension: int
    combiner: str
    initializer: Any
    ckpt_to_load_from: str | None = None
    tensor_name_in_ckpt: str | None = None
    max_norm: float | None = None
    trainable: bool = True
    use_safe_embedding_lookup: bool = True
    shared_name: str | None = None

    @property
    def name(self) -> str:
        kind = "embedding" if self.shared_name is None else "shared_embedding"
        return f"{self.categorical_column.name}_{kind}"

    @property
    def variable_shape(self) -> tuple[int, ...]:
        return (self.dimension,)

    def weight_specs(self) -> list[EmbeddingTable]:
        shared = self.shared_name is not None
        checkpoint = None
        if self.ckpt_to_load_from is not None and self.tensor_name_in_ckpt is not None:
            checkpoint = (self.ckpt_to_load_from, self.tensor_name_in_ckpt)
        return [
            EmbeddingTable(
                self._key(),
                str(self.shared_name) if shared else "embedding_weights",
                "" if shared else self.name,
                (self.categorical_column.num_buckets, self.dimension),
                self.initializer,
                self.trainable,
                checkpoint,
            )
        ]

    def _key(self) -> Any:
        return ("shared", self.shared_name) if self.shared_name is not None else self.name

    def device(self, arrays: Mapping[str, jax.Array], tables: Mapping[str, jax.Array]) -> jax.Array:
        return combine(tables[self._key()], arrays["ids"], arrays.get("weights"), self.combiner, self.max_norm)


def embedding_column(
    categorical_column: CategoricalColumn,
    dimension: int,
    combiner: str = "mean",
    initializer: Any = None,
    ckpt_to_load_from: str | None = None,
    tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None,
    trainable: bool = True,
    use_safe_embedding_lookup: bool = True,
) -> EmbeddingColumn:
    """Returns a column of learnt vectors, one per id.

    Args:
      categorical_column: the ids.
      dimension: of the vectors.
      combiner: how several vectors of a row become one: ``"mean"``, ``"sqrtn"`` or ``"sum"``.
      initializer: of the table; without it a truncated normal with standard deviation ``1 / sqrt(dimension)``.
      ckpt_to_load_from: checkpoint with the first values.
      tensor_name_in_ckpt: their name there.
      max_norm: vectors are scaled down to this L2 norm before they are combined.
      trainable: whether training changes the table.
      use_safe_embedding_lookup: for programs that give it; rows without ids are always zeros.

    Raises:
      ValueError: for a dimension below 1, an unknown combiner, only one of the two checkpoint arguments, or something
        that is not a categorical column.

    Example:
      >>> import kerax
      >>> city = kerax.feature_column.categorical_column_with_hash_bucket("city", 1000)
      >>> kerax.feature_column.embedding_column(city, 8).variable_shape
      (8,)
    """
    _check_categorical("embedding_column", categorical_column)
    return EmbeddingColumn(
        categorical_column,
        *_checked("embedding_column", dimension, combiner, initializer, ckpt_to_load_from, tensor_name_in_ckpt),
        max_norm,
        bool(trainable),
        bool(use_safe_embedding_lookup),
    )


def shared_embeddings(
    categorical_columns: Sequence[CategoricalColumn],
    dimension: int,
    combiner: str = "mean",
    initializer: Any = None,
    shared_embedding_collection_name: str | None = None,
    ckpt_to_load_from: str | None = None,
    tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None,
    trainable: bool = True,
    use_safe_embedding_lookup: bool = True,
) -> list[EmbeddingColumn]:
    """Returns a list of embedding columns that read one table.

    Args:
      categorical_columns: of one kind, with equal numbers of ids.
      dimension: of the vectors.
      combiner: how several vectors of a row become one.
      initializer: of the table; without it a truncated normal with standard deviation ``1 / sqrt(dimension)``.
      shared_embedding_collection_name: the table's name; made of the columns' names without it.
      ckpt_to_load_from, tensor_name_in_ckpt, max_norm, trainable, use_safe_embedding_lookup: as for
        `embedding_column`.

    Raises:
      ValueError: for columns of different kinds or sizes, and as `embedding_column`.

    Example:
      >>> import kerax
      >>> fc = kerax.feature_column
      >>> pair = [fc.categorical_column_with_identity(key, 9) for key in ("from", "to")]
      >>> [column.name for column in fc.shared_embeddings(pair, 2)]
      ['from_shared_embedding', 'to_shared_embedding']
    """
    function = "shared_embeddings"
    columns = list(categorical_columns)
    require(bool(columns), f"{function}(categorical_columns=...) is empty.")
    for column in columns:
        _check_categorical(function, column)
    kinds = [type(_unweighted(column)) for column in columns]
    require(
        len(set(kinds)) == 1,
        f"{function}(categorical_columns=...) are of one kind, received {sorted({kind.__name__ for kind in kinds})}.",
    )
    sizes = {column.name: column.num_buckets for column in columns}
    require(len(set(sizes.values())) == 1, f"{function}(categorical_columns=...) differ in num_buckets: {sizes}.")
    checked = _checked(function, dimension, combiner, initializer, ckpt_to_load_from, tensor_name_in_ckpt)
    name = shared_embedding_collection_name or "_".join(sorted(column.name for column in columns)) + "_shared_embedding"
    return [
        EmbeddingColumn(column, *checked, max_norm, bool(trainable), bool(use_safe_embedding_lookup), name)
        for column in columns
    ]


def _unweighted(column: CategoricalColumn) -> FeatureColumn:
    return column.categorical_column if isinstance(column, WeightedCategoricalColumn) else column


def _check_categorical(function: str, column: Any) -> None:
    require(
        isinstance(column, CategoricalColumn),
        f"{function}(...) takes a categorical column, received {getattr(column, 'name', column)!r} "
        f"({type(column).__name__}).",
    )


def _checked(
    function: str, dimension: Any, combiner: str, initializer: Any, checkpoint: Any, tensor: Any
) -> tuple[int, str, Any, Any, Any]:
    require(dimension is not None and dimension >= 1, f"{function}(dimension=...) is at least 1, received {dimension}.")
    require(combiner in COMBINERS, f"{function}(combiner=...) is one of {', '.join(COMBINERS)}, received {combiner!r}.")
    require(
        (checkpoint is None) == (tensor is None),
        f"{function}: give both ckpt_to_load_from and tensor_name_in_ckpt, or neither.",
    )
    require(
        initializer is None or callable(initializer),
        f"{function}(initializer=...) cannot be called: {initializer!r}.",
    )
    if initializer is None:
        initializer = initializers.TruncatedNormal(0.0, 1 / math.sqrt(dimension))
    return int(dimension), combiner, initializer, checkpoint, tensor
