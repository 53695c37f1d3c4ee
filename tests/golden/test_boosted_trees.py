"""Boosted trees as TensorFlow has grown them: losses, every node, metrics, predictions, importances, explanations."""

import json
import logging

import numpy as np
import pytest

import kerax
from kerax.estimators.boosted_trees.proto import decode_ensemble, encode_ensemble

from .cases import GOLDEN
from .test_feature_columns import build

E = kerax.estimators
FILE = GOLDEN / "estimators" / "boosted_trees.json"
RECORDS = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else []
KINDS = {"leaf": 0, "bucketized_split": 1, "categorical_split": 2}
TINY_GAIN = 1e-6  # below this a split separates nothing, and which one is taken depends on rounding


@pytest.fixture(autouse=True)
def quiet():
    level = E.logs.logger.level
    E.logs.logger.setLevel(logging.ERROR)
    yield
    E.logs.logger.setLevel(level)


@pytest.fixture(scope="module")
def table():
    return json.loads((GOLDEN / "estimators" / "train_dataset.json").read_text(encoding="utf-8"))


class Losses(E.SessionRunHook):
    def __init__(self):
        self.seen = []

    def before_run(self, run_context):
        return E.SessionRunArgs("loss")

    def after_run(self, run_context, run_values):
        self.seen.append(float(run_values.results))


def array(entry):
    return np.array(entry["values"], object if entry["dtype"] == "string" else entry["dtype"])


def centred(name, values):
    """A constant in all logits of a row changes nothing: with several classes only differences are defined."""
    values = np.array(values)
    return values - values.mean(axis=1, keepdims=True) if name == "logits" and values.shape[1] > 1 else values


@pytest.mark.parametrize("record", [pytest.param(one, id=one["case"]["name"]) for one in RECORDS])
def test_as_tensorflow(record, table, tmp_path):
    case = record["case"]
    features = {key: array(entry) for key, entry in table["features"].items() if key in case["features"]}
    labels = array(table["labels"][case["label"]])
    batch = case.get("batch", 60)

    def input_fn(data, repeat=False):
        dataset = kerax.data.Dataset.from_tensor_slices(data).batch(batch)
        return dataset.repeat() if repeat else dataset

    arguments = {key: build(value, []) for key, value in case["kwargs"].items()}
    estimator = getattr(E, case["cls"])(config=E.RunConfig(tmp_path, tf_random_seed=1), **arguments)
    hook = Losses()
    estimator.train(lambda: input_fn((features, labels), True), hooks=[hook], max_steps=case.get("max_steps"))
    np.testing.assert_allclose(hook.seen, record["losses"], rtol=1e-5, atol=1e-6)
    assert estimator.get_variable_names() == record["variable_names"]
    for name, values in record["quantile_boundaries"].items():
        np.testing.assert_array_equal(estimator.get_variable_value(name), np.array(values, np.float32))

    results = estimator.evaluate(lambda: input_fn((features, labels)))
    assert list(results) == list(record["evaluate"])
    for name, value in record["evaluate"].items():
        assert results[name] == pytest.approx(value, rel=1e-4), name
    predictions = list(estimator.predict(lambda: input_fn(features)))
    for name, values in record["predict"].items():
        found = centred(name, [one[name] for one in predictions])
        np.testing.assert_allclose(found, centred(name, values), rtol=1e-5, atol=2e-6)

    for normalize, key in ((False, "feature_importances"), (True, "feature_importances_normalized")):
        found = estimator.experimental_feature_importances(normalize)
        assert list(found) == list(record[key])
        np.testing.assert_allclose(list(found.values()), list(record[key].values()), rtol=1e-5)
    if "explanations_first6" in record:
        first = {key: value[:6] for key, value in features.items()}
        explained = estimator.experimental_predict_with_explanations(lambda: input_fn(first))
        for found, wanted in zip(explained, record["explanations_first6"], strict=True):
            assert found["bias"] == pytest.approx(wanted["bias"], abs=1e-6)
            assert list(found["dfc"]) == list(wanted["dfc"])
            np.testing.assert_allclose(list(found["dfc"].values()), list(wanted["dfc"].values()), atol=1e-6)

    stored = estimator.get_variable_value("boosted_trees:0_serialized").item()
    root = record["ensemble"]["trees"][0][0]
    compare(decode_ensemble(stored, len(root.get("value", root.get("original_leaf")))), record["ensemble"])


def compare(ensemble, wanted):
    assert (ensemble.trees_attempted, ensemble.layers_attempted) == (
        wanted["trees_attempted"],
        wanted["layers_attempted"],
    )
    metadata = [{"layers": tree.layers, "finalized": tree.finalized} for tree in ensemble.trees]
    assert metadata == wanted["metadata"]
    assert encode_ensemble(decode_ensemble(encode_ensemble(ensemble), ensemble.outputs)) == encode_ensemble(ensemble)
    for tree, nodes in zip(ensemble.trees, wanted["trees"], strict=True):
        pairs = [(0, 0)]
        while pairs:
            mine, theirs = pairs.pop()
            node = nodes[theirs]
            value = np.array(node.get("value", node.get("original_leaf")))
            assert tree.kind[mine] == KINDS[node["kind"]]
            np.testing.assert_allclose(centred("logits", [tree.value[mine]]), centred("logits", [value]), atol=1e-5)
            if node["kind"] == "leaf":
                continue
            assert tree.gain[mine] == pytest.approx(node["gain"], rel=1e-4, abs=2e-6)
            threshold = node.get("threshold_bucket", node.get("equals"))
            if (tree.feature[mine], tree.threshold[mine]) == (node["feature_id"], threshold):
                pairs += [(tree.left[mine], node["left"]), (tree.right[mine], node["right"])]
            elif node["gain"] > TINY_GAIN:
                assert is_mirrored(tree, mine, nodes, node)


def is_mirrored(tree, mine, nodes, node):
    """Two features may cut the same examples apart, with left and right exchanged: a tie."""
    here = [tree.value[tree.left[mine]], tree.value[tree.right[mine]]]
    there = [nodes[node[side]] for side in ("right", "left")]
    values = [np.array(child.get("value", child.get("original_leaf"))) for child in there]
    return all(np.allclose(a, b, atol=1e-5) for a, b in zip(here, values, strict=True))
