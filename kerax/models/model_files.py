"""The methods of a model that write and read files."""

from __future__ import annotations

import json
import os
import pathlib
import warnings
from typing import Any

from kerax.layers import serialize
from kerax.models.compile_config import compile_arguments, get_compile_config
from kerax.saving.load_report import LoadReport
from kerax.saving.plain_value import plain_value
from kerax.saving.saving_api import save_model
from kerax.saving.sharded_weights import save_sharded_weights
from kerax.saving.weights_formats import find_format
from kerax.tracebacks import shorten_tracebacks


class ModelFiles:
    """What every model can do with files; ``Model`` mixes it in."""

    name: str
    built: bool

    def save_weights(
        self,
        filepath: Any,
        overwrite: bool = True,
        save_format: str | None = None,
        options: Any = None,
        max_shard_size: float | None = None,
    ) -> None:
        """Writes all weights into a file, atomically.

        Args:
          filepath: file name ending in ``.weights.h5`` (Keras 3's layout), ``.h5`` (tf.keras's), ``.safetensors``, or
            ``.weights.json`` (the index of several files); a name without an ending, or with ``.ckpt``, is the prefix
            of a TensorFlow checkpoint.
          overwrite: whether an existing file may be replaced.
          save_format: the format, where the ending shall not tell it.
          options: accepted for tf.keras's sake.
          max_shard_size: largest size of one file in gigabytes, for ``.weights.json``.

        Raises:
          ValueError: for another ending, or a model that is not built.
          FileExistsError: if the file exists and may not be replaced.
          OSError: naming the path, if it cannot be written.
        """
        path = _path(filepath, "save_weights()")
        found = find_format(path, save_format, "save_weights()")
        if found.save is None:
            raise ValueError(
                f"save_weights(): a path such as {str(path)!r} is a whole model's; write it with model.save(), or "
                "choose a file name that ends in '.weights.h5'."
            )
        if not (found.deferred and self._may_lack_weights()):
            self._need_weights("save_weights()")
        if not overwrite and path.exists():
            raise FileExistsError(f"save_weights(): the file {str(path)!r} exists; pass overwrite=True to replace it.")
        if max_shard_size is not None:
            if found.name != "weights.json":
                raise ValueError(
                    f"save_weights(max_shard_size=...) needs a file name that ends in '.weights.json', received "
                    f"{str(path)!r}."
                )
            save_sharded_weights(self, path, max_shard_size)
        else:
            found.save(self, path)

    def load_weights(
        self, filepath: Any, skip_mismatch: bool = False, by_name: bool = False, options: Any = None
    ) -> LoadReport:
        """Reads all weights from a file; nothing changes unless all of them fit.

        Args:
          filepath: a file that kerax, Keras 3 or tf.keras wrote: weights, or a whole model.
          skip_mismatch: whether layers that do not fit are left as they are instead of raising.
          by_name: whether layers are found by their names, for another topology (only ``.h5``).
          options: accepted for tf.keras's sake.

        Returns:
          A report: paths of the weights that were loaded, skipped, missing.

        Raises:
          ValueError: naming file, layer, expected and found shape.
          FileNotFoundError: if there is no such file.
        """
        path = _path(filepath, "load_weights()")
        found = find_format(path, None, "load_weights()")
        if not found.deferred and not path.exists():
            raise FileNotFoundError(f"load_weights(): there is no file {str(path)!r}.")
        if by_name and not found.by_name:
            raise ValueError(
                f"load_weights(by_name=True) needs a file in tf.keras's .h5 layout, received {str(path)!r}."
            )
        if not found.deferred:
            self._need_weights("load_weights()")
        return found.load(self, path, skip_mismatch, by_name)

    def save(
        self,
        filepath: Any,
        overwrite: bool = True,
        save_format: str | None = None,
        include_optimizer: bool = True,
        zipped: bool = True,
        dialect: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Writes the whole model into a file: layers, weights, compile settings, state of the optimizer; atomically.

        Args:
          filepath: file name ending in ``.keras``, or ``.h5`` for tf.keras's older format.
          overwrite: whether an existing file may be replaced.
          save_format: ``"keras"`` or ``"h5"``, where the ending shall not tell it.
          include_optimizer: whether compile settings and the state of the optimizer are written too.
          zipped: False for a folder with the members of a ``.keras`` archive in place of one file.
          dialect: words of the ``.keras`` file. None: those that Keras 3 and tf.keras 2.15 both read; calls with
            several tensors by name (``MultiHeadAttention``, ``initial_state``), which each writes in a way of its
            own, as Keras 3 does. ``"tf_keras"``: those of tf.keras 2.15, also for such calls; Keras 3 may refuse it.
          **kwargs: ``options`` and ``signatures`` of tf.keras, which have no meaning here.

        Raises:
          ValueError: for another ending, or a model whose configuration cannot be written.
          FileExistsError: if the file exists and may not be replaced.
          OSError: naming the path, if it cannot be written; an earlier file stays whole.

        Example:
          >>> import kerax
          >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)])
          >>> model.save("model.keras")
          >>> kerax.models.load_model("model.keras").count_params()
          3
        """
        save_model(self, filepath, overwrite, save_format=save_format, include_optimizer=include_optimizer,
                   zipped=zipped, dialect=dialect, **kwargs)  # fmt: skip

    def get_compile_config(self) -> dict[str, Any] | None:
        """Returns the arguments of ``compile()`` as plain values, None if the model is not compiled."""
        return get_compile_config(self)

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles the model as ``get_compile_config()`` says, and creates the optimizer's variables if it can.

        A class with a ``compile`` of its own defines this too; otherwise it is left to the user, with a warning.
        """
        if not type(self).compile.__module__.startswith("kerax."):
            warnings.warn(
                f"Model {self.name!r} was loaded but not compiled: {type(self).__name__} has a compile() of its own. "
                "Define get_compile_config() and compile_from_config(config) in it, or call compile() now.",
                stacklevel=2,
            )
            return
        self.compile(**compile_arguments(config))
        if self.built:
            self.optimizer.build(self.trainable_variables)
            self.optimizer.built = True

    def to_yaml(self, **kwargs: Any) -> str:
        """Returns the model's configuration as YAML text, without weights; see ``kerax.models.model_from_yaml``."""
        import yaml

        return yaml.safe_dump(json.loads(self.to_json()), sort_keys=False, **kwargs)

    def to_json(self, **kwargs: Any) -> str:
        """Returns the model's configuration as JSON text, without weights; see ``kerax.models.model_from_json``."""
        return json.dumps(serialize(self), default=plain_value, **kwargs)

    def _may_lack_weights(self) -> bool:
        """Whether files that wait for a model's weights may be written before there are any; others override it."""
        return False

    def _need_weights(self, where: str) -> None:
        if not self.built:
            raise ValueError(f"{where}: model {self.name!r} has no weights yet: build it or call it on data first.")


shorten_tracebacks(ModelFiles, "save_weights", "load_weights", "save")


def _path(filepath: Any, where: str) -> pathlib.Path:
    if not isinstance(filepath, (str, os.PathLike)):
        raise TypeError(f"{where}: argument filepath must be a file name, received {filepath!r}.")
    return pathlib.Path(filepath)
