"""``tf.strings`` where it differs from ``kerax.data.strings``, and texts of regular expressions."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

import kerax.data.strings as plain
from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import is_composite
from kerax.compat.tensorflow._hosted import hosted
from kerax.compat.tensorflow._tensor import Tensor, convert

_as_string = hosted(plain.as_string)
_split, _substr, _join = hosted(plain.split), hosted(plain.substr), hosted(plain.join)
_bytes_split, _ngrams = hosted(plain.bytes_split), hosted(plain.ngrams)


def split(input: Any, sep: Any = None, maxsplit: int = -1, name: Any = None) -> Any:
    """The parts of texts between separators: ragged for several texts, a tensor for one."""
    if is_composite(input):
        return input.with_flat_values(split(input.flat_values, sep, maxsplit))
    return _split(input, sep if sep not in ("", b"") else None, maxsplit)


def as_string(
    input: Any,
    precision: int = -1,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
    name: Any = None,
) -> Any:
    """Numbers as texts.

    Args:
      input: numbers, truth values or texts.
      precision: digits after the point, of floats only.
      scientific, shortest: forms of floats.
      width: to how many letters short texts are filled up.
      fill: with what.
      name: accepted as in TensorFlow.

    Raises:
      InvalidArgumentError: for a precision of whole numbers.
    """
    if is_composite(input):
        return input.with_flat_values(as_string(input.flat_values, precision, scientific, shortest, width, fill))
    x = convert(input)
    if len(fill) > 1:
        raise errors.InvalidArgumentError(None, None, f"Fill string must be one or fewer characters, got {fill!r}.")
    if precision >= 0 and not (x.dtype.is_floating or x.dtype.is_complex):
        raise errors.InvalidArgumentError(None, None, f"precision not supported for data type {x.dtype.short}")
    options = {"precision": precision, "scientific": scientific, "shortest": shortest}
    if x.dtype.is_complex:
        parts = [_as_string(Tensor(part), **options).numpy() for part in (x.numpy().real, x.numpy().imag)]
        pairs = np.vectorize(lambda a, b: b"(" + a + b"," + b + b")", otypes=[object])(*parts)
        return Tensor(np.asarray(pairs, object))
    return _as_string(x, width=width, fill=fill, **options)


def bytes_split(input: Any, name: Any = None) -> Any:
    """The single bytes of texts."""
    if is_composite(input):
        return input.with_flat_values(bytes_split(input.flat_values))
    return _bytes_split(input)


def ngrams(data: Any, ngram_width: Any, separator: str = " ", *args: Any, **kwargs: Any) -> Any:
    """Neighbouring texts of each row joined; see ``kerax.data.strings.ngrams``."""
    widths = ngram_width if isinstance(ngram_width, (list, tuple)) else [ngram_width]
    if any(isinstance(width, int) and width < 1 for width in widths):
        raise ValueError(f"All ngram_widths must be greater than 0. Got {ngram_width}")
    made = data if is_composite(data) else convert(data)
    if not is_composite(made) and made.ndim > 1:
        from kerax.compat.tensorflow._joining import stack

        return stack([ngrams(row, ngram_width, separator, *args, **kwargs) for row in made])
    return _ngrams(made, ngram_width, separator, *args, **kwargs)


def substr(input: Any, pos: Any, len: Any, unit: str = "BYTE", name: Any = None) -> Any:
    """A part of each text."""
    sizes = [np.shape(getattr(one, "_value", one)) for one in (pos, len)]
    if sizes[0] != sizes[1]:
        raise errors.InvalidArgumentError(None, None, f"pos and len should have the same shape, got {sizes}")
    return _flat(lambda texts: _substr(texts, pos, len, unit), [input])


def join(inputs: Any, separator: str = "", name: Any = None) -> Any:
    """Texts of several tensors one behind the other."""
    if isinstance(inputs, (str, bytes)):
        raise TypeError(f"tf.strings.join takes a list of tensors, received {inputs!r}.")
    shapes = {tuple(convert(one).shape) for one in inputs if not is_composite(one)} - {()}
    if len(shapes) > 1:
        raise errors.InvalidArgumentError(None, None, f"Input shapes do not match: {sorted(shapes)} [Op:StringJoin]")
    if not len(inputs):
        return Tensor(np.asarray(b"", object))
    return _flat(lambda *texts: _join(list(texts), separator), list(inputs))


def _flat(function: Any, inputs: list) -> Any:
    """A function of texts, applied to the innermost values where there are ragged ones."""
    if any(is_composite(one) for one in inputs):
        from kerax.compat.tensorflow._ragged_ops import elementwise

        return elementwise(function, *inputs)
    return function(*inputs)


def _of_first(function: Any) -> Any:
    """A function whose first argument is texts: rows of unequal length stay such."""
    on_texts = hosted(function)

    @functools.wraps(function)
    def call(input: Any, *args: Any, **kwargs: Any) -> Any:
        return _flat(lambda texts: on_texts(texts, *args, **kwargs), [input])

    return call


regex_full_match, to_number = _of_first(plain.regex_full_match), _of_first(plain.to_number)
to_hash_bucket, to_hash_bucket_fast = _of_first(plain.to_hash_bucket), _of_first(plain.to_hash_bucket_fast)
to_hash_bucket_strong = _of_first(plain.to_hash_bucket_strong)


def _taken_apart(function: Any) -> Any:
    """A function that makes several parts of every text: rows of texts become rows of rows."""
    on_texts = hosted(function)

    @functools.wraps(function)
    def call(input: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_composite(input):
            return on_texts(input, *args, **kwargs)
        found = call(input.flat_values, *args, **kwargs)
        if isinstance(found, tuple):
            return tuple(input.with_flat_values(one) for one in found)
        return input.with_flat_values(found)

    return call


unicode_decode, unicode_split = _taken_apart(plain.unicode_decode), _taken_apart(plain.unicode_split)
unicode_decode_with_offsets = _taken_apart(plain.unicode_decode_with_offsets)
unicode_split_with_offsets = _taken_apart(plain.unicode_split_with_offsets)


def unicode_script(input: Any, name: Any = None) -> Any:
    """The number of the script of code points, as ICU counts them, of those that are common."""
    if is_composite(input):
        return input.with_flat_values(unicode_script(input.flat_values))
    codes = np.asarray(convert(input).numpy())
    return Tensor(np.vectorize(_script, otypes=[np.int32])(codes))


# First code point of a block -> number of its script in ICU (UScriptCode); -1 for what is assigned to none.
_BLOCKS = (
    (0x41, 25), (0x5B, 0), (0x61, 25), (0x7B, 0), (0xAA, 25), (0xAB, 0), (0xC0, 25), (0xD7, 0), (0xD8, 25), (0xF7, 0),
    (0xF8, 25), (0x2B9, 0), (0x300, 1), (0x370, 14), (0x400, 8), (0x530, 3), (0x590, 19), (0x600, 2), (0x900, 10),
    (0xE00, 38), (0x1100, 18), (0x1E00, 25), (0x2000, 0), (0x3040, 20), (0x30A0, 22), (0x3100, 5), (0x3200, 0),
    (0x3400, 17), (0xA000, 41), (0xAC00, 18), (0xD7B0, 0), (0xF900, 17), (0xFB00, 25), (0xFE00, 0), (0x1F000, 0),
    (0x20000, 17),
)  # fmt: skip


def _script(code: int) -> int:
    found = 0
    for start, script in _BLOCKS:
        if code < start:
            break
        found = script
    return found


__all__ = [
    "as_string",
    "bytes_split",
    "join",
    "ngrams",
    "regex_full_match",
    "split",
    "substr",
    "to_hash_bucket",
    "to_hash_bucket_fast",
    "to_hash_bucket_strong",
    "to_number",
    "unicode_decode",
    "unicode_decode_with_offsets",
    "unicode_script",
    "unicode_split",
    "unicode_split_with_offsets",
]
