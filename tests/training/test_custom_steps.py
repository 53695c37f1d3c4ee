"""Steps written by a model's author: with tapes as in tf.keras, and as pure functions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from kerax.state import rng


def _data(rows=24):
    x = np.random.default_rng(0).normal(size=(rows, 3)).astype("float32")
    return x, (x @ np.array([[1.0], [-2.0], [0.5]])).astype("float32")


def _fitted(model, **options):
    rng.set_global_seed(1)
    kernel = np.full((3, 1), 0.1, "float32")
    x, y = _data()
    model.build((None, 3))
    model.set_weights([kernel, np.zeros(1, "float32")])
    return model.fit(x, y, batch_size=8, epochs=3, shuffle=False, verbose=0, **options).history


def _model(kind=kerax.Sequential):
    return kind([kerax.Input((3,)), kerax.layers.Dense(1)])


class TapeStep(kerax.Sequential):
    def train_step(self, data):
        x, y = data
        with kerax.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        self.compiled_metrics.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


class ComputeLossStep(kerax.Sequential):
    def train_step(self, data):
        x, y = data
        with kerax.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
        self.optimizer.minimize(loss, self.trainable_variables, tape=tape)
        return self.compute_metrics(x, y, y_pred, None)


class CountingStep(kerax.Sequential):
    """As Keras 3's guide writes it: the step counts the loss itself."""

    def train_step(self, data):
        x, y = data
        with kerax.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


class PureStep(kerax.Sequential):
    def train_step(self, state, data):
        trainable, other, slots, metrics = state
        x, y = data

        def loss_of(trainable):
            y_pred, new = self.stateless_call(trainable, other, x)
            return jnp.mean((y - y_pred) ** 2), (y_pred, new)

        (loss, (y_pred, other)), gradients = jax.value_and_grad(loss_of, has_aux=True)(trainable)
        trainable, slots = self.optimizer.stateless_apply(slots, gradients, trainable)
        new_metrics, logs = [], {}
        for metric in self.metrics:
            mine = metrics[: len(metric.variables)]
            metrics = metrics[len(metric.variables) :]
            args = (loss,) if metric.name == "loss" else (y, y_pred)
            mine = metric.stateless_update_state(mine, *args)
            logs[metric.name] = metric.stateless_result(mine)
            new_metrics += mine
        return logs, (trainable, other, slots, new_metrics)


@pytest.mark.parametrize("kind", [TapeStep, ComputeLossStep, CountingStep, PureStep])
@pytest.mark.parametrize("eagerly", [False, True])
def test_own_step_trains_as_the_default_does(kind, eagerly):
    histories, weights = [], []
    for each in (kerax.Sequential, kind):
        model = _model(each)
        model.compile(kerax.optimizers.Adam(0.05), "mse", metrics=["mae"], run_eagerly=eagerly)
        histories.append(_fitted(model))
        weights.append(model.get_weights())
        assert int(model.optimizer.iterations) == 9
    for name in ("loss", "mae"):
        np.testing.assert_allclose(histories[1][name], histories[0][name], rtol=1e-5)
    for ours, default in zip(*weights):
        np.testing.assert_allclose(ours, default, rtol=1e-5, atol=1e-6)


class Gan(kerax.Model):
    def __init__(self):
        super().__init__()
        self.generator = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(3)])
        self.discriminator = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(4, "relu"), kerax.layers.Dense(1)])
        self.seen = kerax.Variable(0, trainable=False, name="seen")

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn
        self.d_loss, self.g_loss = kerax.metrics.Mean(name="d_loss"), kerax.metrics.Mean(name="g_loss")

    @property
    def metrics(self):
        return [self.d_loss, self.g_loss]

    def train_step(self, real):
        rows = real.shape[0]
        noise = jax.random.normal(kerax.state.rng.next_key("noise"), (rows, 2))
        ones, zeros = jnp.ones((rows, 1)), jnp.zeros((rows, 1))
        with kerax.GradientTape() as d_tape, kerax.GradientTape() as g_tape:
            fake = self.generator(noise, training=True)
            judged = self.discriminator(fake, training=True)
            d_loss = self.loss_fn(ones, self.discriminator(real, training=True)) + self.loss_fn(zeros, judged)
            g_loss = self.loss_fn(ones, judged)
        for loss, tape, optimizer, part in (
            (d_loss, d_tape, self.d_optimizer, self.discriminator),
            (g_loss, g_tape, self.g_optimizer, self.generator),
        ):
            gradients = tape.gradient(loss, part.trainable_weights)
            optimizer.apply_gradients(zip(gradients, part.trainable_weights))
        self.seen.assign_add(rows)
        self.d_loss.update_state(d_loss)
        self.g_loss.update_state(g_loss)
        return {"d_loss": self.d_loss.result(), "g_loss": self.g_loss.result()}


