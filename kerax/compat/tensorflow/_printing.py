"""``tf.print`` and ``tf.Assert``: at once, or whenever the compiled program runs."""

from __future__ import annotations

import sys
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._control import _is_traced, _leaves
from kerax.compat.tensorflow._core import array, static, tensor
from kerax.compat.tensorflow._tensor import Tensor, is_text
from kerax.compat.tensorflow._without_numbers import without_numbers
from kerax.jax_compat import in_trace, is_staging, is_tracer
from kerax.state.raised import call_later


def print(*inputs: Any, **kwargs: Any) -> None:
    """Prints tensors, by default on the error output; inside tf.function whenever the program runs.

    Args:
      *inputs: tensors and anything else.
      **kwargs: ``output_stream``, ``sep``, ``end``, ``summarize``.
    """
    stream = kwargs.get("output_stream", sys.stderr)
    sep, end, summarize = kwargs.get("sep", " "), kwargs.get("end", "\n"), kwargs.get("summarize", 3)
    if isinstance(stream, str) and stream not in ("stdout", "stderr") and not stream.startswith("file://"):
        raise ValueError(f'tf.print: output_stream is sys.stdout, sys.stderr or "file://" and a path, got {stream!r}.')
    traced = [leaf for leaf in _leaves(inputs) if isinstance(leaf, Tensor) and is_tracer(leaf._value)]

    def show(*numbers: Any) -> None:
        rest = iter(numbers)
        full = jax.tree.map(
            lambda leaf: np.asarray(next(rest)) if isinstance(leaf, Tensor) and is_tracer(leaf._value) else leaf,
            list(inputs), is_leaf=lambda x: isinstance(x, Tensor),
        )  # fmt: skip
        text = sep.join(_text(one, summarize) for one in full) + end
        target = {"stdout": sys.stdout, "stderr": sys.stderr}.get(stream, stream) if isinstance(stream, str) else stream
        if isinstance(target, str):
            with open(target.removeprefix("file://"), "a", encoding="utf-8") as file:
                file.write(text)
        elif hasattr(target, "write"):
            target.write(text)
        else:
            target(text.rstrip("\n"))

    if traced and not in_trace():
        raise without_numbers(traced[0], "tf.print")
    if traced or is_staging():
        jax.debug.callback(show, *[leaf.array for leaf in traced])
    else:
        show()


def _text(value: Any, summarize: int) -> str:
    from kerax.state import Variable

    if isinstance(value, Variable):
        value = value.read_value()  # type: ignore[attr-defined]
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_text(one, summarize) for one in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_text(one, summarize)}" for key, one in value.items()) + "}"
    if isinstance(value, (Tensor, np.ndarray, jax.Array)):
        numbers = np.asarray(value.numpy() if isinstance(value, Tensor) else value)
        return _shown(numbers, summarize)
    return str(value)


def _shown(numbers: np.ndarray, summarize: int) -> str:
    """TensorFlow's way: the first and last elements of each axis, without commas."""
    if numbers.ndim == 0:
        one = numbers.item()
        if isinstance(one, bytes):
            return one.decode(errors="replace")
        return f"{one:g}" if isinstance(one, float) else str(int(one)) if isinstance(one, bool) else str(one)
    rows = list(numbers)
    if summarize != -1 and len(rows) > 2 * summarize:
        parts = (
            [_shown(one, summarize) for one in rows[:summarize]]
            + ["..."]
            + [_shown(one, summarize) for one in rows[-summarize:]]
        )
    else:
        parts = [_shown(np.asarray(one), summarize) for one in rows]
    if is_text(numbers) and numbers.ndim == 1:
        parts = [f'"{part}"' if part != "..." else part for part in parts]
    joint = "\n " if numbers.ndim > 1 else " "
    return f"[{joint.join(parts)}]"


def Assert(condition: Any, data: Any, summarize: Any = None, name: str | None = None) -> None:
    """Raises InvalidArgumentError unless a condition holds.

    Raises:
      InvalidArgumentError: it does not.
    """
    if _is_traced(condition):

        def check(value: Any) -> None:
            if not np.all(value):
                raise errors.InvalidArgumentError(None, None, f"assertion failed: {data}")

        call_later(check, array(condition))
        return
    if not bool(np.all(static(tensor(condition), "condition"))):
        shown = " ".join(_text(one, summarize or 3) for one in data)
        raise errors.InvalidArgumentError(
            None, None, f"Expected 'tf.Tensor(False, shape=(), dtype=bool)' to be true. Summarized data: {shown}"
        )
