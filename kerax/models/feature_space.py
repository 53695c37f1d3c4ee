"""FeatureSpace: columns of a table, each by its kind, to one vector per row."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import layers
from kerax.errors import did_you_mean, unknown_name
from kerax.layers import Layer
from kerax.models.feature_kinds import Cross, Feature, cardinality
from kerax.saving import save_model
from kerax.state.symbolic import SymbolicTensor

_MODES = ("concat", "dict")


class FeatureSpace(Layer):
    """Prepares the columns of a table, given as a dict of arrays: normalised, in buckets, looked up, hashed, crossed.

    Use it in ``Dataset.map``, call it on a dict of columns or on one row, or build a model on ``get_inputs()`` and
    ``get_encoded_features()``.

    Args:
      features: column name to kind: ``"float"``, ``"float_rescaled"``, ``"float_normalized"``, ``"float_discretized"``,
        ``"integer_categorical"``, ``"string_categorical"``, ``"integer_hashed"``, ``"string_hashed"``, or what the
        class method of that name returns, or ``FeatureSpace.feature(...)`` for any layer.
      output_mode: ``"concat"`` for one vector per row, ``"dict"`` for a dict of encoded columns.
      crosses: groups of column names, or ``FeatureSpace.cross(...)``, whose combinations are hashed.
      crossing_dim: bins of crosses.
      hashing_dim: bins of ``"integer_hashed"`` and ``"string_hashed"``.
      num_discretization_bins: buckets of ``"float_discretized"``.
      name: the layer's name.
      **kwargs: of ``Layer``.

    Raises:
      ValueError: for an unknown kind or mode, crosses of columns that do not exist, or use before ``adapt``.

    Example:
      >>> import kerax
      >>> space = kerax.utils.FeatureSpace({"age": "float_normalized", "job": "string_categorical"})
      >>> rows = {"age": [20.0, 40.0], "job": ["cook", "clerk"]}
      >>> space.adapt(rows)
      >>> space(rows)
      Array([[-1.,  0.,  1.,  0.],
             [ 1.,  0.,  0.,  1.]], dtype=float32)
    """

    _untracked = Layer._untracked | {"inputs", "encoded_features"}
    autocast = False

    def __init__(
        self,
        features: Mapping[str, Any],
        output_mode: str = "concat",
        crosses: Any = None,
        crossing_dim: int = 32,
        hashing_dim: int = 32,
        num_discretization_bins: int = 32,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name, **kwargs)
        if not features:
            raise ValueError("FeatureSpace: the `features` argument cannot be None or empty.")
        if output_mode not in _MODES:
            raise unknown_name("value for `output_mode` of FeatureSpace", output_mode, _MODES)
        self.crossing_dim, self.hashing_dim = crossing_dim, hashing_dim
        self.num_discretization_bins, self.output_mode = num_discretization_bins, output_mode
        self.features = {key: self._feature(key, value) for key, value in features.items()}
        self.crosses = [self._cross(cross) for cross in crosses or ()]
        self.inputs = {key: layers.Input((1,), dtype=value.dtype, name=key) for key, value in self.features.items()}
        self.preprocessors = {key: value.preprocessor for key, value in self.features.items()}
        self.crossers = {
            cross.name: layers.HashedCrossing(cross.crossing_dim, name=cross.name) for cross in self.crosses
        }
        self.one_hot_encoders: dict[str, Layer] = {}
        self.encoded_features: Any = None
        self._is_adapted = False

    # ---- kinds of features ------------------------------------------------------------------------------------------
    @classmethod
    def cross(cls, feature_names: Any, crossing_dim: int, output_mode: str = "one_hot") -> Cross:
        """A cross of several columns, hashed into ``crossing_dim`` bins."""
        return Cross(feature_names, crossing_dim, output_mode=output_mode)

    @classmethod
    def feature(cls, dtype: str, preprocessor: Any, output_mode: str) -> Feature:
        """A column of a dtype, prepared by a layer; ``output_mode`` is ``"float"``, ``"int"`` or ``"one_hot"``."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Feature:
        """Numbers as they are."""
        return Feature("float32", layers.Identity(name=_layer_name(name)), "float")

    @classmethod
    def float_rescaled(cls, scale: Any = 1.0, offset: Any = 0.0, name: str | None = None) -> Feature:
        """Numbers times ``scale`` plus ``offset``."""
        return Feature("float32", layers.Rescaling(scale=scale, offset=offset, name=_layer_name(name)), "float")

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Feature:
        """Numbers less their mean, divided by their standard deviation."""
        return Feature("float32", layers.Normalization(axis=-1, name=_layer_name(name)), "float")

    @classmethod
    def float_discretized(
        cls, num_bins: int, bin_boundaries: Any = None, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Numbers in buckets."""
        bins = num_bins if bin_boundaries is None else None
        layer = layers.Discretization(num_bins=bins, bin_boundaries=bin_boundaries, name=_layer_name(name))
        return Feature("float32", layer, output_mode)

    @classmethod
    def integer_categorical(
        cls, max_tokens: int | None = None, num_oov_indices: int = 1, output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:  # fmt: skip
        """Whole numbers, looked up."""
        layer = layers.IntegerLookup(max_tokens=max_tokens, num_oov_indices=num_oov_indices, name=_layer_name(name))
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(
        cls, max_tokens: int | None = None, num_oov_indices: int = 1, output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:  # fmt: skip
        """Strings, looked up."""
        layer = layers.StringLookup(max_tokens=max_tokens, num_oov_indices=num_oov_indices, name=_layer_name(name))
        return Feature("string", layer, output_mode)

    @classmethod
    def string_hashed(cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None) -> Feature:
        """Strings, hashed into bins."""
        return Feature("string", layers.Hashing(num_bins, name=_layer_name(name)), output_mode)

    @classmethod
    def integer_hashed(cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None) -> Feature:
        """Whole numbers, hashed into bins."""
        return Feature("int32", layers.Hashing(num_bins, name=_layer_name(name)), output_mode)

    def _feature(self, name: str, value: Any) -> Feature:
        if isinstance(value, Feature):
            return value
        if isinstance(value, Mapping):
            return Feature.from_config(value.get("config", value))
        arguments: dict[str, dict[str, Any]] = {
            "float": {}, "float_rescaled": {}, "float_normalized": {},
            "float_discretized": {"num_bins": self.num_discretization_bins},
            "integer_categorical": {}, "string_categorical": {},
            "integer_hashed": {"num_bins": self.hashing_dim}, "string_hashed": {"num_bins": self.hashing_dim},
        }  # fmt: skip
        if value not in arguments:
            raise unknown_name(f"kind of feature {name!r} of FeatureSpace", value, arguments)
        return getattr(self, value)(name=name, **arguments[value])

    def _cross(self, value: Any) -> Cross:
        if isinstance(value, Mapping):
            value = Cross.from_config(value.get("config", value))
        if not isinstance(value, Cross):
            if not self.crossing_dim:
                raise ValueError("FeatureSpace: `crosses` need `crossing_dim`, the number of bins.")
            value = Cross(value, crossing_dim=self.crossing_dim)
        for name in value.feature_names:
            if name not in self.features:
                raise ValueError(
                    f"FeatureSpace: `crosses` refers to the feature {name!r}, which is not among {list(self.features)}."
                    f"{did_you_mean(name, self.features)}"
                )
        return value

    # ---- learning ---------------------------------------------------------------------------------------------------
    def _adaptable(self) -> list[str]:
        fixed = {
            name
            for name, layer in self.preprocessors.items()
            if getattr(layer, "input_mean", None) is not None
            or getattr(layer, "_has_input_vocabulary", False)
            or getattr(getattr(layer, "_lookup_layer", None), "_has_input_vocabulary", False)
            or (isinstance(layer, layers.Discretization) and layer.num_bins is None)
        }
        return [name for name, one in self.preprocessors.items() if _learns(one) and name not in fixed]

    def adapt(self, dataset: Any) -> None:
        """Lets every layer that learns from data see its column.

        Args:
          dataset: dict of arrays or lists, or a ``kerax.data.Dataset`` of dicts of rows or batches.

        Raises:
          ValueError: for anything else.
        """
        if not isinstance(dataset, Mapping) and not hasattr(dataset, "element_spec"):
            raise ValueError(
                "FeatureSpace.adapt() takes a kerax.data.Dataset of dicts, or a dict of arrays or lists, received "
                f"{type(dataset).__name__}."
            )
        for name in self._adaptable():
            if isinstance(dataset, Mapping):
                column = np.asarray(dataset[name])
            else:
                parts = [np.atleast_1d(np.asarray(element[name])) for element in dataset]
                column = np.concatenate(parts) if parts else np.zeros((0,))
            self.preprocessors[name].adapt(column[:, None] if column.ndim == 1 else column)
        self._is_adapted = True
        self.encoded_features = None
        self.get_encoded_features()

    # ---- using ------------------------------------------------------------------------------------------------------
    def get_inputs(self) -> dict[str, SymbolicTensor]:
        """The symbolic inputs, by column name."""
        self.get_encoded_features()
        return self.inputs

    def get_encoded_features(self) -> Any:
        """The encoded features of ``get_inputs()``, for a model to begin with."""
        if not self._is_adapted and self._adaptable():
            raise ValueError(
                f"FeatureSpace: call adapt(data) before using it; the features {self._adaptable()} learn from data."
            )
        if self.encoded_features is None:
            self._is_adapted = self.built = True
            self.one_hot_encoders = {}
            self.encoded_features = self._encode(self.inputs)
        return self.encoded_features

    def __call__(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        """Encodes a dict of columns, or of the values of one row."""
        self.get_encoded_features()
        if not isinstance(data, Mapping):
            raise ValueError(f"A FeatureSpace can only be called with a dict, received {type(data).__name__}.")
        missing = [name for name in self.features if name not in data]
        if missing:
            raise ValueError(f"FeatureSpace: the feature {missing[0]!r} is missing; the data has {list(data)}.")
        columns = {name: _as_array(data[name]) for name in self.features}
        single = any(len(column.shape) == 0 for column in columns.values())
        if single:
            columns = {name: column.reshape((1, 1)) for name, column in columns.items()}
        columns = {name: c[..., None] if len(c.shape) == 1 else c for name, c in columns.items()}
        encoded = self._encode(columns)
        return jax.tree.map(lambda array: array[0], encoded) if single else encoded

    def _encode(self, columns: Mapping[str, Any]) -> Any:
        prepared = {name: self.preprocessors[name](column) for name, column in columns.items()}
        crossed = {c.name: self.crossers[c.name]([prepared[n] for n in c.feature_names]) for c in self.crosses}
        specs = {**self.features, **{cross.name: cross for cross in self.crosses}}
        encoded = {
            name: self._one_hot(name, specs[name], array)
            for name, array in [*sorted(prepared.items()), *sorted(crossed.items())]
        }
        if self.output_mode == "dict":
            return encoded
        for name, array in encoded.items():
            if not str(array.dtype).startswith(("float", "bfloat")):
                raise ValueError(
                    f"FeatureSpace: cannot concatenate features because feature {name!r} has not been encoded (it has "
                    f"dtype {array.dtype}). Use output_mode='dict', or output_mode='one_hot' for the feature."
                )
        parts = list(encoded.values())
        if isinstance(parts[0], SymbolicTensor):
            return layers.Concatenate(axis=-1)(parts) if len(parts) > 1 else parts[0]
        return jnp.concatenate(parts, axis=-1)

    def _one_hot(self, name: str, spec: Any, array: Any) -> Any:
        if spec.output_mode != "one_hot":
            return array
        if name not in self.one_hot_encoders:
            if not str(array.dtype).startswith("int"):
                raise ValueError(
                    f"FeatureSpace: feature {name!r} has `output_mode='one_hot'`, so its preprocessor should return "
                    f"integers; it returns {array.dtype}."
                )
            count = cardinality(name, self.preprocessors.get(name) or self.crossers[name])
            self.one_hot_encoders[name] = layers.CategoryEncoding(num_tokens=count, output_mode="multi_hot")
        return self.one_hot_encoders[name](array)

    # ---- configuration and files ------------------------------------------------------------------------------------
    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            "features": {name: feature.serialized() for name, feature in self.features.items()},
            "output_mode": self.output_mode,
            "crosses": [cross.serialized() for cross in self.crosses],
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> FeatureSpace:
        """Makes a feature space from ``get_config()``."""
        return cls(**config)

    def get_build_config(self) -> dict[str, Any]:
        """What ``build_from_config`` needs to build the layers inside before their state is loaded."""
        shapes = {name: [None, 1] for name, layer in self.preprocessors.items() if layer.built}
        return {"input_shape": shapes}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Builds the layers inside; the state that they learnt is loaded afterwards."""
        for name in config.get("input_shape", config):
            layer = self.preprocessors.get(name)
            if layer is not None and not layer.built:
                layer.build((None, 1))
                layer.built = True
        self._is_adapted = True

    def save(self, filepath: Any) -> None:
        """Saves the feature space as a ``.keras`` file, for ``kerax.models.load_model``.

        Args:
          filepath: file name ending in ``.keras``.
        """
        save_model(self, filepath, include_optimizer=False)


def _learns(layer: Any) -> bool:
    if isinstance(layer, layers.PreprocessingLayer):
        return type(layer).update_state is not layers.PreprocessingLayer.update_state
    return hasattr(layer, "adapt")


def _layer_name(name: str | None) -> str | None:
    return None if name is None else f"{name}_preprocessor"


def _as_array(value: Any) -> Any:
    if hasattr(value, "shape") and not hasattr(value, "to_numpy"):
        return value
    if isinstance(value, builtins.float):
        return np.float32(value)
    array = value.to_numpy() if hasattr(value, "to_numpy") else np.asarray(value)
    return array.astype(np.float32) if array.dtype == np.float64 else array
