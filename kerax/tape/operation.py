"""Operation: what a tape keeps of one operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kerax.tape.guesses import Guessed
    from kerax.tape.jitted import Split


class Operation:
    """One recorded operation.

    Attributes:
      key: identifies what is computed, hashable; None where nothing does.
      call: ``list of inputs -> list of outputs``; holds no arrays.
      inputs: what it was given.
      outputs: what came out.
      follows: a bit mask of the inputs that were watched, or depended on what is, when it ran.
      links: for each output a bit mask of the inputs it depends on; None if every output depends on every input.
      pull: from its execution: the float outputs, and ``their gradients -> inputs' gradients``; or None.
      pulled: places of the inputs that ``pull`` answers for.
      split: if it ran in two parts, what knows the second; the arrays kept for it are the last of the outputs.
      guessed: if its program computed gradients as well, those.
    """

    __slots__ = ("call", "follows", "guessed", "inputs", "key", "links", "outputs", "pull", "pulled", "split")

    def __init__(
        self,
        key: Any,
        call: Callable,
        inputs: Sequence[Any],
        outputs: Sequence[Any],
        follows: int,
        links: Any = None,
        split: Split | None = None,
    ):
        self.key, self.call, self.inputs, self.outputs, self.links = key, call, inputs, outputs, links
        self.follows, self.split = follows, split
        self.pull: tuple[list, Callable] | None = None
        self.pulled: tuple[int, ...] = ()
        self.guessed: Guessed | None = None
