"""What is in a file, found out without building a layer: every file goes through kerax's own safe readers."""

from __future__ import annotations

import math
import os
import pathlib
from typing import Any

from kerax.cli.describe_records import describe_records, is_record_file
from kerax.saving.groups import without_second_names
from kerax.saving.hdf5_reader import Hdf5Reader
from kerax.saving.json_text import parse_json
from kerax.saving.restore import read_graph
from kerax.saving.safetensors import SafetensorsFile
from kerax.saving.sstable import DamagedFile
from kerax.saving.tensor_bundle import OBJECT_GRAPH, TensorBundle
from kerax.saving.tf_weights import find_tf_weights
from kerax.saving.zip_reader import CONFIG, METADATA, WEIGHTS, ArchiveReader
from kerax.train.checkpoint_state import get_checkpoint_state, latest_checkpoint

_HDF5, _ZIP = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"
_TABLE_MAGIC = bytes.fromhex("57fb808b247547db")
_DEEPEST = 32  # groups inside groups, models inside models


def describe(path: str | os.PathLike) -> dict[str, Any]:
    """Describes a file or folder.

    Args:
      path: a model, weights, a checkpoint, records.

    Returns:
      Plain values: ``format``, sizes, and where there are some, ``layers`` and ``weights``.

    Raises:
      FileNotFoundError: if there is nothing of that name.
      ValueError: naming the file and the place, if it is damaged or of no known kind.

    Example:
      >>> import tempfile, kerax
      >>> from kerax.cli.describe import describe
      >>> path = tempfile.mkdtemp() + "/m.weights.h5"
      >>> kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)]).save_weights(path)
      >>> [one["shape"] for one in describe(path)["weights"]]
      [[2, 1], [1]]
    """
    place = pathlib.Path(path)
    if place.is_dir():
        return _folder(place)
    if not place.exists():
        return _bundle(str(place))  # a prefix, or an error that says what is there
    size = place.stat().st_size
    with open(place, "rb") as file:
        head = file.read(16)
        file.seek(max(0, size - 8))
        tail = file.read(8)
    if head[:4] == _ZIP:
        return {"format": "Keras archive (.keras)", "bytes": size, **_archive(place)}
    if head[:8] == _HDF5:
        return {"bytes": size, **_hdf5(place)}
    if place.name.endswith(".index") and place.is_file():
        return _bundle(str(place)[: -len(".index")])
    if ".data-" in place.name and place.with_name(place.name.split(".data-")[0] + ".index").exists():
        return _bundle(str(place).split(".data-")[0])
    if place.name.endswith(".weights.json"):
        return {"format": "index of sharded weights", "bytes": size, **_shards(place)}
    if place.name.endswith(".safetensors") or (head[8:9] == b"{" and int.from_bytes(head[:8], "little") < size):
        file_ = SafetensorsFile(place)
        rows = [_row(name, file_.dtypes()[name].name, shape) for name, shape in file_.shapes().items()]
        return {"format": "safetensors", "bytes": size, "weights": rows}
    if tail == _TABLE_MAGIC:
        return _bundle(str(place))
    if is_record_file(place):
        return {"format": "TFRecord", "bytes": size, **describe_records(place)}
    raise ValueError(
        f"{str(path)!r} is of no kind that kerax knows (.keras, .h5, .weights.h5, TensorFlow checkpoint, SavedModel, "
        f"safetensors, TFRecord). It begins with {head!r}."
    )


def _row(name: str, dtype: str, shape: Any) -> dict[str, Any]:
    return {"name": name, "dtype": dtype, "shape": list(shape), "elements": math.prod(shape)}


def _folder(place: pathlib.Path) -> dict[str, Any]:
    if (place / CONFIG).exists() and (place / METADATA).exists():
        inner = _hdf5(place / WEIGHTS) if (place / WEIGHTS).exists() else {"weights": []}
        texts = {name: (place / name).read_bytes() for name in (METADATA, CONFIG)}
        return {"format": "Keras model in a folder", **_config(texts, str(place)), "weights": inner["weights"]}
    prefix = find_tf_weights(place)
    if prefix is not None:
        found = _bundle(prefix) if os.path.exists(prefix + ".index") else {}
        return {**found, "format": "SavedModel", "note": "its variables can be loaded, its graph cannot run here"}
    state = get_checkpoint_state(place)
    if state is not None:
        latest = latest_checkpoint(place)
        found = {"format": "folder of checkpoints", "checkpoints": len(state.all_model_checkpoint_paths)}
        found["latest"] = os.path.basename(latest or "") or "none that exists"
        return {**_bundle(latest), **found} if latest else found
    raise ValueError(f"{str(place)!r} is a folder without a model, SavedModel or checkpoint in it.")


