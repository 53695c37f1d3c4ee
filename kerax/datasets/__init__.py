"""Small real data sets that ship inside the package: no download, no network.

Each module has a `load_data()` that returns `(x_train, y_train), (x_test, y_test)` as NumPy arrays, and names its
source, licence and citation.

Example:
    >>> from kerax import datasets
    >>> (x_train, y_train), (x_test, y_test) = datasets.digits.load_data()
    >>> x_train.shape, x_test.shape
    ((1442, 8, 8), (355, 8, 8))
"""

from kerax.datasets import digits, iris

__all__ = ["digits", "iris"]
