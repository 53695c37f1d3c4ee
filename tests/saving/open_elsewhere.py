"""Opens files of kerax with the Keras that is installed beside the interpreter, and compares outputs.

    python open_elsewhere.py FOLDER    # NAME.keras, NAME.h5 and NAME.npz with in0, in_KEY..., out0...

Prints one JSON object: file name -> "" where the outputs are equal, else what happened. Needs no kerax.
"""

import json
import os
import pathlib
import signal
import sys
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ["CUDA_VISIBLE_DEVICES"] = ""
warnings.simplefilter("ignore")

import keras  # noqa: E402
import numpy as np  # noqa: E402

TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}
SECONDS = 60  # that one file may take


def leaves(tree):
    """The arrays of a structure, dicts by sorted key."""
    if isinstance(tree, dict):
        return [leaf for key in sorted(tree) for leaf in leaves(tree[key])]
    if isinstance(tree, (list, tuple)):
        return [leaf for item in tree for leaf in leaves(item)]
    return [np.asarray(tree)]


def given(array):
    """An input as the library takes it."""
    if array.dtype != object:
        return array
    import tensorflow as tf

    return tf.constant(array.tolist())


def opened(path, arrays):
    """What happened to one file."""
    model = keras.models.load_model(path)
    inputs = {key[3:]: given(arrays[key]) for key in arrays.files if key.startswith("in_")}
    inputs = inputs or [given(arrays[key]) for key in sorted(arrays.files) if key.startswith("in")]
    as_list = isinstance(inputs, list) and len(inputs) == 1 and not (keras.__version__ > "3" and path.suffix == ".h5")
    outputs = leaves(model(inputs[0] if as_list else inputs, training=False))
    expected = [arrays[key] for key in sorted(arrays.files) if key.startswith("out")]
    if len(outputs) != len(expected):
        return f"{len(outputs)} outputs instead of {len(expected)}"
    for ours, theirs in zip(expected, outputs):
        if ours.shape != theirs.shape:
            return f"shape {theirs.shape} instead of {ours.shape}"
        if not np.allclose(theirs, ours, **TOLERANCE):
            return f"outputs differ by {np.abs(theirs - ours).max()}"
    return ""


def _too_long(*_):
    raise TimeoutError("never came to an end")


def main(folder):
    """Opens every file and prints what happened."""
    signal.signal(signal.SIGALRM, _too_long)
    found = {}
    for path in sorted(pathlib.Path(folder).iterdir()):
        if path.suffix not in (".keras", ".h5") or path.name.endswith(".weights.h5"):
            continue
        signal.alarm(SECONDS)  # tf.keras goes round for ever where a call waits for one that never comes
        try:
            with np.load(path.with_suffix(".npz"), allow_pickle=True) as arrays:
                found[path.name] = opened(path, arrays)
        except Exception as error:  # any refusal is an answer
            found[path.name] = f"{type(error).__name__}: {error}"[:400]
        signal.alarm(0)
        if keras.__version__ < "3":
            keras.backend.clear_session()
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
