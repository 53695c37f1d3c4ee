"""Boosted trees: growing, pruning, going on, YDF, bad input."""

import sys

import numpy as np
import pytest

import kerax
from kerax.estimators.boosted_trees import Split, TreeEnsemble, predict_logits
from kerax.estimators.boosted_trees.proto import decode_ensemble, encode_ensemble
from kerax.estimators.boosted_trees.quantiles import QuantileStream
from kerax.estimators.boosted_trees.splits import Regularization, weights_and_gains

E, fc = kerax.estimators, kerax.feature_column
rng = np.random.default_rng(0)
ROWS = 200
X = {
    "a": rng.normal(size=ROWS).astype("float32"),
    "b": rng.normal(size=ROWS).astype("float32"),
    "c": rng.choice(["x", "y", "z"], ROWS),
    "d": rng.integers(0, 4, ROWS),
}
Z = X["a"] + (X["c"] == "y") * 2 * X["b"] + (X["d"] == 3)
Y = (Z > 0).astype("int64")


def columns():
    return [
        fc.numeric_column("a"),
        fc.bucketized_column(fc.numeric_column("b"), [-1, 0, 0.5]),
        fc.indicator_column(fc.categorical_column_with_vocabulary_list("c", ["x", "y", "z"])),
        fc.categorical_column_with_identity("d", 4),
    ]


def data(labels=Y, size=40):
    return lambda: kerax.data.Dataset.from_tensor_slices((X, labels)).batch(size).repeat()


def whole(labels=Y):
    return lambda: (X, labels)


def probabilities(estimator):
    return np.array([one["probabilities"] for one in estimator.predict(lambda: kerax.data.Dataset.from_tensors(X))])


class Stop(E.SessionRunHook):
    def __init__(self, steps):
        self.steps = steps

    def after_run(self, run_context, run_values):
        self.steps -= 1
        if not self.steps:
            raise KeyboardInterrupt


@pytest.mark.parametrize("steps", [2, 7, 31])  # in the quantiles, the bias, a layer
def test_interrupted_training_goes_on_to_the_same_trees(steps, tmp_path):
    def make(name):
        config = E.RunConfig(tmp_path / name, save_checkpoints_steps=3)
        return E.BoostedTreesClassifier(columns(), 5, n_trees=3, max_depth=2, center_bias=True, config=config)

    direct = make("direct").train(data())
    with pytest.raises(KeyboardInterrupt):
        make("cut").train(data(), hooks=[Stop(steps)])
    gone_on = make("cut").train(data())
    name = "boosted_trees:0_serialized"
    assert gone_on.get_variable_value(name).item() == direct.get_variable_value(name).item()
    assert gone_on.get_variable_value("global_step") == direct.get_variable_value("global_step")


def test_in_memory_is_one_batch_again_and_again(tmp_path):
    calls = []

    def input_fn():
        calls.append(1)
        return kerax.data.Dataset.from_tensors((X, Y))

    memory = E.BoostedTreesClassifier(columns(), 1, tmp_path / "m", n_trees=2, max_depth=2, train_in_memory=True)
    stream = E.BoostedTreesClassifier(columns(), 1, tmp_path / "s", n_trees=2, max_depth=2)
    memory.train(input_fn)
    stream.train(whole())
    assert len(calls) == 1 and memory.get_variable_value("global_step") == 4
    np.testing.assert_array_equal(probabilities(memory), probabilities(stream))


def test_evaluation_while_training_reads_the_checkpoint(tmp_path):
    estimator = E.BoostedTreesClassifier(
        columns(), 1, config=E.RunConfig(tmp_path, save_checkpoints_steps=2), n_trees=3
    )
    spec = E.EvalSpec(lambda: kerax.data.Dataset.from_tensors((X, Y)), steps=1, throttle_secs=0)
    E.train_and_evaluate(estimator, E.TrainSpec(whole(), max_steps=6), spec)
    direct = E.BoostedTreesClassifier(columns(), 1, tmp_path / "direct", n_trees=3).train(whole(), max_steps=6)
    np.testing.assert_array_equal(probabilities(estimator), probabilities(direct))
    losses = [number for _, tag, number in events(estimator.eval_dir()) if tag == "loss"]
    assert losses == sorted(losses, reverse=True) and len(set(losses)) == len(losses) > 1


def events(folder):
    from kerax.estimators.event_reader import read_events

    return read_events(folder)


def test_training_of_a_complete_ensemble_does_nothing(tmp_path):
    estimator = E.BoostedTreesRegressor(columns()[:1], 1, tmp_path, n_trees=1, max_depth=1).train(whole(Z))
    assert estimator.train(whole(Z)).get_variable_value("global_step") == 1


