"""The rules that turn the plan a user wrote into the plan that runs."""

from __future__ import annotations

from kerax.data.node import Node
from kerax.data.operations.arrays import Gather, Range, RowNumbers, TensorSlice
from kerax.data.operations.checked import options_of


def rewrite(node: Node) -> Node:
    """Returns an equal plan that runs faster.

    Steps that only choose or reorder elements, standing on a source in memory, run on row numbers; the rows themselves
    are gathered once, after the last of these steps. (That a map function runs on whole columns and a batch is cut from
    columns needs no rule: it follows from what the cursors hand to each other.)

    The rule looks at nothing above the steps it moves: a cache shared by several datasets always holds the same thing.

    Options hold for the whole plan, so they are looked up here, once.
    """
    return _faster(_unordered(node) if options_of(node).unordered else node)


def _unordered(node: Node) -> Node:
    inputs = tuple(_unordered(part) for part in node.inputs)
    return (node.with_inputs(inputs) if inputs else node).unordered()


def _faster(node: Node) -> Node:
    on_rows = _on_row_numbers(node)
    if on_rows is not None:
        numbers, source = on_rows
        return source if isinstance(numbers, RowNumbers) else Gather(numbers, source)
    return node.with_inputs(tuple(_faster(input) for input in node.inputs)) if node.inputs else node


def _on_row_numbers(node: Node) -> tuple[Node, TensorSlice | Range] | None:
    if isinstance(node, (TensorSlice, Range)):
        return RowNumbers(node.cardinality), node
    if not node.only_reorders or len(node.inputs) != 1:
        return None
    below = _on_row_numbers(node.inputs[0])
    return None if below is None else (node.with_inputs((below[0],)), below[1])
