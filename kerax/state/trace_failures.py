"""What went wrong when code that JAX traces asked for numbers, or let a traced value out; in words for its author."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from kerax.errors import first_line

NEEDS_NUMBERS = (
    jax.errors.ConcretizationTypeError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerIntegerConversionError,
    jax.errors.NonConcreteBooleanIndexError,
)


class UnknownSizeError(ValueError):
    """A size depends on numbers that are not there while code is traced; run as it is, the code would work.

    Example:
      >>> from kerax.state.trace_failures import UnknownSizeError
      >>> issubclass(UnknownSizeError, ValueError)
      True
    """


class StringsInProgramError(UnknownSizeError, TypeError):
    """Strings are made, or read, of numbers that are not there while code is traced.

    Example:
      >>> from kerax.state.trace_failures import StringsInProgramError
      >>> issubclass(StringsInProgramError, TypeError)
      True
    """


TRACE_FAILURES = (*NEEDS_NUMBERS, jax.errors.UnexpectedTracerError)


def traced(run: Callable[[], Any]) -> Any:
    """Runs code that is being traced; once more for every class whose ``call`` a failure has had converted.

    Args:
      run: traces from the beginning every time.
    """
    while True:
        try:
            return run()
        except TRACE_FAILURES as error:
            if not getattr(error, "kerax_converted", False):
                raise


def note_layer(error: BaseException, path: str, kind: str) -> None:
    """Notes on an error the innermost layer it passed through.

    Example:
      >>> from kerax.state.trace_failures import note_layer
      >>> error = ValueError("no"); note_layer(error, "encoder/dense", "Dense"); error.kerax_layer
      "layer 'encoder/dense' (Dense)"
    """
    note_place(error, f"layer {path!r} ({kind})")


def note_place(error: BaseException, place: str) -> None:
    """Likewise, for what is no layer."""
    if isinstance(error, Exception) and not hasattr(error, "kerax_layer"):
        error.kerax_layer = place  # type: ignore[attr-defined]


def explain_trace_failure(error: BaseException, where: str) -> ValueError:
    """The error to raise instead of one of ``TRACE_FAILURES``.

    Args:
      error: what JAX raised.
      where: what was going on, for the message: ``"fit()"``.

    Example:
      >>> import jax
      >>> from kerax.state.trace_failures import TRACE_FAILURES, explain_trace_failure
      >>> try:
      ...     jax.jit(lambda x: 1 if x > 0 else 2)(3.0)
      ... except TRACE_FAILURES as error:
      ...     print(str(explain_trace_failure(error, "fit()"))[:53])
      fit(): the model's code needs the numbers of an array
    """
    place = getattr(error, "kerax_layer", "the model's code")
    line = getattr(error, "kerax_line", "")
    if isinstance(error, jax.errors.UnexpectedTracerError):
        return ValueError(
            f"{where}: {place} kept a value from inside jax.checkpoint, scan, vmap or another JAX transformation of "
            "its own, for example by "
            "assigning it to an attribute. Return it from the transformation instead; layers inside one are called by "
            "kerax.functional_call "
            "or wrapped by kerax.remat."
        )
    return ValueError(
        f"{where}: {place} needs the numbers of an array (a Python `if`, float() or NumPy function on it)"
        f"{f' at {line}' if line else ''}, but steps are compiled before "
        "there are any. Use kerax.ops or jax.numpy functions such as where and cond, or compile(run_eagerly=True). "
        f"({first_line(error)})"
    )
