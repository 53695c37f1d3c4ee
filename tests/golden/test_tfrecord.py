"""TFRecord files and Example messages written and read by TensorFlow 2.15, damaged ones included."""

import base64
import json
import types

import numpy as np
import pytest

from kerax import data

from .cases import GOLDEN

FOLDER = GOLDEN / "files" / "tfrecord"
FILE = FOLDER / "expected.json"
RECORDED = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
ERRORS = {
    "DataLossError": data.DataLossError,
    "NotFoundError": FileNotFoundError,
    "InvalidArgumentError": ValueError,
    "UnicodeDecodeError": ValueError,  # what TensorFlow says about bytes that are no message
    "DecodeError": ValueError,
}


def text(value):
    return base64.b64decode(value["b64"]) if isinstance(value, dict) else value.encode()


def path(name):
    return str(FOLDER / name)


def read(files, compression="", **options):
    records = []
    try:
        for record in data.TFRecordDataset(files, compression, **options):
            records.append(record)
    except Exception as error:
        return records, error
    return records, None


def check_error(error, expected):
    if expected is None:
        assert error is None
    else:
        assert isinstance(error, ERRORS[expected["type"]]), f"expected {expected}, received {error!r}"


@pytest.mark.parametrize("name", sorted(RECORDED.get("raw", {})))
def test_records(name):
    case = RECORDED["raw"][name]
    expected = RECORDED["raw"][case["same_records_as"]] if "same_records_as" in case else case
    records, error = read(path(name), case["compression_type"])
    assert error is None
    assert records == [text(record) for record in expected["records"]]


@pytest.mark.parametrize("case", RECORDED.get("corrupt", []), ids=lambda case: case["file"])
def test_damaged_files(case):
    records, error = read(path(case["file"]), case["compression_type"])
    check_error(error, case["error"])
    assert len(records) == case["n_read_before_failure"]
    good = [text(record) for record in RECORDED["raw"]["good.tfrecord"]["records"]]
    assert (records == good[: len(records)]) == case["read_equal_good_prefix"]
    if error is not None:
        assert path(case["file"]) in str(error)
    ignoring = data.TFRecordDataset(path(case["file"]), case["compression_type"]).ignore_errors()
    if isinstance(case["n_yielded_with_ignore_errors"], int):
        assert len(list(ignoring.take(100))) == case["n_yielded_with_ignore_errors"]


@pytest.mark.parametrize("name", ["examples.tfrecord", "sequences.tfrecord"])
def test_builders_write_the_same_bytes(name):
    sources = RECORDED.get("example_source" if name == "examples.tfrecord" else "sequence_source", [])
    for source, record in zip(sources, read(path(name))[0], strict=True):
        message = example(source) if name == "examples.tfrecord" else sequence(source)
        assert message.SerializeToString(deterministic=True) == record
        assert type(message).FromString(record) == message


def feature(kind, values):
    if kind == "bytes":
        return data.Feature(bytes_list=data.BytesList(value=[text(value) for value in values]))
    if kind == "float":
        return data.Feature(float_list=data.FloatList(value=[float(value) for value in values]))
    return data.Feature(int64_list=data.Int64List(value=values)) if kind == "int64" else data.Feature()


def features(source):
    return data.Features(feature={key: feature(part["kind"], part["values"]) for key, part in source.items()})


def example(source):
    return data.Example(features=features(source))


def sequence(source):
    lists = {
        key: data.FeatureList(feature=[feature(part["kind"], step) for step in part["steps"]])
        for key, part in source["feature_lists"].items()
    }
    return data.SequenceExample(features(source["context"]), data.FeatureLists(feature_list=lists))


def spec(source):
    io = types.SimpleNamespace(
        **{
            name: getattr(data, name)
            for name in (
                "FixedLenFeature",
                "VarLenFeature",
                "FixedLenSequenceFeature",
                "SparseFeature",
                "RaggedFeature",
            )
        }
    )
    tf = types.SimpleNamespace(io=io, int64="int64", float32="float32", string="string")
    return eval(source, {"tf": tf, "np": np})


def lists(value):
    if isinstance(value, list):
        return [lists(item) for item in value]
    return value.decode() if isinstance(value, bytes) else value


