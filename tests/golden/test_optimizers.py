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


CASES = [case for api in ("keras", "legacy") for case in optimizer_cases(api)]


def is_loose(meta):
    return meta["cls"] in ("Nadam", "Ftrl") or bool(meta["kwargs"].get("centered"))


def make(meta):
    kwargs = {key: value for key, value in meta["kwargs"].items() if key not in DROPPED}
    if meta["api"] == "keras":
        kwargs = {**DEFAULTS_OF_215.get(meta["cls"], {}), **kwargs}
    if meta["schedule"]:
        schedule = getattr(kerax.optimizers.schedules, meta["schedule"]["cls"])
        kwargs["learning_rate"] = schedule(**meta["schedule"]["kwargs"])
    namespace = kerax.optimizers.legacy if meta["api"] == "legacy" else kerax.optimizers
    return getattr(namespace, meta["cls"])(**kwargs)


def test_there_are_cases():
    assert {case.meta["api"] for case in CASES} == {"keras", "legacy"}


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
        gradients = [jnp.asarray(problem[key][step]) for key in ("grad_w", "grad_b", "grad_e_dense")]
        if case.meta["sparse"]:
            rows = problem["grad_e_values"][step], problem["grad_e_rows"][step]
            gradients[2] = kerax.optimizers.RowGradient(*rows, shape=variables[2].shape)
        optimizer.apply_gradients(zip(gradients, variables))
        for name, variable in zip(VARIABLES, variables):
            np.testing.assert_allclose(
                np.asarray(variable), expected[name][step], err_msg=f"{name} after step {step}", **tolerance
            )
    if case.meta["api"] == "legacy":
        compare_slots(optimizer, case.meta["slots"], expected, tolerance)
    if case.meta.get("finalize"):
        optimizer.finalize_variable_values(variables)
        for name, variable in zip(VARIABLES, variables):
            np.testing.assert_allclose(np.asarray(variable), expected[f"final_{name}"], err_msg=name, **tolerance)


def compare_slots(optimizer, names, expected, tolerance):
    """The weights of a legacy optimizer are the recorded ones: names, order, values."""
    assert [variable.path for variable in optimizer.weights] == [name.removesuffix(":0") for name in names]
    for i, (variable, name) in enumerate(zip(optimizer.weights, names)):
        np.testing.assert_allclose(np.asarray(variable), expected[f"slot_{i:02d}"], err_msg=name, **tolerance)
