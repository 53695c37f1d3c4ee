"""ConvLSTM1D, ConvLSTM2D and ConvLSTM3D."""

from __future__ import annotations

from typing import Any

import jax

from kerax import regularizers
from kerax.layers.input_spec import InputSpec
from kerax.layers.rnn.conv_lstm_cell import ConvLSTMCell
from kerax.layers.rnn.lstm import CELL_OPTIONS
from kerax.layers.rnn.rnn import RNN

_CONV_OPTIONS = ("kernel_size", "strides", "padding", "data_format", "dilation_rate", "unit_forget_bias")


class ConvLSTM(RNN):
    """Base of the convolutional LSTM layers: an RNN whose states are images.

    Args:
        filters: channels of the output.
        options: the arguments of the concrete class.
        **kwargs: ``name``, ``dtype``...
    """

    rank: int

    def __init__(self, filters: int, options: dict[str, Any], **kwargs: Any):
        shared = {name: kwargs[name] for name in ("dtype", "trainable") if kwargs.get(name) is not None}
        cell = ConvLSTMCell(
            self.rank,
            filters,
            **{name: options[name] for name in _CONV_OPTIONS},
            options={name: options[name] for name in CELL_OPTIONS},
            name="conv_lstm_cell",
            **shared,
        )
        loop = ("return_sequences", "return_state", "go_backwards", "stateful", "activity_regularizer")
        super().__init__(cell, **{name: options[name] for name in loop}, **kwargs)
        self.input_spec = InputSpec(ndim=self.rank + 3)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Builds the cell, and the kept states of a stateful layer."""
        super().build(sequences_shape, initial_state_shape)
        axis = 2 if self.cell.data_format == "channels_first" else -1
        self.input_spec = InputSpec(ndim=self.rank + 3, axes={axis: self.cell.kernel.shape[-2]})

    def __getattr__(self, name: str) -> Any:
        # filters, kernel_size, activation, dropout...: the cell's, as in Keras.
        if not name.startswith("_") and name not in ("cell", "states"):
            cell = self.__dict__.get("cell")
            if cell is not None and name in cell.__dict__:
                return getattr(cell, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _initial_states(self, sequences: Any) -> list:
        shape = jax.tree.leaves(sequences)[0].shape
        return self.cell.get_initial_state(step_shape=(shape[0], *shape[2:]))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        config = super().get_config()
        del config["cell"]
        penalty = regularizers.serialize(self.activity_regularizer)
        return {**config, **self.cell.options(), "activity_regularizer": penalty}


class ConvLSTM1D(ConvLSTM):
    """Long short-term memory over sequences of rows, with convolutions for products (Shi et al. 2015).

    Inputs are (batch, time, size, channels), or (batch, time, channels, size).

    Args:
        filters: channels of the output and of the carry.
        kernel_size: int.
        strides: positions between outputs of the inputs' convolution.
        padding: ``"valid"`` or ``"same"``; the convolution of the previous output always keeps its size.
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        dilation_rate: positions between taps of the inputs' kernel.
        activation: for the candidate and the carry: name, callable or None.
        recurrent_activation: for the three gates.
        use_bias: whether there is a bias.
        kernel_initializer: of the kernel, shape (*kernel_size, channels, 4 * filters).
        recurrent_initializer: of the recurrent kernel, shape (*kernel_size, filters, 4 * filters).
        bias_initializer: of the bias, shape (4 * filters,).
        unit_forget_bias: whether the forget gate's bias begins at 1.
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
        **kwargs: ``name``, ``dtype``, ``unroll``...

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.ConvLSTM1D(4, 3, padding="same", return_sequences=True)
        >>> layer(np.ones((2, 5, 8, 3), "float32")).shape
        (2, 5, 8, 4)
    """

    rank = 1

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
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
        **kwargs: Any,
    ):
        options = {k: v for k, v in locals().items() if k not in ("self", "filters", "kwargs", "__class__")}
        super().__init__(filters, options, **kwargs)


class ConvLSTM2D(ConvLSTM):
    """Long short-term memory over sequences of images, with convolutions for products (Shi et al. 2015).

    Inputs are (batch, time, height, width, channels), or (batch, time, channels, height, width).

    Args:
        filters: channels of the output and of the carry.
        kernel_size: int or 2 ints.
        strides: positions between outputs of the inputs' convolution.
        padding: ``"valid"`` or ``"same"``; the convolution of the previous output always keeps its size.
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        dilation_rate: positions between taps of the inputs' kernel.
        activation: for the candidate and the carry: name, callable or None.
        recurrent_activation: for the three gates.
        use_bias: whether there is a bias.
        kernel_initializer: of the kernel, shape (*kernel_size, channels, 4 * filters).
        recurrent_initializer: of the recurrent kernel, shape (*kernel_size, filters, 4 * filters).
        bias_initializer: of the bias, shape (4 * filters,).
        unit_forget_bias: whether the forget gate's bias begins at 1.
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
        **kwargs: ``name``, ``dtype``, ``unroll``...

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.ConvLSTM2D(4, 3, padding="same", return_sequences=True)
        >>> layer(np.ones((2, 5, 8, 8, 3), "float32")).shape
        (2, 5, 8, 8, 4)
    """

    rank = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
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
        **kwargs: Any,
    ):
        options = {k: v for k, v in locals().items() if k not in ("self", "filters", "kwargs", "__class__")}
        super().__init__(filters, options, **kwargs)


class ConvLSTM3D(ConvLSTM):
    """Long short-term memory over sequences of volumes, with convolutions for products (Shi et al. 2015).

    Inputs are (batch, time, depth, height, width, channels), or (batch, time, channels, depth, height, width).

    Args:
        filters: channels of the output and of the carry.
        kernel_size: int or 3 ints.
        strides: positions between outputs of the inputs' convolution.
        padding: ``"valid"`` or ``"same"``; the convolution of the previous output always keeps its size.
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        dilation_rate: positions between taps of the inputs' kernel.
        activation: for the candidate and the carry: name, callable or None.
        recurrent_activation: for the three gates.
        use_bias: whether there is a bias.
        kernel_initializer: of the kernel, shape (*kernel_size, channels, 4 * filters).
        recurrent_initializer: of the recurrent kernel, shape (*kernel_size, filters, 4 * filters).
        bias_initializer: of the bias, shape (4 * filters,).
        unit_forget_bias: whether the forget gate's bias begins at 1.
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
        **kwargs: ``name``, ``dtype``, ``unroll``...

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.ConvLSTM3D(4, 3, padding="same", return_sequences=True)
        >>> layer(np.ones((2, 5, 4, 4, 4, 3), "float32")).shape
        (2, 5, 4, 4, 4, 4)
    """

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
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
        **kwargs: Any,
    ):
        options = {k: v for k, v in locals().items() if k not in ("self", "filters", "kwargs", "__class__")}
        super().__init__(filters, options, **kwargs)
