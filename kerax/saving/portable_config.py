"""Configurations in words that Keras 3 and, where they allow it, tf.keras 2.15 understand too.

kerax writes Keras 3's arguments. What tf.keras does not know is left out where it only says what holds anyway; a call
with one tensor, or one list of tensors, is written in the older form, which both read.
"""

from __future__ import annotations

from typing import Any

from kerax import layers
from kerax.layers.call_signature import signature_of
from kerax.saving.tf_keras_meanings import ACTIVATIONS

TF_KERAS_NAMES = {ours: theirs for theirs, ours in ACTIVATIONS.items()}

_NEW = {  # arguments that tf.keras has not, and the values with which they only say what holds there anyway
    "sliding_window": (None,), "optional": (False,), "autocast": (True,), "flash_attention": (None, False),
    "use_gate": (False,), "rms_scaling": (False,), "input_axes": (None,), "output_axes": (None,), "seed": (None,),
    "salt": (None,), "quantization_config": (None,), "loss_scale_factor": (None,),
    "gradient_accumulation_steps": (None,), "oov_method": (None, "floormod"), "mask_value": (None,),
}  # fmt: skip
_ASKED_FOR = {"MultiHeadAttention": ("query_shape", "key_shape", "value_shape")}  # tf.keras insists on them
_WITH_WHOLE_NUMBERS = ("StringLookup", "IntegerLookup", "Hashing", "HashedCrossing")
_MODEL_MODULES = {"Functional": "keras.src.models", "Sequential": "keras"}  # where both libraries have them
_TENSOR = "__keras_tensor__"
_ACTIVATION_NAMES = {"relu", "relu6", "softmax", "softplus", "softsign", "sigmoid", "silu", "gelu", "elu", "selu"}


def portable_config(config: Any, tf_keras: bool) -> Any:
    """Rewrites the configuration of a model.

    Args:
      config: as ``kerax.layers.serialize`` returned it. It is not changed.
      tf_keras: whether it is for tf.keras's ``.h5`` files; otherwise Keras 3 comes first.
    """
    if isinstance(config, (list, tuple)):
        return [portable_config(item, tf_keras) for item in config]
    if not isinstance(config, dict):
        return config
    if not isinstance(config.get("class_name"), str) or not isinstance(config.get("config"), dict):
        return {key: portable_config(value, tf_keras) for key, value in config.items()}
    if str(config.get("module")) == "kerax.ops":
        config = _operation(config)
    name = config["class_name"]
    inner = dict(config["config"])
    if config.get("module") == "keras.layers" and name in _MODEL_MODULES:
        config = {**config, "module": _MODEL_MODULES[name]}
    if str(config.get("module")).startswith("keras"):
        inner = _known_to_tf_keras(name, inner, tf_keras)
    if name == "InputLayer" and "batch_shape" in inner:
        inner = {"batch_input_shape": inner.pop("batch_shape"), **inner}
    if _is_nested(config.get("build_config")):
        config = {key: value for key, value in config.items() if key != "build_config"}
    graph = {key: inner.pop(key) for key in ("input_layers", "output_layers") if key in inner}
    shifted = _nested_models(inner.get("layers")) if graph and tf_keras else frozenset()
    written = {**config, "config": portable_config(inner, tf_keras)}
    for key, places in graph.items():
        written["config"][key] = _shifted(places, shifted)
        if tf_keras and places and isinstance(places, (list, tuple)) and isinstance(places[0], str):
            written["config"][key] = [written["config"][key]]
    if graph:
        for entry in written["config"]["layers"]:
            nodes = entry.get("inbound_nodes", [])
            if tf_keras:
                nodes = [_by_name(node, entry) for node in nodes]
            entry["inbound_nodes"] = [_node(node, tf_keras, shifted) for node in nodes]
    return written


def _known_to_tf_keras(name: str, inner: dict[str, Any], tf_keras: bool) -> dict[str, Any]:
    """Arguments without Keras 3's new ones where these say nothing; for tf.keras alone, under its names."""
    kept = {key: value for key, value in inner.items() if not (key in _NEW and _is_one_of(value, _NEW[key]))}
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
    return any(value is one or (isinstance(one, str) and value == one) for one in values)


