"""ActivityRegularization: a penalty on the outputs."""

from __future__ import annotations

from typing import Any

from kerax.layers.layer import Layer
from kerax.regularizers import L1L2


class ActivityRegularization(Layer):
    """Returns its inputs and adds ``l1 * sum(|x|) + l2 * sum(x^2)``, divided by the batch size, to the loss.

    Args:
        l1: factor of the absolute values.
        l2: factor of the squares.
        **kwargs: ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.ActivityRegularization(l1=0.5)
        >>> _ = layer(np.array([[2.0, -2.0]], "float32"))
        >>> [float(loss) for loss in layer.losses]
        [2.0]
    """

    built = True  # there is nothing to build
    supports_masking = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any):
        super().__init__(activity_regularizer=L1L2(l1=l1, l2=l2), **kwargs)
        self.l1, self.l2 = l1, l2

    def call(self, inputs: Any) -> Any:
        """Returns the inputs."""
        return inputs

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        config = super().get_config()
        config.pop("activity_regularizer", None)
        return {**config, "l1": self.l1, "l2": self.l2}
