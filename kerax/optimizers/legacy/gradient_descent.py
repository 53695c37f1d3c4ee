"""SGD and Ftrl as they were before Keras 2.11: the rules are those of today, names and arguments are not."""

from __future__ import annotations

from typing import Any

from kerax.optimizers import ftrl, sgd
from kerax.optimizers.arguments import check_fractions
from kerax.optimizers.legacy.optimizer import Optimizer


class SGD(Optimizer):
    """Gradient descent: ``w -= rate * g``; with momentum ``v = momentum * v - rate * g; w += v``.

    Args:
      learning_rate: a number, a schedule, or a callable.
      momentum: in [0, 1]; 0 keeps no slot.
      nesterov: whether to look ahead: ``w += momentum * v - rate * g``.
      name: first part of the paths of its variables.
      **kwargs: ``decay``, ``lr``, ``clipvalue``, ``clipnorm``, ``global_clipnorm``, as in ``Optimizer``.

    Reference: Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> optimizer = kerax.optimizers.legacy.SGD(0.5, decay=1.0)
      >>> for _ in range(2):  # rates 0.5 and 0.25
      ...     _ = optimizer.apply_gradients([([1.0, 1.0], w)])
      >>> w.numpy()
      array([0.25, 1.25], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        name: str = "SGD",
        **kwargs: Any,
    ):
        super().__init__(name, learning_rate=learning_rate, **kwargs)
        self.momentum, self.nesterov = momentum, nesterov
        check_fractions(self, "momentum")

    _slots = sgd.SGD._slots
    _change = sgd.SGD._change

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        more = {"momentum": self.momentum, "nesterov": self.nesterov}
        return {**super().get_config(), **self._rate_config(), **more}


class Ftrl(Optimizer):
    """FTRL-proximal: sparse linear models under L1 and L2 penalties.

    Args:
      learning_rate: a number, a schedule, or a callable.
      learning_rate_power: exponent of the sums of squares, at most 0; -0.5 is Adagrad's.
      initial_accumulator_value: first value of the sums of squared gradients.
      l1_regularization_strength: L1 penalty; makes weights exactly 0.
      l2_regularization_strength: L2 penalty.
      name: first part of the paths of its variables.
      l2_shrinkage_regularization_strength: L2 penalty whose gradient counts for the step but not for the sums.
      beta: added to the denominator, as ``beta`` of the paper.
      **kwargs: ``decay``, ``lr``, ``clipvalue``, ``clipnorm``, ``global_clipnorm``, as in ``Optimizer``.

    Reference: McMahan et al., "Ad Click Prediction: a View from the Trenches", 2013, algorithm 1.

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> _ = kerax.optimizers.legacy.Ftrl(0.5).apply_gradients([([1.0, 1.0], w)])
      >>> w.numpy().round(3)
      array([0.222, 0.92 ], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        name: str = "Ftrl",
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(name, learning_rate=learning_rate, **kwargs)
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        self._check()

    _check = ftrl.Ftrl._check
    _slots = ftrl.Ftrl._slots
    _change = ftrl.Ftrl._change

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        names = (
            "learning_rate_power", "initial_accumulator_value", "l1_regularization_strength",
            "l2_regularization_strength", "l2_shrinkage_regularization_strength", "beta",
        )  # fmt: skip
        return {**super().get_config(), **self._rate_config(), **{name: getattr(self, name) for name in names}}
