"""Premade estimators along training, as TensorFlow 2.15 has them: losses, variables, metrics, predictions, files."""

import json
import logging
import os
import re

import numpy as np
import pytest

import kerax
from kerax.train import update_checkpoint_state, write_tensor_bundle

from .cases import GOLDEN
from .test_feature_columns import build as build_column

E = kerax.estimators
FOLDER = GOLDEN / "estimators"
CASES = sorted(path.stem for path in FOLDER.glob("train_*.npz"))


def sample():
    """The first case of every class, and those that record files, a second training or a warm start."""
    found, seen = set(), set()
    for name in CASES:
        case = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["case"]
        special = case.get("record_files") or case.get("warm_steps") or (case["cls"] == "LinearClassifier" and
                                                                         len(case["train"]) > 1)  # fmt: skip
        if special or case["cls"] not in seen:
            found.add(name)
        seen.add(case["cls"])
    return found


SAMPLE = sample()
PARAMETERS = [pytest.param(name, marks=() if name in SAMPLE else pytest.mark.slow) for name in CASES]
BATCH = 16
TEXT = re.compile(r"^training(_\d+)?/")
HYPER = re.compile(r"^training(_\d+)?/[^/]+/[^/]+$")  # numbers of an optimizer, such as its learning rate


@pytest.fixture(autouse=True)
def quiet():
    level = E.logs.logger.level
    E.logs.logger.setLevel(logging.ERROR)
    yield
    E.logs.logger.setLevel(level)


@pytest.fixture(scope="module")
def table():
    return json.loads((FOLDER / "train_dataset.json").read_text(encoding="utf-8"))


def column(entry):
    dtype = object if entry["dtype"] == "string" else entry["dtype"]
    return np.array(entry["values"], dtype=dtype)


def build(value, made):
    if isinstance(value, list):
        return [build(item, made) for item in value]
    if not isinstance(value, dict):
        return value
    if "opt" in value:
        return getattr(kerax.optimizers.legacy, value["opt"])(**value["kwargs"])
    if "opt_fn" in value:
        return lambda: getattr(kerax.optimizers.legacy, value["opt_fn"])(**value["kwargs"])
    if "head" in value:
        return getattr(E, value["head"])(**{key: build(item, made) for key, item in value["kwargs"].items()})
    if "act" in value:
        return getattr(kerax.activations, value["act"])
    if set(value) <= {"fn", "kwargs"} or "ref" in value:
        return build_column(value, made)
    return {key: build(item, made) for key, item in value.items()}


class Losses(E.SessionRunHook):
    def __init__(self):
        self.values = []

    def before_run(self, run_context):
        return E.SessionRunArgs("loss")

    def after_run(self, run_context, run_values):
        self.values.append(float(run_values.results))


def close(found, expected, rtol=1e-4, atol=1e-5):
    np.testing.assert_allclose(np.asarray(found, np.float64), np.asarray(expected, np.float64), rtol=rtol, atol=atol)


def plain(name):
    return TEXT.sub("training/", name)


def write_checkpoint(folder, arrays, step):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"model.ckpt-{step}")
    write_tensor_bundle(path, arrays)
    update_checkpoint_state(folder, path)


def sensitivity(case, init, input_fn, steps, tmp_path):
    """How far losses move when the first values move by the rounding of one operation; running maximum."""
    runs = []
    for factor in (1.0, 1.0 + 2.0**-23):
        folder = str(tmp_path / f"moved{factor}")
        moved = {k: (v * factor).astype(v.dtype) if v.dtype == np.float32 else v for k, v in init.items()}
        write_checkpoint(folder, moved, 0)
        losses = Losses()
        kwargs = {key: build(value, []) for key, value in case["kwargs"].items()}
        config = E.RunConfig(model_dir=folder, tf_random_seed=1)
        getattr(E, case["cls"])(config=config, **kwargs).train(input_fn, hooks=[losses], steps=steps)
        runs.append(losses.values)
    spread = np.maximum.accumulate(np.abs(np.subtract(*runs)))
    assert spread[-1] > 1e-3, "a training that is not chaotic has to agree"
    return spread


def tags_of(folder):
    from kerax.estimators.event_reader import read_events

    found = {}
    for step, tag, _ in read_events(folder):
        found.setdefault(tag, []).append(step)
    return found


