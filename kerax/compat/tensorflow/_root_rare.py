"""Rarer functions that stand in ``tf`` itself."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import integer, ints, op, out, tensor
from kerax.compat.tensorflow._creating import identity, known
from kerax.compat.tensorflow._tensor import Tensor
from kerax.functional.hashing import fingerprint64
from kerax.state.symbolic import SymbolicTensor


def identity_n(input: Any, name: str | None = None) -> list:
    """The same tensors."""
    return [identity(one) for one in input]


guarantee_const = identity


@op
def unravel_index(indices: Any, dims: Any, name: str | None = None) -> Any:
    """Places in an array of some shape for numbers in its flat form.

    Raises:
      InvalidArgumentError: for a number outside of it.
    """
    numbers, sizes = tensor(indices), ints(dims, "dims")
    places = known(numbers)
    if places.size and not 0 <= places.min() <= places.max() < np.prod(sizes):
        raise errors.InvalidArgumentError(None, None, f"index is out of bound as with dims {list(sizes)}")
    return Tensor(np.asarray(np.unravel_index(places, sizes), places.dtype))


def timestamp(name: str | None = None) -> Tensor:
    """Seconds since 1970, as float64."""
    return Tensor(np.asarray(time.time()))


@op
def fingerprint(data: Any, method: str = "farmhash64", name: str | None = None) -> Any:
    """Eight bytes for each row of a tensor, by FarmHash of its bytes.

    Raises:
      InvalidArgumentError: for another method, or a tensor without axes.
    """
    x = tensor(data)
    if method != "farmhash64" or not x._value.ndim:
        raise errors.InvalidArgumentError(None, None, "tf.fingerprint takes at least one axis and method='farmhash64'")
    rows = np.asarray(x.numpy())
    if x.dtype.name == "string" and rows.ndim == 1:
        texts = list(rows)
    elif x.dtype.name == "string":
        inner = fingerprint64(rows.reshape(-1)).astype("<u8").reshape(len(rows), -1)
        texts = [row.tobytes() for row in inner]
    else:
        texts = [row.tobytes() for row in rows]
    hashes = fingerprint64(np.asarray(texts, object)).astype("<u8")
    return Tensor(hashes.view(np.uint8).reshape(len(texts), 8))


def is_symbolic_tensor(tensor: Any) -> bool:
    """Whether a value stands for a tensor in a graph: a symbolic tensor of Keras, or one that is traced."""
    from kerax.jax_compat import is_tracer

    return isinstance(tensor, SymbolicTensor) or (isinstance(tensor, Tensor) and is_tracer(tensor._value))


def no_gradient(op_type: str) -> None:
    """Nothing: operations are not registered by name."""


@contextlib.contextmanager
def variable_creator_scope(variable_creator: Callable) -> Iterator[None]:
    """Lets a function make the variables of ``tf.Variable`` and ``get_variable``; those of inner scopes first.

    Args:
      variable_creator: ``next_creator, **arguments of tf.Variable -> variable``.
    """
    from kerax.compat.tensorflow._variable import creators

    creators.append(variable_creator)
    try:
        yield
    finally:
        creators.remove(variable_creator)


def required_space_to_batch_paddings(
    input_shape: Any, block_shape: Any, base_paddings: Any = None, name: str | None = None
) -> tuple:
    """The margins that make sizes multiples of a block, and what to crop afterwards."""
    sizes, blocks = np.asarray(ints(input_shape)), np.asarray(ints(block_shape))
    base = np.zeros((len(sizes), 2), int) if base_paddings is None else np.asarray(ints(base_paddings)).reshape(-1, 2)
    more = -(sizes + base.sum(1)) % blocks
    paddings = np.stack([base[:, 0], base[:, 1] + more], 1)
    return Tensor(paddings.astype(np.int32)), Tensor(np.stack([0 * more, more], 1).astype(np.int32))


@op
def extract_volume_patches(input: Any, ksizes: Any, strides: Any, padding: str, name: str | None = None) -> Any:
    """Blocks of volumes as channels: shape (batch, planes, rows, columns, block elements times channels)."""
    from kerax import ops

    x = tensor(input)
    size, step = ints(ksizes)[1:-1], ints(strides)[1:-1]
    count, channels = int(np.prod(size)), x._value.shape[-1]
    kernel = np.eye(count * channels, dtype=np.float32).reshape(*size, channels, count * channels)
    return out(ops.conv(x.array, kernel.astype(x.array.dtype), step, padding.lower(), "channels_last"), None, x.dtype)


@op
def approx_top_k(
    input: Any,
    k: Any,
    reduction_dimension: int = -1,
    recall_target: float = 0.95,
    is_max_k: bool = True,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: bool = True,
    name: str | None = None,
) -> Any:
    """The largest, or smallest, elements along an axis and where they are."""
    from kerax.compat.tensorflow import _reducing, _special

    run = _reducing.approx_max_k if is_max_k else _special.approx_min_k
    return run(input, integer(k), reduction_dimension)


class AggregationMethod:
    """How TensorFlow 1 adds gradients; accepted, JAX adds them."""

    ADD_N = DEFAULT = 0
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


class DeviceSpec:
    """The parts of a device's name in TensorFlow: ``/job:worker/task:1/device:GPU:0``.

    Args:
      job, replica, task, device_type, device_index: the parts, None if they are left open.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.DeviceSpec(job="worker", device_type="GPU", device_index=0).to_string()
      '/job:worker/device:GPU:0'
    """

    def __init__(
        self,
        job: str | None = None,
        replica: int | None = None,
        task: int | None = None,
        device_type: str | None = None,
        device_index: int | None = None,
    ):
        self.job, self.replica, self.task = job, replica, task
        self.device_type, self.device_index = device_type, device_index

    @classmethod
    def from_string(cls, spec: str) -> DeviceSpec:
        """The parts of a name.

        Raises:
          ValueError: for a part that is none.
        """
        made = cls()
        for part in filter(None, spec.split("/")):
            key, _, value = part.partition(":")
            if key == "device":
                kind, _, number = value.partition(":")
                made.device_type, made.device_index = kind.upper(), int(number) if number.isdigit() else None
            elif key in ("job", "replica", "task") and value:
                setattr(made, key, value if key == "job" else int(value))
            elif key.upper() in ("CPU", "GPU", "TPU"):
                made.device_type, made.device_index = key.upper(), int(value or 0)
            else:
                raise ValueError(f"Unknown attribute {key!r} is encountered while parsing the device spec: {spec!r}.")
        return made

    def to_string(self) -> str:
        """The name."""
        parts = [f"/{key}:{getattr(self, key)}" for key in ("job", "replica", "task") if getattr(self, key) is not None]
        if self.device_type is not None:
            parts.append(f"/device:{self.device_type}:{'*' if self.device_index is None else self.device_index}")
        return "".join(parts)

    def replace(self, **parts: Any) -> DeviceSpec:
        """The name with other parts."""
        return DeviceSpec(**{**vars(self), **parts})

    def make_merged_spec(self, dev: DeviceSpec) -> DeviceSpec:
        """The name with the parts of another one that are not open."""
        return self.replace(**{key: part for key, part in vars(dev).items() if part is not None})

    def parse_from_string(self, spec: str) -> DeviceSpec:
        """Takes the parts of a name for its own, as in TensorFlow 1."""
        vars(self).update(vars(self.from_string(spec)))
        return self

    def merge_from(self, dev: DeviceSpec) -> None:
        """Takes over the parts of another name that are not open, as in TensorFlow 1."""
        vars(self).update(vars(self.make_merged_spec(dev)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DeviceSpec) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(self.to_string())

    def __repr__(self) -> str:
        return f"DeviceSpec({self.to_string()!r})"
