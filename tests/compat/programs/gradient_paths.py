"""What gradients pass through, and what tapes refuse."""

# ruff: noqa: B007, F841 - what programs leave unused is part of them

from tests.compat.programs import each


def paths(tf, np, folder):
    cases = {}

    def case(function):
        cases[function.__name__] = function
        return function

    c, V = tf.constant, tf.Variable

    def x0():
        return c([1.0, 2.0, 3.0])

    @case
    def thr_cond():
        x = c(2.0)
        with tf.GradientTape() as t:
            t.watch(x)
            y = tf.cond(x > 1.0, lambda: x * 3.0, lambda: x)
        return t.gradient(y, x)

    @case
    def thr_cond_fn():
        @tf.function
        def f(x):
            with tf.GradientTape() as t:
                t.watch(x)
                y = tf.cond(x > 1.0, lambda: x * 3.0, lambda: x)
            return t.gradient(y, x)

        return f(c(2.0)), f(c(0.0))

    @case
    def thr_while():
        x = c(2.0)
        with tf.GradientTape() as t:
            t.watch(x)
            i, y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [c(0), c(1.0)])
        return t.gradient(y, x)

    @case
    def thr_while_fn():
        @tf.function
        def f(x, n):
            with tf.GradientTape() as t:
                t.watch(x)
                y = x
                for i in tf.range(n):
                    y = y * x
            return t.gradient(y, x)

        return f(c(2.0), c(3))

    @case
    def thr_while_fn2():
        @tf.function
        def f(x):
            with tf.GradientTape() as t:
                t.watch(x)
                y = x
                while y < 20.0:
                    y = y * x
            return t.gradient(y, x)

        return f(c(2.0))

    @case
    def thr_while_max():
        @tf.function
        def f(x):
            with tf.GradientTape() as t:
                t.watch(x)
                y = tf.while_loop(lambda y: y < 20.0, lambda y: (y * x,), [x], maximum_iterations=10)[0]
            return t.gradient(y, x)

        return f(c(2.0))

    @case
    def thr_map():
        x = x0()
        with tf.GradientTape() as t:
            t.watch(x)
            y = tf.map_fn(lambda v: v**2, x)
        return t.gradient(y, x)

    @case
    def thr_scan():
        x = x0()
        with tf.GradientTape() as t:
            t.watch(x)
            y = tf.scan(lambda a, v: a * v, x)
        return t.gradient(y, x)

    @case
    def thr_vectorized():
        x = x0()
        with tf.GradientTape() as t:
            t.watch(x)
            y = tf.vectorized_map(lambda v: v**3, x)
        return t.gradient(y, x)

    @case
    def thr_ta():
        x = x0()
        with tf.GradientTape() as t:
            t.watch(x)
            ta = tf.TensorArray(tf.float32, 3)
            for i in range(3):
                ta = ta.write(i, x[i] ** 2)
            y = ta.stack()
        return t.gradient(y, x)

    @case
    def thr_py_function():
        x = x0()
        with tf.GradientTape() as t:
            t.watch(x)
            y = tf.py_function(lambda v: v**2, [x], tf.float32)
        return t.gradient(y, x)

    @case
    def thr_py_function_fn():
        @tf.function
        def f(x):
            with tf.GradientTape() as t:
                t.watch(x)
                y = tf.py_function(lambda v: v**2, [x], tf.float32)
            return t.gradient(y, x)

        return f(x0())

    @case
    def complex_():
        x = c([1.0 + 2.0j])
        with tf.GradientTape() as t:
            t.watch(x)
            y = tf.math.real(x * x)
        return t.gradient(y, x)

    @case
    def complex_abs():
        x = c(3.0 + 4.0j)
        with tf.GradientTape() as t:
            t.watch(x)
            y = tf.abs(x)
        return t.gradient(y, x)

    @case
    def int_target():
        x = c(3)
        with tf.GradientTape() as t:
            t.watch(x)
            y = x * x
        return t.gradient(y, x)

    @case
    def int_path():
        x = c(3.0)
        with tf.GradientTape() as t:
            t.watch(x)
            y = tf.cast(tf.cast(x, tf.int32), tf.float32) * x
        return t.gradient(y, x)

    @case
    def fwd():
        x = x0()
        with tf.autodiff.ForwardAccumulator(x, c([1.0, 0.0, 1.0])) as a:
            y = tf.reduce_sum(x**2)
        return a.jvp(y)

    @case
    def fwd_var():
        w = V(2.0)
        with tf.autodiff.ForwardAccumulator(w, c(1.0)) as a:
            y = w**3
            z = c(1.0)
        return a.jvp(y), a.jvp(z), a.jvp(z, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    @case
    def fwd_back():
        x = c([1.0, 2.0])
        with tf.autodiff.ForwardAccumulator(x, c([1.0, 0.0])) as a:
            with tf.GradientTape() as t:
                t.watch(x)
                y = tf.reduce_sum(x**3)
            g = t.gradient(y, x)
        return g, a.jvp(g)

    @case
    def fwd_bad():
        with tf.autodiff.ForwardAccumulator([c(1.0)], [c(1.0), c(2.0)]) as a:
            pass

    @case
    def struct_sources():
        a, b = c(1.0), V(2.0)
        with tf.GradientTape() as t:
            t.watch(a)
            y = a * b
        return t.gradient(y, {"z": a, "y": (b, [a])})

    @case
    def struct_targets():
        x = x0()
        with tf.GradientTape() as t:
            t.watch(x)
            y = {"a": x * 2.0, "b": [x * x]}
        return t.gradient(y, x)

    @case
    def out_grads():
        x = x0()
        with tf.GradientTape() as t:
            t.watch(x)
            y = x * x
        return t.gradient(y, x, output_gradients=c([1.0, 10.0, 100.0]))

    @case
    def not_watch():
        x = x0()
        with tf.GradientTape() as t:
            y = x * x
        return t.gradient(y, x)

    @case
    def no_auto():
        w = V(2.0)
        with tf.GradientTape(watch_accessed_variables=False) as t:
            y = w * w
        return t.gradient(y, w), t.watched_variables()

    @case
    def watched():
        w = V(2.0, name="w")
        u = V(1.0, name="u", trainable=False)
        with tf.GradientTape() as t:
            y = w * w * u
        return [v.name for v in t.watched_variables()], t.gradient(y, [w, u])

    @case
    def assign_inside():
        w = V(2.0)
        with tf.GradientTape() as t:
            y = w * w
            w.assign(5.0)
            z = w * y
        return t.gradient(z, w)

    @case
    def bad_unconnected():
        x = c(1.0)
        with tf.GradientTape() as t:
            t.watch(x)
            y = x
        return t.gradient(y, x, unconnected_gradients="nonsense")

    @case
    def target_none():
        x = c(1.0)
        with tf.GradientTape() as t:
            t.watch(x)
        return t.gradient(None, x)

    @case
    def watch_py():
        with tf.GradientTape() as t:
            t.watch(3.0)

    @case
    def same_target_source():
        x = c(1.0)
        with tf.GradientTape() as t:
            t.watch(x)
            y = x * 2.0
        return (t.gradient(x, x),)

    @case
    def reenter():
        x = c(1.0)
        t = tf.GradientTape(persistent=True)
        with t:
            t.watch(x)
            y = x * 2.0
        with t:
            z = y * y
        return t.gradient(z, x)

    @case
    def in_tape_gradient():
        x = c(2.0)
        with tf.GradientTape(persistent=True) as t:
            t.watch(x)
            y = x**3
            g = t.gradient(y, x)
        return g, t.gradient(g, x)

    @case
    def enter_twice():
        t = tf.GradientTape()
        with t:
            with t:
                pass

    @case
    def tf_gradients_const():
        @tf.function
        def f(x):
            k = c(3.0)
            y = x * k + k * k
            return tf.gradients(y, [k, x])

        return f(c(2.0))

    @case
    def tf_gradients_mid():
        @tf.function
        def f(x):
            h = x * x
            y = tf.sin(h)
            return tf.gradients(y, h) + tf.gradients(h, x)

        return f(c(2.0))

    @case
    def tf_gradients_const_fn():
        @tf.function
        def f(x):
            k = tf.ones([2]) * 2.0
            y = tf.reduce_sum(tf.exp(k) * x)
            z = tf.reduce_sum(k)
            return tf.gradients([y, z], [k])

        return f(c(2.0))

    @case
    def tf_gradients_loop():
        @tf.function
        def f(x):
            k = c(3.0)
            y = x
            for i in tf.range(2):
                y = y * k
            return tf.gradients(y, k)

        return f(c(2.0))

    @case
    def tf_gradients_unconn():
        @tf.function
        def f(x):
            k = c(3.0)
            return tf.gradients(x * x, k, unconnected_gradients="zero")

        return f(c(2.0))

    @case
    def tf_hessians():
        @tf.function
        def f(x):
            return tf.hessians(tf.reduce_sum(x**3), x)

        return f(x0())

    @case
    def clip_global():
        w = V([3.0, 4.0])
        with tf.GradientTape() as t:
            y = tf.reduce_sum(w**2)
        g = t.gradient(y, [w])
        return tf.clip_by_global_norm(g, 1.0)

    return each(cases)
