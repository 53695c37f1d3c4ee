"""Training loops by hand in Keras 3's form on JAX: stateless_call, stateless_apply, stateless_update_state."""

import jax
import numpy as np
import pytest

import kerax


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 6)).astype("float32")
    return x, np.eye(3, dtype="float32")[np.argmax(x[:, :3], axis=-1)]


def small(**options):
    layers = kerax.layers
    inputs = kerax.Input((6,))
    hidden = layers.Dropout(0.2)(layers.BatchNormalization()(layers.Dense(16, activation="relu", name="h")(inputs)))
    return kerax.Model(inputs, layers.Dense(3, name="o", **options)(hidden))


def values(variables):
    return [variable.value for variable in variables]


def test_a_loop_from_scratch(data):
    model, optimizer, metric = small(), kerax.optimizers.Adam(0.02), kerax.metrics.CategoricalAccuracy()
    loss_of = kerax.losses.CategoricalCrossentropy(from_logits=True)
    optimizer.build(model.trainable_variables)

    def compute(trained, others, x, y):
        y_pred, others = model.stateless_call(trained, others, x, training=True)
        return loss_of(y, y_pred), (others, y_pred)

    @jax.jit
    def step(state, x, y):
        trained, others, slots, counts = state
        (loss, (others, y_pred)), gradients = jax.value_and_grad(compute, has_aux=True)(trained, others, x, y)
        trained, slots = optimizer.stateless_apply(slots, gradients, trained)
        return loss, (trained, others, slots, metric.stateless_update_state(counts, y, y_pred))

    groups = (model.trainable_variables, model.non_trainable_variables, optimizer.variables, metric.variables)
    before = [variable.numpy() for variable in model.weights]
    state = tuple(values(group) for group in groups)
    losses = []
    for _ in range(30):
        loss, state = step(state, *data)
        losses.append(float(loss))
    assert losses[-1] < losses[0] / 2
    assert 0.5 < float(metric.stateless_result(state[3])) <= 1
    for variable, array in zip(model.weights, before):
        np.testing.assert_array_equal(variable.numpy(), array)  # nothing was changed on the way
    for group, arrays in zip(groups, state):
        for variable, array in zip(group, arrays, strict=True):
            variable.assign(array)
    assert np.mean(np.argmax(model.predict(data[0], verbose=0), -1) == np.argmax(data[1], -1)) > 0.7


def test_noise_moves_on_with_the_state(data):
    model = small()
    trained, others = values(model.trainable_variables), values(model.non_trainable_variables)
    call = jax.jit(lambda others: model.stateless_call(trained, others, data[0], training=True))
    first, after = call(others)
    second, _ = call(after)
    again, _ = call(others)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, second)
    fixed = [model.stateless_call(trained, others, data[0], training=True, key=jax.random.key(3))[0] for _ in "ab"]
    np.testing.assert_array_equal(*fixed)


def test_a_layer_alone():
    layer = kerax.layers.BatchNormalization(momentum=0.5)
    layer.build((None, 2))
    x = np.array([[1.0, 2.0], [3.0, 6.0]], "float32")
    outputs, others = layer.stateless_call(
        values(layer.trainable_variables), values(layer.non_trainable_variables), x, training=True
    )
    np.testing.assert_allclose(outputs, [[-1, -1], [1, 1]], atol=1e-3)
    np.testing.assert_allclose(others[0], [1.0, 2.0], atol=1e-6)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), [0, 0])


def test_losses_of_layers_are_returned():
    layer = kerax.layers.Dense(1, kernel_regularizer=kerax.regularizers.L2(0.5), kernel_initializer="ones")
    layer.build((None, 3))
    arrays = values(layer.trainable_variables), values(layer.non_trainable_variables)
    _, _, losses = layer.stateless_call(*arrays, np.ones((2, 3), "float32"), return_losses=True)
    np.testing.assert_allclose(sum(losses), 1.5, rtol=1e-6)


def test_wrong_lists_are_refused(data):
    model = small()
    with pytest.raises(ValueError, match=r"trainable_variables must hold the 6 values .*h/kernel.* received 1"):
        model.stateless_call([0.0], values(model.non_trainable_variables), data[0])
    with pytest.raises(ValueError, match="has no weights yet"):
        kerax.layers.Dense(2).stateless_call([], [], data[0])


class KerasTrainStep(kerax.Model):
    """Keras 3's guide on customizing fit with JAX."""

    def train_step(self, state, data):
        trained, others, slots, counts = state
        x, y, sample_weight = kerax.utils.unpack_x_y_sample_weight(data)
        compute = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
        (_, (loss, y_pred, others, counts)), gradients = compute(
            trained, others, counts, x, y, sample_weight, training=True
        )
        trained, slots = self.optimizer.stateless_apply(slots, gradients, trained)
        logs, after = {}, []
        for metric in self.metrics:
            own = counts[len(after) : len(after) + len(metric.variables)]
            if metric.name == "loss":
                own = metric.stateless_update_state(own, loss)
            else:
                own = metric.stateless_update_state(own, y, y_pred, sample_weight)
            logs[metric.name] = metric.stateless_result(own)
            after += own
        return logs, (trained, others, slots, after)


def test_fit_with_a_pure_train_step(data):
    kerax.utils.set_random_seed(1)
    plain = small()
    inputs = kerax.Input((6,))
    custom = KerasTrainStep(inputs, kerax.models.clone_model(plain)(inputs))
    custom.set_weights(plain.get_weights())
    logs = {}
    for name, model in (("plain", plain), ("custom", custom)):
        model.compile("sgd", kerax.losses.CategoricalCrossentropy(from_logits=True), ["categorical_accuracy"])
        logs[name] = model.fit(*data, epochs=3, batch_size=16, shuffle=False, verbose=0).history
    assert set(logs["plain"]) == set(logs["custom"])
    # dropout differs: the plain step draws by epoch and step, the pure one from the seed generators' state
    np.testing.assert_allclose(logs["plain"]["loss"], logs["custom"]["loss"], rtol=0.2)


def test_state_tree(data):
    model = small()
    model.compile("adam", kerax.losses.CategoricalCrossentropy(from_logits=True), ["categorical_accuracy"])
    model.fit(*data, verbose=0)
    tree = model.get_state_tree(value_format="numpy_array")
    groups = ["metrics_variables", "non_trainable_variables", "optimizer_variables", "trainable_variables"]
    assert sorted(tree) == groups
    kernel = tree["trainable_variables"]["h"]["kernel"]
    np.testing.assert_array_equal(kernel, model.get_layer("h").kernel.numpy())
    assert tree["optimizer_variables"][model.optimizer.name]["iteration"] == 2
    model.fit(*data, verbose=0)
    assert not np.array_equal(kernel, model.get_layer("h").kernel.numpy())
    model.set_state_tree(tree)
    np.testing.assert_array_equal(kernel, model.get_layer("h").kernel.numpy())
    assert int(model.optimizer.iterations) == 2
    with pytest.raises(ValueError, match="no group 'trainable'"):
        model.set_state_tree({"trainable": {}})
    with pytest.raises(ValueError, match="has no variable 'h/kernl'"):
        model.set_state_tree({"trainable_variables": {"h": {"kernl": kernel}}})
    with pytest.raises(ValueError, match=r"shape \(6, 16\), received an array of shape \(6,\)"):
        model.set_state_tree({"trainable_variables": {"h": {"kernel": kernel[:, 0]}}})
    with pytest.raises(ValueError, match="value_format"):
        model.get_state_tree("torch")
