"""Dataset: sources, iteration, and what is known about the elements."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from kerax.data import validate
from kerax.data.convert import as_component, dtype_name, to_array
from kerax.data.display import dataset_html, dataset_text
from kerax.data.iterator import DatasetIterator
from kerax.data.node import Node, any_step
from kerax.data.operations.arrays import Range, Tensor, TensorSlice
from kerax.data.operations.combine import Zip
from kerax.data.operations.generator import Generator
from kerax.data.operations.window import Window
from kerax.data.sources.list_files import matching_files
from kerax.data.sources.loaders import iterable_source
from kerax.data.spec import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, DatasetSpec, TensorSpec
from kerax.data.structure import Structure
from kerax.data.transformations import Transformations


class Dataset(Transformations):
    """A sequence of elements, described as a source and transformations, computed while it is iterated.

    An element is an array, or a nested tuple or dictionary of arrays. Components are NumPy arrays; those without
    dimensions are NumPy scalars, text is ``bytes``. Python ints become int32, Python floats float32, arrays keep their
    dtype. Treat elements as read-only.

    Example:
      >>> import kerax
      >>> ds = kerax.data.Dataset.from_tensor_slices({"x": [1.0, 2.0, 3.0], "y": [0, 1, 0]}).batch(2)
      >>> for batch in ds:
      ...     print(batch["x"], batch["y"])
      [1. 2.] [0 1]
      [3.] [0]
    """

    is_component = True  # an element may hold datasets, as windows do

    def __init__(self, plan: Node) -> None:
        if not isinstance(plan, Node):
            raise TypeError("Make a Dataset with Dataset.from_tensor_slices(...), Dataset.range(...) and their like.")
        self._plan = plan

    # ------------------------------------------------------------------ sources

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
        """Returns a dataset of one element: the arrays, whole.

        Args:
          tensors: an array or a nested structure of arrays.
          name: a label, kept for compatibility.

        Raises:
          ValueError: for an empty structure.

        Example:
          >>> import kerax
          >>> list(kerax.data.Dataset.from_tensors([1, 2]))
          [array([1, 2], dtype=int32)]
        """
        return Dataset(Tensor.of(tensors))

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """Returns a dataset of the rows of arrays: slices along the first dimension.

        Args:
          tensors: an array (NumPy, JAX, pandas, a nested list) or a nested tuple, named tuple or dictionary of arrays
            of one length. Pass the columns of a data frame with ``dict(frame)``. Arrays are not copied.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if lengths differ or a component has no first dimension.

        Example:
          >>> import kerax
          >>> list(kerax.data.Dataset.from_tensor_slices(([1, 2], ["a", "b"])))
          [(np.int32(1), b'a'), (np.int32(2), b'b')]
        """
        return Dataset(TensorSlice.of(tensors))

    @staticmethod
    def from_generator(
        generator: Callable,
        output_types: Any = None,
        output_shapes: Any = None,
        args: tuple | None = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """Returns a dataset of what a generator function yields. Every pass calls the function again.

        Args:
          generator: a function that returns an iterable.
          output_types: the older way to declare elements: a nested structure of dtypes.
          output_shapes: shapes beside ``output_types``, in the same structure.
          args: arguments for the function; they arrive as NumPy arrays.
          output_signature: a nested structure of ``TensorSpec``.
          name: a label, kept for compatibility.

        Raises:
          TypeError: if ``generator`` is not callable or neither signature is given; while iterating, if an element
            does not fit.

        Example:
          >>> import kerax
          >>> def squares(n):
          ...     for i in range(n):
          ...         yield i * i
          >>> spec = kerax.data.TensorSpec((), "int64")
          >>> list(kerax.data.Dataset.from_generator(squares, args=(3,), output_signature=spec))
          [np.int64(0), np.int64(1), np.int64(4)]
        """
        if not callable(generator):
            raise TypeError(
                f"from_generator(generator=...) must be a function that returns an iterable, received {generator!r}."
            )
        if output_signature is None and output_types is None:
            raise TypeError(
                "from_generator() needs output_signature=... (or the older output_types=...) to know its elements."
            )
        if output_signature is not None and (output_types is not None or output_shapes is not None):
            raise TypeError(
                "from_generator() takes either output_signature or output_types and output_shapes, not both."
            )
        if output_signature is None:
            output_signature = _signature(output_types, output_shapes)
        structure, specs = Structure.flatten(output_signature)
        if not specs or not all(isinstance(spec, TensorSpec) for spec in specs):
            raise TypeError(
                f"from_generator(output_signature=...) must hold kerax.data.TensorSpec objects, received "
                f"{output_signature!r}."
            )
        arguments = tuple(as_component(to_array(value)) for value in (args or ()))
        return Dataset(Generator(generator, output_signature, arguments))

    @staticmethod
    def range(*args: int, output_type: Any = "int64", name: str | None = None) -> Dataset:
        """Returns a dataset of numbers a fixed step apart: ``range(stop)``, ``range(start, stop)`` or ``range(start,
        stop, step)``.

        Args:
          *args: integers, as for Python's ``range``.
          output_type: the dtype of the numbers.
          name: a label, kept for compatibility.

        Raises:
          ValueError: for a step of zero or another number of arguments.

        Example:
          >>> import kerax
          >>> [int(x) for x in kerax.data.Dataset.range(2, 9, 3)]
          [2, 5, 8]
        """
        if not 1 <= len(args) <= 3:
            raise ValueError(f"range() takes one to three numbers, received {len(args)}.")
        numbers = [validate.integer(value, "args", "range") for value in args]
        start, stop, step = (0, numbers[0], 1) if len(numbers) == 1 else (*numbers, 1)[:3]
        if step == 0:
            raise ValueError("range(step=...) must be a non-zero integer.")
        return Dataset(Range(start, stop, step, dtype_name(output_type)))

    @staticmethod
    def zip(*args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
        """Returns a dataset of one element of each dataset at a time, as long as the shortest lasts.

        Args:
          *args: datasets, or one nested tuple or dictionary of datasets.
          datasets: the same by name.
          name: a label, kept for compatibility.

        Raises:
          TypeError: if something in the structure is not a dataset.

        Example:
          >>> import kerax
          >>> Dataset = kerax.data.Dataset
          >>> list(Dataset.zip(Dataset.range(2), Dataset.from_tensor_slices(["a", "b", "c"])))
          [(np.int64(0), b'a'), (np.int64(1), b'b')]
        """
        if bool(args) == (datasets is not None):
            raise TypeError("zip() takes datasets either as arguments or as datasets=..., not both and not none.")
        nested = datasets if datasets is not None else (args[0] if len(args) == 1 else args)
        structure, parts = Structure.flatten(nested)
        for part in parts:
            if not isinstance(part, Dataset):
                hint = " A list is not a structure here: use a tuple." if isinstance(part, list) else ""
                raise TypeError(
                    f"zip() takes datasets in tuples or dictionaries, received {type(part).__name__}.{hint}"
                )
        if not parts:
            raise TypeError("zip() needs at least one dataset.")
        return parts[0] if structure.kind == "leaf" else Dataset(Zip(structure, tuple(part._plan for part in parts)))

    @staticmethod
    def list_files(
        file_pattern: Any, shuffle: bool | None = None, seed: int | None = None, name: str | None = None
    ) -> Dataset:
        """Returns a dataset of the names of files that match a pattern.

        Args:
          file_pattern: a glob pattern, or a list of them.
          shuffle: whether they come in random order, another one in each pass; True by default.
          seed: makes the order reproducible.
          name: a label, kept for compatibility.

        Raises:
          ValueError: if no file matches.
        """
        files = matching_files(file_pattern)
        if not files:
            raise ValueError(f"list_files(file_pattern=...): no file matches {file_pattern!r}.")
        names = Dataset.from_tensor_slices(files)
        return names if shuffle is False else names.shuffle(len(files), seed)

    @staticmethod
    def from_iterable(iterable: Any, output_signature: Any = None) -> Dataset:
        """Returns a dataset of the items of a Python iterable: a list, a torch ``DataLoader``, a grain dataset.

        Every pass begins the iterable anew.

        Args:
          iterable: something that can be iterated more than once. Lists at structure level count as tuples, and torch
            tensors as arrays.
          output_signature: a nested structure of ``TensorSpec``; taken from the first items by default, sizes in which
            they differ being unknown.

        Raises:
          TypeError: for something that cannot be iterated, or only once.
          ValueError: if there is no item and no signature.

        Example:
          >>> import numpy as np, kerax
          >>> batches = [(np.zeros((2, 3)), np.ones(2)), (np.zeros((1, 3)), np.ones(1))]
          >>> kerax.data.Dataset.from_iterable(batches).element_spec[0]
          TensorSpec(shape=(None, 3), dtype=float64, name=None)
        """
        return Dataset(iterable_source(iterable, output_signature))

    # ------------------------------------------------------------------ elements

    def __iter__(self) -> DatasetIterator:
        return DatasetIterator(self._plan)

    def as_numpy_iterator(self) -> Iterator:
        """Returns an iterator over the elements.

        Elements are NumPy in any case; this exists so that code written for tf.data runs.

        Raises:
          TypeError: if elements hold datasets, as those of ``window`` do.

        Example:
          >>> import kerax
          >>> list(kerax.data.Dataset.range(2).as_numpy_iterator())
          [np.int64(0), np.int64(1)]
        """
        # Without a window there is no need to find the element spec.
        if any_step(self._plan, lambda step: isinstance(step, Window)) and any(
            isinstance(s, DatasetSpec) for s in Structure.flatten(self.element_spec)[1]
        ):
            raise TypeError(
                "as_numpy_iterator() needs elements made of arrays; these hold datasets. Use flat_map() first."
            )
        return iter(self)

    def get_single_element(self, name: str | None = None) -> Any:
        """Returns the element of a dataset that has exactly one.

        Raises:
          ValueError: if it has none or more.

        Example:
          >>> import kerax
          >>> kerax.data.Dataset.from_tensors(5).get_single_element()
          np.int32(5)
        """
        iterator = iter(self)
        try:
            first = list(itertools.islice(iterator, 2))
        finally:
            iterator.close()
        if len(first) != 1:
            found = "more than one element" if first else "no element"
            raise ValueError(f"get_single_element() needs a dataset of exactly one element; this one has {found}.")
        return first[0]

    @property
    def element_spec(self) -> Any:
        """The nested ``TensorSpec`` of an element.

        Behind a ``map`` it is found by calling the function on made-up elements of zeros and ones.

        Example:
          >>> import kerax
          >>> kerax.data.Dataset.range(5).batch(2).element_spec
          TensorSpec(shape=(None,), dtype=int64, name=None)
        """
        if not hasattr(self, "_spec"):
            self._spec = self._plan.spec
        return self._spec

    def cardinality(self) -> np.int64:
        """Returns how many elements there are, ``INFINITE_CARDINALITY`` (-1) or ``UNKNOWN_CARDINALITY`` (-2).

        Example:
          >>> import kerax
          >>> ds = kerax.data.Dataset.range(5)
          >>> ds.batch(2).cardinality(), ds.repeat().cardinality(), ds.filter(lambda x: x > 1).cardinality()
          (np.int64(3), np.int64(-1), np.int64(-2))
        """
        return np.int64(self._plan.cardinality)

    def __len__(self) -> int:
        count = self._plan.cardinality
        if count == INFINITE_CARDINALITY:
            raise TypeError("The dataset is infinite: it has no len(). Use take(n) to make it finite.")
        if count == UNKNOWN_CARDINALITY:
            raise TypeError(
                "The dataset's length is unknown before it is iterated; cardinality() returns UNKNOWN_CARDINALITY."
            )
        return count

    def __bool__(self) -> bool:
        return True  # not len(): asking whether there is a dataset must not depend on its length being known

    def __repr__(self) -> str:
        return dataset_text(self)

    def _repr_html_(self) -> str:
        return dataset_html(self)


Dataset._dataset = Dataset


def _signature(types: Any, shapes: Any) -> Any:
    structure, dtypes = Structure.flatten(types)
    if shapes is None:
        return structure.unflatten([TensorSpec(None, dtype) for dtype in dtypes])
    # Shapes are tuples themselves: they are taken apart along the structure of the dtypes only.
    return structure.unflatten([TensorSpec(shape, dtype) for shape, dtype in zip(_shapes(structure, shapes), dtypes)])


def _shapes(structure: Structure, shapes: Any) -> list:
    if structure.kind == "leaf":
        return [shapes]
    keys = structure.keys if structure.kind == "dict" else range(len(structure.children))
    try:
        parts = [shapes[key] for key in keys]
    except (TypeError, KeyError, IndexError):
        raise TypeError(
            f"from_generator(output_shapes=...) must have the structure of output_types, received {shapes!r}."
        ) from None
    return [shape for child, part in zip(structure.children, parts) for shape in _shapes(child, part)]
