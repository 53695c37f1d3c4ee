"""Ordinal codes, and embeddings for a changed vocabulary."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from kerax import initializers


def to_ordinal(y: Any, num_classes: int | None = None, dtype: Any = "float32") -> np.ndarray:
    """Turns class numbers into rows that say which borders between classes lie below them.

    Args:
      y: integers from 0 to ``num_classes - 1``, shape (...) or (..., 1).
      num_classes: number of classes; the largest number plus one by default.
      dtype: of the result.

    Returns:
      Array, shape (..., num_classes - 1): the k-th entry is 1 where the class is above k.

    Example:
      >>> import kerax
      >>> kerax.utils.to_ordinal([0, 1, 2])
      array([[0., 0.],
             [1., 0.],
             [1., 1.]], dtype=float32)
    """
    numbers = np.asarray(y, dtype="int64")
    if numbers.ndim > 1 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    if num_classes is None:
        num_classes = int(numbers.max()) + 1 if numbers.size else 1
    return (numbers[..., None] > np.arange(num_classes - 1)).astype(dtype)


def warmstart_embedding_matrix(
    base_vocabulary: Any,
    new_vocabulary: Any,
    base_embeddings: Any,
    new_embeddings_initializer: Any = "uniform",
) -> np.ndarray:
    """Makes the embeddings of a vocabulary from those of another: words that both have keep theirs.

    Args:
      base_vocabulary: words, or the path of a file with one in each line, as many as ``base_embeddings`` has rows.
      new_vocabulary: words or path likewise.
      base_embeddings: shape (words, size).
      new_embeddings_initializer: for the embeddings of new words.

    Returns:
      Array, shape (words of the new vocabulary, size).

    Raises:
      ValueError: if there are not as many words as embeddings.

    Example:
      >>> import kerax
      >>> kerax.utils.warmstart_embedding_matrix(["a", "b"], ["b", "c"], [[1.0], [2.0]], "zeros").tolist()
      [[2.0], [0.0]]
    """
    base, new = _words(base_vocabulary), _words(new_vocabulary)
    embeddings = np.asarray(base_embeddings)
    if embeddings.ndim != 2 or len(embeddings) != len(base):
        raise ValueError(
            f"warmstart_embedding_matrix(): base_vocabulary has {len(base)} words, base_embeddings the shape "
            f"{embeddings.shape}; it must be ({len(base)}, size)."
        )
    fresh = initializers.get(new_embeddings_initializer)((len(new), embeddings.shape[1]), "float32")
    found = np.array(fresh)
    places = {word: i for i, word in enumerate(base)}
    for i, word in enumerate(new):
        if word in places:
            found[i] = embeddings[places[word]]
    return found


def _words(vocabulary: str | os.PathLike | Sequence[Any]) -> list[str]:
    if isinstance(vocabulary, (str, os.PathLike)):
        with open(vocabulary, encoding="utf-8") as file:
            return file.read().splitlines()
    return [word.decode() if isinstance(word, bytes) else str(word) for word in vocabulary]
