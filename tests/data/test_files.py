"""Sources of files: their records, their damage, and positions in them."""

import gzip
import struct
import threading
import time
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerax import data
from kerax.data import Dataset, io
from kerax.data.codec import decode, encode
from kerax.data.sources.crc_rows import crc32c_records
from kerax.utils.crc32c import crc32c, masked_crc32c

MANY = [b"line %d" % i for i in range(1000)]


@pytest.fixture
def files(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\n".join(MANY) + b"\n")
    (tmp_path / "b.txt").write_bytes(b"one\ntwo")
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"\n".join(MANY)))
    with data.TFRecordWriter(tmp_path / "a.tfrecord") as writer:
        for line in MANY:
            writer.write(line)
    (tmp_path / "a.csv").write_text("i,x,s\n" + "".join(f"{i},{i / 4},r{i}\n" for i in range(300)))
    (tmp_path / "quoted.csv").write_text("".join(f'{i},{i / 4},"r\n{i}"\n' for i in range(300)))
    (tmp_path / "b.bin").write_bytes(bytes(range(200)))
    return tmp_path


def sources(folder):
    kinds = ["int32", "float32", "string"]
    csv = data.experimental.CsvDataset
    return {
        "lines": data.TextLineDataset([folder / "b.txt", folder / "a.txt"], buffer_size=64),
        "gzip": data.TextLineDataset(folder / "a.gz", "GZIP", buffer_size=100),
        "in turn": data.TextLineDataset([folder / "b.txt", folder / "a.txt"], num_parallel_reads=2),
        "records": data.TFRecordDataset(folder / "a.tfrecord", buffer_size=100),
        "fixed": data.FixedLengthRecordDataset(folder / "b.bin", 7, header_bytes=3, footer_bytes=1, buffer_size=20),
        "csv": csv(folder / "a.csv", kinds, header=True, buffer_size=128),
        "quoted": csv(folder / "quoted.csv", kinds, buffer_size=128),
        "names": data.TextLineDataset(Dataset.from_tensor_slices([str(folder / "a.txt"), str(folder / "b.txt")])),
    }


NAMES = ["lines", "gzip", "in turn", "records", "fixed", "csv", "quoted", "names"]


@pytest.mark.parametrize("name", NAMES)
def test_a_position_in_a_file(files, name):
    everything = list(sources(files)[name])
    whole = list(sources(files)[name].batch(50).unbatch())
    assert everything == whole
    for at in (0, 1, 7, 25, len(everything) - 1, len(everything)):
        iterator = iter(sources(files)[name])
        for _ in range(at):
            next(iterator)
        again = iter(sources(files)[name])
        again.restore(iterator.state_bytes())
        assert list(again) == everything[at:] == list(iterator)


def test_lines(files):
    found = sources(files)
    assert list(found["lines"]) == [b"one", b"two", *MANY]
    assert list(found["gzip"]) == list(found["records"]) == MANY
    assert list(found["in turn"])[:5] == [b"one", MANY[0], b"two", MANY[1], MANY[2]]
    assert list(found["quoted"])[7] == (7, 1.75, b"r\n7")


def test_missing_files_are_named(tmp_path):
    for source in (data.TextLineDataset, data.TFRecordDataset, lambda name: data.FixedLengthRecordDataset(name, 4)):
        with pytest.raises(FileNotFoundError, match="nothing.bin"):
            list(source(tmp_path / "nothing.bin"))
    with pytest.raises(ValueError, match=r"no file matches .*\*\.none"):
        Dataset.list_files(str(tmp_path / "*.none"))
    with pytest.raises(TypeError, match="file names"):
        data.TextLineDataset(5)
    with pytest.raises(TypeError, match="dataset of file names"):
        data.TextLineDataset(Dataset.range(3))


def test_a_declared_length_is_no_allocation(tmp_path):
    header = struct.pack("<Q", 1 << 60)
    huge = header + struct.pack("<I", masked_crc32c(header)) + b"data"
    (tmp_path / "huge").write_bytes(huge)
    (tmp_path / "huge.gz").write_bytes(gzip.compress(huge))
    (tmp_path / "huge.zz").write_bytes(zlib.compress(huge))
    for name, compression in (("huge", ""), ("huge.gz", "GZIP"), ("huge.zz", "ZLIB")):
        with pytest.raises(data.DataLossError, match=r"record 0 at byte 0 .*1152921504606846976"):
            list(data.TFRecordDataset(tmp_path / name, compression))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 400), st.integers(1, 255))
