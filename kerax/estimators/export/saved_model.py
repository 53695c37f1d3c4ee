"""Exported models, loaded: signatures that can be called, without the code that made the model."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from kerax.data.records import features as record_features
from kerax.errors import did_you_mean
from kerax.estimators.export.host_plan import LoadedStage, deserialized
from kerax.estimators.export.receivers import read_request
from kerax.estimators.export.writing import _NAMES, FORMAT, _for_program
from kerax.saving.tensor_bundle import TensorBundle

_PARSED = ("FixedLenFeature", "FixedLenSequenceFeature", "VarLenFeature")


class LoadedModel:
    """A model that was exported.

    Args:
      path: its folder.

    Attributes:
      signatures: name -> function of a request, ``signatures["predict"](x=array)``, that returns a dict of arrays.

    Raises:
      ValueError: for a folder that holds no exported model.
    """

    def __init__(self, path: Any) -> None:
        folder = os.fsdecode(path)
        about = _read_json(folder)
        prefix = os.path.join(folder, "variables", "variables")
        self.path, self.variables = folder, TensorBundle(prefix)
        self.signatures: dict[str, Signature] = {}
        for mode, described in about["modes"].items():
            program = _LoadedMode(os.path.join(folder, _NAMES[mode]), described, self.variables, prefix)
            for name, signature in described["signatures"].items():
                self.signatures[name] = Signature(name, program, signature)

    def __call__(self, **request: Any) -> dict[str, np.ndarray]:
        """What ``serving_default`` gives for a request, by input name."""
        return self._signature("serving_default")(**request)

    def _signature(self, name: str) -> Signature:
        if name not in self.signatures:
            raise ValueError(
                f"There is no signature {name!r}.{did_you_mean(name, self.signatures)} There are: "
                f"{sorted(self.signatures)}."
            )
        return self.signatures[name]

    def __repr__(self) -> str:
        return f"<exported model {self.path!r}, signatures {sorted(self.signatures)}>"


class Signature:
    """One function of an exported model.

    Args:
      name: of the signature.
      mode: the program it belongs to.
      described: kind and outputs.
    """

    def __init__(self, name: str, mode: _LoadedMode, described: Mapping[str, Any]) -> None:
        self.name, self._mode, self._described = name, mode, described

    @property
    def inputs(self) -> dict[str, Any]:
        """Input name -> shape and dtype."""
        return dict(self._mode.request["inputs"])

    @property
    def structured_outputs(self) -> dict[str, Any]:
        """What it returns: output name -> what is special about it (texts, a wider dtype)."""
        return dict(self._described["outputs"])

    @property
    def structured_input_signature(self) -> tuple[tuple, dict[str, Any]]:
        """Positional inputs (none) and named ones."""
        return (), self.inputs

    def __call__(self, **request: Any) -> dict[str, np.ndarray]:
        """Runs it on a request; arrays by input name."""
        return self._mode.run(request, self.name, self._described["outputs"])


class _LoadedMode:
    def __init__(self, prefix: str, about: Mapping[str, Any], variables: TensorBundle, checkpoint: str) -> None:
        exported = deserialized(prefix + ".program")
        self.call = jax.jit(exported.call)
        functions: dict[str, Callable] = {}
        for name in about["normalizers"]:
            functions[name] = _normalizer(deserialized(f"{prefix}.{name}"))
        self.request = dict(about["request"])
        if self.request["parse"] is not None:
            self.request["parse"] = _parse_spec(self.request["parse"])
        self.stage = LoadedStage(about["host"], functions, checkpoint)
        self.given = about["given"]
        arrays = {name: np.asarray(variables[name]).astype(dtype) for name, dtype in about["values"].items()}
        self.values = jax.device_put(arrays)

    def run(self, request: Mapping[str, Any], name: str, outputs: Mapping[str, Any]) -> dict[str, np.ndarray]:
        features = read_request(request, self.request)
        batch = (features, self._labels(request))
        leaves = jax.tree.leaves(batch)
        recorded = jax.tree.leaves(self.stage(batch))
        plain = [_for_program(leaf) for leaf, given in zip(leaves, self.given) if given]
        marker = np.zeros(_rows(leaves), np.int8)
        found = self.call(self.values, marker, [*recorded, *plain])[name]
        return {key: _on_host(array, outputs[key]) for key, array in found.items()}

    def _labels(self, request: Mapping[str, Any]) -> Any:
        names = self.request.get("labels")
        if names is None:
            return None
        missing = [name for name in names if name not in request]
        if missing:
            raise ValueError(f"This signature needs the labels {missing}.")
        if self.request["one_label"]:
            return np.asarray(request[names[0]])
        return {name: np.asarray(request[name]) for name in names}


def _rows(leaves: list[Any]) -> int:
    return int(leaves[0].shape[0]) if leaves else 0


def _on_host(array: Any, about: Mapping[str, Any]) -> np.ndarray:
    found = np.asarray(array)
    if "texts" in about:
        texts = [text.encode("utf-8", "surrogateescape") for text in about["texts"]]
        return np.array(texts, object)[found]
    return found.astype(about["dtype"]) if "dtype" in about else found


def _normalizer(exported: Any) -> Callable:
    return lambda values: np.asarray(exported.call(np.asarray(values, np.float32)))


def _parse_spec(described: Mapping[str, Any]) -> dict[str, Any]:
    parse = {}
    for name, about in described.items():
        if about["kind"] not in _PARSED:
            raise ValueError(f"Feature {name!r} is parsed as {about['kind']!r}, expected one of {_PARSED}.")
        kind = getattr(record_features, about["kind"])
        if "shape" not in about:
            parse[name] = kind(about["dtype"])
        elif "default" in about:
            parse[name] = kind(about["shape"], about["dtype"], np.array(about["default"]).reshape(about["shape"]))
        else:
            parse[name] = kind(about["shape"], about["dtype"])
    return parse


def _read_json(folder: str) -> dict[str, Any]:
    path = os.path.join(folder, "saved_model.json")
    if not os.path.exists(path):
        raise ValueError(f"{folder!r} holds no exported model: {path!r} is missing.")
    with open(path, encoding="utf-8") as file:
        about = json.load(file)
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise ValueError(
            f"{path!r} is of format {about.get('format') if isinstance(about, dict) else None!r}; this "
            f"kerax reads format {FORMAT}."
        )
    return about


def load(path: Any) -> LoadedModel:
    """Loads a model that an Estimator has exported.

    Args:
      path: the folder that ``export_saved_model`` returned.

    Raises:
      ValueError: for a folder that holds no exported model.

    Example:
      >>> import tempfile, numpy as np, kerax
      >>> kerax.estimators.logs.logger.setLevel("ERROR")
      >>> x = kerax.feature_column.numeric_column("x")
      >>> estimator = kerax.estimators.LinearRegressor([x], model_dir=tempfile.mkdtemp())
      >>> data = ({"x": np.ones(4, "float32")}, np.ones(4, "float32"))
      >>> receiver = kerax.estimators.export.build_raw_serving_input_receiver_fn({"x": np.zeros(1, "float32")})
      >>> path = estimator.train(lambda: data, steps=1).export_saved_model(tempfile.mkdtemp(), receiver)
      >>> kerax.estimators.export.load(path).signatures["predict"](x=np.ones(3))["predictions"].shape
      (3, 1)
    """
    return LoadedModel(path)
