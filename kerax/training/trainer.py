"""Trainer: compile, fit, evaluate, predict and their one-batch forms."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax import optimizers
from kerax.callbacks import Callback, CallbackList, History, ProgressBar
from kerax.callbacks.terminate_on_nan import watches_for_nan
from kerax.optimizers import LossScaleOptimizer
from kerax.state import rng
from kerax.tracebacks import shorten_tracebacks
from kerax.training.arguments import (
    check_count,
    check_shuffle,
    check_unknown,
    check_validation_split,
    check_verbose,
    limited_steps,
)
from kerax.training.backup import make_backup
from kerax.training.checks import check_class_weight
from kerax.training.compiled_loss import CompiledLoss
from kerax.training.compiled_metrics import CompiledMetrics
from kerax.training.custom_steps import LossTracker
from kerax.training.data_adapter import make_source, split_validation
from kerax.training.evaluate_loop import evaluate_loop, predict_loop
from kerax.training.failures import run_errors
from kerax.training.fit_loop import fit_loop
from kerax.training.logs import ordered, to_numbers
from kerax.training.preparation import Preparation
from kerax.training.session import StateSession
from kerax.training.sources import ArraySource
from kerax.training.train_state import TrainState

_COMPILE_ARGUMENTS = (
    *("optimizer", "loss", "metrics", "loss_weights", "weighted_metrics"),
    *("run_eagerly", "steps_per_execution", "jit_compile", "auto_scale_loss"),
)
_FIT_LEGACY = ("max_queue_size", "workers", "use_multiprocessing")  # of tf.keras; a thread prefetches batches here


class Trainer(Preparation):
    """What a model can do with data. ``Model`` mixes it in."""

    stop_training = False
    stop_evaluating = False
    stop_predicting = False
    history: History | None = None

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        loss_weights: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int | str | None = "auto",
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
        **kwargs: Any,
    ) -> None:
        """Sets how the model is trained and measured.

        Args:
          optimizer: name, configuration, kerax optimizer, or any optax ``GradientTransformation``.
          loss: name, class, instance or function; a list or dict of them per output; None when layers add the losses.
          metrics: list of names, instances or functions; lists or a dict of them per output. ``"accuracy"`` becomes
            the binary, categorical or sparse one by the shapes of targets and outputs.
          loss_weights: numbers per output, as list or dict.
          weighted_metrics: like ``metrics``; these see the sample weights.
          run_eagerly: run every step as plain Python, for debugging.
          steps_per_execution: steps per call of the compiled program; ``"auto"`` and None choose by the cost of a
            step.
          jit_compile: accepted for Keras's sake; steps are always compiled by XLA unless ``run_eagerly``.
          auto_scale_loss: whether the ``mixed_float16`` policy gets a ``LossScaleOptimizer``.

        Raises:
          ValueError, TypeError: for an unknown name or argument, with the closest one that exists.

        Example:
          >>> import kerax
          >>> model = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(1)])
          >>> model.compile("adam", "mse", metrics=["mae"])
        """
        kwargs.pop("sample_weight_mode", None)
        check_unknown({k: v for k, v in kwargs.items()}, _COMPILE_ARGUMENTS, "compile()")
        steps_per_execution = "auto" if steps_per_execution is None else steps_per_execution
        if steps_per_execution != "auto":
            check_count(steps_per_execution, "steps_per_execution", "compile()")
        if optimizer is None:
            raise TypeError("compile(): argument optimizer must be a name, configuration or optimizer, received None.")
        optimizer = optimizers.get(optimizer)
        if (
            auto_scale_loss
            and self.dtype_policy.name == "mixed_float16"
            and not isinstance(optimizer, LossScaleOptimizer)
        ):  # type: ignore[attr-defined]
            optimizer = LossScaleOptimizer(optimizer)
        self.optimizer = optimizer
        if loss is None and loss_weights is not None:
            raise ValueError(
                f"compile(): loss_weights={loss_weights!r} was given without a loss to weigh: give loss as well."
            )
        compiled_loss = CompiledLoss(loss, loss_weights) if loss is not None else None
        compiled_metrics = CompiledMetrics(metrics, weighted_metrics)
        if self.output_names:
            compiled_metrics.check_names(self.output_names)
            if compiled_loss is not None:
                compiled_loss.resolve(self.output_names)
        self._compiled_loss, self._compiled_metrics = compiled_loss, compiled_metrics
        self._loss_tracker, self._part_trackers = LossTracker(name="loss"), {}
        self.loss = loss
        self.run_eagerly, self.steps_per_execution = bool(run_eagerly), steps_per_execution
        self._compile_arguments = {
            "optimizer": optimizer, "loss": loss, "metrics": metrics, "loss_weights": loss_weights,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly, "steps_per_execution": steps_per_execution,
        }  # fmt: skip
        self.compiled = True
        self.forget_programs()

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: Any = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
        **kwargs: Any,
    ) -> History:
        """Trains the model.

        Args:
          x: inputs: arrays (NumPy, JAX, pandas, or lists or dicts of them), or something that yields batches ``(x, y)``
            or ``(x, y, sample_weight)``: a ``kerax.data.Dataset``, a generator, a torch or grain loader.
          y: targets, only beside arrays.
          batch_size: rows per batch of arrays; 32 by default.
          epochs: train until this epoch.
          verbose: 0 silent, 1 progress bar, 2 one line per epoch, ``"auto"``.
          callbacks: list of ``kerax.callbacks.Callback``.
          validation_split: share of the rows, from the end, held back for validation.
          validation_data: ``(x, y)``, ``(x, y, sample_weight)`` or something that yields batches.
          shuffle: whether arrays, and the batches of a ``PyDataset``, are shuffled before every epoch; ``"batch"``
            shuffles whole batches.
          class_weight: class index to weight in the loss.
          sample_weight: weight of every row in the loss, shape (n,).
          initial_epoch: epoch to start from.
          steps_per_epoch: batches per epoch; None for all the data.
          validation_steps: batches per validation; None for all.
          validation_batch_size: rows per batch of validation arrays; ``batch_size`` by default.
          validation_freq: validate every so many epochs, or a list of epochs (counted from 1).

        Returns:
          The ``History``: ``history.history`` maps log names to one value per epoch.

        Raises:
          ValueError, TypeError: naming the argument, what was expected and what came.
          RuntimeError: if the model is not compiled.

        Example:
          >>> import numpy as np, kerax
          >>> model = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(1)])
          >>> model.compile("sgd", "mse")
          >>> history = model.fit(np.ones((8, 4)), np.ones((8, 1)), epochs=2, verbose=0)
          >>> len(history.history["loss"])
          2
        """
        where = "fit()"
        check_unknown(
            {k: v for k, v in kwargs.items() if k not in _FIT_LEGACY},
            Trainer.fit,
            where,
        )
        self._need_compiled(where)
        verbose = check_verbose(verbose, where)
        check_count(batch_size, "batch_size", where)
        check_count(epochs, "epochs", where, 0, optional=False)
        check_count(initial_epoch, "initial_epoch", where, 0, optional=False)
        check_shuffle(shuffle, where)
        check_count(steps_per_epoch, "steps_per_epoch", where)
        check_count(validation_steps, "validation_steps", where)
        check_count(validation_batch_size, "validation_batch_size", where)
        if validation_steps is not None and validation_data is None and not validation_split:
            warnings.warn(f"{where}: validation_steps={validation_steps} has no effect without validation_data.")
        split = check_validation_split(validation_split, where)
        if split and validation_data is None:
            (x, y, sample_weight), validation_data = split_validation((x, y, sample_weight), split, where)

        seed = rng.draw_seed()
        source = make_source(
            x, y, sample_weight, batch_size=batch_size, steps=steps_per_epoch, shuffle=shuffle,
            class_weight=class_weight, seed=seed, where=where, stage=self.host_stage(True)
        )  # fmt: skip
        self.watched_for_nan = watches_for_nan(callbacks)
        self.prepare(source.first_batch(), where, training=True, whole=source.take_given())
        check_class_weight(self, class_weight, where)
        validation = None
        if validation_data is not None:
            validation = self._validation_source(
                validation_data, validation_batch_size or batch_size, validation_steps, source.first_batch(), where
            )

        steps = steps_per_epoch if steps_per_epoch is not None else source.steps
        history = History()
        callback_list = self._callbacks(callbacks, verbose, history, epochs=epochs, steps=steps)
        session = StateSession(self.step_variables(True), jax.random.key(seed))
        runner = self.runner("train", where)
        due = _validation_due(validation_freq, where)
        backup = make_backup(self, session, source, validation, callback_list)

        def validate(epoch: int) -> dict[str, float]:
            if validation is None or not due(epoch):
                return {}
            validation.restart()

            def read_state() -> TrainState:
                session.reset_metrics(self.metrics)
                return session.train_state._replace(opt_state={})

            state, logs = evaluate_loop(
                self,
                self.runner("test", "validation of fit()"),
                read_state,
                validation,
                callback_list,
                validation_steps,
            )
            session.train_state = session.train_state._replace(metrics=state.metrics, state=state.state)
            return {f"val_{name}": value for name, value in logs.items()}

        try:
            with run_errors(where):
                fit_loop(
                    self, runner, session, source, callback_list,
                    epochs=epochs, initial_epoch=initial_epoch, steps_per_epoch=steps_per_epoch, validate=validate,
                    backup=backup,
                )  # fmt: skip
        finally:
            session.close(failed=sys.exc_info()[0] is not None)
            backup.close()
        if hasattr(self.optimizer, "finalize_variable_values"):
            self.optimizer.finalize_variable_values(self.trainable_variables)  # type: ignore[attr-defined]
        self.history = history
        return history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Computes the loss and the metrics over data.

        Args:
          x: as in ``fit``.
          y: as in ``fit``.
          batch_size: rows per batch of arrays; 32 by default.
          verbose: 0 silent, 1 progress bar, 2 one line.
          sample_weight: as in ``fit``.
          steps: batches to use; None for all.
          callbacks: list of callbacks.
          return_dict: whether to return a dict by name.

        Returns:
          The loss, or ``[loss, metric, ...]`` in the order of ``metrics_names``, or a dict.

        Raises:
          ValueError, TypeError, RuntimeError: as ``fit``.
        """
        where = "evaluate()"
        check_unknown(
            {k: v for k, v in kwargs.items() if k not in _FIT_LEGACY},
            Trainer.evaluate,
            where,
        )
        self._need_compiled(where)
        verbose = check_verbose(verbose, where)
        check_count(batch_size, "batch_size", where)
        check_count(steps, "steps", where)
        source = make_source(
            x, y, sample_weight, batch_size=batch_size, steps=steps, where=where, stage=self.host_stage(False)
        )
        self.prepare(source.first_batch(), where, training=False, whole=source.take_given())
        callback_list = self._callbacks(
            callbacks, verbose, None, epochs=1, steps=steps if steps is not None else source.steps
        )
        variables = self.step_variables(False)

        def read_state() -> TrainState:
            self.reset_metrics()
            return self.read_train_state(variables)

        with run_errors(where):
            state, logs = evaluate_loop(self, self.runner("test", where), read_state, source, callback_list, steps)
        self.write_back(variables, state)
        if return_dict:
            return logs
        values = list(logs.values())
        return values[0] if len(values) == 1 else values

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Computes the outputs for data.

        Args:
          x: inputs as in ``fit``; targets that come along are ignored.
          batch_size: rows per batch of arrays; 32 by default.
          verbose: 0 silent, 1 progress bar, 2 one line.
          steps: batches to use; None for all.
          callbacks: list of callbacks.

        Returns:
          NumPy arrays in the structure of the model's outputs, one row per sample.

        Raises:
          ValueError, TypeError: as ``fit``.
        """
        where = "predict()"
        if kwargs:
            check_unknown(
                {k: v for k, v in kwargs.items() if k not in _FIT_LEGACY},
                Trainer.predict,
                where,
            )
        verbose = check_verbose(verbose, where)
        check_count(batch_size, "batch_size", where)
        check_count(steps, "steps", where)
        if verbose == 0 and not callbacks and limited_steps(steps, None) is None:
            quick = self.predict_quickly(x, batch_size, where)
            if quick is not None:
                return quick[0]
        source = make_source(x, batch_size=batch_size, steps=steps, where=where, stage=self.host_stage(False))
        self.prepare(source.first_batch(), where, training=None, whole=source.take_given())
        callback_list = self._callbacks(
            callbacks, verbose, None, epochs=1, steps=steps if steps is not None else source.steps
        )
        variables = self.step_variables(False, metrics=False)
        with run_errors(where):
            state, outputs = predict_loop(
                self,
                self.runner("predict", where),
                lambda: self.read_train_state(variables),
                source,
                callback_list,
                steps,
            )
        self.write_back(variables, state)
        return outputs

    # ---- one batch --------------------------------------------------------------------------------------------------
    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        reset_metrics: bool = True,
        return_dict: bool = False,
    ) -> Any:
        """Runs one training step on one batch.

        Args:
          x: inputs of the batch.
          y: targets.
          sample_weight: weights, shape (n,).
          class_weight: class index to weight.
          reset_metrics: whether the returned values are those of this batch alone.
          return_dict: whether to return a dict by name.

        Returns:
          The loss, or ``[loss, metric, ...]``, or a dict.
        """
        where = "train_on_batch()"
        self._need_compiled(where)
        stage = self.host_stage(True)
        source = make_source(
            x, y, sample_weight, batch_size=_whole(x), class_weight=class_weight, where=where, stage=stage
        )
        self.prepare(source.first_batch(), where, training=True, whole=source.take_given())
        session = StateSession(self.step_variables(True), jax.random.key(rng.draw_seed()))
        try:
            if reset_metrics:
                session.reset_metrics(self.metrics)
            chunk = next(source.epoch(0, 1, None))
            with run_errors(where):
                session.train_state, logs = self.runner("train", where).run(session.train_state, chunk, source)
                return self._batch_result(logs, return_dict)
        finally:
            session.close(failed=sys.exc_info()[0] is not None)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, reset_metrics: bool = True, return_dict: bool = False
    ) -> Any:
        """Computes the loss and the metrics on one batch; arguments and result as ``train_on_batch``."""
        where = "test_on_batch()"
        self._need_compiled(where)
        source = make_source(x, y, sample_weight, batch_size=_whole(x), where=where, stage=self.host_stage(False))
        self.prepare(source.first_batch(), where, training=False, whole=source.take_given())
        if reset_metrics:
            self.reset_metrics()
        variables = self.step_variables(False)
        with run_errors(where):
            state, logs = self.runner("test", where).run(
                self.read_train_state(variables), next(source.epoch(0, 1, None)), source
            )
            self.write_back(variables, state)
            return self._batch_result(logs, return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """Returns the outputs for one batch as NumPy arrays."""
        return self.predict(x, batch_size=_whole(x), verbose=0)

    def _batch_result(self, logs: dict[str, Any], return_dict: bool) -> Any:
        numbers = ordered(to_numbers(logs), self.log_order())
        values = list(numbers.values())
        return numbers if return_dict else values[0] if len(values) == 1 else values

    # ---- parts ------------------------------------------------------------------------------------------------------
    def _callbacks(self, given: Any, verbose: int, history: History | None, **params: Any) -> CallbackList:
        if isinstance(given, CallbackList):
            return given
        if given is not None and (isinstance(given, Callback) or not isinstance(given, (list, tuple))):
            given = [given]
        callbacks = list(given or [])
        if verbose and not any(isinstance(c, ProgressBar) for c in callbacks):
            callbacks.append(ProgressBar(verbose))
        if history is not None:
            callbacks.append(history)
        params["steps"] = limited_steps(params["steps"], None)
        return CallbackList(callbacks, model=self, verbose=verbose, **params)

    def _validation_source(self, data: Any, batch_size: int | None, steps: int | None, known: Any, where: str) -> Any:
        where, stage = f"validation_data of {where}", self.host_stage(False)
        if isinstance(data, (tuple, list)):
            if not 1 <= len(data) <= 3:
                raise ValueError(f"{where} must be (x, y) or (x, y, sample_weight), received {len(data)} elements.")
            x, y, sample_weight = (*data, None, None)[:3]
            source = make_source(x, y, sample_weight, batch_size=batch_size, steps=None, where=where, stage=stage)
        else:
            source = make_source(data, steps=steps, where=where, stage=stage)
        if isinstance(source, ArraySource):
            self.prepare_validation(source, known, where)
        return source

    def _need_compiled(self, where: str) -> None:
        if not getattr(self, "compiled", False):
            raise RuntimeError(f"{where} needs a compiled model: call model.compile(optimizer, loss, metrics) first.")


shorten_tracebacks(
    Trainer, "compile", "fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch"
)


def _whole(x: Any) -> int:
    """A batch size that keeps all rows of x in one batch."""
    rows = [np.shape(leaf)[0] for leaf in jax.tree.leaves(x) if np.ndim(leaf)]
    return max([1, *rows, len(x) if isinstance(x, (list, tuple)) else 1])


def _validation_due(freq: Any, where: str) -> Callable[[int], bool]:
    if isinstance(freq, (list, tuple, set, frozenset)):
        epochs = {int(epoch) for epoch in freq}
        return lambda epoch: epoch + 1 in epochs
    every = check_count(freq, "validation_freq", where) or 1
    return lambda epoch: (epoch + 1) % every == 0
