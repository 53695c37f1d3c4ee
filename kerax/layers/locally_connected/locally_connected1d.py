"""LocallyConnected1D."""

from __future__ import annotations

from typing import Any

from kerax.layers.locally_connected.base import LocallyConnected


class LocallyConnected1D(LocallyConnected):
    """A convolution of sequences whose kernel differs from place to place (tf.keras).

    Args:
        filters: output channels.
        kernel_size: int.
        strides: positions between outputs.
        padding: ``"valid"``; with implementation 2 and 3 also ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        activation: name or callable, or None.
        use_bias: whether every place and filter has a bias.
        kernel_initializer: of the kernel.
        bias_initializer: of the bias.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to the kernel after each optimizer step.
        bias_constraint: likewise for the bias.
        implementation: the shape of the kernel, and how it is applied: 1 is (places, taps * channels, filters), one
            product per window; 2 is a dense matrix from all inputs to all outputs of which only the windows count; 3
            is one number for each connection.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: if an argument is not one of those, or a size of the inputs is not known.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.LocallyConnected1D(4, 3)(np.ones((2, 10, 3), "float32")).shape
        (2, 8, 4)
    """

    rank = 1

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        implementation: int = 1,
        **kwargs: Any,
    ):
        options = {k: v for k, v in locals().items() if k not in ("self", "filters", "kwargs", "__class__")}
        super().__init__(filters, options, **kwargs)
