"""Models as JSON or YAML text: the layers and their arguments, without weights."""

from __future__ import annotations

from typing import Any

from kerax.layers import deserialize
from kerax.models.model import Model
from kerax.registry import object_sharing_scope
from kerax.saving.json_text import MAXIMUM_DEPTH, parse_json
from kerax.saving.refusals import refusals
from kerax.saving.tf_keras_meanings import with_tf_keras_meanings
from kerax.state.memory import weights_budget

LARGEST = 2 * 2**30  # bytes of all weights of a model that is made from a text, unless the caller allows more


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None, largest: int = LARGEST) -> Model:
    """Makes a model with new weights from JSON text written by kerax, Keras 3 or tf.keras.

    Args:
      json_string: the text.
      custom_objects: the user's own classes and functions by name.
      largest: bytes that all weights together may take.

    Raises:
      ValueError: if the text is no model's configuration.

    Example:
      >>> import kerax
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)])
      >>> kerax.models.model_from_json(model.to_json()).count_params()
      3
    """
    if not isinstance(json_string, (str, bytes)):
        raise TypeError(f"model_from_json() takes text, received {type(json_string).__name__}.")
    return model_from_config(parse_json(json_string, "model_from_json(): the text"), custom_objects, largest)


def model_from_yaml(yaml_string: str, custom_objects: dict[str, Any] | None = None, largest: int = LARGEST) -> Model:
    """Makes a model with new weights from YAML text, such as old versions of tf.keras wrote.

    The text may hold plain values only: no tags, which could run code, and no aliases, which could grow without bound.

    Args:
      yaml_string: the text.
      custom_objects: the user's own classes and functions by name.
      largest: bytes that all weights together may take.

    Raises:
      ValueError: if the text is no model's configuration.
      ImportError: without the package ``pyyaml``.

    Example:
      >>> import kerax
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)])
      >>> kerax.models.model_from_yaml(model.to_yaml()).count_params()
      3
    """
    import yaml

    if not isinstance(yaml_string, (str, bytes)):
        raise TypeError(f"model_from_yaml() takes text, received {type(yaml_string).__name__}.")
    try:
        depth = 0
        for event in yaml.parse(yaml_string, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise ValueError(f"model_from_yaml(): the text holds the alias *{event.anchor}; write it out.")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAXIMUM_DEPTH:
                raise ValueError(f"model_from_yaml(): the text is nested more than {MAXIMUM_DEPTH} levels deep.")
        config = yaml.safe_load(yaml_string)
    except yaml.YAMLError as error:
        raise ValueError(f"model_from_yaml(): the text is no YAML of plain values: {error}") from error
    return model_from_config(config, custom_objects, largest)


def model_from_config(
    config: dict[str, Any], custom_objects: dict[str, Any] | None = None, largest: int = LARGEST
) -> Model:
    """Makes a model with new weights from a configuration with ``class_name`` and ``config``.

    Args:
      config: the configuration.
      custom_objects: the user's own classes and functions by name.
      largest: bytes that all weights together may take, so that a few words cannot exhaust the memory.

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
    with refusals("model_from_config()", "the configuration"), object_sharing_scope(), weights_budget(largest):
        model = deserialize(with_tf_keras_meanings(config, config.get("keras_version")), custom_objects)
    if not isinstance(model, Model):
        raise ValueError(f"The configuration describes the layer {config['class_name']!r}, not a model.")
    return model
