"""CRC-32C against the test vectors of its RFC and its definition."""

import numpy as np
import pytest

from kerax.utils import crc32c as module
from kerax.utils.crc32c import crc32c, crc32c_numpy, mask_crc, masked_crc32c, unmask_crc

RFC_3720 = [  # appendix B.4
    (bytes(32), 0x8A9136AA),
    (b"\xff" * 32, 0x62A8AB43),
    (bytes(range(32)), 0x46DD794E),
    (bytes(range(31, -1, -1)), 0x113FDB5C),
    (b"123456789", 0xE3069283),
    (b"", 0),
]


def by_bit(data, value=0):
    """The definition, one bit at a time."""
    register = value ^ 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x82F63B78 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


@pytest.mark.parametrize("compute", [crc32c, crc32c_numpy])
@pytest.mark.parametrize("data, expected", RFC_3720)
def test_the_vectors_of_the_rfc(compute, data, expected):
    assert compute(data) == expected


@pytest.mark.parametrize("length", [1, 3, 4, 48, 49, 50, 51, 52, 1023, 1024, 1025, 1027, 2048, 5000])
def test_every_length_and_any_start(length):
    rng = np.random.default_rng(length)
    data, value = rng.bytes(length), int(rng.integers(2**32))
    assert crc32c_numpy(data, value) == by_bit(data, value)


def test_long_data_are_the_same_in_pieces():
    data = np.random.default_rng(1).bytes(module._BLOCK + module._BLOCK // 8 + 777)
    value = 0
    for start in range(0, len(data), 65_537):
        value = crc32c_numpy(data[start : start + 65_537], value)
    assert crc32c_numpy(data) == crc32c(data) == value
    assert crc32c_numpy(data[:-1] + b"\0") != value or data[-1] == 0


@pytest.mark.parametrize("kind", [bytearray, memoryview, lambda data: np.frombuffer(data, np.float32)])
@pytest.mark.parametrize("size", [16, 4096])
def test_anything_with_a_buffer(kind, size):
    data = np.random.default_rng(2).bytes(size)
    assert crc32c(kind(data)) == crc32c_numpy(kind(data)) == by_bit(data)


def test_masks():
    assert masked_crc32c(b"123456789") == 0xC78AB0E5
    for crc in (0, 1, 0xFFFFFFFF, 0x12345678):
        assert unmask_crc(mask_crc(crc)) == crc != mask_crc(crc)
