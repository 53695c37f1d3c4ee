"""``tf.compat.v1.train``: optimizers, savers and rates of TensorFlow 1."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

import kerax
from kerax.compat.tensorflow._core import array, op, tensor
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._graph import Deferred, running
from kerax.compat.tensorflow._graph_flow import reading
from kerax.compat.tensorflow._graph_gradients import behind, gradients, minimizing, variables_behind
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1_scopes import trainable_variables
from kerax.compat.tensorflow._v1_slots import Slots
from kerax.jax_compat import in_trace, is_tracer
from kerax.optimizers import legacy
from kerax.optimizers.update import Slot
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor


class _Minimizing(Slots):
    """``minimize`` of TensorFlow 1: of a tensor noted down, a function, or the loss of a model function."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        made = super().__new__(cls)
        made._made_with = args, kwargs
        return made

    def __init__(self, learning_rate: Any, *args: Any, **kwargs: Any):
        # A rate that depends on the step is asked before each one; Keras's own schedules are asked by the optimizer.
        self._asked = asked(learning_rate)
        rate = rate_of(learning_rate) if self._asked is None else 0.0
        super().__init__(rate, *args, **kwargs)  # type: ignore[call-arg]

    def remade(self: Any) -> Any:
        """A new optimizer of the same arguments."""
        args, kwargs = self._made_with
        return type(self)(*args, **kwargs)

    def _ask(self: Any) -> None:
        if self._asked is not None:
            noted = isinstance(self._asked, SymbolicTensor)
            rate = tensor(running().of(self._asked) if noted else self._asked())
            if is_tracer(rate._value):
                self._learning_rate.assign(rate.array.astype(self._learning_rate._dtype))
            else:
                self.learning_rate = float(rate.numpy())

    def minimize(self: Any, loss: Any, global_step: Any = None, var_list: Any = None, **options: Any) -> Any:
        """The operation that takes a step down a loss."""
        if isinstance(loss, SymbolicTensor):
            known = {id(one) for one in behind([loss])}
            wanted = trained(loss) if var_list is None else var_list
            self.make_slots(one for one in wanted if id(one) in known)
            return minimizing(self, loss, var_list, global_step)
        done = (
            super().minimize(loss, var_list, global_step=global_step) if _defers() else super().minimize(loss, var_list)
        )  # type: ignore[misc]
        if not _defers() and global_step is not None:
            global_step.assign_add(1)
        return done

    def get_name(self: Any) -> str:
        """Its name."""
        return self.name

    def compute_gradients(self: Any, loss: Any, var_list: Any = None, tape: Any = None, **options: Any) -> list:
        """Pairs of gradient and variable, of a tensor noted down or a function, for ``apply_gradients``."""
        if isinstance(loss, SymbolicTensor):
            variables = list(var_list) if var_list is not None else trained(loss)
            return list(zip(gradients(loss, variables), variables, strict=True))
        variables = trainable_variables() if var_list is None else var_list
        return super().compute_gradients(loss, variables, tape)  # type: ignore[misc]

    def apply_gradients(self: Any, grads_and_vars: Any, global_step: Any = None, name: Any = None) -> Any:
        """Applies gradients; of tensors noted down when a session runs it."""
        pairs = list(grads_and_vars)
        if any(isinstance(gradient, SymbolicTensor) for gradient, _ in pairs):
            self.make_slots(variable for gradient, variable in pairs if gradient is not None)

            def run(evaluation: Any) -> None:
                self._ask()
                super(_Minimizing, self).apply_gradients([(evaluation.of(g), v) for g, v in pairs if g is not None])  # type: ignore[misc]
                if global_step is not None:
                    global_step.assign_add(1)

            return Deferred(run, "apply_gradients", [g for g, _ in pairs], pure=True)
        self._ask()
        done = super().apply_gradients(pairs)  # type: ignore[misc]
        if global_step is not None:
            global_step.assign_add(1)
        return done


