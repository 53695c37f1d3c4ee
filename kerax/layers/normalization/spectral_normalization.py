"""SpectralNormalization."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerax.functional.normalization import spectral_normalize
from kerax.layers.checks import positive_int
from kerax.layers.core.wrapper import Wrapper

_KERNEL_NAMES = ("kernel", "embeddings")


class SpectralNormalization(Wrapper):
    """Divides the kernel of a layer by its largest singular value at every training call.

    Reference: Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018, https://arxiv.org/abs/1802.05957

    Args:
        layer: a layer with a ``kernel`` or ``embeddings``.
        power_iterations: iterations of the estimate at each call.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: when built, if the layer has neither.

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.SpectralNormalization(kerax.layers.Dense(2), power_iterations=20)
        >>> _ = layer(np.ones((1, 3), "float32"), training=True)
        >>> round(float(np.linalg.norm(layer.layer.kernel.numpy(), 2)), 3)
        1.0
    """

    def __init__(self, layer: Any, power_iterations: int = 1, **kwargs: Any):
        super().__init__(layer, **kwargs)
        self.power_iterations = positive_int(self, "power_iterations", power_iterations)

    def build(self, input_shape: Any) -> None:
        """Builds the layer inside and creates ``vector_u``."""
        super().build(input_shape)
        name = next((name for name in _KERNEL_NAMES if getattr(self.layer, name, None) is not None), None)
        if name is None:
            raise ValueError(
                f"Layer {self.path!r}: {type(self.layer).__name__} {self.layer.name!r} has no kernel or embeddings "
                "to normalize."
            )
        self._kernel_name = name
        kernel = getattr(self.layer, name)
        self.vector_u = self.add_weight(
            name="vector_u", shape=(1, kernel.shape[-1]), initializer="truncated_normal", trainable=False
        )

    def _named_children(self) -> Iterator[tuple[str, Any]]:
        # Keras lists the kernel before vector_u, and that before the layer's other weights.
        if "_kernel_name" in vars(self):
            yield f"layer/{self._kernel_name}", getattr(self.layer, self._kernel_name)
        yield from super()._named_children()

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Calls the layer inside, with its kernel normalized first when training."""
        if training:
            kernel = getattr(self.layer, self._kernel_name)
            normalized, vector = spectral_normalize(kernel.read(), self.vector_u.read(), self.power_iterations)
            kernel.assign(normalized)
            self.vector_u.assign(vector)
        return self.layer(inputs)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "power_iterations": self.power_iterations}
