"""make_parse_example_spec: what a list of columns needs from every Example."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kerax.feature_column.column import FeatureColumn, require


def make_parse_example_spec(feature_columns: Iterable[Any]) -> dict[str, Any]:
    """Returns what `kerax.data.parse_example` has to look for.

    Args:
      feature_columns: the columns.

    Returns:
      Feature key -> ``FixedLenFeature`` or ``VarLenFeature``.

    Raises:
      ValueError: for something that is no column, or a feature that two columns read differently.

    Example:
      >>> import kerax
      >>> columns = [kerax.feature_column.numeric_column("age")]
      >>> kerax.feature_column.make_parse_example_spec(columns)["age"].dtype
      'float32'
    """
    result: dict[str, Any] = {}
    for column in feature_columns:
        require(
            isinstance(column, FeatureColumn),
            f"make_parse_example_spec() takes feature columns, received {column!r} ({type(column).__name__}).",
        )
        for key, spec in column.parse_example_spec.items():
            require(
                key not in result or _same(spec, result[key]),
                f"Feature {key!r} is read as {spec} by column {column.name!r}, as {result.get(key)} by another.",
            )
            result[key] = spec
    return result


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and repr(a) == repr(b)
