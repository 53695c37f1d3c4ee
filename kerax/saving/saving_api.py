"""save_model and load_model: the format by the path."""

from __future__ import annotations

import os
import pathlib
from typing import Any

from kerax.saving.hdf5_writer import is_hdf5
from kerax.saving.keras_archive import load_archive, load_folder, save_archive, save_folder
from kerax.saving.legacy_h5 import load_h5, save_h5
from kerax.saving.tf_keras_limits import check_dialect
from kerax.saving.zip_reader import CONFIG
from kerax.tracebacks import shortens_traceback


class MissingFile(FileNotFoundError, ValueError):
    """There is no file of that name; Keras raises ``ValueError``, Python's own functions ``FileNotFoundError``."""


_H5 = (".h5", ".hdf5")
_IGNORED = ("options", "signatures", "save_traces")  # of tf.keras


@shortens_traceback
def save_model(model: Any, filepath: Any, overwrite: bool = True, zipped: bool = True, **kwargs: Any) -> None:
    """Writes a whole model into a file, atomically; see ``Model.save``.

    Args:
      model: the model.
      filepath: file name ending in ``.keras``, or ``.h5`` for tf.keras's older format.
      overwrite: whether an existing file may be replaced.
      zipped: False for a folder instead of one file.
      **kwargs: ``save_format``, ``include_optimizer``, ``dialect`` as ``Model.save`` takes them.

    Raises:
      ValueError: for another ending, or a model whose configuration cannot be written.
      FileExistsError: if the file exists and may not be replaced.
      OSError: naming the path, if it cannot be written; an earlier file stays whole.

    Example:
      >>> import kerax
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)])
      >>> kerax.saving.save_model(model, "model.h5")
    """
    save_format, include = kwargs.pop("save_format", None), kwargs.pop("include_optimizer", True)
    dialect = kwargs.pop("dialect", None)
    check_dialect(dialect, "save()")
    unknown = [name for name in kwargs if name not in _IGNORED]
    if unknown:
        raise TypeError(f"save(): The following argument(s) are not supported: {unknown}.")
    path = _path(filepath, "save()")
    kind = _kind(path, save_format, zipped)
    if path.exists() and not overwrite:
        raise FileExistsError(f"save(): the file {str(path)!r} exists; pass overwrite=True to replace it.")
    if dialect is not None and kind == "folder":
        raise ValueError(f"save(): dialect={dialect!r} is for '.keras' files, not for folders (zipped=False).")
    if kind == "folder":
        save_folder(model, path, include)
        return
    if path.is_dir():
        raise IsADirectoryError(f"save(): {str(path)!r} is a folder; give the name of a file.")
    if kind == "h5":  # tf.keras's own format in any dialect
        path.parent.mkdir(parents=True, exist_ok=True)  # as Keras does
        save_h5(model, path, include)
    else:
        save_archive(model, path, include, dialect)


def _kind(path: pathlib.Path, save_format: Any, zipped: bool) -> str:
    if save_format is not None and str(save_format).lower() not in ("keras", "h5", "hdf5", "keras_v3"):
        raise ValueError(
            f"save(): the save_format {save_format!r} is unknown or deprecated; a model is saved in the formats "
            "'keras' (a file name ending in '.keras') and 'h5'. For deployment, see model.export()."
        )
    by_format = {None: None, "h5": "h5", "hdf5": "h5"}.get(save_format and str(save_format).lower(), "keras")
    if not zipped:
        if path.name.endswith(".keras"):
            raise ValueError(
                f"save(zipped=False) writes a folder, whose name should not end in '.keras'; received {str(path)!r}."
            )
        return "folder"
    if path.name.endswith(".keras") and by_format in (None, "keras"):
        return "keras"
    if path.name.endswith(_H5) or by_format == "h5":
        return "h5"
    if by_format == "keras":
        return "keras"
    raise ValueError(
        f"save(): Invalid filepath extension for saving: the file name must end in '.keras' (or '.h5' for tf.keras's "
        f"older format), received {str(path)!r}."
    )


@shortens_traceback
def load_model(
    filepath: Any, custom_objects: dict[str, Any] | None = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """Makes a model from a file: layers, weights, compile settings, state of the optimizer.

    Nothing in the file is run, no other file is opened, and classes come from kerax, ``custom_objects`` and what was
    registered only.

    Args:
      filepath: a ``.keras`` or ``.h5`` file that kerax, Keras 3 or tf.keras wrote.
      custom_objects: the user's own classes and functions by name.
      compile: whether the model is compiled as it was.
      safe_mode: False to run Python code that the file holds for ``Lambda`` layers.

    Returns:
      The model.

    Raises:
      ValueError: naming the file and what is wrong with it.
      FileNotFoundError: if there is no such file.

    Example:
      >>> import kerax
      >>> kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)]).save("model.keras")
      >>> kerax.models.load_model("model.keras").output_shape
      (None, 1)
    """
    path = _path(filepath, "load_model()")
    if path.is_dir():
        if (path / CONFIG).exists():
            return load_folder(path, custom_objects, compile, safe_mode)
        raise ValueError(
            f"load_model(): {str(path)!r} is a folder without a model's {CONFIG}. The variables of a SavedModel or "
            "checkpoint go into a model with load_weights()."
        )
    if not path.exists():
        raise MissingFile(f"load_model(): File not found: {str(path)!r}. Give the path of a '.keras' file.")
    if path.name.endswith(".keras") and not is_hdf5(path):
        return load_archive(path, custom_objects, compile, safe_mode)
    if path.name.endswith(_H5) or is_hdf5(path):
        return load_h5(path, custom_objects, compile, safe_mode)
    with open(path, "rb") as file:
        if file.read(4) == b"PK\x03\x04":
            return load_archive(path, custom_objects, compile, safe_mode)
    raise ValueError(
        f"load_model(): File format not supported: {str(path)!r} is neither a .keras archive nor an HDF5 file (.h5)."
    )


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> Any:
    """Reads a model's weights from a file; see ``Model.load_weights``."""
    return model.load_weights(filepath, skip_mismatch=skip_mismatch, **kwargs)


def save_weights(model: Any, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
    """Writes a model's weights into a file; see ``Model.save_weights``."""
    model.save_weights(filepath, overwrite=overwrite, **kwargs)


def _path(filepath: Any, where: str) -> pathlib.Path:
    if not isinstance(filepath, (str, os.PathLike)):
        raise TypeError(f"{where}: argument filepath must be a file name, received {filepath!r}.")
    return pathlib.Path(filepath)
