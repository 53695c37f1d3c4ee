"""CIFAR-100: 60,000 colour images of 32x32 pixels in 100 classes, which form 20 groups.

Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009,
https://www.cs.toronto.edu/~kriz/cifar.html.
"""

from __future__ import annotations

from kerax.datasets._bundled import Split
from kerax.datasets._cifar import load_batch
from kerax.datasets._remote import fetch


def load_data(label_mode: str = "fine") -> Split:
    """Loads CIFAR-100, downloading it (170 MB) the first time.

    Args:
      label_mode: ``"fine"`` for the 100 classes, ``"coarse"`` for the 20 groups.

    Returns:
      ``(x_train, y_train), (x_test, y_test)``: uint8 images, shape (50000, 32, 32, 3) and (10000, 32, 32, 3), with the
      channels where ``kerax.config.image_data_format`` says; uint8 labels, shape (n, 1).

    Raises:
      ValueError: for another ``label_mode``, or if what came is not the file that it should be.
      OSError: if it cannot be downloaded.

    Example:
      >>> import kerax
      >>> (x_train, y_train), (x_test, y_test) = kerax.datasets.cifar100.load_data("coarse")  # doctest: +SKIP
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(f'`label_mode` must be one of `"fine"`, `"coarse"`. Received: label_mode={label_mode}.')
    folder = fetch("cifar-100-python.tar.gz", "cifar-100-python-target", extract=True) / "cifar-100-python"
    return load_batch(folder / "train", f"{label_mode}_labels"), load_batch(folder / "test", f"{label_mode}_labels")
