"""Checkpoints that real TensorFlow wrote: the same tensors and refusals, and training goes on with the same losses."""

import json

import numpy as np
import pytest

import kerax
from kerax.saving.tensor_bundle import TensorBundle

from .cases import _files, model_cases
from .custom import CUSTOM_OBJECTS
from .test_models import run

CASES = sorted(path.parent for path in _files("checkpoints").glob("*/meta.json"))
META = {path: json.loads((path / "meta.json").read_text(encoding="utf-8")) for path in CASES}
WITH_TENSORS = [path for path in CASES if "variables" in META[path]]
DAMAGED = [(path, row) for path in CASES for row in META[path].get("damaged", [])]
RESUMED = [path for path in WITH_TENSORS if "optimizer" in META[path]]
SAVED_MODELS = [path for path in CASES if (path / "saved").is_dir()]
WEIGHTS = [case for case in model_cases() if (case.path / "tf_weights").is_dir()]
# kerax keeps the summary of Discretization's adapt() outside of variables; one layer shared in a wrapper is two layers.
OTHER_COUNT = {"prep_discretization_adapt", "func_shared_in_wrapper"}


def name_of(case):
    return getattr(case, "name", str(case))


def arrays(path):
    with np.load(path / "expected.npz", allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


@pytest.mark.parametrize("path", WITH_TENSORS, ids=name_of)
def test_every_tensor(path):
    meta, expected = META[path], arrays(path)
    reader = kerax.train.load_checkpoint(path / meta["checkpoint_prefix"])
    assert set(reader.get_variable_to_shape_map()) == {row["name"] for row in meta["variables"]}
    for row in meta["variables"]:
        value = np.asarray(reader.get_tensor(row["name"]), dtype=object if row["dtype"] == "string" else None)
        assert list(value.shape) == row["shape"] == reader.get_variable_to_shape_map()[row["name"]], row
        if row["dtype"] == "string":
            assert [len(text) for text in value.ravel()] == row["string_lengths"]
        else:
            assert value.dtype.name == row["dtype"] == reader.get_variable_to_dtype_map()[row["name"]].name
            stored = value.astype(np.float32) if row["dtype"] == "bfloat16" else value
            np.testing.assert_array_equal(stored, expected[row["key"]])


@pytest.mark.parametrize("path", [p for p in WITH_TENSORS if (p / "checkpoint").exists()], ids=name_of)
def test_the_latest_of_a_folder_that_was_moved(path):
    latest = kerax.train.latest_checkpoint(path)
    assert latest == str(path / META[path].get("latest_checkpoint", META[path]["checkpoint_prefix"]))


@pytest.mark.parametrize("path, row", DAMAGED, ids=lambda value: value["name"] if isinstance(value, dict) else "")
def test_damaged_files_are_refused_where_tensorflow_refuses_them(path, row):
    prefix = path / row["name"]
    if "open_error" in row:
        with pytest.raises(ValueError, match=row["name"]):
            TensorBundle(prefix)
        return
    bundle = TensorBundle(prefix)
    for name, outcome in row["read"].items():
        if isinstance(outcome, dict) and "error" in outcome:
            with pytest.raises((ValueError, FileNotFoundError), match=row["name"]):
                bundle[name]
        else:
            bundle[name]


@pytest.mark.parametrize("path", RESUMED, ids=name_of)
def test_training_goes_on_with_the_same_losses(path):
    meta, expected = META[path], arrays(path)
    config = {"module": "keras", "class_name": "Sequential", "config": meta["model_config"]}
    model = kerax.models.model_from_json(json.dumps(config))
    family = kerax.optimizers.legacy if "legacy" in path.name else kerax.optimizers
    optimizer = getattr(family, meta["optimizer"]["class_name"]).from_config(meta["optimizer"]["config"])
    model.compile(optimizer=optimizer, loss="mse")
    step, extra = kerax.Variable(0), {"b": [kerax.Variable([0.0, 0.0]), kerax.Variable(0)]}
    checkpoint = kerax.train.Checkpoint(model=model, optimizer=optimizer, step=step, extra=extra)
    status = checkpoint.restore(path / meta["checkpoint_prefix"])
    status.assert_existing_objects_matched()
    assert int(step) == 10 and int(checkpoint.save_counter) == 3
    np.testing.assert_array_equal(extra["b"][0], [1, 2])
    for weight, name in zip(
        model.get_weights(), sorted(key for key in expected if key[0] == "w" and key[1:].isdigit())
    ):
        np.testing.assert_array_equal(weight, expected[name])
    batches = [(expected[f"train_x_step{i:02d}"], expected[f"train_y_step{i:02d}"]) for i in range(10, 15)]
    losses = [float(model.train_on_batch(x, y)) for x, y in batches]
    np.testing.assert_allclose(losses, expected["train_loss"][10:], rtol=1e-4)
    # All that is left is the text, which no kerax variable can hold.
    assert status._restoration.unused() == ["extra/a/.ATTRIBUTES/VARIABLE_VALUE"]


@pytest.mark.parametrize("path", SAVED_MODELS, ids=name_of)
def test_the_variables_of_a_saved_model(path):
    expected = arrays(path)
    layers = kerax.layers
    model = kerax.Sequential(
        [kerax.Input((6,)), layers.Dense(5, activation="relu"), layers.BatchNormalization(), layers.Dense(2)]
    )
    model.load_weights(path / "saved")
    np.testing.assert_allclose(model.predict(expected["in0"], verbose=0), expected["out0"], rtol=1e-5, atol=1e-6)


# JAX has no int64 here, and says so where a recorded configuration asks for it.
@pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64")
@pytest.mark.parametrize("case", WEIGHTS, ids=name_of)
def test_weights_of_models(case):
    missing = sorted(
        name for name in case.layer_classes if not hasattr(kerax.layers, name) and name not in CUSTOM_OBJECTS
    )
    if missing:
        pytest.skip(f"layers not there yet: {', '.join(missing)}")
    model = kerax.models.model_from_json(json.dumps(case.config), custom_objects=CUSTOM_OBJECTS)
    if not model.built:
        run(model, case)
    report = model.load_weights(case.path / "tf_weights" / "model")
    assert not report.missing and not report.skipped
    weights = case.numbered("w")
    assert len(model.weights) == len(weights) or case.path.name in OTHER_COUNT
    for variable, weight in zip(model.weights, weights):
        np.testing.assert_array_equal(variable, weight, err_msg=variable.path)
