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

_CLASSES = (
    Activation, ActivityRegularization, AlphaDropout, BatchNormalization, Dense, Dropout, ELU, EinsumDense, Embedding,
    Flatten, FromFlax, GaussianDropout, GaussianNoise, GroupNormalization, Identity, InputLayer, Lambda, Layer,
    LayerNormalization, LeakyReLU, Masking, PReLU, Permute, RMSNormalization, ReLU, RepeatVector, Reshape, Softmax,
    SpatialDropout1D, SpatialDropout2D, SpatialDropout3D, SpectralNormalization, ThresholdedReLU, UnitNormalization, Wrapper,
)  # fmt: skip

FAMILY.extend(classes={cls.__name__: cls for cls in _CLASSES})

__all__ = [
    "ELU",
    "Activation",
    "ActivityRegularization",
    "AlphaDropout",
    "BatchNormalization",
    "Dense",
    "Dropout",
    "EinsumDense",
    "Embedding",
    "Flatten",
    "FromFlax",
    "GaussianDropout",
    "GaussianNoise",
    "GroupNormalization",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
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
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "SpectralNormalization",
    "ThresholdedReLU",
    "UnitNormalization",
    "Wrapper",
    "deserialize",
    "get",
    "serialize",
]
