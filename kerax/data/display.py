"""How a dataset shows itself: as text, and in a notebook."""

from __future__ import annotations

import html
import textwrap
from typing import TYPE_CHECKING

from kerax.data.explain import explain
from kerax.data.node import Node
from kerax.data.spec import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY

if TYPE_CHECKING:
    from kerax.data.dataset import Dataset

_COUNTS = {INFINITE_CARDINALITY: "without end", UNKNOWN_CARDINALITY: "unknown"}


# Borders and text that light and dark backgrounds leave readable.
_CELL = (
    "border: 1px solid rgba(128, 128, 128, 0.45); padding: 0.25em 0.7em; text-align: left; vertical-align: top; "
    "color: inherit; background: transparent;"
)
_TEXT = "margin: 0; white-space: pre-wrap; color: inherit; background: transparent;"


def dataset_line(dataset: Dataset) -> str:
    """Returns one line: the last step, and what an element is."""
    try:
        spec = repr(dataset.element_spec)
    except Exception as error:  # of a file or of the user's function: showing a dataset must not fail
        spec = f"unknown ({type(error).__name__}: {error})"
    return f"<{dataset._plan.dataset_name} element_spec={spec}>"


def dataset_text(dataset: Dataset) -> str:
    """Returns that line, the plan as it was written, and the plan that runs."""
    plan = explain(dataset._plan)
    parts = [("Plan:", plan.written), ("Runs as:", plan.executed)]
    return "\n".join([dataset_line(dataset), *(f"{name}\n{textwrap.indent(text, '  ')}" for name, text in parts)])


def dataset_html(dataset: Dataset) -> str:
    """Returns a small table: what an element is, how many there are, the plan as written and as it runs."""
    plan = dataset._plan
    count = _COUNTS.get(plan.cardinality, str(plan.cardinality))
    rows = [("element", repr(dataset.element_spec)), ("elements", count), ("steps", " → ".join(steps(plan)))]
    explained = explain(plan)
    rows += [("plan", explained.written), ("runs as", explained.executed)]
    cells = "".join(
        f'<tr><th style="{_CELL}">{name}</th>'
        f'<td style="{_CELL}"><pre style="{_TEXT}">{html.escape(text)}</pre></td></tr>'
        for name, text in rows
    )
    return (
        f'<div style="color: inherit; background: transparent;"><p><b>{html.escape(plan.dataset_name)}</b></p>'
        f'<table style="border-collapse: collapse; color: inherit; background: transparent;">{cells}</table></div>'
    )


def steps(node: Node) -> list[str]:
    """Names the steps of a plan from the source on; branches stand in parentheses."""
    if not node.inputs:
        return [node.operation]
    if len(node.inputs) == 1:
        return [*steps(node.inputs[0]), node.operation]
    branches = ", ".join(" → ".join(steps(part)) for part in node.inputs)
    return [f"{node.operation}({branches})"]
