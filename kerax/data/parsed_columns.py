"""Parsing the records of a whole column at once, where a map function asks for them one by one.

``records.map(lambda record: parse_single_example(record, features))`` names one record, and what it does to that record
it does to every other. So the function is run with a stand-in for the record first, to learn the features; then columns
are parsed by these, and the rest of the function gets columns that are parsed already.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from kerax.data.calls import call, quiet
from kerax.data.chunks import Columns
from kerax.data.purity import side_effect
from kerax.data.stand_ins import ParserFound, Record, UnparsedRecord
from kerax.data.structure import Structure
from kerax.data.vectorize import Refused, Vectorized


class ParsedColumns(Vectorized):
    """A map function that parses records, for whole columns of them."""

    note = "records are parsed many at a time; the rest is called on whole columns"

    def __init__(self, function: Callable, sample: Columns) -> None:
        self._function, self._elements = function, sample.structure
        self._parsers = _parsers(function, sample)
        if not self._parsers:
            raise Refused("it parses no records")
        self._flat = Structure.of(
            (0,) * sum(len(self._parsers[i].ordered) if i in self._parsers else 1 for i in range(sample.structure.size))
        )
        self._rest = Vectorized.of_pure(self._on_parsed, self._parsed(sample))
        self._structure, self.size, self.row_bytes = self._rest._structure, self._rest.size, self._rest.row_bytes
        self._rows = [(leaf.dtype, leaf.shape[1:]) for leaf in sample.leaves]

    def __call__(self, columns: Columns) -> Columns:
        return self._rest(self._parsed(columns))

    def _parsed(self, columns: Columns) -> Columns:
        """Columns of a tuple of all components, records replaced by what is in them."""
        leaves: list = []
        for index, leaf in enumerate(columns.leaves):
            parser = self._parsers.get(index)
            leaves += [leaf] if parser is None else parser.batch(leaf.tolist()).values()
        return Columns(self._flat, leaves)

    def _on_parsed(self, *leaves: Any) -> Any:
        """Calls the function for what ``_parsed`` made of an element."""
        rest = iter(leaves)
        parts: list = []
        for index in range(self._elements.size):
            parser = self._parsers.get(index)
            if parser is None:
                parts.append(next(rest))
            else:
                names = [name for name, _ in parser.ordered]
                parts.append(Record(parser, dict(zip(names, itertools.islice(rest, len(names))))))
        return call(self._function, self._elements.unflatten(parts))


def for_columns(function: Callable, sample: Columns) -> Vectorized:
    """Compiles a map function for columns like ``sample``.

    Args:
      function: what a user passed to ``map``.
      sample: some elements.

    Raises:
      Refused: with the reason, if single calls cannot be replaced.
    """
    if not any(_is_text(leaf) for leaf in sample.leaves):
        return Vectorized.of(function, sample)
    reason = side_effect(function)
    if reason is not None:
        raise Refused(reason)
    try:
        found = ParsedColumns(function, sample)
        found._compare(sample)
        return found
    except Exception:  # whatever it is, the function does not only parse
        return Vectorized.of_pure(function, sample)


def _is_text(leaf: Any) -> bool:
    return leaf.dtype == object and leaf.ndim == 1


def _parsers(function: Callable, sample: Columns) -> dict[int, Any]:
    """The parsers that a function has for components, by the component's number."""
    found = {}
    first = [leaf[0] for leaf in sample.leaves]
    for index, leaf in enumerate(sample.leaves):
        if not _is_text(leaf):
            continue
        parts = [*first[:index], UnparsedRecord(), *first[index + 1 :]]
        try:
            with quiet():
                call(function, sample.structure.unflatten(parts))
        except ParserFound as parser:
            found[index] = parser.parser
        except Exception:  # it does something else with this text
            continue
    return {index: parser for index, parser in found.items() if parser.all_fixed}
