"""Models of tf.keras 2.15 with TensorFlow's functions between layers: ``tf.reduce_mean(x, axis=1)``, ``x[:, 1:]``."""

import json
from pathlib import Path

import numpy as np
import pytest

import kerax

FOUND = json.loads(Path(__file__).with_name("tensorflow_operations.json").read_text())
INPUTS = [np.array(one, np.float32) for one in FOUND["inputs"]]


def entry(function, **arguments):
    x = {
        "class_name": "InputLayer",
        "config": {"batch_input_shape": [None, 3], "name": "x"},
        "name": "x",
        "inbound_nodes": [],
    }
    f = {"class_name": "TFOpLambda", "config": {"name": "f", "function": function}, "name": "f",
         "inbound_nodes": [["x", 0, 0, arguments]]}  # fmt: skip
    config = {"name": "m", "layers": [x, f], "input_layers": [["x", 0, 0]], "output_layers": [["f", 0, 0]]}
    return json.dumps({"class_name": "Functional", "config": config})


@pytest.mark.parametrize("part", range(4))
def test_they_compute_what_tensorflow_does(part):
    for name, found in list(FOUND["models"].items())[part::4]:
        model = kerax.models.model_from_json(json.dumps(found["config"]))
        output = np.asarray(model.call(INPUTS))
        np.testing.assert_allclose(output, np.array(found["output"]), rtol=1e-5, atol=1e-5, err_msg=name)
        if part == 0:  # written again in kerax's own words
            copy = kerax.Model.from_config(json.loads(json.dumps(model.get_config())))
            assert np.array_equal(copy.call(INPUTS), output)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("io.read_file", {}),
        ("nn.conv2d", {"filters": [1]}),
        ("py_function", {}),
        ("__operators__.__class__", {}),
        ("math.reduce_sum", {"unheard": 1}),
        ("math.cumsum", {"exclusive": True}),
        ("compat.v1.gather", {"indices": [0], "batch_dims": 1}),
        (None, {}),
    ],
)
def test_other_functions_are_refused_by_name(function, arguments):
    with pytest.raises(ValueError, match="TensorFlow|between layers"):
        kerax.models.model_from_json(entry(function, **arguments))
