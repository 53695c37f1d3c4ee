"""What a tf.keras configuration says in other words than Keras 3."""

from __future__ import annotations

from typing import Any

from kerax.saving.keras1_words import with_new_names

# tf.keras 2: clip(0.2 x + 0.5, 0, 1). Keras 3: clip(x / 6 + 0.5, 0, 1).
ACTIVATIONS = {"hard_sigmoid": "legacy_hard_sigmoid"}
ACTIVATION_ARGUMENTS = ("activation", "recurrent_activation")
# Shapes of the inputs that the layer was once built with; building finds them again.
BUILD_SHAPES = {"MultiHeadAttention": ("query_shape", "key_shape", "value_shape")}


def with_tf_keras_meanings(config: Any, keras_version: str | None) -> Any:
    """Return a model's configuration in words that mean in kerax what they meant to their writer.

    Args:
        config: a configuration, as read from JSON. It is not changed.
        keras_version: the version its file names, such as "2.15.0"; None or 3 and above leaves everything as it is.

    Example:
        >>> from kerax.saving.tf_keras_meanings import with_tf_keras_meanings
        >>> with_tf_keras_meanings({"config": {"activation": "hard_sigmoid"}}, "2.15.0")
        {'config': {'activation': 'legacy_hard_sigmoid'}}
        >>> with_tf_keras_meanings({"config": {"activation": "hard_sigmoid"}}, "3.15.1")
        {'config': {'activation': 'hard_sigmoid'}}
    """
    if not str(keras_version).startswith(("1.", "2.")):
        return config
    return _renamed(_renamed_from_keras1(config) if str(keras_version).startswith("1.") else config)


def _renamed_from_keras1(node: Any) -> Any:
    if isinstance(node, list):
        return [_renamed_from_keras1(item) for item in node]
    if not isinstance(node, dict):
        return node
    new = {key: _renamed_from_keras1(value) for key, value in node.items()}
    if isinstance(new.get("class_name"), str) and isinstance(new.get("config"), dict):
        new["config"] = with_new_names(new["class_name"], new["config"])
    return new


def _renamed(node: Any) -> Any:
    if isinstance(node, list):
        return [_renamed(item) for item in node]
    if not isinstance(node, dict):
        return node
    shapes = BUILD_SHAPES.get(str(node.get("class_name")), ())
    if shapes and isinstance(node.get("config"), dict):
        node = {**node, "config": {key: value for key, value in node["config"].items() if key not in shapes}}
    return {
        key: ACTIVATIONS.get(value, value)
        if key in ACTIVATION_ARGUMENTS and isinstance(value, str)
        else _renamed(value)
        for key, value in node.items()
    }
