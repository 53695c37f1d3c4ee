"""A model's diagram in Graphviz's language DOT."""

from __future__ import annotations

from kerax.models.pictures.structure import Box, Diagram


class Dot:
    """DOT text, with the methods of ``pydot.Dot`` that programs use on what ``model_to_dot`` returns.

    Args:
      text: the text.

    Example:
      >>> from kerax.models.pictures.dot import Dot
      >>> str(Dot("digraph {}"))
      'digraph {}'
    """

    def __init__(self, text: str):
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<Dot: {len(self._text.splitlines())} lines>"

    def to_string(self) -> str:
        """The text."""
        return self._text

    def create_dot(self) -> bytes:
        """The text as bytes."""
        return self._text.encode()

    def write(self, path: str, format: str = "raw") -> bool:
        """Writes the text into a file.

        Args:
          path: of the file.
          format: accepted for pydot's sake: it is always the text.
        """
        with open(path, "w", encoding="utf-8") as file:
            file.write(self._text)
        return True

    write_raw = write_dot = write


def dot_text(diagram: Diagram, names: bool, rankdir: str, splines: str, dpi: float, subgraph: bool = False) -> str:
    """The text of a diagram.

    Example:
      >>> from kerax.models.pictures.structure import Box, Diagram
      >>> from kerax.models.pictures.dot import dot_text
      >>> diagram = Diagram("m", [Box("a", "Dense", "core")], [])
      >>> print(dot_text(diagram, True, "TB", "ortho", 96).splitlines()[-2].strip())
      "a" [label="a (Dense)"];
    """
    style = [f"rankdir={rankdir};", "concentrate=true;", f"splines={splines};", f"dpi={dpi:g};"]
    style.append('node [shape=record, fontname="Helvetica", fontsize=11];')
    keys = [_quoted(box.name) for box in diagram.boxes]
    lines = [] if subgraph else style
    lines += _lines(diagram, names, "")
    lines += [f"{keys[start]} -> {keys[end]}{_clipped(diagram, start, end)};" for start, end in diagram.arrows]
    head = f"subgraph {_quoted('cluster_' + diagram.title)}" if subgraph else f"digraph {_quoted(diagram.title)}"
    extra = ["compound=true;"] if any(box.inner for box in diagram.boxes) and not subgraph else []
    return "\n".join([f"{head} {{", *(f"  {line}" for line in [*extra, *lines]), "}"])


def _lines(diagram: Diagram, names: bool, prefix: str) -> list[str]:
    found = []
    for box in diagram.boxes:
        key = _quoted(prefix + box.name)
        if box.inner is None:
            found.append(f"{key} [label={_label(box, names)}];")
            continue
        inner = f"{prefix}{box.name}/"
        found += [f"subgraph {_quoted('cluster_' + prefix + box.name)} {{", f"  label={_label(box, names)};"]
        found.append(f"  {key} [shape=point, style=invis];")  # what arrows to and from the model hold on to
        found += [f"  {line}" for line in _lines(box.inner, names, inner)]
        ends = [_quoted(inner + one.name) for one in box.inner.boxes]
        found += [f"  {ends[a]} -> {ends[b]}{_clipped(box.inner, a, b)};" for a, b in box.inner.arrows]
        found.append("}")
    return found


def _clipped(diagram: Diagram, start: int, end: int) -> str:
    """Attributes that end an arrow at the border of a model."""
    marks = []
    if diagram.boxes[start].inner is not None:
        marks.append(f"ltail={_quoted('cluster_' + diagram.boxes[start].name)}")
    if diagram.boxes[end].inner is not None:
        marks.append(f"lhead={_quoted('cluster_' + diagram.boxes[end].name)}")
    return f" [{', '.join(marks)}]" if marks else ""


def _label(box: Box, names: bool) -> str:
    title = f"{box.name} ({box.kind})" if names else box.kind
    if not box.rows or box.inner is not None:
        return _quoted(title)
    rows = "|".join(f"{label}: {value}" for label, value in box.rows)
    escaped = "".join("\\" + c if c in "{}<> " and c != " " else c for c in f"{title}|{rows}")
    return _quoted(f"{{{escaped}}}", keep=True)


def _quoted(text: str, keep: bool = False) -> str:
    return '"' + (text if keep else text.replace("\\", "\\\\")).replace('"', '\\"') + '"'