def _function_name(value: Any) -> Any:
    """A function by its name alone; the older activation by the name that it has in tf.keras."""
    if isinstance(value, dict) and value.get("class_name") == "function":
        value = value.get("config")
    return TF_KERAS_NAMES.get(value, value) if isinstance(value, str) else value


def _is_nested(build_config: Any) -> bool:
    """Whether a layer was built for several shapes in one list, which each library sees in its own way."""
    shape = build_config.get("input_shape") if isinstance(build_config, dict) else None
    return isinstance(shape, (list, tuple)) and any(isinstance(size, (list, tuple)) for size in shape)


def _operation(entry: dict[str, Any]) -> dict[str, Any]:
    """An operation as Keras 3 writes it: an object of a class of its own."""
    operation = str(entry["config"].get("operation"))
    kind = "nn" if operation in _ACTIVATION_NAMES else "numpy"
    class_name = "".join(part.capitalize() for part in operation.split("_"))
    return {
        **entry, "module": f"keras.src.ops.{kind}", "class_name": class_name,
        "config": {"name": entry["config"].get("name")},
    }  # fmt: skip


# ---- calls ----------------------------------------------------------------------------------------------------------
def _nested_models(layers: Any) -> frozenset[str]:
    """Names of the nested models: in tf.keras their first call is the one that made them."""
    entries = layers if isinstance(layers, list) else []
    return frozenset(
        entry["name"] for entry in entries
        if isinstance(entry, dict) and ("input_layers" in entry["config"] or _begins_with_input(entry["config"]))
    )  # fmt: skip


def _begins_with_input(config: dict[str, Any]) -> bool:
    layers = config.get("layers")
    return isinstance(layers, list) and bool(layers) and layers[0].get("class_name") == "InputLayer"


def _shifted(places: Any, names: frozenset[str]) -> Any:
    if isinstance(places, dict):
        return {key: _shifted(value, names) for key, value in places.items()}
    if isinstance(places, (list, tuple)):
        if places and isinstance(places[0], str) and len(places) >= 3:
            return [places[0], places[1] + (places[0] in names), *places[2:]]
        return [_shifted(place, names) for place in places]
    return places


def _by_name(node: Any, entry: dict[str, Any]) -> Any:
    """A call of a layer of kerax's own with its arguments after the first by name, as tf.keras wants them."""
    cls = getattr(layers, entry["class_name"], None) if entry.get("module") == "keras.layers" else None
    args = node["args"]
    if len(args) < 2 or not isinstance(cls, type):
        return node
    return {"args": args[:1], "kwargs": {**dict(zip(signature_of(cls).names[1:], args[1:])), **node["kwargs"]}}


def _node(node: Any, tf_keras: bool, names: frozenset[str]) -> Any:
    """One call in the older form, ``[[layer, node, tensor, arguments], ...]``, if that can hold it."""
    args, kwargs = node["args"], node["kwargs"]
    first = args[0] if args else None
    tensors = first if isinstance(first, (list, tuple)) else [first]
    if len(args) != 1 or not tensors or not all(_is_tensor(item) for item in tensors):
        return node
    others = {key: value for key, value in kwargs.items() if value is not None}
    states = others.get("initial_state")
    if tf_keras and isinstance(states, (list, tuple)) and len(tensors) == 1 and all(_is_tensor(s) for s in states):
        tensors = [*tensors, *states]  # tf.keras counts them among the inputs
        del others["initial_state"]
    if _holds_tensor(others):
        if not tf_keras or isinstance(first, (list, tuple)):
            return node
        others = {key: _place(value, names) if _is_tensor(value) else value for key, value in others.items()}
        if _holds_tensor(others):
            return node
    return [[*_place(item, names), others] for item in tensors]


def _place(entry: dict[str, Any], names: frozenset[str]) -> list:
    return _shifted(entry["config"]["keras_history"], names)


def _is_tensor(value: Any) -> bool:
    return isinstance(value, dict) and value.get("class_name") == _TENSOR


def _holds_tensor(value: Any) -> bool:
    if _is_tensor(value):
        return True
    items = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return any(_holds_tensor(item) for item in items)
