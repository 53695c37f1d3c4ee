"""Data sets to try things with.

`digits` and `iris` ship inside the package: no download, no network. The others are downloaded when first loaded, into
`$KERAX_HOME/datasets` or `~/.kerax/datasets`, and their hashes are checked; nothing in them is unpickled.

Each module has a `load_data()` that returns `(x_train, y_train), (x_test, y_test)` as NumPy arrays, and names its
source.

Example:
    >>> from kerax import datasets
    >>> (x_train, y_train), (x_test, y_test) = datasets.digits.load_data()
    >>> x_train.shape, x_test.shape
    ((1442, 8, 8), (355, 8, 8))
"""

from kerax.datasets import (
    boston_housing,
    california_housing,
    cifar10,
    cifar100,
    digits,
    fashion_mnist,
    imdb,
    iris,
    mnist,
    reuters,
)

__all__ = [
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "digits",
    "fashion_mnist",
    "imdb",
    "iris",
    "mnist",
    "reuters",
]
