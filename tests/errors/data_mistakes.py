"""Mistakes in the data that fit is given: forms, shapes and values."""

from __future__ import annotations

from collections.abc import Iterator

import jax.numpy as jnp
import numpy as np

import kerax
from kerax import layers

from .table import (
    CLASSES,
    binary,
    changed,
    classifier,
    detector,
    fit,
    labels,
    one_hot,
    pair,
    regression,
    row,
    targets,
    two_outputs_compiled,
    x,
)  # fmt: skip

NAN, INF = float("nan"), float("inf")


def train(data: object, y: object = None, **arguments: object) -> object:
    return fit(regression(), data, y, **arguments)


def classify(y: object, loss: object = "sparse_categorical_crossentropy") -> object:
    return fit(classifier(loss), x(), y)


def yields(*items: object) -> Iterator:
    yield from items


def batch(features: int = 4) -> tuple:
    return x(6, features), targets(6)


def fails_later() -> Iterator:
    yield batch()
    raise KeyError("file 7 is missing")


def words() -> kerax.Model:
    ids = kerax.Input((2,), dtype="int32", name="ids")
    model = kerax.Sequential([ids, layers.Embedding(5, 2, name="words"), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def dataset(*parts: object) -> kerax.data.Dataset:
    return kerax.data.Dataset.from_tensor_slices(parts).batch(4)


def frame() -> object:
    import pandas

    return pandas.DataFrame({"age": np.arange(12.0), "city": ["Ulm"] * 12, "size": np.ones(12), "rooms": np.ones(12)})


FORMS = [
    row("x_none", ValueError, lambda: train(None, targets()), "fit", "x", "None"),
    row("x_string", TypeError, lambda: train("train.csv", targets()), "fit", "x", "train.csv"),
    row("x_number", (TypeError, ValueError), lambda: train(3, targets()), "fit", "x", "number|int"),
    row("x_object", TypeError, lambda: train(object(), targets()), "fit", "x", "object", "arrays"),
    row("x_function", TypeError, lambda: train(lambda: batch()), "fit", "x", "function", "call"),
    row("x_empty", ValueError, lambda: train(x(0), targets(0)), "fit", "no data", "0 rows"),
    row("x_empty_list", ValueError, lambda: train([], []), "fit", "data"),
    row("lengths_differ", ValueError, lambda: train(x(12), targets(11)), "fit", "x: 12", "y: 11"),
    row("lengths_differ_inputs", ValueError,
        lambda: fit(two_outputs_compiled(), [x(12), x(11, 2)], [targets(), labels()]), r"x\[0\]: 12", r"x\[1\]: 11"),
    row("x_strings", TypeError, lambda: train(np.array([["1", "2", "3", "4"]] * 12), targets()), "fit", "x", "string",
        "number"),
    row("x_list_of_strings", TypeError, lambda: train(["good", "bad"] * 6, targets()), "fit", "x", "string"),
    row("y_strings", TypeError, lambda: classify(np.array(["cat", "dog", "cow"] * 4)), "fit", "y", "string",
        "class numbers"),
    row("x_ragged", (TypeError, ValueError), lambda: train([[1.0, 2.0], [3.0]] * 6, targets()), "x", "length|rectang"),
    row("x_ragged_objects", TypeError, lambda: train(np.array([np.ones(2), np.ones(3)], dtype=object), targets(2)), "x",
        "rectang", "pad"),
    row("x_objects", TypeError, lambda: train(np.array([object()] * 12), targets()), "x", "object"),
    row("x_none_inside", (TypeError, ValueError),
        lambda: train(np.array([[1.0, None, 2.0, 3.0]] * 12, dtype=object), targets()), "x", "None"),
    row("x_dates", TypeError, lambda: train(np.zeros((12, 4), "datetime64[D]"), targets()), "x", "datetime64"),
    row("x_frame_with_text", TypeError, lambda: train(frame(), targets()), "x", "city", "string"),
    row("x_width", ValueError, lambda: train(x(12, 5), targets()), "numbers", r"\(None, 4\)", "5"),
    row("x_rank", ValueError, lambda: train(np.ones((12, 4, 4), "float32"), targets()), "numbers", r"\(None, 4\)",
        r"\(12, 4, 4\)"),
    row("x_key_missing", ValueError, lambda: fit(two_outputs_compiled(), {"left": x()}, [targets(), labels()]), "twin",
        "'right'", "left"),
    row("x_one_of_two", ValueError, lambda: fit(two_outputs_compiled(), x(), [targets(), labels()]), "twin", "2 input",
        "1 array"),
    row("x_int64_too_large", ValueError, lambda: fit(words(), np.full((12, 2), 2**40), targets()), "x", "int32",
        str(2**40)),
    row("y_missing", ValueError, lambda: train(x()), "loss", "target", "y"),
    row("y_one_of_two", ValueError, lambda: fit(two_outputs_compiled(), pair(), targets()), "2 output", "price",
        "1 array"),
    row("y_key_typo", ValueError, lambda: fit(two_outputs_compiled(), pair(), {"prise": targets(), "kind": labels()}),
        "y", "prise", "mean 'price'"),
    row("y_beside_dataset", ValueError, lambda: train(dataset(x(), targets()), targets()), "y", "Dataset|dataset",
        "yields"),
    row("y_beside_generator", ValueError, lambda: train(yields(batch()), targets()), "y", "generator", "yields"),
    row("weights_beside_generator", ValueError, lambda: train(yields(batch()), sample_weight=np.ones(6)),
        "sample_weight", "generator"),
    row("dataset_not_batched", ValueError, lambda: train(kerax.data.Dataset.from_tensor_slices((x(), targets()))),
        "batch"),
    row("dataset_width", ValueError, lambda: train(dataset(x(12, 5), targets())), r"\(None, 4\)", "5"),
    row("dataset_no_targets", ValueError, lambda: train(kerax.data.Dataset.from_tensor_slices(x()).batch(4)), "target",
        "y"),
    row("dataset_empty", ValueError, lambda: train(dataset(x(), targets()).take(0)), "fit", "no data"),
    row("generator_empty", ValueError, lambda: train(yields()), "fit", "no data", "generator"),
    row("generator_four_parts", ValueError, lambda: train(yields((x(), targets(), targets(), targets()))), "fit",
        "batch 1", "4 elements", "sample_weight"),
    row("generator_text", TypeError, lambda: train(yields("batch")), "fit", "batch 1", "string|str"),
    row("generator_none", (TypeError, ValueError), lambda: train(yields(None)), "fit", "batch 1", "None"),
    row("generator_no_targets", ValueError, lambda: train(yields(x())), "target", "y"),
    row("generator_lengths", ValueError, lambda: train(yields((x(6), targets(5)))), "batch 1", "x: 6", "y: 5"),
    row("generator_width_later", ValueError, lambda: train(yields(batch(), batch(), batch(5))), "fit", "batch 3",
        r"\(None, 4\)", r"\(6, 5\)"),
    row("generator_targets_stop", ValueError, lambda: train(yields(batch(), (x(6), None))), "batch 2", "target", "y"),
    row("generator_strings_later", TypeError, lambda: train(yields(batch(), (np.array([["a"] * 4] * 6), targets(6)))),
        "batch 2", "string"),
    row("generator_own_error", KeyError, lambda: train(fails_later()), "file 7 is missing"),
]  # fmt: skip

VALUES = [
    row("y_nan", ValueError, lambda: train(x(), changed(targets(), NAN, 5)), "fit", "y", "NaN", "row 5"),
    row("y_nan_later_batch", ValueError, lambda: train(x(), changed(targets(), NAN, 11), batch_size=2), "y", "NaN",
        "row 11"),
    row("y_inf", ValueError, lambda: train(x(), changed(targets(), INF, 3)), "y", "inf", "row 3"),
    row("y_nan_jax_array", ValueError, lambda: train(jnp.asarray(x()), jnp.asarray(changed(targets(), NAN, 5))), "y",
        "NaN", "row 5"),
    row("y_nan_one_output", ValueError,
        lambda: fit(two_outputs_compiled(), pair(), {"price": changed(targets(), NAN), "kind": labels()}), "price",
        "NaN"),
    row("y_nan_generator", ValueError, lambda: train(yields((x(), changed(targets(), NAN, 2)))), "y", "NaN", "row 2"),
    row("y_nan_dataset", ValueError, lambda: train(dataset(x(), changed(targets(), NAN, 2))), "y", "NaN", "row 2"),
    row("label_too_large", ValueError, lambda: classify(changed(labels(), CLASSES, 7)), "fit", "y", "class number 3",
        "head", "3 classes", "0 to 2", "row 7"),
    row("label_one_based", ValueError, lambda: classify(labels() + 1), "3 classes", "0 to 2", "subtract 1|from 1"),
    row("label_negative", ValueError, lambda: classify(changed(labels(), -1)), "class number -1", "0 to 2"),
    row("label_fraction", ValueError, lambda: classify(changed(labels().astype("float32"), 1.5)), "1.5", "whole",
        "row 0"),
    row("label_nan", ValueError, lambda: classify(changed(labels().astype("float32"), NAN)), "y", "NaN"),
    row("label_column", ValueError, lambda: classify(changed(labels(), 9)[:, None]), "class number 9", "0 to 2"),
    row("label_generator", ValueError, lambda: fit(classifier(), yields((x(), labels() + 1))), "class number 3",
        "0 to 2"),
    row("label_dataset", ValueError, lambda: fit(classifier(), dataset(x(), labels() + 1)), "class number 3", "0 to 2"),
    row("label_loss_instance", ValueError, lambda: classify(labels() - 1, kerax.losses.SparseCategoricalCrossentropy()),
        "class number -1"),
    row("label_loss_function", ValueError, lambda: classify(labels() - 1, kerax.losses.sparse_categorical_crossentropy),
        "class number -1"),
    row("label_train_on_batch", ValueError, lambda: classifier().train_on_batch(x(), labels() + 1), "train_on_batch",
        "class number 3"),
    row("one_hot_to_sparse", ValueError, lambda: classify(one_hot()), "sparse_categorical_crossentropy", r"\(12, 3\)",
        "one-hot", "categorical_crossentropy"),
    row("numbers_to_categorical", ValueError, lambda: classify(labels(), "categorical_crossentropy"),
        "categorical_crossentropy", r"\(12,\)", r"\(12, 3\)", "sparse_categorical_crossentropy", "to_categorical"),
    row("categorical_range", ValueError, lambda: classify(one_hot() * 255, "categorical_crossentropy"), "y", "255",
        "0 and 1"),
    row("categorical_width", ValueError,
        lambda: classify(np.eye(5, dtype="float32")[labels()], "categorical_crossentropy"), r"\(12, 5\)", r"\(12, 3\)"),
    row("binary_labels_two", ValueError, lambda: fit(detector(), x(), binary() + 1), "binary_crossentropy", "y",
        "0 and 1", "2"),
    row("binary_labels_signs", ValueError, lambda: fit(detector(), x(), binary() * 2 - 1), "0 and 1", "-1",
        "hinge|/ 2"),
    row("binary_pixels", ValueError, lambda: fit(detector(), x(), binary() * 255), "0 and 1", "255", "divide|scale"),
    row("binary_broadcast", ValueError, lambda: fit(detector(), x(), one_hot()), r"\(12, 3\)", r"\(12, 1\)"),
    row("targets_broadcast", ValueError, lambda: fit(classifier("mse"), x(), targets()), r"\(12, 1\)", r"\(12, 3\)"),
    row("targets_vector_broadcast", ValueError, lambda: fit(classifier("mse"), x(), targets()[:, 0]), r"\(12,\)",
        r"\(12, 3\)"),
    row("targets_rank_broadcast", ValueError, lambda: train(x(), np.ones((12, 12, 1), "float32")), r"\(12, 12",
        r"\(12, 1\)"),
    row("embedding_index", ValueError, lambda: fit(words(), changed(np.ones((12, 2), "int32"), 5, 21), targets()),
        "fit", "ids|x", "words", "5", "input_dim=5", "0 to 4", "row 10"),
    row("embedding_index_negative", ValueError, lambda: fit(words(), -np.ones((12, 2), "int32"), targets()), "words",
        "-1", "0 to 4"),
    row("embedding_index_predict", ValueError, lambda: words().predict(np.full((12, 2), 9), verbose=0), "predict",
        "words", "9", "0 to 4"),
    row("embedding_index_predict_many", ValueError, lambda: words().predict(np.full((70, 2), 9), verbose=0), "predict",
        "words", "9", "0 to 4"),
    row("embedding_index_generator", ValueError,
        lambda: fit(words(), yields((np.full((6, 2), 7, "int32"), targets(6)))), "words", "7", "0 to 4"),
    row("embedding_index_called", ValueError, lambda: words()(np.full((1, 2), 9)), "words", "9", "0 to 4"),
]  # fmt: skip

ALL = FORMS + VALUES
