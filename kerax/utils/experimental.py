"""Names that tf.keras keeps under ``utils.experimental``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


class DatasetCreator:
    """Makes a data set when it is iterated; ``fit`` takes it in place of one.

    Args:
      dataset_fn: function of one argument, the input context (None here), that returns a data set.
      input_options: accepted for tf.keras's sake.

    Raises:
      TypeError: if it is no function.

    Example:
      >>> import kerax
      >>> creator = kerax.utils.experimental.DatasetCreator(lambda context: [1, 2])
      >>> list(creator)
      [1, 2]
    """

    def __init__(self, dataset_fn: Callable[[Any], Any], input_options: Any = None):
        if not callable(dataset_fn):
            raise TypeError(f"DatasetCreator(dataset_fn) must be a function, received {dataset_fn!r}.")
        self.dataset_fn, self.input_options = dataset_fn, input_options

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The data set."""
        return self.dataset_fn(*args, **kwargs)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.dataset_fn(None))


__all__ = ["DatasetCreator"]
