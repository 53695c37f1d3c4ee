"""ignore_errors, assert_cardinality and options: steps that watch over others."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from kerax.data.chunks import Chunk
from kerax.data.cursor import Cursor
from kerax.data.node import Node
from kerax.data.operations.select import PositionCursor
from kerax.data.options import Options
from kerax.data.spec import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY

_LOG = logging.getLogger("kerax.data")


class CardinalityError(ValueError):
    """A dataset has another number of elements than was said."""


@dataclass(frozen=True, eq=False)
class IgnoreErrors(Node):
    """The elements of the input that can be computed."""

    input: Node
    log: bool

    @property
    def operation(self) -> str:
        return "ignore_errors"

    @property
    def cardinality(self) -> int:
        return UNKNOWN_CARDINALITY

    def open(self) -> Cursor:
        return IgnoreErrorsCursor(self, self.input.open())


class IgnoreErrorsCursor(Cursor):
    """Goes on behind an element that failed."""

    def read(self, n: int) -> Chunk | None:
        while True:
            try:
                return self.inputs[0].read(1)
            except Exception as error:
                if self.node.log:
                    _LOG.warning("%s left out an element: %s", self.node.where, error)


@dataclass(frozen=True, eq=False)
class AssertCardinality(Node):
    """The input, checked to have as many elements as was said."""

    input: Node
    expected: int

    @property
    def operation(self) -> str:
        return "assert_cardinality"

    @property
    def cardinality(self) -> int:
        return self.expected

    def open(self) -> Cursor:
        return AssertCardinalityCursor(self, self.input.open())


class AssertCardinalityCursor(PositionCursor):
    """Counts."""

    def read(self, n: int) -> Chunk | None:
        expected = self.node.expected
        left = n if expected == INFINITE_CARDINALITY else expected - self._position
        chunk = self._input.read(max(1, min(n, left)))
        if chunk is None:
            if left > 0:
                raise self._wrong(f"only {self._position}" if expected >= 0 else f"an end after {self._position}")
            return None
        if left <= 0:
            raise self._wrong("more")
        self._position += len(chunk)
        return chunk

    def _wrong(self, found: str) -> CardinalityError:
        expected = "no end" if self.node.expected == INFINITE_CARDINALITY else f"{self.node.expected} elements"
        return CardinalityError(f"{self.node.where} expects {expected}, found {found}.")


@dataclass(frozen=True, eq=False)
class WithOptions(Node):
    """The input, with options attached."""

    input: Node
    chosen: Options

    only_reorders = True

    @property
    def operation(self) -> str:
        return "with_options"

    @property
    def dataset_name(self) -> str:
        return "OptionsDataset"

    def open(self) -> Cursor:
        return self.input.open()


def options_of(node: Node) -> Options:
    """Returns the options of a plan and of those it is made of."""
    if isinstance(node, WithOptions):
        return node.chosen
    merged = Options()
    for part in node.inputs:
        merged = merged.merge(options_of(part))
    return merged