def test_gan_with_two_optimizers():
    gan = Gan()
    loss = kerax.losses.BinaryCrossentropy(from_logits=True)
    gan.compile(kerax.optimizers.Adam(0.01), kerax.optimizers.Adam(0.01), loss)
    before = [w.numpy() for w in gan.weights]
    history = gan.fit(_data(32)[0], batch_size=8, epochs=2, verbose=0).history
    assert set(history) == {"d_loss", "g_loss"} and np.isfinite(history["d_loss"]).all()
    assert int(gan.seen) == 64
    assert int(gan.d_optimizer.iterations) == int(gan.g_optimizer.iterations) == 8
    assert all(np.any(old != new.numpy()) for old, new in zip(before, gan.weights) if old.ndim == 2)


COUNTER = kerax.Variable(0, trainable=False, name="outside_counter")
TRACKER = kerax.metrics.Mean(name="outside")


class Outside(kerax.Sequential):
    """Writes variables that the model does not own."""

    def train_step(self, data):
        logs = super().train_step(data)
        COUNTER.assign_add(1)
        TRACKER.update_state(logs["loss"])
        return {**logs, "seen": COUNTER.value}

    def test_step(self, data):
        COUNTER.assign_add(100)
        return super().test_step(data)


def test_variables_outside_the_model_are_threaded():
    COUNTER.assign(0)
    TRACKER.reset_state()
    model = _model(Outside)
    model.compile("sgd", "mse")
    x, y = _data(16)
    history = model.fit(
        x, y, batch_size=8, epochs=2, validation_data=(x, y), validation_batch_size=8, verbose=0
    ).history
    assert int(COUNTER) == 404 and float(TRACKER.count) == 4
    assert history["seen"] == [2, 204]
    model.evaluate(x, y, batch_size=8, verbose=0)
    assert int(COUNTER) == 604
    assert not any("outside" in w.path for w in model.weights)


class Vae(kerax.Model):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = kerax.layers.Dense(4), kerax.layers.Dense(3)
        self.total_loss = kerax.metrics.Mean(name="total_loss")

    @property
    def metrics(self):
        return [self.total_loss]

    def call(self, x):
        mean, log_var = jnp.split(self.encoder(x), 2, axis=-1)
        z = mean + jnp.exp(0.5 * log_var) * jax.random.normal(kerax.state.rng.next_key("z"), mean.shape)
        self.add_loss(-0.5 * jnp.mean(1 + log_var - mean**2 - jnp.exp(log_var)))
        return self.decoder(z)

    def train_step(self, data):
        with kerax.GradientTape() as tape:
            loss = jnp.mean((self(data) - data) ** 2) + sum(self.losses)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights))
        self.total_loss.update_state(loss)
        return {m.name: m.result() for m in self.metrics}


def test_vae_adds_its_losses():
    model = Vae()
    model.compile(optimizer=kerax.optimizers.Adam(0.01))
    losses = model.fit(_data(64)[0], batch_size=8, epochs=6, verbose=0).history["total_loss"]
    assert losses[-1] < losses[0]


class BadLogs(kerax.Sequential):
    def train_step(self, data):
        return 1.0


def test_a_step_must_return_logs():
    model = _model(BadLogs)
    model.compile("sgd", "mse")
    with pytest.raises(TypeError, match="must return a dict"):
        model.fit(*_data(), verbose=0)


def test_own_predict_step():
    class Doubled(kerax.Sequential):
        def predict_step(self, data):
            return 2 * super().predict_step(data)

    model = _model(Doubled)
    x = _data()[0]
    np.testing.assert_allclose(model.predict(x, verbose=0), 2 * np.asarray(model(x)), rtol=1e-6)


