"""Preparation: building a model for its first batch, and what its compiled steps need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax import debug
from kerax.function import autograph
from kerax.layers import Layer
from kerax.state import Scope, rng, structure_version, walk_modules
from kerax.state.functional_call import read_variables
from kerax.state.host_stage import replayed
from kerax.state.trace_failures import TRACE_FAILURES, traced
from kerax.training.batches import is_array_like
from kerax.training.checks import check_values
from kerax.training.custom_steps import MeetingScope, outside_variables, step_method
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
                # A step of the author's own has built what it uses while it was traced.
                if optimizer is self.optimizer and not self._is_custom("train"):
                    optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]

    def prepare_validation(self, source: Any, known: Any, where: str) -> None:
        """Checks validation data before training begins rather than after its first epoch.

        Args:
          source: of the validation data.
          known: a batch of the training data; only rows that look otherwise are traced.
          where: for messages.
        """
        batch = source.first_batch()
        if _row_spec(batch) == _row_spec(known) and not self._is_custom("test"):
            check_values(self, batch, source.take_given(), where, False)
        else:
            self.prepare(batch, where, training=False, whole=source.take_given())

    def _trace_once(self, batch: Any, where: str, training: bool | None) -> None:
        kind = {True: "train", False: "test", None: "predict"}[training]
        custom = self._is_custom(kind)
        met: dict[int, Any] = {}

        def run(batch: Any) -> Any:
            with MeetingScope(jax.random.key(0), bool(training)) as scope, replayed(batch) as batch:
                scope.met = met
                data = pack_x_y_sample_weight(*batch)
                if custom and training is not None:
                    self._make_metrics(batch)
                if custom or training is None:
                    result = self._step_method(kind)(data)
                    return result if training is None else _check_logs(result, type(self).__name__, f"{kind}_step")
                x, y, sample_weight = batch
                y_pred = self._forward(x, bool(training))
                self._loss_of(x, y, y_pred, sample_weight, bool(training))
                self._loss_tracker.settle(count=False)  # type: ignore[union-attr]
                return self.compute_metrics(x, y, y_pred, sample_weight)

        with trace_errors(where, batch):
            before = structure_version()
            try:
                traced(lambda: jax.eval_shape(lambda batch: run(batch), batch))
            except TRACE_FAILURES:
                if not custom or self.__dict__.get("_convert_steps") or not autograph.available():
                    raise
                self.__dict__["_convert_steps"] = True  # Python's control flow on arrays
                traced(lambda: jax.eval_shape(lambda batch: run(batch), batch))
            if training and custom and structure_version() != before:
                # The weights were made halfway: only now does the step see all of them, and optimizers their slots.
                jax.eval_shape(lambda batch: run(batch), batch)
        if custom:
            known = variables_of(self, self._step_metrics() if training is not None else [], bool(training))
            table = self.__dict__.setdefault("_outside_variables", {})
            already = {id(variable) for variable in table.values()}
            fresh = outside_variables({n: v for n, v in met.items() if n not in already}, known)
            table.update({f"{len(table) + i}/{path}": v for i, (path, v) in enumerate(fresh.items())})

    def _make_metrics(self, batch: Any) -> None:
        """Makes the compiled metrics before the author's own step looks for them, if the model can be called."""
        x, y, _ = batch
        metrics = self._compiled_metrics
        if metrics is None or metrics.built or y is None or not (metrics.given or metrics.given_weighted):
            return
        call = type(self).call  # type: ignore[attr-defined]
        if call is Layer.call or (getattr(call, "runs_graph", False) and getattr(self, "_graph", None) is None):
            return  # it only holds other models
        metrics.resolve(y, self._forward(x, False), self.output_names)

    def _is_custom(self, kind: str) -> bool:
        """Whether the model's class writes a step of its own."""
        return getattr(type(self), f"{kind}_step") is not getattr(TrainMethods, f"{kind}_step")

    def _step_method(self, kind: str) -> Callable:
        convert = autograph.convert if self.__dict__.get("_convert_steps") else None
        return step_method(self, kind, convert)

    # ---- steps ------------------------------------------------------------------------------------------------------
    def step_variables(self, with_optimizer: bool, metrics: bool = True) -> StepVariables:
        """The variables a step may touch."""
        outside = self.__dict__.get("_outside_variables")
        return variables_of(self, self._step_metrics() if metrics else [], with_optimizer, outside)

    def runner(self, kind: str, where: str) -> StepRunner:
        """A runner of the model's own train, test or predict step."""
        custom = self._is_custom(kind)
        method = self._step_method(kind) if custom else getattr(self, f"{kind}_step")
        variables = self.step_variables(kind == "train", kind != "predict")
        optimizers = walk_modules(self, "optimizer") if kind == "train" else ()  # type: ignore[arg-type]
        built_in = tuple(one.hyperparameters() for _, one in optimizers if hasattr(one, "hyperparameters"))
        built_in = (*built_in, debug.enabled())  # checks of values are part of the program
        own = kind != "predict" and not custom and type(self).compute_metrics is TrainMethods.compute_metrics
        finish = self._results_of(variables) if own else None
        steps = self.steps_per_execution
        return StepRunner(
            self, kind, method, variables, where, steps, finish, not (self.run_eagerly or debug.eager()), built_in
        )

    def _results_of(self, variables: StepVariables) -> Callable:
        """``train_state -> logs``: the metrics' results as a pure function."""

        def results(train_state: TrainState) -> dict[str, Any]:
            values = {id(v): train_state.metrics[path] for path, v in variables.metrics.items()}
            with Scope(values):
                return read_variables(self.get_metrics_result())

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
