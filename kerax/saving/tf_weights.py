"""A model's weights in TensorFlow's checkpoint format, by prefix, and the variables of SavedModels."""

from __future__ import annotations

import os
import pathlib
import re
from typing import Any

from kerax.saving.load_report import LoadReport
from kerax.saving.name_based import ByFullName, restore_by_name
from kerax.saving.restore import Restoration, read_graph
from kerax.saving.tensor_bundle import TensorBundle
from kerax.saving.trackable import write_object_checkpoint

_EXPORTED = "_endpoint_names"  # child of the root in what Keras's ``model.export`` wrote
_SAVED_MODEL = ("saved_model.pb", "saved_model.pbtxt")


def save_tf_weights(model: Any, path: str | os.PathLike) -> None:
    """Writes a model's weights, and its optimizer's state, as tf.keras's ``save_weights(prefix)`` does.

    Args:
      model: a built model.
      path: what the names of the files shall begin with.

    Raises:
      OSError: naming the path, if it cannot be written.
    """
    from kerax.train.checkpoint_state import update_checkpoint_state

    prefix = os.fspath(path)
    os.makedirs(os.path.dirname(prefix) or ".", exist_ok=True)
    write_object_checkpoint(prefix, model)
    update_checkpoint_state(os.path.dirname(prefix) or ".", prefix)


def load_tf_weights(
    model: Any, path: str | os.PathLike, skip_mismatch: bool = False, by_name: bool = False, may_lack: bool = False
) -> LoadReport:
    """Reads weights from a TensorFlow checkpoint or a SavedModel's folder.

    Args:
      model: a model; what is not built yet gets its values when it is.
      path: a prefix, or the folder of a SavedModel.
      skip_mismatch: whether what does not fit or is missing is left as it is instead of raising.
      by_name: not possible in this format.
      may_lack: whether a checkpoint with values for some of the weights only is enough, as in tf.keras; a warning names
        the others.

    Returns:
      What was loaded, by name.

    Raises:
      ValueError: naming file, tensor and variable; the model is then as it was.
      FileNotFoundError: if there is no such checkpoint.
    """
    if by_name:
        raise ValueError(
            f"load_weights({str(path)!r}, by_name=True): a TensorFlow checkpoint is matched by the structure of the "
            "model. Names of layers are found in .h5 files only."
        )
    bundle = TensorBundle(find_tf_weights(path) or path)
    nodes = read_graph(bundle)
    exported = nodes is not None and any(name == _EXPORTED for _, name in nodes[0].children)
    if nodes is None or exported:
        named = ByFullName(bundle, nodes) if nodes is not None else bundle
        restoration = restore_by_name(named, model, skip_mismatch, every_weight_of=model, may_lack=may_lack)
    else:
        restoration = Restoration(bundle, nodes, model, skip_mismatch, every_weight_of=model, may_lack=may_lack)
    return LoadReport(
        bundle.prefix,
        sorted(restoration.applied),
        dict(restoration.skipped),
        list(restoration.missing),
        restoration.unused(),
    )


def is_tf_prefix(path: pathlib.Path) -> bool:
    """Whether a name reads like the prefix of a TensorFlow checkpoint: no ending, or ``.ckpt``, ``.ckpt-3``.

    Example:
      >>> import pathlib
      >>> from kerax.saving.tf_weights import is_tf_prefix
      >>> [is_tf_prefix(pathlib.Path(name)) for name in ("run/weights", "cp-0003.ckpt", "model.ckpt-7", "a.txt")]
      [True, True, True, False]
    """
    return re.fullmatch(r"(\.ckpt(-\d+)?)?", path.suffix) is not None and bool(path.name)


def find_tf_weights(path: str | os.PathLike) -> str | None:
    """The prefix of the TensorFlow checkpoint that a path means, None if it means none that exists.

    Args:
      path: a prefix, an index file, or the folder of a SavedModel.
    """
    place = pathlib.Path(path)
    if place.is_dir():
        inner = place / "variables" / "variables"
        if any((place / name).exists() for name in _SAVED_MODEL) or inner.with_name("variables.index").exists():
            return str(inner)
        return None
    if place.name.endswith(".index") and place.is_file():
        return str(place)[: -len(".index")]
    return str(place) if place.with_name(place.name + ".index").is_file() else None
