"""The model of a folder whose classes are not known: it runs the programs that lie there beside the configuration."""

from __future__ import annotations

import os
from typing import Any

import kerax
from kerax.compat.tensorflow._saved_model import INDEX
from kerax.compat.tensorflow._tfsm_layer import TFSMLayer
from kerax.saving.json_text import parse_json


class ProgramModel(kerax.Model):
    """What ``tf.keras.models.load_model`` gives for a folder that was written by a model of a class that is gone.

    It can be called, predicts and evaluates. Programs are stored without gradients: its weights stay as they are.

    Args:
      folder: the folder.
      name: of the model.

    Raises:
      ValueError: if the folder has no program for the model's call.

    Example:
      >>> import tempfile, numpy as np, kerax
      >>> from kerax.compat.tensorflow import saved_model
      >>> from kerax.compat.tensorflow._program_model import ProgramModel
      >>> model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(2)])
      >>> saved_model.save(model, folder := tempfile.mkdtemp())
      >>> x = np.ones((4, 3), "float32")
      >>> bool(np.allclose(ProgramModel(folder).predict(x, verbose=0), model(x)))
      True
    """

    def __init__(self, folder: Any, name: str | None = None):
        super().__init__(name=name)
        self.program = TFSMLayer(folder, "__call__")

    def call(self, inputs: Any) -> Any:
        """Runs the stored program."""
        return self.program(inputs)


def has_call(folder: Any) -> bool:
    """Whether a folder holds a program for a model's call.

    Example:
      >>> from kerax.compat.tensorflow._program_model import has_call
      >>> has_call("nowhere")
      False
    """
    path = os.path.join(folder, INDEX) if isinstance(folder, (str, os.PathLike)) else ""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return any(one.get("name") == "__call__" for one in parse_json(file.read(), path).get("functions", ()))
