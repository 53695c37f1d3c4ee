"""Template: a model function that is run again and again as a pure function of its variables.

A model function makes its layers, metrics and optimizers anew each time it is traced. What ties one run to the next is
the order in which it makes variables: the first run, which computes nothing, finds their names and first values; in
every later run the k-th variable made stands for the k-th name, and reads and writes of it go to the values given.
"""

from __future__ import annotations

import contextlib
import contextvars
import re
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.estimators.host_stage import HostStage, Planner
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.spec import EstimatorSpec
from kerax.estimators.train_op import Lowering, TrainOp, deferring, group
from kerax.metrics import Metric
from kerax.metrics.metric import new_metrics
from kerax.optimizers import Optimizer, legacy
from kerax.state import RecordingScope, Variable, naming, rng
from kerax.state.host_stage import stage_scope
from kerax.state.observers import observing, unobserved

GLOBAL_STEP = "global_step"
_current: contextvars.ContextVar[Run | None] = contextvars.ContextVar("kerax_model_function", default=None)
_UNFIT = re.compile(r"[^A-Za-z0-9_.\-/]")


def model_run() -> Run | None:
    """The run of a model function that is going on, None outside of them.

    Example:
      >>> from kerax.estimators.template import model_run
      >>> model_run() is None
      True
    """
    return _current.get()


def current_run() -> Run:
    """The run of a model function that is going on.

    Raises:
      RuntimeError: outside of model functions.
    """
    run = _current.get()
    if run is None:
        raise RuntimeError("This can only be asked for within an Estimator's model function.")
    return run


