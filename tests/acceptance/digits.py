"""A stand-in for MNIST without network: the same shapes and dtypes, synthetic images that can be learnt."""

import numpy as np


def _make(n, seed):
    prototypes = np.random.default_rng(7).random((10, 7, 7)) ** 2
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 10, n).astype("uint8")
    x = np.kron(prototypes[y], np.ones((1, 4, 4))) * 200 + rng.random((n, 28, 28)) * 55
    return x.astype("uint8"), y


def load_data():
    """Returns ((x_train, y_train), (x_test, y_test)), x (n, 28, 28) uint8, y (n,) uint8."""
    return _make(6000, 1), _make(1000, 2)
