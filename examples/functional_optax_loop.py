"""A training loop written by hand: a kerax model as a pure function, trained with jax and optax.

    python examples/functional_optax_loop.py

`model.params` and `model.state` are plain dicts {path: array}; `kerax.functional_call` runs the model on them and
changes nothing outside. What it returns can go through jit, grad, vmap and any optax optimizer.
"""

import jax
import jax.numpy as jnp
import optax

import kerax
from kerax import layers

EPOCHS = 15
BATCH_SIZE = 64
TARGET_ACCURACY = 0.95


def build_model():
    """Dropout needs noise, BatchNormalization keeps moving averages: the two things a pure loop has to carry."""
    return kerax.Sequential(
        [
            kerax.Input(shape=(64,)),
            layers.Dense(128, use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Dropout(0.2),
            layers.Dense(10, kernel_regularizer="l2"),
        ]
    )


def main():
    """Train, write the result back into the model, and check it there; returns the test accuracy."""
    kerax.utils.set_random_seed(0)
    (x_train, y_train), (x_test, y_test) = kerax.datasets.digits.load_data()
    x_train, x_test = (x.reshape(len(x), -1) / jnp.float32(kerax.datasets.digits.MAX_PIXEL) for x in (x_train, x_test))

    model = build_model()
    optimizer = optax.adamw(3e-3)
    params, state = model.params, model.state
    opt_state = optimizer.init(params)

    def loss_fn(params, state, x, y, key):
        logits, state, losses = kerax.functional_call(model, params, state, x, key=key, training=True)
        data_loss = optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()
        return data_loss + sum(losses), state  # `losses`: what regularizers and add_loss ask for

    @jax.jit
    def train_step(params, state, opt_state, x, y, key):
        (loss, state), gradients = jax.value_and_grad(loss_fn, has_aux=True)(params, state, x, y, key)
        updates, opt_state = optimizer.update(gradients, opt_state, params)
        return optax.apply_updates(params, updates), state, opt_state, loss

    @jax.jit
    def accuracy_of(params, state, x, y):
        logits, _, _ = kerax.functional_call(model, params, state, x, training=False)
        return (logits.argmax(-1) == y).mean()

    key = jax.random.key(0)
    steps = len(x_train) // BATCH_SIZE
    for epoch in range(EPOCHS):
        key, shuffle_key = jax.random.split(key)
        order = jax.random.permutation(shuffle_key, len(x_train))
        for step in range(steps):
            rows = order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
            key, step_key = jax.random.split(key)
            x, y = x_train[rows], y_train[rows]
            params, state, opt_state, loss = train_step(params, state, opt_state, x, y, step_key)
        print(f"epoch {epoch + 1:2d}: loss {loss:.3f}, test accuracy {accuracy_of(params, state, x_test, y_test):.3f}")

    model.params, model.state = params, state  # write the trained values back: the model is an ordinary one again
    predicted = model.predict(x_test, verbose=0).argmax(-1)
    accuracy = float((predicted == y_test).mean())
    print(f"model.predict agrees: {accuracy:.3f}")
    if accuracy < TARGET_ACCURACY:
        raise SystemExit(f"Something is wrong: expected an accuracy of {TARGET_ACCURACY} or more.")
    return accuracy


if __name__ == "__main__":
    main()
