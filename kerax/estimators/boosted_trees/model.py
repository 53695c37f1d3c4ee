"""TreeModel: the trees of an Estimator as they are in its newest checkpoint, and the layer that asks them."""

from __future__ import annotations

import os
from typing import Any

import jax
import numpy as np

from kerax.estimators.boosted_trees.ensemble import TreeEnsemble
from kerax.estimators.boosted_trees.features import TreeBatch, TreeFeatures
from kerax.estimators.boosted_trees.predict import compiled_logits
from kerax.estimators.boosted_trees.proto import decode_ensemble, encode_ensemble
from kerax.layers.preprocessing.host_layer import HostLayer
from kerax.saving.tensor_bundle import TensorBundle
from kerax.state.symbolic import to_spec

# Names of TensorFlow's checkpoints.
_ENSEMBLE = "boosted_trees:0_serialized"
_STAMP = "boosted_trees:0_stamp"
_CENTER = "boosted_trees/center_bias_needed"
_READY = "boosted_trees/are_boundaries_ready"
_BOUNDARIES = "boosted_trees/QuantileAccumulator:0_bucket_boundaries_{}"


class TreeModel:
    """An ensemble with the boundaries of its numeric features.

    Args:
      features: what trees look at.
      outputs: number of logits.
      center_bias: whether the bias has to be found first.

    Attributes:
      gathered: what an interrupted training had gathered for the next layer.
    """

    def __init__(self, features: TreeFeatures, outputs: int, center_bias: bool) -> None:
        self.features, self.outputs, self.center_bias = features, outputs, center_bias
        self.reset()

    def reset(self) -> None:
        """An ensemble without trees."""
        self.set(TreeEnsemble(self.outputs), None, not self.center_bias)
        self.gathered: dict[str, np.ndarray] = {}

    def set(self, ensemble: TreeEnsemble, boundaries: list[np.ndarray] | None, centered: bool) -> None:
        """Takes other trees."""
        self.ensemble, self.boundaries, self.centered = ensemble, boundaries, centered
        self._arrays: Any = None
        self._source: Any = None  # what was read last, as long as nothing has changed it

    def load(self, path: str | None) -> None:
        """Reads a checkpoint, unless it is the one read last; None for an ensemble without trees.

        Raises:
          ValueError: for a checkpoint of another model.
        """
        source = None if path is None else (path, os.stat(path + ".index").st_mtime_ns)
        if source is not None and source == self._source:
            return
        if path is None:
            self.reset()
            return
        bundle = TensorBundle(path)
        if _ENSEMBLE not in bundle:
            raise ValueError(f"The checkpoint {path!r} holds no boosted trees: {_ENSEMBLE!r} is missing.")
        ensemble = decode_ensemble(bytes(np.asarray(bundle[_ENSEMBLE]).item()), self.outputs)
        largest = max((max(tree.feature, default=0) for tree in ensemble.trees), default=0)
        if largest >= max(len(self.features), 1):
            raise ValueError(
                f"The trees of the checkpoint {path!r} look at feature number {largest}; these feature_columns make "
                f"{len(self.features)} features. Build the estimator with the columns that it was trained with."
            )
        boundaries = None
        if self.features.num_numeric:
            names = [_BOUNDARIES.format(number) for number in range(self.features.num_numeric)]
            missing = [name for name in names if name not in bundle]
            if missing:
                raise ValueError(f"The checkpoint {path!r} has no {missing[0]!r}: it is of another model.")
            if bool(np.asarray(bundle[_READY])):
                boundaries = [np.asarray(bundle[name], np.float32) for name in names]
        self.set(ensemble, boundaries, not bool(np.asarray(bundle[_CENTER])))
        self.gathered = {name: np.asarray(bundle[name]) for name in bundle if name.startswith("kerax/trees/")}
        self._source = source

    def tensors(self) -> dict[str, Any]:
        """What a checkpoint holds, by TensorFlow's names."""
        tensors: dict[str, Any] = {
            _ENSEMBLE: np.array(encode_ensemble(self.ensemble), object),
            _STAMP: np.int64(self.ensemble.layers_attempted),
            _CENTER: np.bool_(not self.centered),
            _READY: np.bool_(self.boundaries is not None or not self.features.num_numeric),
        }
        for number in range(self.features.num_numeric):
            found = np.zeros(0, np.float32) if self.boundaries is None else self.boundaries[number]
            tensors[_BOUNDARIES.format(number)] = found
        return tensors

    def buckets(self, batch: TreeBatch) -> np.ndarray:
        """The bucket of every feature of a batch, ``int32 [batch, features]``."""
        if self.boundaries is None and self.features.num_numeric:
            return batch.buckets
        return self.features.bucketize(batch, self.boundaries or [])

    def logits(self, batch: TreeBatch) -> np.ndarray:
        """The logits of a batch, ``float32 [batch, outputs]``, by the compiled function."""
        if self._arrays is None:
            self._arrays = (self.ensemble.arrays(), self.ensemble.depth())
        arrays, depth = self._arrays
        with jax.ensure_compile_time_eval():  # a model function may just be traced
            return np.asarray(compiled_logits(arrays, self.buckets(batch), depth))

    def names(self) -> list[str]:
        """The name of the column of each feature."""
        return [feature.name for feature in self.features]


class TreeLogits(HostLayer):
    """The logits of the trees, for a dict of features.

    Args:
      model: the trees.
      silent: whether it returns zeros: training knows the logits itself.
      **kwargs: of the layer.
    """

    def __init__(self, model: TreeModel, silent: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model, self.silent = model, silent

    def output_dtype(self) -> str:
        return "float32"

    def _to_host(self, inputs: Any) -> Any:
        return inputs

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """``[batch, outputs]``."""
        shapes = list(input_shape.values()) if isinstance(input_shape, dict) else [input_shape]
        return (shapes[0][0] if shapes and shapes[0] else None, self.model.outputs)

    def _specs(self, shapes: Any) -> Any:
        return to_spec(shapes, "float32")

    def call(self, inputs: Any) -> np.ndarray:
        """The logits."""
        if self.silent:
            return np.zeros((_rows(inputs), self.model.outputs), np.float32)
        return self.model.logits(self.model.features.read(inputs))


def _rows(features: Any) -> int:
    """The length of a batch; 0 if there are no features, which reading them will say."""
    for value in features.values() if isinstance(features, dict) else ():
        if getattr(value, "shape", ()):
            return int(value.shape[0])
    return 0
