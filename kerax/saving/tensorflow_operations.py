"""TensorFlow's functions between the layers of a model that tf.keras wrote: what they are called in ``kerax.ops``.

tf.keras writes ``tf.reduce_mean(x, axis=1)`` between layers as a layer of class ``TFOpLambda`` with the function's name
and arguments. Each is looked up here; a file cannot name any other function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerax.errors import unknown_name

CLASSES = ("TFOpLambda", "SlicingOpLambda")
CONSTANT = "_CONSTANT_VALUE"  # in the place of the layer where the first argument is no tensor
_PREFIXES = ("__operators__", "math", "nn", "linalg", "compat.v1", "compat.v1.math", "compat.v1.nn")
_NORM_FLOOR = 1e-12  # of tf.math.l2_normalize

# functions of one array, or of two, by TensorFlow's name; ops' own name behind "=" where it is another
_UNARY = """abs acos=arccos acosh=arccosh asin=arcsin asinh=arcsinh atan=arctan atanh=arctanh ceil conj cos cosh
    convert_to_tensor elu erf exp expm1 floor imag is_finite=isfinite is_inf=isinf is_nan=isnan log log1p
    log_sigmoid logical_not negative ones_like real reciprocal relu relu6 round rsqrt selu sigmoid sign silu sin sinh
    softplus softsign sqrt square stop_gradient swish=silu tan tanh zeros_like""".split()
_BINARY = """add atan2=arctan2 divide equal floor_div=floor_divide floordiv=floor_divide floormod=mod greater
    greater_equal less less_equal logical_and logical_or logical_xor maximum minimum mod multiply not_equal pow=power
    subtract truediv=true_divide""".split()
_REDUCING = """all=all any=any logsumexp=logsumexp max=max mean=mean min=min prod=prod std=std sum=sum
    variance=var""".split()


class Unknown:
    """A size that is only known when the model runs."""


class Sizes(tuple):
    """The shape of a symbolic tensor, as ``tf.shape`` gives it."""


def knows(name: str) -> bool:
    """Whether a function of TensorFlow's is read from files.

    Example:
      >>> from kerax.saving.tensorflow_operations import knows
      >>> knows("reduce_mean"), knows("mean_of_everything")
      (True, False)
    """
    return name in _table()


def operation_of_tensorflow(config: dict[str, Any]) -> Callable:
    """The function that an entry of tf.keras's means, with TensorFlow's names of arguments.

    Args:
      config: of the entry, with ``function``.

    Raises:
      ValueError: for a function that kerax does not read.

    Example:
      >>> import numpy as np
      >>> from kerax.saving.tensorflow_operations import operation_of_tensorflow
      >>> operation_of_tensorflow({"function": "math.reduce_sum"})(np.ones((2, 3)), axis=1)
      Array([3., 3.], dtype=float32)
    """
    name = str(config.get("function"))
    prefix, _, short = name.rpartition(".")
    table = _table()
    found = table.get(name) or (table.get(short) if prefix in ("", *_PREFIXES) else None)
    if found is None:
        raise unknown_name("function of TensorFlow between layers", name, sorted(table))

    def call(*args: Any, name: Any = None, **kwargs: Any) -> Any:
        try:
            return found(*args, **kwargs)
        except TypeError as error:
            raise ValueError(f"tf.{config.get('function')}() between layers: {error}") from error

    return call


def _table() -> dict[str, Callable]:
    """All functions that are read; ``kerax.ops`` is loaded late, because few programs need it."""
    from kerax import ops

    def pair(text: str) -> tuple[str, str]:
        theirs, _, ours = text.partition("=")
        return theirs, ours or theirs

    def reducing(operation: Callable) -> Callable:
        def call(input_tensor: Any, axis: Any = None, keepdims: Any = False) -> Any:
            return operation(
                input_tensor, axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=bool(keepdims)
            )

        return call

    def argument(operation: Callable) -> Callable:
        return lambda input, axis=None, output_type=None: operation(input, axis=axis or 0)

    def binary(operation: Callable) -> Callable:
        return lambda first, /, y=None, x=None: operation(first, x if y is None else y)

    table: dict[str, Callable] = {name: getattr(ops, ours) for name, ours in map(pair, _UNARY)}
    table |= {name: binary(getattr(ops, ours)) for name, ours in map(pair, _BINARY)}
    table |= {f"reduce_{name}": reducing(getattr(ops, ours)) for name, ours in map(pair, _REDUCING)}
    table |= {name: function for name, function in globals().items() if name in _OWN}
    return table | {
        "image.resize": resize, "argmax": argument(ops.argmax), "argmin": argument(ops.argmin),
        "identity": lambda input: input,
        "broadcast_to": lambda input, shape: ops.broadcast_to(input, _sizes(input, shape)),
        "cast": lambda x, dtype: ops.cast(x, dtype),
        "clip_by_value": lambda t, clip_value_min, clip_value_max: ops.clip(t, clip_value_min, clip_value_max),
        "concat": lambda values, axis: ops.concatenate(values, axis=axis),
        "expand_dims": lambda input, axis: ops.expand_dims(input, axis),
        "gelu": lambda features, approximate=False: ops.gelu(features, approximate=approximate),
        "leaky_relu": lambda features, alpha=0.2: ops.leaky_relu(features, negative_slope=alpha),
        "log_softmax": lambda logits, axis=None: ops.log_softmax(logits, axis=-1 if axis is None else axis),
        "repeat": lambda input, repeats, axis=None: ops.repeat(input, repeats, axis=axis),
        "reshape": lambda tensor, shape: ops.reshape(tensor, [-1 if isinstance(n, Unknown) else n for n in shape]),
        "reverse": lambda tensor, axis: ops.flip(tensor, axis=tuple(axis)),
        "roll": lambda input, shift, axis: ops.roll(input, shift, axis=axis),
        "shape": lambda input, out_type=None: Sizes(Unknown() if n is None else n for n in input.shape),
        "softmax": lambda logits, axis=None: ops.softmax(logits, axis=-1 if axis is None else axis),
        "squared_difference": lambda x, y: ops.square(ops.subtract(x, y)),
        "squeeze": lambda input, axis=None: ops.squeeze(input, axis=tuple(axis) if isinstance(axis, list) else axis),
        "stack": lambda values, axis=0: ops.stack(values, axis=axis),
        "tensordot": lambda a, b, axes: ops.tensordot(a, b, axes),
        "tile": lambda input, multiples: ops.tile(input, multiples),
        "top_k": lambda input, k=1, sorted=True: ops.top_k(input, k, sorted=sorted),
        "unstack": lambda value, num=None, axis=0: ops.unstack(value, num, axis=axis),
    }  # fmt: skip


def _sizes(x: Any, shape: Any) -> list:
    """A shape for ``broadcast_to``; where a size is unknown, it is the tensor's own."""
    offset = len(shape) - len(x.shape)
    return [x.shape[i - offset] if isinstance(n, Unknown) else n for i, n in enumerate(shape)]


