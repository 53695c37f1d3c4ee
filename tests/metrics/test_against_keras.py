"""Every metric class and function against the same one of Keras 3, with and without weights, streamed over batches."""

import keras
import numpy as np
import pytest

import kerax

# Keras reads its variables in a way that NumPy 2 warns of, and asks JAX for int64.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64:UserWarning"),
]
BATCH, CLASSES, BATCHES = 12, 4, 3
TOLERANCE = {"rtol": 1e-5, "atol": 1e-6}


def data(kind, seed):
    """Labels and predictions of one kind."""
    random = np.random.RandomState(seed)
    probabilities = random.dirichlet(np.ones(CLASSES), BATCH).astype("float32")
    labels = random.randint(0, CLASSES, BATCH)
    if kind == "numbers":
        return random.normal(size=(BATCH, 3)).astype("float32"), random.normal(size=(BATCH, 3)).astype("float32")
    if kind == "positive":
        return random.uniform(0.1, 3, (BATCH, 3)).astype("float32"), random.uniform(0.1, 3, (BATCH, 3)).astype(
            "float32"
        )
    if kind == "one-hot":
        return np.eye(CLASSES, dtype="float32")[labels], probabilities
    if kind == "sparse":
        return labels.astype("int32"), probabilities
    if kind == "column":
        return labels.astype("int32")[:, None], probabilities
    if kind == "sequence":
        return random.randint(0, CLASSES, (BATCH, 5)), random.dirichlet(np.ones(CLASSES), (BATCH, 5)).astype("float32")
    if kind == "binary":
        return random.randint(0, 2, BATCH).astype("float32"), random.uniform(size=BATCH).astype("float32")
    if kind == "binary column":
        return random.randint(0, 2, BATCH).astype("float32"), random.uniform(size=(BATCH, 1)).astype("float32")
    if kind == "grid":  # predictions that lie on thresholds
        return random.randint(0, 2, BATCH).astype("float32"), (random.randint(0, 11, BATCH) / 10).astype("float32")
    if kind == "multilabel":
        return random.randint(0, 2, (BATCH, CLASSES)).astype("float32"), random.uniform(size=(BATCH, CLASSES)).astype(
            "float32"
        )
    if kind == "ids":
        return labels, random.randint(0, CLASSES, BATCH)
    raise KeyError(kind)


CASES = [
    ("MeanSquaredError", {}, "numbers"),
    ("RootMeanSquaredError", {}, "numbers"),
    ("MeanAbsoluteError", {}, "numbers"),
    ("MeanAbsolutePercentageError", {}, "numbers"),
    ("MeanSquaredLogarithmicError", {}, "positive"),
    ("LogCoshError", {}, "numbers"),
    ("CosineSimilarity", {}, "numbers"),
    ("R2Score", {}, "numbers"),
    ("R2Score", {"class_aggregation": None}, "numbers"),
    ("R2Score", {"class_aggregation": "variance_weighted_average", "num_regressors": 2}, "numbers"),
    ("PearsonCorrelation", {}, "numbers"),
    ("ConcordanceCorrelation", {}, "numbers"),
    ("Poisson", {}, "positive"),
    ("KLDivergence", {}, "one-hot"),
    ("Hinge", {}, "multilabel"),
    ("SquaredHinge", {}, "multilabel"),
    ("CategoricalHinge", {}, "one-hot"),
    ("BinaryCrossentropy", {"label_smoothing": 0.1}, "multilabel"),
    ("BinaryCrossentropy", {"from_logits": True}, "multilabel"),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, "one-hot"),
    ("SparseCategoricalCrossentropy", {}, "sparse"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 1, "from_logits": True}, "sparse"),
    ("Accuracy", {}, "ids"),
    ("BinaryAccuracy", {"threshold": 0.3}, "multilabel"),
    ("BinaryAccuracy", {}, "binary column"),
    ("CategoricalAccuracy", {}, "one-hot"),
    ("SparseCategoricalAccuracy", {}, "sparse"),
    ("SparseCategoricalAccuracy", {}, "column"),
    ("SparseCategoricalAccuracy", {}, "sequence"),
    ("TopKCategoricalAccuracy", {"k": 2}, "one-hot"),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, "sparse"),
    ("SparseTopKCategoricalAccuracy", {"k": 3}, "sequence"),
    ("TruePositives", {}, "binary"),
    ("TrueNegatives", {"thresholds": [0.2, 0.7]}, "binary"),
    ("FalsePositives", {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}, "grid"),
    ("FalseNegatives", {"thresholds": list(np.linspace(0.05, 0.97, 30))}, "binary"),
    ("Precision", {}, "multilabel"),
    ("Precision", {"top_k": 2, "class_id": 1}, "multilabel"),
    ("Recall", {"thresholds": [0.9, 0.1, 0.5]}, "multilabel"),
    ("Recall", {"top_k": 1}, "one-hot"),
    ("SensitivityAtSpecificity", {"specificity": 0.6}, "binary"),
    ("SpecificityAtSensitivity", {"sensitivity": 0.6, "num_thresholds": 1}, "binary"),
    ("PrecisionAtRecall", {"recall": 0.6, "class_id": 2}, "multilabel"),
    ("RecallAtPrecision", {"precision": 0.6}, "binary"),
    *[
        ("AUC", {"curve": curve, "summation_method": method, "num_thresholds": 11}, "grid")
        for curve in ("ROC", "PR", "PRGAIN")
        for method in ("interpolation", "majoring", "minoring")
    ],
    ("AUC", {}, "binary"),
    ("AUC", {"thresholds": [0.1, 0.45, 0.8]}, "binary"),
    ("AUC", {"thresholds": list(np.random.RandomState(0).uniform(size=40))}, "binary"),
    ("AUC", {"multi_label": True, "label_weights": [0.1, 0.2, 0.3, 0.4]}, "multilabel"),
    ("AUC", {"label_weights": [0.1, 0.2, 0.3, 0.4]}, "multilabel"),
    ("AUC", {"multi_label": True, "thresholds": [0.3, 0.4], "num_labels": 4}, "multilabel"),
    ("AUC", {"from_logits": True}, "binary"),
    ("F1Score", {"average": "macro"}, "one-hot"),
    ("F1Score", {"average": "weighted", "threshold": 0.4}, "multilabel"),
    ("FBetaScore", {"beta": 0.5, "average": "micro"}, "one-hot"),
    ("FBetaScore", {"beta": 2.0}, "one-hot"),
    ("IoU", {"num_classes": 4, "target_class_ids": [0, 2], "dtype": "float32"}, "ids"),
    ("MeanIoU", {"num_classes": 4, "ignore_class": 1, "dtype": "float32"}, "ids"),
    ("MeanIoU", {"num_classes": 3, "dtype": "float32"}, "ids"),
    ("BinaryIoU", {"threshold": 0.3, "dtype": "float32"}, "binary"),
    ("OneHotIoU", {"num_classes": 4, "target_class_ids": [1, 2], "dtype": "float32"}, "one-hot"),
    ("OneHotMeanIoU", {"num_classes": 4, "dtype": "float32"}, "one-hot"),
]


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize(("name", "options", "kind"), CASES)
def test_streaming(name, options, kind, weighted):
    theirs, ours = getattr(keras.metrics, name)(**options), getattr(kerax.metrics, name)(**options)
    for seed in range(BATCHES):
        y_true, y_pred = data(kind, seed)
        weight = np.random.RandomState(seed + 50).uniform(0, 2, BATCH).astype("float32") if weighted else None
        if weighted and name == "SparseCategoricalAccuracy" and kind == "column":
            weight = weight[:, None]
        theirs.update_state(y_true, y_pred, sample_weight=weight)
        ours.update_state(y_true, y_pred, sample_weight=weight)
        np.testing.assert_allclose(ours.result(), np.asarray(theirs.result()), **TOLERANCE)
    assert [v.name for v in ours.variables] == [v.name for v in theirs.variables]
    for actual, expected in zip(ours.variables, theirs.variables):
        np.testing.assert_allclose(
            actual.numpy(), np.asarray(expected.value), rtol=1e-5, atol=1e-5, err_msg=actual.path
        )
    ours.reset_state()
    assert all(not v.numpy().any() for v in ours.variables)


