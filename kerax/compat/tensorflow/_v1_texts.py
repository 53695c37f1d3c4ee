"""Functions of texts in graphs: sessions compute them on the host; their shapes follow from their arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import graph_mode, unwrap
from kerax.compat.tensorflow._graph_flow import effect
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor
from kerax.state.symbolic import SymbolicTensor, symbolic_leaves, to_spec, unknown_size


def _text(sizes: tuple = ()) -> tuple:
    return sizes, "string"


def _csv(records: Any, record_defaults: Any, *_: Any, **__: Any) -> list:
    kinds = [as_dtype(np.asarray(one).dtype) if not isinstance(one, Tensor) else one.dtype for one in record_defaults]
    kinds = [one if isinstance(one, Tensor) else kind for one, kind in zip(record_defaults, kinds)]
    names = [as_dtype(getattr(one, "dtype", one)).name for one in kinds]
    plain = {"float64": "float32", "int64": "int32"}  # numbers of Python are of these types
    return [
        (tuple(TensorShape(records.shape)), name if isinstance(one, Tensor) else plain.get(name, name))
        for name, one in zip(names, record_defaults)
    ]


def _raw(input_bytes: Any, out_type: Any, *_: Any, **__: Any) -> tuple:
    return (*TensorShape(input_bytes.shape), None), as_dtype(out_type).name


def _examples(serialized: Any, features: Any, *_: Any, **__: Any) -> dict:
    head = tuple(TensorShape(serialized.shape))
    found = {}
    for name, one in features.items():
        found[name] = _feature(head, one)
    return found


def _feature(head: tuple, one: Any) -> tuple:
    """What a feature gives for records of a shape, as `put_together` takes it."""
    from kerax.compat.tensorflow._graph_composite import ragged_piece, sparse_piece

    kind, title = as_dtype(one.dtype), type(one).__name__
    if title == "VarLenFeature":
        return sparse_piece([*head, None], kind)
    if title == "SparseFeature":
        sizes = one.size if isinstance(one.size, (list, tuple)) else [one.size]
        return sparse_piece([*head, *(int(size) for size in sizes)], kind)
    if title == "RaggedFeature":
        if head and not one.partitions:
            return ragged_piece(1, [], kind)
        if not one.partitions:
            return (None,), kind.name
        raise ValueError("In a graph kerax parses a RaggedFeature without partitions. Use tf.data for others.")
    length = (None,) if title == "FixedLenSequenceFeature" else ()
    return (*head, *length, *TensorShape(one.shape)), kind.name


def _picture(contents: Any, channels: Any = 0, dtype: Any = "uint8", *_: Any, **__: Any) -> tuple:
    return (None, None, channels or None), as_dtype(dtype).name


def _number(input: Any, out_type: Any = "float32", *_: Any, **__: Any) -> tuple:
    return tuple(TensorShape(input.shape)), as_dtype(out_type).name


_KNOWN: dict[str, Callable] = {
    "decode_csv": _csv,
    "decode_raw": _raw,
    "parse_single_example": _examples,
    "parse_example": _examples,
    "to_number": _number,
    "read_file": lambda *_, **__: _text(),
    **dict.fromkeys(("decode_png", "decode_jpeg", "decode_bmp", "decode_image"), _picture),
}


def noted(name: str, call: Callable, args: tuple, kwargs: dict) -> Any:
    """A function of texts as an operation of a graph; None if it is none.

    Args:
      name: of the function.
      call: the function, of tensors.
      args, kwargs: its arguments.
    """
    places = symbolic_leaves((args, kwargs))
    if not graph_mode() or name not in _KNOWN or not any(one.is_string for one in places):
        return None
    said = _KNOWN[name](*args, **kwargs)

    from kerax.compat.tensorflow._graph_composite import put_together, taken_apart

    def is_piece(one: Any) -> bool:
        return isinstance(one, tuple) and len(one) == 4 and one[0] in ("sparse", "ragged")

    def is_pair(one: Any) -> bool:
        return isinstance(one, tuple) and len(one) == 2 and isinstance(one[1], str)

    leaves, structure = jax.tree.flatten(said, is_leaf=lambda one: is_pair(one) or is_piece(one))
    pieces = [one if is_piece(one) else ("dense", [one], None, None) for one in leaves]
    specs = [to_spec(*pair) for piece in pieces for pair in piece[1]]

    def run(evaluation: Any) -> Any:
        def value(one: Any) -> Any:
            if not isinstance(one, SymbolicTensor):
                return one
            found = unwrap(evaluation.of(one))
            return Tensor(np.asarray(found, object)) if one.is_string else Tensor(found)

        given, named = jax.tree.map(value, (args, kwargs), is_leaf=lambda x: isinstance(x, (SymbolicTensor, Tensor)))
        found = call(*given, **named)
        leaves = structure.flatten_up_to(found)
        return [part for one in leaves for part in ([_numpy(one)] if isinstance(one, Tensor) else taken_apart(one))]

    made = iter(effect(run, specs, name, places))
    return jax.tree.unflatten(structure, [put_together(piece, made) for piece in pieces])


def _numpy(one: Tensor) -> np.ndarray:
    return np.asarray(one.numpy(), object if one.dtype.name == "string" else None)


def with_shape(tensor: SymbolicTensor, shape: Any) -> None:
    """Fills in sizes that were unknown.

    Raises:
      ValueError: if known ones are others.
    """
    wanted = TensorShape(shape)
    if wanted.rank is None:
        return
    if getattr(tensor, "guessed", False):  # what Python returns
        sizes = [unknown_size(axis) if size is None else size for axis, size in enumerate(wanted.as_list())]
        tensor.spec, tensor.guessed = jax.ShapeDtypeStruct(tuple(sizes), tensor.spec.dtype), False
        return
    have = TensorShape(tensor.shape)
    have.assert_is_compatible_with(wanted)
    sizes = [
        old if isinstance(old, int) else new if isinstance(new, int) else unknown_size(axis)
        for axis, (old, new) in enumerate(zip(tensor.spec.shape, wanted.as_list()))
    ]
    tensor.spec = jax.ShapeDtypeStruct(tuple(sizes), tensor.spec.dtype)
