"""Gradients of tables by their reads, from a record: operations that pick rows are replaced by ones that say which."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from kerax.tape.jitted import Jitted, Split, remember
from kerax.tape.operation import Operation
from kerax.tape.recorder import Recorder
from kerax.tape.row_reads import Read, reads_of, run_with
from kerax.tape.values import kind_of

_KEPT = 256


class Tapped(NamedTuple):
    """How an operation reads tables: its reads, and it with something added to each.

    Attributes:
      reads: where it picks rows; ``table`` is the number of an input of the operation.
      call: ``[*inputs, *taps] -> outputs``.
      rows: ``inputs -> numbers of the rows of each read``.
      key: identifies it, None where nothing does.
    """

    reads: list[Read]
    call: Callable
    rows: Callable
    key: Any


_tapped: OrderedDict[Any, Tapped | None] = OrderedDict()


def _traced(operation: Operation) -> Any:
    key = operation.key
    jitted = key.jitted if isinstance(key, Split) else key
    if isinstance(jitted, Jitted):
        return jitted.jaxpr, True
    return jax.make_jaxpr(lambda *inputs: operation.call(list(inputs)))(*operation.inputs), False


def _make(operation: Operation, places: tuple[int, ...]) -> Tapped | None:
    closed, as_it_is = _traced(operation)
    first = 0 if as_it_is else len(closed.consts)  # the constants of a compiled function are inputs of its operation
    consts: Sequence[Any] = () if as_it_is else closed.consts
    reads = reads_of(closed.jaxpr, [first + place for place in places])
    if {read.table - first for read in reads} != set(places):
        return None
    count = len(operation.inputs)

    def call(inputs: Sequence[Any]) -> list:
        return run_with(closed.jaxpr, [*consts, *inputs[:count]], reads, inputs[count:])[0]

    def rows(*inputs: Any) -> list:
        taps = [jnp.zeros(read.shape, read.dtype) for read in reads]
        return run_with(closed.jaxpr, [*consts, *inputs], reads, taps)[1]

    own = [read._replace(table=read.table - first) for read in reads]
    key = None if operation.key is None else ("tapped", operation.key, places, tuple(own))
    return Tapped(own, call, jax.jit(rows), key)


def _tapped_of(operation: Operation, places: tuple[int, ...]) -> Tapped | None:
    if operation.key is None:
        return _make(operation, places)
    try:
        key = (operation.key, places, tuple([kind_of(one) for one in operation.inputs]))
        hash(key)
    except TypeError:  # parameters without a hash
        return _make(operation, places)
    if key not in _tapped:
        remember(_tapped, key, _make(operation, places), _KEPT)
    return _tapped[key]


class Taps(NamedTuple):
    """What was added to the reads of one table, and which rows they were."""

    arrays: list[Any]
    rows: list[Any]


def uses_of(recorder: Recorder) -> dict[int, list[tuple[int, int]]]:
    """Where the arrays of a record are used: id -> the numbers of operations, and which of its inputs it is."""
    uses: dict[int, list[tuple[int, int]]] = {}
    for number, operation in enumerate(recorder.operations):
        for place, one in enumerate(operation.inputs):
            uses.setdefault(id(one), []).append((number, place))
    return uses


def picks_rows(recorder: Recorder, table: Any, uses: dict[int, list[tuple[int, int]]]) -> bool:
    """Whether a record only picks rows of an array, so that ``with_taps`` tells its reads apart.

    Args:
      recorder: the record.
      table: the array.
      uses: from ``uses_of``.
    """
    own = uses.get(id(table), [])
    for number, group in itertools.groupby(own, lambda use: use[0]):
        if _tapped_of(recorder.operations[number], tuple([place for _, place in group])) is None:
            return False
    return bool(own)


def with_taps(recorder: Recorder, tables: Iterable[Any]) -> tuple[Recorder, dict[int, Taps]]:
    """A record in which the reads of tables can be told apart.

    Args:
      recorder: the record.
      tables: arrays that may be tables.

    Returns:
      ``(record, id of a table -> its taps)``; a table with which anything else was done is left out.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> from kerax.tape.taps import with_taps
      >>> table = kerax.Variable(jnp.ones((3, 2)))
      >>> with kerax.GradientTape() as tape:
      ...     total = jnp.take(table.value, jnp.array([1, 1]), axis=0).sum()
      >>> recorder, taps = with_taps(tape._recorder, tape._recorder.reads[id(table)][1])
      >>> [rows.tolist() for one in taps.values() for rows in one.rows]
      [[1, 1]]
    """
    wanted = {id(table) for table in tables if table.ndim}
    if not wanted:
        return recorder, {}
    uses = uses_of(recorder)
    wanted &= uses.keys()
    found: dict[int, tuple[tuple[int, ...], Tapped]] = {}
    while wanted:
        found.clear()
        refused: set[int] = set()
        for number in sorted({number for key in wanted for number, _ in uses[key]}):
            inputs = recorder.operations[number].inputs
            places = tuple([i for i, one in enumerate(inputs) if id(one) in wanted])
            tapped = _tapped_of(recorder.operations[number], places)
            if tapped is None and len(places) > 1:  # one of them is used otherwise: which?
                good = [i for i in places if _tapped_of(recorder.operations[number], (i,)) is not None]
                refused.update(id(inputs[i]) for i in places if i not in good)
            elif tapped is None:
                refused.update(id(inputs[i]) for i in places)
            else:
                found[number] = places, tapped
        if not refused:
            break
        wanted -= refused
    if not wanted:
        return recorder, {}
    made = Recorder()
    made.on, made.at_once, made.leaves, made.reads = False, recorder.at_once, recorder.leaves, recorder.reads
    made.tracked, made.others = dict(recorder.tracked), recorder.others
    made.operations = list(recorder.operations)
    taps: dict[int, Taps] = {key: Taps([], []) for key in wanted}
    for number, (_, tapped) in found.items():
        operation = recorder.operations[number]
        rows = tapped.rows(*operation.inputs)
        arrays = [jnp.zeros(read.shape, read.dtype) for read in tapped.reads]
        for read, array, row in zip(tapped.reads, arrays, rows, strict=True):
            own = taps[id(operation.inputs[read.table])]
            own.arrays.append(array)
            own.rows.append(row)
            made.tracked[id(array)] = array
        made.operations[number] = _replaced(operation, tapped, arrays)
    return made, taps


def _replaced(operation: Operation, tapped: Tapped, arrays: list) -> Operation:
    count = len(operation.inputs)
    follows, links = operation.follows, operation.links
    for i, read in enumerate(tapped.reads):
        if links is not None:
            links = [link | (link >> read.table & 1) << (count + i) for link in links]
        follows |= 1 << (count + i)
    outputs = operation.outputs
    if operation.split is not None:
        outputs = outputs[: operation.split.outputs]
        links = links[: operation.split.outputs] if links is not None else None
    return Operation(tapped.key, tapped.call, [*operation.inputs, *arrays], outputs, follows, links)
