"""Whole models in tf.keras's ``.h5`` files: the configuration in attributes, the weights in groups."""

from __future__ import annotations

import json
import pathlib
import re
from typing import Any

from kerax import losses
from kerax.layers import serialize
from kerax.layers.preprocessing.vocabulary import vocabularies_in_configurations
from kerax.registry import custom_object_scope, object_sharing_scope, safe_mode_scope, to_snake_case
from kerax.saving.hdf5_reader import Hdf5Reader
from kerax.saving.hdf5_writer import hdf5_file, write_array, write_names
from kerax.saving.json_text import parse_json
from kerax.saving.keras_archive import make_model
from kerax.saving.legacy_weights import KERAS_VERSION, plan_legacy_weights, write_legacy_weights
from kerax.saving.load_report import LoadReport, Pending
from kerax.saving.optimizer_state import add_optimizer_arrays
from kerax.saving.plain_value import plain_value
from kerax.saving.portable_config import portable_config
from kerax.saving.refusals import refusals
from kerax.saving.tf_keras_limits import warn_of_other_numbers
from kerax.saving.tf_keras_meanings import ACTIVATIONS
from kerax.state import walk_modules
from kerax.state.first_values import first_values_later
from kerax.utils.atomic import atomic_path

WRITER = "kerax"  # attribute of files whose words are Keras 3's, whatever version their layout has


# ---- writing --------------------------------------------------------------------------------------------------------
def save_h5(model: Any, path: pathlib.Path, include_optimizer: bool) -> None:
    """Writes a model into one HDF5 file, atomically.

    Raises:
      ValueError: for a model that is no list or graph of layers and has no ``get_config`` of its own, and for layers
        with files of their own.
    """
    _refuse_assets(model)
    with object_sharing_scope(), vocabularies_in_configurations():
        plain = serialize(model)
        config = portable_config(plain, tf_keras=True)
        settings = model.get_compile_config() if include_optimizer else None
    warn_of_other_numbers(plain, "save()")
    with atomic_path(path, "the model") as temporary, hdf5_file(temporary) as file:
        file.attrs["keras_version"] = KERAS_VERSION
        file.attrs["backend"] = "tensorflow"
        if any(f'"{word}"' in _json(plain) for word in ACTIVATIONS):
            config = portable_config(plain, tf_keras=False)
            file.attrs[WRITER] = "the configuration's words mean what they mean in Keras 3"
        file.attrs["model_config"] = _json({"class_name": config["class_name"], "config": config["config"]})
        write_legacy_weights(file.create_group("model_weights"), model)
        if settings is None:
            return
        optimizer = portable_config(settings.pop("optimizer"), tf_keras=True)
        others = {key: settings.get(key) for key in ("loss", "metrics", "weighted_metrics", "loss_weights")}
        prefix = "" if str(optimizer.get("module")).endswith(".legacy") else "Custom>"
        others["loss"] = _with_long_names(others["loss"])
        written = {"class_name": prefix + optimizer["class_name"], "config": _with_known_name(optimizer)}
        file.attrs["training_config"] = _json({**portable_config(others, True), "optimizer_config": written})
        if model.optimizer.built:
            _write_optimizer(file.create_group("optimizer_weights"), model.optimizer)


def _refuse_assets(model: Any) -> None:
    """The format has no place for the files of layers of the user's own."""
    for path, module in walk_modules(model):
        method = getattr(type(module), "save_assets", None)
        if method is not None and not (method.__module__ or "").startswith("kerax."):
            raise ValueError(
                f"Layer {path or model.name!r} ({type(module).__name__}) has files of its own (save_assets), which a "
                ".h5 file cannot hold. Save the model as '.keras'."
            )


def _with_long_names(losses_of_outputs: Any) -> Any:
    """Losses given by a short name, "mse", by their long one, which alone Keras 3 finds in these files."""
    if isinstance(losses_of_outputs, str):
        return getattr(losses.get(losses_of_outputs), "__name__", losses_of_outputs)
    if isinstance(losses_of_outputs, (list, tuple)):
        return [_with_long_names(one) for one in losses_of_outputs]
    if isinstance(losses_of_outputs, dict) and "class_name" not in losses_of_outputs:
        return {key: _with_long_names(one) for key, one in losses_of_outputs.items()}
    return losses_of_outputs


def _with_known_name(optimizer: dict[str, Any]) -> dict[str, Any]:
    """An optimizer's configuration with a name by which Keras 3 finds the class: "AdamW" rather than "adam_w_1"."""
    name, class_name = optimizer["config"].get("name"), optimizer["class_name"]
    if re.fullmatch(to_snake_case(class_name) + r"(_\d+)?", str(name)):
        return {**optimizer["config"], "name": class_name}
    return optimizer["config"]


def _json(value: Any) -> str:
    return json.dumps(value, default=plain_value)


def _write_optimizer(group: Any, optimizer: Any) -> None:
    """The iteration and the slots, in tf.keras's order; the learning rate stands in the configuration."""
    variables = [variable for variable in optimizer.variables if variable is not optimizer._learning_rate]
    names = [f"{variable.path}:0" for variable in variables]
    write_names(group, "weight_names", names)
    for name, variable in zip(names, variables, strict=True):
        write_array(group, name, variable.read())


# ---- reading --------------------------------------------------------------------------------------------------------
def load_h5(path: Any, custom_objects: dict[str, Any] | None, compile: bool, safe_mode: bool) -> Any:
    """Makes the model that an HDF5 file of tf.keras, Keras 3 or kerax holds.

    Raises:
      ValueError: naming the file and what is wrong with it.
      FileNotFoundError: if there is no such file.
    """
    with refusals("load_model()", path), first_values_later(), Hdf5Reader(path) as reader:
        text = reader.text("", "model_config")
        if text is None:
            raise ValueError(
                f"{reader.what} holds no model (no attribute 'model_config'), perhaps only weights: make the model and "
                "call load_weights()."
            )
        version = "3" if reader.text("", WRITER) else reader.text("", "keras_version") or "1.0"
        config = _with_compatible_words(parse_json(text, f"{reader.what}: model_config"))
        model, _ = make_model(config, version, custom_objects, safe_mode, reader.size, reader.what)
        training = reader.text("", "training_config") if compile else None
        if training is not None:
            settings = parse_json(training, f"{reader.what}: training_config")
            with safe_mode_scope(safe_mode), object_sharing_scope(), custom_object_scope(custom_objects):
                model.compile_from_config(settings)
        pending = Pending(LoadReport(reader.what))
        if model.built or model.layers:
            plan_legacy_weights(reader, "model_weights", model, pending, by_name=False)
        if training is not None and reader.has_group("optimizer_weights") and model.optimizer.built:
            names = reader.texts("optimizer_weights", "weight_names") or []
            arrays = [array for name in names if (array := reader.array(f"optimizer_weights/{name}")) is not None]
            add_optimizer_arrays(pending, model.optimizer, arrays)
        pending.commit()
    return model


def _with_compatible_words(config: Any) -> Any:
    """Old class names; a bare list of layers is a Sequential's."""
    if isinstance(config, dict) and isinstance(config.get("config"), list):
        return {**config, "config": {"layers": config["config"]}}
    return config
