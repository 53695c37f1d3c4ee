"""``kerax run``: runs a program that imports TensorFlow, with kerax in TensorFlow's place."""

from __future__ import annotations

import importlib.util
import linecache
import os
import runpy
import sys
import types
from collections.abc import Callable, Sequence

from kerax.compat import install
from kerax.compat.main_program import run_as_main
from kerax.tracebacks import below_command, shorten

_INTERRUPTED = 130  # as a shell says it
USAGE = """usage: kerax run SCRIPT [ARGUMENTS]
       kerax run -m MODULE [ARGUMENTS]
       kerax run -c CODE [ARGUMENTS]
       kerax run - [ARGUMENTS]          the program comes from the standard input

Runs a Python program in which `import tensorflow` and `import keras` give kerax's namespace
(docs/tensorflow.md). An installed TensorFlow is neither imported nor changed."""


def main(arguments: Sequence[str]) -> int:
    """Runs a program as ``python`` would.

    Args:
      arguments: what stands behind ``kerax run``.

    Returns:
      The exit code: 1 if the program ends with an error, whose traceback is shown as ``python`` shows it.

    Example:
      >>> from kerax.cli.run import main
      >>> main([])
      2
    """
    given = list(arguments)
    if not given or given[0] in ("-h", "--help"):
        print(USAGE, file=sys.stdout if given else sys.stderr)
        return 0 if given else 2
    if given[0] in ("-m", "-c"):
        if len(given) < 2:
            print(f"kerax run: {given[0]} needs something to run.\n\n{USAGE}", file=sys.stderr)
            return 2
        install(subprocesses=True)
        sys.path.insert(0, "" if given[0] == "-c" else os.getcwd())
        if given[0] == "-m":
            if not _is_module(given[1]):
                print(f"kerax run: there is no module named {given[1]!r}, or no __main__ in it.", file=sys.stderr)
                return 2
            sys.argv = given[1:]
            return _run(lambda: run_as_main("module", given[1]))
        sys.argv = ["-c", *given[2:]]
        return _run(lambda: _run_text(given[1], "<string>"))
    if given[0] == "-":
        install(subprocesses=True)
        sys.path.insert(0, "")
        sys.argv = given
        text = sys.stdin.read()
        return _run(lambda: _run_text(text, "<stdin>"))
    if given[0].startswith("-"):
        print(f"kerax run: there is no option {given[0]!r}.\n\n{USAGE}", file=sys.stderr)
        return 2
    path = given[0]
    if not os.path.exists(path):
        print(f"kerax run: cannot open {path!r}: there is no such file.", file=sys.stderr)
        return 2
    if os.path.isdir(path) and not os.path.exists(os.path.join(path, "__main__.py")):
        print(f"kerax run: the folder {path!r} holds no __main__.py to run.", file=sys.stderr)
        return 2
    install(subprocesses=True)
    sys.argv = given
    folder = os.path.dirname(os.path.abspath(path))
    sys.path.insert(0, folder)
    _say_what_is_hidden(folder, os.path.basename(path))
    return _run(lambda: _run_script(path))


def _is_module(name: str) -> bool:
    """Whether there is a module, or a package with a ``__main__``; packages around it are imported."""
    try:
        found = importlib.util.find_spec(name)
        if found is not None and found.submodule_search_locations is not None:
            found = importlib.util.find_spec(f"{name}.__main__")
        return found is not None
    except (ImportError, ValueError):
        return False


def _run(program: Callable[[], object]) -> int:
    """Runs a program; an error is shown without the frames above it, as if ``python`` ran it."""
    try:
        program()
    except (Exception, KeyboardInterrupt) as error:
        error.__traceback__ = below_command(error.__traceback__)
        shorten(error)
        sys.excepthook(type(error), error, error.__traceback__)
        return _INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _run_text(text: str, name: str) -> None:
    main_module = types.ModuleType("__main__")
    sys.modules["__main__"] = main_module
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)  # tracebacks show its lines
    exec(compile(text, name, "exec", dont_inherit=True), main_module.__dict__)


def _say_what_is_hidden(folder: str, script: str) -> None:
    for name in ("tensorflow", "keras", "tf_keras"):
        for file in (f"{name}.py", os.path.join(name, "__init__.py")):
            if file != script and os.path.exists(os.path.join(folder, file)):
                print(
                    f"kerax run: {os.path.join(folder, file)} is not imported: `import {name}` gives kerax's namespace."
                    " Rename it if the program needs it.",
                    file=sys.stderr,
                )


def _run_script(path: str) -> None:
    if os.path.isdir(path):
        runpy.run_path(path, run_name="__main__")
    else:
        run_as_main("script", path)
