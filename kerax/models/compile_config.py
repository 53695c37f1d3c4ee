"""How a model was compiled, as plain values, and back: from Keras 3's words and from tf.keras's."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

from kerax import losses, metrics, optimizers
from kerax.registry import serialize_keras_object

_BY_SHAPE = ("accuracy", "acc", "crossentropy", "ce")  # resolved by compile(), when shapes are known
_WRAPPERS = ("MeanMetricWrapper", "LossFunctionWrapper")


def get_compile_config(model: Any) -> dict[str, Any] | None:
    """The arguments of ``compile()`` as plain values; None if the model is not compiled.

    Args:
      model: the model.
    """
    given = model.__dict__.get("_compile_arguments")
    if not model.compiled or given is None:
        return None
    try:
        optimizer = optimizers.serialize(model.optimizer)
    except (TypeError, ValueError) as error:
        warnings.warn(
            f"Model {model.name!r} is saved without its compile settings: its optimizer cannot be written ({error}). "
            "Compile the loaded model again.",
            stacklevel=3,
        )
        return None
    steps = given.get("steps_per_execution")
    return {
        "optimizer": optimizer,
        "loss": _written(given.get("loss"), losses),
        "loss_weights": serialize_keras_object(given.get("loss_weights")),
        "metrics": _written(given.get("metrics"), metrics),
        "weighted_metrics": _written(given.get("weighted_metrics"), metrics),
        "run_eagerly": bool(given.get("run_eagerly")),
        "steps_per_execution": 1 if steps == "auto" else steps,
        "jit_compile": None,
    }


def _written(value: Any, family: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {key: _written(item, family) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_written(item, family) for item in value]
    written = serialize_keras_object(value)
    if isinstance(written, dict) and written.get("module") == "builtins" and written.get("class_name") == "function":
        return written["config"]  # a function of kerax's own is its name
    return written


def compile_arguments(config: dict[str, Any]) -> dict[str, Any]:
    """Arguments for ``compile()`` from what ``get_compile_config`` or tf.keras wrote.

    Args:
      config: with ``optimizer`` (or tf.keras's ``optimizer_config``), ``loss``, ``metrics``...

    Raises:
      ValueError: for an unknown name or a damaged configuration.
    """
    optimizer = config.get("optimizer", config.get("optimizer_config")) or "rmsprop"
    found: dict[str, Any] = {
        "optimizer": optimizers.deserialize(_without_registration(optimizer)),
        "loss": _read(config.get("loss"), losses),
        "metrics": _read(config.get("metrics"), metrics),
        "weighted_metrics": _read(config.get("weighted_metrics"), metrics),
        "loss_weights": config.get("loss_weights"),
        "run_eagerly": bool(config.get("run_eagerly")),
    }
    steps = config.get("steps_per_execution")
    if isinstance(steps, int) and steps > 1:
        found["steps_per_execution"] = steps
    return found


def _without_registration(config: Any) -> Any:
    """In ``.h5`` files tf.keras writes its present optimizers as "Custom>Adam", and the older ones as "Adam"."""
    if not isinstance(config, dict) or not isinstance(config.get("class_name"), str):
        return config
    inner = config.get("config")
    if isinstance(inner, dict) and "decay" in inner and "use_ema" not in inner and not config.get("module"):
        return {**config, "module": "keras.optimizers.legacy"}
    return {**config, "class_name": config["class_name"].removeprefix("Custom>")}


def _read(value: Any, family: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        found = value if value in _BY_SHAPE else family.deserialize(value)
        owner = found if inspect.isroutine(found) else type(found)
        # The logs call a metric "mae" that was given so, "mean_absolute_error" the function of this name.
        return value if family is metrics and str(owner.__module__).startswith("kerax.") else found
    if isinstance(value, (list, tuple)):
        return [_read(item, family) for item in value]
    if not isinstance(value, dict):
        raise ValueError(f"A compile setting must be a name or a configuration, found {value!r}.")
    if "class_name" not in value:
        return {key: _read(item, family) for key, item in value.items()}
    inner = value.get("config")
    if value["class_name"] in _WRAPPERS and isinstance(inner, dict) and isinstance(inner.get("fn"), (str, dict)):
        return _wrapped(value, inner, family)
    return family.deserialize(value)


def _wrapped(value: dict[str, Any], inner: dict[str, Any], family: Any) -> Any:
    """tf.keras writes a metric given by name as a wrapped function; the name in the logs is the one it had."""
    function = family.deserialize(inner["fn"])
    arguments = {key: item for key, item in inner.items() if key not in ("fn", "dtype")}
    if value["class_name"] == "MeanMetricWrapper":
        return metrics.MeanMetricWrapper(function, **arguments)
    return function
