"""Configurations in words that Keras 3 and, where they allow it, tf.keras 2.15 understand too.

kerax writes Keras 3's arguments. What tf.keras does not know is left out where it only says what holds anyway; a call
with one tensor, or one list of tensors, is written in the older form, which both read.
"""

from __future__ import annotations

import inspect
from typing import Any

from kerax.layers import deserialize  # noqa: F401  (fills the table of layers)
from kerax.registry.known import family_named

_NEW_WITH_DEFAULTS: dict[str, tuple] = {
    "optional": (False,), "autocast": (True,), "flash_attention": (None, False), "use_gate": (False,),
    "zero_output_for_mask": (False,), "rms_scaling": (False,), "sparse": (False,), "ragged": (False,),
}  # fmt: skip
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
    if str(config.get("module")).startswith("keras"):
        inner = _known_everywhere(config["module"], name, inner)
    if name == "InputLayer" and "batch_shape" in inner:
        inner = {"batch_input_shape": inner.pop("batch_shape"), **inner}
    graph = {key: inner.pop(key) for key in ("input_layers", "output_layers") if key in inner}
    shifted = _nested_models(inner.get("layers")) if graph and tf_keras else frozenset()
    written = {**config, "config": portable_config(inner, tf_keras)}
    for key, places in graph.items():
        written["config"][key] = _shifted(places, shifted)
        if tf_keras and places and isinstance(places, (list, tuple)) and isinstance(places[0], str):
            written["config"][key] = [written["config"][key]]
    if graph:
        for entry in written["config"]["layers"]:
            entry["inbound_nodes"] = [_node(node, tf_keras, shifted) for node in entry.get("inbound_nodes", [])]
    return written


def _known_everywhere(module: str, name: str, inner: dict[str, Any]) -> dict[str, Any]:
    """Arguments without those that hold anyway: None where None is the default, and Keras 3's new ones."""
    family = family_named(module, name)
    cls = family.classes.get(name) if family is not None else None
    defaults = {p.name: p.default for p in inspect.signature(cls.__init__).parameters.values()} if cls else {}

    def needed(key: str, value: Any) -> bool:
        if value is None:
            return defaults.get(key, None) is not None and defaults.get(key) is not inspect.Parameter.empty
        return not (key in _NEW_WITH_DEFAULTS and value in _NEW_WITH_DEFAULTS[key])

    return {key: value for key, value in inner.items() if needed(key, value)}


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


def _node(node: Any, tf_keras: bool, names: frozenset[str]) -> Any:
    """One call in the older form, ``[[layer, node, tensor, arguments], ...]``, if that can hold it."""
    args, kwargs = node["args"], node["kwargs"]
    first = args[0] if args else None
    tensors = first if isinstance(first, (list, tuple)) else [first]
    if len(args) != 1 or not tensors or not all(_is_tensor(item) for item in tensors):
        return node
    others = {key: value for key, value in kwargs.items() if value is not None}
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
