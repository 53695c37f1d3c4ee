"""Small hooks: stopping, NaN, final values, feeding, waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.estimators.hooks.session_run_hook import (
    FOREVER,
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
)
from kerax.estimators.logs import logger


class StopAtStepHook(SessionRunHook):
    """Ends training at a step.

    Args:
      num_steps: so many steps after the one at which training begins.
      last_step: at this global step.

    Raises:
      ValueError: unless exactly one of the two is given.

    Example:
      >>> import kerax
      >>> kerax.estimators.StopAtStepHook(last_step=100).quiet_steps(10)
      89
    """

    def __init__(self, num_steps: int | None = None, last_step: int | None = None) -> None:
        if (num_steps is None) == (last_step is None):
            raise ValueError(
                f"StopAtStepHook: give exactly one of num_steps and last_step, received {num_steps!r} and "
                f"{last_step!r}."
            )
        self._num_steps, self._last_step = num_steps, last_step

    def after_create_session(self, session: Any, coord: Any) -> None:
        if self._last_step is None:
            self._last_step = int(session.run("global_step")) + int(self._num_steps or 0)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs("global_step")

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        if int(run_values.results) + 1 >= (self._last_step or 0):
            run_context.request_stop()

    def quiet_steps(self, step: int) -> int:
        return max(0, (self._last_step or 0) - step - 1)


class NanLossDuringTrainingError(RuntimeError):
    """The loss became NaN.

    Example:
      >>> import kerax
      >>> issubclass(kerax.estimators.NanLossDuringTrainingError, RuntimeError)
      True
    """

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else "NaN loss during training."


class NanTensorHook(SessionRunHook):
    """Ends training when the loss is NaN.

    Args:
      loss_tensor: the loss, by name or as the array of the model function.
      fail_on_nan_loss: whether to raise; else training stops.

    Example:
      >>> import kerax
      >>> hook = kerax.estimators.NanTensorHook("loss", fail_on_nan_loss=False)
    """

    def __init__(self, loss_tensor: Any = "loss", fail_on_nan_loss: bool = True) -> None:
        self._loss_tensor, self._fail_on_nan_loss = loss_tensor, fail_on_nan_loss

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs({"loss": self._loss_tensor, "step": "global_step"})

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        if np.isnan(run_values.results["loss"]).any():
            self.found(int(run_values.results["step"]) + 1, run_context)

    def found(self, step: int, run_context: SessionRunContext) -> None:
        """Stops or raises, for a NaN in the step that made the global step ``step``."""
        message = (
            f"The loss is NaN at global step {step}. The last checkpoint is from before that step. Lower the learning "
            "rate, clip gradients (clipnorm=...), or look for NaN and infinity in the features and labels."
        )
        if self._fail_on_nan_loss:
            logger.error(message)
            raise NanLossDuringTrainingError(message)
        logger.warning(message)
        run_context.request_stop()

    def quiet_steps(self, step: int) -> int:
        return FOREVER if self._loss_tensor == "loss" and type(self) is NanTensorHook else 0


class FinalOpsHook(SessionRunHook):
    """Gets values at the end.

    Args:
      final_ops: names, in any structure.
      final_ops_feed_dict: accepted as in TensorFlow.

    Example:
      >>> import kerax
      >>> kerax.estimators.FinalOpsHook("global_step").final_ops_values is None
      True
    """

    def __init__(self, final_ops: Any, final_ops_feed_dict: Any = None) -> None:
        self._final_ops, self._values = final_ops, None

    @property
    def final_ops_values(self) -> Any:
        """The values, after the end."""
        return self._values

    def end(self, session: Any) -> None:
        if self._final_ops is not None:
            self._values = session.run(self._final_ops)


class FeedFnHook(SessionRunHook):
    """Calls a function before every step; its result was fed into the graph in TensorFlow and is not used here.

    Args:
      feed_fn: function without arguments.

    Raises:
      TypeError: for something that cannot be called.

    Example:
      >>> import kerax
      >>> hook = kerax.estimators.FeedFnHook(dict)
    """

    def __init__(self, feed_fn: Callable[[], Any]) -> None:
        if not callable(feed_fn):
            raise TypeError(f"FeedFnHook(feed_fn=...) is a function, received {feed_fn!r}.")
        self.feed_fn = feed_fn

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs(None, self.feed_fn())


class GlobalStepWaiterHook(SessionRunHook):
    """Waits before the first step until others have brought the global step so far.

    Args:
      wait_until_step: the global step; 0 or less for no wait.

    Example:
      >>> import kerax
      >>> hook = kerax.estimators.GlobalStepWaiterHook(0)
    """

    def __init__(self, wait_until_step: int) -> None:
        self._wait_until_step, self._passed = wait_until_step, False

    def before_run(self, run_context: SessionRunContext) -> None:
        while not self._passed and self._wait_until_step > 0:
            step = int(run_context.session.run("global_step"))
            if step >= self._wait_until_step:
                break
            logger.info("Waiting for global step %d; it is %d.", self._wait_until_step, step)
            time.sleep(0.5)
        self._passed = True

    def quiet_steps(self, step: int) -> int:
        return FOREVER if self._passed else 0
