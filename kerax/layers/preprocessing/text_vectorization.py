"""TextVectorization: texts to sequences of token indices, or to bags of words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.errors import unknown_name
from kerax.functional.hashing_rows import to_bytes
from kerax.functional.text_tokens import SPLITS, STANDARDIZATIONS, make_ngrams, split_texts, standardize_texts
from kerax.layers.preprocessing.host_layer import HostLayer
from kerax.layers.preprocessing.string_lookup import StringLookup
from kerax.registry import deserialize_keras_object, serialize_keras_object
from kerax.registry.file_arguments import check_arguments_from_file
from kerax.state.symbolic import symbolic_leaves

_MODES = ("int", "multi_hot", "count", "tf_idf")


class TextVectorization(HostLayer):
    """Standardises texts, splits them into tokens, and maps tokens to indices by a vocabulary.

    Works on the host. In a model it has to come first: ``kerax.Input(shape=(1,), dtype="string")``.

    Args:
      max_tokens: largest vocabulary, padding and unknown token included; None for no limit.
      standardize: ``"lower_and_strip_punctuation"``, ``"lower"``, ``"strip_punctuation"``, None, or a function from a
        NumPy array of str to one of the same shape.
      split: ``"whitespace"``, ``"character"``, None, or a function from a NumPy array of str, shape (n,), to n lists of
        tokens.
      ngrams: None, a number n (all of 1 to n neighbouring tokens), or a tuple of numbers.
      output_mode: ``"int"`` (indices; 0 pads, 1 is unknown), ``"multi_hot"``, ``"count"`` or ``"tf_idf"``.
      output_sequence_length: mode ``"int"``: pad and cut to this length. Without it a batch is as long as its longest
        text, and every new length is compiled anew.
      pad_to_max_tokens: whether vectors have ``max_tokens`` slots even if the vocabulary is smaller.
      vocabulary: list or array of tokens, or the path of a text file with one token per line; else call ``adapt``.
      idf_weights: with a vocabulary and mode ``"tf_idf"``: one weight per token.
      sparse: must not be True.
      ragged: whether rows keep their own lengths: calls return a ``kerax.data.RaggedTensor``. Models take no such
        rows: there call ``to_tensor()`` on them before, or leave the padding to the layer.
      encoding: of tokens given as bytes.
      name: the layer's name.
      **kwargs: ``trainable``, ``dtype``.

    Raises:
      ValueError: for arguments that do not go together; see ``StringLookup`` for vocabularies.

    Example:
      >>> import kerax
      >>> layer = kerax.layers.TextVectorization(output_sequence_length=4)
      >>> layer.adapt(["a dog", "a cat."])
      >>> layer.get_vocabulary()
      ['', '[UNK]', 'a', 'dog', 'cat']
      >>> layer(["A Cat, a cow!"])
      Array([[2, 4, 2, 1]], dtype=int32)
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: str | Callable | None = "lower_and_strip_punctuation",
        split: str | Callable | None = "whitespace",
        ngrams: int | tuple[int, ...] | None = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ):
        size = kwargs.pop("vocabulary_size", None)
        given = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        super().__init__(name=name, **kwargs)
        where = f"TextVectorization {self.name!r}"
        for argument, value, known in (("standardize", standardize, STANDARDIZATIONS), ("split", split, SPLITS)):
            if value is not None and value not in known and not callable(value):
                raise unknown_name(f"value for `{argument}` of {where}", value, known)
        output_mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(output_mode, output_mode)
        if output_mode not in _MODES:
            raise unknown_name(f"value for `output_mode` of {where}", output_mode, _MODES)
        if not (_is_size(ngrams) or ngrams is None or (isinstance(ngrams, tuple) and all(map(_is_size, ngrams)))):
            raise ValueError(
                f"{where}: `ngrams` must be None, an integer, or a tuple of integers, at least 1; received {ngrams!r}."
            )
        if output_sequence_length is not None and output_mode != "int":
            raise ValueError(
                f"{where}: `output_sequence_length` must not be set if `output_mode` is not 'int', received "
                f"{output_sequence_length!r} and {output_mode!r}."
            )
        if output_sequence_length is not None and not _is_size(output_sequence_length):
            raise ValueError(
                f"{where}: `output_sequence_length` must be either None or an integer of at least 1, received "
                f"{output_sequence_length!r}."
            )
        if ragged and (output_mode != "int" or output_sequence_length is not None or split is None):
            raise ValueError(
                f"{where}: ragged=True needs `output_mode='int'`, a `split` and no `output_sequence_length`; received "
                f"{output_mode!r}, {split!r} and {output_sequence_length!r}."
            )
        self.ragged = bool(ragged)
        self.standardize, self.split, self.ngrams = standardize, split, ngrams
        self._widths = tuple(range(1, ngrams + 1)) if isinstance(ngrams, int) else ngrams
        self.output_mode, self.output_sequence_length = output_mode, output_sequence_length
        self.encoding = encoding
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            pad_to_max_tokens=pad_to_max_tokens,
            mask_token="",
            output_mode=output_mode,
            sparse=sparse,
            has_input_vocabulary=given,
            encoding=encoding,
            vocabulary_size=size,
        )

    # ---- the vocabulary ---------------------------------------------------------------------------------------------
    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """Returns the tokens in the order of their indices; ``''`` and ``'[UNK]'`` in front if included."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """Number of tokens, special ones included."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Sets the tokens, instead of learning them; as ``StringLookup.set_vocabulary``."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights=idf_weights)

    def update_state(self, data: Any) -> None:
        """Counts the tokens of a batch of texts."""
        rows, shape = self._tokens(np.asarray(data))
        if shape is None or not rows:
            self._lookup_layer.count_rows(rows)
        else:
            self._lookup_layer.update_state(np.array(rows, object).reshape(shape) if rows else np.zeros(shape, object))

    def finalize_state(self) -> None:
        """Makes the vocabulary of what was counted."""
        self._lookup_layer.finalize_state()

    def reset_state(self) -> None:
        """Forgets what was counted."""
        self._lookup_layer.reset_state()

    # ---- calling ----------------------------------------------------------------------------------------------------
    def output_dtype(self) -> str:
        return self._lookup_layer.output_dtype()

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Returns the shape of the outputs."""
        shape = tuple(input_shape)
        if self.split is not None:
            shape = (*(shape[:-1] if len(shape) > 1 else shape), None)
        elif self.output_mode != "int" and len(shape) <= 1:
            shape = (*shape, 1)
        if self.output_mode == "int":
            return (*shape[:-1], self.output_sequence_length or shape[-1]) if shape else shape
        return self._lookup_layer.compute_output_shape(shape)

    def build(self, input_shape: Any = None) -> None:
        """There are no weights to make."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the layer on texts, or records it on symbolic tensors."""
        if self.ragged:
            if len(args) != 1 or symbolic_leaves(args):
                raise ValueError(
                    f"Layer {self.path!r} (TextVectorization) has ragged=True, and models take no rows of unequal "
                    "length. Leave ragged=True out: outputs are padded with 0, which Embedding(mask_zero=True) masks."
                )
            return self._ragged_rows(np.asarray(args[0]))
        return super().__call__(*args, **kwargs)

    def _ragged_rows(self, texts: np.ndarray) -> Any:
        from kerax.data.ragged import RaggedTensor

        self._lookup_layer.check_vocabulary()
        rows, shape = self._tokens(texts)
        if shape is not None:  # one text: one row
            return self._lookup_layer.indices(rows)
        values = self._lookup_layer.indices([token for row in rows for token in row])
        return RaggedTensor.from_row_lengths(np.asarray(values, np.int64), [len(row) for row in rows])

    def call(self, inputs: Any) -> np.ndarray:
        """Tokenises texts and looks the tokens up; NumPy in and out."""
        self._lookup_layer.check_vocabulary()
        texts = np.asarray(inputs)
        rows, shape = self._tokens(texts)
        length = self.output_sequence_length
        if shape is not None:
            indices = self._lookup_layer.indices(rows).reshape(shape)
            if length is not None and indices.ndim:
                indices = indices[..., :length]
                pad = [(0, 0)] * (indices.ndim - 1) + [(0, length - indices.shape[-1])]
                indices = np.pad(indices, pad)
            return self._lookup_layer.encode(indices)
        longest = max(map(len, rows), default=0) if length is None else length
        flat = self._lookup_layer.indices([token for row in rows for token in row])
        padding = 0 if self.output_mode == "int" else -1  # -1: no slot of a vector
        padded = np.full((len(rows), longest), padding, np.int64)
        start = 0
        for place, row in enumerate(rows):
            count = min(len(row), longest)
            padded[place, :count] = flat[start : start + count]
            start += len(row)
        outer = texts.shape[:-1] if texts.ndim > 1 else texts.shape
        return self._lookup_layer.encode(padded.reshape(*outer, longest))

    def _tokens(self, texts: np.ndarray) -> tuple[list, tuple[int, ...] | None]:
        """Tokens: one list per text and None if texts are split, else a flat list and its shape."""
        if texts.dtype.kind in "iufbc" and texts.size:
            raise TypeError(
                f"Layer {self.path!r} (TextVectorization) takes texts, received an array of dtype {texts.dtype}."
            )
        if callable(self.standardize):
            given = np.array([_as_text(t) for t in texts.ravel().tolist()], dtype=str).reshape(texts.shape)
            texts = np.asarray(self.standardize(given))
        if self.split is not None and texts.ndim > 1:
            if texts.shape[-1] != 1:
                raise ValueError(
                    f"Layer {self.path!r} (TextVectorization) splits texts, so its inputs have rank 1 or a last axis "
                    f"of size 1; received shape {texts.shape}. Join the columns, or set split=None for tokens."
                )
            texts = texts[..., 0]
        try:
            flat = to_bytes(texts) if texts.size else []
        except TypeError as error:
            raise TypeError(f"Layer {self.path!r} (TextVectorization): {error}") from None
        if not callable(self.standardize):
            flat = standardize_texts(flat, self.standardize)
        if self.split is None:
            return self._dense_tokens(flat, texts.shape)
        if callable(self.split):
            rows = self._split_by_function(flat)
        else:
            rows = split_texts(flat, self.split)
        if self._widths is not None:
            rows = [make_ngrams(row, self._widths) for row in rows]
        if texts.ndim == 0:
            return rows[0], (len(rows[0]),)
        return rows, None

    def _dense_tokens(self, flat: list, shape: tuple[int, ...]) -> tuple[list, tuple[int, ...]]:
        if self._widths is None or not shape:
            return flat, shape
        width = shape[-1]
        rows = [make_ngrams(flat[i : i + width], self._widths) for i in range(0, len(flat), max(width, 1))]
        count = len(rows[0]) if rows else 0
        return [token for row in rows for token in row], (*shape[:-1], count)

    def _split_by_function(self, flat: list[bytes]) -> list[list[bytes]]:
        given = np.array([_as_text(text) for text in flat], dtype=str)
        result = self.split(given)  # type: ignore[operator,misc]
        result = result.to_list() if hasattr(result, "to_list") else result
        rows = [to_bytes(np.asarray(list(row), object)) for row in result]
        if len(rows) != len(flat):
            raise ValueError(
                f"Layer {self.path!r} (TextVectorization): split was given {len(flat)} texts and returned {len(rows)} "
                "lists of tokens; it must return one per text."
            )
        return rows

    # ---- configuration and files ------------------------------------------------------------------------------------
    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        lookup = self._lookup_layer.get_config()
        return {
            **super().get_config(),
            "max_tokens": lookup["max_tokens"],
            "standardize": _plain(self.standardize),
            "split": _plain(self.split),
            "ngrams": self.ngrams,
            "output_mode": self.output_mode,
            "output_sequence_length": self.output_sequence_length,
            "pad_to_max_tokens": lookup["pad_to_max_tokens"],
            "sparse": False,
            "ragged": self.ragged,
            "vocabulary": lookup["vocabulary"],
            "idf_weights": lookup["idf_weights"],
            "encoding": self.encoding,
            "vocabulary_size": self.vocabulary_size(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes a layer from ``get_config()``; a vocabulary there must be the tokens themselves, not a file's path."""
        check_arguments_from_file(config, f"layer {config.get('name')!r} (TextVectorization)")
        config = dict(config)
        for key in ("standardize", "split"):
            if isinstance(config.get(key), dict):
                config[key] = deserialize_keras_object(config[key])
        if isinstance(config.get("ngrams"), list):
            config["ngrams"] = tuple(config["ngrams"])
        return super().from_config(config)

    def save_own_variables(self, store: Any) -> None:
        """Writes the document frequencies."""
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store: Any) -> None:
        """Reads the document frequencies."""
        self._lookup_layer.load_own_variables(store)

    def save_assets(self, dir_path: Any) -> None:
        """Writes the vocabulary into a folder, unless the configuration has it."""
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path: Any) -> None:
        """Reads the vocabulary that ``save_assets`` wrote."""
        self._lookup_layer.load_assets(dir_path)


def _is_size(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and int(value) > 0


def _as_text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else serialize_keras_object(value)
