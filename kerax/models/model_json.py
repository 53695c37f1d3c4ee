"""Models as JSON text: the layers and their arguments, without weights."""

from __future__ import annotations

import json
from typing import Any

from kerax.layers import deserialize
from kerax.models.model import Model
from kerax.models.tf_keras_meanings import with_tf_keras_meanings


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Model:
    """Makes a model with new weights from JSON text written by kerax, Keras 3 or tf.keras.

    Args:
      json_string: the text.
      custom_objects: the user's own classes and functions by name.

    Raises:
      ValueError: if the text is no model's configuration.

    Example:
      >>> import kerax
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)])
      >>> kerax.models.model_from_json(model.to_json()).count_params()
      3
    """
    try:
        config = json.loads(json_string)
    except json.JSONDecodeError as error:
        raise ValueError(f"model_from_json(): the text is no JSON: {error}") from error
    return model_from_config(config, custom_objects)


def model_from_config(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Model:
    """Makes a model with new weights from a configuration with ``class_name`` and ``config``.

    Raises:
      ValueError: if it describes no model.

    Example:
      >>> import json, kerax
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)])
      >>> kerax.models.model_from_config(json.loads(model.to_json())).output_shape
      (None, 1)
    """
    if not isinstance(config, dict) or "class_name" not in config:
        raise ValueError(
            f"A model's configuration is a dict with 'class_name' and 'config', found {type(config).__name__}: "
            f"{str(config)[:80]}"
        )
    model = deserialize(with_tf_keras_meanings(config, config.get("keras_version")), custom_objects)
    if not isinstance(model, Model):
        raise ValueError(f"The configuration describes the layer {config['class_name']!r}, not a model.")
    return model