def test_post_pruning_cuts_what_gains_nothing(tmp_path):
    def make(mode, complexity):
        return E.BoostedTreesRegressor(
            columns(), 1, tmp_path / mode, n_trees=2, max_depth=4, tree_complexity=complexity, pruning_mode=mode
        ).train(whole(Z))

    full = decode_ensemble(make("none", 0.0).get_variable_value("boosted_trees:0_serialized").item(), 1)
    cut = decode_ensemble(make("post", 0.05).get_variable_value("boosted_trees:0_serialized").item(), 1)
    assert 1 < len(cut.trees[0]) < len(full.trees[0])
    for tree in cut.trees:  # a split that gains nothing stays only above one that does
        for node, kind in enumerate(tree.kind):
            leaves = not tree.kind[tree.left[node]] and not tree.kind[tree.right[node]]
            assert not (kind and leaves and tree.gain[node] < 0)


def test_weights_gains_and_several_outputs():
    sums = np.array([[3.0, 2.0], [-0.5, 1.0], [1.0, 0.0]], np.float32)
    weight, gain = weights_and_gains(sums, 1, Regularization(l1=1.0, l2=0.0))
    np.testing.assert_allclose(weight[:, 0], [-1.0, 0.0, 0.0])
    np.testing.assert_allclose(gain, [2.0, 0.0, 0.0])
    hessian = np.array([[2.0, -1.0], [-1.0, 3.0]])
    gradient = np.array([1.0, -2.0])
    weight, gain = weights_and_gains(np.concatenate([gradient, hessian.ravel()]).astype("float32"), 2, Regularization())
    np.testing.assert_allclose(weight, -np.linalg.solve(hessian, gradient), rtol=1e-6)
    assert gain == pytest.approx(gradient @ np.linalg.solve(hessian, gradient), rel=1e-6)


def test_quantiles_of_a_stream_of_batches():
    values = np.random.default_rng(1).normal(size=20_000).astype("float32")
    stream = QuantileStream(0.05)
    for part in np.split(values[:4000], 20):  # sketched
        stream.add(part)
    stream.add(values[4000:])  # sorted
    edges = stream.boundaries()
    shares = np.diff(np.searchsorted(np.sort(values), edges)) / len(values)
    assert len(edges) <= 20 and (np.diff(edges) > 0).all() and edges[-1] == values.max()
    assert shares.max() < 3 * 0.05


def test_a_tree_by_hand_as_arrays_and_bytes():
    ensemble = TreeEnsemble(2)
    tree = ensemble.add_tree([0.0, 1.0])
    tree.split(0, Split(1, 0, 3, 0.5, np.array([1.0, 0.0]), np.array([0.0, 2.0])), 0.5)
    tree.split(1, Split(2, 1, 7, 0.25, np.array([4.0, 0.0]), np.array([0.0, 0.0])), 0.5)
    buckets = np.array([[3, 7], [3, 6], [4, 7]])
    wanted = [[2.5, 1.0], [0.5, 1.0], [0.0, 2.0]]
    np.testing.assert_array_equal(predict_logits(ensemble, buckets), wanted)
    again = decode_ensemble(encode_ensemble(ensemble), 2)
    np.testing.assert_array_equal(predict_logits(again, buckets), wanted)


@pytest.mark.parametrize("cut", [3, 20, 60])
def test_damaged_bytes_are_a_value_error(cut):
    ensemble = TreeEnsemble(1)
    tree = ensemble.add_tree()
    tree.split(0, Split(1, 0, 3, 0.5, np.array([1.0]), np.array([0.0])), 0.5)
    with pytest.raises(ValueError, match="ensemble"):
        decode_ensemble(encode_ensemble(ensemble)[:cut], 1)
    with pytest.raises(ValueError, match="children"):
        tree.left[0] = 0
        decode_ensemble(encode_ensemble(ensemble), 1)


# ---- YDF ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 3, 0])
def test_ydf_grows_trees_that_predict_as_ydf_does(classes, tmp_path, monkeypatch):
    pytest.importorskip("ydf")
    from kerax.estimators.boosted_trees import ydf_trainer

    models = []
    made = ydf_trainer._Conversion.__init__
    monkeypatch.setattr(
        ydf_trainer._Conversion,
        "__init__",
        lambda self, model, *rest: (models.append(model), made(self, model, *rest))[1],
    )
    arguments = {"n_trees": 4, "max_depth": 3, "trainer": "ydf", "l2_regularization": 0.001}
    if classes:
        labels = Y if classes == 2 else np.digitize(Z, [-1, 1])
        estimator = E.BoostedTreesClassifier(columns(), 1, tmp_path, n_classes=classes, **arguments)
    else:
        labels, estimator = Z, E.BoostedTreesRegressor(columns(), 1, tmp_path, **arguments)
    estimator.train(whole(labels))
    assert estimator.get_variable_value("global_step") == 12
    trees = estimator._trees
    columns_of_ydf = ydf_trainer._columns(trees.features, trees.features.read(X))
    wanted = models[0].predict(columns_of_ydf)
    if classes:
        found = probabilities(estimator)
        found = found[:, 1] if classes == 2 else found
    else:
        found = np.array(
            [one["predictions"][0] for one in estimator.predict(lambda: kerax.data.Dataset.from_tensors(X))]
        )
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6)
    assert estimator.experimental_feature_importances(True)["a"] > 0.1


