"""GRU and its cell."""

from __future__ import annotations

from typing import Any

import jax

from kerax.functional.recurrent import gru, gru_step
from kerax.layers.rnn.recurrent_cell import ONE_PRODUCT_PER_GATE, RecurrentCell
from kerax.layers.rnn.recurrent_layer import RecurrentLayer


class GRUCell(RecurrentCell):
    """One step of a gated recurrent unit (Cho et al. 2014), gates in the order z, r, h.

    Args:
        units: size of the output.
        activation: for the candidate: name, callable or None.
        recurrent_activation: for the two gates.
        use_bias: whether there is a bias.
        kernel_initializer: of the kernel, shape (features, 3 * units).
        recurrent_initializer: of the recurrent kernel, shape (units, 3 * units).
        bias_initializer: of the bias, shape (2, 3 * units), or (3 * units,) without ``reset_after``.
        kernel_regularizer: penalty on the kernel.
        recurrent_regularizer: penalty on the recurrent kernel.
        bias_regularizer: penalty on the bias.
        kernel_constraint: applied to the kernel after each optimizer step.
        recurrent_constraint: likewise for the recurrent kernel.
        bias_constraint: likewise for the bias.
        dropout: share of the inputs to drop while training, the same ones at every step.
        recurrent_dropout: share of the previous output to drop.
        reset_after: whether the reset gate acts after the recurrent product (as in cuDNN) instead of before.
        seed: makes the dropout reproducible on its own.
        **kwargs: ``name``, ``dtype``, ``trainable``, ``implementation``.

    Example:
        >>> import kerax, numpy as np
        >>> cell = kerax.layers.GRUCell(4)
        >>> h, states = cell(np.ones((2, 3), "float32"), cell.get_initial_state(batch_size=2))
        >>> h.shape, len(states)
        ((2, 4), 1)
    """

    gates = 3

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(units, {k: v for k, v in locals().items() if k in _CELL_OPTIONS}, **kwargs)
        self.reset_after = bool(reset_after)

    def _bias_shape(self) -> tuple[int, ...]:
        width = self.gates * self.units
        return (2, width) if self.reset_after else (width,)

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        """Returns (output, [output]); the bare output as state where ``states`` was a bare array."""
        several = isinstance(states, (list, tuple))
        masks = self.masks(inputs, training)
        gate_masks = masks.inputs
        if gate_masks is not None and self.implementation != ONE_PRODUCT_PER_GATE:
            inputs, gate_masks = inputs * gate_masks[0], None
        h = gru_step(
            inputs,
            states[0] if several else states,
            *self.weight_values(),
            activation=self.activation,
            recurrent_activation=self.recurrent_activation,
            input_masks=gate_masks,
            recurrent_masks=masks.recurrent,
            reset_after=self.reset_after,
        )
        return h, [h] if several else h

    def _kernel_over_time(self, x: jax.Array, states: list[jax.Array], **options: Any) -> Any:
        activations = {"activation": self.activation, "recurrent_activation": self.recurrent_activation}
        weights = self.weight_values()
        return gru(x, states[0], *weights, **activations, reset_after=self.reset_after, **options)

    def options(self) -> dict[str, Any]:
        """The constructor arguments other than those of every layer, as plain values."""
        return {**super().options(), "reset_after": self.reset_after}


_CELL_OPTIONS = (
    "activation", "recurrent_activation", "use_bias", "kernel_initializer", "recurrent_initializer", "bias_initializer",
    "kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "kernel_constraint", "recurrent_constraint",
    "bias_constraint", "dropout", "recurrent_dropout", "seed",
)  # fmt: skip


class GRU(RecurrentLayer):
    """Gated recurrent unit over sequences (Cho et al. 2014).

    Args:
        units: size of the output.
        activation: for the candidate: name, callable or None.
        recurrent_activation: for the two gates.
        use_bias: whether there is a bias.
        kernel_initializer: of the kernel, shape (features, 3 * units).
        recurrent_initializer: of the recurrent kernel, shape (units, 3 * units).
        bias_initializer: of the bias, shape (2, 3 * units), or (3 * units,) without ``reset_after``.
        kernel_regularizer: penalty on the kernel.
        recurrent_regularizer: penalty on the recurrent kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to the kernel after each optimizer step.
        recurrent_constraint: likewise for the recurrent kernel.
        bias_constraint: likewise for the bias.
        dropout: share of the inputs to drop while training, the same ones at every step.
        recurrent_dropout: share of the previous output to drop.
        seed: makes the dropout reproducible on its own.
        return_sequences: return the output of every step instead of the last one.
        return_state: return ``(output, last output)``.
        go_backwards: process the last step first.
        stateful: begin every batch with the states that the batch before ended with.
        unroll: write out the steps instead of looping.
        reset_after: whether the reset gate acts after the recurrent product (as in cuDNN) instead of before.
        use_cudnn: accepted for Keras's sake; the kernel is chosen by the device.
        **kwargs: ``name``, ``dtype``, ``zero_output_for_mask``, ``implementation``...

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.GRU(4, return_sequences=True, return_state=True)
        >>> [a.shape for a in layer(np.ones((2, 5, 3), "float32"))]
        [(2, 5, 4), (2, 4)]
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ):
        options = {k: v for k, v in locals().items() if k in (*_CELL_OPTIONS, "reset_after")}
        super().__init__(
            GRUCell,
            units,
            options,
            "gru_cell",
            use_cudnn,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
