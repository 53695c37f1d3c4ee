"""What Estimators say: TensorFlow's words, in its order."""

import logging
import re

import numpy as np
import pytest

import kerax
import kerax.estimators as E

fc = kerax.feature_column


def linear(folder, **options):
    return E.LinearRegressor(
        [fc.numeric_column("x")], folder, config=E.RunConfig(save_checkpoints_steps=150), **options
    )


def data():
    return {"x": np.array([1.0, 2.0], "float32")}, np.array([1.0, 3.0], "float32")


def test_lines_of_training_and_evaluation(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(E.logs.logger, "propagate", True)
    estimator = linear(tmp_path)
    with caplog.at_level(logging.INFO, logger="kerax"):
        estimator.evaluate(data, steps=1)
        caplog.clear()
        estimator.train(data, steps=200)
        results = estimator.evaluate(data, steps=2)
        list(zip(range(2), estimator.predict(lambda: data()[0])))
    said = [
        re.sub(r"\d+\.\d+(e-\d+)?", "#", record.getMessage().replace(str(tmp_path), "DIR")) for record in caplog.records
    ]
    assert [line for line in said if not re.search("evaluation at|Inference", line)] == [
        "Calling model_fn.",
        "Done calling model_fn.",
        "Saving checkpoints for 0 into DIR/model.ckpt.",
        "loss = #, step = 0",
        "global_step/sec: #",
        "loss = #, step = 100 (# sec)",
        "Saving checkpoints for 150 into DIR/model.ckpt.",
        "Saving checkpoints for 200 into DIR/model.ckpt.",
        "Loss for final step: #.",
        "Restoring parameters from DIR/model.ckpt-200",
        "Evaluation [1/2]",
        "Evaluation [2/2]",
        "Saving dict for global step 200: average_loss = #, global_step = 200, label/mean = #, loss = #, "
        "prediction/mean = #",
        "Saving 'checkpoint_path' summary for global step 200: DIR/model.ckpt-200",
        "Restoring parameters from DIR/model.ckpt-200",
    ]
    assert f"loss = {results['loss']!s}," in caplog.text


def test_the_event_file_ends_with_the_failing_step(tmp_path):
    """What was learnt before an error is on disk, and the line about progress does not stand in the way."""

    class Fails(E.SessionRunHook):
        def after_run(self, context, values):
            raise RuntimeError("a hook's own fault")

    with pytest.raises(RuntimeError, match="own fault"):
        linear(tmp_path).train(data, hooks=[Fails()], steps=5)
    assert [path for path in tmp_path.glob("events*") if path.stat().st_size > 100]
    assert not E.logs.progress.visible


def test_tensorboard_reads_the_curves(tmp_path):
    """Numbers stand in event files as TensorFlow's Estimators write them."""
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    config = E.RunConfig(save_summary_steps=2, log_step_count_steps=3)
    estimator = E.LinearRegressor([fc.numeric_column("x")], tmp_path, config=config)
    estimator.train(data, steps=5)
    results = estimator.evaluate(data, steps=1, name="test")
    curves = accumulator.EventAccumulator(str(tmp_path)).Reload()
    assert [one.step for one in curves.Scalars("loss")] == [1, 3, 5]
    assert [one.step for one in curves.Scalars("global_step/sec")] == [4]
    curves = accumulator.EventAccumulator(str(tmp_path / "eval_test")).Reload()
    assert [(one.step, np.float32(one.value)) for one in curves.Scalars("loss")] == [(5, results["loss"])]
    assert "checkpoint_path" in curves.Tags()["tensors"]
