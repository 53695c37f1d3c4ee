r"""Regular expressions of RE2, TensorFlow's, as Python's: classes by Unicode's properties, ``\z``, ``\Q...\E``.

Reference: https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import functools
import itertools
import re
import sys
import unicodedata
from collections.abc import Iterable

# RE2's names of classes of letters, which stand inside of brackets.
_POSIX = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": r"\x00-\x7f", "blank": "\\t ", "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ", "upper": "A-Z", "word": "0-9A-Za-z_", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
# Scripts by how the names of their letters begin; RE2 has Unicode's own table, which Python has not.
_SCRIPTS = {
    **{
        name: (name.upper(),)
        for name in "Arabic Armenian Bengali Cherokee Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi "
        "Hangul Hebrew Hiragana Kannada Khmer Lao Malayalam Mongolian Myanmar Oriya Runic Sinhala Syriac Tamil Telugu "
        "Thai Tibetan".split()
    },
    "Han": ("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH", "CJK RADICAL", "KANGXI RADICAL", "IDEOGRAPHIC"),
    "Katakana": ("KATAKANA ", "HALFWIDTH KATAKANA"),
    "Latin": ("LATIN ", "FULLWIDTH LATIN", "FEMININE ORDINAL", "MASCULINE ORDINAL", "ROMAN NUMERAL"),
}
_PROPERTY = re.compile(r"\\([pP])(?:\{(\^?)(\w+)\}|(\w))")
_NAMED = re.compile(r"\[:(\^?)(\w+):\]")
_LAST = sys.maxunicode
_UNKNOWN = ("(?=", "(?!", "(?<=", "(?<!", "(?>")  # Python has them, RE2 has not


@functools.lru_cache(256)
def compiled(pattern: str | bytes, where: str) -> re.Pattern[str]:
    r"""A regular expression of RE2, compiled for texts.

    Args:
      pattern: the expression.
      where: named in the error.

    Raises:
      ValueError: for a pattern that is none.

    Example:
      >>> from kerax.data.strings.expressions import compiled
      >>> compiled(r"[^\p{L}\s]+", "example").sub("", "ça va? 42")
      'ça va '
    """
    text = pattern.decode() if isinstance(pattern, bytes) else pattern
    try:
        return re.compile(_translated(text), re.ASCII)
    except re.error as error:
        raise ValueError(f"strings.{where}(pattern=...): {pattern!r} is no regular expression: {error}.") from None


def _translated(text: str) -> str:
    parts, place, inside = [], 0, False
    while place < len(text):
        found = _PROPERTY.match(text, place)
        named = _NAMED.match(text, place) if inside else None
        step = text[place : place + 2] if text[place] == "\\" else text[place]
        if found is not None:
            letters = _letters(found[3] or found[4], (found[1] == "P") != bool(found[2]))
            step, part = found[0], letters if inside else f"[{letters}]"
        elif named is not None and named[2] in _POSIX:
            step, part = named[0], _outside(_POSIX[named[2]]) if named[1] else _POSIX[named[2]]
        elif step == r"\Q" and not inside:
            end = text.find(r"\E", place)
            quoted = text[place + 2 : None if end < 0 else end]
            step, part = text[place : len(text) if end < 0 else end + 2], re.escape(quoted)
        elif step == r"\z" and not inside:
            part = r"\Z"
        elif step == r"\C" and not inside:
            part = r"[\s\S]"  # a byte in RE2
        elif step == "$" and not inside:
            part = r"\Z"  # RE2's `$` is the end of the text; Python's also stands before a last line end
        elif not inside and text.startswith(_UNKNOWN, place):
            raise re.error("RE2 does not look ahead or behind", text, place)
        else:
            part = step
            if step == "[" and not inside:
                inside = True
                first = place + 2 if text.startswith("^", place + 1) else place + 1
                step = text[place : first + 1 if text.startswith("]", first) else first]  # a first ] is a letter
                part = step[:-1] + r"\]" if step.endswith("]") else step
            elif step == "[" and inside:
                part = r"\["
            elif step == "]" and inside:
                inside = False
        parts.append(part)
        place += len(step)
    return "".join(parts)


def _letters(name: str, others: bool) -> str:
    ranges = _ranges(name)
    return _as_class(_complement(ranges) if others else ranges)


def _as_class(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(f"\\U{a:08x}" if a == b else f"\\U{a:08x}-\\U{b:08x}" for a, b in ranges)


def _complement(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    starts = [0, *(last + 1 for _, last in ranges)]
    ends = [*(first - 1 for first, _ in ranges), _LAST]
    return tuple((a, b) for a, b in zip(starts, ends, strict=True) if a <= b)


def _outside(letters: str) -> str:
    plain = re.compile(f"[{letters}]")
    return _as_class(_complement(_joined(one for one in range(128) if plain.match(chr(one)))))


def _joined(codes: Iterable[int]) -> tuple[tuple[int, int], ...]:
    found: list[list[int]] = []
    for code in codes:
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return tuple((a, b) for a, b in found)


@functools.cache
def _categories() -> dict[str, tuple[tuple[int, int], ...]]:
    """Ranges of code points by their general category, of two letters."""
    found: dict[str, list[tuple[int, int]]] = {}
    for name, group in itertools.groupby(range(_LAST + 1), lambda code: unicodedata.category(chr(code))):
        codes = list(group)
        found.setdefault(name, []).append((codes[0], codes[-1]))
    return {name: tuple(ranges) for name, ranges in found.items()}


@functools.cache
def _ranges(name: str) -> tuple[tuple[int, int], ...]:
    if name == "Any":
        return ((0, _LAST),)
    if name in _SCRIPTS:
        letters = [one for kind, ranges in _categories().items() if kind[0] in "LM" or kind == "Nl" for one in ranges]
        starts = _SCRIPTS[name]
        codes = itertools.chain.from_iterable(range(a, b + 1) for a, b in sorted(letters))
        return _joined(code for code in codes if unicodedata.name(chr(code), "").startswith(starts))
    kinds = [kind for kind in _categories() if kind.startswith(name) and len(name) <= len(kind)]
    if not kinds or not name:
        raise re.error(f"{name!r} is no class of Unicode that is known here")
    ranges = sorted(one for kind in kinds for one in _categories()[kind])
    return tuple(ranges)
