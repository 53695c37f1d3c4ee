"""What optimizers that scripts write for tf.keras 2.15 call, and Keras 3 has dropped or changed."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from kerax.compat.tensorflow._edges import by_script, entering, in_script
from kerax.compat.tensorflow._gradients import GradientTape
from kerax.compat.tensorflow._reducing import reduce_sum
from kerax.compat.tensorflow._rows import for_optimizer
from kerax.compat.tensorflow._tensor import Tensor
from kerax.optimizers import Optimizer
from kerax.state import Variable

_WITH_RATE = 4  # self, gradient, variable, learning_rate: how many arguments Keras 3 gives to update_step


def _build_learning_rate(self: Any, learning_rate: Any) -> Any:
    """Takes a number or a schedule as the learning rate."""
    self.learning_rate = learning_rate
    return self._learning_rate


def _serialize_hyperparameter(self: Any, hyperparameter: Any) -> Any:
    """A number or a schedule as a configuration holds it."""
    if isinstance(hyperparameter, Variable):
        return float(hyperparameter)
    if hasattr(hyperparameter, "get_config"):
        return {"class_name": type(hyperparameter).__name__, "config": hyperparameter.get_config()}
    return hyperparameter() if callable(hyperparameter) else hyperparameter


def _var_key(self: Any, variable: Any) -> Any:
    """What finds a variable in ``_index_dict``."""
    return variable


def aggregate_gradients(self: Any, grads_and_vars: Any) -> list:
    """The gradients: one program computes those of the whole batch."""
    return list(grads_and_vars)


def add_variable_from_reference(
    self: Any, model_variable: Any, variable_name: Any = None, shape: Any = None, initial_value: Any = None, **more: Any
) -> Any:
    """Creates a slot of a variable's type, and of its shape unless told otherwise."""
    model_variable = more.pop("reference_variable", model_variable)
    variable_name = more.pop("name", variable_name)
    first = more.pop("initializer", "zeros")
    if isinstance(shape, str) or callable(shape):  # Keras 3 gives an initializer as the third argument
        first, shape = shape, None
    if initial_value is not None:
        first = initial_value if callable(initial_value) else lambda shape, dtype: initial_value
    if shape is None:
        return _plain_slot(self, model_variable, variable_name, first)
    base = model_variable.path.replace("/", "_")
    return self.add_variable(tuple(shape), first, model_variable.dtype, name=f"{base}_{variable_name}")


_plain_slot = Optimizer.add_variable_from_reference


def _without_rate(plain: Any) -> Any:
    """The loop of kerax over the variables, for an ``update_step`` that is not told the learning rate."""

    @functools.wraps(plain)
    def update(self: Any, grads: list, variables: list, rate: Any) -> None:
        step = type(self).update_step
        if step.__module__.startswith("kerax.") or len(inspect.signature(step).parameters) >= _WITH_RATE:
            plain(self, grads, variables, rate)
            return
        for gradient, variable in zip(grads, variables):
            self.update_step(gradient, variable)

    return update


def _wants_rows(self: Any) -> bool:
    """tf.keras clips what each look-up gives, before repeated rows add up."""
    clips = self.clipnorm, self.clipvalue, self.global_clipnorm
    return by_script() and any(clip is not None for clip in clips) and not self.gradient_accumulation_steps


def _with_rows(plain: Any) -> Any:
    """``apply_gradients``: gradients of tables go on as rows where that matters."""

    @functools.wraps(plain)
    def apply_gradients(self: Any, grads_and_vars: Any, *args: Any, **kwargs: Any) -> Any:
        pairs = list(grads_and_vars)
        if in_script():
            wants = self.wants_rows()
            pairs = [(for_optimizer(g, v) if wants or g.__class__ is not Tensor else g, v) for g, v in pairs]
        return plain(self, pairs, *args, **kwargs)

    apply_gradients._kerax_entering = True  # type: ignore[attr-defined]
    return apply_gradients


def _summed(plain: Any) -> Any:
    """``minimize``: of a loss that is no scalar the sum is differentiated, as by a tape."""

    @functools.wraps(plain)
    def minimize(self: Any, loss: Any, var_list: Any = None, *args: Any, **kwargs: Any) -> Any:
        if callable(loss) and not args and not kwargs and in_script() and self.wants_rows():
            with GradientTape() as tape:
                value = reduce_sum(loss())
            variables = list(var_list() if callable(var_list) else var_list)
            return self.apply_gradients(zip(tape.gradient(value, variables), variables))
        whole = (lambda: reduce_sum(loss())) if callable(loss) and in_script() else loss
        return plain(self, whole, var_list, *args, **kwargs)

    minimize._kerax_entering = True  # type: ignore[attr-defined]
    return minimize


def install() -> None:
    """Adds them."""
    optimizer: Any = Optimizer
    optimizer._build_learning_rate = _build_learning_rate
    optimizer._serialize_hyperparameter = _serialize_hyperparameter
    optimizer._var_key = _var_key
    optimizer._index_dict = property(lambda self: self._index)
    optimizer.aggregate_gradients = entering(aggregate_gradients)
    optimizer.add_variable_from_reference = entering(add_variable_from_reference)
    optimizer.wants_rows = _wants_rows
    optimizer.apply_gradients = _with_rows(optimizer.apply_gradients)
    optimizer.minimize = _summed(optimizer.minimize)
    optimizer._update_variables = _without_rate(optimizer._update_variables)
