"""Explanation: contributions or weights as a table."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import numpy as np

_MOST_ROWS = 30
_BAR = 20  # characters


class Explanation:
    """Names and numbers, as a table with bars; printed as text, shown in notebooks as HTML.

    Args:
      title: what is explained.
      rows: ``(name, number)``, the most important first.
      details: one entry for each example; None if there are none.

    Attributes:
      rows: as given.
      details: as given.

    Example:
      >>> from kerax.estimators.explanation import Explanation
      >>> print(Explanation("Weights", [("age", 0.5), ("bias", -0.25)]))
      Weights
      age    0.500000  ++++++++++++++++++++
      bias  -0.250000  ----------
    """

    def __init__(self, title: str, rows: Sequence[tuple[str, float]], details: Any = None) -> None:
        self.title, self.rows, self.details = title, list(rows), details

    @classmethod
    def of_predictions(cls, found: Sequence[tuple[float, dict[str, float]]], what: str) -> Explanation:
        """The mean size of the contributions of each column, over examples.

        Args:
          found: for each example its bias and contributions.
          what: what they add up to.
        """
        names = list(dict.fromkeys(name for _, added in found for name in added))
        mean = {name: float(np.mean([abs(added.get(name, 0.0)) for _, added in found])) for name in names}
        rows = sorted(mean.items(), key=lambda item: -item[1])
        return cls(f"Mean absolute contribution to the {what}, {len(found)} examples", rows, list(found))

    def __getitem__(self, name: str) -> float:
        return dict(self.rows)[name]

    def __len__(self) -> int:
        return len(self.rows)

    def _lines(self) -> list[tuple[str, float, str]]:
        largest = max((abs(number) for _, number in self.rows), default=0.0) or 1.0
        return [
            (name, number, ("+" if number >= 0 else "-") * round(_BAR * abs(number) / largest))
            for name, number in self.rows[:_MOST_ROWS]
        ]

    def __str__(self) -> str:
        width = max((len(name) for name, *_ in self._lines()), default=0)
        lines = [f"{name:<{width}}  {number: .6f}  {bar}".rstrip() for name, number, bar in self._lines()]
        left = len(self.rows) - len(lines)
        return "\n".join([self.title, *lines, *([f"... and {left} more"] if left else [])])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><td>{html.escape(name)}</td><td style='text-align:right'>{number:.6f}</td>"
            f"<td><code>{bar}</code></td></tr>"
            for name, number, bar in self._lines()
        )
        return f"<table><caption>{html.escape(self.title)}</caption><tbody>{cells}</tbody></table>"
