"""Weights in a safetensors file, by names that do not depend on how often layers were made."""

from __future__ import annotations

import os
from typing import Any

from kerax.dtypes import device_dtype
from kerax.saving.groups import groups_of
from kerax.saving.leaves import VariableLeaf
from kerax.saving.load_report import LoadReport
from kerax.saving.safetensors import SafetensorsFile, write_safetensors
from kerax.saving.sstable import DamagedFile
from kerax.state import Variable


def named_weights(model: Any) -> dict[str, Variable]:
    """A model's weights by names that do not depend on how often layers were made: ``layers/dense/kernel``.

    Example:
      >>> import kerax
      >>> from kerax.saving.safetensors_weights import named_weights
      >>> list(named_weights(kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)])))
      ['layers/dense/kernel', 'layers/dense/bias']
    """
    found: dict[str, Variable] = {}
    for group in groups_of(model):
        for variable in group.variables:
            if not variable.is_weight:
                continue
            base = name = f"{group.place}/{variable.name}" if group.place else variable.name
            count = 0
            while name in found:
                count += 1
                name = f"{base}_{count}"
            found[name] = variable
    return found


def save_safetensors_weights(model: Any, path: str | os.PathLike) -> None:
    """Writes a model's weights, without the state of its optimizer, into one safetensors file.

    Raises:
      OSError: naming the path, if it cannot be written.
    """
    write_safetensors(
        path, {name: _Array(variable) for name, variable in named_weights(model).items()}, {"format": "np"}
    )


def load_safetensors_weights(
    model: Any, path: str | os.PathLike, skip_mismatch: bool = False, by_name: bool = False
) -> LoadReport:
    """Reads what ``save_safetensors_weights`` wrote; nothing changes unless all of it fits.

    Raises:
      ValueError: naming file, weight, expected and found shape.
    """
    return assign_tensors(
        model, {name: file for file in [SafetensorsFile(path)] for name in file}, str(path), skip_mismatch
    )


def assign_tensors(model: Any, tensors: dict[str, SafetensorsFile], source: str, skip_mismatch: bool) -> LoadReport:
    """Gives a model tensors by name, from the files that hold them; nothing changes unless all of them fit.

    Raises:
      ValueError: naming file, weight, expected and found shape.
    """
    report = LoadReport(source)
    weights = named_weights(model)
    if not any(name in tensors for name in weights):  # a file of another writer names weights by their paths
        by_path = {variable.path: variable for variable in weights.values()}
        weights = by_path if any(name in tensors for name in by_path) else weights
    report.missing = [variable.path for name, variable in weights.items() if name not in tensors]
    report.unused = [name for name in tensors if name not in weights]
    if report.missing and not skip_mismatch:
        raise ValueError(f"load_weights(): {report}. Is it the file of another model?")
    actions = []
    for name, variable in weights.items():
        if name not in tensors:
            continue
        file = tensors[name]
        shape = file.shapes()[name]
        try:
            if shape != variable.shape:
                raise ValueError(
                    f"load_weights(): weight {variable.path!r} ({name!r} in {file.path!r}) has shape {variable.shape}, "
                    f"the file holds {shape}. Is it the file of another model?"
                )
            actions.append((variable, VariableLeaf(variable).prepare(file[name], name, file.path)))
        except DamagedFile:
            raise
        except ValueError as error:
            if not skip_mismatch:
                raise
            report.skipped[variable.path] = str(error)
    actions.reverse()
    while actions:  # each array is let go as soon as it is assigned
        variable, assign = actions.pop()
        assign()
        report.loaded.append(variable.path)
    return report


class _Array:
    """A variable as an array that is fetched when it is written."""

    def __init__(self, variable: Variable):
        self.variable, self.shape, self.dtype = variable, variable.shape, device_dtype(variable.dtype)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return VariableLeaf(self.variable).value()