# ---- functions whose arguments are not those of kerax.ops -----------------------------------------------------------
def getitem(tensor: Any, slice_spec: Any) -> Any:
    """``tensor[slice_spec]``: numbers, None for new axes, and slices as dicts of start, stop and step."""

    def part(item: Any) -> Any:
        if isinstance(item, dict) and {"start", "stop"} <= set(item):
            return slice(item["start"], item["stop"], item.get("step"))
        return item

    if isinstance(slice_spec, list):
        slice_spec = tuple(part(item) for item in slice_spec)
    return tensor[part(slice_spec)]


def add_n(inputs: Any) -> Any:
    """The sum of a list."""
    from kerax import ops

    total = inputs[0]
    for one in inputs[1:]:
        total = ops.add(total, one)
    return total


def bias_add(value: Any, bias: Any, data_format: Any = None) -> Any:
    """Adds a vector along the last axis."""
    from kerax import ops

    _refuse_unless(data_format in (None, "NHWC", "N...C"), f"data_format={data_format!r}")
    return ops.add(value, bias)


def cumsum(x: Any, axis: Any = 0, exclusive: Any = False, reverse: Any = False) -> Any:
    """Sums from the first element to each one."""
    from kerax import ops

    _refuse_unless(not exclusive and not reverse, "exclusive and reverse sums")
    return ops.cumsum(x, axis=axis)


