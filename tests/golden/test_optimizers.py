"""Optimizers step by step: the variables after each of 20 given gradients, as tf.keras 2.15 computed them."""

import jax.numpy as jnp
import numpy as np
import pytest

import kerax

from .cases import optimizer_cases, optimizer_problem

STEPS = 20
TOLERANCE = {"rtol": 1e-5, "atol": 1e-6}
# Divisions by a difference of two averages (centered), a running product (Nadam), a logarithm-like power (Ftrl).
LOOSE_TOLERANCE = {"rtol": 1e-4, "atol": 1e-6}
VARIABLES = ("w", "b", "e")
# Keyword arguments that only the 2.15 classes take, and that change nothing in the values.
DROPPED = ("jit_compile",)

# Defaults that Keras 3, and kerax with it, changed since 2.15.
DEFAULTS_OF_215 = {"Lion": {"learning_rate": 1e-4}}


def clips_sparse_gradients(meta):
    """2.15 takes the norm of row-sparse values before it adds up duplicate rows: no dense gradient has that norm."""
    return meta["sparse"] and any(key.startswith(("clip", "global_clip")) for key in meta["kwargs"])


CASES = [case for case in optimizer_cases("keras") if not clips_sparse_gradients(case.meta)]


def is_loose(meta):
    return meta["cls"] in ("Nadam", "Ftrl") or bool(meta["kwargs"].get("centered"))


def make(meta):
    kwargs = {key: value for key, value in meta["kwargs"].items() if key not in DROPPED}
    kwargs = {**DEFAULTS_OF_215.get(meta["cls"], {}), **kwargs}
    if meta["schedule"]:
        schedule = getattr(kerax.optimizers.schedules, meta["schedule"]["cls"])
        kwargs["learning_rate"] = schedule(**meta["schedule"]["kwargs"])
    return getattr(kerax.optimizers, meta["cls"])(**kwargs)


def test_there_are_cases():
    assert CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_trajectory(case):
    problem, expected = optimizer_problem(), case.arrays
    optimizer = make(case.meta)
    variables = [kerax.Variable(problem[f"start_{name}"], name=name) for name in VARIABLES]
    if case.meta.get("exclude_from_decay"):
        optimizer.exclude_from_weight_decay(var_names=case.meta["exclude_from_decay"])
    optimizer.build(variables)
    tolerance = LOOSE_TOLERANCE if is_loose(case.meta) else TOLERANCE
    for step in range(STEPS):
        # Row-sparse gradients of `e` were recorded too; kerax's gradients are dense, duplicates added up.
        gradients = [jnp.asarray(problem[key][step]) for key in ("grad_w", "grad_b", "grad_e_dense")]
        optimizer.apply_gradients(zip(gradients, variables))
        for name, variable in zip(VARIABLES, variables):
            np.testing.assert_allclose(
                np.asarray(variable), expected[name][step], err_msg=f"{name} after step {step}", **tolerance
            )
    if case.meta.get("finalize"):
        optimizer.finalize_variable_values(variables)
        for name, variable in zip(VARIABLES, variables):
            np.testing.assert_allclose(np.asarray(variable), expected[f"final_{name}"], err_msg=name, **tolerance)
