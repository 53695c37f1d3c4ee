"""Programs run as ``__main__`` with kerax in TensorFlow's place: also in the processes that they start.

``multiprocessing`` with the method "spawn" (the only one on Windows and macOS) imports the main program again in every
process that it starts. It finds it by the name in ``__main__.__spec__``, which is this module's for programs that
``kerax run`` runs; executed there under the name ``__mp_main__``, it serves TensorFlow's names and runs the program.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
import types
from typing import Any

_PROGRAM = "KERAX_MAIN_PROGRAM"  # environment variable: "script PATH" or "module NAME"
_OWN_NAME = "kerax.compat.main_program"


class _Spec(importlib.machinery.ModuleSpec):
    """Where ``multiprocessing`` finds the program, and the package that its relative imports begin in."""

    package = ""

    @property
    def parent(self) -> str:
        return self.package


def run_as_main(kind: str, name: str) -> None:
    """Runs a program as the module ``__main__``, which stays: what it defines can be pickled and looked up.

    Args:
      kind: ``"script"`` or ``"module"``.
      name: a path, or a module's name.
    """
    if kind == "script":
        name = os.path.abspath(name)
    os.environ[_PROGRAM] = f"{kind} {name}"
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    _execute(kind, name, module.__dict__)


def _execute(kind: str, name: str, names: dict[str, Any]) -> None:
    spec = _Spec(_OWN_NAME, None)
    if kind == "script":
        file, loader = name, None
        with open(file, "rb") as opened:
            code = compile(opened.read(), file, "exec", dont_inherit=True)
    else:
        found: Any = importlib.util.find_spec(name)
        if found.submodule_search_locations is not None:
            found = importlib.util.find_spec(f"{name}.__main__")
        file, loader, spec.package = found.origin, found.loader, found.parent
        code = loader.get_code(found.name)
        sys.argv[0] = file
    names.update(__file__=file, __spec__=spec, __package__=spec.package, __loader__=loader, __builtins__=__builtins__)
    exec(code, names)


if __name__ == "__mp_main__":  # a process that the program has started
    from kerax.compat import install

    install()
    which, _, program = os.environ[_PROGRAM].partition(" ")
    _execute(which, program, globals())
