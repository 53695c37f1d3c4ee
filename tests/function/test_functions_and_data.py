"""Functions that take elements from datasets, and functions that print and check while they run."""

import jax.numpy as jnp
import numpy as np
import pytest

import kerax
import kerax.compat.tensorflow as tf

SLOWER = pytest.mark.filterwarnings("ignore:.*runs without being compiled")


def test_an_element_is_not_built_into_a_program():
    iterator = iter(kerax.data.Dataset.range(3))
    step = kerax.function(lambda: jnp.asarray(next(iterator)))
    with pytest.raises(ValueError, match="step.next.iterator"):
        step()
    assert int(next(iterator)) == 0  # it was not taken


@SLOWER
def test_scripts_take_other_elements_in_every_call():
    data = tf.data.Dataset.from_tensor_slices(np.arange(8, dtype="float32")).batch(3)
    iterator, total = iter(data), tf.Variable(0.0)

    @tf.function
    def step(iterator):
        return tf.reduce_sum(next(iterator))

    assert [float(step(iterator)) for _ in range(3)] == [3.0, 12.0, 13.0]
    with pytest.raises(tf.errors.OutOfRangeError):
        step(iterator)

    @tf.function
    def epoch():
        for x in data:  # the last batch is smaller
            total.assign_add(tf.reduce_sum(x))
        return total.read_value()

    assert [float(epoch()), float(epoch())] == [28.0, 56.0]


def test_a_scripts_warning_stands_at_its_own_line():
    iterator = iter(tf.data.Dataset.range(3))
    step = tf.function(lambda: next(iterator))
    with pytest.warns(UserWarning, match="runs without being compiled") as noted:
        step()
    assert noted[0].filename == __file__


def test_what_is_checked_while_a_program_runs_raises_its_own_error_and_loses_nothing():
    total = kerax.Variable(0.0)

    @kerax.function
    def add(x):
        assert jnp.all(x > 0), "x must be positive"
        total.assign_add(jnp.sum(x))
        return x

    add(jnp.ones(2))
    with pytest.raises(AssertionError, match="^x must be positive$"):
        add(-jnp.ones(2))
    assert float(total) == 2.0
    add(jnp.ones(2))
    assert float(total) == 4.0

    @tf.function
    def checked(x):
        tf.debugging.assert_positive(x)
        return x

    with pytest.raises(tf.errors.InvalidArgumentError, match="did not hold"):
        checked(tf.constant(-1.0))


def test_signatures_in_words_and_of_unknown_sizes():
    weight = kerax.Variable(2.0, name="weight")
    scaled = kerax.function(lambda batch, factor: batch["x"] * weight * factor)
    scaled({"x": jnp.ones(2)}, 3)
    text = scaled.pretty_printed_concrete_signatures()
    for part in ("batch['x']: float32[2]", "factor=3", "Output Type:\n  float32[2]", "weight: float32[]"):
        assert part in text

    concrete = tf.function(lambda x: x * 2).get_concrete_function(tf.TensorSpec([None], tf.float32))
    assert concrete(tf.ones(2)).shape == (2,) and concrete(tf.ones(3)).shape == (3,)
    any_rank = tf.function(tf.reduce_sum, input_signature=[tf.TensorSpec(None, tf.float32)])
    assert float(any_rank(tf.ones((2, 2)))) == 4.0 and any_rank.experimental_get_tracing_count() == 1


def test_a_script_is_told_what_left_its_function():
    kept = []

    @tf.function
    def step(x):
        kept.append(x * 2)
        return x

    with pytest.warns(UserWarning, match="left a traced value in variable 'kept'") as noted:
        step(tf.constant(1.0))
    assert noted[0].filename == __file__


def test_a_scripts_tensor_out_of_scope_is_named():
    kept = []

    @tf.function
    def step(x):
        kept.append(x * 2)
        return x

    with pytest.warns(UserWarning, match="left a traced value"):
        step(tf.constant(1.0))
    with pytest.raises(TypeError, match="out of scope.*Return it"):
        kept[0] + 1.0


def test_python_code_on_tensors_is_differentiated():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.py_function(lambda v: v * v, [x], tf.float32)
    np.testing.assert_allclose(tape.gradient(y, x), [2.0, 4.0])
