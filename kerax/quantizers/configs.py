"""How a layer is quantized."""

from __future__ import annotations

from typing import Any

from kerax.quantizers import _family
from kerax.quantizers.quantizers import AbsMaxQuantizer


class QuantizationConfig:
    """Base of configurations; see ``Int8QuantizationConfig``.

    Args:
        weight_quantizer: of the weights, or None for the default.
        activation_quantizer: of the inputs, or None to quantize weights only.

    Example:
        >>> import kerax
        >>> kerax.quantizers.Int8QuantizationConfig(activation_quantizer=None).activation_quantizer is None
        True
    """

    def __init__(self, weight_quantizer: Any = None, activation_quantizer: Any = None):
        self.weight_quantizer = _family.get(weight_quantizer)
        self.activation_quantizer = _family.get(activation_quantizer)

    @property
    def mode(self) -> str:
        """Name of the mode."""
        raise NotImplementedError(f"{type(self).__name__} has no mode: use Int8QuantizationConfig, or define one.")

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {
            "weight_quantizer": _family.serialize(self.weight_quantizer),
            "activation_quantizer": _family.serialize(self.activation_quantizer),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes a configuration from ``get_config()``."""
        return cls(**config)


class Int8QuantizationConfig(QuantizationConfig):
    """Weights, and by default inputs, as int8.

    Args:
        weight_quantizer: a quantizer to int8; ``AbsMaxQuantizer`` over the layer's input axes by default.
        activation_quantizer: of the inputs; None to quantize weights only. ``AbsMaxQuantizer`` by default.

    Raises:
        ValueError: if the quantizer of the weights gives another dtype.

    Example:
        >>> import kerax
        >>> kerax.quantizers.Int8QuantizationConfig().mode
        'int8'
    """

    def __init__(self, weight_quantizer: Any = None, activation_quantizer: Any = "default"):
        if isinstance(activation_quantizer, str) and activation_quantizer == "default":
            activation_quantizer = AbsMaxQuantizer()
        super().__init__(weight_quantizer, activation_quantizer)
        given = getattr(self.weight_quantizer, "output_dtype", "int8")
        if given != "int8":
            raise ValueError(f"Int8QuantizationConfig needs a weight_quantizer that gives int8, received {given!r}.")

    @property
    def mode(self) -> str:
        """``"int8"``."""
        return "int8"


_family.FAMILY.extend({cls.__name__: cls for cls in (QuantizationConfig, Int8QuantizationConfig)})
