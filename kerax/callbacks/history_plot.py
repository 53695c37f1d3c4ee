"""Pictures of a training history: curves with matplotlib, a table for notebooks."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from kerax.errors import unknown_name
from kerax.utils.notebook import shown_in_notebooks
from kerax.utils.progress_line import number

_PANEL_WIDTH, _PANEL_HEIGHT = 4.5, 3.5  # inches
_COLUMNS = 3
_ROWS_SHOWN = 12  # a longer table is cut in the middle
_BORDER = "1px solid rgba(128, 128, 128, 0.45)"  # on light and dark backgrounds
_CELL = f"border: {_BORDER}; padding: 0.25em 0.7em; text-align: right; color: inherit; background: transparent;"


def panels(names: Sequence[str]) -> list[str]:
    """Names of the curves without those of validation, which are drawn beside them.

    Example:
      >>> from kerax.callbacks.history_plot import panels
      >>> panels(["loss", "val_loss", "val_only"])
      ['loss', 'val_only']
    """
    return [name for name in names if not (name.startswith("val_") and name.removeprefix("val_") in names)]


def plot_history(epochs: Sequence[int], history: dict[str, list], metrics: Sequence[str] | None, path: Any) -> Any:
    """Draws a history; see ``History.plot``."""
    try:
        # Heavy and optional: imported when a picture is drawn.
        from matplotlib.figure import Figure
        from matplotlib.ticker import MaxNLocator
    except ImportError as error:
        raise ImportError(
            'history.plot() needs matplotlib, which is not installed: pip install "matplotlib>=3.8".'
        ) from error
    names = panels(list(history)) if metrics is None else list(metrics)
    for name in names:
        if name not in history:
            raise unknown_name("log of this history", name, history)
    if not names:
        raise ValueError("history.plot() has nothing to draw: the history has no epochs.")
    columns = min(len(names), _COLUMNS)
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(_PANEL_WIDTH * columns, _PANEL_HEIGHT * rows), layout="constrained")
    for place, name in enumerate(names, start=1):
        axis = figure.add_subplot(rows, columns, place)
        for curve, label in ((name, "training"), (f"val_{name}", "validation")):
            values = history.get(curve)
            if values is not None:
                # Validation may be rarer than epochs: its values belong to the last epochs of equal parts.
                every = max(1, len(epochs) // len(values))
                places = [epoch + 1 for epoch in epochs[every - 1 :: every]][: len(values)]
                axis.plot(places, values[: len(places)], label=label, marker="o" if len(places) < 2 else None)
        axis.set(xlabel="epoch", title=name)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(alpha=0.3)
        if f"val_{name}" in history:
            axis.legend()
    if path is not None:
        figure.savefig(path, dpi=120)
    return shown_in_notebooks(figure)


def history_table(epochs: Sequence[int], history: dict[str, list]) -> str:
    """A history as an HTML table that is readable on light and dark backgrounds."""
    names = list(history)
    head = "".join(f'<th style="{_CELL}">{html.escape(name)}</th>' for name in ["epoch", *names])
    shown = list(range(len(epochs)))
    if len(shown) > _ROWS_SHOWN:
        half = _ROWS_SHOWN // 2
        shown = [*shown[:half], -1, *shown[-half:]]
    body = "".join(f"<tr>{_row(i, epochs, history, names)}</tr>" for i in shown)
    return (
        '<table style="border-collapse: collapse; color: inherit; background: transparent;">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(i: int, epochs: Sequence[int], history: dict[str, list], names: list[str]) -> str:
    if i < 0:
        return f'<td style="{_CELL}" colspan="{len(names) + 1}">… {len(epochs) - _ROWS_SHOWN} more epochs …</td>'
    cells = [str(epochs[i] + 1)]
    for name in names:
        values = history[name]
        every = max(1, len(epochs) // len(values)) if values else 1
        place = (i + 1) // every - 1
        cells.append(number(values[place]) if (i + 1) % every == 0 and place < len(values) else "")
    return "".join(f'<td style="{_CELL}">{html.escape(cell)}</td>' for cell in cells)
