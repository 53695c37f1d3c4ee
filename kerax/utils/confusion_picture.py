"""A confusion matrix as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerax.errors import unknown_name
from kerax.utils.picture import LABEL, LINE, MARGIN, SOFT_TEXT, TEXT, TITLE, Picture, card, svg_of, text_at, text_width

_BLUE = (31, 95, 160)  # of a full cell; an empty one is white
_CELL, _SMALLEST_CELL = 58.0, 24.0
_LARGEST = 720.0  # width of all cells together, above which they get smaller
_DARK = 0.66  # share of blue from which text is white
_NORMALIZE = ("true", "pred", "all")


def plot_confusion_matrix(
    y_true: Any,
    y_pred: Any,
    class_names: Sequence[str] | None = None,
    normalize: str | None = None,
    to_file: Any = None,
    title: str = "Confusion matrix",
) -> Picture:
    """Draws how often samples of every class were taken for which class.

    Args:
      y_true: classes, int of shape (n,), or one-hot rows (n, classes).
      y_pred: classes likewise, or scores (n, classes), of which the highest counts; or scores (n,) or (n, 1) between 0
        and 1 of the second of two classes, of which 0.5 is the border.
      class_names: one for each class; numbers by default.
      normalize: ``"true"`` for shares of each true class, ``"pred"`` of each predicted one, ``"all"`` of all; None for
        counts.
      to_file: file name ending in ``.svg``, ``.html``, ``.png`` or ``.pdf``, or None.
      title: above the picture.

    Returns:
      The picture; ``picture.matrix`` is what it shows, a row for each true class, shape (classes, classes).

    Raises:
      ValueError: for arrays that do not fit, or an unknown ``normalize``.

    Example:
      >>> import kerax
      >>> kerax.utils.plot_confusion_matrix([0, 1, 1], [0, 1, 0]).matrix
      array([[1, 0],
             [1, 1]])
    """
    if normalize is not None and normalize not in _NORMALIZE:
        raise unknown_name("normalize of plot_confusion_matrix()", normalize, _NORMALIZE)
    true, pred = _classes(y_true, "y_true"), _classes(y_pred, "y_pred")
    if len(true) != len(pred):
        raise ValueError(
            f"plot_confusion_matrix(): y_true has {len(true)} samples, y_pred has {len(pred)}; they must be as many."
        )
    shapes = [np.shape(y)[1] for y in (y_true, y_pred) if np.ndim(y) == 2]
    count = max([len(class_names or ()), *shapes, int(max(true.max(initial=0), pred.max(initial=0))) + 1])
    if class_names is not None and len(class_names) != count:
        raise ValueError(
            f"plot_confusion_matrix(): there are {count} classes, class_names has {len(class_names)} names."
        )
    matrix: np.ndarray = np.zeros((count, count), np.int64)
    np.add.at(matrix, (true, pred), 1)
    if normalize is not None:
        axis = {"true": 1, "pred": 0, "all": None}[normalize]
        total = matrix.sum(axis=axis, keepdims=True)
        matrix = np.divide(matrix, total, out=np.zeros(matrix.shape), where=total > 0)
    picture = _draw(matrix, [str(name) for name in class_names or range(count)], title)
    picture.matrix = matrix  # type: ignore[attr-defined]
    if to_file is not None:
        picture.save(to_file)
    return picture


def _classes(values: Any, name: str) -> np.ndarray:
    array = np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2:
        return array.argmax(axis=1)
    if array.ndim != 1:
        raise ValueError(
            f"plot_confusion_matrix(): {name} must have the shape (n,) or (n, classes), received {array.shape}."
        )
    if array.dtype.kind == "f" and (array != np.round(array)).any():
        return (array > 0.5).astype(np.int64)
    if array.dtype.kind not in "iufb" or (array < 0).any():
        raise ValueError(f"plot_confusion_matrix(): {name} must hold class numbers from 0 on, received {array[:5]}.")
    return array.astype(np.int64)


def _draw(matrix: np.ndarray, names: list[str], title: str) -> Picture:
    count = len(names)
    cell = min(_CELL, max(_SMALLEST_CELL, _LARGEST / count))
    font = min(LABEL, cell * 0.36)
    left = MARGIN + 20 + max(text_width(name, font) for name in names) + 8
    top = MARGIN + TITLE + 34
    turned = max(text_width(name, font) for name in names) > cell - 4
    foot = (max(text_width(name, font) for name in names) if turned else font) + 14
    width = left + count * cell + MARGIN
    width = max(width, text_width(title, TITLE) * 1.16 + 2 * MARGIN)
    height = top + count * cell + foot + 24 + MARGIN - 8
    parts = card(width, height, title)
    middle = left + count * cell / 2
    highest = matrix.max(initial=0) or 1
    for i in range(count):
        y = top + i * cell
        parts.append(text_at(left - 8, y + cell / 2 + font * 0.36, names[i], font, TEXT, text_anchor="end"))
        for j in range(count):
            x, share = left + j * cell, float(matrix[i, j] / highest)
            colour = "#" + "".join(f"{round(255 + (part - 255) * share):02x}" for part in _BLUE)
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{cell:.1f}" height="{cell:.1f}" fill="{colour}" '
                f'stroke="{LINE}">'
                f"<title>true {i}, predicted {j}: {matrix[i, j]:g}</title></rect>"
            )
            text = f"{matrix[i, j]:,}" if matrix.dtype.kind == "i" else f"{matrix[i, j]:.2f}"
            size = min(font, font * (cell - 4) / max(text_width(text, font), 1))
            ink = "#ffffff" if share > _DARK else TEXT
            parts.append(text_at(x + cell / 2, y + cell / 2 + size * 0.36, text, size, ink, text_anchor="middle"))
    bottom = top + count * cell
    for j, name in enumerate(names):
        x = left + (j + 0.5) * cell
        if turned:
            parts.append(
                text_at(x + font * 0.36, bottom + 6, name, font, TEXT, text_anchor="end",
                        transform=f"rotate(-90 {x + font * 0.36:.1f} {bottom + 6:.1f})")
            )  # fmt: skip
        else:
            parts.append(text_at(x, bottom + font + 6, name, font, TEXT, text_anchor="middle"))
    parts.append(text_at(middle, bottom + foot + 14, "predicted", LABEL, SOFT_TEXT, text_anchor="middle"))
    x, y = MARGIN + 8, top + count * cell / 2
    parts.append(
        text_at(x, y, "true", LABEL, SOFT_TEXT, text_anchor="middle", transform=f"rotate(-90 {x:.1f} {y:.1f})")
    )
    return Picture(svg_of(width, height, parts, title), title)
