"""Every program in examples/ runs as a user runs it, and does what it says."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}  # child processes find kerax, installed or not
QUICKSTART_SECONDS = 20  # on two idle cores
BUSY = 3  # a machine that runs other tests at the same time is slower


def run(name, *arguments, cwd):
    command = [sys.executable, "-W", "error", str(ROOT / "examples" / name), *map(str, arguments)]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300, env=ENVIRONMENT)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout, time.monotonic() - started


def test_quickstart(tmp_path):
    output, seconds = run("quickstart.py", tmp_path / "output", cwd=tmp_path)
    accuracy = float(output.split("Test accuracy: ")[1].split()[0])
    assert accuracy >= 0.96
    assert "Epoch 1/" in output and "same predictions: True" in output and "One sample: the model says" in output
    assert float(output.split("Iris accuracy: ")[1].split(";")[0]) >= 0.9
    assert (tmp_path / "output" / "quickstart.weights.h5").stat().st_size > 10_000
    assert (tmp_path / "output" / "quickstart_history.png").read_bytes().startswith(b"\x89PNG")
    assert seconds < QUICKSTART_SECONDS * BUSY


@pytest.mark.slow
def test_quickstart_without_matplotlib(tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ImportError('not installed')")
    code = f"import runpy, sys; sys.path.insert(0, {str(tmp_path)!r}); sys.argv = ['quickstart.py', 'output']; " + (
        f"runpy.run_path({str(ROOT / 'examples' / 'quickstart.py')!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=300, env=ENVIRONMENT
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "matplotlib is not installed" in done.stdout
    assert not (tmp_path / "output" / "quickstart_history.png").exists()


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "examples").glob("*.py") if p.name != "quickstart.py"))
def test_other_examples(name, tmp_path):
    run(name, cwd=tmp_path)
