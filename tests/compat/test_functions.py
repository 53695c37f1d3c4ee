"""tf.function: how often it is traced, what it returns, loops over tensors, errors."""

import sys

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
    with pytest.raises(TypeError, match="shape"):
        total(tf.constant([[1.0]]))
    assert total(np.asarray([1, 2])).numpy() == 3.0


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


# ---- as TensorFlow's guide to functions shows it ---------------------------------------------------------------
def test_python_prints_while_tracing_and_tensorflow_prints_in_every_run(tf, capfd):
    @tf.function
    def step(x, note):
        print("Tracing with", x)
        tf.print("Running", note, output_stream=sys.stdout)
        return x + 1

    for value in (1, 2):
        step(tf.constant(value), "first")
    step(tf.constant(1), "second")
    out = capfd.readouterr().out
    assert out.count('Tracing with Tensor("') == 2 and out.count("shape=(), dtype=int32") == 2
    assert out.count("Running first") == 2 and out.count("Running second") == 1


def test_concrete_functions_of_the_guide(tf):
    power = tf.function(lambda a, b: a**b)
    square = power.get_concrete_function(a=tf.TensorSpec(None, tf.float32), b=2)
    assert square(tf.constant(10.0)).numpy() == square(10.0).numpy() == 100.0
    assert square(tf.constant([3.0])).numpy().tolist() == [9.0]
    with pytest.raises(TypeError, match="made for b=2, received 3"):
        square(tf.constant(10.0), b=3)
    double = tf.function(lambda a: a + a).get_concrete_function(tf.TensorSpec([], tf.float32))
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected to be a float32 tensor but is a int32"):
        double(tf.constant(1))
    with pytest.raises(TypeError, match="without its argument 'a'"):
        double()
    assert double.structured_input_signature == ((tf.TensorSpec([], tf.float32, name="a"),), {})
    assert double.structured_outputs == double.outputs[0] == tf.TensorSpec([], tf.float32)
    assert [one.name for one in double.inputs] == ["a"]


def test_gradients_inside_a_function(tf):
    variable = tf.Variable(3.0)

    @tf.function
    def slopes(x):
        inner = x * x
        y = inner * variable
        return (
            tf.gradients(y, [x, inner, variable]),
            tf.gradients([y, 2 * x], x, stop_gradients=[inner]),
            tf.gradients(y, tf.constant(1.0), unconnected_gradients="zero"),
            tf.gradients(y, x, grad_ys=[tf.constant(10.0)]),
            tf.hessians(y, x),
        )

    first, stopped, zero, scaled, second = slopes(tf.constant(2.0))
    assert [one.numpy() for one in first] == [12.0, 3.0, 4.0]
    assert [one[0].numpy() for one in (stopped, zero, scaled, second)] == [2.0, 0.0, 120.0, 6.0]

    def helper(y, x):
        return tf.gradients(y, x)[0]

    curved = tf.function(lambda x: tf.reduce_sum(helper(tf.reduce_sum(x**3), x)))
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = curved(x)
    assert y.numpy() == 15.0 and tape.gradient(y, x).numpy().tolist() == [6.0, 12.0]
    with pytest.raises(RuntimeError, match="tf.GradientTape"):
        tf.gradients(x, x)


def test_what_has_no_fixed_size_runs_as_plain_python(tf):
    @tf.function
    def pieces(n):
        array = tf.TensorArray(tf.int32, size=n)
        for i in tf.range(n):
            array = array.write(i, i * n)
        return array.stack()

    @tf.function
    def growing(n):
        x = tf.zeros([0], tf.int32)
        for i in tf.range(n):
            tf.autograph.experimental.set_loop_options(shape_invariants=[(x, tf.TensorShape([None]))])
            x = tf.concat([x, [i]], 0)
        return x

    called = tf.function(lambda x: tf.py_function(lambda a: a.numpy() * 2, [x], tf.float32))
    named = tf.keras.layers.StringLookup(vocabulary=["a", "b"], invert=True, mask_token=None)
    best = tf.function(lambda x: named(tf.argmax(x, -1)))
    for function, given, expected in [
        (pieces, tf.constant(3), [0, 3, 6]),
        (growing, tf.constant(3), [0, 1, 2]),
        (called, tf.constant(1.5), 3.0),
        (best, tf.constant([[0.0, 1.0, 2.0]]), [b"b"]),
    ]:
        with pytest.warns(UserWarning, match="runs without being compiled"):
            assert function(given).numpy().tolist() == expected


def test_strings_in_and_out_of_functions(tf):
    lookup = tf.keras.layers.StringLookup(vocabulary=["a", "b"], mask_token=None)
    ids = tf.function(lambda text: lookup(tf.strings.unicode_split(text, "UTF-8")).to_tensor())
    assert ids(tf.constant(["ab", "b"])).numpy().tolist() == [[1, 2], [2, 0]]
    words = tf.function(lambda: {"name": "kerax"})()
    assert words["name"].dtype == tf.string and words["name"].numpy() == b"kerax"


def test_a_name_that_only_a_loop_sets(tf):
    @tf.function
    def last(n):
        for i in tf.range(n):
            square = i * i
        return square, i

    assert [one.numpy() for one in last(tf.constant(4))] == [9, 3]
    assert tf.function(tf.inside_function)().numpy() and not tf.inside_function()


def test_python_that_nothing_depends_on_is_called_in_its_turn(tf):
    seen = []

    @tf.function
    def double(x):
        tf.py_function(lambda value: seen.append(float(value)), [x], [])
        tf.numpy_function(lambda value: np.float32(seen.append(-value) or 0), [x], tf.TensorSpec([], tf.float32))
        return x * 2

    for value in (1.0, 2.0):
        double(tf.constant(value))
    assert seen == [1.0, -1.0, 2.0, -2.0]


def test_errors_of_python_that_a_program_calls_are_its_own(tf):
    def refuse(value):
        raise KeyError("no such word")

    @tf.function
    def double(x):
        return tf.numpy_function(refuse, [x], tf.TensorSpec([], tf.float32))

    with pytest.raises(KeyError, match="no such word"):
        double(tf.constant(1.0))
