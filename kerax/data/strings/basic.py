"""Cutting, joining, searching and measuring texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kerax.data.convert import dtype_name, numpy_dtype, to_array
from kerax.data.ragged import RaggedTensor
from kerax.data.sources.csv_numbers import parse_number
from kerax.data.strings import expressions
from kerax.data.strings._each import each, ragged_each, texts

_BLANK = b" \t\r\n\v\f"


def lower(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Returns texts in lower case: of ASCII letters, or of all with ``encoding="utf-8"``.

    Example:
      >>> from kerax.data import strings
      >>> strings.lower(["Ab", "C"])
      array([b'ab', b'c'], dtype=object)
    """
    return each(_cased(encoding, bytes.lower, str.lower, "lower"), input, "lower")


def upper(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Returns texts in upper case: of ASCII letters, or of all with ``encoding="utf-8"``.

    Example:
      >>> from kerax.data import strings
      >>> strings.upper("ab")
      b'AB'
    """
    return each(_cased(encoding, bytes.upper, str.upper, "upper"), input, "upper")


def _cased(encoding: str, plain: Callable, unicode: Callable, where: str) -> Callable[[bytes], bytes]:
    if encoding not in ("", "utf-8"):
        raise ValueError(f"strings.{where}(encoding=...) is '' or 'utf-8', received {encoding!r}.")
    return (lambda text: unicode(text.decode("utf-8", "replace")).encode()) if encoding else plain


def strip(input: Any, name: str | None = None) -> Any:
    """Returns texts without white space at their ends.

    Example:
      >>> from kerax.data import strings
      >>> strings.strip(" a ")
      b'a'
    """
    return each(lambda text: text.strip(_BLANK), input, "strip")


def length(input: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """Returns how long texts are, in bytes or in characters, as int32.

    Args:
      input: texts.
      unit: ``"BYTE"`` or ``"UTF8_CHAR"``.
      name: kept for compatibility.

    Example:
      >>> from kerax.data import strings
      >>> strings.length(["a", "añ"]), strings.length("añ", unit="UTF8_CHAR")
      (array([1, 3], dtype=int32), np.int32(2))
    """
    if _unit(unit, "length"):
        return each(_characters, input, "length", np.int32)
    return each(len, input, "length", np.int32)


def _unit(unit: str, where: str) -> bool:
    if unit not in ("BYTE", "UTF8_CHAR"):
        raise ValueError(f"strings.{where}(unit=...) is 'BYTE' or 'UTF8_CHAR', received {unit!r}.")
    return unit == "UTF8_CHAR"


def _characters(text: bytes) -> int:
    return sum(byte & 0xC0 != 0x80 for byte in text)


def substr(input: Any, pos: Any, len: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """Returns a part of every text.

    Args:
      input: texts.
      pos: where parts begin; negative from the end. One number, or one for each text.
      len: how long parts are.
      unit: ``"BYTE"`` or ``"UTF8_CHAR"``.
      name: kept for compatibility.

    Raises:
      ValueError: for a position outside of a text.

    Example:
      >>> from kerax.data import strings
      >>> strings.substr(["hello", "world"], [1, -3], 2)
      array([b'el', b'rl'], dtype=object)
    """
    unicode = _unit(unit, "substr")
    array, starts, counts = np.broadcast_arrays(texts(input, "substr"), np.asarray(pos), np.asarray(len))
    out = np.empty(array.size, object)
    for index, (text, start, count) in enumerate(zip(array.ravel(), starts.ravel().tolist(), counts.ravel().tolist())):
        letters = text.decode("utf-8", "surrogateescape") if unicode else text
        size = letters.__len__()
        if not -size <= start <= size:
            raise ValueError(f"strings.substr(pos=...): {start} is outside of {text!r}.")
        begin = start + size if start < 0 else start
        part = letters[begin : begin + count] if count >= 0 else letters[begin:]
        out[index] = part.encode("utf-8", "surrogateescape") if unicode else part
    return out.reshape(array.shape)[()]


def split(input: Any, sep: Any = None, maxsplit: int = -1, name: str | None = None) -> Any:
    """Cuts texts at a separator.

    Args:
      input: texts.
      sep: the separator; without one, any amount of white space, and no empty parts.
      maxsplit: how many cuts are made at most.
      name: kept for compatibility.

    Returns:
      An array of parts for one text, a ``RaggedTensor`` for several.

    Example:
      >>> from kerax.data import strings
      >>> strings.split(["a b", "c"]).to_list()
      [[b'a', b'b'], [b'c']]
    """
    mark = sep.encode() if isinstance(sep, str) else sep
    return ragged_each(lambda text: text.split(mark or None, maxsplit), input, "split")


def bytes_split(input: Any, name: str | None = None) -> Any:
    """Cuts texts into single bytes.

    Example:
      >>> from kerax.data import strings
      >>> strings.bytes_split("ab")
      array([b'a', b'b'], dtype=object)
    """
    return ragged_each(lambda text: [text[i : i + 1] for i in range(text.__len__())], input, "bytes_split")


def join(inputs: Sequence, separator: Any = "", name: str | None = None) -> Any:
    """Joins texts of several arrays, element by element.

    Args:
      inputs: a list of arrays of texts; single texts stand for all places.
      separator: what comes between them.
      name: kept for compatibility.

    Example:
      >>> from kerax.data import strings
      >>> strings.join([["a", "b"], "x"], separator="_")
      array([b'a_x', b'b_x'], dtype=object)
    """
    mark = separator.encode() if isinstance(separator, str) else separator
    arrays = np.broadcast_arrays(*(texts(part, "join") for part in inputs))
    out = np.empty(arrays[0].size, object)
    out[:] = [mark.join(parts) for parts in zip(*(array.ravel().tolist() for array in arrays))]
    return out.reshape(arrays[0].shape)[()]


def reduce_join(
    inputs: Any, axis: Any = None, keepdims: bool = False, separator: Any = "", name: str | None = None
) -> Any:
    """Joins texts along dimensions.

    Args:
      inputs: an array of texts, or a ``RaggedTensor``, whose rows are joined with ``axis=-1``.
      axis: along which dimensions; all by default, the last changing fastest.
      keepdims: whether the dimensions stay, with size 1.
      separator: what comes between texts.
      name: kept for compatibility.

    Example:
      >>> from kerax.data import strings
      >>> strings.reduce_join([["a", "b"], ["c", "d"]], axis=1, separator="-")
      array([b'a-b', b'c-d'], dtype=object)
    """
    mark = separator.encode() if isinstance(separator, str) else separator
    if isinstance(inputs, RaggedTensor):
        if inputs.ragged_rank > 1:
            return RaggedTensor(reduce_join(inputs.values, axis, keepdims, separator), inputs.row_splits)
        out = np.empty(len_of(inputs), object)
        out[:] = [mark.join(row.tolist()) for row in inputs]
        return out[:, None] if keepdims else out
    array = texts(inputs, "reduce_join")
    order = range(array.ndim) if axis is None else [int(a) for a in np.atleast_1d(axis)][::-1]
    if any(not -array.ndim <= a < array.ndim for a in order):
        raise ValueError(f"strings.reduce_join(axis={axis!r}) is outside of the {array.ndim} dimensions.")
    axes = tuple(a % array.ndim for a in order)
    kept = [a for a in range(array.ndim) if a not in axes]
    rows = array.transpose(*kept, *axes).reshape(int(np.prod([array.shape[a] for a in kept], dtype=int)), -1)
    out = np.empty(rows.shape[0], object)
    out[:] = [mark.join(row) for row in rows.tolist()]
    shape = [1 if a in axes else n for a, n in enumerate(array.shape)] if keepdims else [array.shape[a] for a in kept]
    return out.reshape(shape)[()]


def len_of(value: Any) -> int:
    """Returns the first size."""
    return value.__len__()


def unsorted_segment_join(
    inputs: Any, segment_ids: Any, num_segments: int, separator: Any = "", name: str | None = None
) -> np.ndarray:
    """Joins the texts of each segment.

    Args:
      inputs: texts.
      segment_ids: the segment of every text, from 0; those of negative ones are left out.
      num_segments: how many segments there are.
      separator: what comes between texts.
      name: kept for compatibility.

    Example:
      >>> from kerax.data import strings
      >>> strings.unsorted_segment_join(["a", "b", "c"], [1, 0, 1], 2, ":")
      array([b'b', b'a:c'], dtype=object)
    """
    mark = separator.encode() if isinstance(separator, str) else separator
    array = texts(inputs, "unsorted_segment_join")
    if array.ndim > np.ndim(segment_ids):
        rows = array.reshape(*np.shape(segment_ids), -1)
        columns = [
            unsorted_segment_join(rows[..., i], segment_ids, num_segments, separator) for i in range(rows.shape[-1])
        ]
        return np.stack(columns, -1).reshape(int(num_segments), *array.shape[np.ndim(segment_ids) :])
    groups: list[list[bytes]] = [[] for _ in range(int(num_segments))]
    for text, segment in zip(array.ravel().tolist(), np.asarray(segment_ids).ravel().tolist()):
        if not 0 <= segment < groups.__len__():
            raise ValueError(f"strings.unsorted_segment_join(): segment {segment} is not in [0, {num_segments}).")
        groups[segment].append(text)
    out = np.empty(int(num_segments), object)
    out[:] = [mark.join(group) for group in groups]
    return out


def regex_replace(input: Any, pattern: Any, rewrite: Any, replace_global: bool = True, name: str | None = None) -> Any:
    r"""Replaces what a regular expression matches.

    Args:
      input: texts.
      pattern: a regular expression.
      rewrite: the replacement; ``\1`` to ``\9`` stand for groups, ``\0`` for the whole match.
      replace_global: whether all matches are replaced, or the first.
      name: kept for compatibility.

    Raises:
      ValueError: for a pattern that is no regular expression.

    Example:
      >>> from kerax.data import strings
      >>> strings.regex_replace("abcabc", "b(c)", r"<\1>")
      b'a<c>a<c>'
    """
    compiled = expressions.compiled(pattern, "regex_replace")
    template = rewrite.decode() if isinstance(rewrite, bytes) else rewrite
    parts = re.split(r"(\\\d|\\\\)", template)

    if any(re.fullmatch(r"\\\d", part) and int(part[1]) > compiled.groups for part in parts):
        return input  # RE2 does not rewrite by a group that there is not

    def replacement(found: re.Match[str]) -> str:
        return "".join(
            "\\" if part == "\\\\" else (found[int(part[1])] or "") if re.fullmatch(r"\\\d", part) else part
            for part in parts
        )

    def replace(text: bytes) -> bytes:
        return compiled.sub(replacement, _str(text), 0 if replace_global else 1).encode("utf-8", "surrogateescape")

    return each(replace, input, "regex_replace")


def regex_full_match(input: Any, pattern: Any, name: str | None = None) -> Any:
    """Says for every text whether a regular expression matches the whole of it.

    Example:
      >>> from kerax.data import strings
      >>> strings.regex_full_match(["abc", "abcd"], "a.c")
      array([ True, False])
    """
    compiled = expressions.compiled(pattern, "regex_full_match")
    return each(lambda text: compiled.fullmatch(_str(text)) is not None, input, "regex_full_match", np.bool_)


def _str(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def to_number(input: Any, out_type: Any = "float32", name: str | None = None) -> Any:
    """Reads numbers from texts.

    Args:
      input: texts.
      out_type: float32, float64, int32 or int64.
      name: kept for compatibility.

    Raises:
      ValueError: for a text that is no such number.

    Example:
      >>> from kerax.data import strings
      >>> strings.to_number(["3.5", " -2 "])
      array([ 3.5, -2. ], dtype=float32)
    """
    dtype = dtype_name(out_type)
    if dtype not in ("float32", "float64", "int32", "int64"):
        raise ValueError(f"strings.to_number(out_type=...) is float32, float64, int32 or int64, received {dtype}.")

    def number(text: bytes) -> Any:
        value = parse_number(text, dtype)
        if value is None:
            raise ValueError(f"strings.to_number(): {text!r} is not a valid {dtype}.")
        return value

    return each(number, input, "to_number", numpy_dtype(dtype))


def as_string(
    input: Any,
    precision: int = -1,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
    name: str | None = None,
) -> Any:
    """Writes numbers and booleans as texts.

    Args:
      input: numbers.
      precision: digits behind the point, 6 by default.
      scientific: whether floats are written with an exponent.
      shortest: whether floats are written in the shorter of the two ways.
      width: the least length of a text.
      fill: the character in front of shorter ones, a blank by default.
      name: kept for compatibility.

    Example:
      >>> from kerax.data import strings
      >>> strings.as_string([1.5, 2.0], precision=1)
      array([b'1.5', b'2.0'], dtype=object)
    """
    array = to_array(input)
    if array.dtype == object:
        return array[()]
    if scientific and shortest:
        raise ValueError("strings.as_string() writes either scientific or shortest, not both.")
    kind = array.dtype.kind
    if kind == "b":
        write: Callable[[Any], str] = lambda value: ("true" if value else "false").rjust(max(0, width))  # noqa: E731
    else:
        point = f".{precision}" if precision >= 0 and kind == "f" else ""
        letter = "d" if kind in "iu" else "e" if scientific else "g" if shortest else "f"
        spec = f"%{fill if width >= 0 else ''}{width if width >= 0 else ''}{point}{letter}"
        write = lambda value: spec % value  # noqa: E731
    out = np.empty(array.size, object)
    out[:] = [write(value).encode() for value in array.ravel().tolist()]
    return out.reshape(array.shape)[()]


def format(template: str, inputs: Any, placeholder: str = "{}", summarize: int = 3, name: str | None = None) -> bytes:
    """Writes arrays into a text.

    Args:
      template: the text, with placeholders.
      inputs: an array, or a tuple or list of as many as there are placeholders.
      placeholder: what is replaced.
      summarize: how many items of each end of a long array are written; -1 for all.
      name: kept for compatibility.

    Raises:
      ValueError: if arrays and placeholders differ in number.

    Example:
      >>> from kerax.data import strings
      >>> strings.format("x {} y {}", ([1, 2, 3], 1.5))
      b'x [1 2 3] y 1.5'
    """
    values = list(inputs) if isinstance(inputs, (tuple, list)) else [inputs]
    parts = template.split(placeholder)
    if parts.__len__() - 1 != values.__len__():
        raise ValueError(f"strings.format() has {parts.__len__() - 1} placeholders for {values.__len__()} inputs.")
    shown = [_shown(to_array(value), summarize, 0) for value in values]
    return "".join(part + text for part, text in zip(parts, [*shown, ""])).encode()


def _shown(array: np.ndarray, summarize: int, depth: int) -> str:
    if array.ndim == 0:
        value = array[()]
        if not isinstance(value, bytes):
            return f"{value:g}" if array.dtype.kind == "f" else str(int(value) if array.dtype.kind == "b" else value)
        return f'"{value.decode(errors="replace")}"'
    rows = [_shown(row if isinstance(row, np.ndarray) else to_array(row), summarize, depth + 1) for row in array]
    if summarize >= 0 and rows.__len__() > 2 * summarize:
        rows = [*rows[:summarize], "...", *rows[rows.__len__() - summarize :]]
    return "[" + (" " if array.ndim == 1 else "\n" + " " * (depth + 1)).join(rows) + "]"


def ngrams(
    data: Any,
    ngram_width: Any,
    separator: str = " ",
    pad_values: Any = None,
    padding_width: int | None = None,
    preserve_short_sequences: bool = False,
    name: str | None = None,
) -> Any:
    """Joins neighbouring texts.

    Args:
      data: a vector of texts, or a ``RaggedTensor`` of rows of them.
      ngram_width: how many texts are joined, or several such numbers.
      separator: what comes between texts.
      pad_values: a text put in front of and behind each row, or one for each side; none by default.
      padding_width: how many of them; one less than the width by default.
      preserve_short_sequences: whether rows shorter than the width are joined whole.
      name: kept for compatibility.

    Example:
      >>> from kerax.data import strings
      >>> strings.ngrams(["a", "b", "c"], 2)
      array([b'a b', b'b c'], dtype=object)
    """
    widths = [int(width) for width in np.atleast_1d(ngram_width)]
    pads = (pad_values, pad_values) if isinstance(pad_values, (str, bytes)) else pad_values
    left, right = (None, None) if pads is None else (to_array(pad)[()] for pad in pads)
    mark = separator.encode()

    def joined(row: list[bytes]) -> list[bytes]:
        out: list[bytes] = []
        for width in widths:
            extra = 0 if left is None else width - 1 if padding_width is None else min(width - 1, padding_width)
            padded = [left] * extra + row + [right] * extra
            found = [mark.join(padded[i : i + width]) for i in range(padded.__len__() - width + 1)]
            out += found
        if not out and preserve_short_sequences and row:
            out.append(mark.join(row))
        return out

    if isinstance(data, RaggedTensor):
        parts = [joined(row.tolist()) for row in data]
        flat = to_array([item for part in parts for item in part]).astype(object)
        return RaggedTensor.from_row_lengths(flat, [part.__len__() for part in parts])
    out = joined(texts(data, "ngrams").tolist())
    return np.array(out, object)
