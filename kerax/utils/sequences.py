"""Sequences of different lengths as one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerax.errors import unknown_name

_SIDES = ("pre", "post")


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Puts sequences of different lengths into one array, filled up or cut to one length.

    Args:
      sequences: list of sequences of numbers, strings or arrays of one shape.
      maxlen: length of the result; that of the longest sequence by default.
      dtype: of the result; ``object`` for strings.
      padding: whether ``value`` is put before (``"pre"``) or after (``"post"``) a shorter sequence.
      truncating: whether the beginning (``"pre"``) or the end (``"post"``) of a longer sequence is cut off.
      value: what shorter sequences are filled up with.

    Returns:
      Array of shape ``(len(sequences), maxlen, ...)``.

    Raises:
      ValueError: if an item is no sequence, or its items differ in shape; for an unknown side.

    Example:
      >>> import kerax
      >>> kerax.utils.pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2)
      array([[0, 1],
             [2, 3],
             [5, 6]], dtype=int32)
    """
    if not hasattr(sequences, "__len__"):
        raise ValueError(
            f"pad_sequences(): sequences must be a list of sequences, received {type(sequences).__name__}."
        )
    for index, item in enumerate(sequences):
        if not hasattr(item, "__len__"):
            raise ValueError(
                f"pad_sequences(): sequences must be a list of sequences; item {index} is {item!r}. Put a single "
                "sequence into a list."
            )
    lengths = [len(item) for item in sequences]
    if maxlen is None:
        if not lengths:
            raise ValueError("pad_sequences(): sequences is empty, so maxlen=... has to say how long the result is.")
        maxlen = max(lengths)
    text = np.issubdtype(dtype, np.str_) or np.issubdtype(dtype, np.bytes_)
    if isinstance(value, str) and np.dtype(dtype) != object and not text:
        raise ValueError(
            f"pad_sequences(): value={value!r} is a string, which dtype={dtype!r} cannot hold: use dtype=object."
        )
    shape = next((np.asarray(item).shape[1:] for item in sequences if len(item)), ())
    padded = np.full((len(lengths), maxlen, *shape), value, dtype=dtype)
    for index, item in enumerate(sequences):
        if not lengths[index]:
            continue
        if truncating not in _SIDES:
            raise unknown_name("value for truncating of pad_sequences()", truncating, _SIDES)
        if padding not in _SIDES:
            raise unknown_name("value for padding of pad_sequences()", padding, _SIDES)
        kept = item[-maxlen:] if truncating == "pre" else item[:maxlen]  # -0 keeps all, which numpy then refuses
        kept = np.asarray(kept).astype(dtype)
        if kept.shape[1:] != shape:
            raise ValueError(
                f"pad_sequences(): the steps of sequence {index} have shape {kept.shape[1:]}, those of the first one "
                f"{shape}."
            )
        if len(kept) > maxlen:
            raise ValueError(f"pad_sequences(): maxlen={maxlen} leaves nothing of sequence {index}.")
        if padding == "post":
            padded[index, : len(kept)] = kept
        else:
            padded[index, maxlen - len(kept) :] = kept
    return padded
