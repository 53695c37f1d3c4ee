"""Which layers compute what an operation does.

A rule takes a chain, to which it adds layers, and the operation's arguments; it returns the tensor that they make, or
None where no layers of both Keras 3 and tf.keras compute it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

TENSOR = "__keras_tensor__"
_MOST_FACTORS = 4  # of a power that is written as a product


class Chain:
    """Layers that together stand for one operation.

    Args:
      name: the operation's.
      taken: names that other layers have.
    """

    def __init__(self, name: str, taken: set[str]):
        self.name, self.taken = name, taken
        self.entries: list[dict[str, Any]] = []

    def layer(self, class_name: str, inputs: Any, shape: Any, **arguments: Any) -> dict[str, Any]:
        """Adds a layer that is called with a tensor or a list of tensors; returns its output."""
        number = len(self.entries)
        while (name := f"{self.name}_{class_name.lower()}_{number}") in self.taken:
            number += 1
        dtype = _first(inputs)["config"]["dtype"]
        config = {"name": name, "trainable": True, "dtype": dtype, **arguments}
        self.entries.append({
            "module": "keras.layers", "class_name": class_name, "config": config, "registered_name": None,
            "name": name, "inbound_nodes": [{"args": [inputs], "kwargs": {}}],
        })  # fmt: skip
        return self._output(shape, dtype)

    def _output(self, shape: Any, dtype: str) -> dict[str, Any]:
        return {
            "class_name": TENSOR,
            "config": {"shape": list(shape), "dtype": dtype, "keras_history": [self.entries[-1]["name"], 0, 0]},
        }


def is_tensor(value: Any) -> bool:
    """Whether a value of a configuration stands for a symbolic tensor."""
    return isinstance(value, dict) and value.get("class_name") == TENSOR


def _first(inputs: Any) -> dict[str, Any]:
    return inputs[0] if isinstance(inputs, list) else inputs


def _shape(tensor: dict[str, Any]) -> list:
    return list(tensor["config"]["shape"])


def _is_float(tensor: dict[str, Any]) -> bool:
    return "float" in str(tensor["config"]["dtype"])


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _rescaled(chain: Chain, x: Any, scale: float, offset: float) -> Any:
    return chain.layer("Rescaling", x, _shape(x), scale=scale, offset=offset) if _is_float(x) else None


# ---- arithmetic -----------------------------------------------------------------------------------------------------
def _merge(class_name: str) -> Callable:
    def rule(chain: Chain, x1: Any, x2: Any) -> Any:
        if not (is_tensor(x1) and is_tensor(x2)):
            return None
        one, two = _shape(x1), _shape(x2)
        if len(one) != len(two) or x1["config"]["dtype"] != x2["config"]["dtype"]:
            return None  # merging layers align the axes of arrays of different rank at the other end
        return chain.layer(class_name, [x1, x2], [b if a == 1 else a for a, b in zip(one, two, strict=True)])

    return rule


def _with_number(class_name: str, right: Callable, left: Callable | None = None) -> Callable:
    """A rule for two tensors, or a tensor and a number: ``right(c)`` gives scale and offset of ``x op c``."""
    merge = _merge(class_name)

    def rule(chain: Chain, x1: Any, x2: Any) -> Any:
        if is_tensor(x1) and _is_number(x2):
            return _rescaled(chain, x1, *right(x2))
        if is_tensor(x2) and _is_number(x1):
            return _rescaled(chain, x2, *(left or right)(x1))
        return merge(chain, x1, x2)

    return rule


def _divide(chain: Chain, x1: Any, x2: Any) -> Any:
    return _rescaled(chain, x1, 1 / x2, 0.0) if is_tensor(x1) and _is_number(x2) and x2 else None


def _power(chain: Chain, x1: Any, x2: Any) -> Any:
    if not is_tensor(x1) or not _is_number(x2) or x2 not in range(2, _MOST_FACTORS + 1):
        return None
    return chain.layer("Multiply", [x1] * int(x2), _shape(x1))


def _activation(name: str) -> Callable:
    def rule(chain: Chain, x: Any, *others: Any) -> Any:
        if not is_tensor(x) or not _is_float(x) or any(others):
            return None
        return chain.layer("Activation", x, _shape(x), activation=name)

    return rule


def _softmax(chain: Chain, x: Any, axis: Any = -1) -> Any:
    return _activation("softmax")(chain, x) if axis == -1 else None


def _matmul(chain: Chain, x1: Any, x2: Any) -> Any:
    if not (is_tensor(x1) and is_tensor(x2)) or len(_shape(x1)) != 3 or len(_shape(x2)) != 3:
        return None
    return chain.layer("Dot", [x1, x2], [*_shape(x1)[:2], _shape(x2)[2]], axes=[2, 1], normalize=False)


def _pooled(kind: str) -> Callable:
    def rule(chain: Chain, x: Any, axis: Any = None, keepdims: Any = False, *others: Any) -> Any:
        axes = [axis] if isinstance(axis, int) else axis
        if not is_tensor(x) or not _is_float(x) or not isinstance(axes, (list, tuple)) or any(others):
            return None
        shape = _shape(x)
        middle = list(range(1, len(shape) - 1))
        if sorted(a % len(shape) for a in axes) != middle or not 1 <= len(middle) <= 3:
            return None
        made = [shape[0], *([1] * len(middle) if keepdims else []), shape[-1]]
        return chain.layer(f"Global{kind}Pooling{len(middle)}D", x, made, keepdims=bool(keepdims),
                           data_format="channels_last")  # fmt: skip

    return rule


# ---- shapes ---------------------------------------------------------------------------------------------------------
def _reshaped(chain: Chain, x: Any, shape: list) -> Any:
    """To a shape without its first axis, in which one size may be unknown."""
    if shape == _shape(x)[1:]:
        return x
    if sum(size is None for size in shape) > 1:
        return None
    return chain.layer("Reshape", x, [_shape(x)[0], *shape], target_shape=[-1 if s is None else s for s in shape])


def _reshape(chain: Chain, x: Any, newshape: Any) -> Any:
    if not is_tensor(x) or not isinstance(newshape, (list, tuple)) or not all(isinstance(s, int) for s in newshape):
        return None
    rest, wanted = _shape(x)[1:], list(newshape[1:])
    if None in rest or not newshape or newshape[0] != -1 or -1 in wanted or math.prod(rest) != math.prod(wanted):
        return None
    return _reshaped(chain, x, wanted)


def _transpose(chain: Chain, x: Any, axes: Any = None) -> Any:
    if not is_tensor(x) or not isinstance(axes, (list, tuple)) or not axes or axes[0] != 0:
        return None
    shape = _shape(x)
    axes = [axis % len(shape) for axis in axes]
    return chain.layer("Permute", x, [shape[axis] for axis in axes], dims=axes[1:])


def _expand_dims(chain: Chain, x: Any, axis: Any) -> Any:
    if not is_tensor(x) or not isinstance(axis, int):
        return None
    shape = _shape(x)
    place = axis % (len(shape) + 1)
    return _reshaped(chain, x, [*shape[1:place], 1, *shape[place:]]) if place else None


def _squeeze(chain: Chain, x: Any, axis: Any = None) -> Any:
    if not is_tensor(x) or not isinstance(axis, int):
        return None
    shape = _shape(x)
    place = axis % len(shape)
    return _reshaped(chain, x, [*shape[1:place], *shape[place + 1 :]]) if place and shape[place] == 1 else None


def _concatenate(chain: Chain, xs: Any, axis: Any = -1) -> Any:
    if not isinstance(xs, list) or len(xs) < 2 or not all(is_tensor(x) for x in xs) or not isinstance(axis, int):
        return None
    shape = _shape(xs[0])
    place = axis % len(shape)
    sizes = [_shape(x)[place] for x in xs]
    shape[place] = None if None in sizes else sum(sizes)
    return chain.layer("Concatenate", xs, shape, axis=place) if place else None


def _stack(chain: Chain, x: Any, axis: Any = 0) -> Any:
    if not isinstance(x, list) or not all(is_tensor(item) for item in x) or not isinstance(axis, int):
        return None
    parts = [_expand_dims(chain, item, axis) for item in x]
    return None if any(part is None for part in parts) else _concatenate(chain, parts, axis)


def _get_item(chain: Chain, x: Any, key: Any) -> Any:
    """Slices of known sizes, one axis after the other: the axis is brought to the middle of three and cropped."""
    keys = list(key) if isinstance(key, list) else [key]
    shape = _shape(x)
    dots = [i for i, item in enumerate(keys) if _is(item, "__ellipsis__")]
    missing = len(shape) - sum(item is not None for item in keys) + len(dots)
    if len(dots) > 1 or missing < 0:
        return None
    at = dots[0] if dots else len(keys)
    keys[at : at + len(dots)] = [_slice_entry()] * missing
    if not keys or not _is(keys[0], "__slice__") or any(v is not None for v in keys[0]["config"].values()):
        return None
    target: list = []
    axis = 1
    for item in keys[1:]:
        if item is None:
            target.append(1)
            continue
        chosen = _range_of(item, shape[axis])
        if chosen is None:
            return None
        first, last, keep = chosen
        if (first, last) != (0, shape[axis]):
            x = _cropped(chain, x, shape, axis, first, last)
            if x is None:
                return None
            shape[axis] = last - first
        target += [shape[axis]] if keep else []
        axis += 1
    return _reshaped(chain, x, target) if target else None


def _slice_entry() -> dict[str, Any]:
    return {"class_name": "__slice__", "config": {"start": None, "stop": None, "step": None}}


def _is(item: Any, kind: str) -> bool:
    return isinstance(item, dict) and item.get("class_name") == kind


def _range_of(item: Any, size: int | None) -> tuple[Any, Any, bool] | None:
    """First and last place that are taken of an axis, and whether the axis stays; None for what cannot be cropped."""
    if isinstance(item, int) and not isinstance(item, bool) and size is not None and -size <= item < size:
        return item % size, item % size + 1, False
    if not _is(item, "__slice__"):
        return None
    parts = [item["config"][key] for key in ("start", "stop", "step")]
    if parts == [None, None, None]:
        return 0, size, True
    if size is None or not all(part is None or isinstance(part, int) for part in parts) or parts[2] not in (None, 1):
        return None
    first, last, _ = slice(*parts).indices(size)
    return (first, last, True) if first < last else None


def _cropped(chain: Chain, x: Any, shape: list, axis: int, first: int, last: int) -> Any:
    """Some places of one axis; what comes out has the axes of ``shape`` again."""
    cut = [first, shape[axis] - last]
    if len(shape) == 3 and axis == 1:
        return chain.layer("Cropping1D", x, [shape[0], last - first, shape[2]], cropping=cut)
    before, after = shape[1:axis], shape[axis + 1 :]
    sizes = [None if None in part else math.prod(part) for part in (before, after)]
    x = _reshaped(chain, x, [sizes[0], shape[axis], sizes[1]])
    if x is None:
        return None
    x = chain.layer("Cropping2D", x, [shape[0], sizes[0], last - first, sizes[1]], cropping=[[0, 0], cut],
                    data_format="channels_last")  # fmt: skip
    return _reshaped(chain, x, [*before, last - first, *after])


RULES: dict[str, Callable] = {
    "add": _with_number("Add", lambda c: (1.0, c)),
    "subtract": _with_number("Subtract", lambda c: (1.0, -c), lambda c: (-1.0, c)),
    "multiply": _with_number("Multiply", lambda c: (c, 0.0)),
    "maximum": _merge("Maximum"), "minimum": _merge("Minimum"),
    "divide": _divide, "true_divide": _divide, "power": _power, "square": lambda chain, x: _power(chain, x, 2),
    "negative": lambda chain, x: _rescaled(chain, x, -1.0, 0.0) if is_tensor(x) else None,
    **{name: _activation(name) for name in ("relu", "sigmoid", "tanh", "softplus", "softsign", "selu")},
    "exp": _activation("exponential"), "silu": _activation("swish"), "swish": _activation("swish"),
    "softmax": _softmax, "matmul": _matmul, "mean": _pooled("Average"), "max": _pooled("Max"), "amax": _pooled("Max"),
    "reshape": _reshape, "transpose": _transpose, "expand_dims": _expand_dims, "squeeze": _squeeze,
    "concatenate": _concatenate, "stack": _stack, "get_item": _get_item,
}  # fmt: skip
