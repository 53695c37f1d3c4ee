"""prefetch: a thread that computes the next elements while the current ones are used."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from dataclasses import dataclass
from typing import Any

from kerax.data.chunks import Chunk, Elements
from kerax.data.cursor import Cursor
from kerax.data.node import Node

AUTOTUNE = -1
_AUTOMATIC_SIZE = 2  # one element in use, one waiting, one being made: more only costs memory while the maker keeps up
_JOIN_SECONDS = 5.0


@dataclass(frozen=True, eq=False)
class Prefetch(Node):
    """The input, up to ``size`` elements ahead of whoever reads."""

    input: Node
    size: int

    only_reorders = True

    def open(self) -> Cursor:
        input = self.input.open()
        if self.size == 0 or input.instant:  # nothing to overlap
            return input
        return PrefetchCursor(self, input)


class Buffer:
    """What the reading side and the thread share. It knows neither, so that a forgotten iterator can be collected and
    end its thread.
    """

    def __init__(self, size: int, input: Cursor, changed: threading.Condition | None = None) -> None:
        self.size, self.input = size, input
        self.changed = threading.Condition() if changed is None else changed
        self.waiting: deque[Any] = deque()
        self.error: BaseException | None = None
        self.ended = self.closed = self.paused = self.working = False
        self.owns_input = True
        self.thread: threading.Thread | None = None

    def start(self) -> None:
        """Starts the thread."""
        self.thread = threading.Thread(target=self.work, name="kerax-prefetch", daemon=True)
        self.thread.start()

    def work(self) -> None:
        """Runs on the thread until the input ends, fails, or nobody reads any more."""
        while True:
            with self.changed:
                while (len(self.waiting) >= self.size or self.paused) and not self.closed:
                    self.changed.wait()
                if self.closed or self.ended or self.error is not None:
                    break
                self.working = True
            chunk, error = None, None
            try:
                chunk = self.input.read(self.input.ahead)
                elements = [] if chunk is None else chunk.elements()
            except BaseException as raised:  # handed to the reading side, whatever it is
                error, elements = raised, []
            with self.changed:
                self.working = False
                self.waiting.extend(elements)
                self.error = error
                self.ended = chunk is None and error is None
                self.changed.notify_all()
        if self.closed and self.owns_input:  # only here is it certain that nobody is reading from it
            self.input.close()

    def stop(self) -> None:
        """Tells the thread to end after the element it is making, and waits a while for it."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()
        if self.thread is not None and self.thread is not threading.current_thread():
            self.thread.join(_JOIN_SECONDS)

    def close(self) -> None:
        """Ends the thread and closes the input."""
        self.stop()
        if self.owns_input and (self.thread is None or not self.thread.is_alive()):
            self.input.close()


class PrefetchCursor(Cursor):
    """Takes elements from the buffer that the thread fills. The thread starts with the first element asked for."""

    def __init__(self, node: Prefetch, input: Cursor) -> None:
        super().__init__(node, input)
        self._buffer = Buffer(_AUTOMATIC_SIZE if node.size == AUTOTUNE else node.size, input)
        weakref.finalize(self, self._buffer.close)

    def share(self, changed: threading.Condition) -> None:
        """Lets several buffers tell one waiting reader that there is something new. To be called before any read."""
        self._buffer.changed = changed

    def ready(self) -> bool:
        """Says whether ``read`` would answer at once; begins to work if it would not."""
        buffer = self._start()
        with buffer.changed:
            return bool(buffer.waiting) or buffer.ended or buffer.closed or buffer.error is not None

    def _start(self) -> Buffer:
        buffer = self._buffer
        if buffer.thread is None and not buffer.closed and not buffer.ended:
            buffer.start()
        return buffer

    def read(self, n: int) -> Chunk | None:
        buffer = self._start()
        with buffer.changed:
            while not buffer.waiting and not buffer.ended and buffer.error is None and not buffer.closed:
                buffer.changed.wait()
            if buffer.waiting:
                out = Elements([buffer.waiting.popleft() for _ in range(min(n, len(buffer.waiting)))])
                buffer.changed.notify_all()
                return out
            if buffer.error is not None:
                error, buffer.error, buffer.thread = buffer.error, None, None
                raise error
            return None

    def get_state(self) -> Any:
        buffer = self._buffer
        with buffer.changed:
            buffer.paused = True
            while buffer.working:
                buffer.changed.wait()
            try:
                return {"waiting": list(buffer.waiting), "ended": buffer.ended, "input": buffer.input.get_state()}
            finally:
                buffer.paused = False
                buffer.changed.notify_all()

    def set_state(self, state: Any) -> None:
        old = self._buffer
        old.owns_input = False
        old.stop()
        self._buffer = Buffer(old.size, old.input, old.changed)
        self._buffer.waiting.extend(state["waiting"])
        self._buffer.ended = state["ended"]
        self._buffer.input.set_state(state["input"])
        weakref.finalize(self, self._buffer.close)

    def close(self) -> None:
        self._buffer.close()
