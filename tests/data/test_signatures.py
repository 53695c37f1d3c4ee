"""Arguments of kerax.data, preprocessing and datasets: names, order and defaults of TensorFlow 2.15's.

``tf_signatures.json`` says for each function what ``inspect.signature`` gave there, functions that take
``*args`` left out.
"""

import importlib
import inspect
import json
from pathlib import Path

import numpy as np
import pytest

from kerax import data
from kerax.data import experimental, io, strings

FACTS = json.loads((Path(__file__).parent / "tf_signatures.json").read_text())
# Keras 3's newer order, and Python's own numbers for types.
DIFFERENT = {
    "data.Dataset.map": "two newer arguments stand before the name",
    "preprocessing.image.load_img": "Keras 3 has `grayscale` last",
    "preprocessing.image.DirectoryIterator": "what flow_from_directory passes on is passed by name",
}


def arguments(name):
    parts = name.split(".")
    for split in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(["kerax", *parts[:split]]))
        except ModuleNotFoundError:
            continue
        for part in parts[split:]:
            found = getattr(found, part)
        break
    for parameter in inspect.signature(found).parameters.values():
        if parameter.name == "self":
            continue
        default = parameter.default
        if default is parameter.empty:
            yield parameter.name
        else:
            shown = repr(default).replace("'", '"').replace(" ", "")
            yield f"{parameter.name}={getattr(default, '__name__', shown)}"


def same(ours, theirs):
    """Whether an argument is the same; types are names: ``"int32"`` for ``int32``."""
    return ours.replace('"', "") == theirs.replace('"', "")


@pytest.mark.parametrize("name", sorted(set(FACTS) - set(DIFFERENT)))
def test_arguments_are_tensorflows(name):
    wanted = FACTS[name].split()
    have = list(arguments(name))
    assert len(have) >= len(wanted)
    assert [(ours, theirs) for ours, theirs in zip(have, wanted) if not same(ours, theirs)] == []


def test_a_wrong_argument_of_a_transformation_is_an_error_at_once():
    with pytest.raises(TypeError, match="bucket_boundaries"):
        experimental.bucket_by_sequence_length(len, buckets=[3])


def test_choose_from_datasets_goes_on_in_experimental():
    short, long = data.Dataset.range(1), data.Dataset.range(10, 13)
    choice = data.Dataset.from_tensor_slices(np.array([0, 0, 1, 1]))
    assert [int(x) for x in experimental.choose_from_datasets([short, long], choice)] == [0, 10, 11]
    assert [int(x) for x in data.Dataset.choose_from_datasets([short, long], choice)] == [0]


def test_the_experimental_writer_takes_a_dataset(tmp_path):
    with pytest.raises(TypeError, match="single texts"):
        experimental.TFRecordWriter(tmp_path / "a").write(data.Dataset.range(3))
    writer = experimental.TFRecordWriter(tmp_path / "a", "GZIP")
    writer.write(data.Dataset.from_tensor_slices(["a", "b"]))
    assert list(data.TFRecordDataset(tmp_path / "a", "GZIP")) == [b"a", b"b"]


def test_record_options_are_in_tensorflows_order():
    assert io.TFRecordOptions("ZLIB", None, None, None, None, 3).compression_level == 3
    with pytest.raises(TypeError, match="compresion_level"):
        io.TFRecordOptions("ZLIB", compresion_level=3)


@pytest.mark.parametrize(("errors", "expected"), [("replace", [97, 65533, 98, 65533]), ("ignore", [97, 98])])
def test_control_characters_can_be_replaced(errors, expected):
    points = strings.unicode_decode(b"a\x01b\xff", "UTF-8", errors, replace_control_characters=True)
    assert points.tolist() == expected


def test_a_window_of_a_smaller_picture():
    jpeg = io.encode_jpeg(np.zeros((16, 16, 3), "uint8"))
    assert io.decode_and_crop_jpeg(jpeg, [0, 0, 8, 4], 3, 2).shape == (8, 4, 3)
    with pytest.raises(ValueError, match="crop window"):
        io.decode_and_crop_jpeg(jpeg, [0, 0, 9, 4], 3, 2)


# ---------------------------------------------------------------- errors where a step is written, not while iterating


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda ds: ds.map(lambda a, b: a), "one argument, the element"),
        (lambda ds: data.Dataset.zip((ds, ds)).shuffle(2).batch(2).filter(lambda a: True), "2 components"),
        (lambda ds: ds.interleave(lambda: ds), "too many positional"),
        (lambda ds: ds.flat_map(lambda a, b: ds), "'b'"),
        (lambda ds: ds.map(lambda a: (a, -a)).shuffle(2).map(lambda a: a), "2 components"),
        (lambda ds: ds.map(lambda a: [a, a / 2]).batch(2).filter(lambda a, b, c: True), "'c'"),
        (lambda ds: ds.flat_map(lambda a: (a, a)), "must return a Dataset"),
    ],
)
def test_a_function_of_other_arguments_is_refused(make, message):
    with pytest.raises(TypeError, match=message):
        make(data.Dataset.range(3))


def test_a_function_of_other_components_is_refused():
    ds = data.Dataset.from_tensor_slices({"size": [1, 2], "inner": ([3, 4], {"deep": [5, 6]})})
    with pytest.raises(KeyError, match="no component 'sizes'.*Did you mean 'size'"):
        ds.map(lambda d: (d["size"] * 2, d["sizes"]))
    with pytest.raises(KeyError, match="no component 'deeper'"):
        ds.filter(lambda d: d["inner"][1]["deeper"] > 1)
    with pytest.raises(KeyError, match="no component 'y'"):
        ds.map(lambda d: {"x": d["size"] + 1}).repeat(2).map(lambda d: d["y"])
    # What would be found out by running it only, or is none of a component, is left alone.
    table, seen = {1: 10, 2: 20}, []
    kept = [
        ds.map(lambda d: d["sizes"] if "sizes" in d else d["size"]),
        ds.map(lambda d: d.get("sizes", d["size"])),
        ds.map(lambda d: table[int(d["size"])] // 10),
        ds.map(lambda d: seen.append(1) or d["size"]),
        ds.map(lambda d: np.int32(d["size"]) if d["size"] else d["sizes"]),
    ]
    assert seen == []
    assert [[int(x) for x in one] for one in kept] == [[1, 2]] * 5


def test_a_function_written_in_c_is_called():
    assert data.Dataset.range(3).map(np.negative).as_numpy_iterator().__next__() == 0


@pytest.mark.parametrize(
    ("shape", "value", "kind"), [([2], None, ValueError), ([4, 4], None, ValueError), ([4], "x", TypeError)]
)
def test_padding_that_cannot_fit_is_refused(shape, value, kind):
    with pytest.raises(kind, match=r"padded|padding"):
        data.Dataset.from_tensors(np.zeros(3, "int32")).repeat(2).padded_batch(2, shape, value)


def test_a_table_without_columns_is_refused(tmp_path):
    with pytest.raises(ValueError, match="record_defaults"):
        experimental.CsvDataset(tmp_path / "a.csv", [])


def test_a_row_of_another_length_is_named_by_its_line(tmp_path):
    (tmp_path / "a.csv").write_text('a,b\n"x\ny",2\n1,2,3\n')
    with pytest.raises(ValueError, match=r"a\.csv, line 4: 3 fields where 2"):
        experimental.make_csv_dataset(str(tmp_path / "a.csv"), 1, num_epochs=1)
