"""What functions of the namespace do with ragged tensors, and ``tf.ragged``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import is_composite
from kerax.compat.tensorflow._core import integer, ints, tensor
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._dtypes import DType, as_dtype
from kerax.compat.tensorflow._ragged import RaggedTensor, _host
from kerax.compat.tensorflow._tensor import Tensor, convert
from kerax.data.ragged import RaggedTensor as Plain
from kerax.data.ragged import join_rows


def elementwise(function: Callable, *values: Any, **kwargs: Any) -> Any:
    """A function of the innermost values; other operands have one value, or one for each row."""
    if any(is_composite(one) and not isinstance(one, RaggedTensor) for one in values):
        from kerax.compat.tensorflow._sparse import elementwise as on_sparse

        return on_sparse(function, *values, **kwargs)
    like = next(one for one in values if isinstance(one, RaggedTensor))

    def flat(value: Any) -> Any:
        if isinstance(value, RaggedTensor):
            return value.flat_values
        made = tensor(value, hint=like.dtype)
        inner = like.flat_values.ndim - 1  # how many axes of one size there are inside
        outer = made.ndim - inner
        if outer > 0 and all(size == 1 for size in made.shape[:outer]):
            return Tensor(made._value.reshape(made._value.shape[outer:]), made._label)
        if made.ndim < 2 or outer < 1:
            return made
        host = np.asarray(made.numpy())
        if host.shape[1] == 1:  # one value for each row
            return Tensor(np.repeat(host[:, 0], like._plain.row_lengths(), axis=0))
        lengths = like._plain.row_lengths()
        if len(host) not in (1, len(lengths)) or (lengths != host.shape[1]).any():
            raise errors.InvalidArgumentError(
                None, None, f"A tensor of shape {made.shape} does not fit rows of lengths {lengths.tolist()}"
            )
        rows = [row[:n] for row, n in zip(np.broadcast_to(host, (len(lengths), host.shape[1])), lengths)]
        return Tensor(np.concatenate(rows))

    ragged = [one for one in values if isinstance(one, RaggedTensor)]
    if any(not np.array_equal(one._plain.row_splits, like._plain.row_splits) for one in ragged):
        raise errors.InvalidArgumentError(None, None, "The rows of ragged operands must have the same lengths.")
    return like.with_flat_values(function(*[flat(one) for one in values], **kwargs))


def within(axis: Any, rank: int) -> int:
    """The number of an axis, counted from the first.

    Raises:
      ValueError: if there is no such axis.
    """
    place = integer(axis, "axis")
    if not -rank <= place < rank:
        raise ValueError(f"axis={place} out of bounds: expected {-rank}<=axis<{rank}")
    return place % rank


def reduce(name: str, ragged: RaggedTensor, axis: Any, keepdims: bool) -> Any:
    """Sums and the like of rows, or of everything."""
    from kerax.compat.tensorflow import _reducing

    function = getattr(_reducing, name)
    if axis is not None and np.ndim(getattr(axis, "_value", axis)):
        places = sorted({place % len(ragged.shape) for place in ints(axis, "axis")}, reverse=True)
        found: Any = ragged
        for place in places:  # from the innermost
            found = reduce(name, found, place, keepdims) if is_composite(found) else function(found, place, keepdims)
        return found
    if axis is not None:
        axis = within(axis, ragged.ndim) if isinstance(ragged, RaggedTensor) else axis
    if keepdims and axis is not None and isinstance(ragged, RaggedTensor) and integer(axis) % ragged.ndim < 2:
        from kerax.compat.tensorflow._creating import expand_dims as expand

        place = integer(axis) % ragged.ndim
        return expand(reduce(name, ragged, place, False), place)
    if name == "reduce_mean" and isinstance(ragged, RaggedTensor) and ragged.dtype.is_integer and axis is not None:
        total, count = reduce("reduce_sum", ragged, axis, keepdims), ragged.with_flat_values(ragged.flat_values * 0 + 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return Tensor(np.divide(total.numpy(), reduce("reduce_sum", count, axis, keepdims).numpy(), dtype=float))
    if not isinstance(ragged, RaggedTensor):
        return function(Tensor(ragged._plain.to_dense()), axis, keepdims)
    if axis is None:
        return function(ragged.flat_values)
    place = integer(axis) % ragged.ndim
    if place == 1:
        rows = [_lowest(name, row) if not len(row) else function(row, 0) for row in ragged]
        from kerax.compat.tensorflow._joining import stack as stack_tensors

        if rows and (isinstance(rows[0], RaggedTensor) or len({tuple(row.shape) for row in rows}) > 1):
            return stack_rows(rows)
        return stack_tensors(rows)
    if place == 0:
        dense, mask = ragged.to_tensor().numpy(), _mask(ragged)
        columns = [function(Tensor(dense[:, i][mask[:, i]])) for i in range(dense.shape[1])]
        from kerax.compat.tensorflow._joining import stack as stack_tensors

        return stack_tensors(columns)
    return ragged.with_values(function(ragged.values, place - 1, keepdims))


def _lowest(name: str, row: Any) -> Any:
    """What is computed of a row without elements: TensorFlow's extremes of none are the ends of the type."""
    from kerax.compat.tensorflow import _reducing

    if name in ("reduce_max", "reduce_min") and isinstance(row, Tensor) and row.dtype.is_floating:
        end = row.dtype.min if name == "reduce_max" else row.dtype.max
        return Tensor(np.full(tuple(row.shape)[1:], end, row.dtype.dtype))
    return getattr(_reducing, name)(row, 0)


