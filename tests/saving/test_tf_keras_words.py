"""Files for tf.keras 2.15: which words it has, how it counts calls; and, where it is installed, the real library.

``tf_keras_arguments.json`` lists the arguments that the layers of tf.keras 2.15 take, beside name, trainable and dtype.
``KERAX_TF_PYTHON`` names an interpreter with TensorFlow 2.15 for the slow test.
"""

import json
import os
import pathlib
import subprocess
import sys

import h5py
import jax
import numpy as np
import pytest

import kerax
from kerax.layers import serialize
from kerax.saving.portable_config import portable_config

from .models_for_others import APART, OPERATIONS, ROWS, TOGETHER, all_models, single_layers

ARGUMENTS = {
    name: set(text.split()) | {"name", "trainable", "dtype", "layers", "batch_input_shape", "sparse", "ragged"}
    for name, text in json.loads((pathlib.Path(__file__).parent / "tf_keras_arguments.json").read_text()).items()
}
MODELS = {"Functional", "Sequential"}
NOT_FOUND = ("RandomFourierFeatures", "SpectralNormalization")  # by their names in files, not even in its own
OPEN_PYTHON = os.environ.get("KERAX_TF_PYTHON")


def check_words(entry):
    """Raises if tf.keras 2.15 could not make the layers of a configuration."""
    name, config = entry["class_name"], entry["config"]
    if name not in MODELS:
        assert name in ARGUMENTS, f"tf.keras has no layer {name}"
        assert set(config) <= ARGUMENTS[name], f"{name} takes no {sorted(set(config) - ARGUMENTS[name])}"
        return
    for layer in config["layers"]:
        check_words(layer)
    if name == "Functional":
        check_calls(config)


def check_calls(config):
    """Follows the graph as tf.keras does: only lists are calls, and making a nested model is its call 0."""
    made, waiting = set(), []
    for entry in config["layers"]:
        inner = entry["config"].get("layers", [{}])
        first = entry["class_name"] in MODELS and inner[0].get("class_name") == "InputLayer"
        if entry["class_name"] == "InputLayer":
            made.add((entry["name"], 0))
        waiting += [(entry["name"], i + first, node) for i, node in enumerate(entry["inbound_nodes"])]
    while waiting:
        later = [one for one in waiting if not all(place in made for place in places(one[2]))]
        assert len(later) < len(waiting), f"waits for ever: {later}"
        made |= {(name, i) for name, i, node in waiting if (name, i, node) not in later}
        waiting = later
    assert all(place in made for key in ("input_layers", "output_layers") for place in places(config[key]))


def places(value):
    """The (layer, call) pairs that a structure refers to; a leaf that is none is refused, as tf.keras does."""
    if isinstance(value, list) and len(value) in (3, 4) and isinstance(value[0], str):
        inner = list(value[3].values()) if len(value) == 4 else []
        return [(value[0], value[1]), *(p for v in inner if isinstance(v, list) and len(v) == 3 for p in places(v))]
    assert isinstance(value, (list, dict)), f"{value!r} is no call"
    items = list(value.values()) if isinstance(value, dict) else value
    return [place for item in items for place in places(item)]


def words(model, tf_keras):
    return json.loads(json.dumps(portable_config(serialize(model), tf_keras), default=lambda v: v.tolist()))


@pytest.mark.parametrize("dialect", [False, True])
def test_every_layer_has_words_that_tf_keras_knows(dialect):
    for name, model, _ in single_layers():
        if name.split("-")[0] not in NOT_FOUND:
            check_words(words(model, dialect))


@pytest.mark.parametrize("name", TOGETHER)
def test_layers_put_together_have_words_that_tf_keras_knows(name):
    model, _ = TOGETHER[name]()
    check_words(words(model, False))
    check_words(words(model, True))


@pytest.mark.parametrize("name", APART)
def test_tensors_as_arguments_need_the_dialect(name):
    model, _ = APART[name]()
    check_words(words(model, True))
    with pytest.raises(AssertionError):
        check_words(words(model, False))


@pytest.mark.parametrize("name", ["nested", "arithmetic", "slices", "MultiHeadAttention", "states"])
@pytest.mark.parametrize("way", ["m.keras", "m.h5", "dialect"])
def test_kerax_reads_what_it_writes(name, way, tmp_path):
    model, x = {**TOGETHER, **APART}[name]()
    x = x if len(x) > 1 else x[0]
    path = tmp_path / ("m.keras" if way == "dialect" else way)
    model.save(path, dialect="tf_keras" if way == "dialect" else None)
    again = kerax.models.load_model(path)
    for ours, expected in zip(jax.tree.leaves(again(x)), jax.tree.leaves(model(x)), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-6)
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]  # operations are back


@pytest.mark.parametrize("name", ["nested", "arithmetic", "shapes", *OPERATIONS])
@pytest.mark.filterwarnings("ignore:.*requested dtype int64")  # what Keras does with a whole number in JAX
def test_keras_opens_operations_and_nested_models(name, tmp_path):
    keras = pytest.importorskip("keras")
    model, x = {**TOGETHER, **OPERATIONS}[name]()
    model.save(tmp_path / "m.keras")
    theirs = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(theirs(x[0]), model(x[0]), rtol=1e-5, atol=1e-5)


