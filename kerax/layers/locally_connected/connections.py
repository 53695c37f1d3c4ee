"""Which inputs a window's output sees, as pairs of places in the flattened arrays."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np


def connections(
    spatial: Sequence[int],
    channels: int,
    filters: int,
    kernel_size: Sequence[int],
    strides: Sequence[int],
    padding: str,
    channels_first: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Lists the pairs (output, input) that a convolution connects, sorted, as tf.keras orders its sparse kernel.

    Args:
        spatial: sizes of the input's spatial axes.
        channels: input channels.
        filters: output channels.
        kernel_size, strides, padding: of the windows.
        channels_first: the order in which both arrays are flattened.

    Returns:
        Two integer arrays: places in the flattened output and in the flattened input.

    Example:
        >>> from kerax.layers.locally_connected.connections import connections
        >>> to, frm = connections((3,), 1, 1, (2,), (1,), "valid", False)
        >>> to.tolist(), frm.tolist()
        ([0, 0, 1, 1], [0, 1, 1, 2])
    """
    places, starts = [], []
    for size, window, stride in zip(spatial, kernel_size, strides, strict=True):
        before = window // 2 if padding == "same" else 0  # tf.keras centres the window, whatever the stride
        count = (size - 1) // stride + 1 if padding == "same" else (size - window) // stride + 1
        places.append(count)
        starts.append(before)
    inside = (channels, *spatial) if channels_first else (*spatial, channels)
    outside = (filters, *places) if channels_first else (*places, filters)
    pairs = []
    for place in itertools.product(*map(range, places)):
        reach = [
            [p for p in range(at * stride - before, at * stride - before + window) if 0 <= p < size]
            for at, stride, before, window, size in zip(place, strides, starts, kernel_size, spatial, strict=True)
        ]
        for position in itertools.product(*reach):
            for filter_, channel in itertools.product(range(filters), range(channels)):
                out = (filter_, *place) if channels_first else (*place, filter_)
                at = (channel, *position) if channels_first else (*position, channel)
                pairs.append((np.ravel_multi_index(out, outside), np.ravel_multi_index(at, inside)))
    table = np.array(sorted(pairs), np.int32).reshape(-1, 2)
    return table[:, 0], table[:, 1]
