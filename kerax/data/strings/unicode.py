"""Texts as characters."""

from __future__ import annotations

import itertools
import unicodedata
from typing import Any

import numpy as np

from kerax.data.ragged import RaggedTensor
from kerax.data.strings._each import each, ragged_each

_ENCODINGS = {
    "UTF-8": "utf-8",
    "UTF-16-BE": "utf-16-be",
    "UTF-32-BE": "utf-32-be",
    "US-ASCII": "ascii",
    "LATIN-1": "latin-1",
}


def _decoded(text: bytes, encoding: str, errors: str, replacement: int = 0xFFFD) -> str:
    codec = _ENCODINGS.get(encoding.upper(), encoding)
    if errors == "strict":
        try:
            return text.decode(codec)
        except UnicodeDecodeError as error:
            raise ValueError(f"{text!r} is not valid {encoding}: {error.reason} at byte {error.start}.") from None
    decoded = text.decode(codec, "ignore" if errors == "ignore" else "replace")
    return decoded if replacement == 0xFFFD else decoded.replace("\ufffd", chr(replacement))


def unicode_decode(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 0xFFFD,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Any:
    """Returns the code points of texts, as int32: an array for one text, a ``RaggedTensor`` for several.

    Args:
      input: texts.
      input_encoding: ``"UTF-8"``, ``"UTF-16-BE"``, ``"UTF-32-BE"`` or another name that Python knows.
      errors: ``"replace"``, ``"ignore"`` or ``"strict"``.
      replacement_char: what stands for bytes that are no text.
      replace_control_characters: whether it stands for the characters U+0000 to U+001F too; with
        ``"ignore"`` they are left out.
      name: kept for compatibility.

    Example:
      >>> from kerax.data import strings
      >>> strings.unicode_decode(["añ", "b"], "UTF-8").to_list()
      [[97, 241], [98]]
    """
    first = 0x20 if replace_control_characters else 0

    def points(text: bytes) -> list[int]:
        letters = map(ord, _decoded(text, input_encoding, errors, replacement_char))
        if errors == "ignore":
            return [letter for letter in letters if letter >= first]
        return [letter if letter >= first else replacement_char for letter in letters]

    return ragged_each(points, input, "unicode_decode", np.int32)


def unicode_split(
    input: Any, input_encoding: str, errors: str = "replace", replacement_char: int = 0xFFFD, name: str | None = None
) -> Any:
    r"""Cuts texts into characters; arguments as for ``unicode_decode``.

    Example:
      >>> from kerax.data import strings
      >>> strings.unicode_split("añ", "UTF-8").tolist()
      [b'a', b'\xc3\xb1']
    """
    codec = _ENCODINGS.get(input_encoding.upper(), input_encoding)
    return ragged_each(
        lambda text: [letter.encode(codec) for letter in _decoded(text, input_encoding, errors, replacement_char)],
        input,
        "unicode_split",
    )


def _offsets(input: Any, encoding: str, errors: str, where: str) -> Any:
    codec = _ENCODINGS.get(encoding.upper(), encoding)

    def starts(text: bytes) -> list[int]:
        sizes = [len(letter.encode(codec)) for letter in _decoded(text, encoding, errors)]
        return [end - size for end, size in zip(itertools.accumulate(sizes), sizes)]

    return ragged_each(starts, input, where, np.int64)


def unicode_decode_with_offsets(
    input: Any,
    input_encoding: str,
    errors: str = "replace",
    replacement_char: int = 0xFFFD,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> tuple[Any, Any]:
    """Like ``unicode_decode``, with the byte at which each character begins, for texts that are valid.

    Example:
      >>> from kerax.data import strings
      >>> strings.unicode_decode_with_offsets("ñb", "UTF-8")[1]
      array([0, 2])
    """
    points = unicode_decode(input, input_encoding, errors, replacement_char, replace_control_characters)
    return points, _offsets(input, input_encoding, errors, "unicode_decode_with_offsets")


def unicode_split_with_offsets(
    input: Any, input_encoding: str, errors: str = "replace", replacement_char: int = 0xFFFD, name: str | None = None
) -> tuple[Any, Any]:
    """Like ``unicode_split``, with the byte at which each character begins, for texts that are valid.

    Example:
      >>> from kerax.data import strings
      >>> strings.unicode_split_with_offsets("ñb", "UTF-8")[1]
      array([0, 2])
    """
    letters = unicode_split(input, input_encoding, errors, replacement_char)
    return letters, _offsets(input, input_encoding, errors, "unicode_split_with_offsets")


def unicode_encode(
    input: Any, output_encoding: str, errors: str = "replace", replacement_char: int = 0xFFFD, name: str | None = None
) -> Any:
    r"""Returns texts of code points, the rows of an array or ``RaggedTensor``.

    Example:
      >>> from kerax.data import strings
      >>> strings.unicode_encode([[97, 241], [98, 99]], "UTF-8").tolist()
      [b'a\xc3\xb1', b'bc']
    """
    codec = _ENCODINGS.get(output_encoding.upper(), output_encoding)
    if isinstance(input, RaggedTensor) and input.ragged_rank > 1:
        return RaggedTensor(unicode_encode(input.values, output_encoding, errors, replacement_char), input.row_splits)
    rows = input if isinstance(input, RaggedTensor) else np.asarray(input)

    def encoded(row: Any) -> bytes:
        letters = []
        for point in np.asarray(row).tolist():
            if 0 <= point <= 0x10FFFF and not 0xD800 <= point < 0xE000:
                letters.append(chr(point))
            elif errors == "strict":
                raise ValueError(f"strings.unicode_encode(): {point} is no code point.")
            elif errors == "replace":
                letters.append(chr(replacement_char))
        return "".join(letters).encode(codec)

    if not isinstance(rows, RaggedTensor):
        if rows.ndim == 1:
            return encoded(rows)
        shape, rows = rows.shape[:-1], rows.reshape(-1, rows.shape[-1])
    else:
        shape = (len(rows),)
    out = np.empty(len(rows), object)
    out[:] = [encoded(row) for row in rows]
    return out.reshape(shape)


def unicode_transcode(
    input: Any,
    input_encoding: str,
    output_encoding: str,
    errors: str = "replace",
    replacement_char: int = 0xFFFD,
    replace_control_characters: bool = False,
    name: str | None = None,
) -> Any:
    r"""Returns texts in another encoding.

    Example:
      >>> from kerax.data import strings
      >>> strings.unicode_transcode("ñ", "UTF-8", "UTF-16-BE")
      b'\x00\xf1'
    """
    codec = _ENCODINGS.get(output_encoding.upper(), output_encoding)

    def transcode(text: bytes) -> bytes:
        letters = _decoded(text, input_encoding, errors, replacement_char)
        if replace_control_characters:
            letters = "".join(chr(replacement_char) if unicodedata.category(x) == "Cc" else x for x in letters)
        return letters.encode(codec)

    return each(transcode, input, "unicode_transcode")
