"""A user's program, for the type checker: public names exist and take and return what they say."""

import jax
import numpy as np
import optax

import kerax
from kerax import layers


def build(units: int = 8) -> kerax.Model:
    inputs = kerax.Input(shape=(4,))
    hidden = layers.Dense(units, activation="relu", kernel_regularizer="l2")(inputs)
    return kerax.Model(inputs, layers.Dense(3, activation="softmax")(layers.Dropout(0.1)(hidden)))


class Scaled(layers.Layer):
    def __init__(self, factor: float = 2.0) -> None:
        super().__init__()
        self.factor = factor

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.offset = self.add_weight(shape=(), initializer="zeros", name="offset")

    def call(self, inputs: jax.Array) -> jax.Array:
        return inputs * self.factor + self.offset


def train() -> list[float]:
    (x_train, y_train), (x_test, y_test) = kerax.datasets.iris.load_data(test_fraction=0.25, seed=1)
    model = build()
    model.compile(optimizer=kerax.optimizers.Adam(learning_rate=0.01), loss="sparse_categorical_crossentropy")
    history = model.fit(x_train, y_train, epochs=2, callbacks=[kerax.callbacks.EarlyStopping(patience=1)])
    model.evaluate(x_test, y_test)
    model.save_weights("model.weights.h5")
    losses: list[float] = history.history["loss"]
    return losses


def by_hand(model: kerax.Model, x: np.ndarray) -> dict[str, jax.Array]:
    params, state = model.params, model.state
    optimizer = optax.sgd(0.1)

    def loss(params: dict[str, jax.Array]) -> jax.Array:
        outputs, _, losses = kerax.functional_call(model, params, state, x, training=False)
        return (outputs**2).mean() + sum(losses)

    updates, _ = optimizer.update(jax.grad(loss)(params), optimizer.init(params))
    model.params = optax.apply_updates(params, updates)
    return model.params
