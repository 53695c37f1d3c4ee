"""HDF5 files of every kind that h5py writes, and what h5py reads in a file compared with what kerax reads."""

from __future__ import annotations

import io

import h5py
import ml_dtypes
import numpy as np

from kerax.saving.hdf5 import Hdf5File

NUMBERS = (
    "f2",
    "f4",
    "f8",
    ">f2",
    ">f4",
    ">f8",
    "i1",
    "i2",
    "i4",
    "i8",
    ">i4",
    ">i8",
    "u1",
    "u2",
    "u4",
    "u8",
    ">u2",
    "?",
)
FILTERS = (
    {},
    {"compression": "gzip"},
    {"shuffle": True},
    {"fletcher32": True},
    {"compression": "gzip", "shuffle": True, "fletcher32": True},
)


# ---------------------------------------------------------------- files


def written(path, fill, **options):
    """The bytes of a file with some content."""
    with h5py.File(path, "w", **options) as file:
        fill(file)
    return path.read_bytes()


def values(file):
    """Every type, as arrays in one piece, in chunks, and as attributes."""
    for i, dtype in enumerate((*NUMBERS, "S5", "V3", np.longdouble)):
        array = np.zeros(12, "V3") if dtype == "V3" else np.arange(-3, 9).astype("i1").astype(dtype)
        file[f"whole{i}"] = array.reshape(3, 4)
        file.create_dataset(f"chunked{i}", data=array.reshape(3, 4), chunks=(2, 3))
        file.attrs[f"many{i}"] = array.reshape(2, 3, 2)
        file.attrs[f"one{i}"] = array[3]
    file["bfloat16"] = np.ones((2, 2), ml_dtypes.bfloat16)
    file["scalar"], file["text"], file["no_elements"] = 1.5, "häl", np.zeros((0, 3))
    file["nothing"] = file.attrs["nothing"] = h5py.Empty("f4")
    file.create_dataset("texts", data=["a", "bcd", "ä"], dtype=h5py.string_dtype())
    file.create_dataset("fixed", data=["a", "bcd"], dtype=h5py.string_dtype("utf-8", 6))
    file.attrs["text"], file.attrs["empty"], file.attrs["bytes"], file.attrs["none"] = "text ü", "", b"bytes", []
    file.attrs["texts"] = ["x", "yy", ""]
    file.attrs.create("ascii", ["x", "y"], dtype=h5py.string_dtype("ascii"))
    file["type"] = np.dtype("f4")  # a type with a name, which others point to
    file.create_dataset("typed", data=np.ones(3, "f4"), dtype=file["type"])
    file.attrs.create("typed", np.ones(2, "f4"), dtype=file["type"])
    file["soft"], file["external"] = h5py.SoftLink("/scalar"), h5py.ExternalLink("other.h5", "/x")
    file["again"] = file["scalar"]


def chunks(file):
    """Chunked arrays under every index and filter: fixed, grown, shrunk, and written in part."""
    rng = np.random.default_rng(0)
    limits = (None, (None, 40), (40, None), (None, None), (60, 40))
    for filters in FILTERS:
        for limit in limits:
            for shape, step in (((10, 7), (4, 3)), ((3, 3), (3, 3)), ((23, 20), (2, 5))):
                data = file.create_dataset(
                    f"d{len(file)}", data=rng.normal(size=shape), chunks=step, maxshape=limit, **filters
                )
                if limit is not None and limit[1] is None:
                    data.resize((shape[0], shape[1] + 5))
                    data[:, -2] = 3
                elif limit == (None, 40):
                    data.resize((shape[0] + 30, shape[1]))
                    data[-2] = 3
                    data.resize((shape[0] + 11, shape[1]))
        for shape, step, limit in (
            ((50, 20), (5, 4), None),
            ((50,), (5,), (None,)),
            ((9, 4, 3), (5, 2, 2), (9, None, 3)),
        ):
            data = file.create_dataset(
                f"d{len(file)}", shape, "f4", chunks=step, maxshape=limit, fillvalue=7.5, **filters
            )
            data[3] = 1
    file.create_dataset("unwritten", (5, 4), "i4", chunks=(2, 2), fillvalue=9)
    space = h5py.h5s.create_simple((10, 9))
    for name, early in ((b"implicit", True), (b"compact", False)):
        settings = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        if early:
            settings.set_chunk((3, 4))
            settings.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        else:
            settings.set_layout(h5py.h5d.COMPACT)
        h5py.Dataset(h5py.h5d.create(file.id, name, h5py.h5t.IEEE_F32LE, space, settings))[...] = rng.normal(
            size=(10, 9)
        )


