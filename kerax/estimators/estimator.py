"""Estimator: a model function and a directory that holds the model."""

from __future__ import annotations

import copy
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import numpy as np

from kerax.errors import did_you_mean
from kerax.estimators import evaluation
from kerax.estimators.batches import Batches, argument_names, call_input_fn, checked_steps, no_batch
from kerax.estimators.exporting import ExportMixin
from kerax.estimators.hooks.checkpoint_saver import check_listeners
from kerax.estimators.hooks.session_run_hook import check_hooks
from kerax.estimators.logs import logger
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.model_dir import input_position, read_values, resolve_checkpoint, stored_names
from kerax.estimators.object_names import ObjectNames
from kerax.estimators.program import Program
from kerax.estimators.run_config import RunConfig
from kerax.estimators.template import GLOBAL_STEP, Blueprint, keeping
from kerax.estimators.training import Training
from kerax.estimators.warm_start import as_settings, warm_start
from kerax.saving.tensor_bundle import OBJECT_GRAPH, TensorBundle
from kerax.tracebacks import shorten_tracebacks
from kerax.train import latest_checkpoint

_MODEL_FN_ARGUMENTS = ("features", "labels", "mode", "params", "config", "self")
_MAY_BE_REDEFINED = frozenset({"latest_checkpoint", "model_fn"})


