"""Configurations in words that Keras 3 and, where they allow it, tf.keras 2.15 understand too.

kerax writes Keras 3's arguments. What tf.keras does not know is left out where it only says what holds anyway; calls
are written in the form that both read, where there is one (``portable_calls.py``), and operations as layers
(``operations_as_layers.py``).
"""

from __future__ import annotations

from typing import Any

from kerax.saving.operations_as_layers import operations_as_layers
from kerax.saving.operations_for_keras import operation_for_keras
from kerax.saving.operations_for_tf_keras import operation_for_tf_keras
from kerax.saving.portable_calls import node_of, numbered_calls, with_arguments_by_name
from kerax.saving.tensorflow_operations import CLASSES
from kerax.saving.tf_keras_meanings import ACTIVATIONS

TF_KERAS_NAMES = {ours: theirs for theirs, ours in ACTIVATIONS.items()}

# arguments that tf.keras has not, and the values with which they only say what holds there anyway
_NEW: dict[str, tuple] = {
    "sliding_window": (None,), "optional": (False,), "autocast": (True,), "flash_attention": (None, False),
    "use_gate": (False,), "rms_scaling": (False,), "input_axes": (None,), "output_axes": (None,), "seed": (None,),
    "salt": (None,), "quantization_config": (None,), "loss_scale_factor": (None,),
    "gradient_accumulation_steps": (None,), "oov_method": (None, "floormod"), "mask_value": (None,),
    "pad_to_aspect_ratio": (False,), "antialias": (False,),
}  # fmt: skip
_IMAGES = ("RandomBrightness", "RandomContrast", "RandomCrop", "RandomFlip", "RandomHeight", "RandomRotation",
           "RandomTranslation", "RandomWidth", "RandomZoom", "Resizing", "CenterCrop")  # fmt: skip
_NEW_IN: dict[str, dict[str, tuple]] = {  # the same for some layers only
    **{name: {"data_format": ("channels_last",)} for name in (*_IMAGES, "ZeroPadding1D")},
    "Resizing": {"data_format": ("channels_last",), "fill_mode": ("constant",), "fill_value": (0.0,)},
    "RandomContrast": {"data_format": ("channels_last",), "value_range": ([0, 255], (0, 255))},
    **{f"SpatialDropout{n}D": {"trainable": (True,)} for n in (1, 2, 3)},  # Keras 3 takes none
}
_ASKED_FOR = {"MultiHeadAttention": ("query_shape", "key_shape", "value_shape")}  # tf.keras insists on them
_WITH_WHOLE_NUMBERS = ("StringLookup", "IntegerLookup", "Hashing", "HashedCrossing")
_MODULES = {  # where both libraries have them, or tf.keras alone
    "Functional": "keras.src.models", "Sequential": "keras",
    "AddLoss": "keras.src.engine.base_layer", "AddMetric": "keras.src.engine.base_layer",
}  # fmt: skip


def portable_config(config: Any, tf_keras: bool) -> Any:
    """Rewrites the configuration of a model.

    Args:
      config: as ``kerax.layers.serialize`` returned it. It is not changed.
      tf_keras: whether it is for tf.keras, as in ``.h5`` files; otherwise Keras 3 comes first.
    """
    if isinstance(config, (list, tuple)):
        return [portable_config(item, tf_keras) for item in config]
    if not isinstance(config, dict):
        return config
    if not isinstance(config.get("class_name"), str) or not isinstance(config.get("config"), dict):
        return {key: portable_config(value, tf_keras) for key, value in config.items()}
    if str(config.get("module")) == "kerax.ops":
        config = operation_for_keras(config)
    name = config["class_name"]
    inner = dict(config["config"])
    if config.get("module") == "keras.layers" and name in _MODULES:
        config = {**config, "module": _MODULES[name]}
    if str(config.get("module")).startswith("keras"):
        inner = _known_to_tf_keras(name, inner, tf_keras)
    if name == "InputLayer" and "batch_shape" in inner:
        inner = {"batch_input_shape": inner.pop("batch_shape"), **inner}
    if _is_nested(config.get("build_config")) or (tf_keras and name in _ASKED_FOR):
        config = {key: value for key, value in config.items() if key != "build_config"}
    if not {"layers", "input_layers", "output_layers"} <= set(inner):
        return {**config, "config": portable_config(inner, tf_keras)}
    graph = numbered_calls({key: inner.pop(key) for key in ("layers", "input_layers", "output_layers")})
    entries = operations_as_layers(graph["layers"], operation_for_tf_keras if tf_keras else None)
    written = {**portable_config(inner, tf_keras), **graph, "layers": portable_config(entries, tf_keras)}
    for entry in written["layers"]:
        nodes = entry.get("inbound_nodes", [])
        if entry["class_name"] in CLASSES:
            continue  # in tf.keras's own form
        if tf_keras:
            nodes = [with_arguments_by_name(node, entry) for node in nodes]
        entry["inbound_nodes"] = [node_of(node, tf_keras) for node in nodes]
    if tf_keras:
        for key in ("input_layers", "output_layers"):
            places = written[key]
            if places and isinstance(places, (list, tuple)) and isinstance(places[0], str):
                written[key] = [places]
    return {**config, "config": written}


def _known_to_tf_keras(name: str, inner: dict[str, Any], tf_keras: bool) -> dict[str, Any]:
    """Arguments without Keras 3's new ones where these say nothing; for tf.keras alone, under its names."""
    new = {**_NEW, **_NEW_IN.get(name, {})}
    kept = {key: value for key, value in inner.items() if not (key in new and _is_one_of(value, new[key]))}
    kept.pop("batch_input_shape", None)  # the model has an InputLayer
    if name == "Discretization":
        kept.pop("trainable", None)
        if kept.get("bin_boundaries") is not None:
            kept["num_bins"] = None  # tf.keras takes only one of the two
    if name.endswith("Crossentropy") and kept.get("axis") == -1:
        del kept["axis"]
    if name == "LeakyReLU" and "negative_slope" in kept:
        kept["alpha"] = kept.pop("negative_slope")  # Keras 3 knows the older name, too
    if name == "TextVectorization" or (name in _WITH_WHOLE_NUMBERS and kept.get("output_mode", "int") == "int"):
        kept["dtype"] = "string" if name == "TextVectorization" else "int64"  # tf.keras takes no other
    if not tf_keras:
        return kept
    kept = {key: _function_name(value) for key, value in kept.items()}
    return {**kept, **{key: None for key in _ASKED_FOR.get(name, ()) if key not in kept}}


def _is_one_of(value: Any, values: tuple) -> bool:
    return any(value is one or (isinstance(one, (str, float, list, tuple)) and value == one) for one in values)


def _function_name(value: Any) -> Any:
    """A function by its name alone; the older activation by the name that it has in tf.keras."""
    if isinstance(value, dict) and value.get("class_name") == "function":
        value = value.get("config")
    return TF_KERAS_NAMES.get(value, value) if isinstance(value, str) else value


def _is_nested(build_config: Any) -> bool:
    """Whether a layer was built for several shapes in one list, which each library sees in its own way."""
    shape = build_config.get("input_shape") if isinstance(build_config, dict) else None
    return isinstance(shape, (list, tuple)) and any(isinstance(size, (list, tuple)) for size in shape)
