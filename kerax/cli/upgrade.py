"""``kerax upgrade PATH``: rewrites programs from TensorFlow's and Keras's API to kerax's own."""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import io
import pathlib
import sys
import tokenize

from kerax.utils.atomic import atomic_path

_SKIPPED = (
    "__pycache__",
    ".ipynb_checkpoints",
    ".git",
    ".hg",
    ".venv",
    "venv",
    ".tox",
    "node_modules",
    "site-packages",
    "build",
)
_EPILOG = """\
Imports and calls of TensorFlow, tf.keras, Keras, tf.data, tf.estimator and tf.feature_column become kerax's own;
comments and layout stay. What kerax's API has no counterpart for is left to `kerax.compat.tensorflow`, which needs no
TensorFlow, and listed as FILE:LINE:COLUMN (in a notebook, lines count through all cells of code). Nothing is written
without --in-place. Programs that shall run as they are need no upgrade: `kerax run program.py`.

examples:
  kerax upgrade train.py               say what would not be rewritten
  kerax upgrade --diff train.py        show what would be rewritten
  kerax upgrade --in-place src tests   rewrite all programs and notebooks in two folders

Exit code: 0, also if something is left to rewrite by hand; 1 if a file could not be read or written.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Says what the command takes."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a .py or .ipynb file, or a folder to go through")
    parser.add_argument("--diff", action="store_true", help="print a unified diff; remarks go to the error output")
    parser.add_argument("--in-place", action="store_true", help="write the files; each is replaced as a whole or not")
    parser.epilog, parser.formatter_class = _EPILOG, argparse.RawDescriptionHelpFormatter


def run(arguments: argparse.Namespace) -> int:
    """Rewrites the files."""
    if importlib.util.find_spec("libcst") is None:
        raise ImportError("rewriting programs needs the package libcst: pip install libcst (extra `migrate` of kerax)")
    from kerax.migrate import upgrade_notebook, upgrade_source

    files = _files(arguments.paths)
    remarks_to = sys.stderr if arguments.diff else sys.stdout
    changed = failed = remarks = 0
    for file in files:
        try:
            before = file.read_bytes()
            change = (upgrade_notebook if file.suffix == ".ipynb" else upgrade_source)(before)
            if change.source != before:
                changed += 1
                if arguments.diff:
                    _print_diff(file, before, change.source)
                if arguments.in_place:
                    _replace(file, change.source)
        except (OSError, ValueError, SyntaxError) as error:
            failed += 1
            print(f"{file}: {error}", file=sys.stderr)
            continue
        remarks += len(change.remarks)
        for one in change.remarks:
            print(f"{file}:{one.line}:{one.column}: {one.text}", file=remarks_to)
    done = "rewritten" if arguments.in_place else "to rewrite"
    left = f", {remarks} remark{'s' * (remarks != 1)}" if remarks else ""
    print(f"{changed} of {len(files)} file{'s' * (len(files) != 1)} {done}{left}", file=remarks_to)
    return 1 if failed else 0


def _files(paths: list[str]) -> list[pathlib.Path]:
    found: dict[pathlib.Path, None] = {}
    for path in map(pathlib.Path, paths):
        if path.is_dir():
            both = (p for p in path.rglob("*") if p.suffix in (".py", ".ipynb"))
            inside = (p for p in both if not any(part in _SKIPPED for part in p.relative_to(path).parts))
            found.update(dict.fromkeys(sorted(p for p in inside if p.is_file())))
        elif path.exists():
            found[path] = None
        else:
            raise FileNotFoundError(f"there is no file or folder {str(path)!r}")
    return list(found)


def _print_diff(file: pathlib.Path, before: bytes, after: bytes) -> None:
    old, new = ([line + "\n" for line in _text(text).split("\n")] for text in (before, after))
    for lines in (old, new):  # what follows the last line end is no line
        lines[-1:] = [lines[-1][:-1] + "\n\\ No newline at end of file\n"] if lines[-1] != "\n" else []
    sys.stdout.writelines(difflib.unified_diff(old, new, f"a/{file}", f"b/{file}"))


def _text(source: bytes) -> str:
    if source.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{"):  # a notebook
        return source.decode("utf-8-sig")
    encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    return source.decode(encoding)


def _replace(file: pathlib.Path, source: bytes) -> None:
    target = file.resolve()  # a link stays one
    mode = target.stat().st_mode & 0o7777
    with atomic_path(target, "the program") as temporary:
        temporary.write_bytes(source)
    target.chmod(mode)
