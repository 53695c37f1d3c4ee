"""Sums, means, extremes and the like along axes; running sums; sums of segments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import is_composite
from kerax.compat.tensorflow._core import array, axes, host_result, integer, label_of, on_host, op, out, tensor
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._dtypes import as_dtype, float32, int32, int64
from kerax.compat.tensorflow._kinds import check
from kerax.compat.tensorflow._tensor import Tensor, convert, is_text
from kerax.jax_compat import is_tracer

_TITLES = {"reduce_euclidean_norm": "EuclideanNorm"}


def _reduction(name: str, function: Callable, kind: str = "any", on_numpy: Callable | None = None) -> Any:
    def run(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Any:
        if is_composite(input_tensor):
            from kerax.compat.tensorflow._ragged_ops import reduce as reduce_ragged

            return reduce_ragged(public, input_tensor, axis, keepdims)
        if kind == "bool" and isinstance(input_tensor, list) and not input_tensor:
            input_tensor = np.zeros(0, bool)
        x = tensor(
            input_tensor, "bool" if kind == "bool" and isinstance(input_tensor, (list, tuple, np.ndarray)) else None
        )
        places = axes(axis)
        _check_axes(places, x)
        if kind == "bool" and not x.dtype.is_bool:
            raise errors.InvalidArgumentError(
                None, None, f"tf.{public} takes a bool tensor, received a {x.dtype.short} tensor."
            )
        if kind == "float" and not (x.dtype.is_floating or x.dtype.is_complex):
            raise errors.WrongTypeError(
                None, None, f"Input must be either real or complex. Received integer type <dtype: '{x.dtype.name}'>."
            )
        check(title, x.dtype)
        if on_numpy is not None and on_host(x) and x._label is None:
            return host_result(on_numpy(x._value, axis=places, keepdims=keepdims).astype(x._value.dtype), None)
        result = function(x.array, axis=places, keepdims=keepdims)
        if kind == "float" and x.dtype.is_complex and not jnp.iscomplexobj(result):
            return out(result, None, x.dtype.real_dtype)
        return out(result.astype(x.array.dtype) if kind in ("any", "mean") else result, label_of(x))

    public, title = name, _TITLES.get(name) or name.removeprefix("reduce_").title()
    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"``tf.{name}`` along axes, all of them by default."
    return op(run)


def _check_axes(places: Any, x: Tensor) -> None:
    rank = x._value.ndim
    for place in (places,) if isinstance(places, int) else (places or ()):
        if not -rank <= place < rank:
            raise errors.InvalidArgumentError(
                None, None, f"Invalid reduction dimension ({place} for input with {rank} dimension(s)"
            )


def _mean(x: Any, axis: Any, keepdims: bool) -> Any:
    if jnp.issubdtype(x.dtype, jnp.integer):  # a whole number again, cut off towards zero
        wide = x.astype("uint32" if x.dtype.kind == "u" else "int32")
        total = jnp.sum(wide, axis=axis, keepdims=keepdims, dtype=wide.dtype)
        if not x.size:
            return total.astype(x.dtype)
        return jax.lax.div(total, jnp.full(total.shape, x.size // max(total.size, 1), wide.dtype)).astype(x.dtype)
    return jnp.mean(x, axis=axis, keepdims=keepdims)


def _logsumexp(x: Any, axis: Any, keepdims: bool) -> Any:
    return jax.scipy.special.logsumexp(x, axis=axis, keepdims=keepdims)


def _norm(x: Any, axis: Any, keepdims: bool) -> Any:
    return jnp.sqrt(jnp.sum(jnp.square(jnp.abs(x)), axis=axis, keepdims=keepdims))


reduce_sum = _reduction("reduce_sum", jnp.sum, "any", np.sum)
reduce_mean = _reduction("reduce_mean", _mean, "mean")


def _extreme_of(function: Callable, least: bool) -> Callable:
    """The largest or smallest element; of none at all the end of the type."""

    def run(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        if x.size:
            return function(x, axis=axis, keepdims=keepdims)
        whole = np.issubdtype(x.dtype, np.integer)
        end = (np.iinfo(x.dtype).min if least else np.iinfo(x.dtype).max) if whole else (-np.inf if least else np.inf)
        return function(x, axis=axis, keepdims=keepdims, initial=end)

    return run


reduce_max = _reduction("reduce_max", _extreme_of(jnp.max, True), "any", _extreme_of(np.max, True))
reduce_min = _reduction("reduce_min", _extreme_of(jnp.min, False), "any", _extreme_of(np.min, False))
reduce_prod = _reduction("reduce_prod", jnp.prod, "any", np.prod)
reduce_all = _reduction("reduce_all", jnp.all, "bool")
reduce_any = _reduction("reduce_any", jnp.any, "bool")
reduce_std = _reduction("reduce_std", jnp.std, "float")
reduce_variance = _reduction("reduce_variance", jnp.var, "float")
reduce_logsumexp = _reduction("reduce_logsumexp", _logsumexp, "float")
reduce_euclidean_norm = _reduction("reduce_euclidean_norm", _norm, "any")


def _extreme(name: str, function: Callable, on_numpy: Callable, worst: float) -> Any:
    def run(input: Any, axis: Any = None, output_type: Any = int64, name: str | None = None) -> Any:
        x = tensor(input)
        place = 0 if axis is None else integer(axis, "axis")
        if as_dtype(output_type).name not in ("int16", "uint16", "int32", "int64"):
            raise errors.WrongTypeError(
                None, None, f"Value for attr 'output_type' of {as_dtype(output_type).short} is not in the list "
                "of allowed values: int16, uint16, int32, int64"
            )  # fmt: skip
        _check_axes(place, x)
        if isinstance(x._value, np.ndarray) and x._value.dtype.kind in "iu":
            return Tensor(np.asarray(on_numpy(x._value, place)).astype(as_dtype(output_type).dtype))
        values = x.array
        if x.dtype.is_floating:  # what is no number is never the largest or smallest
            values = jnp.where(jnp.isnan(values), worst, values)
        return out(function(values, axis=place), None, output_type)

    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"``tf.{name}``: the index along an axis, the first by default."
    return op(run)


argmax = _extreme("argmax", jnp.argmax, np.argmax, -np.inf)
argmin = _extreme("argmin", jnp.argmin, np.argmin, np.inf)


@op
def count_nonzero(
    input: Any, axis: Any = None, keepdims: Any = None, dtype: Any = int64, name: str | None = None
) -> Any:
    """How many elements are not zero, or not empty strings."""
    x = tensor(input)
    if isinstance(x._value, np.ndarray) and x._value.dtype.kind == "O":
        return Tensor(
            np.asarray((x._value != b"").sum(axis=axes(axis), keepdims=bool(keepdims))).astype(as_dtype(dtype).dtype)
        )
    return out(jnp.count_nonzero(x.array, axis=axes(axis), keepdims=bool(keepdims)), None, dtype)


def _running(name: str, function: Callable, start: int) -> Any:
    def run(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Any:
        x = tensor(x)
        check(title, x.dtype)
        place = integer(axis, "axis")
        values = jnp.flip(x.array, place) if reverse else x.array
        if exclusive and values.shape[place]:
            first = jnp.full_like(jax.lax.slice_in_dim(values, 0, 1, axis=place), start)
            values = jnp.concatenate(
                [first, jax.lax.slice_in_dim(values, 0, values.shape[place] - 1, axis=place)], place
            )
        found = function(values, place).astype(x.array.dtype)
        return out(jnp.flip(found, place) if reverse else found, label_of(x))

    run.__name__ = run.__qualname__ = name
    title = "CumulativeLogsumexp" if name == "cumulative_logsumexp" else "Cumsum"
    run.__doc__ = f"``tf.math.{name}``: along an axis, from the start or the end, with or without the element itself."
    return op(run)


def _cumulative_logsumexp(x: Any, axis: int) -> Any:
    return jax.lax.cumlogsumexp(x, axis=axis % x.ndim)


cumsum = _running("cumsum", jnp.cumsum, 0)
cumprod = _running("cumprod", jnp.cumprod, 1)
cumulative_logsumexp = _running("cumulative_logsumexp", _cumulative_logsumexp, -np.inf)  # type: ignore[arg-type]


def _whole(x: Tensor, axis: Any) -> np.ndarray:
    """Whole numbers to count; TensorFlow cuts off fractions where it counts all of them together."""
    if is_text(x._value):
        raise errors.UnimplementedError(None, None, "Cast string to int32 is not supported [Op:Cast]")
    if x.dtype.is_integer:
        check("DenseBincount", x.dtype)
        return known(x)
    return np.asarray(known(x)).real.astype(np.int64)


@op
def bincount(
    arr: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = int32,
    name: str | None = None,
    axis: Any = None,
    binary_output: bool = False,
) -> Any:
    """How often each whole number occurs, or the sum of its weights."""
    if is_composite(arr):
        from kerax.compat.tensorflow._sparse_more import bincount_rows

        return bincount_rows(arr, weights, minlength, maxlength, dtype, axis, binary_output)
    if as_dtype(dtype).name not in ("int32", "int64", "float32", "float64"):
        raise errors.WrongTypeError(None, None, f"Value for attr 'T' of {as_dtype(dtype).short} is not in the list of "
                                    "allowed values: int32, int64, float, double [Op:Bincount]")  # fmt: skip
    if axis not in (None, 0, -1):
        raise ValueError(f"Unsupported value for argument axis={axis}. Only 0 and -1 are currently supported.")
    numbers = _whole(tensor(arr, hint=int32), axis)
    if numbers.size and numbers.min() < 0:
        raise errors.InvalidArgumentError(None, None, f"Input arr must be non-negative, received {numbers.min()}")
    size = int(numbers.max(initial=-1)) + 1
    if minlength is not None:
        size = max(size, integer(minlength))
    if maxlength is not None:
        size = min(size, integer(maxlength))
    flat_weights = None if weights is None else known(weights)

    def count(row: np.ndarray, weight: Any) -> np.ndarray:
        inside = row < size
        found = np.bincount(row[inside], None if weight is None else weight[inside], size)[:size]
        return (found > 0) if binary_output else found

    kind = as_dtype(dtype).dtype if weights is None else flat_weights.dtype  # type: ignore[union-attr]
    if axis == -1 and numbers.ndim == 2:
        rows = [count(row, None if weights is None else flat_weights[i]) for i, row in enumerate(numbers)]  # type: ignore[index]
        return Tensor(np.stack(rows).astype(kind))
    return Tensor(count(numbers.reshape(-1), None if weights is None else flat_weights.reshape(-1)).astype(kind))  # type: ignore[union-attr]


@op
def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    weights: Any = None,
    dtype: Any = int32,
    name: str | None = None,
) -> Any:
    """How often each class (rows) was predicted as each (columns)."""
    given = [tensor(labels), tensor(predictions)]
    if any(is_text(one._value) for one in given):
        raise errors.UnimplementedError(None, None, "Cast string to int64 is not supported [Op:Cast]")
    if given[0]._value.size != given[1]._value.size:
        raise errors.InvalidArgumentError(
            None, None, f"Shapes of all inputs must match: labels {given[0].shape}, predictions {given[1].shape}"
        )
    rows, columns = (one.array.reshape(-1).astype("int32") for one in given)
    for what, numbers in (("labels", rows), ("predictions", columns)):
        if not is_tracer(numbers) and numbers.size:
            low, high = int(numbers.min()), int(numbers.max())
            if low < 0:
                raise errors.InvalidArgumentError(None, None, f"`{what}` contains negative values: {low}")
            if num_classes is not None and high >= integer(num_classes):
                raise errors.InvalidArgumentError(None, None, f"`{what}` out of bound: {high} of {num_classes}")
    if num_classes is None:
        size = int(max(np.asarray(rows).max(initial=-1), np.asarray(columns).max(initial=-1))) + 1
    else:
        size = integer(num_classes)
    kind = as_dtype(dtype)
    narrow = jax.dtypes.canonicalize_dtype(kind.dtype)
    add = 1 if weights is None else array(weights).astype(narrow)
    return out(jnp.zeros((size, size), narrow).at[rows, columns].add(add), None, kind)


def _segments(name: str, function: Callable, sorted: bool) -> Any:
    def unsorted(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Any:
        x, ids, count = tensor(data), tensor(segment_ids), integer(num_segments)
        check(title, x.dtype)
        check("GatherV2", ids.dtype)
        if not is_tracer(ids._value) and ids._value.size and np.asarray(ids._value).max() >= count:
            raise errors.InvalidArgumentError(
                None, None, f"segment_ids has {np.asarray(ids._value).max()}, which is out of range [0, {count})"
            )
        if name_ == "unsorted_segment_mean" and x.dtype.is_integer:
            x = convert(jnp.asarray(x.array, "float32"))
            wide = "float64" if tensor(data).dtype.size >= 4 else "float32"
            return out(_by_segment(x.array, ids.array, count, function), None, wide)
        return out(_by_segment(x.array, ids.array, count, function), label_of(x))

    def rising(data: Any, segment_ids: Any, name: str | None = None) -> Any:
        x = tensor(data)
        check(title, x.dtype)
        check("SegmentIds", tensor(segment_ids).dtype)
        ids = known(segment_ids)
        if ids.ndim != 1 or x._value.ndim < 1 or ids.shape[0] != x._value.shape[0]:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"segment_ids should be a vector with one number for each row of data: received shapes "
                f"{list(ids.shape)} and {list(x._value.shape)} [Op:{title}]",
            )
        if ids.size and ids.min() < 0:
            raise errors.InvalidArgumentError(None, None, f"Segment id {ids.min()} out of range, must be >= 0")
        if (np.diff(ids) < 0).any():
            raise errors.InvalidArgumentError(None, None, "segment ids are not increasing")
        return out(_by_segment(x.array, jnp.asarray(ids), int(ids.max(initial=-1)) + 1, function), label_of(x))

    name_ = name
    title = "SegmentMax" if name.endswith(("max", "min")) else "SegmentSum"
    title = "SegmentMeanUnsorted" if not sorted and name.endswith(("mean", "sqrt_n")) else title
    run = rising if sorted else unsorted
    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"``tf.math.{name}``: of the rows with one number each."
    return op(run)


def _by_segment(data: Any, ids: Any, size: int, function: Callable) -> Any:
    flat = ids.reshape(-1)
    rows = data.reshape((flat.size, *data.shape[ids.ndim :]))
    return function(rows, flat, size)


def _sum(rows: Any, ids: Any, size: int) -> Any:
    return jax.ops.segment_sum(rows, ids, size)


def _counts(rows: Any, ids: Any, size: int) -> Any:
    counts = jax.ops.segment_sum(jnp.ones(ids.shape, rows.dtype), ids, size)
    return jnp.maximum(counts, 1).reshape((-1,) + (1,) * (rows.ndim - 1))


def _mean_of(rows: Any, ids: Any, size: int) -> Any:
    total = _sum(rows, ids, size)
    return (total / _counts(rows, ids, size)).astype(rows.dtype)


def _sqrt_n(rows: Any, ids: Any, size: int) -> Any:
    return _sum(rows, ids, size) / jnp.sqrt(_counts(rows, ids, size))


def _filled(function: Callable, empty: Callable) -> Callable:
    def run(rows: Any, ids: Any, size: int) -> Any:
        found = function(rows, ids, size)
        used = jax.ops.segment_sum(jnp.ones(ids.shape, "int32"), ids, size) > 0
        return jnp.where(used.reshape((-1,) + (1,) * (rows.ndim - 1)), found, empty(rows.dtype))

    return run


def _low(dtype: Any) -> Any:
    return jnp.finfo(dtype).min if jnp.issubdtype(dtype, jnp.inexact) else jnp.iinfo(dtype).min


def _high(dtype: Any) -> Any:
    return jnp.finfo(dtype).max if jnp.issubdtype(dtype, jnp.inexact) else jnp.iinfo(dtype).max


def _zero(dtype: Any) -> Any:
    return jnp.zeros((), dtype)


segment_sum = _segments("segment_sum", _sum, True)
segment_mean = _segments("segment_mean", _mean_of, True)
segment_max = _segments("segment_max", _filled(jax.ops.segment_max, _zero), True)
segment_min = _segments("segment_min", _filled(jax.ops.segment_min, _zero), True)
segment_prod = _segments("segment_prod", jax.ops.segment_prod, True)
unsorted_segment_sum = _segments("unsorted_segment_sum", _sum, False)
unsorted_segment_mean = _segments("unsorted_segment_mean", _mean_of, False)
unsorted_segment_max = _segments("unsorted_segment_max", _filled(jax.ops.segment_max, _low), False)
unsorted_segment_min = _segments("unsorted_segment_min", _filled(jax.ops.segment_min, _high), False)
unsorted_segment_prod = _segments("unsorted_segment_prod", jax.ops.segment_prod, False)
unsorted_segment_sqrt_n = _segments("unsorted_segment_sqrt_n", _sqrt_n, False)


@op
def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None) -> Any:
    """A tensor divided by its Euclidean norm along axes; ``epsilon`` is the least sum of squares."""
    x = tensor(x)
    check("Normalize", x.dtype)
    square = jnp.sum(jnp.square(jnp.abs(x.array)), axis=axes(axis if axis is not None else dim), keepdims=True)
    return out(x.array * jax.lax.rsqrt(jnp.maximum(square, epsilon)), label_of(x))


@op
def zero_fraction(value: Any, name: str | None = None) -> Any:
    """The share of elements that are zero."""
    x = array(value)
    return Tensor(jnp.mean((x == 0).astype("float32")))


@op
def in_top_k(targets: Any, predictions: Any, k: Any, name: str | None = None) -> Any:
    """Whether each target is among the ``k`` largest predictions."""
    made = tensor(predictions, hint=float32)
    if made.dtype.name != "float32":
        raise errors.WrongTypeError(None, None, f"predictions are float32, received {made.dtype.name}")
    scores, right = made.array, array(targets)
    if scores.ndim != 2 or right.ndim != 1 or right.shape[0] != scores.shape[0]:
        raise errors.InvalidArgumentError(
            None, None, f"predictions {scores.shape} must have a row for each target {right.shape} [Op:InTopKV2]"
        )
    own = jnp.take_along_axis(scores, right[:, None], 1, mode="clip")
    real = jnp.isfinite(own[:, 0]) & (right >= 0) & (right < scores.shape[1])
    return Tensor(jnp.logical_and((scores > own).sum(1) < integer(k), real))


@op
def approx_max_k(operand: Any, k: Any, reduction_dimension: int = -1, **options: Any) -> Any:
    """The largest elements along an axis, and where they are."""
    values, index = jax.lax.approx_max_k(array(operand), integer(k), reduction_dimension)
    return Tensor(values), Tensor(index)
