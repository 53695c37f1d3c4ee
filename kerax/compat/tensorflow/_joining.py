"""Putting tensors together and taking them apart: concat, stack, split, pad, tile."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import is_composite
from kerax.compat.tensorflow._core import axes, integer, ints, is_tensor_like, label_of, op, out, tensor
from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import in_trace, is_tracer


def alike(values: Any, name: str) -> list[Tensor]:
    """Tensors of one type; what is no tensor takes the type of the first that is one."""
    values = list(values)
    first = next((one for one in values if is_tensor_like(one)), None)
    made = [tensor(first)] if first is not None else [tensor(values[0])]
    kind = made[0].dtype
    parts = [tensor(one, hint=kind) for one in values]
    for number, part in enumerate(parts):
        if part.dtype != kind:
            raise errors.WrongTypeError(
                None,
                None,
                f"cannot compute {name} as input #{number}(zero-based) was expected to be a {kind.short} tensor but "
                f"is a "
                f"{part.dtype.short} tensor [Op:{name}]",
            )
    return parts


def _host(parts: list[Tensor]) -> bool:
    return all(isinstance(part._value, np.ndarray) for part in parts)


@op
def concat(values: Any, axis: Any, name: str = "concat") -> Any:
    """Tensors one behind the other along an axis."""
    if not isinstance(values, (list, tuple)):
        values = [values]
    if any(is_composite(one) for one in values):
        from kerax.compat.tensorflow._ragged_ops import concat as concat_ragged

        return concat_ragged(values, integer(axis, "axis"))
    if not values:
        raise errors.InvalidArgumentError(None, None, "tf.concat takes at least one tensor [Op:ConcatV2]")
    parts = alike(values, "ConcatV2")
    if len(parts) == 1 and not parts[0]._value.ndim:
        return parts[0]
    place = integer(axis, "axis")
    if len({part._value.ndim for part in parts}) > 1:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"ConcatOp : Ranks of all input tensors should match: {[str(p.shape) for p in parts]} [Op:ConcatV2]",
        )
    if _host(parts):
        try:
            return Tensor(np.concatenate([part._value for part in parts], place), parts[0]._label)
        except ValueError as error:
            raise errors.InvalidArgumentError(None, None, f"ConcatOp : {error} [Op:ConcatV2]") from None
    return out(jnp.concatenate([part.array for part in parts], place), label_of(parts[0]))


@op
def stack(values: Any, axis: Any = 0, name: str = "stack") -> Any:
    """Tensors of one shape along a new axis."""
    values = list(values) if not isinstance(values, Tensor) else list(iter(values))
    if any(is_composite(one) for one in values):
        from kerax.compat.tensorflow._ragged_ops import stack as stack_ragged

        return stack_ragged(values, integer(axis, "axis"))
    if not values:
        return Tensor(np.zeros((0,), np.float32))
    if all(type(one) in (bool, int, float, complex) for one in values):
        try:
            values = list(iter(tensor(values)))  # numbers of several kinds become one
        except ValueError:
            pass
    parts = alike(values, "Pack")
    place = integer(axis, "axis")
    if len({part._value.shape for part in parts}) > 1:
        raise errors.InvalidArgumentError(
            None, None, f"Shapes of all inputs must match: {[str(p.shape) for p in parts]} [Op:Pack]"
        )
    if _host(parts):
        return Tensor(np.stack([part._value for part in parts], place), parts[0]._label)
    return out(jnp.stack([part.array for part in parts], place), label_of(parts[0]))


def parallel_stack(values: Any, name: str = "parallel_stack") -> Any:
    """Tensors of one shape as the rows of one tensor; as in TensorFlow inside functions only.

    Raises:
      RuntimeError: outside of ``tf.function``.
    """
    if not in_trace():
        raise RuntimeError("tf.parallel_stack() is not compatible with eager execution: use tf.stack.")
    return stack(values)


@op
def unstack(value: Any, num: Any = None, axis: Any = 0, name: str = "unstack") -> Any:
    """A list of the slices along an axis."""
    x = tensor(value)
    place = integer(axis, "axis")
    if not -x._value.ndim <= place < x._value.ndim:
        raise ValueError(f"Argument `axis` = {place} not in range [{-x._value.ndim}, {x._value.ndim})")
    count = x._value.shape[place]
    if num is not None and num != count:
        raise errors.InvalidArgumentError(
            None, None, f"Input shape axis {place} must equal {num}, got shape {x.shape} [Op:Unpack]"
        )
    if isinstance(x._value, np.ndarray):
        return [Tensor(np.asarray(np.take(x._value, i, place)), x._label) for i in range(count)]
    return [out(jnp.take(x.array, i, place), label_of(x)) for i in range(count)]


@op
def split(value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None, name: str = "split") -> Any:
    """A list of pieces: so many, or of these sizes."""
    if is_composite(value):
        from kerax.compat.tensorflow._ragged_more import split as split_ragged

        return split_ragged(value, num_or_size_splits)
    x = tensor(value)
    place = integer(axis, "axis")
    total = x._value.shape[place]
    many = np.ndim(getattr(num_or_size_splits, "_value", num_or_size_splits)) > 0
    if many:
        sizes = list(ints(num_or_size_splits, "sizes"))
        if -1 in sizes:
            sizes[sizes.index(-1)] = total - sum(size for size in sizes if size != -1)
        if sum(sizes) != total:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Determined shape must match input: sizes {sizes} of dimension {place} of size {total} [Op:SplitV]",
            )
        ends = list(np.cumsum(sizes)[:-1])
    else:
        count = integer(num_or_size_splits, "number of pieces")
        if count < 1:
            raise errors.InvalidArgumentError(None, None, f"num_split must be at least 1, received {count} [Op:Split]")
        if isinstance(total, int) and total % count:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Number of ways to split should evenly divide the split dimension, but got split_dim {place} (size "
                f"= {total}) and num_split {count} [Op:Split]",
            )
        ends = count
    if isinstance(x._value, np.ndarray):
        return [Tensor(part, x._label) for part in np.split(x._value, ends, place)]
    return [out(part, label_of(x)) for part in jnp.split(x.array, ends, place)]


@op
def tile(input: Any, multiples: Any, name: str | None = None) -> Any:
    """The tensor repeated so many times along each axis."""
    if is_composite(input):
        from kerax.compat.tensorflow._ragged_ops import tile as tile_ragged

        return tile_ragged(input, ints(multiples, "multiples"))
    x = tensor(input)
    if not isinstance(multiples, (list, tuple)) and not np.ndim(getattr(multiples, "_value", multiples)):
        raise errors.InvalidArgumentError(None, None, "Expected multiples to be 1-D [Op:Tile]")
    times = ints(multiples, "multiples")
    if min(times, default=0) < 0:
        raise errors.InvalidArgumentError(None, None, f"Expected multiples >= 0, but got {times} [Op:Tile]")
    if len(times) != x._value.ndim:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Expected multiples argument to be a vector of length {x._value.ndim} but got length {len(times)} "
            f"[Op:Tile]",
        )
    if isinstance(x._value, np.ndarray):
        return Tensor(np.tile(x._value, times), x._label)
    return out(jnp.tile(x.array, times), label_of(x))


@op
def repeat(input: Any, repeats: Any, axis: Any = None, name: str | None = None) -> Any:
    """Elements repeated, each as often as said."""
    x = tensor(input)
    times = ints(repeats, "repeats")
    count: Any = times[0] if len(times) == 1 else np.asarray(times)
    place = None if axis is None else integer(axis, "axis")
    if isinstance(x._value, np.ndarray):
        return Tensor(np.repeat(x._value, count, place), x._label)
    return out(jnp.repeat(x.array, count, place), label_of(x))


@op
def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0, name: str | None = None) -> Any:
    """A margin around a tensor: of one value, or of its mirror image."""
    from kerax.compat.tensorflow._core import tensor as as_tensor

    x = as_tensor(tensor)
    flat = ints(paddings, "paddings")
    widths = [(flat[2 * i], flat[2 * i + 1]) for i in range(len(flat) // 2)]
    if len(flat) != 2 * x._value.ndim:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"The first dimension of paddings must be the rank of inputs, a pair for each of its {x._value.ndim} axes; "
            f"received {len(flat)} numbers [Op:Pad]",
        )
    kinds = {"CONSTANT": "constant", "REFLECT": "reflect", "SYMMETRIC": "symmetric"}
    if mode.upper() not in kinds:
        raise ValueError(
            f"Value of argument `mode` expected to be one of 'CONSTANT', 'REFLECT', 'SYMMETRIC', received {mode!r}"
        )
    kind = kinds[mode.upper()]
    if isinstance(x._value, np.ndarray) and x._value.dtype.kind == "O" and not x._label:
        fill = constant_values or b""
        return Tensor(np.pad(x._value, widths, constant_values=fill))
    if kind == "constant":
        if not widths and not x._value.ndim:
            return x
        given = as_tensor(constant_values, hint=x.dtype)
        if given.dtype != x.dtype and not isinstance(constant_values, int):
            raise errors.WrongTypeError(
                None, None, f"Cannot convert {constant_values!r} to EagerTensor of dtype {x.dtype.name} [Op:PadV2]"
            )
        fill = given.array
        return out(jnp.pad(x.array, widths, constant_values=fill), label_of(x))
    most = [size - (kind == "reflect") for size in x._value.shape]
    if any(isinstance(size, int) and max(width) > size for width, size in zip(widths, most)):
        raise errors.InvalidArgumentError(
            None, None, f"paddings must be at most {most} for {mode} of shape {x.shape}, received {widths}"
        )
    return out(jnp.pad(x.array, widths, mode=kind), label_of(x))


@op
def reverse(tensor: Any, axis: Any, name: str | None = None) -> Any:
    """Elements in reverse order along axes."""
    from kerax.compat.tensorflow._core import tensor as as_tensor

    if is_composite(tensor):
        from kerax.compat.tensorflow._ragged_more import reverse as reverse_ragged

        return reverse_ragged(tensor, axis)
    x = as_tensor(tensor)
    places = ints(axis, "axis")
    if np.ndim(getattr(axis, "_value", axis)) != 1:
        raise errors.InvalidArgumentError(None, None, f"'dims' must be 1-dimensional, not {axis!r} [Op:ReverseV2]")
    if isinstance(x._value, np.ndarray):
        return Tensor(np.flip(x._value, places), x._label)
    return out(jnp.flip(x.array, places), label_of(x))


@op
def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Any:
    """Elements moved along axes, what falls out at one end coming in at the other."""
    x = tensor(input)
    if isinstance(x._value, np.ndarray) and x._value.dtype.kind == "O":
        return Tensor(np.roll(x._value, axes(shift), axes(axis)), x._label)
    moved = tensor(shift)
    if moved.ndim != np.ndim(getattr(axis, "_value", axis)):
        raise errors.InvalidArgumentError(None, None, "shift and axis must have the same size [Op:Roll]")
    return out(jnp.roll(x.array, moved.array, axes(axis)), label_of(x))


@op
def meshgrid(*args: Any, indexing: str = "xy", name: str = "meshgrid") -> Any:
    """Coordinates of a grid."""
    parts = alike(args, "Mul") if args else []
    grids = jnp.meshgrid(*[part.array.reshape(-1) for part in parts], indexing=indexing)
    return [out(grid, label_of(part)) for grid, part in zip(grids, parts)]


@op
def reverse_sequence(
    input: Any, seq_lengths: Any, seq_axis: Any = None, batch_axis: Any = None, name: str | None = None
) -> Any:
    """The first so many elements of each row in reverse order."""
    x, lengths = tensor(input), tensor(seq_lengths).array
    places, rows = integer(seq_axis, "axis"), integer(batch_axis or 0, "axis")
    most, sizes = x._value.shape[places], tensor(seq_lengths)._value
    if sizes.shape != (x._value.shape[rows],) or (not is_tracer(sizes) and (np.asarray(sizes) > most).any()):
        raise errors.InvalidArgumentError(
            None, None, f"seq_lengths are at most {most}, one for each of the {x._value.shape[rows]} rows"
        )
    moved = jnp.moveaxis(x.array, (rows, places), (0, 1))
    steps = jnp.arange(moved.shape[1])[None, :]
    index = jnp.where(steps < lengths[:, None], lengths[:, None] - 1 - steps, steps)
    index = index.reshape(index.shape + (1,) * (moved.ndim - 2))
    found = jnp.take_along_axis(moved, index, 1)
    return out(jnp.moveaxis(found, (0, 1), (rows, places)), label_of(x))
