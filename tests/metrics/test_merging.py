"""Merging the states of two parts of the data equals the state of the whole, for every metric."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kerax

metrics = kerax.metrics
SIZE = 8
CUTS = (1, 4, 6)  # few shapes, so that few programs are compiled

# Metric to (arguments, kind of data); `weights`: whether it takes sample weights.
SIMPLE = {
    "binary": """AUC Accuracy BinaryAccuracy FalseNegatives FalsePositives TrueNegatives TruePositives Precision
        Recall""",
    "column": "BinaryCrossentropy Hinge SquaredHinge",
    "real": """ConcordanceCorrelation CosineSimilarity LogCoshError MeanAbsoluteError MeanAbsolutePercentageError
        MeanSquaredError MeanSquaredLogarithmicError PearsonCorrelation R2Score RootMeanSquaredError Poisson""",
    "distributions": "KLDivergence CategoricalCrossentropy CategoricalAccuracy CategoricalHinge F1Score FBetaScore",
    "classes": "SparseCategoricalAccuracy SparseCategoricalCrossentropy",
    "values": "Mean Sum",
}
CASES = {name: (getattr(metrics, name), kind) for kind, names in SIMPLE.items() for name in names.split()}
CASES |= {
    "AUC with labels": (lambda: metrics.AUC(multi_label=True, num_labels=3, curve="PR"), "distributions"),
    "AUC by thresholds": (lambda: metrics.AUC(thresholds=[0.2, 0.3, 0.9], curve="PR"), "binary"),
    "BinaryIoU": (lambda: metrics.BinaryIoU(dtype="float32"), "binary"),
    "F1Score with threshold": (lambda: metrics.F1Score(average="micro", threshold=0.4), "distributions"),
    "IoU": (lambda: metrics.IoU(3, [0, 2], dtype="float32"), "ids"),
    "MeanIoU": (lambda: metrics.MeanIoU(3, dtype="float32"), "ids"),
    "OneHotIoU": (lambda: metrics.OneHotIoU(3, [0], dtype="float32"), "distributions"),
    "OneHotMeanIoU": (lambda: metrics.OneHotMeanIoU(3, dtype="float32"), "distributions"),
    "MeanMetricWrapper": (lambda: metrics.MeanMetricWrapper(metrics.mean_squared_error), "real"),
    "MeanRelativeError": (lambda: metrics.MeanRelativeError(normalizer=[2.0, 1.0, 0.5]), "real"),
    "MeanTensor": (lambda: metrics.MeanTensor(), "rows"),
    "Precision with class_id": (lambda: metrics.Precision(class_id=1, top_k=2), "distributions"),
    "PrecisionAtRecall": (lambda: metrics.PrecisionAtRecall(0.5, num_thresholds=9), "binary"),
    "RecallAtPrecision": (lambda: metrics.RecallAtPrecision(0.5, num_thresholds=9), "binary"),
    "SensitivityAtSpecificity": (lambda: metrics.SensitivityAtSpecificity(0.5, num_thresholds=9), "binary"),
    "SpecificityAtSensitivity": (lambda: metrics.SpecificityAtSensitivity(0.5, num_thresholds=9), "binary"),
    "SparseTopKCategoricalAccuracy": (lambda: metrics.SparseTopKCategoricalAccuracy(2), "classes"),
    "TopKCategoricalAccuracy": (lambda: metrics.TopKCategoricalAccuracy(2), "distributions"),
}
NOT_ADDITIVE_WITH_WEIGHTS = {"MeanTensor"}  # a weight for each of its elements, not for each example


def draw(kind, seed):
    random = np.random.default_rng(seed)
    if kind == "binary":
        return random.integers(0, 2, SIZE).astype("float32"), random.uniform(size=SIZE).astype("float32")
    if kind == "column":
        return tuple(array[:, None] for array in draw("binary", seed))
    if kind == "real":
        return tuple(np.abs(random.normal(size=(2, SIZE, 3)) + 2).astype("float32"))
    if kind == "ids":
        return random.integers(0, 3, SIZE), random.integers(0, 3, SIZE)
    scores = random.dirichlet(np.ones(3), SIZE).astype("float32")
    classes = random.integers(0, 3, SIZE)
    if kind == "classes":
        return classes, scores
    if kind == "distributions":
        return np.eye(3, dtype="float32")[classes], scores
    return (random.normal(size=SIZE).astype("float32"),)


def parts_of(arrays, cut, kind):
    if kind == "rows":  # the metric averages element by element, so its input has one shape
        return [[arrays[0]], [2 * arrays[0]]]
    return [[array[:cut] for array in arrays], [array[cut:] for array in arrays]]


def test_every_metric_is_here():
    classes = {name for name in metrics.__all__ if inspect.isclass(getattr(metrics, name))}
    assert {name.split(" ")[0] for name in CASES} == classes - {"Metric", "PureMetric"}


@settings(max_examples=2, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1000), cut=st.sampled_from(CUTS), weighted=st.booleans())
@pytest.mark.parametrize("name", CASES)
def test_halves_are_the_whole(name, seed, cut, weighted):
    make, kind = CASES[name]
    arrays = draw(kind, seed)
    weights = np.random.default_rng(seed + 1).uniform(0.5, 2.0, SIZE).astype("float32")
    whole, halves = make(), [make(), make()]
    for half, part, part_weights in zip(halves, parts_of(arrays, cut, kind), (weights[:cut], weights[cut:])):
        more = {"sample_weight": part_weights} if weighted and name not in NOT_ADDITIVE_WITH_WEIGHTS else {}
        half.update_state(*part, **more)
        if kind == "rows":
            whole.update_state(*part)
    if kind != "rows":
        whole.update_state(*arrays, **({"sample_weight": weights} if weighted else {}))
    expected = np.asarray(whole.result())
    assert np.isfinite(expected).all()
    _, _, result, merge = halves[0].pure
    states = [{path: variable.value for path, variable, _ in kerax.state.walk(half)} for half in halves]
    np.testing.assert_allclose(result(merge(*states)), expected, rtol=2e-5, atol=2e-6)
    halves[0].merge_state(halves[1:])
    np.testing.assert_allclose(halves[0].result(), expected, rtol=2e-5, atol=2e-6)