def _mask(ragged: RaggedTensor) -> np.ndarray:
    lengths = ragged._plain.row_lengths()
    return np.arange(int(lengths.max(initial=0)))[None, :] < lengths[:, None]


def as_ragged(value: Any) -> Any:
    """Any value as a ragged tensor."""
    if isinstance(value, RaggedTensor):
        return value
    array = _host(value)
    return RaggedTensor.from_tensor(array) if array.ndim > 1 else Tensor(array)


def concat(values: Any, axis: int) -> Any:
    """Ragged tensors one behind the other, or their rows side by side."""
    if not any(isinstance(one, RaggedTensor) for one in values):
        from kerax.compat.tensorflow._sparse import concat as concat_sparse

        return concat_sparse(axis, values)
    like = next(one.dtype for one in values if isinstance(one, RaggedTensor))
    parts = [as_ragged(one if isinstance(one, RaggedTensor) else tensor(one, hint=like)) for one in values]
    place = within(axis, parts[0].ndim)
    if place == 0:
        return RaggedTensor(join_rows([part._plain for part in parts]))
    if len({len(part) for part in parts if isinstance(part, RaggedTensor)}) > 1:
        raise errors.InvalidArgumentError(None, None, "Input tensors have different numbers of rows.")
    if place == 1:
        rows = []
        for several in zip(*parts):
            if isinstance(several[0], RaggedTensor):
                rows.append(concat(list(several), 0))
            else:
                rows.append(Tensor(np.concatenate([np.asarray(one.numpy()) for one in several])))
        return stack_rows(rows, parts[0])
    return parts[0].with_values(concat([part.values for part in parts], place - 1))


def tile(ragged: Any, times: tuple) -> Any:
    """A ragged tensor repeated so many times along each axis."""
    found = ragged
    for axis, count in enumerate(times):
        if count != 1:
            found = concat([found] * count, axis)
    return found


def stack(values: Any, axis: int = 0, name: Any = None) -> Any:
    """Ragged tensors along a new axis."""
    parts = list(values) if isinstance(values, (list, tuple)) else [values]
    if not parts:
        raise ValueError("rt_inputs may not be empty.")
    sizes = _tensor_or_ragged(parts[0]).shape
    axis = within(axis, len(sizes) + 1)
    if not len(sizes):
        from kerax.compat.tensorflow._joining import stack as stack_tensors

        return stack_tensors(parts)
    if axis == 0:
        return stack_rows(parts)
    ragged = [as_ragged(_tensor_or_ragged(part)) for part in parts]
    counts = [len(one) for one in ragged]
    if len(set(counts)) > 1:
        raise errors.InvalidArgumentError(None, None, f"ragged.stack(axis={axis}): numbers of rows differ: {counts}")
    return stack_rows([stack(list(several), axis - 1) for several in zip(*ragged, strict=True)])


def _tensor_or_ragged(value: Any) -> Any:
    return value if isinstance(value, RaggedTensor) else tensor(value)


