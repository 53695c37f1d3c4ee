"""Reuters: 11,228 newswires of 1987 as lists of word numbers, in 46 topics.

Source: Reuters-21578, Distribution 1.0, D. D. Lewis, https://archive.ics.uci.edu/dataset/137.
"""

from __future__ import annotations

import numpy as np

from kerax.datasets._bundled import Split
from kerax.datasets._remote import fetch, read_json, read_npz
from kerax.datasets._sequences import as_objects, frequent, marked, shorter_than

_TOPICS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass "
    "crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi "
    "iron-steel rubber heat jobs lei bop zinc orange pet-chem dlr gas silver wpi hog lead"
)


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> Split:
    """Loads the newswires, downloading them (2 MB) the first time.

    Args:
      path: name of the file in the cache.
      num_words: words with this number and above are left out; all are kept by default.
      skip_top: words with smaller numbers are left out.
      maxlen: newswires of this length and longer are left out.
      test_split: share of the test part.
      seed: of the shuffle.
      start_char: what a newswire begins with; ``None`` for nothing.
      oov_char: what stands for words left out; ``None`` for nothing.
      index_from: what is added to the number of a word.

    Returns:
      ``(x_train, y_train), (x_test, y_test)``: arrays of lists of ints; labels, positions in ``get_label_names()``.

    Raises:
      ValueError: if no newswire is shorter than ``maxlen``, or if what came is not the file that it should be.
      OSError: if it cannot be downloaded.

    Example:
      >>> import kerax
      >>> (x_train, y_train), (x_test, y_test) = kerax.datasets.reuters.load_data(num_words=10000)  # doctest: +SKIP
    """
    arrays = read_npz(fetch("reuters.npz", path))
    order = np.arange(len(arrays["x"]))
    np.random.RandomState(seed).shuffle(order)
    x, y = marked(arrays["x"][order], start_char, index_from), arrays["y"][order]
    if maxlen:
        x, y = shorter_than(maxlen, x, y)
        if not x:
            raise ValueError(f"No newswire is shorter than maxlen={maxlen}. Increase maxlen.")
    x = frequent(x, num_words, skip_top, oov_char)
    count = int(len(x) * (1 - test_split))
    return (as_objects(x[:count]), y[:count]), (as_objects(x[count:]), y[count:])


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """Loads the numbers of the words, before ``index_from`` is added.

    Args:
      path: name of the file in the cache.

    Example:
      >>> import kerax
      >>> numbers = kerax.datasets.reuters.get_word_index()  # doctest: +SKIP
    """
    return read_json(fetch("reuters_word_index.json", path))


def get_label_names() -> tuple[str, ...]:
    """Returns the 46 topics.

    Example:
      >>> import kerax
      >>> kerax.datasets.reuters.get_label_names()[:2]
      ('cocoa', 'grain')
    """
    return tuple(_TOPICS.split())