def members(file):
    """Groups and attributes in numbers and with names that need trees and heaps."""
    for i in range(200):
        file.create_group(f"group{i * 7919 % 200}").attrs["number"] = i
        file["group0"].attrs[f"attribute{i}"] = i
    group = file.create_group("long")
    for i in range(30):
        group["n" * (i * 80 + 1) + str(i)] = i
    group.attrs["x" * 3000] = 1


def large_attributes(file):
    """Attributes that no object header has room for."""
    file.attrs["text"], file.attrs["small"], file.attrs["large"] = "x" * 100_000, 1, np.arange(20_000)
    for i in range(12):
        file.attrs[f"middle{i}"] = np.arange(7000.0 + i)


def many_chunks(file):
    """Indexes of chunks with pages, blocks of blocks, and several levels."""
    file.create_dataset("fixed", (20_000, 3), "i2", chunks=(8, 2))[7000:7100] = 3
    file.create_dataset("growing", data=np.arange(6000, dtype="u2"), chunks=(2,), maxshape=(None,))
    file.create_dataset("tree", data=np.arange(4900).reshape(70, 70), chunks=(2, 2), maxshape=(None, None))


def sparse_chunks(file):
    """An index so large that its blocks of chunks have pages, most of which were never written."""
    sparse = file.create_dataset("sparse", (138_000,), "u1", chunks=(1,), maxshape=(None,), fillvalue=3)
    for place in (5, 70_000, 133_500, 137_999):
        sparse[place] = 1


# ---------------------------------------------------------------- the comparison


def compare(data: bytes, what: str = "'file.h5'") -> int:
    """Asserts that kerax reads all that h5py reads; returns how many values that were."""
    ours = Hdf5File(io.BytesIO(data), what)
    with h5py.File(io.BytesIO(data), "r") as file:
        return _compare(file, ours.root, ours)


def _compare(theirs, ours, file):
    count = len(theirs.attrs)
    assert set(theirs.attrs) == set(ours.attributes())
    for name, value in theirs.attrs.items():
        _same(ours.attributes()[name].value(), value)
    if isinstance(theirs, h5py.Dataset):
        assert ours.is_dataset and ours.dataset().shape == theirs.shape
        if theirs.shape is not None:
            _same(ours.dataset().read(), theirs[()])
        return count + 1
    if isinstance(theirs, h5py.Group):
        assert ours.is_group and list(theirs) == list(ours.links())
        for name, link in ours.links().items():
            kind = {h5py.HardLink: 0, h5py.SoftLink: 1, h5py.ExternalLink: 64}[type(theirs.get(name, getlink=True))]
            assert link.kind == kind
            if kind == 0:
                count += _compare(theirs[name], file.at(link.address), file)
    return count


_WIDEST_FLOAT = 8  # bytes of floats without padding


def _same(ours, theirs):
    if isinstance(theirs, h5py.Empty):
        assert ours is None
    elif isinstance(theirs, (str, bytes)):
        assert _text(ours.item()) == _text(theirs)
    elif np.asarray(theirs).dtype == object:
        assert ours.shape == theirs.shape and [_text(x) for x in ours.flat] == [_text(x) for x in theirs.flat]
    else:
        if isinstance(theirs, np.generic):  # h5py gives single values this machine's byte order
            ours = ours.astype(ours.dtype.newbyteorder("="))
        theirs = np.asarray(theirs)
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
        if theirs.dtype.kind == "f" and theirs.dtype.itemsize > _WIDEST_FLOAT:  # the bytes between x87 numbers are any
            np.testing.assert_array_equal(ours, theirs)
        else:
            assert ours.tobytes() == theirs.tobytes()


def _text(value):
    return value.encode() if isinstance(value, str) else value
