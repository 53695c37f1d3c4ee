"""Finds the recorded cases by the files it sees.

The folder comes from the environment variable KERAX_GOLDEN and is `tests/golden/data` without it. What the files
hold is described in the two README files inside.
"""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

GOLDEN = Path(os.environ.get("KERAX_GOLDEN") or Path(__file__).parent / "data")
MODEL_FOLDERS = ("models_tf215", "models_k3")
LAYER_MODULES = ("keras.layers", "keras.src.layers")
MODEL_CLASSES = {"Functional", "Sequential", "Model"}


@dataclass(frozen=True)
class ModelCase:
    """One model that a real library built, sometimes trained, and saved."""

    path: Path

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def is_keras3(self) -> bool:
        return self.path.parent.name == "models_k3"

    @cached_property
    def meta(self) -> dict[str, Any]:
        return json.loads((self.path / "meta.json").read_text(encoding="utf-8"))

    @cached_property
    def arrays(self) -> dict[str, np.ndarray]:
        with np.load(self.path / "expected.npz", allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}

    def numbered(self, prefix: str) -> list[np.ndarray]:
        """The arrays `<prefix>0`, `<prefix>1`... (or `000`, `001`...) in order."""
        keys = sorted(key for key in self.arrays if key.startswith(prefix) and key[len(prefix) :].isdigit())
        return [self.arrays[key] for key in sorted(keys, key=lambda key: int(key[len(prefix) :]))]

    def batch(self, step: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """The inputs and targets of one stored training step."""
        return self.numbered_at("train_x", step), self.numbered_at("train_y", step)

    def numbered_at(self, prefix: str, step: int) -> list[np.ndarray]:
        found = []
        while (key := f"{prefix}{len(found)}_step{step:02d}") in self.arrays:
            found.append(self.arrays[key])
        return found

    @cached_property
    def config(self) -> dict[str, Any]:
        """The model's JSON config, from whichever file was saved."""
        if (self.path / "model.json").exists():
            return json.loads((self.path / "model.json").read_text(encoding="utf-8"))
        return self._archive_config or json.loads(self._h5_attribute("model_config"))

    @cached_property
    def compile_config(self) -> dict[str, Any]:
        """Optimizer, loss, loss_weights as the library wrote them."""
        if self._archive_config:
            return self._archive_config["compile_config"]
        training = json.loads(self._h5_attribute("training_config"))
        return {**training, "optimizer": training["optimizer_config"]}

    @cached_property
    def _archive_config(self) -> dict[str, Any] | None:
        if not (self.path / "model.keras").exists():
            return None
        with zipfile.ZipFile(self.path / "model.keras") as archive:
            return json.loads(archive.read("config.json"))

    def _h5_attribute(self, name: str) -> str:
        import h5py

        with h5py.File(self.path / "model.h5") as file:
            return file.attrs[name]

    @cached_property
    def layer_classes(self) -> set[str]:
        """Names of the layer classes of the model, nested ones included."""
        found: set[str] = set()

        def walk(node: Any) -> None:
            if isinstance(node, dict):
                if node.get("class_name") and node.get("module") in LAYER_MODULES:
                    found.add(node["class_name"])
                for value in node.values():
                    walk(value)
            elif isinstance(node, list):
                for value in node:
                    walk(value)

        walk(self.config)
        found |= {layer["class"] for layer in self.meta["layers"]}
        return found - MODEL_CLASSES


def model_cases() -> list[ModelCase]:
    """Every recorded model in the folder."""
    return [ModelCase(meta.parent) for folder in MODEL_FOLDERS for meta in sorted(_files(folder).glob("*/meta.json"))]


def _files(folder: str) -> Path:
    return GOLDEN / "files" / folder


@dataclass(frozen=True)
class OptimizerCase:
    """One optimizer fed with 20 given gradients (open loop: they do not depend on the variables)."""

    meta: dict[str, Any]

    @property
    def name(self) -> str:
        return self.meta["name"]

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        prefix = self.name + "/"
        with np.load(GOLDEN / "estimators" / self.meta["file"], allow_pickle=False) as archive:
            return {key[len(prefix) :]: archive[key] for key in archive.files if key.startswith(prefix)}


def optimizer_cases(api: str) -> list[OptimizerCase]:
    """Every recorded optimizer of one API: "keras" (the present classes) or "legacy"."""
    table = json.loads((GOLDEN / "estimators" / "opt_cases.json").read_text(encoding="utf-8"))
    return [OptimizerCase(meta) for meta in table if meta["api"] == api]


def optimizer_problem() -> dict[str, np.ndarray]:
    """Start values and gradients of the optimizer cases."""
    with np.load(GOLDEN / "estimators" / "opt_problem.npz", allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}
