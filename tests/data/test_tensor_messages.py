"""Arrays as bytes: what TensorFlow 2.15 writes, to the bit, and the other forms that it reads."""

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerax.data import Dataset, io

WRITTEN = {  # by tf.io.serialize_tensor
    "08011208120208011202080222080000c03f000000c0": np.array([[1.5, -2]], "float32"),
    "080912041202080222100300000000000000fcffffffffffffff": np.array([3, -4]),
    "0807120412020802420261004200": np.array([b"a\0", b""], object),
    "080a1200220101": np.bool_(True),
    "080e1204120208012202c03f": np.array([1.5], ml_dtypes.bfloat16),
    "080812041202080122080000803f00000040": np.array([1 + 2j], "complex64"),
    "08041204120208012201fa": np.array([250], "uint8"),
    "081312041202080122020038": np.array([0.5], "float16"),
    "08031206120012020802": np.zeros((0, 2), "int32"),
}
READ = {  # messages that hold their values one by one; TensorFlow's answers
    "08011204120208032a080000c03f00002040": np.array([1.5, 2.5, 2.5], "float32"),
    "08021204120208023210000000000000f03f0000000000000040": np.array([1.0, 2.0]),
    "0803120812020802120208023a0af9ffffffffffffffff01": np.full((2, 2), -7, "int32"),
    "0809120412020801520af7ffffffffffffffff01": np.array([-9]),
    "080a1204120208025a020100": np.array([True, False]),
    "08131204120208026a058078808001": np.array([1, 2], "float16"),
    "08081204120208014a080000803f00000040": np.array([1 + 2j], "complex64"),
    "08171204120208018a010a80808080808080808001": np.array([1 << 63], "uint64"),
}


@pytest.mark.parametrize("message", sorted(WRITTEN))
def test_messages_are_tensorflows(message):
    array = WRITTEN[message]
    assert io.serialize_tensor(array).hex() == message
    back = io.parse_tensor(bytes.fromhex(message), array.dtype)
    assert back.dtype == array.dtype and np.array_equal(back, array)


@pytest.mark.parametrize("message", sorted(READ))
def test_values_may_stand_one_by_one(message):
    np.testing.assert_array_equal(
        io.parse_tensor(bytes.fromhex(message), READ[message].dtype), READ[message], strict=True
    )


def test_what_is_wrong_is_told():
    with pytest.raises(ValueError, match=r"Type mismatch.*\(float32\) and dtype \(int32\)"):
        io.parse_tensor(io.serialize_tensor([1.5]), "int32")
    with pytest.raises(TypeError, match="expects bytes"):
        io.parse_tensor([1.5], "int32")
    size = bytes.fromhex("0801120b120908ffffffffffffff7f")  # 2^56 floats, of which the message holds one
    for values in (b"", bytes.fromhex("2d0000c03f"), bytes.fromhex("22040000c03f")):
        with pytest.raises(ValueError, match="TensorProto"):
            io.parse_tensor(size + values, "float32")
    with pytest.raises(ValueError, match="no array of shape"):
        io.parse_tensor(bytes.fromhex("0801120d120b08ffffffffffffffffff01"), "float32")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted({*WRITTEN, *READ})), st.integers(0, 60), st.integers(0, 255))
def test_damage_is_an_error_or_another_array(message, place, byte):
    message = bytearray.fromhex(message)
    message[place % len(message)] = byte
    try:
        io.parse_tensor(bytes(message), "float32")
    except ValueError:
        pass


def test_in_a_pipeline():
    ds = Dataset.from_tensor_slices(np.arange(6.0).reshape(3, 2))
    back = ds.map(io.serialize_tensor).map(lambda text: io.parse_tensor(text, "float64"))
    np.testing.assert_array_equal(list(back), list(ds))
