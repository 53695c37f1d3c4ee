"""One row of a table of mistakes, and small models and arrays to make them with."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import kerax
from kerax import layers

ROWS, FEATURES, CLASSES = 12, 4, 3


class Mistake(NamedTuple):
    """What is done, and what the answer must be.

    Attributes:
      name: of the test.
      do: makes the mistake.
      raises: type of the error (or category of the warning).
      words: regular expressions that the message must contain, whatever the case.
    """

    name: str
    do: Callable[[], object]
    raises: type[Exception]
    words: tuple[str, ...]


def row(name: str, raises: type[Exception], do: Callable[[], object], *words: str) -> Mistake:
    """A row, written in reading order."""
    return Mistake(name, do, raises, words)


def x(rows: int = ROWS, features: int = FEATURES) -> np.ndarray:
    """Inputs, float32, shape (rows, features)."""
    return np.linspace(-1, 1, rows * features, dtype="float32").reshape(rows, features)


def labels(rows: int = ROWS) -> np.ndarray:
    """Class numbers, int32, shape (rows,)."""
    return (np.arange(rows) % CLASSES).astype("int32")


def targets(rows: int = ROWS, units: int = 1) -> np.ndarray:
    """Targets of a regression, float32, shape (rows, units)."""
    return np.ones((rows, units), "float32")


def one_hot(rows: int = ROWS) -> np.ndarray:
    """One-hot labels, float32, shape (rows, classes)."""
    return np.eye(CLASSES, dtype="float32")[labels(rows)]


def binary(rows: int = ROWS) -> np.ndarray:
    """Labels 0 and 1, float32, shape (rows, 1)."""
    return (np.arange(rows) % 2).astype("float32")[:, None]


def changed(array: np.ndarray, value: float, at: int = 0) -> np.ndarray:
    """A copy of an array with one element set."""
    array = array.copy()
    array.reshape(-1)[at] = value
    return array


def net(units: int = 1, activation: str | None = None, name: str | None = None) -> kerax.Model:
    """A built model with one Dense layer called "head"."""
    return kerax.Sequential(
        [kerax.Input((FEATURES,), name="numbers"), layers.Dense(units, activation=activation, name="head")], name=name
    )


def regression(**arguments) -> kerax.Model:
    """A compiled model with one output."""
    model = net()
    model.compile(**{"optimizer": "sgd", "loss": "mse", **arguments})
    return model


def classifier(loss: object = "sparse_categorical_crossentropy", **arguments) -> kerax.Model:
    """A compiled model with three classes."""
    model = net(CLASSES, "softmax")
    model.compile(**{"optimizer": "sgd", "loss": loss, **arguments})
    return model


def detector(**arguments) -> kerax.Model:
    """A compiled model with one probability."""
    model = net(1, "sigmoid")
    model.compile(**{"optimizer": "sgd", "loss": "binary_crossentropy", **arguments})
    return model


def two_outputs() -> kerax.Model:
    """A model with the inputs "left" and "right" and the outputs "price" and "kind"."""
    left, right = kerax.Input((FEATURES,), name="left"), kerax.Input((2,), name="right")
    joined = layers.Concatenate(name="join")([left, right])
    price = layers.Dense(1, name="price")(joined)
    kind = layers.Dense(CLASSES, activation="softmax", name="kind")(joined)
    return kerax.Model([left, right], [price, kind], name="twin")


def two_outputs_compiled(**arguments) -> kerax.Model:
    """The model with two outputs, compiled."""
    model = two_outputs()
    losses = {"price": "mse", "kind": "sparse_categorical_crossentropy"}
    model.compile(**{"optimizer": "sgd", "loss": losses, **arguments})
    return model


def pair(rows: int = ROWS) -> list[np.ndarray]:
    """Inputs for the model with two inputs."""
    return [x(rows), x(rows, 2)]


def fit(model: kerax.Model, *args, **kwargs) -> object:
    """Trains without printing."""
    return model.fit(*args, **{"verbose": 0, **kwargs})
