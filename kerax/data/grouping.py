"""Transformations that make one element of many or many of one, as methods."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kerax.data import validate
from kerax.data.convert import to_element
from kerax.data.node import Node
from kerax.data.operations.interleave import FlatMap, Interleave, ParallelInterleave
from kerax.data.operations.padded_batch import PaddedBatch
from kerax.data.operations.prefetch import AUTOTUNE
from kerax.data.operations.scan import Scan, Unique
from kerax.data.operations.window import Window

if TYPE_CHECKING:
    from kerax.data.dataset import Dataset


class Grouping:
    """Padded batches, windows, datasets of datasets, and steps with a memory."""

    _plan: Node

    _dataset: type  # Dataset, set where it is defined: the sources are classes of their own, what follows is not

    def _then(self, plan: Node) -> Dataset:
        return self._dataset(plan)

    def padded_batch(
        self,
        batch_size: int,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Stacks consecutive elements of different sizes, filled up at their ends.

        Args:
          batch_size: how many elements make a batch.
          padded_shapes: for every component the shape to fill up to, ``None`` in it for the largest size in the
            batch. Without it, every size that is not known beforehand is such a ``None``.
          padding_values: for every component what to fill up with; 0, False or empty text by default.
          drop_remainder: whether a shorter last batch is left out.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if shapes do not fit; while iterating, if an element is larger than its padded shape.
          TypeError: if a padding value has another dtype than its component.

        Example:
          >>> import numpy as np, kerax
          >>> ds = kerax.data.Dataset.range(1, 4).map(lambda x: np.full(x, x)).padded_batch(2)
          >>> [b.tolist() for b in ds]
          [[[1, 0], [2, 2]], [[3, 3, 3]]]
        """
        size = validate.positive(batch_size, "batch_size", "padded_batch")
        node = PaddedBatch(self._plan, size, bool(drop_remainder), padded_shapes, padding_values)
        if self._plan.knows_spec:
            node.resolved()
        return self._then(node)

    def window(
        self,
        size: int,
        shift: int | None = None,
        stride: int = 1,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Makes windows of consecutive elements; each window is a dataset, or a structure of datasets.

        Args:
          size: how many elements a window has.
          shift: how far the next window begins behind this one; ``size`` by default.
          stride: how far the elements of a window are apart.
          drop_remainder: whether windows that are not full are left out.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if one of the numbers is not positive.

        Example:
          >>> import kerax
          >>> ds = kerax.data.Dataset.range(5).window(3, shift=1, drop_remainder=True).flat_map(lambda w: w.batch(3))
          >>> [b.tolist() for b in ds]
          [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
        """
        size = validate.positive(size, "size", "window")
        shift = size if shift is None else validate.positive(shift, "shift", "window")
        stride = validate.positive(stride, "stride", "window")
        return self._then(Window(self._plan, size, shift, stride, bool(drop_remainder), self._dataset))

    def flat_map(self, map_func: Callable, name: str | None = None) -> Dataset:
        """Makes a dataset of every element and appends them all.

        Args:
          map_func: takes an element as ``map``'s function does, returns a Dataset.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if ``map_func`` is not callable.
          TypeError: while iterating, if it returns something else.

        Example:
          >>> import kerax
          >>> Dataset = kerax.data.Dataset
          >>> [int(x) for x in Dataset.range(4).flat_map(lambda x: Dataset.range(x))]
          [0, 0, 1, 0, 1, 2]
        """
        return self._then(
            FlatMap(self._plan, validate.kept_function(map_func, "map_func", "flat_map", self._plan, True), 1, 1 << 30)
        )

    def interleave(
        self,
        map_func: Callable,
        cycle_length: int | None = None,
        block_length: int | None = None,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Makes a dataset of every element and takes elements from several of them in turn.

        Args:
          map_func: takes an element as ``map``'s function does, returns a Dataset.
          cycle_length: how many datasets take turns; as many as there are processors by default.
          block_length: how many elements each gives at its turn; 1 by default.
          num_parallel_calls: if given, a thread for each of the ``cycle_length`` datasets computes its next elements
            while those of others are used. The order is the same.
          deterministic: ``False`` lets elements of parallel datasets come out as they get ready; by default what
            ``Options.deterministic`` says.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if ``map_func`` is not callable or a length is not positive.

        Example:
          >>> import kerax
          >>> Dataset = kerax.data.Dataset
          >>> ds = Dataset.range(1, 4).interleave(lambda x: Dataset.from_tensors(x).repeat(2), cycle_length=2)
          >>> [int(x) for x in ds]
          [1, 2, 1, 2, 3, 3]
        """
        map_func = validate.kept_function(map_func, "map_func", "interleave", self._plan, True)
        cycle = (
            AUTOTUNE
            if cycle_length is None
            else validate.positive(cycle_length, "cycle_length", "interleave", (AUTOTUNE,))
        )
        block = 1 if block_length is None else validate.positive(block_length, "block_length", "interleave")
        if num_parallel_calls is not None:
            validate.positive(num_parallel_calls, "num_parallel_calls", "interleave", (AUTOTUNE,))
        count = (os.cpu_count() or 1) if cycle == AUTOTUNE else cycle
        if num_parallel_calls is None:
            return self._then(Interleave(self._plan, map_func, count, block))
        return self._then(ParallelInterleave(self._plan, map_func, count, block, deterministic))

    def scan(self, initial_state: Any, scan_func: Callable, name: str | None = None) -> Dataset:
        """Maps with a memory: the function gets a state and an element, and returns the next state and an output.

        Args:
          initial_state: the state before the first element, an array or nested structure of arrays.
          scan_func: takes the state and an element, returns a pair of the next state (same structure and dtypes) and
            the output.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if ``scan_func`` is not callable.
          TypeError: while iterating, if it returns no pair or changes the dtypes of the state.

        Example:
          >>> import numpy as np, kerax
          >>> ds = kerax.data.Dataset.range(4).scan(np.int64(0), lambda total, x: (total + x, total + x))
          >>> [int(x) for x in ds]
          [0, 1, 3, 6]
        """
        scan_func = validate.kept_function(scan_func, "scan_func", "scan")
        return self._then(Scan(self._plan, to_element(initial_state), scan_func))

    def unique(self, name: str | None = None) -> Dataset:
        """Leaves out elements that came before.

        Raises:
          ValueError: if elements have several components.
          TypeError: for other dtypes than int32, int64 and text.

        Example:
          >>> import kerax
          >>> list(kerax.data.Dataset.from_tensor_slices(["b", "a", "b"]).unique())
          [b'b', b'a']
        """
        node = Unique(self._plan)
        _ = node.spec  # raises for what cannot be compared
        return self._then(node)
