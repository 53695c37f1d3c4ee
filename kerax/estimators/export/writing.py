"""Writing exported models: the compiled program, its variables, and how requests are read."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import export as jax_export

from kerax._version import __version__
from kerax.estimators.export.host_plan import Normalizers, describe_stage, free_axes, serialized, stage_tensors
from kerax.estimators.export.receivers import ServingInputReceiver, SupervisedInputReceiver
from kerax.estimators.export_outputs import PredictOutput
from kerax.estimators.heads.head_inputs import HeadInputs
from kerax.estimators.logs import logger
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.program import Program
from kerax.estimators.text_of import LongIds, TextOf
from kerax.saving.tensor_bundle_write import write_tensor_bundle
from kerax.state import Scope
from kerax.state.host_stage import HostStrings, StagedInputs

FORMAT = 1
_PLATFORMS = ("cpu", "cuda", "tpu")
_TRIES = 10
_NAMES = {ModeKeys.PREDICT: "serve", ModeKeys.EVAL: "eval", ModeKeys.TRAIN: "train"}


def write_saved_model(
    base: Any, programs: Mapping[str, tuple[Program, Mapping[str, Any], ServingInputReceiver]], assets_extra: Any
) -> str:
    """Writes a model into a new folder of ``base``, named by the seconds of now.

    Args:
      base: folder of exports.
      programs: mode -> its program, the values of its variables, and the receiver.
      assets_extra: destination -> file.

    Returns:
      Path of the folder.
    """
    folder = _free_folder(os.fspath(base))
    unfinished = os.path.join(os.path.dirname(folder), f"temp-{os.path.basename(folder)}")
    os.makedirs(os.path.join(unfinished, "variables"))
    try:
        tensors: dict[str, Any] = {}
        about: dict[str, Any] = {"format": FORMAT, "kerax": __version__, "modes": {}}
        for mode, (program, values, receiver) in programs.items():
            written = _Mode(mode, program, values, receiver)
            about["modes"][mode] = written.write(os.path.join(unfinished, _NAMES[mode]))
            tensors.update(written.tensors())
        write_tensor_bundle(os.path.join(unfinished, "variables", "variables"), tensors)
        with open(os.path.join(unfinished, "saved_model.json"), "w", encoding="utf-8") as file:
            json.dump(about, file, indent=1)
        for destination, source in (assets_extra or {}).items():
            target = os.path.join(unfinished, "assets.extra", destination)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(source, target)
        os.rename(unfinished, folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    logger.info("SavedModel written to: %s", folder)
    return ExportPath(folder)


class ExportPath(str):
    """A path; TensorFlow returns bytes, which its users decode.

    Example:
      >>> from kerax.estimators.export.writing import ExportPath
      >>> ExportPath("exported/1").decode("utf-8")
      'exported/1'
    """

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The path itself."""
        return str(self)


def _free_folder(base: str) -> str:
    for _ in range(_TRIES):
        folder = os.path.join(base, str(int(time.time())))
        if not os.path.exists(folder) and not os.path.exists(os.path.join(base, f"temp-{os.path.basename(folder)}")):
            return folder
        time.sleep(1)
    raise RuntimeError(f"No free name for an export in {base!r} after {_TRIES} tries.")


