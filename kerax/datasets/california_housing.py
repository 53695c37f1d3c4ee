"""California housing: prices of homes in 20,640 districts in 1990, with 8 facts about each district.

Source: R. K. Pace, R. Barry, "Sparse Spatial Autoregressions", Statistics and Probability Letters 33, 1997,
https://www.dcc.fc.up.pt/~ltorgo/Regression/cal_housing.html.
"""

from __future__ import annotations

from kerax.datasets._bundled import Split
from kerax.datasets._remote import fetch, read_npz, shuffled_split

FEATURE_NAMES = (
    "longitude",
    "latitude",
    "housing_median_age",
    "total_rooms",
    "total_bedrooms",
    "population",
    "households",
    "median_income",
)
_SMALL = 600  # districts of the small version


def load_data(
    version: str = "large", path: str = "california_housing.npz", test_split: float = 0.2, seed: int = 113
) -> Split:
    """Loads the districts, downloading them (0.7 MB) the first time.

    Args:
      version: ``"large"`` for all districts, ``"small"`` for the first 600.
      path: name of the file in the cache.
      test_split: share of the test part, in [0, 1).
      seed: of the shuffle before the split.

    Returns:
      ``(x_train, y_train), (x_test, y_test)``: float32, shape (n, 8), columns as in ``FEATURE_NAMES``; float32 prices
      in dollars, shape (n,).

    Raises:
      ValueError: for another version, if ``test_split`` is out of range, or if what came is not the file that it
        should be.
      OSError: if it cannot be downloaded.

    Example:
      >>> import kerax
      >>> (x_train, y_train), _ = kerax.datasets.california_housing.load_data("small")  # doctest: +SKIP
    """
    if version not in ("large", "small"):
        raise ValueError(f"Argument `version` must be one of 'small', 'large'. Received: version={version}")
    arrays = read_npz(fetch("california_housing.npz", path))
    count = _SMALL if version == "small" else None
    return shuffled_split(arrays["x"][:count], arrays["y"][:count], test_split, seed)
