"""Utilities: seeds, labels, structures of training data, custom objects."""

import importlib
from typing import Any

from kerax.dtypes import standardize_dtype
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
from kerax.utils.seeds import clear_session, enable_determinism, set_random_seed
from kerax.utils.sequences import pad_sequences
from kerax.utils.structures import pack_x_y_sample_weight, unpack_x_y_sample_weight
from kerax.utils.terminal import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)

__all__ = [
    "Config",
    "CustomObjectScope",
    "FeatureSpace",
    "GeneratorEnqueuer",
    "OrderedEnqueuer",
    "Progbar",
    "PyDataset",
    "Sequence",
    "SequenceEnqueuer",
    "SidecarEvaluator",
    "StepsPerExecutionTuner",
    "TimedThread",
    "array_to_img",
    "audio_dataset_from_directory",
    "bounding_boxes",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_determinism",
    "enable_interactive_logging",
    "experimental",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "image_dataset_from_directory",
    "img_to_array",
    "is_interactive_logging_enabled",
    "is_keras_tensor",
    "legacy",
    "load_img",
    "model_to_dot",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "plot_confusion_matrix",
    "plot_model",
    "plot_roc_curve",
    "register_keras_serializable",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "standardize_dtype",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
    "to_ordinal",
    "unpack_x_y_sample_weight",
    "warmstart_embedding_matrix",
]

# Built on layers, or on much of the standard library: found when first asked for.
_LAZY = {
    "Config": "kerax.utils.config_dict",
    "FeatureSpace": "kerax.models.feature_space",
    "GeneratorEnqueuer": "kerax.utils.enqueuers",
    "OrderedEnqueuer": "kerax.utils.enqueuers",
    "Progbar": "kerax.utils.progbar",
    "SequenceEnqueuer": "kerax.utils.enqueuers",
    "SidecarEvaluator": "kerax.train.sidecar_evaluator",
    "StepsPerExecutionTuner": "kerax.utils.steps_per_execution_tuner",
    "TimedThread": "kerax.utils.enqueuers",
    "array_to_img": "kerax.preprocessing.image_utils",
    "audio_dataset_from_directory": "kerax.preprocessing.audio_dataset",
    "get_file": "kerax.utils.download",
    "get_source_inputs": "kerax.utils.source_inputs",
    "image_dataset_from_directory": "kerax.preprocessing.image_dataset",
    "img_to_array": "kerax.preprocessing.image_utils",
    "is_keras_tensor": "kerax.backend",
    "load_img": "kerax.preprocessing.image_utils",
    "model_to_dot": "kerax.models.pictures",
    "plot_confusion_matrix": "kerax.utils.confusion_picture",
    "plot_model": "kerax.models.pictures",
    "plot_roc_curve": "kerax.utils.roc_picture",
    "save_img": "kerax.preprocessing.image_utils",
    "split_dataset": "kerax.utils.split",
    "text_dataset_from_directory": "kerax.preprocessing.text_dataset",
    "timeseries_dataset_from_array": "kerax.preprocessing.timeseries_dataset",
    "to_ordinal": "kerax.utils.ordinal",
    "warmstart_embedding_matrix": "kerax.utils.ordinal",
}


_MODULES = ("experimental", "legacy")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY, *_MODULES})


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"kerax.utils.{name}")
    if name not in _LAZY:
        raise AttributeError(f"module 'kerax.utils' has no attribute {name!r}")
    value = getattr(importlib.import_module(_LAZY[name]), name)
    globals()[name] = value
    return value