def test_ydf_trees_are_read_without_ydf(tmp_path, monkeypatch):
    pytest.importorskip("ydf")
    first = E.BoostedTreesClassifier(columns(), 5, tmp_path, n_trees=3, max_depth=2, trainer="ydf").train(data())
    wanted = probabilities(first)
    monkeypatch.setitem(sys.modules, "ydf", None)
    again = E.BoostedTreesClassifier(columns(), 5, tmp_path, n_trees=3, max_depth=2)
    np.testing.assert_array_equal(probabilities(again), wanted)
    bias_and_rest = list(again._trees.ensemble.trees[0].value[0])
    assert len(bias_and_rest) == 1
    with pytest.raises(ImportError, match="pip install ydf"):
        E.BoostedTreesClassifier(columns(), 1, tmp_path / "new", trainer="ydf").train(whole())


def test_explanations_add_up(tmp_path):
    estimator = E.BoostedTreesClassifier(columns(), 1, tmp_path, n_trees=3, max_depth=3, center_bias=True)
    estimator.train(whole())
    for one in estimator.experimental_predict_with_explanations(lambda: kerax.data.Dataset.from_tensors(X)):
        assert one["bias"] + sum(one["dfc"].values()) == pytest.approx(one["probabilities"][1], abs=1e-6)
    table = estimator.explain(lambda: kerax.data.Dataset.from_tensors(X))
    assert len(table.details) == ROWS and table["a"] > 0 and "a " in str(table) and "<td>a</td>" in table._repr_html_()


# ---- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"n_trees": 0}, "n_trees is a whole number"),
        ({"max_depth": 1.5}, "max_depth is a whole number"),
        ({"learning_rate": 0.0}, "learning_rate is a number above 0"),
        ({"l2_regularization": -1.0}, "l2_regularization is a number of at least 0"),
        ({"tree_complexity": 0.1}, "pruning_mode='pre' or 'post'"),
        ({"pruning_mode": "pre"}, "set tree_complexity above 0"),
        ({"pruning_mode": "prost", "tree_complexity": 0.1}, "Did you mean 'post'"),
        ({"n_classes": 3, "center_bias": True}, "center_bias=True works with one logit"),
        ({"n_classes": 3, "l1_regularization": 0.1}, "l1_regularization works with one logit"),
        ({"n_batches_per_layer": 2, "train_in_memory": True}, "n_batches_per_layer has to be 1"),
        ({"trainer": "YDF"}, "Did you mean 'ydf'"),
    ],
)
def test_arguments_are_checked(arguments, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        E.BoostedTreesClassifier(columns(), **{"n_batches_per_layer": 1, "model_dir": tmp_path, **arguments})


def test_what_ydf_has_no_counterpart_of_is_named(tmp_path):
    estimator = E.BoostedTreesClassifier(columns(), 1, tmp_path, min_node_weight=0.1, trainer="ydf")
    with pytest.raises(ValueError, match="YDF has no counterpart of min_node_weight=0.1"):
        estimator.train(whole())


def test_columns_are_checked(tmp_path):
    embedding = fc.embedding_column(fc.categorical_column_with_identity("d", 4), 2)
    with pytest.raises(ValueError, match="cannot use column 'd_embedding'"):
        E.BoostedTreesClassifier([embedding], 1, tmp_path)
    estimator = E.BoostedTreesClassifier(columns(), 1, tmp_path)
    with pytest.raises(ValueError, match="'c' is missing"):
        estimator.train(lambda: ({key: X[key] for key in "abd"}, Y))
    with pytest.raises(ValueError, match="train the Estimator"):
        estimator.experimental_feature_importances()
    with pytest.raises(ValueError, match="center_bias=True"):
        next(estimator.experimental_predict_with_explanations(whole()))


def test_another_model_under_the_directory_is_refused(tmp_path):
    E.BoostedTreesClassifier(columns(), 1, tmp_path, n_trees=2, max_depth=2).train(whole())
    with pytest.raises(ValueError, match="feature_columns make 1 features"):
        E.BoostedTreesClassifier(columns()[1:2], 1, tmp_path, n_trees=4).train(whole())
    with pytest.raises(ValueError, match="leaves of"):
        E.BoostedTreesClassifier(columns(), 1, tmp_path, n_trees=4, n_classes=3).train(whole())
