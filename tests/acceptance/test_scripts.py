"""Scripts for TensorFlow, unmodified, through the import hook: each in a process of its own.

All of them pass with TensorFlow 2.15. The processes are forked from one that has imported kerax already.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent / "scripts"
# What they use is not there yet.
MISSING = {"23": "applications", "25": "model.export"}
# More than three seconds each.
LONG = {"01", "04", "05", "08", "11", "14", "15", "17", "21", "22"}


def named():
    for path in sorted(SCRIPTS.glob("[0-9][0-9]_*.py")):
        number = path.name[:2]
        marks = [pytest.mark.slow] if number in LONG else []
        if number in MISSING:
            marks.append(pytest.mark.skip(reason=f"kerax has no {MISSING[number]} yet"))
        yield pytest.param(path, marks=marks, id=path.stem)


@pytest.fixture(scope="module")
def server():
    command = [sys.executable, str(Path(__file__).parent / "server.py")]
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), "CUDA_VISIBLE_DEVICES": ""}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process
        process.stdin.close()
        process.wait(30)


@pytest.mark.parametrize("path", list(named()))
def test_script(path, server, tmp_path):
    log = tmp_path / "log.txt"
    server.stdin.write(f"{path}\t{tmp_path}\t{log}\n")
    server.stdin.flush()
    code = server.stdout.readline().strip()
    text = log.read_text(encoding="utf-8")
    assert code == "0" and text.strip().endswith("ok"), text[-4000:]
