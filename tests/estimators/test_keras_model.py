"""model_to_estimator and recurrent estimators."""

import json

import numpy as np
import pytest

import kerax
from tests.golden.cases import GOLDEN

E, fc, layers = kerax.estimators, kerax.feature_column, kerax.layers
rng = np.random.default_rng(0)
LIFECYCLE = GOLDEN / "estimators" / "lifecycle.json"


@pytest.mark.skipif(not LIFECYCLE.exists(), reason="the recorded values are not there")
def test_as_tensorflow(tmp_path):
    wanted = json.loads(LIFECYCLE.read_text())["add_metrics_and_model_to_estimator"]
    table = json.loads((GOLDEN / "estimators" / "train_dataset.json").read_text())
    x = np.array(table["features"]["x1"]["values"], "float32").reshape(-1, 1)
    y = np.array(table["labels"]["y_reg"]["values"], "float32").reshape(-1, 1)
    model = kerax.Sequential(
        [kerax.Input((1,)), layers.Dense(3, activation="tanh", name="d0"), layers.Dense(1, name="d1")]
    )
    model.compile(kerax.optimizers.legacy.Adam(0.05), "mse", metrics=["mae"])
    model.set_weights([np.array(weight, "float32") for weight in wanted["keras_initial_weights"]])
    estimator = E.model_to_estimator(model, model_dir=tmp_path)

    def input_fn(repeat=False):
        dataset = kerax.data.Dataset.from_tensor_slices((x, y)).batch(16)
        return dataset.repeat() if repeat else dataset

    estimator.train(lambda: input_fn(True), steps=40)
    results = estimator.evaluate(input_fn)
    assert list(results) == list(wanted["keras_evaluate"])
    for name, value in wanted["keras_evaluate"].items():
        assert results[name] == pytest.approx(value, rel=1e-5)
    for found, one in zip(estimator.predict(input_fn), wanted["keras_predict"], strict=False):
        np.testing.assert_allclose(found["d1"], one["d1"], rtol=1e-5)
    np.testing.assert_array_equal(model.get_weights()[0], np.array(wanted["keras_initial_weights"][0], "float32"))
    assert {"checkpoint", "eval", "keras"} <= {path.name for path in tmp_path.iterdir()}
    assert estimator.get_variable_names() == wanted["keras_variable_names"]
    other = kerax.models.clone_model(model)
    other.load_weights(estimator.latest_checkpoint())
    for weight, stored in zip(model.weights, other.get_weights(), strict=True):
        np.testing.assert_array_equal(stored, estimator.get_variable_value(weight.path))
    again = E.model_to_estimator(model, model_dir=tmp_path)  # goes on from these names
    assert again.train(lambda: input_fn(True), steps=2).evaluate(input_fn)["global_step"] == 42


def test_names_of_variables_in_checkpoints(tmp_path):
    model = kerax.Sequential([kerax.Input((2,)), layers.Dense(1, name="out"), layers.Dropout(0.5, name="drop")])
    model.compile("sgd", "mse")
    data = (np.ones((4, 2), "float32"), np.ones((4, 1), "float32"))
    by_name = E.model_to_estimator(model, model_dir=tmp_path, checkpoint_format="saver")
    by_name.train(lambda: data, steps=1)
    assert {"out/kernel", "global_step", "training/SGD/learning_rate"} <= set(by_name.get_variable_names())
    by_object = E.model_to_estimator(model, model_dir=tmp_path)  # reads the other kind
    by_object.train(lambda: data, steps=1)
    names = by_object.get_variable_names()
    assert {"estimator_global_step/.ATTRIBUTES/VARIABLE_VALUE", "_CHECKPOINTABLE_OBJECT_GRAPH"} <= set(names)
    kernel = by_object.get_variable_value("layer_with_weights-0/kernel/.ATTRIBUTES/VARIABLE_VALUE")
    np.testing.assert_array_equal(kernel, by_object.get_variable_value("out/kernel"))
    first = kerax.train.latest_checkpoint(tmp_path / "keras")
    model.load_weights(first)
    wider = kerax.Sequential([kerax.Input((3,)), layers.Dense(1, name="out")])
    wider.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"out/kernel has shape \(2, 1\) in the checkpoint and \(3, 1\) in the model"):
        E.model_to_estimator(wider, model_dir=tmp_path).train(lambda: (np.ones((4, 3), "float32"), data[1]), steps=1)


