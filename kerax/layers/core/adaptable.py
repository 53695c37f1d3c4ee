"""What layers with one large weight can do with it after building: low-rank updates (LoRA) and int8 storage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import initializers
from kerax.dtypes import QUANTIZATION_MODES, QuantizedDTypePolicy
from kerax.errors import unknown_name
from kerax.layers.checks import positive_int
from kerax.layers.layer import Layer
from kerax.quantizers import AbsMaxQuantizer, Int8QuantizationConfig, QuantizationConfig
from kerax.registry import deserialize_keras_object, serialize_keras_object
from kerax.state import Variable, structure_changed


class AdaptableLayer(Layer):
    """A layer with a weight, named by ``_adapted``, to which a product of two thin matrices can be added, or which can
    be stored as int8.

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
    def _add_adaptable(self, shape: tuple[int, ...], **options: Any) -> Variable:
        """Creates the weight: as int8, to be filled from a file, where the layer's policy says so."""
        if self.quantization_mode is None:
            return self.add_weight(name=self._adapted, shape=shape, **options)
        return self.add_weight(name=self._adapted, shape=shape, initializer="zeros", dtype="int8", trainable=False)

    def _finish_adaptable(self) -> None:
        """Creates what goes with the weight; called when all other weights exist."""
        if self.quantization_mode is not None:
            self._add_scale(np.ones(self._scale_shape(), "float32"))
        if self.lora_rank is not None:
            self.enable_lora(self.lora_rank, self.lora_alpha)

    def _scale_axes(self) -> tuple[int, ...]:
        """Axes of the weight whose elements share a scale; for subclasses to write."""
        return (0,)

    def _scale_shape(self) -> tuple[int, ...]:
        shape = getattr(self, self._adapted).shape
        shared = {axis % len(shape) for axis in self._scale_axes()}
        return tuple(size for axis, size in enumerate(shape) if axis not in shared)

    def _stored_scale(self, scale: np.ndarray) -> np.ndarray:
        """A scale with the weight's axes in the form that files have."""
        return scale.reshape(self._scale_shape())

    def _add_scale(self, array: Any) -> None:
        name = f"{self._adapted}_scale"
        variable = self.add_weight(
            name=name, shape=array.shape, initializer=lambda shape, dtype: jnp.asarray(array, dtype), trainable=False
        )
        setattr(self, name, variable)

    @property
    def stored_as_made(self) -> bool:
        """Whether files have the weights in the order in which they were made, not the trained ones first."""
        return self.lora_enabled or self.quantization_mode is not None

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
        weight = getattr(self, self._adapted)
        sizes = ((*weight.shape[:-1], self.lora_rank), (self.lora_rank, weight.shape[-1]))
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
        value = getattr(self, self._adapted).value
        if self.quantization_mode is not None:
            value = value / self._scale_with_axes()
        return (value + self._lora_product()).astype(self.compute_dtype) if self.lora_enabled else value

    # ---- int8 -------------------------------------------------------------------------------------------------------
    @property
    def quantization_mode(self) -> str | None:
        """``"int8"`` for a quantized layer, else None."""
        return self.dtype_policy.quantization_mode

    def quantize(self, mode: str | None = None, type_check: bool = True, config: Any = None) -> None:
        """Stores the weight as int8 with a scale; it is not trained any more.

        Args:
            mode: ``"int8"``.
            type_check: accepted as in Keras.
            config: a ``kerax.quantizers.Int8QuantizationConfig``, instead of the mode.

        Raises:
            ValueError: for another mode, for a layer that is not built or is quantized already.
        """
        config = config if config is not None else self.quantization_config
        if isinstance(mode, QuantizationConfig):
            mode, config = None, mode
        if mode is None and config is None:
            raise ValueError(f"Layer {self.path!r}: quantize() needs a mode, such as 'int8', or a configuration.")
        if mode is not None and mode not in QUANTIZATION_MODES:
            raise unknown_name("quantization mode", mode, QUANTIZATION_MODES)
        if config is not None and mode is not None and config.mode != mode:
            raise ValueError(f"quantize(mode={mode!r}) contradicts its configuration, whose mode is {config.mode!r}.")
        if not self.built:
            raise ValueError(f"Layer {self.path!r} has no weights to quantize yet: build it first.")
        if self.quantization_mode is not None:
            raise ValueError(f"Layer {self.path!r} is quantized already, as {self.quantization_mode}.")
        policy = QuantizedDTypePolicy("int8", self.dtype_policy.name)
        self.quantization_config = config
        quantizer = (config or Int8QuantizationConfig()).weight_quantizer or AbsMaxQuantizer()
        old = getattr(self, self._adapted)
        integers, scale = quantizer(old.value, axis=self._scale_axes())
        new = Variable(integers, dtype="int8", trainable=False, name=old.name)
        new.path = old.path
        self._variables[self._adapted] = new  # type: ignore[attr-defined]
        setattr(self, self._adapted, new)
        self._add_scale(self._stored_scale(np.asarray(scale)))
        self._policy = policy
        structure_changed()

    def _scale_with_axes(self) -> jax.Array:
        scale = getattr(self, f"{self._adapted}_scale").value
        rank = len(getattr(self, self._adapted).shape)
        return jnp.expand_dims(scale, tuple(axis % rank for axis in self._scale_axes()))

    def _quantized_product(self, inputs: jax.Array, contract: Callable, axes: tuple[int, ...]) -> jax.Array:
        """``contract(inputs, weight)`` with both as int8; the gradient is that of the floats they stand for."""
        config = self.quantization_config or Int8QuantizationConfig()
        kernel, scale, dtype = getattr(self, self._adapted).value, self._scale_with_axes(), self.compute_dtype
        quantizer = config.activation_quantizer
        if quantizer is None:
            y = contract(inputs, (kernel / scale).astype(dtype))
        else:

            @jax.custom_vjp
            def product(x: jax.Array, kernel: jax.Array, scale: jax.Array) -> jax.Array:
                integers, of_inputs = quantizer(x, axis=axes)
                exact = contract(integers, kernel, preferred_element_type=jnp.int32)
                return (exact.astype(dtype) / contract(of_inputs, scale)).astype(dtype)

            def forward(x: jax.Array, kernel: jax.Array, scale: jax.Array) -> tuple[jax.Array, tuple]:
                return product(x, kernel, scale), (x, kernel, scale)

            def back(kept: tuple, upstream: jax.Array) -> tuple:
                x, kernel, scale = kept
                return (*jax.vjp(lambda x: contract(x, (kernel / scale).astype(x.dtype)), x)[1](upstream), None, None)

            product.defvjp(forward, back)
            y = product(inputs, kernel, scale)
        if self.lora_enabled:
            y = (y + contract(inputs, self._lora_product().astype(dtype))).astype(dtype)
        return y

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        config = super().get_config()
        if self.lora_rank is not None:
            config = {**config, "lora_rank": self.lora_rank, "lora_alpha": self.lora_alpha}
        if self.quantization_config is not None:
            config["quantization_config"] = serialize_keras_object(self.quantization_config)
        return config
