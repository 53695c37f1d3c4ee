"""Picture: an SVG drawing that notebooks show and files keep; no other program is needed to draw it."""

from __future__ import annotations

import html
import os
from collections.abc import Iterable
from typing import Any

from kerax.utils.atomic import atomic_path

FONT = "Helvetica, Arial, 'DejaVu Sans', sans-serif"
CARD, TEXT, SOFT_TEXT, LINE = "#ffffff", "#17222d", "#55636f", "#d5dbe1"
MARGIN, TITLE, LABEL = 18.0, 15.0, 12.5  # of charts: the margin, sizes of the title and of other text
_NARROW, _WIDE = set("iljtfrI.,:;|()[]{}'!/ -"), set("mwMW@%…×")
# Of DejaVu Sans, the widest of the fonts that are asked for: rather too wide than not.
_NARROW_EM, _WIDE_EM, _CAPITAL_EM, _DIGIT_EM, _USUAL_EM = 0.36, 0.96, 0.72, 0.64, 0.59
_PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><style>
body {{ margin: 1.5em; background: #ffffff; color: #1c2733; font-family: {font}; }}
svg {{ max-width: 100%; height: auto; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #15191e; color: #dfe6ee; }} }}
</style></head><body>
{svg}
</body></html>
"""


class Picture:
    """A drawing as SVG text.

    Args:
      svg: the text, an ``<svg>`` element.
      title: of the page, where it is written as HTML.

    Attributes:
      svg: the text.

    Example:
      >>> from kerax.utils.picture import Picture
      >>> Picture('<svg xmlns="http://www.w3.org/2000/svg"/>').svg[:4]
      '<svg'
    """

    def __init__(self, svg: str, title: str = "kerax"):
        self.svg, self.title = svg, title

    def _repr_html_(self) -> str:
        return f'<div style="max-width: 100%; overflow-x: auto;">{self.svg}</div>'

    def __repr__(self) -> str:
        return f"<Picture {self.title!r}: {len(self.svg)} characters of SVG>"

    def html(self) -> str:
        """A whole page with the picture, readable with light and dark settings."""
        return _PAGE.format(title=html.escape(self.title), font=FONT, svg=self.svg)

    def save(self, path: Any, dpi: float = 192) -> str:
        """Writes the picture into a file, atomically.

        Args:
          path: file name ending in ``.svg``, ``.html``, ``.png`` or ``.pdf``; the last two need the package cairosvg.
          dpi: dots per inch of a ``.png``, where 96 is the size on the screen.

        Returns:
          The path.

        Raises:
          ValueError: for another ending.
          ImportError: for ``.png`` and ``.pdf`` without cairosvg.
          OSError: naming the path, if it cannot be written.
        """
        path = os.fspath(path)
        ending = os.path.splitext(path)[1].lower()
        if ending not in (".svg", ".html", ".htm", ".png", ".pdf"):
            raise ValueError(f"A picture is saved as .svg, .html, .png or .pdf, received the file name {path!r}.")
        if ending == ".svg":
            data = self.svg.encode()
        elif ending in (".png", ".pdf"):
            data = self._converted(ending, dpi, path)
        else:
            data = self.html().encode()
        with atomic_path(path, "a picture") as temporary:
            temporary.write_bytes(data)
        return path

    def _converted(self, ending: str, dpi: float, path: str) -> bytes:
        try:
            import cairosvg  # optional, and it loads a C library
        except (ImportError, OSError) as error:  # the package, or the library cairo that it needs
            raise ImportError(
                f"Writing {path!r} needs the package cairosvg: pip install cairosvg. A file name that ends in .svg or "
                ".html needs nothing."
            ) from error
        if ending == ".pdf":
            return cairosvg.svg2pdf(self.svg.encode())
        return cairosvg.svg2png(self.svg.encode(), scale=dpi / 96)


def text_width(text: str, size: float) -> float:
    """About how wide a text is, in the unit of the font's size.

    Example:
      >>> from kerax.utils.picture import text_width
      >>> text_width("mm", 10) > text_width("ii", 10)
      True
    """

    def em(character: str) -> float:
        if character in _NARROW:
            return _NARROW_EM
        if character in _WIDE or ord(character) > 0x2E80:  # ideographs are as wide as high
            return _WIDE_EM
        if character.isdigit():
            return _DIGIT_EM
        return _CAPITAL_EM if character.isupper() else _USUAL_EM

    return size * sum(map(em, text))


def text_at(x: float, y: float, text: str, size: float, fill: str, **attributes: Any) -> str:
    """An SVG text element; attributes by their names, with ``_`` for ``-``."""
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{FONT}" font-size="{size:g}" fill="{fill}"{more}>'
        f"{html.escape(text, quote=False)}</text>"
    )


def card(width: float, height: float, title: str) -> list[str]:
    """The beginning of a chart: a white sheet, which dark backgrounds leave readable, and the title."""
    return [
        f'<rect x="0.5" y="0.5" width="{width - 1:.1f}" height="{height - 1:.1f}" rx="8" fill="{CARD}" '
        f'stroke="{LINE}"/>',
        text_at(MARGIN, MARGIN + TITLE, title, TITLE, TEXT, font_weight="bold"),
    ]


def svg_of(width: float, height: float, parts: Iterable[str], label: str) -> str:
    """An SVG element of a size, with a text for people who cannot see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.1f} {height:.1f}" role="img" aria-label="{html.escape(label)}">\n'
        + "\n".join(parts)
        + "\n</svg>"
    )
