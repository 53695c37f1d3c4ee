"""Recurrent kernels: pure functions over [batch, time, features] arrays."""

from kerax.functional.recurrent.gru import gru, gru_step
from kerax.functional.recurrent.loop import rnn
from kerax.functional.recurrent.lstm import lstm, lstm_step
from kerax.functional.recurrent.simple_rnn import simple_rnn, simple_rnn_step

__all__ = ["gru", "gru_step", "lstm", "lstm_step", "rnn", "simple_rnn", "simple_rnn_step"]
