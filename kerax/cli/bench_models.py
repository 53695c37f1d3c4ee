"""The models of the benchmark's jobs in Keras's API, and what trains them with `fit`.

`keras` is whichever module offers that API: kerax, Keras 3 or tf.keras. One text for all of them, so that every one
does the same job. NumPy only, like `bench_jobs.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from kerax.cli.bench_jobs import Workload


def mlp(keras: Any, workload: Workload) -> Any:
    """784-128-10."""
    layers = keras.layers
    return keras.Sequential(
        [keras.Input(shape=workload.input_shape), layers.Dense(128, activation="relu"), layers.Dense(workload.classes)]
    )


def tabular(keras: Any, workload: Workload) -> Any:
    """10-10-10."""
    layers = keras.layers
    return keras.Sequential(
        [keras.Input(shape=workload.input_shape), layers.Dense(10, activation="relu"), layers.Dense(workload.classes)]
    )


def small_cnn(keras: Any, workload: Workload) -> Any:
    """One convolution, pooled and flattened."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(shape=workload.input_shape),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(workload.classes),
        ]
    )


def larger_cnn(keras: Any, workload: Workload) -> Any:
    """Two convolutions, pooled, then a hidden layer."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(shape=workload.input_shape),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(workload.classes),
        ]
    )


def lstm(keras: Any, workload: Workload) -> Any:
    """An LSTM over float sequences; its last output is classified."""
    layers = keras.layers
    return keras.Sequential([keras.Input(shape=workload.input_shape), layers.LSTM(64), layers.Dense(workload.classes)])


def transformer(keras: Any, workload: Workload) -> Any:
    """One post-norm encoder block, averaged over time."""
    layers = keras.layers
    width = workload.input_shape[-1]
    inputs = keras.Input(shape=workload.input_shape)
    attended = layers.MultiHeadAttention(num_heads=4, key_dim=width // 4)(inputs, inputs)
    x = layers.LayerNormalization()(layers.add([inputs, attended]))
    hidden = layers.Dense(512, activation="relu")(x)
    x = layers.LayerNormalization()(layers.add([x, layers.Dense(width)(hidden)]))
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(workload.classes)(x))


MODELS: dict[str, Callable[[Any, Workload], Any]] = {
    "mlp_32": mlp,
    "mlp_128": mlp,
    "tabular": tabular,
    "cnn_32": small_cnn,
    "cnn_128": larger_cnn,
    "lstm": lstm,
    "transformer": transformer,
}


class KerasFit:
    """Trains with `compile` and `fit`; subclasses name the module.

    Args:
        keras: module with Keras's API.
        workload: the job.
        x: samples, as given to `fit`.
        y: integer labels.
    """

    def __init__(self, keras: Any, workload: Workload, x: np.ndarray, y: np.ndarray) -> None:
        self.workload, self.x, self.y, self.sample = workload, x, y, x[:1]
        self.model = MODELS[workload.name](keras, workload)
        self.model.compile(
            optimizer=keras.optimizers.Adam(1e-3),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )

    def train(self, epochs: int) -> dict[str, float]:
        """One `fit` call; the last epoch's loss and accuracy."""
        history = self.model.fit(
            self.x, self.y, batch_size=self.workload.batch, epochs=epochs, shuffle=True, verbose=0
        ).history
        return {name: float(values[-1]) for name, values in history.items() if name in ("loss", "accuracy")}

    def first_step(self) -> dict[str, float]:
        """One `fit` call of one batch: what a user waits for before training moves."""
        batch = self.workload.batch
        self.model.fit(self.x[:batch], self.y[:batch], batch_size=batch, epochs=1, verbose=0)
        return {}

    def evaluate(self) -> dict[str, float]:
        """One `evaluate` call over all samples."""
        loss, accuracy = self.model.evaluate(self.x, self.y, batch_size=self.workload.batch, verbose=0)
        return {"loss": float(loss), "accuracy": float(accuracy)}

    def predict(self) -> dict[str, float]:
        """One `predict` call over all samples."""
        return {"rows": len(self.model.predict(self.x, batch_size=self.workload.batch, verbose=0))}

    def predict_one(self, calls: int) -> None:
        """`predict` on one sample, `calls` times."""
        for _ in range(calls):
            self.model.predict(self.sample, verbose=0)

    def call_one(self, calls: int) -> None:
        """`model(x)` on one sample, `calls` times, each waited for."""
        for _ in range(calls):
            self.wait(self.model(self.sample))

    def wait(self, value: Any) -> None:
        """Wait until an array is computed (a framework that computes at once needs nothing)."""
