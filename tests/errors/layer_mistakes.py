"""Mistakes in making and calling layers."""

from __future__ import annotations

import jax
import numpy as np

import kerax
from kerax import layers

from .table import net, row, x


def ones(*shape: int) -> np.ndarray:
    return np.ones(shape, "float32")


def built_dense() -> layers.Dense:
    layer = layers.Dense(2, name="head")
    layer(x())
    return layer


class NeedsNumbers(layers.Layer):
    def call(self, inputs):
        return inputs * inputs.sum().item()


class NumPyInside(layers.Layer):
    def call(self, inputs):
        return np.asarray(inputs) * 2


class NoCall(layers.Layer):
    pass


class BadWeight(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(None, 3), name="w")

    def call(self, inputs):
        return inputs @ self.w


class WeightInCall(layers.Layer):
    def call(self, inputs):
        return layers.Dense(2, name="late")(inputs)


class WritesInsideCheckpoint(layers.Layer):
    def build(self, input_shape):
        self.seen = self.add_weight(shape=(), name="seen", trainable=False, initializer="zeros")

    def call(self, inputs):
        def body(values):
            self.seen.assign_add(values.sum())
            return values * 2

        return jax.checkpoint(body)(inputs)


class StringLoss(layers.Layer):
    def call(self, inputs):
        self.add_loss("large")
        return inputs


CONSTRUCTORS = [
    row("units_negative", ValueError, lambda: layers.Dense(-3), "Dense", "units", "positive", "-3"),
    row("units_zero", ValueError, lambda: layers.Dense(0), "Dense", "units", "positive", "0"),
    row("units_fraction", ValueError, lambda: layers.Dense(2.5), "Dense", "units", "integer", "2.5"),
    row("units_string", ValueError, lambda: layers.Dense("ten"), "Dense", "units", "integer", "'ten'"),
    row("units_none", ValueError, lambda: layers.Dense(None), "Dense", "units", "None"),
    row("units_bool", ValueError, lambda: layers.Dense(True), "Dense", "units", "True"),
    row("units_missing", TypeError, lambda: layers.Dense(), "units"),
    row("activation_typo", ValueError, lambda: layers.Dense(2, activation="rleu"), "activation", "rleu", "mean 'relu'"),
    row("activation_number", TypeError, lambda: layers.Dense(2, activation=3), "activation", "3"),
    row("activation_layer_typo", ValueError, lambda: layers.Activation("sigmod"), "activation", "mean 'sigmoid'"),
    row("initializer_typo", ValueError, lambda: layers.Dense(2, kernel_initializer="glorot_unifrm"), "initializer",
        "glorot_unifrm", "mean 'glorot_?uniform'"),
    row("regularizer_typo", ValueError, lambda: layers.Dense(2, kernel_regularizer="l22"), "regularizer", "l22",
        "mean 'l2'"),
    row("constraint_typo", ValueError, lambda: layers.Dense(2, kernel_constraint="max_nrom"), "constraint", "max_nrom",
        "mean 'max_?norm'"),
    row("keyword_typo", TypeError, lambda: layers.Dense(2, actvation="relu"), "Dense", "actvation",
        "mean 'activation'"),
    row("name_number", TypeError, lambda: layers.Dense(2, name=3), "name", "Dense", "string", "3"),
    row("dtype_typo", ValueError, lambda: layers.Dense(2, dtype="flaot32"), "dtype", "flaot32", "mean 'float32'"),
    row("policy_typo", ValueError, lambda: layers.Dense(2, dtype="mixed_bfloat"), "mixed_bfloat",
        "mean 'mixed_bfloat16'"),
    row("dropout_above_one", ValueError, lambda: layers.Dropout(1.5), "Dropout", "rate", "between 0 and 1", "1.5"),
    row("dropout_negative", ValueError, lambda: layers.Dropout(-0.1), "Dropout", "rate", "-0.1"),
    row("dropout_string", ValueError, lambda: layers.Dropout("half"), "Dropout", "rate", "number", "half"),
    row("gaussian_noise_negative", ValueError, lambda: layers.GaussianNoise(-1.0), "GaussianNoise", "stddev", "-1"),
    row("conv_filters_negative", ValueError, lambda: layers.Conv2D(-1, 3), "Conv2D", "filters", "-1"),
    row("conv_kernel_zero", ValueError, lambda: layers.Conv2D(4, 0), "Conv2D", "kernel_size", "0"),
    row("conv_kernel_length", ValueError, lambda: layers.Conv2D(4, (3, 3, 3)), "Conv2D", "kernel_size", "2",
        r"\(3, 3, 3\)"),
    row("conv_padding_typo", ValueError, lambda: layers.Conv2D(4, 3, padding="smae"), "Conv2D", "padding",
        "mean 'same'"),
    row("conv_strides_and_dilation", ValueError, lambda: layers.Conv2D(4, 3, strides=2, dilation_rate=2), "strides",
        "dilation_rate", "2"),
    row("conv_groups", ValueError, lambda: layers.Conv2D(5, 3, groups=2), "groups", "filters", "5", "2"),
    row("data_format_typo", ValueError, lambda: layers.Conv2D(4, 3, data_format="channel_last"), "data_format",
        "channel_last", "mean 'channels_last'"),
    row("pool_size_zero", ValueError, lambda: layers.MaxPooling2D(0), "MaxPooling2D", "pool_size", "0"),
    row("embedding_input_dim", ValueError, lambda: layers.Embedding(-5, 4), "Embedding", "input_dim", "-5"),
    row("embedding_output_dim", ValueError, lambda: layers.Embedding(5, 4.5), "Embedding", "output_dim", "4.5"),
    row("reshape_two_unknown", ValueError, lambda: layers.Reshape((-1, -1)), "Reshape", "target_shape", "-1"),
    row("permute_axes", ValueError, lambda: layers.Permute((1, 3)), "Permute", "dims", r"\(1, 3\)"),
    row("repeat_negative", ValueError, lambda: layers.RepeatVector(-2), "RepeatVector", "n", "-2"),
    row("lambda_no_function", TypeError, lambda: layers.Lambda(3), "Lambda", "function", "3"),
    row("lstm_units", ValueError, lambda: layers.LSTM(-1), "units", "-1"),
    row("lstm_dropout", ValueError, lambda: layers.LSTM(2, dropout=2.0), "dropout", "2"),
    row("bidirectional_no_layer", TypeError, lambda: layers.Bidirectional("lstm"), "Bidirectional", "layer", "'lstm'"),
    row("bidirectional_merge_mode", ValueError, lambda: layers.Bidirectional(layers.LSTM(2), merge_mode="cat"),
        "merge_mode", "cat"),
    row("time_distributed_no_layer", TypeError, lambda: layers.TimeDistributed(3), "TimeDistributed", "layer", "3"),
    row("attention_heads", ValueError, lambda: layers.MultiHeadAttention(0, 4), "MultiHeadAttention", "num_heads", "0"),
    row("batch_norm_momentum", ValueError, lambda: layers.BatchNormalization(momentum=1.5), "BatchNormalization",
        "momentum", "1.5"),
    row("input_without_shape", ValueError, lambda: kerax.Input(), "Input", "shape"),
    row("input_shape_string", ValueError, lambda: kerax.Input("ten"), "shape", "ten"),
    row("input_negative", ValueError, lambda: kerax.Input((-4,)), "Input", "sizes", "-4"),
    row("initializer_stddev", ValueError, lambda: kerax.initializers.RandomNormal(stddev=-1.0), "stddev", "-1"),
    row("regularizer_nan", ValueError, lambda: kerax.regularizers.L2(float("nan")), "l2", "nan"),
    row("l2_string", (TypeError, ValueError), lambda: kerax.regularizers.L2("much"), "l2", "much"),
]  # fmt: skip

