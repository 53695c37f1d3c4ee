"""Rewriting one program: what is looked at, decided and written."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider, QualifiedNameProvider, QualifiedNameSource

from kerax.migrate.imports import Imports
from kerax.migrate.names import COMPAT, ROOTS, canonical, compat_has, exists, find, is_foreign, is_theirs, operation_of
from kerax.migrate.tables import DIFFERENT, RATE_IN_LOGS, Operation

_CONVERT = "kerax.ops.convert_to_tensor"
_TEXT_WORDS = ("text", "string", "word", "sentence", "review", "filename", "file_path")
_LOGS = ("logs", "log", "history", "hist")  # names of what callbacks get and `fit` returns
_OF_MODELS = ("export",)  # methods that kerax may lack
_OF_BYTES = ("decode", "startswith", "endswith", "split")  # methods that follow numpy() where a tensor is one string


@dataclasses.dataclass(frozen=True, order=True)
class Remark:
    r"""Something that was not rewritten.

    Attributes:
      line: in the given program, from 1.
      column: from 1.
      text: what, and what became of it.

    Example:
      >>> from kerax.migrate import upgrade_source
      >>> remark, = upgrade_source(b"import tensorflow as tf\nx = tf.nowhere(1)\n").remarks
      >>> remark.line, remark.column, remark.text[:27]
      (2, 5, 'tf.nowhere is not in kerax,')
    """

    line: int
    column: int
    text: str


@dataclasses.dataclass(frozen=True)
class Change:
    """A rewritten program.

    Attributes:
      source: its text, in the encoding and with the line ends of the given one.
      remarks: what was not rewritten, in the order of lines.

    Example:
      >>> from kerax.migrate import upgrade_source
      >>> upgrade_source(b"print(1)")
      Change(source=b'print(1)', remarks=())
    """

    source: bytes
    remarks: tuple[Remark, ...]


def upgrade_source(source: bytes, keep_compat: bool = False) -> Change:
    r"""Rewrites a program from TensorFlow's and Keras's API to kerax's own.

    What kerax's API has no counterpart for is left to ``kerax.compat.tensorflow``, and remarked on.

    Args:
      source: the text of a module, as read from a file.
      keep_compat: whether the names under which TensorFlow was imported must go on to mean something, because code that
        is not in this text uses them.

    Returns:
      The rewritten text and the remarks. A program without TensorFlow comes back as it is.

    Raises:
      ValueError: if it is no valid Python.

    Example:
      >>> from kerax.migrate import upgrade_source
      >>> print(upgrade_source(b"import tensorflow as tf\nx = tf.reduce_sum(y, axis=1)  # rows\n").source.decode())
      import kerax
      x = kerax.ops.sum(y, axis=1)  # rows
      <BLANKLINE>
    """
    try:
        wrapper = MetadataWrapper(cst.parse_module(source))
    except cst.ParserSyntaxError as error:
        raise ValueError(f"line {error.raw_line}: {error.message}") from None
    decisions = _Decisions()
    decisions.imports.needs_compat = keep_compat
    wrapper.visit(decisions)
    if not decisions.concerned:
        return Change(source, tuple(sorted(decisions.remarks)))
    module = wrapper.visit(_Rewriter(decisions))
    return Change(module.bytes, tuple(sorted(decisions.remarks)))


class _Decisions(cst.CSTVisitor):
    """Looks at every name and call, and decides what becomes of it.

    Attributes:
      expressions: node -> text that replaces it.
      calls: call -> the operation that it becomes.
      imports: what becomes of import statements.
      scalars: calls of ``numpy()`` that give single strings.
      strings: string -> what it becomes.
      paths: ``variable.name`` that becomes ``variable.path``.
      remarks: what is not rewritten.
    """

    METADATA_DEPENDENCIES = (QualifiedNameProvider, PositionProvider)

    def __init__(self) -> None:
        super().__init__()
        self.expressions: dict[Any, str] = {}
        self.calls: dict[Any, Operation] = {}
        self.imports = Imports(self.remark)
        self.remarks: set[Remark] = set()
        self.texts: set[str] = set()  # names that strings are assigned to, somewhere in the program
        self.scalars: set[Any] = set()
        self.strings: dict[Any, str] = {}
        self.paths: set[Any] = set()
        self.concerned = False
        self._rates: list[Any] = []  # "lr" as a key of logs
        self._all_logs: list[Any] = []  # where all keys of logs are looked at
        self._has_rate = False
        self._left: set[Any] = set()  # inner parts of chains that have been dealt with

    def remark(self, node: Any, text: str) -> None:
        """Notes what is not rewritten."""
        start = self.get_metadata(PositionProvider, node).start
        self.remarks.add(Remark(start.line, start.column + 1, text))

    # ---- imports ----------------------------------------------------------------------------------------------------
    def visit_Import(self, node: cst.Import) -> bool:
        self.imports.see_import(node)
        self.concerned |= self.imports.concerns(node)
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        self.imports.see_from(node)
        self.concerned |= self.imports.concerns(node)
        return False

    # ---- strings ----------------------------------------------------------------------------------------------------
    def visit_Module(self, node: cst.Module) -> None:
        found = _TextNames()
        node.visit(found)
        self.texts = found.names

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        if self.concerned and str(node.raw_value).endswith(":0"):
            text = "names of kerax's variables do not end in ':0', and scopes stand in variable.path"
            self.remark(node, text + (", which is compared now" if node in self.strings else ""))

    def visit_Comparison(self, node: cst.Comparison) -> None:
        sides = [node.left, *(one.comparator for one in node.comparisons)]
        names = [one for one in sides if isinstance(one, cst.Attribute) and one.attr.value == "name"]
        texts = [one for one in sides if isinstance(one, cst.SimpleString) and str(one.raw_value).endswith(":0")]
        equality = all(isinstance(one.operator, (cst.Equal, cst.NotEqual)) for one in node.comparisons)
        if self.concerned and equality and len(names) == len(texts) == 1 and len(sides) == 2:
            self.paths.add(names[0])
            self.strings[texts[0]] = texts[0].value.replace(":0", "")
        if _is_logs(sides[-1]) and isinstance(node.comparisons[0].operator, (cst.In, cst.NotIn)):
            self._note_rate(node.left)

    # ---- the learning rate in logs ----------------------------------------------------------------------------------
    def _note_rate(self, node: Any) -> None:
        if isinstance(node, cst.SimpleString) and node.raw_value == "lr":
            self._rates.append(node)

    def visit_Subscript(self, node: cst.Subscript) -> None:
        if _is_logs(node.value) and isinstance(node.slice[0].slice, cst.Index):
            self._note_rate(node.slice[0].slice.value)

    def _see_logs(self, node: cst.Call) -> None:
        """Looks whether a call reads logs."""
        function = node.func
        if isinstance(function, cst.Attribute) and _is_logs(function.value):
            if function.attr.value in ("get", "pop") and node.args:
                self._note_rate(node.args[0].value)
            elif function.attr.value in ("keys", "items", "values"):
                self._all_logs.append(node)
        elif isinstance(function, cst.Name) and function.value in ("sorted", "list", "tuple", "set", "len"):
            if len(node.args) == 1 and _is_logs(node.args[0].value):
                self._all_logs.append(node)

    def leave_Module(self, original_node: cst.Module) -> None:
        if self._has_rate:
            self.strings.update({node: node.value.replace("lr", "learning_rate") for node in self._rates})
            for node in self._all_logs:
                self.remark(node, RATE_IN_LOGS)

    # ---- names ------------------------------------------------------------------------------------------------------
    def _name_of(self, node: Any) -> str | None:
        """The dotted imported name that an expression stands for."""
        for found in self.get_metadata(QualifiedNameProvider, node, default=()) or ():
            if found.source is QualifiedNameSource.IMPORT:
                return found.name.lstrip(".")
        return None

    def visit_Call(self, node: cst.Call) -> None:
        name = self._name_of(node.func) if isinstance(node.func, cst.Attribute) else None
        root = self._root_of(node.func)
        self._see_logs(node)
        if name is not None and root in ROOTS:
            operation = operation_of(name)
            if operation is not None and _fits(node, operation, self.texts):
                self.calls[node] = operation
                self.imports.needs_kerax = True
                self._settle(node.func)
                if operation.target == _CONVERT and len(node.args) == 1 and isinstance(node.args[0].value, cst.Name):
                    value = node.args[0].value.value
                    self.remark(node, f"if {value} holds strings, hand it on as it is: in kerax strings stay in NumPy")
            elif operation is not None:
                self._leave(node.func, name)
        elif isinstance(node.func, cst.Attribute) and not node.args:
            if node.func.attr.value == "numpy":
                self.expressions[node] = "numpy"
            elif node.func.attr.value == "as_list":  # a method of TensorFlow's shapes, which are tuples in kerax
                self.expressions[node] = "as_list"
        elif isinstance(node.func, cst.Attribute) and node.func.attr.value in _OF_MODELS:
            if not exists(f"kerax.Model.{node.func.attr.value}"):
                self.remark(node, f"if this is a model: kerax's have no method {node.func.attr.value}() so far")

    def visit_Attribute(self, node: cst.Attribute) -> None:
        if node.attr.value in _OF_BYTES and isinstance(node.value, cst.Call):
            self.scalars.add(node.value)
        if node in self._left:
            self._left.add(node.value)
            return
        name = self._name_of(node)
        if name is None or not (is_theirs(name) or is_foreign(name)):
            return
        self._left.add(node.value)
        root = self._root_of(node)
        target = find(name)
        operation = operation_of(name)
        if target is None and operation is not None and not operation.added:  # a function that is handed on
            target = operation.target
        if root not in ROOTS:  # reached through something imported by name, which the import sees to
            if root is not None and target is None and is_theirs(name) and self.imports.is_rewritten(root):
                self.remark(node, f"{_shown(name)} is not in kerax")
            return
        if target is None:
            self._leave(node, name)
            return
        if canonical(name) in DIFFERENT:
            self.remark(node, DIFFERENT[canonical(name)])
            self._has_rate |= DIFFERENT[canonical(name)] is RATE_IN_LOGS
        self.expressions[node] = target
        self.imports.needs_jax |= target.startswith("jax.")
        self.imports.needs_kerax |= target.startswith("kerax")

    def _root_of(self, node: Any) -> str | None:
        """The imported name that a chain of attributes begins with."""
        whole, steps = node, 0
        while isinstance(node, cst.Attribute):
            node, steps = node.value, steps + 1
        if not isinstance(node, cst.Name):
            return None
        name = self._name_of(whole if steps == 0 else node)
        if name == "tensorflow" and steps:  # `import tensorflow.compat.v1` binds the package
            return "tensorflow"
        return name

    def _settle(self, node: Any) -> None:
        while isinstance(node, cst.Attribute):
            self._left.add(node)
            node = node.value

    def _leave(self, node: Any, name: str) -> None:
        """Leaves a name to the namespace for unmodified programs."""
        self._settle(node)
        self.imports.needs_compat = True
        if compat_has(name):
            self.remark(node, f"{_shown(name)} has no counterpart in kerax's own API that takes this; left to {COMPAT}")
        else:
            self.remark(node, f"{_shown(name)} is not in kerax, nor in {COMPAT}: this line will fail")

    def visit_Name(self, node: cst.Name) -> None:
        if node in self._left:
            return
        name = self._name_of(node)
        if name in ROOTS and not isinstance(node, cst.ImportAlias):
            self.imports.needs_compat = True  # the package itself is handed on


def _is_logs(node: Any) -> bool:
    """Whether an expression is, by its name, the logs that callbacks get or ``fit`` returns."""
    if isinstance(node, cst.Name):
        return node.value in _LOGS
    return isinstance(node, cst.Attribute) and node.attr.value in _LOGS


def _shown(name: str) -> str:
    return "tf" + name[len("tensorflow") :] if name.startswith("tensorflow") else name


def _has_strings(node: Any) -> bool:
    if isinstance(node, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)):
        return True
    return any(_has_strings(child) for child in node.children)


class _TextNames(cst.CSTVisitor):
    """Finds the names that strings, or lists of them, are assigned to."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_Assign(self, node: cst.Assign) -> None:
        value: Any = node.value
        while isinstance(value, cst.BinaryOperation):  # ['a', 'b'] * 20
            value = value.left
        literal = isinstance(value, (cst.List, cst.Tuple, cst.SimpleString, cst.ConcatenatedString))
        if literal and _has_strings(value):
            self.names.update(one.target.value for one in node.targets if isinstance(one.target, cst.Name))


