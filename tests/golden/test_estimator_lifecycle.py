"""What happens around training: hooks, checkpoints, event files, ends of input, errors, as TensorFlow 2.15 has it."""

import json
import logging
import os

import numpy as np
import pytest

import kerax
from kerax.estimators.event_reader import read_events

from .cases import GOLDEN

E, fc = kerax.estimators, kerax.feature_column
FILE = GOLDEN / "estimators" / "lifecycle.json"
if not FILE.exists():
    pytest.skip("no recorded life cycle in this folder", allow_module_level=True)
RECORDED = json.loads(FILE.read_text(encoding="utf-8"))
TABLE = json.loads((FILE.parent / "train_dataset.json").read_text(encoding="utf-8"))
X = np.array(TABLE["features"]["x1"]["values"], np.float32)
Y = np.array(TABLE["labels"]["y_reg"]["values"], np.float32)
COLUMNS = [fc.numeric_column("x1")]


def fn(repeat=True, y=None):
    def input_fn():
        data = kerax.data.Dataset.from_tensor_slices(({"x1": X}, Y if y is None else y)).batch(16)
        return data.repeat() if repeat else data

    return input_fn


@pytest.fixture
def make(tmp_path):
    count = [0]

    def new(**config):
        count[0] += 1
        folder = str(tmp_path / str(count[0]))
        return E.LinearRegressor(COLUMNS, config=E.RunConfig(model_dir=folder, tf_random_seed=3, **config))

    return new


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


@pytest.fixture(autouse=True)
def log():
    logger, lines = E.logs.logger, Lines()
    before, level, propagate = logger.handlers[:], logger.level, logger.propagate
    logger.handlers[:], logger.propagate = [lines], False
    logger.setLevel(logging.INFO)
    yield lines.lines
    logger.handlers[:], logger.propagate = before, propagate
    logger.setLevel(level)


class Trace(E.SessionRunHook):
    def __init__(self, log, name):
        self.log, self.name = log, name

    def begin(self):
        self.log.append(f"{self.name}:begin")

    def after_create_session(self, session, coord):
        self.log.append(f"{self.name}:after_create_session")

    def before_run(self, context):
        self.log.append(f"{self.name}:before_run")

    def after_run(self, context, values):
        self.log.append(f"{self.name}:after_run")

    def end(self, session):
        self.log.append(f"{self.name}:end")


class Saves(E.CheckpointSaverListener):
    def __init__(self):
        self.log = []

    def begin(self):
        self.log.append("begin")

    def before_save(self, session, step):
        self.log.append(f"before_save {step}")

    def after_save(self, session, step):
        self.log.append(f"after_save {step}")

    def end(self, session, step):
        self.log.append(f"end {step}")


def files(folder):
    return sorted(name for name in os.listdir(folder) if "tfevents" not in name)


def without_graph(names):
    return sorted(name for name in names if not name.endswith((".meta", ".pbtxt")))


def tags(folder):
    found = {}
    for step, tag, _ in read_events(folder):
        found.setdefault(tag, []).append(step)
    return found


def close(found, expected):
    assert list(found) == [*sorted(set(expected) - {"global_step"}), "global_step"]
    for key, value in expected.items():
        np.testing.assert_allclose(found[key], value, rtol=1e-4)


def test_hook_order(make):
    expected, log = RECORDED["hook_order"], []
    model = make(save_checkpoints_steps=1000)
    model.train(fn(), hooks=[Trace(log, "a"), Trace(log, "b")], steps=2)
    assert log == expected["train"]
    log.clear()
    model.evaluate(fn(False), hooks=[Trace(log, "e")])
    assert log == expected["evaluate_4_batches"]
    log.clear()
    list(model.predict(fn(False), hooks=[Trace(log, "p")]))
    assert log == expected["predict_4_batches"]


def test_checkpoints_summaries_and_log(make, log):
    expected, saves = RECORDED["checkpoints"], [Saves() for _ in range(4)]
    settings = {"save_checkpoints_steps": 60, "keep_checkpoint_max": 3}
    model = make(**settings, save_summary_steps=50, log_step_count_steps=40)
    model.train(fn(), steps=250, saving_listeners=[saves[0]])
    lines = [line.split("(")[0].strip() for line in log if line.startswith("loss = ")]
    for line, wanted in zip(lines, expected["log_lines_with_step"], strict=True):
        (loss, step), (wanted_loss, wanted_step) = (one.split(", step = ") for one in (line, wanted))
        assert step == wanted_step
        np.testing.assert_allclose(float(loss[7:]), float(wanted_loss[7:]), rtol=1e-4)
    assert saves[0].log == expected["listener"]
    assert files(model.model_dir) == without_graph(expected["files"])
    with open(os.path.join(model.model_dir, "checkpoint"), encoding="utf-8") as file:
        assert file.read().splitlines() == expected["state"]
    assert tags(model.model_dir) == expected["summary_steps"]
    model.train(fn(), max_steps=200, saving_listeners=[saves[1]])
    assert saves[1].log == expected["max_steps_already_reached"]
    model.train(fn(), max_steps=300, saving_listeners=[saves[2]])
    assert saves[2].log == expected["max_steps_300_listener"]
    assert os.path.basename(model.latest_checkpoint()) == expected["max_steps_300_latest"]
    model.train(fn(), steps=10, saving_listeners=[saves[3]])
    assert saves[3].log == expected["steps_10_more_listener"]
    assert files(model.model_dir) == without_graph(expected["files_end"])
    assert tags(model.model_dir) == expected["summary_steps_end"]


