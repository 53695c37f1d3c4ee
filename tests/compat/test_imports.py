"""Which imports of programs lead into kerax's namespace, and what the others are told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import kerax.compat.tensorflow as tf
from kerax.compat.old_names import BESIDE, MOVED, advice_for, below_keras
from kerax.compat.private_names import PACKAGES, PRIVATE, is_package, public_names

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
from tensorflow.python.client import device_lib
from tensorflow.python.framework import dtypes, ops, smart_cond, tensor_util
from tensorflow.python.lib.io import file_io
from tensorflow.python.ops import array_ops, math_ops, rnn_cell
from tensorflow.python.ops.init_ops_v2 import Zeros, glorot_normal
from tensorflow.python.util import deprecation, nest, tf_inspect
from tensorflow.python.util.tf_export import keras_export
import tensorflow.python.ops.control_flow_ops as control
assert device_lib.list_local_devices()[0].name == "/device:CPU:0" and dtypes.float32 is tf.float32
assert float(math_ops.reduce_sum(array_ops.ones([2]))) == 2.0 and control.cond and nest.flatten([1, [2]]) == [1, 2]
assert isinstance(tf.constant(1), ops.EagerTensor) and rnn_cell.LSTMCell and Zeros is tf.keras.initializers.Zeros
assert smart_cond.smart_cond(True, lambda: 1, lambda: 2) == 1 and tensor_util.constant_value(tf.constant(3)) == 3
assert tf_inspect.isfunction(deprecation.deprecated("2020", "no")(keras_export("a")(lambda: 1)))
from keras.__internal__ import KerasTensor
from keras.src.engine.base_layer_utils import call_context
from keras.src.layers.convolutional.base_conv import Conv
from tensorflow.compiler.tf2xla.python.xla import dynamic_update_slice
from tensorflow.python.keras import backend_config
from tensorflow.python.layers import utils
from tensorflow.python.ops import gen_sparse_ops, rnn_cell_impl
from tensorflow.python.ops.linalg.sparse import sparse as compressed
from tensorflow.python.util import function_utils
assert isinstance(tf.keras.layers.Conv2D(1, 1), Conv) and not call_context().in_call
assert isinstance(tf.keras.Input((1,)), KerasTensor) and backend_config.epsilon() == 1e-7
assert dynamic_update_slice(tf.zeros([4]), tf.ones([2]), [1]).numpy().tolist() == [0, 1, 1, 0]
assert [utils.conv_output_length(7, 3, way, 2) for way in ("valid", "same", "full")] == [3, 4, 5]
indices, values = gen_sparse_ops.sparse_reorder([[1, 0], [0, 1]], [5, 6], (2, 2))
assert indices.numpy().tolist() == [[0, 1], [1, 0]] and values.numpy().tolist() == [6, 5]
product = compressed.matmul(compressed.CSRSparseMatrix(tf.sparse.from_dense([[0.0, 2.0]])), tf.ones([2, 1]))
assert product.numpy().tolist() == [[2.0]] and rnn_cell_impl._concat(2, [3]) == [2, 3]
assert rnn_cell_impl._concat(tf.constant(2), [3]).numpy().tolist() == [2, 3]
assert function_utils.fn_args(lambda a, b=1, *c: 0) == ("a", "b")
file_io.write_string_to_file("text.txt", "hi")
assert file_io.read_file_to_string("text.txt") == "hi" and file_io.file_exists("text.txt")
assert tf.__file__.endswith("__init__.py") and "kerax" in tf.__file__
assert importlib.reload(tf).constant(1).dtype == tf.int32
assert importlib.metadata.version("tensorflow") == importlib.metadata.version("keras") == tf.__version__
for name, there in [("tensorflow", True), ("keras.layers", True), ("tensorflow.nosuch", False), ("keras.src.no", False),
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
refused("from keras.src.trackers import Tracker", ModuleNotFoundError, "private code of Keras")
refused("from tensorflow.python.tpu import tpu_function", ModuleNotFoundError, "private code of TensorFlow")
refused("from tensorflow.python.ops import gen_audio_ops", ImportError, "private code of TensorFlow")
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


def test_private_modules_stand_for_public_ones():
    for targets in set(PRIVATE.values()):
        for target in targets:
            found = tf
            for name in target.split(".") if target not in ("-", "!", "+") else ():
                found = getattr(found, name)
            assert callable(found) or hasattr(found, "__name__"), target
    parents = {name.rpartition(".")[0] for name in PRIVATE} - {""}
    assert not [name for name in parents if name not in PACKAGES and name not in PRIVATE]
    assert is_package("tensorflow.python") and public_names("tensorflow.python.tpu") is None


def test_the_names_of_old_modules():
    assert below_keras("tensorflow.python.keras.engine") == "engine" and below_keras("tensorflow.io") is None
    assert MOVED["layers.core"] == ("layers",) and "numpy" not in BESIDE
    assert advice_for("keras.src.ops") and not advice_for("keras.srcs")
