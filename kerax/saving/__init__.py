"""Saving and loading: models, weights, and any object as a configuration."""

from kerax.registry import (
    CustomObjectScope,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    serialize_keras_object,
)
from kerax.saving.weights_h5 import load_weights_h5, save_weights_h5

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_weights_h5",
    "register_keras_serializable",
    "save_weights_h5",
    "serialize_keras_object",
]
