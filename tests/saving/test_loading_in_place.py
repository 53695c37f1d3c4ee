"""Whole models are loaded without first values that nobody needs, and without a copy of the stored weights."""

import zipfile

import numpy as np
import pytest

import kerax
from kerax.saving.zip_reader import WEIGHTS, ArchiveReader
from kerax.state.first_values import first_values_later

CALLS = []
WIDTH = 600  # a kernel of 1.4 MB: large enough to wait


def counted(shape, dtype=None):
    CALLS.append(tuple(shape))
    return np.ones(shape, dtype)


def model():
    inputs = kerax.Input((WIDTH,))
    return kerax.Model(inputs, kerax.layers.Dense(WIDTH, kernel_initializer=counted)(inputs))


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_no_first_values_are_made_for_a_model_from_a_file(name, tmp_path):
    made = model()
    made.layers[1].kernel.assign(np.eye(WIDTH))
    made.save(tmp_path / name)
    CALLS.clear()
    again = kerax.models.load_model(tmp_path / name, custom_objects={"counted": counted})
    assert CALLS == []
    x = np.linspace(-1, 1, WIDTH, dtype="float32")[None]
    np.testing.assert_allclose(again(x), x, rtol=1e-6)


def test_what_was_not_assigned_is_made_in_the_end():
    CALLS.clear()
    with first_values_later():
        read, left, assigned = (kerax.Variable(counted, shape=(WIDTH, WIDTH)) for _ in range(3))
        small = kerax.Variable(counted, shape=(2,))
        assert CALLS == [(2,)] and left.waits and left.shape == (WIDTH, WIDTH) and left.dtype == "float32"
        assert float(read.value[0, 0]) == 1 and len(CALLS) == 2 and not read.waits
        assigned.assign(np.zeros((WIDTH, WIDTH)))
        assert not assigned.waits
    assert len(CALLS) == 3 and not left.waits and float(left.value[0, 0]) == 1 and float(assigned.value[0, 0]) == 0
    assert small.numpy().tolist() == [1, 1]


def test_a_first_value_of_a_wrong_shape_is_refused_later_too():
    with pytest.raises(ValueError, match=r"returned shape \(1,\), expected \(600, 600\)"), first_values_later():
        kerax.Variable(lambda shape, dtype: np.ones(1, dtype), shape=(WIDTH, WIDTH))


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_weights_are_read_where_they_stand_and_damage_is_told(compression, tmp_path):
    made = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(2)])
    made.save(tmp_path / "ours.keras")
    with zipfile.ZipFile(tmp_path / "ours.keras") as ours, zipfile.ZipFile(tmp_path / "m.keras", "w") as other:
        for name in ours.namelist():  # as another library writes it: no checksum of kerax's own
            text = ours.read(name).replace(b'"kerax_checksum": true', b'"other": 1')
            other.writestr(name, text, compress_type=compression)
    again = kerax.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.get_weights()[0], made.get_weights()[0])
    with ArchiveReader(tmp_path / "m.keras") as archive, archive.opened(WEIGHTS) as file:
        file.seek(0)
        assert file.read(4) == b"\x89HDF"
    whole = bytearray((tmp_path / "m.keras").read_bytes())
    with zipfile.ZipFile(tmp_path / "m.keras") as other:
        info = other.getinfo(WEIGHTS)
    whole[info.header_offset + 60 + info.compress_size // 2] ^= 1
    (tmp_path / "m.keras").write_bytes(whole)
    with pytest.raises(ValueError, match=r"m\.keras.*model\.weights\.h5.*damaged"):
        kerax.models.load_model(tmp_path / "m.keras")
