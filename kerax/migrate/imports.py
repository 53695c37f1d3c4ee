"""What becomes of a program's import statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst
from libcst.helpers import get_full_name_for_node

from kerax.migrate.names import COMPAT, ROOTS, canonical, compat_has, find, is_foreign, is_theirs, operation_of


class Imports:
    """The imports of one program: seen first, rewritten afterwards.

    Args:
      remark: ``(node, text)``, called for what cannot be rewritten.

    Attributes:
      needs_kerax, needs_compat, needs_jax: whether the rewritten program uses them by these names.
    """

    def __init__(self, remark: Callable[[Any, str], None]):
        self.needs_kerax = self.needs_compat = self.needs_jax = False
        self._remark = remark
        self._numpy: str | None = None
        self._needs_numpy = False
        self._concerned: set[Any] = set()
        self._rewritten: set[str] = set()
        self._names: set[str] = set()  # bound by imports
        self._written: set[str] = set()

    def concerns(self, node: Any) -> bool:
        """Whether a statement imports TensorFlow or Keras."""
        return node in self._concerned

    def is_rewritten(self, name: str) -> bool:
        """Whether an imported name is imported from kerax afterwards."""
        return name in self._rewritten

    def numpy(self) -> str:
        """The name that NumPy has in the program."""
        self._needs_numpy = True
        return self._numpy or "np"

    # ---- seeing -----------------------------------------------------------------------------------------------------
    def see_import(self, node: cst.Import) -> None:
        """Notes ``import a.b as c``."""
        for alias in node.names:
            name = get_full_name_for_node(alias.name) or ""
            bound = _bound(alias)
            if name == "numpy":
                self._numpy = bound or "numpy"
            self._names.add(bound or name.partition(".")[0])
            if is_theirs(name):
                self._concerned.add(node)
                target = find(name)
                if name not in ROOTS and target is not None:
                    self._rewritten.add(name)
                elif name not in ROOTS:
                    self._remark(alias, f"{name} has no counterpart in kerax: the import is left to {COMPAT}")
            elif is_foreign(name):
                self._remark(alias, f"{name} is no part of kerax: it needs TensorFlow, or another package in its place")

    def see_from(self, node: cst.ImportFrom) -> None:
        """Notes ``from a.b import c as d``."""
        module = get_full_name_for_node(node.module) if node.module is not None else ""
        if node.relative or not module:
            return
        if is_foreign(module):
            self._remark(node, f"{module} is no part of kerax: it needs TensorFlow, or another package in its place")
        if module == "__future__" or not is_theirs(module):
            return
        self._concerned.add(node)
        if isinstance(node.names, cst.ImportStar):
            if find(module) is None or find(module) == "kerax":
                self._remark(node, f"from {module} import * cannot be rewritten: import the names that are used")
            return
        for alias in node.names:
            name = f"{module}.{get_full_name_for_node(alias.name)}"
            if _importable(name) is not None:
                self._rewritten.add(name)
            elif name not in ROOTS:
                where = f"left to {COMPAT}" if compat_has(canonical(name)) else f"nor has {COMPAT}: this line will fail"
                self._remark(alias, f"{name} has no counterpart of the same kind in kerax's own API; {where}")

    # ---- rewriting --------------------------------------------------------------------------------------------------
    def rewrite_line(self, original: cst.SimpleStatementLine, updated: cst.SimpleStatementLine) -> Any:
        """The line, or the lines that replace it."""
        if not any(one in self._concerned for one in original.body):
            return updated
        statements: list[str | Any] = []
        for before, after in zip(original.body, updated.body, strict=True):
            if before in self._concerned:
                made = self._statements(before)
                statements.extend(one for one in made if one not in self._written or original not in self._concerned)
            else:
                statements.append(after)
        made_lines = []
        for one in dict.fromkeys(statements):
            body = (
                cst.ensure_type(cst.parse_statement(one), cst.SimpleStatementLine).body
                if isinstance(one, str)
                else [one.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)]
            )
            made_lines.append(cst.SimpleStatementLine(body=body))
        if not made_lines:
            return cst.RemoveFromParent()
        made_lines[0] = made_lines[0].with_changes(leading_lines=updated.leading_lines)
        made_lines[-1] = made_lines[-1].with_changes(trailing_whitespace=updated.trailing_whitespace)
        return cst.FlattenSentinel(made_lines)

    def _statements(self, node: Any) -> list[str]:
        return self._from_import(node) if isinstance(node, cst.Import) else self._from_from(node)

    def _from_import(self, node: cst.Import) -> list[str]:
        made = []
        for alias in node.names:
            name, bound = get_full_name_for_node(alias.name) or "", _bound(alias)
            if not is_theirs(name):
                made.append(f"import {name}" + (f" as {bound}" if bound else ""))
            elif name in ROOTS or (name.startswith("tensorflow.") and bound is None):
                if self.needs_kerax or not self.needs_compat:
                    made.append("import kerax")
                if self.needs_compat:
                    made.append(_import(COMPAT + _below(name), bound or "tensorflow"))
            else:
                target = find(name)
                if target is None:
                    target = COMPAT + _below(canonical(name))
                made.append(_import(target, bound or name.partition(".")[0]))
        return made

    def _from_from(self, node: cst.ImportFrom) -> list[str]:
        module = get_full_name_for_node(node.module) or ""
        if isinstance(node.names, cst.ImportStar):
            target = find(module)
            return [f"from {target if target not in (None, 'kerax') else COMPAT + _below(module)} import *"]
        made: dict[str, list[str]] = {}
        for alias in node.names:
            last = get_full_name_for_node(alias.name) or ""
            name, bound = f"{module}.{last}", _bound(alias) or last
            target = _importable(name)
            if name in ROOTS:
                made.setdefault(_import(COMPAT, bound), [])
            elif target is None:
                owner, _, kept = canonical(name).rpartition(".")
                made.setdefault(COMPAT + _below(owner), []).append(_as(kept, bound))
            elif "." not in target:
                made.setdefault(_import(target, bound), [])
            else:
                package, _, found = target.rpartition(".")
                made.setdefault(package, []).append(_as(found, bound))
        return [f"from {package} import {', '.join(names)}" if names else package for package, names in made.items()]

    def add_missing(self, module: cst.Module) -> cst.Module:
        """The module with the imports that rewritten expressions need beyond those that were rewritten."""
        wanted = []
        if self._needs_numpy and self._numpy is None:
            wanted.append("import numpy as np")
        if self.needs_jax and "jax" not in self._names:
            wanted.append("import jax")
        if self.needs_kerax and not _imports_kerax(module):
            wanted.append("import kerax")
        if not wanted:
            return module
        body = list(module.body)
        place = next((i for i, line in enumerate(body) if _is_import(line) and not _is_future(line)), -1)
        if place < 0:  # behind what must come first
            place = next((i for i, line in enumerate(body) if not _is_first(line)), len(body))
        lines: list[Any] = [cst.parse_statement(text, config=module.config_for_parsing) for text in sorted(wanted)]
        if place < len(body):
            lines[0] = lines[0].with_changes(leading_lines=body[place].leading_lines)
            body[place] = body[place].with_changes(leading_lines=[])
        return module.with_changes(body=[*body[:place], *lines, *body[place:]])


def _importable(name: str) -> str | None:
    """Where a name is imported from; None if it is none of kerax's, or is called with other arguments there."""
    target = find(name)
    if target is None or not target.startswith("kerax") or (operation_of(name) is not None):
        return None
    return target