def trained(loss: Any) -> list:
    """The trainable variables of the graph, and those of Keras's layers that a loss is computed from."""
    found = {id(one): one for one in [*trainable_variables(), *variables_behind(loss)]}
    return list(found.values())


def _defers() -> bool:
    from kerax.optimizers import optimizer

    return optimizer.deferred_minimize.get() is not None


class GradientDescentOptimizer(_Minimizing, legacy.SGD):
    """Steps against the gradient."""

    def __init__(self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent"):
        super().__init__(learning_rate, name=name)


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
        super().__init__(learning_rate, momentum, use_nesterov, name=name)

    def _slots(self) -> list:
        return [[Slot("momentum")]]

    def _change(self, gradient: Any, value: Any, slots: Any, c: Any) -> Any:
        # The slot is the sum of gradients, without the rate, unlike that of Keras.
        total = self.momentum * slots["momentum"] + gradient
        step = gradient + self.momentum * total if self.nesterov else total
        return -c["rate"] * step, {"momentum": total}


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
        super().__init__(learning_rate, beta1, beta2, epsilon, name=name)

    def _shared(self) -> dict[str, float]:
        return {"beta1_power": self.beta_1, "beta2_power": self.beta_2}

    def _constants(self, rate: Any, step: Any, shared: Any) -> Any:
        first, second = shared["beta1_power"], shared["beta2_power"]
        powers = {"beta1_power": first * self.beta_1, "beta2_power": second * self.beta_2}
        return {"alpha": rate * jnp.sqrt(1 - second) / (1 - first)}, powers


class AdagradOptimizer(_Minimizing, legacy.Adagrad):
    """Adagrad."""

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = "Adagrad",
    ):
        super().__init__(learning_rate, initial_accumulator_value, 1e-10, name=name)


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
        super().__init__(learning_rate, decay, momentum, epsilon, centered, name=name)

    def _slots(self) -> list:
        # The mean of squares begins with ones, and there is a slot of the last step without momentum, too.
        return [[Slot("rms", 1.0), *([Slot("mg")] if self.centered else []), Slot("momentum")]]

    def _row_rule(self) -> str:
        return "rows move"

    def _change(self, gradient: Any, value: Any, slots: Any, c: Any) -> Any:
        new = {"rms": self.rho * slots["rms"] + (1 - self.rho) * jnp.square(gradient)}
        variance = new["rms"]
        if self.centered:
            new["mg"] = self.rho * slots["mg"] + (1 - self.rho) * gradient
            variance = variance - jnp.square(new["mg"])
        step = c["rate"] * gradient / jnp.sqrt(variance + self.epsilon)  # epsilon stands inside the root
        step = new["momentum"] = self.momentum * slots["momentum"] + step
        return -step, new


class FtrlOptimizer(_Minimizing, legacy.Ftrl):
    """FTRL."""

    _slot_names = {"accumulator": "accum"}

    def __init__(
        self,
        learning_rate: Any,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "Ftrl",
        accum_name: str | None = None,
        linear_name: str | None = None,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float | None = None,
    ):
        self._slot_ends = {"accumulator": accum_name or name, "linear": linear_name or name}
        super().__init__(
            learning_rate, learning_rate_power, initial_accumulator_value, l1_regularization_strength,
            l2_regularization_strength, name, l2_shrinkage_regularization_strength, beta or 0.0,
        )  # fmt: skip


class AdadeltaOptimizer(_Minimizing, legacy.Adadelta):
    """Adadelta."""

    _slot_names = {"accum_grad": "accum", "accum_var": "accum_update"}

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-8,
        use_locking: bool = False,
        name: str = "Adadelta",
    ):
        super().__init__(learning_rate, rho, epsilon, name=name)


def asked(rate: Any) -> Any:
    """What a learning rate is asked of before each step, if it may change: a tensor of the graph, or a function."""
    if isinstance(rate, Variable):
        return reading(rate) if graph_mode() and not in_trace() else lambda: rate.read()
    return rate if isinstance(rate, SymbolicTensor) or inspect.isfunction(rate) else None