def test_several_inputs_outputs_and_moving_averages(tmp_path):
    a, b = kerax.Input((2,), name="a"), kerax.Input((3,), name="b")
    hidden = layers.BatchNormalization(name="norm")(layers.Dense(4)(layers.Concatenate()([a, b])))
    hidden = layers.Dropout(0.5)(hidden)
    outputs = [layers.Dense(1, name="size")(hidden), layers.Dense(2, activation="softmax", name="kind")(hidden)]
    model = kerax.Model([a, b], outputs)
    losses = {"size": "mse", "kind": "sparse_categorical_crossentropy"}
    model.compile("adam", losses, metrics={"kind": ["accuracy"]})
    first = [np.array(weight) for weight in model.get_weights()]
    estimator = E.model_to_estimator(model, model_dir=tmp_path, metric_names_map={"kind_accuracy": "right"})
    features = {"a": rng.normal(size=(8, 2)).astype("float32"), "b": rng.normal(size=(8, 3)).astype("float32")}
    labels = {"size": np.ones((8, 1), "float32"), "kind": np.zeros(8, "int32")}
    results = estimator.train(lambda: (features, labels), steps=3).evaluate(lambda: (features, labels), steps=1)
    assert list(results) == ["loss", "right", "global_step"] and results["global_step"] == 3
    assert np.abs(estimator.get_variable_value("norm/moving_mean")).max() > 0
    one = next(iter(estimator.predict(lambda: kerax.data.Dataset.from_tensors(features))))
    assert {name: value.shape for name, value in one.items()} == {"size": (1,), "kind": (2,)}
    for before, now in zip(first, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, now)
    with pytest.raises(ValueError, match="are not the inputs"):
        estimator.train(lambda: ({"a": features["a"], "c": features["b"]}, labels), steps=1)


def test_weights_of_examples_and_a_saved_model(tmp_path):
    model = kerax.Sequential([kerax.Input((2,)), layers.Dense(1, kernel_initializer="ones")])
    model.compile("sgd", "mse")
    model.save(tmp_path / "model.keras")
    estimator = E.model_to_estimator(keras_model_path=tmp_path / "model.keras", model_dir=tmp_path / "dir")
    x = np.array([[1, 1], [2, 2]], "float32")
    features = {"features": x, "sample_weights": np.array([1.0, 0.0], "float32")}
    results = estimator.evaluate(lambda: (features, np.zeros((2, 1), "float32")), steps=1)
    assert results["loss"] == pytest.approx(4 / 2)


def test_bad_models(tmp_path):
    model = kerax.Sequential([layers.Dense(1)])
    with pytest.raises(ValueError, match="exactly one"):
        E.model_to_estimator()
    with pytest.raises(ValueError, match="needs a compiled model"):
        E.model_to_estimator(model)
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="has no weights yet"):
        E.model_to_estimator(model)


# ---- recurrent models -----------------------------------------------------------------------------------------------

SERIES = rng.normal(size=(32, 5)).astype("float32")
FEATURES = {"t": SERIES, "w": rng.integers(0, 5, (32, 5)), "c": rng.normal(size=32).astype("float32")}
WORDS = fc.embedding_column(fc.sequence_categorical_column_with_identity("w", 5), 2)
COLUMNS = [fc.sequence_numeric_column("t"), WORDS]


def test_recurrent_classifier_learns(tmp_path):
    labels = (SERIES.sum(1) > 0).astype("int64")
    estimator = E.experimental.RNNClassifier(
        COLUMNS, [fc.numeric_column("c")], units=[8, 4], cell_type="lstm", model_dir=tmp_path,
        optimizer=kerax.optimizers.legacy.Adam(0.05), config=E.RunConfig(tf_random_seed=1),
    )  # fmt: skip
    results = estimator.train(lambda: (FEATURES, labels), steps=40).evaluate(lambda: (FEATURES, labels), steps=1)
    assert results["accuracy"] > 0.95
    assert estimator.get_variable_value("rnn_model/rnn/stacked_rnn_cells/lstm_cell/kernel").shape == (1 + 2 + 1, 4 * 8)


def test_recurrent_variables_have_the_names_that_tensorflow_gives(tmp_path):
    """One layer runs all cells there; an optimizer given by name has the rate 0.05 and clipped gradients."""
    labels = (SERIES.sum(1) > 0).astype("int64")
    estimator = E.experimental.RNNClassifier(COLUMNS, units=[3, 2], cell_type="gru", model_dir=tmp_path)
    estimator.train(lambda: (FEATURES, labels), steps=1)
    cells = [f"rnn_model/rnn/stacked_rnn_cells/{cell}" for cell in ("gru_cell", "gru_cell_1")]
    wanted = [f"{cell}/{weight}" for cell in cells for weight in ("bias", "kernel", "recurrent_kernel")]
    logits = ["rnn_model/logits/bias", "rnn_model/logits/kernel"]
    table = ["sequence_features/w_embedding/embedding_weights"]
    found = [name for name in estimator.get_variable_names() if not name.startswith("training/")]
    assert found == ["global_step", *logits, *wanted, *table]
    assert estimator.get_variable_value("training/Adagrad/learning_rate") == np.float32(0.05)
    predicted = next(estimator.predict(lambda: kerax.data.Dataset.from_tensors(FEATURES)))
    names = ["logits", "logistic", "probabilities", "class_ids", "classes", "all_class_ids", "all_classes"]
    assert list(predicted) == names


