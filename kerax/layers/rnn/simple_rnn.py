"""SimpleRNN and its cell."""

from __future__ import annotations

from typing import Any

import jax

from kerax.functional.recurrent import simple_rnn, simple_rnn_step
from kerax.layers.rnn.recurrent_cell import RecurrentCell
from kerax.layers.rnn.recurrent_layer import RecurrentLayer


class SimpleRNNCell(RecurrentCell):
    """One step of ``output = activation(inputs @ kernel + previous output @ recurrent_kernel + bias)``.

    Args:
        units: size of the output.
        activation: name, callable or None.
        use_bias: whether there is a bias.
        kernel_initializer: of the kernel, shape (features, units).
        recurrent_initializer: of the recurrent kernel, shape (units, units).
        bias_initializer: of the bias, shape (units,).
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
        >>> cell = kerax.layers.SimpleRNNCell(4)
        >>> h, states = cell(np.ones((2, 3), "float32"), cell.get_initial_state(batch_size=2))
        >>> h.shape, len(states)
        ((2, 4), 1)
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
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
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(units, {k: v for k, v in locals().items() if k in _CELL_OPTIONS}, **kwargs)

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        """Returns (output, [output]); the bare output as state where ``states`` was a bare array."""
        several = isinstance(states, (list, tuple))
        masks = self.masks(inputs, training)
        h = simple_rnn_step(
            inputs,
            states[0] if several else states,
            *self.weight_values(),
            activation=self.activation,
            input_mask=None if masks.inputs is None else masks.inputs[0],
            recurrent_mask=None if masks.recurrent is None else masks.recurrent[0],
        )
        return h, [h] if several else h

    def _kernel_over_time(self, x: jax.Array, states: list[jax.Array], **options: Any) -> Any:
        return simple_rnn(x, states[0], *self.weight_values(), activation=self.activation, **options)


_CELL_OPTIONS = (
    "activation", "use_bias", "kernel_initializer", "recurrent_initializer", "bias_initializer",
    "kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "kernel_constraint", "recurrent_constraint",
    "bias_constraint", "dropout", "recurrent_dropout", "seed",
)  # fmt: skip


class SimpleRNN(RecurrentLayer):
    """A fully connected recurrence over sequences: each output is fed back into the next step.

    Args:
        units: size of the output.
        activation: name, callable or None.
        use_bias: whether there is a bias.
        kernel_initializer: of the kernel, shape (features, units).
        recurrent_initializer: of the recurrent kernel, shape (units, units).
        bias_initializer: of the bias, shape (units,).
        kernel_regularizer: penalty on the kernel.
        recurrent_regularizer: penalty on the recurrent kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to the kernel after each optimizer step.
        recurrent_constraint: likewise for the recurrent kernel.
        bias_constraint: likewise for the bias.
        dropout: share of the inputs to drop while training, the same ones at every step.
        recurrent_dropout: share of the previous output to drop.
        return_sequences: return the output of every step instead of the last one.
        return_state: return ``(output, last output)``.
        go_backwards: process the last step first.
        stateful: begin every batch with the states that the batch before ended with.
        unroll: write out the steps instead of looping.
        seed: makes the dropout reproducible on its own.
        **kwargs: ``name``, ``dtype``, ``zero_output_for_mask``, ``implementation``...

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.SimpleRNN(4, return_sequences=True, return_state=True)
        >>> [a.shape for a in layer(np.ones((2, 5, 3), "float32"))]
        [(2, 5, 4), (2, 4)]
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
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
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ):
        options = {k: v for k, v in locals().items() if k in _CELL_OPTIONS}
        super().__init__(
            SimpleRNNCell,
            units,
            options,
            "simple_rnn_cell",
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
