"""The protocol buffer wire format: round trips, known bytes, damage."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerax.utils import protobuf
from kerax.utils.protobuf import Message, WireError

INT64 = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(INT64, max_size=80))
@settings(max_examples=80, deadline=None)
def test_packed_integers_come_back(values):
    message = Message(protobuf.packed_ints_field(4, values))
    assert message.integers(4).tolist() == values
    unpacked = Message(b"".join(protobuf.int_field(4, value) for value in values))
    assert unpacked.integers(4).tolist() == values
    assert [unpacked.integer(4)] == (values[-1:] or [0])


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_message_or_an_error_that_says_where(data):
    try:
        message = Message(data, "a test", base=1000)
        for number in list(message._fields):
            message.integers(number), message.texts(number), message.messages(number)
    except WireError as error:
        assert re.match(r"a test: .*byte 1\d\d\d", str(error)), error


def test_known_bytes():
    # The worked examples of the format's description.
    assert protobuf.int_field(1, 150) == bytes.fromhex("089601")
    assert protobuf.bytes_field(2, "testing") == bytes.fromhex("120774657374696e67")
    assert Message(bytes.fromhex("1a03089601")).message(3).integer(1) == 150
    assert Message(bytes.fromhex("3206038e029ea705")).integers(6).tolist() == [3, 270, 86942]


def test_numbers_of_every_kind():
    data = (
        protobuf.double_field(1, 0.1)
        + protobuf.float_field(2, 0.5)
        + protobuf.fixed32_field(3, 2**32 - 1)
        + protobuf.packed_floats_field(2, [1.5, -2])
        + protobuf.int_field(4, 2**64 - 1)
    )
    message = Message(data)
    assert message.doubles(1).tolist() == [0.1]
    assert message.floats(2).tolist() == [0.5, 1.5, -2]
    assert message.floats(2).dtype == np.float32
    assert message.unsigned(3) == 2**32 - 1
    assert message.unsigned(4) == 2**64 - 1 and message.integer(4) == -1
    assert 4 in message and 5 not in message
    assert message.data(9, default=None) is None


@pytest.mark.parametrize(
    "data, says",
    [
        ("08", "end inside a number, at byte 101"),
        ("08" + "ff" * 10 + "01", "longer than 64 bits"),
        ("08" + "ff" * 9 + "02", "longer than 64 bits"),
        ("1205616263", "field 2 at byte 100 says it has 5 bytes, 3 are left"),
        ("12ffffffffffffffffff01", "says it has 18446744073709551615 bytes"),
        ("0900", "end inside field 1 at byte 100"),
        ("0801" + "0b", "byte 102 has wire type 3"),
        ("0001", "field number 0 at byte 100"),
    ],
)
def test_damage_is_named_with_its_place(data, says):
    with pytest.raises(WireError, match="events.*" + says):
        Message(bytes.fromhex(data), "events", base=100)


def test_another_type_than_asked_for():
    message = Message(protobuf.bytes_field(1, b"\xff") + protobuf.int_field(2, 1) + protobuf.bytes_field(3, b"abc"))
    for call, says in [
        (lambda: message.integer(1), "field 1 at byte 2 is length-delimited, where a number"),
        (lambda: message.text(1), "no UTF-8"),
        (lambda: message.data(2), "field 2 at byte 4 is varint, where bytes"),
        (lambda: message.floats(3), "has 3 bytes, not a multiple of 4"),
        (lambda: message.doubles(2), "where float64 values"),
        (lambda: message.integers(1), "end inside a number"),
    ]:
        with pytest.raises(WireError, match=says):
            call()


def test_depth_is_bounded():
    data = b""
    for _ in range(protobuf.MAX_DEPTH + 2):
        data = protobuf.bytes_field(1, data)
    message = Message(data)
    with pytest.raises(WireError, match="nested more than"):
        while True:
            message = message.message(1)


def test_the_number_of_fields_is_bounded(monkeypatch):
    monkeypatch.setattr(protobuf, "MAX_FIELDS", 10)
    with pytest.raises(WireError, match="more than 10 fields"):
        Message(protobuf.int_field(1, 1) * 11)