def _bound(alias: cst.ImportAlias) -> str | None:
    return get_full_name_for_node(alias.asname.name) if alias.asname is not None else None


def _below(name: str) -> str:
    return name.removeprefix("tensorflow") if name.startswith("tensorflow") else f".{name.replace('tf_keras', 'keras')}"


def _as(name: str, bound: str) -> str:
    return name if name == bound else f"{name} as {bound}"


def _import(module: str, bound: str) -> str:
    if module == bound:
        return f"import {module}"
    package, _, last = module.rpartition(".")
    return f"from {package} import {last}" if last == bound and package else f"import {module} as {bound}"


def _is_import(line: Any) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and any(
        isinstance(one, (cst.Import, cst.ImportFrom)) for one in line.body
    )


def _is_first(line: Any) -> bool:
    """Whether a line is a documenting string or an import from ``__future__``."""
    if not isinstance(line, cst.SimpleStatementLine):
        return False
    text = isinstance(line.body[0], cst.Expr) and isinstance(line.body[0].value, cst.SimpleString)
    return text or _is_future(line)


def _is_future(line: Any) -> bool:
    return any(
        isinstance(one, cst.ImportFrom) and getattr(one.module, "value", None) == "__future__" for one in line.body
    )


def _imports_kerax(module: cst.Module) -> bool:
    return any(
        isinstance(one, cst.Import) and any(a.evaluated_name == "kerax" and a.asname is None for a in one.names)
        for line in module.body
        if isinstance(line, cst.SimpleStatementLine)
        for one in line.body
    )
