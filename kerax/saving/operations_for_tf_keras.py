"""Operations between layers as tf.keras writes its own: TensorFlow's functions, as layers of class ``TFOpLambda``.

Only for files that are tf.keras's alone, and only where no ordinary layers compute the operation, which Keras 3 reads,
too (``operations_as_layers.py``).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from kerax.saving.layers_for_operations import is_tensor
from kerax.saving.operations_as_layers import OPERATION_KEY
from kerax.saving.tensorflow_operations import CONSTANT
from kerax.state.operations import OPERATIONS

_MODULE = "keras.src.layers.core.tf_op_layer"
_Call = tuple[str, Any, dict[str, Any]]  # TensorFlow's function, its first argument, the others by name

# functions of one array, of two, and over axes, by kerax's name; TensorFlow's own behind "="
_UNARY = """abs=math.abs arccos=math.acos arcsin=math.asin arctan=math.atan ceil=math.ceil cos=math.cos cosh=math.cosh
    erf=math.erf exp=math.exp expm1=math.expm1 floor=math.floor isfinite=math.is_finite isinf=math.is_inf
    isnan=math.is_nan log=math.log log1p=math.log1p logical_not=math.logical_not negative=math.negative
    reciprocal=math.reciprocal relu=nn.relu relu6=nn.relu6 rsqrt=math.rsqrt selu=nn.selu
    sigmoid=math.sigmoid sign=math.sign silu=nn.silu sin=math.sin sinh=math.sinh softplus=math.softplus
    softsign=nn.softsign sqrt=math.sqrt square=math.square tan=math.tan tanh=math.tanh
    """.split()
_BINARY = """add=math.add divide=math.divide equal=math.equal floor_divide=math.floordiv greater=math.greater
    greater_equal=math.greater_equal less=math.less less_equal=math.less_equal logical_and=math.logical_and
    logical_or=math.logical_or maximum=math.maximum minimum=math.minimum mod=math.floormod multiply=math.multiply
    not_equal=math.not_equal power=math.pow subtract=math.subtract true_divide=math.truediv""".split()
_REDUCING = """all=all any=any logsumexp=logsumexp max=max amax=max mean=mean min=min amin=min prod=prod std=std sum=sum
    var=variance""".split()


def operation_for_tf_keras(entry: dict[str, Any]) -> dict[str, Any] | None:
    """The entry of a configuration that tf.keras reads in the place of an operation, None where there is none.

    Args:
      entry: of a functional model's ``layers``, as ``graph_config`` wrote it. It is not changed.
    """
    operation, nodes = entry["config"].get("operation"), entry["inbound_nodes"]
    rule = RULES.get(operation)
    if rule is None or len(nodes) != 1:
        return None
    try:
        signature = inspect.signature(OPERATIONS[operation])
        given = signature.bind(*nodes[0]["args"], **nodes[0]["kwargs"])
    except TypeError:
        return None
    given.apply_defaults()
    try:
        call = rule(**given.arguments)
    except TypeError:  # an argument that TensorFlow has not
        return None
    if call is None:
        return None
    function, first, others = call
    name = entry["name"]
    config = {"name": name, "trainable": True, "dtype": "float32", "function": function}
    kwargs = {key: _written(value) for key, value in others.items()}
    if is_tensor(first):
        node: list = [*_place(first), kwargs]
    elif isinstance(first, list) and first and all(map(is_tensor, first)):
        node = [[*_place(one), kwargs] for one in first]
    else:
        node = [CONSTANT, -1, _written(first), kwargs]
    return {
        "module": _MODULE, "class_name": "SlicingOpLambda" if "getitem" in function else "TFOpLambda",
        "config": config, "registered_name": "TFOpLambda", "name": name, "inbound_nodes": [node], OPERATION_KEY: entry,
    }  # fmt: skip


def _place(tensor: dict[str, Any]) -> list:
    return list(tensor["config"]["keras_history"])


def _written(value: Any) -> Any:
    if is_tensor(value):
        return _place(value)
    if isinstance(value, dict) and value.get("class_name") == "__numpy__":
        return value["config"]["value"]
    if isinstance(value, (list, tuple)):
        return [_written(item) for item in value]
    return value


def _unary(function: str) -> Callable:
    return lambda x: (function, x, {})


def _binary(function: str) -> Callable:
    return lambda x1, x2: (function, x1, {"y": x2})


def _reducing(function: str) -> Callable:
    def rule(x: Any, axis: Any = None, keepdims: Any = False, **others: Any) -> _Call | None:
        if any(value not in (None, 0) for value in others.values()):
            return None
        return f"math.reduce_{function}", x, {"axis": axis, "keepdims": keepdims}

    return rule


def _argument(function: str) -> Callable:
    def rule(x: Any, axis: Any = None, keepdims: Any = False) -> _Call | None:
        return None if axis is None or keepdims else (function, x, {"axis": axis, "output_type": "int32"})

    return rule


def _get_item(x: Any, key: Any) -> _Call | None:
    keys = list(key) if isinstance(key, list) else [key]
    spec: list[Any] = []
    for item in keys:
        kind = item.get("class_name") if isinstance(item, dict) else None
        if kind == "__slice__":
            spec.append(dict(item["config"]))
        elif kind == "__ellipsis__":
            named = sum(one is not None for one in keys) - 1
            spec += [{"start": None, "stop": None, "step": None}] * (len(x["config"]["shape"]) - named)
        elif item is None or isinstance(item, int):
            spec.append(item)
        else:
            return None
    return "__operators__.getitem", x, {"slice_spec": spec}


def _take(x: Any, indices: Any, axis: Any = None) -> _Call | None:
    return None if axis is None else ("compat.v1.gather", x, {"indices": indices, "axis": axis})


def _one_hot(x: Any, num_classes: Any, axis: Any = -1, dtype: Any = None, sparse: Any = False) -> _Call | None:
    return None if sparse else ("one_hot", x, {"depth": num_classes, "axis": axis, "dtype": dtype or "float32"})


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> _Call | None:
    if ord not in (None, 2) or not isinstance(axis, int):
        return None
    return "compat.v1.norm", x, {"ord": "euclidean", "axis": axis, "keepdims": keepdims}


def _pad(x: Any, pad_width: Any, mode: Any = "constant", constant_values: Any = None) -> _Call:
    others = {"paddings": pad_width, "mode": str(mode).upper(), "constant_values": constant_values or 0}
    return "compat.v1.pad", x, others


def _flip(x: Any, axis: Any = None) -> _Call | None:
    return None if axis is None else ("reverse", x, {"axis": axis if isinstance(axis, list) else [axis]})


def _all_known(shape: Any) -> bool:
    return isinstance(shape, list) and all(isinstance(size, int) for size in shape)


def _resize(
    images: Any, size: Any, interpolation: Any = "bilinear", antialias: Any = False, crop_to_aspect_ratio: Any = False,
    pad_to_aspect_ratio: Any = False, fill_mode: Any = None, fill_value: Any = None, data_format: Any = None,
) -> _Call | None:  # fmt: skip
    if crop_to_aspect_ratio or pad_to_aspect_ratio or data_format not in (None, "channels_last"):
        return None
    return "image.resize", images, {"size": size, "method": interpolation, "antialias": antialias}


def _like(function: str) -> Callable:
    return lambda x, dtype=None: (function, x, {} if dtype is None else {"dtype": dtype})


def _split(x: Any, indices_or_sections: Any, axis: Any = 0) -> _Call | None:
    if not isinstance(indices_or_sections, int):
        return None
    return "split", x, {"num_or_size_splits": indices_or_sections, "axis": axis}


def _swapaxes(x: Any, axis1: Any, axis2: Any) -> _Call:
    axes = list(range(len(x["config"]["shape"])))
    axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    return "compat.v1.transpose", x, {"perm": axes}


def _pairs(texts: list[str]) -> list[tuple[str, str]]:
    return [(ours, theirs) for ours, _, theirs in (text.partition("=") for text in texts)]


RULES: dict[str, Callable] = {
    **{ours: _unary(theirs) for ours, theirs in _pairs(_UNARY)},
    **{ours: _binary(theirs) for ours, theirs in _pairs(_BINARY)},
    **{ours: _reducing(theirs) for ours, theirs in _pairs(_REDUCING)},
    "argmax": _argument("math.argmax"), "argmin": _argument("math.argmin"),
    "cast": lambda x, dtype: ("cast", x, {"dtype": dtype}),
    "clip": lambda x, x_min, x_max: ("clip_by_value", x, {"clip_value_min": x_min, "clip_value_max": x_max}),
    "concatenate": lambda xs, axis=-1: ("concat", xs, {"axis": axis}),
    "cumsum": lambda x, axis=None, dtype=None: None if axis is None or dtype else ("math.cumsum", x, {"axis": axis}),
    "elu": lambda x, alpha=1.0: ("nn.elu", x, {}) if alpha == 1.0 else None,
    "expand_dims": lambda x, axis: ("expand_dims", x, {"axis": axis}) if isinstance(axis, int) else None,
    "flip": _flip,
    "gelu": lambda x, approximate=True: ("nn.gelu", x, {"approximate": bool(approximate)}),
    "get_item": _get_item,
    "leaky_relu": lambda x, negative_slope=0.2: ("nn.leaky_relu", x, {"alpha": negative_slope}),
    "log_softmax": lambda x, axis=-1: ("nn.log_softmax", x, {"axis": axis}),
    "matmul": lambda x1, x2: ("linalg.matmul", x1, {"b": x2}) if is_tensor(x1) else None,
    "norm": _norm, "one_hot": _one_hot, "pad": _pad,
    "repeat": lambda x, repeats, axis=None: ("repeat", x, {"repeats": repeats, "axis": axis}),
    "reshape": lambda x, newshape: ("reshape", x, {"shape": newshape}),
    "softmax": lambda x, axis=-1: ("nn.softmax", x, {"axis": axis}),
    "ones_like": _like("ones_like"), "zeros_like": _like("zeros_like"), "split": _split, "swapaxes": _swapaxes,
    "round": lambda x, decimals=0: None if decimals else ("math.round", x, {}),
    "unstack": lambda x, num=None, axis=0: ("unstack", x, {"num": num, "axis": axis}),
    "squeeze": lambda x, axis=None: ("compat.v1.squeeze", x, {"axis": axis}),
    "broadcast_to": lambda x, shape: ("broadcast_to", x, {"shape": shape}) if _all_known(shape) else None,
    "resize": _resize, "stop_gradient": lambda variable: ("stop_gradient", variable, {}),
    "roll": lambda x, shift, axis=None: None if axis is None else ("roll", x, {"shift": shift, "axis": axis}),
    "tensordot": lambda x1, x2, axes=2: ("tensordot", x1, {"b": x2, "axes": axes}) if is_tensor(x1) else None,
    "top_k": lambda x, k, sorted=True: ("math.top_k", x, {"k": k, "sorted": sorted}),
    "stack": lambda x, axis=0: ("stack", x, {"axis": axis}),
    "swish": _unary("nn.silu"), "take": _take,
    "tile": lambda x, repeats: ("tile", x, {"multiples": repeats}) if isinstance(repeats, list) else None,
    "transpose": lambda x, axes=None: ("compat.v1.transpose", x, {"perm": axes}),
    "where": lambda condition, x1=None, x2=None: ("where", condition, {"x": x1, "y": x2}),
}  # fmt: skip