@pytest.mark.parametrize(("name", "options", "kind"), CASES)
def test_configuration(name, options, kind):
    theirs, ours = getattr(keras.metrics, name)(name="m", **options), getattr(kerax.metrics, name)(name="m", **options)
    config = ours.get_config()
    for key, expected in theirs.get_config().items():
        actual = config[key]
        if key in ("label_weights", "thresholds") and expected is not None:
            np.testing.assert_allclose(actual, expected)
        else:
            assert actual == expected, key
    again = kerax.metrics.deserialize(kerax.metrics.serialize(ours))
    assert type(again) is type(ours) and again.get_config() == config


@pytest.mark.parametrize("name", sorted({name for name, _, _ in CASES} | {"Mean", "Sum"}))
def test_default_name(name):
    options = {
        "IoU": {"num_classes": 2, "target_class_ids": [0]},
        "OneHotIoU": {"num_classes": 2, "target_class_ids": [0]},
        "MeanIoU": {"num_classes": 2},
        "OneHotMeanIoU": {"num_classes": 2},
        "SensitivityAtSpecificity": {"specificity": 0.5},
        "SpecificityAtSensitivity": {"sensitivity": 0.5},
        "PrecisionAtRecall": {"recall": 0.5},
        "RecallAtPrecision": {"precision": 0.5},
    }.get(name, {})
    keras.utils.clear_session(free_memory=False)  # names alone: collecting garbage 44 times takes 15 s
    kerax.state.naming.reset_names()
    assert getattr(kerax.metrics, name)(**options).name == getattr(keras.metrics, name)(**options).name


WEIGHTS = [(4,), (4, 1), (4, 3), (4, 3, 1), (4, 3, 2)]


@pytest.mark.parametrize("shape", WEIGHTS)
@pytest.mark.parametrize("name", ["Mean", "Sum"])
def test_weights_broadcast_as_in_keras(name, shape):
    random = np.random.RandomState(0)
    values, weights = random.normal(size=(4, 3, 2)).astype("float32"), random.uniform(size=shape).astype("float32")
    theirs, ours = getattr(keras.metrics, name)(), getattr(kerax.metrics, name)()
    theirs.update_state(values, sample_weight=weights)
    ours.update_state(values, sample_weight=weights)
    for actual, expected in zip(ours.variables, theirs.variables):
        np.testing.assert_allclose(actual.numpy(), np.asarray(expected.value), rtol=1e-5)


@pytest.mark.parametrize("values", [3.0, [1.0, 2.0], np.ones((2, 3, 2), "float32"), np.zeros((0,), "float32")])
def test_unweighted_means_as_in_keras(values):
    theirs, ours = keras.metrics.Mean(), kerax.metrics.Mean()
    for _ in range(2):
        np.testing.assert_allclose(ours(values), np.asarray(theirs(values)))
    for actual, expected in zip(ours.variables, theirs.variables):
        np.testing.assert_allclose(actual.numpy(), np.asarray(expected.value), rtol=1e-6)
