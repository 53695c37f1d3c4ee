"""Modules of converted code that live in memory.

diastatic-malt writes a temporary file for each, which a process that is killed leaves behind, and which needs a folder
to write to.
"""

from __future__ import annotations

import contextlib
import itertools
import linecache
import sys
import threading
import types
from collections.abc import Iterator

_numbers = itertools.count(1)
_patching = threading.RLock()


def load_source(source: str, delete_on_exit: bool = True) -> tuple[types.ModuleType, str]:
    r"""Runs source code as a module; tracebacks, ``inspect`` and ``pdb`` find its lines.

    Args:
      source: the code.
      delete_on_exit: accepted as diastatic-malt's own function does.

    Returns:
      The module and the name of its file, which does not exist.

    Example:
      >>> import inspect
      >>> from kerax.function.autograph.in_memory import load_source
      >>> module, _ = load_source("def f(x):\n  return x + 1\n")
      >>> module.f(1), inspect.getsource(module.f)
      (2, 'def f(x):\n  return x + 1\n')
    """
    name = f"__autograph_generated_file{next(_numbers)}"
    file = f"{name}.py"
    module = types.ModuleType(name)
    module.__file__ = file
    # Without a time of change the lines stay: nothing looks for the file.
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    exec(compile(source, file, "exec"), module.__dict__)
    sys.modules[name] = module
    return module, file


@contextlib.contextmanager
def without_files() -> Iterator[None]:
    """While it is open, diastatic-malt keeps the modules that it makes in memory."""
    from malt.pyct import loader

    with _patching:
        before, loader.load_source = loader.load_source, load_source
        try:
            yield
        finally:
            loader.load_source = before
