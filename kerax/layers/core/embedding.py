"""Embedding: a trained row of numbers for each index."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax import constraints, initializers, regularizers
from kerax.functional.embedding import embedding
from kerax.functional.group_quantization import dequantize_groups
from kerax.functional.quantization import unpack_int4
from kerax.jax_compat import is_tracer
from kerax.layers.checks import positive_int
from kerax.layers.core.adaptable import AdaptableLayer


class Embedding(AdaptableLayer):
    """Turns integers into dense vectors.

    Args:
        input_dim: number of different integers; inputs are in ``0 .. input_dim - 1``.
        output_dim: size of a vector.
        embeddings_initializer: of the table, shape (input_dim, output_dim).
        embeddings_regularizer: penalty on the table.
        embeddings_constraint: applied to the table after each optimizer step.
        mask_zero: whether 0 is padding, to be masked.
        weights: the table's first values, as an array or a list with one array.
        lora_rank: trains a product of two thin matrices of this inner size instead of the table; see ``enable_lora``.
        lora_alpha: the product is multiplied by ``lora_alpha / lora_rank``; the rank by default.
        quantization_config: how ``quantize`` stores the table, such as a ``kerax.quantizers.Int8QuantizationConfig``.
        **kwargs: ``name``, ``dtype``, tf.keras's ``input_length``, ``sparse``...

    Raises:
        ValueError, TypeError: if a size is no positive integer; when called eagerly, if an index does not exist
        (compiled
            code gives NaN for it instead).

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Embedding(100, 8)(np.array([[1, 2, 3]])).shape
        (1, 3, 8)
    """

    _adapted = "embeddings"
    _constraint = "embeddings_constraint"
    _regularizer = "embeddings_regularizer"
    _modes = ("int8", "int4")
    _few_bits = frozenset("embeddings embeddings_scale embeddings_zero g_idx".split())
    _groups_along_columns = True

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ):
        kwargs.pop("sparse", None)  # tf.keras's: in which form its gradient is stored
        length = kwargs.pop("input_length", None)
        if length is not None and "input_shape" not in kwargs and "batch_input_shape" not in kwargs:
            kwargs["input_shape"] = tuple(length) if isinstance(length, (list, tuple)) else (length,)
        if weights is not None and not isinstance(weights, (list, tuple)):
            weights = [weights]
        elif weights is not None and np.ndim(weights) == 2:
            weights = [np.asarray(weights)]
        super().__init__(lora_rank, lora_alpha, quantization_config, weights=weights, **kwargs)
        self.input_dim = positive_int(self, "input_dim", input_dim, whole_floats=False)
        self.output_dim = positive_int(self, "output_dim", output_dim, whole_floats=False)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.autocast = False  # inputs are indices, whatever their dtype
        if weights is not None:
            self.build(None)
            self.set_weights(self.__dict__["_input_arguments"].pop("weights"))

    def build(self, input_shape: Any = None) -> None:
        """Creates ``embeddings``."""
        self.embeddings = self._add_adaptable(
            (self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )
        self._finish_adaptable()

    def _scale_axes(self) -> tuple[int, ...]:
        return (-1,)

    def _matrix(self, shape: tuple[int, ...]) -> tuple[int, int]:
        return shape[0], shape[1]

    def call(self, inputs: Any) -> Any:
        """Looks up the rows."""
        ids = inputs if jnp.issubdtype(inputs.dtype, jnp.integer) else inputs.astype("int32")
        if not is_tracer(ids):
            self._check_range(np.asarray(ids))
        if self.quantization_mode is None and not self.lora_enabled:
            return embedding(ids, self.embeddings.value)
        rows = embedding(ids, self.embeddings.value)
        if self.quantization_mode is not None:
            rows = self._dequantized(rows, ids)
        if self.lora_enabled:
            a, b = (variable.value for variable in self._lora)
            rows = rows + (self.lora_alpha / self.lora_rank) * (embedding(ids, a) @ b)
        return rows.astype(self.compute_dtype)

    def _dequantized(self, rows: Any, ids: Any) -> Any:
        """What rows of small integers stand for."""
        dtype = self.compute_dtype
        scale = jnp.take(self.embeddings_scale.value, ids, axis=0)
        if self.quantization_mode == "int4":
            rows = unpack_int4(rows, self.output_dim, -1)
            if scale.ndim > ids.ndim:  # groups
                zero = jnp.take(self.embeddings_zero.value, ids, axis=0)
                return dequantize_groups(rows, scale, zero, self.g_idx.read())
        return rows.astype(dtype) / scale[..., None].astype(dtype)

    def _check_range(self, ids: np.ndarray) -> None:
        if not ids.size:
            return
        low, high = ids.min(), ids.max()
        if low < 0 or high >= self.input_dim:
            raise ValueError(
                f"Layer {self.path!r}: index {int(low if low < 0 else high)} does not exist in an Embedding with "
                f"input_dim={self.input_dim}; "
                f"indices are 0 to {self.input_dim - 1}."
            )

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """True where the index is not 0, if ``mask_zero``."""
        return jnp.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the shape of the outputs."""
        return (*tuple(input_shape), self.output_dim)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "embeddings_initializer": initializers.serialize(self.embeddings_initializer),
            "embeddings_regularizer": regularizers.serialize(self.embeddings_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "embeddings_constraint": constraints.serialize(self.embeddings_constraint),
            "mask_zero": self.mask_zero,
        }
