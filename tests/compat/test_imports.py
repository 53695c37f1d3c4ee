"""Which imports of programs lead into kerax's namespace, and what the others are told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kerax.compat.old_names import BESIDE, MOVED, advice_for, below_keras

ROOT = Path(__file__).parents[2]

IMPORTS = """
import importlib, importlib.metadata, importlib.util, sys
import tensorflow as tf
import tensorflow.keras.layers as L
from tensorflow.python.keras import backend, layers
from tensorflow.python.keras.layers.core import Dense
from tensorflow.python.keras.engine.base_layer import Layer
from keras.utils.np_utils import to_categorical
from keras.layers.convolutional import Conv2D
from keras.engine.topology import Layer as Again, Input
from keras.engine.training import Model
from tf_keras.models import Sequential
from tensorflow.keras.layers import *
assert layers.Dense is Dense is L.Dense and Layer is Again is tf.keras.layers.Layer and Model is tf.keras.Model
assert Conv2D is L.Conv2D and Sequential is tf.keras.Sequential and to_categorical([1]).tolist() == [[0.0, 1.0]]
assert importlib.import_module("tensorflow.keras.layers").Dense is Dense
assert tf.__file__.endswith("__init__.py") and "kerax" in tf.__file__
assert importlib.reload(tf).constant(1).dtype == tf.int32
assert importlib.metadata.version("tensorflow") == importlib.metadata.version("keras") == tf.__version__
for name, there in [("tensorflow", True), ("keras.layers", True), ("tensorflow.nosuch", False), ("keras.src", False),
                    ("tensorflow_hub", False)]:
    assert (importlib.util.find_spec(name) is not None) == there, name

def refused(statement, kind, *words):
    try:
        exec(statement, {})
    except ImportError as error:
        assert type(error) is kind and all(word in str(error) for word in words), (statement, str(error))
    else:
        raise AssertionError(statement)

refused("from tensorflow import constnt", ImportError, "cannot import name 'constnt'", "'constant'")
refused("from keras.layers import Dens", ImportError, "cannot import name 'Dens' from 'keras.layers'", "'Dense'")
refused("import tensorflow.nosuch", ModuleNotFoundError, "No module named 'tensorflow.nosuch'")
refused("from keras.src.layers import Dense", ModuleNotFoundError, "private code of Keras")
refused("from tensorflow.python.framework import ops", ModuleNotFoundError, "tensorflow.python.keras only")
refused("import tensorflow.contrib.slim", ModuleNotFoundError, "ended with TensorFlow 1")
refused("from tensorflow.examples.tutorials.mnist import input_data", ModuleNotFoundError, "tf.keras.datasets.mnist")
refused("import tensorflow_hub", ModuleNotFoundError, "No module named 'tensorflow_hub'", "kerax cannot run")
refused("import tensorflow_datasets as tfds", ModuleNotFoundError, "Hugging Face")
refused("import no_package_at_all", ModuleNotFoundError, "No module named 'no_package_at_all'")
print("done")
"""

SPAWNING = """
import multiprocessing
import tensorflow as tf

class Box:
    def __init__(self, value):
        self.value = tf.constant(value)

def work(box):
    return int(tf.reduce_sum(box.value))

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(work, [Box([1, 2]), Box([3, 4])]))
"""


def run(*arguments, **options):
    command = [sys.executable, "-m", "kerax", "run", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, **options)


def test_imports(tmp_path):
    (tmp_path / "tensorflow").mkdir()  # a TensorFlow that is installed is not touched
    (tmp_path / "tensorflow" / "__init__.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    done = run("-c", IMPORTS, cwd=tmp_path, env=environment)
    assert done.returncode == 0 and done.stdout == "done\n", done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("way", ["script", "module"])
def test_programs_start_processes_that_import_them_again(tmp_path, way):
    (tmp_path / "spawning.py").write_text(SPAWNING, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    arguments = ["spawning.py"] if way == "script" else ["-m", "spawning"]
    done = run(*arguments, cwd=tmp_path, env=environment)
    assert done.stdout == "[3, 7]\n", done.stderr


def test_the_names_of_old_modules():
    assert below_keras("tensorflow.python.keras.engine") == "engine" and below_keras("tensorflow.io") is None
    assert MOVED["layers.core"] == ("layers",) and "numpy" not in BESIDE
    assert advice_for("keras.src.ops") and not advice_for("keras.srcs")
