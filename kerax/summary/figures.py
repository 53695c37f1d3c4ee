"""Figures of matplotlib as summaries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerax.summary.kinds import image


def figure(name: str, data: Any, step: Any = None, description: str | None = None) -> bool:
    """Writes a figure of matplotlib, such as that of ``history.plot()``, or several of one size, as pictures.

    Args:
      name: its name.
      data: a ``matplotlib.figure.Figure``, or a sequence of them; they stay open and unchanged.
      step: when; the default step without it.
      description: shown with it, Markdown.

    Returns:
      Whether there was a writer that took it.

    Raises:
      TypeError: for something that is no figure.
      ValueError: for figures of unequal size.
      ImportError: if matplotlib is not installed.

    Example:
      >>> import kerax
      >>> from matplotlib.figure import Figure
      >>> kerax.summary.figure("course", Figure(), step=1)
      False
    """
    figures = list(data) if isinstance(data, Sequence) else [data]
    pictures = [_pixels(name, one) for one in figures]
    sizes = {picture.shape for picture in pictures}
    if len(sizes) != 1:
        raise ValueError(f"summary.figure({name!r}) takes figures of one size in pixels, received {sorted(sizes)}.")
    return image(name, np.stack(pictures), step=step, max_outputs=len(pictures), description=description)


def _pixels(name: str, one: Any) -> np.ndarray:
    if not hasattr(one, "savefig") or not hasattr(one, "canvas"):
        raise TypeError(
            f"summary.figure({name!r}, data=...) takes a matplotlib Figure, received {type(one).__name__}."
            + (" Give its figure: data.figure." if hasattr(one, "figure") else "")
        )
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # heavy, and optional

    own = one.canvas
    try:
        canvas = FigureCanvasAgg(one)  # whatever the figure's own canvas draws on
        canvas.draw()
        return np.asarray(canvas.buffer_rgba()).copy()
    finally:
        one.set_canvas(own)
