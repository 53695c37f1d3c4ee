"""Iris flowers: four measurements of 150 flowers of three species, 50 each.

Source: R. A. Fisher, "Iris", 1936, UCI Machine Learning Repository, https://archive.ics.uci.edu/dataset/53,
https://doi.org/10.24432/C56C76. Bundled here are the values of Fisher's paper, as they also ship with scikit-learn
(the file in the UCI repository differs in two flowers, numbers 35 and 38).

Licence: Creative Commons Attribution 4.0 International (CC BY 4.0), https://creativecommons.org/licenses/by/4.0/.

Citation: R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7 (2), 179-188,
1936.
"""

from __future__ import annotations

import numpy as np

from kerax.datasets._bundled import Split, read_arrays, stratified_split

FEATURE_NAMES = ("SepalLength", "SepalWidth", "PetalLength", "PetalWidth")
CLASS_NAMES = ("Setosa", "Versicolor", "Virginica")


def load_data(test_fraction: float = 0.2, seed: int = 0) -> Split:
    """Load the iris flowers (Fisher 1936; UCI, CC BY 4.0; the module's docstring has source and citation).

    Args:
        test_fraction: Share of every species that goes to the test part, 0 <= test_fraction < 1.
        seed: Seed of the split. The same seed gives the same split on every machine.

    Returns:
        `(x_train, y_train), (x_test, y_test)`. Measurements: float32, shape (n, 4), centimetres, columns in the order
        of `FEATURE_NAMES`. Labels: int32, shape (n,), positions in `CLASS_NAMES`.

    Raises:
        ValueError: If `test_fraction` is outside [0, 1) or `seed` outside [0, 2**32).
        TypeError: If one of them is not a number of the right kind.

    Example:
        >>> import kerax
        >>> (x_train, y_train), (x_test, y_test) = kerax.datasets.iris.load_data()
        >>> x_train.shape, x_test.shape
        ((120, 4), (30, 4))
        >>> columns = dict(zip(kerax.datasets.iris.FEATURE_NAMES, x_train.T))  # as feature columns want them
        >>> sorted(columns)
        ['PetalLength', 'PetalWidth', 'SepalLength', 'SepalWidth']
    """
    arrays = read_arrays("iris.npz")
    x = (arrays["x_tenths"] / 10).astype(np.float32)  # stored in whole millimetres, as measured
    return stratified_split(x, arrays["y"].astype(np.int32), test_fraction, seed)
