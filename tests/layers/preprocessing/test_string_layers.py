"""Look-up, hashing and text layers against outputs that tf.keras 2.15 (TensorFlow 2.15.1) recorded."""

import json
from pathlib import Path

import numpy as np
import pytest

import kerax

TRUTH = json.loads((Path(__file__).parent / "string_layers.json").read_text(encoding="utf-8"))
# Keras 3 encodes arrays of any rank; tf.keras refused more than two axes.
RANK_LIMIT = ("one_hot", "multi_hot", "count", "tf_idf")


def name_of(case):
    arguments = {key: value for key, value in case["args"].items() if key != "vocabulary"}
    return f"{case['layer']}-{json.dumps(arguments)[1:-1]}-{json.dumps(case['inputs'])[:40]}"


def make(case):
    arguments = dict(case["args"])
    if isinstance(arguments.get("ngrams"), list):
        arguments["ngrams"] = tuple(arguments["ngrams"])
    return getattr(kerax.layers, case["layer"])(**arguments)


def check(layer, case):
    several = case.get("several")
    inputs = [np.array(one) for one in case["inputs"]] if several else np.array(case["inputs"])
    if "error" in case:
        if case["args"].get("output_mode") in RANK_LIMIT:
            return
        with pytest.raises(ValueError, match="in vocabulary"):
            layer(inputs)
        return
    outputs = np.asarray(layer(inputs))
    if outputs.dtype == object:
        assert [item.decode() for item in outputs.ravel()] == case["value"]
        return
    assert outputs.dtype.kind == np.dtype(case["dtype"]).kind
    assert outputs.shape == np.shape(case["value"])
    np.testing.assert_allclose(outputs, np.array(case["value"]).reshape(outputs.shape), rtol=1e-6)
    if not several and layer.compute_output_shape(inputs.shape) != outputs.shape:
        known = [size for size in layer.compute_output_shape(inputs.shape) if size is not None]
        assert len(layer.compute_output_shape(inputs.shape)) == outputs.ndim
        assert set(known) <= set(outputs.shape)


@pytest.mark.parametrize("case", TRUTH["calls"], ids=name_of)
def test_call(case):
    layer = make(case)
    check(layer, case)
    check(type(layer).from_config(layer.get_config()), case)


@pytest.mark.parametrize("case", TRUTH["adapted"], ids=name_of)
def test_adapted(case):
    layer = make(case)
    layer.adapt(np.array(case["data"]))
    assert layer.get_vocabulary() == case["vocabulary"]
    assert layer.vocabulary_size() == len(case["vocabulary"])
    check(layer, case)


@pytest.mark.parametrize("kind", ["U", "S", "O", "bytes"])
def test_every_kind_of_strings(kind):
    texts = np.array(["a é", "b a"])
    if kind == "S":
        texts = np.char.encode(texts, "utf-8")
    elif kind == "O":
        texts = texts.astype(object)
    elif kind == "bytes":
        texts = np.array([text.encode() for text in texts], object)
    layer = kerax.layers.TextVectorization(vocabulary=["a", "é"])
    assert layer(texts).tolist() == [[2, 3], [1, 2]]
    assert kerax.layers.Hashing(100)(texts).tolist() == kerax.layers.Hashing(100)(["a é", "b a"]).tolist()


def test_pandas_and_lists():
    pd = pytest.importorskip("pandas")
    layer = kerax.layers.StringLookup(vocabulary=["a", "b"])
    assert layer(pd.Series(["b", "x"])).tolist() == [2, 0]
    assert layer([["b"], ["x"]]).tolist() == [[2], [0]]
    layer = kerax.layers.StringLookup()
    layer.adapt(pd.Series(["b", "x", "x"]))
    assert layer.get_vocabulary() == ["[UNK]", "x", "b"]