def gather(params: Any, indices: Any, validate_indices: Any = None, axis: Any = None, batch_dims: Any = 0) -> Any:
    """Elements of an axis."""
    from kerax import ops

    _refuse_unless(not batch_dims, "batch_dims")
    return ops.take(params, indices, axis=axis or 0)


def matmul(
    a: Any, b: Any, transpose_a: Any = False, transpose_b: Any = False, adjoint_a: Any = False, adjoint_b: Any = False
) -> Any:
    """The matrix product; adjoints of real matrices are transposes."""
    from kerax import ops

    a = ops.swapaxes(a, -1, -2) if transpose_a or adjoint_a else a
    b = ops.swapaxes(b, -1, -2) if transpose_b or adjoint_b else b
    return ops.matmul(a, b)


def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: Any = False, keep_dims: Any = None) -> Any:
    """The Euclidean norm of all elements, or along axes."""
    from kerax import ops

    _refuse_unless(ord in ("euclidean", 2) and not keep_dims, f"ord={ord!r}")
    axis = tuple(axis) if isinstance(axis, list) else axis
    total: Any = ops.sum
    return ops.sqrt(total(ops.square(tensor), axis=axis, keepdims=bool(keepdims)))


def l2_normalize(x: Any, axis: Any = None, epsilon: Any = _NORM_FLOOR, dim: Any = None) -> Any:
    """``x`` divided by its norm along axes."""
    from kerax import ops

    axis = dim if axis is None else axis
    total: Any = ops.sum
    squares = total(ops.square(x), axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(squares, epsilon)))


def one_hot(
    indices: Any, depth: Any, on_value: Any = None, off_value: Any = None, axis: Any = None, dtype: Any = None
) -> Any:
    """A 1 at each index."""
    from kerax import ops

    _refuse_unless(on_value in (None, 1) and off_value in (None, 0), "on_value and off_value")
    return ops.one_hot(indices, depth, axis=-1 if axis is None else axis, dtype=dtype or "float32")


def pad(tensor: Any, paddings: Any, mode: Any = "CONSTANT", constant_values: Any = 0) -> Any:
    """Adds elements at the ends of axes."""
    from kerax import ops

    mode = str(mode).lower()
    return ops.pad(tensor, paddings, mode=mode, **({"constant_values": constant_values} if mode == "constant" else {}))


def resize(
    images: Any, size: Any, method: Any = "bilinear", preserve_aspect_ratio: Any = False, antialias: Any = False
) -> Any:
    """Images of another size."""
    from kerax import ops

    _refuse_unless(not preserve_aspect_ratio, "preserve_aspect_ratio")
    return ops.image.resize(images, tuple(size), interpolation=method, antialias=antialias, data_format="channels_last")


def split(value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None) -> Any:
    """Equal parts of an axis, or parts of given sizes."""
    from kerax import ops

    if not isinstance(num_or_size_splits, list):
        return ops.split(value, num_or_size_splits, axis=axis)
    _refuse_unless(-1 not in num_or_size_splits, "a size of -1")
    ends = [sum(num_or_size_splits[: i + 1]) for i in range(len(num_or_size_splits) - 1)]
    return ops.split(value, ends, axis=axis)


def transpose(a: Any, perm: Any = None, conjugate: Any = False) -> Any:
    """The axes in another order."""
    from kerax import ops

    _refuse_unless(not conjugate, "conjugate=True")
    return ops.transpose(a, axes=perm)


def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """Elements of ``x`` or of ``y``."""
    from kerax import ops

    _refuse_unless(x is not None and y is not None, "x and y left out")
    return ops.where(condition, x, y)


_OWN = frozenset(
    "add_n bias_add cumsum gather getitem l2_normalize matmul norm one_hot pad split transpose where".split()
)


def _refuse_unless(known: bool, what: str) -> None:
    if not known:
        raise ValueError(f"a function of TensorFlow between layers is used with {what}, which kerax does not read.")
