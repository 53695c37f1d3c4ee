"""A model's diagram as SVG: filled boxes with dark text, which light and dark backgrounds leave readable."""

from __future__ import annotations

import html
from dataclasses import dataclass

from kerax.models.pictures.layout import lay_out
from kerax.models.pictures.structure import Box, Diagram
from kerax.utils.picture import svg_of, text_at, text_width

_NAME, _ROW = 13.0, 11.5  # sizes of text
_PAD, _HEAD, _LINE = 10.0, 24.0, 17.0
_GAP, _RANK_GAP, _MARGIN, _RADIUS = 26.0, 30.0, 14.0, 7.0
_TEXT, _SOFT_TEXT, _EDGE = "#17222d", "#43505d", "#7d8a97"
_ARROW = 5.0
_BOLD = 1.16  # how much wider than usual letters
# Colours of a box's head and body, by the package of the layer's class.
_COLOURS = {
    "input": ("#9fd8b4", "#e9f7ee"),
    "core": ("#9cc5ee", "#eaf3fc"),
    "convolutional": ("#c1b2ec", "#f2effc"),
    "pooling": ("#d6cbf2", "#f6f3fd"),
    "rnn": ("#f2b8c6", "#fdf0f3"),
    "attention": ("#f2b8c6", "#fdf0f3"),
    "normalization": ("#f0d58c", "#fcf6e4"),
    "regularization": ("#f0d58c", "#fcf6e4"),
    "activations": ("#f5bd93", "#fdf1e8"),
    "merging": ("#a5dadb", "#ebf7f7"),
    "reshaping": ("#cfd6dd", "#f4f6f8"),
    "preprocessing": ("#cbdc9d", "#f5f9e9"),
    "operation": ("#cfd6dd", "#f4f6f8"),
    "model": ("#b9c3ce", "#eef1f4"),
}
_OTHER = ("#cfd6dd", "#f4f6f8")


@dataclass
class _Drawn:
    """A drawing from (0, 0) on, of a size."""

    width: float
    height: float
    parts: list[str]


def draw(diagram: Diagram, names: bool, rankdir: str = "TB", splines: str = "ortho") -> str:
    """The SVG of a diagram.

    Args:
      diagram: what is shown.
      names: whether the names of layers are.
      rankdir: direction of the arrows: "TB", "BT", "LR" or "RL".
      splines: "ortho" for lines with right angles, "line" or "polyline" for straight ones, others for curves.

    Example:
      >>> from kerax.models.pictures.structure import Box, Diagram
      >>> from kerax.models.pictures.svg import draw
      >>> draw(Diagram("m", [Box("a", "Dense", "core")], []), names=True).startswith("<svg")
      True
    """
    inside = _diagram(diagram, names, rankdir, splines)
    width, height = inside.width + 2 * _MARGIN, inside.height + 2 * _MARGIN
    marker = (
        f'<defs><marker id="kx-arrow" markerWidth="{2 * _ARROW:g}" markerHeight="{2 * _ARROW:g}" refX="{_ARROW + 1:g}" '
        f'refY="{_ARROW / 2 + 0.5:g}" orient="auto" markerUnits="userSpaceOnUse">'
        f'<path d="M0,0 L{_ARROW + 2:g},{_ARROW / 2 + 0.5:g} L0,{_ARROW + 1:g} z" fill="{_EDGE}"/></marker></defs>'
    )
    body = [marker, f'<g transform="translate({_MARGIN:g},{_MARGIN:g})">', *inside.parts, "</g>"]
    return svg_of(width, height, body, f"Model {diagram.title}: {len(diagram.boxes)} layers")


def _diagram(diagram: Diagram, names: bool, rankdir: str, splines: str) -> _Drawn:
    boxes = [_box(box, names, rankdir, splines) for box in diagram.boxes]
    flat = rankdir in ("LR", "RL")
    sizes = [(box.height, box.width) if flat else (box.width, box.height) for box in boxes]
    layout = lay_out(sizes, diagram.arrows, _GAP, _RANK_GAP)
    back = rankdir in ("BT", "RL")

    def place(across: float, along: float) -> tuple[float, float]:
        along = layout.length - along if back else along
        return (along, across) if flat else (across, along)

    parts = []
    starts: dict[tuple[int, int], int] = {}  # (box, rank gap) -> channel, so that lines of two boxes do not overlap
    for (start, _), points in zip(diagram.arrows, layout.lines, strict=True):
        channel = starts.setdefault((start, 0), len([1 for key in starts if key[0] != start]))
        path = _path(points, splines, channel)
        commands = [
            command if isinstance(command, str) else "{:.1f},{:.1f}".format(*place(*command)) for command in path
        ]
        parts.append(
            f'<path d="{" ".join(commands)}" fill="none" stroke="{_EDGE}" stroke-width="1.5" '
            'marker-end="url(#kx-arrow)"/>'
        )
    for box, across, along in zip(boxes, layout.across, layout.along, strict=True):
        x, y = place(across, along)
        left, top = (round(value, 1) + 0.0 for value in (x - box.width / 2, y - box.height / 2))  # never -0.0
        parts.append(f'<g transform="translate({left:.1f},{top:.1f})">')
        parts += [*box.parts, "</g>"]
    size = (layout.length, layout.breadth) if flat else (layout.breadth, layout.length)
    return _Drawn(*size, parts)


