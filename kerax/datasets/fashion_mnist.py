"""Fashion-MNIST: 70,000 grey images of clothes, 28x28 pixels, in 10 classes.

Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
Algorithms", 2017, https://github.com/zalandoresearch/fashion-mnist.

Licence: MIT, copyright Zalando SE.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from kerax.datasets._bundled import Split
from kerax.datasets._remote import fetch

CLASS_NAMES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"
)  # fmt: skip
_FOLDER = "datasets/fashion-mnist"
_LARGEST = 2**26  # bytes that one of the files may expand to


def load_data() -> Split:
    """Loads Fashion-MNIST, downloading it (30 MB) the first time.

    Returns:
      ``(x_train, y_train), (x_test, y_test)``: uint8 images, shape (60000, 28, 28) and (10000, 28, 28), pixels 0 to
      255; uint8 labels, positions in ``CLASS_NAMES``.

    Raises:
      OSError: if it cannot be downloaded.
      ValueError: if what came is not the file that it should be.

    Example:
      >>> import kerax
      >>> (x_train, y_train), (x_test, y_test) = kerax.datasets.fashion_mnist.load_data()  # doctest: +SKIP
    """
    parts = []
    for part in ("train", "t10k"):
        x = _read(fetch(f"{part}-images-idx3-ubyte.gz", cache_subdir=_FOLDER), 3)
        y = _read(fetch(f"{part}-labels-idx1-ubyte.gz", cache_subdir=_FOLDER), 1)
        if len(x) != len(y):
            raise ValueError(f"Fashion-MNIST's {part} files hold {len(x)} images but {len(y)} labels.")
        parts.append((x, y))
    return parts[0], parts[1]


def _read(path: Path, rank: int) -> np.ndarray:
    """Reads an IDX file of bytes (format: http://yann.lecun.com/exdb/mnist/)."""
    try:
        with gzip.open(path, "rb") as file:
            content = file.read(_LARGEST)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is damaged: {error}.") from error
    shape = struct.unpack(f">{rank}I", content[4 : 4 + 4 * rank]) if len(content) >= 4 + 4 * rank else ()
    if content[:4] != bytes((0, 0, 8, rank)) or len(content) != 4 + 4 * rank + int(np.prod(shape, dtype=np.int64)):
        raise ValueError(f"{path} is no IDX file of bytes with {rank} dimensions, or it is cut.")
    return np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(shape)
