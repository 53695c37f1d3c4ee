"""kerax reads in HDF5 files what h5py, the oracle, reads there, and refuses damage without crash, hang or hunger."""

import io
import resource
import struct
import time
import zipfile

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import kerax
from kerax.saving.hdf5 import Hdf5File
from kerax.saving.hdf5.lookup3 import lookup3
from kerax.saving.hdf5_reader import Hdf5Reader
from tests.golden.cases import GOLDEN
from tests.saving import hdf5_files
from tests.saving.hdf5_files import compare, written

OLD, NEW = {"libver": "earliest"}, {"libver": "latest"}
OPTIONS = (
    {},
    OLD,
    NEW,
    {"libver": ("v108", "v108")},
    {"track_order": True},
    {**NEW, "track_order": True},
    {"userblock_size": 512},
    {**NEW, "userblock_size": 4096},
)


def named(options):
    return "-".join(str(value) for value in options.values()) or "plain"


@pytest.mark.parametrize("options", OPTIONS, ids=named)
@pytest.mark.parametrize("fill", [hdf5_files.values, hdf5_files.chunks, hdf5_files.members], ids=lambda f: f.__name__)
def test_all_that_h5py_writes_is_read(fill, options, tmp_path):
    assert compare(written(tmp_path / "x.h5", fill, **options)) > 90


@pytest.mark.parametrize("options", [NEW, {**NEW, "track_order": True}], ids=named)
def test_large_attributes(options, tmp_path):
    assert compare(written(tmp_path / "x.h5", hdf5_files.large_attributes, **options)) == 15


@pytest.mark.parametrize("options", [OLD, NEW], ids=named)
def test_many_chunks(options, tmp_path):
    assert compare(written(tmp_path / "x.h5", hdf5_files.many_chunks, **options)) == 3


def test_blocks_of_chunks_with_pages(tmp_path):
    assert compare(written(tmp_path / "x.h5", hdf5_files.sparse_chunks, **NEW)) == 1


@pytest.mark.parametrize("widths", [(4, 4), (8, 4), (4, 8)], ids=str)
def test_short_addresses_and_lengths(widths, tmp_path):
    path = tmp_path / "x.h5"
    settings = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    settings.set_sizes(*widths)
    with h5py.File(h5py.h5f.create(bytes(path), h5py.h5f.ACC_TRUNC, settings)) as file:
        hdf5_files.values(file)
        hdf5_files.members(file.create_group("more"))
    assert compare(path.read_bytes()) > 300


def files_of(golden):
    """The HDF5 files below a folder, those in archives too."""
    for path in sorted(golden.rglob("*")):
        if path.suffix in (".h5", ".hdf5"):
            yield path.read_bytes(), repr(str(path))
        elif path.suffix == ".keras" and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if name.endswith(".h5"):
                        yield archive.read(name), f"{str(path)!r}: {name}"


SAMPLE = 8  # one of so many files is compared in every run


@pytest.mark.parametrize("step", [SAMPLE, pytest.param(1, marks=pytest.mark.slow)])
def test_real_files_are_read_as_h5py_reads_them(step):
    found = list(files_of(GOLDEN))
    assert len(found) > 100
    assert sum(compare(data, what) for data, what in found[::step]) > 2000 / step


DTYPES = st.sampled_from([np.dtype(name) for name in (*hdf5_files.NUMBERS, "S3")])
ARRAYS = DTYPES.flatmap(lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, max_side=6)))
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=8).filter(
    lambda name: name.strip(".")
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
@given(
    st.dictionaries(NAMES, ARRAYS, max_size=12), st.dictionaries(NAMES, ARRAYS, max_size=12), st.booleans(), st.data()
)
def test_any_arrays_and_attributes(members, attributes, new, data):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver="latest" if new else "earliest", track_order=data.draw(st.booleans())) as file:
        for name, array in members.items():
            chunks = tuple(data.draw(st.integers(1, size)) for size in array.shape) or None
            cut = chunks if data.draw(st.booleans()) else None
            file.create_dataset(name, data=array, chunks=cut, compression="gzip" if cut else None)
        for name, array in attributes.items():
            file.attrs[name] = array
    assert compare(buffer.getvalue()) == len(members) + len(attributes)


# ---------------------------------------------------------------- what kerax does with them


def test_weights_load_from_files_of_the_newest_layout(tmp_path):
    model = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(3)])
    path = tmp_path / "m.weights.h5"
    with h5py.File(path, "w", libver="latest") as file:
        group = file.create_group("layers/dense/vars")
        group.create_dataset("0", data=np.full((4, 3), 2, ">f8"), chunks=(2, 2), compression="gzip", shuffle=True)
        group["1"] = np.arange(3, dtype="f2")
    model.load_weights(path)
    np.testing.assert_array_equal(model.layers[0].kernel, np.full((4, 3), 2))
    np.testing.assert_array_equal(model.layers[0].bias, [0, 1, 2])


def test_open_files_are_read_and_stay_open():
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["x"] = np.arange(6.0).reshape(2, 3)
        file["text"] = "no number"
    with Hdf5Reader(buffer, "'inner.h5'") as reader:
        stored = reader.array("x")
        assert (stored.shape, stored.dtype, stored.what) == ((2, 3), np.dtype("f8"), "x in 'inner.h5'")
        np.testing.assert_array_equal(stored.read(), np.arange(6.0).reshape(2, 3))
        with pytest.raises(ValueError, match="text in 'inner.h5' holds values of type texts of any length"):
            reader.array("text")
    assert not buffer.closed


