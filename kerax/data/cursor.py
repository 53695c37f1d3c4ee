"""Running a plan: cursors, one for every step, that pull chunks of elements from each other."""

from __future__ import annotations

from typing import Any

from kerax.data.chunks import Chunk


class Cursor:
    """A position in the sequence of elements that one step of a plan yields.

    ``read(n)`` hands out the next elements, ``get_state`` and ``set_state`` move the position between cursors of equal
    plans, also across processes. States are plain Python containers of numbers, bytes and arrays.

    Attributes:
      node: the step of the plan this cursor runs.
      inputs: the cursors it reads from.
      ahead: how many elements one may ask for when only one is wanted. It is 1 wherever working ahead could be seen,
        that is, wherever a user's function or generator would be called earlier than needed.
      instant: whether reading costs next to nothing, so that reading on a thread ahead of time would not pay.
    """

    ahead: int = 1
    instant: bool = False

    def __init__(self, node: Any, *inputs: Cursor) -> None:
        self.node, self.inputs = node, inputs

    def read(self, n: int) -> Chunk | None:
        """Returns at least one and at most ``n`` next elements, or ``None`` at the end (and ever after)."""
        raise NotImplementedError

    def get_state(self) -> Any:
        """Returns the position. The default is the positions of the inputs plus ``own_state``."""
        return {"own": self.own_state(), "inputs": [cursor.get_state() for cursor in self.inputs]}

    def set_state(self, state: Any) -> None:
        """Moves to a position that ``get_state`` returned."""
        for cursor, part in zip(self.inputs, state["inputs"], strict=True):
            cursor.set_state(part)
        self.set_own_state(state["own"])

    def own_state(self) -> Any:
        """What this step remembers itself, beside its inputs."""
        return None

    def set_own_state(self, state: Any) -> None:
        """Takes back what ``own_state`` returned."""

    def close(self) -> None:
        """Stops threads and releases what the cursor holds. A closed cursor is not read again."""
        for cursor in self.inputs:
            cursor.close()
