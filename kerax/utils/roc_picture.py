"""Receiver operating characteristics as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerax.utils.picture import LABEL, LINE, MARGIN, SOFT_TEXT, TEXT, Picture, card, svg_of, text_at, text_width

# Okabe and Ito's colours, which people with any kind of sight tell apart.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#b8a800")
_SIDE, _LEFT, _TOP = 320.0, 62.0, 52.0
_POINTS = 400  # corners of a line that are drawn; more are not seen
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def roc_curve(y_true: Any, y_score: Any) -> tuple[np.ndarray, np.ndarray, float]:
    """Shares of false and of true positives for every threshold, and the area under them.

    Args:
      y_true: 0 or 1 for every sample, shape (n,).
      y_score: the higher, the surer that it is 1, shape (n,).

    Returns:
      ``(false positive rates, true positive rates, area)``; samples of equal scores make one point. The area is by the
      trapezoidal rule: Fawcett (2006), "An introduction to ROC analysis", algorithm 3.

    Raises:
      ValueError: if there are not both classes.

    Example:
      >>> from kerax.utils.roc_picture import roc_curve
      >>> roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])[2]
      0.75
    """
    true, score = np.asarray(y_true).ravel() > 0, np.asarray(y_score, np.float64).ravel()
    if len(true) != len(score):
        raise ValueError(f"plot_roc_curve(): y_true has {len(true)} samples, y_score has {len(score)}.")
    if not true.any() or true.all():
        raise ValueError("plot_roc_curve(): there must be samples of the class and samples that are not of it.")
    order = np.argsort(-score, kind="stable")
    true, score = true[order], score[order]
    ends = np.append(np.flatnonzero(np.diff(score)), len(score) - 1)
    hits = np.append(0, np.cumsum(true)[ends])
    misses = np.append(0, 1 + ends - np.cumsum(true)[ends])
    false_rates, true_rates = misses / misses[-1], hits / hits[-1]
    area = float(np.sum(np.diff(false_rates) * (true_rates[1:] + true_rates[:-1]) / 2))
    return false_rates, true_rates, area


def plot_roc_curve(
    y_true: Any,
    y_score: Any,
    class_names: Sequence[str] | None = None,
    to_file: Any = None,
    title: str = "ROC curve",
) -> Picture:
    """Draws the receiver operating characteristic: true against false positives, for every threshold.

    Args:
      y_true: 0 or 1, shape (n,) or (n, 1); for several classes their numbers, or one-hot rows (n, classes).
      y_score: scores of the positive class, shape (n,) or (n, 1); of every class, (n, classes), for one line each
        against the rest.
      class_names: one for each class.
      to_file: file name ending in ``.svg``, ``.html``, ``.png`` or ``.pdf``, or None.
      title: above the picture.

    Returns:
      The picture; ``picture.areas`` maps names of lines to the areas under them.

    Raises:
      ValueError: for arrays that do not fit, or where a class has no samples or has all of them.

    Example:
      >>> import kerax
      >>> kerax.utils.plot_roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).areas
      {'AUC': 0.75}
    """
    score = np.asarray(y_score, np.float64)
    true = np.asarray(y_true)
    if score.ndim == 2 and score.shape[1] > 1:
        count = score.shape[1]
        if class_names is not None and len(class_names) != count:
            raise ValueError(f"plot_roc_curve(): there are {count} classes, class_names has {len(class_names)} names.")
        names = [str(name) for name in class_names or range(count)]
        numbers = true.argmax(axis=1) if true.ndim == 2 and true.shape[1] > 1 else true.ravel()
        lines = [(name, roc_curve(numbers == i, score[:, i])) for i, name in enumerate(names)]
    else:
        lines = [(str(class_names[-1]) if class_names else "AUC", roc_curve(true, score))]
    picture = _draw(lines, title)
    picture.areas = {name: area for name, (_, _, area) in lines}  # type: ignore[attr-defined]
    if to_file is not None:
        picture.save(to_file)
    return picture


def _draw(lines: list, title: str) -> Picture:
    texts = [f"{name}  {area:.3f}" for name, (_, _, area) in lines]
    legend = max(text_width(text, LABEL) for text in texts) + 34
    width = _LEFT + _SIDE + 16 + legend + MARGIN
    height = max(_TOP + _SIDE + 52, _TOP + 20 * len(lines) + MARGIN)
    parts = card(width, height, title)

    def at(x: float, y: float) -> str:
        return f"{_LEFT + x * _SIDE:.1f},{_TOP + (1 - y) * _SIDE:.1f}"

    for tick in _TICKS:
        parts.append(f'<path d="M{at(tick, 0)} L{at(tick, 1)} M{at(0, tick)} L{at(1, tick)}" stroke="{LINE}"/>')
        x, y = _LEFT + tick * _SIDE, _TOP + (1 - tick) * _SIDE
        parts.append(text_at(x, _TOP + _SIDE + 17, f"{tick:g}", 11, SOFT_TEXT, text_anchor="middle"))
        parts.append(text_at(_LEFT - 8, y + 4, f"{tick:g}", 11, SOFT_TEXT, text_anchor="end"))
    parts.append(f'<path d="M{at(0, 0)} L{at(1, 1)}" stroke="{SOFT_TEXT}" stroke-dasharray="4 4"/>')
    for number, (text, (_, (false_rates, true_rates, _))) in enumerate(zip(texts, lines, strict=True)):
        colour, dashes = _COLOURS[number % len(_COLOURS)], "" if number < len(_COLOURS) else ' stroke-dasharray="6 3"'
        shown = np.unique(np.linspace(0, len(false_rates) - 1, min(_POINTS, len(false_rates))).astype(int))
        points = " ".join(at(float(false_rates[i]), float(true_rates[i])) for i in shown)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>')
        x, y = _LEFT + _SIDE + 16, _TOP + 12 + 20 * number
        parts.append(f'<path d="M{x:.1f},{y - 4:.1f} h20" stroke="{colour}" stroke-width="3"{dashes}/>')
        parts.append(text_at(x + 28, y, text, LABEL, TEXT))
    parts.append(
        text_at(_LEFT + _SIDE / 2, _TOP + _SIDE + 37, "false positive rate", LABEL, SOFT_TEXT, text_anchor="middle")
    )
    x, y = MARGIN + 6, _TOP + _SIDE / 2
    turn = f"rotate(-90 {x:.1f} {y:.1f})"
    parts.append(text_at(x, y, "true positive rate", LABEL, SOFT_TEXT, text_anchor="middle", transform=turn))
    return Picture(svg_of(width, height, parts, title), title)