CALLS = [
    row("dense_rank_one", ValueError, lambda: layers.Dense(2, name="head")(ones(4)), "head", "min_ndim=2", r"\(4,\)"),
    row("dense_last_axis", ValueError, lambda: built_dense()(ones(3, 7)), "head", "axis -1", "4", r"\(3, 7\)"),
    row("dense_unknown_last_axis", ValueError, lambda: layers.Dense(2, name="head")(kerax.Input((None,))), "head",
        "last axis", "None"),
    row("dense_strings", TypeError, lambda: layers.Dense(2, name="head")(np.array([["a", "b"]])), "head", "str",
        "number"),
    row("dense_no_inputs", TypeError, lambda: layers.Dense(2, name="head")(), "head", "inputs"),
    row("dense_none", TypeError, lambda: layers.Dense(2, name="head")(None), "head", "None"),
    row("dense_ragged", (TypeError, ValueError), lambda: layers.Dense(2, name="head")([[1.0, 2.0], [3.0]]), "head",
        "length"),
    row("conv_rank", ValueError, lambda: layers.Conv2D(4, 3, name="conv")(ones(2, 8, 8)), "conv", "ndim=4",
        r"\(2, 8, 8\)|3"),
    row("conv_empty_output", ValueError, lambda: layers.Conv2D(4, 5, name="conv")(ones(1, 3, 3, 1)), "conv", "5",
        r"\(3, 3\)", "padding"),
    row("conv_channels", ValueError,
        lambda: [c := layers.Conv2D(4, 3, name="conv"), c(ones(1, 8, 8, 2)), c(ones(1, 8, 8, 3))], "conv", "axis", "2",
        r"\(1, 8, 8, 3\)"),
    row("conv_groups_channels", ValueError, lambda: layers.Conv2D(4, 3, groups=2, name="conv")(ones(1, 8, 8, 3)),
        "conv", "groups", "3"),
    row("pool_empty_output", ValueError, lambda: layers.MaxPooling2D(4, name="pool")(ones(1, 3, 3, 1)), "pool", "4",
        "3"),
    row("lstm_rank", ValueError, lambda: layers.LSTM(2, name="memory")(ones(2, 3)), "memory", "ndim=3", r"\(2, 3\)"),
    row("add_shapes", ValueError, lambda: layers.Add(name="sum")([ones(2, 3), ones(2, 4)]), "sum", r"\(2, 3\)",
        r"\(2, 4\)"),
    row("add_single", ValueError, lambda: layers.Add(name="sum")(ones(2, 3)), "sum", "list", r"\(2, 3\)"),
    row("concatenate_shapes", ValueError,
        lambda: layers.Concatenate(axis=1, name="join")([ones(2, 3, 4), ones(2, 3, 5)]), "join", r"\(2, 3, 4\)",
        r"\(2, 3, 5\)"),
    row("concatenate_axis", ValueError, lambda: layers.Concatenate(axis=5, name="join")([ones(2, 3), ones(2, 3)]),
        "join", "axis", "5"),
    row("subtract_three", ValueError, lambda: layers.Subtract(name="less")([ones(2), ones(2), ones(2)]), "less",
        "2 inputs", "3"),
    row("dot_axes", ValueError, lambda: layers.Dot(axes=1, name="dot")([ones(2, 3), ones(2, 4)]), "dot", "3", "4"),
    row("reshape_elements", ValueError, lambda: layers.Reshape((5, 2), name="fold")(ones(2, 7)), "fold", r"\(5, 2\)",
        "7"),
    row("permute_rank", ValueError, lambda: layers.Permute((2, 1), name="turn")(ones(2, 3, 4, 5)), "turn",
        r"\(2, 3, 4, 5\)|4"),
    row("embedding_too_large", ValueError, lambda: layers.Embedding(5, 2, name="words")(np.array([[1, 5]])), "words",
        "5", "input_dim=5", "0 to 4"),
    row("embedding_negative", ValueError, lambda: layers.Embedding(5, 2, name="words")(np.array([[-1]])), "words", "-1",
        "0 to 4"),
    row("attention_one_input", (TypeError, ValueError),
        lambda: layers.MultiHeadAttention(2, 2, name="look")(ones(1, 3, 4)), "look", "value"),
    row("matmul_in_custom_layer", ValueError,
        lambda: layers.Lambda(lambda v: v @ np.ones((3, 3), "float32"), name="product")(ones(2, 4)), "product",
        r"\(2, 4\)"),
    row("no_call_method", (NotImplementedError, TypeError), lambda: NoCall()(ones(2, 3)), "NoCall", "call"),
    row("weight_of_unknown_size", ValueError, lambda: BadWeight(name="odd")(ones(2, 3)), "odd", "'w'", "None"),
    row("weight_too_large", RuntimeError, lambda: layers.Dense(10**11, name="huge")(ones(1, 10**3)), "huge", "kernel",
        "100000000000", "memory"),
    row("needs_numbers_symbolic", ValueError, lambda: NeedsNumbers(name="picky")(kerax.Input((3,))), "picky",
        "kerax.ops|jax.numpy"),
    row("numpy_on_symbolic", (TypeError, ValueError), lambda: NumPyInside(name="hosted")(kerax.Input((3,))), "hosted",
        "jax.numpy|kerax.ops"),
    row("numpy_function_on_tensor", TypeError, lambda: np.exp(kerax.Input((3,), name="pixels")), "Symbolic tensor",
        "kerax.ops"),
    row("jax_function_on_tensor", ValueError, lambda: jax.numpy.exp(kerax.Input((3,), name="pixels")),
        "Symbolic tensor", "kerax.ops"),
    row("bool_of_tensor", TypeError, lambda: bool(kerax.Input((3,), name="pixels")), "bool", "kerax.ops"),
    row("add_loss_string", TypeError, lambda: StringLoss(name="odd")(ones(2, 3)), "odd", "add_loss", "large"),
    row("weights_argument", ValueError, lambda: layers.Dense(2, weights=[ones(3, 3)], name="head")(ones(1, 3)), "head",
        "2", "1"),
    row("input_spec_of_model", ValueError, lambda: net(name="tiny")(ones(2, 9)), "numbers", "tiny", r"\(None, 4\)",
        r"\(2, 9\)"),
    row("count_params_unbuilt", ValueError, lambda: layers.Dense(2, name="head").count_params(), "head", "build"),
    row("output_of_unconnected", AttributeError, lambda: layers.Dense(2, name="head").output, "head", "output"),
]  # fmt: skip

ALL = CONSTRUCTORS + CALLS
