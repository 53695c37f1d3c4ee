"""Weights in Keras 3's HDF5 layout (``.weights.h5``).

One group per layer, named by its place: ``layers/dense_1/vars/0``. In models made of a list or graph of layers the
name is the
layer's class in snake case, numbered; elsewhere it is the attribute that holds the layer.
"""

from __future__ import annotations

import os
from typing import Any

import jax
import numpy as np

from kerax.dtypes import device_dtype
from kerax.registry import to_snake_case
from kerax.saving.atomic import atomic_path
from kerax.state import Module, Variable, children

_LAYER_LIST = "layers"


def named_groups(root: Module) -> list[tuple[str, str, list[Variable]]]:
    """Lists ``(group path, module name, own variables)`` of every module under a root, in Keras 3's naming."""
    found: list[tuple[str, str, list[Variable]]] = []
    seen: set[int] = {id(root)}

    def visit(module: Module, place: str) -> None:
        variables, modules = children(module)
        found.append((place, getattr(module, "name", ""), [v for _, v in variables]))
        counts: dict[tuple[str, str], int] = {}
        stacked = (
            {id(layer) for layer in module.layers} if hasattr(module, "_graph") and module._graph is not None else set()
        )  # type: ignore[attr-defined]
        for name, sub in modules:
            if id(sub) in seen or sub._kind != root._kind:
                continue
            seen.add(id(sub))
            container = name.rpartition("/")[0]
            if id(sub) in stacked:
                container = _LAYER_LIST
            if container:
                kind = to_snake_case(type(sub).__name__)
                count = counts.get((container, kind), 0)
                counts[(container, kind)] = count + 1
                name = f"{container}/{kind}_{count}" if count else f"{container}/{kind}"
            visit(sub, f"{place}/{name}" if place else name)

    visit(root, "")
    return found


def save_weights_h5(model: Any, path: str | os.PathLike) -> None:
    """Writes all weights, and the optimizer's variables if the model is compiled and trained, atomically.

    Args:
      model: a built model.
      path: file name ending in ``.weights.h5``.

    Raises:
      OSError: naming the path, if it cannot be written.
    """
    import h5py

    with atomic_path(path, "weights") as temporary, h5py.File(temporary, "w") as file:
        for place, name, variables in named_groups(model):
            group = file.create_group(f"{place}/vars" if place else "vars")
            group.attrs["name"] = name
            for i, variable in enumerate(variables):
                _write(group, str(i), variable.read())
        optimizer = getattr(model, "optimizer", None)
        if optimizer is not None and getattr(optimizer, "built", False):
            group = file.create_group("optimizer/vars")
            group.attrs["name"] = optimizer.name
            for i, variable in enumerate(optimizer.variables):
                _write(group, str(i), variable.read())


def _write(group: Any, key: str, array: Any) -> None:
    value = np.asarray(jax.device_get(array))
    dataset = group.create_dataset(key, data=value)
    if value.dtype.kind == "V" or value.dtype.name == "bfloat16":
        dataset.attrs["dtype"] = value.dtype.name  # HDF5 has no such type: it is stored as opaque bytes


def load_weights_h5(model: Any, path: str | os.PathLike, skip_mismatch: bool = False) -> None:
    """Reads weights that ``save_weights_h5``, Keras 3 or tf.keras (``.weights.h5``) wrote.

    Nothing in the model changes unless every weight fits.

    Args:
      model: a built model.
      path: the file.
      skip_mismatch: whether layers that do not fit are left as they are instead of raising.

    Raises:
      ValueError: naming the file, the layer, and the expected and found shape.
      OSError: if the file cannot be read.
    """
    import h5py

    if not os.path.exists(path):
        raise FileNotFoundError(f"load_weights(): there is no file {str(path)!r}.")
    pending: list[tuple[Variable, np.ndarray]] = []
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise ValueError(f"load_weights(): {str(path)!r} is no HDF5 file, or it is damaged: {error}") from error
    with file:
        for place, name, variables in named_groups(model):
            try:
                pending += _read_group(file, place, name, variables, path)
            except ValueError:
                if not skip_mismatch:
                    raise
    for variable, array in pending:
        variable.assign(array)


def _read_group(
    file: Any, place: str, name: str, variables: list[Variable], path: Any
) -> list[tuple[Variable, np.ndarray]]:
    import h5py

    group_path = f"{place}/vars" if place else "vars"
    group = None
    if all(isinstance(file.get(part, getlink=True), h5py.HardLink) for part in _prefixes(group_path)):
        group = file.get(group_path)
    count = len(group) if group is not None else 0
    if count != len(variables):
        raise ValueError(
            f"load_weights(): layer {name!r} ({group_path!r} in {str(path)!r}) has {len(variables)} weights, the "
            f"file holds {count}. "
            "Is it the file of another model?"
        )
    found = []
    for i, variable in enumerate(variables):
        link = group.get(str(i), getlink=True)
        dataset = group.get(str(i)) if isinstance(link, h5py.HardLink) else None
        if not isinstance(dataset, h5py.Dataset) or dataset.external or dataset.is_virtual:
            raise ValueError(f"load_weights(): {group_path}/{i} in {str(path)!r} is missing or no plain dataset.")
        if tuple(dataset.shape) != variable.shape:
            raise ValueError(
                f"load_weights(): weight {variable.path!r} ({group_path}/{i} in {str(path)!r}) has shape "
                f"{variable.shape}, the file holds "
                f"{tuple(dataset.shape)}. Is it the file of another model?"
            )
        array = dataset[()]
        named = dataset.attrs.get("dtype")
        if named is not None and array.dtype.kind == "V":
            array = np.asarray(array).view(device_dtype(named))
        found.append((variable, array))
    return found


def _prefixes(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]
