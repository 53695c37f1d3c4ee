"""map: a function on every element, on whole columns where it can be compiled, on threads where it was asked for."""

from __future__ import annotations

import os
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from kerax.data.calls import call, quiet
from kerax.data.chunks import Chunk, Columns, Elements, join, pack, unpack
from kerax.data.convert import to_element
from kerax.data.cursor import Cursor
from kerax.data.node import Node, add_note
from kerax.data.parsed_columns import for_columns
from kerax.data.probe import probe_spec
from kerax.data.structure import Structure
from kerax.data.vectorize import Refused, Vectorized

# Compiling takes about as long as some thousand single calls; a dataset that ends before this many elements never pays
# for it.
_WARM = 64
_LARGE_BYTES = 1 << 16
_AHEAD_BYTES = 1 << 23  # results that may wait to be asked for


class Compilation:
    """What is known about compiling one map function, shared by all passes."""

    def __init__(self) -> None:
        self.seen = 0
        self.vectorized: Vectorized | None = None
        self.refused: str | None = None


@dataclass(frozen=True, eq=False)
class Map(Node):
    """``function`` applied to every element."""

    input: Node
    function: Callable
    parallel: int | None
    deterministic: bool | None
    vectorize: bool = True
    compilation: Compilation = field(default_factory=Compilation)

    @property
    def dataset_name(self) -> str:
        return "MapDataset" if self.parallel is None else "ParallelMapDataset"

    @property
    def spec(self) -> Any:
        return probe_spec(self.apply, self.input)

    def unordered(self) -> Node:
        return replace(self, deterministic=False) if self.deterministic is None else self

    def apply(self, element: Any) -> Any:
        """Returns the function's answer for one element, converted to components."""
        result = to_element(call(self.function, element))
        if type(result) is dict and any(type(part) in (bytes, np.ndarray) for part in result.values()):
            return result
        if result is None or (isinstance(result, (tuple, dict)) and Structure.of(result).size == 0):
            raise ValueError(f"The function of {self.where} returned {result!r}; it must return at least one array.")
        return result

    def open(self) -> Cursor:
        input = self.input.open()
        return MapCursor(self, input) if self.parallel is None else ParallelMapCursor(self, input)


