"""What a plan is made of, and how it runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from kerax.data.node import Node
from kerax.data.operations.arrays import Gather, RowNumbers, TensorSlice
from kerax.data.operations.interleave import ParallelInterleave
from kerax.data.operations.map import Map
from kerax.data.operations.prefetch import Prefetch
from kerax.data.purity import side_effect
from kerax.data.rewrite import rewrite
from kerax.data.spec import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY

_COUNTS = {INFINITE_CARDINALITY: "without end", UNKNOWN_CARDINALITY: "unknown"}


@dataclass(frozen=True)
class Explanation:
    """The plan a user wrote and the plan that runs, as text.

    Attributes:
      written: the steps as they were written, one a line.
      executed: the steps as they run, with notes.
    """

    written: str
    executed: str

    def __str__(self) -> str:
        return f"Plan:\n{self.written}\n\nRuns as:\n{self.executed}"

    __repr__ = __str__


def explain(plan: Node) -> Explanation:
    """Describes a plan before and after the rewrite rules."""
    return Explanation("\n".join(_lines(plan, _name)), "\n".join(_lines(rewrite(plan), _executed)))


def _lines(node: Node, describe: Any, depth: int = 0) -> list[str]:
    """The steps below a node, sources first, branches indented."""
    inputs = node.inputs
    if len(inputs) == 1:
        return [*_lines(inputs[0], describe, depth), "  " * depth + describe(node)]
    branches = [line for part in inputs for line in [*_lines(part, describe, depth + 1), "  " * (depth + 1) + "--"]]
    return [*branches[:-1], "  " * depth + describe(node)]


def _name(node: Node) -> str:
    arguments = [
        f"{name}={value!r}"
        for name, value in vars(node).items()
        if name not in ("input", "vectorize") and isinstance(value, (int, str, float)) and value is not None
    ]
    functions = [
        getattr(value, "__name__", type(value).__name__)
        for name, value in vars(node).items()
        if callable(value) and name in ("function", "predicate", "key", "reduce", "class_of")
    ]
    count = _COUNTS.get(node.cardinality, str(node.cardinality))
    return f"{node.operation}({', '.join([*functions, *arguments])})  [{count}]"


def _executed(node: Node) -> str:
    return f"{_name(node)}{_note(node)}"


def _note(node: Node) -> str:
    if isinstance(node, RowNumbers):
        return "  <- the steps that follow move row numbers, not rows"
    if isinstance(node, Gather):
        return f"  <- rows of {node.source.operation} gathered here, once for each batch"
    if isinstance(node, TensorSlice):
        return "  <- arrays in memory, not copied"
    if isinstance(node, Prefetch):
        return "  <- on a thread of its own, unless its input is instant" if node.size else "  <- does nothing"
    if isinstance(node, ParallelInterleave):
        return f"  <- {node.cycle} threads{', elements as they get ready' if node.deterministic is False else ''}"
    if isinstance(node, Map):
        return f"  <- {_map_note(node)}"
    if getattr(node, "cycle", 1) > 1 and hasattr(node, "reader"):
        return f"  <- {node.cycle} files at a time"  # type: ignore[attr-defined]
    return ""


def _map_note(node: Map) -> str:
    known = node.compilation
    threads = "" if node.parallel is None else " on threads"
    if threads and node.deterministic is False:
        threads += ", as they finish,"
    if known.vectorized is not None:
        return known.vectorized.note
    if known.refused is not None:
        return f"called{threads} for each element: {known.refused}"
    reason = side_effect(node.function)
    if reason is not None:
        return f"called{threads} for each element: {reason}"
    if type(node.input).__name__ in ("Batch", "PaddedBatch", "RaggedBatch", "Rebatch"):
        return f"called{threads} with whole batches"
    return f"called{threads} for each element; compiled for whole columns once there are enough, if that gives the same"


def stages(plan: Node) -> list[Node]:
    """Returns the plans that a linear plan is made of, from its source on."""
    inputs = plan.inputs
    return [*(stages(inputs[0]) if len(inputs) == 1 else []), plan]


@dataclass(frozen=True)
class Stage:
    """How fast a plan runs up to one of its steps.

    Attributes:
      operation: the step.
      elements: how many elements were read.
      seconds: how long that took.
      cpu_seconds: processor time of this program meanwhile, all threads together.
    """

    operation: str
    elements: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Elements a second."""
        return self.elements / max(self.seconds, 1e-9)


class Benchmark(list):
    """Measured stages; prints as a table."""

    def __str__(self) -> str:
        rows = [f"{'up to':<28}{'elements':>10}{'seconds':>10}{'CPU':>8}{'elements/s':>14}"]
        for stage in self:
            rows.append(
                f"{stage.operation:<28}{stage.elements:>10}{stage.seconds:>10.3f}{stage.cpu_seconds:>8.3f}"
                f"{stage.rate:>14,.0f}"
            )
        return "\n".join(rows)

    __repr__ = __str__


def benchmark(plan: Node, seconds: float) -> Benchmark:
    """Measures a plan, and every part of it that begins at its source."""
    out = Benchmark()
    for part in stages(plan):
        cursor = rewrite(part).open()
        count, begin, cpu = 0, time.perf_counter(), time.process_time()
        try:
            while time.perf_counter() - begin < seconds:
                chunk = cursor.read(cursor.ahead)
                if chunk is None:
                    break
                count += len(chunk.elements())
        finally:
            elapsed, used = time.perf_counter() - begin, time.process_time() - cpu
            cursor.close()
        out.append(Stage(part.operation, count, elapsed, used))
    return out