class Run:
    """One run of a model function.

    Args:
      mode: which.
      values: name -> array of the variables; None in the first run.
      names: of the variables in the order in which they are made; None in the first run.
      key: of noise.
      unnamed: place among the variables -> array, for the variables of metrics.

    Attributes:
      made: the variables.
      summaries: ``(kind, tag, array)`` of what goes into event files.
      rows: ``id(variable) -> ids`` of tables of which only some rows are read.
      tensors: name -> array, what hooks can ask for.
      named: path -> variable, made by ``tf.compat.v1.get_variable``.
      scope_name: first part of the names of what optimizers keep.
      examples: dual variables of `LinearSDCA`, and which of them each example has.
    """

    def __init__(
        self,
        mode: str,
        values: dict[str, Any] | None = None,
        names: list[str | None] | None = None,
        key: Any = None,
        unnamed: dict[int, Any] | None = None,
    ) -> None:
        self.mode, self.values, self.names, self.unnamed = mode, values or {}, names, unnamed or {}
        self.made: list[Variable] = []
        self.fixed: dict[int, str | None] = {}  # id -> name that goes before the path
        self.summaries: list[tuple[str, str, Any]] = []
        self.rows: dict[int, list[Any]] = {}
        self.tensors: dict[str, Any] = {}
        self.named: dict[str, Any] = {}
        self.hyper: dict[str, Any] = {}
        self.read: set[int] = set()
        self.scope_name = "training"
        self.examples: tuple[Any, Any] | None = None
        self.scope = RecordingScope({}, key)

    def note_made(self, variable: Variable) -> None:
        """Gives a new variable the value of its place."""
        place, value = len(self.made), variable.box()
        self.made.append(variable)
        if self.names is not None:
            if place >= len(self.names):
                raise ValueError(
                    f"The model function made a variable {variable.path!r} that it did not make when it was run first. "
                    "It has to make the same variables in every run of a mode."
                )
            name = self.names[place]
            if name is not None and name in self.values:
                value = self.values[name]
                if tuple(value.shape) != variable.shape:
                    raise ValueError(
                        f"The model function made variable {variable.path!r} of shape {variable.shape} where it made "
                        f"{name!r} of shape {tuple(value.shape)} when it was run first. It has to make the same "
                        "variables in the same order in every run of a mode."
                    )
            value = self.unnamed.get(place, value)
        self.scope.values[id(variable)] = value

    def variable(self, name: str, shape: tuple[int, ...], initializer: Any, trainable: bool = True) -> Variable:
        """Makes a variable with exactly this name, or returns the one there is."""
        name = _UNFIT.sub("_", name)
        for variable in self.made:
            if self.fixed.get(id(variable)) == name:
                return variable
        variable = Variable(initializer, shape, "float32", trainable, name)
        self.fixed[id(variable)] = variable.path = name
        return variable

    def summary(self, kind: str, tag: str, array: Any) -> None:
        """Notes a number ("scalar") or numbers ("histogram") for the event file."""
        self.summaries.append((kind, tag, array))

    def note_read(self, variable: Variable, array: Any) -> Any:
        """Notes that a variable has an influence."""
        self.read.add(id(variable))
        return array

    def note_rows(self, table: Variable, ids: Any) -> None:
        """Notes which rows of a table are read; negative ids are none."""
        self.rows.setdefault(id(table), []).append(ids.reshape(-1))

    def trainable(self) -> list[Variable]:
        """The variables that are trained, in the order in which they were made."""
        own = self.kept_apart()
        return [variable for variable in self.made if variable.trainable and id(variable) not in own]

    def kept_apart(self) -> set[int]:
        """Variables that belong to no name."""
        return {key for key, name in self.fixed.items() if name is None}

    def run(self, call: Callable[[], Any]) -> Any:
        """Calls a model function; returns its `EstimatorSpec`."""
        counts, token = dict(naming._counts), _current.set(self)
        noted: list[Metric] = []
        noting = new_metrics.set(noted)
        naming._counts.clear()
        try:
            with self.scope, observing(self.note_read, self.note_made), deferring():
                self.global_step = Variable(0, (), "int32", False, GLOBAL_STEP)
                self.fixed[id(self.global_step)] = GLOBAL_STEP
                spec = call()
                if not isinstance(spec, EstimatorSpec):
                    raise ValueError(f"A model function returns an EstimatorSpec, it returned {type(spec).__name__}.")
                self.has_hooks = bool(
                    spec.training_chief_hooks or spec.training_hooks or spec.evaluation_hooks or spec.prediction_hooks
                )
                self.metrics = {k: m for k, m in spec.eval_metric_ops.items() if isinstance(m, Metric)}
                for metric in (*noted, *self.metrics.values()):
                    self.fixed.update({id(variable): None for variable in metric.variables})
                self.train_op = group(spec.train_op) if self.mode == ModeKeys.TRAIN else TrainOp()
                self._build_optimizers()
        finally:
            _current.reset(token)
            new_metrics.reset(noting)
            naming._counts.clear()
            naming._counts.update(counts)
        return spec

    def _build_optimizers(self) -> None:
        taken: set[str] = set()
        root = self.scope_name
        here = {id(variable) for variable in self.made}
        for number, lowering in enumerate(self.train_op.lowerings):
            given = lowering.optimizer
            if lowering.variables is None:
                lowering.variables = self.trainable()
            foreign = [variable.path for variable in lowering.variables if id(variable) not in here]
            if foreign or not lowering.variables:
                what = f"variables such as {foreign[0]!r} that were made outside of it" if foreign else "no variables"
                raise ValueError(
                    f"The model function lowers its loss by {what}. It is a template: make layers, models and "
                    "variables inside of it, in every run; the directory keeps their values."
                )
            prefix, count = given.name, 0
            while prefix in taken:
                count += 1
                prefix = f"{given.name}_{count}"
            taken.add(prefix)
            if id(given._iterations) not in here:
                lowering.optimizer = given = copy_of(given)
            given.build(lowering.variables)
            for variable in given._variables.values():
                end = variable.path.removeprefix(f"{given.name}/")
                self.fixed[id(variable)] = f"{root}/{prefix}/{end}"
            if isinstance(given._learning_rate, Variable):
                self.fixed[id(given._learning_rate)] = None
            if number == 0:
                self.fixed[id(given._iterations)] = None
                given._iterations = self.global_step
            self.hyper.update({f"{root}/{prefix}/{key}": value for key, value in hyper_of(given).items()})

    def found_names(self) -> list[str | None]:
        """The name of each variable made; None for those that are not saved."""
        names: list[str | None] = []
        for variable in self.made:
            name = self.fixed.get(id(variable), variable.path)
            if id(variable) not in self.fixed and not variable.trainable and id(variable) not in self.read:
                name = None  # of an optimizer that this mode does not use
            base, count = name, 0
            while name is not None and name in names:
                count += 1
                first, _, rest = str(base).partition("/")
                name = f"{first}_{count}/{rest}" if rest else f"{base}_{count}"
            names.append(name)
        return names

    def result(self, names: list[str | None]) -> dict[str, Any]:
        """Name -> value of all variables as they are now."""
        return {name: self.scope.values[id(variable)] for name, variable in zip(names, self.made) if name is not None}


