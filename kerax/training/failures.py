"""Errors of compiled steps, said in words that lead to what the user can change."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from kerax.errors import cause, first_line, from_kerax, from_library
from kerax.function.failures import at_user_line, user_line
from kerax.state.trace_failures import TRACE_FAILURES, explain_trace_failure

_OUT_OF_MEMORY = ("RESOURCE_EXHAUSTED", "Out of memory", "out of memory")
_NO_GRADIENT = "Reverse-mode differentiation does not work for lax.while_loop"


@contextlib.contextmanager
def trace_errors(where: str, batch: Any) -> Iterator[None]:
    """Around the tracing of a step: an error names the method that was called, and the layer or the batch's shapes.

    An exception that the user's own code raises passes unchanged.

    Args:
      where: for messages, such as ``"fit()"``.
      batch: the batch, or its structure.
    """
    try:
        yield
    except TRACE_FAILURES as error:
        if not hasattr(error, "kerax_line"):
            error.kerax_line = user_line(error)  # type: ignore[union-attr]
        raise explain_trace_failure(error, where) from error
    except (TypeError, ValueError) as error:
        if _NO_GRADIENT in str(error):
            raise ValueError(
                f"{where}: the gradient of a `while` loop on arrays is asked for, and XLA cannot run one backwards, "
                "not knowing the number of rounds. Loop a known number of times and leave early: "
                "`for _ in range(n)` with `if ...: break`."
            ) from error
        if type(error) not in (TypeError, ValueError) or str(error).startswith(where):
            raise
        if from_library(error):
            shapes = jax.tree.map(lambda s: f"{np.dtype(s.dtype).name}{list(s.shape)}", batch)
            raise ValueError(
                f"{where} failed for a batch of {shapes}{at_user_line(error)}: {first_line(error)}"
            ) from error
        if from_kerax(error):
            raise type(error)(f"{where}: {error}") from error
        raise


@contextlib.contextmanager
def run_errors(where: str) -> Iterator[None]:
    """Around running compiled steps: a failure of the program becomes one ``RuntimeError`` that says what to do.

    Args:
      where: for messages, such as ``"fit()"``.
    """
    try:
        yield
    except jax.errors.JaxRuntimeError as error:
        text = str(error)
        if any(word in text for word in _OUT_OF_MEMORY):
            raise RuntimeError(
                f"{where} ran out of memory: {cause(error)} Use a smaller batch_size, a smaller model, kerax.remat "
                "around its largest layers, or "
                "the mixed_bfloat16 policy."
            ) from error
        raise RuntimeError(f"{where}: a compiled step failed: {cause(error)}") from error