def check(value, expected):
    if isinstance(expected, list):
        assert len(value) == len(expected)
        for one, two in zip(value, expected):
            check(one, two)
        return
    if set(expected) == {"sparse"}:
        wanted = expected["sparse"]
        assert isinstance(value, data.SparseTensor)
        np.testing.assert_array_equal(value.indices, np.array(wanted["indices"]).reshape(value.indices.shape))
        assert lists(value.values.tolist()) == wanted["values"]
        assert value.dense_shape.tolist() == wanted["dense_shape"]
    elif set(expected) == {"ragged"}:
        wanted = expected["ragged"]
        assert isinstance(value, data.RaggedTensor)
        assert lists(value.to_list()) == wanted["nested"]
        assert value.row_splits.dtype.name == wanted["row_splits_dtype"]
        assert [splits.tolist() for splits in value.nested_row_splits] == wanted["row_splits"]
    elif set(expected) == {"tensor"}:
        wanted = expected["tensor"]
        assert list(np.shape(value)) == wanted["shape"]
        if wanted["dtype"] == "string":
            assert lists(np.asarray(value, object).tolist()) == wanted["value"]
        else:
            assert value.dtype.name == wanted["dtype"]
            np.testing.assert_array_equal(value, np.array(wanted["value"], wanted["dtype"]).reshape(wanted["shape"]))
    else:
        assert set(value) == set(expected)
        for key, part in expected.items():
            check(value[key], part)


def attempt(function, *arguments):
    try:
        return function(*arguments), None
    except Exception as error:
        return None, error


def check_call(expected, function, *arguments):
    value, error = attempt(function, *arguments)
    if isinstance(expected, dict) and set(expected) == {"error"}:
        check_error(error, expected["error"])
    else:
        if error is not None:
            raise error
        check(value, expected)


@pytest.mark.parametrize("case", RECORDED.get("examples", []), ids=lambda case: case["features"][:60])
def test_parse_example(case):
    records, _ = read(path(case["file"]))
    wanted = spec(case["features"])
    for record, expected in zip(records, case["parse_single_example"], strict=True):
        check_call(expected, data.parse_single_example, record, wanted)
    batch = np.empty(len(records), object)
    batch[:] = records
    check_call(case["parse_example_batch"], data.parse_example, batch, wanted)
    if "error" not in case["parse_example_batch"]:  # many alike: compared with each other instead of read one by one
        many = np.tile(batch, 20)
        value = data.parse_example(many, wanted)
        for name, part in data.parse_example(batch, wanted).items():
            again = (
                value[name][np.arange(len(records))] if isinstance(part, np.ndarray) else value[name][: len(records)]
            )
            dense = [x if isinstance(x, np.ndarray) else getattr(x, "flat_values", x.values) for x in (again, part)]
            np.testing.assert_array_equal(*dense)


@pytest.mark.parametrize("case", RECORDED.get("sequence_examples", []), ids=lambda case: case["sequence_features"][:60])
def test_parse_sequence_example(case):
    records, _ = read(path(case["file"]))
    arguments = (spec(case["context_features"]), spec(case["sequence_features"]))
    for record, expected in zip(records, case["parse_single_sequence_example"], strict=True):
        check_call(expected, data.parse_single_sequence_example, record, *arguments)
    check_call(case["parse_sequence_example_batch"], data.parse_sequence_example, records, *arguments)


@pytest.mark.parametrize("case", RECORDED.get("misc", []), ids=lambda case: case["what"])
def test_other_cases(case):
    if "bytes" in case:
        record = base64.b64decode(case["bytes"]["b64"])
        check_call(case["parse_single_example"], data.parse_single_example, record, spec(case["features"]))
        expected = case["Example.FromString"]
        message, error = attempt(data.Example.FromString, record)
        check_error(error, expected.get("error"))
        if message is not None:
            found = message.features.feature
            got = {key: {"int64": f.int64_list.value, "float": f.float_list.value} for key, f in found.items()}
            assert got == expected
    elif case["what"] == "element_spec":
        dataset = data.TFRecordDataset(path("raw.tfrecord"))
        assert dataset.element_spec == data.TensorSpec((), "string") and dataset.cardinality() == case["cardinality"]
    elif case["what"] == "missing second file":
        records, error = read([path("second.tfrecord"), path("no_such_file.tfrecord")])
        check_error(error, case["error"])
        assert len(records) == case["n_read"] and "no_such_file" in str(error)
    elif "files" in case:
        reads = 2 if "num_parallel_reads=2" in case["what"] else None
        records, _ = read([path(name) for name in case["files"]], num_parallel_reads=reads)
        assert [len(record) for record in records] == case["lengths"]
    else:
        records, error = read(path(case["file"]), case["compression_type"])
        check_error(error, case["error"])
        assert len(records) == case["n_read"]
