"""Spatial dropout: whole feature maps are dropped."""

from __future__ import annotations

from typing import Any

from kerax.layers.checks import data_format_or_default
from kerax.layers.input_spec import InputSpec
from kerax.layers.regularization.dropout import Dropout


class _SpatialDropout(Dropout):
    """Dropout whose mask is shared along the spatial axes."""

    _rank = 1

    def __init__(self, rate: float, data_format: str | None = None, seed: int | None = None, **kwargs: Any):
        super().__init__(rate, seed=seed, **kwargs)
        self.data_format = data_format_or_default(self, data_format)
        ones = (1,) * self._rank
        self.noise_shape = (None, None, *ones) if self.data_format == "channels_first" else (None, *ones, None)
        self.input_spec = InputSpec(ndim=self._rank + 2)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        config = super().get_config()
        del config["noise_shape"]
        return {**config, "data_format": self.data_format}


class SpatialDropout1D(_SpatialDropout):
    """Drops whole features of a sequence: the same ones at every time step.

    Reference: Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2014, https://arxiv.org/abs/1411.4280

    Args:
        rate: share of features to drop, in [0, 1].
        seed: makes this layer's noise reproducible on its own.
        **kwargs: ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> y = kerax.layers.SpatialDropout1D(0.5)(np.ones((2, 3, 4), "float32"), training=True)
        >>> bool((y[:, 0] == y[:, 2]).all())
        True
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any):
        super().__init__(rate, "channels_last", seed, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        config = super().get_config()
        del config["data_format"]
        return config


class SpatialDropout2D(_SpatialDropout):
    """Drops whole channels of images.

    Reference: Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2014, https://arxiv.org/abs/1411.4280

    Args:
        rate: share of channels to drop, in [0, 1].
        data_format: ``"channels_last"`` or ``"channels_first"``; the one of ``kerax.config`` by default.
        seed: makes this layer's noise reproducible on its own.
        **kwargs: ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.SpatialDropout2D(0.5)(np.ones((2, 3, 3, 4), "float32")).shape
        (2, 3, 3, 4)
    """

    _rank = 2


class SpatialDropout3D(_SpatialDropout):
    """Drops whole channels of volumes.

    Reference: Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2014, https://arxiv.org/abs/1411.4280

    Args:
        rate: share of channels to drop, in [0, 1].
        data_format: ``"channels_last"`` or ``"channels_first"``; the one of ``kerax.config`` by default.
        seed: makes this layer's noise reproducible on its own.
        **kwargs: ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.SpatialDropout3D(0.5)(np.ones((1, 2, 2, 2, 4), "float32")).shape
        (1, 2, 2, 2, 4)
    """

    _rank = 3
