"""Feature columns as configurations."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from kerax import initializers
from kerax.errors import unknown_name
from kerax.feature_column.categorical import (
    HashedCategoricalColumn,
    IdentityCategoricalColumn,
    VocabularyCategoricalColumn,
)
from kerax.feature_column.column import FeatureColumn
from kerax.feature_column.crossed import CrossedColumn, WeightedCategoricalColumn
from kerax.feature_column.embedding import EmbeddingColumn, IndicatorColumn
from kerax.feature_column.numeric import BucketizedColumn, NumericColumn
from kerax.feature_column.sequence import SequenceCategoricalColumn, SequenceNumericColumn

_CLASSES: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        BucketizedColumn,
        CrossedColumn,
        EmbeddingColumn,
        HashedCategoricalColumn,
        IdentityCategoricalColumn,
        IndicatorColumn,
        NumericColumn,
        SequenceCategoricalColumn,
        SequenceNumericColumn,
        VocabularyCategoricalColumn,
        WeightedCategoricalColumn,
    )
}


def serialize_feature_columns(columns: list[Any]) -> list[dict[str, Any]]:
    """Returns the configurations of columns.

    Raises:
      ValueError: for a column with a normalizer function, which no configuration can hold.

    Example:
      >>> import kerax
      >>> from kerax.feature_column.serialization import serialize_feature_columns
      >>> serialize_feature_columns([kerax.feature_column.numeric_column("age")])[0]["class_name"]
      'NumericColumn'
    """
    return [_serialize(column) for column in columns]


def deserialize_feature_columns(configs: list[dict[str, Any]], custom_objects: dict | None = None) -> list[Any]:
    """Returns columns from their configurations.

    Raises:
      ValueError: for an unknown class.

    Example:
      >>> import kerax
      >>> from kerax.feature_column.serialization import deserialize_feature_columns, serialize_feature_columns
      >>> columns = [kerax.feature_column.numeric_column("age")]
      >>> deserialize_feature_columns(serialize_feature_columns(columns)) == columns
      True
    """
    return [_deserialize(config, custom_objects or {}) for config in configs]


def _serialize(value: Any) -> Any:
    if isinstance(value, FeatureColumn):
        config = {entry.name: _serialize(getattr(value, entry.name)) for entry in fields(value) if entry.name[0] != "_"}  # type: ignore[arg-type]
        # A file's entries stand in the configuration; its path does not: loading opens no other file.
        config.pop("vocabulary_file", None)
        return {"class_name": type(value).__name__, "config": config}
    if isinstance(value, initializers.Initializer):
        return {"initializer": initializers.serialize(value)}
    if isinstance(value, bytes):
        return {"bytes": value.decode("utf-8", "surrogateescape")}
    if isinstance(value, (list, tuple)):
        return [_serialize(item) for item in value]
    if callable(value):
        name = getattr(value, "__name__", "")
        if not name.isidentifier():
            raise ValueError(
                f"A feature column has the function {value!r}, which cannot be saved. Use a named function and give it "
                "to custom_objects when loading."
            )
        return {"function": name}
    return value


def _deserialize(value: Any, custom_objects: dict) -> Any:
    if isinstance(value, list):
        return tuple(_deserialize(item, custom_objects) for item in value)
    if not isinstance(value, dict):
        return value
    if "bytes" in value:
        return value["bytes"].encode("utf-8", "surrogateescape")
    if "initializer" in value:
        return initializers.deserialize(value["initializer"], custom_objects=custom_objects)
    if "function" in value:
        if value["function"] not in custom_objects:
            raise ValueError(f"A feature column needs the function {value['function']!r}: give it in custom_objects.")
        return custom_objects[value["function"]]
    if value.get("class_name") not in _CLASSES:
        raise unknown_name("feature column", value.get("class_name"), _CLASSES)
    config = {key: _deserialize(item, custom_objects) for key, item in value["config"].items()}
    return _CLASSES[value["class_name"]](**config)
