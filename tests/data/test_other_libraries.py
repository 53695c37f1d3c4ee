"""Elements from other libraries' tables and loaders."""

import numpy as np
import pytest

from kerax import data

Dataset = data.Dataset


def table(tmp_path, columns, name="t.parquet", **options):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table(columns), tmp_path / name, **options)
    return arrow


def test_rows_of_parquet_files(tmp_path):
    table(tmp_path, {"a": [1, 2], "s": ["x", "y"]}, "1.parquet")
    table(tmp_path, {"a": [3], "s": ["z"]}, "2.parquet")
    ds = data.ParquetDataset(tmp_path / "*.parquet")
    assert ds.element_spec == {"a": data.TensorSpec((), "int64"), "s": data.TensorSpec((), "string")}
    assert [(int(row["a"]), row["s"]) for row in ds] == [(1, b"x"), (2, b"y"), (3, b"z")]
    assert len(ds) == 3
    with pytest.raises(ValueError, match="Did you mean 'a'"):
        data.ParquetDataset(tmp_path / "1.parquet", ["aa"])


def test_lists_in_parquet_files(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    fixed = arrow.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], arrow.list_(arrow.float32(), 2))
    table(tmp_path, {"fixed": fixed, "free": [[1, 2], [], [3]]}, row_group_size=2)
    ds = data.ParquetDataset(tmp_path / "t.parquet")
    assert [spec.shape for spec in ds.element_spec.values()] == [(2,), (None,)]
    assert [row["free"].tolist() for row in ds] == [[1, 2], [], [3]]
    (batch,) = ds.padded_batch(3)
    assert batch["free"].tolist() == [[1, 2], [0, 0], [3, 0]]
    assert batch["fixed"].tolist() == [[1, 2], [3, 4], [5, 6]]


def test_what_cannot_be_read_names_the_column(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    table(tmp_path, {"gap": [1, None], "when": arrow.array([0, 1], arrow.timestamp("s")), "deep": [[[1]], []]})
    with pytest.raises(ValueError, match="'gap' of type int64 has 1 missing"):
        list(data.ParquetDataset(tmp_path / "t.parquet", ["gap"]))
    for name in ("when", "deep"):
        with pytest.raises(TypeError, match=name):
            data.ParquetDataset(tmp_path / "t.parquet", [name])


def test_a_position_in_a_parquet_file_is_found_again(tmp_path):
    table(tmp_path, {"x": np.arange(100), "l": [[i] * (i % 3) for i in range(100)]}, row_group_size=7)
    ds = data.ParquetDataset(tmp_path / "t.parquet").shuffle(10, seed=3).padded_batch(4)
    iterator = iter(ds)
    for _ in range(9):
        next(iterator)
    state = iterator.state()
    rest = [batch["x"].tolist() for batch in iterator]
    again = iter(ds)
    again.restore(state)
    assert [batch["x"].tolist() for batch in again] == rest


def test_loaders_of_torch():
    torch = pytest.importorskip("torch")
    from torch.utils.data import DataLoader, TensorDataset

    tensors = TensorDataset(torch.arange(10).reshape(10, 1).float(), torch.arange(10))
    ds = Dataset.from_iterable(DataLoader(tensors, batch_size=4))
    assert [spec.shape for spec in ds.element_spec] == [(None, 1), (None,)]
    assert [labels.tolist() for _, labels in ds] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert [int(label) for _, label in ds.unbatch().skip(8)] == [8, 9]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_columns_of_frames(library):
    frames = pytest.importorskip(library)
    frame = frames.DataFrame({"a": [1, 2], "s": ["x", "y"], "f": [0.5, 1.5]})
    columns = dict(frame) if library == "pandas" else frame.to_dict()
    assert list(Dataset.from_tensor_slices((columns, frame["s"])))[1] == ({"a": 2, "s": b"y", "f": 1.5}, b"y")
    assert next(iter(Dataset.from_tensor_slices(frame[["a", "f"]]))).tolist() == [1, 0.5]
    with pytest.raises(TypeError, match="columns of a table as a dictionary"):
        Dataset.from_tensor_slices(frame)


def test_loaders_of_grain():
    grain = pytest.importorskip("grain")
    batches = grain.MapDataset.source(list(range(7))).map(np.float32).batch(3)
    for loader in (batches, batches.to_iter_dataset()):
        assert [batch.tolist() for batch in Dataset.from_iterable(loader)] == [[0, 1, 2], [3, 4, 5], [6]]
