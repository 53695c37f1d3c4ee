"""ProgressBar: Keras's bar for fit, evaluate and predict."""

from __future__ import annotations

import collections
import time
from typing import Any

from kerax.callbacks.callback import Callback, Logs
from kerax.utils.progress_line import bar_line, duration, step_duration, values
from kerax.utils.terminal import TERMINAL

_SECONDS_BETWEEN_DRAWINGS = 0.2
# The loop lets at most this many program calls be under way, so one of so many results is always ready.
_CALLS_REMEMBERED = 18


class ProgressBar(Callback):
    """Shows how far ``fit``, ``evaluate`` or ``predict`` is, with the logs.

    In a terminal or notebook a bar is drawn at most five times a second; in a file or pipe there is one line per
    epoch. The bar never waits for the device: it shows the newest logs that are computed already.

    Args:
      verbose: 1 for a bar, 2 for one line per epoch, 0 for nothing; what ``fit`` was told by default.

    Example:
      >>> import numpy as np, kerax
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)])
      >>> model.compile("sgd", "mse")
      >>> _ = model.fit(np.zeros((64, 2)), np.zeros((64, 1)), verbose=2)
      2/2 - ... - loss: 0.0000e+00
    """

    reads_logs_only = True
    kept_in_backup = ()
    target: int | None = None
    _first: tuple[int, float] | None = None  # steps and time of the first call, which compiles
    _steps_ended: float | None = None  # when validation began

    def __init__(self, verbose: int | None = None):
        self._given_verbose = verbose
        self.verbose = 1 if verbose is None else verbose
        self.epochs = 1
        self._fitting = False
        self._clear()

    def set_params(self, params: dict[str, Any]) -> None:
        """Receives how many epochs and batches there are."""
        super().set_params(params)
        if self._given_verbose is None:
            told = params.get("verbose", 1)
            self.verbose = 1 if told == "auto" else int(told)
        self.epochs = params.get("epochs") or 1
        self.target = params.get("steps")
        self._fitting = False
        self._clear()

    # ---- begin ------------------------------------------------------------------------------------------------------
    def on_train_begin(self, logs: Logs = None) -> None:
        """Notes that validation is part of a ``fit``."""
        self._fitting = True

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Writes which epoch begins."""
        if self.verbose and self.epochs > 1:
            TERMINAL.line(f"Epoch {epoch + 1}/{self.epochs}")
        self._clear()

    def on_test_begin(self, logs: Logs = None) -> None:
        """Begins the bar of ``evaluate``; in ``fit``, notes when validation began."""
        if self._fitting:
            self._steps_ended = time.perf_counter()
        else:
            self._clear()

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Begins the bar of ``predict``."""
        self._clear()

    def _clear(self) -> None:
        self._began = time.perf_counter()
        self._look_at = self._began + _SECONDS_BETWEEN_DRAWINGS
        self._interactive = self.verbose == 1 and TERMINAL.interactive
        self._first = None
        self._steps, self._steps_ended = 0, None
        self._newest: collections.deque = collections.deque(maxlen=_CALLS_REMEMBERED)

    # ---- on the way -------------------------------------------------------------------------------------------------
    def on_steps_end(self, kind: str, steps: int, logs: Logs = None) -> None:
        """Draws the bar, if a fifth of a second has passed since it was drawn last."""
        if not self.verbose or (self._fitting and kind == "test"):
            return
        self._steps = steps
        now = time.perf_counter()
        if self._first is None:
            self._first = (steps, now)
        if self._interactive:
            self._newest.append((steps, logs))
        if now < self._look_at:
            return
        TERMINAL.flush()
        if not self._interactive:
            self._look_at = now + _SECONDS_BETWEEN_DRAWINGS
            return
        for known_steps, known in reversed(self._newest):
            # Nothing else may be asked of logs that are not ready: even their length waits. Plain dicts are ready.
            ready = getattr(known, "ready", None)
            if ready is None or ready():
                self._draw(known_steps, known or {}, now)
                self._newest.clear()
                self._look_at = now + _SECONDS_BETWEEN_DRAWINGS
                return

    def _draw(self, steps: int, logs: Any, now: float) -> None:
        per_step = self._per_step(steps, now)
        rest = step_duration(per_step) if self.target is None else duration(per_step * (self.target - steps))
        times = f"{duration(now - self._began)} {rest}" if self.target is None else f"{rest} {step_duration(per_step)}"
        text, visible = bar_line(
            steps, self.target, times, logs, colours=True, width=TERMINAL.width - 1, marks=_marks()
        )
        TERMINAL.draw(text, visible)

    def _per_step(self, steps: int, now: float) -> float:
        """Seconds per step, without the first call (which compiles) where there are others."""
        overall = (now - self._began) / max(steps, 1)
        if self._first is None or steps <= self._first[0]:
            return overall
        return min(overall, (now - self._first[1]) / (steps - self._first[0]))

    # ---- end --------------------------------------------------------------------------------------------------------
    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Writes the epoch's line."""
        self._finish(logs)

    def on_train_end(self, logs: Logs = None) -> None:
        """Notes that ``fit`` is over."""
        self._fitting = False
        TERMINAL.end()

    def on_test_end(self, logs: Logs = None) -> None:
        """Writes the line of ``evaluate``."""
        if not self._fitting:
            self._finish(logs)
            TERMINAL.end()

    def on_predict_end(self, logs: Logs = None) -> None:
        """Writes the line of ``predict``."""
        self._finish(None)
        TERMINAL.end()

    def _finish(self, logs: Logs) -> None:
        if not self.verbose:
            return
        now = time.perf_counter()
        if self.target is None:
            self.target = self._steps  # known from now on
        elapsed = duration(now - self._began)
        per_step = step_duration(self._per_step(self._steps, self._steps_ended or now))
        if self.verbose == 1:
            colours = self._interactive
            text, visible = bar_line(
                self._steps,
                self.target,
                f"{elapsed} {per_step}",
                logs or {},
                colours=colours,
                width=None,
                marks=_marks(),
            )
            TERMINAL.line(text, visible)
        else:
            TERMINAL.line(f"{self._steps}/{self.target} - {elapsed} - {per_step}{values(logs or {})}")


class ProgbarLogger(ProgressBar):
    """Keras's name of ``ProgressBar``.

    Args:
      count_mode: accepted for tf.keras's sake: batches are counted.
      stateful_metrics: likewise: logs are shown as they are.

    Example:
      >>> import kerax
      >>> kerax.callbacks.ProgbarLogger().verbose
      1
    """

    def __init__(self, count_mode: str = "samples", stateful_metrics: Any = None):
        super().__init__()


def _marks() -> str:
    return "━" if TERMINAL.can_write("━") else "="
