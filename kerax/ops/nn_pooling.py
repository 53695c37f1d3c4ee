"""Pooling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from kerax.functional import adaptive_pooling, pooling
from kerax.ops._values import as_array
from kerax.ops.nn_convolution import layout
from kerax.state.recording import recordable

Sizes = int | Sequence[int]


@recordable
def max_pool(
    inputs: Any, pool_size: Sizes, strides: Sizes | None = None, padding: str = "valid", data_format: str | None = None
) -> jax.Array:
    """The largest value of each window.

    Args:
        inputs: (batch, *spatial, channels), or channels first.
        pool_size: window size.
        strides: distance of the windows; ``pool_size`` by default.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the global setting by default.

    Example:
        >>> import kerax
        >>> kerax.ops.max_pool(kerax.ops.ones((1, 4, 4, 3)), 2).shape
        (1, 2, 2, 3)
    """
    return pooling.max_pool(as_array(inputs), pool_size, strides, padding.lower(), layout(data_format))


@recordable
def average_pool(
    inputs: Any, pool_size: Sizes, strides: Sizes | None = None, padding: str = "valid", data_format: str | None = None
) -> jax.Array:
    """The mean of each window; positions that "same" padding adds do not count.

    Args:
        inputs: (batch, *spatial, channels), or channels first.
        pool_size: window size.
        strides: distance of the windows; ``pool_size`` by default.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the global setting by default.

    Example:
        >>> import kerax
        >>> kerax.ops.average_pool(kerax.ops.ones((1, 4, 4, 3)), 2).shape
        (1, 2, 2, 3)
    """
    return pooling.average_pool(as_array(inputs), pool_size, strides, padding.lower(), layout(data_format))


@recordable
def adaptive_average_pool(inputs: Any, output_size: Sizes, data_format: str | None = None) -> jax.Array:
    """The means of a given number of windows.

    Args:
        inputs: (batch, *spatial, channels), or channels first.
        output_size: windows along each spatial axis.
        data_format: "channels_last" or "channels_first"; the global setting by default.

    Example:
        >>> import kerax
        >>> kerax.ops.adaptive_average_pool(kerax.ops.ones((1, 5, 7, 3)), (2, 3)).shape
        (1, 2, 3, 3)
    """
    return adaptive_pooling.adaptive_average_pool(as_array(inputs), output_size, layout(data_format))


@recordable
def adaptive_max_pool(inputs: Any, output_size: Sizes, data_format: str | None = None) -> jax.Array:
    """The largest values of a given number of windows.

    Args:
        inputs: (batch, *spatial, channels), or channels first.
        output_size: windows along each spatial axis.
        data_format: "channels_last" or "channels_first"; the global setting by default.

    Example:
        >>> import kerax
        >>> kerax.ops.adaptive_max_pool(kerax.ops.ones((1, 5, 7, 3)), (2, 3)).shape
        (1, 2, 3, 3)
    """
    return adaptive_pooling.adaptive_max_pool(as_array(inputs), output_size, layout(data_format))