def stack_rows(rows: list, like: RaggedTensor | None = None) -> Any:
    """Tensors that differ in their first size as the rows of one ragged tensor."""
    if not rows:
        return like
    plain = [_host(row) for row in rows]
    if isinstance(plain[0], np.ndarray) and any(isinstance(one, Plain) for one in plain):
        plain = [one if isinstance(one, Plain) else Plain.uniform(one, 1) for one in plain]
    return RaggedTensor(Plain.stack(plain))


def expand_dims(ragged: Any, axis: int) -> Any:
    """A new axis of size 1."""
    place = within(axis, ragged.ndim + 1)
    if place == 0:
        return RaggedTensor.from_row_splits(ragged, [0, len(ragged)])
    if place == 1:
        return RaggedTensor(Plain(ragged._plain, np.arange(len(ragged) + 1, dtype=np.int64)))
    from kerax.compat.tensorflow._creating import expand_dims as expand

    return ragged.with_values(expand(ragged.values, place - 1))


def gather(params: Any, indices: Any, batch_dims: int = 0) -> Any:
    """Rows at indices, either of them ragged; of each batch with ``batch_dims``."""
    if batch_dims:
        from kerax.compat.tensorflow._gather import gather as plain_gather
        from kerax.compat.tensorflow._joining import stack as stack_tensors

        both = zip(params, indices if isinstance(indices, RaggedTensor) else tensor(indices))
        picked = [plain_gather(a, b, batch_dims=batch_dims - 1) for a, b in both]
        alike = len({tuple(one.shape) for one in picked}) == 1 and not isinstance(picked[0], RaggedTensor)
        return stack_tensors(picked) if alike else stack_rows(picked, params)
    if isinstance(indices, RaggedTensor):
        from kerax.compat.tensorflow._gather import gather as plain_gather

        return indices.with_flat_values(plain_gather(params, indices.flat_values))
    order = known(indices)
    if order.ndim == 0:
        return params[int(order)]
    rows = RaggedTensor(params._plain.take(order.reshape(-1)))
    for size in order.shape[:0:-1]:
        rows = RaggedTensor.from_uniform_row_length(rows, size)
    return rows


def map_rows(fn: Callable, ragged: Any) -> Any:
    """A function of each row."""
    results = [fn(row) for row in ragged]
    if isinstance(results[0], RaggedTensor) or len({tuple(tensor(one)._value.shape) for one in results}) > 1:
        return stack_rows(results)
    from kerax.compat.tensorflow._joining import stack as stack_tensors

    return stack_tensors(results)


# ---- tf.ragged ------------------------------------------------------------------------------------------------------
def constant(
    pylist: Any,
    dtype: Any = None,
    ragged_rank: int | None = None,
    inner_shape: Any = None,
    name: Any = None,
    row_splits_dtype: Any = None,
) -> Any:
    """A ragged tensor of nested lists.

    Raises:
      ValueError: if lists are not nested equally deep.
    """
    depth = _depth(pylist)
    rank = ragged_rank
    if rank is None:
        inner = len(ints(inner_shape)) if inner_shape is not None else 0
        rank = max(depth - 1 - inner, 0)
    if rank > 0 and rank >= depth and not _empty(pylist):
        raise ValueError(f"pylist has scalar values depth {depth}, but ragged_rank={rank} requires one greater")
    if rank == 0:
        return convert(np.asarray(pylist, np.float32) if isinstance(pylist, list) and not pylist else pylist, dtype)
    _check_depth(pylist, depth)
    try:
        made = Plain.constant(pylist, None, rank)
    except TypeError as error:
        raise ValueError(f"Can't convert Python sequence with mixed types to Tensor: {error}") from None
    ragged = RaggedTensor(made)
    if dtype is not None:
        ragged = ragged.with_flat_values(Tensor(_typed(made.flat_values, as_dtype(dtype))))
    elif made.flat_values.dtype.kind == "f" and not _has_numpy(pylist):
        ragged = ragged.with_flat_values(Tensor(made.flat_values.astype(np.float32)))
    elif made.flat_values.dtype == np.int64 and made.flat_values.size and np.abs(made.flat_values).max() < 2**31:
        ragged = ragged.with_flat_values(Tensor(made.flat_values.astype(np.int32)))
    return ragged if row_splits_dtype is None else ragged.with_row_splits_dtype(row_splits_dtype)


