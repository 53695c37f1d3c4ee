"""Mistakes in the plain arguments of fit, evaluate and predict, and in steps that fail."""

from __future__ import annotations

import jax
import numpy as np

import kerax
from kerax import layers

from .layer_mistakes import NeedsNumbers, NumPyInside, WeightInCall, WritesInsideCheckpoint
from .table import (
    FEATURES,
    binary,
    classifier,
    detector,
    fit,
    labels,
    net,
    pair,
    regression,
    row,
    targets,
    two_outputs_compiled,
    x,
)


def fit_with(**arguments: object) -> object:
    return fit(regression(), x(), targets(), **arguments)


def evaluate_with(**arguments: object) -> object:
    return regression().evaluate(x(), targets(), **{"verbose": 0, **arguments})


def predict_with(data: object = None, **arguments: object) -> object:
    return regression().predict(x() if data is None else data, **{"verbose": 0, **arguments})


def batches() -> object:
    yield x(), targets()


class Subclassed(kerax.Model):
    """A model around one layer, which is built only when data comes."""

    def __init__(self, layer):
        super().__init__()
        self.inner, self.head = layer, layers.Dense(1)

    def call(self, inputs):
        return self.head(self.inner(inputs))


def with_layer(layer: object) -> kerax.Model:
    model = Subclassed(layer)
    model.compile("sgd", "mse")
    return model


class Explodes(layers.Layer):
    """Fails on the host while the compiled program runs."""

    def call(self, inputs):
        def host(values):
            raise OSError("the disk is gone")

        return jax.pure_callback(host, jax.ShapeDtypeStruct(inputs.shape, inputs.dtype), inputs)


class NoBatchLoss(layers.Layer):
    def call(self, inputs):
        self.add_metric(inputs)
        return inputs


