"""TrainOp: what a model function hands back to be done after the loss: which optimizer lowers what."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Lowering:
    """One optimizer and what it lowers.

    Attributes:
      optimizer: a kerax optimizer.
      loss: the number, as traced.
      variables: which variables change; None for all trainable ones.
    """

    optimizer: Any
    loss: Any
    variables: list[Any] | None


@dataclass(eq=False)
class TrainOp:
    """What a training step does besides computing the loss.

    Attributes:
      lowerings: optimizers and their losses.
      counters: variables that go up by one.

    Example:
      >>> from kerax.estimators.train_op import TrainOp, group
      >>> group(TrainOp(), None).lowerings
      []
    """

    lowerings: list[Lowering] = field(default_factory=list)
    counters: list[Any] = field(default_factory=list)


def group(*operations: Any) -> TrainOp:
    """All of several operations; what is no `TrainOp` has happened already.

    Example:
      >>> from kerax.estimators.train_op import group
      >>> group().counters
      []
    """
    found = TrainOp()
    for one in operations:
        parts = group(*one) if isinstance(one, (list, tuple)) else one
        if isinstance(parts, TrainOp):
            found.lowerings += parts.lowerings
            found.counters += [counter for counter in parts.counters if all(counter is not c for c in found.counters)]
    return found


def minimize(optimizer: Any, loss: Any, variables: Any = None, global_step: Any = None) -> TrainOp:
    """The operation that takes a step down a loss, within a model function.

    Args:
      optimizer: a kerax optimizer.
      loss: the number.
      variables: which variables change; None for all trainable ones.
      global_step: a counter to raise; the global step goes up in any case.

    Example:
      >>> import kerax
      >>> from kerax.estimators.train_op import minimize
      >>> len(minimize(kerax.optimizers.legacy.SGD(), 0.5).lowerings)
      1
    """
    chosen = None if variables is None else list(variables() if callable(variables) else variables)
    return TrainOp([Lowering(optimizer, loss, chosen)], [] if global_step is None else [global_step])


@contextlib.contextmanager
def deferring() -> Iterator[None]:
    """While it is open, ``optimizer.minimize(loss, variables)`` returns a `TrainOp`.

    Example:
      >>> import kerax
      >>> from kerax.estimators.train_op import deferring
      >>> with deferring():
      ...     type(kerax.optimizers.SGD().minimize(0.5, [])).__name__
      'TrainOp'
    """
    from kerax.optimizers import optimizer as module

    token = module.deferred_minimize.set(minimize)
    try:
        yield
    finally:
        module.deferred_minimize.reset(token)
