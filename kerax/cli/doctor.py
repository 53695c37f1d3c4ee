"""``kerax doctor``: versions, devices, folders, and what to do about what is wrong with them."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
import pathlib
import platform
import shutil
import sys

_CORE = ("kerax", "jax", "jaxlib", "flax", "optax", "numpy", "h5py", "rich", "ml_dtypes")
_EXTRAS = {
    "google-crc32c": "data",
    "pandas": "data",
    "pyarrow": "data",
    "pillow": "image",
    "matplotlib": "viz",
    "tensorboard": "tensorboard",
    "orbax-checkpoint": "(comes with flax)",
}
_NVIDIA = ("/dev/nvidia0", "/proc/driver/nvidia/version")
_TPU = ("/dev/accel0", "/dev/vfio/0")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command takes no arguments."""


def run(arguments: argparse.Namespace) -> int:
    """Prints the findings; 1 if something is wrong."""
    print(f"python       {platform.python_version()}  {sys.executable}")
    print(f"platform     {platform.platform()}")
    for name in _CORE:
        print(f"{name:<12} {_version(name) or 'not installed'}")
    lacking = [f"{name} (extra {extra})" for name, extra in _EXTRAS.items() if _version(name) is None]
    print(f"optional     not installed: {', '.join(lacking) or 'nothing is lacking'}")
    problems = [*_devices(), *_versions(), *_cache()]
    for problem in problems:
        print(f"PROBLEM      {problem}")
    if not problems:
        print("all is well")
    return 1 if problems else 0


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _devices() -> list[str]:
    import jax

    try:
        devices = jax.devices()
    except RuntimeError as error:
        lines = str(error).strip().splitlines()
        return [f"JAX finds no device: {lines[0] if lines else error}"]
    kinds = sorted({f"{device.platform} ({device.device_kind})" for device in devices})
    print(f"devices      {len(devices)}: {', '.join(kinds)}")
    if any(device.platform != "cpu" for device in devices):
        return []
    asked = os.environ.get("JAX_PLATFORMS")
    if asked and "cpu" in asked:
        return [
            f"JAX runs on the CPU because JAX_PLATFORMS={asked} is set: unset it to use an accelerator."
        ] * _present()
    if any(os.path.exists(path) for path in _NVIDIA) or shutil.which("nvidia-smi"):
        version = _version("jax")
        return [
            "There is an NVIDIA GPU, but JAX runs on the CPU: its GPU plugin is not installed or does not fit. "
            f'Run: pip install "jax[cuda12]=={version}"'
        ]
    if any(os.path.exists(path) for path in _TPU):
        return [f'There is a TPU, but JAX runs on the CPU. Run: pip install "jax[tpu]=={_version("jax")}"']
    return []


def _present() -> int:
    """1 if the machine seems to have an accelerator."""
    return int(any(os.path.exists(path) for path in (*_NVIDIA, *_TPU)))


def _versions() -> list[str]:
    jax, jaxlib = _version("jax"), _version("jaxlib")
    problems = []
    if jax and jaxlib and jaxlib.split(".")[:2] != jax.split(".")[:2]:
        problems.append(f'jax {jax} and jaxlib {jaxlib} do not belong together. Run: pip install -U "jaxlib=={jax}"')
    for plugin in ("jax-cuda12-plugin", "jax-cuda13-plugin"):
        found = _version(plugin)
        if found and jaxlib and found.split(".")[:3] != jaxlib.split(".")[:3]:
            name = plugin.removeprefix("jax-").removesuffix("-plugin")
            problems.append(f'{plugin} {found} does not fit jaxlib {jaxlib}. Run: pip install -U "jax[{name}]=={jax}"')
    return problems


def _cache() -> list[str]:
    import jax

    folder = jax.config.jax_compilation_cache_dir
    if not folder:
        print("cache        off: programs are compiled anew in every run (KERAX_COMPILATION_CACHE=0 or KERAX_HOME)")
        return []
    place = pathlib.Path(folder)
    files = [file for file in place.iterdir() if file.is_file()] if place.is_dir() else []
    print(f"cache        {folder}: {len(files)} programs, {sum(f.stat().st_size for f in files) / 2**20:.0f} MiB")
    nearest = next((one for one in (place, *place.parents) if one.exists()), place)
    if not os.access(nearest, os.W_OK):
        return [f"The folder {str(nearest)!r} of compiled programs cannot be written: set KERAX_HOME to another one."]
    return []
