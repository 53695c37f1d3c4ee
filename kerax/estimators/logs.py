"""The log of estimators: lines on the standard error stream, as TensorFlow prints them, and a line about progress."""

from __future__ import annotations

import logging
import shutil
import sys
import time
from typing import Any

from kerax.utils.notebook import SECONDS_BETWEEN_CHANGES, NotebookLine, is_notebook

_REFRESH = 0.2  # seconds between two changes of the line about progress
_CLEAR = "\r\033[K"
_WIDTH = 30


class ProgressLine:
    """The last line of a terminal, which says how far training is, or a line in a notebook; nothing in other places.

    Args:
      stream: a text stream; the standard error stream without it.

    Example:
      >>> import io
      >>> from kerax.estimators.logs import ProgressLine
      >>> ProgressLine(io.StringIO()).show(1, 10, 0.5)  # no terminal
    """

    def __init__(self, stream: Any = None) -> None:
        self._stream, self._shown = stream, 0.0
        self.visible = False
        self._in_place: NotebookLine | None = None

    @property
    def stream(self) -> Any:
        """Where it is written."""
        return sys.stderr if self._stream is None else self._stream

    def show(self, step: int, last: int | None, loss: Any) -> None:
        """Shows a step, if the line has not changed a moment ago.

        Args:
          step: the global step.
          last: the one at which training ends, None if that is not known.
          loss: the newest loss; it is only fetched when it is shown.
        """
        now = time.monotonic()
        notebook = is_notebook(self.stream)
        least = SECONDS_BETWEEN_CHANGES if notebook else _REFRESH
        if loss is None or now - self._shown < least or not (notebook or self.stream.isatty()):
            return
        self._shown = now
        bar = ""
        if last:
            done = int(_WIDTH * min(1.0, step / last))
            bar = f"[{'=' * done}{' ' * (_WIDTH - done)}] "
        total = f"/{last}" if last else ""
        text = f"{bar}step {step}{total} - loss {float(loss):.4g}"
        if notebook:
            self._in_place = self._in_place or NotebookLine()
            self._in_place.show(text)
            return
        self.visible = True
        room = shutil.get_terminal_size().columns - 1  # a line that goes on in the next row cannot be taken away
        text = text if len(text) <= room else text.removeprefix(bar)[:room]
        self.stream.write(_CLEAR + text)
        self.stream.flush()

    def end(self) -> None:
        """Takes the line away."""
        if self._in_place is not None:
            self._in_place.show("")
            self._in_place = None
        self.clear()

    def clear(self) -> None:
        """Takes a terminal's line away."""
        if self.visible:
            self.visible = False
            self.stream.write(_CLEAR)
            self.stream.flush()


progress = ProgressLine()


class _Handler(logging.StreamHandler):
    """Writes to the standard error stream of the moment, above the line about progress."""

    @property
    def stream(self) -> Any:  # type: ignore[override]
        return sys.stderr

    @stream.setter
    def stream(self, value: Any) -> None:
        """The stream is looked up anew for every line."""

    def emit(self, record: logging.LogRecord) -> None:
        progress.clear()
        super().emit(record)


logger = logging.getLogger("kerax")
if not logger.handlers and logger.level == logging.NOTSET:  # as the program has not said anything else
    _handler = _Handler()
    _handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
    logger.addHandler(_handler)
    logger.setLevel(logging.INFO)