def test_every_step_has_a_label_and_padding_does_not_count(tmp_path):
    lengths = np.array([5, 2] * 16)
    rows = np.repeat(np.arange(32), lengths)
    steps = np.concatenate([np.arange(length) for length in lengths])
    ragged = kerax.data.SparseTensor(np.column_stack([rows, steps]), SERIES[rows, steps], (32, 5))
    labels = (SERIES > 0).astype("int64")
    garbage = np.where(np.arange(5) < lengths[:, None], labels, 1 - labels)
    estimator = E.experimental.RNNEstimator(
        E.MultiClassHead(3), COLUMNS[:1], rnn_cell_fn=lambda: layers.GRUCell(6), return_sequences=True,
        model_dir=tmp_path, optimizer=kerax.optimizers.legacy.Adam(0.1),
    )  # fmt: skip
    estimator.train(lambda: ({"t": ragged}, garbage), steps=60)
    clean, other = (estimator.evaluate(lambda y=y: ({"t": ragged}, y), steps=1) for y in (labels, garbage))
    assert clean == other and clean["accuracy"] > 0.9
    one = list(estimator.predict(lambda: kerax.data.Dataset.from_tensors({"t": ragged})))[1]
    assert one["sequence_mask"].tolist() == [True, True, False, False, False]
    assert one["class_ids"].shape == (5, 1) and one["probabilities"].shape == (5, 3)
    with pytest.raises(ValueError, match=r"\(batch, steps\)"):
        estimator.evaluate(lambda: ({"t": ragged}, labels[:, :4]), steps=1)


def test_bad_recurrent_arguments(tmp_path):
    make = E.experimental.RNNClassifier
    with pytest.raises(ValueError, match="needs units"):
        make(COLUMNS)
    with pytest.raises(ValueError, match="Did you mean 'lstm'"):
        make(COLUMNS, units=[2], cell_type="lstmm")
    with pytest.raises(ValueError, match="leave units and cell_type out"):
        make(COLUMNS, units=[2], rnn_cell_fn=lambda: layers.GRUCell(2))
    with pytest.raises(ValueError, match="'c' is no sequence column"):
        make([fc.numeric_column("c")], units=[2])


class Two(kerax.Model):
    """A subclassed model with a sequential one and a layer."""

    def __init__(self):
        super().__init__(name="two")
        self.first = kerax.Sequential([kerax.Input((2,)), layers.Dense(3, name="a")], name="inner")
        self.second = layers.Dense(1, name="o")

    def call(self, x):
        return self.second(self.first(x))


def test_layers_of_nested_models_have_no_prefix(tmp_path):
    """The names are those that TensorFlow 2.15 gives to the same models."""

    def inner(name):
        return kerax.Sequential(
            [kerax.Input((2,)), layers.Dense(2, name="a"), layers.BatchNormalization(name="b")], name=name
        )

    def names(model, folder):
        model.compile(kerax.optimizers.legacy.SGD(0.1, 0.9), "mse")
        estimator = E.model_to_estimator(model, model_dir=tmp_path / folder, checkpoint_format="saver")
        estimator.train(lambda: (np.ones((4, 2), "float32"), np.ones((4, 1), "float32")), steps=1)
        found = estimator.get_variable_names()
        return [name for name in found if not name.startswith("training") or name.endswith("kernel/momentum")]

    x = kerax.Input((2,))
    wrapped = layers.TimeDistributed(layers.Dense(2, name="t"), name="td")(layers.Reshape((1, 2))(inner("s1")(x)))
    twice = kerax.Model(x, layers.Dense(1, name="out")(inner("s2")(layers.Flatten()(wrapped))))
    blocks = [f"{a}/{w}" for a in ("a", "a_1") for w in ("bias", "kernel")]
    norms = [f"{b}/{w}" for b in ("b", "b_1") for w in ("beta", "gamma", "moving_mean", "moving_variance")]
    kernels = [f"training/SGD/{name}/kernel/momentum" for name in ("a", "a_1", "out", "td")]
    rest = ["global_step", "out/bias", "out/kernel", "td/bias", "td/kernel"]
    assert names(twice, "twice") == blocks + norms + rest + kernels
    model = Two()
    model(np.ones((1, 2), "float32"))
    kernels = ["training/SGD/a/kernel/momentum", "training/SGD/two/o/kernel/momentum"]
    assert names(model, "two") == ["a/bias", "a/kernel", "global_step", *kernels, "two/o/bias", "two/o/kernel"]
