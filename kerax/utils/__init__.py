"""Utilities: seeds, labels, structures of training data, custom objects."""

import importlib
from typing import Any

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
from kerax.utils import bounding_boxes
from kerax.utils.labels import normalize, to_categorical
from kerax.utils.py_dataset import PyDataset, Sequence
from kerax.utils.seeds import clear_session, set_random_seed
from kerax.utils.sequences import pad_sequences
from kerax.utils.structures import pack_x_y_sample_weight, unpack_x_y_sample_weight

__all__ = [
    "bounding_boxes",
    "CustomObjectScope",
    "FeatureSpace",
    "PyDataset",
    "Sequence",
    "SidecarEvaluator",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "register_keras_serializable",
    "serialize_keras_object",
    "set_random_seed",
    "to_categorical",
    "unpack_x_y_sample_weight",
]

# Built on layers, or on much of the standard library: found when first asked for.
_LAZY = {
    "FeatureSpace": "kerax.models.feature_space",
    "SidecarEvaluator": "kerax.train.sidecar_evaluator",
    "get_file": "kerax.utils.download",
    "model_to_dot": "kerax.models.pictures",
    "plot_confusion_matrix": "kerax.utils.confusion_picture",
    "plot_model": "kerax.models.pictures",
    "plot_roc_curve": "kerax.utils.roc_picture",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'kerax.utils' has no attribute {name!r}")
    value = getattr(importlib.import_module(_LAZY[name]), name)
    globals()[name] = value
    return value
