"""``tf.compat.v1.data``: iterators of graphs that are begun, changed over and chosen by sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow._core import has_symbolic
from kerax.compat.tensorflow._dataset import Dataset
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import graph_mode, noting, on_side, unwrap
from kerax.compat.tensorflow._graph import Deferred, GraphIterator, handles
from kerax.compat.tensorflow._graph_flow import effect
from kerax.compat.tensorflow._shape import TensorShape
from kerax.state.symbolic import SymbolicTensor, to_spec


class LaterDataset:
    """A dataset that is made of tensors of a graph: every iterator over it makes it anew, of what is fed.

    Args:
      make: ``evaluation -> dataset``; without an evaluation one of the same kinds of elements.
    """

    def __init__(self, make: Callable[[Any], Any]):
        self._make = make

    def built(self, evaluation: Any = None) -> Any:
        """The dataset itself."""
        with noting(False), on_side(kerax=False):
            return self._make(evaluation)

    @property
    def element_spec(self) -> Any:
        """The nested description of an element."""
        return self.built().element_spec

    output_types = property(lambda self: self.built().output_types, doc="The types of the components.")
    output_shapes = property(lambda self: self.built().output_shapes, doc="The shapes of the components.")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not callable(getattr(Dataset, name, None)):
            raise AttributeError(name)
        return lambda *args, **kwargs: LaterDataset(
            lambda evaluation: getattr(self.built(evaluation), name)(
                *_values(args, evaluation), **_values(kwargs, evaluation)
            )
        )


def _values(tree: Any, evaluation: Any) -> Any:
    """What stands for tensors of the graph: what is fed, or ones of their shapes."""

    def one(leaf: Any) -> Any:
        if not isinstance(leaf, SymbolicTensor):
            return leaf
        if evaluation is not None:
            return np.asarray(unwrap(evaluation.of(leaf)))
        return np.ones([1 if size is None else size for size in leaf.shape], leaf.spec.dtype)

    return jax.tree.map(one, tree, is_leaf=lambda leaf: isinstance(leaf, SymbolicTensor))


def later(call: Callable, args: tuple, kwargs: dict) -> Any:
    """The dataset that a function makes when a session says of what; None if it can be made now."""
    if not graph_mode() or not (has_symbolic(args) or has_symbolic(kwargs.values())):
        return None
    return LaterDataset(lambda evaluation: call(*_values(args, evaluation), **_values(kwargs, evaluation)))


def _specs(output_types: Any, output_shapes: Any) -> Any:
    """Shapes and types of elements, as symbolic tensors have them."""
    if isinstance(output_types, dict):
        shapes = output_shapes or {}
        return {key: _specs(one, shapes.get(key)) for key, one in output_types.items()}
    if isinstance(output_types, (list, tuple)):
        listed = output_shapes if output_shapes is not None else [None] * len(output_types)
        return type(output_types)([_specs(one, shape) for one, shape in zip(output_types, listed)])
    sizes = TensorShape(output_shapes)
    if sizes.rank is None:
        raise ValueError("kerax needs the number of axes of an iterator's elements: output_shapes=[None, ...].")
    return to_spec(tuple(sizes), as_dtype(output_types).name)


class Iterator(GraphIterator):
    """Iterators that are no single dataset's."""

    def __init__(self, specs: Any):
        super().__init__(None, ready=False)
        self._given = specs

    @staticmethod
    def from_structure(
        output_types: Any, output_shapes: Any = None, shared_name: Any = None, output_classes: Any = None
    ) -> Iterator:
        """An iterator for all datasets of such elements; ``make_initializer`` begins one of them.

        Args:
          output_types: types of the components of an element.
          output_shapes: their shapes.
          shared_name, output_classes: accepted as in TensorFlow.
        """
        return Iterator(_specs(output_types, output_shapes))

    @staticmethod
    def from_string_handle(
        string_handle: Any, output_types: Any, output_shapes: Any = None, output_classes: Any = None
    ) -> Any:
        """The iterator whose handle a session is fed with.

        Args:
          string_handle: a placeholder of a text.
          output_types: types of the components of an element.
          output_shapes: their shapes.
          output_classes: accepted as in TensorFlow.
        """
        return _Chosen(string_handle, _specs(output_types, output_shapes))

    def make_initializer(self, dataset: Any, name: str | None = None) -> Deferred:
        """The operation that begins a dataset."""

        def begin(evaluation: Any) -> None:
            self._dataset = dataset
            self._begin(evaluation)

        return Deferred(begin, name or "make_initializer")


class _Chosen(Iterator):
    def __init__(self, handle: Any, specs: Any):
        super().__init__(specs)
        self._handle = handle

    def get_next(self, name: Any = None) -> Any:
        """The next element of the iterator that is chosen."""

        def run(evaluation: Any) -> Any:
            chosen = evaluation.of(self._handle)
            key = chosen if isinstance(chosen, bytes) else np.asarray(chosen, object).item()
            return handles[key].element_of(evaluation)

        return effect(run, self._given, "IteratorGetNext", [self._handle])


def get_output_types(dataset_or_iterator: Any) -> Any:
    """The types of the components of an element."""
    return _plain(dataset_or_iterator).output_types


def get_output_shapes(dataset_or_iterator: Any) -> Any:
    """The shapes of the components of an element."""
    return _plain(dataset_or_iterator).output_shapes


def get_output_classes(dataset_or_iterator: Any) -> Any:
    """The class of the components of an element: Tensor."""
    from kerax.compat.tensorflow._tensor import Tensor

    return jax.tree.map(lambda _: Tensor, get_output_types(dataset_or_iterator))


def _plain(one: Any) -> Any:
    return one._dataset if isinstance(one, GraphIterator) else one
