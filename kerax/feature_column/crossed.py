"""Crossed and weighted categorical columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.data.ragged import SparseTensor
from kerax.data.records.features import VarLenFeature
from kerax.dtypes import standardize_dtype
from kerax.feature_column.categorical import HashedCategoricalColumn, is_text
from kerax.feature_column.column import CategoricalColumn, check_key, require
from kerax.feature_column.ids import Ids
from kerax.feature_column.inputs import FeatureInputs, as_strings
from kerax.functional.hashing import fingerprint64, fingerprint_cat

# TensorFlow's key where none is given, or 0.
_DEFAULT_HASH_KEY = 0xDECAFCAFFE


@dataclass(frozen=True)
class CrossedColumn(CategoricalColumn):
    """Combinations of features, hashed; made by `crossed_column`."""

    keys: tuple
    hash_bucket_size: int
    hash_key: int | None

    @property
    def name(self) -> str:
        return "_X_".join(sorted(leaf if isinstance(leaf, str) else leaf.name for leaf in self.leaves()))

    @property
    def parents(self) -> list[Any]:
        return list(self.keys)

    @property
    def num_buckets(self) -> int:
        return self.hash_bucket_size

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        spec: dict[str, Any] = {}
        for key in self.keys:
            spec.update({key: VarLenFeature("string")} if isinstance(key, str) else key.parse_example_spec)
        return spec

    def leaves(self) -> list[Any]:
        """Feature keys and columns, those of crossed columns inside in their place."""
        found: list[Any] = []
        for key in self.keys:
            found += key.leaves() if isinstance(key, CrossedColumn) else [key]
        return found

    def _ids(self, inputs: FeatureInputs) -> Ids:
        # TensorFlow's kernel takes sparse keys (columns among them) before arrays, whatever their order.
        leaves = sorted(self.leaves(), key=lambda leaf: self._is_array(leaf, inputs))
        parts = [self._part(leaf, inputs) for leaf in leaves]
        sizes = {batch for _, _, batch in parts}
        require(
            len(sizes) == 1, f"The features of column {self.name!r} have batches of different sizes: {sorted(sizes)}."
        )
        (batch,) = sizes
        key = np.uint64(self.hash_key or _DEFAULT_HASH_KEY)
        rows, words, _ = parts[0]
        hashes = fingerprint_cat(np.full(len(words), key, np.uint64), words)
        for next_rows, next_words, _ in parts[1:]:
            # Every combination in a row, the last key fastest.
            counts = np.bincount(next_rows, minlength=batch)
            starts = np.cumsum(counts) - counts
            repeats = counts[rows]
            first = np.repeat(starts[rows], repeats)
            inside = np.arange(len(first)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
            rows, hashes = np.repeat(rows, repeats), np.repeat(hashes, repeats)
            hashes = fingerprint_cat(hashes, next_words[first + inside])
        values = (hashes % np.uint64(self.hash_bucket_size)).astype(np.int64)
        counts = np.bincount(rows, minlength=batch)
        places = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        width = int(counts.max()) if batch else 0
        steady = all(self._is_array(leaf, inputs) for leaf in leaves)
        return Ids(np.column_stack([rows, places]), values, (batch, width), steady=steady and bool(width))

    @staticmethod
    def _is_array(leaf: Any, inputs: FeatureInputs) -> bool:
        return isinstance(leaf, str) and not isinstance(inputs.raw(leaf), SparseTensor)

    def _part(self, leaf: Any, inputs: FeatureInputs) -> tuple[np.ndarray, np.ndarray, int]:
        """Rows, 64-bit words and batch size of one key."""
        if isinstance(leaf, CategoricalColumn):
            ids = leaf.ids(inputs)
            return ids.indices[:, 0], ids.values.astype(np.int64).view(np.uint64), ids.shape[0]
        sparse = inputs.everything(leaf)
        values = sparse.values
        if is_text(values) or values.dtype.kind == "O":
            strings = np.empty(len(values), object)
            strings[:] = as_strings(leaf, values)
            words = fingerprint64(strings) if len(values) else np.zeros(0, np.uint64)
        else:
            words = values.astype(np.int64).view(np.uint64)
        return sparse.indices[:, 0], words, int(sparse.dense_shape[0])


def crossed_column(keys: Sequence[Any], hash_bucket_size: int, hash_key: int | None = None) -> CrossedColumn:
    """Returns a column whose ids are hashes of combinations of features.

    Args:
      keys: at least two feature names or categorical columns; no hashed columns (give the feature's name instead).
      hash_bucket_size: number of ids.
      hash_key: of the hash; TensorFlow's default without it.

    Raises:
      ValueError: for fewer keys, another kind of key, or fewer than one bucket.

    Example:
      >>> import kerax
      >>> kerax.feature_column.crossed_column(["city", "day"], 1000).name
      'city_X_day'
    """
    require(
        isinstance(hash_bucket_size, (int, np.integer)) and hash_bucket_size >= 1,
        f"crossed_column(hash_bucket_size=...) is at least 1, received {hash_bucket_size!r}.",
    )
    listed = isinstance(keys, (list, tuple, set))
    require(listed and len(keys) >= 2, f"crossed_column(keys=...) has at least two entries, received {keys!r}.")
    for key in keys:
        require(
            isinstance(key, (str, CategoricalColumn)),
            f"crossed_column(keys=...) holds feature names and categorical columns, received {key!r}.",
        )
        require(
            not isinstance(key, (HashedCategoricalColumn, WeightedCategoricalColumn)),
            f"crossed_column(keys=...) holds column {getattr(key, 'name', key)!r}, which is hashed or weighted: give "
            "the feature's name instead, it is hashed with the others.",
        )
    return CrossedColumn(tuple(keys), int(hash_bucket_size), hash_key)


@dataclass(frozen=True)
class WeightedCategoricalColumn(CategoricalColumn):
    """Ids with a weight each; made by `weighted_categorical_column`."""

    categorical_column: CategoricalColumn
    weight_feature_key: str
    dtype: str

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_weighted_by_{self.weight_feature_key}"

    @property
    def parents(self) -> list[Any]:
        return [self.categorical_column, self.weight_feature_key]

    @property
    def num_buckets(self) -> int:
        return self.categorical_column.num_buckets

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        key, spec = self.weight_feature_key, self.categorical_column.parse_example_spec
        require(key not in spec, f"Feature {key!r} gives both ids and weights of column {self.name!r}.")
        return {**spec, key: VarLenFeature("int64" if "int" in self.dtype else "float32")}

    def _ids(self, inputs: FeatureInputs) -> Ids:
        ids, raw = self.categorical_column.ids(inputs), inputs.raw(self.weight_feature_key)
        values = raw.values if isinstance(raw, SparseTensor) else raw
        if values.dtype.kind not in "fiub":
            raise ValueError(
                f"Feature {self.weight_feature_key!r} gives the weights of column {self.name!r}; expected numbers, "
                f"received {values.dtype.name}."
            )
        if isinstance(raw, SparseTensor):
            same = raw.indices.shape == ids.indices.shape and bool((raw.indices == ids.indices).all())
            require(
                same,
                f"The weights {self.weight_feature_key!r} of column {self.name!r} stand at other places than its ids.",
            )
            weights = raw.values
        else:
            require(
                raw.shape == ids.shape,
                f"The weights {self.weight_feature_key!r} of column {self.name!r} have shape {raw.shape}, its ids "
                f"{ids.shape}; expected the same.",
            )
            weights = raw[tuple(ids.indices.T)]
        return Ids(ids.indices, ids.values, ids.shape, np.asarray(weights, np.float32), ids.steady)


def weighted_categorical_column(
    categorical_column: CategoricalColumn, weight_feature_key: str, dtype: Any = "float32"
) -> WeightedCategoricalColumn:
    """Returns a categorical column whose ids have weights, from another feature of the same shape.

    Args:
      categorical_column: the ids.
      weight_feature_key: name of the feature with the weights.
      dtype: of the weights, a number type.

    Raises:
      ValueError: for another dtype, or something that is not a categorical column.

    Example:
      >>> import kerax
      >>> words = kerax.feature_column.categorical_column_with_hash_bucket("words", 100)
      >>> kerax.feature_column.weighted_categorical_column(words, "counts").name
      'words_weighted_by_counts'
    """
    require(
        isinstance(categorical_column, CategoricalColumn),
        f"weighted_categorical_column(...) takes a categorical column, received {categorical_column!r}.",
    )
    name = standardize_dtype(dtype)
    require("int" in name or "float" in name, f"weighted_categorical_column(dtype=...): {name} is no number type.")
    key = check_key("weighted_categorical_column", weight_feature_key)
    return WeightedCategoricalColumn(categorical_column, key, name)
