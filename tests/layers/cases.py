"""The table of the conformance suite: for every layer, what it is made with and called on.

One table serves kerax and Keras: arguments that need a layer are functions of the `layers` module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

BATCH = 3


@dataclass
class Case:
    """One way to make and call a layer.

    Attributes:
        layer: class name.
        arguments: constructor arguments, or a function `layers -> arguments`.
        shapes: shapes of the inputs, without the batch axis.
        how: "one" input, a "list" of inputs, several "arguments", or a "cell" called on an input and its states.
        integers: whether inputs are indices below 5.
        noisy: whether training draws noise, so that outputs in training are no oracle's.
        oracle: whether Keras has the layer.
        steps: whether the inputs have a time axis that may be masked.
        options: arguments of the call.
        rtol: relative tolerance of comparisons.
    """

    layer: str
    arguments: Any = field(default_factory=dict)
    shapes: tuple = ((4, 6),)
    how: str = "one"
    integers: bool = False
    noisy: bool = False
    oracle: bool = True
    steps: bool = False
    options: dict = field(default_factory=dict)
    rtol: float = 1e-5

    def __post_init__(self):
        if self.shapes and isinstance(self.shapes[0], int):
            self.shapes = (self.shapes,)

    @property
    def id(self) -> str:
        arguments = self.arguments if isinstance(self.arguments, dict) else {"of": self.arguments.__name__.strip("<>")}
        parts = [f"{key}={getattr(value, '__name__', value)}" for key, value in {**arguments, **self.options}.items()]
        return "-".join([self.layer, *parts]).replace(" ", "")[:70]

    def make(self, layers: Any) -> Any:
        """The layer, from a `layers` module."""
        arguments = self.arguments(layers) if isinstance(self.arguments, Callable) else self.arguments
        return getattr(layers, self.layer)(**arguments)

    def data(self, seed: int = 0, batch: int = BATCH) -> list[np.ndarray]:
        """Inputs that no operation of the table has a kink at."""
        rng = np.random.default_rng(seed)
        if self.integers:
            return [rng.integers(0, 5, (batch, *shape)).astype("int32") for shape in self.shapes]
        return [rng.normal(0.2, 1.0, (batch, *shape)).astype("float32") for shape in self.shapes]

    def call(self, layer: Any, inputs: list, **options: Any) -> Any:
        """Calls a layer the way the case says."""
        options = {**self.options, **options}
        if self.how == "one":
            return layer(inputs[0], **options)
        if self.how == "list":
            return layer(list(inputs), **options)
        if self.how == "cell":
            return layer(inputs[0], list(inputs[1:]), **options)
        return layer(*inputs, **options)


def _flax(layers):
    import flax.linen as nn

    class Block(nn.Module):
        @nn.compact
        def __call__(self, x, train=False):
            x = nn.BatchNorm(use_running_average=not train)(nn.Dense(5)(x))
            return nn.Dense(2)(nn.relu(x))

    return {"module": Block()}


def _nnx(layers):
    from flax import nnx

    class Block(nnx.Module):
        def __init__(self, rngs):
            self.dense, self.norm = nnx.Linear(6, 4, rngs=rngs), nnx.BatchNorm(4, rngs=rngs)

        def __call__(self, x):
            return nnx.relu(self.norm(self.dense(x)))

    return {"module": Block(nnx.Rngs(0))}


def double(x):
    """The function of the Lambda case."""
    return x * 2.0


TWO = ((4, 6), (4, 6))
IMAGE, VOLUME = (8, 9, 4), (5, 6, 7, 4)
REGULARIZED = {"kernel_regularizer": "l2", "bias_initializer": "ones", "kernel_constraint": "max_norm"}

CASES = [
    # core
    Case("Activation", {"activation": "tanh"}, steps=True),
    Case("Dense", {"units": 3}, (6,)),
    Case("Dense", {"units": 3, "activation": "relu", **REGULARIZED}, steps=True),
    Case("Dense", {"units": 3, "use_bias": False}, (2, 4, 6)),
    Case("EinsumDense", {"equation": "abc,cde->abde", "output_shape": (None, 2, 3), "bias_axes": "e"}),
    Case("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 3, "bias_axes": "y", "activation": "relu"}),
    Case("EinsumDense", {"equation": "ab...,bc->ac...", "output_shape": (3,), "bias_axes": "c"}),
    Case("EinsumDense", {"equation": "abc,bd->adc", "output_shape": (5, None)}),
    Case("Embedding", {"input_dim": 5, "output_dim": 3}, (4,), integers=True),
    Case("Embedding", {"input_dim": 5, "output_dim": 3, "mask_zero": True}, (4,), integers=True),
    Case("ReversibleEmbedding", {"input_dim": 5, "output_dim": 3}, (4,), integers=True),
    Case("ReversibleEmbedding", {"input_dim": 5, "output_dim": 3, "tie_weights": False}, (4,), integers=True),
    Case("Identity", steps=True),
    Case("RandomFourierFeatures", {"output_dim": 3}, (6,), oracle=False),
    Case("Lambda", {"function": double}),
    Case("Masking", {"mask_value": 0.5}),
    Case("InputLayer", {"shape": (4, 6)}, how="input", oracle=False),
    Case("Wrapper", lambda layers: {"layer": layers.Dense(3)}, oracle=False),
    Case("Remat", lambda layers: {"layer": layers.Dense(3)}, oracle=False),
    Case("Remat", lambda layers: {"layer": layers.BatchNormalization()}, oracle=False),
    Case("FromFlax", _flax, oracle=False),
    Case("FromFlax", _nnx, oracle=False),
    # reshaping
    Case("Flatten", {}),
    Case("Flatten", {"data_format": "channels_first"}, IMAGE),
    Case("Permute", {"dims": (3, 1, 2)}, IMAGE),
    Case("RepeatVector", {"n": 4}, (6,)),
    Case("Reshape", {"target_shape": (6, 4)}),
    Case("Reshape", {"target_shape": (-1, 3)}),
    # regularization
    Case("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, steps=True),
    Case("AlphaDropout", {"rate": 0.4}, noisy=True, steps=True),
    Case("Dropout", {"rate": 0.4}, noisy=True, steps=True),
    Case("Dropout", {"rate": 0.4, "noise_shape": (None, 1, None)}, noisy=True),
    Case("GaussianDropout", {"rate": 0.4}, noisy=True, steps=True),
    Case("GaussianNoise", {"stddev": 0.4}, noisy=True, steps=True),
    Case("SpatialDropout1D", {"rate": 0.4}, noisy=True, steps=True),
    Case("SpatialDropout2D", {"rate": 0.4}, IMAGE, noisy=True),
    Case("SpatialDropout3D", {"rate": 0.4, "data_format": "channels_first"}, VOLUME, noisy=True),
    # normalization
    Case("BatchNormalization", {}, (6,)),
    Case("BatchNormalization", {"momentum": 0.5}, IMAGE),
    Case("BatchNormalization", {"axis": 1, "scale": False}, IMAGE, steps=False),
    Case("BatchNormalization", {"center": False, "epsilon": 0.01}, steps=True),
    Case("BatchNormalization", {"renorm": True, "renorm_clipping": {"rmin": 0.5, "rmax": 2.0, "dmax": 1.0}}, IMAGE),
    Case("GroupNormalization", {"groups": 2}, steps=True),
    Case("GroupNormalization", {"groups": -1}, IMAGE),
    Case("GroupNormalization", {"groups": 2, "axis": 1}, IMAGE, rtol=1e-4),
    Case("LayerNormalization", {}, steps=True),
    Case("LayerNormalization", {"axis": [1, 2], "scale": False, "epsilon": 0.1}),
    Case("LayerNormalization", {"axis": 1, "center": False}, IMAGE),
    Case("RMSNormalization", {}, steps=True),
    Case("RMSNormalization", {"axis": [1, 2], "epsilon": 0.1}),
    Case("SpectralNormalization", lambda layers: {"layer": layers.Dense(3), "power_iterations": 2}),
    Case("UnitNormalization", {}, steps=True),
    Case("UnitNormalization", {"axis": [1, 2]}),
    # activations
    Case("ELU", {"alpha": 0.7}, steps=True),
    Case("LeakyReLU", {"negative_slope": 0.2}, steps=True),
    Case("PReLU", {"alpha_initializer": "ones"}, steps=True),
    Case("PReLU", {"shared_axes": [1], "alpha_initializer": "he_normal"}),
    Case("ReLU", {}, steps=True),
    Case("ReLU", {"max_value": 1.0, "negative_slope": 0.2, "threshold": 0.1}),
    Case("Softmax", {}),
    Case("Softmax", {"axis": [1, 2]}),
    Case("ThresholdedReLU", {"theta": 0.3}, oracle=False, steps=True),
    # merging
    *[Case(name, {}, TWO, how="list") for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")],
    Case("Add", {}, ((4, 6), (4, 6), (4, 1)), how="list"),
    Case("Concatenate", {}, ((4, 6), (4, 2)), how="list"),
    Case("Concatenate", {"axis": 1}, ((4, 6), (2, 6)), how="list"),
    Case("Dot", {"axes": 1}, ((6,), (6,)), how="list"),
    Case("Dot", {"axes": (2, 1), "normalize": True}, ((4, 6), (6, 5)), how="list"),
    # attention
    Case("Attention", {}, TWO, how="list"),
    Case("Attention", {"use_scale": True}, ((4, 6), (5, 3), (5, 6)), how="list", options={"use_causal_mask": True}),
    Case("Attention", {"score_mode": "concat", "use_scale": True, "dropout": 0.2}, TWO, how="list", noisy=True),
    Case("AdditiveAttention", {}, TWO, how="list"),
    Case("AdditiveAttention", {"use_scale": False}, ((4, 6), (5, 6)), how="list"),
    Case("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, TWO, how="arguments"),
    Case(
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 3, "value_dim": 5, "output_shape": 4, "use_bias": False, "sliding_window": 2},
        ((4, 6), (5, 7), (5, 6)),
        how="arguments",
        options={"return_attention_scores": True, "use_causal_mask": True},
    ),
    Case(
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 3, "attention_axes": 2},
        ((2, 4, 6), (2, 5, 6)),
        how="arguments",
    ),
    Case(
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 3, "dropout": 0.2, "use_gate": True},
        TWO,
        how="arguments",
        noisy=True,
    ),
    Case("GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}, TWO, how="arguments"),
    # convolutional
    Case("Conv1D", {"filters": 3, "kernel_size": 2, **REGULARIZED}),
    Case("Conv1D", {"filters": 3, "kernel_size": 2, "padding": "causal", "dilation_rate": 2}),
    Case("Conv2D", {"filters": 3, "kernel_size": (2, 3), "padding": "same", "activation": "relu"}, IMAGE),
    Case("Conv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "groups": 2, "use_bias": False}, IMAGE),
    Case("Conv3D", {"filters": 2, "kernel_size": 2}, VOLUME),
    Case("Conv1DTranspose", {"filters": 3, "kernel_size": 2, "strides": 2}),
    Case("Conv2DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"}, IMAGE),
    Case("Conv3DTranspose", {"filters": 2, "kernel_size": 2}, VOLUME),
    Case("DepthwiseConv1D", {"kernel_size": 2, "depth_multiplier": 2}),
    Case("DepthwiseConv2D", {"kernel_size": 3, "padding": "same"}, IMAGE),
    Case("SeparableConv1D", {"filters": 3, "kernel_size": 2}),
    Case("SeparableConv2D", {"filters": 3, "kernel_size": 3, "padding": "same"}, IMAGE),
    Case("UpSampling1D", {"size": 2}),
    Case("UpSampling2D", {"size": (2, 3)}, IMAGE),
    Case("UpSampling2D", {"size": 2, "interpolation": "bilinear"}, IMAGE),
    Case("UpSampling3D", {"size": 2}, VOLUME),
    Case("ZeroPadding1D", {"padding": (1, 2)}),
    Case("ZeroPadding2D", {"padding": ((1, 0), (2, 1))}, IMAGE),
    Case("ZeroPadding3D", {"padding": 1}, VOLUME),
    Case("Cropping1D", {"cropping": 1}),
    Case("Cropping2D", {"cropping": ((1, 0), (2, 1))}, IMAGE),
    Case("Cropping3D", {"cropping": 1}, VOLUME),
    # pooling
    *[
        Case(f"{kind}Pooling{rank}D", {"pool_size": 2, "padding": padding}, shape)
        for kind in ("Max", "Average")
        for rank, shape in ((1, (4, 6)), (2, IMAGE), (3, VOLUME))
        for padding in ("valid", "same")
    ],
    *[
        Case(f"Global{kind}Pooling{rank}D", {"keepdims": rank == 2}, shape)
        for kind in ("Max", "Average")
        for rank, shape in ((1, (4, 6)), (2, IMAGE), (3, VOLUME))
    ],
    *[
        Case(f"Adaptive{kind}Pooling{rank}D", {"output_size": (3,) * rank}, shape)
        for kind in ("Max", "Average")
        for rank, shape in ((1, (8, 6)), (2, IMAGE), (3, VOLUME))
    ],
    Case("AdaptiveAveragePooling2D", {"output_size": (2, 4), "data_format": "channels_first"}, IMAGE),
    # locally connected: tf.keras's, recorded values are in test_locally_connected.py
    Case("LocallyConnected1D", {"filters": 3, "kernel_size": 2}, oracle=False),
    Case(
        "LocallyConnected2D",
        {"filters": 3, "kernel_size": 2, "implementation": 2, "padding": "same"},
        IMAGE,
        oracle=False,
    ),
    Case("LocallyConnected2D", {"filters": 2, "kernel_size": 3, "implementation": 3}, IMAGE, oracle=False),
    # preprocessing: layers for images and for strings have tables of their own
    Case("RandomFlip", {"mode": "horizontal"}, IMAGE, noisy=True, options={"training": False}),
    Case("Rescaling", {"scale": 0.5, "offset": 1.0}),
    Case("Normalization", {"mean": [0.5] * 6, "variance": [2.0] * 6}),
    Case("CategoryEncoding", {"num_tokens": 5, "output_mode": "one_hot"}, (4,), integers=True),
    Case("Discretization", {"bin_boundaries": [1.0, 3.0], "output_mode": "one_hot"}, (4,), integers=True),
    Case("STFTSpectrogram", {"frame_length": 16, "mode": "log"}, (40, 2), rtol=1e-3),
    Case("MelSpectrogram", {"fft_length": 32, "sequence_stride": 20, "num_mel_bins": 8}, (100,), rtol=1e-3),
    Case("Pipeline", lambda layers: {"layers": [layers.Rescaling(2.0), layers.Rescaling(0.5, 1.0)]}),
    # recurrent
    *[Case(name, {"units": 3, "return_sequences": True}) for name in ("SimpleRNN", "GRU", "LSTM")],
    Case("LSTM", {"units": 3, "return_state": True, "go_backwards": True}),
    Case("GRU", {"units": 3, "reset_after": False, "dropout": 0.2}, noisy=True),
    *[Case(f"{name}Cell", {"units": 3}, ((6,), (3,)), how="cell") for name in ("SimpleRNN", "GRU")],
    Case("LSTMCell", {"units": 3}, ((6,), (3,), (3,)), how="cell"),
    Case("RNN", lambda layers: {"cell": layers.LSTMCell(3)}),
    Case(
        "StackedRNNCells",
        lambda layers: {"cells": [layers.GRUCell(3), layers.GRUCell(2)]},
        ((6,), (3,), (2,)),
        how="cell",
    ),
    Case("ConvLSTM1D", {"filters": 2, "kernel_size": 2, "return_sequences": True}, (3, 6, 4)),
    Case("ConvLSTM2D", {"filters": 2, "kernel_size": 3, "padding": "same", "return_state": True}, (3, 6, 5, 4)),
    Case("ConvLSTM2D", {"filters": 2, "kernel_size": 2, "strides": 2, "go_backwards": True}, (3, 6, 6, 2)),
    Case(
        "ConvLSTM2D",
        {"filters": 2, "kernel_size": 2, "dropout": 0.2, "recurrent_dropout": 0.2},
        (3, 6, 6, 2),
        noisy=True,
    ),
    Case("ConvLSTM3D", {"filters": 2, "kernel_size": 2}, (2, 4, 3, 3, 2)),
    Case("Bidirectional", lambda layers: {"layer": layers.GRU(3, return_sequences=True)}),
    Case("TimeDistributed", lambda layers: {"layer": layers.Dense(3)}),
]
