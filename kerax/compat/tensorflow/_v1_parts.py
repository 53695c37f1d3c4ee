"""Initializers under the names of TensorFlow 1 that ``tf`` kept."""

from __future__ import annotations

from typing import Any

import kerax
from kerax.compat.tensorflow._core import array, ints, out, tensor
from kerax.compat.tensorflow._dtypes import as_dtype


class _Named:
    """Lets a class of Keras be called with TensorFlow's types and shapes."""

    def __call__(self, shape: Any, dtype: Any = "float32", **kwargs: Any) -> Any:
        kind = as_dtype(dtype)
        return out(array(super().__call__(ints(shape), kind.name)), None, kind)  # type: ignore[misc]


class random_normal_initializer(_Named, kerax.initializers.RandomNormal):
    """Draws from the normal distribution."""


class random_uniform_initializer(_Named, kerax.initializers.RandomUniform):
    """Draws from a range."""


class zeros_initializer(_Named, kerax.initializers.Zeros):
    """Zeros."""


class ones_initializer(_Named, kerax.initializers.Ones):
    """Ones."""


class constant_initializer(_Named, kerax.initializers.Constant):
    """One value; ``support_partition`` is accepted as in TensorFlow."""

    def __init__(self, value: Any = 0, support_partition: bool = False):
        super().__init__(value)

    def __call__(self, shape: Any, dtype: Any = None, **options: Any) -> Any:
        """The value; of its own type unless told otherwise."""
        return super().__call__(shape, tensor(self.value).dtype if dtype is None else dtype)
