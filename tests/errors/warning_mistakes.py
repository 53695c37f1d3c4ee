"""Things that may be meant, so that they are said once and training goes on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import kerax

from .table import changed, fit, regression, row, targets, x

NAN = float("nan")


def batches(count: int) -> Iterator:
    for _ in range(count):
        yield x(6), targets(6)


def diverging() -> kerax.Model:
    model = regression(optimizer=kerax.optimizers.SGD(1e30))
    return fit(model, x(), targets(), epochs=3)


ALL = [
    row("x_nan", UserWarning, lambda: regression().train_on_batch(changed(x(), NAN, 6), targets()), "x", "NaN",
        "row 1"),
    row("x_inf", UserWarning, lambda: regression().train_on_batch(changed(x(), -np.inf, 6), targets()), "x", "inf",
        "row 1"),
    row("generator_short_epoch", UserWarning, lambda: fit(regression(), batches(3), steps_per_epoch=2, epochs=2),
        "3 batches", "4", "steps_per_epoch"),
    row("validation_steps_alone", UserWarning, lambda: fit(regression(), x(), targets(), validation_steps=3),
        "validation_steps", "3", "validation_data"),
    row("generator_second_epoch", UserWarning, lambda: fit(regression(), batches(3), epochs=2), "3 batches", "epoch"),
    row("loss_nan_diverged", UserWarning, diverging, "epoch", "loss", "nan", "learning rate"),
    row("loss_nan_from_x", UserWarning,
        lambda: fit(regression(), changed(x(), NAN, 45), targets(), batch_size=4, shuffle=False), "loss", "nan", "x",
        "row 11"),
]  # fmt: skip
