"""The values behind ``kerax.config``: default float type, epsilon, image layout, kerax's folder, compilation cache."""

from __future__ import annotations

import os
import pathlib

import jax

from kerax.errors import unknown_name
from kerax.wide_types import note_narrowed

_FLOAT_TYPES = ("float16", "bfloat16", "float32", "float64")
_IMAGE_FORMATS = ("channels_last", "channels_first")
_settings: dict = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "functions_eager": False,
    "flash_attention": True,
    "interactive_logging": True,
    "traceback_filtering": os.environ.get("KERAX_TRACEBACK_FILTERING", "").lower() not in ("0", "off", "false"),
    "max_epochs": None,
    "max_steps_per_epoch": None,
}
_LIMITS = {"max_epochs": "KERAX_MAX_EPOCHS", "max_steps_per_epoch": "KERAX_MAX_STEPS_PER_EPOCH"}


def floatx() -> str:
    """Returns the default float type, ``"float32"`` unless changed.

    Example:
      >>> import kerax
      >>> kerax.config.floatx()
      'float32'
    """
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Sets the default float type of new weights and inputs.

    Args:
      value: one of ``"float16"``, ``"bfloat16"``, ``"float32"``, ``"float64"``. The last one is warned of where JAX has
        no types of 64 bits.

    Raises:
      ValueError: for any other value.

    Example:
      >>> import kerax
      >>> kerax.config.set_floatx("float32")
    """
    if value not in _FLOAT_TYPES:
        raise unknown_name("float type", value, _FLOAT_TYPES)
    note_narrowed(value)
    _settings["floatx"] = value


def epsilon() -> float:
    """Returns the fuzz factor used by losses and metrics, ``1e-7`` unless changed.

    Example:
      >>> import kerax
      >>> kerax.config.epsilon()
      1e-07
    """
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Sets the fuzz factor used by losses and metrics.

    Args:
      value: a positive number.

    Example:
      >>> import kerax
      >>> kerax.config.set_epsilon(1e-7)
    """
    if not value > 0:
        raise ValueError(f"set_epsilon() needs a positive number, received {value!r}.")
    _settings["epsilon"] = float(value)


def image_data_format() -> str:
    """Returns the default layout of images, ``"channels_last"`` unless changed.

    Example:
      >>> import kerax
      >>> kerax.config.image_data_format()
      'channels_last'
    """
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Sets the default layout of images.

    Args:
      data_format: ``"channels_last"`` or ``"channels_first"``.

    Raises:
      ValueError: for any other value.

    Example:
      >>> import kerax
      >>> kerax.config.set_image_data_format("channels_last")
    """
    if data_format not in _IMAGE_FORMATS:
        raise unknown_name("image data format", data_format, _IMAGE_FORMATS)
    _settings["image_data_format"] = data_format


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Sets whether functions made by ``kerax.function`` run as plain Python, for debugging.

    Args:
      run_eagerly: True for plain Python.

    Example:
      >>> import kerax
      >>> kerax.config.run_functions_eagerly(True); kerax.config.functions_run_eagerly()
      True
      >>> kerax.config.run_functions_eagerly(False)
    """
    _settings["functions_eager"] = bool(run_eagerly)


def functions_run_eagerly() -> bool:
    """Whether functions made by ``kerax.function`` run as plain Python.

    Example:
      >>> import kerax
      >>> kerax.config.functions_run_eagerly()
      False
    """
    return _settings["functions_eager"]


def enable_interactive_logging() -> None:
    """Makes ``verbose="auto"`` a progress bar: the default.

    Example:
      >>> import kerax
      >>> kerax.config.enable_interactive_logging()
    """
    _settings["interactive_logging"] = True


def disable_interactive_logging() -> None:
    """Makes ``verbose="auto"`` one line per epoch, for log files.

    Example:
      >>> import kerax
      >>> kerax.config.disable_interactive_logging(); kerax.config.is_interactive_logging_enabled()
      False
      >>> kerax.config.enable_interactive_logging()
    """
    _settings["interactive_logging"] = False


def is_interactive_logging_enabled() -> bool:
    """Whether ``verbose="auto"`` is a progress bar.

    Example:
      >>> import kerax
      >>> kerax.config.is_interactive_logging_enabled()
      True
    """
    return _settings["interactive_logging"]


def enable_traceback_filtering() -> None:
    """Leaves the frames of kerax and JAX out of tracebacks, so that your own lines stand out: the default.

    Example:
      >>> import kerax
      >>> kerax.config.enable_traceback_filtering()
    """
    _settings["traceback_filtering"] = True
    jax.config.update("jax_traceback_filtering", "auto")


def disable_traceback_filtering() -> None:
    """Shows the frames of kerax and JAX in tracebacks, to look for a mistake there.

    The variable KERAX_TRACEBACK_FILTERING=off does so from outside.

    Example:
      >>> import kerax
      >>> kerax.config.disable_traceback_filtering(); kerax.config.is_traceback_filtering_enabled()
      False
      >>> kerax.config.enable_traceback_filtering()
    """
    _settings["traceback_filtering"] = False
    jax.config.update("jax_traceback_filtering", "off")


