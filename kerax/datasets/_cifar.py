"""Reading the batches of CIFAR-10 and CIFAR-100."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kerax.datasets._pickled import read_pickled
from kerax.settings import image_data_format


def load_batch(path: Path, label_key: str) -> tuple[np.ndarray, np.ndarray]:
    """Reads one batch.

    Args:
      path: the file.
      label_key: which labels.

    Returns:
      uint8 images in the layout of ``kerax.config.image_data_format``, and uint8 labels, shape (n, 1).

    Raises:
      ValueError: for a file that is no batch.
    """
    batch = read_pickled(path.read_bytes(), str(path))
    named = {k.decode() if isinstance(k, bytes) else k: v for k, v in batch.items()} if type(batch) is dict else {}
    images, labels = named.get("data"), named.get(label_key)
    if not isinstance(images, np.ndarray) or images.ndim != 2 or images.shape[1] != 3072 or type(labels) is not list:
        raise ValueError(f"{path} is no batch of CIFAR images with {label_key}.")
    images = images.reshape(-1, 3, 32, 32)
    if image_data_format() == "channels_last":
        images = np.ascontiguousarray(images.transpose(0, 2, 3, 1))
    try:
        classes = np.array(labels, np.uint8)
    except (OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no batch of CIFAR images: its {label_key} are no classes ({error}).") from error
    if classes.shape != images.shape[:1]:
        raise ValueError(f"{path} is damaged: it has {len(images)} images and {label_key} of shape {classes.shape}.")
    return images, classes[:, None]
