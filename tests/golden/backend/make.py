"""Records what tf.keras 2.15.1 returns for the cases, in backend.npz beside this file.

python -m tests.golden.backend.make      # with tensorflow==2.15.1, from the root of the repository
"""

from pathlib import Path

import numpy as np
import tensorflow as tf

from tests.golden.backend.cases import FUNCTIONS, LAYERS, locally_connected

assert tf.__version__ == "2.15.1", tf.__version__
K = tf.keras.backend
found = {"versions": np.array(["tensorflow", tf.__version__])}
for name, case in FUNCTIONS.items():
    values = case(K, tf.constant)
    for i, value in enumerate(values if isinstance(values, list) else [values]):
        found[f"{name}/{i}"] = K.eval(value)
for name in LAYERS:
    layer, x = locally_connected(tf.keras.layers, name)
    found[f"layer/{name}"] = layer(x).numpy()
    found[f"shapes/{name}"] = np.array([str(tuple(w.shape)) for w in layer.get_weights()])
np.savez_compressed(Path(__file__).parent / "backend.npz", **found)
print(len(found), "arrays")
