"""kerax run, python -m kerax run, -m, -c, install(): where `import tensorflow` leads, and that nothing else changes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kerax.cli.main import main
from kerax.compat.children import serve_children

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


def test_processes_of_a_program_are_served_by_environment_variables(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "here")
    monkeypatch.delenv("KERAX_RUN_PREFIX", raising=False)
    serve_children(True)
    serve_children(True)
    first, second = os.environ["PYTHONPATH"].split(os.pathsep)
    assert (Path(first) / "sitecustomize.py").exists() and second == "here"
    assert os.environ["KERAX_RUN_PREFIX"] == sys.prefix
    serve_children(False)
    assert os.environ["PYTHONPATH"] == "here" and "KERAX_RUN_PREFIX" not in os.environ


CHILDREN = """
import multiprocessing, subprocess, sys
from work import total

def mine(n):
    return total(n)

if __name__ == "__main__":
    with multiprocessing.get_context("forkserver").Pool(1) as pool:
        print(pool.map(total, [2, 3]))
    if sys.argv[0] != "-":
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            print(pool.map(mine, [4]))
    sys.stdout.flush()
    code = "import sys; print('kerax' in sys.modules); import keras; print(keras.layers.Dense.__module__)"
    subprocess.run([sys.executable, "-c", code], check=True)
    raise SystemExit(7)
"""


@pytest.mark.slow
@pytest.mark.parametrize("way", ["script", "stdin"])
def test_processes_that_a_program_starts(tmp_path, way):
    (tmp_path / "work.py").write_text(
        "import tensorflow as tf\n\ndef total(n):\n    return int(tf.reduce_sum(tf.range(n)))\n", encoding="utf-8"
    )
    (tmp_path / "sitecustomize.py").write_text("import sys; print('own', file=sys.stderr)\n", encoding="utf-8")
    (tmp_path / "program.py").write_text(CHILDREN, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    arguments = ["program.py"] if way == "script" else ["-"]
    done = subprocess.run(
        [sys.executable, "-m", "kerax", "run", *arguments],
        input=CHILDREN, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=100,
    )  # fmt: skip
    assert done.returncode == 7, done.stderr
    last = ["False", "kerax.layers.core.dense"]
    assert done.stdout.splitlines() == ["[1, 3]", *(["[6]"] if way == "script" else []), *last]
    assert done.stderr.count("own") >= 2


@pytest.mark.slow
def test_programs_that_are_texts_have_loops_over_tensors_and_annotations_of_their_own(tmp_path):
    program = """
import tensorflow as tf
class Point:
    x: int = 1
assert Point.__annotations__ == {"x": int}
@tf.function
def count(n):
    found = tf.constant(0)
    while found < n:
        found += 2
    return found
print(count(tf.constant(5)).numpy())
import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # which who starts the tests may have switched off
os.kill(os.getpid(), signal.SIGINT)
"""
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    (tmp_path / "keras.py").write_text("", encoding="utf-8")
    for arguments in (["-c", program], [str(tmp_path / "program.py")]):
        done = python("-m", "kerax", "run", *arguments)
        assert done.returncode == 130 and done.stdout == "6\n", done.stderr
        assert done.stderr.strip().splitlines()[-1] == "KeyboardInterrupt" and done.stderr.count("File ") == 1
    assert "keras.py is not imported: `import keras` gives" in done.stderr
