"""``text_dataset_from_directory``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerax.data.io import read_file
from kerax.preprocessing.folders import FolderArguments


def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Makes a dataset of the ``.txt`` files in a folder that has one subfolder per class.

    Args:
      directory: the folder.
      labels: ``"inferred"`` from the subfolders, ``None``, or one integer per file, in the order of their paths.
      label_mode: ``"int"`` (int32), ``"categorical"`` (one-hot), ``"binary"`` (float32, two classes) or ``None``.
      class_names: the subfolders in the order in which they are to be numbered; by name without it.
      batch_size: texts in a batch; ``None`` for no batches.
      max_length: bytes after which a text is cut.
      shuffle: whether the order is random; otherwise that of the paths.
      seed: of the order. The same seed gives the same training and validation part, as in Keras.
      validation_split: the share of the files that are kept for validation.
      subset: ``"training"``, ``"validation"`` or ``"both"``.
      follow_links: whether to look into folders that are links.
      format: ``"tf"``.
      verbose: whether to print how many files there are.

    Returns:
      A ``kerax.data.Dataset`` of texts (``bytes``), or of pairs (texts, labels), with the attribute ``class_names``; a
      list of two for ``subset="both"``.

    Raises:
      FileNotFoundError: if there is no such folder.
      ValueError: for arguments that do not fit.

    Example:
      >>> import os, tempfile, kerax
      >>> folder = tempfile.mkdtemp()
      >>> kerax.data.io.write_file(os.path.join(folder, "good", "1.txt"), "a fine film")
      >>> ds = kerax.utils.text_dataset_from_directory(folder, verbose=False)
      >>> next(iter(ds))
      (array([b'a fine film'], dtype=object), array([0], dtype=int32))
    """
    return FolderArguments(
        "text files", (".txt",), directory, labels, label_mode, class_names, batch_size, shuffle, seed,
        validation_split, subset, follow_links, verbose, format,
    ).datasets(lambda path: read_file(path)[:max_length])  # fmt: skip
