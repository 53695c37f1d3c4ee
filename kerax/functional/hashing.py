"""Hashes of strings, vectorised on the host: the ones that TensorFlow's bucket numbers are made with.

- FarmHash `Fingerprint64`: `hash_bucket`, the default of `Hashing` and of feature columns.
- SipHash-2-4, keyed: `hash_bucket_strong`, `Hashing(salt=...)`.
- `FingerprintCat64`: joins two fingerprints, for crossed features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerax.functional.hashing_farm import fingerprint_rows
from kerax.functional.hashing_rows import hash_rows
from kerax.functional.hashing_sip import siphash_rows

CROSS_KEY = 0xDECAFCAFFE  # what TensorFlow's crosses begin with where no key is given
_CAT_MULTIPLIER = np.uint64(0xC6A4A7935BD1E995)  # MurmurHash64's
_CAT_SHIFT = np.uint64(47)


def fingerprint64(values: Any) -> np.ndarray:
    """FarmHash Fingerprint64 of every value.

    Args:
      values: array of str (hashed as UTF-8), bytes, or whole numbers (hashed as their decimal digits).

    Returns:
      uint64 array of the same shape.

    Raises:
      TypeError: for an element that is none of these, such as None or NaN.

    Reference:
      https://github.com/google/farmhash

    Example:
      >>> import numpy as np
      >>> from kerax.functional.hashing import fingerprint64
      >>> fingerprint64(np.array(["red", "green"]))
      array([ 991092756973969910, 7697512358431268704], dtype=uint64)
    """
    return hash_rows(values, fingerprint_rows)


def hash_bucket(values: Any, num_buckets: int) -> np.ndarray:
    """The fingerprint modulo a number of buckets, as ``tf.strings.to_hash_bucket_fast``.

    Args:
      values: as for ``fingerprint64``.
      num_buckets: at least 1.

    Returns:
      int64 array of the same shape, from 0 to ``num_buckets - 1``.

    Example:
      >>> from kerax.functional.hashing import hash_bucket
      >>> hash_bucket(["red", "green"], 10)
      array([0, 4])
    """
    return _bucket(fingerprint64(values), num_buckets)


def hash_bucket_strong(values: Any, num_buckets: int, key: Sequence[int]) -> np.ndarray:
    """Keyed SipHash-2-4 modulo a number of buckets, as ``tf.strings.to_hash_bucket_strong``.

    Args:
      values: as for ``fingerprint64``.
      num_buckets: at least 1.
      key: two whole numbers of 64 bits; who does not know them cannot make values collide.

    Returns:
      int64 array of the same shape, from 0 to ``num_buckets - 1``.

    Raises:
      ValueError: if the key is no pair.

    Reference:
      J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF", 2012.

    Example:
      >>> from kerax.functional.hashing import hash_bucket_strong
      >>> hash_bucket_strong(["A", "B"], 50, (133, 137))
      array([24, 20])
    """
    if len(key) != 2:
        raise ValueError(f"The key of a strong hash is a pair of whole numbers, received {key!r}.")
    return _bucket(hash_rows(values, lambda rows: siphash_rows(rows, int(key[0]), int(key[1]))), num_buckets)


def fingerprint_cat(a: Any, b: Any) -> np.ndarray:
    """Joins two fingerprints into one: FingerprintCat64, which crosses are made with.

    Args:
      a: fingerprints so far, whole numbers; starts with ``CROSS_KEY`` in a cross.
      b: fingerprints (or ids) to append; shapes broadcast.

    Returns:
      uint64 array.

    Example:
      >>> from kerax.functional.hashing import CROSS_KEY, fingerprint_cat
      >>> int(fingerprint_cat(fingerprint_cat(CROSS_KEY, 1), 3)) % 1000
      651
    """
    a, b = _as_words(a), _as_words(b)
    with np.errstate(over="ignore"):
        mixed = b * _CAT_MULTIPLIER
        mixed = (mixed ^ (mixed >> _CAT_SHIFT)) * _CAT_MULTIPLIER
        result = ((a ^ _CAT_MULTIPLIER) ^ mixed) * _CAT_MULTIPLIER
        result = (result ^ (result >> _CAT_SHIFT)) * _CAT_MULTIPLIER
        return result ^ (result >> _CAT_SHIFT)


def _as_words(values: Any) -> np.ndarray:
    array = np.asarray(values)
    return array if array.dtype == np.uint64 else array.astype(np.int64).astype(np.uint64)


def _bucket(hashes: np.ndarray, num_buckets: int) -> np.ndarray:
    if num_buckets < 1:
        raise ValueError(f"The number of hash buckets must be at least 1, received {num_buckets}.")
    return (hashes % np.uint64(num_buckets)).astype(np.int64)
