"""MNIST: 70,000 grey images of handwritten digits, 28x28 pixels, in 10 classes.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, http://yann.lecun.com/exdb/mnist/.

Licence: Creative Commons Attribution-Share Alike 3.0, https://creativecommons.org/licenses/by-sa/3.0/.
"""

from __future__ import annotations

from kerax.datasets._bundled import Split
from kerax.datasets._remote import fetch, read_npz


def load_data(path: str = "mnist.npz") -> Split:
    """Loads MNIST, downloading it (11 MB) the first time.

    Args:
      path: name of the file in the cache.

    Returns:
      ``(x_train, y_train), (x_test, y_test)``: uint8 images, shape (60000, 28, 28) and (10000, 28, 28), pixels 0 to
      255; uint8 labels, 0 to 9.

    Raises:
      OSError: if it cannot be downloaded.
      ValueError: if what came is not the file that it should be.

    Example:
      >>> import kerax
      >>> (x_train, y_train), (x_test, y_test) = kerax.datasets.mnist.load_data()  # doctest: +SKIP
    """
    arrays = read_npz(fetch("mnist.npz", path))
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