def is_traceback_filtering_enabled() -> bool:
    """Whether the frames of kerax and JAX are left out of tracebacks.

    Example:
      >>> import kerax
      >>> kerax.config.enable_traceback_filtering(); kerax.config.is_traceback_filtering_enabled()
      True
    """
    return _settings["traceback_filtering"]


def set_max_epochs(max_epochs: int | None) -> None:
    """Limits the epochs of every ``fit``, to try a script out. The variable KERAX_MAX_EPOCHS does so from outside.

    Args:
      max_epochs: at least 1, or None for no limit.

    Example:
      >>> import kerax
      >>> kerax.config.set_max_epochs(1); kerax.config.max_epochs()
      1
      >>> kerax.config.set_max_epochs(None)
    """
    _settings["max_epochs"] = _limit("set_max_epochs", max_epochs)


def max_epochs() -> int | None:
    """Returns the limit of epochs, None without one.

    Example:
      >>> import kerax
      >>> kerax.config.max_epochs()
    """
    return _limit_now("max_epochs")


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Limits the batches of ``fit`` (in each epoch), ``evaluate`` and ``predict``, to try a script out.

    The variable KERAX_MAX_STEPS_PER_EPOCH does so from outside.

    Args:
      max_steps_per_epoch: at least 1, or None for no limit.

    Example:
      >>> import kerax
      >>> kerax.config.set_max_steps_per_epoch(10); kerax.config.max_steps_per_epoch()
      10
      >>> kerax.config.set_max_steps_per_epoch(None)
    """
    _settings["max_steps_per_epoch"] = _limit("set_max_steps_per_epoch", max_steps_per_epoch)


def max_steps_per_epoch() -> int | None:
    """Returns the limit of batches, None without one.

    Example:
      >>> import kerax
      >>> kerax.config.max_steps_per_epoch()
    """
    return _limit_now("max_steps_per_epoch")


def _limit(where: str, value: int | str | None) -> int | None:
    if value is None:
        return None
    try:
        number = int(value)
    except ValueError:
        number = 0
    if number < 1:
        raise ValueError(f"{where} needs a whole number of at least 1, received {value!r}.")
    return number


def _limit_now(name: str) -> int | None:
    value, variable = _settings[name], _LIMITS[name]
    return value if value is not None else _limit(f"The environment variable {variable}", os.environ.get(variable))


def set_backend(backend: str) -> None:
    """Accepts the one backend there is, for scripts written for Keras 3.

    Args:
      backend: ``"jax"``.

    Raises:
      ValueError: for any other backend.

    Example:
      >>> import kerax
      >>> kerax.config.set_backend("jax")
    """
    if backend != "jax":
        raise ValueError(f"kerax runs on JAX; set_backend() received {backend!r}.")


def is_nnx_enabled() -> bool:
    """Whether variables are Flax NNX variables: never; ``model.as_nnx()`` makes an NNX module of a model.

    Example:
      >>> import kerax
      >>> kerax.config.is_nnx_enabled()
      False
    """
    return False


def home() -> pathlib.Path:
    """Returns kerax's own folder: ``$KERAX_HOME``, or ``~/.kerax``.

    Example:
      >>> import kerax
      >>> kerax.config.home().name != ""
      True
    """
    return pathlib.Path(os.environ.get("KERAX_HOME") or pathlib.Path.home() / ".kerax").expanduser()


def backend() -> str:
    """Returns the name of what computes, always ``"jax"``.

    Example:
      >>> import kerax
      >>> kerax.config.backend()
      'jax'
    """
    return "jax"


def enable_flash_attention() -> None:
    """Lets attention use the device's fused kernel where it is the faster one, which is the default.

    Example:
      >>> import kerax
      >>> kerax.config.enable_flash_attention()
    """
    _settings["flash_attention"] = True


def disable_flash_attention() -> None:
    """Makes attention compute its scores step by step, for comparisons; it holds for programs compiled from now on.

    Example:
      >>> import kerax
      >>> kerax.config.disable_flash_attention()
      >>> kerax.config.enable_flash_attention()
    """
    _settings["flash_attention"] = False


def is_flash_attention_enabled() -> bool:
    """Returns whether attention may use the device's fused kernel.

    Example:
      >>> import kerax
      >>> kerax.config.is_flash_attention_enabled()
      True
    """
    return _settings["flash_attention"]


def enable_compilation_cache(enabled: bool = True) -> None:
    """Keeps compiled programs on disk, so that the next run of a script starts at once.

    On by default; ``KERAX_COMPILATION_CACHE=0`` in the environment or ``enable_compilation_cache(False)`` turns it
    off. A folder that the user has set in JAX itself is left alone.

    Args:
      enabled: whether compiled programs are read from and written to ``home() / "xla"``.

    Example:
      >>> import kerax
      >>> kerax.config.enable_compilation_cache(True)
    """
    ours = str(home() / "xla")
    current = jax.config.jax_compilation_cache_dir
    if enabled and not current:
        jax.config.update("jax_compilation_cache_dir", ours)
    elif not enabled and current == ours:
        jax.config.update("jax_compilation_cache_dir", None)
