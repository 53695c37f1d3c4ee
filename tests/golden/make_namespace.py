"""Computes what TensorFlow 2.15.1 answers to the expressions of tests/compat/expressions*.txt.

Run it with an interpreter that has TensorFlow 2.15.1 and NumPy: ``python tests/golden/make_namespace.py``. It writes
beside each expressions_TOPIC.txt an answers_TOPIC.json: for each expression its values, dtype and shape, or the error's
name; and beside each file in tests/compat/programs what its functions return. With names of files
(``make_namespace.py services expressions_more``) it computes only their answers anew.
"""

import base64
import importlib
import inspect
import json
import os
import pathlib
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
FOLDER = pathlib.Path(__file__).parents[1] / "compat"


def described(value, tf, np):
    """An answer as plain values of JSON."""
    if isinstance(value, (list, tuple)) and not isinstance(value, tf.TensorShape):
        return {"parts": [described(one, tf, np) for one in value]}
    if isinstance(value, dict):
        return {"keys": {key: described(one, tf, np) for key, one in value.items()}}
    if isinstance(value, tf.RaggedTensor):
        return {"ragged": text_of(value.to_list()), "dtype": value.dtype.name}
    if isinstance(value, tf.SparseTensor):
        return {
            "sparse": [
                value.indices.numpy().tolist(),
                text_of(value.values.numpy().tolist()),
                value.dense_shape.numpy().tolist(),
            ]
        }
    if isinstance(value, tf.TensorShape):
        return {"shape_only": None if value.rank is None else value.as_list()}
    if isinstance(value, tf.Variable):
        value = tf.convert_to_tensor(value)
    if isinstance(value, tf.Tensor):
        array = value.numpy()
        array = np.asarray(array)
        name = value.dtype.name
        if name == "string":
            return {"dtype": name, "shape": list(array.shape), "values": text_of(array.tolist())}
        if name.startswith("complex"):
            return {"dtype": name, "shape": list(array.shape), "values": [array.real.tolist(), array.imag.tolist()]}
        return {
            "dtype": name,
            "shape": list(array.shape),
            "values": np.asarray(array, float if "float" in name else None).tolist(),
        }
    if isinstance(value, (np.ndarray, np.generic)):
        return {"numpy": text_of(np.asarray(value).tolist()), "dtype": str(value.dtype)}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return {"python": value}
    return {"repr": repr(value)}


def text_of(tree):
    """Bytes as texts, in nested lists."""
    if isinstance(tree, (list, tuple)):
        return [text_of(one) for one in tree]
    return tree.decode("utf-8", "backslashreplace") if isinstance(tree, bytes) else tree


def answer(expression, tf, np, expected=None):
    """What an expression gives, or the error it raises: by the expected name, if it is of that class."""
    try:
        return described(eval(expression, {"tf": tf, "np": np}), tf, np)
    except Exception as error:
        kinds = [one.__name__ for one in type(error).__mro__]
        return {"error": expected if expected in kinds else kinds[0]}


def expressions(name="expressions"):
    """The expressions of a file, one a line; lines that begin with # are comments."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def programs():
    """The programs: ``"file.function" -> function``."""
    found = {}
    sys.path.insert(0, str(FOLDER.parents[1]))
    try:
        for path in sorted((FOLDER / "programs").glob("[a-z]*.py")):
            module = importlib.import_module(f"tests.compat.programs.{path.stem}")
            for name, one in vars(module).items():
                if inspect.isfunction(one) and one.__module__ == module.__name__ and not name.startswith("_"):
                    found[f"{path.stem}.{name}"] = one
    finally:
        sys.path.pop(0)
    return found


def run(program, tf, np, folder):
    """What a program returns, from a fresh start."""
    tf.keras.backend.clear_session()
    tf.compat.v1.reset_default_graph()
    return described(program(tf, np, pathlib.Path(folder)), tf, np)


def expression_files():
    """The names of the files of expressions."""
    return sorted(path.stem for path in FOLDER.glob("expressions*.txt"))


def answers(name):
    """The answers in a file: ``{"tensorflow": version, "answers": {...}}``."""
    return json.loads((FOLDER / f"{name.replace('expressions', 'answers')}.json").read_text(encoding="utf-8"))


def program_answers():
    """The answers of all programs: ``"file.function" -> answer``."""
    found = {}
    for path in sorted((FOLDER / "programs").glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        assert data["tensorflow"] == "2.15.1", path
        found.update(data["answers"])
    return found


def _write(target, found, tf):
    lines = [f"{json.dumps(name)}:{json.dumps(one, separators=(',', ':'))}" for name, one in found.items()]
    text = ",\n".join(lines)
    target.write_text(f'{{"tensorflow":"{tf.__version__}","answers":{{\n{text}}}}}\n', encoding="utf-8")
    print(f"{len(found)} answers of TensorFlow {tf.__version__} in {target.name}")


def write_programs(tf, np, files):
    """Writes the answers of the programs of some files, or of all."""
    every = programs()
    for file in dict.fromkeys(name.partition(".")[0] for name in every):
        if files and file not in files:
            continue
        found = {}
        for name, program in every.items():
            if name.startswith(f"{file}."):
                with tempfile.TemporaryDirectory() as folder:
                    found[name] = run(program, tf, np, folder)
        _write(FOLDER / "programs" / f"{file}.json", found, tf)


if __name__ == "__main__":
    import numpy
    import tensorflow

    write_programs(tensorflow, numpy, sys.argv[1:])
    for name in expression_files():
        if not sys.argv[1:] or name in sys.argv[1:]:
            found = {one: answer(one, tensorflow, numpy) for one in expressions(name)}
            _write(FOLDER / f"{name.replace('expressions', 'answers')}.json", found, tensorflow)
