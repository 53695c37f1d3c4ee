"""Where progress is written: terminals and notebooks, which can draw a line again, files and pipes, which cannot."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import time
from typing import Any

from kerax.utils.notebook import SECONDS_BETWEEN_CHANGES, NotebookLine, is_notebook

LOGGER = logging.getLogger("kerax")  # where messages go when they are not to be printed
_settings = {"interactive_logging": True}
_FALLBACK_SIZE = (80, 24)
_SECONDS_BEFORE_A_BAR = 1.0  # in a notebook: what is over by then, such as a short epoch, gets its last line only
_SECONDS_BETWEEN_FLUSHES = 0.2  # every flush wakes whoever reads a pipe: hundreds of epochs a second must not


class Terminal:
    """Writes lines to standard output, the last of which can be drawn again where that is possible.

    The stream is looked up at every use, because programs and notebooks replace ``sys.stdout``.

    Example:
      >>> from kerax.utils.terminal import Terminal
      >>> Terminal().line("done")
      done
    """

    def __init__(self) -> None:
        self._drawn = 0  # visible characters of the line that is being drawn, 0 when none is
        self._flushed_at = 0.0
        self._unshown: Any = None  # the stream that has text which was not flushed yet
        self._in_place: NotebookLine | None = None  # the line that is being drawn, in a notebook
        self._late: tuple[NotebookLine, str] | None = None  # a line whose last text was not shown yet
        self._changed_at = self._line_at = -_SECONDS_BEFORE_A_BAR  # times of the last change, the last line of text

    @property
    def interactive(self) -> bool:
        """Whether a line can be drawn again: in terminals and notebooks."""
        if os.environ.get("TERM") == "dumb" or not _settings["interactive_logging"]:
            return False
        return is_notebook(sys.stdout) or bool(getattr(sys.stdout, "isatty", lambda: False)())

    @property
    def width(self) -> int:
        """Characters in a line."""
        return shutil.get_terminal_size(_FALLBACK_SIZE).columns

    def can_write(self, text: str) -> bool:
        """Whether the stream's encoding knows the characters of a text."""
        try:
            text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def draw(self, text: str, visible: int) -> None:
        """Draws the last line again, without ending it; not every time in a notebook, which takes few messages.

        Args:
          text: the line, colours included.
          visible: its length without colours.
        """
        if is_notebook(sys.stdout) and _settings["interactive_logging"]:
            self._draw_in_notebook(text)
            return
        self._write("\r" + text + " " * (self._drawn - visible))
        self._drawn = visible
        self.flush()

    def line(self, text: str, visible: int | None = None) -> None:
        """Writes a whole line, in place of a line that is being drawn.

        Args:
          text: the line, colours included.
          visible: its length without colours.
        """
        if self._in_place is not None:
            self._late, self._in_place = (self._in_place, text), None
            if time.monotonic() - self._changed_at >= SECONDS_BETWEEN_CHANGES:
                self._show_late()
            return
        self._line_at = time.monotonic()
        length = len(text) if visible is None else visible
        start = "\r" if self._drawn else ""
        self._write(start + text + " " * (self._drawn - length) + "\n")
        self._drawn = 0

    def end(self) -> None:
        """Ends a line that is being drawn, if there is one, and shows all that was written."""
        if self._drawn:
            self._write("\n")
            self._drawn = 0
        self._in_place = None
        self._show_late()
        self.flush()

    def _draw_in_notebook(self, text: str) -> None:
        now = time.monotonic()
        if now - self._changed_at < SECONDS_BETWEEN_CHANGES:
            return
        if self._late is not None:
            self._show_late()
            return
        if self._in_place is None:
            if now - self._line_at < _SECONDS_BEFORE_A_BAR:
                return
            sys.stdout.flush()  # the text above the line is sent before it
            self._in_place = NotebookLine()
        self._in_place.show(text)
        self._changed_at = now

    def _show_late(self) -> None:
        if self._late is not None:
            line, text = self._late
            self._late, self._changed_at = None, time.monotonic()
            line.show(text)

    def flush(self, seconds: float = 0.0) -> None:
        """Shows what was written and is not shown yet, if the last time is that many seconds ago."""
        stream = self._unshown
        if stream is not None and is_notebook(stream):  # the kernel sends what was written a few times a second
            self._unshown = None
        elif stream is not None and time.monotonic() - self._flushed_at >= seconds:
            self._unshown, self._flushed_at = None, time.monotonic()
            if not getattr(stream, "closed", False):
                stream.flush()

    def _write(self, text: str) -> None:
        if not _settings["interactive_logging"]:
            if text.strip():
                LOGGER.info(text.strip())
            return
        stream: Any = sys.stdout
        if stream is not None:  # a program without a console has none
            stream.write(text)
            self._unshown = stream
            self.flush(_SECONDS_BETWEEN_FLUSHES)


def enable_interactive_logging() -> None:
    """Progress and messages go to standard output, as they do by default.

    Example:
      >>> import kerax
      >>> kerax.utils.enable_interactive_logging()
    """
    _settings["interactive_logging"] = True


def disable_interactive_logging() -> None:
    """Progress and messages go to the logger ``kerax`` of the module ``logging``, line by line.

    Example:
      >>> import kerax
      >>> kerax.utils.disable_interactive_logging()
      >>> kerax.utils.is_interactive_logging_enabled()
      False
      >>> kerax.utils.enable_interactive_logging()
    """
    _settings["interactive_logging"] = False


def is_interactive_logging_enabled() -> bool:
    """Whether progress and messages go to standard output.

    Example:
      >>> import kerax
      >>> kerax.utils.is_interactive_logging_enabled()
      True
    """
    return _settings["interactive_logging"]


TERMINAL = Terminal()  # one for all: callbacks that say something must not write into another one's line


def say(text: str) -> None:
    """Prints a message of a callback on a line of its own, above a progress bar that is being drawn.

    Example:
      >>> from kerax.utils.terminal import say
      >>> say("Epoch 3: early stopping")
      Epoch 3: early stopping
    """
    TERMINAL.line(text)
    TERMINAL.flush()
