"""Whole models in ``.keras`` archives: Keras 3's zip with the configuration, the weights, and the layers' own files."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import tempfile
import zipfile
from typing import Any

from kerax.layers import deserialize, serialize
from kerax.registry import custom_object_scope, object_sharing_scope, safe_mode_scope
from kerax.saving.checksum import SEAL_SIZE, seal
from kerax.saving.groups import groups_of
from kerax.saving.json_text import parse_json
from kerax.saving.links import refuse_links_in
from kerax.saving.plain_value import plain_value
from kerax.saving.portable_config import portable_config
from kerax.saving.refusals import refusals
from kerax.saving.tf_keras_limits import require_tf_keras_words, warn_of_other_numbers
from kerax.saving.tf_keras_meanings import with_tf_keras_meanings
from kerax.saving.weights_h5 import load_weights_h5, save_weights_h5
from kerax.saving.zip_reader import ASSETS, CONFIG, METADATA, WEIGHTS, ArchiveReader
from kerax.state.first_values import first_values_later
from kerax.state.memory import weights_budget
from kerax.utils.atomic import atomic_path, scratch_path

KERAS_VERSION = "3.15.1"  # whose format this is
TF_KERAS_VERSION = "2.15.0"  # of the other dialect
_MARK = "kerax_checksum"
_FREE_WEIGHTS = 48 * 2**20  # bytes of weights that any file may ask for
_MOST_WEIGHTS = 3  # times the size of the stored ones beyond that: float16 files make float32 weights


# ---- writing --------------------------------------------------------------------------------------------------------
def save_archive(model: Any, path: pathlib.Path, include_optimizer: bool, dialect: str | None = None) -> None:
    """Writes a model into one archive, atomically.

    Args:
      model: the model.
      path: the file.
      include_optimizer: whether compile settings and the optimizer's variables are written too.
      dialect: ``"tf_keras"`` for words that only tf.keras and kerax read.
    """
    config, metadata = _texts(model, include_optimizer, dialect=dialect)
    with atomic_path(path, "the model") as temporary:
        with zipfile.ZipFile(temporary, "w") as archive, scratch_path(path) as scratch:
            archive.writestr(METADATA, metadata)
            archive.writestr(CONFIG, config)
            save_weights_h5(model, scratch, include_optimizer, sealed=False)
            archive.write(scratch, WEIGHTS)
            with tempfile.TemporaryDirectory() as folder:
                for name in _save_assets(model, pathlib.Path(folder)):
                    archive.write(os.path.join(folder, name), f"{ASSETS}/{name}")
            archive.comment = b" " * SEAL_SIZE
        seal(temporary)


def save_folder(model: Any, path: pathlib.Path, include_optimizer: bool) -> None:
    """Writes a model into a folder with the members of an archive; each file is replaced atomically."""
    config, metadata = _texts(model, include_optimizer, marked=False)
    path.mkdir(parents=True, exist_ok=True)
    with atomic_path(path / WEIGHTS, "the model") as temporary:
        save_weights_h5(model, temporary, include_optimizer)
    (path / ASSETS).mkdir(exist_ok=True)
    _save_assets(model, path / ASSETS)
    for name, text in ((METADATA, metadata), (CONFIG, config)):
        with atomic_path(path / name, "the model") as temporary:
            temporary.write_text(text, encoding="utf-8")


def _texts(model: Any, include_optimizer: bool, marked: bool = True, dialect: str | None = None) -> tuple[str, str]:
    tf_keras = dialect == "tf_keras"
    with object_sharing_scope():
        plain = serialize(model)
        config = portable_config(plain, tf_keras)
        settings = model.get_compile_config() if include_optimizer else None
        if settings is not None:
            config["compile_config"] = portable_config(settings, tf_keras)
    if tf_keras:
        require_tf_keras_words(config, model.name)
    warn_of_other_numbers(plain, "save()")
    now = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    version = TF_KERAS_VERSION if tf_keras else KERAS_VERSION
    metadata: dict[str, Any] = {"keras_version": version, "date_saved": now}
    if marked:
        metadata[_MARK] = True
    return json.dumps(config, default=plain_value), json.dumps(metadata)


def _save_assets(model: Any, folder: pathlib.Path) -> list[str]:
    """Lets layers write files of their own, each into the folder of its place; returns the files' names."""
    for group in groups_of(model):
        write = getattr(group.module, "save_assets", None)
        if write is None:
            continue
        target = folder / group.place
        target.mkdir(parents=True, exist_ok=True)
        write(str(target))
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


