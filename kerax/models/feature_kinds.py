"""What a FeatureSpace is made of: features, each with its layer, and crosses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerax import layers
from kerax.errors import unknown_name
from kerax.registry import deserialize_keras_object, serialize_keras_object

_MODULE = "keras.src.layers.preprocessing.feature_space"


class Feature:
    """A column: its dtype, the layer that prepares it and how its result is encoded.

    Args:
      dtype: dtype of the column.
      preprocessor: a layer, or its configuration.
      output_mode: ``"float"`` (as the layer returns it), ``"int"`` or ``"one_hot"``.

    Raises:
      ValueError: for another mode.
    """

    def __init__(self, dtype: str, preprocessor: Any, output_mode: str):
        if output_mode not in ("int", "one_hot", "float"):
            raise unknown_name("value for `output_mode` of Feature", output_mode, ("int", "one_hot", "float"))
        if isinstance(preprocessor, Mapping):
            preprocessor = deserialize_keras_object(preprocessor)
        self.dtype, self.preprocessor, self.output_mode = dtype, preprocessor, output_mode

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            "dtype": self.dtype,
            "preprocessor": serialize_keras_object(self.preprocessor),
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Feature:
        """Makes a feature from ``get_config()``."""
        return cls(**config)

    def serialized(self) -> dict[str, Any]:
        """The configuration with the class's name."""
        return _entry("Feature", self.get_config())


class Cross:
    """Several columns whose combinations are hashed.

    Args:
      feature_names: the columns.
      crossing_dim: number of bins.
      output_mode: ``"one_hot"`` or ``"int"``.

    Raises:
      ValueError: for another mode.
    """

    def __init__(self, feature_names: Any, crossing_dim: int, output_mode: str = "one_hot"):
        if output_mode not in ("int", "one_hot"):
            raise unknown_name("value for `output_mode` of Cross", output_mode, ("int", "one_hot"))
        self.feature_names, self.crossing_dim, self.output_mode = tuple(feature_names), crossing_dim, output_mode

    @property
    def name(self) -> str:
        """The names of the columns, joined by ``_X_``."""
        return "_X_".join(self.feature_names)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            "feature_names": list(self.feature_names),
            "crossing_dim": self.crossing_dim,
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Cross:
        """Makes a cross from ``get_config()``."""
        return cls(**config)

    def serialized(self) -> dict[str, Any]:
        """The configuration with the class's name."""
        return _entry("Cross", self.get_config())


def _entry(name: str, config: dict[str, Any]) -> dict[str, Any]:
    return {"module": _MODULE, "class_name": name, "config": config, "registered_name": name}


def cardinality(name: str, layer: Any) -> int:
    """How many categories the layer of a feature tells apart.

    Args:
      name: of the feature, for the message.
      layer: the layer.

    Raises:
      ValueError: for a layer that does not say.
    """
    if isinstance(layer, (layers.IntegerLookup, layers.StringLookup)):
        return layer.vocabulary_size()
    if isinstance(layer, layers.CategoryEncoding):
        return layer.num_tokens
    if isinstance(layer, layers.Discretization):
        return int(layer.num_bins or len(layer.bin_boundaries or ()) + 1)
    if isinstance(layer, (layers.HashedCrossing, layers.Hashing)):
        return layer.num_bins
    raise ValueError(
        f"FeatureSpace: feature {name!r} has `output_mode='one_hot'`, but how many categories {type(layer).__name__} "
        "makes is not known, thus it cannot be one-hot encoded. Use output_mode='int' or 'float'."
    )
