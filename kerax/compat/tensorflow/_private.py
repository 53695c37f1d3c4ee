"""What programs import from ``tensorflow.python`` although it was never public, and which is nowhere else."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._variable import Variable

EagerTensor = Tensor
ResourceVariable = BaseResourceVariable = Variable


# ---- client.device_lib, eager.context ------------------------------------------------------------------------------
class DeviceAttributes(NamedTuple):
    """A device as ``device_lib`` lists it; the limit is in bytes."""

    name: str
    device_type: str
    memory_limit: int = 0
    physical_device_desc: str = ""


def list_local_devices(session_config: Any = None) -> list[DeviceAttributes]:
    """The devices of this machine."""
    import jax

    from kerax.compat.tensorflow._devices import list_physical_devices

    found = []
    for one in list_physical_devices():
        short = one.name.removeprefix("/physical_device:").removeprefix("/")
        limit = 0
        if one.device_type != "CPU":
            number = int(short.rpartition(":")[2])
            limit = int((jax.local_devices()[number].memory_stats() or {}).get("bytes_limit", 0))
        text = "" if one.device_type == "CPU" else f"device: {short}, name: {jax.local_devices()[0].device_kind}"
        found.append(DeviceAttributes(f"/device:{short.removeprefix('device:')}", one.device_type, limit, text))
    return found


def num_gpus() -> int:
    """How many GPUs there are."""
    return sum(one.device_type == "GPU" for one in list_local_devices())


class Counter:
    """A number that a program counts with; nobody collects it."""

    def __init__(self, name: str, description: str, *labels: str):
        self._value: Any = 0

    def get_cell(self, *labels: Any) -> Counter:
        """The counter itself."""
        return self

    def increase_by(self, value: Any) -> None:
        """Adds."""
        self._value += value

    def set(self, value: Any) -> None:
        """Sets."""
        self._value = value

    def value(self) -> Any:
        """The present value."""
        return self._value


IntGauge = BoolGauge = StringGauge = Counter


# ---- framework ------------------------------------------------------------------------------------------------------
def smart_constant_value(pred: Any) -> Any:
    """The truth value of a condition, None if it is not known before the program runs."""
    if isinstance(pred, (bool, int)):
        return bool(pred)
    found = constant_value(pred)
    return None if found is None else bool(found)


def constant_value(tensor: Any, partial: bool = False) -> Any:
    """The numbers of a tensor, None if they are not known before the program runs."""
    from kerax.compat.tensorflow import get_static_value

    return get_static_value(tensor, partial)


def smart_cond(pred: Any, true_fn: Callable | None = None, false_fn: Callable | None = None, name: Any = None) -> Any:
    """``tf.cond``, but without a condition in the program where it is known."""
    from kerax.compat.tensorflow import cond

    known = smart_constant_value(pred)
    if known is None:
        return cond(pred, true_fn, false_fn)
    chosen = true_fn if known else false_fn
    return chosen() if chosen is not None else None


def is_tf_type(x: Any) -> bool:
    """Whether something is a tensor, a variable or their like."""
    from kerax.compat.tensorflow import is_tensor

    return is_tensor(x)


# ---- lib.io.file_io -------------------------------------------------------------------------------------------------
def _gfile(name: str) -> Callable:
    def call(*args: Any, **kwargs: Any) -> Any:
        from kerax.compat.tensorflow.io import gfile

        return getattr(gfile, name)(*args, **kwargs)

    return call


file_exists, get_matching_files, list_directory = _gfile("exists"), _gfile("glob"), _gfile("listdir")
delete_file, delete_recursively, is_directory = _gfile("remove"), _gfile("rmtree"), _gfile("isdir")
recursive_create_dir, create_dir, FileIO = _gfile("makedirs"), _gfile("mkdir"), _gfile("GFile")


def read_file_to_string(filename: Any, binary_mode: bool = False) -> Any:
    """The whole contents of a file."""
    with FileIO(filename, "rb" if binary_mode else "r") as file:
        return file.read()


def write_string_to_file(filename: Any, file_content: Any) -> None:
    """Writes a whole file."""
    with FileIO(filename, "wb" if isinstance(file_content, bytes) else "w") as file:
        file.write(file_content)


# ---- training.moving_averages ---------------------------------------------------------------------------------------
def assign_moving_average(variable: Any, value: Any, decay: Any, zero_debias: bool = True, name: Any = None) -> Any:
    """Moves a variable towards a value: ``variable -= (1 - decay) * (variable - value)``."""
    if zero_debias:
        raise ValueError("assign_moving_average() with zero_debias=True is for graphs: give zero_debias=False.")
    return variable.assign_sub((variable - value) * (1.0 - decay))


# ---- util -----------------------------------------------------------------------------------------------------------
_PRINT_DEPRECATION_WARNINGS = False


def _leave_as_it_is(*args: Any, **kwargs: Any) -> Callable:
    return lambda function: function


deprecated = deprecated_args = deprecated_arg_values = deprecated_endpoints = _leave_as_it_is
tf_export = keras_export = estimator_export = _leave_as_it_is


def make_decorator(target: Any, decorator_func: Any, *args: Any, **kwargs: Any) -> Any:
    """A decorator's function, which remembers what it stands for."""
    decorator_func.__wrapped__ = target
    return decorator_func


def unwrap(maybe_tf_decorator: Any) -> tuple[list, Any]:
    """What decorators stand around."""
    return [], inspect.unwrap(maybe_tf_decorator)


def __getattr__(name: str) -> Any:
    if name.startswith("__") or not hasattr(inspect, name):
        raise AttributeError(name)
    return getattr(inspect, name)  # util.tf_inspect
