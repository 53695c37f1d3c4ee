"""Tensors after ``experimental_enable_numpy_behavior``, in a process of its own: it holds for the rest of a program.

The answers are TensorFlow 2.15.1's.
"""

import json
import subprocess
import sys

import pytest

ANSWERS = {
    "x + 1.5": "float64",
    "x + 1": "int32",
    "1.5 - x": "float64",
    "x + tf.constant([1.0, 2.0])": "float64",
    "x * np.float32(1.5)": "float64",
    "x * np.array([1, 2])": "int64",
    "x / 2": "float64",
    "x + 1j": "complex128",
    "x < 1.5": "bool",
    "x == tf.constant([1.0, 2.0])": "bool",
    "tf.Variable([1.5, 2.0]) * x": "float64",
    "y + 1.5": "float32",
    "y + np.float64(1.5)": "float32",
    "y + np.array([1.5, 2.5])": "float64",
    "y + 1j": "complex64",
    "tf.constant([1, 2], tf.int8) + tf.constant([1, 2], tf.uint8)": "int16",
    "tf.constant([True, False]) + 1": "int64",
    "tf.cast(y, tf.bfloat16) + y": "float32",
    "tf.cast(y, tf.bfloat16) + x": "TypeError",
    "x @ x": "int32",
    "x @ y": "float64",
    "tf.add(x, y)": "InvalidArgumentError",
    "m[:, [0, 2]]": [[1, 3], [4, 6]],
    "m[[0, 1], [1, 2]]": [2, 6],
    "m[tf.constant([1, 0])]": [[4, 5, 6], [1, 2, 3]],
    "m[m > 2]": [3, 4, 5, 6],
    "m[0, [1, 2]]": [2, 3],
    "m[0]": [1, 2, 3],
    "m[[5]]": "OutOfRangeError",
    "m.mean(0)": [2.5, 3.5, 4.5],
    "m.reshape(3, 2)": [[1, 2], [3, 4], [5, 6]],
    "m.T": [[1, 4], [2, 5], [3, 6]],
    "m.clip(2, 4)": [[2, 2, 3], [4, 4, 4]],
    "m.max()": 6,
}
PROGRAM = """
import json, sys
import numpy as np
import kerax.compat.tensorflow as tf
tf.experimental.numpy.experimental_enable_numpy_behavior()
x, y, m = tf.constant([1, 2]), tf.constant([1.5, 2.0]), tf.constant([[1, 2, 3], [4, 5, 6]])
answers = {}
for one in json.loads(sys.argv[1]):
    try:
        found = eval(one)
        answers[one] = found.numpy().tolist() if one.startswith("m") else found.dtype.name
    except Exception as error:
        answers[one] = [kind.__name__ for kind in type(error).__mro__]
print(json.dumps(answers))
"""


@pytest.mark.slow
def test_types_are_mixed_and_indices_are_numpys():
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(list(ANSWERS))], capture_output=True, text=True, check=True
    )
    found = json.loads(run.stdout)
    for one, expected in ANSWERS.items():
        raised = isinstance(expected, str) and expected.endswith("Error")
        assert (expected in found[one]) if raised else found[one] == expected, (one, found[one])
