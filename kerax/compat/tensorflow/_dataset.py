"""``tf.data.Dataset``: kerax's, whose elements and functions speak in tensors."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import kerax.data as plain
from kerax.compat.tensorflow import _nest, _spec, errors
from kerax.compat.tensorflow._edges import (
    DICTS,
    ENCODERS,
    UNWRAPPERS,
    WRAPPERS,
    always_leaving,
    graph_mode,
    host_values,
    inside,
    on_side,
    unwrap,
    wrap,
)
from kerax.compat.tensorflow._optional import Optional
from kerax.compat.tensorflow._spec_parts import IteratorSpec
from kerax.compat.tensorflow._tensor import Tensor
from kerax.data.binding import bound_now
from kerax.data.spec import DatasetSpec as PlainDatasetSpec

_AS_THEY_ARE = ("as_numpy_iterator", "options", "explain")


def elements(tree: Any) -> Any:
    """Tensors for the components of an element."""
    return wrap(tree, host=True)


def arguments(tree: Any) -> Any:
    """What a pipeline of kerax takes for an argument of a script."""
    if isinstance(tree, Tensor):
        value = tree.numpy()
        return value
    if tree.__class__ in (list, tuple):
        return tree.__class__([arguments(one) for one in tree])
    if tree.__class__ in DICTS:
        return tree.__class__({key: arguments(one) for key, one in tree.items()})
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*[arguments(one) for one in tree])
    if inspect.isroutine(tree) or isinstance(tree, functools.partial) or hasattr(tree, "python_function"):
        return _function(tree)
    encoder = ENCODERS.get(tree.__class__)
    return unwrap(tree) if encoder is None else encoder(tree, arguments)


def _function(function: Any) -> Any:
    if getattr(function, "_kerax_transformation", False):
        return function
    return always_leaving(bound_now(function))


class DatasetIterator:
    """One pass over a dataset, in tensors.

    Args:
      iterator: kerax's own.
    """

    _given_out: str | None = None

    def __init__(self, iterator: Any):
        self._iterator = iterator

    def __iter__(self) -> DatasetIterator:
        return self

    def __next__(self) -> Any:
        with errors.TRANSLATED:
            return elements(next(self._iterator))

    def next(self) -> Any:
        """The next element."""
        return self.__next__()

    def get_next(self) -> Any:
        """The next element.

        Raises:
          OutOfRangeError: after the last one.
        """
        try:
            return next(self)
        except StopIteration:
            raise errors.OutOfRangeError(None, None, "End of sequence [Op:IteratorGetNext]") from None

    def get_next_as_optional(self) -> Any:
        """The next element, or nothing."""
        try:
            return Optional.of(next(self), True, self.element_spec)
        except StopIteration:
            return Optional.empty(self.element_spec)

    @property
    def element_spec(self) -> Any:
        """The nested description of an element."""
        return wrap(self._iterator.element_spec)

    @property
    def _type_spec(self) -> Any:
        return IteratorSpec(self.element_spec)

    @property
    def initializer(self) -> Any:
        """Nothing to run: iterators begin when they are made."""
        return None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._iterator, name)


class Dataset(plain.Dataset):
    """A sequence of elements; see ``kerax.data.Dataset``. Iterating gives tensors.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> [int(x) for x in tf.data.Dataset.range(4).map(lambda n: n * 2)]
      [0, 2, 4, 6]
    """

    def __iter__(self) -> Iterator:  # type: ignore[override]
        iterator = super().__iter__()
        if inside():
            return iterator
        made = DatasetIterator(iterator)
        if hasattr(self, "_given_out"):  # by a strategy
            made._given_out = "DistributedIterator"
        return made  # type: ignore[return-value]

    def as_numpy_iterator(self) -> Iterator:
        """An iterator over the elements in NumPy.

        Raises:
          TypeError: for elements of extension types.
        """
        for spec in _nest.flatten(self.element_spec):
            if hasattr(spec, "_component_specs"):
                raise TypeError(
                    f"as_numpy_iterator() has no form for values of type {spec.value_type}: iterate instead."
                )
        return plain.Dataset(self._plan).as_numpy_iterator()

    @property
    def element_spec(self) -> Any:
        """The nested ``tf.TensorSpec`` of an element."""
        spec = plain.Dataset.element_spec.fget(self)  # type: ignore[attr-defined]
        return spec if inside() else wrap(spec)

    @property
    def output_shapes(self) -> Any:
        """The shapes of the components, as in TensorFlow 1."""
        return _parts(self.element_spec, "shape")

    @property
    def output_types(self) -> Any:
        """The types of the components, as in TensorFlow 1."""
        return _parts(self.element_spec, "dtype")

    def cardinality(self) -> Any:
        """How many elements there are, or one of the two negative constants."""
        count = super().cardinality()
        return count if inside() else Tensor(np.asarray(count))

    def apply(self, transformation_func: Callable) -> Any:
        """What a function makes of the dataset.

        Raises:
          TypeError: if that is no dataset.
        """
        made = as_dataset(transformation_func(self))
        if not isinstance(made, Dataset):
            raise TypeError(f"`transformation_func` must return a `tf.data.Dataset` object. Got {type(made)}.")
        return made

    def __repr__(self) -> str:
        name = self._plan.dataset_name
        prefix = "" if name.endswith("V2") or name == "CacheDataset" else "_"  # TensorFlow hides the others
        return f"<{prefix}{name} element_spec={self.element_spec!r}>"

    def __bool__(self) -> bool:
        return True

    def make_one_shot_iterator(self) -> Any:
        """An iterator, as in TensorFlow 1."""
        from kerax.compat.tensorflow._v1 import make_one_shot_iterator

        return make_one_shot_iterator(self)

    def make_initializable_iterator(self, shared_name: Any = None) -> Any:
        """An iterator, as in TensorFlow 1: in graphs it begins when its initializer is run."""
        from kerax.compat.tensorflow._v1 import make_initializable_iterator

        return make_initializable_iterator(self, shared_name)

    @staticmethod
    def from_generator(generator: Any, *args: Any, **kwargs: Any) -> Any:
        """What a generator function of the script yields."""

        @functools.wraps(generator)
        def plainly(*given: Any) -> Iterator:
            return map(arguments, generator(*given))

        function = plainly if callable(generator) else generator
        return as_dataset(plain.Dataset.from_generator(function, *arguments(args), **arguments(kwargs)))

    def shuffle(
        self, buffer_size: Any, seed: Any = None, reshuffle_each_iteration: Any = None, name: Any = None
    ) -> Any:
        """The elements in random order, drawn from a buffer."""
        with errors.TRANSLATED:
            return super().shuffle(
                _count(buffer_size), None if seed is None else _count(seed), reshuffle_each_iteration is not False
            )


Dataset._dataset = Dataset


def _sliced(tree: Any) -> Any:
    if not any(one.__class__ in ENCODERS for one in _nest.flatten(tree)):
        return tree
    from kerax.compat.tensorflow._extension_elements import packed

    return packed(tree, sliced=True)


def _count(value: Any) -> int:
    return int(value.numpy()) if hasattr(value, "numpy") else int(value)


def _parts(tree: Any, name: str) -> Any:
    if isinstance(tree, tuple) and not hasattr(tree, "dtype"):
        return tuple(_parts(one, name) for one in tree)
    if isinstance(tree, dict):
        return {key: _parts(one, name) for key, one in tree.items()}
    return getattr(tree, name)


def as_dataset(value: Any) -> Any:
    """A dataset of this namespace for one of kerax's; anything else as it is."""
    if isinstance(value, plain.Dataset) and not isinstance(value, Dataset):
        made = Dataset(value._plan)
        made.__dict__.update({key: one for key, one in vars(value).items() if not key.startswith("_")})  # class_names
        return made
    return value


