"""Where the larger data sets come from, and how their files are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from kerax.datasets._bundled import Split
from kerax.datasets._pickled import read_pickled
from kerax.utils import npz
from kerax.utils.download import get_file

_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_TORONTO = "https://www.cs.toronto.edu/~kriz/"
# file -> where it lies, and its hash; Fashion-MNIST's files were published without one
SOURCES: dict[str, tuple[str, str | None]] = {
    "boston_housing.npz": (_KERAS, "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"),
    "california_housing.npz": (_KERAS, "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"),
    "cifar-10-python.tar.gz": (_TORONTO, "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"),
    "cifar-100-python.tar.gz": (_TORONTO, "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"),
    "imdb.npz": (_KERAS, "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"),
    "imdb_word_index.json": (_KERAS, "bfafd718b763782e994055a2d397834f"),
    "mnist.npz": (_KERAS, "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"),
    "reuters.npz": (_KERAS, "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"),
    "reuters_word_index.json": (_KERAS, "4d44cc38712099c9e383dc6e5f11a921"),
    "t10k-images-idx3-ubyte.gz": (_KERAS, None),
    "t10k-labels-idx1-ubyte.gz": (_KERAS, None),
    "train-images-idx3-ubyte.gz": (_KERAS, None),
    "train-labels-idx1-ubyte.gz": (_KERAS, None),
}


def fetch(name: str, path: str | None = None, **options: Any) -> Path:
    """Returns where a file of a data set lies in the cache, after downloading it if it was not there.

    Args:
      name: a key of ``SOURCES``.
      path: its name in the cache.
      **options: further arguments of ``kerax.utils.get_file``.
    """
    folder, file_hash = SOURCES[name]
    return Path(get_file(path or name, origin=folder + name, file_hash=file_hash, **options))


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """Returns the arrays of an ``.npz`` file; nothing in it is unpickled, object arrays are read as lists.

    Args:
      path: the file.

    Raises:
      ValueError: for a damaged file, or one with other objects than lists of numbers.
    """
    return npz.read_npz(path, read_pickled)


def read_json(path: Path) -> Any:
    """Returns what a JSON file holds."""
    return json.loads(path.read_text(encoding="utf-8"))


def shuffled_split(x: np.ndarray, y: np.ndarray, test_split: float, seed: int) -> Split:
    """Shuffles with a seed and splits, the last part being the test part.

    Args:
      x: examples.
      y: targets.
      test_split: share of the test part, in [0, 1).
      seed: of ``numpy.random.RandomState``, as Keras uses it, so that the split is Keras's.

    Raises:
      ValueError: if ``test_split`` is out of range.
    """
    if not 0 <= test_split < 1:
        raise ValueError(f"Invalid `test_split` argument: {test_split}. It must be between 0 and 1 (exclusive of 1).")
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    x, y = x[order], y[order]
    count = int(len(x) * (1 - test_split))
    return (x[:count], y[:count]), (x[count:], y[count:])
