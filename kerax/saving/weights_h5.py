"""Weights in Keras 3's HDF5 layout (``.weights.h5``).

One group per layer, named by its place (see ``groups.py``): ``layers/dense_1/vars/0``.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from kerax.saving.groups import Group, groups_of, own_method
from kerax.saving.hdf5_reader import Hdf5Reader, StoredArray
from kerax.saving.hdf5_writer import PER_ARRAY, hdf5_file, size_of, write_array
from kerax.saving.load_report import LoadReport, Pending
from kerax.saving.lora import MARK, arrays_for, is_merged, value_to_write
from kerax.saving.optimizer_state import add_optimizer_arrays

OPTIMIZER = "optimizer/vars"
# Parts to which Keras 3 gave public names; tf.keras looks for them under "_query_dense". Links are both.
_PRIVATE_IN_TF_KERAS = {"MultiHeadAttention": ("query_dense", "key_dense", "value_dense", "output_dense")}


def save_weights_h5(model: Any, path: str | os.PathLike, include_optimizer: bool = True, sealed: bool = True) -> None:
    """Writes all weights, and the optimizer's variables if the model is compiled and trained, into a new file.

    Args:
      model: a built model.
      path: the file.
      include_optimizer: whether the optimizer's variables are written too.
      sealed: whether the file ends with a checksum.
    """
    groups = groups_of(model)
    optimizer = getattr(model, "optimizer", None) if include_optimizer else None
    kept = optimizer.variables if optimizer is not None and getattr(optimizer, "built", False) else []
    with hdf5_file(path, sealed) as file:
        for entry in groups:
            group = file.create_group(entry.path)
            group.attrs["name"] = entry.name
            own = own_method(entry.module, "save_own_variables")
            if own is not None:
                own(_Store(group))
                continue
            if is_merged(entry.module):
                group.attrs[MARK] = "merged"
            for i, variable in enumerate(entry.variables):
                write_array(group, str(i), value_to_write(entry.module, variable))
        for entry in groups:
            for name in _PRIVATE_IN_TF_KERAS.get(type(entry.module).__name__, ()):
                place = f"{entry.place}/" if entry.place else ""
                if f"{place}{name}" in file:
                    file[f"{place}_{name}"] = file[f"{place}{name}"]  # a hard link: the arrays are stored once
        added = [entry for entry in groups if type(entry.module).__name__ == "AddMetric"]
        for i, _ in enumerate(added):  # tf.keras looks for the two numbers of their means, which begin anew
            for name in ("0", "1"):
                write_array(file.require_group(f"metrics/mean{f'_{i}' if i else ''}/vars"), name, np.zeros((), "f4"))
        if optimizer is not None and kept:
            group = file.create_group(OPTIMIZER)
            group.attrs["name"] = optimizer.name
            for i, variable in enumerate(kept):
                write_array(group, str(i), variable.read())


def load_weights_h5(model: Any, path: Any, skip_mismatch: bool = False, what: str | None = None) -> LoadReport:
    """Reads weights that kerax, Keras 3 or tf.keras wrote in this layout, and the state of the optimizer.

    Nothing in the model changes unless every weight fits. As in Keras 3, an optimizer that has its variables gets their
    values, too; one that was never used stays fresh.

    Args:
      model: a built model.
      path: the file.
      skip_mismatch: whether layers that do not fit are left as they are instead of raising.
      what: the file, for messages.

    Returns:
      What was loaded, skipped, missing.

    Raises:
      ValueError: naming the file, the layer, and the expected and found shape.
      FileNotFoundError: if there is no such file.
    """
    with Hdf5Reader(path, what) as reader:
        return load_weights_from(reader, model, skip_mismatch)


def load_weights_from(reader: Any, model: Any, skip_mismatch: bool = False) -> LoadReport:
    """``load_weights_h5`` from an open file, or from several that are read as one."""
    report = LoadReport(reader.what)
    pending = Pending(report, skip_mismatch)
    groups = groups_of(model)
    for group in groups:
        load = own_method(group.module, "load_own_variables")
        if load is not None:
            found = {name: reader.array(f"{group.path}/{name}") for name in reader.names(group.path)}
            pending.add_own(load, {k: v for k, v in found.items() if v is not None})
        else:
            _add_group(reader, pending, group, groups)
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and optimizer.built and reader.has_group(OPTIMIZER):
        if not add_optimizer_arrays(pending, optimizer, reader.numbered_arrays(OPTIMIZER)):
            report.unused.append(OPTIMIZER)
            warnings.warn(
                f"The state of the optimizer in {reader.what} is not that of optimizer {optimizer.name!r}, whose "
                f"{len(optimizer.variables)} variables stay as they are.",
                stacklevel=2,
            )
    pending.commit()
    return report


@dataclass(frozen=True)
class ArrayToWrite:
    """One array of a file: its group, the name of the group's owner, its own name; the value is fetched late.

    ``merged`` says whether the group's first array is the sum of a weight and its LoRA update.
    """

    group: str
    owner: str
    name: str
    nbytes: int
    merged: bool
    value: Callable[[], Any]


def arrays_to_write(model: Any) -> Iterator[ArrayToWrite]:
    """All arrays of a model's file of weights, those of a built optimizer last."""
    owners = [(entry.path, entry.name, entry.module, entry.variables) for entry in groups_of(model)]
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and getattr(optimizer, "built", False):
        owners.append((OPTIMIZER, optimizer.name, None, optimizer.variables))
    for path, owner, module, variables in owners:
        own = own_method(module, "save_own_variables") if module is not None else None
        if own is None:
            for i, variable in enumerate(variables):
                value = partial(value_to_write, module, variable)
                yield ArrayToWrite(path, owner, str(i), size_of([variable]) - PER_ARRAY, is_merged(module), value)
            continue
        store: dict[str, Any] = {}
        own(store)
        for name, value in store.items():
            yield ArrayToWrite(path, owner, name, np.asarray(value).nbytes, False, lambda value=value: value)


