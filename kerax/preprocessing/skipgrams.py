"""Pairs of words that stand near each other, to train word vectors with.

T. Mikolov et al., "Efficient Estimation of Word Representations in Vector Space", 2013, https://arxiv.org/abs/1301.3781
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np

_EULER_GAMMA = 0.577  # as many digits as Keras has, so that tables are equal
_LARGEST_SEED = 10_000_000


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    """The probability of keeping the word of each rank, so that frequent words do not prevail.

    Word frequencies are taken to follow Zipf's law: the word of rank r has the frequency
    ``1 / (r (log r + gamma) + 1/2 - 1/(12 r))``; a word of frequency f is kept with probability
    ``min(1, sqrt(sampling_factor / f))``.

    Args:
      size: number of words.
      sampling_factor: the smaller, the fewer frequent words are kept.

    Returns:
      float64 array of shape (size,); rank 0 counts as rank 1.

    Reference:
      https://arxiv.org/abs/1310.4546

    Example:
      >>> import kerax
      >>> kerax.preprocessing.sequence.make_sampling_table(3).round(4)
      array([0.0032, 0.0032, 0.0055])
    """
    rank = np.maximum(np.arange(size), 1)
    inverse = rank * (np.log(rank) + _EULER_GAMMA) + 0.5 - 1.0 / (12.0 * rank)
    share = sampling_factor * inverse
    return np.minimum(1.0, share / np.sqrt(share))


def skipgrams(
    sequence: Sequence[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list]:
    """Pairs of words within a window, labelled 1, and of words with random others, labelled 0.

    Draws come from Python's ``random``.

    Args:
      sequence: word numbers; 0 stands for no word.
      vocabulary_size: largest word number plus 1.
      window_size: words to either side that count as near.
      negative_samples: random pairs per near pair.
      shuffle: whether to shuffle the pairs.
      categorical: whether labels are ``[0, 1]`` and ``[1, 0]`` instead of 1 and 0.
      sampling_table: probability of keeping a word by its number, from ``make_sampling_table``.
      seed: of the shuffling.

    Returns:
      ``(pairs, labels)``.

    Example:
      >>> import kerax
      >>> kerax.preprocessing.sequence.skipgrams([1, 2, 3], 4, 1, negative_samples=0, shuffle=False)
      ([[1, 2], [2, 1], [2, 3], [3, 2]], [1, 1, 1, 1])
    """
    near, far = ([0, 1], [1, 0]) if categorical else (1, 0)
    pairs: list[list[int]] = []
    for place, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < random.random()):
            continue
        first = max(0, place - window_size)
        others = sequence[first : place + window_size + 1]
        pairs += [[word, other] for i, other in enumerate(others, first) if i != place and other]
    labels: list[Any] = [near] * len(pairs)
    if negative_samples > 0 and pairs:
        words = [word for word, _ in pairs]
        random.shuffle(words)
        count = int(len(pairs) * negative_samples)
        pairs += [[words[i % len(words)], random.randint(1, vocabulary_size - 1)] for i in range(count)]
        labels += [far] * count
    if shuffle:
        seed = random.randint(0, _LARGEST_SEED) if seed is None else seed
        for items in (pairs, labels):  # the same order for both
            random.seed(seed)
            random.shuffle(items)
    return pairs, labels
