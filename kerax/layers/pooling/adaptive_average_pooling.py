"""AdaptiveAveragePooling1D, 2D and 3D."""

from __future__ import annotations

from typing import Any

from kerax.functional.adaptive_pooling import adaptive_average_pool
from kerax.layers.pooling.base_adaptive_pooling import BaseAdaptivePooling


class AdaptiveAveragePooling(BaseAdaptivePooling):
    """Base of the layers that take the mean of each window."""

    def call(self, inputs: Any) -> Any:
        """Pools."""
        return adaptive_average_pool(inputs, self.output_size, self.data_format)


class AdaptiveAveragePooling1D(AdaptiveAveragePooling):
    """Takes the mean of as many windows over sequences as asked for, which share the input out evenly.

    Window ``i`` of ``n`` over ``size`` positions is ``floor(i size / n) .. ceil((i + 1) size / n)``.

    Args:
        output_size: windows, int or a tuple of one.
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: if an argument is not one of those, or the inputs' spatial sizes are not known.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.AdaptiveAveragePooling1D(3)(np.ones((2, 8, 4), "float32")).shape
        (2, 3, 4)
    """

    rank = 1


class AdaptiveAveragePooling2D(AdaptiveAveragePooling):
    """Takes the mean of as many windows over images as asked for, which share the input out evenly.

    Window ``i`` of ``n`` over ``size`` positions is ``floor(i size / n) .. ceil((i + 1) size / n)``.

    Args:
        output_size: windows, int or 2 ints.
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: if an argument is not one of those, or the inputs' spatial sizes are not known.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.AdaptiveAveragePooling2D(3)(np.ones((2, 8, 8, 4), "float32")).shape
        (2, 3, 3, 4)
    """

    rank = 2


class AdaptiveAveragePooling3D(AdaptiveAveragePooling):
    """Takes the mean of as many windows over volumes as asked for, which share the input out evenly.

    Window ``i`` of ``n`` over ``size`` positions is ``floor(i size / n) .. ceil((i + 1) size / n)``.

    Args:
        output_size: windows, int or 3 ints.
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: if an argument is not one of those, or the inputs' spatial sizes are not known.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.AdaptiveAveragePooling3D(3)(np.ones((2, 8, 8, 8, 4), "float32")).shape
        (2, 3, 3, 3, 4)
    """

    rank = 3