class _Mode:
    """One mode of a model, to be written."""

    def __init__(self, mode: str, program: Program, values: Mapping[str, Any], receiver: ServingInputReceiver) -> None:
        self.mode, self.program, self.receiver = mode, program, receiver
        self.values = {name: np.asarray(value) for name, value in values.items()}
        self.stage = program.blueprint.stage
        self.signatures: dict[str, Any] = {}

    def tensors(self) -> dict[str, Any]:
        """The variables, by name."""
        return {**self.values, **stage_tensors(self.stage)}

    def write(self, prefix: str) -> dict[str, Any]:
        """Writes the program to ``<prefix>.program``; returns what is needed to run it."""
        normalizers = Normalizers()
        described = describe_stage(self.stage, normalizers)
        plain, staged, treedef = self._described_inputs()
        function = jax.jit(lambda values, marker, leaves: self._run(values, marker, leaves, treedef, plain))
        values = {name: jax.ShapeDtypeStruct(array.shape, array.dtype) for name, array in self.values.items()}
        marker = jax.ShapeDtypeStruct((self.batch,), np.int8)
        try:
            exported = jax_export.export(function, platforms=_PLATFORMS)(values, marker, staged)
        except Exception as error:
            raise ValueError(
                "The model cannot be exported for batches of any size: "
                f"{type(error).__name__}: {str(error).splitlines()[0]} Give the receiver function "
                "default_batch_size=... to export it for one size."
            ) from error
        with open(prefix + ".program", "wb") as file:
            file.write(serialized(exported))
        for name, program in normalizers.programs.items():
            with open(f"{prefix}.{name}", "wb") as file:
                file.write(program)
        parse = self.receiver.parse_spec
        return {
            "request": {**self.receiver.describe(), "parse": None if parse is None else _described_parse(parse)},
            "host": described,
            "normalizers": sorted(normalizers.programs),
            "values": {name: str(array.dtype) for name, array in self.values.items()},
            "signatures": self.signatures,
            "given": [leaf is not None for leaf in plain],
        }

    def _example(self, batch: int) -> tuple[Any, Any]:
        labels = self.receiver.example_labels(batch) if isinstance(self.receiver, SupervisedInputReceiver) else None
        return self.receiver.example(batch), labels

    def _described_inputs(self) -> tuple[list[Any], list[Any], Any]:
        """Shapes of what the program is given: a size that follows the batch, or is not known, is a symbol."""
        first, second = (self._staged(self._example(size)) for size in (2, 3))
        (plain, recorded), (other_plain, other_recorded) = first, second
        leaves, treedef = jax.tree.flatten(recorded)
        others = jax.tree.leaves(other_recorded)
        free = [axes for call, found in zip(self.stage.calls, recorded) for axes in free_axes(call, found)]
        sizes = [int(jax.tree.leaves(self._example(size))[0].shape[0]) for size in (2, 3)]
        wide = sum(len(axes) for axes in free)
        names = ["b", *[f"w{number}" for number in range(wide)]]
        symbols = jax_export.symbolic_shape(", ".join(names))
        self.batch = symbols[0] if sizes[0] != sizes[1] else sizes[0]
        widths = iter(symbols[1:])

        def spec(array: Any, other: Any, axes: frozenset[int] | set[int]) -> Any:
            if array is None:
                return None
            shape = [
                next(widths) if axis in axes else self.batch if a != b else a
                for axis, (a, b) in enumerate(zip(array.shape, other.shape))
            ]
            return jax.ShapeDtypeStruct(tuple(shape), array.dtype)

        found = [spec(array, other, axes) for array, other, axes in zip(leaves, others, free)]
        specs = [spec(array, other, frozenset()) for array, other in zip(plain, other_plain)]
        return specs, [*found, *[one for one in specs if one is not None]], treedef

    def _staged(self, batch: Any) -> tuple[list[Any], list[Any]]:
        """The arrays of a batch that the program reads itself (None for others), and what host layers make of it."""
        staged = self.stage(batch)
        features, labels = staged.inputs
        count = len(jax.tree.leaves(features))
        plain = []
        for place, (leaf, raw) in enumerate(zip(jax.tree.leaves(staged.inputs), jax.tree.leaves(batch))):
            is_label = place >= count
            if is_label and np.asarray(raw).dtype.kind in "OSU":
                raise ValueError("An exported evaluation takes labels as numbers; text labels cannot be exported.")
            array = raw if is_label else leaf
            plain.append(None if isinstance(array, HostStrings) else _for_program(array))
        recorded = [
            None if call is None or made is None or isinstance(call[0], HeadInputs) else made
            for call, made in zip(self.stage.calls, staged.recorded)
        ]
        return plain, recorded

    def _run(self, values: Any, marker: Any, leaves: Any, treedef: Any, plain: list[Any]) -> Any:
        count = treedef.num_leaves
        recorded = jax.tree.unflatten(treedef, leaves[:count])
        rest = iter(leaves[count:])
        shapes = [np.shape(leaf) for leaf in jax.tree.leaves(self._example(2))]
        inputs = [
            HostStrings((marker.shape[0], *shape[1:])) if one is None else next(rest)
            for one, shape in zip(plain, shapes)
        ]
        staged = StagedInputs(jax.tree.unflatten(self.stage.structure, inputs), recorded)
        values = {name: jnp.asarray(value) for name, value in values.items()}
        state = dict(zip(self.program.blueprint.metric_places, map(jnp.asarray, self.program.blueprint.metric_initial)))
        run, spec = self.program._run(values, staged, state=state)
        return {name: self._outputs(name, kind, tensors) for name, kind, tensors in self._signatures_of(run, spec)}

    def _signatures_of(self, run: Any, spec: Any) -> list[tuple[str, str, dict[str, Any]]]:
        if self.mode == ModeKeys.PREDICT:
            outputs = spec.export_outputs or {"serving_default": PredictOutput(spec.predictions)}
            if len(outputs) == 1 and "serving_default" not in outputs:
                outputs = {**outputs, "serving_default": next(iter(outputs.values()))}
            kept = outputs if self._takes_examples() else _without_classification(outputs)
            return [(name, output.kind, output.tensors()) for name, output in kept.items()]
        predictions = spec.predictions if isinstance(spec.predictions, dict) else {"predictions": spec.predictions}
        tensors = {"loss": spec.loss, **{f"predictions/{k}": v for k, v in predictions.items() if v is not None}}
        if self.mode == ModeKeys.EVAL:
            boxes = [variable for metric in run.metrics.values() for variable in metric.variables]
            with Scope({id(variable): run.scope.values[id(variable)] for variable in boxes}):
                tensors.update({f"metrics/{name}": metric.result() for name, metric in run.metrics.items()})
        return [(_NAMES[self.mode], self.mode, tensors)]

    def _takes_examples(self) -> bool:
        inputs = list(self.receiver.inputs.values())
        return len(inputs) == 1 and inputs[0].dtype == "string"

    def _outputs(self, signature: str, kind: str, tensors: dict[str, Any]) -> dict[str, Any]:
        arrays: dict[str, Any] = {}
        described: dict[str, Any] = {}
        for name, value in tensors.items():
            if isinstance(value, TextOf):
                described[name] = {"texts": [text.decode("utf-8", "surrogateescape") for text in value.texts]}
                arrays[name] = value.numbers
            else:
                described[name] = {"dtype": "int64"} if isinstance(value, LongIds) else {}
                arrays[name] = value.numbers if isinstance(value, LongIds) else jnp.asarray(value)
        self.signatures[signature] = {"kind": kind, "outputs": described}
        return arrays


def _without_classification(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Classification and regression signatures are for serialized Examples."""
    kept = {name: output for name, output in outputs.items() if output.kind == "predict"}
    if dropped := sorted(set(outputs) - set(kept)):
        logger.warning("Signatures %s take serialized Examples, which these requests do not hold; left out.", dropped)
    return kept


def _for_program(array: Any) -> np.ndarray:
    array = np.asarray(array)
    kind = jax.dtypes.canonicalize_dtype(array.dtype)
    return array.astype(kind)


def _described_parse(parse: Mapping[str, Any]) -> dict[str, Any]:
    described = {}
    for name, feature in parse.items():
        fields: dict[str, Any] = {
            key: getattr(feature, key) for key in ("shape", "dtype") if getattr(feature, key, None) is not None
        }
        default = getattr(feature, "default_value", None)
        if default is not None:
            flat = np.asarray(default).ravel().tolist()
            fields["default"] = [value.decode() if isinstance(value, bytes) else value for value in flat]
        described[name] = {"kind": type(feature).__name__, **fields}
    return described
