"""``tf.config`` and devices: what JAX has, under TensorFlow's names."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax

_KINDS = {"cpu": "CPU", "gpu": "GPU", "cuda": "GPU", "rocm": "GPU", "tpu": "TPU"}


class PhysicalDevice(NamedTuple):
    """A device of the machine."""

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A device as programs see it."""

    name: str
    device_type: str


class LogicalDeviceConfiguration:
    """Settings of a logical device, accepted as in TensorFlow."""

    def __init__(
        self, memory_limit: Any = None, experimental_priority: Any = None, experimental_device_ordinal: Any = None
    ):
        self.memory_limit = memory_limit


def _all() -> list[tuple[str, int, Any]]:
    found = []
    platforms = {device.platform: jax.devices(device.platform) for device in jax.devices()}
    if "cpu" not in platforms:
        try:
            platforms = {"cpu": jax.devices("cpu")[:1], **platforms}
        except RuntimeError:
            pass
    for platform, devices in platforms.items():
        for number, device in enumerate(devices):
            found.append((_KINDS.get(platform, platform.upper()), number, device))
    return found


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices of a type, or all."""
    return [
        PhysicalDevice(f"/physical_device:{kind}:{number}", kind)
        for kind, number, _ in _all()
        if device_type in (None, kind)
    ]


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The devices of a type, or all."""
    return [
        LogicalDevice(f"/device:{kind}:{number}", kind) for kind, number, _ in _all() if device_type in (None, kind)
    ]


def place_of(name: Any) -> Any:
    """JAX's device for a name such as "/GPU:0" or "cpu:0"; None if there is none or none is meant.

    Raises:
      RuntimeError: for a device that is not there, as in TensorFlow without soft placement.
    """
    if not name or callable(name):
        return None
    text = str(getattr(name, "name", name)).upper().replace("DEVICE:", "")
    parts = [part for part in text.split("/") if part]
    if not parts or ":" not in parts[-1]:
        parts = [f"{parts[-1]}:0"] if parts else []
    if not parts:
        return None
    kind, _, number = parts[-1].rpartition(":")
    kind = kind.rpartition(":")[2]
    for known, index, device in _all():
        if known == kind and str(index) == number:
            return device
    if kind in ("JOB", "REPLICA", "TASK") or _soft[0]:
        return None
    raise RuntimeError(
        f"Could not satisfy device specification {name!r}: there are {[d.name for d in list_logical_devices()]}."
    )


_soft = [True]


def set_soft_device_placement(enabled: bool) -> None:
    """Whether a device that is not there is passed over."""
    _soft[0] = bool(enabled)


def get_soft_device_placement() -> bool:
    """Whether a device that is not there is passed over."""
    return _soft[0]


def accepted(*args: Any, **kwargs: Any) -> None:
    """Accepted as in TensorFlow; JAX decides."""


def get_memory_growth(device: Any) -> bool:
    """Whether memory is taken as it is needed: JAX decides.

    Raises:
      ValueError: for a device that is not there.
    """
    if device not in list_physical_devices():
        raise ValueError(f"Unrecognized device: {device}. There are {list_physical_devices()}.")
    return False


def set_memory_growth(device: Any, enable: bool) -> None:
    """Whether memory is taken as it is needed: JAX decides.

    Raises:
      ValueError: for a device that is not there or is no accelerator.
    """
    get_memory_growth(device)
    if device.device_type not in ("GPU", "TPU"):
        raise ValueError("Cannot set memory growth on non-GPU and non-Pluggable devices")


_POLICIES = ("silent", "silent_for_int32", "warn", "explicit")
_policy = ["silent"]


def set_device_policy(device_policy: str | None) -> None:
    """How tensors come to the device that needs them; JAX copies silently.

    Raises:
      ValueError: for a policy that TensorFlow has not.
    """
    if device_policy is not None and device_policy not in _POLICIES:
        raise ValueError(
            f"Invalid argument to `device_policy`: {device_policy!r}, expected one of {_POLICIES} or None."
        )
    _policy[0] = device_policy or "silent"


def get_device_policy() -> str:
    """How tensors come to the device that needs them, as it was set."""
    return _policy[0]


_options = {"disable_model_pruning": False, "disable_meta_optimizer": False}
_jit = [""]


def get_experimental_options() -> dict[str, bool]:
    """Settings of TensorFlow's graph optimizer, as they were set; XLA has its own."""
    return dict(_options)


def set_experimental_options(options: dict[str, bool]) -> None:
    """Settings of TensorFlow's graph optimizer, kept; XLA has its own."""
    _options.update(options)


def get_jit() -> str:
    """Whether clusters of operations are compiled, as it was set; kerax compiles whole functions."""
    return _jit[0]


def set_jit(enabled: Any) -> None:
    """Whether clusters of operations are compiled: kept; kerax compiles whole functions."""
    _jit[0] = "autoclustering" if enabled in (True, "autoclustering") else ""


_drawing = [True]


def enable_tf_random_generator() -> None:
    """Keras draws from a generator; kerax always does."""
    _drawing[0] = True


def disable_tf_random_generator() -> None:
    """Keras would draw from TensorFlow's older functions; kerax has one way."""
    _drawing[0] = False


def is_tf_random_generator_enabled() -> bool:
    """What was said last."""
    return _drawing[0]


_tensor_float_32 = [True]


def enable_tensor_float_32_execution(enabled: bool) -> None:
    """Whether products of float32 may have fewer bits where the device can: ``jax_default_matmul_precision``."""
    _tensor_float_32[0] = bool(enabled)
    jax.config.update("jax_default_matmul_precision", None if enabled else "highest")


def tensor_float_32_execution_enabled() -> bool:
    """Whether products of float32 may be computed with fewer bits where the device can."""
    return _tensor_float_32[0]


class ClusterDeviceFilters:
    """Accepted as in TensorFlow."""

    def set_device_filters(self, job_name: str, task_index: int, device_filters: Any) -> None:
        """Nothing: JAX decides."""


def get_memory_info(device: Any) -> dict[str, int]:
    """Memory in use and at its peak, in bytes; zeros where JAX does not know."""
    place = place_of(device)
    stats = (place.memory_stats() if place is not None else None) or {}
    return {"current": stats.get("bytes_in_use", 0), "peak": stats.get("peak_bytes_in_use", 0)}


def get_memory_usage(device: Any) -> int:
    """Bytes in use on a device; zero where JAX does not know."""
    return get_memory_info(device)["current"]


def get_device_details(device: Any) -> dict[str, Any]:
    """What is known of an accelerator."""
    if device.device_type == "CPU":
        return {}
    place = place_of(str(device.name).replace("physical_device", "device"))
    return {"device_name": getattr(place, "device_kind", "unknown")}


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """Whether JAX has a GPU."""
    return bool(list_physical_devices("GPU"))


def gpu_device_name() -> str:
    """The name of the first GPU, empty if there is none."""
    found = list_logical_devices("GPU")
    return found[0].name if found else ""


def no(*args: Any, **kwargs: Any) -> bool:
    """False."""
    return False


def yes(*args: Any, **kwargs: Any) -> bool:
    """True."""
    return True


def zero(*args: Any, **kwargs: Any) -> int:
    """Zero: JAX decides."""
    return 0
