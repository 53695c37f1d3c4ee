"""What a map function is given in place of components that nothing may be known of while it is looked at."""

from __future__ import annotations

from typing import Any


class Untouchable:
    """A component that must not be computed with. Any use but handing it through fails."""

    __slots__ = ()

    def _refuse(self, *args: Any) -> Any:
        raise TypeError("this component cannot be traced")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __len__ = __iter__ = __str__ = __repr__ = _refuse  # type: ignore[assignment]
    __hash__ = __int__ = __float__ = __index__ = __getitem__ = __add__ = __contains__ = _refuse  # type: ignore[assignment]


class Opaque(Untouchable):
    """The component of an element with this number."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


class Record(Untouchable):
    """A record of which nothing may be known but what is parsed from it: with one parser, whose answer is at hand."""

    __slots__ = ("_parser", "_values")

    def __init__(self, parser: Any, values: dict[str, Any]) -> None:
        self._parser, self._values = parser, values

    def parsed(self, parser: Any) -> dict[str, Any]:
        """Returns what this parser makes of the record.

        Raises:
          TypeError: for any other parser.
        """
        if parser is not self._parser and parser.items != self._parser.items:
            raise TypeError("the record is parsed in two ways")
        return dict(self._values)


class UnparsedRecord(Untouchable):
    """A record that somebody may want to parse; that says which parser it would be."""

    __slots__ = ()

    def parsed(self, parser: Any) -> dict[str, Any]:
        """Says that a parser was found.

        Raises:
          ParserFound: always.
        """
        raise ParserFound(parser)


class ParserFound(Exception):
    """A function wants to parse a record.

    Args:
      parser: with what.
    """

    def __init__(self, parser: Any) -> None:
        super().__init__("a parser was found")
        self.parser = parser
