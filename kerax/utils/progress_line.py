"""The text of a progress bar: how far, how long, and the logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

BAR_WIDTH = 20
_SMALLEST_DECIMAL = 1e-3  # smaller numbers are shown with an exponent
_MINUTE, _HOUR = 60, 3600
_BOLD, _GREEN, _WHITE, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


def duration(seconds: float) -> str:
    """Seconds as ``"5s"``, ``"1:05"`` or ``"1:01:05"``.

    Example:
      >>> from kerax.utils.progress_line import duration
      >>> duration(5), duration(65), duration(3665)
      ('5s', '1:05', '1:01:05')
    """
    whole = int(seconds)
    if whole >= _HOUR:
        return f"{whole // _HOUR}:{whole % _HOUR // _MINUTE:02d}:{whole % _MINUTE:02d}"
    if whole >= _MINUTE:
        return f"{whole // _MINUTE}:{whole % _MINUTE:02d}"
    return f"{whole}s"


def step_duration(seconds: float) -> str:
    """The time of one step as ``"2s/step"``, ``"15ms/step"`` or ``"80us/step"``.

    Example:
      >>> from kerax.utils.progress_line import step_duration
      >>> step_duration(0.0153)
      '15ms/step'
    """
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s/step"
    return f"{seconds * 1e3:.0f}ms/step" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us/step"


def number(value: Any) -> str:
    """A logged value with four digits after the point, or with an exponent when it is small; arrays by their mean.

    Example:
      >>> from kerax.utils.progress_line import number
      >>> number(0.25), number(1e-5), number(0)
      ('0.2500', '1.0000e-05', '0.0000e+00')
    """
    if isinstance(value, str):
        return value
    try:
        mean = value if value.__class__ is float else float(np.mean(value))
    except (TypeError, ValueError):
        return str(value)
    return f"{mean:.4f}" if abs(mean) > _SMALLEST_DECIMAL or mean != mean else f"{mean:.4e}"


def values(logs: Mapping[str, Any]) -> str:
    """Logs as ``" - loss: 0.5000 - mae: 0.3000"``.

    Example:
      >>> from kerax.utils.progress_line import values
      >>> values({"loss": 0.5})
      ' - loss: 0.5000'
    """
    return "".join(f" - {name}: {number(value)}" for name, value in logs.items())


def bar_line(
    steps: int,
    target: int | None,
    times: str,
    logs: Mapping[str, Any],
    *,
    colours: bool,
    width: int | None,
    marks: str = "━",
    size: int = BAR_WIDTH,
) -> tuple[str, int]:
    """One line of a progress bar.

    Args:
      steps: batches done.
      target: batches in all, None if not known.
      times: what is said about time.
      logs: values to show.
      colours: whether bold and colours are used.
      width: characters that the line must not exceed, None for any number.
      marks: the character that the bar is made of.
      size: characters of the bar, where there is room.

    Returns:
      ``(text, visible)``: the line, and how many characters of it are visible.

    Example:
      >>> from kerax.utils.progress_line import bar_line
      >>> bar_line(2, 4, "1s 15ms/step", {"loss": 0.5}, colours=False, width=None, marks="=")[0]
      '2/4 ==========           1s 15ms/step - loss: 0.5000'
    """
    count = f"{steps:7d}/Unknown" if target is None else f"{steps:{len(str(target))}d}/{target}"
    end = f" {times}{values(logs)}"
    size = 0 if target is None else size
    if width is not None:
        size = max(0, min(size, width - len(count) - len(end) - 1))
        room = width - len(count) - (size + 1 if size else 0)
        if len(end) > room:
            end = end[: max(0, room - 1)] + "…"
    done = size * min(steps, target) // target if target else 0
    visible = len(count) + (size + 1 if size else 0) + len(end)
    if not colours:
        return count + (f" {marks * done}{' ' * (size - done)}" if size else "") + end, visible
    bar = f" {_GREEN}{marks * done}{_PLAIN}{_WHITE}{marks * (size - done)}{_PLAIN}" if size else ""
    head, rest = end[: len(times) + 1], end[len(times) + 1 :]
    return f"{_BOLD}{count}{_PLAIN}{bar}{_BOLD}{head}{_PLAIN}{rest}", visible
