"""Feature columns: ids, matrices, linear models, sequences, parsing specs and errors as TensorFlow 2.15 has them."""

import json

import numpy as np
import pytest

import kerax
from kerax.feature_column.inputs import FeatureInputs

from .cases import GOLDEN

FOLDER = GOLDEN / "estimators"
FILE = FOLDER / "fc_cases.json"
CASES = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else []
ALWAYS_ERRORS = (ValueError, TypeError)


def of_kind(kind):
    return [pytest.param(case, id=case["name"]) for case in CASES if case["kind"] == kind]


@pytest.fixture(scope="module")
def expected():
    with np.load(FOLDER / "fc_expected.npz", allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


@pytest.fixture(scope="module")
def table():
    return json.loads((FOLDER / "fc_inputs.json").read_text(encoding="utf-8"))


def build(value, made):
    if isinstance(value, list):
        return [build(item, made) for item in value]
    if not isinstance(value, dict):
        return value
    if "fn" in value:
        arguments = {key: build(item, made) for key, item in value["kwargs"].items()}
        return getattr(kerax.feature_column, value["fn"])(**arguments)
    if "py" in value:
        return eval(value["py"])
    if "dtype" in value:
        return value["dtype"]
    if "vocab" in value:
        return str(FOLDER / value["vocab"])
    if "ref" in value:
        return made[value["ref"]]
    return kerax.initializers.Constant(value["init"])


def columns_of(case):
    made = []
    for shared in case.get("shared", []):
        made.extend(build(shared, made))
    return [build(column, made) for column in case["columns"]]


def feature(spec):
    if spec["form"] == "ragged":
        return kerax.data.RaggedTensor.constant(spec["values"])
    values = np.array(spec["values"], object)
    if spec["dtype"] != "string":
        values = (
            values.astype(np.float32).astype(spec["dtype"])
            if spec["dtype"] == "float32"
            else values.astype(spec["dtype"])
        )
    if spec["form"] == "dense":
        return values
    return kerax.data.SparseTensor(np.array(spec["indices"]).reshape(-1, len(spec["shape"])), values, spec["shape"])


def features_of(case, table):
    return {key: feature(table[key]) for key in case["features"]}


def load(layer, case, expected):
    assert [list(weight.shape) for weight in layer.weights] == [weight["shape"] for weight in case["weights"]]
    layer.set_weights([expected[f"{case['name']}/weight{k}"] for k in range(len(case["weights"]))])


@pytest.mark.parametrize("case", of_kind("ids"))
def test_ids(case, table, expected):
    inputs = FeatureInputs(features_of(case, table))
    columns = columns_of(case)
    assert [column.name for column in columns] == case["column_names"]
    assert [column.num_buckets for column in columns] == case["num_buckets"]
    for i, column in enumerate(columns):
        ids = column.ids(inputs)
        np.testing.assert_array_equal(ids.values, expected[f"{case['name']}/ids{i}"])
        np.testing.assert_array_equal(ids.indices, expected[f"{case['name']}/indices{i}"])
        np.testing.assert_array_equal(ids.shape, expected[f"{case['name']}/shape{i}"])
        if f"{case['name']}/weight_values{i}" in expected:
            weights = np.zeros(ids.shape, np.float32)
            weights[tuple(expected[f"{case['name']}/weight_indices{i}"].T)] = expected[
                f"{case['name']}/weight_values{i}"
            ]
            np.testing.assert_array_equal(ids.weights, weights[tuple(ids.indices.T)])


@pytest.mark.parametrize("case", of_kind("dense"))
def test_dense_features(case, table, expected):
    columns = columns_of(case)
    assert [column.name for column in columns] == case["column_names"]
    layer, features = kerax.layers.DenseFeatures(columns), features_of(case, table)
    layer(features)
    load(layer, case, expected)
    parts = {}
    output = layer(features, cols_to_output_tensors=parts)
    np.testing.assert_allclose(output, expected[f"{case['name']}/output"], rtol=1e-6, atol=1e-6)
    for i, column in enumerate(columns):
        if f"{case['name']}/column{i}" in expected:
            part = expected[f"{case['name']}/column{i}"]
            np.testing.assert_allclose(parts[column], part.reshape(len(part), -1), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("case", of_kind("linear"))
def test_linear_models(case, table, expected):
    model = kerax.feature_column.LinearModel(
        columns_of(case), units=case.get("units", 1), sparse_combiner=case.get("sparse_combiner", "sum")
    )
    features = features_of(case, table)
    model(features)
    load(model, case, expected)
    np.testing.assert_allclose(model(features), expected[f"{case['name']}/output"], rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("case", of_kind("sequence"))
def test_sequences(case, table, expected):
    layer, features = kerax.layers.SequenceFeatures(columns_of(case)), features_of(case, table)
    layer(features)
    load(layer, case, expected)
    output, lengths = layer(features)
    np.testing.assert_allclose(output, expected[f"{case['name']}/output"], rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(lengths, expected[f"{case['name']}/lengths"])


@pytest.mark.parametrize("case", of_kind("spec"))
def test_parsing_specs(case):
    spec = kerax.feature_column.make_parse_example_spec(columns_of(case))
    found = {}
    for key, entry in spec.items():
        found[key] = {"type": type(entry).__name__, "dtype": entry.dtype}
        if found[key]["type"] == "FixedLenFeature":
            default = entry.default_value
            found[key] |= {"shape": list(entry.shape), "default_value": None if default is None else default.tolist()}
    assert found == case["parse_spec"]


@pytest.mark.parametrize("case", of_kind("error"))
def test_errors(case, table):
    with pytest.raises(ALWAYS_ERRORS) as caught:
        columns, features = columns_of(case), features_of(case, table)
        if case["error_kind"] == "ids":
            for column in columns:
                column.ids(FeatureInputs(features))
        elif case["error_kind"] == "sequence":
            kerax.layers.SequenceFeatures(columns)(features)
        else:
            kerax.layers.DenseFeatures(columns)(features)
    assert len(str(caught.value)) > 20
