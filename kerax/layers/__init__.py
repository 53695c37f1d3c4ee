"""Layers: the building blocks of models."""

from kerax.layers._family import FAMILY, deserialize, get, serialize
from kerax.layers.core import Activation, Dense, Input, InputLayer
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer
from kerax.layers.regularization import Dropout
from kerax.layers.reshaping import Flatten, Reshape
from kerax.layers.rnn import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    GRUCell,
    LSTMCell,
    SimpleRNN,
    SimpleRNNCell,
    StackedRNNCells,
    TimeDistributed,
)

FAMILY.extend(classes={cls.__name__: cls for cls in (Activation, Dense, Dropout, Flatten, InputLayer, Layer, Reshape)})

FAMILY.extend(
    classes={
        cls.__name__: cls
        for cls in (
            GRU,
            LSTM,
            RNN,
            Bidirectional,
            GRUCell,
            LSTMCell,
            SimpleRNN,
            SimpleRNNCell,
            StackedRNNCells,
            TimeDistributed,
        )
    }
)

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "Bidirectional",
    "Dense",
    "Dropout",
    "Flatten",
    "GRUCell",
    "Input",
    "InputLayer",
    "InputSpec",
    "LSTMCell",
    "Layer",
    "Reshape",
    "SimpleRNN",
    "SimpleRNNCell",
    "StackedRNNCells",
    "TimeDistributed",
    "deserialize",
    "get",
    "serialize",
]
