"""Errors of tensors that have no numbers, and of tensors that do not fit together."""

from __future__ import annotations

from typing import Any

import jax

from kerax.compat.tensorflow import errors
from kerax.jax_compat import in_trace

# What JAX raises where Python asks a traced value for its numbers.
WITHOUT_NUMBERS = (
    jax.errors.ConcretizationTypeError,
    jax.errors.TracerArrayConversionError,
    jax.errors.TracerIntegerConversionError,
    jax.errors.UnexpectedTracerError,
)


def without_numbers(tensor: Any, kind: str, error: Exception | None = None) -> Exception:
    """The error to raise where the numbers of a tensor are asked for.

    While a function is traced it is JAX's own, which leads to the line and to a conversion of Python's control flow.

    Args:
      tensor: the tensor.
      kind: what was to be made of it: ``"float"``.
      error: what JAX raised.
    """
    if in_trace() and error is not None:
        return error
    message = (
        f"{kind}() of {tensor!r}: it was computed while a tf.function was traced, and has no numbers. Return it from "
        "the function, or keep it in a tf.Variable."
    )
    return errors.OperatorNotAllowedInGraphError(message) if kind == "bool" else TypeError(message)


def of_function(error: ValueError) -> Exception:
    """TensorFlow's class of an error that a traced function ended with.

    Args:
      error: kerax's, whose cause is what JAX raised.
    """
    cause = error.__cause__
    kind: Any = None
    if isinstance(cause, jax.errors.TracerBoolConversionError):
        kind = errors.OperatorNotAllowedInGraphError
    elif isinstance(cause, jax.errors.TracerArrayConversionError):
        kind = NotImplementedError
    elif isinstance(cause, WITHOUT_NUMBERS):
        kind = TypeError
    if kind is None:
        return error
    text = str(error).replace("jnp.where, jax.lax.cond or kerax.ops", "tf.where or tf.cond")
    text = text.replace("jnp.where or jax.lax.cond", "tf.where or tf.cond").replace("kerax.Variable", "tf.Variable")
    made = kind(text.replace("kerax.config.run_functions_eagerly", "tf.config.run_functions_eagerly"))
    for note in getattr(error, "__notes__", ()):
        made.add_note(note)
    return made


def unlike_parts(first: Any, part: Any, place: int) -> Exception:
    """The error for tensors of several types or shapes in one list."""
    if part.dtype != first.dtype:
        return errors.WrongTypeError(
            None,
            None,
            f"cannot compute Pack as input #{place}(zero-based) was expected to be a {first.dtype.short} tensor but is "
            f"a {part.dtype.short} tensor [Op:Pack]: use tf.cast.",
        )
    return errors.InvalidArgumentError(
        None, None, f"Shapes of all inputs must match: values[0].shape = {first.shape} != values[{place}].shape = "
        f"{part.shape} [Op:Pack]"
    )  # fmt: skip