FIT = [
    row("epoch_for_epochs", TypeError, lambda: fit_with(epoch=3), "fit", "'epoch'", "mean 'epochs'"),
    row("batchsize", TypeError, lambda: fit_with(batchsize=3), "fit", "batchsize", "mean 'batch_size'"),
    row("unknown_keyword", TypeError, lambda: fit_with(colour=3), "fit", "colour"),
    row("batch_size_zero", ValueError, lambda: fit_with(batch_size=0), "fit", "batch_size", "at least 1", "0"),
    row("batch_size_negative", ValueError, lambda: fit_with(batch_size=-8), "batch_size", "at least 1", "-8"),
    row("batch_size_float", TypeError, lambda: fit_with(batch_size=8.5), "batch_size", "whole number", "8.5"),
    row("batch_size_string", TypeError, lambda: fit_with(batch_size="8"), "batch_size", "whole number", "'8'"),
    row("batch_size_with_stream", ValueError, lambda: fit(regression(), batches(), batch_size=4), "batch_size",
        "generator"),
    row("epochs_negative", ValueError, lambda: fit_with(epochs=-1), "epochs", "at least", "-1"),
    row("epochs_float", TypeError, lambda: fit_with(epochs=1.5), "epochs", "whole number", "1.5"),
    row("epochs_none", TypeError, lambda: fit_with(epochs=None), "epochs", "whole number", "None"),
    row("epochs_bool", TypeError, lambda: fit_with(epochs=True), "epochs", "whole number", "True"),
    row("initial_epoch_negative", ValueError, lambda: fit_with(initial_epoch=-2), "initial_epoch", "-2"),
    row("steps_per_epoch_zero", ValueError, lambda: fit_with(steps_per_epoch=0), "steps_per_epoch", "at least 1", "0"),
    row("steps_per_epoch_float", TypeError, lambda: fit_with(steps_per_epoch=2.5), "steps_per_epoch", "2.5"),
    row("shuffle_string", (TypeError, ValueError), lambda: fit_with(shuffle="yes"), "shuffle", "yes", "batch"),
    row("verbose_five", ValueError, lambda: fit_with(verbose=5), "verbose", "auto", "5"),
    row("verbose_string", ValueError, lambda: fit_with(verbose="loud"), "verbose", "loud"),
    row("verbose_list", ValueError, lambda: fit_with(verbose=[1]), "verbose", r"\[1\]"),
    row("validation_split_large", ValueError, lambda: fit_with(validation_split=1.5), "validation_split",
        "between 0 and 1", "1.5"),
    row("validation_split_one", ValueError, lambda: fit_with(validation_split=1), "validation_split", "between 0 and 1",
        "1"),
    row("validation_split_negative", ValueError, lambda: fit_with(validation_split=-0.2), "validation_split", "-0.2"),
    row("validation_split_true", ValueError, lambda: fit_with(validation_split=True), "validation_split", "True"),
    row("validation_split_string", ValueError, lambda: fit_with(validation_split="20%"), "validation_split", "20%"),
    row("validation_split_generator", ValueError, lambda: fit(regression(), batches(), validation_split=0.2),
        "validation_split", "arrays", "generator", "validation_data"),
    row("validation_split_tiny", ValueError, lambda: fit(regression(), x(1), targets(1), validation_split=0.5),
        "validation_split", "empty"),
    row("validation_data_four", ValueError, lambda: fit_with(validation_data=(x(), targets(), targets(), targets())),
        "validation_data", "4 elements", "sample_weight"),
    row("validation_data_no_targets", ValueError, lambda: fit_with(validation_data=x()), "validation_data",
        "y|targets"),
    row("validation_data_string", TypeError, lambda: fit_with(validation_data="test.csv"), "validation_data",
        "test.csv"),
    row("validation_data_number", ValueError, lambda: fit_with(validation_data=0.2), "validation_data", "x",
        "single number"),
    row("validation_data_width", ValueError, lambda: fit_with(validation_data=(x(6, 5), targets(6))), "validation",
        r"\(None, 4\)", "5"),
    row("validation_data_lengths", ValueError, lambda: fit_with(validation_data=(x(6), targets(5))), "validation_data",
        "x: 6", "y: 5"),
    row("validation_data_labels", ValueError,
        lambda: fit(classifier(), x(), labels(), validation_data=(x(), labels() + 1)), "validation_data", "class", "3",
        "0 to 2"),
    row("validation_steps_zero", ValueError, lambda: fit_with(validation_data=(x(), targets()), validation_steps=0),
        "validation_steps", "0"),
    row("validation_batch_size", ValueError,
        lambda: fit_with(validation_data=(x(), targets()), validation_batch_size=0), "validation_batch_size", "0"),
    row("validation_freq_zero", ValueError, lambda: fit_with(validation_data=(x(), targets()), validation_freq=0),
        "validation_freq", "0"),
    row("validation_freq_string", TypeError, lambda: fit_with(validation_data=(x(), targets()), validation_freq="all"),
        "validation_freq", "all"),
    row("callback_class", TypeError, lambda: fit_with(callbacks=[kerax.callbacks.History]), "callbacks", "History",
        "instance"),
    row("callback_function", TypeError, lambda: fit_with(callbacks=[print]), "callbacks", "Callback", "print"),
    row("callback_string", TypeError, lambda: fit_with(callbacks="early_stopping"), "callbacks", "early_stopping"),
    row("sample_weight_length", ValueError, lambda: fit_with(sample_weight=np.ones(5)), "sample_weight: 5", "x: 12"),
    row("sample_weight_shape", ValueError, lambda: fit_with(sample_weight=np.ones((12, 7))), "sample_weight",
        r"\(12, 7\)", "12"),
    row("sample_weight_nan", ValueError, lambda: fit_with(sample_weight=np.full(12, np.nan)), "sample_weight", "NaN"),
    row("sample_weight_strings", TypeError, lambda: fit_with(sample_weight=np.array(["a"] * 12)), "sample_weight",
        "string"),
    row("sample_weight_key_typo", ValueError,
        lambda: fit(two_outputs_compiled(), pair(), [targets(), labels()], sample_weight={"pric": np.ones(12)}),
        "sample_weight", "pric", "mean 'price'"),
    row("class_weight_missing", ValueError, lambda: fit(classifier(), x(), labels(), class_weight={0: 1.0, 1: 2.0}),
        "class_weight", "2"),
    row("class_weight_names", ValueError, lambda: fit(classifier(), x(), labels(), class_weight={"cat": 1.0}),
        "class_weight", "cat"),
    row("class_weight_list", (TypeError, ValueError),
        lambda: fit(classifier(), x(), labels(), class_weight=[1.0, 2.0, 3.0]), "class_weight", "dict", r"\[1"),
    row("class_weight_extra", ValueError,
        lambda: fit(classifier(), x(), labels(), class_weight={0: 1, 1: 1, 2: 1, 7: 1}), "class_weight", "7",
        "3 classes"),
    row("class_weight_extra_binary", ValueError,
        lambda: fit(detector(), x(), binary(), class_weight={0: 1, 1: 1, 2: 5}), "class_weight", "2", "2 classes"),
    row("class_weight_nan", ValueError,
        lambda: fit(classifier(), x(), labels(), class_weight={0: 1, 1: float("nan"), 2: 1}), "class_weight", "nan"),
    row("class_weight_negative", ValueError,
        lambda: fit(classifier(), x(), labels(), class_weight={0: 1, 1: -1.0, 2: 1}), "class_weight", "-1"),
    row("class_weight_negative_class", ValueError,
        lambda: fit(classifier(), x(), labels(), class_weight={0: 1, 1: 1, 2: 1, -1: 1}), "class_weight", "-1"),
    row("class_weight_two_outputs", ValueError,
        lambda: fit(two_outputs_compiled(), pair(), [targets(), labels()], class_weight={0: 1.0}), "class_weight",
        "one output", "sample_weight"),
    row("class_weight_no_labels", ValueError, lambda: fit(regression(), x(), class_weight={0: 1.0}), "class_weight",
        "y"),
    row("class_weight_sequences", ValueError,
        lambda: fit(classifier(), x(), np.zeros((12, 5, 1), "int32"), class_weight={0: 1.0}), "class_weight",
        r"\(12, 5, 1\)"),
    row("fit_needs_numbers", ValueError, lambda: fit(with_layer(NeedsNumbers(name="picky")), x(), targets()), "fit",
        "picky", "run_eagerly=True"),
    row("fit_numpy_inside", ValueError, lambda: fit(with_layer(NumPyInside(name="hosted")), x(), targets()), "fit",
        "hosted", "run_eagerly=True"),
    row("predict_needs_numbers", ValueError, lambda: with_layer(NeedsNumbers(name="picky")).predict(x(), verbose=0),
        "predict", "picky", "run_eagerly=True"),
    row("fit_weights_in_call", ValueError, lambda: fit(with_layer(WeightInCall(name="maker")), x(), targets()), "late",
        "__init__"),
    row("fit_checkpoint_write", ValueError,
        lambda: fit(with_layer(WritesInsideCheckpoint(name="counter")), x(), targets()), "counter|seen",
        "jax.checkpoint", "functional_call|remat"),
    row("fit_host_failure", RuntimeError, lambda: fit(with_layer(Explodes(name="reader")), x(), targets()), "fit",
        "the disk is gone"),
    row("predict_host_failure", RuntimeError, lambda: with_layer(Explodes(name="reader")).predict(x(), verbose=0),
        "predict", "the disk is gone"),
    row("evaluate_host_failure", RuntimeError,
        lambda: with_layer(Explodes(name="reader")).evaluate(x(), targets(), verbose=0), "evaluate",
        "the disk is gone"),
]  # fmt: skip

