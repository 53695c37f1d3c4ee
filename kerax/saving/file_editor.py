"""KerasFileEditor: look into a file of weights, change it, and write another."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from kerax.errors import did_you_mean
from kerax.saving.groups import groups_of, without_second_names
from kerax.saving.hdf5_reader import Hdf5Reader
from kerax.saving.hdf5_writer import hdf5_file, write_array
from kerax.saving.json_text import parse_json
from kerax.saving.refusals import refusals
from kerax.saving.zip_reader import CONFIG, METADATA, WEIGHTS, ArchiveReader
from kerax.utils.atomic import atomic_path

_VARIABLES = "vars"
_OPTIMIZER = "optimizer"
_SUFFIX = ".weights.h5"
_DEEPEST = 60  # groups in groups, which is more than any model has


class KerasFileEditor:
    """The weights of a ``.keras`` or ``.weights.h5`` file, to look at, to change and to save under another name.

    Objects (layers, mostly) are named by their path in the file, ``"layers/dense_1"``, or by the last part of it where
    that is unique. The file that was opened is never changed.

    Args:
      filepath: the file.

    Attributes:
      config: the model's configuration; None for a file of weights alone.
      metadata: version and date of a ``.keras`` file, else None.
      model: None, as in Keras.

    Raises:
      ValueError: for another kind of file or a damaged one.
      FileNotFoundError: if there is no such file.

    Example:
      >>> import os, tempfile, kerax
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(3)])
      >>> path = os.path.join(tempfile.mkdtemp(), "m.weights.h5")
      >>> model.save_weights(path)
      >>> editor = kerax.saving.KerasFileEditor(path)
      >>> editor.rename_object("dense", "dense_1")
      >>> editor.summary()
      layers/dense_1 (dense)
        0  float32 (2, 3)
        1  float32 (3,)
    """

    def __init__(self, filepath: str | os.PathLike):
        self.filepath = str(filepath)
        self.config: Any = None
        self.metadata: Any = None
        self.model: Any = None
        if self.filepath.endswith(".keras"):
            with refusals("KerasFileEditor", filepath), ArchiveReader(filepath) as archive:
                self.config = parse_json(archive.text(CONFIG), f"{archive.what}: {CONFIG}")
                self.metadata = parse_json(archive.text(METADATA), f"{archive.what}: {METADATA}")
                with archive.opened(WEIGHTS) as weights, Hdf5Reader(weights, f"{archive.what}: {WEIGHTS}") as reader:
                    self._objects, self._names = _read(reader)
        elif self.filepath.endswith(_SUFFIX):
            with refusals("KerasFileEditor", filepath), Hdf5Reader(filepath) as reader:
                self._objects, self._names = _read(reader)
        else:
            raise ValueError(f"KerasFileEditor opens .keras and {_SUFFIX} files, received {self.filepath!r}.")

    @property
    def weights_dict(self) -> dict[str, Any]:
        """The weights as nested dicts: ``{"layers": {"dense": {"0": array, "1": array}}}``."""
        nested: dict[str, Any] = {}
        for path, weights in self._objects.items():
            inner = nested
            for part in path.split("/") if path else ():
                inner = inner.setdefault(part, {})
            inner.update(weights)
        return nested

    @property
    def object_metadata(self) -> dict[str, str]:
        """Path of an object to the name of the layer that it was, where the file has it."""
        return {path: name for path, name in self._names.items() if path in self._objects}

    # ---- looking ----------------------------------------------------------------------------------------------------
    def summary(self) -> None:
        """Prints every object with the dtypes and shapes of its weights."""
        for path, weights in self._objects.items():
            name = self._names.get(path)
            print((path or "(the model)") + (f" ({name})" if name and name != path.rpartition("/")[2] else ""))
            for key, array in weights.items():
                print(f"  {key}  {array.dtype.name} {tuple(array.shape)}")

    def compare(self, reference_model: Any) -> dict[str, Any]:
        """Compares the weights with those that a model would load, and prints what differs.

        Args:
          reference_model: a built model.

        Returns:
          ``{"status": "success" or "error", "error_count": int, "match_count": int}``: objects missing or left over
          count once, other differences by weight. An optimizer's state is not compared.
        """
        wanted = {
            group.place: {str(i): tuple(variable.shape) for i, variable in enumerate(group.variables)}
            for group in groups_of(reference_model)
            if group.variables
        }
        errors, matches = [], 0
        for path, shapes in wanted.items():
            found = self._objects.get(path)
            if found is None:
                errors.append(f"{path} is not in the file")
                continue
            for key in {**shapes, **found}:
                if key not in found:
                    errors.append(f"{path} has no weight {key!r} of shape {shapes[key]} in the file")
                elif key not in shapes:
                    errors.append(f"{path} has a weight {key!r} in the file, the model has none")
                elif tuple(found[key].shape) != shapes[key]:
                    errors.append(
                        f"{path}: weight {key!r} has shape {tuple(found[key].shape)} in the file, {shapes[key]} in the "
                        "model"
                    )
                else:
                    matches += 1
        extra = (path for path in self._objects if path not in wanted and path.partition("/")[0] != _OPTIMIZER)
        errors += [f"{path} is in the file, the model has no such object" for path in extra]
        for text in errors:
            print(text)
        return {"status": "error" if errors else "success", "error_count": len(errors), "match_count": matches}

    # ---- changing ---------------------------------------------------------------------------------------------------
    def rename_object(self, object_name: str, new_name: str) -> None:
        """Renames an object, and what is below it.

        Args:
          object_name: its path, or the last part of it.
          new_name: the new last part, or a whole new path.

        Raises:
          ValueError: if there is no such object, or one of the new name.
        """
        old = self._path_of(object_name)
        new = new_name if "/" in new_name else "/".join([*old.split("/")[:-1], new_name])
        if any(path == new or path.startswith(new + "/") for path in self._objects):
            raise ValueError(f"KerasFileEditor.rename_object(): {self.filepath!r} has an object {new!r} already.")

        def renamed(path: str) -> str:
            return new + path[len(old) :] if path == old or path.startswith(old + "/") else path

        self._objects = {renamed(path): weights for path, weights in self._objects.items()}
        self._names = {renamed(path): name for path, name in self._names.items()}

    def delete_object(self, object_name: str) -> None:
        """Removes an object, and what is below it.

        Args:
          object_name: its path, or the last part of it.

        Raises:
          ValueError: if there is no such object.
        """
        gone = self._path_of(object_name)
        self._objects = {p: w for p, w in self._objects.items() if p != gone and not p.startswith(gone + "/")}

    def add_object(self, object_path: str, weights: Mapping[str, Any]) -> None:
        """Adds an object.

        Args:
          object_path: its whole path, ``"layers/dense_3"``.
          weights: name (``"0"``, ``"1"``, ...) to array.

        Raises:
          ValueError: if there is one at that path, or ``weights`` holds no arrays by name.
        """
        path = object_path.strip("/")
        if path in self._objects:
            raise ValueError(
                f"KerasFileEditor.add_object(): {self.filepath!r} has an object {path!r} already. Use add_weights()."
            )
        self._objects[path] = _arrays(weights, "add_object")

    def delete_weight(self, object_name: str, weight_name: str) -> None:
        """Removes a weight of an object.

        Args:
          object_name: the object's path, or the last part of it.
          weight_name: the weight's name, ``"0"``.

        Raises:
          ValueError: if there is no such object or weight.
        """
        path = self._path_of(object_name)
        weights = self._objects.get(path, {})
        if weight_name not in weights:
            raise ValueError(
                f"KerasFileEditor.delete_weight(): object {path!r} has no weight {weight_name!r}, only {list(weights)}."
            )
        del weights[weight_name]

    def add_weights(self, object_name: str, weights: Mapping[str, Any]) -> None:
        """Adds weights to an object, or replaces them.

        Args:
          object_name: the object's path, or the last part of it.
          weights: name to array.

        Raises:
          ValueError: if there is no such object, or ``weights`` holds no arrays by name.
        """
        path = self._path_of(object_name)
        self._objects.setdefault(path, {}).update(_arrays(weights, "add_weights"))

    def save(self, filepath: str | os.PathLike) -> None:
        """Writes the weights into a ``.weights.h5`` file, atomically and with a checksum.

        Args:
          filepath: the file.

        Raises:
          ValueError: for a path that does not end in ``.weights.h5``.
          OSError: naming the path, if it cannot be written.
        """
        path = pathlib.Path(filepath)
        if not path.name.endswith(_SUFFIX):
            raise ValueError(f"KerasFileEditor.save() writes {_SUFFIX} files, received {str(path)!r}.")
        with atomic_path(path, "weights") as temporary, hdf5_file(temporary) as file:
            for place, weights in self._objects.items():
                group = file.create_group(f"{place}/{_VARIABLES}" if place else _VARIABLES)
                group.attrs["name"] = self._names.get(place, place.rpartition("/")[2])
                for key, array in weights.items():
                    write_array(group, key, array)

    resave_weights = save

    def _path_of(self, name: str) -> str:
        """The whole path of an object."""
        name = name.strip("/")
        places = {"/".join(path.split("/")[:end]) for path in self._objects for end in range(1, path.count("/") + 2)}
        if name in places:
            return name
        found = sorted(place for place in places if place.rpartition("/")[2] == name)
        if not found:
            known = sorted({*places, *(place.rpartition("/")[2] for place in places)})
            raise ValueError(f"{self.filepath!r} holds no object {name!r}.{did_you_mean(name, known)}")
        if len(found) > 1:
            raise ValueError(f"{self.filepath!r} holds several objects {name!r}; give the whole path: {found}.")
        return found[0]


def _read(reader: Hdf5Reader) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, str]]:
    """All objects of a file with their weights, and the names that they had in the model."""
    objects: dict[str, dict[str, np.ndarray]] = {}
    names: dict[str, str] = {}

    def visit(place: str, depth: int) -> None:
        if depth > _DEEPEST:
            raise ValueError(f"{place[:80]!r}... in {reader.what} lies deeper than any model's weights.")
        own = f"{place}/{_VARIABLES}" if place else _VARIABLES
        weights = {name: reader.array(f"{own}/{name}") for name in reader.names(own)}
        if weights:
            objects[place] = {name: stored.read_unasked() for name, stored in weights.items() if stored is not None}
            name = reader.text(own, "name")
            if name:
                names[place] = name
        for name in without_second_names(reader.names(place)):
            if name != _VARIABLES:
                visit(f"{place}/{name}" if place else name, depth + 1)

    visit("", 0)
    return objects, names


def _arrays(weights: Any, method: str) -> dict[str, np.ndarray]:
    if not isinstance(weights, Mapping):
        raise ValueError(
            f"KerasFileEditor.{method}(): weights must be a dict from name to array, like {{'0': kernel}}; received "
            f"{type(weights).__name__}."
        )
    found = {}
    for name, value in weights.items():
        array = np.asarray(value)
        if not isinstance(name, str) or "/" in name or not name or array.dtype.kind in "OUS":
            raise ValueError(
                f"KerasFileEditor.{method}(): weights must be arrays of numbers by name ('0', '1', ...); received "
                f"{name!r} with dtype {array.dtype}."
            )
        found[name] = array
    return found
