"""Whole models in folders, as tf.keras writes them for a path without an ending: ``model.save("my_model")``.

TensorFlow puts a SavedModel there. kerax's folder holds the model as ``tf.keras.models.load_model`` wants it, and the
programs that ``tf.saved_model.load`` runs.
"""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Iterator, MutableMapping
from types import FunctionType
from typing import Any

import kerax
import kerax.utils.legacy
from kerax.compat.tensorflow._edges import entering, on_side, script_mode, unwrap
from kerax.errors import ConfigurationError, first_line
from kerax.saving import saving_api
from kerax.saving.tf_weights import find_tf_weights, load_tf_weights

_FILES = (".keras", ".h5", ".hdf5")


def is_folder(path: Any, save_format: Any = None) -> bool:
    """Whether tf.keras writes a SavedModel there.

    Example:
      >>> from kerax.compat.tensorflow._keras_saving import is_folder
      >>> is_folder("my_model"), is_folder("my_model.h5"), is_folder("my_model", "h5")
      (True, False, False)
    """
    if save_format is not None:
        return str(save_format).lower() in ("tf", "tensorflow")
    return isinstance(path, (str, os.PathLike)) and not os.fspath(path).endswith(_FILES)


def _write(model: Any, path: Any, overwrite: bool, include_optimizer: bool, signatures: Any) -> None:
    """Writes the folder: programs, and the model itself if its configuration says all of it."""
    from kerax.compat.tensorflow import _saved_model

    if os.path.exists(path) and not overwrite:
        raise FileExistsError(f"save(): the folder {os.fspath(path)!r} exists; pass overwrite=True to replace it.")
    os.makedirs(path, exist_ok=True)
    with on_side(kerax=True):
        saving_api.save_model(model, path, True, False, include_optimizer=include_optimizer)
    with on_side(kerax=False):
        try:
            _saved_model.save(model, path, signatures)
        except Exception as error:  # texts, or sizes that a program has to know: the model itself is in the folder
            if signatures is not None:
                raise
            warnings.warn(
                f"model.save({os.fspath(path)!r}): tf.keras.models.load_model() reads the folder, but "
                "tf.saved_model.load() cannot: the model is no program for any number of rows "
                f"({first_line(error)}).",
                stacklevel=2,
            )


def save_model(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    save_format: Any = None,
    include_optimizer: bool = True,
    signatures: Any = None,
    options: Any = None,
    save_traces: bool = True,
    **kwargs: Any,
) -> None:
    """``tf.keras.models.save_model``: a file, or for a path without an ending a folder."""
    model.save(
        filepath, overwrite=overwrite, include_optimizer=include_optimizer, save_format=save_format,
        signatures=signatures, **kwargs,
    )  # fmt: skip


def load_model(
    filepath: Any, custom_objects: Any = None, compile: bool = True, safe_mode: bool = True, **_: Any
) -> Any:
    """``tf.keras.models.load_model``: the model of a file or folder.

    Where a folder's configuration cannot be read, as that of a class which is not registered, the model runs the
    folder's program, and a warning says so.

    Raises:
      OSError: if there is none.
    """
    try:
        return kerax.models.load_model(filepath, custom_objects, compile, safe_mode)
    except ConfigurationError as error:
        from kerax.compat.tensorflow._program_model import ProgramModel, has_call

        if not has_call(filepath):
            raise
        warnings.warn(
            f"{first_line(error)} What load_model() returns runs the folder's program: it can be called and predicts, "
            "but does not learn. Pass the class in custom_objects for the model itself.",
            stacklevel=2,
        )
        with on_side(kerax=True):
            return ProgramModel(filepath)


def install() -> None:
    """Lets ``model.save`` of a script write folders, and ``load_weights`` read checkpoints of a part of the model."""
    plain = kerax.Model.save

    @functools.wraps(plain)
    def save(self: Any, filepath: Any, *args: Any, **kwargs: Any) -> Any:
        if not script_mode() or args[1:] or not is_folder(filepath, kwargs.get("save_format")):
            return plain(self, filepath, *args, **kwargs)
        overwrite = args[0] if args else kwargs.get("overwrite", True)
        return _write(self, filepath, overwrite, kwargs.get("include_optimizer", True), kwargs.get("signatures"))

    save._kerax_entering = True  # type: ignore[attr-defined]
    kerax.Model.save = save  # type: ignore[method-assign]
    load = kerax.Model.load_weights

    @functools.wraps(load)
    def load_weights(
        self: Any, filepath: Any, skip_mismatch: bool = False, by_name: bool = False, **kwargs: Any
    ) -> Any:
        if script_mode() and not by_name and isinstance(filepath, (str, os.PathLike)) and find_tf_weights(filepath):
            with on_side(kerax=True):
                return load_tf_weights(self, filepath, skip_mismatch, may_lack=True)
        return load(self, filepath, skip_mismatch, by_name, **kwargs)

    kerax.Model.load_weights = load_weights  # type: ignore[method-assign, assignment]
    # tf.keras asks only classes that say how they are built; of others what is there is written, even nothing.
    kerax.Model._may_lack_weights = (  # type: ignore[method-assign]
        lambda self: script_mode() and "build" not in type(self).__dict__
    )


class ModelCheckpoint(kerax.callbacks.ModelCheckpoint):
    """``tf.keras.callbacks.ModelCheckpoint``: a path without an ending is that of a folder."""

    def __init__(self, filepath: Any, *args: Any, **kwargs: Any):
        whole = not (args[3] if len(args) > 3 else kwargs.get("save_weights_only", False))
        folder = whole and is_folder(filepath)
        super().__init__(f"{os.fspath(filepath)}.keras" if folder else filepath, *args, **kwargs)
        if folder:
            self.filepath, self._folders = os.fspath(filepath), True


class _Objects(MutableMapping):
    """The table of named objects, where what a script puts in is called with tensors."""

    def __getitem__(self, name: str) -> Any:
        found = _named()[name]
        kept, given = _GIVEN.get(name, (None, None))
        return given if kept is found else found  # kerax may have put another one there

    def __setitem__(self, name: str, value: Any) -> None:
        kept = unwrap(value)
        _GIVEN[name] = kept, value
        _named()[name] = kept

    def __delitem__(self, name: str) -> None:
        del _named()[name]
        _GIVEN.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(_named())

    def __len__(self) -> int:
        return len(_named())

    def __repr__(self) -> str:
        return repr(dict(self))


_GIVEN: dict[str, tuple[Any, Any]] = {}  # name -> what kerax keeps, and what the script gave for it
_OBJECTS = _Objects()


def get_custom_objects() -> MutableMapping:
    """The table of objects that are known by name in the whole process; names may be added to it."""
    return _OBJECTS


def deserialize_keras_object(
    identifier: Any, module_objects: Any = None, custom_objects: Any = None, printable_module_name: str = "object"
) -> Any:
    """``tf.keras.utils.legacy.deserialize_keras_object``: the object of a name or an older configuration."""
    found = _legacy(identifier, module_objects, custom_objects, printable_module_name)
    return entering(found) if isinstance(found, FunctionType) else found


_named = kerax.utils.get_custom_objects
_legacy = entering(kerax.utils.legacy.deserialize_keras_object)
