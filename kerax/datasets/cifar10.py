"""CIFAR-10: 60,000 colour images of 32x32 pixels in 10 classes.

Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009,
https://www.cs.toronto.edu/~kriz/cifar.html.
"""

from __future__ import annotations

import numpy as np

from kerax.datasets._bundled import Split
from kerax.datasets._cifar import load_batch
from kerax.datasets._remote import fetch

CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def load_data() -> Split:
    """Loads CIFAR-10, downloading it (170 MB) the first time.

    Returns:
      ``(x_train, y_train), (x_test, y_test)``: uint8 images, shape (50000, 32, 32, 3) and (10000, 32, 32, 3), with the
      channels where ``kerax.config.image_data_format`` says; uint8 labels, shape (n, 1), positions in ``CLASS_NAMES``.

    Raises:
      OSError: if it cannot be downloaded.
      ValueError: if what came is not the file that it should be.

    Example:
      >>> import kerax
      >>> (x_train, y_train), (x_test, y_test) = kerax.datasets.cifar10.load_data()  # doctest: +SKIP
    """
    folder = fetch("cifar-10-python.tar.gz", "cifar-10-batches-py-target", extract=True) / "cifar-10-batches-py"
    batches = [load_batch(folder / f"data_batch_{number}", "labels") for number in range(1, 6)]
    x, y = (np.concatenate([batch[part] for batch in batches]) for part in (0, 1))
    return (x, y), load_batch(folder / "test_batch", "labels")
