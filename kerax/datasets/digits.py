"""Handwritten digits: 1,797 grey images of 8x8 pixels in 10 classes, written by 13 people.

Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", 1998, UCI Machine Learning Repository,
https://archive.ics.uci.edu/dataset/80, https://doi.org/10.24432/C50P49. Bundled here is that data set's test file, as
it also ships with scikit-learn, re-encoded without loss.

Licence: Creative Commons Attribution 4.0 International (CC BY 4.0), https://creativecommons.org/licenses/by/4.0/.

Citation: C. Kaynak, "Methods of Combining Multiple Classifiers and Their Applications to Handwritten Digit
Recognition", MSc thesis, Bogazici University, 1995.
"""

from __future__ import annotations

import numpy as np

from kerax.datasets._bundled import Split, read_arrays, stratified_split

NUM_CLASSES = 10
MAX_PIXEL = 16  # a pixel counts the inked dots of a 4x4 block


def load_data(test_fraction: float = 0.2, seed: int = 0) -> Split:
    """Load the handwritten digits (UCI, CC BY 4.0; the module's docstring has source and citation).

    Args:
        test_fraction: Share of every class that goes to the test part, 0 <= test_fraction < 1.
        seed: Seed of the split. The same seed gives the same split on every machine.

    Returns:
        `(x_train, y_train), (x_test, y_test)`. Images: uint8, shape (n, 8, 8), pixels 0 (white) to 16 (black).
        Labels: int32, shape (n,), 0 to 9.

    Raises:
        ValueError: If `test_fraction` is outside [0, 1) or `seed` outside [0, 2**32).
        TypeError: If one of them is not a number of the right kind.

    Example:
        >>> import kerax
        >>> (x_train, y_train), (x_test, y_test) = kerax.datasets.digits.load_data(test_fraction=0.25)
        >>> x_train.shape, x_test.shape, int(x_train.max())
        ((1352, 8, 8), (445, 8, 8), 16)
    """
    arrays = read_arrays("digits.npz")
    return stratified_split(arrays["x"], arrays["y"].astype(np.int32), test_fraction, seed)
