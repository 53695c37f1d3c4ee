"""Families of named objects (initializers, losses, layers...): look-up by identifier, configurations, custom objects.

A family resolves names only from its own explicit table, the user's ``custom_objects`` and what the user registered: a
configuration can never name a module to import.

Names imported "as" themselves are for kerax's own packages.
"""

from kerax.registry.custom_objects import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from kerax.registry.custom_objects import (
    registered_name_of as registered_name_of,
)
from kerax.registry.family import Family, to_snake_case
from kerax.registry.function_code import FunctionCode as FunctionCode
from kerax.registry.function_code import is_lambda as is_lambda
from kerax.registry.function_code import load_function as load_function
from kerax.registry.safe_mode import in_safe_mode as in_safe_mode
from kerax.registry.safe_mode import safe_mode_scope as safe_mode_scope
from kerax.registry.sharing import object_sharing_scope as object_sharing_scope
from kerax.registry.values import deserialize_keras_object, serialize_keras_object
from kerax.registry.values import read_special as read_special

__all__ = [
    "CustomObjectScope",
    "Family",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "register_keras_serializable",
    "serialize_keras_object",
    "to_snake_case",
]
