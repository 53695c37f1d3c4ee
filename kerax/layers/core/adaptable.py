"""What layers with one large weight can do with it after building: low-rank updates (LoRA), storage in few bits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import initializers
from kerax.dtypes import get_policy
from kerax.errors import unknown_name
from kerax.layers.checks import positive_int
from kerax.layers.core.weight_storage import FORMS, Floats
from kerax.layers.layer import Layer
from kerax.quantizers import AbsMaxQuantizer, QuantizationConfig
from kerax.quantizers.configs import CALIBRATED_MODES, resolve_config
from kerax.registry import deserialize_keras_object, serialize_keras_object
from kerax.state import Variable, structure_changed


class AdaptableLayer(Layer):
    """A layer with a weight, named by ``_adapted``, to which a product of two thin matrices can be added, or which can
    be stored in few bits.

    Reference: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021, https://arxiv.org/abs/2106.09685

    Args:
        lora_rank: adds the product when the layer is built.
        lora_alpha: the product is multiplied by ``lora_alpha / lora_rank``; the rank by default.
        quantization_config: how the weight is quantized.
        **kwargs: ``name``, ``dtype``...
    """

    _adapted = "kernel"
    _constraint = "kernel_constraint"
    _regularizer = "kernel_regularizer"
    _modes: tuple[str, ...] = ("int8", "int4", "float8", "gptq", "awq")
    _few_bits = frozenset("kernel kernel_scale kernel_zero zero_point g_idx awq_scales".split())
    _groups_along_columns = False  # whether groups of 4-bit numbers are parts of rows
    _zero_name = "kernel_zero"  # what Keras calls the zero points of weights that were rounded for certain inputs
    _weight_shape: tuple[int, ...]  # of a weight that is stored in another one

    def __init__(
        self,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.lora_rank = None if lora_rank is None else positive_int(self, "lora_rank", lora_rank)
        self.lora_alpha = self.lora_rank if lora_alpha is None else lora_alpha
        self.lora_enabled = False
        if isinstance(quantization_config, dict):
            quantization_config = deserialize_keras_object(quantization_config)
        if quantization_config is not None and not isinstance(quantization_config, QuantizationConfig):
            raise TypeError(
                f"{type(self).__name__}: quantization_config must be a kerax.quantizers.QuantizationConfig, received "
                f"{quantization_config!r}."
            )
        self.quantization_config = quantization_config

    # ---- building ---------------------------------------------------------------------------------------------------
    @property
    def _form(self) -> Floats:
        """How the weight is stored."""
        return FORMS[self.quantization_mode](self)

    def _add_adaptable(self, shape: tuple[int, ...], **options: Any) -> Variable | None:
        """Creates the weight: as small integers, to be filled from a file, where the layer's policy says so."""
        return self._form.add(shape, **options)

    def _finish_adaptable(self) -> None:
        """Creates what goes with the weight; called when all other weights exist."""
        self._form.add_rest()
        if self.lora_rank is not None:
            self.enable_lora(self.lora_rank, self.lora_alpha)

    def _scale_axes(self) -> tuple[int, ...]:
        """Axes of the weight whose elements share a scale; for subclasses to write."""
        return (0,)

    def _scale_shape(self) -> tuple[int, ...]:
        """Shape of the scales of int8."""
        shape = getattr(self, self._adapted).shape
        shared = {axis % len(shape) for axis in self._scale_axes()}
        return tuple(size for axis, size in enumerate(shape) if axis not in shared)

    def _stored_scale(self, scale: np.ndarray) -> np.ndarray:
        """A scale with the weight's axes in the form that files have."""
        return scale.reshape(self._scale_shape())

    def _scale_with_axes(self) -> jax.Array:
        scale = getattr(self, f"{self._adapted}_scale").value
        rank = len(getattr(self, self._adapted).shape)
        return jnp.expand_dims(scale, tuple(axis % rank for axis in self._scale_axes()))

    def _matrix(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """The weight as a matrix of inputs and outputs, for 4 bits."""
        summed = {axis % len(shape) for axis in self._scale_axes()}
        rows = math.prod(size for axis, size in enumerate(shape) if axis in summed)
        return rows, math.prod(shape) // rows

    def _calibrated_matrix(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """The same for weights that were rounded for certain inputs."""
        return self._matrix(shape)

    def _quantizer_of_inputs(self) -> Any:
        """What rounds the inputs; None where they stay as they are."""
        if self.quantization_config is not None:
            return self.quantization_config.activation_quantizer
        return AbsMaxQuantizer() if self.quantization_mode == "int8" else None

    @property
    def stored_as_made(self) -> bool:
        """Whether files have the weights in the order in which they were made, not the trained ones first."""
        return self.lora_enabled or self.quantization_mode is not None

    @property
    def listed_last(self) -> frozenset[str]:
        """Names of the variables that come after the others in ``weights``: what is stored as integers, and scales."""
        return frozenset() if self.quantization_mode in (None, "float8") else self._few_bits

    # ---- low-rank updates -------------------------------------------------------------------------------------------
    def enable_lora(
        self,
        rank: int,
        lora_alpha: float | None = None,
        a_initializer: Any = "he_uniform",
        b_initializer: Any = "zeros",
    ) -> None:
        """Freezes the weight and adds a product of two thin matrices to it, which is trained instead.

        Args:
            rank: inner size of the product.
            lora_alpha: the product is multiplied by ``lora_alpha / rank``; the rank by default.
            a_initializer: of the first matrix.
            b_initializer: of the second one; zeros begin with the weight as it is.

        Raises:
            ValueError: if the layer is not built, has a constraint on the weight, or has a product already.
        """
        if not self.built and getattr(self, self._adapted, None) is None:
            raise ValueError(f"Layer {self.path!r}: enable_lora() needs the layer's weights: build it first.")
        if getattr(self, self._constraint) is not None:
            raise ValueError(f"Layer {self.path!r}: a weight with a {self._constraint} cannot have a LoRA update.")
        if self.lora_enabled:
            raise ValueError(f"Layer {self.path!r} has a LoRA update already.")
        self.lora_rank = positive_int(self, "rank", rank)
        self.lora_alpha = self.lora_rank if lora_alpha is None else lora_alpha
        if self.quantization_mode in ("float8", *CALIBRATED_MODES):
            raise ValueError(f"Layer {self.path!r}: {self.quantization_mode} does not go together with a LoRA update.")
        weight = getattr(self, self._adapted)
        shape = self._weight_shape if self.quantization_mode == "int4" else weight.shape
        sizes = ((*shape[:-1], self.lora_rank), (self.lora_rank, shape[-1]))
        self._lora = tuple(
            self.add_weight(
                name=f"lora_{self._adapted}_{part}",
                shape=shape,
                initializer=initializers.get(initializer),
                dtype="float32",
                regularizer=getattr(self, self._regularizer),
            )
            for part, shape, initializer in zip("ab", sizes, (a_initializer, b_initializer), strict=True)
        )
        for part, variable in zip("ab", self._lora, strict=True):
            setattr(self, f"lora_{self._adapted}_{part}", variable)
        weight.trainable = False
        self.lora_enabled = True
        structure_changed()

    def _lora_product(self) -> jax.Array:
        a, b = (variable.value for variable in self._lora)
        return (self.lora_alpha / self.lora_rank) * (a @ b)  # type: ignore[operator]

    def _full_weight(self) -> jax.Array:
        """The weight with its update, as floats of the compute dtype."""
        value = self._form.weight()
        return (value + self._lora_product()).astype(self.compute_dtype) if self.lora_enabled else value

    # ---- few bits ---------------------------------------------------------------------------------------------------
    @property
    def quantization_mode(self) -> str | None:
        """``"int8"``, ``"int4"``, ``"float8"``, ``"gptq"`` or ``"awq"`` for a quantized layer, else None."""
        return self.dtype_policy.quantization_mode

    def quantize(self, mode: str | None = None, type_check: bool = True, config: Any = None) -> None:
        """Stores the weight in few bits with scales; as integers it is not trained any more.

        Args:
            mode: ``"int8"``, ``"int4"`` (packed, two numbers in a byte) or ``"float8"`` (the weight stays a float and
                is trained; products and gradients go through 8 bits).
            type_check: accepted as in Keras.
            config: a ``kerax.quantizers.Int8QuantizationConfig`` or another one, instead of the mode.

        Raises:
            ValueError: for another mode, for a layer that is not built or is quantized already; for ``"gptq"`` and
                ``"awq"``, which need samples: ``model.quantize`` runs them.
        """
        if isinstance(mode, QuantizationConfig):
            mode, config = None, mode
        config = resolve_config(mode, config if config is not None else self.quantization_config)
        if config.mode in CALIBRATED_MODES:
            raise ValueError(
                f"Layer {self.path!r}: {config.mode!r} rounds a weight for the inputs it meets. Call quantize("
                f"{config.mode!r}, config=...) of the model, which runs samples through it."
            )
        self._check_quantizable(config.mode)
        self._take_policy(config)
        self._form.store(config)
        structure_changed()

    def _check_quantizable(self, mode: str) -> None:
        if not self.built:
            raise ValueError(f"Layer {self.path!r} has no weights to quantize yet: build it first.")
        if self.quantization_mode is not None:
            raise ValueError(f"Layer {self.path!r} is quantized already, as {self.quantization_mode}.")
        if mode not in self._modes:
            raise unknown_name(f"quantization mode of {type(self).__name__}", mode, self._modes)
        if mode == "float8" and self.lora_enabled:
            raise ValueError(f"Layer {self.path!r} has a LoRA update, which float8 does not go together with.")

    def _take_policy(self, config: QuantizationConfig) -> None:
        self.quantization_config = config
        self._policy = get_policy(f"{config.dtype_policy_string()}_from_{self.dtype_policy.name}")

    def _quantized_product(self, inputs: jax.Array, contract: Callable, axes: tuple[int, ...]) -> jax.Array:
        """``contract(inputs, weight)`` as the layer's form computes it, with the low-rank update."""
        y = self._form.product(inputs, contract, axes)
        if self.lora_enabled:
            y = (y + contract(inputs, self._lora_product().astype(self.compute_dtype))).astype(self.compute_dtype)
        return y

    def _quantized_bias(self) -> Any:
        """The bias; float8 adds what bfloat16 holds of it, which is what makes one operation of it and the product."""
        if self.bias is None:  # type: ignore[attr-defined]
            return None
        bias = self.bias.value  # type: ignore[attr-defined]
        return bias.astype("bfloat16").astype(bias.dtype) if self.quantization_mode == "float8" else bias

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        config = super().get_config()
        if self.lora_rank is not None:
            config = {**config, "lora_rank": self.lora_rank, "lora_alpha": self.lora_alpha}
        if self.quantization_config is not None:
            config["quantization_config"] = serialize_keras_object(self.quantization_config)
        return config
