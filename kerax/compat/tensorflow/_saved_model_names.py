"""Names of ``tf.saved_model`` beside saving and loading: what TensorFlow Serving's files call their parts."""

from __future__ import annotations

import enum
import os
from typing import Any, NamedTuple

CONSTANTS: dict[str, Any] = {
    "ASSETS_DIRECTORY": "assets",
    "ASSETS_KEY": "saved_model_assets",
    "CLASSIFY_INPUTS": "inputs",
    "CLASSIFY_METHOD_NAME": "tensorflow/serving/classify",
    "CLASSIFY_OUTPUT_CLASSES": "classes",
    "CLASSIFY_OUTPUT_SCORES": "scores",
    "DEBUG_DIRECTORY": "debug",
    "DEBUG_INFO_FILENAME_PB": "saved_model_debug_info.pb",
    "GPU": "gpu",
    "PREDICT_INPUTS": "inputs",
    "PREDICT_METHOD_NAME": "tensorflow/serving/predict",
    "PREDICT_OUTPUTS": "outputs",
    "REGRESS_INPUTS": "inputs",
    "REGRESS_METHOD_NAME": "tensorflow/serving/regress",
    "REGRESS_OUTPUTS": "outputs",
    "SAVED_MODEL_FILENAME_PB": "saved_model.pb",
    "SAVED_MODEL_FILENAME_PBTXT": "saved_model.pbtxt",
    "SAVED_MODEL_SCHEMA_VERSION": 1,
    "TPU": "tpu",
    "VARIABLES_DIRECTORY": "variables",
    "VARIABLES_FILENAME": "variables",
}


class Asset:
    """A file that belongs to a saved model.

    Args:
      path: where it is.

    Example:
      >>> from kerax.compat.tensorflow._saved_model_names import Asset
      >>> Asset("words.txt").asset_path.numpy()
      b'words.txt'
    """

    def __init__(self, path: Any):
        self._path = os.fspath(path)

    @property
    def asset_path(self) -> Any:
        """The path as a tensor."""
        from kerax.compat.tensorflow._core import tensor

        return tensor(self._path)


class VariablePolicy(enum.Enum):
    """How a saved model keeps devices of variables; it keeps none."""

    NONE = None
    SAVE_VARIABLE_DEVICES = "save_variable_devices"
    EXPAND_DISTRIBUTED_VARIABLES = "expand_distributed_variables"


class TrackableResource:
    """Base of objects that stand for something outside of the program.

    Args:
      device: accepted as in TensorFlow.
    """

    def __init__(self, device: str = ""):
        self._device = device


class Fingerprint(NamedTuple):
    """Check sums of TensorFlow's saved models, which kerax's have not."""

    saved_model_checksum: Any = None
    graph_def_program_hash: Any = None
    signature_def_hash: Any = None
    saved_object_graph_hash: Any = None
    checkpoint_hash: Any = None
    version: Any = None
