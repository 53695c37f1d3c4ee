"""IMDB: 50,000 film reviews as lists of word numbers, half of them positive.

Source: A. L. Maas et al., "Learning Word Vectors for Sentiment Analysis", ACL 2011,
https://ai.stanford.edu/~amaas/data/sentiment/.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from kerax.datasets._bundled import Split
from kerax.datasets._remote import fetch, read_json, read_npz
from kerax.datasets._sequences import as_objects, frequent, marked, shorter_than


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
    **kwargs: Any,
) -> Split:
    """Loads the reviews, downloading them (17 MB) the first time.

    Words are numbered by how frequent they are. With the default arguments 0 is left for padding, 1 begins a review, 2
    stands for words left out, and the most frequent word is 4 (number 1 moved up by ``index_from``).

    Args:
      path: name of the file in the cache.
      num_words: words with this number and above are left out; all are kept by default.
      skip_top: words with smaller numbers are left out.
      maxlen: reviews of this length and longer are left out.
      seed: of the shuffle.
      start_char: what a review begins with; ``None`` for nothing.
      oov_char: what stands for words left out; ``None`` for nothing.
      index_from: what is added to the number of a word.
      **kwargs: ``nb_words``, the older name of ``num_words``.

    Returns:
      ``(x_train, y_train), (x_test, y_test)``: arrays of lists of ints; labels 0 (negative) and 1.

    Raises:
      ValueError: if no review is shorter than ``maxlen``, or if what came is not the file that it should be.
      TypeError: for another keyword.
      OSError: if it cannot be downloaded.

    Example:
      >>> import kerax
      >>> (x_train, y_train), (x_test, y_test) = kerax.datasets.imdb.load_data(num_words=10000)  # doctest: +SKIP
    """
    if "nb_words" in kwargs:
        warnings.warn("The `nb_words` argument in `load_data` has been renamed `num_words`.")
        num_words = kwargs.pop("nb_words")
    if kwargs:
        raise TypeError(f"load_data() got unexpected keyword arguments: {sorted(kwargs)}")
    arrays = read_npz(fetch("imdb.npz", path))
    generator = np.random.RandomState(seed)
    sequences, labels = [], []
    for part in ("train", "test"):
        order = np.arange(len(arrays[f"x_{part}"]))
        generator.shuffle(order)
        x, y = marked(arrays[f"x_{part}"][order], start_char, index_from), arrays[f"y_{part}"][order]
        if maxlen:
            x, y = shorter_than(maxlen, x, y)
            if not x:
                raise ValueError(
                    f"After filtering for sequences shorter than maxlen={maxlen}, no sequence was kept. Increase "
                    "maxlen."
                )
        sequences.append(x)
        labels.append(y)
    count = len(sequences[0])
    words = frequent(sequences[0] + sequences[1], num_words, skip_top, oov_char)
    return (as_objects(words[:count]), labels[0]), (as_objects(words[count:]), labels[1])


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """Loads the numbers of the words, before ``index_from`` is added.

    Args:
      path: name of the file in the cache.

    Example:
      >>> import kerax
      >>> numbers = kerax.datasets.imdb.get_word_index()  # doctest: +SKIP
    """
    return read_json(fetch("imdb_word_index.json", path))
