"""Layers: the building blocks of models."""

from kerax.layers._family import FAMILY, deserialize, get, serialize
from kerax.layers.activations import ELU, LeakyReLU, PReLU, ReLU, Softmax, ThresholdedReLU
from kerax.layers.core import Activation, Dense, EinsumDense, Embedding, Identity, Input, InputLayer, Lambda, Masking, Wrapper
from kerax.layers.from_flax import FromFlax
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer
from kerax.layers.normalization import (
    BatchNormalization,
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    SpectralNormalization,
    UnitNormalization,
)
from kerax.layers.regularization import (
    ActivityRegularization,
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from kerax.layers.reshaping import Flatten, Permute, RepeatVector, Reshape
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

_CLASSES = (
    Activation, ActivityRegularization, AlphaDropout, BatchNormalization, Dense, Dropout, ELU, EinsumDense, Embedding,
    Flatten, FromFlax, GaussianDropout, GaussianNoise, GroupNormalization, Identity, InputLayer, Lambda, Layer,
    LayerNormalization, LeakyReLU, Masking, PReLU, Permute, RMSNormalization, ReLU, RepeatVector, Reshape, Softmax,
    SpatialDropout1D, SpatialDropout2D, SpatialDropout3D, SpectralNormalization, ThresholdedReLU, UnitNormalization, Wrapper,
    Bidirectional, GRU, GRUCell, LSTM, LSTMCell, RNN, SimpleRNN, SimpleRNNCell, StackedRNNCells, TimeDistributed,
)  # fmt: skip

FAMILY.extend(classes={cls.__name__: cls for cls in _CLASSES})

__all__ = [
    "ELU",
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "ActivityRegularization",
    "AlphaDropout",
    "BatchNormalization",
    "Bidirectional",
    "Dense",
    "Dropout",
    "EinsumDense",
    "Embedding",
    "Flatten",
    "FromFlax",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GroupNormalization",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "LSTMCell",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "ReLU",
    "RepeatVector",
    "Reshape",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "SpectralNormalization",
    "StackedRNNCells",
    "ThresholdedReLU",
    "TimeDistributed",
    "UnitNormalization",
    "Wrapper",
    "deserialize",
    "get",
    "serialize",
]