def _is_like_text(name: str) -> bool:
    return any(word in name.lower() for word in _TEXT_WORDS)


_ALSO_OF_STRINGS = {
    f"kerax.ops.{name}"
    for name in "expand_dims reshape squeeze concatenate stack tile repeat take where equal not_equal shape size "
    "ndim".split()
}


def _fits(node: cst.Call, operation: Operation, texts: set[str]) -> bool:
    """Whether every argument of a call can be written for the operation."""
    names = [theirs for theirs, _ in operation.parameters]
    any_number = operation.by_position > len(names)
    if operation.target == "print":
        return all(one.keyword is None or one.keyword.value in names for one in node.args)
    place = 0
    for argument in node.args:
        if argument.star:
            return False
        if argument.keyword is None:
            if place >= len(names) and not any_number:
                return False
            place += 1
        elif argument.keyword.value != "name" and argument.keyword.value not in names:
            return False
    if operation.target == "kerax.ops.where":
        return len(node.args) == 3
    if operation.target == _CONVERT and node.args:
        value = node.args[0].value  # strings are NumPy's in kerax
        return not _has_strings(value) and not (isinstance(value, cst.Name) and value.value in texts)
    if operation.target in _ALSO_OF_STRINGS:
        first = next((one.value for one in node.args), None)
        if isinstance(first, cst.Name) and (first.value in texts or _is_like_text(first.value)):
            return False  # the other namespace's function takes strings as well
    if operation.target == "kerax.ops.split":  # sizes of the parts are places to cut there
        sizes = [one.value for one in node.args[1:2] if one.keyword is None]
        sizes += [one.value for one in node.args if one.keyword and one.keyword.value == "num_or_size_splits"]
        return all(isinstance(one, cst.Integer) for one in sizes)
    return True


