"""Which rows of a table a traced program reads, and the gradient of each of these reads.

The gradient of a table is a sum over its reads. A program that does nothing else with a table than to pick rows of it
can be run so that something, zeros, is added to what each pick gives: the gradients of these are those of the single
reads, and nothing of the size of the table is computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from kerax.jax_compat import Literal, is_jit, run_equation


class Read(NamedTuple):
    """One place of a program where rows are picked.

    Attributes:
      table: which input it picks from.
      shape: of what it gives, rows first.
      dtype: of the table.
    """

    table: int
    shape: tuple[int, ...]
    dtype: Any


def reads_of(jaxpr: Any, tables: Sequence[int]) -> list[Read]:
    """The reads of those inputs of a program of which only rows are picked, in the order in which it runs.

    Args:
      jaxpr: a traced program; its inputs are counted with the constants first.
      tables: numbers of the inputs in question.

    Example:
      >>> import jax, jax.numpy as jnp
      >>> from kerax.tape.row_reads import reads_of
      >>> traced = jax.make_jaxpr(lambda a, b: a[jnp.array([1, 1])] + b.sum())(jnp.ones((3, 2)), jnp.ones((3, 2)))
      >>> [(read.table - len(traced.consts), read.shape) for read in reads_of(traced.jaxpr, [1, 2])]
      [(0, (2, 2))]
    """
    inputs = [*jaxpr.constvars, *jaxpr.invars]
    chosen = [i for i in tables if len(inputs[i].aval.shape) and _is_float(inputs[i].aval.dtype)]
    found: list[Read] = []
    refused: set[int] = set()
    _look(jaxpr, [i if i in chosen else None for i in range(len(inputs))], found, refused)
    return [read for read in found if read.table not in refused]


def run_with(jaxpr: Any, inputs: Sequence[Any], reads: Sequence[Read], taps: Sequence[Any]) -> tuple[list, list]:
    """Runs a program, adding something to what each of its reads gives; no gradient goes to the tables.

    Args:
      jaxpr: the program.
      inputs: constants and arguments.
      reads: from ``reads_of``.
      taps: what to add, an array of the read's shape for each.

    Returns:
      ``(outputs, rows)``: for each read the numbers of the rows, one axis of integers.
    """
    tables = {read.table for read in reads}
    rows: list[Any] = []
    kinds = [i if i in tables else None for i in range(len(inputs))]
    return _run(jaxpr, inputs, kinds, iter(taps), rows), rows


def _is_float(dtype: Any) -> bool:
    return jnp.issubdtype(dtype, jnp.floating)


def _kinds_of(eqn: Any, known: dict) -> list:
    return [None if isinstance(atom, Literal) else known.get(atom) for atom in eqn.invars]


def _look(jaxpr: Any, kinds: Sequence[int | None], found: list[Read], refused: set[int]) -> None:
    known = {v: k for v, k in zip([*jaxpr.constvars, *jaxpr.invars], kinds) if k is not None}
    for eqn in jaxpr.eqns:
        hits = _kinds_of(eqn, known)
        if all(hit is None for hit in hits):
            continue
        if is_jit(eqn.primitive):
            inner = eqn.params["jaxpr"].jaxpr
            _look(inner, [*[None] * len(inner.constvars), *hits], found, refused)
        elif eqn.primitive.name == "convert_element_type" and _is_float(eqn.outvars[0].aval.dtype):
            known[eqn.outvars[0]] = hits[0]
        elif _picks_rows(eqn, hits):
            table, index = eqn.invars[0].aval, eqn.invars[1].aval
            count = 1
            for size in index.shape[:-1]:
                count *= size
            found.append(Read(hits[0], (count, *table.shape[1:]), table.dtype))
        else:
            refused.update(hit for hit in hits if hit is not None)
    refused.update(known[v] for v in jaxpr.outvars if not isinstance(v, Literal) and v in known)


def _picks_rows(eqn: Any, hits: list) -> bool:
    if eqn.primitive.name != "gather" or any(hit is not None for hit in hits[1:]):
        return False
    numbers, table, index = eqn.params["dimension_numbers"], eqn.invars[0].aval, eqn.invars[1].aval
    lead = len(index.shape) - 1
    return (
        tuple(numbers.start_index_map) == tuple(numbers.collapsed_slice_dims) == (0,)
        and not numbers.operand_batching_dims
        and tuple(numbers.offset_dims) == tuple(range(lead, lead + len(table.shape) - 1))
        and tuple(eqn.params["slice_sizes"]) == (1, *table.shape[1:])
        and all(isinstance(size, int) for size in index.shape)
    )


def _run(jaxpr: Any, inputs: Sequence[Any], kinds: Sequence[int | None], taps: Iterator, rows: list) -> list:
    variables = [*jaxpr.constvars, *jaxpr.invars]
    values = dict(zip(variables, inputs, strict=True))
    known = {v: k for v, k in zip(variables, kinds) if k is not None}
    for eqn in jaxpr.eqns:
        given = [atom.val if isinstance(atom, Literal) else values[atom] for atom in eqn.invars]
        hits = _kinds_of(eqn, known)
        if all(hit is None for hit in hits):
            outputs = run_equation(eqn, given)
        elif is_jit(eqn.primitive):
            closed = eqn.params["jaxpr"]
            inner = closed.jaxpr
            outputs = _run(inner, [*closed.consts, *given], [*[None] * len(closed.consts), *hits], taps, rows)
        elif eqn.primitive.name == "gather":
            (found,) = run_equation(eqn, [jax.lax.stop_gradient(given[0]), given[1]])
            outputs = [found + next(taps).reshape(found.shape).astype(found.dtype)]
            rows.append(_rows(eqn, given[1], given[0].shape[0]))
        else:  # another type of the same table
            outputs = run_equation(eqn, given)
            known[eqn.outvars[0]] = hits[0]
        values.update(zip(eqn.outvars, outputs, strict=True))
    return [atom.val if isinstance(atom, Literal) else values[atom] for atom in jaxpr.outvars]


def _rows(eqn: Any, index: Any, count: int) -> Any:
    rows = index.reshape(-1)
    return jnp.clip(rows, 0, count - 1) if "clip" in str(eqn.params["mode"]).lower() else rows
