"""Operations between layers, ``2 * x + y`` or ``x[:, 1:]``, in files: as layers that compute the same.

Keras 3 writes an operation as an object of a private class of its own, tf.keras as an object of another; neither reads
the other's. Layers are read by both. kerax keeps the operation itself beside the layers and reads that again.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from kerax.saving import layers_for_operations as rules
from kerax.saving.layers_for_operations import Chain
from kerax.state.operations import OPERATIONS

OPERATION_KEY = "kerax_operation"  # of an entry: the operation that it stands for
PART_KEY = "kerax_part"  # of an entry: it belongs to the next one that stands for an operation
_MODULE = "kerax.ops"


def operations_as_layers(
    entries: list[dict[str, Any]], otherwise: Callable[[dict[str, Any]], dict[str, Any] | None] | None = None
) -> list[dict[str, Any]]:
    """Replaces the operations of a graph by layers, all of them or none.

    Args:
      entries: the ``layers`` of a functional model's configuration, as ``graph_config`` wrote them.
      otherwise: gives another entry for an operation that no layer computes, or None if there is none either.

    Returns:
      The new entries; or the old ones, if there is an operation that cannot be replaced.
    """
    names = {str(entry.get("name")) for entry in entries}
    found: list[dict[str, Any]] = []
    for entry in entries:
        module = str(entry.get("module"))
        if not module.startswith((_MODULE, "keras.src.ops")):
            found.append(entry)
            continue
        replaced = _replaced(entry, names) if module == _MODULE else None
        if replaced is None and module == _MODULE and otherwise is not None:
            other = otherwise(entry)
            replaced = None if other is None else [other]
        if replaced is None:
            return entries
        found += replaced
    return found


def with_operations(entries: list[Any]) -> list[Any]:
    """Puts the operations back that ``operations_as_layers`` replaced.

    Example:
      >>> from kerax.saving.operations_as_layers import with_operations
      >>> with_operations([{"name": "a", "kerax_part": True}, {"name": "b", "kerax_operation": {"name": "b"}}])
      [{'name': 'b'}]
    """
    kept = [entry for entry in entries if not (isinstance(entry, dict) and entry.get(PART_KEY))]
    return [entry.get(OPERATION_KEY, entry) if isinstance(entry, dict) else entry for entry in kept]


def _replaced(entry: dict[str, Any], names: set[str]) -> list[dict[str, Any]] | None:
    """The entries for one operation, None if layers cannot compute it."""
    operation, nodes = entry["config"].get("operation"), entry["inbound_nodes"]
    rule = rules.RULES.get(operation)
    if rule is None or len(nodes) != 1:
        return None
    try:
        bound = inspect.signature(OPERATIONS[operation]).bind(*nodes[0]["args"], **nodes[0]["kwargs"])
    except TypeError:
        return None
    bound.apply_defaults()
    chain = Chain(entry["name"], names)
    result = rule(chain, *bound.arguments.values())
    if result is None:
        return None
    if not chain.entries:  # x[:]: there has to be a layer of the operation's name
        chain.layer("Activation", result, shape=result["config"]["shape"], activation="linear")
    last = chain.entries[-1]
    last["name"] = last["config"]["name"] = entry["name"]
    for part in chain.entries[:-1]:
        part[PART_KEY] = True
        names.add(part["name"])
    last[OPERATION_KEY] = entry
    return chain.entries
