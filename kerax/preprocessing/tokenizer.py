"""Tokenizer: words to numbers by how often they occur."""

from __future__ import annotations

import json
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from kerax.errors import unknown_name
from kerax.preprocessing.words import FILTERS, text_to_word_sequence

_MODES = ("binary", "count", "freq", "tfidf")


class Tokenizer:
    """Turns texts into sequences of numbers (1 for the most frequent word), or into matrices with a column per word.

    Args:
      num_words: keep the ``num_words - 1`` most frequent words; None for all.
      filters: characters that separate words as ``split`` does.
      lower: whether texts are turned into lower case.
      split: what separates words.
      char_level: whether every character is a word.
      oov_token: word that stands for unknown ones, number 1; None leaves them out.
      analyzer: function that splits a text instead.
      **kwargs: ``document_count``; ``nb_words``, the old name of ``num_words``.

    Raises:
      TypeError: for an unknown argument.

    Example:
      >>> import kerax
      >>> tokenizer = kerax.preprocessing.text.Tokenizer()
      >>> tokenizer.fit_on_texts(["The cat sat.", "The dog"])
      >>> tokenizer.texts_to_sequences(["the dog flew"])
      [[1, 4]]
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Callable[[str], list[str]] | None = None,
        **kwargs: Any,
    ):
        num_words = kwargs.pop("nb_words", num_words)
        self.document_count: int = kwargs.pop("document_count", 0)
        if kwargs:
            known = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "analyzer", "document_count")
            raise TypeError(str(unknown_name("argument of Tokenizer()", next(iter(kwargs)), known)))
        self.num_words, self.filters, self.lower, self.split = num_words, filters, lower, split
        self.char_level, self.oov_token, self.analyzer = char_level, oov_token, analyzer
        self.word_counts: dict[str, int] = OrderedDict()
        self.word_docs: dict[str, int] = defaultdict(int)
        self.index_docs: dict[int, int] = defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    # ---- learning ---------------------------------------------------------------------------------------------------
    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Counts the words of texts and numbers them by how often they occur, ties by first occurrence.

        Args:
          texts: strings, or lists of words.
        """
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        by_count = sorted(self.word_counts, key=lambda word: -self.word_counts[word])
        if self.oov_token is not None:
            by_count.insert(0, self.oov_token)
        self.word_index = {word: number for number, word in enumerate(by_count, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Sequence[Iterable[int]]) -> None:
        """Counts in how many sequences of numbers each number occurs: needed before ``sequences_to_matrix`` in mode
        ``"tfidf"``, if ``fit_on_texts`` was never called.
        """
        self.document_count += len(sequences)
        for sequence in sequences:
            for number in set(sequence):
                self.index_docs[number] += 1

    def _words(self, text: Any) -> Sequence[str]:
        if self.char_level or isinstance(text, list):
            if not self.lower:
                return text
            return [word.lower() for word in text] if isinstance(text, list) else text.lower()
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    # ---- using ------------------------------------------------------------------------------------------------------
    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """The numbers of the words of each text; words without number are left out, or become ``oov_token``'s."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """Like ``texts_to_sequences``, one by one."""
        unknown = self.word_index.get(self.oov_token) if self.oov_token is not None else None
        for text in texts:
            numbers = (self.word_index.get(word) for word in self._words(text))
            known = (n if n is not None and not (self.num_words and n >= self.num_words) else unknown for n in numbers)
            yield [number for number in known if number is not None]

    def sequences_to_texts(self, sequences: Iterable[Iterable[int]]) -> list[str]:
        """The words of each sequence of numbers, joined by spaces."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Iterable[int]]) -> Iterator[str]:
        """Like ``sequences_to_texts``, one by one."""
        fallback = self.oov_token if self.oov_token in self.word_index else None
        for sequence in sequences:
            words = (
                self.index_word.get(number, fallback) if not (self.num_words and number >= self.num_words) else fallback
                for number in sequence
            )
            yield " ".join(word for word in words if word is not None)

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray:
        """One row per text, one column per word number; ``mode`` as in ``sequences_to_matrix``."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode=mode)

    def sequences_to_matrix(self, sequences: Sequence[Sequence[int]], mode: str = "binary") -> np.ndarray:
        """One row per sequence of numbers, one column per number.

        Args:
          sequences: lists of numbers.
          mode: ``"binary"`` (1 where it occurs), ``"count"``, ``"freq"`` (share of the sequence) or ``"tfidf"``:
            ``(1 + log(count)) * log(1 + documents / (1 + documents with it))``.

        Returns:
          float64 array of shape (sequences, words).

        Raises:
          ValueError: for an unknown mode, or before the words are known.
        """
        if not self.num_words and not self.word_index:
            raise ValueError("Tokenizer: give num_words=..., or call fit_on_texts() first, to know how many columns.")
        columns = self.num_words or len(self.word_index) + 1
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Tokenizer: call fit_on_texts() or fit_on_sequences() before using mode='tfidf'.")
        matrix = np.zeros((len(sequences), columns))
        for row, sequence in enumerate(sequences):
            counts = Counter(number for number in sequence if number < columns)
            if counts and mode not in _MODES:
                raise unknown_name("mode of Tokenizer", mode, _MODES)
            for number, count in counts.items():
                matrix[row, number] = self._weight(mode, number, count, len(sequence))
        return matrix

    def _weight(self, mode: str, number: int, count: int, length: int) -> float:
        if mode == "binary":
            return 1
        if mode == "count":
            return count
        if mode == "freq":
            return count / length
        return (1 + np.log(count)) * np.log(1 + self.document_count / (1 + self.index_docs.get(number, 0)))

    # ---- configuration ----------------------------------------------------------------------------------------------
    def get_config(self) -> dict[str, Any]:
        """Returns arguments and counts; the tables are JSON texts, as in tf.keras."""
        tables = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        return {
            "num_words": self.num_words,
            "filters": self.filters,
            "lower": self.lower,
            "split": self.split,
            "char_level": self.char_level,
            "oov_token": self.oov_token,
            "document_count": self.document_count,
            **{name: json.dumps(getattr(self, name)) for name in tables},
        }

    def to_json(self, **kwargs: Any) -> str:
        """Returns the tokenizer as JSON text, for ``tokenizer_from_json``; arguments go to ``json.dumps``."""
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """Reads what ``Tokenizer.to_json`` wrote.

    Args:
      json_string: the text, from kerax or tf.keras.

    Raises:
      ValueError: if it is damaged.

    Example:
      >>> import kerax
      >>> tokenizer = kerax.preprocessing.text.Tokenizer()
      >>> tokenizer.fit_on_texts(["a b a"])
      >>> kerax.preprocessing.text.tokenizer_from_json(tokenizer.to_json()).word_index
      {'a': 1, 'b': 2}
    """
    try:
        config = dict(json.loads(json_string)["config"])
        tables = {name: json.loads(config.pop(name)) for name in ("word_counts", "word_docs", "word_index")}
        numbered = {name: json.loads(config.pop(name)) for name in ("index_docs", "index_word")}
        numbered = {name: {int(key): value for key, value in table.items()} for name, table in numbered.items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"tokenizer_from_json(): this is no tokenizer as JSON text: {error!r}.") from None
    tokenizer = Tokenizer(**config)
    for name, table in {**tables, **numbered}.items():
        setattr(tokenizer, name, table)
    return tokenizer
