"""Steps that a model's author writes: with tapes as in tf.keras, or as pure functions as in Keras 3 on JAX."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax

from kerax.metrics import Mean
from kerax.state import RecordingScope, Scope, Variable
from kerax.training.variables import StepVariables


class LossTracker(Mean):
    """The mean loss of an epoch.

    A loss that was computed is noted and counts when the result is asked for or the step ends, unless the step has
    counted it itself: tf.keras counts it while computing, Keras 3 leaves that to ``train_step``.
    """

    _noted: tuple[Any, Any] | None = None

    def note(self, loss: Any, rows: Any) -> None:
        """Notes the loss of a batch of so many rows."""
        self._noted = (loss, rows)

    def settle(self, count: bool = True) -> None:
        """Counts the noted loss, if there is one, or drops it."""
        noted, self._noted = self._noted, None
        if noted is not None and count:
            super().update_state(noted[0], sample_weight=noted[1])

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        self._noted = None
        super().update_state(values, sample_weight=sample_weight)

    def result(self) -> Any:
        self.settle()
        return super().result()

    def reset_state(self) -> None:
        self._noted = None
        super().reset_state()


class CompiledLossView:
    """``model.compiled_loss``: the compiled losses as tf.keras's training steps call them.

    Args:
      model: a compiled model.
    """

    def __init__(self, model: Any):
        self._model = model

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, regularization_losses: Any = None) -> Any:
        """The weighted sum of the outputs' losses and of ``regularization_losses``; it counts for the logs.

        Args:
          y_true: targets.
          y_pred: outputs.
          sample_weight: weights, or None.
          regularization_losses: scalars, usually ``self.losses``.

        Raises:
          ValueError: if the model was compiled without a loss.
        """
        total = self._model.compiled_part_of_loss(y_true, y_pred, sample_weight)
        for loss in regularization_losses or ():
            total = total + loss
        self._model.note_loss(total, y_pred)
        return total

    @property
    def metrics(self) -> list[Any]:
        """The trackers of the losses."""
        return self._model._own_trackers()


class CompiledMetricsView:
    """``model.compiled_metrics``: the compiled metrics as tf.keras's training steps update them.

    Args:
      model: a compiled model.
    """

    def __init__(self, model: Any):
        self._model = model

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Updates every metric with its output."""
        compiled = self._model._compiled_metrics
        if compiled is not None and y_true is not None:
            compiled.update_state(y_true, y_pred, sample_weight, self._model.output_names)

    @property
    def metrics(self) -> list[Any]:
        """The metric objects."""
        compiled = self._model._compiled_metrics
        return compiled.metrics() if compiled is not None else []

    def result(self) -> dict[str, Any]:
        """Name to present result."""
        compiled = self._model._compiled_metrics
        return compiled.result() if compiled is not None else {}


class MeetingScope(RecordingScope):
    """A recording scope that also notes which variables are met, read or written.

    Attributes:
      met: them, by id.
    """

    __slots__ = ("met",)

    def __init__(self, key: Any, training: bool | None):
        super().__init__({}, key, training)
        self.met: dict[int, Variable] = {}

    def owner_of(self, variable: Variable, writing: bool = False) -> Scope | None:
        self.met[id(variable)] = variable
        return super().owner_of(variable, writing)


def outside_variables(met: dict[int, Variable], known: StepVariables) -> dict[str, Variable]:
    """The variables that a step met and that belong to neither the model, its optimizers nor its metrics."""
    own = {id(variable) for group in known for variable in group.values()}
    outside = [variable for number, variable in met.items() if number not in own]
    return {f"outside/{i}/{variable.path}": variable for i, variable in enumerate(outside)}


def step_method(model: Any, kind: str, convert: Callable | None = None) -> Callable:
    """A model's own ``train_step``, ``test_step`` or ``predict_step`` as ``batch -> result`` on its variables.

    A step with two arguments, ``(state, data)``, is a pure function in the way of Keras 3 on JAX: ``state`` is
    ``(trainable_variables, non_trainable_variables, optimizer_variables, metrics_variables)`` as lists of arrays
    (testing without the third, predicting without the last two), and it returns ``(result, new state)``.

    Args:
      model: the model.
      kind: "train", "test" or "predict".
      convert: converts Python's control flow, or None.
    """
    method = getattr(model, f"{kind}_step")
    converted = convert(method) if convert is not None else method
    run = _pure(model, converted, kind) if _takes_state(method) else converted
    if kind == "predict":
        return run

    def step(data: Any) -> Any:
        logs = run(data)
        if model._loss_tracker is not None:
            model._loss_tracker.settle()
        return logs

    return step


def _takes_state(method: Callable) -> bool:
    parameters = inspect.signature(method).parameters.values()
    needed = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty]
    return len(needed) == 2


def _groups(model: Any, kind: str) -> list[list[Variable]]:
    """The variables whose arrays are the ``state`` of a step in pure form."""
    groups = [model.trainable_variables, model.non_trainable_variables]
    if kind == "train":
        if model.optimizer is not None and not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        groups.append(model.optimizer.variables)
    if kind != "predict":
        groups.append(model.metrics_variables)
    return groups


def run_with_state(model: Any, kind: str, method: Callable, state: Any, data: Any) -> tuple[Any, Any]:
    """A step on variables as the pure form that ``super().train_step(state, data)`` asks for.

    Args:
      model: the model.
      kind: "train", "test" or "predict".
      method: ``batch -> result``.
      state: arrays for the model's variables, as `step_method` describes them.
      data: the batch.

    Returns:
      ``(result, new state)``.
    """
    groups = _groups(model, kind)
    for group, arrays in zip(groups, state, strict=True):
        for variable, array in zip(group, arrays, strict=True):
            variable.assign(array)
    result = method(data)
    after = tuple([variable.read() for variable in group] for group in groups)
    return result, after[1] if kind == "predict" else after


def _pure(model: Any, method: Callable, kind: str) -> Callable:
    def step(data: Any) -> Any:
        groups = _groups(model, kind)
        result = method(tuple([variable.read() for variable in group] for group in groups), data)
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(
                f"{kind}_step(self, state, data) of model class {type(model).__name__} must return (result, new "
                f"state), it returned {type(result).__name__}."
            )
        outputs, state = result
        if kind == "predict" and not isinstance(state, tuple):
            groups, state = groups[1:2], (state,)
        if len(state) != len(groups):
            raise ValueError(
                f"{kind}_step(self, state, data) of model class {type(model).__name__} must return a state of "
                f"{len(groups)} lists, it returned {len(state)}."
            )
        for group, arrays in zip(groups, state, strict=True):
            for variable, array in zip(group, jax.tree.leaves(arrays), strict=True):
                variable.assign(array)
        return outputs

    return step
