"""How an optimizer's step runs: clipping, weight decay, the algorithm, averages, accumulation, constraints."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.optimizers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value
from kerax.optimizers.rows import RowGradient, as_array, clip_values
from kerax.optimizers.schedules import LearningRateSchedule
from kerax.state import Module, Scope, Variable, built
from kerax.state.observers import active, note_reads
from kerax.state.own_arrays import own_arrays

Slots = dict[str, jax.Array]
Constants = dict[str, Any]


class Slot:
    """What an algorithm keeps for every variable.

    Args:
      name: last part of its name ("momentum").
      fill: first value of every element.
      shape: function of the variable's shape; the same shape by default.
      wanted: function of a variable that says whether it has this slot.
      copies: whether it starts as a copy of the variable instead.
    """

    __slots__ = ("copies", "fill", "name", "shape", "wanted")

    def __init__(
        self,
        name: str,
        fill: float = 0.0,
        shape: Callable | None = None,
        wanted: Callable | None = None,
        copies: bool = False,
    ):
        self.name, self.fill, self.shape, self.wanted, self.copies = name, fill, shape, wanted, copies


class Update(Module):
    """The machinery of ``Optimizer``.

    An algorithm is three pure pieces: ``_slots`` (what it keeps for every variable), ``_constants`` (scalars of this
      step, computed once) and
    ``_change`` (one elementwise expression per variable). A subclass in Keras's style overrides ``build`` and
    ``update_step``
    instead.
    """

    _kind = "optimizer"
    _untracked = frozenset(
        {"_trainable_variables", "_index", "_compiled", "_slot_tables", "_averages", "_accumulators"}
    )
    _trainable_variables: Sequence[Variable] = ()
    _index: dict[Variable, int] = {}  # by the variables themselves, so that copies of an optimizer know their own
    _excluded: frozenset = frozenset()
    _excluded_names: tuple = ()
    _knows_rows = False  # whether the algorithm has a rule of its own for a RowGradient
    # of Optimizer
    name: str
    built: bool
    weight_decay: float | None
    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    loss_scale_factor: float | None
    gradient_accumulation_steps: int | None
    lr_multipliers: Mapping[str, float] | None = None
    _iterations: Variable
    _learning_rate: Any
    add_optimizer_variables: Callable[..., Any]

    if TYPE_CHECKING:

        @property
        def variables(self) -> list[Variable]: ...

        @property
        def iterations(self) -> Any: ...

    # ---- the algorithm ----------------------------------------------------------------------------------------------
    def _slots(self) -> list[list[Slot]]:
        """Slots in groups; within a group a variable's slots are created together, as Keras orders them."""
        return []

    def _shared(self) -> dict[str, float]:
        """Scalars that the algorithm keeps once for all variables, with their first values."""
        return {}

    def _constants(self, rate: jax.Array, step: jax.Array, shared: Slots) -> tuple[Constants, Slots]:
        """Scalars of this step, from learning rate and step (float32, 1 at the first), and the new shared ones."""
        # A 1 that the compiler does not know: on CPU an addition alone takes 1.35 times as long as one that is fused
        # with a multiplication, so changes that are also slots are multiplied by it.
        return {"rate": rate, "one": jnp.where(rate >= 0, jnp.float32(1), jnp.float32(0))}, shared

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        """What to add to a variable, and its new slots."""
        raise NotImplementedError(
            f"Optimizer class {type(self).__name__} defines no update_step(gradient, variable, learning_rate)."
        )

    # ---- building ---------------------------------------------------------------------------------------------------
    def build(self, variables: Sequence[Variable]) -> None:
        """Creates the slots of the variables to be optimized.

        Args:
          variables: trainable variables, in the order in which their gradients will come.
        """
        if self.built:
            return
        variables = list(variables)
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulators = self.add_optimizer_variables(variables, "gradient_accumulator")
        self._trainable_variables = variables
        self._index = {variable: i for i, variable in enumerate(variables)}
        self.built = True
        self._slot_tables: list[dict[str, Variable]] = [{} for _ in variables]
        for group in self._slots():
            for variable, table in zip(variables, self._slot_tables):
                for slot in group:
                    if not variable.overwrite_with_gradient and (slot.wanted is None or slot.wanted(variable)):
                        table[slot.name] = self._create_slot(variable, slot)
        self._shared_variables = {
            name: self.add_variable((), _filled(fill), "float32", name=name) for name, fill in self._shared().items()
        }
        if built.watchers:
            built.note_built(self)

    def _create_slot(self, variable: Variable, slot: Slot) -> Variable:
        shape = variable.shape if slot.shape is None else slot.shape(variable.shape)
        name = f"{variable.path.replace('/', '_')}_{slot.name}"
        # np.array copies: two variables must not share one array, as training gives each away to the next step
        initial = (lambda shape, dtype: np.array(variable.box())) if slot.copies else _filled(slot.fill)
        return self.add_variable(shape, initial, variable.dtype, name=name)

    def _get_variable_index(self, variable: Variable) -> int:
        """Place of a variable in the list the optimizer was built on."""
        place = self._index.get(variable)
        if place is None:
            raise ValueError(
                f"Optimizer {self.name!r} was built on other variables and does not know {variable.path!r}, shape "
                f"{variable.shape}. Use one "
                "optimizer for one set of variables: create a new one (or compile the model again) after variables "
                "were added."
            )
        return place

    # ---- one step ---------------------------------------------------------------------------------------------------
    def wants_rows(self) -> bool:
        """Whether the gradient of a table as a ``RowGradient`` changes variables otherwise than as an array does."""
        return False

    def _with_gradients(self, grads: list, variables: list[Variable]) -> tuple[list, list[Variable]]:
        """Drops variables without gradient, with a warning, and checks shapes."""
        missing = [v.path for g, v in zip(grads, variables) if g is None]
        if len(missing) == len(variables):
            raise ValueError(
                f"Optimizer {self.name!r}: no variable has a gradient. Does the loss depend on {missing[:8]}?"
            )
        if missing:
            warnings.warn(
                f"Gradients do not exist for variables {missing}: they stay as they are. Does the loss depend on them?",
                stacklevel=4,
            )
        pairs = [(_as_gradient(g), v) for g, v in zip(grads, variables) if g is not None]
        for gradient, variable in pairs:
            self._get_variable_index(variable)
            if tuple(gradient.shape) != variable.shape:
                raise ValueError(
                    f"The gradient of {variable.path!r} has shape {tuple(gradient.shape)}, the variable "
                    f"{variable.shape}."
                )
        return [g for g, _ in pairs], [v for _, v in pairs]

    def _apply(self, grads: list, variables: list[Variable]) -> None:
        """The whole step, reading and writing variables through the scope."""
        steps = self.gradient_accumulation_steps
        replaced = [(g, v) for g, v in zip(grads, variables) if v.overwrite_with_gradient]
        if replaced:
            grads = [g for g, v in zip(grads, variables) if not v.overwrite_with_gradient]
            variables = [v for v in variables if not v.overwrite_with_gradient]
            self._replace(replaced, steps)
        if self.loss_scale_factor is not None:
            grads = [gradient / self.loss_scale_factor for gradient in grads]
        if not variables:
            pass
        elif steps:
            self._apply_accumulated([as_array(gradient) for gradient in grads], variables, steps)
        else:
            self._apply_now(grads, variables)
        if self.use_ema:
            self._update_averages()
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable.read()))
        self._iterations.assign(self._iterations.read() + 1)

    def _replace(self, pairs: list[tuple[Any, Variable]], steps: int | None) -> None:
        """Puts gradients in the place of variables; of several accumulated ones the largest, as Keras does."""
        for gradient, variable in pairs:
            if not steps:
                variable.assign(gradient)
                continue
            accumulator = self._accumulators[self._get_variable_index(variable)]
            due = (self._iterations.read() + 1) % steps == 0
            largest = jnp.maximum(gradient, accumulator.read())
            variable.assign(jnp.where(due, largest, variable.read()))
            accumulator.assign(jnp.where(due, 0, largest))

    def _apply_now(self, grads: list, variables: list[Variable]) -> None:
        grads = clip_values(self._clip, grads)
        if not self._knows_rows:
            grads = [as_array(gradient) for gradient in grads]
        rate = self._rate()
        for variable in variables:
            decay = self._decay_of(variable)
            if decay is not None:
                value = variable.read()
                variable.assign(value - value * (decay * self._rate_for(variable, rate)).astype(value.dtype))
        self._update_variables(grads, variables, rate)

    def _update_variables(self, grads: list, variables: list[Variable], rate: jax.Array) -> None:
        if type(self).update_step is not Update.update_step:
            for gradient, variable in zip(grads, variables):
                self.update_step(gradient, variable, self._rate_for(variable, rate))
            return
        factors = [self._lr_multiplier_of(variable) for variable in variables]
        constants = self._advance(rate, factors)
        for gradient, variable, factor in zip(grads, variables, factors):
            self._update_one(gradient, variable, constants[factor])

    def _advance(self, rate: jax.Array, factors: Iterable[float] = (1.0,)) -> dict[float, Constants]:
        """The scalars of this step for each multiplier of the learning rate; the shared ones advance once."""
        shared = {name: variable.read() for name, variable in self._shared_variables.items()}
        constants, new = {}, shared
        for factor in dict.fromkeys(factors):
            constants[factor], new = self._constants(rate if factor == 1 else rate * factor, self._step(), shared)
        for name, variable in self._shared_variables.items():
            variable.assign(new[name])
        return constants

    def _update_one(self, gradient: jax.Array, variable: Variable, constants: Constants) -> None:
        value, boxes = variable.read(), self._slot_tables[self._get_variable_index(variable)]
        constants = cast(constants, value.dtype)
        change, slots = self._change(
            gradient.astype(value.dtype), value, {n: box.read() for n, box in boxes.items()}, constants
        )
        variable.assign(value + change)
        for name, box in boxes.items():
            box.assign(slots[name])

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Updates one variable; override it (and ``build``) to write an algorithm in Keras's style.

        Args:
          gradient: array of the variable's shape.
          variable: the variable; change it with ``self.assign``, ``self.assign_add`` or ``self.assign_sub``.
          learning_rate: scalar array.
        """
        self._update_one(jnp.asarray(gradient), variable, self._advance(jnp.asarray(learning_rate, jnp.float32))[1.0])

    def assign(self, variable: Variable, value: Any) -> None:
        """Replaces the value of a variable or slot."""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """Adds to a variable or slot."""
        variable.assign(variable.read() + value)

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """Subtracts from a variable or slot."""
        variable.assign(variable.read() - value)

    def _apply_accumulated(self, grads: list, variables: list[Variable], steps: int) -> None:
        """Adds gradients up; every ``steps``-th time their mean is applied."""
        accumulators = [self._accumulators[self._get_variable_index(v)] for v in variables]
        touched = [*self.variables, *variables]

        def update(grads: list) -> None:
            self._apply_now([(g + a.read()) / steps for g, a in zip(grads, accumulators)], variables)
            for accumulator in accumulators:
                accumulator.assign(jnp.zeros(accumulator.shape, accumulator.dtype))

        def accumulate(grads: list) -> None:
            for gradient, accumulator in zip(grads, accumulators):
                accumulator.assign(accumulator.read() + gradient)

        cond((self._iterations.read() + 1) % steps == 0, update, accumulate, touched, grads)

    def _update_averages(self) -> None:
        step = jnp.asarray(self.iterations)
        # The average starts at the first value that the variable gets.
        momentum = jnp.where(step == 0, 0.0, self.ema_momentum)
        every = self.ema_overwrite_frequency
        for variable, average in zip(self._trainable_variables, self._averages):
            value = variable.read()
            m = momentum.astype(value.dtype)
            new = m * average.read() + (1 - m) * value
            average.assign(new)
            if every:
                variable.assign(jnp.where((step + 1) % every == 0, new, value))

    # ---- scalars ----------------------------------------------------------------------------------------------------
    def _rate_at(self, step: Any) -> jax.Array:
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule):
            return jnp.asarray(rate(step))
        try:
            return jnp.asarray(rate(step) if _takes_step(rate) else rate())
        except (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError) as error:
            raise TypeError(
                f"The learning rate function of {self.name!r} uses Python control flow on the step, which is a "
                f"traced array in a compiled step. Use "
                "jnp.where, or a schedule of kerax.optimizers.schedules."
            ) from error

    def _rate(self) -> jax.Array:
        rate = self._learning_rate
        return (rate.read() if isinstance(rate, Variable) else self._rate_at(self._iterations.read())).astype(
            jnp.float32
        )

    def _rate_for(self, variable: Any, rate: jax.Array) -> jax.Array:
        factor = self._lr_multiplier_of(variable)
        return rate if factor == 1 else rate * factor

    def _lr_multiplier_of(self, variable: Any) -> float:
        """What the learning rate is multiplied by for a variable: the first pattern found in its path says."""
        for pattern, factor in (self.lr_multipliers or {}).items():
            if re.search(pattern, variable.path):
                return float(factor)
        return 1.0

    def _step(self) -> jax.Array:
        """The number of this update as float32, 1 at the first."""
        step = self._iterations.read()
        if self.gradient_accumulation_steps:
            step = step // self.gradient_accumulation_steps
        return (step + 1).astype(jnp.float32)

    def _clip(self, grads: list) -> list:
        if self.clipnorm:
            return [clip_by_norm(gradient, self.clipnorm) for gradient in grads]
        if self.global_clipnorm:
            return clip_by_global_norm(grads, self.global_clipnorm)
        return [clip_by_value(gradient, self.clipvalue) for gradient in grads] if self.clipvalue else grads

    def _decay_of(self, variable: Any) -> float | None:
        """Weight decay of a variable, or None."""
        return self.weight_decay if self.weight_decay is not None and self._use_weight_decay(variable) else None

    def _use_weight_decay(self, variable: Any) -> bool:
        if id(variable) in self._excluded:
            return False
        return not any(re.search(pattern, variable.name) for pattern in self._excluded_names)

    # ---- outside a training step ------------------------------------------------------------------------------------
    def hyperparameters(self) -> tuple:
        """What a compiled step has built in, as a hashable key: it must be compiled anew when this changes."""
        plain = (bool, int, float, str, type(None))
        own = tuple((k, v) for k, v in vars(self).items() if isinstance(v, plain))
        multipliers = tuple((self.lr_multipliers or {}).items())
        return (*own, self._excluded, self._excluded_names, multipliers, id(self._learning_rate))

    def _apply_compiled(self, grads: list, variables: list[Variable]) -> None:
        """Runs the step outside every scope: as one compiled function of all variables."""
        index = self._index
        key = (tuple([index[v] for v in variables]), len(self._variables), self.hyperparameters())  # type: ignore[attr-defined]
        table = self.__dict__.setdefault("_compiled", {})
        known = table.get(key)
        if known is None:
            touched = self._touched(variables)

            def run(arrays: list, grads: list) -> list:
                return _through_scope(lambda g: self._apply(g, variables), touched, arrays, grads)

            known = table[key] = touched, jax.jit(run, donate_argnums=0)
        touched, compiled = known
        if active[0]:  # a tape may want to know
            note_reads(touched, [variable.box() for variable in touched])
        new = compiled(own_arrays(touched), grads)
        for variable, array in zip(touched, new):
            variable.put(array)  # of its shape and dtype, as assign() has seen to while tracing

    def _touched(self, variables: list[Variable]) -> list[Variable]:
        """All variables that a step may write."""
        unique = {id(v): v for v in [*self.variables, *variables, *(self._trainable_variables if self.use_ema else ())]}
        return list(unique.values())

    def __getstate__(self) -> dict:
        return {k: v for k, v in self.__dict__.items() if k != "_compiled"}


def _through_scope(function: Callable, variables: list[Variable], arrays: list, *args: Any) -> list:
    with Scope({id(v): a for v, a in zip(variables, arrays)}) as scope:
        function(*args)
    return [scope.values[id(v)] for v in variables]


def cond(predicate: jax.Array, yes: Callable, no: Callable, variables: Sequence[Variable], *args: Any) -> None:
    """Runs one of two functions that write variables, chosen by a traced boolean.

    Args:
      predicate: boolean scalar.
      yes: function of ``args``.
      no: function of ``args``.
      variables: all variables that either may write.
      *args: arrays.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> from kerax.optimizers.update import cond
      >>> v = kerax.Variable(1.0)
      >>> cond(jnp.array(True), lambda: v.assign(2.0), lambda: None, [v])
      >>> float(v)
      2.0
    """
    unique = list({id(v): v for v in variables}.values())
    arrays = [variable.read() for variable in unique]
    outputs = jax.lax.cond(
        predicate,
        lambda arrays, args: _through_scope(yes, unique, arrays, *args),
        lambda arrays, args: _through_scope(no, unique, arrays, *args),
        arrays,
        args,
    )
    for variable, new in zip(unique, outputs):
        variable.assign(new)


def cast(constants: Constants, dtype: Any) -> Constants:
    """Scalars in the dtype of a variable.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.optimizers.update import cast
      >>> cast({"rate": jnp.float32(0.5)}, "bfloat16")["rate"].dtype
      dtype(bfloat16)
    """
    if dtype == jnp.float32:
        return constants
    return {name: value.astype(dtype) if hasattr(value, "astype") else value for name, value in constants.items()}


def _filled(fill: float) -> Callable:
    return lambda shape, dtype: np.full(shape, fill, jnp.dtype(dtype))


def _as_gradient(gradient: Any) -> Any:
    if isinstance(gradient, (RowGradient, jax.Array)):
        return gradient
    return jnp.asarray(gradient.value if isinstance(gradient, Variable) else gradient)


def _takes_step(function: Callable) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return True
    return any(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL) for p in parameters)
