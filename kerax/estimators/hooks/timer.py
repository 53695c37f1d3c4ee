"""SecondOrStepTimer: says when it is time again, by seconds or by steps."""

from __future__ import annotations

import time

from kerax.estimators.hooks.session_run_hook import FOREVER


class SecondOrStepTimer:
    """Triggers every few seconds, or every few steps; the first time at once, and never twice at one step.

    Args:
      every_secs: seconds between two triggers.
      every_steps: steps between two triggers.

    Raises:
      ValueError: unless exactly one of the two is given.

    Example:
      >>> import kerax
      >>> timer = kerax.estimators.SecondOrStepTimer(every_steps=10)
      >>> timer.should_trigger_for_step(0), timer.update_last_triggered_step(0)
      (True, (None, None))
      >>> timer.should_trigger_for_step(9), timer.should_trigger_for_step(10)
      (False, True)
    """

    def __init__(self, every_secs: float | None = None, every_steps: int | None = None) -> None:
        if (every_secs is None) == (every_steps is None):
            raise ValueError(
                "SecondOrStepTimer: give exactly one of every_secs and every_steps, received "
                f"{every_secs!r} and {every_steps!r}."
            )
        self._every_secs, self._every_steps = every_secs, every_steps
        self.reset()

    def reset(self) -> None:
        """Forgets the last trigger."""
        self._last_step: int | None = None
        self._last_time: float | None = None

    def should_trigger_for_step(self, step: int) -> bool:
        """Whether it is time at a step."""
        if self._last_step is None:
            return True
        if self._last_step == step:
            return False
        if self._every_secs is not None:
            return time.time() >= (self._last_time or 0.0) + self._every_secs
        return step >= self._last_step + (self._every_steps or 1)

    def update_last_triggered_step(self, step: int) -> tuple[float | None, int | None]:
        """Notes a trigger; returns seconds and steps since the last one, None at first."""
        now = time.time()
        elapsed: tuple[float | None, int | None] = (None, None)
        if self._last_step is not None:
            elapsed = (now - (self._last_time or now), step - self._last_step)
        self._last_step, self._last_time = step, now
        return elapsed

    def last_triggered_step(self) -> int | None:
        """The step of the last trigger, or None."""
        return self._last_step

    def quiet_steps(self, step: int) -> int:
        """How many steps can follow ``step`` before the one at whose end it may trigger."""
        if self._last_step is None:
            return 0
        if self._every_secs is not None:
            return 0 if self.should_trigger_for_step(step + 1) else FOREVER
        return max(0, self._last_step + (self._every_steps or 1) - step - 1)
