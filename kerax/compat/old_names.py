"""Where older programs import from, and packages beside TensorFlow that kerax does not stand for."""

from __future__ import annotations

_LAYERS = (
    "core convolutional pooling recurrent embeddings merge merging noise normalization advanced_activations activation "
    "wrappers local convolutional_recurrent cudnn_recurrent rnn recurrent_v2 attention regularization reshaping "
    "normalization_v2 dense_attention preprocessing"
)
_ENGINE = (
    "topology training base_layer base_layer_utils keras_tensor sequential functional input_layer input_spec network "
    "saving"
)
_OPTIMIZERS = "adam adamax adagrad adadelta ftrl gradient_descent nadam rmsprop optimizer_v2 learning_rate_schedule"

# A module of Keras 2 or of `tensorflow.python.keras` -> the modules of today that have its names, below `keras`.
MOVED: dict[str, tuple[str, ...]] = {
    **{f"layers.{name}": ("layers",) for name in _LAYERS.split()},
    **{f"utils.{name}_utils": ("utils",) for name in "np generic vis data layer tf io conv losses".split()},
    "engine": ("layers", "models"),
    **{f"engine.{name}": ("layers", "models") for name in _ENGINE.split()},
    "optimizer_v2": ("optimizers",),
    **{f"optimizer_v2.{name}": ("optimizers", "optimizers.schedules") for name in _OPTIMIZERS.split()},
    "optimizers.optimizer_v2": ("optimizers",),
    "saving.save": ("models", "saving"),
    "initializers.initializers_v2": ("initializers",),
    "legacy_tf_layers": ("layers",),
    "backend_config": ("backend",),
    "__internal__": ("backend",),
}

# The beginning of a module's name -> what to do instead.
ADVICE = {
    "keras.src": "It is private code of Keras: import the same name from keras, keras.layers and their like.",
    "tensorflow.python": "It is private code of TensorFlow, of which kerax has what programs use most. Public names "
    "are in tensorflow itself.",
    "tensorflow.core": "It is private code of TensorFlow: its messages are tf.train.Example and its like.",
    "tensorflow.tools": "It is private code of TensorFlow.",
    "tensorflow.contrib": "It ended with TensorFlow 1.",
    "tensorflow.examples": "It ended with TensorFlow 1: the digits are in tf.keras.datasets.mnist.",
}

_KERAS_ITSELF = "It computes with Keras itself, so that a program that needs it cannot run on kerax."
# A package -> what to do instead.
BESIDE = {
    "tensorflow_datasets": "It reads data by TensorFlow. Use tf.keras.datasets, the package `datasets` of Hugging Face "
    "with tf.data.Dataset.from_generator, or files with tf.data.",
    "tensorflow_hub": "Its models are TensorFlow's graphs, which kerax cannot run. Build the network with "
    "tf.keras.layers, or load a .keras or .h5 file of it.",
    "tensorflow_addons": "Most of it has moved into Keras: look in tf.keras.layers (GroupNormalization, "
    "SpectralNormalization), tf.keras.optimizers (AdamW, Lamb), tf.keras.metrics (F1Score, CohenKappa) and "
    "tf.keras.losses.",
    "tensorflow_text": "Use tf.keras.layers.TextVectorization and tf.strings.",
    "tensorflow_probability": "It has a part that needs no TensorFlow: pip install tensorflow-probability, and "
    "`from tensorflow_probability.substrates import jax as tfp`.",
    "tensorflow_io": "Read files with tf.io and tf.data.",
    "tensorflow_estimator": "Estimators are in tf.estimator.",
    "tensorflow_transform": "Use the preprocessing layers of tf.keras.layers, which adapt() to data.",
    "tensorflow_model_optimization": "model.quantize('int8') makes a model smaller.",
    "tensorflow_decision_forests": "Use tf.estimator.BoostedTreesClassifier, or the package ydf.",
    "tensorflow_recommenders": _KERAS_ITSELF,
    "tensorflow_federated": "Nothing in kerax does this.",
    "tensorboard": "kerax writes TensorBoard's files without it; to look at them: pip install tensorboard.",
    "keras_tuner": _KERAS_ITSELF,
    "keras_cv": _KERAS_ITSELF,
    "keras_nlp": _KERAS_ITSELF,
    "keras_hub": _KERAS_ITSELF,
    "keras_contrib": "Its layers have to be written with tf.keras.layers.Layer.",
}


def below_keras(name: str) -> str | None:
    """The part of a module's name below Keras, however it is reached.

    Args:
      name: such as ``"tensorflow.python.keras.layers.core"``.

    Example:
      >>> from kerax.compat.old_names import below_keras
      >>> below_keras("tensorflow.python.keras.layers.core"), below_keras("keras.engine"), below_keras("tensorflow.io")
      ('layers.core', 'engine', None)
    """
    for start in ("tensorflow.python.keras", "tensorflow.keras", "keras.src", "tf_keras.src", "keras", "tf_keras"):
        if name == start or name.startswith(start + "."):
            return name[len(start) + 1 :]
    return None


def moved(below: str) -> tuple[str, ...]:
    """The modules of today, below ``keras``, that have the names of an older one; empty if it is still there.

    Args:
      below: such as ``"layers.convolutional.base_conv"``, of which the package is known.

    Example:
      >>> from kerax.compat.old_names import moved
      >>> moved("engine"), moved("layers.convolutional.base_conv"), moved("losses")
      (('layers', 'models'), ('layers',), ())
    """
    package, _, last = below.rpartition(".")
    return MOVED.get(below) or (MOVED.get(package, ()) if "." in package and last else ())


def advice_for(name: str) -> str:
    """What to do instead of importing a module, with a space before it; empty if nothing is known.

    Example:
      >>> from kerax.compat.old_names import advice_for
      >>> advice_for("keras.src.layers")[:27], advice_for("keras.layers")
      (' It is private code of Kera', '')
    """
    found = next((text for start, text in ADVICE.items() if name == start or name.startswith(start + ".")), "")
    return f" {found}" if found else ""