def test_what_tf_keras_cannot_say_is_refused_by_name(tmp_path):
    x = kerax.Input((4,))
    model = kerax.Model(x, kerax.ops.sort(x))
    with pytest.raises(ValueError, match=r"the operation Sort \('sort'\)"):
        model.save(tmp_path / "m.keras", dialect="tf_keras")
    model = kerax.Sequential([kerax.Input((4,)), kerax.layers.RMSNormalization(name="rms")])
    with pytest.raises(ValueError, match=r"the layer RMSNormalization \('rms'\)"):
        model.save(tmp_path / "m.keras", dialect="tf_keras")
    with pytest.raises(ValueError, match="dialect must be"):
        model.save(tmp_path / "m.keras", dialect="tf")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_an_activation_that_changed_its_meaning(name, tmp_path):
    x = np.linspace(-4, 4, 6, dtype="float32").reshape(1, 6)
    model = kerax.Sequential([kerax.Input((6,)), kerax.layers.Activation("hard_sigmoid")])
    with pytest.warns(UserWarning, match="computes other numbers from this file"):
        model.save(tmp_path / name)
    np.testing.assert_allclose(kerax.models.load_model(tmp_path / name)(x), np.clip(x / 6 + 0.5, 0, 1), atol=1e-6)
    model = kerax.Sequential([kerax.Input((6,)), kerax.layers.Activation("legacy_hard_sigmoid")])
    model.save(tmp_path / name, dialect="tf_keras")  # no warning: both compute the same
    np.testing.assert_allclose(kerax.models.load_model(tmp_path / name)(x), np.clip(0.2 * x + 0.5, 0, 1), atol=1e-6)


def test_parts_of_attention_are_stored_once_under_both_names(tmp_path):
    model, _ = APART["MultiHeadAttention"]()
    model.save_weights(tmp_path / "m.weights.h5")
    with h5py.File(tmp_path / "m.weights.h5") as file:
        group = file["layers/multi_head_attention"]
        assert group["_query_dense"] == group["query_dense"]  # a hard link, as tf.keras looks for it
    before = model.get_weights()
    model.set_weights([w + 1 for w in before])
    assert not model.load_weights(tmp_path / "m.weights.h5").is_partial
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


def refused_elsewhere(python, folder, left_out, apart):
    """File name to what another library says of every model of ``models_for_others.py``, where it is not as here."""
    for name, model, x in all_models():
        if name in left_out:
            continue
        arrays = {f"in_{key}": array for key, array in x.items()} if isinstance(x, dict) else {}
        arrays = arrays or {f"in{i}": array for i, array in enumerate(x)}
        outputs = model(x if isinstance(x, dict) or len(x) > 1 else x[0])
        arrays |= {f"out{i}": np.asarray(array) for i, array in enumerate(jax.tree.leaves(outputs))}
        np.savez(folder / f"{name}.npz", **arrays)
        model.save(folder / f"{name}.keras", dialect=apart if name in APART else None)
        if apart or name not in (*APART, *OPERATIONS):  # an .h5 file is written for tf.keras
            model.save(folder / f"{name}.h5")
    script = pathlib.Path(__file__).with_name("open_elsewhere.py")
    environment = {name: value for name, value in os.environ.items() if name != "XLA_FLAGS"}  # not those of its XLA
    command = [python, script, folder]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert len(found) > 200
    return {name: what for name, what in found.items() if what}


@pytest.mark.slow
@pytest.mark.skipif(not OPEN_PYTHON, reason="KERAX_TF_PYTHON names no interpreter with TensorFlow 2.15")
@pytest.mark.filterwarnings("ignore")
def test_tf_keras_opens_everything(tmp_path):
    """But for what nothing of tf.keras can say."""
    left_out = {*OPERATIONS, *(f"{name}-rows-0" for name in NOT_FOUND), "SpectralNormalization-images-0"}
    assert refused_elsewhere(OPEN_PYTHON, tmp_path, left_out, "tf_keras") == {}


# Layers that Keras 3 has no more, and those for which it asks for TensorFlow.
NOT_IN_KERAS_3 = ("LocallyConnected", "ThresholdedReLU", "RandomHeight", "RandomWidth", "RandomFourierFeatures")
ASKS_FOR_TF = ("Hash", "IntegerLookup", "StringLookup", "TextVectorization")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_keras_3_opens_everything(tmp_path):
    """But for layers that it has not; of calls with several tensors by name, and of operations that no layer computes,
    it reads ``.keras`` files only.
    """
    pytest.importorskip("keras")
    gone = (*NOT_IN_KERAS_3, *ASKS_FOR_TF, *(f"adapted {name}" for name in ASKS_FOR_TF))
    left_out = {name for name, _, _ in all_models() if name.startswith(gone)}
    left_out.add("RandomCrop-images-0")  # does nothing there when it does not train, whatever it says of its shape
    assert refused_elsewhere(sys.executable, tmp_path, left_out, None) == {}


@pytest.mark.slow
def test_the_script_tells_differences(tmp_path):
    """The script that opens files elsewhere, with the Keras that is here."""
    pytest.importorskip("keras")
    inputs = kerax.Input((6,))
    kerax.Model(inputs, kerax.layers.Rescaling(2.0)(inputs)).save(tmp_path / "right.keras")
    (tmp_path / "wrong.keras").write_bytes((tmp_path / "right.keras").read_bytes())
    np.savez(tmp_path / "right.npz", in0=ROWS, out0=2 * ROWS)
    np.savez(tmp_path / "wrong.npz", in0=ROWS, out0=ROWS)
    script = pathlib.Path(__file__).with_name("open_elsewhere.py")
    done = subprocess.run([sys.executable, script, tmp_path], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["right.keras"] == "" and "differ" in found["wrong.keras"]
