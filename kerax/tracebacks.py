"""Short tracebacks: a user's own lines, without the frames of kerax and of JAX around them."""

from __future__ import annotations

import dis
import functools
import inspect
import os
import sys
import types
from collections.abc import Callable
from typing import Any

import jax

from kerax import settings

_KERAX = os.path.dirname(os.path.abspath(__file__)) + os.sep
_COMMANDS = tuple(_KERAX + os.path.join(*one) for one in (("cli", ""), ("__main__.py",), ("compat", "main_program.py")))
# Nobody looks for a mistake in these: what computes, and what Python puts between a function and its caller.
_SITE = os.path.dirname(os.path.dirname(os.path.abspath(jax.__file__))) + os.sep
_LIBRARIES = tuple(_SITE + name + os.sep for name in ("jax", "jaxlib", "optax", "flax", "malt"))
_STANDARD = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
_PLUMBING = tuple(
    _STANDARD + name for name in ("contextlib.py", "functools.py", "threading.py", "concurrent" + os.sep, "runpy.py")
)
_JAX_NOTE = "JAX has removed its internal frames"
_RAISE = dis.opmap["RAISE_VARARGS"]
_NOWHERE = -1  # as the place of an instruction: nothing of the line is underlined
_CONVERTED = "ag__"  # how the names of converted functions begin

SOURCE_MAPS: dict[str, Any] = {}  # file of code that AutoGraph generated -> where each line came from


def shorten(error: BaseException) -> None:
    """Takes the frames of kerax and JAX out of the traceback of an error that is about to reach the user.

    The frames of the user's code stay, also in errors that led to this one. An error that kerax did not raise on
    purpose, and that does not come from the user's code either, keeps all its frames: it may be kerax's own fault.
    Inside another call of kerax nothing is done, so that an error is shortened once, by the call that the user wrote.
    ``kerax.config.disable_traceback_filtering()`` and ``KERAX_TRACEBACK_FILTERING=off`` keep all frames.

    Args:
      error: what was caught. A bare ``raise`` must follow, which adds no frame of its own.

    Example:
      >>> from kerax.tracebacks import shorten
      >>> shorten(ValueError("never raised"))
    """
    if not settings.is_traceback_filtering_enabled() or _called_by_kerax():
        return
    if not _is_clear(error.__traceback__):
        return
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        one.__traceback__ = _without_ours(one.__traceback__)
        notes = getattr(one, "__notes__", None)
        if notes:  # the frames that JAX says it has removed are not what the user looks for
            notes[:] = [note for note in notes if _JAX_NOTE not in note]
        one = one.__cause__ if one.__cause__ is not None or one.__suppress_context__ else one.__context__


def origin_of(file: str, number: int) -> tuple[str, int] | None:
    """The file and line that a line of generated code came from; None if it is not generated.

    Example:
      >>> from kerax.tracebacks import origin_of
      >>> origin_of("script.py", 3) is None
      True
    """
    for key, origin in (SOURCE_MAPS.get(file) or {}).items():
        if key.lineno == number:
            return origin.loc.filename, origin.loc.lineno
    return None


def shortens_traceback(function: Callable) -> Callable:
    """Makes a function or generator that users call shorten the tracebacks of its errors.

    Example:
      >>> from kerax.tracebacks import shortens_traceback
      >>> @shortens_traceback
      ... def double(x):
      ...     return 2 * x
      >>> double(3)
      6
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            shorten(error)
            raise

    @functools.wraps(function)
    def generate(*args: Any, **kwargs: Any) -> Any:
        try:
            return (yield from function(*args, **kwargs))
        except Exception as error:
            shorten(error)
            raise

    return generate if inspect.isgeneratorfunction(function) else call


def shorten_tracebacks(cls: type, *methods: str) -> None:
    """Makes methods of a class shorten the tracebacks of their errors.

    Args:
      cls: a class.
      *methods: names of methods that it defines.

    Example:
      >>> from kerax.tracebacks import shorten_tracebacks
      >>> class Doubling:
      ...     def double(self, x):
      ...         return 2 * x
      >>> shorten_tracebacks(Doubling, "double")
      >>> Doubling().double(3)
      6
    """
    for name in methods:
        setattr(cls, name, shortens_traceback(vars(cls)[name]))


def below_command(trace: types.TracebackType | None) -> types.TracebackType | None:
    """A traceback without the frames above a program that the command ``kerax run`` runs.

    Args:
      trace: of an error that left the program.

    Example:
      >>> from kerax.tracebacks import below_command
      >>> below_command(None) is None
      True
    """
    while trace is not None and _file(trace.tb_frame).startswith((*_COMMANDS, *_PLUMBING, "<frozen runpy")):
        trace = trace.tb_next
    return trace


def _without_ours(trace: types.TracebackType | None) -> types.TracebackType | None:
    short = None
    for one in reversed(_frames(trace)):
        file = _file(one.tb_frame)
        if file in SOURCE_MAPS:
            origin = origin_of(file, one.tb_lineno)
            if origin is not None:
                short = _standing_at(*origin, one.tb_frame.f_code.co_name.removeprefix(_CONVERTED), short)
        elif not file.startswith((_KERAX, *_LIBRARIES, *_PLUMBING)):
            short = types.TracebackType(short, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return short


def _standing_at(file: str, number: int, name: str, below: types.TracebackType | None) -> types.TracebackType:
    """An entry of a traceback for a line of the user's, which ran in a rewritten form: Python makes entries only of
    code that runs, so a line that fails is run under that file's name.
    """
    code = compile("raise ValueError", file, "exec").replace(co_name=name, co_qualname=name)
    try:
        exec(code, {})
    except ValueError as error:
        entry = error.__traceback__
    assert entry is not None and entry.tb_next is not None
    return types.TracebackType(below, entry.tb_next.tb_frame, _NOWHERE, number)


def _is_clear(trace: types.TracebackType | None) -> bool:
    """Whether the message, or the user's own lines, tell what is wrong."""
    frames = _frames(trace)
    if not frames:
        return False
    last = frames[-1]
    if _file(last.tb_frame).startswith(_KERAX):
        return last.tb_lasti >= 0 and last.tb_frame.f_code.co_code[last.tb_lasti] == _RAISE
    return any(not _file(one.tb_frame).startswith((_KERAX, _SITE, _STANDARD)) for one in frames)


def _frames(trace: types.TracebackType | None) -> list[types.TracebackType]:
    frames = []
    while trace is not None:
        frames.append(trace)
        trace = trace.tb_next
    return frames


def _called_by_kerax() -> bool:
    frame = sys._getframe(2).f_back  # whoever called the function that calls `shorten`
    while frame is not None:
        file = _file(frame)
        if file.startswith(_KERAX) and not file.startswith(_COMMANDS):
            return True
        frame = frame.f_back
    return False


def _file(frame: types.FrameType) -> str:
    return frame.f_code.co_filename
