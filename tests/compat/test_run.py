"""kerax run, python -m kerax run, -m, -c, install(): where `import tensorflow` leads, and that nothing else changes."""

import subprocess
import sys
from pathlib import Path

import pytest

from kerax.cli.main import main

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
import tensorflow as tf
import tensorflow.keras.backend as K
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.layers import Dense
from tensorflow.keras.preprocessing.sequence import pad_sequences
from keras.models import Sequential
assert keras.layers.Dense is Dense is layers.Dense and Sequential is tf.keras.Sequential
assert 'kerax' in sys.modules and tf.__version__.startswith('2.')
print(sys.argv, __name__, tf.constant(1) + 1)
"""


def python(*arguments, **options):
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, **options)


def test_every_way_to_run(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(PROGRAM, encoding="utf-8")
    runs = f"""
import subprocess, sys, os
from kerax.cli.main import main
def fork(arguments):
    child = os.fork()
    if child == 0:
        os._exit(main(arguments))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
sys.path.insert(0, {str(tmp_path)!r})
import kerax.compat.tensorflow
fork(["run", {str(script)!r}, "--epochs", "3"])
fork(["run", "-m", "program", "x"])
fork(["run", "-c", open({str(script)!r}).read(), "y"])
"""
    done = python("-u", "-c", runs.replace("main(arguments)", "main(arguments) or sys.stdout.flush() or 0"))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "'--epochs', '3'] __main__ tf.Tensor(2, shape=(), dtype=int32)" in lines[0]
    assert "'x']" in lines[1] and lines[2].startswith("['-c', 'y'] __main__")


def test_mistakes(capsys, tmp_path):
    assert main(["run"]) == 2
    assert main(["run", str(tmp_path / "nothing.py")]) == 2
    assert "there is no such file" in capsys.readouterr().err
    assert main(["run", "-c"]) == 2 and main(["run", "--fast"]) == 2
    assert main(["run", "--help"]) == 0
    assert "kerax run SCRIPT" in capsys.readouterr().out


def test_an_error_of_the_program_is_shown_with_its_line(tmp_path):
    script = tmp_path / "wrong.py"
    script.write_text("import tensorflow as tf\ntf.constant([1]) + tf.constant([1.0])\n", encoding="utf-8")
    done = python("-m", "kerax", "run", str(script))
    assert done.returncode == 1 and "wrong.py" in done.stderr and "line 2" in done.stderr
    assert "InvalidArgumentError" in done.stderr and "tf.cast" in done.stderr


@pytest.mark.parametrize("name", ["tensorflow", "tensorflow.keras", "keras"])
def test_without_the_hook_nothing_is_served(name):
    import kerax.compat

    assert not kerax.compat.installed()
    assert not any(type(finder).__module__.startswith("kerax") for finder in sys.meta_path), name
