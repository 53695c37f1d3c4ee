"""What TensorBoard shows of weights: histograms, pictures, and embeddings in the projector."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from kerax.layers import Embedding
from kerax.state import walk_modules
from kerax.summary import histogram, image

# Pictures TensorBoard can show: grey, colour, colour with transparency.
_CHANNELS = (1, 3, 4)


def write_weights(model: Any, epoch: int, pictures: bool) -> None:
    """Writes a histogram of each weight of a model, and a picture if wanted.

    Args:
      model: the model.
      epoch: step of the summaries.
      pictures: whether to write pictures too.

    Example:
      >>> import kerax
      >>> from kerax.callbacks.tensorboard_weights import write_weights
      >>> write_weights(kerax.Sequential([kerax.layers.Input((2,)), kerax.layers.Dense(1)]), 0, False)
    """
    for weight in model.weights:
        name, array = weight.path.replace(":", "_"), weight.numpy()
        if array.size == 0 or array.dtype.kind not in "fiub" and array.dtype.name != "bfloat16":
            continue
        histogram(f"{name}/histogram", array, step=epoch)
        if pictures:
            picture = weight_picture(array)
            if picture is not None:
                image(f"{name}/image", picture, step=epoch)


def weight_picture(array: np.ndarray) -> np.ndarray | None:
    """Returns a weight as pictures ``[n, height, width, channels]`` of values from 0 to 1, or None for other shapes.

    A vector becomes one row, a matrix lies on its longer side, a convolution's kernel becomes one picture per channel.

    Example:
      >>> import numpy as np
      >>> from kerax.callbacks.tensorboard_weights import weight_picture
      >>> weight_picture(np.zeros((3, 5))).shape
      (1, 3, 5, 1)
    """
    array = np.squeeze(np.asarray(array, np.float32))
    if array.ndim == 1:
        pictures = array.reshape(1, -1, 1, 1) if len(array) else None
    elif array.ndim == 2:
        pictures = (array.T if array.shape[0] > array.shape[1] else array)[None, :, :, None]
    elif array.ndim == 3:
        pictures = np.moveaxis(array, -1, 0)[..., None]
    elif array.ndim == 4:
        pictures = np.moveaxis(array.reshape(*array.shape[:2], -1), -1, 0)[..., None]
    else:
        pictures = None
    if pictures is None or pictures.shape[-1] not in _CHANNELS:
        return None
    low, high = float(pictures.min()), float(pictures.max())
    return (pictures - low) / (high - low) if high > low else np.zeros_like(pictures)


def _embeddings(model: Any) -> list[Any]:
    return [module for _, module in walk_modules(model) if isinstance(module, Embedding)]


def _table_name(layer: Any) -> str:
    return f"{layer.path.replace('/', '_')}_embeddings.tsv"


def write_projector_config(log_dir: str, model: Any, metadata: Any) -> None:
    """Writes the file that tells TensorBoard's projector where the embeddings are.

    Args:
      log_dir: the folder.
      model: the model.
      metadata: path of the file with row names, or a dict from layer name to path, or None.

    Raises:
      ValueError: for a layer name that the model does not have.
    """
    layers = _embeddings(model)
    if isinstance(metadata, dict):
        unknown = sorted(set(metadata) - {layer.name for layer in layers})
        if unknown:
            raise ValueError(
                f"TensorBoard(embeddings_metadata=...) names {unknown}, which are no embedding layers of the model; "
                f"it has {[layer.name for layer in layers]}."
            )
    lines = []
    for layer in layers:
        path = metadata.get(layer.name) if isinstance(metadata, dict) else metadata
        lines += ["embeddings {", f'  tensor_name: "{layer.path}/embeddings"', f'  tensor_path: "{_table_name(layer)}"']
        if path is not None:
            lines.append(f'  metadata_path: "{os.fspath(path)}"')
        lines.append("}")
    os.makedirs(log_dir, exist_ok=True)
    with open(os.path.join(log_dir, "projector_config.pbtxt"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def write_embeddings(log_dir: str, model: Any) -> None:
    """Writes the embedding layers' tables, one row per id, as the projector reads them."""
    for layer in _embeddings(model):
        if layer.built:
            path = os.path.join(log_dir, _table_name(layer))
            with open(path, "w", encoding="utf-8") as file:
                np.savetxt(file, np.asarray(layer.embeddings, np.float32), fmt="%.8g", delimiter="\t")