def test_ends_of_input(make):
    expected, model = RECORDED["exhaustion"], make()
    for key, arguments in (("no_steps", {}), ("steps_10_short_input", {"steps": 10})):
        model.train(fn(False), **arguments)
        assert os.path.basename(model.latest_checkpoint()) == expected[key]
    model.train(fn(), steps=3)
    assert os.path.basename(model.latest_checkpoint()) == expected["steps_3"]
    close(model.evaluate(fn(), steps=3), expected["evaluate_repeat_steps3"])
    close(model.evaluate(fn(False), steps=100), expected["evaluate_short_input_steps100"])
    earlier = os.path.join(model.model_dir, "model.ckpt-4")
    close(model.evaluate(fn(False), checkpoint_path=earlier), expected["evaluate_checkpoint_4"])


def test_train_and_evaluate(make):
    expected, calls = RECORDED["train_and_evaluate"], []
    model = make(save_checkpoints_steps=20)

    class Recording:
        name = "rec"

        def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
            calls.append(
                {
                    "path": os.path.relpath(export_path, model.model_dir),
                    "ckpt": os.path.basename(checkpoint_path),
                    "keys": sorted(eval_result),
                    "final": bool(is_the_final_export),
                }
            )

    spec = E.EvalSpec(fn(False), steps=None, name="val", throttle_secs=0, exporters=[Recording()])
    result = E.train_and_evaluate(model, E.TrainSpec(fn(), max_steps=50), spec)
    assert calls == expected["calls"]
    assert [type(result).__name__, type(result[0]).__name__, sorted(result[0])] == expected["result_is"][:3]
    assert result[1] == [None]
    assert sorted(d for d in os.listdir(model.model_dir) if d.startswith("eval")) == expected["eval_dirs"]
    found = tags(model.eval_dir("val"))
    assert {key: found[key] for key in expected["eval_steps"]} == expected["eval_steps"]
    again = E.train_and_evaluate(model, E.TrainSpec(fn(), max_steps=50), E.EvalSpec(fn(False), throttle_secs=0))
    assert list(again) == expected["second_call_result"]
    model = make(save_checkpoints_steps=20)
    E.train_and_evaluate(model, E.TrainSpec(fn(), max_steps=100), E.EvalSpec(fn(False), steps=None))
    assert tags(model.eval_dir())["loss"] == expected["default_throttle_eval_steps"]


def test_add_metrics(make):
    model = make().train(fn(False), steps=4)
    model.train(fn(), steps=1)  # as 5 steps would have been: the input begins again

    def more(labels, predictions, features):
        error = kerax.metrics.Mean(name="mae")  # of batches, as TensorFlow takes labels of one axis for one value
        error.update_state(kerax.ops.mean(kerax.ops.abs(labels - predictions["predictions"][:, 0])))
        return {"mae": error}

    expected = RECORDED["add_metrics_and_model_to_estimator"]["add_metrics"]
    close(E.add_metrics(model, more).evaluate(fn(False)), expected)


def test_run_config(monkeypatch):
    expected = RECORDED["run_config"]
    plain = E.RunConfig()
    for key, value in expected.items():
        if hasattr(plain, key):
            found = getattr(plain, key)
            if found is not None and not isinstance(found, (int, float, str, bool)):
                found = type(found).__name__
            assert found == value, key
    ranks = {"chief": ["h0:1"], "worker": ["h1:1", "h2:1"], "ps": ["p:1"]}
    clusters = {
        "TF_CONFIG_worker_1": {"cluster": ranks, "task": {"type": "worker", "index": 1}},
        "TF_CONFIG_evaluator": {
            "cluster": {"chief": ["h0:1"], "worker": ["h1:1"]}, "task": {"type": "evaluator", "index": 0}
        },
    }  # fmt: skip
    for key, cluster in clusters.items():
        monkeypatch.setenv("TF_CONFIG", json.dumps(cluster))
        found = E.RunConfig()
        assert {name: getattr(found, name) for name in expected[key]} == expected[key]
    monkeypatch.delenv("TF_CONFIG")
    config = E.RunConfig(save_checkpoints_steps=5)
    assert [config.save_checkpoints_steps, config.save_checkpoints_secs] == expected["save_steps_only"]
    config = config.replace(save_checkpoints_secs=7)
    assert [config.save_checkpoints_steps, config.save_checkpoints_secs] == expected["replace_secs"]


IDS = (Y > 2).astype(np.int64)


