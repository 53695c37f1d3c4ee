"""How a layer is quantized."""

from __future__ import annotations

from typing import Any

from kerax.dtypes import QUANTIZATION_MODES
from kerax.errors import unknown_name
from kerax.quantizers import _family
from kerax.quantizers.quantizers import AbsMaxQuantizer

CALIBRATED_MODES = ("gptq", "awq")  # which round weights with a view to the inputs of samples
_INT4_RANGE = (-8, 7)


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

    def dtype_policy_string(self) -> str:
        """The beginning of the name of a quantized layer's dtype policy."""
        return self.mode

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

    @staticmethod
    def weight_quantizer_or_default(config: Any, default: Any) -> Any:
        """The quantizer of the weights that a configuration names, or the default one."""
        return default if config is None or config.weight_quantizer is None else config.weight_quantizer

    @staticmethod
    def activation_quantizer_or_default(config: Any, default: Any) -> Any:
        """The quantizer of the inputs that a configuration names, which may be none; the default one without it."""
        return default if config is None else config.activation_quantizer

    def _check_weight_quantizer(self, **expected: Any) -> None:
        for name, value in expected.items() if self.weight_quantizer is not None else ():
            given = getattr(self.weight_quantizer, name, value)
            if given != value:
                raise ValueError(
                    f"{type(self).__name__} needs a weight_quantizer with {name}={value!r}, received {given!r}."
                )


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
        self._check_weight_quantizer(output_dtype="int8")

    @property
    def mode(self) -> str:
        """``"int8"``."""
        return "int8"


class Int4QuantizationConfig(QuantizationConfig):
    """Weights as integers of 4 bits, two in a byte.

    Args:
        weight_quantizer: a quantizer to int8 from -8 to 7, only without groups; ``AbsMaxQuantizer`` by default.
        activation_quantizer: of the inputs, only without groups. None, and ``"default"``, leave them as they are.
        block_size: how many numbers along the layer's inputs share a scale and a zero point. None and -1 mean one
            scale for each output and no zero point.

    Raises:
        ValueError: for another size, for quantizers together with groups, for a quantizer of another range or dtype.

    Example:
        >>> import kerax
        >>> kerax.quantizers.Int4QuantizationConfig(block_size=64).dtype_policy_string()
        'int4/64'
    """

    def __init__(
        self, weight_quantizer: Any = None, activation_quantizer: Any = "default", block_size: int | None = 128
    ):
        if isinstance(activation_quantizer, str) and activation_quantizer == "default":
            activation_quantizer = None
        super().__init__(weight_quantizer, activation_quantizer)
        if block_size is not None and block_size != -1 and block_size <= 0:
            raise ValueError(f"block_size is None, -1 or a positive integer, received {block_size!r}.")
        grouped = block_size is not None and block_size > 0
        if grouped and (self.weight_quantizer is not None or self.activation_quantizer is not None):
            raise ValueError(
                f"Int4QuantizationConfig: groups (block_size={block_size}) have no quantizers; take the quantizers "
                "away or set block_size=None."
            )
        self._check_weight_quantizer(value_range=_INT4_RANGE, output_dtype="int8")
        self.block_size = block_size

    @property
    def mode(self) -> str:
        """``"int4"``."""
        return "int4"

    def dtype_policy_string(self) -> str:
        """The mode and the size of a group."""
        return f"int4/{-1 if self.block_size is None else self.block_size}"

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {**super().get_config(), "block_size": self.block_size}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes a configuration from ``get_config()``; older ones, which name no size, have no groups."""
        return cls(**{"block_size": None, **config})


class Float8QuantizationConfig(QuantizationConfig):
    """Products and gradients of 8-bit floats; weights stay as they are and are trained.

    Example:
        >>> import kerax
        >>> kerax.quantizers.Float8QuantizationConfig().mode
        'float8'
    """

    def __init__(self) -> None:
        super().__init__()

    @property
    def mode(self) -> str:
        """``"float8"``."""
        return "float8"

    def get_config(self) -> dict[str, Any]:
        """Returns nothing: there are no arguments."""
        return {}


class CalibratedConfig(QuantizationConfig):
    """Base of the configurations of weights that are rounded with a view to the inputs of samples."""

    dataset: Any
    tokenizer: Any
    num_samples: int
    sequence_length: int
    group_size: int
    weight_bits: int
    quantization_layer_structure: Any

    def _check(self, bits: tuple[int, ...], *positive: str) -> None:
        if self.weight_bits not in bits:
            raise ValueError(f"{type(self).__name__}: weight_bits is one of {bits}, received {self.weight_bits!r}.")
        for name in ("num_samples", "sequence_length", *positive):
            if getattr(self, name) <= 0:
                raise ValueError(f"{type(self).__name__}: {name} must be positive, received {getattr(self, name)!r}.")
        if self.group_size < -1 or self.group_size == 0:
            raise ValueError(
                f"{type(self).__name__}: group_size is a positive integer, or -1 for one group, received "
                f"{self.group_size!r}."
            )

    def dtype_policy_string(self) -> str:
        """The mode, the bits and the size of a group."""
        return f"{self.mode}/{self.weight_bits}/{self.group_size}"

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values, without what is used once: samples, tokenizer, layers."""
        config = {name: value for name, value in vars(self).items() if not name.endswith("_quantizer")}
        return {**config, "dataset": None, "tokenizer": None, "quantization_layer_structure": None}


