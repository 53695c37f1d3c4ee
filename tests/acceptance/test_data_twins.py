"""Scripts about input pipelines that people bring from TensorFlow tutorials, typed against kerax."""

import numpy as np

import kerax
from kerax.data import Dataset, TensorSpec, io


def test_dataset_basics():
    x, y = np.arange(20).reshape(10, 2), np.arange(10)
    ds = Dataset.from_tensor_slices((x, y))
    for i, (a, b) in enumerate(ds):
        assert a.tolist() == x[i].tolist() and int(b) == i
    assert i == 9
    inc, dec = Dataset.range(100), Dataset.range(0, -100, -1)
    it = iter(Dataset.zip((inc, dec)).batch(4))
    first = next(it)
    assert first[0].tolist() == [0, 1, 2, 3] and first[1].tolist() == [0, -1, -2, -3]
    assert next(it)[1].tolist() == [-4, -5, -6, -7]
    padded = Dataset.range(5).map(lambda n: np.full([n], n)).padded_batch(5, padded_shapes=[None])
    triangle = [[0, 0, 0, 0], [1, 0, 0, 0], [2, 2, 0, 0], [3, 3, 3, 0], [4, 4, 4, 4]]
    assert next(iter(padded)).tolist() == triangle
    sh = Dataset.range(1000).shuffle(100, seed=1)
    one, two = [int(v) for v in sh], [int(v) for v in sh]
    assert sorted(one) == list(range(1000)) and one != two and one != sorted(one)
    assert all(v < i + 100 for i, v in enumerate(one))
    assert [int(v) for v in Dataset.range(3).repeat(2)] == [0, 1, 2, 0, 1, 2]
    assert [int(v) for v in Dataset.range(10).filter(lambda n: n % 2 == 0).take(3)] == [0, 2, 4]
    doubled = Dataset.range(4).map(lambda n: n * 2, num_parallel_calls=kerax.data.AUTOTUNE).prefetch(2)
    assert [int(v) for v in doubled] == [0, 2, 4, 6]
    e = next(iter(Dataset.from_tensor_slices({"a": [1, 2], "b": ["x", "y"]})))
    assert int(e["a"]) == 1 and e["b"] == b"x"
    assert list(ds.element_spec[0].shape) == [2] and int(ds.batch(3).cardinality()) == 4 and len(ds) == 10
    gen = Dataset.from_generator(lambda: iter([1.5, 2.5]), output_signature=TensorSpec((), "float32"))
    assert [float(v) for v in gen] == [1.5, 2.5]


def test_dataset_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    io.write_file("a.txt", "one\ntwo\n")
    io.write_file("b.txt", "three")
    assert [v.decode() for v in kerax.data.TextLineDataset(["a.txt", "b.txt"])] == ["one", "two", "three"]
    io.write_file("a.csv", "1,2.5,x\n4,,y\n")
    defaults = ["int32", np.array([9.0], "float32"), "string"]
    rows = list(kerax.data.experimental.CsvDataset("a.csv", defaults))
    assert [float(r[1]) for r in rows] == [2.5, 9.0] and rows[1][2] == b"y"
    train = kerax.data
    with io.TFRecordWriter("a.tfrecord") as w:
        for i in range(5):
            feature = {
                "id": train.Feature(int64_list=train.Int64List(value=[i])),
                "x": train.Feature(float_list=train.FloatList(value=[i, i + 0.5])),
                "name": train.Feature(bytes_list=train.BytesList(value=[b"n%d" % i])),
            }
            w.write(train.Example(features=train.Features(feature=feature)).SerializeToString())
    spec = {
        "id": io.FixedLenFeature([], "int64"),
        "x": io.FixedLenFeature([2], "float32"),
        "name": io.FixedLenFeature([], "string"),
    }
    ds = kerax.data.TFRecordDataset(["a.tfrecord"]).map(lambda r: io.parse_single_example(r, spec))
    got = list(ds)
    assert [int(g["id"]) for g in got] == [0, 1, 2, 3, 4] and got[3]["name"] == b"n3"
    assert np.allclose(got[2]["x"], [2, 2.5])
