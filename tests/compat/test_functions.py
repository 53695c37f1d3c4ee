"""tf.function: how often it is traced, what it returns, loops over tensors, errors."""

import numpy as np
import pytest


def test_traces_by_shape_and_type_and_python_value(tf):
    traces = []

    @tf.function
    def double(x, n=2):
        traces.append(1)
        return x * n

    for value in (1.0, 2.0):
        assert double(tf.constant(value)).numpy() == 2 * value
    assert len(traces) == 1 and double.experimental_get_tracing_count() == 1
    double(tf.constant([1.0]))
    double(tf.constant(1))
    assert len(traces) == 3
    double(np.float32(1.0))
    double(tf.constant(1.0), 2)
    double(x=tf.constant(1.0), n=2)
    assert len(traces) == 3, "an array is a tensor, and how arguments are given makes no difference"
    double(tf.constant(1.0), n=3)
    assert len(traces) == 4


def test_input_signature(tf):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def total(x):
        assert isinstance(x, tf.Tensor)
        return tf.reduce_sum(x)

    assert total([1, 2]).numpy() == 3.0
    with pytest.raises((TypeError, ValueError), match="float32"):
        total(tf.constant([1]))
    with pytest.raises(ValueError, match="shape"):
        total(tf.constant([[1.0]]))


def test_results_are_tensors(tf):
    out = tf.function(lambda x: {"a": x + 1, "b": [x.shape[0], 3.0]})(tf.constant([1, 2]))
    assert isinstance(out["a"], tf.Tensor) and out["b"][0].numpy() == 2


def test_loops_and_branches(tf):
    @tf.function
    def fibonacci(n):
        a, b = 0, 1
        for _ in tf.range(n):
            a, b = b, a + b
        return a

    assert fibonacci(tf.constant(10)).numpy() == 55

    @tf.function
    def first_negative(x):
        found = -1
        for i in tf.range(tf.shape(x)[0]):
            if x[i] < 0 and found < 0:
                found = i
        return found

    assert first_negative(tf.constant([1.0, -2.0, -3.0])).numpy() == 1

    @tf.function
    def squares(n):
        out = tf.TensorArray(tf.int32, size=n)
        for i in tf.range(n):
            out = out.write(i, i * i)
        return out.stack()

    assert squares(20).numpy().tolist() == [i * i for i in range(20)]

    @tf.function
    def running_mean(x):
        total = tf.zeros(())
        while tf.reduce_max(tf.abs(x)) > 1.0:
            x = x / 2
            total += tf.reduce_mean(x)
        return total

    np.testing.assert_allclose(running_mean(tf.constant([4.0, 2.0])).numpy(), 1.5 + 0.75)


def test_methods_and_state(tf):
    class Counter:
        def __init__(self):
            self.count = tf.Variable(0)

        @tf.function
        def step(self, by):
            self.count.assign_add(by)
            return self.count

    one, two = Counter(), Counter()
    one.step(tf.constant(2))
    assert one.step(tf.constant(3)).numpy() == 5 and two.step(tf.constant(1)).numpy() == 1


def test_concrete_functions(tf):
    function = tf.function(lambda x: x * 2)
    concrete = function.get_concrete_function(tf.TensorSpec([2], tf.float32))
    assert concrete(tf.constant([1.0, 2.0])).numpy().tolist() == [2.0, 4.0]


def test_numbers_are_not_there_while_tracing(tf):
    with pytest.raises(AttributeError, match="tf.print"):
        tf.function(lambda x: x.numpy())(tf.constant(1.0))
    with pytest.warns(UserWarning, match="without being compiled"):
        assert tf.function(lambda x: tf.zeros(tf.cast(x, tf.int32)))(tf.constant(2.0)).shape == (2,)


def test_custom_gradients_and_accumulators(tf):
    @tf.custom_gradient
    def half(x):
        return x * 2, lambda upstream: upstream * 0.5

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = half(x)
    assert tape.gradient(y, x).numpy() == 0.5
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as forward:
        y = x**2
    assert forward.jvp(y).numpy() == 6.0


def test_printing(tf, capfd):
    tf.print("a", tf.constant([1.0, 2.5]), {"b": tf.constant("c")})
    tf.function(lambda x: tf.print("traced", x))(tf.constant(3))
    printed = capfd.readouterr().err
    assert "a [1 2.5] {'b': c}" in printed and "traced 3" in printed


def test_python_functions(tf):
    def outside(x):
        return x.numpy() + 1

    @tf.function
    def function(x):
        return tf.numpy_function(lambda v: v * 2, [x], tf.TensorSpec([2], tf.float32))

    assert tf.py_function(outside, [tf.constant(1.0)], tf.float32).numpy() == 2.0
    assert function(tf.constant([1.0, 2.0])).numpy().tolist() == [2.0, 4.0]
