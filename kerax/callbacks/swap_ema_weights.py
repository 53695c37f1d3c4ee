"""SwapEMAWeights: evaluation and checkpoints see the moving averages of the weights."""

from __future__ import annotations

from typing import Any

from kerax.callbacks.callback import Callback, Logs
from kerax.optimizers import LossScaleOptimizer, MultiOptimizer


class SwapEMAWeights(Callback):
    """Swaps the weights and their exponential moving averages around evaluation and prediction.

    The optimizer must keep the averages (``use_ema=True``). Do not change weights in other callbacks meanwhile.

    Args:
      swap_on_epoch: whether the averages are in the model at the end of every epoch already, for callbacks such as
        ``ModelCheckpoint`` that stand behind this one.

    Raises:
      ValueError: when they are to be swapped, if the optimizer keeps no averages.

    Example:
      >>> import numpy as np, kerax
      >>> model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1)])
      >>> model.compile(kerax.optimizers.SGD(0.1, use_ema=True), "mse")
      >>> x, y = np.ones((8, 1)), np.zeros((8, 1))
      >>> history = model.fit(
      ...     x, y, epochs=2, verbose=0, validation_data=(x, y), callbacks=[kerax.callbacks.SwapEMAWeights()])
      >>> bool(np.isclose(history.history["val_loss"][-1], model.evaluate(x, y, verbose=0)))
      True
    """

    kept_in_backup = ("_swapped",)

    def __init__(self, swap_on_epoch: bool = False):
        self.swap_on_epoch = swap_on_epoch
        self._swapped = False

    def _optimizers(self) -> list[Any]:
        """The optimizers that keep averages."""
        optimizer = getattr(self.model, "optimizer", None)
        if isinstance(optimizer, LossScaleOptimizer):
            optimizer = optimizer.inner_optimizer
        found = optimizer.optimizers if isinstance(optimizer, MultiOptimizer) else [optimizer]
        found = [one for one in found if getattr(one, "use_ema", False)]
        if not found:
            raise ValueError(
                f"SwapEMAWeights needs an optimizer with use_ema=True; the model's {type(optimizer).__name__} has none."
            )
        return found

    def _swap(self, into: bool) -> None:
        """Puts the averages into the model, or the weights back."""
        if self._swapped is into:
            return
        for optimizer in self._optimizers():
            for variable, average in zip(optimizer._trainable_variables, optimizer._averages, strict=True):
                weight, mean = variable.read(), average.read()
                variable.assign(mean)
                average.assign(weight)
        self._swapped = into

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Puts the weights back."""
        self._swap(False)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Puts the averages in, if it is to be done at the end of epochs."""
        if self.swap_on_epoch:
            self._swap(True)

    def on_train_end(self, logs: Logs = None) -> None:
        """Leaves the averages in the model, which is what training with them ends with."""
        if self._swapped:
            for optimizer in self._optimizers():
                for variable, average in zip(optimizer._trainable_variables, optimizer._averages, strict=True):
                    average.assign(variable.read())
            self._swapped = False

    def on_test_begin(self, logs: Logs = None) -> None:
        """Puts the averages in."""
        self._swap(True)

    def on_test_end(self, logs: Logs = None) -> None:
        """Puts the weights back."""
        self._swap(False)

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Puts the averages in."""
        self._swap(True)

    def on_predict_end(self, logs: Logs = None) -> None:
        """Puts the weights back."""
        self._swap(False)
