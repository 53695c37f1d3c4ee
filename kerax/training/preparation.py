"""Preparation: building a model for its first batch, and what its compiled steps need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax import debug
from kerax.state import RecordingScope, Scope, rng, structure_version, walk_modules
from kerax.state.host_stage import replayed
from kerax.training.batches import is_array_like
from kerax.training.checks import check_values
from kerax.training.data_adapter import DEFAULT_BATCH_SIZE
from kerax.training.data_structure import as_arrays, check_lengths
from kerax.training.failures import run_errors, trace_errors
from kerax.training.runner import StepRunner
from kerax.training.sources import batch_spec_of, spec_structure
from kerax.training.train_methods import TrainMethods
from kerax.training.train_state import TrainState
from kerax.training.variables import StepVariables, read_all, variables_of
from kerax.utils.structures import pack_x_y_sample_weight


class Preparation(TrainMethods):
    """Makes a model ready to run steps, and keeps the programs compiled for it."""

    run_eagerly = False
    steps_per_execution: int | str = "auto"

    # ---- compiled programs ------------------------------------------------------------------------------------------
    def program_cache(self, key: Any) -> dict:
        """The programs compiled for one kind of step over one set of variables."""
        return self.__dict__.setdefault("_programs", {}).setdefault(key, {})

    def forget_programs(self) -> None:
        """Drops every compiled program, for example because ``compile`` changed what a step does."""
        self.__dict__["_programs"] = {}

    # ---- building ---------------------------------------------------------------------------------------------------
    def prepare(self, batch: Any, where: str, training: bool | None, whole: Any = None) -> None:
        """Builds layers, metrics and optimizer for a batch, without computing anything, and checks the batch.

        Args:
          batch: ``(x, y, sample_weight)`` as arrays.
          where: for messages.
          training: True for ``fit``, False for ``evaluate``, None for ``predict``.
          whole: all rows of the data in the same structure, where they are at hand; their values are checked then.
        """
        key = ("prepared", training, batch_spec_of(spec_structure(batch)))
        done = self.program_cache("prepared")
        if key not in done:
            self._trace_once(batch, where, training)
            self.built = True
            self.assign_paths()  # type: ignore[attr-defined]
            done[key] = True
        check_values(self, batch, whole, where, training)
        if training:
            for _, optimizer in walk_modules(self, "optimizer"):  # type: ignore[arg-type]
                if optimizer is self.optimizer:
                    optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]

    def prepare_validation(self, source: Any, known: Any, where: str) -> None:
        """Checks validation data before training begins rather than after its first epoch.

        Args:
          source: of the validation data.
          known: a batch of the training data; only rows that look otherwise are traced.
          where: for messages.
        """
        batch = source.first_batch()
        if _row_spec(batch) == _row_spec(known):
            check_values(self, batch, source.take_given(), where, False)
        else:
            self.prepare(batch, where, training=False, whole=source.take_given())

    def _trace_once(self, batch: Any, where: str, training: bool | None) -> None:
        default = (
            type(self).train_step is TrainMethods.train_step
            if training
            else type(self).test_step is TrainMethods.test_step
        )

        def run(batch: Any) -> Any:
            with RecordingScope({}, jax.random.key(0), training=bool(training)), replayed(batch) as batch:
                data = pack_x_y_sample_weight(*batch)
                if training is None:
                    return self.predict_step(data)
                if not default:
                    logs = self.train_step(data) if training else self.test_step(data)
                    return _check_logs(logs, type(self).__name__, "train_step" if training else "test_step")
                x, y, sample_weight = batch
                y_pred = self._forward(x, bool(training))
                self._loss_of(x, y, y_pred, sample_weight, bool(training))
                return self.compute_metrics(x, y, y_pred, sample_weight)

        with trace_errors(where, batch):
            jax.eval_shape(run, batch)

    # ---- steps ------------------------------------------------------------------------------------------------------
    def step_variables(self, with_optimizer: bool, metrics: bool = True) -> StepVariables:
        """The variables a step may touch."""
        return variables_of(self, self.metrics if metrics else [], with_optimizer)

    def runner(self, kind: str, where: str) -> StepRunner:
        """A runner of the model's own train, test or predict step."""
        method, default = {
            "train": (self.train_step, TrainMethods.train_step),
            "test": (self.test_step, TrainMethods.test_step),
            "predict": (self.predict_step, TrainMethods.predict_step),
        }[kind]
        variables = self.step_variables(kind == "train", kind != "predict")
        built_in = self.optimizer.hyperparameters() if kind == "train" and self.optimizer is not None else ()
        built_in = (*built_in, debug.enabled())  # checks of values are part of the program
        own = kind != "predict" and getattr(type(self), f"{kind}_step") is default
        own = own and type(self).compute_metrics is TrainMethods.compute_metrics
        finish = self._results_of(variables) if own else None
        steps = self.steps_per_execution
        return StepRunner(self, kind, method, variables, where, steps, finish, not self.run_eagerly, built_in)

    def _results_of(self, variables: StepVariables) -> Callable:
        """``train_state -> logs``: the metrics' results as a pure function."""

        def results(train_state: TrainState) -> dict[str, Any]:
            values = {id(v): train_state.metrics[path] for path, v in variables.metrics.items()}
            with Scope(values):
                return self.get_metrics_result()

        return results

    def read_train_state(self, variables: StepVariables) -> TrainState:
        """The present values of variables as a TrainState for steps that do not train."""
        return TrainState(
            *[read_all(group) for group in variables], key=jax.random.key(rng.draw_seed()), step=np.int32(0)
        )

    def write_back(self, variables: StepVariables, train_state: TrainState) -> None:
        """Puts what evaluation or prediction changed (metrics, states of recurrent layers) into the variables."""
        for name in ("metrics", "state"):
            arrays = getattr(train_state, name)
            for path, variable in getattr(variables, name).items():
                if arrays[path] is not variable.box():
                    variable.put(arrays[path])

    # ---- few samples ------------------------------------------------------------------------------------------------
    def predict_quickly(self, x: Any, batch_size: int | None, where: str) -> tuple[Any] | None:
        """Predicts arrays that fit one batch by one compiled call, without the loop around it.

        Returns:
          A 1-tuple with the outputs, or None if x is not of that kind.
        """
        if self.run_eagerly or not is_array_like(x) or type(self).predict_step is not TrainMethods.predict_step:
            return None
        arrays = as_arrays(x, "x")
        rows = check_lengths(arrays, None, None, where)
        if rows > (batch_size or DEFAULT_BATCH_SIZE):
            return None
        stage = self.host_stage(False)  # type: ignore[attr-defined]
        arrays = arrays if stage is None else stage(arrays)
        for leaf in jax.tree.leaves(arrays):
            if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "OUS":
                return None
        cache = self.program_cache("quick")
        key = (structure_version(), batch_spec_of(arrays))
        if key not in cache:
            self.prepare((arrays, None, None), where, training=None)
            for old in [k for k in cache if k[0] != structure_version()]:
                del cache[old]
            cache[(structure_version(), key[1])] = True
        with run_errors(where):
            outputs = self.call_compiled((arrays,), False, where)  # type: ignore[attr-defined]
            return (jax.tree.map(np.array, outputs),)


def _check_logs(logs: Any, model: str, step: str) -> dict:
    if not isinstance(logs, dict):
        raise TypeError(
            f"{step}() of model class {model} must return a dict from log name to scalar, such as {{'loss': loss}}; "
            "it returned "
            f"{type(logs).__name__}."
        )
    return logs


def _row_spec(batch: Any) -> Any:
    leaves, treedef = jax.tree.flatten(batch)
    return treedef, [(tuple(leaf.shape[1:]), np.dtype(leaf.dtype)) for leaf in leaves]