class Estimator(ExportMixin):
    """Trains, evaluates and predicts with a model that lives in a directory.

    Every call reads the newest checkpoint of the directory; training writes the next ones. A second object with the
    same directory goes on where the first one stopped, in the same process or another.

    Args:
      model_fn: ``model_fn(features, labels, mode, params, config)``, any of the last four left out, returns an
        `EstimatorSpec`. It is run anew for every compiled program and makes the same variables each time.
      model_dir: the directory; without it and ``config.model_dir`` a temporary one.
      config: `RunConfig`.
      params: dict given to the model function, copied.
      warm_start_from: checkpoint, directory or `WarmStartSettings` for the first values of variables, used where the
        directory holds no checkpoint.

    Raises:
      ValueError: for a model function with other arguments, two different directories, a config of another type.

    Example:
      >>> import tempfile, numpy as np, kerax
      >>> kerax.estimators.logs.logger.setLevel("WARNING")
      >>> def model_fn(features, labels, mode):
      ...     outputs = kerax.layers.Dense(1)(features["x"])
      ...     if mode == "infer":
      ...         return kerax.estimators.EstimatorSpec(mode, predictions=outputs)
      ...     loss = kerax.ops.mean((outputs - labels) ** 2)
      ...     train_op = kerax.optimizers.SGD(0.1).minimize(loss)
      ...     return kerax.estimators.EstimatorSpec(mode, loss=loss, train_op=train_op)
      >>> data = ({"x": np.ones((4, 1), "float32")}, np.ones((4, 1), "float32"))
      >>> estimator = kerax.estimators.Estimator(model_fn, tempfile.mkdtemp())
      >>> _ = estimator.train(lambda: data, steps=10)
      >>> estimator.get_variable_names()
      ['dense/bias', 'dense/kernel', 'global_step']
    """

    _training_kind = Training

    def __init__(
        self,
        model_fn: Callable[..., Any],
        model_dir: Any = None,
        config: RunConfig | None = None,
        params: Any = None,
        warm_start_from: Any = None,
    ) -> None:
        self._refuse_redefined()
        if config is not None and not isinstance(config, RunConfig):
            raise ValueError(f"Estimator(config=...) is a RunConfig, received {type(config).__name__}.")
        config = RunConfig() if config is None else config
        directory = None if model_dir is None else os.fspath(model_dir)
        if directory is not None and config.model_dir is not None and directory != config.model_dir:
            raise ValueError(
                f"Estimator: model_dir={directory!r} and config.model_dir={config.model_dir!r} differ. Give one."
            )
        directory = directory or config.model_dir
        if directory is None:
            directory = tempfile.mkdtemp()
            logger.warning("Using temporary folder as model directory: %s", directory)
        self._config = copy.copy(config).replace(model_dir=directory)
        self._model_dir, self._params = directory, copy.deepcopy(params)
        self._check_model_fn(model_fn, params)
        self._model_fn = model_fn
        self._warm_start = as_settings(warm_start_from)
        self._programs: dict[Any, Program] = {}
        self._restored: dict[Any, tuple[Any, dict[str, Any]]] = {}
        self._object_names: ObjectNames | None = None  # how checkpoints name the variables of a compiled model
        self._optional: frozenset[str] = frozenset()  # variables that a checkpoint may lack

    def _refuse_redefined(self) -> None:
        public = {name for name in vars(Estimator) if not name.startswith("_")} - _MAY_BE_REDEFINED
        for cls in type(self).__mro__:
            if cls is Estimator or cls.__module__.startswith("kerax.estimators"):
                continue
            redefined = sorted(public & set(vars(cls)))
            if redefined and issubclass(cls, Estimator):
                raise ValueError(
                    f"Subclasses of Estimator cannot redefine its methods; {cls.__name__} has {redefined}."
                )

    def _check_model_fn(self, model_fn: Any, params: Any) -> None:
        if not callable(model_fn):
            raise ValueError(f"Estimator(model_fn=...) is a function, received {type(model_fn).__name__}.")
        names, anything = argument_names(model_fn)
        unknown = [name for name in names if name not in _MODEL_FN_ARGUMENTS]
        if unknown:
            raise ValueError(
                f"model_fn takes the arguments {', '.join(_MODEL_FN_ARGUMENTS[:-1])}; it has {unknown[0]!r}."
                f"{did_you_mean(unknown[0], _MODEL_FN_ARGUMENTS)}"
            )
        if "features" not in names and not anything:
            raise ValueError(f"model_fn needs an argument 'features', it has {names}.")
        if params is not None and "params" not in names and not anything:
            raise ValueError("Estimator(params=...) was given, but model_fn has no argument 'params'.")
        self._arguments = _MODEL_FN_ARGUMENTS[:-1] if anything else tuple(names)

    # ---- facts ------------------------------------------------------------------------------------------------------
    @property
    def model_dir(self) -> str:
        """The directory."""
        return self._model_dir

    @property
    def config(self) -> RunConfig:
        """A copy of the configuration."""
        return copy.copy(self._config)

    @property
    def params(self) -> Any:
        """A copy of the parameters."""
        return {} if self._params is None else copy.deepcopy(self._params)

    @property
    def model_fn(self) -> Callable[..., Any]:
        """The model function, as ``model_fn(features, labels, mode, config)``."""
        return lambda features, labels, mode, config: self._call_model_fn((features, labels), mode, config)

    def latest_checkpoint(self) -> str | None:
        """Path of the newest checkpoint, or None."""
        return latest_checkpoint(self._model_dir)

    def eval_dir(self, name: str | None = None) -> str:
        """The directory of the event files of evaluations.

        Args:
          name: of the evaluation.
        """
        return os.path.join(self._model_dir, "eval" if not name else f"eval_{name}")

    def get_variable_names(self) -> list[str]:
        """The names of all variables of the newest checkpoint, sorted.

        Raises:
          ValueError: if there is none.
        """
        bundle = self._bundle()
        return sorted({*stored_names(bundle).values(), *({OBJECT_GRAPH} & set(bundle))})

    def get_variable_value(self, name: str) -> np.ndarray:
        """The value of a variable in the newest checkpoint.

        Raises:
          ValueError: if there is no checkpoint, or no such variable.
        """
        bundle = self._bundle()
        names = {**stored_names(bundle, self._keys), **{stored: stored for stored in bundle}}
        if name not in names:
            raise ValueError(f"There is no variable {name!r} in {bundle.prefix!r}.{did_you_mean(name, list(names))}")
        return bundle[names[name]]

    @property
    def _keys(self) -> Mapping[str, str] | None:
        return None if self._object_names is None else self._object_names.keys

    def _bundle(self) -> TensorBundle:
        path = self.latest_checkpoint()
        if path is None:
            raise ValueError(f"There is no checkpoint in {self._model_dir!r}: train the Estimator first.")
        return TensorBundle(path)

    # ---- training ---------------------------------------------------------------------------------------------------
    def train(
        self,
        input_fn: Callable[..., Any],
        hooks: Any = None,
        steps: int | None = None,
        max_steps: int | None = None,
        saving_listeners: Any = None,
    ) -> Estimator:
        """Trains the model.

        Args:
          input_fn: returns a dataset of ``(features, labels)``, or one such pair of arrays. It may take ``mode``,
            ``params`` and ``config``.
          hooks: `SessionRunHook` objects.
          steps: how many steps more; without it until the input ends.
          max_steps: up to which global step.
          saving_listeners: `CheckpointSaverListener` objects.

        Returns:
          The Estimator itself.

        Raises:
          ValueError: for both ``steps`` and ``max_steps``, or numbers below 1; for an input without a batch; for a
            directory with the checkpoint of another model, naming the variables that differ.
          TypeError: for hooks or listeners of another type.
          NanLossDuringTrainingError: when the loss is not a number.
        """
        if steps is not None and max_steps is not None:
            raise ValueError(f"train(): give steps or max_steps, not both; received {steps} and {max_steps}.")
        steps, max_steps = checked_steps("train(steps=...)", steps), checked_steps("train(max_steps=...)", max_steps)
        hooks, listeners = check_hooks(hooks, "train()"), check_listeners(saving_listeners)
        start = self._global_step()
        if max_steps is not None and start >= max_steps:
            logger.info("Skipping training since max_steps has already saved.")
            return self
        last = max_steps if max_steps is not None else None if steps is None else start + steps
        taken = self._train_model(input_fn, hooks, listeners, last)
        logger.info("Loss for final step: %s.", taken)
        return self

    def _global_step(self) -> int:
        path = self.latest_checkpoint()
        if path is None:
            return 0
        bundle = TensorBundle(path)
        name = stored_names(bundle, self._keys).get(GLOBAL_STEP)
        return 0 if name is None else int(bundle[name])

    def _train_model(self, input_fn: Any, hooks: list[Any], listeners: list[Any], last: int | None) -> Any:
        batches = Batches(call_input_fn(input_fn, ModeKeys.TRAIN, self.params, self.config), ModeKeys.TRAIN)
        path = self.latest_checkpoint()
        position = 0 if path is None else input_position(path)
        if position:
            logger.info("Going on with an interrupted training: leaving out the %d batches it has seen.", position)
            batches.skip(position)
        first = batches.peek()
        if first is None:
            if not position:
                raise no_batch("train()")
            logger.warning("The interrupted training had taken all batches of its input.")
            return None
        logger.info("Calling model_fn.")
        program = self._program(ModeKeys.TRAIN, first, keep=False)
        logger.info("Done calling model_fn.")
        values = self._first_values(program, path)
        if program.blueprint.has_hooks:
            program.prepare(values, program.blueprint.stage(first))
        training = self._training_kind(self, program, values, batches, position, hooks, listeners, last)
        if path is not None:
            training.note_restored()
        if not training.run():
            logger.warning("Training made no steps: a hook stopped it.")
        return training.last_loss

    def _first_values(self, program: Program, path: str | None) -> dict[str, Any]:
        initial = program.blueprint.initial
        if path is not None:
            logger.info("Restoring parameters from %s", path)
            return self._read(path, program)
        if self._warm_start is not None:
            return warm_start(self._warm_start, initial, program.blueprint)
        return dict(initial)

    def _read(self, path: str, program: Program) -> dict[str, Any]:
        exact = self._is_exact(program.mode)
        return read_values(path, program.blueprint.initial, exact, self._optional, self._keys)

    def _is_exact(self, mode: str) -> bool:
        """Whether the variables of a checkpoint have to be all and only those that the mode makes."""
        return mode == ModeKeys.TRAIN or getattr(self._model_fn, "same_variables", False)

    # ---- the model function -----------------------------------------------------------------------------------------
    def _call_model_fn(self, inputs: Any, mode: str, config: Any = None) -> Any:
        features, labels = inputs
        given = {
            "features": features, "labels": labels, "mode": mode, "params": self.params, "config": config or self.config
        }  # fmt: skip
        if labels is not None and "labels" not in self._arguments:
            raise ValueError(
                "model_fn has no argument 'labels', but the input has labels. Add it, or leave the labels out."
            )
        return self._model_fn(**{name: value for name, value in given.items() if name in self._arguments})

    def _program(self, mode: str, batch: Any, keep: bool = True) -> Program:
        leaves, structure = jax.tree.flatten(batch)
        kinds = tuple((type(leaf).__name__, str(leaf.dtype), np.ndim(leaf)) for leaf in leaves)
        key = (mode, structure, kinds)
        program = self._programs.get(key)
        if program is None or not program.blueprint.stage.fits(batch):
            seed = self._config.tf_random_seed

            kept: dict[Any, Any] = {}

            def call(inputs: Any) -> Any:
                with keeping(kept):
                    return self._call_model_fn(inputs, mode)

            host_only = bool(getattr(self._model_fn, "host_only", False))
            program = Program(mode, call, Blueprint(mode, call, batch, seed, host_only), seed)
            if keep and not program.blueprint.has_hooks:  # hooks belong to one call
                self._programs[key] = program
        return program

    def _chosen(self, checkpoint_path: Any, what: str) -> str | None:
        path = resolve_checkpoint(self._model_dir, checkpoint_path, f"{what}()")
        if path is None:
            words = "Could not find trained model in model_dir: %s, running initialization to %s."
            logger.info(words, self._model_dir, what)
        return path

    def _values_for(self, program: Program, path: str | None) -> dict[str, Any]:
        """The values of a checkpoint on the device, read once while it does not change."""
        initial = program.blueprint.initial
        if path is None:
            return self._first_values(program, None)
        shapes = tuple((name, array.shape) for name, array in initial.items())
        stamp = (path, os.stat(path + ".index").st_mtime_ns) if os.path.exists(path + ".index") else (path, 0)
        stored = self._restored.get(program.mode)
        if stored is None or stored[0] != (stamp, shapes):
            logger.info("Restoring parameters from %s", path)
            values = jax.device_put(self._read(path, program))
            self._restored[program.mode] = stored = ((stamp, shapes), values)
        return stored[1]

    # ---- evaluation and prediction ----------------------------------------------------------------------------------
    def evaluate(
        self,
        input_fn: Callable[..., Any],
        steps: int | None = None,
        hooks: Any = None,
        checkpoint_path: Any = None,
        name: str | None = None,
    ) -> dict[str, Any]:
        """Evaluates the model.

        Args:
          input_fn: as for ``train``.
          steps: the most batches; without it until the input ends.
          hooks: `SessionRunHook` objects.
          checkpoint_path: which checkpoint; the newest by default, first values where there is none.
          name: of the evaluation, part of the directory of its event file.

        Returns:
          Metric -> value, sorted by name, then ``global_step``. ``loss`` is the mean of the losses of the batches.

        Raises:
          ValueError: for ``steps`` below 1, an empty input, or a checkpoint of another model.
        """
        steps = checked_steps("evaluate(steps=...)", steps)
        hooks = check_hooks(hooks, "evaluate()")
        path = self._chosen(checkpoint_path, "evaluate")
        return self._evaluate(lambda program: self._values_for(program, path), input_fn, steps, hooks, name, path)

    def _evaluate_values(self, values: dict[str, Any], input_fn: Any, steps: Any, hooks: Any, name: Any) -> Any:
        """Evaluates with the values that training has at the moment."""

        def chosen(program: Program) -> dict[str, Any]:
            return {key: values[key] for key in program.blueprint.initial}

        return self._evaluate(chosen, input_fn, steps, hooks, name, None)

    def _evaluate(
        self, values_for: Callable[[Program], Any], input_fn: Any, steps: Any, hooks: Any, name: Any, path: str | None
    ) -> dict[str, Any]:
        batches = Batches(call_input_fn(input_fn, ModeKeys.EVAL, self.params, self.config), ModeKeys.EVAL)
        first = batches.peek()
        if first is None:
            raise no_batch("evaluate()")
        started = time.monotonic()
        logger.info("Starting evaluation at %s", evaluation.now())
        program = self._program(ModeKeys.EVAL, first)
        results = evaluation.evaluate(program, values_for(program), batches, steps, hooks)
        logger.info("Inference Time : %.5fs", time.monotonic() - started)
        logger.info("Finished evaluation at %s", evaluation.now())
        step = int(results[GLOBAL_STEP])
        logger.info("%s", evaluation.summary_line(results, step))
        evaluation.write_results(self.eval_dir(name), results, path)
        if path is not None:
            logger.info("Saving 'checkpoint_path' summary for global step %d: %s", step, path)
        return results

    def predict(
        self,
        input_fn: Callable[..., Any],
        predict_keys: Any = None,
        hooks: Any = None,
        checkpoint_path: Any = None,
        yield_single_examples: bool = True,
    ) -> Iterator[Any]:
        """Yields predictions.

        Args:
          input_fn: returns a dataset of features (labels are left out), or arrays.
          predict_keys: which of the predictions.
          hooks: `SessionRunHook` objects.
          checkpoint_path: which checkpoint; the newest by default, first values where there is none.
          yield_single_examples: whether to yield one dict for every example, else one for every batch.

        Raises:
          ValueError: for keys that there are not, or outputs of unequal length.
        """
        hooks = check_hooks(hooks, "predict()")
        path = self._chosen(checkpoint_path, "predict")
        mode = ModeKeys.PREDICT
        batches = Batches(call_input_fn(input_fn, mode, self.params, self.config), mode)
        first = batches.peek()
        if first is None:
            return
        program = self._program(mode, first)
        values = self._values_for(program, path)
        if program.blueprint.has_hooks:
            program.prepare_prediction(values, program.blueprint.stage(first))
            hooks = [*hooks, *program.spec.prediction_hooks]
        yield from evaluation.predict(program, values, batches, predict_keys, hooks, yield_single_examples)


shorten_tracebacks(Estimator, "train", "evaluate", "predict")