class Blueprint:
    """What the first run of a model function in a mode found.

    Args:
      mode: which mode.
      call: ``call(inputs)`` runs the model function.
      inputs: a batch on the host.
      seed: of first values; None for different ones every time.
      host_only: whether the model function reads its inputs through host layers alone.

    Attributes:
      names: of all variables in the order in which they are made; None for those that are not saved.
      initial: name -> first value.
      trainable: names of what is trained.
      metric_places: which of the variables made belong to metrics.
      metric_initial: their first values.
      hyper: name -> number that is saved and not read back.
      stage: what the host does with a batch.
      has_hooks: whether the model function returned hooks.
    """

    def __init__(
        self, mode: str, call: Callable[[Any], Any], inputs: Any, seed: int | None, host_only: bool = False
    ) -> None:
        state = rng.get_global_state()
        if seed is not None:
            rng.set_global_seed(int(seed) & 0x7FFFFFFF)
        try:
            run, planner = _first_run(mode, call, inputs)
        finally:
            if seed is not None:
                rng.set_global_state(state)
        self.mode, self.names = mode, run.found_names()
        # Copies: the arrays are given away to the first step.
        self.initial = {n: np.array(v.box()) for n, v in zip(self.names, run.made) if n is not None}
        trained = {id(variable) for variable in run.trainable()}
        self.trainable = [n for n, v in zip(self.names, run.made) if n is not None and id(v) in trained]
        self.hyper, self.scope_name = run.hyper, run.scope_name
        self.has_hooks = run.has_hooks
        self.stage = HostStage(planner, inputs, host_only, lambda batch: _first_run(mode, call, batch)[1].outputs)
        places = {id(variable): place for place, variable in enumerate(run.made)}
        self.metric_places: list[int] = []
        for metric in run.metrics.values():
            metric.reset_state()
            self.metric_places += [places[id(variable)] for variable in metric.variables]
        self.metric_initial = [np.array(run.made[place].box()) for place in self.metric_places]

    def model_names(self) -> list[str]:
        """Names of the model's own variables, optimizers left out."""
        return [name for name in self.initial if not name.startswith(f"{self.scope_name}/")]


def _first_run(mode: str, call: Callable[[Any], Any], inputs: Any) -> tuple[Run, Planner]:
    """Runs a model function without computing anything; strings and other host values are at hand."""
    planner, runs = Planner(inputs), []

    def once() -> Any:
        run = Run(mode, key=jax.random.key(0))
        runs.append(run)
        with stage_scope(planner):
            spec = run.run(lambda: call(inputs))
        return jnp.float32(0) if spec.loss is None else spec.loss

    jax.eval_shape(once)
    return runs[-1], planner


def copy_of(optimizer: Optimizer) -> Optimizer:
    """A new optimizer with the same settings: model functions are run many times, slots belong to one run."""
    remade = getattr(optimizer, "remade", None)  # those whose arguments are not their configuration
    if remade is not None:
        return remade()
    config = optimizer.get_config()
    rate = optimizer._learning_rate
    config["learning_rate"] = rate if not isinstance(rate, Variable) else float(rate.box())
    return type(optimizer)(**config)


