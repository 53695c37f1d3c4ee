"""Examples: batches are parsed as single records are, and bad bytes are errors."""

import jax
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


# ---------------------------------------------------------------- records that are parsed one by one in a map

SPEC = {
    "i": data.FixedLenFeature([], "int64"),
    "v": data.FixedLenFeature([2], "float32"),
    "s": data.FixedLenFeature([], "string"),
}
ROWS = [{"i": i * 37 % 300, "v": [i, -i / 7], "s": b"x" * (i % 5)} for i in range(300)]


def parsed(function, records=ROWS, **options):
    """A map over records, with what is known of it."""
    ds = data.Dataset.from_tensor_slices(encoded(records)).map(function, **options)
    return ds, ds._plan.compilation


PARSED = {
    "all of it": lambda r: data.parse_single_example(r, SPEC),
    "made anew": lambda r: data.io.parse_single_example(r, {"i": data.io.FixedLenFeature([], "int64")}),
    "computed with": lambda r: (data.parse_single_example(r, SPEC)["v"] * 2 + 1, 7),
    "whole numbers": lambda r: {"n": data.parse_single_example(r, {"i": SPEC["i"]})["i"] + 1},
    "as one of a batch": lambda r: data.io.parse_example(r, SPEC)["s"],
}


@pytest.mark.parametrize("options", [{}, {"num_parallel_calls": 2}])
@pytest.mark.parametrize("name", sorted(PARSED))
def test_records_are_parsed_many_at_a_time(name, options):
    ds, known = parsed(PARSED[name], **options)
    batches = list(ds.batch(100))
    assert known.vectorized is not None, known.refused
    assert "parsed many at a time" in str(ds.explain())
    singles = [PARSED[name](record) for record in encoded(ROWS)]
    for index, single in enumerate(singles):
        batch, row = batches[index // 100], index % 100
        pairs = zip(*(jax.tree.leaves(value) for value in (single, batch)), strict=True)
        for one, many in pairs:
            np.testing.assert_array_equal(many[row], np.asarray(one)[()], strict=not isinstance(one, (bytes, int)))


LEFT_ALONE = {
    "the record itself": lambda r: (r, data.parse_single_example(r, SPEC)["i"]),
    "its length": lambda r: data.parse_single_example(r, SPEC)["i"] + len(r),
    "two parsers": lambda r: (data.parse_single_example(r, SPEC)["i"], data.parse_single_example(r, {"s": SPEC["s"]})),
    "a condition": lambda r: 1 if data.parse_single_example(r, SPEC)["i"] > 9 else 0,
    "texts": lambda r: data.parse_single_example(r, SPEC)["s"] + b"!",
    "any number of values": lambda r: data.parse_single_example(r, {"v": data.RaggedFeature("float32")})["v"],
    "a file": lambda r: (data.io.exists("x"), data.parse_single_example(r, SPEC)["i"]),
}


@pytest.mark.parametrize("name", sorted(LEFT_ALONE))
def test_records_of_which_more_is_asked_are_parsed_one_by_one(name):
    ds, known = parsed(LEFT_ALONE[name])
    got = [element for batch in ds.batch(100) for element in data.Dataset.from_tensor_slices(batch)]
    assert known.vectorized is None
    for one, record in zip(got, encoded(ROWS), strict=True):
        for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(LEFT_ALONE[name](record)), strict=True):
            assert np.array_equal(a, b)


@pytest.mark.parametrize("options", [{}, {"num_parallel_calls": 2}])
@pytest.mark.parametrize("bad", [b"\xff", data.Example.of({"i": 1}).SerializeToString()])
def test_a_bad_record_among_many_is_found(bad, options):
    records = encoded(ROWS)
    records[250] = bad
    ds = data.Dataset.from_tensor_slices(records).map(PARSED["all of it"], **options)
    list(ds.take(100).batch(50))
    list(ds.take(200).batch(50))
    assert ds._plan.compilation.vectorized is not None
    got = []
    with pytest.raises(ValueError, match=r"required|ends|tf.train") as raised:
        for element in ds:
            got.append(int(element["i"]))
    assert got == [row["i"] for row in ROWS[:250]]
    assert any("element 250" in note for note in raised.value.__notes__)
    left = [int(element["i"]) for element in ds.ignore_errors()]
    assert left == [row["i"] for k, row in enumerate(ROWS) if k != 250]
    whole = [int(i) for batch in ds.batch(20).ignore_errors() for i in batch["i"]]
    assert whole == [row["i"] for k, row in enumerate(ROWS) if not 240 <= k <= 250]  # a batch is lost as a whole


def test_a_position_before_a_bad_record_keeps_the_error():
    records = encoded(ROWS)
    records[250] = b"\xff"
    ds = data.Dataset.from_tensor_slices(records).map(PARSED["all of it"])
    list(ds.take(200).batch(50))
    iterator = iter(ds)
    for _ in range(230):
        next(iterator)
    again = iter(ds)
    again.restore(iterator.state_bytes())
    assert [int(next(again)["i"]) for _ in range(20)] == [row["i"] for row in ROWS[230:250]]
    with pytest.raises(ValueError):
        next(again)
    assert [int(element["i"]) for element in again] == [row["i"] for row in ROWS[251:]]
