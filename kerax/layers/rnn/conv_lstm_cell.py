"""The cell of the ConvLSTM layers."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.noise import dropout
from kerax.functional.recurrent.conv_lstm import conv_lstm_step
from kerax.layers.checks import data_format_or_default
from kerax.layers.convolutional.arguments import axis_ints, join_shape, padding_name, split_shape, window_output
from kerax.layers.rnn.recurrent_cell import RecurrentCell
from kerax.layers.rnn.sequence_masks import Masks

_GATES = 4


class ConvLSTMCell(RecurrentCell):
    """One step of a convolutional LSTM (Shi et al. 2015), gates in the order i, f, c, o.

    Args:
        rank: number of spatial axes.
        filters: channels of the output and of the carry.
        kernel_size: int or one int per spatial axis.
        strides: positions between outputs, int or one per axis.
        padding: ``"valid"`` or ``"same"``, of the inputs' convolution.
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        dilation_rate: positions between kernel taps, int or one per axis.
        unit_forget_bias: whether the forget gate's bias begins at 1.
        options: of `RecurrentCell`.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: if an argument does not fit.
    """

    gates = _GATES
    state_count = 2
    _size_argument = "filters"

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: Any,
        data_format: Any,
        dilation_rate: Any,
        unit_forget_bias: bool,
        options: dict[str, Any],
        **kwargs: Any,
    ):
        super().__init__(filters, options, **kwargs)
        kind = f"ConvLSTM{rank}D"
        self.rank, self.filters = rank, self.units
        self.kernel_size = axis_ints(kind, "kernel_size", kernel_size, rank)
        self.strides = axis_ints(kind, "strides", strides, rank)
        self.padding = padding_name(kind, padding)
        self.data_format = data_format_or_default(kind, data_format)
        self.dilation_rate = axis_ints(kind, "dilation_rate", dilation_rate, rank)
        self.unit_forget_bias = bool(unit_forget_bias)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{kind}: strides and dilation_rate cannot both exceed 1, received strides={strides!r} and "
                f"dilation_rate={dilation_rate!r}. Set one of them to 1."
            )

    def build(self, input_shape: Any) -> None:
        """Creates ``kernel``, ``recurrent_kernel`` and ``bias``.

        Args:
            input_shape: (batch, *spatial, channels) of one step, or channels first.
        """
        spatial, channels = split_shape(tuple(input_shape), self.data_format)
        if channels is None:
            raise ValueError(
                f"Layer {self.path!r} needs to know the channel axis of its inputs ({self.data_format}), received "
                f"steps of shape {tuple(input_shape)}."
            )
        self.step_shape = tuple(input_shape)
        self.output_shape_of(self.step_shape)  # says what is wrong if no window fits
        width = self.gates * self.filters
        self.kernel = self._weight("kernel", "kernel", (*self.kernel_size, channels, width))
        self.recurrent_kernel = self._weight("recurrent_kernel", "recurrent", (*self.kernel_size, self.filters, width))
        self.bias = self._weight("bias", "bias", (width,), self._first_bias()) if self.use_bias else None

    def _first_bias(self) -> Any:
        if not self.unit_forget_bias:
            return self.bias_initializer
        first, filters = self.bias_initializer, self.filters

        def initializer(shape: Any, dtype: Any = None) -> jax.Array:
            values = first(shape, dtype)
            return jnp.asarray(values).at[filters : 2 * filters].set(1)

        return initializer

    def output_shape_of(self, step_shape: Any) -> tuple:
        """The shape of the output and the carry for inputs of a step."""
        spatial, _ = split_shape(tuple(step_shape), self.data_format)
        sizes = tuple(size if isinstance(size, int) else None for size in spatial)
        places = window_output(self, sizes, self.kernel_size, self.strides, self.padding, self.dilation_rate)
        return join_shape(step_shape[0], places, self.filters, self.data_format)

    @property
    def state_size(self) -> list[tuple]:
        """The shapes of the two states without the batch axis."""
        shape = self.output_shape_of(self.step_shape)[1:] if self.built else (None,) * self.rank + (self.filters,)
        return [shape, shape]

    def get_initial_state(
        self, inputs: Any = None, batch_size: Any = None, dtype: Any = None, step_shape: Any = None
    ) -> list[jax.Array]:
        """Returns two arrays of zeros.

        Args:
            inputs: the inputs of a step, if neither ``batch_size`` nor ``step_shape`` is given.
            batch_size: number of sequences.
            dtype: the compute dtype by default.
            step_shape: shape of the inputs of a step; the one the cell was built for by default.

        Raises:
            ValueError: if a spatial size is not known.
        """
        step_shape = tuple(step_shape or (inputs.shape if inputs is not None else self.step_shape))
        shape = self.output_shape_of(step_shape)
        batch = step_shape[0] if batch_size is None else batch_size
        if None in shape[1:]:
            raise ValueError(
                f"Layer {self.path!r} needs to know the spatial sizes of its inputs to make its first states, received "
                f"steps of shape {tuple(s if isinstance(s, int) else None for s in step_shape)}."
            )
        return [jnp.zeros((batch, *shape[1:]), dtype or self.compute_dtype) for _ in range(self.state_count)]

    def draw_masks(self, batch: Any) -> Masks:
        """Draws fresh dropout masks for a batch of sequences."""

        def draw(rate: float, shape: tuple) -> list[jax.Array] | None:
            if not rate:
                return None
            if any(not isinstance(size, int) for size in shape):
                raise ValueError(
                    f"Layer {self.path!r} needs to know the spatial sizes of its inputs to drop some of them, "
                    f"received steps of shape {self.step_shape}."
                )
            return [dropout(jnp.ones((batch, *shape), self.compute_dtype), self.next_key(self.seed), rate)]

        states = self.output_shape_of(self.step_shape)[1:] if self.recurrent_dropout else ()
        return Masks(draw(self.dropout, self.step_shape[1:]), draw(self.recurrent_dropout, states))

    def call(self, inputs: jax.Array, states: Any, training: bool = False) -> tuple[jax.Array, list[jax.Array]]:
        """Computes one step.

        Args:
            inputs: (batch, *spatial, channels).
            states: previous output and carry.
            training: whether to apply dropout.

        Returns:
            ``(output, [output, carry])``.
        """
        masks = self.masks(inputs, training)
        h, c = states
        if masks.inputs is not None:
            inputs = inputs * masks.inputs[0]
        recurrent = h if masks.recurrent is None else h * masks.recurrent[0]
        h, c = conv_lstm_step(
            inputs,
            recurrent,
            c,
            *self.weight_values(),
            strides=self.strides,
            padding=self.padding,
            dilation=self.dilation_rate,
            data_format=self.data_format,
            activation=self.activation,
            recurrent_activation=self.recurrent_activation,
        )
        return h, [h, c]

    def over_time(self, x: jax.Array, states: list[jax.Array], masks: Masks, **options: Any) -> Any:
        """None: the step-by-step loop runs it."""
        return None

    def options(self) -> dict[str, Any]:
        """The constructor arguments other than those of every layer, as plain values."""
        config = super().options()
        del config["units"]
        names = ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "unit_forget_bias")
        return {**config, **{name: getattr(self, name) for name in names}}
