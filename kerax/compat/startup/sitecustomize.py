"""Runs when a Python that a program under ``kerax run`` has started begins: serves TensorFlow's names there as well.

Nothing of kerax is imported before the process asks for TensorFlow or Keras; a Python of another environment is left as
it is. The environment's own ``sitecustomize``, which this one stands before, is run.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))
_NAMES = ("tensorflow", "keras", "tf_keras")


class _OnDemand:
    """A finder that gives way to kerax's when the first of the names is asked for."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        """Where a module comes from, as finders say it."""
        if fullname not in _NAMES:
            return None
        sys.meta_path.remove(self)  # type: ignore[arg-type]
        if importlib.util.find_spec("kerax") is None:
            return None
        from kerax.compat import install

        install()
        return sys.meta_path[0].find_spec(fullname, path, target)


def _begin() -> None:
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != _HERE]
    if os.environ.get("KERAX_RUN_PREFIX") == sys.prefix:
        sys.meta_path.insert(0, _OnDemand())  # type: ignore[arg-type]
    found = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if found is not None and found.loader is not None:
        module = importlib.util.module_from_spec(found)
        sys.modules["sitecustomize"] = module
        found.loader.exec_module(module)


if __name__ == "sitecustomize":
    _begin()