@pytest.mark.parametrize("name", PARAMETERS)
def test_training(name, table, tmp_path):
    recorded = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    case = recorded["case"]
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in archive.files}
    group = {kind: {k[len(kind) + 1 :]: v for k, v in arrays.items() if k.startswith(kind + "/")} for kind in
             ("init", "final", "warm")}  # fmt: skip
    features = {key: column(table["features"][key]) for key in case.get("features") or table["features"]}
    if isinstance(case["label"], dict):
        labels = {head: column(table["labels"][key]) for head, key in case["label"].items()}
    else:
        labels = column(table["labels"][case["label"]])

    def input_fn(repeat=False, take=None, with_labels=True):
        data = kerax.data.Dataset.from_tensor_slices((features, labels) if with_labels else features)
        data = data.take(take) if take else data
        return data.batch(BATCH).repeat() if repeat else data.batch(BATCH)

    made = []
    for shared in case.get("shared", []):
        shared = {**shared, "kwargs": {**shared["kwargs"], "trainable": False}}  # as it was recorded
        made.extend(build_column(shared, made))
    kwargs = {key: build(value, made) for key, value in case["kwargs"].items()}
    folder = str(tmp_path / "model")
    if group["warm"]:
        write_checkpoint(str(tmp_path / "warm"), group["warm"], case["warm_steps"])
        kwargs["warm_start_from"] = str(tmp_path / "warm")
    else:
        write_checkpoint(folder, group["init"], 0)
    config = E.RunConfig(model_dir=folder, tf_random_seed=case.get("seed", 1234), **case.get("run_config", {}))
    estimator = getattr(E, case["cls"])(config=config, **kwargs)

    for steps, expected in zip(case["train"], recorded["losses"], strict=True):
        losses = Losses()
        estimator.train(lambda: input_fn(repeat=True), hooks=[losses], steps=steps)
        if not np.allclose(losses.values, expected, rtol=1e-4, atol=1e-5):
            spread = sensitivity(case, group["init"], lambda: input_fn(repeat=True), steps, tmp_path)
            assert np.all(np.abs(np.subtract(losses.values, expected)) <= 1e-4 * np.abs(expected) + 30 * spread)
            return  # rounding decides where this training goes, in TensorFlow as here

    assert [plain(n) for n in estimator.get_variable_names()] == sorted(plain(n) for n in recorded["variable_names"])
    assert estimator.get_variable_names() == recorded["variable_names"]
    for variable, expected in group["final"].items():
        found = estimator.get_variable_value(variable)
        assert found.shape == expected.shape and found.dtype == expected.dtype, variable
        close(found, expected, atol=1e-5)

    metrics = estimator.evaluate(input_fn)
    assert list(metrics) == [*sorted(set(recorded["evaluate"]) - {"global_step"}), "global_step"]
    for key, expected in recorded["evaluate"].items():
        close(metrics[key], expected)
    if "evaluate_steps2" in recorded:
        for key, value in estimator.evaluate(input_fn, steps=2, name="two").items():
            close(value, recorded["evaluate_steps2"][key])

    batch = next(estimator.predict(lambda: input_fn(take=6, with_labels=False), yield_single_examples=False))
    batch = {"/".join(key) if isinstance(key, tuple) else key: value for key, value in batch.items()}
    assert set(batch) == set(recorded["predict_batch_types"])
    for key, (dtype, shape) in recorded["predict_batch_types"].items():
        assert (str(batch[key].dtype), list(batch[key].shape)) == (dtype, shape), key
        expected = [row[key] for row in recorded["predict_first6"]]
        if dtype == "object":
            assert batch[key].tolist() == [[word.encode() for word in row] for row in expected], key
        else:
            close(batch[key], expected)

    if case.get("record_files"):
        files = {file for file in os.listdir(folder) if "tfevents" not in file}
        assert files == {f for f in recorded["files"] if not f.endswith((".meta", ".pbtxt"))}
        expected = recorded["summary_tags"]
        assert tags_of(folder) == expected["train"]
        assert tags_of(estimator.eval_dir()) == expected["eval"]
        assert tags_of(estimator.eval_dir("two")) == expected["eval_two"]
