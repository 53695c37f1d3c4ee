"""Metrics and steps may return a variable, as tutorials do: it is read inside the step."""

import numpy as np

import kerax

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(100, 8)).astype("float32"), RNG.integers(0, 3, (100, 1))


class Hits(kerax.metrics.Metric):
    """Number of samples whose largest output is the label."""

    def __init__(self, name="hits", **kwargs):
        super().__init__(name=name, **kwargs)
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        hit = kerax.ops.argmax(y_pred, axis=1) == kerax.ops.squeeze(y_true, axis=1)
        self.count.assign_add(kerax.ops.sum(kerax.ops.cast(hit, "float32")))

    def result(self):
        return self.count

    def reset_state(self):
        self.count.assign(0.0)


def make(**compile_arguments):
    model = kerax.Sequential([kerax.Input((8,)), kerax.layers.Dense(3, "softmax")])
    model.compile(kerax.optimizers.SGD(0.0), "sparse_categorical_crossentropy", **compile_arguments)
    return model


def test_a_metric_that_returns_its_variable_counts_every_batch():
    model = make(metrics=[Hits(), "accuracy"])
    hits = float((model.predict(X, verbose=0).argmax(1) == Y[:, 0]).sum())
    history = model.fit(X, Y, epochs=2, verbose=0).history  # three whole batches and a shorter one: two programs
    assert history["hits"] == [hits, hits]
    assert model.evaluate(X, Y, verbose=0, return_dict=True)["hits"] == hits


def test_the_pure_form_and_functional_call_return_arrays():
    metric = Hits()
    state = metric.pure.update(metric.pure.init(), Y, np.eye(3)[Y[:, 0]])
    assert float(metric.pure.result(state)) == 100.0

    class Counting(kerax.layers.Layer):
        def build(self, shape):
            self.seen = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, x):
            self.seen.assign_add(1.0)
            return {"y": x, "seen": self.seen}

    layer = Counting()
    layer.build((None, 8))
    outputs, _, _ = kerax.functional_call(layer, layer.params, layer.state, X)
    assert sorted(outputs) == ["seen", "y"]
    assert float(outputs["seen"]) == 1.0 and float(layer.seen.numpy()) == 0.0


def test_a_step_that_returns_a_variable_and_never_calls_the_model():
    class Counted(kerax.Model):
        def __init__(self):
            super().__init__()
            self.steps = kerax.Variable(0.0, trainable=False, name="steps")

        def train_step(self, data):
            self.steps.assign_add(1.0)
            return {"steps": self.steps}

    model = Counted()
    model.compile("sgd", "mse")
    assert model.fit(X, X[:, :1], epochs=2, verbose=0).history["steps"] == [4.0, 8.0]