def _empty(tree: Any) -> bool:
    return isinstance(tree, (list, tuple)) and all(_empty(one) for one in tree)


def _typed(values: np.ndarray, kind: DType) -> np.ndarray:
    if values.dtype.kind == "f" and kind.is_integer and values.size:
        raise TypeError(f"Cannot convert {values.tolist()} to EagerTensor of dtype {kind.name}")
    return (
        values
        if kind.name == "string" and values.dtype.kind == "O"
        else values.astype(kind.dtype if kind.name != "string" else object)
    )


def _has_numpy(tree: Any) -> bool:
    return isinstance(tree, (np.ndarray, np.generic)) or (
        isinstance(tree, (list, tuple)) and any(_has_numpy(one) for one in tree[:1])
    )


def _depth(tree: Any) -> int:
    if isinstance(tree, (list, tuple)):
        return 1 + max((_depth(one) for one in tree), default=0)
    return np.ndim(tree)


def _check_depth(tree: Any, depth: int) -> None:
    if not isinstance(tree, (list, tuple)):
        if depth - np.ndim(tree):
            raise ValueError("all scalar values must have the same nesting depth")
        return
    for one in tree:
        if not (isinstance(one, (list, tuple)) and not one):
            _check_depth(one, depth - 1)


def ragged_range(
    starts: Any, limits: Any = None, deltas: Any = 1, dtype: Any = None, name: Any = None, row_splits_dtype: Any = None
) -> Any:
    """A row of numbers for each pair of limits."""
    if limits is None:
        starts, limits = 0, starts
    given = [known(starts), known(limits), known(deltas)]
    if len({one.shape for one in given} - {()}) > 1:
        raise errors.InvalidArgumentError(None, None, "starts, limits, and deltas must have the same shape")
    if not given[2].all():
        raise errors.InvalidArgumentError(None, None, "Requires delta != 0")
    a, b, step = np.broadcast_arrays(*given)
    rows = [np.arange(x, y, z) for x, y, z in zip(np.atleast_1d(a), np.atleast_1d(b), np.atleast_1d(step))]
    widest = max((one.dtype.name for one in given), key="int32 int64 float32 float64".find)
    kind = as_dtype(dtype).dtype if dtype is not None else widest
    made = RaggedTensor.from_row_lengths(
        np.concatenate([np.zeros(0, kind), *rows]).astype(kind), np.array([len(row) for row in rows], np.int64)
    )
    return made if row_splits_dtype is None else made.with_row_splits_dtype(row_splits_dtype)


def map_flat_values(op: Callable, *args: Any, **kwargs: Any) -> Any:
    """A function of the innermost values of ragged tensors, which must have the same rows."""
    like = next(one for one in [*args, *kwargs.values()] if isinstance(one, RaggedTensor))

    def flat(value: Any) -> Any:
        return value.flat_values if isinstance(value, RaggedTensor) else value

    return like.with_flat_values(op(*[flat(one) for one in args], **{key: flat(one) for key, one in kwargs.items()}))


def boolean_mask(data: Any, mask: Any, name: Any = None) -> Any:
    """The elements where a mask holds, rows kept apart."""
    rows, masks = as_ragged(data), as_ragged(mask)
    if isinstance(rows, Tensor):
        return Tensor(rows.numpy()[masks.numpy()])
    if isinstance(masks, Tensor):
        return gather(rows, np.flatnonzero(masks.numpy()))
    picked = [np.asarray(row.numpy())[np.asarray(keep.numpy())] for row, keep in zip(rows, masks)]
    return stack_rows([Tensor(one) for one in picked], rows)


def row_splits_to_segment_ids(splits: Any, name: Any = None, out_type: Any = None) -> Tensor:
    """The number of the row of each value."""
    ends = known(splits)
    kind = as_dtype(out_type or "int64").dtype
    return Tensor(np.repeat(np.arange(len(ends) - 1, dtype=kind), np.diff(ends)))


def segment_ids_to_row_splits(
    segment_ids: Any, num_segments: Any = None, out_type: Any = None, name: Any = None
) -> Tensor:
    """Where each row begins."""
    rows = known(segment_ids)
    count = integer(num_segments) if num_segments is not None else int(rows.max(initial=-1)) + 1
    return Tensor(np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))]).astype(np.int64))
