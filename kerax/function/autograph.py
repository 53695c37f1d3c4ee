"""AutoGraph: Python's control flow on arrays becomes XLA's."""

from __future__ import annotations

from collections.abc import Callable


def convert(function: Callable) -> Callable:
    return function
