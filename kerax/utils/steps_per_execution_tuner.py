"""StepsPerExecutionTuner: looks for the number of steps a call at which a training loop of one's own is fastest."""

from __future__ import annotations

import time
from typing import Any

from kerax.utils.enqueuers import TimedThread

_FACTOR = 2
_MOST = 4096  # steps a call


class StepsPerExecutionTuner(TimedThread):
    """Doubles or halves the number of steps a call while it trains, as long as steps become faster.

    ``fit`` needs none: ``steps_per_execution="auto"`` chooses by the cost of the compiled step, so that a run is
    reproducible. This one measures, for loops that read ``steps_per_execution`` themselves.

    Args:
      optimizer: its ``iterations`` tell how many steps were made.
      spe_variable: integer ``Variable`` that the loop reads.
      interval: seconds between two measurements.
      change_spe_interval: measurements between two changes.
      change_threshold: relative gain of speed above which the direction of the last change is kept.

    Raises:
      ValueError: for an interval that is not positive.

    Example:
      >>> import kerax
      >>> optimizer, steps = kerax.optimizers.SGD(), kerax.Variable(1, dtype="int32")
      >>> tuner = kerax.utils.StepsPerExecutionTuner(optimizer, steps, interval=0.5)
      >>> tuner.steps_per_execution
      1
    """

    def __init__(
        self,
        optimizer: Any,
        spe_variable: Any,
        interval: float = 5,
        change_spe_interval: int = 10,
        change_threshold: float = 0.1,
    ):
        if interval <= 0 or change_spe_interval < 1:
            raise ValueError(
                "StepsPerExecutionTuner needs a positive interval and change_spe_interval, received "
                f"{interval!r} and {change_spe_interval!r}."
            )
        super().__init__(interval)
        self.optimizer, self._variable = optimizer, spe_variable
        self.change_spe_interval, self.change_threshold = change_spe_interval, change_threshold
        self._growing, self._best = True, 0.0
        self._mark: tuple[float, int] | None = None
        self._speeds: list[float] = []

    @property
    def steps_per_execution(self) -> int:
        """The present number of steps a call."""
        return int(self._variable)

    @steps_per_execution.setter
    def steps_per_execution(self, value: int) -> None:
        self._variable.assign(value)

    def on_interval(self) -> None:
        """Measures, and changes the number once there are enough measurements."""
        now, steps = time.monotonic(), int(self.optimizer.iterations)
        mark, self._mark = self._mark, (now, steps)
        if mark is None or steps <= mark[1] or now <= mark[0]:
            return  # between two trainings
        self._speeds.append((steps - mark[1]) / (now - mark[0]))
        if len(self._speeds) >= self.change_spe_interval:
            speed = sum(self._speeds) / len(self._speeds)
            self._speeds.clear()
            self._change(speed)

    def _change(self, speed: float) -> None:
        if speed < self._best * (1 + self.change_threshold) and self._best:
            self._growing = not self._growing
        self._best = speed
        present = self.steps_per_execution
        self.steps_per_execution = min(present * _FACTOR, _MOST) if self._growing else max(present // _FACTOR, 1)