class GPTQConfig(CalibratedConfig):
    """Weights rounded one input after the other, each error made up for by what follows.

    ``model.quantize("gptq", config=config)`` runs samples through the model's blocks, one after the other.

    Reference: Frantar et al., "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers",
    2022, https://arxiv.org/abs/2210.17323

    Args:
        dataset: texts, or arrays of tokens.
        tokenizer: object with ``tokenize(text) -> tokens``; used for texts.
        weight_bits: 2, 3, 4 or 8.
        num_samples: how many windows of the dataset are run.
        per_channel: whether each output has scales of its own.
        sequence_length: tokens of a window.
        hessian_damping: fraction of its mean that is added to the diagonal of the inputs' second moments.
        group_size: inputs that share a scale; -1 for all.
        symmetric: whether ranges reach as far below 0 as above.
        activation_order: whether the strongest inputs are rounded first.
        quantization_layer_structure: dict with the layers before the first block, ``"pre_block_layers"``, and the
            blocks, ``"sequential_blocks"``; by default what ``model.get_quantization_layer_structure(mode)`` returns.

    Raises:
        ValueError: for other numbers.

    Example:
        >>> import kerax
        >>> kerax.quantizers.GPTQConfig(None, None, weight_bits=3, group_size=-1).dtype_policy_string()
        'gptq/3/-1'
    """

    def __init__(
        self,
        dataset: Any,
        tokenizer: Any,
        *,
        weight_bits: int = 4,
        num_samples: int = 128,
        per_channel: bool = True,
        sequence_length: int = 512,
        hessian_damping: float = 0.01,
        group_size: int = 128,
        symmetric: bool = False,
        activation_order: bool = False,
        quantization_layer_structure: Any = None,
    ):
        super().__init__()
        self.dataset, self.tokenizer = dataset, tokenizer
        self.weight_bits, self.num_samples, self.per_channel = weight_bits, num_samples, per_channel
        self.sequence_length, self.hessian_damping, self.group_size = sequence_length, hessian_damping, group_size
        self.symmetric, self.activation_order = symmetric, activation_order
        self.quantization_layer_structure = quantization_layer_structure
        self._check((2, 3, 4, 8))
        if not 0 <= hessian_damping <= 1:
            raise ValueError(f"GPTQConfig: hessian_damping lies between 0 and 1, received {hessian_damping!r}.")

    @property
    def mode(self) -> str:
        """``"gptq"``."""
        return "gptq"


