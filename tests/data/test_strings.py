"""Text functions: what TensorFlow 2.15 gives for the same calls."""

import numpy as np
import pytest

from kerax.data import RaggedTensor, strings


def plain(value):
    if isinstance(value, RaggedTensor):
        return value.to_list()
    return value.tolist() if isinstance(value, np.ndarray) else value


CALLS = [
    (strings.as_string, ([3.1415926, 1e10, -0.5],), {}, [b"3.141593", b"10000000000.000000", b"-0.500000"]),
    (strings.as_string, ([True, False],), {}, [b"true", b"false"]),
    (strings.as_string, (3.14159,), {"precision": 2, "width": 8, "fill": "0"}, b"00003.14"),
    (strings.as_string, (2.5,), {"shortest": True}, b"2.5"),
    (strings.as_string, (2.5e10,), {"scientific": True}, b"2.500000e+10"),
    (strings.as_string, (5,), {"width": 4}, b"   5"),
    (strings.split, ([" a  b ", " "],), {}, [[b"a", b"b"], []]),
    (strings.split, ("a,b,,c",), {"sep": ","}, [b"a", b"b", b"", b"c"]),
    (strings.split, ("a b c",), {"maxsplit": 1}, [b"a", b"b c"]),
    (strings.split, ([["a b"], ["c"]],), {}, [[[b"a", b"b"]], [[b"c"]]]),
    (strings.format, ("x {} y {}", ([1, 2, 3], 1.5)), {}, b"x [1 2 3] y 1.5"),
    (strings.format, ("{}", (["a", "b"],)), {}, b'["a" "b"]'),
    (strings.format, ("{}", (np.arange(10),)), {}, b"[0 1 2 ... 7 8 9]"),
    (strings.format, ("{}", (np.arange(6).reshape(2, 3),)), {}, b"[[0 1 2]\n [3 4 5]]"),
    (strings.regex_replace, ("abcabc", "b(c)", r"<\1\0>"), {}, b"a<cbc>a<cbc>"),
    (strings.regex_replace, ("abcabc", "b", "X"), {"replace_global": False}, b"aXcabc"),
    (strings.regex_replace, ("a\n", "a$", "X"), {}, b"a\n"),
    (strings.regex_full_match, (["abc", "abcd"], "a.c"), {}, [True, False]),
    (strings.unicode_decode, (["añ", "b"], "UTF-8"), {}, [[97, 241], [98]]),
    (strings.unicode_encode, ([[97, 241], [98, 8364]], "UTF-8"), {}, [b"a\xc3\xb1", b"b\xe2\x82\xac"]),
    (strings.unicode_split, ("añ€", "UTF-8"), {}, [b"a", b"\xc3\xb1", b"\xe2\x82\xac"]),
    (strings.bytes_split, ("añ",), {}, [b"a", b"\xc3", b"\xb1"]),
    (strings.length, ("añ€",), {"unit": "UTF8_CHAR"}, 3),
    (strings.substr, (["hello", "world"], [1, -3], [2, 2]), {}, [b"el", b"rl"]),
    (strings.substr, ("añ€x", 1, 2), {"unit": "UTF8_CHAR"}, b"\xc3\xb1\xe2\x82\xac"),
    (strings.reduce_join, ([["a", "b"], ["c", "d"]],), {"axis": 1, "separator": "-"}, [b"a-b", b"c-d"]),
    (strings.reduce_join, ([["a", "b"], ["c", "d"]],), {}, b"abcd"),
    (strings.join, ([["a", "b"], "x", ["c", "d"]],), {"separator": "_"}, [b"a_x_c", b"b_x_d"]),
    (strings.to_number, (["3.5", " -2 ", "1e3"],), {}, [3.5, -2.0, 1000.0]),
    (strings.to_number, (["3", "-7"], "int64"), {}, [3, -7]),
    (strings.to_hash_bucket_fast, (["a", "b", ""], 100), {}, [39, 22, 63]),
    (strings.to_hash_bucket_strong, (["a", "b"], 100, [1, 2]), {}, [46, 84]),
    (strings.to_hash_bucket, (["a", "b"], 100), {}, [68, 70]),
    (strings.ngrams, (["a", "b", "c"], [2, 3]), {"separator": " "}, [b"a b", b"b c", b"a b c"]),
    (strings.ngrams, (["a"], 3), {"pad_values": ("L", "R"), "separator": " "}, [b"L L a", b"L a R", b"a R R"]),
    (strings.upper, ("añ",), {}, b"A\xc3\xb1"),
    (strings.upper, ("añ",), {"encoding": "utf-8"}, b"A\xc3\x91"),
    (strings.strip, (" a\n",), {}, b"a"),
    (strings.unicode_transcode, ("añ", "UTF-8", "UTF-16-BE"), {}, b"\x00a\x00\xf1"),
    (strings.unsorted_segment_join, (["a", "b", "c"], [1, 0, 1], 2), {"separator": ":"}, [b"b", b"a:c"]),
]


@pytest.mark.parametrize(("function", "args", "kwargs", "expected"), CALLS)
def test_values_of_tensorflow(function, args, kwargs, expected):
    assert plain(function(*args, **kwargs)) == expected


def test_bad_input():
    with pytest.raises(ValueError, match="not a valid int32"):
        strings.to_number("1.5", "int32")
    with pytest.raises(ValueError, match="no regular expression"):
        strings.regex_replace("a", "(", "")
    with pytest.raises(TypeError, match=r"strings\.lower\(\) expects text"):
        strings.lower([1, 2])
    with pytest.raises(ValueError, match="outside"):
        strings.substr("abc", 5, 1)
    with pytest.raises(ValueError, match="not valid UTF-8"):
        strings.unicode_decode(b"\xff", "UTF-8", errors="strict")
