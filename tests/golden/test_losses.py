"""Losses against values recorded with tf.keras 2.15 and Keras 3.15: every class, reduction and function there."""

import json
from pathlib import Path

import numpy as np
import pytest

import kerax

FOLDER = Path(__file__).parent / "data" / "files" / "metrics_losses"
TOLERANCE = {"rtol": 1e-4, "atol": 1e-6}
LIBRARIES = ("tf215", "k3")

# Reductions that only one library has.
RECORDS = {library: json.loads((FOLDER / f"expected_{library}.json").read_text()) for library in LIBRARIES}
CLASSES = [(library, record) for library in LIBRARIES for record in RECORDS[library]["losses"]]
FUNCTIONS = [
    (library, record)
    for library in LIBRARIES
    for record in RECORDS[library]["functions"]
    if isinstance(record["losses"], dict)
]


def name_of(case):
    library, record = case
    return f"{library}-{record['id']}-{record.get('class', record.get('function'))}"


def array(recorded):
    if recorded is None:
        return None
    values = np.array(recorded["v"], dtype=object).astype(float)
    return values.astype(recorded["dtype"]).reshape(recorded["shape"])


@pytest.mark.parametrize("case", CLASSES, ids=name_of)
def test_classes(case):
    library, record = case
    y_true, y_pred, weight = (array(record[key]) for key in ("y_true", "y_pred", "sample_weight"))
    for reduction, expected in record["results"].items():

        def compute(reduction=reduction):
            loss = getattr(kerax.losses, record["class"])(**record["kwargs"], reduction=reduction)
            return loss(y_true, y_pred, sample_weight=weight)

        if "error" in expected:
            with pytest.raises((ValueError, TypeError)):
                compute()
            continue
        result = np.asarray(compute())
        values = array(expected)
        if library == "k3":  # 2.15 drops the axis that (n, 1) weights give to unreduced losses
            assert result.shape == values.shape
        np.testing.assert_allclose(result.ravel(), values.ravel(), **TOLERANCE)


@pytest.mark.parametrize("case", [c for c in CLASSES if "get_config" in c[1]], ids=name_of)
def test_configs(case):
    _, record = case
    loss = getattr(kerax.losses, record["class"])(**record["kwargs"], reduction="sum")
    config = loss.get_config()
    for key, value in record["get_config"].items():
        if key not in ("fn", "name"):
            assert config[key] == value, key
    again = kerax.losses.deserialize({"class_name": record["class"], "config": record["get_config"]})
    assert again.reduction == "sum"
    assert kerax.losses.deserialize(kerax.losses.serialize(loss)).get_config() == config


@pytest.mark.parametrize("case", FUNCTIONS, ids=name_of)
def test_functions(case):
    _, record = case
    function = getattr(kerax.losses, record["function"])
    y_true, y_pred = array(record["y_true"]), array(record["y_pred"])
    result = np.asarray(function(y_true, y_pred, **record["kwargs"]))
    expected = array(record["losses"])
    assert result.shape == expected.shape
    np.testing.assert_allclose(result, expected, **TOLERANCE)
    assert kerax.losses.get(record["function"]) is function
