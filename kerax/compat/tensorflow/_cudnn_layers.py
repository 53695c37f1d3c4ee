"""Recurrent layers by the names that they had for one kind of device: the plain layers, which run on all."""

from __future__ import annotations

from typing import Any

from kerax.layers import GRU, LSTM

_GIVEN_BY_PLACE = (
    "kernel_initializer recurrent_initializer bias_initializer {forget}kernel_regularizer recurrent_regularizer "
    "bias_regularizer activity_regularizer kernel_constraint recurrent_constraint bias_constraint return_sequences "
    "return_state go_backwards stateful"
)


def CuDNNLSTM(units: int, *args: Any, **kwargs: Any) -> LSTM:
    """An LSTM layer.

    Args:
      units: size of its state.
      *args: the arguments of TensorFlow 1's class, in its order.
      **kwargs: likewise, or those of ``LSTM``.

    Example:
      >>> from kerax.compat.tensorflow._cudnn_layers import CuDNNLSTM
      >>> CuDNNLSTM(4, return_sequences=True).compute_output_shape((None, 5, 3))
      (None, 5, 4)
    """
    return LSTM(units, **_by_name("CuDNNLSTM", "unit_forget_bias ", args), **kwargs)


def CuDNNGRU(units: int, *args: Any, **kwargs: Any) -> GRU:
    """A GRU layer with ``reset_after=True``.

    Args:
      units: size of its state.
      *args: the arguments of TensorFlow 1's class, in its order.
      **kwargs: likewise, or those of ``GRU``.

    Example:
      >>> from kerax.compat.tensorflow._cudnn_layers import CuDNNGRU
      >>> CuDNNGRU(4).reset_after
      True
    """
    return GRU(units, **_by_name("CuDNNGRU", "", args), **kwargs)


def _by_name(layer: str, forget: str, args: tuple) -> dict[str, Any]:
    names = _GIVEN_BY_PLACE.format(forget=forget).split()
    if len(args) > len(names):
        raise TypeError(f"{layer} takes {len(names) + 1} arguments by place, received {len(args) + 1}.")
    return dict(zip(names, args, strict=False))
