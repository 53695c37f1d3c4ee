"""The commands that show something: summary, plot, tensorboard, bench."""

import json

import jax
import numpy as np
import pytest

import kerax
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
        (["bench", "--rounds", "0"], 1, "--rounds"),
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


def test_bench(capsys, monkeypatch):
    from kerax.cli import bench

    for name, found in bench._WORKLOADS.items():  # jobs of the table in the repository, on fewer rows
        job = pytest.importorskip("benchmarks.workloads").WORKLOADS[name]
        assert found[0] == job.title and found.shape == job.input_shape and found.batch == job.batch
    monkeypatch.setitem(bench._WORKLOADS, "mlp_32", bench._WORKLOADS["mlp_32"]._replace(shape=(4,), batch=8, steps=2))
    monkeypatch.setattr(bench, "_CALLS", 2)
    assert main(["bench", "mlp_32", "--rounds", "1", "--no-keras"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"kerax {kerax.__version__}, jax ") and "by hand" in "".join(lines[1:3])
    assert sum("MLP" in line for line in lines) == 4 and "Keras" not in "".join(lines)


@pytest.mark.slow
def test_bench_beside_keras(capsys, monkeypatch):
    from kerax.cli import bench

    pytest.importorskip("keras")
    monkeypatch.setitem(bench._WORKLOADS, "tabular", bench._WORKLOADS["tabular"]._replace(batch=8, steps=2))
    monkeypatch.setattr(bench, "_CALLS", 2)
    assert main(["bench", "tabular", "--rounds", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["results"]
    numbers = [number for row in found["tabular"].values() for number in row.values()]
    assert np.all(np.array(numbers) > 0) and len(numbers) == 4 * 3
    assert "Keras 3 / kerax" in bench._table(found, keras=True)


@pytest.mark.slow
@pytest.mark.parametrize("scanned", [False, True])
def test_the_models_by_hand_learn_as_kerax_does(scanned):
    """The same start, the same order of rows: the same weights after an epoch."""
    from kerax.cli import bench, bench_jax

    rng = np.random.default_rng(0)
    for name, shape in {"mlp_32": (4,), "cnn_32": (7, 6, 1), "lstm": (3, 2)}.items():
        job = bench._WORKLOADS[name]
        x, y = rng.normal(size=(16, *shape)).astype("float32"), rng.integers(0, 10, 16).astype("int32")
        hand = bench_jax.HandWritten(getattr(bench_jax, job.by_hand[0])(*[job.by_hand[1], 10]), shape, 8, scanned)
        theirs = bench._Model(kerax, job._replace(shape=shape))._model
        start = [np.array(one) for one in jax.tree.leaves(hand._state[0])]  # the program uses up the arrays
        theirs.set_weights(start)
        np.testing.assert_allclose(hand._answers(hand._state[0], x), theirs(x), atol=1e-6)
        hand.fit(x, y)
        order = np.random.default_rng(0).permutation(16)
        theirs.fit(x[order], y[order], batch_size=8, shuffle=False, verbose=0)
        for ours, other in zip(jax.tree.leaves(hand._state[0]), theirs.get_weights(), strict=True):
            # A weight moves by 0.002; where gradients are almost zero, it matters where Adam has its epsilon.
            assert np.mean(np.abs(ours - other)) < 3e-4
