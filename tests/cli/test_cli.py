"""The command kerax: what it prints, its exit codes, and no tracebacks for mistakes."""

import json

import numpy as np
import pytest

import kerax
from kerax.cli.main import main
from kerax.saving.safetensors import write_safetensors


@pytest.fixture
def model():
    inner = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(3, name="deep")], name="inner")
    model = kerax.Sequential([kerax.Input((2,)), inner, kerax.layers.Dense(1, name="top")], name="outer")
    model.compile("adam", "mse")
    model.train_on_batch(np.ones((2, 2), np.float32), np.ones((2, 1), np.float32))
    return model


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.weights.h5", "m.safetensors", "m.weights.json", "m"])
def test_inspect(name, model, tmp_path, capsys):
    path = tmp_path / name
    (model.save if name in ("m.keras", "m.h5") else model.save_weights)(path)
    assert main(["inspect", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["format"]
    if "weights" in found:
        shapes = [one["shape"] for one in found["weights"]]
        assert [2, 3] in shapes and [3, 1] in shapes
    if name in ("m.keras", "m.h5"):
        assert ("deep", "Dense", 2) in [(one["name"], one["class"], one["depth"]) for one in found["layers"]]
    assert main(["inspect", str(path)]) == 0
    assert "format: " in capsys.readouterr().out


def test_inspect_folders(model, tmp_path, capsys):
    kerax.train.Checkpoint(model=model).save(tmp_path / "ckpt")
    assert main(["inspect", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "folder of checkpoints" in out and "latest: ckpt-1" in out and "optimizer/_iterations" in out


def test_mistakes_and_damage_end_without_traceback(tmp_path, capsys):
    assert main([]) == 0 and "inspect" in capsys.readouterr().out
    assert main(["inspct"]) == 2 and "Did you mean 'inspect'" in capsys.readouterr().err
    assert main(["inspect"]) == 2
    capsys.readouterr()
    (tmp_path / "a.txt").write_text("text of no kind")
    write_safetensors(tmp_path / "w.safetensors", {"w": np.ones(3)})
    (tmp_path / "w.safetensors").write_bytes((tmp_path / "w.safetensors").read_bytes()[:-1])
    (tmp_path / "k.keras").write_bytes(b"PK\x03\x04 no archive")
    (tmp_path / "h.h5").write_bytes(b"\x89HDF\r\n\x1a\n no file")
    (tmp_path / "empty").mkdir()
    for name in ("a.txt", "w.safetensors", "k.keras", "h.h5", "empty", "nothing"):
        assert main(["inspect", str(tmp_path / name)]) == 1
        captured = capsys.readouterr()
        assert name in captured.err and "Traceback" not in captured.err and captured.err.count("\n") == 1, captured.err


def test_doctor(capsys, monkeypatch):
    code = main(["doctor"])
    out = capsys.readouterr().out
    assert "jaxlib" in out and "devices" in out and (code == 0) == ("PROBLEM" not in out)
    from kerax.cli import doctor

    monkeypatch.setattr(doctor, "_version", lambda name: {"jax": "0.10.2", "jaxlib": "0.9.0"}.get(name))
    monkeypatch.setattr(doctor.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    monkeypatch.delenv("JAX_PLATFORMS", raising=False)
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert 'pip install -U "jaxlib==0.10.2"' in out and 'pip install "jax[cuda12]==0.10.2"' in out
