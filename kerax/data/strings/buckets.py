"""Texts as numbers of buckets."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.data.strings._each import each, texts
from kerax.functional.hashing import hash_bucket, hash_bucket_strong

# MurmurHash64A (A. Appleby), with the seed that TensorFlow gives it.
_SEED, _MULTIPLIER, _SHIFT, _MASK = 0xDECAFCAFFE, 0xC6A4A7935BD1E995, 47, (1 << 64) - 1


def to_hash_bucket_fast(input: Any, num_buckets: int, name: str | None = None) -> Any:
    """Returns a bucket number for every text, by FarmHash Fingerprint64, as int64.

    Example:
      >>> from kerax.data import strings
      >>> strings.to_hash_bucket_fast(["a", "b"], 100)
      array([39, 22])
    """
    return hash_bucket(texts(input, "to_hash_bucket_fast"), num_buckets)[()]


def to_hash_bucket_strong(input: Any, num_buckets: int, key: Any, name: str | None = None) -> Any:
    """Returns a bucket number for every text, by keyed SipHash, as int64.

    Args:
      input: texts.
      num_buckets: how many buckets there are.
      key: two integers.
      name: kept for compatibility.

    Example:
      >>> from kerax.data import strings
      >>> strings.to_hash_bucket_strong(["a", "b"], 100, [1, 2])
      array([46, 84])
    """
    return hash_bucket_strong(texts(input, "to_hash_bucket_strong"), num_buckets, key)[()]


def to_hash_bucket(input: Any, num_buckets: int, name: str | None = None) -> Any:
    """Returns a bucket number for every text, by MurmurHash64A, as int64. Prefer ``to_hash_bucket_fast``.

    Example:
      >>> from kerax.data import strings
      >>> strings.to_hash_bucket(["a", "b"], 100)
      array([68, 70])
    """
    return each(lambda text: _murmur(text) % num_buckets, input, "to_hash_bucket", np.int64)


def _murmur(text: bytes) -> int:
    value = _SEED ^ (len(text) * _MULTIPLIER & _MASK)
    whole = len(text) // 8 * 8
    for at in range(0, whole, 8):
        word = int.from_bytes(text[at : at + 8], "little") * _MULTIPLIER & _MASK
        word = (word ^ word >> _SHIFT) * _MULTIPLIER & _MASK
        value = (value ^ word) * _MULTIPLIER & _MASK
    if whole < len(text):
        value = (value ^ int.from_bytes(text[whole:], "little")) * _MULTIPLIER & _MASK
    value = (value ^ value >> _SHIFT) * _MULTIPLIER & _MASK
    return value ^ value >> _SHIFT
