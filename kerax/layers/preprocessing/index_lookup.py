"""IndexLookup: what StringLookup and IntegerLookup share: from tokens to indices, and back."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import numpy as np

from kerax.functional.categories import OUTPUT_MODES, encode_categories, encoded_shape
from kerax.layers.preprocessing.host_layer import HostLayer
from kerax.layers.preprocessing.lookup_arguments import check_lookup_arguments, salt_pair
from kerax.layers.preprocessing.vocabulary import (
    as_tokens,
    belongs_in_configuration,
    read_vocabulary_file,
    without_special_tokens,
)
from kerax.registry.file_arguments import check_arguments_from_file
from kerax.settings import floatx
from kerax.state import structure_changed

_UNKNOWN = -1  # while looking up: a token for whose slot more is to be asked
_DROPPED = -2  # the index of masked tokens in the modes that make vectors: no slot
_FILE = "vocabulary.txt"


class IndexLookup(HostLayer):
    """Base of the look-up layers; see ``StringLookup`` and ``IntegerLookup`` for the arguments."""

    _least_rank = 0
    encoding = "utf-8"
    _is_text = True

    def __init__(
        self,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary_dtype: str,
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ):
        size = kwargs.pop("vocabulary_size", None)
        given = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        kwargs.pop("dtype", None)  # as in Keras, output_mode decides
        super().__init__(name=name, **kwargs)
        output_mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(output_mode, output_mode)
        check_lookup_arguments(
            self, max_tokens, num_oov_indices, pad_to_max_tokens, output_mode, OUTPUT_MODES, invert, sparse,
            idf_weights, oov_method,
        )  # fmt: skip
        self.salt = salt_pair(self, salt)
        if salt is not None and not self._is_text and oov_method != "farmhash":
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: `salt` can only be used when `oov_method='farmhash'`, received "
                f"oov_method={oov_method!r}."
            )
        self.max_tokens, self.num_oov_indices, self.invert = max_tokens, int(num_oov_indices), bool(invert)
        self.mask_token, self.oov_token = mask_token, oov_token
        self.output_mode, self.sparse, self.pad_to_max_tokens = output_mode, False, bool(pad_to_max_tokens)
        self.vocabulary_dtype, self.oov_method = vocabulary_dtype, oov_method
        from_file = isinstance(vocabulary, (str, os.PathLike))
        self.input_vocabulary = None if from_file else vocabulary
        self.input_idf_weights = idf_weights
        self._has_input_vocabulary = bool(given)
        self._frozen_size: int | None = size
        self._tokens: list = []
        self._table: dict = {}
        self._take([])
        self._idf: np.ndarray | None = None
        self.reset_state()
        if output_mode == "tf_idf" and vocabulary is not None and idf_weights is None:
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: `idf_weights` must be given beside `vocabulary` when "
                "output_mode is 'tf_idf'."
            )
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    # ---- the vocabulary ---------------------------------------------------------------------------------------------
    @property
    def _token_start(self) -> int:
        return self._oov_start + self.num_oov_indices

    @property
    def _oov_start(self) -> int:
        return 1 if self.mask_token is not None and self.output_mode == "int" else 0

    @property
    def _special_tokens(self) -> list:
        return [self.mask_token] * self._oov_start + [self.oov_token] * self.num_oov_indices

    def get_vocabulary(self, include_special_tokens: bool = True) -> list:
        """Returns the tokens in the order of their indices.

        Args:
          include_special_tokens: whether the mask and out-of-vocabulary tokens in front are included.
        """
        return [*self._special_tokens, *self._tokens] if include_special_tokens else list(self._tokens)

    def vocabulary_size(self) -> int:
        """Number of tokens, the mask and out-of-vocabulary tokens included."""
        return len(self._tokens) + self._token_start

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Sets the tokens, instead of learning them by ``adapt``.

        Args:
          vocabulary: list or array of tokens, most frequent first; or the path of a text file, one token per line.
          idf_weights: inverse document frequencies of the tokens, needed (only) if ``output_mode`` is ``"tf_idf"``.

        Raises:
          ValueError: for repeated or misplaced tokens, too many of them, a missing file, weights that do not fit.
          RuntimeError: if the size changes though the outputs of a model already depend on it.
        """
        where = f"{type(self).__name__} {self.path!r}"
        if self.output_mode == "tf_idf" and idf_weights is None:
            raise ValueError(f"{where}: `idf_weights` must be set if output_mode is 'tf_idf'.")
        if self.output_mode != "tf_idf" and idf_weights is not None:
            raise ValueError(
                f"{where}: `idf_weights` should only be set if output_mode is 'tf_idf', which is {self.output_mode!r}."
            )
        if isinstance(vocabulary, (str, os.PathLike)):
            if self.output_mode == "tf_idf":
                raise ValueError(f"{where}: output_mode 'tf_idf' does not support loading a vocabulary from a file.")
            vocabulary = read_vocabulary_file(vocabulary, self.path)
            if not self._is_text:
                vocabulary = [_whole_number(line, self.path) for line in vocabulary]
        tokens = as_tokens(vocabulary, self._is_text, self.path, self.encoding)
        rest, found = without_special_tokens(tokens, self._special_tokens, self)
        size = self._token_start + len(rest)
        if self.max_tokens is not None and size > self.max_tokens:
            raise ValueError(
                f"Attempted to set a vocabulary larger than the maximum vocab size. {where} would have {size} tokens "
                f"with {self._token_start} special one(s); `max_tokens` is {self.max_tokens}."
            )
        weights = self._idf_of(idf_weights, len(tokens), found) if idf_weights is not None else None
        self._take(rest)
        if weights is not None:
            self._idf = weights
        self._record_size()

    def _idf_of(self, weights: Any, count: int, with_special: bool) -> np.ndarray:
        weights = np.asarray(weights, floatx())
        if weights.ndim != 1 or len(weights) != count:
            raise ValueError(
                f"`idf_weights` must be the same length as vocabulary. {type(self).__name__} {self.path!r} received "
                f"weights of shape {weights.shape} for {count} tokens."
            )
        if not with_special:
            weights = np.concatenate([np.full(self._token_start, np.average(weights), weights.dtype), weights])
        return self._padded(weights)

    def _padded(self, weights: np.ndarray) -> np.ndarray:
        if self.pad_to_max_tokens and self.max_tokens is not None:
            weights = np.pad(weights, (0, self.max_tokens - len(weights)))
        return weights

    def _take(self, tokens: list) -> None:
        """Makes the look-up table."""
        self._tokens = list(tokens)
        keys = [self._key(token) for token in tokens]
        self._table = dict(zip(keys, range(self._token_start, self._token_start + len(keys)), strict=True))
        if self.mask_token is not None and not self.invert:
            self._table[self._key(self.mask_token)] = 0 if self.output_mode == "int" else _DROPPED
        structure_changed()

    def _record_size(self) -> None:
        size = self.vocabulary_size()
        variable = self.output_mode != "int" and not self.pad_to_max_tokens
        if variable and self._frozen_size is not None and self._frozen_size != size:
            raise RuntimeError(
                f"Layer {self.path!r} ({type(self).__name__}): the vocabulary size cannot be changed after the layer "
                f"is called with output_mode={self.output_mode!r} and pad_to_max_tokens=False: it was "
                f"{self._frozen_size} and would be {size}. Make a new layer, or set max_tokens and "
                "pad_to_max_tokens=True."
            )
        self._frozen_size = size

    # ---- learning it ------------------------------------------------------------------------------------------------
    def _batches(self, data: Any, batch_size: int | None) -> Any:
        if isinstance(data, (list, tuple)) or (hasattr(data, "shape") and hasattr(data, "__array__")):
            data = data.to_numpy() if hasattr(data, "to_numpy") else data
            array = self._to_array(data)
            data = array[:, None] if array.ndim == 1 else array  # every row is a document
        yield from super()._batches(data, batch_size)

    def update_state(self, data: Any) -> None:
        """Counts the tokens of a batch; a row is a document.

        Raises:
          ValueError: if the vocabulary was given as an argument.
        """
        data = np.asarray(data)
        rows = [data.reshape(1, -1)[0]] if data.ndim <= 1 else list(data.reshape(data.shape[0], -1))
        self.count_rows([self._keys(row) for row in rows])

    def count_rows(self, rows: list[list]) -> None:
        """Counts tokens, given as keys of the table, one list per document."""
        if self._has_input_vocabulary:
            raise ValueError(
                f"Cannot adapt layer {self.path!r} ({type(self).__name__}) after setting a static vocabulary via the "
                "`vocabulary` argument."
            )
        for row in rows:
            self._counts.update(row)
            if self.output_mode == "tf_idf":
                self._document_counts.update(set(row))
        self._documents += len(rows)

    def finalize_state(self) -> None:
        """Sorts the tokens by how often they were seen, ties from the last to the first, and keeps ``max_tokens``."""
        if self._has_input_vocabulary or not self._counts:
            self._record_size()
            return
        for token in (self.mask_token, self.oov_token):
            if token is not None:
                self._counts.pop(self._key(token), None)
        keys = sorted(self._counts, key=lambda key: (self._counts[key], key), reverse=True)
        if self.max_tokens:
            keys = keys[: self.max_tokens - self._token_start]
        self._take([self._token(key) for key in keys])
        if self.output_mode == "tf_idf":
            seen = np.array([self._document_counts[key] for key in keys], np.float64)
            weights = np.log(1 + self._documents / (1 + seen)).astype(floatx())
            mean = weights.mean(dtype=floatx()) if len(weights) else np.nan
            self._idf = self._padded(np.concatenate([np.full(self._token_start, mean, weights.dtype), weights]))
        self.reset_state()
        self._record_size()

    def reset_state(self) -> None:
        """Forgets what was counted."""
        self._counts: Counter = Counter()
        self._document_counts: Counter = Counter()
        self._documents = 0

    # ---- tokens and keys of the table -------------------------------------------------------------------------------
    def _key(self, token: Any) -> Any:
        return token

    def _token(self, key: Any) -> Any:
        return key

    def _keys(self, array: np.ndarray) -> list:
        """The keys for an array of inputs, flattened."""
        raise NotImplementedError

    def _oov_buckets(self, keys: list) -> np.ndarray:
        """The buckets, from 0, of tokens that are not in the vocabulary."""
        raise NotImplementedError

    # ---- calling ----------------------------------------------------------------------------------------------------
    def output_dtype(self) -> str:
        if self.invert:
            return self.vocabulary_dtype
        return "int64" if self.output_mode == "int" else floatx()

    @property
    def _depth(self) -> int | None:
        return self.max_tokens if self.pad_to_max_tokens else self._frozen_size

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """Returns the shape of the outputs."""
        return encoded_shape(input_shape, self.output_mode, self._depth)

    def build(self, input_shape: Any = None) -> None:
        """There are no weights to make."""

    def call(self, inputs: Any) -> np.ndarray:
        """Looks tokens up (or indices, with ``invert``); NumPy in and out."""
        inputs = np.asarray(inputs)
        self.check_vocabulary()
        if self.invert:
            return self._invert(inputs)
        return self.encode(self.indices(self._keys(inputs)).reshape(inputs.shape))

    def check_vocabulary(self) -> None:
        """Refuses to look up without a vocabulary that the outputs depend on, or one that was not saved.

        Raises:
          RuntimeError: naming the layer and what to do.
        """
        if not self._tokens and self._frozen_size is not None and self._frozen_size > self._token_start:
            raise RuntimeError(
                f"Layer {self.path!r} ({type(self).__name__}) had a vocabulary of {self._frozen_size} tokens, which "
                "its configuration does not hold: it was learnt by adapt(), or read from a file. Save whole models as "
                "'.keras', which keeps it, or call adapt() or set_vocabulary()."
            )
        if self.output_mode != "int" and not self.pad_to_max_tokens and self._frozen_size is None:
            raise RuntimeError(
                f"Layer {self.path!r} ({type(self).__name__}) with output_mode={self.output_mode!r} has no vocabulary "
                "yet: pass `vocabulary`, or call adapt() on sample data first."
            )

    def indices(self, keys: list) -> np.ndarray:
        """The indices of tokens given as keys of the table, int64."""
        default = self._oov_start if self.num_oov_indices == 1 else _UNKNOWN
        table = self._table
        found = np.fromiter((table.get(key, default) for key in keys), np.int64, len(keys))
        if self.num_oov_indices != 1:
            unknown = np.flatnonzero(found == _UNKNOWN)
            if len(unknown) and self.num_oov_indices == 0:
                values = list(dict.fromkeys(self._token(keys[i]) for i in unknown.tolist()))
                raise ValueError(
                    f"When `num_oov_indices=0` all inputs should be in vocabulary. Layer {self.path!r} "
                    f"({type(self).__name__}) found OOV values {values[:8]}: set num_oov_indices=1, or add them."
                )
            if len(unknown):
                found[unknown] = self._oov_start + self._oov_buckets([keys[i] for i in unknown.tolist()])
        return found

    def encode(self, indices: np.ndarray) -> np.ndarray:
        """Indices in the layer's output mode."""
        if self.output_mode == "int":
            return indices
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        encoded = encode_categories(indices, mode, int(self._depth or 0), floatx())
        return encoded * self._idf if self.output_mode == "tf_idf" else encoded

    def _invert(self, indices: np.ndarray) -> np.ndarray:
        if indices.dtype.kind not in "iub":
            raise TypeError(
                f"Layer {self.path!r} ({type(self).__name__}) with invert=True takes indices, received an array of "
                f"dtype {indices.dtype}."
            )
        start, count = self._token_start, len(self._tokens)
        values = np.empty(count + 2, object)
        values[:count] = [self._key(token) for token in self._tokens]
        values[count] = None if self.oov_token is None else self._key(self.oov_token)
        values[count + 1] = None if self.mask_token is None else self._key(self.mask_token)
        places = indices.astype(np.int64) - start
        places = np.where((places < 0) | (places >= count), count, places)
        if self.mask_token is not None:
            places = np.where(indices == 0, count + 1, places)
        found = values[places]
        return found if self._is_text else np.asarray(found, np.int64)

    # ---- configuration and files ------------------------------------------------------------------------------------
    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments; a vocabulary that was read from a file is saved beside the weights."""
        vocabulary, weights = self.input_vocabulary, self.input_idf_weights
        if vocabulary is None and self._tokens and belongs_in_configuration():
            counted = self._idf is not None and self.output_mode == "tf_idf"
            vocabulary = self.get_vocabulary(include_special_tokens=counted)
            weights = self._idf[: len(vocabulary)] if counted else None  # type: ignore[index]
        return {
            **super().get_config(),
            "invert": self.invert,
            "max_tokens": self.max_tokens,
            "num_oov_indices": self.num_oov_indices,
            "oov_token": self.oov_token,
            "mask_token": self.mask_token,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "pad_to_max_tokens": self.pad_to_max_tokens,
            "vocabulary_dtype": self.vocabulary_dtype,
            "idf_weights": _plain(weights),
            "vocabulary": _plain(vocabulary),
            "vocabulary_size": self._frozen_size,
            "oov_method": self.oov_method,
            "salt": self.salt,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes a layer from ``get_config()``; a vocabulary there must be the tokens themselves, not a file's path."""
        check_arguments_from_file(config, f"layer {config.get('name')!r} ({cls.__name__})")
        return super().from_config(config)

    def save_own_variables(self, store: Any) -> None:
        """Writes the document frequencies."""
        if self.output_mode == "tf_idf" and self._idf is not None:
            store["idf_weights"] = self._idf

    def load_own_variables(self, store: Any) -> None:
        """Reads the document frequencies."""
        if self.output_mode == "tf_idf" and "idf_weights" in store:
            self._idf = np.asarray(store["idf_weights"], floatx())

    def save_assets(self, dir_path: Any) -> None:
        """Writes the vocabulary into a folder, unless the configuration has it."""
        if self.input_vocabulary is not None:
            return
        with open(os.path.join(dir_path, _FILE), "w", encoding="utf-8", newline="") as file:
            file.write("\n".join(str(token) for token in self.get_vocabulary()))

    def load_assets(self, dir_path: Any) -> None:
        """Reads the vocabulary that ``save_assets`` wrote.

        Raises:
          ValueError: if the file is damaged.
        """
        if self.input_vocabulary is not None:
            return
        path = os.path.join(dir_path, _FILE)
        with open(path, encoding="utf-8", newline="") as file:
            lines = file.read().split("\n")
        if len(lines) <= self._token_start:
            return  # it was saved before it had a vocabulary
        tokens = lines if self._is_text else [_whole_number(line, self.path) for line in lines]
        if self.output_mode != "tf_idf":
            self.set_vocabulary(tokens)
            return
        rest, _ = without_special_tokens(tokens, [str(t) if self._is_text else t for t in self._special_tokens], self)
        self._take(rest)
        self._record_size()


def _whole_number(line: str, layer: str) -> int:
    try:
        return int(line)
    except ValueError:
        raise ValueError(f"Layer {layer!r} looks up whole numbers, its vocabulary file holds {line!r}.") from None


def _plain(values: Any) -> Any:
    if values is None or isinstance(values, (str, list)):
        return values
    items = np.asarray(values).tolist()
    return [item.decode("utf-8", "surrogateescape") if isinstance(item, bytes) else item for item in items]
