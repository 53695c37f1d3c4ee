"""IntegerLookup: whole numbers to contiguous indices, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.functional.hashing import hash_bucket, hash_bucket_strong
from kerax.layers.preprocessing.index_lookup import IndexLookup


class IntegerLookup(IndexLookup):
    """Maps whole numbers to contiguous indices by a vocabulary, which is given or learnt by ``adapt``.

    Works on the host; numbers may have 64 bits.

    Args:
      max_tokens: most tokens, special ones included; None for no limit.
      num_oov_indices: slots for numbers that are not in the vocabulary: none are an error, with several the number
        modulo their count decides (``oov_method``).
      mask_token: number that stands for a missing value: index 0 in mode ``"int"``, left out in others.
      oov_token: what ``invert=True`` returns for unknown indices.
      vocabulary: list or array of numbers, or the path of a text file with one number per line.
      vocabulary_dtype: must be ``"int64"``.
      idf_weights: with a vocabulary and mode ``"tf_idf"``: one weight per number.
      invert: map indices to numbers instead.
      output_mode: ``"int"``; ``"one_hot"`` (a vector per element), ``"multi_hot"``, ``"count"`` or ``"tf_idf"`` (a
        vector per row).
      sparse: must not be True.
      pad_to_max_tokens: whether vectors have ``max_tokens`` slots even if the vocabulary is smaller.
      oov_method: ``"floormod"``, or ``"farmhash"`` to spread unknown numbers by their hash.
      salt: a whole number or pair: keys that hash.
      name: the layer's name.
      **kwargs: ``trainable``, and ``dtype``, which is ignored.

    Raises:
      ValueError: for arguments that do not go together, repeated or misplaced numbers, a missing file.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.IntegerLookup(vocabulary=[12, 1138])(np.array([1138, 7]))
      Array([2, 0], dtype=int32)
    """

    _is_text = False

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        if vocabulary_dtype != "int64":
            raise ValueError(f"IntegerLookup: `vocabulary_dtype` must be 'int64', received {vocabulary_dtype!r}.")
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary=vocabulary,
            vocabulary_dtype=vocabulary_dtype,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            oov_method=oov_method,
            salt=salt,
            name=name,
            **kwargs,
        )

    def _keys(self, array: np.ndarray) -> list[int]:
        if array.dtype.kind == "f" and array.size and not (array == np.floor(array)).all():
            raise TypeError(
                f"Layer {self.path!r} (IntegerLookup) looks up whole numbers, received {array[array % 1 != 0][0]!r}."
            )
        if array.dtype.kind not in "iubf":
            raise TypeError(
                f"Layer {self.path!r} (IntegerLookup) looks up whole numbers, received an array of dtype {array.dtype}"
                ". Strings are looked up by StringLookup."
            )
        return array.astype(np.int64).ravel().tolist()

    def _oov_buckets(self, keys: list[int]) -> np.ndarray:
        numbers = np.array(keys, np.int64)
        if self.oov_method == "floormod":
            return numbers % self.num_oov_indices
        if self.salt is not None:
            return hash_bucket_strong(numbers, self.num_oov_indices, self.salt)
        return hash_bucket(numbers, self.num_oov_indices)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        config = super().get_config()
        for key in ("oov_token", "mask_token"):
            config[key] = None if config[key] is None else int(config[key])
        if config["vocabulary"] is not None:
            config["vocabulary"] = [int(token) for token in config["vocabulary"]]
        return config