class _Store:
    """What a layer's own ``save_own_variables`` writes into: a mapping from name to array."""

    def __init__(self, group: Any):
        self._group = group

    def __setitem__(self, name: str, value: Any) -> None:
        write_array(self._group, name, value)


def _add_group(reader: Hdf5Reader, pending: Pending, group: Group, groups: list[Group]) -> None:
    variables = group.variables
    if not variables:
        return  # look-up tables and other things that are no variables here
    arrays: list[Any] = _arrays_of(reader, group)
    if not arrays:  # a layer that is also used inside a wrapper is written once, at one of its places
        twins = [other for other in groups if other.name == group.name and type(other.module) is type(group.module)]
        arrays = next((found for twin in twins if (found := _arrays_of(reader, twin))), [])
    if arrays and is_merged(group.module):
        merged = reader.text(group.path, MARK) is not None
        if merged or len(arrays) == len(variables) - 2:
            arrays = arrays_for(group.module, arrays, merged)
    if len(arrays) == len(variables):
        for variable, stored in zip(variables, arrays, strict=True):
            pending.add(variable, stored)
        return
    if not arrays and pending.skip_mismatch:
        pending.report.missing += [variable.path for variable in variables]
        return
    pending.refuse(
        variables,
        f"layer {group.name!r} ({group.path!r} in {reader.what}) has {len(variables)} weights "
        f"({', '.join(variable.path for variable in variables[:4])}), the file holds {len(arrays)}",
        "Is it the file of another model?",
    )


def _arrays_of(reader: Hdf5Reader, group: Group) -> list[StoredArray]:
    """The group's arrays; tf.keras names the group by the private attribute where Keras 3 has a public one."""
    found = reader.numbered_arrays(group.path)
    head, _, tail = group.place.rpartition("/")
    return found or reader.numbered_arrays(f"{head}/_{tail}/vars")
