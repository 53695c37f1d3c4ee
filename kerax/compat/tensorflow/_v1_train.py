"""``tf.compat.v1.train``: optimizers, savers and rates of TensorFlow 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import kerax
from kerax.compat.tensorflow._core import array, tensor
from kerax.compat.tensorflow._graph import Deferred, gradients, minimizing, variables_behind
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1 import global_variables, trainable_variables
from kerax.optimizers import legacy
from kerax.state.symbolic import SymbolicTensor


class _Minimizing:
    """``minimize`` of TensorFlow 1: of a tensor noted down, a function, or the loss of a model function."""

    def minimize(self: Any, loss: Any, global_step: Any = None, var_list: Any = None, **options: Any) -> Any:
        """The operation that takes a step down a loss."""
        if isinstance(loss, SymbolicTensor):
            return minimizing(self, loss, var_list, global_step)
        done = (
            super().minimize(loss, var_list, global_step=global_step) if _defers() else super().minimize(loss, var_list)
        )  # type: ignore[misc]
        if not _defers() and global_step is not None:
            global_step.assign_add(1)
        return done

    def compute_gradients(self: Any, loss: Any, var_list: Any = None, tape: Any = None, **options: Any) -> list:
        """Pairs of gradient and variable, of a tensor noted down or a function, for ``apply_gradients``."""
        if isinstance(loss, SymbolicTensor):
            variables = list(var_list) if var_list is not None else variables_behind(loss)
            return list(zip(gradients(loss, variables), variables, strict=True))
        variables = trainable_variables() if var_list is None else var_list
        return super().compute_gradients(loss, variables, tape)  # type: ignore[misc]

    def apply_gradients(self: Any, grads_and_vars: Any, global_step: Any = None, name: Any = None) -> Any:
        """Applies gradients; of tensors noted down when a session runs it."""
        pairs = list(grads_and_vars)
        if any(isinstance(gradient, SymbolicTensor) for gradient, _ in pairs):

            def run(evaluation: Any) -> None:
                super(_Minimizing, self).apply_gradients([(evaluation.of(g), v) for g, v in pairs if g is not None])  # type: ignore[misc]
                if global_step is not None:
                    global_step.assign_add(1)

            return Deferred(run, "apply_gradients")
        done = super().apply_gradients(pairs)  # type: ignore[misc]
        if global_step is not None:
            global_step.assign_add(1)
        return done


def _defers() -> bool:
    from kerax.optimizers import optimizer

    return optimizer.deferred_minimize.get() is not None


class GradientDescentOptimizer(_Minimizing, legacy.SGD):
    """Steps against the gradient."""

    def __init__(self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent"):
        super().__init__(_rate(learning_rate), name=name)


class MomentumOptimizer(_Minimizing, legacy.SGD):
    """Steps with momentum."""

    def __init__(
        self,
        learning_rate: Any,
        momentum: Any,
        use_locking: bool = False,
        name: str = "Momentum",
        use_nesterov: bool = False,
    ):
        super().__init__(_rate(learning_rate), momentum, use_nesterov, name=name)


class AdamOptimizer(_Minimizing, legacy.Adam):
    """Adam, with epsilon 1e-8."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        use_locking: bool = False,
        name: str = "Adam",
    ):
        super().__init__(_rate(learning_rate), beta1, beta2, epsilon, name=name)


class AdagradOptimizer(_Minimizing, legacy.Adagrad):
    """Adagrad."""

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = "Adagrad",
    ):
        super().__init__(_rate(learning_rate), initial_accumulator_value, 1e-10, name=name)


class RMSPropOptimizer(_Minimizing, legacy.RMSprop):
    """RMSProp, with epsilon 1e-10."""

    def __init__(
        self,
        learning_rate: Any,
        decay: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-10,
        use_locking: bool = False,
        centered: bool = False,
        name: str = "RMSProp",
    ):
        super().__init__(_rate(learning_rate), decay, momentum, epsilon, centered, name=name)


