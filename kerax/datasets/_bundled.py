"""Reads the arrays bundled with the package and splits them, class by class, into training and test part."""

from __future__ import annotations

import math
from importlib import resources

import numpy as np

Split = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def read_arrays(name: str) -> dict[str, np.ndarray]:
    """Read a bundled `.npz` file.

    Args:
        name: File name inside `kerax/datasets`, e.g. "digits.npz".

    Returns:
        The arrays by key. Pickled objects are refused.
    """
    path = resources.files("kerax.datasets").joinpath(name)
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


def stratified_split(x: np.ndarray, y: np.ndarray, test_fraction: float, seed: int) -> Split:
    """Split so that every class has its share in the test part; the same arguments always give the same split.

    Args:
        x: Examples, shape (n, ...).
        y: Integer classes, shape (n,).
        test_fraction: Share of every class that goes to the test part, 0 <= test_fraction < 1, rounded down to whole
            examples.
        seed: Seed of the shuffle, an integer in [0, 2**32).

    Returns:
        `(x_train, y_train), (x_test, y_test)`, each part in shuffled order.

    Raises:
        ValueError: If `test_fraction` or `seed` is out of range.
        TypeError: If one of them is not a number of the right kind.
    """
    if isinstance(test_fraction, bool) or not isinstance(test_fraction, (int, float)):
        raise TypeError(f"test_fraction must be a number, received {test_fraction!r}.")
    if not 0 <= test_fraction < 1:
        raise ValueError(f"test_fraction must be at least 0 and below 1, received {test_fraction!r}.")
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise TypeError(f"seed must be an integer, received {seed!r}.")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must be at least 0 and below 2**32, received {seed!r}.")
    # RandomState, not a Generator: NumPy promises its stream will never change, so neither will this split.
    order = np.random.RandomState(seed).permutation(len(y))
    in_test = np.zeros(len(y), dtype=bool)
    for label in np.unique(y):
        members = order[y[order] == label]
        in_test[members[: math.floor(test_fraction * len(members))]] = True
    train, test = order[~in_test[order]], order[in_test[order]]
    return (x[train], y[train]), (x[test], y[test])
