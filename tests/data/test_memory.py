"""Memory: arrays are not copied, files stay under a fixed buffer however long they are."""

import tracemalloc

import numpy as np
import pytest

from kerax import data
from kerax.data import Dataset

MEGABYTE = 1 << 20
SIZE = 16 * MEGABYTE
ROWS = np.zeros((SIZE // 1024, 256), "float32")
LABELS = np.arange(len(ROWS))
SPEC = {"x": data.FixedLenFeature([512], "float32"), "i": data.FixedLenFeature([], "int64")}


def peak(ds):
    """The most memory that is used, in bytes, while a dataset is gone through; NumPy's arrays count."""
    next(iter(ds))  # what is made once for all passes does not
    tracemalloc.start()
    try:
        for _ in ds:
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


ARRAYS = {
    "batch": lambda ds: ds.batch(64),
    "shuffle": lambda ds: ds.shuffle(len(ROWS)).batch(64),
    "passes": lambda ds: ds.shuffle(1000).repeat(2).batch(64, drop_remainder=True),
    "map": lambda ds: ds.map(lambda x, y: (x / 2, y)).batch(64).prefetch(2),
    "parts": lambda ds: ds.skip(10).shard(2, 1).batch(64).map(lambda x, y: (x + 1, y)),
}


@pytest.mark.parametrize("name", sorted(ARRAYS))
def test_arrays_are_not_copied(name):
    assert peak(ARRAYS[name](Dataset.from_tensor_slices((ROWS, LABELS)))) < SIZE // 4


def test_the_measure_sees_copies():
    ds = Dataset.from_tensor_slices((ROWS, LABELS))
    assert peak(ds.map(lambda x, y: (x + 1, y)).cache().batch(64)) > SIZE


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    record = data.Example.of({"x": np.arange(512, dtype="float32"), "i": 3}).SerializeToString()
    for name, compression in (("records", ""), ("packed", "GZIP")):
        with data.TFRecordWriter(folder / name, compression) as writer:
            for _ in range(SIZE // len(record)):
                writer.write(record)
    (folder / "lines").write_text(("a line of text that is of no use " * 8 + "\n") * (SIZE // 265))
    (folder / "table.csv").write_text("n,text\n" + f"1,{'of no use ' * 50}\n" * (SIZE // 503))
    return folder


FILES = {
    "records": lambda at: data.TFRecordDataset(at / "records").batch(32),
    "one by one": lambda at: data.TFRecordDataset(at / "records").map(lambda r: data.parse_single_example(r, SPEC)),
    "in batches": lambda at: data.TFRecordDataset(at / "records").batch(32).map(lambda r: data.parse_example(r, SPEC)),
    "packed": lambda at: data.TFRecordDataset(at / "packed", "GZIP").shuffle(100).batch(32),
    "two at a time": lambda at: data.TFRecordDataset([at / "records"] * 2, num_parallel_reads=2).batch(32),
    "lines": lambda at: data.TextLineDataset(at / "lines").batch(64).prefetch(2),
    "table": lambda at: data.experimental.CsvDataset(str(at / "table.csv"), ["int32", "string"], header=True).batch(64),
    "bytes": lambda at: data.FixedLengthRecordDataset(at / "lines", 265).repeat(2).batch(64),
}


@pytest.mark.parametrize("name", sorted(FILES))
def test_files_stay_under_a_fixed_buffer(folder, name):
    assert peak(FILES[name](folder)) < SIZE // 3
