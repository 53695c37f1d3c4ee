"""Progbar: a progress bar for loops of your own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from kerax.utils.progress_line import bar_line, duration, step_duration
from kerax.utils.progress_line import values as values_text
from kerax.utils.terminal import TERMINAL

_SMALLEST_INTERVAL = 0.2  # seconds: notebooks keep every drawing
_SLOW = 2.0  # seconds after which people want to know how far something is
_LOG_INTERVAL = 30.0  # seconds between lines where a line cannot be drawn again


class Progbar:
    """Shows how far a loop is, with values, in Keras's look.

    In a terminal or notebook the line is drawn again, at most five times a second; in a file there is a line now and
    then, and one at the end.

    Args:
      target: number of steps in all, None if not known.
      width: of the bar, in characters.
      verbose: 0 for nothing, 1 for a bar, 2 for one line at the end.
      interval: seconds between two drawings, at least; 0 to draw at every call.
      stateful_metrics: names of values that are shown as they are; all others by their means over the steps.
      stateless_metrics: names of values that are shown by their means; all others as they are.
      unit_name: what a step is called.

    Raises:
      ValueError: if both kinds of names are given.

    Example:
      >>> import kerax
      >>> bar = kerax.utils.Progbar(2, verbose=2)
      >>> bar.update(1, [("loss", 2.0)])
      >>> bar.update(2, [("loss", 1.0)])
      2/2 - ... - loss: 1.0000
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Progbar() takes only one of stateful_metrics (all others are averaged) and stateless_metrics (all "
                "others are not)."
            )
        self.target, self.width, self.verbose, self.interval = target, width, verbose, interval
        self.unit_name = unit_name
        self.stateful_metrics = None if stateless_metrics is not None else set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._sums: dict[str, tuple[Any, int]] = {}
        self._seen = 0
        self._began = time.perf_counter()
        self._first: tuple[int, float] | None = None
        self._drawn_at = -np.inf

    def update(
        self, current: int, values: Iterable[tuple[str, Any]] | None = None, finalize: bool | None = None
    ) -> None:
        """Shows a step.

        Args:
          current: number of steps done.
          values: pairs of name and value.
          finalize: whether it is the last; by default, whether ``current`` has reached the target.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        for name, value in values or ():
            self._add(name, value, current, finalize)
        self._seen = current
        now = time.perf_counter()
        self._first = self._first or (current, now)
        if self.verbose == 1 and (finalize or now - self._drawn_at >= self._least()):
            self._drawn_at = now
            self._draw(current, now, finalize)
        elif self.verbose == 2 and finalize and self.target:
            line = f"{current}/{self.target} - {duration(now - self._began)} - {self._speed(current, now)}"
            TERMINAL.line(line + values_text(self._shown()))

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """Shows ``n`` more steps."""
        self.update(self._seen + n, values)

    def _add(self, name: str, value: Any, current: int, last: bool) -> None:
        averaged = name in self.stateless_metrics if self.stateless_metrics is not None else (
            name not in (self.stateful_metrics or ())
        )  # fmt: skip
        value = value if isinstance(value, str) else np.asarray(value).mean()
        if not averaged or last or isinstance(value, str):
            self._sums[name] = (value, 1)
            return
        count = max(current - self._seen, 1)
        total, counted = self._sums.get(name, (0.0, 0))
        self._sums[name] = (total + value * count, counted + count)

    def _shown(self) -> dict[str, Any]:
        return {k: total if isinstance(total, str) else float(total / n) for k, (total, n) in self._sums.items()}

    def _least(self) -> float:
        if self.interval == 0:
            return 0.0
        return max(self.interval, _SMALLEST_INTERVAL if TERMINAL.interactive else _LOG_INTERVAL)

    def _speed(self, current: int, now: float) -> str:
        seconds = (now - self._began) / max(current, 1)
        if self._first is not None and current > self._first[0]:  # the first step may have compiled something
            seconds = min(seconds, (now - self._first[1]) / (current - self._first[0]))
        return step_duration(seconds).replace("/step", f"/{self.unit_name}")

    def _draw(self, current: int, now: float, last: bool) -> None:
        interactive, speed = TERMINAL.interactive, self._speed(current, now)
        took = now - self._began
        rest = took / max(current, 1) * ((self.target or 0) - current)
        times = f"{duration(took if last or not self.target else rest)} {speed}"
        text, visible = bar_line(
            current, self.target or None, times, self._shown(), colours=interactive,
            width=TERMINAL.width - 1 if interactive and not last else None,
            marks="━" if TERMINAL.can_write("━") else "=", size=self.width,
        )  # fmt: skip
        if interactive and not last:
            TERMINAL.draw(text, visible)
        else:
            TERMINAL.line(text, visible)
            if last:
                TERMINAL.end()


def shown_when_slow(items: Iterable[Any], total: int | None, title: str) -> Iterator[Any]:
    """Yields items, and shows how many there were once that has taken a while, where a line can be drawn again.

    Args:
      items: what is worked on, one by one.
      total: how many there are, None if not known.
      title: said before the bar appears.

    Example:
      >>> from kerax.utils.progbar import shown_when_slow
      >>> list(shown_when_slow([1, 2], 2, "work"))
      [1, 2]
    """
    began, bar, count = time.perf_counter(), None, 0
    for item in items:
        yield item
        count += 1
        if bar is None and TERMINAL.interactive and time.perf_counter() - began > _SLOW:
            TERMINAL.line(title)
            bar = Progbar(total, unit_name="batch")
            bar._began = began
        if bar is not None:
            bar.update(count, finalize=False)
    if bar is not None:
        bar.update(count, finalize=True)