EVALUATE_AND_PREDICT = [
    row("evaluate_keyword", TypeError, lambda: evaluate_with(batchsize=3), "evaluate", "batchsize",
        "mean 'batch_size'"),
    row("evaluate_batch_size", ValueError, lambda: evaluate_with(batch_size=0), "evaluate", "batch_size", "0"),
    row("evaluate_steps", ValueError, lambda: evaluate_with(steps=0), "evaluate", "steps", "0"),
    row("evaluate_lengths", ValueError, lambda: regression().evaluate(x(3), targets(4), verbose=0), "evaluate", "x: 3",
        "y: 4"),
    row("evaluate_no_targets", ValueError, lambda: regression().evaluate(x(), verbose=0), "evaluate|target", "y"),
    row("evaluate_labels", ValueError, lambda: classifier().evaluate(x(), labels() + 1, verbose=0), "evaluate", "class",
        "3", "0 to 2"),
    row("evaluate_verbose", ValueError, lambda: evaluate_with(verbose=9), "verbose", "9"),
    row("predict_keyword", TypeError, lambda: predict_with(epochs=3), "predict", "epochs"),
    row("predict_none", ValueError, lambda: net().predict(None, verbose=0), "predict", "x", "None"),
    row("predict_width", ValueError, lambda: predict_with(x(3, 5)), "numbers", r"\(None, 4\)", r"\(3, 5\)"),
    row("predict_one_sample", ValueError, lambda: predict_with(x()[0]), "numbers", r"\(None, 4\)", r"\(4,\)|\(4, 1\)",
        "batch axis"),
    row("predict_strings", TypeError, lambda: predict_with(np.array([["a"] * FEATURES])), "predict", "x", "string"),
    row("predict_empty", ValueError, lambda: predict_with(x(0)), "predict", "no data|0 rows"),
    row("predict_batch_size", ValueError, lambda: predict_with(batch_size=-1), "batch_size", "-1"),
    row("predict_steps", TypeError, lambda: predict_with(steps="all"), "steps", "all"),
    row("predict_empty_generator", ValueError, lambda: predict_with(iter(())), "predict", "no data"),
    row("predict_on_batch_width", ValueError, lambda: regression().predict_on_batch(x(3, 5)), r"\(None, 4\)",
        r"\(3, 5\)"),
    row("train_on_batch_lengths", ValueError, lambda: regression().train_on_batch(x(3), targets(4)), "train_on_batch",
        "x: 3", "y: 4"),
    row("train_on_batch_none", ValueError, lambda: regression().train_on_batch(None), "train_on_batch", "x"),
    row("test_on_batch_width", ValueError, lambda: regression().test_on_batch(x(3, 5), targets(3)), r"\(None, 4\)",
        "5"),
]  # fmt: skip

ALL = FIT + EVALUATE_AND_PREDICT