# ---- reading --------------------------------------------------------------------------------------------------------
def load_archive(path: Any, custom_objects: dict[str, Any] | None, compile: bool, safe_mode: bool) -> Any:
    """Makes the model that an archive holds.

    Raises:
      ValueError: naming the file and what is wrong with it.
      FileNotFoundError: if there is no such file.
    """
    with (
        refusals("load_model()", path), first_values_later(), ArchiveReader(path) as archive,
        tempfile.TemporaryDirectory() as folder,
    ):  # fmt: skip
        metadata = (
            parse_json(archive.text(METADATA), f"{archive.what}: {METADATA}") if METADATA in archive.names() else {}
        )
        if not isinstance(metadata, dict):
            raise ValueError(f"{archive.what}: {METADATA} must hold a dict.")
        if metadata.get(_MARK):
            archive.require_seal()
        config = parse_json(archive.text(CONFIG), f"{archive.what}: {CONFIG}")
        if WEIGHTS not in archive.names():
            raise ValueError(f"{archive.what} has no member {WEIGHTS!r}: it is no .keras archive, or it was cut.")
        version = metadata.get("keras_version")
        model, settings = make_model(config, version, custom_objects, safe_mode, archive.size(WEIGHTS), archive.what)
        assets = pathlib.Path(folder) / ASSETS
        archive.extract_assets(assets)
        with archive.opened(WEIGHTS) as weights:
            fill_model(model, weights, f"{archive.what}: {WEIGHTS}", assets, settings if compile else None,
                       custom_objects, safe_mode)  # fmt: skip
    return model


def load_folder(path: pathlib.Path, custom_objects: dict[str, Any] | None, compile: bool, safe_mode: bool) -> Any:
    """Makes the model that a folder with the members of an archive holds."""
    with refusals("load_model()", path), first_values_later():
        refuse_links_in(path)
        config = parse_json((path / CONFIG).read_bytes(), repr(str(path / CONFIG)))
        metadata = path / METADATA
        version = (
            parse_json(metadata.read_bytes(), repr(str(metadata))).get("keras_version") if metadata.exists() else None
        )
        weights = path / WEIGHTS
        size = weights.stat().st_size
        model, settings = make_model(config, version, custom_objects, safe_mode, size, repr(str(path)))
        fill_model(model, weights, repr(str(weights)), path / ASSETS, settings if compile else None, custom_objects,
                   safe_mode)  # fmt: skip
    return model


def make_model(
    config: Any, version: Any, custom_objects: dict[str, Any] | None, safe_mode: bool, size: int, what: str
) -> tuple[Any, Any]:
    """The model of a configuration, with new weights, and its compile settings.

    Args:
      config: read from the file.
      version: of the Keras that wrote it.
      custom_objects: the user's own classes and functions by name.
      safe_mode: False to let configurations hold code.
      size: bytes of the stored weights; the model's own are bounded by it.
      what: the file, for messages.
    """
    if not isinstance(config, dict) or "class_name" not in config:
        raise ValueError(f"{what}: the configuration must be a dict with 'class_name', found {str(config)[:80]!r}.")
    config = dict(with_tf_keras_meanings(config, version))
    settings = config.pop("compile_config", None)
    with (
        safe_mode_scope(safe_mode), object_sharing_scope(), custom_object_scope(custom_objects),
        weights_budget(max(_FREE_WEIGHTS, _MOST_WEIGHTS * size)),
    ):  # fmt: skip
        model = deserialize(config)
    if not hasattr(model, "save"):  # a model, or a FeatureSpace
        raise ValueError(f"{what} describes the layer {config['class_name']!r}, not a model.")
    return model, settings


def fill_model(
    model: Any, weights: Any, what: str, assets: pathlib.Path, settings: Any, custom_objects: Any, safe_mode: bool
) -> None:
    """Gives a new model what its file holds: the layers' own files, compile settings, weights, optimizer state."""
    for group in groups_of(model):
        folder = assets / group.place
        if hasattr(group.module, "load_assets") and folder.is_dir():
            group.module.load_assets(str(folder))
    if settings:
        with safe_mode_scope(safe_mode), object_sharing_scope(), custom_object_scope(custom_objects):
            model.compile_from_config(settings)
    load_weights_h5(model, weights, what=what)