def rate_of(value: Any) -> Any:
    """A learning rate as a number where it is a tensor."""
    return float(tensor(value).numpy()) if isinstance(value, Tensor) else value


Optimizer = legacy.Optimizer


# ---- rates ----------------------------------------------------------------------------------------------------------
def _at(schedule: Callable, step: Any) -> Any:
    """The rate at a step: in a graph a tensor, else a function that asks when it is called."""

    @op
    def rate(step: Any) -> Any:
        return Tensor(array(schedule(array(step))))

    return rate(step) if graph_mode() else lambda: rate(step)


def _decay(make: Callable) -> Callable:
    def run(learning_rate: Any, global_step: Any, *args: Any, name: Any = None, **kwargs: Any) -> Any:
        return _at(make(learning_rate, *args, **kwargs), global_step)

    run.__doc__ = "A function that returns the learning rate at a step, which is asked when it is called."
    return run


_schedules = kerax.optimizers.schedules
exponential_decay = _decay(_schedules.ExponentialDecay)
inverse_time_decay = _decay(_schedules.InverseTimeDecay)
polynomial_decay = _decay(_schedules.PolynomialDecay)
cosine_decay = _decay(_schedules.CosineDecay)
cosine_decay_restarts = _decay(_schedules.CosineDecayRestarts)


def natural_exp_decay(
    learning_rate: Any, global_step: Any, decay_steps: Any, decay_rate: Any, staircase: bool = False, name: Any = None
) -> Any:
    """``learning_rate * exp(-decay_rate * step / decay_steps)``."""

    def schedule(step: Any) -> Any:
        periods = step / decay_steps
        return learning_rate * jnp.exp(-decay_rate * (jnp.floor(periods) if staircase else periods))

    return _at(schedule, global_step)


def linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    num_periods: float = 0.5,
    alpha: float = 0.0,
    beta: float = 0.001,
    name: Any = None,
) -> Any:
    """A falling line times a cosine (Bello et al., "Neural Optimizer Search", 2017, https://arxiv.org/abs/1709.07417).

    Args:
      learning_rate: at the beginning.
      global_step: the number of steps.
      decay_steps: after so many it stays.
      num_periods: of the cosine.
      alpha: added to the line.
      beta: added to the product.
      name: accepted as in TensorFlow.
    """

    def schedule(step: Any) -> Any:
        share = jnp.minimum(step, decay_steps) / decay_steps
        wave = 0.5 * (1 + jnp.cos(2 * jnp.pi * num_periods * share))
        return learning_rate * ((alpha + 1 - share) * wave + beta)

    return _at(schedule, global_step)


def noisy_linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    initial_variance: float = 1.0,
    variance_decay: float = 0.55,
    num_periods: float = 0.5,
    alpha: float = 0.0,
    beta: float = 0.001,
    name: Any = None,
) -> Any:
    """`linear_cosine_decay` with noise on the line, whose variance falls (Bello et al. 2017).

    Args:
      initial_variance: of the noise at the beginning.
      variance_decay: the power by which it falls.
      learning_rate, global_step, decay_steps, num_periods, alpha, beta, name: as of `linear_cosine_decay`.
    """
    import jax

    from kerax.compat.tensorflow._random import next_key

    def schedule(step: Any) -> Any:
        done = jnp.minimum(step, decay_steps).astype("float32")
        share = done / decay_steps
        deviation = jnp.sqrt(initial_variance / jnp.power(1.0 + done, variance_decay))
        noise = deviation * jax.random.normal(next_key())
        wave = 0.5 * (1 + jnp.cos(2 * jnp.pi * num_periods * share))
        return learning_rate * ((alpha + 1 - share + noise) * wave + beta)

    return _at(schedule, global_step)


def piecewise_constant(x: Any, boundaries: Any, values: Any, name: Any = None) -> Any:
    """The rate of the interval that a step is in."""
    return _at(_schedules.PiecewiseConstantDecay(boundaries, values), x)
