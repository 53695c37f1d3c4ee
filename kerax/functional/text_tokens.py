"""From text to tokens, on the host: standardising, splitting, n-grams.

Text is UTF-8 in bytes, and lower case, punctuation and white space are those of ASCII, as in TensorFlow's string
operations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

PUNCTUATION = b"!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"
STANDARDIZATIONS = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
SPLITS = ("whitespace", "character")
_LOWER = bytes(range(256)).lower()


def standardize_texts(texts: Iterable[bytes], how: str | None) -> list[bytes]:
    """Lower case, without punctuation, both, or as it is.

    Args:
      texts: UTF-8.
      how: one of ``STANDARDIZATIONS``, or None.

    Example:
      >>> from kerax.functional.text_tokens import standardize_texts
      >>> standardize_texts([b"It's HOT!"], "lower_and_strip_punctuation")
      [b'its hot']
    """
    if how is None:
        return list(texts)
    table = None if how == "strip_punctuation" else _LOWER
    drop = b"" if how == "lower" else PUNCTUATION
    return [text.translate(table, drop) for text in texts]


def split_texts(texts: Iterable[bytes], how: str) -> list[list[bytes]]:
    """Splits at white space (several together count once), or into characters.

    Args:
      texts: UTF-8; bytes that are none become the replacement character when split into characters.
      how: one of ``SPLITS``.

    Example:
      >>> from kerax.functional.text_tokens import split_texts
      >>> split_texts([b" a  b"], "whitespace")
      [[b'a', b'b']]
    """
    if how == "whitespace":
        return [text.split() for text in texts]
    return [[character.encode("utf-8") for character in text.decode("utf-8", "replace")] for text in texts]


def make_ngrams(tokens: Sequence[bytes], widths: Iterable[int]) -> list[bytes]:
    """Joins neighbouring tokens by a space: all of the first width, then all of the next.

    Example:
      >>> from kerax.functional.text_tokens import make_ngrams
      >>> make_ngrams([b"a", b"b", b"c"], (1, 2))
      [b'a', b'b', b'c', b'a b', b'b c']
    """
    return [b" ".join(tokens[i : i + width]) for width in widths for i in range(len(tokens) - width + 1)]
