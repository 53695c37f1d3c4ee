"""PyMetric: Python on the host, by hand and in compiled steps."""

import jax
import numpy as np
import pytest

import kerax


class Seen(kerax.metrics.experimental.PyMetric):
    """How many different labels came, and of what types the batches were."""

    def __init__(self, name="seen", **kwargs):
        super().__init__(name=name, **kwargs)
        self.types = set()

    def reset_state(self):
        self.labels = []

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.types |= {type(y_true), type(y_pred)}
        self.labels.extend(y_true.reshape(-1).tolist())

    def result(self):
        return len(set(self.labels)) / max(1, len(self.labels))


class SeenTwice(Seen):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, y_pred)
        super().update_state(y_true, y_pred)


def model(metric, **options):
    built = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1)])
    built.compile("sgd", "mse", metrics=[metric], **options)
    return built


def test_by_hand():
    metric = Seen()
    assert float(metric([1, 2, 1, 1], [0, 0, 0, 0])) == 0.5
    metric.reset_state()
    assert metric.labels == [] and float(metric.result()) == 0.0
    assert metric.result().dtype == np.float32
    twice = SeenTwice()
    twice.update_state(np.array([1, 2]), np.array([0, 0]))
    assert twice.labels == [1, 2, 1, 2]


@pytest.mark.parametrize("options", [{}, {"steps_per_execution": 2}, {"run_eagerly": True}], ids=str)
def test_in_fit_evaluate_and_validation(options):
    metric = Seen()
    x, y = np.zeros((10, 3), "float32"), np.arange(10.0, dtype="float32")
    built = model(metric, **options)
    logs = built.fit(x, y, batch_size=4, epochs=3, validation_data=(x[:5], np.zeros(5, "float32")), verbose=0).history
    assert logs["seen"] == [1.0, 1.0, 1.0]  # ten different ones of ten: every batch once, no epoch on top of another
    assert logs["val_seen"] == pytest.approx([0.2, 0.2, 0.2])
    assert metric.types == {np.ndarray}
    assert built.evaluate(x, np.repeat([1.0, 2.0], 5), verbose=0, return_dict=True)["seen"] == pytest.approx(0.2)


def test_as_pure_functions_under_jit_and_scan():
    init, update, result, merge = (metric := Seen()).pure
    state, values = jax.lax.scan(
        lambda state, y: (new := update(state, y, y), result(new)), init(), np.array([[1, 1], [2, 3], [1, 1]], "int32")
    )
    np.testing.assert_allclose(values, [1 / 2, 3 / 4, 3 / 6])
    assert metric.labels == [1, 1, 2, 3, 1, 1] and int(state["updates"]) == 3
    assert float(jax.jit(result)(jax.jit(update)(init(), np.array([7]), np.array([7])))) == 1.0
    with pytest.raises(TypeError, match="cannot be merged"):
        merge(state, state)
    with pytest.raises(TypeError, match="define merge_state"):
        metric.merge_state([metric])


def test_errors():
    class Vector(Seen):
        def result(self):
            return [1.0, 2.0]

    with pytest.raises(ValueError, match=r"Vector.result\(\) must return one number"):
        Vector()([1], [1])

    class Broken(Seen):
        def update_state(self, y_true, y_pred, sample_weight=None):
            raise KeyError("no such label")

    with pytest.raises(RuntimeError, match=r"fit\(\).*KeyError: 'no such label'"):
        model(Broken()).fit(np.zeros((2, 3)), np.zeros(2), verbose=0)
    with pytest.raises(TypeError, match="Unknown argument 'wrong'"):
        kerax.metrics.experimental.PyMetric(wrong=1)
    with pytest.raises(NotImplementedError, match="PyMetric needs reset_state"):
        kerax.metrics.experimental.PyMetric()
