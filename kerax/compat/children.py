"""Processes that a program starts: they are served TensorFlow's names too."""

from __future__ import annotations

import os
import sys

_STARTUP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "startup")
_PREFIX = "KERAX_RUN_PREFIX"  # environment variable: the environment whose Python is served


def serve_children(on: bool) -> None:
    """Sets the environment variables by which a Python that this process starts serves TensorFlow's names.

    It is the way of tools that measure coverage of subprocesses: a folder with a ``sitecustomize`` on ``PYTHONPATH``. A
    process that is started with other variables, or with ``python -I``, is not served.

    Args:
      on: whether to set or to remove them.

    Example:
      >>> from kerax.compat.children import serve_children
      >>> serve_children(False)
    """
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path != _STARTUP]
    if on:
        paths.insert(0, _STARTUP)
        os.environ[_PREFIX] = sys.prefix
    elif os.environ.pop(_PREFIX, None) is None:
        return
    if paths:
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    else:
        os.environ.pop("PYTHONPATH", None)
