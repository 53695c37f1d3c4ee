"""Metric functions and classes: results on recorded batches, as tf.keras 2.15 and Keras 3.15 gave them."""

import json

import numpy as np
import pytest

import kerax

from .cases import GOLDEN

TOLERANCE = {"rtol": 1e-5, "atol": 1e-6}
AREA_TOLERANCE = {"rtol": 1e-4, "atol": 1e-4}  # a sum over thresholds: a prediction near one may move a count
ABSENT = ("no such name", "no such class in this library")
FILES = {"keras3": "expected_k3.json", "tf215": "expected_tf215.json"}

# Where the two libraries differ kerax follows Keras 3.
DIFFERENT_IN_215 = {
    "binary_accuracy": "2.15 averages the last axis",
    "MeanIoU": "Keras 3 counts in int32 and leaves labels out of range out; 2.15 counts in float32 and raises",
}


def load(kind):
    cases = []
    for library, name in FILES.items():
        recorded = json.loads((GOLDEN / "files" / "metrics_losses" / name).read_text(encoding="utf-8"))
        cases += [pytest.param(library, case, id=f"{library}-{case['id']}-{title(case)}") for case in recorded[kind]]
    return cases


def title(case):
    return case.get("class") or case["function"]


def decode(value):
    """Arrays and scalars as they were; non-finite floats are written as text."""
    if isinstance(value, dict) and "v" in value:
        return np.asarray(_numbers(value["v"]), dtype=value["dtype"])
    return value


def _numbers(value):
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return float(value) if isinstance(value, str) else value


def check(actual, expected, tolerance, message):
    np.testing.assert_allclose(np.asarray(actual), decode(expected), err_msg=message, **tolerance)


@pytest.mark.parametrize(("library", "case"), load("functions"))
def test_function(library, case):
    if case["metrics"] in ABSENT:
        pytest.skip("not in this library")
    if library == "tf215" and case["function"] in DIFFERENT_IN_215:
        pytest.skip(DIFFERENT_IN_215[case["function"]])
    function = getattr(kerax.metrics, case["function"])
    actual = function(decode(case["y_true"]), decode(case["y_pred"]), **case["kwargs"])
    check(actual, case["metrics"], TOLERANCE, case["function"])


@pytest.mark.filterwarnings("ignore:.*cuts the fractions:UserWarning")
@pytest.mark.parametrize(("library", "case"), load("metrics"))
def test_metric(library, case):
    if case.get("error", {}).get("message") in ABSENT:
        pytest.skip("not in this library")
    if "error" in case:
        with pytest.raises((TypeError, ValueError)):
            getattr(kerax.metrics, case["class"])(**case["kwargs"])
        return
    kwargs = {k: v for k, v in case["kwargs"].items() if (k, v) != ("dtype", "float64")}  # JAX has none by default
    metric = getattr(kerax.metrics, case["class"])(**kwargs)
    if library == "tf215" and case["class"] in DIFFERENT_IN_215 and (case["weight"] or kwargs.get("num_classes") == 2):
        pytest.skip(DIFFERENT_IN_215[case["class"]])
    tolerance = AREA_TOLERANCE if case["class"] == "AUC" else TOLERANCE
    for i, batch in enumerate(case["batches"]):
        weight = None if batch["sample_weight"] is None else decode(batch["sample_weight"])
        arguments = [decode(batch[key]) for key in ("y_true", "y_pred") if batch.get(key) is not None]
        metric.update_state(*arguments, sample_weight=weight) if weight is not None else metric.update_state(*arguments)
        check(metric.result(), batch["result_after"], tolerance, f"after batch {i}")
    if library == "keras3":
        assert [v.name for v in metric.variables] == [v["name"] for v in case["variables"]]
        for variable, expected in zip(metric.variables, case["variables"]):
            if expected["value"] == "omitted":  # too long
                assert list(variable.shape) == expected["shape"]
                continue
            np.testing.assert_allclose(
                np.asarray(variable), np.asarray(_numbers(expected["value"])), rtol=1e-5, atol=1e-5
            )
    metric.reset_state()
    if case["class"] != "R2Score":
        check(metric.result(), case["result_after_reset"], tolerance, "after reset")
