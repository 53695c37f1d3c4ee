"""Sizes of symbolic tensors as symbolic tensors: numbers that are known again as soon as there are arrays.

``tf.shape(x)[0]`` of a symbolic ``x`` is a symbolic tensor like any other, but whoever is given it (a reshape, a new
array) needs its number, not an array. So a size remembers how it follows from the tensors whose sizes they are, and an
operation that is given a size is recorded as one on those tensors: it works the size out itself.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import export

from kerax.state.symbolic import SymbolicTensor, inlined, is_symbolic, record, symbolic_leaves


class Sizes(tuple):
    """Several sizes; a class of its own because arithmetic on them is that of vectors."""

    __slots__ = ()


class SizeTensor(SymbolicTensor):
    """A symbolic tensor of whole numbers that only depend on sizes.

    Args:
      plain: the symbolic tensor that it takes the place of.
      recipe: ``(function, tensors)``: the function of arrays in the place of the tensors gives an int (or a symbolic
        dimension), or a tuple of them.
    """

    def __init__(self, plain: SymbolicTensor, recipe: tuple[Callable, list[SymbolicTensor]]):
        super().__init__(plain.spec, name=plain.name)
        self.node, self.recipe = plain.node, recipe

    def __getitem__(self, index: Any) -> Any:
        return record_size(operator.getitem, self, index, name="get_item")


def record_size(function: Callable, *args: Any, name: str, **kwargs: Any) -> Any:
    """Records a function whose results may be sizes: whole numbers that are known although arrays are traced.

    Args:
      function: of arrays and numbers; vectors of sizes come as NumPy arrays of objects.
      *args: its arguments, symbolic tensors among them.
      name: of the operation.
      **kwargs: its keyword arguments.

    Returns:
      ``SizeTensor``s for results that are known, symbolic tensors for others.
    """
    known: list[bool] = []

    def call(*args: Any, **kwargs: Any) -> Any:
        found = function(*_as_vectors(args), **_as_vectors(kwargs))
        leaves = jax.tree.leaves(found, is_leaf=is_symbolic)
        known[:] = [_is_known(leaf) for leaf in leaves]
        return found

    outputs = record(lambda *a, **k: jax.tree.map(_as_array, call(*a, **k)), *args, name=name, **kwargs)
    plain = symbolic_leaves(outputs)
    if len(known) != len(plain) or not any(known):
        return outputs
    inner, sources = inlined(call, args, kwargs)
    made = iter(
        [
            SizeTensor(one, (lambda *arrays, i=i: _as_value(jax.tree.leaves(inner(*arrays))[i]), sources))
            if sure
            else one
            for i, (one, sure) in enumerate(zip(plain, known, strict=True))
        ]
    )
    node = plain[0].node
    outputs = jax.tree.map(lambda _: next(made), outputs, is_leaf=is_symbolic)
    if node is not None:
        node.outputs = outputs
    return outputs


def _is_known(leaf: Any) -> bool:
    if isinstance(leaf, np.ndarray):
        return leaf.ndim <= 1 and (leaf.dtype.kind in "iu" or leaf.dtype.kind == "O")
    return is_dimension(leaf)


def is_dimension(value: Any) -> bool:
    """Whether a value is a number that may stand for a size: an int, or a symbolic dimension of ``jax.export``."""
    return (isinstance(value, (int, np.integer)) and not isinstance(value, bool)) or export.is_symbolic_dim(value)


def _as_value(leaf: Any) -> Any:
    """A size, or a tuple of sizes."""
    if isinstance(leaf, np.ndarray):
        return Sizes(leaf.tolist()) if leaf.ndim else leaf.item()
    return int(leaf) if isinstance(leaf, np.integer) else leaf


def _as_array(leaf: Any) -> Any:
    """What a size is where arrays are wanted."""
    if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "O":
        flat = [jnp.asarray(one, "int32") for one in leaf.ravel().tolist()]
        return jnp.stack(flat).reshape(leaf.shape) if flat else jnp.zeros(leaf.shape, "int32")
    return jnp.asarray(leaf, "int32") if is_dimension(leaf) else leaf


def _as_vectors(tree: Any) -> Any:
    """Sizes as NumPy arrays, so that operators and indices mean the same as on tensors."""
    if tree.__class__ in (tuple, list):
        return tree.__class__([_as_vectors(one) for one in tree])
    if isinstance(tree, Sizes):
        vector = np.empty(len(tree), object)
        vector[:] = tree
        return vector
    return tree


def _operator(function: Callable, name: str, reflected: bool) -> Callable:
    def call(self: SizeTensor, *others: Any) -> Any:
        return record_size(function, *((*others, self) if reflected else (self, *others)), name=name)

    return call


for _name in ("add", "sub", "mul", "floordiv", "mod"):
    setattr(SizeTensor, f"__{_name}__", _operator(getattr(operator, _name), _name, False))
    setattr(SizeTensor, f"__r{_name}__", _operator(getattr(operator, _name), _name, True))
SizeTensor.__neg__ = _operator(operator.neg, "negative", False)  # type: ignore[attr-defined]