def _result(value: Any) -> Any:
    if isinstance(value, plain.Dataset):
        return as_dataset(value)
    if value.__class__ is list and value and isinstance(value[0], plain.Dataset):
        return [as_dataset(one) for one in value]
    return elements(value)


def _speaking(function: Callable) -> Callable:
    """A method of kerax's datasets for scripts."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if inside():
            return function(*args, **kwargs)
        if graph_mode():
            from kerax.compat.tensorflow._v1_data import later

            made = later(call, args, kwargs)
            if made is not None:
                return made
        me = args[:1] if args and isinstance(args[0], plain.Dataset) else ()
        with errors.TRANSLATED, on_side(kerax=True):
            result = function(*me, *arguments(args[len(me) :]), **arguments(kwargs))
        return _result(result)

    return call


def _install() -> None:
    for kind in plain.Dataset.__mro__:
        for name, member in vars(kind).items():
            if name.startswith("_") or name in vars(Dataset) or name in _AS_THEY_ARE or hasattr(object, name):
                continue
            if isinstance(member, staticmethod):
                setattr(Dataset, name, staticmethod(_speaking(member.__func__)))
            elif isinstance(member, classmethod):
                bound = getattr(plain.Dataset, name)
                setattr(Dataset, name, staticmethod(_speaking(bound)))
            elif inspect.isfunction(member):
                setattr(Dataset, name, _speaking(member))


_install()
UNWRAPPERS[Dataset] = lambda dataset: plain.Dataset(dataset._plan)
UNWRAPPERS[DatasetIterator] = lambda iterator: iterator._iterator
WRAPPERS[plain.Dataset] = as_dataset


def _zip(*args: Any, datasets: Any = None, name: str | None = None) -> Any:
    return as_dataset(plain.Dataset.zip(*unwrap(args), datasets=unwrap(datasets)))


Dataset.zip = staticmethod(_zip)  # type: ignore[method-assign, assignment]
_slices = Dataset.from_tensor_slices


@functools.wraps(_slices)
def _from_tensor_slices(tensors: Any, name: str | None = None) -> Any:
    return _slices(_sliced(tensors))


Dataset.from_tensor_slices = staticmethod(_from_tensor_slices)  # type: ignore[method-assign]


def _made(kind: type) -> type:
    """A class of sources for scripts."""

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        with errors.TRANSLATED:
            Dataset.__init__(self, kind(*arguments(args), **arguments(kwargs))._plan)

    made = type(
        kind.__name__, (Dataset,), {"__init__": __init__, "__doc__": kind.__doc__, "__module__": "tensorflow.data"}
    )
    UNWRAPPERS[made] = UNWRAPPERS[Dataset]
    return made


@functools.cache
def source(name: str) -> Any:
    """``TextLineDataset`` and the like, by name."""
    if hasattr(plain, name):
        return _made(getattr(plain, name))
    return _made(getattr(plain.experimental, name))


def transformation(function: Callable) -> Callable:
    """A function of ``tf.data.experimental`` that makes a function for ``apply``."""

    @functools.wraps(function)
    def make(*args: Any, **kwargs: Any) -> Any:
        inner = function(*arguments(args), **arguments(kwargs))
        if not callable(inner) or isinstance(inner, plain.Dataset):
            return _result(inner)

        def apply(dataset: Any) -> Any:
            return as_dataset(inner(plain.Dataset(dataset._plan)))

        apply._kerax_transformation = True  # type: ignore[attr-defined]
        return apply

    return make


def is_dataset_spec(spec: Any) -> bool:
    """Whether a description is of a dataset."""
    return isinstance(spec, (PlainDatasetSpec, _spec.DatasetSpec))


__all__ = ["Dataset", "DatasetIterator", "as_dataset", "host_values", "is_dataset_spec", "source", "transformation"]
