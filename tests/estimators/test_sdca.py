"""Linear models trained by stochastic dual coordinate ascent."""

import numpy as np
import pytest

import kerax

E, fc = kerax.estimators, kerax.feature_column
SDCA = E.experimental.LinearSDCA
WEIGHTS = "linear/linear_model/{}"
# What TensorFlow 2.15.1 ends with after 150 passes over the same 40 rows: the optimum is one point.
REGRESSION = {
    "bias_weights": [0.13625],
    "s/weights": [0.40216, -0.13326, 0.00359],
    "u_bucketized/weights": [-0.43179, -0.12336, 0.15491, 0.53649],
    "x/weights": [1.64943, -0.85283],
}
WEIGHTED_CLASSES_WITH_L1 = {
    "bias_weights": [0.0],
    "s/weights": [0.29718, -0.31885, -0.03322],
    "u_bucketized/weights": [-0.01522, -0.48844, 0.11547, 0.16075],
    "x/weights": [1.60106, -0.29885],
}


def rows():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 2)).astype("float32")
    words, weights = rng.choice(["a", "b", "c"], (40, 2)), rng.uniform(0.5, 2, (40, 1)).astype("float32")
    y = (x[:, 0] * 2 - x[:, 1] + (words[:, 0] == "a") + rng.normal(size=40) * 0.3).astype("float32")
    ids = np.array([str(i) for i in range(40)])
    return {"x": x, "s": words, "w": weights, "id": ids, "u": x[:, :1]}, y


FEATURES, LABELS = rows()
COLUMNS = [
    fc.numeric_column("x", shape=(2,)),
    fc.categorical_column_with_vocabulary_list("s", ["a", "b", "c"]),
    fc.bucketized_column(fc.numeric_column("u"), [-1.0, 0.0, 1.0]),
]


def check(model, wanted):
    for name, values in wanted.items():
        found = model.get_variable_value(WEIGHTS.format(name)).ravel()
        np.testing.assert_allclose(found, values, atol=3e-5, err_msg=name)


def test_regression_ends_where_tensorflow_does(tmp_path):
    model = E.LinearRegressor(COLUMNS, tmp_path, optimizer=SDCA("id"))
    check(model.train(lambda: (FEATURES, LABELS), steps=150), REGRESSION)
    result = model.evaluate(lambda: (FEATURES, LABELS), steps=1)
    assert result["average_loss"] == pytest.approx(0.206046, rel=1e-4)
    assert WEIGHTS.format("x/weights_unshrunk") in model.get_variable_names()  # TensorFlow's name


def test_classes_with_weights_and_l1_end_where_tensorflow_does(tmp_path):
    sdca = SDCA("id", symmetric_l1_regularization=0.8, symmetric_l2_regularization=2.0)
    model = E.LinearClassifier(COLUMNS, tmp_path, optimizer=sdca, weight_column="w")
    model.train(lambda: (FEATURES, (LABELS > 0).astype("int64")), steps=150)
    check(model, WEIGHTED_CLASSES_WITH_L1)


def test_a_second_call_goes_on_with_the_duals(tmp_path):
    order = np.array([0, 1, 2, 3, 0, 4, 5, 6])  # an example twice in a batch
    features = {key: values[order] for key, values in FEATURES.items()}

    def model(folder):
        config = E.RunConfig(tf_random_seed=1)
        return E.LinearRegressor(COLUMNS[:2], folder, optimizer=SDCA("id", 2), config=config)

    def input_fn():
        return kerax.data.Dataset.from_tensor_slices((features, LABELS[order])).batch(8).repeat()

    once = model(tmp_path / "once").train(input_fn, steps=6)
    for _ in range(2):
        twice = model(tmp_path / "twice").train(input_fn, steps=3)
    for name in once.get_variable_names():
        np.testing.assert_array_equal(once.get_variable_value(name), twice.get_variable_value(name), err_msg=name)
    assert len(once.get_variable_value("training/SDCA/duals")) == 7


def test_what_it_cannot_train(tmp_path):
    labels = (LABELS > 0).astype("float32")
    with pytest.raises(ValueError, match="two classes, or one number; MultiClassHead"):
        E.LinearClassifier(COLUMNS, tmp_path, n_classes=3, optimizer=SDCA("id"))
    with pytest.raises(ValueError, match="sparse_combiner='sum'"):
        E.LinearClassifier(COLUMNS, tmp_path, optimizer=SDCA("id"), sparse_combiner="mean")
    with pytest.raises(ValueError, match="symmetric_l2_regularization=0.0. is above 0"):
        SDCA("id", symmetric_l2_regularization=0.0)
    with pytest.raises(ValueError, match="no such feature.*Did you mean 'id'"):
        E.LinearClassifier(COLUMNS, tmp_path, optimizer=SDCA("idd")).train(lambda: (FEATURES, labels), steps=1)
    with pytest.raises(ValueError, match=r"0\.5 lies between"):
        E.LinearClassifier(COLUMNS, tmp_path, optimizer=SDCA("id")).train(lambda: (FEATURES, labels * 0.5), steps=1)
    other = E.LinearRegressor(COLUMNS[:1], tmp_path / "ftrl").train(lambda: (FEATURES, LABELS), steps=1)
    with pytest.raises(ValueError, match="x/weights_unshrunk of shape .* is not in the checkpoint"):
        E.LinearRegressor(COLUMNS[:1], other.model_dir, optimizer=SDCA("id")).train(lambda: (FEATURES, LABELS), steps=1)


def test_further_metrics_leave_the_way_of_training(tmp_path):
    def more(labels, predictions):
        error = kerax.metrics.MeanAbsoluteError()
        error.update_state(labels, predictions["predictions"])
        return {"mae": error}

    sdca = E.add_metrics(E.LinearRegressor(COLUMNS[:1], tmp_path / "sdca", optimizer=SDCA("id")), more)
    sdca.train(lambda: (FEATURES, LABELS), steps=2)
    assert np.any(sdca.get_variable_value("training/SDCA/duals"))
    trees = E.BoostedTreesRegressor([fc.numeric_column("u")], 1, tmp_path / "trees", n_trees=2, max_depth=2)
    trees = E.add_metrics(trees, more).train(lambda: ({"u": FEATURES["u"]}, LABELS))
    assert trees.evaluate(lambda: ({"u": FEATURES["u"]}, LABELS), steps=1)["mae"] < np.abs(LABELS).mean()
