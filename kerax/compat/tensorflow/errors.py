"""``tf.errors``: the errors that operations raise."""

from __future__ import annotations

from typing import Any

from kerax.errors import did_you_mean
from kerax.state.trace_failures import UnknownSizeError


class OpError(Exception):
    """An operation failed.

    Args:
      node_def, op: nothing here; TensorFlow's graphs name a node.
      message: what is wrong.
      error_code: TensorFlow's number for the kind of error.

    Example:
      >>> from kerax.compat.tensorflow import errors
      >>> errors.InvalidArgumentError(None, None, "shapes differ").message
      'shapes differ'
    """

    code = 2

    def __init__(self, node_def: Any = None, op: Any = None, message: str = "", error_code: int | None = None):
        super().__init__(message)
        self.node_def, self.op, self.message = node_def, op, message
        self.error_code = self.code if error_code is None else error_code

    def __str__(self) -> str:
        return str(self.message)


def _kind(name: str, code: int, *bases: type) -> type:
    made = type(
        name, (OpError, *bases), {"code": code, "__module__": __name__, "__doc__": f"An operation failed: {name}."}
    )
    return made


# The numbers are those of google.rpc.Code. Errors of shapes and types are ValueErrors as well: TensorFlow raises that
# while it traces a function.
CancelledError: Any = _kind("CancelledError", 1)
UnknownError: Any = _kind("UnknownError", 2)
InvalidArgumentError: Any = _kind("InvalidArgumentError", 3, ValueError)
# An argument of the wrong type: TensorFlow raises TypeError for some of them, InvalidArgumentError for others.
WrongTypeError: Any = type("InvalidArgumentError", (InvalidArgumentError, TypeError), {"__module__": __name__})
DeadlineExceededError: Any = _kind("DeadlineExceededError", 4)
NotFoundError: Any = _kind("NotFoundError", 5, FileNotFoundError)
AlreadyExistsError: Any = _kind("AlreadyExistsError", 6)
PermissionDeniedError: Any = _kind("PermissionDeniedError", 7)
ResourceExhaustedError: Any = _kind("ResourceExhaustedError", 8)
FailedPreconditionError: Any = _kind("FailedPreconditionError", 9)
AbortedError: Any = _kind("AbortedError", 10)
OutOfRangeError: Any = _kind("OutOfRangeError", 11, IndexError)
UnimplementedError: Any = _kind("UnimplementedError", 12)
InternalError: Any = _kind("InternalError", 13)
UnavailableError: Any = _kind("UnavailableError", 14)
DataLossError: Any = _kind("DataLossError", 15)
UnauthenticatedError: Any = _kind("UnauthenticatedError", 16)


def as_tensorflow(error: Exception) -> Exception:
    """The error of one of kerax's functions as TensorFlow's of the same kind; classes of the script's own stay.

    Example:
      >>> from kerax.compat.tensorflow import errors
      >>> type(errors.as_tensorflow(FileNotFoundError("a.txt"))).__name__
      'NotFoundError'
    """
    own = isinstance(error, (OpError, UnknownSizeError))
    if own or type(error).__module__.split(".")[0] not in ("builtins", "kerax"):
        return error
    kind = {
        "DataLossError": DataLossError,
        "CardinalityError": FailedPreconditionError,
        "LookupError": InvalidArgumentError,
    }.get(type(error).__name__)
    if kind is None:
        kinds = {FileNotFoundError: NotFoundError, TypeError: WrongTypeError, ValueError: InvalidArgumentError}
        kind = next((made for one, made in kinds.items() if isinstance(error, one)), None)
    if kind is None:
        return error
    made = kind(None, None, str(error))
    for note in getattr(error, "__notes__", ()):
        made.add_note(note)
    made.__cause__ = error
    return made


class _Translated:
    """While it is open, errors of kerax's functions are raised as TensorFlow's; the end of an iterator stays that."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, Exception) and not isinstance(error, StopIteration):
            made = as_tensorflow(error)
            if made is not error:
                raise made


TRANSLATED = _Translated()


class OperatorNotAllowedInGraphError(TypeError):
    """Python asked for the numbers of a tensor that has none yet."""


OK, CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS = range(7)
PERMISSION_DENIED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE = range(7, 12)
UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS, UNAUTHENTICATED = range(12, 17)
__all__ = [name for name in dir() if (name.endswith("Error") and name not in ("UnknownSizeError", "WrongTypeError"))]
__all__ += [name for name in dir() if name.isupper() and name != "TRANSLATED"]


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise AttributeError(
        f"kerax has no tf.errors.{name}.{did_you_mean(name, __all__)} Errors are raised and caught as in Python."
    )
