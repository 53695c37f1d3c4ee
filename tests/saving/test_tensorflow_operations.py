"""Models of tf.keras 2.15 with TensorFlow's functions between layers: ``tf.reduce_mean(x, axis=1)``, ``x[:, 1:]``."""

import json
from pathlib import Path

import numpy as np
import pytest

import kerax
from kerax.saving.portable_config import portable_config
from kerax.saving.tf_keras_limits import require_tf_keras_words

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


@pytest.mark.parametrize("part", range(2))
def test_they_compute_what_tensorflow_does(part):
    for name, found in list(FOUND["models"].items())[part::2]:
        model = kerax.models.model_from_json(json.dumps(found["config"]))
        output = np.asarray(model.call(INPUTS))
        np.testing.assert_allclose(output, np.array(found["output"]), rtol=1e-5, atol=1e-5, err_msg=name)


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


@pytest.mark.parametrize("part", range(2))
def test_for_tf_keras_they_are_written_as_its_own(part):
    """What tf.keras would read is read here, without the operations that kerax keeps beside it."""

    def without_kept(value):
        if isinstance(value, dict):
            return {
                key: without_kept(item) for key, item in value.items() if key not in ("kerax_operation", "kerax_part")
            }
        return [without_kept(item) for item in value] if isinstance(value, list) else value

    for name, found in list(FOUND["models"].items())[part::2]:
        model = kerax.models.model_from_json(json.dumps(found["config"]))
        config = without_kept(portable_config(kerax.layers.serialize(model), tf_keras=True))
        require_tf_keras_words(config, name)
        copy = kerax.models.model_from_json(json.dumps(config))
        np.testing.assert_allclose(copy.call(INPUTS), np.array(found["output"]), rtol=1e-5, atol=1e-5, err_msg=name)
