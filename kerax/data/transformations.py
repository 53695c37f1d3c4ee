"""The transformations of a dataset, as methods."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kerax.data import validate
from kerax.data.grouping import Grouping
from kerax.data.node import Node, any_step
from kerax.data.operations.batch import Batch, Unbatch
from kerax.data.operations.cache import Cache
from kerax.data.operations.combine import Concatenate, Enumerate
from kerax.data.operations.filter import Filter, TakeWhile
from kerax.data.operations.map import Map
from kerax.data.operations.prefetch import AUTOTUNE, Prefetch
from kerax.data.operations.reduce import reduce
from kerax.data.operations.repeat import Repeat
from kerax.data.operations.select import Shard, Skip, Take
from kerax.data.operations.shuffle import Shuffle
from kerax.data.operations.stored import FileCache
from kerax.data.regrouping import Regrouping, seed_of
from kerax.data.running import Running
from kerax.data.spec import UNKNOWN_CARDINALITY
from kerax.data.storing import Storing

if TYPE_CHECKING:
    from kerax.data.dataset import Dataset


class Transformations(Grouping, Regrouping, Storing, Running):
    """What can be made of a dataset. Every method returns a new dataset and computes nothing."""

    def map(
        self,
        map_func: Callable,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        synchronous: bool | None = None,
        use_unbounded_threadpool: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Applies a function to every element.

        The function gets the parts of a tuple as its arguments, any other element as its one argument: NumPy arrays, by
        NumPy's rules. A function that JAX can trace and that has no side effects is called on many elements at once
        (``jit(vmap(f))``) where that gives the same results; every other function is called once for each element, on
        threads if ``num_parallel_calls`` says so.

        Args:
          map_func: takes an element, returns an array or a nested structure of arrays. A list counts as a tuple.
          num_parallel_calls: how many calls may run at the same time; ``AUTOTUNE`` for as many as there are processors.
          deterministic: ``False`` lets elements come out in the order in which parallel calls finish; by default what
            ``Options.deterministic`` says.
          synchronous: ``True`` runs the calls one after the other, whatever ``num_parallel_calls`` says.
          use_unbounded_threadpool: kept for compatibility.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if ``map_func`` is not callable or ``num_parallel_calls`` is not positive. What the function
            itself raises keeps its type and traceback, and gets a note that says at which step and element.
          TypeError: as far as it is known without data, if the function takes another number of arguments.
          KeyError: likewise, if it asks for a component that elements do not have.

        Example:
          >>> import kerax
          >>> list(kerax.data.Dataset.range(3).map(lambda x: x * 2))
          [np.int64(0), np.int64(2), np.int64(4)]
        """
        map_func = validate.kept_function(map_func, "map_func", "map", self._plan)
        if num_parallel_calls is not None:
            num_parallel_calls = validate.positive(num_parallel_calls, "num_parallel_calls", "map", also=(AUTOTUNE,))
        parallel = None if synchronous else num_parallel_calls
        return self._then(Map(self._plan, map_func, parallel, deterministic))

    def batch(
        self,
        batch_size: int,
        drop_remainder: bool = False,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Stacks consecutive elements.

        Args:
          batch_size: how many elements make a batch.
          drop_remainder: whether a shorter last batch is left out.
          num_parallel_calls: kept for compatibility; batches are cut from whole columns.
          deterministic: kept for compatibility.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if ``batch_size`` is not positive; while iterating, if elements differ in shape.

        Example:
          >>> import kerax
          >>> [b.tolist() for b in kerax.data.Dataset.range(5).batch(2)]
          [[0, 1], [2, 3], [4]]
        """
        size = validate.positive(batch_size, "batch_size", "batch")
        return self._then(Batch(self._plan, size, bool(drop_remainder)))

    def unbatch(self, name: str | None = None) -> Dataset:
        """Takes elements apart along their first dimension.

        Raises:
          ValueError: if a component has no first dimension.

        Example:
          >>> import kerax
          >>> [int(x) for x in kerax.data.Dataset.from_tensor_slices([[1, 2], [3, 4]]).unbatch()]
          [1, 2, 3, 4]
        """
        node = Unbatch(self._plan)
        if not _calls_functions(self._plan):
            _ = node.spec  # raises for scalar components
        return self._then(node)

    def shuffle(
        self,
        buffer_size: int,
        seed: int | None = None,
        reshuffle_each_iteration: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Puts elements in a random order, through a buffer from which each next element is drawn.

        Args:
          buffer_size: how many elements the buffer holds; a perfect shuffle needs as many as there are.
            ``UNKNOWN_CARDINALITY`` means all.
          seed: makes the order reproducible; without it the seed comes from the global generator (``set_random_seed``).
          reshuffle_each_iteration: ``False`` gives every pass the same order.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if ``buffer_size`` is not positive.

        Example:
          >>> import kerax
          >>> sorted(int(x) for x in kerax.data.Dataset.range(5).shuffle(3, seed=1))
          [0, 1, 2, 3, 4]
        """
        size = validate.positive(buffer_size, "buffer_size", "shuffle", also=(UNKNOWN_CARDINALITY,))
        reshuffle = reshuffle_each_iteration is not False
        return self._then(Shuffle(self._plan, sys.maxsize if size < 0 else size, seed_of(seed, "shuffle"), reshuffle))

    def repeat(self, count: int | None = None, name: str | None = None) -> Dataset:
        """Goes through the elements several times.

        Args:
          count: how often; ``None`` or a negative number means without end.
          name: a label, kept for compatibility.

        Example:
          >>> import kerax
          >>> [int(x) for x in kerax.data.Dataset.range(2).repeat(2)]
          [0, 1, 0, 1]
        """
        return self._then(Repeat(self._plan, -1 if count is None else validate.integer(count, "count", "repeat")))

    def take(self, count: int, name: str | None = None) -> Dataset:
        """Keeps the first elements.

        Args:
          count: how many; a negative number means all.
          name: a label, kept for compatibility.

        Example:
          >>> import kerax
          >>> [int(x) for x in kerax.data.Dataset.range(5).take(2)]
          [0, 1]
        """
        return self._then(Take(self._plan, validate.integer(count, "count", "take")))

    def skip(self, count: int, name: str | None = None) -> Dataset:
        """Leaves out the first elements.

        Args:
          count: how many; a negative number means all.
          name: a label, kept for compatibility.

        Example:
          >>> import kerax
          >>> [int(x) for x in kerax.data.Dataset.range(5).skip(3)]
          [3, 4]
        """
        return self._then(Skip(self._plan, validate.integer(count, "count", "skip")))

    def shard(self, num_shards: int, index: int, name: str | None = None) -> Dataset:
        """Keeps every ``num_shards``-th element, for one of several workers.

        Args:
          num_shards: how many workers there are.
          index: which one this is, from 0.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if ``num_shards`` is not positive or ``index`` is not below it.

        Example:
          >>> import kerax
          >>> [int(x) for x in kerax.data.Dataset.range(7).shard(3, 1)]
          [1, 4]
        """
        count, index = validate.positive(num_shards, "num_shards", "shard"), validate.integer(index, "index", "shard")
        if not 0 <= index < count:
            raise ValueError(f"shard(index=...) must be between 0 and {count - 1}, received {index}.")
        return self._then(Shard(self._plan, count, index))

    def filter(self, predicate: Callable, name: str | None = None) -> Dataset:
        """Keeps the elements for which a function answers True.

        Args:
          predicate: takes an element as ``map``'s function does, returns one boolean.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if ``predicate`` is not callable; while iterating, if its answer is not one boolean.

        Example:
          >>> import kerax
          >>> [int(x) for x in kerax.data.Dataset.range(6).filter(lambda x: x % 2 == 0)]
          [0, 2, 4]
        """
        return self._then(Filter(self._plan, validate.kept_function(predicate, "predicate", "filter", self._plan)))

    def take_while(self, predicate: Callable, name: str | None = None) -> Dataset:
        """Ends before the first element for which a function answers False.

        Args:
          predicate: takes an element as ``map``'s function does, returns one boolean.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if ``predicate`` is not callable; while iterating, if its answer is not one boolean.

        Example:
          >>> import kerax
          >>> [int(x) for x in kerax.data.Dataset.range(9).take_while(lambda x: x < 3)]
          [0, 1, 2]
        """
        return self._then(
            TakeWhile(self._plan, validate.kept_function(predicate, "predicate", "take_while", self._plan))
        )

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """Appends another dataset.

        Args:
          dataset: one with elements of the same structure and dtypes.
          name: a label, kept for compatibility.

        Raises:
          TypeError: if it is no dataset or its elements are of another kind.

        Example:
          >>> import kerax
          >>> Dataset = kerax.data.Dataset
          >>> [int(x) for x in Dataset.range(2).concatenate(Dataset.range(5, 7))]
          [0, 1, 5, 6]
        """
        if not isinstance(dataset, Transformations):
            raise TypeError(f"concatenate(dataset=...) expects a Dataset, received {type(dataset).__name__}.")
        node = Concatenate(self._plan, dataset._plan)
        if not _calls_functions(node):
            _ = node.spec  # raises for elements of different kinds
        return self._then(node)

    def enumerate(self, start: int = 0, name: str | None = None) -> Dataset:
        """Pairs every element with its number.

        Args:
          start: the first number.
          name: a label, kept for compatibility.

        Example:
          >>> import kerax
          >>> list(kerax.data.Dataset.from_tensor_slices(["a", "b"]).enumerate(start=5))
          [(np.int64(5), b'a'), (np.int64(6), b'b')]
        """
        return self._then(Enumerate(self._plan, validate.integer(start, "start", "enumerate")))

    def cache(self, filename: Any = "", name: str | None = None) -> Dataset:
        """Keeps the elements of the first whole pass in memory or in a file; later passes read them from there.

        A shuffle before the cache is frozen with it; shuffle after it to have a new order in every pass.

        Args:
          filename: the file; in memory without one. A file that is there already is read, also by other programs.
          name: a label, kept for compatibility.

        Example:
          >>> import kerax
          >>> ds = kerax.data.Dataset.range(4).shuffle(4).cache()
          >>> list(ds) == list(ds)
          True
        """
        path = os.fsdecode(filename) if filename else ""
        return self._then(FileCache(self._plan, path) if path else Cache(self._plan))

    def prefetch(self, buffer_size: int, name: str | None = None) -> Dataset:
        """Computes the next elements on a thread while the current ones are used.

        Args:
          buffer_size: how many elements may wait; ``AUTOTUNE`` chooses, 0 does nothing.
          name: a label, kept for compatibility.

        Raises:
          ValueError: for a negative number other than ``AUTOTUNE``.

        Example:
          >>> import kerax
          >>> len(list(kerax.data.Dataset.range(10).batch(2).prefetch(kerax.data.AUTOTUNE)))
          5
        """
        size = validate.integer(AUTOTUNE if buffer_size is None else buffer_size, "buffer_size", "prefetch")
        if size < AUTOTUNE:
            raise ValueError(f"prefetch(buffer_size=...) must be zero, positive or AUTOTUNE (-1), received {size}.")
        return self._then(Prefetch(self._plan, size))

    def reduce(self, initial_state: Any, reduce_func: Callable, name: str | None = None) -> Any:
        """Folds all elements into one value.

        Args:
          initial_state: the value to begin with, an array or nested structure of arrays.
          reduce_func: takes the state and an element, returns the new state: same structure, dtypes and shapes.
          name: a label, kept for compatibility.

        Returns:
          The last state.

        Raises:
          TypeError: if the function changes the dtypes of the state.
          ValueError: if it changes the structure.

        Example:
          >>> import numpy as np, kerax
          >>> kerax.data.Dataset.range(5).reduce(np.int64(0), lambda total, x: total + x)
          np.int64(10)
        """
        return reduce(self._plan, initial_state, validate.function(reduce_func, "reduce_func", "reduce"))

    def apply(self, transformation_func: Callable) -> Dataset:
        """Applies a function of datasets, so that transformations of one's own fit in a chain.

        Args:
          transformation_func: takes this dataset, returns a dataset.

        Raises:
          TypeError: if it returns something else.

        Example:
          >>> import kerax
          >>> len(kerax.data.Dataset.range(6).apply(lambda ds: ds.take(2)))
          2
        """
        result = validate.function(transformation_func, "transformation_func", "apply")(self)
        if not isinstance(result, Transformations):
            raise TypeError(
                f"apply(transformation_func=...) must return a Dataset, it returned {type(result).__name__}."
            )
        return result  # type: ignore[return-value]


def _calls_functions(node: Node) -> bool:
    """Whether the spec of a plan can only be found by calling a user's function."""
    return any_step(node, lambda step: isinstance(step, Map))
