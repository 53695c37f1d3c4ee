"""What IMDB and Reuters have in common: lists of word numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def marked(sequences: Sequence[Any], start_char: int | None, index_from: int | None) -> list[list[int]]:
    """Moves word numbers up by ``index_from`` and puts ``start_char`` in front of every sequence."""
    if start_char is not None:
        return [[start_char, *[w + (index_from or 0) for w in sequence]] for sequence in sequences]
    return [[w + index_from for w in s] if index_from else list(s) for s in sequences]


def shorter_than(maxlen: int, sequences: list, labels: Any) -> tuple[list, np.ndarray]:
    """Leaves out sequences of ``maxlen`` words and more."""
    kept = [(sequence, label) for sequence, label in zip(sequences, labels) if len(sequence) < maxlen]
    return [sequence for sequence, _ in kept], np.asarray([label for _, label in kept])


def frequent(sequences: list, num_words: int | None, skip_top: int, oov_char: int | None) -> list[list[int]]:
    """Replaces words outside ``[skip_top, num_words)`` by ``oov_char``, or leaves them out if it is ``None``."""
    top = num_words or max(max(sequence) for sequence in sequences)
    if oov_char is None:
        return [[w for w in sequence if skip_top <= w < top] for sequence in sequences]
    return [[w if skip_top <= w < top else oov_char for w in sequence] for sequence in sequences]


def as_objects(sequences: list) -> np.ndarray:
    """Returns an array of lists."""
    array = np.empty(len(sequences), object)
    array[:] = sequences
    return array