def _bundle(prefix: str) -> dict[str, Any]:
    bundle = TensorBundle(prefix)
    nodes = read_graph(bundle)
    kind = "TensorFlow checkpoint of objects" if nodes is not None else "TensorFlow checkpoint by names"
    shapes, dtypes = bundle.shapes(), bundle.dtypes()
    rows = [
        _row(name, "text" if dtypes[name].hasobject else dtypes[name].name, shapes[name])
        for name in bundle
        if name != OBJECT_GRAPH
    ]
    return {"format": kind, "prefix": prefix, "weights": rows}


def _shards(place: pathlib.Path) -> dict[str, Any]:
    content = parse_json(place.read_bytes(), repr(str(place)))
    places = content.get("weight_map") if isinstance(content, dict) else None
    if not isinstance(places, dict):
        raise DamagedFile(f"{str(place)!r} is no index of sharded weights: it has no 'weight_map'.")
    files = sorted({str(one) for file in places.values() for one in (file if isinstance(file, list) else [file])})
    return {"files": files, "names": len(places)}


def _archive(place: pathlib.Path) -> dict[str, Any]:
    with ArchiveReader(place) as archive:
        found = _config({METADATA: archive.text(METADATA), CONFIG: archive.text(CONFIG)}, str(place))
        if WEIGHTS in archive.names():
            with archive.opened(WEIGHTS) as weights:
                found["weights"] = _hdf5(weights, f"{archive.what}: {WEIGHTS}")["weights"]
        others = [name for name in archive.names() if name not in (METADATA, CONFIG, WEIGHTS)]
        if others:
            found["other files"] = others
    return found


def _config(texts: dict[str, bytes], what: str) -> dict[str, Any]:
    metadata = parse_json(texts[METADATA], f"{what!r}: {METADATA}")
    config = parse_json(texts[CONFIG], f"{what!r}: {CONFIG}")
    if not isinstance(metadata, dict) or not isinstance(config, dict):
        raise DamagedFile(f"{what!r}: the configuration is no mapping.")
    found: dict[str, Any] = {
        "keras version": str(metadata.get("keras_version")),
        "saved": str(metadata.get("date_saved")),
    }
    optimizer = (config.get("compile_config") or {}) if isinstance(config.get("compile_config"), dict) else {}
    optimizer = optimizer.get("optimizer")
    if isinstance(optimizer, dict):
        found["optimizer"] = str(optimizer.get("class_name"))
    found["layers"] = _layers(config)
    return found


def _layers(config: Any, depth: int = 0) -> list[dict[str, Any]]:
    """Names and classes of the layers in a configuration, with how deep they stand."""
    if not isinstance(config, dict) or depth > _DEEPEST:
        return []
    inner = config.get("config") if isinstance(config.get("config"), dict) else {}
    name = inner.get("name", config.get("name", ""))
    found = [{"name": str(name), "class": str(config.get("class_name")), "depth": depth}]
    layers = inner.get("layers")
    parts = layers if isinstance(layers, list) else []
    parts = parts + [inner[key] for key in ("layer", "backward_layer") if isinstance(inner.get(key), dict)]
    for part in parts:
        found += _layers(part, depth + 1)
    return found


def _hdf5(place: Any, what: str | None = None) -> dict[str, Any]:
    with Hdf5Reader(place, what) as reader:
        rows: list[dict[str, Any]] = []

        def walk(path: str, depth: int) -> None:
            for name in without_second_names(reader.names(path)):
                inner = f"{path}/{name}" if path else name
                if reader.has_group(inner):
                    if depth < _DEEPEST:
                        walk(inner, depth + 1)
                    continue
                array = reader.array(inner)
                if array is not None:
                    rows.append(_row(inner, str(array.dtype), array.shape))

        walk("", 0)
        config = reader.text("", "model_config")
        version = reader.text("", "keras_version")
        legacy = config is not None or reader.texts("", "layer_names") is not None
        found: dict[str, Any] = {"format": "tf.keras HDF5 (.h5)" if legacy else "Keras weights (.weights.h5)"}
        if version:
            found["keras version"] = version
        if config is not None:
            found["layers"] = _layers(parse_json(config, f"{reader.what}: model_config"))
        return {**found, "weights": rows}
