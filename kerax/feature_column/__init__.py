"""Feature columns: what a model makes of raw features (numbers, text, sparse values)."""

from kerax.feature_column.categorical import (
    categorical_column_with_hash_bucket,
    categorical_column_with_identity,
    categorical_column_with_vocabulary_file,
    categorical_column_with_vocabulary_list,
)
from kerax.feature_column.crossed import crossed_column, weighted_categorical_column
from kerax.feature_column.dense_features import DenseFeatures, SequenceFeatures
from kerax.feature_column.embedding import embedding_column, indicator_column, shared_embeddings
from kerax.feature_column.linear_model import LinearModel
from kerax.feature_column.numeric import bucketized_column, numeric_column
from kerax.feature_column.parse_spec import make_parse_example_spec
from kerax.feature_column.sequence import (
    sequence_categorical_column_with_hash_bucket,
    sequence_categorical_column_with_identity,
    sequence_categorical_column_with_vocabulary_file,
    sequence_categorical_column_with_vocabulary_list,
    sequence_numeric_column,
)

__all__ = [
    "DenseFeatures",
    "LinearModel",
    "SequenceFeatures",
    "bucketized_column",
    "categorical_column_with_hash_bucket",
    "categorical_column_with_identity",
    "categorical_column_with_vocabulary_file",
    "categorical_column_with_vocabulary_list",
    "crossed_column",
    "embedding_column",
    "indicator_column",
    "make_parse_example_spec",
    "numeric_column",
    "sequence_categorical_column_with_hash_bucket",
    "sequence_categorical_column_with_identity",
    "sequence_categorical_column_with_vocabulary_file",
    "sequence_categorical_column_with_vocabulary_list",
    "sequence_numeric_column",
    "shared_embeddings",
    "weighted_categorical_column",
]