def _path(points: list[tuple[float, float]], splines: str, channel: int) -> list:
    """Commands of an SVG path, with points as ``(across, along)``."""
    path: list = ["M", points[0]]
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        if splines in ("line", "polyline") or abs(x1 - x0) < 0.5:
            path += ["L", (x1, y1)]
        elif splines == "ortho":
            middle = y0 + (y1 - y0) * 0.5 + (5.0 * (channel % 5) - 10.0) * min(1.0, (y1 - y0) / 40)
            radius = min(_RADIUS, abs(x1 - x0) / 2, (middle - y0) * 0.9, (y1 - middle) * 0.9)
            side = radius if x1 > x0 else -radius
            path += ["L", (x0, middle - radius), "Q", (x0, middle), (x0 + side, middle)]
            path += ["L", (x1 - side, middle), "Q", (x1, middle), (x1, middle + radius), "L", (x1, y1)]
        else:
            middle = (y0 + y1) / 2
            path += ["C", (x0, middle), (x1, middle), (x1, y1)]
    return path


def _box(box: Box, names: bool, rankdir: str, splines: str) -> _Drawn:
    """A box, with what is inside of it."""
    head, body = _COLOURS.get(box.category, _OTHER)
    kind_width = text_width(box.kind, _NAME) * _BOLD
    title_width = kind_width + (text_width(box.name, _ROW) + 14 if names else 0)
    label_width = max((text_width(label, _ROW) for label, _ in box.rows), default=0.0) + 10
    width = max([title_width, *(label_width + text_width(value, _ROW) for _, value in box.rows)]) + 2 * _PAD
    height = _HEAD + (_LINE * len(box.rows) + 8 if box.rows else 0)
    inside = _diagram(box.inner, names, rankdir, splines) if box.inner is not None else None
    if inside is not None:
        width = max(width, inside.width + 2 * _MARGIN)
        height += inside.height + 2 * _MARGIN
    parts = [f"<title>{html.escape(f'{box.name}: {box.kind}')}</title>"]
    parts.append(f'<rect width="{width:.1f}" height="{height:.1f}" rx="{_RADIUS:g}" fill="{body}" stroke="{_EDGE}"/>')
    if height > _HEAD:
        flat = f"M0.5,{_HEAD:g} V{_RADIUS:g} Q0.5,0.5 {_RADIUS:g},0.5 H{width - _RADIUS:.1f}"
        parts.append(
            f'<path d="{flat} Q{width - 0.5:.1f},0.5 {width - 0.5:.1f},{_RADIUS:g} V{_HEAD:g} Z" fill="{head}"/>'
        )
    else:
        parts.append(
            f'<rect x="0.5" y="0.5" width="{width - 1:.1f}" height="{height - 1:.1f}" rx="{_RADIUS:g}" fill="{head}"/>'
        )
    if names:
        parts.append(text_at(_PAD, 16.5, box.kind, _NAME, _TEXT, font_weight="bold"))
        parts.append(text_at(width - _PAD, 16.5, box.name, _ROW, _SOFT_TEXT, text_anchor="end"))
    else:
        parts.append(text_at(width / 2, 16.5, box.kind, _NAME, _TEXT, font_weight="bold", text_anchor="middle"))
    for number, (label, value) in enumerate(box.rows):
        y = _HEAD + 4 + _LINE * (number + 0.75)
        parts.append(text_at(_PAD, y, label, _ROW, _SOFT_TEXT))
        parts.append(text_at(_PAD + label_width, y, value, _ROW, _TEXT))
    if inside is not None:
        top = height - inside.height - _MARGIN
        parts.append(f'<g transform="translate({(width - inside.width) / 2:.1f},{top:.1f})">')
        parts += [*inside.parts, "</g>"]
    return _Drawn(width, height, parts)
