"""Batches of images from files, changed at random by an ImageDataGenerator."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from kerax.preprocessing.folders import valid_files
from kerax.preprocessing.image_iterators import Iterator
from kerax.preprocessing.image_utils import img_to_array, load_img
from kerax.settings import floatx, image_data_format

_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
_WITHOUT_CLASSES = ("input", "multi_output", "raw", None)


class FileIterator(Iterator):
    """What the iterators over folders and tables have in common.

    Args:
      generator: an ``ImageDataGenerator``, or ``None`` for images as they are.
      options: the arguments of ``flow_from_directory`` by name.
    """

    allowed_class_modes: tuple = ()
    classes: Any
    class_indices: dict[str, int]

    def __init__(self, generator: Any, options: dict[str, Any]):
        self.image_data_generator = generator
        self.target_size = tuple(options["target_size"])
        self.keep_aspect_ratio, self.interpolation = options["keep_aspect_ratio"], options["interpolation"]
        self.color_mode, self.class_mode = options["color_mode"], options["class_mode"]
        if self.color_mode not in _CHANNELS:
            raise ValueError(f'Invalid color mode: {self.color_mode}; expected "rgb", "rgba", or "grayscale".')
        if self.class_mode not in self.allowed_class_modes:
            raise ValueError(f"Invalid class_mode: {self.class_mode}; expected one of: {self.allowed_class_modes}")
        self.data_format = options["data_format"] or image_data_format()
        self.dtype = options["dtype"] or floatx()
        channels = (_CHANNELS[self.color_mode],)
        last = self.data_format == "channels_last"
        self.image_shape = self.target_size + channels if last else channels + self.target_size
        self.save_to_dir, self.save_prefix = options["save_to_dir"], options["save_prefix"]
        self.save_format, self.subset = options["save_format"], options["subset"]
        if self.subset not in (None, "training", "validation"):
            raise ValueError(f'Invalid subset name: {self.subset};expected "training" or "validation"')
        share = generator._validation_split if self.subset else 0.0
        self.split = {None: None, "training": (share, 1), "validation": (0, share)}[self.subset]
        self.filenames, self.sample_weight, self._targets = self._find(options)
        self.samples = len(self.filenames)
        self.filepaths = [os.path.join(self.directory, name) for name in self.filenames]
        super().__init__(self.samples, options["batch_size"], options["shuffle"], options["seed"])

    directory: Any = ""

    def _find(self, options: dict[str, Any]) -> tuple[list[str], Any, Any]:
        """Returns names of files, their weights and their targets."""
        raise NotImplementedError(f"{type(self).__name__} must define _find().")

    @property
    def labels(self) -> Any:
        """The class, or the targets, of every image."""
        return self._targets if self.class_mode in ("multi_output", "raw") else self.classes

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        generator, batch = self.image_data_generator, np.zeros((len(index_array), *self.image_shape), self.dtype)
        for place, row in enumerate(index_array):
            image = load_img(
                self.filepaths[row], self.color_mode, self.target_size, self.interpolation, self.keep_aspect_ratio
            )
            array = img_to_array(image, data_format=self.data_format)
            if generator:
                parameters = generator.get_random_transform(array.shape)
                array = generator.standardize(generator.apply_transform(array, parameters))
            batch[place] = array
        if self.save_to_dir:
            self._save(batch, index_array, self.save_to_dir, self.save_prefix, self.save_format, self.data_format)
        if self.class_mode is None:
            return batch
        targets = self._batch_targets(batch, index_array)
        return (batch, targets) if self.sample_weight is None else (batch, targets, self.sample_weight[index_array])

    def _batch_targets(self, batch: np.ndarray, rows: np.ndarray) -> Any:
        if self.class_mode == "input":
            return batch.copy()
        if self.class_mode in ("binary", "sparse"):
            return np.array([self.classes[row] for row in rows], self.dtype)
        if self.class_mode == "categorical":
            hot = np.zeros((len(rows), len(self.class_indices)), self.dtype)
            for place, row in enumerate(rows):
                hot[place, self.classes[row]] = 1.0
            return hot
        return [part[rows] for part in self.labels] if self.class_mode == "multi_output" else self.labels[rows]


class DirectoryIterator(FileIterator):
    """Batches of the images in a folder with one subfolder per class; see ``ImageDataGenerator.flow_from_directory``.

    Args:
      directory: the folder.
      image_data_generator: an ``ImageDataGenerator``.
      classes: the subfolders in order; all, by name, without it.
      follow_links: whether to look into folders that are links.
      **options: the other arguments of ``flow_from_directory``.
    """

    allowed_class_modes = ("categorical", "binary", "sparse", "input", None)

    def __init__(
        self, directory: Any, image_data_generator: Any, classes: Any = None, follow_links: bool = False, **options: Any
    ):
        self.directory = directory
        super().__init__(
            image_data_generator, {**_DEFAULTS, **options, "classes": classes, "follow_links": follow_links}
        )

    def _find(self, options: dict[str, Any]) -> tuple[list[str], Any, Any]:
        folder = os.fspath(self.directory)
        classes = options["classes"] or sorted(
            name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name))
        )
        self.num_classes = len(classes)
        self.class_indices = {name: number for number, name in enumerate(classes)}
        names: list[str] = []
        numbers: list[int] = []
        for name, number in self.class_indices.items():
            if not os.path.isdir(os.path.join(folder, name)):
                warnings.warn(f"There is no folder {name!r} in {folder!r}: the class has no images.")
            found = list(valid_files(os.path.join(folder, name), self.white_list_formats, options["follow_links"]))
            if self.split:
                found = found[int(self.split[0] * len(found)) : int(self.split[1] * len(found))]
            names += [os.path.relpath(os.path.join(*file), folder) for file in found]
            numbers += [number] * len(found)
        self.classes = np.array(numbers, np.int32)
        print(f"Found {len(names)} images belonging to {self.num_classes} classes.")
        return names, None, None


class DataFrameIterator(FileIterator):
    """Batches of the images that a table of pandas names; see ``ImageDataGenerator.flow_from_dataframe``.

    Args:
      dataframe: the table.
      directory: what names are relative to.
      image_data_generator: an ``ImageDataGenerator``.
      **options: the other arguments of ``flow_from_dataframe``.
    """

    allowed_class_modes = ("binary", "categorical", "input", "multi_output", "raw", "sparse", None)

    def __init__(self, dataframe: Any, directory: Any = None, image_data_generator: Any = None, **options: Any):
        self.directory = directory or ""
        columns = {"x_col": "filename", "y_col": "class", "weight_col": None, "classes": None}
        super().__init__(
            image_data_generator,
            {**_DEFAULTS, **columns, "validate_filenames": True, **options, "dataframe": dataframe},
        )

    def _find(self, options: dict[str, Any]) -> tuple[list[str], Any, Any]:
        frame, x_col, y_col = options["dataframe"].copy(), options["x_col"], options["y_col"]
        weight_col, classes = options["weight_col"], options["classes"]
        self._check(frame, x_col, y_col, weight_col, classes)
        if options["validate_filenames"]:
            frame = self._existing(frame, x_col)
        with_classes = self.class_mode not in _WITHOUT_CLASSES
        if with_classes:
            frame, classes = _with_known_classes(frame, y_col, classes)
            self.class_indices = {name: number for number, name in enumerate(classes)}
        if self.split:
            frame = frame.iloc[int(self.split[0] * len(frame)) : int(self.split[1] * len(frame)), :]
        if with_classes:
            numbers = self.class_indices
            self.classes = [
                [numbers[one] for one in label] if isinstance(label, (list, tuple)) else numbers[label]
                for label in frame[y_col]
            ]
        targets: Any = None
        if self.class_mode == "multi_output":
            targets = [np.array(frame[column].tolist()) for column in y_col]
        elif self.class_mode == "raw":
            targets = frame[y_col].values
        names = frame[x_col].tolist()
        kind = "validated" if options["validate_filenames"] else "non-validated"
        belonging = f" belonging to {len(classes)} classes" if with_classes else ""
        print(f"Found {len(names)} {kind} image filenames{belonging}.")
        return names, frame[weight_col].values if weight_col else None, targets

    def _check(self, frame: Any, x_col: str, y_col: Any, weight_col: Any, classes: Any) -> None:
        mode = self.class_mode
        needed = [x_col, *([weight_col] if weight_col else [])]
        if mode in ("binary", "categorical", "sparse", "raw", "multi_output"):
            needed += y_col if isinstance(y_col, list) else [y_col]
        for column in needed:
            if column not in frame.columns:
                raise ValueError(f"The table has no column {column!r}; it has {list(frame.columns)}.")
        if mode == "multi_output" and not isinstance(y_col, list):
            raise TypeError(f'If class_mode="{mode}", y_col must be a list. Received {type(y_col).__name__}.')
        if not all(isinstance(name, str) for name in frame[x_col]):
            raise TypeError(f"All values in column x_col={x_col} must be strings.")
        kinds: Any = {"binary": str, "sparse": str, "categorical": (str, list, tuple)}.get(mode)
        if kinds is not None and not all(isinstance(label, kinds) for label in frame[y_col]):
            wanted = "strings" if kinds is str else "type string, list or tuple"
            raise TypeError(f'If class_mode="{mode}", y_col="{y_col}" column values must be {wanted}.')
        if mode == "binary":
            count = len(set(classes)) if classes else frame[y_col].nunique()
            if count != 2:
                raise ValueError(f'If class_mode="binary" there must be 2 classes. Found {count} classes.')
        if classes and mode in _WITHOUT_CLASSES:
            warnings.warn(f'`classes` will be ignored given the class_mode="{mode}"')
        if weight_col and not issubclass(frame[weight_col].dtype.type, np.number):
            raise TypeError(f"Column weight_col={weight_col} must be numeric.")

    def _existing(self, frame: Any, x_col: str) -> Any:
        there = np.array(
            [
                name.lower().endswith(self.white_list_formats) and os.path.isfile(os.path.join(self.directory, name))
                for name in frame[x_col]
            ],
            bool,
        )
        if not there.all():
            warnings.warn(
                f'Found {(~there).sum()} invalid image filename(s) in x_col="{x_col}". These filename(s) will be '
                "ignored."
            )
        return frame[there]


def _with_known_classes(frame: Any, y_col: str, classes: Any) -> tuple[Any, list[str]]:
    """Leaves out labels that are not in ``classes``, and rows that have no other; finds the classes without it."""
    if not classes:
        found: set[str] = set()
        for label in frame[y_col]:
            found.update(label if isinstance(label, (list, tuple)) else [label])
        return frame.dropna(subset=[y_col]), sorted(found)
    classes = list(dict.fromkeys(classes))

    def known(label: Any) -> Any:
        if isinstance(label, (list, tuple)):
            return [one for one in label if one in classes] or None
        return label if label in classes else None

    frame = frame.copy()
    frame[y_col] = frame[y_col].apply(known)
    return frame.dropna(subset=[y_col]), classes


_DEFAULTS: dict[str, Any] = {
    "target_size": (256, 256),
    "color_mode": "rgb",
    "class_mode": "categorical",
    "batch_size": 32,
    "shuffle": True,
    "seed": None,
    "data_format": None,
    "save_to_dir": None,
    "save_prefix": "",
    "save_format": "png",
    "subset": None,
    "interpolation": "nearest",
    "keep_aspect_ratio": False,
    "dtype": None,
}
