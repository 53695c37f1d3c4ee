"""The commands that show something: summary, plot, tensorboard, bench."""

import dataclasses
import importlib
import json
import pathlib

import numpy as np
import pytest

import kerax
from kerax.cli import bench, bench_jobs, bench_models
from kerax.cli.main import main


@pytest.fixture
def model():
    inner = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(3, name="deep")], name="inner")
    x = kerax.Input((4,))
    return kerax.Model(x, kerax.layers.Dense(2, name="out")(inner(x)), name="outer")


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.json"])
def test_summary(model, name, tmp_path, capsys):
    path = str(tmp_path / name)
    if name.endswith("json"):
        (tmp_path / name).write_text(model.to_json())
    else:
        model.save(path)
    assert main(["summary", path]) == 0
    out = capsys.readouterr().out
    assert "outer" in out and "Total params: 23" in out and "deep" not in out
    assert main(["summary", path, "--expand-nested", "--trainable", "--width", "90"]) == 0
    out = capsys.readouterr().out
    assert "deep" in out and "Trainable" in out and max(map(len, out.splitlines())) <= 90


def test_plot(model, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model.save("m.keras")
    assert main(["plot", "m.keras"]) == 0
    assert "wrote model.svg" in capsys.readouterr().out
    svg = (tmp_path / "model.svg").read_text()
    assert "(None, 4)" in svg and "out" in svg and "deep" not in svg
    assert main(["plot", "m.keras", "-o", "m.dot", "--expand-nested", "--no-shapes", "--direction", "LR"]) == 0
    dot = (tmp_path / "m.dot").read_text()
    assert "deep" in dot and "rankdir=LR" in dot and "None" not in dot


def test_mistakes(model, tmp_path, capsys):
    model.save_weights(tmp_path / "m.weights.h5")
    (tmp_path / "bad.keras").write_bytes(b"nothing")
    for arguments, code, text in (
        (["summary", str(tmp_path / "m.weights.h5")], 1, "kerax inspect"),
        (["summary", str(tmp_path / "missing.keras")], 1, "missing.keras"),
        (["summary", str(tmp_path / "bad.keras")], 1, "bad.keras"),
        (["plot", str(tmp_path / "bad.keras")], 1, "bad.keras"),
        (["plot"], 2, "required"),
        (["plot", "x", "--direction", "UP"], 2, "UP"),
        (["bench", "nlp"], 1, "mlp"),
        (["bench", "--measure", "--rounds", "0"], 1, "--rounds"),
        (["tensorboard", str(tmp_path / "no")], 1, "no folder"),
    ):
        assert main(arguments) == code, arguments
        err = capsys.readouterr().err
        assert text in err and "Traceback" not in err
    model.save(tmp_path / "m.keras")
    assert main(["plot", str(tmp_path / "m.keras"), "-o", str(tmp_path / "m.jpg")]) == 1
    assert ".svg" in capsys.readouterr().err


def test_help(capsys):
    for command in ("summary", "plot", "bench", "tensorboard"):
        assert main([command, "--help"]) == 0
        assert capsys.readouterr().out.startswith(f"usage: kerax {command}")
    assert main(["--help"]) == 0 and "  summary " in capsys.readouterr().out


def test_tensorboard(tmp_path, capsys):
    assert main(["tensorboard", str(tmp_path)]) == 1
    assert "kerax.callbacks.TensorBoard" in capsys.readouterr().out
    for run in ("a", "b"):
        with kerax.summary.create_file_writer(str(tmp_path / "logs" / run)).as_default(step=0):
            kerax.summary.scalar("loss", 1.0)
    assert main(["tensorboard", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert f"--logdir {str(tmp_path / 'logs')!r}" in out and out.count("logs") >= 3


def test_bench(capsys):
    assert main(["bench"]) == 0
    out = capsys.readouterr().out
    for job in bench_jobs.WORKLOADS.values():
        assert f"{job.title}: fit" in out
    assert "- commit: " in out and "- processor: " in out and "tf.keras / kerax" in out
    assert main(["bench", "lstm"]) == 0
    out = capsys.readouterr().out
    assert "LSTM(64)" in out and "transformer block" not in out
    assert main(["bench", "--json"]) == 1 and "--measure" in capsys.readouterr().err


def test_the_table_is_the_one_in_the_repository():
    results = pathlib.Path(__file__).parents[2] / "benchmarks" / "results" / "latest.md"
    assert bench._TABLE.read_text() == results.read_text()


@pytest.mark.parametrize("beside", [pytest.param(True, marks=pytest.mark.slow), False])
def test_bench_measures_here(capsys, monkeypatch, beside):
    tiny = dataclasses.replace(bench_jobs.WORKLOADS["tabular"], batch=8, samples=16)
    monkeypatch.setitem(bench_jobs.WORKLOADS, "tabular", tiny)
    monkeypatch.setattr(bench, "_CALLS", 2)
    arguments = ["bench", "tabular", "--measure", "--rounds", "1", *([] if beside else ["--no-keras"])]
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"Measured here: kerax {kerax.__version__}, jax ")
    assert sum("tabular" in line for line in lines) == 4 and any("Keras 3 / kerax" in line for line in lines) == beside
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["results"]["tabular"]
    numbers = [number for row in found.values() for number in row.values()]
    assert np.all(np.array(numbers) > 0) and len(numbers) == (8 if beside else 4)


def test_workers_without_jax_read_the_jobs():
    workloads = importlib.import_module("benchmarks.workloads")
    assert list(workloads.WORKLOADS) == list(bench_jobs.WORKLOADS)
    for file in (bench_jobs.__file__, bench_models.__file__):
        names = {
            line.split()[1]
            for line in pathlib.Path(file).read_text().splitlines()
            if line.startswith(("import ", "from "))
        }
        assert names <= {"__future__", "collections.abc", "dataclasses", "typing", "numpy"}