def train(model, y=Y, **arguments):
    return model.train(fn(y=y), steps=1, **arguments)


CALLS = {
    "steps_and_max_steps": lambda: E.LinearRegressor(COLUMNS).train(fn(), steps=1, max_steps=1),
    "steps_zero": lambda: E.LinearRegressor(COLUMNS).train(fn(), steps=0),
    "hook_type": lambda: E.LinearRegressor(COLUMNS).train(fn(), steps=1, hooks=["x"]),
    "n_classes_1": lambda: E.LinearClassifier(COLUMNS, n_classes=1),
    "multiclass_label_out_of_range": lambda: train(E.LinearClassifier(COLUMNS, n_classes=3), IDS * 3),
    "multiclass_float_label": lambda: train(E.LinearClassifier(COLUMNS, n_classes=3), IDS.astype(np.float32)),
    "binary_fraction_label": lambda: train(E.LinearClassifier(COLUMNS), IDS.astype(np.float32) * 0.5),
    "string_label_no_vocab": lambda: train(E.LinearClassifier(COLUMNS), np.array(["a", "b"])[IDS]),
    "int_label_with_vocab": lambda: train(E.LinearClassifier(COLUMNS, label_vocabulary=["a", "b"]), IDS),
    "vocab_wrong_length_multi": lambda: E.LinearClassifier(COLUMNS, n_classes=3, label_vocabulary=["a", "b"]),
    "missing_weight_column": lambda: train(E.LinearRegressor(COLUMNS, weight_column="w")),
    "weight_column_type": lambda: train(E.LinearRegressor(COLUMNS, weight_column=3)),
    "optimizer_name_case": lambda: train(E.LinearRegressor(COLUMNS, optimizer="adam")),
    "loss_reduction_auto": lambda: train(E.LinearRegressor(COLUMNS, loss_reduction="auto")),
    "no_columns_linear": lambda: train(E.LinearRegressor([])),
    "combined_no_hidden": lambda: train(E.DNNLinearCombinedRegressor(dnn_feature_columns=COLUMNS)),
    "dnn_categorical_column": lambda: train(
        E.DNNRegressor([3], [fc.categorical_column_with_identity("x1", 3)]),
    ),
    "no_labels": lambda: E.LinearRegressor(COLUMNS).train(
        lambda: kerax.data.Dataset.from_tensor_slices({"x1": X}).batch(4), steps=1
    ),
    "model_dir_conflict": lambda: E.LinearRegressor(COLUMNS, model_dir="aa", config=E.RunConfig(model_dir="bb")),
    "run_config_both_saves": lambda: E.RunConfig(save_checkpoints_steps=1, save_checkpoints_secs=1),
    "run_config_replace_unknown": lambda: E.RunConfig().replace(task_id=2),
    "warm_start_missing": lambda: train(E.LinearRegressor(COLUMNS, warm_start_from="nowhere_at_all")),
    "model_fn_args": lambda: E.Estimator(lambda features, foo: None),
    "model_fn_params_missing": lambda: E.Estimator(lambda features, labels, mode: None, params={"a": 1}),
    "model_fn_returns_none": lambda: E.Estimator(lambda features, labels, mode: None).train(fn(), steps=1),
    "eval_spec_steps0": lambda: E.EvalSpec(fn(), steps=0),
    "train_spec_max_steps0": lambda: E.TrainSpec(fn(), max_steps=0),
    "subclass_overrides_train": lambda: type("Z", (E.Estimator,), {"train": lambda self: 1})(
        lambda features, labels, mode: None
    ),
    "multihead_unnamed": lambda: E.MultiHead([E.RegressionHead()]),
    "multiclass_head_2": lambda: E.MultiClassHead(2),
    "multilabel_head_1": lambda: E.MultiLabelHead(1),
    "loss_fn_bad_args": lambda: E.RegressionHead(loss_fn=lambda labels, z: 0),
    "stop_at_step_both": lambda: E.StopAtStepHook(num_steps=1, last_step=2),
    "timer_none": lambda: E.SecondOrStepTimer(),
    "add_metrics_args": lambda: E.add_metrics(E.BaselineRegressor(), lambda a: {}),
}
# Errors of TensorFlow's graph runtime are what Python calls a wrong value or a missing file.
OURS = {"InvalidArgumentError": ValueError, "UnimplementedError": ValueError, "NotFoundError": FileNotFoundError}
# We take what TensorFlow refuses: optimizers of the present classes, with the rules of the legacy ones.
ELSEWHERE = {"new_style_optimizer_instance", "best_exporter_keep0"}


@pytest.mark.parametrize("name", [name for name in RECORDED["errors"] if name not in ELSEWHERE])
def test_errors(name):
    expected = RECORDED["errors"][name]
    if expected == "ok":
        CALLS[name]()
        return
    kind = OURS.get(expected[0]) or {"ValueError": ValueError, "TypeError": TypeError}[expected[0]]
    with pytest.raises(kind) as caught:
        CALLS[name]()
    assert len(str(caught.value)) > 20, "a message that says what is wrong"