class PureAndMore(kerax.Model):
    """Steps in pure form that call the built-in ones."""

    def __init__(self):
        super().__init__()
        self.dense = kerax.layers.Dense(1)

    def call(self, x):
        return self.dense(x)

    def train_step(self, state, data):
        logs, state = super().train_step(state, data)
        return {**logs, "more": 10.0}, state

    def test_step(self, state, data):
        logs, state = super().test_step(state, data)
        return {**logs, "more": 5.0}, state

    def predict_step(self, state, data):
        outputs, state = super().predict_step(state, data)
        return 2 * outputs, state


def test_pure_steps_may_call_the_built_in_ones():
    x = np.arange(24, dtype="float32").reshape(8, 3) / 24
    y = x.sum(1, keepdims=True)
    results = []
    for kind in (PureAndMore, None):
        kerax.utils.set_random_seed(0)
        model = PureAndMore() if kind else kerax.Sequential([kerax.layers.Dense(1)])
        model.build((None, 3))
        model.compile(kerax.optimizers.Adam(0.1), "mse", metrics=["mae"])
        model.set_weights([np.ones((3, 1)), np.zeros(1)])
        logs = model.fit(x, y, batch_size=4, epochs=3, shuffle=False, verbose=0).history
        results.append((logs, model.evaluate(x, y, verbose=0, return_dict=True), model.predict(x, verbose=0)))
    (logs, tested, outputs), (expected, expected_test, expected_outputs) = results
    assert logs.pop("more") == [10.0] * 3 and tested.pop("more") == 5.0
    for name in expected:
        np.testing.assert_allclose(logs[name], expected[name], rtol=1e-5)
        np.testing.assert_allclose(tested[name], expected_test[name], rtol=1e-5)
    np.testing.assert_allclose(outputs, 2 * expected_outputs, rtol=1e-5)


def test_a_model_that_only_holds_others_may_have_metrics():
    """As in knowledge distillation: it has no `call` of its own."""

    class Distiller(kerax.Model):
        def __init__(self, student, teacher):
            super().__init__()
            self.student, self.teacher = student, teacher

        def train_step(self, data):
            x, y = data
            with kerax.GradientTape() as tape:
                predicted = self.student(x, training=True)
                loss = jnp.mean((predicted - self.teacher(x, training=False)) ** 2)
            variables = self.student.trainable_variables
            self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
            self.compiled_metrics.update_state(y, predicted)
            return {**{m.name: m.result() for m in self.metrics}, "distance": loss}

        def test_step(self, data):
            x, y = data
            self.compiled_metrics.update_state(y, self.student(x, training=False))
            return {m.name: m.result() for m in self.metrics}

    def make():
        return kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1)])

    model = Distiller(make(), make())
    model.compile("sgd", metrics=["mae"])
    x, y = np.ones((8, 3), "float32"), np.zeros((8, 1), "float32")
    history = model.fit(x, y, epochs=3, verbose=0).history
    assert history["distance"][-1] < history["distance"][0]
    expected = float(np.mean(np.abs(model.student.predict(x, verbose=0))))
    assert abs(model.evaluate(x, y, verbose=0, return_dict=True)["mae"] - expected) < 1e-5


@pytest.mark.parametrize("eagerly", [False, True])
def test_metrics_of_the_authors_own_replace_the_listed_ones(eagerly):
    """The loss is tracked all the same, by a tracker that ``metrics`` does not list."""

    class Model(kerax.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.tracker = kerax.metrics.Mean(name="my_loss")

        def compute_loss(self, x, y, y_pred, sample_weight):
            loss = kerax.ops.mean((y - y_pred) ** 2)
            self.tracker.update_state(loss)
            return loss

        @property
        def metrics(self):
            return [self.tracker]

    inputs = kerax.Input((3,))
    model = Model(inputs, kerax.layers.Dense(1)(inputs))
    model.compile("sgd", run_eagerly=eagerly)
    x = np.ones((8, 3), "float32")
    history = model.fit(x, x[:, :1], epochs=2, batch_size=4, verbose=0).history
    assert list(history) == ["my_loss"] and history["my_loss"][1] < history["my_loss"][0]
    assert list(model.evaluate(x, x[:, :1], verbose=0, return_dict=True)) == ["my_loss"]
