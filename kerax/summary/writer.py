"""Summary writers: where summaries go, which step they belong to, and whether they are recorded at all."""

from __future__ import annotations

import contextlib
import contextvars
import time
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from kerax.summary.event import event
from kerax.summary.event_file import EventFile

_writer: contextvars.ContextVar[SummaryWriter | None] = contextvars.ContextVar("kerax_summary_writer", default=None)
_step: contextvars.ContextVar[Any] = contextvars.ContextVar("kerax_summary_step", default=None)
_condition: contextvars.ContextVar[Any] = contextvars.ContextVar("kerax_summary_condition", default=True)


class SummaryWriter:
    """Writes summaries into an event file; made by `create_file_writer`.

    Args:
      file: makes the file when the first summary comes, or None for a writer that drops everything.

    Example:
      >>> import kerax
      >>> kerax.summary.SummaryWriter(None).flush()
    """

    def __init__(self, file: Callable[[], EventFile] | None) -> None:
        self._make = file
        self._file: EventFile | None = None

    @contextlib.contextmanager
    def as_default(self, step: Any = None) -> Iterator[SummaryWriter]:
        """Makes this the writer of the summaries inside a ``with`` block.

        Args:
          step: default step of those summaries.
        """
        writer, before = _writer.set(self), _step.set(_step.get() if step is None else step)
        try:
            yield self
        finally:
            self.flush()
            _step.reset(before)
            _writer.reset(writer)

    def set_as_default(self, step: Any = None) -> None:
        """Makes this the writer of all summaries from now on."""
        _writer.set(self)
        if step is not None:
            _step.set(step)

    def init(self) -> None:
        """Makes the file now instead of with the first summary."""
        if self._make is not None and self._file is None:
            self._file = self._make()

    def add(self, summary: bytes = b"", step: int = 0, graph: bytes = b"") -> None:
        """Writes an encoded summary or graph."""
        self.init()
        if self._file is not None:
            self._file.write(event(time.time(), step, summary=summary, graph=graph))

    def flush(self) -> None:
        """Hands what was written to the operating system."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Writes what waits and closes the file."""
        if self._file is not None:
            self._file.close()


def create_file_writer(
    logdir: Any,
    max_queue: int | None = None,
    flush_millis: int | None = None,
    filename_suffix: str | None = None,
    name: str | None = None,
) -> SummaryWriter:
    """Returns a writer of an event file in a folder, which TensorBoard shows.

    Args:
      logdir: the folder.
      max_queue: summaries that wait before they are written out; 10 without it.
      flush_millis: how long they wait at most, in milliseconds; two minutes without it.
      filename_suffix: end of the file's name; ``".v2"`` without it.
      name: unused, for programs that give it.

    Example:
      >>> import tempfile, kerax
      >>> writer = kerax.summary.create_file_writer(tempfile.mkdtemp())
      >>> with writer.as_default():
      ...     kerax.summary.scalar("loss", 0.5, step=1)
      True
    """
    del name
    options: dict[str, Any] = {"suffix": ".v2" if filename_suffix is None else filename_suffix}
    if max_queue is not None:
        options["max_queue"] = int(max_queue)
    if flush_millis is not None:
        options["flush_seconds"] = flush_millis / 1000
    return SummaryWriter(lambda: EventFile(logdir, **options))


def create_noop_writer() -> SummaryWriter:
    """Returns a writer that drops everything.

    Example:
      >>> import kerax
      >>> with kerax.summary.create_noop_writer().as_default():
      ...     kerax.summary.scalar("loss", 0.5, step=1)
      True
    """
    return SummaryWriter(None)


def flush(writer: SummaryWriter | None = None, name: str | None = None) -> None:
    """Writes out what waits in a writer, the default one without an argument.

    Example:
      >>> import kerax
      >>> kerax.summary.flush()
    """
    writer = _writer.get() if writer is None else writer
    if writer is not None:
        writer.flush()


def has_default_writer() -> bool:
    """Whether summaries have a writer here.

    Example:
      >>> import kerax
      >>> kerax.summary.has_default_writer()
      False
    """
    return _writer.get() is not None


def get_step() -> Any:
    """The default step of summaries, or None.

    Example:
      >>> import kerax
      >>> kerax.summary.experimental.get_step() is None
      True
    """
    return _step.get()


def set_step(step: Any) -> None:
    """Sets the default step of summaries: an int, a variable, or None for none.

    Example:
      >>> import kerax
      >>> kerax.summary.experimental.set_step(None)
    """
    _step.set(step)


@contextlib.contextmanager
def record_if(condition: Any) -> Iterator[None]:
    """Records the summaries inside a ``with`` block only under a condition: a bool, or a function that returns one.

    Example:
      >>> import kerax
      >>> with kerax.summary.record_if(False):
      ...     kerax.summary.should_record_summaries()
      False
    """
    before = _condition.set(condition)
    try:
        yield
    finally:
        _condition.reset(before)


def should_record_summaries() -> bool:
    """Whether a summary written here would be recorded.

    Example:
      >>> import kerax
      >>> kerax.summary.should_record_summaries()
      False
    """
    condition = _condition.get()
    return has_default_writer() and bool(condition() if callable(condition) else condition)


def record(encode: Callable[..., bytes], step: Any, *arrays: Any, wants: str = "summary") -> bool:
    """Writes a summary with the default writer.

    Inside a compiled function the numbers are sent to the host when it runs.

    Args:
      encode: ``(*arrays) -> encoded summary``, called when the summary is recorded.
      step: of the summary, or None for the default one.
      *arrays: what is encoded.
      wants: who asks, for messages.

    Returns:
      Whether there was a writer that took it.

    Raises:
      ValueError: without a step.
    """
    writer = _writer.get()
    if writer is None or not should_record_summaries():
        return False
    step = _step.get() if step is None else step
    if step is None:
        raise ValueError(
            f"{wants} needs a step: give step=..., open the writer with as_default(step=...), or call "
            "kerax.summary.experimental.set_step."
        )
    step = step.value if hasattr(step, "assign") else step
    if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves((step, arrays))):
        taken: SummaryWriter = writer
        jax.debug.callback(lambda step, *arrays: taken.add(encode(*map(np.asarray, arrays)), int(step)), step, *arrays)
    else:
        writer.add(encode(*arrays), int(step))
    return True
