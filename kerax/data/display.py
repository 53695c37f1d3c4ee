"""How a dataset shows itself in a notebook."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from kerax.data.explain import explain
from kerax.data.node import Node
from kerax.data.spec import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY

if TYPE_CHECKING:
    from kerax.data.dataset import Dataset

_COUNTS = {INFINITE_CARDINALITY: "without end", UNKNOWN_CARDINALITY: "unknown"}


def dataset_html(dataset: Dataset) -> str:
    """Returns a small table: what an element is, how many there are, which steps make them."""
    plan = dataset._plan
    count = _COUNTS.get(plan.cardinality, str(plan.cardinality))
    rows = [("element", repr(dataset.element_spec)), ("elements", count), ("steps", " → ".join(steps(plan)))]
    runs = str(explain(plan).executed)
    rows.append(("runs as", runs))
    cells = "".join(
        f"<tr><th style='text-align:left'>{name}</th><td><pre style='margin:0'>{html.escape(text)}</pre></td></tr>"
        for name, text in rows
    )
    return f"<div><strong>{html.escape(plan.dataset_name)}</strong><table>{cells}</table></div>"


def steps(node: Node) -> list[str]:
    """Names the steps of a plan from the source on; branches stand in parentheses."""
    if not node.inputs:
        return [node.operation]
    if len(node.inputs) == 1:
        return [*steps(node.inputs[0]), node.operation]
    branches = ", ".join(" → ".join(steps(part)) for part in node.inputs)
    return [f"{node.operation}({branches})"]