_HYPER = {
    "Adagrad": ("decay", "learning_rate"),
    "Adam": ("beta_1", "beta_2", "decay", "learning_rate"),
    "Adamax": ("beta_1", "beta_2", "decay", "learning_rate"),
    "Nadam": ("beta_1", "beta_2", "decay", "learning_rate"),
    "Adadelta": ("decay", "learning_rate", "rho"),
    "RMSprop": ("decay", "learning_rate", "momentum", "rho"),
    "SGD": ("decay", "learning_rate", "momentum"),
    "Ftrl": (
        "beta", "decay", "l1_regularization_strength", "l2_regularization_strength", "learning_rate",
        "learning_rate_power",
    ),
}  # fmt: skip


def hyper_of(optimizer: Optimizer) -> dict[str, np.float32]:
    """The numbers of an optimizer that TensorFlow saves beside its slots; they are not read back."""
    if not isinstance(optimizer, legacy.Optimizer):
        return {}
    config = optimizer.get_config()
    numbers = {key: config.get(key) for key in _HYPER.get(type(optimizer).__name__, ())}
    rate = optimizer._learning_rate
    if "learning_rate" in numbers:
        numbers["learning_rate"] = float(rate.box()) if isinstance(rate, Variable) else None
    return {key: np.float32(value) for key, value in numbers.items() if isinstance(value, (int, float))}


def get_global_step() -> Variable:
    """The global step, within a model function: how many training steps came before this one.

    Returns:
      An int32 variable.

    Raises:
      RuntimeError: outside of model functions.

    Example:
      >>> import kerax
      >>> def model_fn(features, labels, mode):
      ...     rate = 0.1 / (1.0 + kerax.estimators.get_global_step().value)
      ...     ...
    """
    return current_run().global_step


def summarize(kind: Any, tag: str, array: Any) -> None:
    """Notes a number ("scalar"), numbers ("histogram") or others for the event file, within a model function.

    Args:
      kind: which, or ``(tag, array) -> bytes of a summary``.
      tag: its name.
      array: the numbers.

    Example:
      >>> from kerax.estimators.template import summarize
      >>> summarize("scalar", "loss", 0.5)  # outside of one, nothing happens
    """
    run = _current.get()
    if run is not None and run.mode != ModeKeys.PREDICT:
        run.summary(kind, tag, array)


_kept: contextvars.ContextVar[dict[Any, Any] | None] = contextvars.ContextVar("kerax_kept", default=None)


@contextlib.contextmanager
def keeping(kept: dict[Any, Any]) -> Iterator[None]:
    """While it is open, what `once_per_call` makes is kept in a dict."""
    token = _kept.set(kept)
    try:
        yield
    finally:
        _kept.reset(token)


def once_per_call(key: Any, make: Callable[[], Any]) -> Any:
    """What ``make()`` returns, made once for each call of ``train``, however often the model function is run.

    Example:
      >>> from kerax.estimators.template import once_per_call
      >>> once_per_call("optimizer", lambda: 1)
      1
    """
    kept = _kept.get()
    if kept is None:
        return make()
    if key not in kept:
        with unobserved():  # in later runs its variables are there already
            kept[key] = make()
    return kept[key]


def note_heads(count: int) -> None:
    """Names what optimizers keep as TensorFlow does for a model with several heads: ``training_3/...`` for three.

    Example:
      >>> from kerax.estimators.template import note_heads
      >>> note_heads(3)  # outside of a model function, nothing happens
    """
    run = _current.get()
    if run is not None:
        run.scope_name = f"training_{count}"


def name_tensor(name: str, array: Any) -> Any:
    """Gives an array of a model function a name under which hooks can ask for it.

    Args:
      name: the name.
      array: the array.

    Returns:
      The array.

    Example:
      >>> import kerax
      >>> kerax.estimators.name_tensor("accuracy", 0.5)
      0.5
    """
    run = _current.get()
    if run is not None:
        run.tensors[name] = array
    return array


__all__ = [
    "GLOBAL_STEP",
    "Blueprint",
    "Lowering",
    "Run",
    "current_run",
    "get_global_step",
    "name_tensor",
    "note_heads",
    "once_per_call",
    "summarize",
]
