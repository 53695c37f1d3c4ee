"""Optimizer: the base class of all optimizers, what a user calls."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np

from kerax import initializers
from kerax.config import floatx
from kerax.jax_compat import in_trace
from kerax.optimizers.arguments import check_arguments, check_rate, take_old_arguments
from kerax.optimizers.as_optax import as_optax
from kerax.optimizers.schedules import LearningRateSchedule, deserialize, serialize
from kerax.optimizers.update import Update
from kerax.registry import to_snake_case
from kerax.state import Scope, Variable, current_scope, value_and_grad
from kerax.state.naming import unique_name

if TYPE_CHECKING:
    import optax

# Set while a model function is traced: there a loss is a number already, and lowering it is put off.
deferred_minimize: contextvars.ContextVar[Callable | None] = contextvars.ContextVar("kerax_minimize", default=None)


class Optimizer(Update):
    """Changes variables by their gradients.

    Every number it keeps is in a ``Variable`` (``variables``): the iteration, the learning rate, and slots such as
    momenta. The
    same code runs eagerly (compiled on first use) and inside a training step.

    Args:
      learning_rate: a number, a ``LearningRateSchedule``, or a callable ``step -> rate`` such as an optax schedule
        (a callable
        without arguments also works).
      weight_decay: each step first multiplies the variables by ``1 - weight_decay * learning_rate``; None for none.
      clipnorm: largest L2 norm of the gradient of each variable.
      clipvalue: largest absolute value of each gradient element.
      global_clipnorm: largest L2 norm of all gradients together. At most one of the three may be set.
      use_ema: whether to keep an exponential moving average of the variables.
      ema_momentum: its momentum, in [0, 1].
      ema_overwrite_frequency: every so many steps the variables are replaced by their average; None: only at the end of
        training.
      loss_scale_factor: ``scale_loss`` multiplies the loss by it, and gradients are divided by it.
      gradient_accumulation_steps: variables change only every so many steps, by the mean gradient.
      name: "adam", "adam_1"... by default.
      lr_multipliers: regular expression to factor, ``{"embedding": 0.1, "head/": 2.0}``: the learning rate (and with
        it the weight decay) of a variable is multiplied by the factor of the first pattern found in its path. Not in
        Keras; every optimizer takes it, and it stands in the configuration only where it is given.
      **kwargs: ``lr`` as older name of ``learning_rate``; ``jit_compile`` is accepted and ignored.

    Raises:
      TypeError, ValueError: for an unknown argument or a value out of range.

    Example:
      >>> import kerax
      >>> w = kerax.Variable(3.0)
      >>> optimizer = kerax.optimizers.SGD(learning_rate=0.5)
      >>> optimizer.minimize(lambda: w * w, [w])
      >>> float(w)
      0.0
    """

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        lr_multipliers: Mapping[str, float] | None = None,
        **kwargs: Any,
    ):
        learning_rate = take_old_arguments(self, learning_rate, kwargs)
        self.name = name or unique_name(to_snake_case(type(self).__name__))
        self.weight_decay, self.clipnorm, self.clipvalue, self.global_clipnorm = (
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
        )
        self.use_ema, self.ema_momentum, self.ema_overwrite_frequency = use_ema, ema_momentum, ema_overwrite_frequency
        self.loss_scale_factor, self.gradient_accumulation_steps = loss_scale_factor, gradient_accumulation_steps
        self.lr_multipliers = lr_multipliers
        check_arguments(self)
        self.built = False
        self._iterations = self.add_variable((), "zeros", "int32", name="iteration")
        self._learning_rate = self._as_learning_rate(learning_rate)

    def _as_learning_rate(self, value: Any) -> Any:
        if isinstance(value, LearningRateSchedule) or (callable(value) and not isinstance(value, Variable)):
            return value
        number = check_rate(self, value)
        return self.add_variable((), lambda shape, dtype: np.full(shape, number, dtype), floatx(), name="learning_rate")

    # ---- learning rate and iterations -------------------------------------------------------------------------------
    @property
    def learning_rate(self) -> Any:
        """The learning rate: a scalar ``Variable`` (read it with ``float``, assign a number to change it), or, with a
        schedule, its value at the present iteration.

        Example:
          >>> import kerax
          >>> optimizer = kerax.optimizers.Adam(1e-3)
          >>> optimizer.learning_rate = 0.5
          >>> float(optimizer.learning_rate)
          0.5
        """
        if isinstance(self._learning_rate, Variable):
            return self._learning_rate
        return self._rate_at(self._iterations.read())

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if callable(value) and not isinstance(value, Variable):
            if isinstance(self._learning_rate, Variable):
                self._variables.pop("learning_rate")  # type: ignore[attr-defined]
            self._learning_rate = value
        elif isinstance(self._learning_rate, LearningRateSchedule):
            raise TypeError(
                f"The learning rate of {self.name!r} follows {type(self._learning_rate).__name__}, so no number can "
                f"be assigned to it. Create the "
                "optimizer with a number, or assign another schedule."
            )
        elif not isinstance(self._learning_rate, Variable):
            self._learning_rate = self._as_learning_rate(value)
        else:
            self._learning_rate.assign(value if in_trace() else check_rate(self, value))

    lr = learning_rate

    @property
    def iterations(self) -> Any:
        """How often the variables were updated: int32 ``Variable`` (an array when gradients are accumulated)."""
        if self.gradient_accumulation_steps:
            return self._iterations.read() // self.gradient_accumulation_steps
        return self._iterations

    @iterations.setter
    def iterations(self, value: Any) -> None:
        self._iterations.assign(value)

    # ---- variables --------------------------------------------------------------------------------------------------
    def add_variable(  # type: ignore[override]
        self,
        shape: Any = (),
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Creates a variable of the optimizer's own.

        Args:
          shape: sizes.
          initializer: name, instance or callable ``(shape, dtype) -> array``.
          dtype: dtype name; ``floatx()`` by default.
          aggregation: accepted as in Keras.
          layout: accepted as in Keras.
          name: last part of the path.
        """
        if not hasattr(self, "name"):
            raise RuntimeError(
                f"{type(self).__name__}.__init__() must call super().__init__() before it creates variables."
            )
        initializer = initializers.get(initializer)
        variable = super().add_variable(tuple(shape), initializer, dtype, name, trainable=False, autocast=False)
        variable.path = f"{self.name}/{variable.name}"
        return variable

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Creates a slot: a variable of the shape and dtype of another one.

        Args:
          reference_variable: the variable to be optimized.
          name: what the slot is ("momentum").
          initializer: first value.

        Returns:
          A variable named after both, such as "dense_kernel_momentum".
        """
        base = reference_variable.path.replace("/", "_")
        return self.add_variable(
            reference_variable.shape, initializer, reference_variable.dtype, name=f"{base}_{name or 'var'}"
        )

    def add_optimizer_variables(
        self, trainable_variables: Sequence[Variable], name: Any, initializer: Any = "zeros"
    ) -> Any:
        """Creates one slot, or several, for every variable.

        Args:
          trainable_variables: the variables to be optimized.
          name: what the slot is, or a list of such names.
          initializer: first value of all slots, or a list with one for each name.

        Returns:
          A list of slots in the order of the variables; for several names a tuple of such lists.
        """
        names = [name] if isinstance(name, str) else list(name)
        first = list(initializer) if isinstance(initializer, (list, tuple)) else [initializer] * len(names)
        if len(first) != len(names):
            raise ValueError(f"add_optimizer_variables() got {len(names)} names and {len(first)} initializers.")
        slots: tuple[list, ...] = tuple([] for _ in names)
        for variable in trainable_variables:
            for column, one, init in zip(slots, names, first):
                column.append(self.add_variable_from_reference(variable, one, init))
        return slots[0] if isinstance(name, str) else slots

    @property
    def variables(self) -> list[Variable]:
        """Everything the optimizer keeps: iteration, learning rate, slots."""
        return list(self._variables.values())  # type: ignore[attr-defined]

    weights = variables

    def get_weights(self) -> list[np.ndarray]:
        """The values of ``variables``."""
        return [variable.numpy() for variable in self.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Assigns the values of ``variables``.

        Raises:
          ValueError: if the optimizer is not built, or numbers or shapes differ.
        """
        variables = self.variables
        if not self.built:
            raise ValueError(
                f"Optimizer {self.name!r} has no slots yet: call optimizer.build(model.trainable_variables) before "
                f"set_weights()."
            )
        if len(weights) != len(variables):
            raise ValueError(
                f"Optimizer {self.name!r} has {len(variables)} variables, set_weights() received {len(weights)} arrays."
            )
        for variable, weight in zip(variables, weights):
            variable.assign(weight)

    def save_own_variables(self, store: Any) -> None:
        """Writes ``variables`` into a mapping under "0", "1"..."""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Reads what ``save_own_variables`` wrote.

        Raises:
          ValueError: if the number of arrays differs.
        """
        variables = self.variables
        if len(store.keys()) != len(variables):
            raise ValueError(
                f"Optimizer {self.name!r} has {len(variables)} variables but the saved one has {len(store.keys())}. "
                f"Build it on the same variables first."
            )
        for i, variable in enumerate(variables):
            variable.assign(np.asarray(store[str(i)]))

    # ---- updates ----------------------------------------------------------------------------------------------------
    def apply(self, grads: Iterable[Any], trainable_variables: Iterable[Variable] | None = None) -> None:
        """Changes variables by their gradients.

        Args:
          grads: one gradient, array-like of the variable's shape, or None for each variable.
          trainable_variables: the variables; those it was built on by default.

        Raises:
          ValueError: if no gradient is given at all, shapes differ, or the optimizer was built on other variables.
        """
        grads = list(grads)
        if not grads:
            return
        variables = list(self._trainable_variables if trainable_variables is None else trainable_variables)
        if trainable_variables is None and not self.built:
            raise ValueError(
                f"Optimizer {self.name!r} is not built: pass the variables, apply(grads, variables), or call "
                f"build(variables) first."
            )
        if len(grads) != len(variables):
            raise ValueError(f"Optimizer {self.name!r} received {len(grads)} gradients for {len(variables)} variables.")
        if not self.built:
            self.build(variables)
            self.built = True
        grads, variables = self._with_gradients(grads, variables)
        if current_scope() is None and not in_trace():
            self._apply_compiled(grads, variables)
        else:
            self._apply(grads, variables)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]], *args: Any, **kwargs: Any) -> Variable:
        """Changes variables by pairs ``zip(gradients, variables)``; returns ``iterations``."""
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [variable for _, variable in pairs])
        return self._iterations

    def minimize(self, loss: Any, var_list: Any = None, tape: Any = None, **options: Any) -> Any:
        """Takes one step down a loss.

        Args:
          loss: callable without arguments that returns the loss, a scalar; or, with a tape, the loss itself.
          var_list: the variables to change; an Estimator's model function may leave them out, for all.
          tape: a ``GradientTape`` that has recorded the loss.
          **options: ``global_step``, in a model function.

        Returns:
          None; in a model function, where the loss may be a number without a tape, the ``train_op``.

        Raises:
          TypeError: if the loss is an array and there is no tape, or the variables are missing.
        """
        deferred = deferred_minimize.get()
        if deferred is not None and tape is None and not callable(loss):
            return deferred(self, loss, var_list, **options)
        if var_list is None or options:
            raise TypeError(f"minimize() needs var_list and takes no {', '.join(options) or 'None for it'}.")
        variables = list(var_list() if callable(var_list) else var_list)
        self.apply([gradient for gradient, _ in self.compute_gradients(loss, variables, tape)], variables)
        return None

    def compute_gradients(
        self, loss: Any, var_list: Iterable[Variable], tape: Any = None
    ) -> list[tuple[Any, Variable]]:
        """Returns pairs of (scaled) gradient and variable for ``apply_gradients``; arguments as in ``minimize``."""
        variables = list(var_list)
        if tape is not None and not callable(loss):
            gradients = tape.gradient(loss, variables)
        elif callable(loss):
            gradients = value_and_grad(lambda: self.scale_loss(jnp.asarray(loss())), variables)[1]
        else:
            if deferred_minimize.get() is not None:
                raise TypeError(
                    "In a model function compute_gradients(loss) has no gradients to return yet: use minimize(loss), "
                    "with clipnorm=, clipvalue= or global_clipnorm= of the optimizer to clip them, or a GradientTape "
                    "around the computation of the loss."
                )
            raise TypeError(
                f"minimize(loss, variables) needs a callable without arguments that returns the loss, or a tape; "
                f"received {loss!r}."
            )
        return list(zip(gradients, variables))

    def stateless_apply(
        self, optimizer_variables: Sequence[Any], grads: Sequence[Any], trainable_variables: Sequence[Any]
    ) -> tuple[list, list]:
        """The update as a pure function of arrays.

        Args:
          optimizer_variables: values of ``variables``.
          grads: gradients, in the order of the variables it was built on.
          trainable_variables: values of those variables.

        Returns:
          New values of the trainable variables and of ``variables``.
        """
        own, targets = self.variables, self._trainable_variables
        for what, given, boxes in (
            ("optimizer_variables", optimizer_variables, own),
            ("trainable_variables", trainable_variables, targets),
        ):
            if not self.built or len(given) != len(boxes):
                raise ValueError(
                    f"stateless_apply() of {self.name!r} needs a built optimizer and {len(boxes)} arrays in {what}, "
                    f"received {len(given)}."
                )
        values = {id(v): jnp.asarray(a) for v, a in zip([*own, *targets], [*optimizer_variables, *trainable_variables])}
        with Scope(values) as scope:
            self.apply(grads)
        return [scope.values[id(v)] for v in targets], [scope.values[id(v)] for v in own]

    def scale_loss(self, loss: Any) -> Any:
        """The loss to differentiate: multiplied by ``loss_scale_factor`` if there is one."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """Replaces variables by their moving averages, if the optimizer keeps them; called at the end of training."""
        if self.use_ema and self.built:
            for variable in var_list:
                variable.assign(self._averages[self._get_variable_index(variable)].read())

    def exclude_from_weight_decay(
        self, var_list: Iterable[Variable] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Exempts variables from weight decay; call it before ``build``.

        Args:
          var_list: variables.
          var_names: patterns; a variable is exempt if one of them is found in its name.

        Raises:
          ValueError: if the optimizer is built already.
        """
        if self.built:
            raise ValueError(
                "exclude_from_weight_decay() must be called before the optimizer is built (before the first step)."
            )
        self._excluded = frozenset(id(variable) for variable in var_list or ())
        self._excluded_names = tuple(var_names or ())

    def as_optax(self) -> optax.GradientTransformation:
        """Clipping, weight decay and algorithm as an optax transformation, for use by hand.

        Example:
          >>> import jax.numpy as jnp, kerax
          >>> tx = kerax.optimizers.Adam(0.5).as_optax()
          >>> updates, _ = tx.update(jnp.ones(2), tx.init(jnp.ones(2)), jnp.ones(2))
          >>> updates.round(3)
          Array([-0.5, -0.5], dtype=float32)
        """
        return as_optax(self)

    def _optax_rate(self) -> Any:
        """The learning rate as a function of the count, as optax takes it."""
        rate = self._learning_rate
        if isinstance(rate, Variable):
            number = float(rate.numpy())
            return lambda count: number
        return self._rate_at

    # ---- configuration ----------------------------------------------------------------------------------------------
    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        rate = self._learning_rate
        if isinstance(rate, Variable):
            rate = float(rate.numpy())
        elif isinstance(rate, LearningRateSchedule):
            rate = serialize(rate)
        more = {"lr_multipliers": dict(self.lr_multipliers)} if self.lr_multipliers else {}
        return {
            "name": self.name,
            "learning_rate": rate,
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
            **more,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """Makes an optimizer from ``get_config()``."""
        config = dict(config)
        if isinstance(config.get("learning_rate"), dict):
            config["learning_rate"] = deserialize(config["learning_rate"], custom_objects)
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"
