"""LSTM and its cell."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.recurrent import lstm, lstm_step
from kerax.layers.rnn.recurrent_cell import ONE_PRODUCT_PER_GATE, RecurrentCell
from kerax.layers.rnn.recurrent_layer import RecurrentLayer


class LSTMCell(RecurrentCell):
    """One step of a long short-term memory (Hochreiter & Schmidhuber 1997), gates in the order i, f, c, o.

    Args:
        units: size of the output and of the carry.
        activation: for the candidate and the carry: name, callable or None.
        recurrent_activation: for the three gates.
        use_bias: whether there is a bias.
        kernel_initializer: of the kernel, shape (features, 4 * units).
        recurrent_initializer: of the recurrent kernel, shape (units, 4 * units).
        bias_initializer: of the bias, shape (4 * units,).
        unit_forget_bias: whether the forget gate's bias begins at 1 (Jozefowicz et al. 2015).
        kernel_regularizer: penalty on the kernel.
        recurrent_regularizer: penalty on the recurrent kernel.
        bias_regularizer: penalty on the bias.
        kernel_constraint: applied to the kernel after each optimizer step.
        recurrent_constraint: likewise for the recurrent kernel.
        bias_constraint: likewise for the bias.
        dropout: share of the inputs to drop while training, the same ones at every step.
        recurrent_dropout: share of the previous output to drop.
        seed: makes the dropout reproducible on its own.
        **kwargs: ``name``, ``dtype``, ``trainable``, ``implementation``.

    Example:
        >>> import kerax, numpy as np
        >>> cell = kerax.layers.LSTMCell(4)
        >>> h, states = cell(np.ones((2, 3), "float32"), cell.get_initial_state(batch_size=2))
        >>> h.shape, len(states)
        ((2, 4), 2)
    """

    gates = 4
    state_count = 2

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(units, {k: v for k, v in locals().items() if k in CELL_OPTIONS}, **kwargs)
        self.unit_forget_bias = bool(unit_forget_bias)

    def _first_bias(self) -> Any:
        if not self.unit_forget_bias:
            return self.bias_initializer
        first, units = self.bias_initializer, self.units

        def initializer(shape: Any, dtype: Any = None) -> jax.Array:
            return jnp.concatenate([first((units,), dtype), jnp.ones((units,), dtype), first((2 * units,), dtype)])

        return initializer

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list]:
        """Returns (output, [output, carry])."""
        masks = self.masks(inputs, training)
        gate_masks = masks.inputs
        if gate_masks is not None and self.implementation != ONE_PRODUCT_PER_GATE:
            inputs, gate_masks = inputs * gate_masks[0], None
        h, c = lstm_step(
            inputs,
            states[0],
            states[1],
            *self.weight_values(),
            activation=self.activation,
            recurrent_activation=self.recurrent_activation,
            input_masks=gate_masks,
            recurrent_masks=masks.recurrent,
        )
        return h, [h, c]

    def _kernel_over_time(self, x: jax.Array, states: list[jax.Array], **options: Any) -> Any:
        activations = {"activation": self.activation, "recurrent_activation": self.recurrent_activation}
        return lstm(x, states[0], states[1], *self.weight_values(), **activations, **options)

    def options(self) -> dict[str, Any]:
        """The constructor arguments other than those of every layer, as plain values."""
        return {**super().options(), "unit_forget_bias": self.unit_forget_bias}


CELL_OPTIONS = (
    "activation", "recurrent_activation", "use_bias", "kernel_initializer", "recurrent_initializer", "bias_initializer",
    "kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "kernel_constraint", "recurrent_constraint",
    "bias_constraint", "dropout", "recurrent_dropout", "seed",
)  # fmt: skip


class LSTM(RecurrentLayer):
    """Long short-term memory over sequences (Hochreiter & Schmidhuber 1997).

    Args:
        units: size of the output and of the carry.
        activation: for the candidate and the carry: name, callable or None.
        recurrent_activation: for the three gates.
        use_bias: whether there is a bias.
        kernel_initializer: of the kernel, shape (features, 4 * units).
        recurrent_initializer: of the recurrent kernel, shape (units, 4 * units).
        bias_initializer: of the bias, shape (4 * units,).
        unit_forget_bias: whether the forget gate's bias begins at 1 (Jozefowicz et al. 2015).
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
        return_state: return ``(output, last output, last carry)``.
        go_backwards: process the last step first.
        stateful: begin every batch with the states that the batch before ended with.
        unroll: write out the steps instead of looping.
        use_cudnn: accepted for Keras's sake; the kernel is chosen by the device.
        **kwargs: ``name``, ``dtype``, ``zero_output_for_mask``, ``implementation``...

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.LSTM(4, return_sequences=True, return_state=True)
        >>> [a.shape for a in layer(np.ones((2, 5, 3), "float32"))]
        [(2, 5, 4), (2, 4), (2, 4)]
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
        unit_forget_bias: bool = True,
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
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ):
        options = {k: v for k, v in locals().items() if k in (*CELL_OPTIONS, "unit_forget_bias")}
        super().__init__(
            LSTMCell,
            units,
            options,
            "lstm_cell",
            use_cudnn,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
