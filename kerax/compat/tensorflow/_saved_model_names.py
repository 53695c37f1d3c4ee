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


class SaveOptions:
    """How a model is saved; what concerns TensorFlow's graphs has no meaning for kerax's programs.

    Args:
      namespace_whitelist, save_debug_info, function_aliases, experimental_io_device,
        experimental_variable_policy, experimental_custom_gradients, experimental_image_format,
        experimental_skip_saver: kept as they are given.
    """

    def __init__(
        self,
        namespace_whitelist: Any = None,
        save_debug_info: bool = False,
        function_aliases: Any = None,
        experimental_io_device: Any = None,
        experimental_variable_policy: Any = None,
        experimental_custom_gradients: bool = True,
        experimental_image_format: bool = False,
        experimental_skip_saver: bool = False,
    ):
        self.namespace_whitelist, self.save_debug_info = namespace_whitelist, save_debug_info
        self.function_aliases = dict(function_aliases or {})
        self.experimental_io_device = experimental_io_device
        self.experimental_variable_policy = VariablePolicy(experimental_variable_policy)
        self.experimental_custom_gradients = experimental_custom_gradients
        self.experimental_image_format, self.experimental_skip_saver = (
            experimental_image_format,
            experimental_skip_saver,
        )


class LoadOptions:
    """How a saved model is read; kerax reads all of it.

    Args:
      allow_partial_checkpoint, experimental_io_device, experimental_skip_checkpoint, experimental_variable_policy,
        experimental_load_function_aliases: kept as they are given.
    """

    def __init__(
        self,
        allow_partial_checkpoint: bool = False,
        experimental_io_device: Any = None,
        experimental_skip_checkpoint: bool = False,
        experimental_variable_policy: Any = None,
        experimental_load_function_aliases: bool = False,
    ):
        self.allow_partial_checkpoint = allow_partial_checkpoint
        self.experimental_io_device = experimental_io_device
        self.experimental_skip_checkpoint = experimental_skip_checkpoint
        self.experimental_variable_policy = VariablePolicy(experimental_variable_policy)
        self.experimental_load_function_aliases = experimental_load_function_aliases


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

    def singleprint(self) -> str:
        """The sums that do not depend on when it was saved, as one text."""
        return "/".join(str(one) for one in self[1:5])
