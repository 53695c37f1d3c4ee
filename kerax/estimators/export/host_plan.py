"""The host stage of a model function as plain values, and back: which layers read a request, and what each is given."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax import export as jax_export

from kerax.estimators.boosted_trees.features import TreeFeatures
from kerax.estimators.boosted_trees.model import TreeLogits, TreeModel
from kerax.estimators.heads.head_inputs import HeadInputs
from kerax.estimators.host_stage import HostStage, for_device
from kerax.estimators.premade.columns import ModelColumns
from kerax.feature_column.column import FeatureColumn
from kerax.feature_column.numeric import NumericColumn
from kerax.feature_column.serialization import deserialize_feature_columns, serialize_feature_columns
from kerax.feature_column.transform import FeatureTransform
from kerax.registry import deserialize_keras_object, serialize_keras_object
from kerax.saving.exported_program import read_program

_NEEDS = "Exported programs need flatbuffers to be read and written: pip install flatbuffers (or the extra `export`)."


class Normalizers:
    """The normalizer functions of numeric columns, as compiled programs.

    Attributes:
      programs: name -> serialized program.
    """

    def __init__(self) -> None:
        self.programs: dict[str, bytes] = {}

    def add(self, column: NumericColumn) -> Any:
        """A named function that stands for a column's normalizer.

        Raises:
          ValueError: naming the column, if JAX cannot trace the function.
        """
        name = f"normalizer_{len(self.programs)}"
        batch = jax_export.symbolic_shape("b")[0]
        shape = jax.ShapeDtypeStruct((batch, *column.shape), np.float32)
        try:
            program = jax_export.export(jax.jit(column.normalizer_fn), platforms=("cpu",))(shape)
        except Exception as error:
            raise ValueError(
                f"The normalizer_fn of column {column.name!r} cannot be exported: {type(error).__name__}: {error}. "
                "Write it with operators and kerax.ops or jax.numpy functions."
            ) from error
        self.programs[name] = serialized(program)

        def normalizer(values: Any) -> Any:
            raise RuntimeError("This function stands for one that was exported.")

        normalizer.__name__ = name
        return normalizer

    def without(self, column: Any) -> Any:
        """A column whose normalizers, and those of the columns it is made of, are named functions."""
        if not isinstance(column, FeatureColumn):
            return column
        changes: dict[str, Any] = {}
        for entry in dataclasses.fields(column):  # type: ignore[arg-type]
            value = getattr(column, entry.name)
            if isinstance(value, FeatureColumn):
                changes[entry.name] = self.without(value)
            elif isinstance(value, tuple) and any(isinstance(one, FeatureColumn) for one in value):
                changes[entry.name] = tuple(self.without(one) for one in value)
        if isinstance(column, NumericColumn) and column.normalizer_fn is not None:
            changes["normalizer_fn"] = self.add(column)
        return dataclasses.replace(column, **changes) if changes else column  # type: ignore[type-var]

    def serialize(self, columns: list[Any]) -> list[Any]:
        """The configurations of columns."""
        return serialize_feature_columns([self.without(column) for column in columns])


def serialized(program: Any) -> bytes:
    """A compiled program as bytes.

    Raises:
      ImportError: without the package ``flatbuffers``.
    """
    try:
        return bytes(program.serialize())
    except ImportError as error:
        raise ImportError(_NEEDS) from error


def deserialized(path: str) -> Any:
    """A compiled program from a file.

    Raises:
      ImportError: without the package ``flatbuffers``.
      ValueError: for a file that holds no program, or one that does more than arithmetic.
    """
    try:
        return read_program(path)
    except ImportError as error:
        raise ImportError(_NEEDS) from error


def describe_stage(stage: HostStage, normalizers: Normalizers) -> list[Any]:
    """The calls of a host stage as plain values; None for calls whose place the program itself takes.

    Raises:
      ValueError: for layers that no file can hold.
    """
    if not stage.complete:
        raise ValueError(
            "The model function gives a host layer (text, look-ups) what it has computed itself; such a model cannot "
            "be exported. Give the layer features as they come."
        )
    return [
        None if call is None or isinstance(call[0], HeadInputs) else _describe(call, normalizers)
        for call in stage.calls
    ]


def _describe(call: Any, normalizers: Normalizers) -> dict[str, Any]:
    layer, treedef, places = call
    skeleton = jax.tree.unflatten(treedef, list(range(treedef.num_leaves)))
    about: dict[str, Any] = {"skeleton": skeleton, "places": [list(place) for place in places]}
    if isinstance(layer, FeatureTransform):
        return {**about, "columns": normalizers.serialize(layer.columns), "ids": sorted(layer.as_ids)}
    if isinstance(layer, ModelColumns):
        parts = {name: part.columns for name, part in layer.parts.items() if part is not None}
        return {**about, "parts": {name: normalizers.serialize(columns) for name, columns in parts.items()}}
    if isinstance(layer, TreeLogits):
        columns = normalizers.serialize(layer.model.features.columns)
        return {**about, "trees": columns, "outputs": layer.model.outputs}
    try:
        return {**about, "layer": serialize_keras_object(layer)}
    except Exception as error:
        raise ValueError(f"Host layer {layer.name!r} ({type(layer).__name__}) cannot be exported: {error}") from error


def free_axes(call: Any, made: Any) -> list[set[int]]:
    """For each array that a host layer returns, the axes whose size differs from batch to batch."""
    if call is None or made is None or isinstance(call[0], HeadInputs):
        return [set() for _ in jax.tree.leaves(made)]
    layer = call[0]
    if isinstance(layer, ModelColumns):
        return [axes for name in sorted(made) for axes in _free_axes(layer.parts[name], made[name])]
    if isinstance(layer, FeatureTransform):
        return _free_axes(layer, made)
    return [set() for _ in jax.tree.leaves(made)]


def _free_axes(transform: FeatureTransform, made: dict[str, Any]) -> list[set[int]]:
    specs = transform._array_specs()
    weighted = {name: specs.get(name, specs.get(name.replace("/weights", "/ids"), ((), ""))) for name in made}
    return [{axis + 1 for axis, size in enumerate(weighted[name][0]) if size is None} for name in sorted(made)]


def stage_tensors(stage: HostStage) -> dict[str, Any]:
    """What host layers keep in checkpoints."""
    tensors: dict[str, Any] = {}
    for call in stage.calls:
        if call is not None and isinstance(call[0], TreeLogits):
            tensors.update(call[0].model.tensors())
    return tensors


class LoadedStage:
    """Runs the host stage of an exported model.

    Args:
      described: what `describe_stage` returned.
      functions: name -> normalizer.
      prefix: of the checkpoint with what host layers keep.
    """

    def __init__(self, described: list[Any], functions: dict[str, Callable], prefix: str) -> None:
        self.calls = [None if about is None else _Call(about, functions, prefix) for about in described]

    def __call__(self, inputs: Any) -> list[Any]:
        """What the layers return for features and labels, ready for the device."""
        leaves, recorded = jax.tree.leaves(inputs), []  # type: Any, list[Any]
        for call in self.calls:
            recorded.append(None if call is None else call.run(leaves, recorded))
        return jax.tree.map(for_device, recorded)


class _Call:
    def __init__(self, about: dict[str, Any], functions: dict[str, Callable], prefix: str) -> None:
        self.places, self.skeleton = about["places"], about["skeleton"]
        self.layer: Any
        if "columns" in about:
            columns = deserialize_feature_columns(about["columns"], functions)
            self.layer = FeatureTransform(list(columns), about["ids"])
        elif "parts" in about:
            parts = {name: deserialize_feature_columns(one, functions) for name, one in about["parts"].items()}
            self.layer = ModelColumns(list(parts.get("linear", ())), list(parts.get("dnn", ())))
        elif "trees" in about:
            features = TreeFeatures(deserialize_feature_columns(about["trees"], functions))
            model = TreeModel(features, int(about["outputs"]), False)
            model.load(prefix)
            self.layer = TreeLogits(model)
        else:
            self.layer = deserialize_keras_object(about["layer"])

    def run(self, leaves: list[Any], recorded: list[Any]) -> Any:
        found = [leaves[at] if kind == "given" else jax.tree.leaves(recorded[at[0]])[at[1]] for kind, at in self.places]
        inputs = jax.tree.map(lambda place: found[place], self.skeleton)
        return self.layer.call(self.layer._to_host(inputs))
