"""Model summaries: Keras's table for terminals, and HTML for notebooks."""

from __future__ import annotations

import html
import io
import shutil
import sys
from collections.abc import Callable
from typing import Any

from kerax.models.summary_rows import Row, Totals, is_plain_stack, rows_of, totals

_WIDTH, _GRAPH_WIDTH = 76, 98
_FALLBACK_SIZE = (80, 24)
# Shares of the width.
_SHARES = {"Layer (type)": 33, "Output Shape": 24, "Param #": 15, "Connected to": 30, "Trainable": 11}
_NUMBER, _CLASS = "green", "bright_blue"
_BORDER = "1px solid rgba(128, 128, 128, 0.45)"  # on light and dark backgrounds
_CELL = f"border: {_BORDER}; padding: 0.25em 0.7em; text-align: left; color: inherit; background: transparent;"


def print_summary(
    model: Any,
    line_length: int | None = None,
    print_fn: Callable | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Any = None,
) -> None:
    """Prints the summary of a model, in colours if it goes to a terminal.

    Args:
      model: the model.
      line_length: width in characters.
      print_fn: called once with the whole text instead of printing.
      expand_nested: whether layers of nested models follow their model.
      show_trainable: whether a column says which layers are trained.
      layer_range: pair of layer names, the first and last to list.
    """
    colours = print_fn is None and bool(getattr(sys.stdout, "isatty", lambda: False)())
    text = summary_text(model, line_length, expand_nested, show_trainable, layer_range, colours)
    if print_fn is not None:
        print_fn(text)
    else:
        print(text, end="")


def summary_text(
    model: Any,
    line_length: int | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Any = None,
    colours: bool = False,
) -> str:
    """The summary as text, ending in a new line.

    Example:
      >>> import kerax
      >>> from kerax.models.summary import summary_text
      >>> model = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(2, name="out")], name="tiny")
      >>> print(summary_text(model).splitlines()[-3].strip())
      Total params: 10 (40.00 B)
    """
    # Rich is looked up here: it takes a tenth of a second to import, and most programs print no summary.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows, columns = rows_of(model, expand_nested, layer_range), _columns(model, show_trainable)
    preferred = _GRAPH_WIDTH if "Connected to" in columns else _WIDTH
    width = line_length or min(preferred, shutil.get_terminal_size(_FALLBACK_SIZE).columns)
    table = Table(width=width, show_lines=True, header_style="bold")
    for column in columns:
        align: Any = {"Param #": "right", "Trainable": "center"}.get(column, "left")
        table.add_column(Text(column), justify=align, ratio=_SHARES[column], min_width=len(column), overflow="fold")
    for row in rows:
        table.add_row(*[Text.assemble(*_cell(row, column)) for column in columns])
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=max(width, 20),
        force_terminal=colours,
        force_jupyter=False,
        color_system="standard" if colours else None,
    )
    console.print(Text.assemble(("Model: ", "bold"), (f'"{model.name}"', "bold")), soft_wrap=True)
    console.print(table)
    for label, number, size in totals(model).lines():
        console.print(Text.assemble((f" {label}: ", "bold"), (number, _NUMBER), f" ({size})"), soft_wrap=True)
    return stream.getvalue()


def _columns(model: Any, show_trainable: bool) -> list[str]:
    columns = ["Layer (type)", "Output Shape", "Param #"]
    if not is_plain_stack(model):
        columns.append("Connected to")
    return [*columns, "Trainable"] if show_trainable else columns


def _cell(row: Row, column: str) -> list[Any]:
    """Pieces of a cell's text, with their styles."""
    if column == "Layer (type)":
        indent = "   " * row.level + "└ " if row.level else ""
        return [f"{indent}{row.name} (", (row.kind, _CLASS), ")"]
    if column == "Output Shape":
        return [row.shape]
    if column == "Param #":
        number, _, rest = row.params.partition(" ")
        return [(number, _NUMBER), f" {rest}" if rest else ""]
    return [row.connected] if column == "Connected to" else [(row.trainable, "bold")]


def html_summary(model: Any) -> str:
    """The summary as an HTML table that is readable on light and dark backgrounds."""
    columns = _columns(model, show_trainable=False)
    head = "".join(f'<th style="{_CELL}">{html.escape(column)}</th>' for column in columns)
    body = "".join(f"<tr>{''.join(_html_cell(row, column) for column in columns)}</tr>" for row in rows_of(model, True))
    return (
        '<div style="color: inherit; background: transparent;">'
        f"<p><b>{html.escape(type(model).__name__)}</b> <code>{html.escape(model.name)}</code></p>"
        '<table style="border-collapse: collapse; color: inherit; background: transparent;">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{_html_totals(totals(model))}</p></div>"
    )


def _html_cell(row: Row, column: str) -> str:
    text = html.escape("".join(piece if isinstance(piece, str) else piece[0] for piece in _cell(row, column)))
    align = " text-align: right;" if column == "Param #" else ""
    # Shapes and numbers stay on one line; long names are broken anywhere, so that the table fits the page.
    align += " white-space: nowrap;" if column in ("Output Shape", "Param #") else " overflow-wrap: anywhere;"
    indent = f" padding-left: {0.7 + 1.5 * row.level}em;" if column == "Layer (type)" else ""
    return f'<td style="{_CELL}{align}{indent}">{text.replace("   ", "")}</td>'


def _html_totals(found: Totals) -> str:
    return "<br>".join(f"{label}: <b>{number}</b> ({size})" for label, number, size in found.lines())