class FtrlOptimizer(_Minimizing, legacy.Ftrl):
    """FTRL."""

    def __init__(
        self,
        learning_rate: Any,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "Ftrl",
    ):
        super().__init__(
            _rate(learning_rate), learning_rate_power, initial_accumulator_value, l1_regularization_strength,
            l2_regularization_strength, name=name,
        )  # fmt: skip


class AdadeltaOptimizer(_Minimizing, legacy.Adadelta):
    """Adadelta."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-8,
        use_locking: bool = False,
        name: str = "Adadelta",
    ):
        super().__init__(_rate(learning_rate), rho, epsilon, name=name)


def _rate(value: Any) -> Any:
    return float(tensor(value).numpy()) if isinstance(value, Tensor) else value


Optimizer = legacy.Optimizer


# ---- rates ----------------------------------------------------------------------------------------------------------
def _decay(make: Callable) -> Callable:
    def run(learning_rate: Any, global_step: Any, *args: Any, name: Any = None, **kwargs: Any) -> Any:
        schedule = make(learning_rate, *args, **kwargs)
        return lambda: Tensor(array(schedule(array(global_step))))

    run.__doc__ = "A function that returns the learning rate at a step, which is asked when it is called."
    return run


_schedules = kerax.optimizers.schedules
exponential_decay = _decay(_schedules.ExponentialDecay)
inverse_time_decay = _decay(_schedules.InverseTimeDecay)
polynomial_decay = _decay(_schedules.PolynomialDecay)
cosine_decay = _decay(_schedules.CosineDecay)


def natural_exp_decay(
    learning_rate: Any, global_step: Any, decay_steps: Any, decay_rate: Any, staircase: bool = False, name: Any = None
) -> Any:
    """``learning_rate * exp(-decay_rate * step / decay_steps)``."""
    import jax.numpy as jnp

    def rate() -> Any:
        periods = array(global_step) / decay_steps
        return Tensor(learning_rate * jnp.exp(-decay_rate * (jnp.floor(periods) if staircase else periods)))

    return rate


def piecewise_constant(x: Any, boundaries: Any, values: Any, name: Any = None) -> Any:
    """The rate of the interval that a step is in."""
    return lambda: Tensor(array(_schedules.PiecewiseConstantDecay(boundaries, values)(array(x))))


# ---- saving ---------------------------------------------------------------------------------------------------------
class Saver:
    """Saves variables by name in a checkpoint of TensorFlow 2's kind, and restores them.

    Args:
      var_list: variables, or name -> variable; those of ``get_variable`` by default.
      max_to_keep: how many files stay.
      **options: accepted as in TensorFlow.
    """

    def __init__(self, var_list: Any = None, max_to_keep: int | None = 5, **options: Any):
        self._given, self._keep, self._saved = var_list, max_to_keep, []  # type: ignore[var-annotated]

    def _checkpoint(self) -> Any:
        given = self._given if self._given is not None else global_variables()
        named = given if isinstance(given, dict) else {v.path.replace("/", "_"): v for v in given}
        return kerax.train.Checkpoint(**named)

    def save(self, sess: Any, save_path: str, global_step: Any = None, **options: Any) -> str:
        """Writes a checkpoint and returns its path."""
        step = "" if global_step is None else f"-{int(array(global_step))}"
        path = self._checkpoint().write(f"{save_path}{step}")
        self._saved.append(path)
        kerax.train.update_checkpoint_state(_folder(save_path), path, self._saved[-(self._keep or 0) :])
        return path

    def restore(self, sess: Any, save_path: str) -> None:
        """Reads a checkpoint."""
        self._checkpoint().read(save_path)

    @property
    def last_checkpoints(self) -> list:
        """Paths of what was saved."""
        return list(self._saved)


def _folder(path: str) -> str:
    import os

    return os.path.dirname(os.path.abspath(path))


class Scaffold:
    """Parts of a session that a model function may set, accepted as in TensorFlow."""

    def __init__(self, **parts: Any):
        self.__dict__.update(parts)