class AWQConfig(CalibratedConfig):
    """Weights rounded to 4 bits after those of strong inputs were made larger, so that they lose less.

    ``model.quantize("awq", config=config)`` runs samples through the model's blocks, one after the other.

    Reference: Lin et al., "AWQ: Activation-aware Weight Quantization for LLM Compression and Acceleration", 2023,
    https://arxiv.org/abs/2306.00978

    Args:
        dataset: texts, or arrays of tokens.
        tokenizer: object with ``tokenize(text) -> tokens``; used for texts.
        weight_bits: 4.
        num_samples: how many windows of the dataset are run.
        sequence_length: tokens of a window.
        group_size: inputs that share a scale; -1 for all.
        num_grid_points: how many degrees of enlarging are tried.
        quantization_layer_structure: dict with the layers before the first block, ``"pre_block_layers"``, and the
            blocks, ``"sequential_blocks"``; by default what ``model.get_quantization_layer_structure(mode)`` returns.

    Raises:
        ValueError: for other numbers.

    Example:
        >>> import kerax
        >>> kerax.quantizers.AWQConfig(None, None).dtype_policy_string()
        'awq/4/128'
    """

    def __init__(
        self,
        dataset: Any,
        tokenizer: Any,
        *,
        weight_bits: int = 4,
        num_samples: int = 128,
        sequence_length: int = 512,
        group_size: int = 128,
        num_grid_points: int = 20,
        quantization_layer_structure: Any = None,
    ):
        super().__init__()
        self.dataset, self.tokenizer = dataset, tokenizer
        self.weight_bits, self.num_samples, self.sequence_length = weight_bits, num_samples, sequence_length
        self.group_size, self.num_grid_points = group_size, num_grid_points
        self.quantization_layer_structure = quantization_layer_structure
        self._check((4,), "num_grid_points")

    @property
    def mode(self) -> str:
        """``"awq"``."""
        return "awq"


_DEFAULTS = {"int8": Int8QuantizationConfig, "int4": Int4QuantizationConfig, "float8": Float8QuantizationConfig}
_family.FAMILY.extend(
    {
        cls.__name__: cls
        for cls in (
            QuantizationConfig,
            Int8QuantizationConfig,
            Int4QuantizationConfig,
            Float8QuantizationConfig,
            GPTQConfig,
            AWQConfig,
        )
    }
)


def resolve_config(mode: str | None, config: Any) -> QuantizationConfig:
    """The configuration that the arguments of ``quantize`` stand for.

    Args:
        mode: name of a mode, or None if the configuration says it.
        config: a configuration, or None for that of the mode.

    Raises:
        ValueError: for no mode, an unknown one, one that contradicts the configuration, or one that needs one.

    Example:
        >>> from kerax.quantizers.configs import resolve_config
        >>> resolve_config("int4", None).block_size
        128
    """
    if isinstance(config, str):
        mode, config = config, None
    if mode is None and config is None:
        raise ValueError("quantize() needs a mode, such as 'int8', or a configuration.")
    if mode is not None and mode not in QUANTIZATION_MODES:
        raise unknown_name("quantization mode", mode, QUANTIZATION_MODES)
    if config is None:
        if mode in CALIBRATED_MODES:
            name = {"gptq": "GPTQConfig", "awq": "AWQConfig"}[mode]
            raise ValueError(f"quantize({mode!r}) needs config=kerax.quantizers.{name}(dataset, tokenizer, ...).")
        return _DEFAULTS[mode]()
    if not isinstance(config, QuantizationConfig):
        raise ValueError(f"quantize(): config must be a kerax.quantizers.QuantizationConfig, received {config!r}.")
    if mode is not None and config.mode != mode:
        raise ValueError(f"quantize(mode={mode!r}) contradicts its configuration, whose mode is {config.mode!r}.")
    return config
