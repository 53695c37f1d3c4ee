"""Boston housing: prices of homes in 506 districts of the 1970s, with 13 facts about each district.

One of the facts is the share of black inhabitants, from which the authors derived a "self-segregation" assumption; use
``california_housing`` instead unless that is what you study.

Source: D. Harrison, D. L. Rubinfeld, "Hedonic prices and the demand for clean air", 1978,
http://lib.stat.cmu.edu/datasets/boston.
"""

from __future__ import annotations

from kerax.datasets._bundled import Split
from kerax.datasets._remote import fetch, read_npz, shuffled_split


def load_data(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> Split:
    """Loads the districts, downloading them (57 KB) the first time.

    Args:
      path: name of the file in the cache.
      test_split: share of the test part, in [0, 1).
      seed: of the shuffle before the split.

    Returns:
      ``(x_train, y_train), (x_test, y_test)``: float64, shape (n, 13); float64 prices in 1000 dollars, shape (n,).

    Raises:
      ValueError: if ``test_split`` is out of range, or if what came is not the file that it should be.
      OSError: if it cannot be downloaded.

    Example:
      >>> import kerax
      >>> (x_train, y_train), (x_test, y_test) = kerax.datasets.boston_housing.load_data()  # doctest: +SKIP
    """
    arrays = read_npz(fetch("boston_housing.npz", path))
    return shuffled_split(arrays["x"], arrays["y"], test_split, seed)
