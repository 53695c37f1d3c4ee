"""Files in a folder with one subfolder per class: names, labels, splits, all in the order in which Keras has them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.data import AUTOTUNE, Dataset

LABEL_MODES = ("int", "categorical", "binary", None)
_SUBSETS = ("training", "validation", "both", None)
_SEEDS = 1_000_000
_SHUFFLED_BATCHES = 8  # the buffer of a shuffle holds as many batches
_UNBATCHED_BUFFER = 1024


@dataclass
class LabelledFiles:
    """Paths of files, with their classes.

    Attributes:
      paths: one path per file.
      labels: one class per file, or ``None``.
      class_names: the names of the classes, or ``None``.
    """

    paths: list[str]
    labels: np.ndarray | None
    class_names: list[str] | None

    def part(self, rows: slice) -> LabelledFiles:
        """Returns some of the files."""
        return LabelledFiles(self.paths[rows], None if self.labels is None else self.labels[rows], self.class_names)


@dataclass(frozen=True)
class FolderArguments:
    """What the functions for folders of images, texts and sounds have in common.

    Attributes:
      kind: how messages name the files.
      formats: endings of names.
    """

    kind: str
    formats: tuple[str, ...]
    directory: Any
    labels: Any
    label_mode: str | None
    class_names: Sequence[str] | None
    batch_size: int | None
    shuffle: bool
    seed: int | None
    validation_split: float | None
    subset: str | None
    follow_links: bool
    verbose: bool
    format: str = "tf"

    def check(self) -> None:
        """Raises ValueError for arguments that make no sense."""
        if (
            isinstance(self.labels, str)
            and self.labels != "inferred"
            or not (self.labels is None or isinstance(self.labels, (str, list, tuple, np.ndarray)))
        ):
            raise ValueError(
                f"`labels` argument should be a list/tuple of integer labels, of the same size as the number of "
                f'{self.kind} in the target directory, "inferred" to take them from the names of the subfolders, or '
                f"None for none. Received: labels={self.labels}"
            )
        if self.class_names and not isinstance(self.labels, str):
            raise ValueError(
                f'You can only pass `class_names` if `labels="inferred"`. Received: labels={self.labels}, and '
                f"class_names={self.class_names}"
            )
        if self.label_mode not in LABEL_MODES:
            raise ValueError(
                '`label_mode` argument must be one of "int", "categorical", "binary", or None. Received: '
                f"label_mode={self.label_mode}"
            )
        if self.format != "tf":
            raise ValueError(
                f'`format` should be "tf": what is returned is a kerax.data.Dataset. Received: format={self.format}'
            )
        split, subset = self.validation_split, self.subset
        if split and not 0 < split < 1:
            raise ValueError(f"`validation_split` must be between 0 and 1, received: {split}")
        if subset not in _SUBSETS:
            raise ValueError(f'`subset` must be either "training", "validation" or "both", received: {subset}')
        if bool(split) != bool(subset):
            raise ValueError("If `subset` is set, `validation_split` must be set, and inversely.")
        if split and self.shuffle and self.seed is None:
            raise ValueError(
                "If using `validation_split` and shuffling the data, you must provide a `seed` argument, to make sure "
                "that there is no overlap between the training and validation subset."
            )

    def datasets(self, load: Callable[[Any], Any], batch: Callable[[Dataset], Dataset] | None = None) -> Any:
        """Makes the dataset, or the two datasets of ``subset="both"``.

        Args:
          load: takes the path of a file, returns what is in it.
          batch: makes batches of a dataset.
        """
        self.check()
        seed = int(np.random.randint(_SEEDS)) if self.seed is None else self.seed
        files = self._listed(seed)
        if self.label_mode == "binary" and files.labels is not None and len(files.class_names or ()) != 2:
            raise ValueError(
                'When passing `label_mode="binary"`, there must be exactly 2 class_names. Received: '
                f"class_names={files.class_names}"
            )
        if self.subset == "both":
            parts = [self._part(files, "training"), self._part(files, "validation")]
            return [
                self._dataset(part, load, batch, self.shuffle and index == 0, seed) for index, part in enumerate(parts)
            ]
        return self._dataset(self._part(files, self.subset), load, batch, self.shuffle, seed)

    def _listed(self, seed: int) -> LabelledFiles:
        labels = None if self.label_mode is None else self.labels
        files = index_directory(
            self.directory, labels, self.formats, self.class_names if labels is not None else None, self.follow_links
        )
        if self.verbose:
            classes = "" if files.class_names is None else f" belonging to {len(files.class_names)} classes"
            print(f"Found {len(files.paths)} files{classes}.")
        if self.shuffle:
            shuffle_files(files, seed)
        return files

    def _part(self, files: LabelledFiles, subset: str | None) -> LabelledFiles:
        if subset is not None:
            kept = len(files.paths) - int((self.validation_split or 0) * len(files.paths))
            files = files.part(slice(kept) if subset == "training" else slice(kept, None))
            if self.verbose:
                print(f"Using {len(files.paths)} files for {subset}.")
        if not files.paths:
            which = f"{subset} " if subset else ""
            raise ValueError(
                f"No {which}{self.kind} found in directory {self.directory}. Allowed formats: {self.formats}"
            )
        return files

    def _dataset(
        self,
        files: LabelledFiles,
        load: Callable[[Any], Any],
        batch: Callable[[Dataset], Dataset] | None,
        shuffle: bool,
        seed: int,
    ) -> Dataset:
        if files.labels is None:
            dataset = Dataset.from_tensor_slices(files.paths)
        else:
            encoded = encode_labels(files.labels, self.label_mode, len(files.class_names or ()))
            dataset = Dataset.from_tensor_slices((files.paths, encoded))
        if shuffle:
            size = _UNBATCHED_BUFFER if self.batch_size is None else self.batch_size * _SHUFFLED_BATCHES
            dataset = dataset.shuffle(size, seed=seed)
        if files.labels is None:
            dataset = dataset.map(load, num_parallel_calls=AUTOTUNE)
        else:
            dataset = dataset.map(lambda path, label: (load(path), label), num_parallel_calls=AUTOTUNE)
        if self.batch_size is not None:
            dataset = dataset.batch(self.batch_size) if batch is None else batch(dataset)
        dataset = dataset.prefetch(AUTOTUNE)
        dataset.class_names = files.class_names  # type: ignore[attr-defined]
        dataset.file_paths = files.paths  # type: ignore[attr-defined]
        return dataset


def valid_files(directory: str, formats: tuple[str, ...], follow_links: bool) -> Iterator[tuple[str, str]]:
    """Yields folder and name of the files with these endings, folders in the order of their paths, names in order."""
    for root, _, names in sorted(os.walk(directory, followlinks=follow_links), key=lambda found: found[0]):
        for name in sorted(names):
            if name.lower().endswith(formats):
                yield root, name


def index_directory(
    directory: Any,
    labels: Any,
    formats: tuple[str, ...],
    class_names: Sequence[str] | None = None,
    follow_links: bool = False,
) -> LabelledFiles:
    """Lists the files of a folder, with their classes.

    Args:
      directory: the folder.
      labels: ``"inferred"`` for the number of the subfolder, ``None`` for none, or one label per file, in the order of
        their paths.
      formats: endings of names.
      class_names: the order of the subfolders; by name without it.
      follow_links: whether to look into folders that are links.

    Raises:
      FileNotFoundError: if there is no such folder.
      ValueError: if the class names are not the subfolders, or there are more or fewer labels than files.

    Example:
      >>> import os, tempfile
      >>> from kerax.preprocessing.folders import index_directory
      >>> folder = tempfile.mkdtemp()
      >>> for name in ("b", "a"):
      ...     os.mkdir(os.path.join(folder, name))
      ...     open(os.path.join(folder, name, "1.txt"), "w").close()
      >>> files = index_directory(folder, "inferred", (".txt",))
      >>> files.class_names, files.labels.tolist()
      (['a', 'b'], [0, 1])
    """
    directory = os.fspath(directory)
    if not os.path.isdir(directory):
        raise FileNotFoundError(f"Could not find directory {directory}")
    if not isinstance(labels, str):
        paths = [os.path.join(root, name) for root, name in valid_files(directory, formats, follow_links)]
        if labels is None:
            return LabelledFiles(paths, None, None)
        if len(labels) != len(paths):
            raise ValueError(
                "Expected the lengths of `labels` to match the number of files in the target directory. len(labels) is "
                f"{len(labels)} while we found {len(paths)} files in directory {directory}."
            )
        return LabelledFiles(paths, np.array(labels, np.int32), [str(label) for label in sorted(set(labels))])
    folders = sorted(
        name for name in os.listdir(directory) if os.path.isdir(os.path.join(directory, name)) and name[0] != "."
    )
    if class_names is not None and set(class_names) != set(folders):  # as tf.keras; Keras 3 takes some of them
        raise ValueError(
            "The `class_names` passed did not match the names of the subdirectories of the target directory. Expected: "
            f"{folders}, but received: {list(class_names)}"
        )
    names = folders if class_names is None else list(class_names)
    paths, numbers = [], []
    for number, name in enumerate(names):
        found = [os.path.join(*file) for file in valid_files(os.path.join(directory, name), formats, follow_links)]
        paths += found
        numbers += [number] * len(found)
    return LabelledFiles(paths, np.array(numbers, np.int32), names)


def shuffle_files(files: LabelledFiles, seed: int) -> None:
    """Puts files and labels in the order that Keras gives them with this seed."""
    np.random.RandomState(seed).shuffle(files.paths)
    if files.labels is not None:
        np.random.RandomState(seed).shuffle(files.labels)


def encode_labels(labels: np.ndarray, label_mode: str | None, num_classes: int) -> np.ndarray:
    """Returns labels as ``label_mode`` says: int32, float32 of shape (n, 1), or one-hot float32.

    Example:
      >>> import numpy as np
      >>> from kerax.preprocessing.folders import encode_labels
      >>> encode_labels(np.array([1, 0]), "categorical", 2).tolist()
      [[0.0, 1.0], [1.0, 0.0]]
    """
    if label_mode == "binary":
        return labels.astype(np.float32)[:, None]
    if label_mode == "categorical":
        return (labels[:, None] == np.arange(num_classes)).astype(np.float32)
    return labels
