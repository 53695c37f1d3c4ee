"""model_to_estimator: a compiled model as an Estimator."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.errors import did_you_mean
from kerax.estimators.estimator import Estimator
from kerax.estimators.graph_names import graph_names
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.object_names import object_names
from kerax.estimators.premade.optimizers import as_legacy
from kerax.estimators.spec import EstimatorSpec
from kerax.estimators.template import current_run
from kerax.estimators.train_op import minimize
from kerax.metrics import Metric
from kerax.models import Sequential
from kerax.saving import load_model
from kerax.saving.tensor_bundle_write import write_tensor_bundle
from kerax.state import Variable, functional_call, walk
from kerax.train import update_checkpoint_state
from kerax.training.compiled_metrics import CompiledMetrics
from kerax.training.outputs import output_pairs

_FORMATS = ("checkpoint", "saver")
_WEIGHTED = {"features", "sample_weights"}


def model_to_estimator(
    keras_model: Any = None,
    keras_model_path: Any = None,
    custom_objects: Mapping[str, Any] | None = None,
    model_dir: Any = None,
    config: Any = None,
    checkpoint_format: str = "checkpoint",
    metric_names_map: Mapping[str, str] | None = None,
    export_outputs: Mapping[str, Any] | None = None,
) -> Estimator:
    """Returns an Estimator that trains, evaluates and predicts with a compiled model.

    The model's present weights are the first values, unless the model directory holds a checkpoint; the state of its
    optimizer is not carried over. The model itself does not change.

    Args:
      keras_model: a compiled, built model.
      keras_model_path: path of a saved one.
      custom_objects: name -> class or function, to load it.
      model_dir, config: of `Estimator`.
      checkpoint_format: how checkpoints name variables: "checkpoint", by where the model's objects hold them, so that
        `kerax.train.Checkpoint` and ``load_weights`` read them, or "saver", by the variables' own names. Either kind
        of file is read.
      metric_names_map: name of a metric -> name in the results of ``evaluate``.
      export_outputs: of `EstimatorSpec`: signature name -> `ExportOutput` made by a function of the predictions.

    Returns:
      An Estimator. Its features are the model's input, a list, or a dict with the names of the inputs;
      ``{"features": ..., "sample_weights": ...}`` gives weights too. Its predictions are a dict by output name.

    Raises:
      ValueError: without exactly one of model and path, or for a model that is not compiled or has no weights yet.

    Example:
      >>> import tempfile, numpy as np, kerax
      >>> kerax.estimators.logs.logger.setLevel("WARNING")
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1, name="out")])
      >>> model.compile("sgd", "mse")
      >>> estimator = kerax.estimators.model_to_estimator(model, model_dir=tempfile.mkdtemp())
      >>> _ = estimator.train(lambda: (np.ones((4, 2), "float32"), np.ones((4, 1), "float32")), steps=3)
      >>> [list(one) for one in estimator.predict(lambda: kerax.data.Dataset.from_tensors(np.ones((1, 2), "float32")))]
      [['out']]
    """
    if (keras_model is None) == (keras_model_path is None):
        raise ValueError("model_to_estimator(): give exactly one of keras_model and keras_model_path.")
    if checkpoint_format not in _FORMATS:
        raise ValueError(f"model_to_estimator(checkpoint_format=...) is one of {_FORMATS}, got {checkpoint_format!r}.")
    if keras_model is None:
        keras_model = load_model(os.fspath(keras_model_path), custom_objects=dict(custom_objects or {}))
    if not getattr(keras_model, "compiled", False):
        raise ValueError("model_to_estimator() needs a compiled model: call compile() on it first.")
    if not keras_model.built:
        raise ValueError(
            f"Model {keras_model.name!r} has no weights yet: give it an Input, or call it on data, before "
            "model_to_estimator()."
        )
    function = _ModelFunction(keras_model, metric_names_map or {}, export_outputs)

    def model_fn(features: Any, labels: Any, mode: str) -> EstimatorSpec:
        return function(features, labels, mode)

    estimator = Estimator(model_fn, model_dir=model_dir, config=config)
    entries = [(function.called[path], variable) for path, variable in function.entries]
    names, first = object_names(keras_model, function.optimizer, entries)
    estimator._optional = frozenset(name for name, variable in entries if not variable.is_weight)
    if checkpoint_format == "checkpoint":
        estimator._object_names = names
        first = names.stored(first)
    if estimator.latest_checkpoint() is None:
        folder = os.path.join(estimator.model_dir, "keras")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, "keras_model.ckpt")
        write_tensor_bundle(path, first)
        update_checkpoint_state(folder, path)
    return estimator


class _ModelFunction:
    """The model function of a compiled model.

    Args:
      model: the model; it is called as a pure function and does not change.
      names: metric -> name in results.
      export_outputs: signature name -> `ExportOutput`, or function of the predictions that returns one.
    """

    def __init__(self, model: Any, names: Mapping[str, str], export_outputs: Any) -> None:
        self.model, self.names, self.export_outputs = model, dict(names), export_outputs
        self.entries = [
            (path, variable) for path, variable, _ in walk(model) if path in {**model.params, **model.state}
        ]
        called = graph_names(model)
        self.called = {path: called.get(path, path) for path, _ in self.entries}
        self.first = {path: np.array(variable.box()) for path, variable in self.entries}
        self.optimizer = as_legacy(model.optimizer)

    def __call__(self, features: Any, labels: Any, mode: str) -> EstimatorSpec:
        weights = None
        if isinstance(features, dict) and set(features) == _WEIGHTED:
            features, weights = features["features"], features["sample_weights"]
        boxes = self._boxes()
        trained = {path for path, variable in self.entries if variable.trainable}
        params = {path: box.read() for path, box in boxes.items() if path in trained}
        state = {path: box.read() for path, box in boxes.items() if path not in trained}
        training = mode == ModeKeys.TRAIN
        key = current_run().scope.next_key(self.model.name) if training else jax.random.key(0)
        outputs, after, losses = functional_call(
            self.model, params, state, self._inputs(features), key=key, training=training
        )
        if training:
            for path, box in boxes.items():
                if path in after and path not in trained:
                    box.assign(after[path])
        predictions = dict(output_pairs(outputs, self.model.output_names))
        if mode == ModeKeys.PREDICT:
            return EstimatorSpec(mode, predictions=predictions, export_outputs=self._exports(predictions))
        loss = self._loss(labels, outputs, weights, losses)
        if mode == ModeKeys.EVAL:
            metrics = self._metrics(labels, outputs, weights)
            return EstimatorSpec(mode, predictions=predictions, loss=loss, eval_metric_ops=metrics)
        operation = minimize(self.optimizer, loss, [box for path, box in boxes.items() if path in trained])
        current_run().summary("scalar", "loss", loss)
        return EstimatorSpec(mode, predictions=predictions, loss=loss, train_op=operation)

    def _boxes(self) -> dict[str, Variable]:
        """Path -> new variable with the first value of the model's."""
        run, boxes = current_run(), {}
        for path, variable in self.entries:
            first = self.first[path]
            box = Variable(lambda shape, dtype, first=first: first, first.shape, str(first.dtype), variable.trainable)
            run.fixed[id(box)] = box.path = self.called[path]
            boxes[path] = box
        return boxes

    def _inputs(self, features: Any) -> Any:
        """The features in the structure that the model takes.

        Raises:
          ValueError: for names that are no inputs.
        """
        names = getattr(self.model, "input_names", None)
        if not isinstance(features, dict) or not names:
            return features
        if isinstance(getattr(self.model, "_inputs_struct", None), dict):
            return features
        if len(names) == 1 and isinstance(self.model, Sequential):  # what tf.keras calls an input nobody named
            alias = f"{self.model.layers[0].name}_input"
            features = {names[0] if name == alias else name: array for name, array in features.items()}
        unknown = sorted(set(features) - set(names))
        missing = [name for name in names if name not in features]
        if unknown or missing:
            raise ValueError(
                f"The features {sorted(features)} are not the inputs {list(names)} of model {self.model.name!r}."
                f"{did_you_mean(unknown[0], names) if unknown else ''} Name the features after the model's inputs."
            )
        found = [features[name] for name in names]
        return found[0] if len(found) == 1 else found

    def _loss(self, labels: Any, outputs: Any, weights: Any, losses: list[Any]) -> Any:
        compiled, total = self.model._compiled_loss, jnp.float32(0)
        if compiled is not None:
            if labels is None:
                raise ValueError(
                    f"Model {self.model.name!r} was compiled with a loss: its input_fn has to give labels."
                )
            total = compiled(labels, outputs, weights, self.model.output_names)[0]
        elif not losses:
            raise ValueError(f"Model {self.model.name!r} was compiled without a loss and adds none.")
        return sum(losses, total)

    def _metrics(self, labels: Any, outputs: Any, weights: Any) -> dict[str, Metric]:
        given = self.model._compile_arguments
        if labels is None or not (given.get("metrics") or given.get("weighted_metrics")):
            return {}
        metrics = CompiledMetrics(_fresh(given.get("metrics")), _fresh(given.get("weighted_metrics")))
        metrics.update_state(labels, outputs, weights, self.model.output_names)
        return {
            self.names.get(name, name): one for name, one in zip(metrics.log_names(), metrics.metrics(), strict=True)
        }

    def _exports(self, predictions: dict[str, Any]) -> Any:
        if self.export_outputs is None:
            return None
        return {name: one(predictions) if callable(one) else one for name, one in self.export_outputs.items()}


def _fresh(given: Any) -> Any:
    """The same metrics, the objects among them made anew."""
    if isinstance(given, Metric):
        return type(given).from_config(given.get_config())
    if isinstance(given, dict):
        return {name: _fresh(one) for name, one in given.items()}
    if isinstance(given, (list, tuple)):
        return [_fresh(one) for one in given]
    return copy.copy(given) if isinstance(given, str) else given