class _Rewriter(cst.CSTTransformer):
    """Writes what was decided."""

    def __init__(self, decisions: _Decisions):
        super().__init__()
        self._decisions, self._imports = decisions, decisions.imports

    def leave_SimpleString(self, original_node: cst.SimpleString, updated_node: cst.SimpleString) -> Any:
        text = self._decisions.strings.get(original_node)
        return updated_node if text is None else updated_node.with_changes(value=text)

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> Any:
        target = self._decisions.expressions.get(original_node)
        if original_node in self._decisions.paths:
            return updated_node.with_changes(attr=cst.Name("path"))
        if target is None:
            return updated_node
        return _expression(target, updated_node)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> Any:
        operation = self._decisions.calls.get(original_node)
        if operation is not None:
            return self._call(updated_node, operation)
        kind = self._decisions.expressions.get(original_node)
        if kind is None:
            return updated_node
        value = cst.ensure_type(updated_node.func, cst.Attribute).value
        if kind == "numpy":
            function: Any = cst.parse_expression(f"{self._imports.numpy()}.asarray")
        else:
            function = cst.Name("list")
            if isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value == "tuple":
                return value.with_changes(func=function)
        value = _without_parentheses(value)
        made = updated_node.with_changes(func=function, args=[cst.Arg(value)])
        if original_node in self._decisions.scalars:
            return cst.Call(cst.Attribute(made, cst.Name("item")))
        return made

    def _call(self, node: cst.Call, operation: Operation) -> cst.Call:
        args, given, place = [], set(), 0
        by_name = False
        for argument in node.args:
            if argument.keyword is None:
                if place < len(operation.parameters):
                    ours = operation.parameters[place][1]
                    given.add(ours)
                    by_name |= place >= operation.by_position
                    if by_name:
                        argument = _by_keyword(argument, ours)
                place += 1
            elif argument.keyword.value == "name" and "name" not in dict(operation.parameters):
                continue
            else:
                ours = dict(operation.parameters)[argument.keyword.value]
                given.add(ours)
                argument = argument.with_changes(keyword=argument.keyword.with_changes(value=ours))
            args.append(argument)
        for name, value in operation.added:
            if name not in given:
                args.append(_by_keyword(cst.Arg(cst.parse_expression(value)), name))
        return node.with_changes(func=_expression(operation.target, node.func), args=_with_commas(args, node.args))

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> Any:
        return self._imports.rewrite_line(original_node, updated_node)

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        return self._imports.add_missing(updated_node)


def _expression(text: str, like: Any) -> Any:
    made = cst.parse_expression(text)
    return made.with_changes(lpar=like.lpar, rpar=like.rpar)


def _without_parentheses(node: Any) -> Any:
    spans_lines = any(isinstance(p.whitespace_after, cst.ParenthesizedWhitespace) for p in getattr(node, "lpar", ()))
    return node if spans_lines or not getattr(node, "lpar", ()) else node.with_changes(lpar=[], rpar=[])


def _by_keyword(argument: cst.Arg, name: str) -> cst.Arg:
    plain = cst.SimpleWhitespace("")
    return argument.with_changes(keyword=cst.Name(name), equal=cst.AssignEqual(plain, plain))


def _with_commas(args: list[cst.Arg], before: Sequence[cst.Arg]) -> list[cst.Arg]:
    """Arguments with commas between them, as they were where there were some, and the end as it was."""
    between = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    made = [one if isinstance(one.comma, cst.Comma) else one.with_changes(comma=between) for one in args]
    if made and before:
        made[-1] = made[-1].with_changes(comma=before[-1].comma)
    return made
