"""Feature columns as functions of TensorFlow 1, for model functions that call them: the layers are made in the call."""

from __future__ import annotations

from typing import Any

from kerax.feature_column.dense_features import DenseFeatures
from kerax.feature_column.linear_model import LinearModel


def input_layer(
    features: Any,
    feature_columns: Any,
    weight_collections: Any = None,
    trainable: bool = True,
    cols_to_vars: Any = None,
    cols_to_output_tensors: dict | None = None,
) -> Any:
    """One matrix of a dict of features, as `DenseFeatures` makes it.

    Args:
      features: dict of features.
      feature_columns: dense columns.
      weight_collections, cols_to_vars: accepted as in TensorFlow; there is no graph whose collections they could name.
      trainable: whether training changes embeddings.
      cols_to_output_tensors: a dict that receives each column's part.

    Returns:
      ``[batch, numbers]``.

    Example:
      >>> import numpy as np, kerax
      >>> from kerax.feature_column.functions import input_layer
      >>> input_layer({"age": np.array([3.0])}, [kerax.feature_column.numeric_column("age")]).tolist()
      [[3.0]]
    """
    return DenseFeatures(feature_columns, trainable, name="input_layer")(features, cols_to_output_tensors)


def linear_model(
    features: Any,
    feature_columns: Any,
    units: int = 1,
    sparse_combiner: str = "sum",
    weight_collections: Any = None,
    trainable: bool = True,
    cols_to_vars: Any = None,
) -> Any:
    """Weighted sums over numeric and categorical columns, as `LinearModel` makes them.

    Args:
      features: dict of features.
      feature_columns: numeric and categorical columns.
      units: numbers of outputs.
      sparse_combiner: how several ids of a row are combined.
      weight_collections, cols_to_vars: accepted as in TensorFlow; there is no graph whose collections they could name.
      trainable: whether training changes the weights.

    Returns:
      ``[batch, units]``.

    Example:
      >>> import numpy as np, kerax
      >>> from kerax.feature_column.functions import linear_model
      >>> linear_model({"age": np.array([3.0])}, [kerax.feature_column.numeric_column("age")]).tolist()
      [[0.0]]
    """
    return LinearModel(feature_columns, units, sparse_combiner, trainable, name="linear_model")(features)
