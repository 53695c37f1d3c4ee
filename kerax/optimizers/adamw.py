"""AdamW: Adam with weight decay apart from the gradient."""

from __future__ import annotations

from typing import Any

from kerax.optimizers.adam import Adam


class AdamW(Adam):
    """Adam with weight decay: each step first multiplies the variables by ``1 - weight_decay * learning_rate``.

    Args:
      learning_rate: a number, a schedule, or a callable ``step -> rate``.
      weight_decay: a number.
      beta_1: decay of the mean of gradients.
      beta_2: decay of the mean of squared gradients.
      epsilon: added to the denominator.
      amsgrad: whether to divide by the largest mean of squares so far.
      clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
        gradient_accumulation_steps, name: as in ``Optimizer``.

    Raises:
      ValueError: if ``weight_decay`` is None.

    Reference: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2017, https://arxiv.org/abs/1711.05101

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> kerax.optimizers.AdamW(0.5, weight_decay=0.5).apply([[1.0, 1.0]], [w])
      >>> w.numpy().round(3)
      array([0.25, 1.  ], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float | None = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        if weight_decay is None:
            raise ValueError("Argument weight_decay of AdamW() must be a number, received None. Adam() has none.")
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, clipnorm, clipvalue, global_clipnorm,
            use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name,
            **kwargs,
        )  # fmt: skip
