"""What multi-head and grouped-query attention share: projections, masks, configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerax import constraints, initializers, regularizers
from kerax.dtype_policies import DTypePolicyMap, serialize
from kerax.functional.attention import causal_mask, window_mask
from kerax.layers.checks import check_mask, number_in, positive_int
from kerax.layers.core.einsum_dense import EinsumDense
from kerax.layers.layer import Layer
from kerax.random import SeedGenerator

_PARTS = ("query", "key", "gate", "value", "attention_output")  # in the order in which Keras lists their weights
_LETTERS = "abcdefghijklmnopqrstuvw"


class ProjectedAttention(Layer):
    """Base of attentions over learned projections of query, key and value.

    Args:
        dropout: share of the scores to drop while training.
        use_bias: whether the projections have biases.
        sliding_window: a query sees the keys less than this many positions away; or None.
        flash_attention: accepted for Keras's sake; the fastest kernel for the device is used anyway.
        kernel_initializer: of all kernels.
        bias_initializer: of all biases.
        kernel_regularizer: penalty on all kernels.
        bias_regularizer: penalty on all biases.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to all kernels after each optimizer step.
        bias_constraint: applied to all biases after each optimizer step.
        use_gate: whether the heads are multiplied by ``sigmoid`` of another projection of the query.
        seed: makes this layer's noise reproducible on its own.
        **kwargs: ``name``, ``dtype``...
    """

    supports_masking = True

    def __init__(
        self,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.dropout = number_in(self, "dropout", dropout, 0, 1)
        self.use_bias, self.use_gate, self.seed = use_bias, use_gate, seed
        if self.dropout > 0:
            self.seed_generator = SeedGenerator(seed)
        self.sliding_window = None if sliding_window is None else positive_int(self, "sliding_window", sliding_window)
        self.flash_attention = flash_attention
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def check_sequences(self, value_shape: Any, key_shape: Any) -> None:
        """Raise a ``ValueError`` unless values and keys have the same axes between the first and the last."""
        if key_shape is not None and tuple(value_shape)[1:-1] != tuple(key_shape)[1:-1]:
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}): there must be as many keys as values; received values "
                f"of shape {tuple(value_shape)} and keys of shape {tuple(key_shape)}."
            )

    # ---- projections ------------------------------------------------------------------------------------------------
    def project(self, name: str, input_shape: Any, heads: int, size: int) -> EinsumDense:
        """Makes and builds the projection ``(..., features) -> (..., heads, size)``."""
        free = _LETTERS[: len(input_shape) - 1]
        layer = self._dense(name, f"{free}x,xyz->{free}yz", (*(None,) * (len(free) - 1), heads, size), "yz")
        layer.build(input_shape)
        return layer

    def project_back(self, input_shape: Any, heads: int, size: int, output_sizes: tuple[int, ...]) -> EinsumDense:
        """Makes and builds the projection ``(..., heads, size) -> (..., *output_sizes)``."""
        free = _LETTERS[: len(input_shape) - 1]
        out = "ABCDEFGH"[: len(output_sizes)]
        layer = self._dense(
            "attention_output", f"{free}yz,yz{out}->{free}{out}", (*(None,) * (len(free) - 1), *output_sizes), out
        )
        layer.build((*input_shape[:-1], heads, size))
        return layer

    def _dense(self, name: str, equation: str, output_shape: tuple, bias_axes: str) -> EinsumDense:
        layer = EinsumDense(
            equation,
            output_shape=output_shape,
            bias_axes=bias_axes if self.use_bias else None,
            kernel_initializer=_copy(self.kernel_initializer),
            bias_initializer=_copy(self.bias_initializer),
            kernel_regularizer=self.kernel_regularizer,
            bias_regularizer=self.bias_regularizer,
            kernel_constraint=self.kernel_constraint,
            bias_constraint=self.bias_constraint,
            dtype=self._policy[f"{self.path}/{name}"]
            if isinstance(self._policy, DTypePolicyMap)
            else self.dtype_policy,
            name=name,
        )
        layer.supports_masking = True  # masks are this layer's business: no warning that they end in a projection
        return layer

    @property
    def plain(self) -> bool:
        """Whether all kernels are used as they are: none is stored as integers or has a low-rank update."""
        return not any(part.lora_enabled or part.quantization_mode for part in self._projections())

    def _projections(self) -> list[EinsumDense]:
        parts = (self.__dict__.get(_attribute(part)) for part in _PARTS)
        return [part for part in parts if part is not None]

    def _written_policy(self) -> Any:
        """The policy's name; with quantized projections, a map that has theirs."""
        quantized = {f"(.*/)?{part.name}": part.dtype_policy for part in self._projections() if part.quantization_mode}
        if not quantized or isinstance(self._policy, DTypePolicyMap):
            return super()._written_policy()
        return serialize(DTypePolicyMap(self.dtype_policy, quantized))

    def _named_children(self) -> Iterator[tuple[str, Any]]:
        # Paths are Keras's: "query/kernel", not "_query_dense/kernel".
        attributes = vars(self)
        for part in _PARTS:
            layer = attributes.get(_attribute(part))
            if layer is not None:
                yield part, layer
        known = {_attribute(part) for part in _PARTS}
        yield from ((name, value) for name, value in super()._named_children() if name not in known)

    @property
    def query_dense(self) -> EinsumDense:
        """Projection of the query."""
        return self._query_dense

    @property
    def key_dense(self) -> EinsumDense:
        """Projection of the key."""
        return self._key_dense

    @property
    def value_dense(self) -> EinsumDense:
        """Projection of the value."""
        return self._value_dense

    @property
    def output_dense(self) -> EinsumDense:
        """Projection of the heads' outputs."""
        return self._output_dense

    # ---- masks ------------------------------------------------------------------------------------------------------
    def full_mask(
        self, query: Any, value: Any, value_mask: Any, key_mask: Any, attention_mask: Any, use_causal_mask: bool
    ) -> Any:
        """All masks as one: True where a query sees a key; None if every key is seen."""
        for what, mask in (("value_mask", value_mask), ("key_mask", key_mask)):
            if mask is not None:
                check_mask(self, what, mask, value.shape[:2])
        if attention_mask is not None and query.ndim == 3:
            check_mask(self, "attention_mask", attention_mask, (query.shape[1], value.shape[1]), last=True)
        masks = [mask.astype(bool)[:, None, :] for mask in (value_mask, key_mask) if mask is not None]
        if use_causal_mask:
            masks.append(causal_mask(query.shape[1], value.shape[1]))
        if self.sliding_window is not None:
            masks.append(window_mask(query.shape[1], value.shape[1], self.sliding_window))
        if attention_mask is not None:
            masks = [mask[:, None] if attention_mask.ndim == 4 and query.ndim == 3 else mask for mask in masks]
            masks.append(attention_mask.astype(bool))
        if not masks:
            return None
        combined = masks[0]
        for mask in masks[1:]:
            combined = combined & mask
        return combined

    def noise(self, training: Any) -> Any:
        """The key for dropout, or None when there is none."""
        return self.next_key(self.seed) if training and self.dropout > 0 else None

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "use_bias": self.use_bias,
            "use_gate": self.use_gate,
            "sliding_window": self.sliding_window,
            "dropout": self.dropout,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
            "seed": self.seed,
        }


def _attribute(part: str) -> str:
    return "_output_dense" if part == "attention_output" else f"_{part}_dense"


def _copy(initializer: Any) -> Any:
    """A new initializer of the same kind, so that query, key and value do not start with equal kernels."""
    return initializer.clone() if hasattr(initializer, "clone") else initializer
