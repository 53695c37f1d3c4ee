"""Splitting a text into words, and hashing the words."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(input_text: str, filters: str = FILTERS, lower: bool = True, split: str = " ") -> list[str]:
    """Splits a text into its words.

    Args:
      input_text: the text.
      filters: characters that separate words as ``split`` does.
      lower: whether to turn it into lower case.
      split: what separates words.

    Returns:
      The words, in order.

    Example:
      >>> import kerax
      >>> kerax.preprocessing.text.text_to_word_sequence("Hello, World!")
      ['hello', 'world']
    """
    if lower:
        input_text = input_text.lower()
    separated = input_text.translate({ord(character): split for character in filters})
    return [word for word in separated.split(split) if word]


def one_hot(
    input_text: str,
    n: int,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], list[str]] | None = None,
) -> list[int]:
    """Hashes the words of a text into numbers from 1 to ``n - 1``, by Python's ``hash``: other runs give other numbers.

    Args:
      input_text: the text.
      n: size of the vocabulary.
      filters: as in ``text_to_word_sequence``.
      lower: likewise.
      split: likewise.
      analyzer: function that splits the text instead.

    Example:
      >>> import kerax
      >>> a, b, again = kerax.preprocessing.text.one_hot("the dog the", 50)
      >>> a == again
      True
    """
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


def hashing_trick(
    text: str,
    n: int,
    hash_function: Callable[[str], int] | str | None = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], list[str]] | None = None,
) -> list[int]:
    """Hashes the words of a text into numbers from 1 to ``n - 1``.

    Args:
      text: the text.
      n: size of the vocabulary.
      hash_function: ``word -> whole number``; ``"md5"`` gives the same numbers in every run; None is Python's ``hash``.
      filters: as in ``text_to_word_sequence``.
      lower: likewise.
      split: likewise.
      analyzer: function that splits the text instead.

    Example:
      >>> import kerax
      >>> kerax.preprocessing.text.hashing_trick("The cat", 50, hash_function="md5")
      [43, 32]
    """
    function: Any = {None: hash, "md5": _md5}.get(hash_function, hash_function)  # type: ignore[arg-type]
    if not callable(function):
        raise ValueError(f"hashing_trick(): hash_function is 'md5', a function or None, received {hash_function!r}.")
    words = text_to_word_sequence(text, filters, lower, split) if analyzer is None else analyzer(text)
    return [function(word) % (n - 1) + 1 for word in words]


def _md5(word: str) -> int:
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)
