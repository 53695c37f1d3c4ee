"""Iterators over a dataset."""

from __future__ import annotations

from typing import Any

from kerax.data.chunks import Elements, pack, unpack
from kerax.data.codec import decode, encode
from kerax.data.node import Node, signature
from kerax.data.rewrite import rewrite
from kerax.jax_compat import is_staging
from kerax.state.trace_failures import UnknownSizeError
from kerax.tracebacks import shorten

_STATE_VERSION = 1


class OutOfRangeError(IndexError):
    """``get_next()`` was called after the last element."""


class Optional:
    """An element that may not exist. ``iterator.get_next_as_optional()`` returns one instead of raising at the end.

    Args:
      element: the element.
      exists: whether there is one.

    Example:
      >>> import kerax.data
      >>> kerax.data.Optional(3, exists=True).get_value()
      3
    """

    def __init__(self, element: Any = None, exists: bool = False) -> None:
        self._element, self._exists = element, exists

    def has_value(self) -> bool:
        """Says whether there is an element."""
        return self._exists

    def get_value(self) -> Any:
        """Returns the element.

        Raises:
          ValueError: if there is none.
        """
        if not self._exists:
            raise ValueError("This Optional holds no element: the dataset had ended.")
        return self._element


class DatasetIterator:
    """One pass over a dataset. ``iter(dataset)`` makes one.

    Example:
      >>> import kerax
      >>> iterator = iter(kerax.data.Dataset.range(4))
      >>> next(iterator)
      np.int64(0)
      >>> state = iterator.state()
      >>> [int(x) for x in iterator]
      [1, 2, 3]
      >>> iterator.restore(state)
      >>> [int(x) for x in iterator]
      [1, 2, 3]

    Raises:
      UnknownSizeError: for an element that is asked for while code is traced: it would become part of the program.
    """

    def __init__(self, plan: Node) -> None:
        self._plan = plan
        self._cursor = rewrite(plan).open()
        self._ready: list = []  # elements fetched ahead, the next one last

    @property
    def element_spec(self) -> Any:
        """The nested ``TensorSpec`` of an element."""
        return self._plan.spec

    def __iter__(self) -> DatasetIterator:
        return self

    def __next__(self) -> Any:
        if is_staging():
            raise UnknownSizeError(
                "A dataset's next element is asked for while a function is traced: the compiled program would have "
                "this one built in and use it in every call. Take elements outside of the compiled function and pass "
                "them to it: `for batch in dataset: step(batch)`, `step(next(iterator))`."
            )
        if self._ready:
            return self._ready.pop()
        cursor = self._cursor
        try:
            chunk = cursor.read(cursor.ahead)
            ready = None if chunk is None else chunk.elements()
        except Exception as error:
            shorten(error)
            raise
        if ready is None:
            raise StopIteration
        if len(ready) == 1:
            return ready[0]
        self._ready = ready[::-1]
        return self._ready.pop()

    def get_next(self) -> Any:
        """Returns the next element.

        Raises:
          OutOfRangeError: after the last element.

        Example:
          >>> import kerax
          >>> iter(kerax.data.Dataset.range(2)).get_next()
          np.int64(0)
        """
        try:
            return next(self)
        except StopIteration:
            raise OutOfRangeError("End of sequence: the dataset has no more elements.") from None

    def get_next_as_optional(self) -> Optional:
        """Returns the next element as an ``Optional``, an empty one after the last element.

        Example:
          >>> import kerax
          >>> iter(kerax.data.Dataset.range(0)).get_next_as_optional().has_value()
          False
        """
        try:
            return Optional(next(self), True)
        except StopIteration:
            return Optional()

    def state(self) -> dict:
        """Returns the position: plain containers, numbers and arrays.

        Elements that are already computed but not handed out yet (prefetched, in a shuffle buffer) are part of it. A
        generator's position is how many elements it yielded; it is run again up to there. Where a plan gives up the
        order of elements (``deterministic=False``) the same ones remain, in an order that may be another.
        ``state_bytes`` returns the same as bytes for a file.

        Example:
          >>> import kerax
          >>> sorted(iter(kerax.data.Dataset.range(3)).state())
          ['cursor', 'plan', 'ready', 'version']
        """
        cursor = self._cursor.get_state()
        return {
            "version": _STATE_VERSION,
            "plan": signature(self._plan),
            "cursor": cursor,
            "ready": pack(Elements(self._ready)),
        }

    def state_bytes(self) -> bytes:
        """Returns the position as bytes, which ``restore`` takes, too, in this program or another.

        Raises:
          TypeError: if waiting elements hold datasets other than windows.
        """
        return encode(self.state())

    def restore(self, state: dict | bytes) -> None:
        """Continues from a position that an iterator over an equal plan saved, in this process or another.

        Restoring also takes the dataset's shuffles back to the pass they were in, so that the passes that follow are
        the same, too.

        Args:
          state: what ``state`` or ``state_bytes`` returned.

        Raises:
          ValueError: if it was saved by another plan, or is no such state.
        """
        if isinstance(state, (bytes, bytearray)):
            state = decode(bytes(state))
        if not isinstance(state, dict) or state.get("version") != _STATE_VERSION:
            raise ValueError(f"restore(state=...) expects what state() returned, received {type(state).__name__}.")
        if state["plan"] != signature(self._plan):
            raise ValueError(
                f"This position was saved by another pipeline: {state['plan']}; this iterator runs "
                f"{signature(self._plan)}."
            )
        self._cursor.set_state(state["cursor"])
        self._ready = list(unpack(state["ready"]))  # type: ignore[arg-type]

    def initializer(self) -> None:
        """Begins anew, with the next pass of the dataset."""
        self.close()
        self._cursor = rewrite(self._plan).open()

    def close(self) -> None:
        """Stops the iterator's threads. An iterator that is no longer referenced does so by itself."""
        self._ready = []
        self._cursor.close()
