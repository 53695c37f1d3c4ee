"""StringLookup: strings to indices, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.functional.hashing import hash_bucket, hash_bucket_strong
from kerax.functional.hashing_rows import to_bytes
from kerax.layers.preprocessing.index_lookup import IndexLookup


class StringLookup(IndexLookup):
    """Maps strings to indices by a vocabulary, which is given or learnt by ``adapt``.

    Works on the host. In a model it has to come first: ``kerax.Input(shape=(1,), dtype="string")``.

    Args:
      max_tokens: most tokens, special ones included; None for no limit.
      num_oov_indices: slots for strings that are not in the vocabulary: none are an error, with several the string's
        hash decides.
      mask_token: string that stands for a missing value: index 0 in mode ``"int"``, left out in others.
      oov_token: what ``invert=True`` returns for unknown indices.
      vocabulary: list or array of tokens, or the path of a text file with one token per line.
      idf_weights: with a vocabulary and mode ``"tf_idf"``: one weight per token.
      invert: map indices to strings (bytes) instead.
      output_mode: ``"int"``; ``"one_hot"`` (a vector per element), ``"multi_hot"``, ``"count"`` or ``"tf_idf"`` (a
        vector per row).
      pad_to_max_tokens: whether vectors have ``max_tokens`` slots even if the vocabulary is smaller.
      sparse: must not be True.
      encoding: of tokens given as bytes.
      name: the layer's name.
      salt: a whole number or pair: keys the hash of unknown strings.
      **kwargs: ``trainable``, and ``dtype``, which is ignored.

    Raises:
      ValueError: for arguments that do not go together, repeated or misplaced tokens, a missing file.

    Example:
      >>> import kerax, numpy as np
      >>> layer = kerax.layers.StringLookup(vocabulary=["a", "b"])
      >>> layer(np.array([["b", "z"]]))
      Array([[2, 0]], dtype=int32)
      >>> layer.adapt(np.array(["c", "d", "c"])) if layer.input_vocabulary is None else layer.get_vocabulary()
      ['[UNK]', 'a', 'b']
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ):
        self.encoding = encoding
        kwargs.pop("vocabulary_dtype", None)
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            sparse=sparse,
            name=name,
            salt=salt,
            vocabulary_dtype="string",
            **kwargs,
        )

    # The table's keys are bytes, as in TensorFlow: strings are equal if their UTF-8 is, and sort by it.
    def _key(self, token: Any) -> bytes:
        return token if isinstance(token, bytes) else token.encode("utf-8", "surrogateescape")

    def _token(self, key: bytes) -> str:
        return key.decode("utf-8", "surrogateescape")

    def _keys(self, array: np.ndarray) -> list[bytes]:
        if array.dtype.kind in "iufbc" and array.size:
            raise TypeError(
                f"Layer {self.path!r} (StringLookup) looks up strings, received an array of dtype {array.dtype}. Whole "
                "numbers are looked up by IntegerLookup."
            )
        try:
            return to_bytes(array) if array.size else []
        except TypeError as error:
            raise TypeError(f"Layer {self.path!r} (StringLookup): {error}") from None

    def _oov_buckets(self, keys: list[bytes]) -> np.ndarray:
        values = np.array([*keys, b""], object)[:-1]
        if self.salt is not None:
            return hash_bucket_strong(values, self.num_oov_indices, self.salt)
        return hash_bucket(values, self.num_oov_indices)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        config = {"encoding": self.encoding, **super().get_config()}
        del config["vocabulary_dtype"]
        return config
