"""Signatures with open sizes, and variables whose first values are computed in a function."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax

Spec = kerax.data.TensorSpec


def test_a_signature_counts_as_one_trace():
    @kerax.function(input_signature=[Spec((None, 2), "float32"), Spec(None, "int32")])
    def total(x, n):
        return jnp.sum(x) * jnp.sum(n)

    for rows in (1, 3, 2):
        assert float(total(np.ones((rows, 2), "float32"), jnp.ones(rows, "int32"))) == 2 * rows * rows
    assert float(total(jnp.ones((1, 2)), jnp.asarray(5))) == 10.0  # another rank of the open one
    assert total.experimental_get_tracing_count() == 1
    with pytest.raises(TypeError, match=r"'x' must have shape \(None, 2\)"):
        total(jnp.ones((2, 3)), jnp.asarray(1))


def test_reduce_retracing_stops_counting_at_the_second_size():
    plain = kerax.function(lambda x: x + 1)
    reduced = kerax.function(lambda x: x + 1, reduce_retracing=True)
    for size in (1, 2, 3):
        plain(jnp.ones(size)), reduced(jnp.ones(size))
    assert (plain.experimental_get_tracing_count(), reduced.experimental_get_tracing_count()) == (3, 2)
    reduced(jnp.ones((1, 1)))
    assert reduced.experimental_get_tracing_count() == 3


def test_concrete_functions_of_open_sizes():
    variable = kerax.Variable(2.0)

    @kerax.function
    def scale(x, by=1.0):
        return {"out": x * variable * by}

    concrete = scale.get_concrete_function(Spec((None,), "float32"), by=3.0)
    for size in (1, 2):
        assert concrete(jnp.ones(size), by=3.0)["out"].tolist() == [6.0] * size
    assert scale(jnp.ones(5), by=3.0)["out"].shape == (5,)
    assert scale.experimental_get_tracing_count() == 1
    assert concrete.variables == [variable] == concrete.trainable_variables
    assert concrete.structured_outputs["out"].shape == (2,)
    with pytest.raises(TypeError, match=r"arrays of shape \(None,\) here, received \(1, 1\)"):
        concrete(jnp.ones((1, 1)), by=3.0)
    with pytest.raises(TypeError, match="without its argument 'x'"):
        concrete()
    signed = kerax.function(lambda x: x, input_signature=[Spec((None,), "float32")])
    assert signed.get_concrete_function()(jnp.ones(3)).shape == (3,)


def test_the_first_value_of_a_variable_may_be_computed():
    class Counter:
        value = noise = None

        @kerax.function
        def __call__(self, x):
            if self.value is None:
                self.value = kerax.Variable(jnp.zeros_like(x) + 10.0, name="value")
                self.noise = kerax.Variable(kerax.random.normal((2,)), dtype="float16", trainable=False)
            with kerax.GradientTape() as tape:
                loss = jnp.sum(self.value * x)
            self.value.assign_sub(tape.gradient(loss, self.value))
            return loss

    counter = Counter()
    found = [float(counter(jnp.asarray([1.0, 2.0]))) for _ in range(3)]
    assert found == [30.0, 25.0, 20.0]
    assert counter.value.numpy().tolist() == [7.0, 4.0]
    assert counter.noise.dtype == "float16" and np.any(counter.noise.numpy())
    assert counter.__call__.experimental_get_tracing_count() == 2  # the first made the variables, the second keeps them


def test_computed_first_values_in_nested_functions_and_too_late():
    made = {}

    @kerax.function
    def inner(x):
        if "v" not in made:
            made["v"] = kerax.Variable(x + 1)
        made["v"].assign_add(x)
        return made["v"].value

    outer = kerax.function(lambda x: inner(x) * 2)
    assert [float(outer(jnp.asarray(1.0))) for _ in range(3)] == [6.0, 8.0, 10.0]

    box = []

    @kerax.function
    def forgets(x):
        box.append(kerax.Variable(x))
        return x

    forgets(jnp.asarray(1.0))
    with pytest.raises(ValueError, match="later call"):
        forgets(jnp.asarray(1.0))
    once = kerax.function(lambda x: box.append(kerax.Variable(x * 1)) or x)
    with pytest.raises(ValueError, match="call it once before"):
        once.get_concrete_function(jnp.asarray(1.0))
    with pytest.raises(ValueError, match="created from a traced value"):
        jax.jit(lambda x: kerax.Variable(x).value)(1.0)


SEEN = []


def test_python_runs_once_for_a_signature_as_far_as_one_sees(capsys):
    count = 0

    class Owner:
        def __init__(self):
            self.traces, self.table = 0, {}

        @kerax.function(input_signature=[Spec((None,), "float32")])
        def method(self, x):
            self.traces += 1
            self.table[self.traces] = "traced"
            return jnp.sum(x)

    @kerax.function(input_signature=[Spec((None,), "float32")])
    def total(x):
        nonlocal count
        count += 1
        SEEN.append("traced")
        print("tracing")
        return jnp.sum(x)

    owner = Owner()
    for size in (1, 2, 3):
        assert float(total(jnp.ones(size))) == size == float(owner.method(jnp.ones(size)))
    assert (count, SEEN, capsys.readouterr().out) == (1, ["traced"], "tracing\n")
    assert (owner.traces, owner.table) == (1, {1: "traced"})
    plain = kerax.function(lambda x: print("each") or x)
    plain(jnp.ones(1)), plain(jnp.ones(2))
    assert capsys.readouterr().out == "each\neach\n"  # these are two kinds


def test_variables_count_by_shape_and_dtype():
    variables = [kerax.Variable(float(i)) for i in range(4)]
    calls = []

    @kerax.function
    def add(a, b):
        calls.append(1)
        a.assign_add(b)
        return a + b

    assert [float(add(one, two)) for one, two in (variables[:2], variables[2:])] == [2.0, 8.0]
    assert (add.experimental_get_tracing_count(), len(calls)) == (1, 1)
    add(variables[0], variables[0])
    assert add.experimental_get_tracing_count() == 2
    add(variables[0], kerax.Variable([1.0, 2.0])[0])
    assert [float(v) for v in variables] == [3.0, 1.0, 5.0, 3.0]
    assert add.experimental_get_tracing_count() == 3
