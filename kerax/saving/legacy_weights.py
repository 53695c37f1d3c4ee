"""Weights in the HDF5 layout of tf.keras 2: one group per layer, named after it, with the names of its weights."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kerax.saving.groups import own_method
from kerax.saving.hdf5_reader import Hdf5Reader, StoredArray
from kerax.saving.hdf5_writer import hdf5_file, write_array, write_names
from kerax.saving.load_report import LoadReport, Pending
from kerax.state import Variable, children

KERAS_VERSION = "2.15.0"  # whose layout this is
TOP = "top_level_model_weights"


def legacy_order(layer: Any) -> list[Variable]:
    """A layer's weights in tf.keras 2's order: the trained ones first, frozen layers included, then the others."""
    weights = layer.weights
    return [w for w in weights if w.trainable] + [w for w in weights if not w.trainable]


def _own_weights(model: Any) -> list[Variable]:
    own = [variable for _, variable in children(model)[0] if variable.is_weight]
    return [w for w in own if w.trainable] + [w for w in own if not w.trainable]


# ---- writing --------------------------------------------------------------------------------------------------------
def save_legacy_weights(model: Any, path: Any) -> None:
    """Writes a model's weights into a new file."""
    with hdf5_file(path) as file:
        write_legacy_weights(file, model)


def write_legacy_weights(group: Any, model: Any) -> None:
    """Writes a model's weights into an HDF5 group."""
    layers = list(model.layers)
    write_names(group, "layer_names", [layer.name for layer in layers])
    group.attrs["backend"] = "tensorflow"
    group.attrs["keras_version"] = KERAS_VERSION
    for layer in layers:
        _write_group(group.create_group(layer.name), legacy_order(layer) or _learnt(layer))
    _write_group(group.create_group(TOP), _own_weights(model))


@dataclass(frozen=True)
class _Learnt:
    """What a layer of kerax's own learnt from data and tf.keras keeps as a weight: frequencies of tokens."""

    path: str
    value: Any

    def read(self) -> Any:
        return self.value


def _learnt(layer: Any) -> list[_Learnt]:
    write = getattr(layer, "save_own_variables", None)
    if write is None or not type(layer).__module__.startswith("kerax."):
        return []
    store: dict[str, Any] = {}
    write(store)
    return [_Learnt(f"{layer.name}/{name}", value) for name, value in store.items()]


def _write_group(group: Any, variables: Sequence[Variable | _Learnt]) -> None:
    names: list[str] = []
    for variable in variables:
        name = f"{variable.path}:0"
        count = 0
        while name in names:
            count += 1
            name = f"{variable.path}_{count}:0"
        names.append(name)
    write_names(group, "weight_names", names)
    for name, variable in zip(names, variables, strict=True):
        write_array(group, name, variable.read())


# ---- reading --------------------------------------------------------------------------------------------------------
def load_legacy_weights(model: Any, path: pathlib.Path, skip_mismatch: bool, by_name: bool) -> LoadReport:
    """Reads weights from a weights file, or from a whole-model file, of tf.keras 2 (or Keras 1).

    Nothing in the model changes unless every weight fits.

    Args:
      model: a built model.
      path: the file.
      skip_mismatch: whether layers that do not fit are left as they are instead of raising.
      by_name: whether layers are found by their names instead of their order.

    Raises:
      ValueError: naming the file, the layer, and the expected and found shape.
    """
    with Hdf5Reader(path) as reader:
        report = LoadReport(reader.what)
        pending = Pending(report, skip_mismatch)
        root = ""
        if reader.texts("", "layer_names") is None and reader.has_group("model_weights"):
            root = "model_weights"
        plan_legacy_weights(reader, root, model, pending, by_name)
        pending.commit()
    return report


def plan_legacy_weights(reader: Hdf5Reader, root: str, model: Any, pending: Pending, by_name: bool) -> None:
    """Plans the assignment of all weights below a group of the file."""
    names = reader.texts(root, "layer_names")
    if names is None:
        raise ValueError(
            f"load_weights(): {reader.what} has no list 'layer_names': it holds no weights in tf.keras's HDF5 layout."
        )
    stored = {name: _arrays_of(reader, _join(root, name)) for name in names}
    for layer in model.layers:  # layers whose state is no variable here, such as an adapted Discretization
        if own_method(layer, "load_own_variables") is not None and not layer.weights and stored.get(layer.name):
            arrays = stored.pop(layer.name)
            pending.add_own(layer.load_own_variables, {str(i): array for i, array in enumerate(arrays)})
            names = [name for name in names if name != layer.name]
    if by_name:
        layers = [(layer, layer.name) for layer in model.layers if layer.name in stored and stored[layer.name]]
        pending.report.missing += [
            w.path for layer in model.layers if not stored.get(layer.name) for w in legacy_order(layer)
        ]
        known = {layer.name for layer in model.layers}
        pending.report.unused += [name for name in names if name not in known and stored[name]]
    else:
        filled = [name for name in names if stored[name]]
        with_weights = [layer for layer in model.layers if legacy_order(layer)]
        if len(filled) != len(with_weights):
            raise ValueError(
                f"load_weights(): Layer count mismatch: the model has {len(with_weights)} layers with weights "
                f"({_few([layer.name for layer in with_weights])}), {reader.what} holds {len(filled)} ({_few(filled)})."
            )
        layers = list(zip(with_weights, filled, strict=True))
    for layer, name in layers:
        _plan_layer(reader, pending, layer.name, legacy_order(layer), stored[name])
    own = _own_weights(model)
    top = _arrays_of(reader, _join(root, TOP))
    if own or top:
        _plan_layer(reader, pending, model.name, own, top)


def _plan_layer(
    reader: Hdf5Reader, pending: Pending, name: str, variables: list[Variable], arrays: list[StoredArray]
) -> None:
    if len(variables) == len(arrays):
        for variable, array in zip(variables, arrays, strict=True):
            pending.add(variable, array)
        return
    pending.refuse(
        variables,
        f"layer {name!r} has {len(variables)} weights ({_few([v.path for v in variables])}), {reader.what} holds "
        f"{len(arrays)}",
        "Is it the file of another model?",
    )


def _arrays_of(reader: Hdf5Reader, place: str) -> list[StoredArray]:
    names = reader.texts(place, "weight_names") or []
    found = []
    for name in names:
        array = reader.array(_join(place, name))
        if array is None:
            raise ValueError(
                f"load_weights(): {reader.what} names the weight {_join(place, name)!r}, which is missing."
            )
        found.append(array)
    return found


def _join(root: str, name: str) -> str:
    return f"{root}/{name}" if root else name


def _few(names: list[str]) -> str:
    return ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
