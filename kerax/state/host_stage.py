"""The host stage: strings and what is looked up from them are computed on the host, before a compiled step.

Compiled programs have no strings. A batch with strings therefore goes through two passes:

1. On the host, the layers that work there (``runs_on_host``) are called on the batch, in the order in which the model
   calls them, and what they return is recorded.
2. In the compiled step the model runs as a whole. Strings are placeholders there that have a shape and no content, and
   a host layer answers with what was recorded.

``StagedInputs`` carries what pass 1 recorded into pass 2.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np


class HostStrings:
    """An array of strings as a compiled step sees it: a shape without content.

    Args:
      shape: the sizes.

    Example:
      >>> from kerax.state.host_stage import HostStrings
      >>> HostStrings((8, 1))[:, 0].shape
      (8,)
    """

    __slots__ = ("shape",)
    dtype = np.dtype(object)

    def __init__(self, shape: tuple[int, ...]):
        self.shape = tuple(shape)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape))

    def reshape(self, *shape: Any) -> HostStrings:
        """The strings with other sizes."""
        return HostStrings(np.broadcast_to(np.int8(0), self.shape).reshape(*shape).shape)

    def __getitem__(self, index: Any) -> HostStrings:
        return HostStrings(np.broadcast_to(np.int8(0), self.shape)[index].shape)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HostStrings) and other.shape == self.shape

    def __hash__(self) -> int:
        return hash(self.shape)

    def __repr__(self) -> str:
        return f"<strings of shape {self.shape} on the host>"

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError(
            "Strings stay on the host: inside a compiled step only layers such as StringLookup, TextVectorization and "
            "Hashing can be given them."
        )

    __array__ = __float__ = __int__ = _refuse

    @property
    def __jax_array__(self) -> Any:
        try:
            self._refuse()
        except TypeError as error:
            raise ValueError(str(error)) from None


def is_strings(value: Any) -> bool:
    """Whether a value is an array of strings, or stands for one.

    Example:
      >>> import numpy as np
      >>> from kerax.state.host_stage import is_strings
      >>> is_strings(np.array(["a"])), is_strings(np.array([1]))
      (True, False)
    """
    return value.__class__ is HostStrings or (
        isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "OUST"
    )


@jax.tree_util.register_pytree_node_class
class StagedInputs:
    """A model's inputs after the host pass.

    Args:
      inputs: the inputs, strings replaced by ``HostStrings``.
      recorded: what the host layers returned, in the order of their calls, strings replaced likewise.
    """

    __slots__ = ("inputs", "recorded")

    def __init__(self, inputs: Any, recorded: list[Any]):
        self.inputs, self.recorded = inputs, recorded

    def tree_flatten(self) -> tuple[list, Any]:
        """The arrays, and everything that is fixed when a program is compiled."""
        leaves, treedef = jax.tree.flatten((self.inputs, self.recorded))
        fixed = tuple(leaf if leaf.__class__ is HostStrings else None for leaf in leaves)
        return [leaf for leaf in leaves if leaf.__class__ is not HostStrings], (treedef, fixed)

    @classmethod
    def tree_unflatten(cls, fixed: Any, arrays: Any) -> StagedInputs:
        """Puts arrays and placeholders together again."""
        treedef, placeholders = fixed
        remaining = iter(arrays)
        leaves = [next(remaining) if place is None else place for place in placeholders]
        inputs, recorded = jax.tree.unflatten(treedef, leaves)
        return cls(inputs, recorded)


class StageDone(BaseException):
    """Ends a host pass early, once the last host layer was called; no error, so ``except Exception`` lets it by."""


class Recorder:
    """Collects what host layers return during the host pass.

    Args:
      expected: how many calls the pass has, if known: the pass ends with ``StageDone`` after the last one.
    """

    def __init__(self, expected: int | None = None):
        self.expected, self.outputs = expected, []  # type: int | None, list[Any]

    def note(self, outputs: Any, layer: Any = None, inputs: Any = None) -> None:
        """Takes in what a host layer returned.

        Args:
          outputs: what it returned; None where the compiled step has to ask it.
          layer: the host layer.
          inputs: what it was given.

        Raises:
          StageDone: after the last expected call.
        """
        self.outputs.append(outputs)
        if self.expected is not None and len(self.outputs) >= self.expected:
            raise StageDone


class Replay:
    """Gives recorded outputs again, in the compiled step; a model that is called twice in a step gets them twice."""

    def __init__(self, recorded: list[Any]):
        self.recorded, self.count = recorded, 0

    def next(self, layer: Any) -> Any:
        """What the host layer returned in the host pass.

        Raises:
          RuntimeError: if the host pass did not call it.
        """
        if not self.recorded:
            raise RuntimeError(
                f"Layer {layer.path!r} ({type(layer).__name__}) works on the host but was not called in the model's "
                "host pass, so it has no values for this compiled step. Call it in the model's call()."
            )
        outputs = self.recorded[self.count % len(self.recorded)]
        self.count += 1
        return outputs


_stage: contextvars.ContextVar[Recorder | Replay | None] = contextvars.ContextVar("kerax_host_stage", default=None)


def current_stage() -> Recorder | Replay | None:
    """The pass that is under way, None outside of both."""
    return _stage.get()


@contextlib.contextmanager
def stage_scope(stage: Recorder | Replay | None) -> Iterator[Any]:
    """Runs the host layers called inside as part of a pass.

    Example:
      >>> from kerax.state.host_stage import Recorder, current_stage, stage_scope
      >>> with stage_scope(Recorder()) as recorder:
      ...     current_stage() is recorder
      True
    """
    token = _stage.set(stage)
    try:
        yield stage
    finally:
        _stage.reset(token)


@contextlib.contextmanager
def replayed(batch: Any) -> Iterator[Any]:
    """Gives the inputs in a batch as the model is to see them, and replays what the host pass recorded for them.

    Args:
      batch: any structure; at most one ``StagedInputs`` inside.

    Yields:
      The structure with the inputs in their place.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.state.host_stage import replayed
      >>> with replayed((jnp.ones(2), None)) as batch:
      ...     batch
      (Array([1., 1.], dtype=float32), None)
    """
    found: list[StagedInputs] = []

    def unwrap(node: Any) -> Any:
        if node.__class__ is StagedInputs:
            found.append(node)
            return node.inputs
        return node

    batch = jax.tree.map(unwrap, batch, is_leaf=lambda node: node.__class__ is StagedInputs)
    if not found:
        yield batch
        return
    with stage_scope(Replay(found[0].recorded)):
        yield batch