class MapCursor(Cursor):
    """Calls the function element by element until there is enough to compile it, then on columns.

    Attributes:
      each: what is to be done with every answer of a single call at once, while the processor's cache still holds it.
    """

    def __init__(self, node: Map, input: Cursor) -> None:
        super().__init__(node, input)
        self.each: Callable[[Any], Any] | None = None
        self._input, self._count = input, 0
        self._rest: Chunk | None = None  # read, but not computed yet: the first of them failed
        self._failed: Exception | None = None
        self._large = False

    @property
    def ahead(self) -> int:  # type: ignore[override]
        vectorized = self.node.compilation.vectorized
        if vectorized is None:
            return 1
        return max(vectorized.size, min(self._input.ahead, _AHEAD_BYTES // vectorized.row_bytes))

    def read(self, n: int) -> Chunk | None:
        if self._failed is not None:
            error, self._failed = self._failed, None
            self._skip_failed()
            raise error
        if self._rest is not None:
            rest, self._rest = self._rest, None
            return self._one_by_one(rest, n)
        # Large answers are handed on one by one, for the same reason.
        one = self._large and self.each is None and self.node.compilation.refused is not None
        chunk = self._input.read(1 if one else n)
        if chunk is None:
            return None
        whole = self._whole(chunk)
        if whole is None:
            return self._one_by_one(chunk, len(chunk))
        self._count += len(whole)
        return whole

    def _whole(self, chunk: Chunk) -> Columns | None:
        """All answers at once, if that can be done."""
        if not isinstance(chunk, Columns) or not self._compile(chunk):
            return None
        try:
            return self.node.compilation.vectorized(chunk)
        except Exception:  # single calls tell at which element, and what comes before it is delivered
            return None

    def _skip_failed(self) -> None:
        self._count += 1
        self._rest = self._rest[1:] if self._rest is not None and len(self._rest) > 1 else None

    def _one_by_one(self, chunk: Chunk, n: int) -> Elements:
        out, apply, each = Elements(), self.node.apply, self.each or _unchanged
        if n < len(chunk):
            chunk, self._rest = chunk[:n], chunk[n:]
        with quiet():
            for element in chunk.elements():
                try:
                    out.append(each(apply(element)))
                except Exception as error:
                    self._note(error, self._count + len(out))
                    left = chunk[len(out) :]
                    self._rest = left if self._rest is None else join([left, self._rest])
                    if not out:
                        self._skip_failed()
                        raise
                    self._failed = error  # what came before it is delivered first
                    break
        self._count += len(out)
        self.node.compilation.seen += len(out)
        self._large = _is_large(out[0])
        return out

    def _note(self, error: Exception, index: int) -> None:
        name = getattr(self.node.function, "__name__", type(self.node.function).__name__)
        add_note(error, f"raised by the function {name} of {self.node.where}, at element {index}")

    def _compile(self, chunk: Columns) -> bool:
        compilation = self.node.compilation
        if compilation.vectorized is not None:
            return compilation.vectorized.fits(chunk)
        if not self.node.vectorize or compilation.refused is not None or compilation.seen + len(chunk) <= _WARM:
            return False
        try:
            compilation.vectorized = for_columns(self.node.function, chunk)
        except Refused as reason:
            compilation.refused = str(reason)
        return compilation.vectorized is not None

    def own_state(self) -> Any:
        # An error that waits to be raised is found anew: the element it is about is the first of the rest.
        return {"count": self._count, "rest": None if self._rest is None else pack(self._rest)}

    def set_own_state(self, state: Any) -> None:
        self._count, self._failed = state["count"], None
        self._rest = None if state.get("rest") is None else unpack(state["rest"])


class ParallelMapCursor(MapCursor):
    """Keeps as many calls running on threads as were asked for."""

    def __init__(self, node: Map, input: Cursor) -> None:
        super().__init__(node, input)
        self._workers = max(2, os.cpu_count() or 2) if node.parallel == -1 else node.parallel or 1
        self._running: deque[tuple[Any, Future, int]] = deque()  # element, its result, its number
        self._submitted = 0
        self._pool: ThreadPoolExecutor | None = None

    def read(self, n: int) -> Chunk | None:
        compilation = self.node.compilation
        ready_to_compile = self.node.vectorize and compilation.refused is None and compilation.seen >= _WARM
        if compilation.vectorized or ready_to_compile:
            if not self._running:  # calls that are under way come first
                chunk = self._input.read(n)
                if chunk is None:
                    return None
                whole = self._whole(chunk)
                if whole is not None:
                    self._submitted += len(chunk)
                    return whole
                if not isinstance(chunk, Columns):
                    compilation.refused = "its input does not come in columns"
                self._submit(chunk)
        else:
            self._fill(n)
        return self._collect(n)

    def _fill(self, n: int) -> None:
        wanted = max(self._workers, n)
        while len(self._running) < wanted:
            chunk = self._input.read(wanted - len(self._running))
            if chunk is None:
                return
            self._submit(chunk)

    def _submit(self, chunk: Chunk) -> None:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="kerax-map")
            weakref.finalize(self, self._pool.shutdown, wait=False, cancel_futures=True)
        for element in chunk.elements():
            self._running.append((element, self._pool.submit(_run, self.node, element), self._submitted))
            self._submitted += 1

    def _collect(self, n: int) -> Chunk | None:
        if not self._running:
            return None
        if self.node.deterministic is False:
            self._bring_finished_forward()
        out = Elements()
        while self._running and len(out) < n and (not out or self._running[0][1].done()):
            _, future, number = self._running[0]
            error = future.exception()
            if isinstance(error, Exception):
                if out:
                    break
                self._running.popleft()
                self._note(error, number)
                raise error
            out.append(future.result())
            self._running.popleft()
        self.node.compilation.seen += len(out)
        return out

    def _bring_finished_forward(self) -> None:
        wait([future for _, future, _ in self._running], return_when=FIRST_COMPLETED)
        done = [call[1].done() for call in self._running]  # once: calls go on finishing
        finished = [call for call, over in zip(self._running, done) if over]
        self._running = deque(finished + [call for call, over in zip(self._running, done) if not over])

    def own_state(self) -> Any:
        waiting = [(element, number) for element, _, number in self._running]
        return {"submitted": self._submitted, "waiting": waiting}

    def set_own_state(self, state: Any) -> None:
        self._running.clear()
        for element, number in state["waiting"]:
            self._submitted = number
            self._submit(Elements([element]))
        self._submitted = state["submitted"]

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        super().close()


def _unchanged(element: Any) -> Any:
    return element


def _is_large(element: Any) -> bool:
    parts = element if type(element) is tuple else element.values() if type(element) is dict else (element,)
    return any(type(part) is np.ndarray and part.nbytes >= _LARGE_BYTES for part in parts)


def _run(node: Map, element: Any) -> Any:
    with quiet():
        return node.apply(element)
