"""ReversibleEmbedding: an embedding that also turns vectors back into logits."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.dtypes import standardize_dtype
from kerax.functional.group_quantization import dequantize_groups, quantize_groups
from kerax.functional.quantization import pack_int4, unpack_int4
from kerax.layers.core.embedding import Embedding
from kerax.layers.core.weight_storage import constant, product_of_rounded
from kerax.quantizers import AbsMaxQuantizer
from kerax.state import set_mask, structure_changed


class ReversibleEmbedding(Embedding):
    """An embedding that, called with ``reverse=True``, gives a logit for each index.

    Args:
        input_dim: number of different integers.
        output_dim: size of a vector.
        tie_weights: whether the way back multiplies by the transposed table instead of a matrix of its own.
        embeddings_initializer: of the table, shape (input_dim, output_dim).
        embeddings_regularizer: penalty on the table.
        embeddings_constraint: applied to the table after each optimizer step.
        mask_zero: whether 0 is padding, to be masked.
        reverse_dtype: dtype of the way back; the compute dtype by default.
        logit_soft_cap: logits become ``cap * tanh(logits / cap)``; None leaves them.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError, TypeError: if a size is no positive integer.

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.ReversibleEmbedding(100, 8)
        >>> vectors = layer(np.array([[1, 2, 3]]))
        >>> layer(vectors, reverse=True).shape
        (1, 3, 100)
    """

    _few_bits = Embedding._few_bits | {f"reverse_embeddings{suffix}" for suffix in ("", "_scale", "_zero")}

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: Any = None,
        logit_soft_cap: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )
        self.tie_weights = bool(tie_weights)
        self.reverse_dtype = None if reverse_dtype is None else standardize_dtype(reverse_dtype)
        self.logit_soft_cap = logit_soft_cap

    def build(self, input_shape: Any = None) -> None:
        """Creates ``embeddings``, and ``reverse_embeddings`` if weights are not tied."""
        super().build(input_shape)
        if self.tie_weights:
            return
        shape = (self.output_dim, self.input_dim)
        if self.quantization_mode is None:
            self.reverse_embeddings = self.add_weight(
                name="reverse_embeddings", shape=shape, initializer=self.embeddings_initializer
            )
        else:
            self._store_reverse(np.zeros(shape, "float32"))  # to be filled from a file

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """Looks up the rows, or multiplies by the table."""
        if not reverse:
            vectors = super().call(inputs)
            if self.mask_zero:
                set_mask(vectors, jnp.not_equal(inputs, 0))
            return vectors
        dtype = self.reverse_dtype or self.compute_dtype
        kernel = (self._full_weight().T if self.tie_weights else self._reverse_kernel()).astype(dtype)
        quantizer = None if self.quantization_mode is None else self._quantizer_of_inputs()
        logits = product_of_rounded(inputs.astype(dtype), kernel, quantizer)
        if self.logit_soft_cap is not None:
            logits = jnp.tanh(logits / self.logit_soft_cap) * self.logit_soft_cap
        return logits

    def quantize(self, mode: str | None = None, type_check: bool = True, config: Any = None) -> None:
        """Stores the table, and the matrix of the way back, in few bits; see ``Dense.quantize``."""
        super().quantize(mode, type_check, config)
        if not self.tie_weights:
            self._store_reverse(np.asarray(self.reverse_embeddings.value))

    def _store_reverse(self, floats: np.ndarray) -> None:
        """Makes integers of the matrix of the way back; its inputs are rows."""
        config, block = self.quantization_config, getattr(self.dtype_policy, "block_size", -1)
        quantizer = None if config is None else config.weight_quantizer
        low, high = (-8, 7) if self.quantization_mode == "int4" else (-127, 127)
        zero = None
        if block != -1:
            integers, scale, zero = map(jnp.asarray, quantize_groups(floats, block))
        else:
            integers, scale = (quantizer or AbsMaxQuantizer(value_range=(low, high)))(floats, axis=0)
            scale = jnp.squeeze(scale, 0)
        if self.quantization_mode == "int4":
            integers = jnp.asarray(pack_int4(np.asarray(integers), 0))
        parts = {"": integers, "_scale": scale, **({} if zero is None else {"_zero": zero})}
        self._variables.pop("reverse_embeddings", None)  # type: ignore[attr-defined]
        for suffix, array in parts.items():
            name = f"reverse_embeddings{suffix}"
            variable = self.add_weight(
                name=name,
                shape=array.shape,
                initializer=constant(array),
                dtype=None if suffix else "int8",
                trainable=False,
            )
            setattr(self, name, variable)
        structure_changed()

    def _reverse_kernel(self) -> Any:
        """The matrix of the way back as floats."""
        kernel = self.reverse_embeddings.value
        if self.quantization_mode is None:
            return kernel
        scale = self.reverse_embeddings_scale.value
        if self.quantization_mode == "int4":
            kernel = unpack_int4(kernel, self.output_dim, 0)
            if scale.ndim > 1:
                return dequantize_groups(kernel, scale, self.reverse_embeddings_zero.value, self.g_idx.read(), 0)
        return kernel / scale

    def _quantizer_of_inputs(self) -> Any:
        return super()._quantizer_of_inputs() if self.quantization_config is not None else AbsMaxQuantizer()

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: ``call`` sets the mask of the vectors itself, logits have none."""
        return None

    def compute_output_shape(self, input_shape: Any, reverse: bool = False) -> Any:
        """Returns the shape of the outputs."""
        shape = tuple(input_shape)
        return (*shape[:-1], self.input_dim) if reverse else (*shape, self.output_dim)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "tie_weights": self.tie_weights,
            "reverse_dtype": self.reverse_dtype,
            "logit_soft_cap": self.logit_soft_cap,
        }
