"""Notebooks: a line that is drawn again in place, and figures that show themselves."""

from __future__ import annotations

import html
import io
import re
from typing import Any

_CODE = re.compile(r"\x1b\[(\d+)m")
# What the terminal's codes that progress bars use look like in HTML, on light and dark backgrounds.
_STYLES = {"1": "font-weight: bold", "32": "color: #2e9e5b", "37": "opacity: 0.3"}
_LINE = (
    '<pre style="white-space: pre-wrap; word-break: normal; font-family: var(--jp-code-font-family, monospace); '
    'font-size: var(--jp-code-font-size, inherit); color: inherit; background: transparent;">{}</pre>'
)
_DPI = 100
# A page gets at most five messages a second: these changes of a line, and the text that the kernel sends now and then.
SECONDS_BETWEEN_CHANGES = 0.3


def is_notebook(stream: Any) -> bool:
    """Whether a stream is that of a notebook's cell.

    Example:
      >>> import sys
      >>> from kerax.utils.notebook import is_notebook
      >>> is_notebook(sys.stdout)
      False
    """
    return type(stream).__module__.partition(".")[0] == "ipykernel"


class NotebookLine:
    """A line in the output of a notebook's cell that takes the place of the one before it.

    It is one display that is updated, not a widget, so a saved notebook holds the last line only.

    Example:
      >>> from kerax.utils.notebook import NotebookLine
      >>> line = NotebookLine()  # and then line.show("half"); line.show("done")
    """

    def __init__(self) -> None:
        self._display: Any = None

    def show(self, text: str) -> None:
        """Shows a text.

        Args:
          text: may hold a terminal's codes for bold and colours.
        """
        from IPython.display import display  # a notebook has it loaded

        data = {"text/plain": _CODE.sub("", text), "text/html": _LINE.format(_to_html(text))}
        if self._display is None:
            self._display = display(data, raw=True, display_id=True)
        else:
            self._display.update(data, raw=True)


def _to_html(text: str) -> str:
    """A text with a terminal's codes as HTML."""
    first, *rest = _CODE.split(text)
    parts, style = [html.escape(first, quote=False)], ""
    for code, piece in zip(rest[::2], rest[1::2], strict=True):
        style = _STYLES.get(code, "")
        shown = html.escape(piece, quote=False)
        parts.append(f'<span style="{style}">{shown}</span>' if style and shown else shown)
    return "".join(parts)


def shown_in_notebooks(figure: Any) -> Any:
    """Makes a matplotlib figure show itself in notebooks, also where pyplot was never imported.

    Args:
      figure: a ``matplotlib.figure.Figure``.

    Returns:
      The figure.

    Example:
      >>> import matplotlib.figure
      >>> from kerax.utils.notebook import shown_in_notebooks
      >>> shown_in_notebooks(matplotlib.figure.Figure())._repr_png_()[1:4]
      b'PNG'
    """

    def png() -> bytes:
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=_DPI)
        return file.getvalue()

    figure._repr_png_ = png
    return figure