@pytest.mark.parametrize(
    "options, name",
    [({"compression": "lzf"}, "LZF"), ({"scaleoffset": 3}, "scaling and offset")],
    ids=str,
)
def test_other_compressions_are_refused_by_name(options, name, tmp_path):
    path = tmp_path / "x.h5"
    written(path, lambda file: file.create_dataset("x", data=np.arange(100), **options))
    with Hdf5Reader(path) as reader, pytest.raises(ValueError, match=rf"x\.h5.*{name}"):
        reader.array("x")


def test_a_file_that_its_writer_did_not_close_is_refused(tmp_path):
    data = bytearray(written(tmp_path / "x.h5", lambda file: None, **NEW))
    data[11] |= 1
    data[44:48] = struct.pack("<I", lookup3(bytes(data[:44])))
    with pytest.raises(ValueError, match="not closed"):
        Hdf5File(io.BytesIO(data), "'x.h5'")


# ---------------------------------------------------------------- damage and malice


def visit(reader, path=""):
    for name in reader.names(path):
        inner = f"{path}/{name}" if path else name
        if reader.has_group(inner):
            visit(reader, inner)
        else:
            reader.array(inner).read_unasked()


def refused(data, match):
    """Asserts that reading everything is refused, soon and in little memory."""
    memory, begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with Hdf5Reader(io.BytesIO(data), "'x.h5'") as reader, pytest.raises(ValueError, match=match):
        visit(reader)
    assert time.process_time() - begin < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 150 * 1024  # KiB


def test_groups_that_hold_each_other_do_not_make_endless_files(tmp_path):
    def fill(file):
        for i in range(30):
            inner = file.create_group(f"g{i}/a")
            file[f"g{i}/b"] = inner
        for i in range(29):
            file[f"g{i}/a/next"] = file[f"g{i + 1}"]

    refused(written(tmp_path / "x.h5", fill), "than a file of")


def test_a_text_that_is_named_many_times_is_counted(tmp_path):
    def fill(file):
        file.attrs["names"] = ["x" * 100_000, *"y" * 2000]

    data = written(tmp_path / "x.h5", fill)
    first = data.index(struct.pack("<I", 100_000))
    one = data[first : first + 16]
    data = data[:first] + one * 2001 + data[first + 16 * 2001 :]
    with Hdf5Reader(io.BytesIO(data), "'x.h5'") as reader, pytest.raises(ValueError, match=r"'x.h5'.*than a file of"):
        reader.texts("", "names")


def test_arrays_that_expand_are_bounded_where_no_shape_is_expected(tmp_path):
    def fill(file):
        file.create_dataset("x", data=np.zeros((3600, 3600), "f4"), compression="gzip", chunks=(900, 900))

    refused(written(tmp_path / "x.h5", fill), r"x in 'x.h5': with this array the file's arrays grow")


def test_trees_and_headers_that_lead_back_are_refused(tmp_path):
    data = written(tmp_path / "x.h5", lambda file: file.create_dataset("x", data=np.zeros((40, 40)), chunks=(1, 1)))
    trees = [i for i in range(len(data)) if data[i : i + 4] == b"TREE" and data[i + 4] == 1 and data[i + 5]]
    assert trees
    root = trees[-1]
    for child in (root, int.from_bytes(data[root + 24 + 32 : root + 24 + 40], "little")):
        entry = root + 24 + 32 + 40  # the second child
        changed = data[:entry] + struct.pack("<Q", child) + data[entry + 8 :]
        refused(changed, r"'x.h5'.*damaged at byte \d+: a tree has a node twice")


def test_a_chunk_is_stored_once(tmp_path):
    data = written(tmp_path / "x.h5", lambda file: file.create_dataset("x", data=np.zeros((4, 4)), chunks=(2, 2)))
    tree = next(i for i in range(len(data)) if data[i : i + 5] == b"TREE\1")
    second = tree + 24 + 40
    refused(data[: second + 8] + data[tree + 32 : tree + 56] + data[second + 32 :], "stored twice")


def test_checksums_of_the_newer_layouts_are_compared(tmp_path):
    data = written(tmp_path / "x.h5", hdf5_files.members, **NEW)
    rng = np.random.default_rng(0)
    for mark in (b"OHDR", b"BTHD", b"BTLF", b"FRHP", b"FHIB", b"FHDB"):
        at = data.index(mark) + int(rng.integers(8, 40))
        changed = data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :]
        with pytest.raises(ValueError, match="'x.h5'"):
            compare_all(changed)


def compare_all(data):
    file = Hdf5File(io.BytesIO(data), "'x.h5'")
    for link in file.root.links().values():
        found = file.at(link.address)
        found.attributes()
        found.links()


def test_a_cut_file_is_refused(tmp_path):
    data = written(tmp_path / "x.h5", hdf5_files.members)
    for end in (1, 8, 40, 95, 100, len(data) // 2, len(data) - 1):
        with pytest.raises(ValueError, match="'x.h5'"):
            Hdf5File(io.BytesIO(data[:end]), "'x.h5'").root.links()


def test_chunks_that_many_arrays_name_are_counted(tmp_path):
    def fill(file):
        space = h5py.h5s.create_simple((60_000,))
        settings = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        settings.set_chunk((1,))
        settings.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        for i in range(2):
            h5py.h5d.create(file.id, b"x%d" % i, h5py.h5t.STD_I8LE, space, settings)

    refused(written(tmp_path / "x.h5", fill, **NEW), "more chunks of arrays are named than a file of")


def test_chunks_far_larger_than_their_array_are_not_unpacked(tmp_path):
    def fill(file):
        data = file.create_dataset("x", (9, 1), "f4", chunks=(1, 2**23), maxshape=(None, None), compression="gzip")
        data[...] = 1

    refused(written(tmp_path / "x.h5", fill), "more bytes of chunks that no array needs are unpacked")
