"""Optimizer: the base class of the optimizers as they were before Keras 2.11."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import config
from kerax.errors import unknown_name
from kerax.optimizers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value
from kerax.optimizers.optimizer import Optimizer as CurrentOptimizer
from kerax.optimizers.rows import RowGradient, as_array
from kerax.optimizers.update import Slot, cast
from kerax.state import Variable

_FEW_ROWS = 16  # tables of so many rows for each row of the gradient are changed as a whole
_KEYWORDS = ("clipnorm", "clipvalue", "global_clipnorm", "lr", "decay")


class _Variables(list):
    """A list that gives the weights when it is called: ``variables`` was a method of these optimizers."""

    def __init__(self, variables: Iterable[Variable], weights: list[Variable]):
        super().__init__(variables)
        self._weights = weights

    def __call__(self) -> list[Variable]:
        return self._weights


class Optimizer(CurrentOptimizer):
    """Changes variables by their gradients, with the arguments, slot names and rules of Keras before 2.11.

    Where these differ from ``kerax.optimizers``: epsilon stands outside of the root, ``decay`` lowers the learning
    rate, several ways of clipping may be combined (value, norm, global norm, in this order), the name is the class
    name, and ``weights`` are the iteration and the slots.

    Args:
      name: first part of the paths of its variables.
      gradient_aggregator: accepted as in Keras; gradients are summed over devices by the compiled step itself.
      gradient_transformers: callables that take and return a list of ``(gradient, variable)``, after clipping.
      **kwargs: ``learning_rate`` or ``lr``; ``decay``: the rate of step t, from 0, is divided by ``1 + decay * t``;
        ``clipvalue``, ``clipnorm``, ``global_clipnorm``; ``lr_multipliers`` as in ``kerax.optimizers.Optimizer``.

    Raises:
      TypeError: for an unknown argument.
      ValueError: for a negative number, or ``clipnorm`` together with ``global_clipnorm``.

    Example:
      >>> import kerax
      >>> w = kerax.Variable(3.0, name="w")
      >>> optimizer = kerax.optimizers.legacy.SGD(0.25, momentum=0.5, decay=1.0)
      >>> optimizer.minimize(lambda: w * w, [w])
      >>> float(w), optimizer.get_slot_names(), optimizer.get_slot(w, "momentum").path
      (1.5, ['momentum'], 'SGD/w/momentum')
    """

    def __init__(
        self,
        name: str,
        gradient_aggregator: Any = None,
        gradient_transformers: Sequence[Callable] | None = None,
        **kwargs: Any,
    ):
        rate = kwargs.pop("learning_rate", 0.0)
        rate = kwargs.pop("lr", rate)
        multipliers = kwargs.pop("lr_multipliers", None)
        for key, value in kwargs.items():
            if key not in _KEYWORDS:
                raise TypeError(str(unknown_name(f"argument of {type(self).__name__}()", key, _KEYWORDS)))
            if value is not None and not value >= 0:
                raise ValueError(f"Argument {key} of {type(self).__name__}() must not be negative, received {value!r}.")
        super().__init__(rate, name=name, lr_multipliers=multipliers)
        self._iterations.name, self._iterations.path = "iter", f"{name}/iter"
        self.decay = kwargs.get("decay") or 0.0
        self.clipnorm, self.clipvalue = kwargs.get("clipnorm"), kwargs.get("clipvalue")
        self.global_clipnorm = kwargs.get("global_clipnorm")
        if self.clipnorm is not None and self.global_clipnorm is not None:
            raise ValueError(
                f"{type(self).__name__}() takes clipnorm or global_clipnorm, not both; received "
                f"clipnorm={self.clipnorm!r}, global_clipnorm={self.global_clipnorm!r}."
            )
        self.gradient_aggregator = gradient_aggregator
        self.gradient_transformers = tuple(gradient_transformers or ())

    _knows_rows = True

    # ---- variables --------------------------------------------------------------------------------------------------
    @property
    def variables(self) -> Any:
        """All that a training step carries along, the learning rate included; called, it gives ``weights``."""
        return _Variables(self._variables.values(), self.weights)  # type: ignore[attr-defined]

    @property
    def weights(self) -> list[Variable]:  # type: ignore[override]
        """The iteration, scalars that all variables share, and the slots."""
        shared = list(self.__dict__.get("_shared_variables", {}).values())
        rest = [v for v in self._variables.values() if v is not self._iterations and v is not self._learning_rate]  # type: ignore[attr-defined]
        return [self._iterations, *shared, *(v for v in rest if not any(v is s for s in shared))]

    def get_weights(self) -> list[np.ndarray]:
        """The values of ``weights``."""
        return [variable.numpy() for variable in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Assigns the values of ``weights``.

        Raises:
          ValueError: if numbers or shapes differ.
        """
        boxes = self.weights
        if len(weights) != len(boxes):
            hint = "" if self.built else " It has no slots yet: call build(variables) first."
            raise ValueError(f"Optimizer {self.name!r} has {len(boxes)} weights, received {len(weights)} arrays.{hint}")
        for box, weight in zip(boxes, weights):
            box.assign(weight)

    def build(self, variables: Sequence[Variable]) -> None:
        """Creates the slots of the variables to be optimized."""
        if not self.built:
            super().build(variables)
            self._create_slots(variables)

    def _create_slots(self, var_list: Sequence[Variable]) -> None:
        """What a subclass in the old style overrides: it calls ``add_slot`` for every variable."""

    def _create_slot(self, variable: Variable, slot: Slot) -> Variable:
        return self._new_slot(variable, slot.name, lambda shape, dtype: np.full(shape, slot.fill, jnp.dtype(dtype)))

    def _new_slot(self, variable: Variable, name: str, initializer: Any, shape: Any = None) -> Variable:
        shape = variable.shape if shape is None else shape
        box = self.add_variable(shape, initializer, variable.dtype, name=f"{variable.path}/{name}")
        return box

    def add_slot(self, var: Variable, slot_name: str, initializer: Any = "zeros", shape: Any = None) -> Variable:
        """Creates a slot of a variable, or returns the one there is.

        Args:
          var: a variable that the optimizer was built on.
          slot_name: last part of its path.
          initializer: first value.
          shape: sizes; those of the variable by default.
        """
        table = self._slot_tables[self._get_variable_index(var)]
        if slot_name not in table:
            table[slot_name] = self._new_slot(var, slot_name, initializer, shape)
        return table[slot_name]

    def add_weight(
        self, name: str, shape: Any = (), dtype: Any = None, initializer: Any = "zeros", **options: Any
    ) -> Variable:
        """Creates a variable of the optimizer's own; further arguments of Keras are accepted."""
        return self.add_variable(shape, initializer, dtype, name=name)

    def get_slot(self, var: Variable, slot_name: str) -> Variable:
        """The slot of a variable.

        Raises:
          ValueError: if the optimizer keeps no such slot.
        """
        table = self._slot_tables[self._get_variable_index(var)] if self.built else {}
        if slot_name not in table:
            raise unknown_name(f"slot of optimizer {self.name!r}", slot_name, list(table))
        return table[slot_name]

    def get_slot_names(self) -> list[str]:
        """The names of its slots, in the order in which they were made."""
        return list(dict.fromkeys(slot.name for group in self._slots() for slot in group)) or list(
            dict.fromkeys(name for table in self.__dict__.get("_slot_tables", ()) for name in table)
        )

    # ---- hyperparameters --------------------------------------------------------------------------------------------
    def _set_hyper(self, name: str, value: Any) -> None:
        setattr(self, name, value)

    def _get_hyper(self, name: str, dtype: Any = None) -> Any:
        value = self._rate_itself() if name == "learning_rate" else getattr(self, name)
        return value if dtype is None else jnp.asarray(value, dtype)

    @property
    def _initial_decay(self) -> float:
        return self.decay

    def _decayed_lr(self, var_dtype: Any) -> jax.Array:
        return self._rate().astype(var_dtype)

    def _rate_itself(self) -> jax.Array:
        return super()._rate()

    def _rate(self) -> jax.Array:
        return self._decayed(super()._rate(), self._iterations.read())

    def _decayed(self, rate: Any, step: Any) -> Any:
        return rate / (1.0 + self.decay * step) if self.decay else rate

    def _optax_rate(self) -> Any:
        rate_at = super()._optax_rate()
        return lambda count: self._decayed(rate_at(count), count)

    def hyperparameters(self) -> tuple:
        """What a compiled step has built in, as a hashable key."""
        return (*super().hyperparameters(), tuple(id(transform) for transform in self.gradient_transformers))

    # ---- one step ---------------------------------------------------------------------------------------------------
    def _clip(self, grads: list) -> list:
        if self.clipvalue is not None:
            grads = [clip_by_value(gradient, self.clipvalue) for gradient in grads]
        if self.clipnorm is not None:
            grads = [clip_by_norm(gradient, self.clipnorm) for gradient in grads]
        return grads if self.global_clipnorm is None else clip_by_global_norm(grads, self.global_clipnorm)

    def _update_variables(self, grads: list, variables: list[Variable], rate: jax.Array) -> None:
        for transform in self.gradient_transformers:
            pairs = list(transform(list(zip(grads, variables))))
            grads, variables = [gradient for gradient, _ in pairs], [variable for _, variable in pairs]
        if type(self)._resource_apply_dense is Optimizer._resource_apply_dense:
            super()._update_variables(grads, variables, rate)
        else:
            for gradient, variable in zip(grads, variables):
                self._resource_apply_dense(as_array(gradient), variable)

    def _resource_apply_dense(self, grad: Any, handle: Variable, apply_state: Any = None) -> Any:
        """What a subclass in the old style overrides: it changes one variable by its gradient."""
        self._update_one(grad, handle, self._advance(self._rate())[1.0])

    def _update_one(self, gradient: Any, variable: Variable, constants: Any) -> None:
        rule = self._row_rule() if isinstance(gradient, RowGradient) else "all move"
        if rule == "all move":
            super()._update_one(as_array(gradient), variable, constants)
            return
        value, boxes = variable.read(), self._slot_tables[self._get_variable_index(variable)]
        constants, slots = cast(constants, value.dtype), {name: box.read() for name, box in boxes.items()}
        if rule == "slots move":
            change, slots = self._change(gradient.dense().astype(value.dtype), value, slots, constants)
            variable.assign(value + jnp.where(gradient.touched(), change, 0))
        elif gradient.shape[0] <= _FEW_ROWS * gradient.indices.shape[0]:  # cheaper than finding every row once
            before, touched = dict(slots), gradient.touched()
            change, slots = self._change(gradient.dense().astype(value.dtype), value, slots, constants)
            variable.assign(value + jnp.where(touched, change, 0))
            slots = {name: jnp.where(touched, slot, before[name]) for name, slot in slots.items()}
        else:
            rows, sums = gradient.summed()
            part = {name: jnp.take(slot, rows, axis=0, mode="clip") for name, slot in slots.items()}
            own = jnp.take(value, rows, axis=0, mode="clip")
            change, part = self._change(sums.astype(value.dtype), own, part, constants)
            variable.assign(value.at[rows].add(change, mode="drop"))  # drops the places that name no row
            slots = {name: slot.at[rows].set(part[name], mode="drop") for name, slot in slots.items()}
        for name, box in boxes.items():
            box.assign(slots[name])

    def wants_rows(self) -> bool:
        """Whether only rows that were read move, or clipping measures what each read gives."""
        own = type(self)._resource_apply_dense is not Optimizer._resource_apply_dense or self.gradient_transformers
        clips = self.clipnorm, self.clipvalue, self.global_clipnorm
        return not own and (self._row_rule() != "all move" or any(clip is not None for clip in clips))

    def _row_rule(self) -> str:
        """What moves under a ``RowGradient``: "all move" (as with an array), "slots move" or "rows move"."""
        return "rows move"

    def get_gradients(self, loss: Any, params: Iterable[Variable]) -> list:
        """The gradients of a loss, a callable without arguments, with respect to variables, clipped."""
        return self._clip([gradient for gradient, _ in self.compute_gradients(loss, list(params))])

    def get_updates(self, loss: Any, params: Iterable[Variable]) -> list:
        """Takes one step down a loss, a callable without arguments; returns ``[iterations]``.

        In an Estimator's model function the loss is a number, and the list holds the ``train_op``.
        """
        operation = self.minimize(loss, params)
        return [self._iterations if operation is None else operation]

    # ---- configuration ----------------------------------------------------------------------------------------------
    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values; clipping only where it is set."""
        clips = {name: getattr(self, name) for name in ("clipnorm", "clipvalue", "global_clipnorm")}
        more = {"lr_multipliers": dict(self.lr_multipliers)} if self.lr_multipliers else {}
        return {"name": self.name, **{name: value for name, value in clips.items() if value is not None}, **more}

    def _rate_config(self) -> dict[str, Any]:
        return {"learning_rate": CurrentOptimizer.get_config(self)["learning_rate"], "decay": self.decay}


def epsilon_or_default(epsilon: float | None) -> float:
    """The fuzz factor given, or ``kerax.config.epsilon()``.

    Example:
      >>> from kerax.optimizers.legacy.optimizer import epsilon_or_default
      >>> epsilon_or_default(None), epsilon_or_default(0.5)
      (1e-07, 0.5)
    """
    return epsilon or config.epsilon()


def complement(beta: float) -> float:
    """``1 - beta`` as float32 arithmetic has it: TensorFlow's rules subtract the rounded number.

    Example:
      >>> from kerax.optimizers.legacy.optimizer import complement
      >>> complement(0.5), complement(0.999)
      (0.5, 0.0009999871253967285)
    """
    return float(np.float32(1.0) - np.float32(beta))
