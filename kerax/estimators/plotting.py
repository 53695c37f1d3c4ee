"""The curves of an Estimator, from the event files of its model directory."""

from __future__ import annotations

import html
import math
import os
from typing import Any

from kerax.estimators.event_reader import read_events
from kerax.utils.notebook import shown_in_notebooks

_MOST_PANELS = 12
_COLUMNS = 3
_PANEL = (4.0, 3.0)  # inches


def curves_of(model_dir: str) -> dict[str, dict[str, list[tuple[int, float]]]]:
    """The numbers in the event files of a model directory.

    Args:
      model_dir: the directory.

    Returns:
      Metric -> "train", "eval" or "eval_<name>" -> steps and values, rising by step; where a step was written twice,
      the later value.

    Example:
      >>> import tempfile
      >>> from kerax.estimators.plotting import curves_of
      >>> curves_of(tempfile.mkdtemp())
      {}
    """
    folders = {"train": model_dir}
    for name in sorted(os.listdir(model_dir)) if os.path.isdir(model_dir) else []:
        if name == "eval" or name.startswith("eval_"):
            folders[name] = os.path.join(model_dir, name)
    curves: dict[str, dict[str, list[tuple[int, float]]]] = {}
    for line, folder in folders.items():
        found: dict[str, dict[int, float]] = {}
        for step, tag, number in read_events(folder):
            if number is not None:
                found.setdefault(tag, {})[step] = float(number)
        for tag, by_step in found.items():
            curves.setdefault(tag, {})[line] = sorted(by_step.items())
    return curves


def plot_curves(model_dir: str, path: Any = None) -> Any:
    """Draws a panel for each metric.

    Args:
      model_dir: the directory.
      path: of an image file to write; None for none.

    Returns:
      A ``matplotlib`` figure.

    Raises:
      ImportError: if matplotlib is not installed.
      ValueError: if there is nothing to draw.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError(
            'estimator.plot() needs matplotlib, which is not installed: pip install "matplotlib>=3.8".'
        ) from None
    curves = curves_of(model_dir)
    if not curves:
        raise ValueError(f"There are no event files in {model_dir!r}: train or evaluate the Estimator first.")
    evaluated = [tag for tag, lines in curves.items() if set(lines) != {"train"}]
    tags = list(dict.fromkeys([*(["loss"] if "loss" in curves else []), *sorted(evaluated), *sorted(curves)]))
    tags = tags[:_MOST_PANELS]
    columns = min(_COLUMNS, len(tags))
    rows = math.ceil(len(tags) / columns)
    figure = Figure(figsize=(_PANEL[0] * columns, _PANEL[1] * rows), layout="constrained")
    for place, tag in enumerate(tags):
        axes = figure.add_subplot(rows, columns, place + 1)
        for line, points in curves[tag].items():
            marker = "o" if len(points) == 1 else None
            axes.plot([step for step, _ in points], [value for _, value in points], label=line, marker=marker)
        axes.set_title(tag)
        axes.set_xlabel("step")
        axes.legend()
    if path is not None:
        figure.savefig(os.fspath(path))
    return shown_in_notebooks(figure)


def results_html(title: str, model_dir: str, checkpoint: str | None) -> str:
    """The newest results of the evaluations of a model directory, as an HTML table.

    Args:
      title: of the table.
      model_dir: the directory.
      checkpoint: the newest one, or None.

    Example:
      >>> import tempfile
      >>> from kerax.estimators.plotting import results_html
      >>> "no evaluation yet" in results_html("DNNClassifier", tempfile.mkdtemp(), None)
      True
    """
    newest = "no checkpoint yet" if checkpoint is None else os.path.basename(checkpoint)
    head = f"<p><b>{html.escape(title)}</b> <code>{html.escape(model_dir)}</code>, {html.escape(newest)}</p>"
    curves = curves_of(model_dir)
    lines = sorted({line for found in curves.values() for line in found if line != "train"})
    if not lines:
        return f"{head}<p>no evaluation yet</p>"
    names = "".join(f"<th>{html.escape(line)}</th>" for line in lines)
    rows = []
    for tag in sorted(tag for tag, found in curves.items() if set(found) != {"train"}):
        cells = "".join(
            f"<td style='text-align:right'>{curves[tag][line][-1][1]:.6g}</td>" if line in curves[tag] else "<td></td>"
            for line in lines
        )
        rows.append(f"<tr><td>{html.escape(tag)}</td>{cells}</tr>")
    return f"{head}<table><tr><th></th>{names}</tr>{''.join(rows)}</table>"