def test_any_damage_is_an_error_behind_the_good_records(tmp_path_factory, record, place, change):
    path = tmp_path_factory.mktemp("damage") / "x.tfrecord"
    with data.TFRecordWriter(path) as writer:
        for _ in range(3):
            writer.write(record)
    content = bytearray(path.read_bytes())
    place %= len(content)
    content[place] ^= change
    path.write_bytes(bytes(content))
    got = []
    with pytest.raises(data.DataLossError, match=f"record {place // (len(record) + 16)} "):
        for one in data.TFRecordDataset(path):
            got.append(one)
    assert got == [record] * (place // (len(record) + 16))


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=4000), st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4000)), max_size=40))
def test_checksums_of_many_records(content, pieces):
    starts = [min(a, b, len(content)) for a, b in pieces]
    ends = [min(max(a, b), len(content)) for a, b in pieces]
    assert crc32c_records(content, starts, ends).tolist() == [crc32c(content[a:b]) for a, b in zip(starts, ends)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=2, max_size=2), min_size=1, max_size=30), st.data())
def test_csv_reads_what_was_written(tmp_path_factory, rows, draw):
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    texts = [draw.draw(st.text(alphabet='ab", \n;', max_size=4)) for _ in rows]
    lines = [f'{a},{b / 8},"{text.replace(chr(34), chr(34) * 2)}"' for (a, b), text in zip(rows, texts)]
    path.write_text("\n".join(lines) + draw.draw(st.sampled_from(["", "\n"])))
    size = draw.draw(st.integers(16, 64))
    got = list(data.experimental.CsvDataset(path, ["int32", "float64", ""], buffer_size=size))
    assert [(int(a), float(x), s.decode()) for a, x, s in got] == [(a, b / 8, t) for (a, b), t in zip(rows, texts)]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_floats_of_csv_files(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("floats") / "x.csv"
    path.write_text("".join(f"{number!r}\n{number:.3f}\n" for number in numbers))
    got = [float(row[0]) for row in data.experimental.CsvDataset(path, ["float64"])]
    assert got == [value for number in numbers for value in (number, float(f"{number:.3f}"))]


def test_a_bad_line_of_a_csv_file_is_named_and_can_be_left_out(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("1,2\n3,x\n5\n6,7\n")
    ds = data.experimental.CsvDataset(path, ["int32", "int32"])
    with pytest.raises(ValueError, match=r"bad.csv, line 2: .* field 1 is not a valid int32: 'x'"):
        list(ds)
    iterator = iter(ds)
    next(iterator)
    with pytest.raises(ValueError, match="line 2"):
        next(iterator)
    with pytest.raises(ValueError, match=r"line 3: .* 2 fields were expected, it has 1"):
        next(iterator)
    assert [(int(a), int(b)) for a, b in ds.ignore_errors()] == [(1, 2), (6, 7)]


def test_stored_datasets(tmp_path):
    ds = Dataset.from_tensor_slices({"x": np.arange(6.0).reshape(3, 2), "s": ["a", "b\0", ""]})
    ds.save(tmp_path / "saved", compression="GZIP")
    again = Dataset.load(tmp_path / "saved")
    assert again.element_spec == ds.element_spec
    assert [row["s"] for row in again] == [b"a", b"b\0", b""]
    np.testing.assert_array_equal([row["x"] for row in again], [row["x"] for row in ds])
    ds.save(tmp_path / "saved", shard_func=lambda row: row["x"][0] % 4)
    assert len(list((tmp_path / "saved").glob("shard*"))) == 2
    assert [row["s"] for row in Dataset.load(tmp_path / "saved")] == [b"a", b"", b"b\0"]
    with pytest.raises(FileNotFoundError, match="no dataset was saved"):
        Dataset.load(tmp_path)


def test_a_cache_file_is_written_once(tmp_path):
    calls = []
    ds = Dataset.range(5).map(lambda x: calls.append(x) or x).cache(tmp_path / "kept")
    assert len(list(ds.take(2))) == 2  # a pass that is broken off leaves no file
    assert list(tmp_path.iterdir()) == []
    calls.clear()
    assert [int(x) for x in ds] == [int(x) for x in ds] == list(range(5))
    assert len(calls) == 5 and [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("cut", [0, 3, 11, 20, -1])
def test_damaged_positions_are_refused(cut):
    state = iter(Dataset.from_tensor_slices(np.arange(4)).shuffle(4)).state_bytes()
    with pytest.raises(ValueError, match="no saved element or position"):
        iter(Dataset.range(3)).restore(state[:cut])


def test_codec_keeps_everything():
    ragged = data.RaggedTensor.constant([[1], [], [2, 3]])
    value = [None, True, 1 << 70, float("inf"), "é", b"\0", (1, [2]), {3: np.float32(4)}, np.array([b"a", b""], object)]
    again = decode(encode([*value, ragged, data.SparseTensor.from_dense([[0, 1]]), data.TensorSpec((None,), "int8")]))
    assert again[:8] == value[:8] and again[8].tolist() == [b"a", b""]
    assert again[9].to_list() == ragged.to_list() and again[10].to_dense().tolist() == [[0, 1]]
    assert again[11] == data.TensorSpec((None,), "int8")
    with pytest.raises(TypeError, match="cannot be written"):
        encode(object())


def test_files_in_map(tmp_path):
    io.write_file(tmp_path / "deep" / "a.txt", "content")
    ds = Dataset.list_files(str(tmp_path / "*" / "*.txt")).map(io.read_file)
    assert list(ds) == [b"content"]
    assert io.decode_csv("1,a", [[0], [""]]) == [1, b"a"]
    with pytest.raises(ValueError, match="record 1"):
        io.decode_csv(["1", "x"], [[0]])


def test_loaders_of_other_libraries():
    torch = pytest.importorskip("torch")
    table = torch.utils.data.TensorDataset(torch.arange(10.0).reshape(5, 2), torch.arange(5))
    ds = Dataset.from_iterable(torch.utils.data.DataLoader(table, batch_size=2))
    assert [spec.shape for spec in ds.element_spec] == [(None, 2), (None,)]
    for _ in range(2):
        np.testing.assert_array_equal(np.concatenate([x for x, _ in ds]), np.arange(10.0).reshape(5, 2))
    with pytest.raises(TypeError, match="begin anew"):
        Dataset.from_iterable(iter([1, 2]))


def test_shards_by_process(files):
    two = data.TextLineDataset([files / "b.txt", files / "a.txt"]).map(lambda line: line)
    assert list(two.shard_by_process(2, 0)) == [b"one", b"two"]  # a file each
    assert list(two.shard_by_process(3, 1)) == [b"two", *MANY[2::3]]  # more processes than files: by elements
    with pytest.raises(ValueError, match="at least 3 files"):
        two.shard_by_process(3, 1, policy=data.AutoShardPolicy.FILE)


def test_a_plan_is_explained():
    ds = Dataset.from_tensor_slices(np.arange(9)).shuffle(9, seed=1).map(lambda x: print(x) or x).batch(2)
    text = str(ds.explain())
    assert "from_tensor_slices" in text and "move row numbers" in text and "calls print" in text
    assert "move row numbers" in ds._repr_html_() and "calls print" in ds._repr_html_()


# ---------------------------------------------------------------- threads


@pytest.mark.parametrize("compression", ["", "GZIP"])
def test_files_read_ahead_by_threads_come_in_the_same_order(tmp_path, compression):
    names = []
    for number in range(3):
        names.append(str(tmp_path / f"{number}.tfrecord"))
        with data.TFRecordWriter(names[-1], compression) as writer:
            for i in range(400 + 100 * number):
                writer.write(b"%d:%d " % (number, i) * 20)
    in_turn = list(data.TFRecordDataset(names, compression, 1000, num_parallel_reads=2))
    wanted = data.Dataset.from_tensor_slices(names).interleave(
        lambda name: data.TFRecordDataset(name, compression, 1000), cycle_length=2
    )
    assert in_turn == list(wanted) and len(in_turn) == 1500
    iterator = iter(data.TFRecordDataset(names, compression, 1000, num_parallel_reads=2))
    for stop in (1, 7, 600):
        state = iterator.state_bytes()
        first = [next(iterator) for _ in range(stop)]
        iterator.restore(state)
        assert [next(iterator) for _ in range(stop)] == first
    iterator.close()


def test_damage_found_ahead_is_told_at_its_place(tmp_path):
    names = [str(tmp_path / name) for name in ("good", "bad")]
    for name in names:
        with data.TFRecordWriter(name) as writer:
            for i in range(50):
                writer.write(b"%d" % i * 10)
    content = bytearray((tmp_path / "bad").read_bytes())
    content[-20] ^= 1
    (tmp_path / "bad").write_bytes(content)
    found = []
    with pytest.raises(data.DataLossError, match="record 49"):
        for record in data.TFRecordDataset(names, buffer_size=100, num_parallel_reads=2):
            found.append(record)
    assert len(found) == 99


def test_parallel_interleave_keeps_the_order_and_runs_at_once():
    running, most = set(), [0]

    def slow(x):
        running.add(threading.get_ident())
        most[0] = max(most[0], len(running))
        time.sleep(0.002)
        running.discard(threading.get_ident())
        return x * 10

    def make(calls):
        return data.Dataset.range(6).interleave(
            lambda n: data.Dataset.range(n, n + 5).map(slow), cycle_length=3, block_length=2, num_parallel_calls=calls
        )

    wanted = [int(x) for x in make(None)]
    assert most[0] == 1
    assert [int(x) for x in make(data.AUTOTUNE)] == wanted
    assert most[0] > 1
    iterator = iter(make(2))
    head = [int(next(iterator)) for _ in range(7)]
    state = iterator.state_bytes()
    rest = [int(x) for x in iterator]
    assert head + rest == wanted
    other = iter(make(2))
    other.restore(state)
    assert [int(x) for x in other] == rest


def test_errors_of_interleaved_datasets_come_at_their_place():
    def fail(x):
        if x == 3:
            raise KeyError("no such thing")
        return x

    ds = data.Dataset.range(2).interleave(
        lambda n: data.Dataset.range(n * 2, n * 2 + 2).map(fail), cycle_length=2, num_parallel_calls=2
    )
    found = []
    with pytest.raises(KeyError, match="no such thing"):
        for x in ds:
            found.append(int(x))
    assert found == [0, 2, 1]
    with pytest.raises(ValueError, match="num_parallel_calls"):
        data.Dataset.range(2).interleave(data.Dataset.from_tensors, num_parallel_calls=0)


def test_counts_that_are_known(tmp_path):
    ds = data.Dataset.range(5).filter(lambda x: x > 1)
    ds.save(tmp_path / "one")
    ds.save(tmp_path / "two", shard_func=lambda x: x % 2)
    assert [len(data.Dataset.load(tmp_path / name)) for name in ("one", "two")] == [3, 3]
    assert data.Dataset.load(tmp_path / "two").shard_by_process(2, 0).cardinality() == data.UNKNOWN_CARDINALITY
    assert len(data.experimental.from_list([(1, "a"), (2, "b")])) == 2


def test_unknown_compressions(tmp_path):
    with pytest.raises(ValueError, match="compression_type of TextLineDataset.*gzip"):
        data.TextLineDataset(tmp_path / "a.txt", "gzip")
    with pytest.raises(ValueError, match="compression_type of CsvDataset"):
        data.experimental.CsvDataset(tmp_path / "a.csv", ["int32"], "BROTLI")


@pytest.mark.parametrize("readers", [None, 2, 3])
def test_a_missing_file_among_several_is_named_after_what_comes_before_it(tmp_path, readers):
    for name in "ac":
        with data.TFRecordWriter(tmp_path / name) as writer:
            for number in range(3):
                writer.write(f"{name}{number}".encode())
    ds = data.TFRecordDataset([tmp_path / name for name in "abc"], num_parallel_reads=readers)
    expected = {None: "a0 a1 a2", 2: "a0", 3: "a0"}[readers].encode().split()
    got, iterator = [], iter(ds)
    with pytest.raises(FileNotFoundError, match="/b: there is no such file"):
        for record in iterator:
            got.append(record)
    assert got == expected
    again = iter(ds)
    for _ in expected:
        next(again)
    position = again.state_bytes()
    iterator.restore(position)
    with pytest.raises(FileNotFoundError, match="/b"):
        next(iterator)
    assert sorted(ds.ignore_errors()) == b"a0 a1 a2 c0 c1 c2".split()
