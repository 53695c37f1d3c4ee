"""Specs for parsing Example records into features and labels."""

from __future__ import annotations

from typing import Any

from kerax.data.records.features import FixedLenFeature
from kerax.estimators.heads.head_inputs import check_weight_column, weight_key
from kerax.feature_column import make_parse_example_spec


def classifier_parse_example_spec(
    feature_columns: Any,
    label_key: str,
    label_dtype: Any = "int64",
    label_default: Any = None,
    weight_column: Any = None,
) -> dict[str, Any]:
    """What ``parse_example`` has to look for to train a classifier.

    Args:
      feature_columns: of the classifier.
      label_key: name of the label.
      label_dtype: ``"int64"`` or ``"string"``.
      label_default: for records without a label.
      weight_column: feature key, or numeric column, of the weights.

    Raises:
      ValueError: if the key of the label or the weights is a feature already.

    Example:
      >>> import kerax
      >>> columns = [kerax.feature_column.numeric_column("x")]
      >>> sorted(kerax.estimators.classifier_parse_example_spec(columns, "y"))
      ['x', 'y']
    """
    label = FixedLenFeature((1,), label_dtype, label_default)
    return _with_label("classifier_parse_example_spec", feature_columns, label_key, label, weight_column)


def regressor_parse_example_spec(
    feature_columns: Any,
    label_key: str,
    label_dtype: Any = "float32",
    label_default: Any = None,
    label_dimension: int = 1,
    weight_column: Any = None,
) -> dict[str, Any]:
    """What ``parse_example`` has to look for to train a regressor.

    Args:
      feature_columns: of the regressor.
      label_key: name of the label.
      label_dtype: a number type.
      label_default: for records without a label.
      label_dimension: numbers in a label.
      weight_column: feature key, or numeric column, of the weights.

    Raises:
      ValueError: if the key of the label or the weights is a feature already.

    Example:
      >>> import kerax
      >>> columns = [kerax.feature_column.numeric_column("x")]
      >>> kerax.estimators.regressor_parse_example_spec(columns, "y", label_dimension=2)["y"].shape
      (2,)
    """
    label = FixedLenFeature((label_dimension,), label_dtype, label_default)
    return _with_label("regressor_parse_example_spec", feature_columns, label_key, label, weight_column)


def _with_label(function: str, columns: Any, key: str, label: FixedLenFeature, weight_column: Any) -> dict[str, Any]:
    spec = make_parse_example_spec(columns)
    if key in spec:
        raise ValueError(f"{function}(label_key=...): {key!r} is a feature already. Features: {sorted(spec)}.")
    spec[key] = label
    if weight_column is not None:
        check_weight_column(weight_column, function)
        name = weight_key(weight_column)
        if name in spec:
            raise ValueError(f"{function}(weight_column=...): {name!r} is a feature or the label already.")
        own = getattr(weight_column, "parse_example_spec", None)
        spec.update(own if own is not None else {name: FixedLenFeature((1,), "float32")})
    return spec
