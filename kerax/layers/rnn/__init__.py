"""Recurrent layers and cells."""

from kerax.layers.rnn.abstract_rnn_cell import AbstractRNNCell
from kerax.layers.rnn.bidirectional import Bidirectional
from kerax.layers.rnn.conv_lstm import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from kerax.layers.rnn.gru import GRU, GRUCell
from kerax.layers.rnn.lstm import LSTM, LSTMCell
from kerax.layers.rnn.rnn import RNN
from kerax.layers.rnn.simple_rnn import SimpleRNN, SimpleRNNCell
from kerax.layers.rnn.stacked_rnn_cells import StackedRNNCells
from kerax.layers.rnn.time_distributed import TimeDistributed

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "AbstractRNNCell",
    "Bidirectional",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "GRUCell",
    "LSTMCell",
    "SimpleRNN",
    "SimpleRNNCell",
    "StackedRNNCells",
    "TimeDistributed",
]
