"""Rewriting notebooks: their code cells are one program, of which IPython's own lines stay as they are."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from kerax.migrate.source import Change, Remark, upgrade_source

_CELL = "kerax: cell {}"  # a line with this string begins every cell of the program
_MARK = re.compile(r'^"kerax: cell (\d+)"$', re.MULTILINE)
_KEPT = "kerax: line {}"  # stands in the place of a line that is no Python
_KEPT_MARK = re.compile(r'"kerax: line (\d+)"')
_TIMED = re.compile(r"^(\s*)(%(?:time|timeit|prun|memit)\s+(?:-\w+\s*\d*\s+)*)(?=\S)(.*)$")  # %time statement
_START = re.compile(r'"kerax: line (\d+)"; ')
_SHELL = re.compile(r"^\s*([%!?]|[\w.]+\?{1,2}\s*$)")  # %magic, !command, ?name, name?
_ASSIGNED = re.compile(r"^(\s*[\w, ]+=\s*)([%!].*)$")  # files = !ls


def upgrade_notebook(source: bytes) -> Change:
    r"""Rewrites the code cells of a notebook from TensorFlow's and Keras's API to kerax's own.

    Args:
      source: the text of an ``.ipynb`` file, as read from it.

    Returns:
      The rewritten text, in which only the sources of cells differ, and the remarks. Their lines count through all
      cells of code; their texts begin with the number of the cell among these.

    Raises:
      ValueError: if it is no notebook.

    Example:
      >>> import json
      >>> from kerax.migrate import upgrade_notebook
      >>> cell = {"cell_type": "code", "source": ["import tensorflow as tf\n", "%time tf.square(2.0)"]}
      >>> text = upgrade_notebook(json.dumps({"cells": [cell]}).encode()).source
      >>> json.loads(text)["cells"][0]["source"]
      ['import kerax\n', '%time kerax.ops.square(2.0)']
    """
    text = source.decode("utf-8-sig")
    try:
        notebook = json.loads(text)
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        codes = [one for one in cells if one["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"it is no notebook: {error}") from None
    program = _Program()
    for number, cell in enumerate(codes):
        program.add(number, _text_of(cell))
    change = program.upgrade()
    changed = False
    for cell, before, after in zip(codes, program.texts, program.split(change.source.decode()), strict=True):
        if before != after:
            changed = True
            cell["input" if "input" in cell else "source"] = (
                after.splitlines(keepends=True) if isinstance(_source_of(cell), list) else after
            )
    remarks = (*program.remarks, *map(program.place, change.remarks))
    if not changed:
        return Change(source, tuple(sorted(remarks)))
    made = json.dumps(notebook, indent=_indent(text), ensure_ascii=_is_escaped(text), separators=_separators(text))
    made += "\n" if text.endswith("\n") else ""
    if "\r\n" in text:
        made = made.replace("\n", "\r\n")
    start = b"\xef\xbb\xbf" if source.startswith(b"\xef\xbb\xbf") else b""
    return Change(start + made.encode(), tuple(sorted(remarks)))


class _Program:
    """All code cells as one module.

    Attributes:
      texts: of the cells.
      remarks: about cells that are left out.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.remarks: list[Remark] = []
        self._kept: list[str] = []
        self._cells: list[str] = []
        self._whole: dict[int, str] = {}  # cells that are no Python

    def add(self, number: int, text: str) -> None:
        """Adds a cell."""
        self.texts.append(text)
        lines = [self._python(line) for line in text.splitlines()]
        made = "\n".join(lines)
        if text.lstrip().startswith("%%") and not text.lstrip().startswith(("%%time", "%%capture", "%%timeit")):
            self._whole[number], made = text, ""
        else:
            try:
                ast.parse(made)
            except SyntaxError as error:
                self._whole[number], made = text, ""
                said = f"cell {number + 1}: left as it is: {error.msg}"
                self.remarks.append(Remark(self._line(number) + (error.lineno or 1), 1, said))
        self._cells.append(made)

    def _python(self, line: str) -> str:
        timed = _TIMED.match(line)
        if timed and _is_python(timed[3]):
            return f"{timed[1]}{self._keep(timed[2])}; {timed[3]}"
        if not _SHELL.match(line):
            assigned = _ASSIGNED.match(line)
            return f"{assigned[1]}{self._keep(assigned[2])}" if assigned else line
        return line[: len(line) - len(line.lstrip())] + self._keep(line.lstrip())

    def _keep(self, text: str) -> str:
        self._kept.append(text)
        return f'"{_KEPT.format(len(self._kept) - 1)}"'

    def _line(self, number: int) -> int:
        """How many lines of code stand before a cell."""
        return sum(len(text.splitlines()) for text in self.texts[:number])

    def upgrade(self) -> Change:
        """Rewrites the module."""
        whole = "".join(f'"{_CELL.format(number)}"\n{text}\n' for number, text in enumerate(self._cells))
        needed = any("tf." in text or "keras." in text for text in self._whole.values()) or any(
            re.search(r"\btf\.|\bkeras\.", line) for line in self._kept
        )
        return upgrade_source(whole.encode(), keep_compat=needed)

    def split(self, text: str) -> list[str]:
        """The texts of the cells of a rewritten module."""
        parts = _MARK.split(text)[2::2]
        found = []
        for number, (part, before) in enumerate(zip(parts, self.texts, strict=True)):
            if number in self._whole:
                found.append(self._whole[number])
                continue
            body = part.removeprefix("\n")[: -1 if part.endswith("\n") else None]
            body = _START.sub(lambda found: self._kept[int(found[1])], body)
            body = _KEPT_MARK.sub(lambda found: self._kept[int(found[1])], body)
            found.append(body + ("\n" if before.endswith("\n") and not body.endswith("\n") else ""))
        return found

    def place(self, remark: Remark) -> Remark:
        """A remark about a line of the module, with its cell and its line among those of the notebook."""
        line = remark.line
        for number, text in enumerate(self._cells):
            length = 1 + max(len(text.split("\n")), 1)
            if line <= length:
                inside = max(line - 1, 1)
                return Remark(self._line(number) + inside, remark.column, f"cell {number + 1}: {remark.text}")
            line -= length
        return remark


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _source_of(cell: dict[str, Any]) -> Any:
    return cell["input"] if "input" in cell else cell["source"]  # "input" until version 3 of the format


def _text_of(cell: dict[str, Any]) -> str:
    source = _source_of(cell)
    return "".join(source) if isinstance(source, list) else source


def _indent(text: str) -> int | str | None:
    found = re.match(r"\s*\{\r?\n([ \t]+)", text)
    if found is None:
        return None
    return "\t" if found[1].startswith("\t") else len(found[1])


def _separators(text: str) -> tuple[str, str] | None:
    compact = _indent(text) is None and re.search(r'"cell_type":"', text)
    return (",", ":") if compact else None


def _is_escaped(text: str) -> bool:
    return text.isascii() and re.search(r"\\u[0-9a-f]{4}", text) is not None
