"""Computes which type TensorFlow 2.15.1 gives each operator on each pair of types, or which error it raises.

Run it with an interpreter that has TensorFlow 2.15.1: ``python tests/golden/make_type_rules.py``. It writes
tests/compat/type_rules.json: operator and left operand -> what all right operands give, a type or ``!`` and an error.
"""

import json
import operator
import os
import pathlib

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
FILE = pathlib.Path(__file__).parents[1] / "compat" / "type_rules.json"
TYPES = "bool int8 int32 int64 float16 float32 float64 complex64 string".split()
OPERATORS = "add sub mul truediv floordiv mod pow and_ or_ xor lt ge eq ne".split()
VALUES = {
    "1": 1, "1.5": 1.5, "True": True, "'a'": "a", "1j": 1j, "[1, 2]": [1, 2], "[1.5, 2.0]": [1.5, 2.0],
    "np.float32(1.5)": np.float32(1.5), "np.float64(1.5)": np.float64(1.5), "np.int64(1)": np.int64(1),
    "np.bool_(True)": np.bool_(True), "array of float64": np.array([1.5, 2.0]), "array of int64": np.array([1, 2]),
    "array of bool": np.array([True, False]),
}  # fmt: skip


def operands(tf):
    """A tensor of two elements for each type."""
    numbers = {name: tf.cast(tf.constant([2, 1]), name) for name in TYPES if name not in ("bool", "string")}
    return {**numbers, "bool": tf.constant([True, False]), "string": tf.constant(["a", "b"])}


def outcome(function, tf):
    """The type of a result, or the error's name."""
    try:
        result = function()
    except Exception as error:
        return "!" + type(error).__name__, tuple(one.__name__ for one in type(error).__mro__)
    return (result.dtype.name if isinstance(result, tf.Tensor) else type(result).__name__), ()


def rules(tf):
    """Operator and left operand -> for each right operand the outcome, and the classes of an error."""
    tensors, found = operands(tf), {}
    for name in OPERATORS:
        run = getattr(operator, name)
        for kind, x in tensors.items():
            pairs = [(x, y) for y in tensors.values()] + [(x, y) for y in VALUES.values()]
            pairs += [(y, x) for y in (True, 1.5)]
            found[f"{name} {kind}"] = [outcome(lambda run=run, a=a, b=b: run(a, b), tf) for a, b in pairs]
    return found


if __name__ == "__main__":
    import tensorflow

    table = {key: " ".join(one for one, _ in row) for key, row in rules(tensorflow).items()}
    FILE.write_text(json.dumps({"tensorflow": tensorflow.__version__, "rules": table}, indent=0) + "\n")
    print(f"{sum(len(row.split()) for row in table.values())} outcomes of TensorFlow {tensorflow.__version__}")
