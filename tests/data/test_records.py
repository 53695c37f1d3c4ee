"""Examples: batches are parsed as single records are, and bad bytes are errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerax import data

FEATURES = {
    "i": data.FixedLenFeature([], "int64"),
    "v": data.FixedLenFeature([2], "float32", default_value=[1.0, 2.0]),
    "w": data.FixedLenFeature([2], "int64"),
    "s": data.FixedLenFeature([], "string"),
}
RECORDS = st.fixed_dictionaries(
    {
        "i": st.sampled_from([0, 1, 127, 128, 300, -1, 2**40]),
        "w": st.lists(st.sampled_from([3, 200]), min_size=2, max_size=2),
        "s": st.sampled_from([b"", b"a", b"bcd", b"x" * 200]),
    },
    optional={"v": st.just([0.5, -1.0]), "other": st.sampled_from([[], [1], ["text"]])},
)


def encoded(records):
    out = np.empty(len(records), object)
    out[:] = [data.Example.of(record).SerializeToString() for record in records]
    return out


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=4), st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_batches_are_parsed_as_single_records(kinds, picks):
    records = [kinds[pick % len(kinds)] for pick in picks]
    batch = data.parse_example(encoded(records), FEATURES)
    for index, (record, message) in enumerate(zip(records, encoded(records))):
        single = data.parse_single_example(message, dict(FEATURES))
        wanted = {"v": [1.0, 2.0], **record}
        for key in FEATURES:
            np.testing.assert_array_equal(batch[key][index], wanted[key])
            np.testing.assert_array_equal(single[key], wanted[key])


@settings(max_examples=150, deadline=None)
@given(RECORDS, st.integers(0, 400), st.integers(0, 255))
def test_damaged_messages_are_errors_or_other_values(record, place, byte):
    message = bytearray(data.Example.of(record).SerializeToString())
    message[place % len(message)] = byte
    for parse in (lambda m: data.parse_single_example(m, FEATURES), data.Example.FromString):
        try:
            parse(bytes(message))
        except ValueError:
            pass


def test_what_is_wrong_is_named():
    messages = encoded([{"i": 1, "w": [1, 2], "s": "a"}] * 9 + [{"i": 1.5, "w": [1, 2], "s": "a"}])
    with pytest.raises(ValueError, match=r"'i' holds float32 where int64 was asked for \(record 9"):
        data.parse_example(messages, FEATURES)
    with pytest.raises(ValueError, match="'x' .*is required but missing in record 0"):
        data.parse_example(messages, {"x": data.FixedLenFeature([], "int64")})
    with pytest.raises(ValueError, match="Record 1 of the batch"):
        data.parse_example(np.array([messages[0], messages[0][:-3]], object), FEATURES)
    with pytest.raises(TypeError, match="BytesList"):
        data.BytesList(value=["text"])
    with pytest.raises(TypeError, match="SerializeToString"):
        with data.TFRecordWriter("/dev/null") as writer:
            writer.write(data.Example())


def test_ragged_partitions():
    message = data.Example.of({"v": [1, 2, 3, 4], "n": [1, 3]}).SerializeToString()
    feature = data.RaggedFeature("int64", "v", [data.RaggedFeature.RowLengths("n")])
    assert data.parse_example([message, message], {"r": feature})["r"].to_list() == [[[1], [2, 3, 4]]] * 2
    with pytest.raises(ValueError, match="partition 'n'"):
        wrong = data.Example.of({"v": [1], "n": [1, 3]}).SerializeToString()
        data.parse_example([wrong], {"r": feature})


def test_parsed_features_come_in_tensorflows_order():
    message = data.Example.of({"b": [1, 2], "s": "x", "a": [0.5], "i": [0]}).SerializeToString()
    features = {
        "w": data.SparseFeature("i", "a", "float32", 4),
        "s": data.VarLenFeature("string"),
        "r": data.RaggedFeature("int64", "b"),
        "b": data.FixedLenFeature([2], "int64"),
        "a": data.VarLenFeature("float32"),
        "z": data.RaggedFeature("int64"),
        "q": data.FixedLenFeature([], "string", "d"),
    }
    expected = ["a", "s", "b", "q", "z", "r", "w"]
    assert list(data.parse_example([message], features)) == expected
    assert list(data.parse_single_example(message, features)) == expected
    fixed = {name: features[name] for name in ("q", "b")}
    assert list(data.parse_single_example(message, fixed)) == ["b", "q"]


def test_messages_print_as_protocol_buffers_do():
    texts = data.BytesList(value=[b"it's \\ \x7f\x80\n\x001", "é".encode()])
    assert str(texts) == 'value: "it\\\'s \\\\ \\177\\200\\n\\0001"\nvalue: "\\303\\251"\n'
    numbers = [1.0, 16777216, 1 / 3, 1e10, 123456.7, -0.0, np.inf, np.nan, 1e-45, 2.5e-5, 0.1]
    shown = "1 16777216 0.333333343 1e+10 123456.703 -0 inf nan 1.4013e-45 2.5e-05 0.1".split()
    assert str(data.FloatList(value=numbers)).replace("value: ", "").split() == shown
    example = data.SequenceExample.of({"é": 1}, {"t": [[], [2]]})
    block = "feature { float_list { } } feature { int64_list { value: 2 } }"
    block = f"feature_lists {{ feature_list {{ key: 't' value {{ {block} }} }} }}"
    lines = f"context {{ feature {{ key: 'é' value {{ int64_list {{ value: 1 }} }} }} }} {block}".replace("'", '"')
    assert str(example).split() == lines.split()
    assert "\n      int64_list {\n        value: 1\n      }\n" in str(example)
    assert str(data.Example()) == str(data.Feature()) == ""
