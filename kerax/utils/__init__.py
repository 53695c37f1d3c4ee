"""Utilities: seeds, labels, structures of training data, custom objects."""

from kerax.registry import custom_object_scope, get_registered_name, get_registered_object, register_keras_serializable
from kerax.utils.labels import normalize, to_categorical
from kerax.utils.py_dataset import PyDataset, Sequence
from kerax.utils.seeds import clear_session, set_random_seed
from kerax.utils.structures import pack_x_y_sample_weight, unpack_x_y_sample_weight

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope",
    "PyDataset",
    "Sequence",
    "clear_session",
    "custom_object_scope",
    "get_registered_name",
    "get_registered_object",
    "normalize",
    "pack_x_y_sample_weight",
    "register_keras_serializable",
    "set_random_seed",
    "to_categorical",
    "unpack_x_y_sample_weight",
]
