"""The base class: subclasses, pure functions, masks, ties, errors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from kerax.state import Scope, set_mask

# ---------------------------------------------------------------- subclasses


class KerasStyle(kerax.metrics.Metric):
    def __init__(self, name="hits", **kwargs):
        super().__init__(name=name, **kwargs)
        self.hits = self.add_weight(name="hits", initializer="zeros", shape=(2,))
        self.inner = kerax.metrics.Mean(name="inner")

    def update_state(self, y_true, y_pred, sample_weight=None):
        equal = jnp.asarray(y_true) == jnp.asarray(y_pred)
        self.hits.assign_add(jnp.array([jnp.sum(equal), equal.size], jnp.float32))
        self.inner.update_state(equal)

    def result(self):
        return {"share": self.hits[0] / self.hits[1], "mean": self.inner.result()}


class TensorFlowStyle(kerax.metrics.Metric):
    def __init__(self, name="old", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight("total", initializer="zeros")
        self.resets = 0

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(jnp.sum(jnp.asarray(y_pred)))

    def result(self):
        return self.total

    def reset_states(self):
        self.resets += 1
        self.total.assign(0.0)


def test_a_subclass_in_keras_style():
    metric = KerasStyle()
    result = metric([1, 2, 3, 4], [1, 2, 0, 0])
    assert float(result["share"]) == 0.5 == float(result["mean"])
    assert [v.path for v in metric.variables] == ["hits/hits", "inner/total", "inner/count"]
    assert metric.trainable_variables == [] and metric.hits.trainable is False
    metric.reset_state()
    assert not metric.hits.numpy().any() and float(metric.inner.result()) == 0.0


def test_a_subclass_that_overrides_the_older_reset():
    metric = TensorFlowStyle()
    metric.update_state(None, [1.0, 2.0])
    metric.reset_state()
    assert metric.resets == 1 and float(metric.result()) == 0.0
    metric.reset_states()
    assert metric.resets == 2


def test_a_subclass_that_overrides_the_newer_reset():
    class Newer(TensorFlowStyle):
        reset_states = kerax.metrics.Metric.reset_states

        def reset_state(self):
            super().reset_state()
            self.resets += 1

    metric = Newer()
    metric.update_state(None, [1.0])
    metric.reset_states()
    assert metric.resets == 1 and float(metric.result()) == 0.0


def test_what_a_subclass_forgot():
    class Empty(kerax.metrics.Metric):
        pass

    class Early(kerax.metrics.Metric):
        def __init__(self):
            self.total = self.add_weight("total")

    with pytest.raises(NotImplementedError, match="update_state"):
        Empty().update_state()
    with pytest.raises(NotImplementedError, match="result"):
        Empty().result()
    with pytest.raises(RuntimeError, match="super"):
        Early()
    with pytest.raises(TypeError, match="name"):
        kerax.metrics.Mean(name=3)


# ---------------------------------------------------------------- pure functions

MAKERS = {
    "Mean": (lambda: kerax.metrics.Mean(), "values"),
    "SparseCategoricalAccuracy": (lambda: kerax.metrics.SparseCategoricalAccuracy(), "sparse"),
    "RootMeanSquaredError": (lambda: kerax.metrics.RootMeanSquaredError(), "binary"),
    "AUC": (lambda: kerax.metrics.AUC(num_thresholds=7), "binary"),
    "AUC by thresholds": (lambda: kerax.metrics.AUC(thresholds=[0.2, 0.3, 0.9], curve="PR"), "binary"),
    "Precision": (lambda: kerax.metrics.Precision(thresholds=[0.2, 0.6]), "binary"),
    "SensitivityAtSpecificity": (lambda: kerax.metrics.SensitivityAtSpecificity(0.5), "binary"),
    "MeanIoU": (lambda: kerax.metrics.MeanIoU(3), "ids"),
    "F1Score": (lambda: kerax.metrics.F1Score(), "many"),
    "R2Score": (lambda: kerax.metrics.R2Score(), "many"),
    "MeanTensor": (lambda: kerax.metrics.MeanTensor(), "row"),
}


def draw(kind, seed, size):
    random = np.random.RandomState(seed)
    if kind == "values":
        return (random.normal(size=size).astype("float32"),)
    if kind == "row":
        return (random.normal(size=(3, 2)).astype("float32"),)
    if kind == "sparse":
        return random.randint(0, 3, size), random.uniform(size=(size, 3)).astype("float32")
    if kind == "ids":
        return random.randint(0, 3, size), random.randint(0, 3, size)
    if kind == "many":
        return random.randint(0, 2, (size, 3)).astype("float32"), random.uniform(size=(size, 3)).astype("float32")
    return random.randint(0, 2, size).astype("float32"), random.uniform(size=size).astype("float32")


@pytest.mark.parametrize("name", MAKERS)
def test_pure_functions_under_jit(name):
    make, kind = MAKERS[name]
    metric, eager = make(), make()
    batch = draw(kind, 0, 6)
    metric.update_state(*batch)
    eager.update_state(*batch)
    eager.update_state(*draw(kind, 1, 6))
    before = [v.numpy() for v in metric.variables]
    init, update, result, _ = metric.pure
    state = init()
    for seed in (0, 1):
        state = jax.jit(update)(state, *draw(kind, seed, 6))
    np.testing.assert_allclose(jax.jit(result)(state), eager.result(), rtol=1e-5, atol=1e-6)
    assert all(np.array_equal(a, v.numpy()) for a, v in zip(before, metric.variables))


def test_stateless_functions():
    metric = kerax.metrics.Mean()
    values = metric.stateless_update_state(metric.stateless_reset_state(), [1.0, 3.0])
    assert float(metric.stateless_result(values)) == 2.0 and float(metric.result()) == 0.0
    with pytest.raises(ValueError, match="2 variables"):
        metric.stateless_result([1.0])


def test_updates_inside_a_scope_leave_the_boxes_alone():
    metric = kerax.metrics.SparseCategoricalAccuracy()

    @jax.jit
    def step(arrays, y_true, y_pred):
        with Scope({id(v): a for v, a in zip(metric.variables, arrays)}) as scope:
            metric.update_state(y_true, y_pred)
        return [scope.values[id(v)] for v in metric.variables]

    total, count = step([jnp.zeros(()), jnp.zeros(())], jnp.array([1, 0]), jnp.array([[0.1, 0.9], [0.2, 0.8]]))
    assert (float(total), float(count)) == (1.0, 2.0)
    assert float(metric.count.value) == 0.0


def test_merging_unlike_metrics():
    with pytest.raises(ValueError, match="variables differ"):
        kerax.metrics.Mean().merge_state([kerax.metrics.Sum()])


# ---------------------------------------------------------------- numbers


def test_a_mask_on_the_predictions_counts():
    y_true, y_pred = jnp.array([[1, 0, 1]]), jnp.array([[[0.1, 0.9], [0.2, 0.8], [0.9, 0.1]]])
    set_mask(y_pred, jnp.array([[True, True, False]]))
    metric = kerax.metrics.SparseCategoricalAccuracy()
    assert float(metric(y_true, y_pred)) == 0.5
    assert (
        float(kerax.metrics.SparseCategoricalAccuracy()(y_true, y_pred, sample_weight=jnp.array([[1.0, 0.0, 5.0]])))
        == 1.0
    )


@pytest.mark.parametrize("classes", [3, 200])
def test_accuracy_is_that_of_argmax_also_with_ties(classes):
    random = np.random.RandomState(0)
    scores = random.randint(0, 4, (500, classes)).astype("float32")  # many equal scores
    labels = np.where(random.uniform(size=500) < 0.5, scores.argmax(-1), random.randint(-2, classes + 2, 500))
    expected = (scores.argmax(-1) == labels).astype("float32")
    np.testing.assert_array_equal(kerax.metrics.sparse_categorical_accuracy(labels, scores), expected)
    np.testing.assert_array_equal(kerax.metrics.sparse_categorical_accuracy(labels.astype("float32"), scores), expected)


def test_many_thresholds_need_little_memory():
    thresholds = list(np.random.RandomState(0).uniform(size=1000))
    metric = kerax.metrics.TruePositives(thresholds=thresholds)
    init, update, _, _ = metric.pure
    n = 100_000
    compiled = jax.jit(update).lower(init(), jnp.zeros(n), jnp.zeros(n)).compile()
    assert compiled.memory_analysis().temp_size_in_bytes < 64 * n  # a table of n x thresholds would take 4000 * n


def test_adjusted_r2_falls_back_with_few_samples():
    metric, plain = kerax.metrics.R2Score(num_regressors=5), kerax.metrics.R2Score()
    batch = [[1.0], [2.0], [4.0]], [[1.5], [2.0], [3.0]]
    assert float(metric(*batch)) == float(plain(*batch))


def test_mean_relative_error():
    metric = kerax.metrics.MeanRelativeError(normalizer=[1.0, 0.0])
    assert float(metric([[1.0, 2.0]], [[3.0, 5.0]])) == 1.0
    assert kerax.metrics.MeanRelativeError.from_config(metric.get_config()).get_config() == metric.get_config()


def test_results_before_any_data():
    assert float(kerax.metrics.F1Score(average="macro").result()) == 0.0
    assert float(kerax.metrics.AUC().result()) == 0.0
    with pytest.raises(ValueError, match="has seen no array"):
        kerax.metrics.MeanTensor().result()


# ---------------------------------------------------------------- names and errors


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("mse", "MeanSquaredError"),
        ("MAE", "MeanAbsoluteError"),
        ("mean_absolute_error", "MeanAbsoluteError"),
        ("AUC", "AUC"),
        ("auc", "AUC"),
        ("categorical_accuracy", "CategoricalAccuracy"),
        ("binary_crossentropy", "BinaryCrossentropy"),
        ("Recall", "Recall"),
        ({"class_name": "Precision", "config": {"thresholds": 0.3}}, "Precision"),
        (kerax.metrics.Mean, "Mean"),
    ],
)
def test_get(identifier, name):
    assert type(kerax.metrics.get(identifier)) is getattr(kerax.metrics, name)


def test_get_functions_and_wrong_names():
    assert kerax.metrics.get("huber") is kerax.metrics.huber and kerax.metrics.get(None) is None
    assert kerax.metrics.mse is kerax.losses.mean_squared_error
    with pytest.raises(ValueError, match="(?i)did you mean 'accuracy'"):
        kerax.metrics.get("acuracy")
    with pytest.raises(TypeError, match="needs arguments"):
        kerax.metrics.get("MeanIoU")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: kerax.metrics.Precision(thresholds=1.5), r"thresholds of Precision\(\) must be numbers in \[0, 1\]"),
        (lambda: kerax.metrics.AUC(num_thresholds=1), "num_thresholds"),
        (lambda: kerax.metrics.AUC(curve="RCO"), "Did you mean 'ROC'"),
        (lambda: kerax.metrics.AUC(num_labels=3), "multi_label"),
        (lambda: kerax.metrics.RecallAtPrecision(-0.1), "precision of RecallAtPrecision"),
        (lambda: kerax.metrics.F1Score(average="mean"), "average"),
        (lambda: kerax.metrics.F1Score(threshold=0), "threshold"),
        (lambda: kerax.metrics.FBetaScore(beta=0), "beta"),
        (lambda: kerax.metrics.R2Score(class_aggregation="sum"), "class_aggregation"),
        (lambda: kerax.metrics.IoU(2, [2]), r"classes in \[0, 2\)"),
        (lambda: kerax.metrics.TopKCategoricalAccuracy(k=0), "k of TopKCategoricalAccuracy"),
        (lambda: kerax.metrics.F1Score()([1, 0], [0.2, 0.3]), r"shape \(batch, classes\)"),
        (lambda: kerax.metrics.AUC(multi_label=True)([1, 0], [0.2, 0.3]), r"shape \(batch, labels\)"),
        (lambda: kerax.metrics.AUC()([1, 0, 1], [0.2, 0.3]), "must have one shape"),
        (lambda: kerax.metrics.Precision(class_id=5)([[1, 0]], [[0.2, 0.3]]), "class_id=5"),
        (lambda: kerax.metrics.SparseCategoricalAccuracy()([[0, 1]], [[0.2, 0.8]]), "categorical_accuracy"),
        (lambda: kerax.metrics.CategoricalAccuracy()([1], [[0.2, 0.8]]), "sparse_categorical_accuracy"),
        (lambda: kerax.metrics.Mean()([1.0, 2.0], sample_weight=[1.0, 2.0, 3.0]), "does not broadcast"),
        (lambda: kerax.metrics.MeanIoU(2)([1, 0], [1]), "as many labels"),
        (lambda: (lambda m: (m([1.0]), m([1.0, 2.0])))(kerax.metrics.MeanTensor()), "keeps arrays of shape"),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_resetting_compiles_nothing(monkeypatch):
    metric = kerax.metrics.AUC()
    metric.reset_state()
    with jax.log_compiles(True):
        import logging

        records = []
        handler = logging.Handler()
        handler.emit = records.append
        logging.getLogger("jax").addHandler(handler)
        try:
            for _ in range(3):
                metric.reset_state()
        finally:
            logging.getLogger("jax").removeHandler(handler)
    assert not [r for r in records if "Compiling" in r.getMessage()]
