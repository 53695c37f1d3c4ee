"""Picking and placing elements: gather, scatter, where, one_hot, masks, sorting, unique."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import is_composite
from kerax.compat.tensorflow._core import array, integer, ints, is_tensor_like, label_of, op, out, pair, quick, tensor
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._dtypes import as_dtype, int32
from kerax.compat.tensorflow._kinds import check
from kerax.compat.tensorflow._tensor import Tensor, is_text
from kerax.jax_compat import is_tracer
from kerax.state.trace_failures import UnknownSizeError


@op
def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: Any = None,
    batch_dims: Any = 0,
    name: str | None = None,
) -> Any:
    """Slices at indices along an axis.

    Raises:
      InvalidArgumentError: for an index that is out of range, where the numbers are known.
    """
    if is_composite(params) or is_composite(indices):
        from kerax.compat.tensorflow._ragged_ops import gather as gather_ragged

        return gather_ragged(params, indices, integer(batch_dims))
    x, index = tensor(params), tensor(indices)
    check("GatherV2", index.dtype)
    batches = integer(batch_dims, "batch_dims")
    place = integer(axis, "axis") if axis is not None else batches
    place = place + x._value.ndim if place < 0 else place
    batches = batches + index._value.ndim if batches < 0 else batches
    _in_range(index, x._value.shape[place], "GatherV2")
    if is_text(x._value) and is_tracer(index._value):
        raise UnknownSizeError(
            "tf.gather: texts are on the host, and which of them is known only when the program runs."
        )
    both = isinstance(x._value, np.ndarray) and isinstance(index._value, np.ndarray) and not batches
    if both or is_text(x._value):
        return Tensor(_on_host(x._value, np.asarray(index._value), place, batches), x._label)
    found = _rows(x.array, index.array, axis=place, batches=batches)
    return out(found, label_of(x))


def _on_host(x: np.ndarray, index: np.ndarray, axis: int, batches: int) -> np.ndarray:
    if not batches:
        return np.asarray(np.take(x, index, axis), x.dtype)
    return np.stack([_on_host(a, i, axis - 1, batches - 1) for a, i in zip(x, index, strict=True)])


def _gather(x: Any, index: Any, axis: int, batches: int) -> Any:
    if batches:
        return jax.vmap(lambda a, i: _gather(a, i, axis - 1, batches - 1))(x, index)
    return jnp.take(x, index, axis, mode="clip")


_rows = quick(_gather, "axis", "batches")


def _in_range(index: Tensor, size: Any, name: str) -> None:
    if is_tracer(index._value) or not isinstance(size, int) or not index._value.size:
        return
    numbers = np.asarray(index._value)
    if numbers.min() < 0 or numbers.max() >= size:
        place = np.argwhere((numbers < 0) | (numbers >= size))[0]
        at = f"[{','.join(map(str, place))}]" if place.size else ""
        raise errors.InvalidArgumentError(
            None, None, f"indices{at} = {numbers[tuple(place)]} is not in [0, {size}) [Op:{name}]"
        )


def _inside(index: Tensor, shape: tuple, name: str) -> None:
    """Raises InvalidArgumentError for places outside of a shape, where they are known."""
    if is_tracer(index._value) or not index._value.size or not all(isinstance(size, int) for size in shape):
        return
    places = np.asarray(index._value).reshape(-1, index._value.shape[-1])
    wrong = ((places < 0) | (places >= shape[: places.shape[1]])).any(1)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise errors.InvalidArgumentError(
            None,
            None,
            f"indices[{first}] = {places[first].tolist()} does not index into shape {list(shape)} [Op:{name}]",
        )


@op
def gather_nd(params: Any, indices: Any, batch_dims: Any = 0, name: str | None = None) -> Any:
    """Elements or slices at places; the last axis of ``indices`` is a place."""
    if is_composite(params):
        from kerax.compat.tensorflow._ragged_more import gather_nd as gather_ragged

        return gather_ragged(params, indices)
    x, index = tensor(params), tensor(indices)
    check("GatherNd", index.dtype)
    batches = integer(batch_dims, "batch_dims")
    if isinstance(x._value, np.ndarray) and x._value.dtype.kind == "O" and not batches:
        return Tensor(np.asarray(x._value[tuple(np.moveaxis(known(index), -1, 0))], object))

    if not batches:
        _inside(index, x._value.shape, "GatherNd")

    def pick(a: Any, i: Any) -> Any:
        return a[tuple(jnp.moveaxis(i, -1, 0))]

    for _ in range(batches):
        pick = jax.vmap(pick)
    return out(pick(x.array, index.array), label_of(x))


def _scattered(name: str, how: str) -> Any:
    def run(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Any:
        from kerax.compat.tensorflow._core import tensor as as_tensor

        x, at = as_tensor(tensor), as_tensor(indices)
        values = as_tensor(updates, hint=x.dtype)
        if values.dtype != x.dtype:
            raise errors.WrongTypeError(
                None,
                None,
                f"updates of {values.dtype.short} cannot be placed in a {x.dtype.short} tensor: use tf.cast.",
            )
        _inside(at, x._value.shape, "TensorScatter")
        if how != "set":
            check("TensorScatterAdd", x.dtype)
        if is_text(x._value) and x._label is None:
            texts = x._value.copy()
            texts[tuple(np.moveaxis(known(at), -1, 0))] = values._value
            return Tensor(texts)
        index = at.array
        places = tuple(jnp.moveaxis(index, -1, 0))
        return out(getattr(x.array.at[places], how)(values.array), label_of(x))

    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"``tf.{name}``: a tensor with elements at some places changed."
    return op(run)


tensor_scatter_nd_update = _scattered("tensor_scatter_nd_update", "set")
tensor_scatter_nd_add = _scattered("tensor_scatter_nd_add", "add")
tensor_scatter_nd_sub = _scattered("tensor_scatter_nd_sub", "subtract")
tensor_scatter_nd_max = _scattered("tensor_scatter_nd_max", "max")
tensor_scatter_nd_min = _scattered("tensor_scatter_nd_min", "min")


@op
def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Any:
    """Zeros with values added at places."""
    values = tensor(updates)
    _inside(tensor(indices), ints(shape), "ScatterNd")
    if is_text(values._value) and values._label is None:
        texts = np.full(ints(shape), b"", object)
        np.add.at(texts, tuple(np.moveaxis(known(indices), -1, 0)), values._value)
        return Tensor(texts)
    start = jnp.zeros(ints(shape), values.array.dtype)
    if values.dtype.is_bool:
        return Tensor(start.at[tuple(jnp.moveaxis(array(indices), -1, 0))].max(values.array))
    return out(start.at[tuple(jnp.moveaxis(array(indices), -1, 0))].add(values.array), label_of(values))


@op
def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """``x`` where a condition holds and ``y`` elsewhere; without both, the places where it holds.

    Raises:
      ValueError: without both inside tf.function, where their number is not known.
    """
    if x is None and y is None and is_composite(condition):
        from kerax.compat.tensorflow._ragged_more import where as places_of

        return places_of(condition)
    if any(is_composite(one) for one in (condition, x, y)):
        from kerax.compat.tensorflow._ragged_ops import elementwise

        return elementwise(where, condition, x, y)
    test = tensor(condition)
    if x is None and y is None:
        if is_tracer(test._value):
            raise UnknownSizeError(
                "tf.where(condition) without x and y has a size that depends on numbers, which XLA cannot compile "
                "inside "
                "tf.function: use tf.where(condition, x, y) or call it outside."
            )
        if not test._value.ndim or is_text(test._value):
            raise errors.InvalidArgumentError(None, None, "tf.where takes numbers with at least one axis [Op:Where]")
        return Tensor(np.argwhere(np.asarray(test._value)).astype(np.int64))
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    a, b = pair(x, y, "SelectV2")
    if not is_tensor_like(condition) and isinstance(condition, (int, list, tuple)) and not test.dtype.is_bool:
        raise TypeError(f"Cannot convert {condition!r} to EagerTensor of dtype bool")
    if a.dtype.name == "string":
        return Tensor(np.where(np.asarray(test._value), a._value, b._value))
    return out(_chosen(test.array, a.operand, b.operand), label_of(a))


_chosen = quick(lambda test, a, b: jnp.where(test.astype(bool), a, b))


@op
def boolean_mask(tensor: Any, mask: Any, axis: Any = None, name: str = "boolean_mask") -> Any:
    """The elements where a mask holds."""
    from kerax.compat.tensorflow._core import tensor as as_tensor

    x, holds = as_tensor(tensor), as_tensor(mask)
    if is_tracer(holds._value):
        raise UnknownSizeError(
            "tf.boolean_mask has a size that depends on numbers, which XLA cannot compile inside tf.function: "
            "multiply by "
            "the mask or use tf.where."
        )
    if not holds._value.ndim:
        raise ValueError("mask cannot be scalar.")
    place = 0 if axis is None else integer(axis, "axis")
    if not 0 <= place <= x._value.ndim - holds._value.ndim or any(
        type(a) is int and a != b for a, b in zip(x._value.shape[place:], holds._value.shape)
    ):
        raise ValueError(f"Shapes {x.shape} and {holds.shape} are incompatible: a mask from axis {place}")
    key = (slice(None),) * place + (np.asarray(holds._value).astype(bool),)
    if isinstance(x._value, np.ndarray):
        return Tensor(x._value[key], x._label)
    return out(x.array[key], label_of(x))


@op
def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """A new axis with one value at an index and another everywhere else."""
    if is_composite(indices):
        return indices.with_flat_values(one_hot(indices.flat_values, depth, on_value, off_value, axis, dtype))
    given_index = tensor(indices, hint=int32)
    check("OneHot", given_index.dtype)
    if integer(depth, "depth") < 0:
        raise errors.InvalidArgumentError(None, None, f"depth must be non-negative, got: {depth} [Op:OneHot]")
    typed = next((one for one in (on_value, off_value) if is_tensor_like(one)), None)
    if dtype is not None:
        kind = as_dtype(dtype)
    elif typed is not None:
        kind = tensor(typed).dtype
    else:
        given = on_value if on_value is not None else off_value
        kind = as_dtype("float32") if given is None else tensor(given).dtype
    if on_value is None or off_value is None:
        check("Fill1", kind)
    on = tensor(1 if on_value is None else on_value, hint=kind)
    off = tensor(0 if off_value is None else off_value, hint=kind)
    if on.dtype != off.dtype or on.dtype.is_bool != kind.is_bool:
        raise TypeError(
            f"tf.one_hot: on_value is of {on.dtype.name}, off_value of {off.dtype.name}, dtype is {kind.name}: "
            "they must be one type."
        )
    place = -1 if axis is None else integer(axis, "axis")
    if isinstance(given_index._value, np.ndarray) and isinstance(on._value, np.ndarray) and not kind.is_bool:
        rows = np.equal(
            np.expand_dims(given_index._value, place), _along(integer(depth, "depth"), place, given_index.ndim)
        )
        return Tensor(np.where(rows, on._value, off._value).astype(kind.dtype))
    hot = jax.nn.one_hot(given_index.array, integer(depth, "depth"), axis=place, dtype=bool)
    if kind.is_bool:
        return Tensor(jnp.where(hot, on.array, off.array))
    narrow = jax.dtypes.canonicalize_dtype(kind.dtype)
    return out(jnp.where(hot, on.array.astype(narrow), off.array.astype(narrow)), None, kind)


def _along(size: int, axis: int, rank: int) -> np.ndarray:
    """0, 1, ... along one axis of an array of so many axes and one more."""
    shape = [1] * (rank + 1)
    shape[axis] = size
    return np.arange(size).reshape(shape)


@op
def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = "bool", name: str | None = None) -> Any:
    """True for the first so many elements of each row."""
    given = tensor(lengths)
    if is_text(given._value):
        raise errors.UnimplementedError(None, None, "Cast string to int32 is not supported [Op:Cast]")
    if maxlen is not None and integer(maxlen, "maxlen") < 0:
        raise errors.InvalidArgumentError(None, None, f"Requires start <= limit: 0/{maxlen} [Op:Range]")
    count = given.array
    width = integer(maxlen, "maxlen") if maxlen is not None else int(np.max(known(lengths), initial=0))
    return out(jnp.arange(width) < count[..., None], None, dtype)


@op
def sort(values: Any, axis: Any = -1, direction: str = "ASCENDING", name: str | None = None) -> Any:
    """Sorted along an axis."""
    x = tensor(values)
    check("TopKV2", x.dtype)
    place = integer(axis, "axis")
    return out(jnp.sort(x.array, place, descending=_descending(direction)), label_of(x))


@op
def argsort(
    values: Any, axis: Any = -1, direction: str = "ASCENDING", stable: bool = False, name: str | None = None
) -> Any:
    """The indices that sort along an axis."""
    place = integer(axis, "axis")
    x = tensor(values)
    check("TopKV2", x.dtype)
    return Tensor(jnp.argsort(x.array, place, descending=_descending(direction)).astype("int32"))


def _descending(direction: str) -> bool:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"Argument `direction` should be one of 'ASCENDING' or 'DESCENDING', received {direction!r}")
    return direction == "DESCENDING"


@op
def top_k(input: Any, k: Any = 1, sorted: bool = True, index_type: Any = int32, name: str | None = None) -> Any:
    """The largest elements along the last axis, and where they are."""
    x = tensor(input)
    check("TopKV2", x.dtype)
    values, index = jax.lax.top_k(x.array, integer(k, "k"))
    return TopK(out(values, label_of(x)), out(index, None, index_type))


class TopK(NamedTuple):
    """What ``top_k`` returns: values and indices."""

    values: Any
    indices: Any


TopK.__name__ = "TopKV2"


class Unique(NamedTuple):
    """What ``unique`` returns: the elements, and where each is."""

    y: Any
    idx: Any


class UniqueWithCounts(NamedTuple):
    """What ``unique_with_counts`` returns: the elements, where each is, and how often it occurs."""

    y: Any
    idx: Any
    count: Any  # type: ignore[assignment]


def _unique(x: Any, out_idx: Any) -> tuple:
    made = tensor(x)
    if made._value.ndim != 1:
        raise errors.InvalidArgumentError(None, None, f"unique expects a 1D vector, received shape {made.shape}.")
    if is_tracer(made._value):
        raise ValueError("tf.unique has a size that depends on numbers, which XLA cannot compile inside tf.function.")
    host = np.asarray(made.numpy()) if not isinstance(made._value, np.ndarray) else made._value
    found, first, back, count = np.unique(
        host, return_index=True, return_inverse=True, return_counts=True, equal_nan=False
    )
    order = np.argsort(first, kind="stable")  # TensorFlow keeps the order of first occurrence
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    kind = as_dtype(out_idx).dtype
    index = place[back.reshape(host.shape)].astype(kind)
    return Tensor(found[order], made._label), Tensor(index), Tensor(count[order].astype(kind))


@op
def unique(x: Any, out_idx: Any = int32, name: str | None = None) -> Any:
    """Distinct elements in the order of their first occurrence, and for every element which it is."""
    return Unique(*_unique(x, out_idx)[:2])


@op
def unique_with_counts(x: Any, out_idx: Any = int32, name: str | None = None) -> Any:
    """As ``unique``, with how often each occurs."""
    return UniqueWithCounts(*_unique(x, out_idx))


@op
def searchsorted(
    sorted_sequence: Any, values: Any, side: str = "left", out_type: Any = int32, name: str | None = None
) -> Any:
    """Where values would be inserted into sorted rows."""
    one, two = pair(sorted_sequence, values, "LowerBound")
    if not two._value.ndim:
        raise errors.InvalidArgumentError(None, None, "values has no axis: they come in rows [Op:LowerBound]")
    rows, wanted = one.array, two.array

    def find(a: Any, v: Any) -> Any:
        return jnp.searchsorted(a, v, side=side)

    for _ in range(rows.ndim - 1):
        find = jax.vmap(find)
    return out(find(rows, wanted), None, out_type)


@op
def invert_permutation(x: Any, name: str | None = None) -> Any:
    """The permutation that undoes one."""
    x = tensor(x, hint=int32)
    if not is_tracer(x._value) and sorted(np.asarray(x._value)) != list(range(x._value.size)):
        raise errors.InvalidArgumentError(None, None, f"{x!r} is no permutation [Op:InvertPermutation]")
    return out(jnp.argsort(x.array).astype(x.array.dtype), label_of(x))


@op
def bucketize(input: Any, boundaries: Any, name: str | None = None) -> Any:
    """Which interval between boundaries each element is in."""
    return Tensor(jnp.searchsorted(jnp.asarray(boundaries), array(input), side="right").astype("int32"))


@op
def dynamic_partition(data: Any, partitions: Any, num_partitions: int, name: str | None = None) -> Any:
    """The elements of each part, as a list."""
    if is_composite(data):
        chosen = known(partitions)
        return [gather(data, np.flatnonzero(chosen == i)) for i in range(num_partitions)]
    x, parts = tensor(data), known(partitions)
    if parts.size and not 0 <= parts.min() <= parts.max() < num_partitions:
        raise errors.InvalidArgumentError(
            None, None, f"partitions = {parts.tolist()} is not in [0, {num_partitions}) [Op:DynamicPartition]"
        )
    value = x._value if isinstance(x._value, np.ndarray) else x.array
    return [
        out(value[parts == i], label_of(x))
        if not isinstance(value, np.ndarray)
        else Tensor(value[parts == i], x._label)
        for i in range(num_partitions)
    ]


@op
def dynamic_stitch(indices: Any, data: Any, name: str | None = None) -> Any:
    """Rows from several tensors, each at its index."""
    places = [known(tensor(one, hint=int32)) for one in indices]
    size = max(int(p.max(initial=-1)) for p in places) + 1
    parts = [tensor(one) for one in data]
    shape = parts[0]._value.shape[places[0].ndim :]
    result = jnp.zeros((size, *shape), parts[0].array.dtype)
    for place, part in zip(places, parts):
        result = result.at[place.reshape(-1)].set(part.array.reshape((-1, *shape)))
    return out(result, label_of(parts[0]))


@op
def histogram_fixed_width(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = int32, name: str | None = None
) -> Any:
    """How many values fall into each of so many bins of one width; what is outside counts in the outer ones."""
    index = histogram_fixed_width_bins(values, value_range, nbins)
    return out(jnp.bincount(array(index).reshape(-1), length=integer(nbins)), None, dtype)


@op
def histogram_fixed_width_bins(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = int32, name: str | None = None
) -> Any:
    """Which bin each value falls into."""
    x = tensor(values)
    ends = tensor(value_range, hint=x.dtype)
    low, high = ends.array
    if not is_tracer(ends._value) and not np.less(*np.asarray(ends._value)):
        raise errors.InvalidArgumentError(
            None, None, f"value_range should satisfy value_range[0] < value_range[1], but got [{low}, {high}]"
        )
    scaled = (x.array - low) / (high - low) * integer(nbins)
    return out(jnp.clip(jnp.floor(scaled), 0, integer(nbins) - 1).astype("int32"), None, dtype)
