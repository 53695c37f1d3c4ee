"""Families of named objects (initializers, losses, layers...): look-up by identifier, configurations, custom objects.

A family resolves names only from its own explicit table, the user's ``custom_objects`` and what the user registered: a
configuration can never name a module to import.
"""

from kerax.registry.custom_objects import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    registered_name_of,
)
from kerax.registry.family import Family, to_snake_case
from kerax.registry.function_code import FunctionCode, is_lambda, load_function
from kerax.registry.safe_mode import in_safe_mode, safe_mode_scope
from kerax.registry.sharing import object_sharing_scope
from kerax.registry.values import deserialize_keras_object, read_special, serialize_keras_object

__all__ = [
    "CustomObjectScope",
    "Family",
    "FunctionCode",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "in_safe_mode",
    "is_lambda",
    "load_function",
    "object_sharing_scope",
    "read_special",
    "register_keras_serializable",
    "registered_name_of",
    "safe_mode_scope",
    "serialize_keras_object",
    "to_snake_case",
]
