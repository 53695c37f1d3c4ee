"""tf.GradientTape, tf.custom_gradient, tf.autodiff.ForwardAccumulator, tf.gradients."""

# ruff: noqa: F841 - what programs leave unused is part of them

from tests.compat.programs import each


def tapes(tf, np, folder):
    cases = {}

    def case(function):
        cases[function.__name__] = function
        return function

    c, V = tf.constant, tf.Variable

    def x0():
        return c([1.0, 2.0, 3.0])

    @case
    def persistent():
        x = x0()
        with tf.GradientTape(persistent=True) as t:
            t.watch(x)
            y = x * x
            z = y * y
        return t.gradient(z, x), t.gradient(y, x), t.gradient(z, y)

    @case
    def twice():
        x = x0()
        with tf.GradientTape() as t:
            t.watch(x)
            y = x * x
        t.gradient(y, x)
        return t.gradient(y, x)

    @case
    def nested():
        x = c(3.0)
        with tf.GradientTape() as a:
            a.watch(x)
            with tf.GradientTape() as b:
                b.watch(x)
                y = x**3
            g = b.gradient(y, x)
        return a.gradient(g, x)

    @case
    def nested3():
        x = V(2.0)
        with tf.GradientTape() as a:
            with tf.GradientTape() as b:
                with tf.GradientTape() as d:
                    y = x**4
                g = d.gradient(y, x)
            h = b.gradient(g, x)
        return a.gradient(h, x)

    @case
    def jac():
        x = x0()
        with tf.GradientTape() as t:
            t.watch(x)
            y = x**2
        return t.jacobian(y, x)

    @case
    def jac_multi():
        x = x0()
        w = V([[1.0, 2.0], [3.0, 4.0]])
        with tf.GradientTape() as t:
            t.watch(x)
            y = tf.stack([tf.reduce_sum(x) * tf.reduce_sum(w), x[0]])
        return t.jacobian(y, [x, w])

    @case
    def jac_unconnected():
        x = x0()
        w = V(1.0)
        with tf.GradientTape(persistent=True) as t:
            t.watch(x)
            y = x * 2.0
        return (
            t.jacobian(y, w),
            t.jacobian(y, w, unconnected_gradients="zero"),
            t.jacobian(y, [x, w], experimental_use_pfor=False),
        )

    @case
    def bjac():
        x = c([[1.0, 2.0], [3.0, 4.0]])
        with tf.GradientTape() as t:
            t.watch(x)
            y = x**2 * x[:, ::-1]
        return t.batch_jacobian(y, x)

    @case
    def bjac_unconnected():
        x = c([[1.0, 2.0], [3.0, 4.0]])
        z = c([[1.0], [1.0]])
        with tf.GradientTape(persistent=True) as t:
            t.watch(x)
            t.watch(z)
            y = x**2
        return t.batch_jacobian(y, z, unconnected_gradients="zero"), t.batch_jacobian(y, x, experimental_use_pfor=False)

    @case
    def bjac_unconnected_none():
        x = c([[1.0, 2.0], [3.0, 4.0]])
        z = c([[1.0], [1.0]])
        with tf.GradientTape(persistent=True) as t:
            t.watch(x)
            t.watch(z)
            y = x**2
        return t.batch_jacobian(y, z)

    @case
    def bjac_rows():
        x = c([[1.0, 2.0], [3.0, 4.0]])
        with tf.GradientTape() as t:
            t.watch(x)
            y = tf.reduce_sum(x, 0, keepdims=True)
        return t.batch_jacobian(y, x)

    @case
    def bjac_list():
        x = c([[1.0, 2.0], [3.0, 4.0]])
        with tf.GradientTape() as t:
            t.watch(x)
            y = x * 2.0
        return t.batch_jacobian(y, [x])

    @case
    def cg_plain():
        @tf.custom_gradient
        def f(x):
            return x * x, lambda dy: dy * 10.0

        x = x0()
        with tf.GradientTape() as t:
            t.watch(x)
            y = f(x)
        return y, t.gradient(y, x)

    @case
    def cg_two():
        @tf.custom_gradient
        def f(a, b):
            def grad(d1, d2):
                return d1 * 2.0 + d2, d2 * 3.0

            return (a * b, a + b), grad

        a, b = c(2.0), c(5.0)
        with tf.GradientTape() as t:
            t.watch([a, b])
            y, z = f(a, b)
            s = y + z
        return t.gradient(s, [a, b])

    @case
    def cg_vars():
        w = V(3.0)

        @tf.custom_gradient
        def f(x):
            def grad(dy, variables=None):
                return dy * w, [dy * 100.0 for v in variables]

            return x * w, grad

        x = c(2.0)
        with tf.GradientTape() as t:
            t.watch(x)
            y = f(x)
        return t.gradient(y, [x, w])

    @case
    def cg_vars_missing():
        w = V(3.0)

        @tf.custom_gradient
        def f(x):
            def grad(dy):
                return dy

            return x * w, grad

        x = c(2.0)
        with tf.GradientTape() as t:
            t.watch(x)
            y = f(x)
        return t.gradient(y, [x, w])

    @case
    def cg_kwargs():
        @tf.custom_gradient
        def f(x, scale=1.0):
            def grad(dy):
                return dy * scale

            return x * scale, grad

        x = c(2.0)
        with tf.GradientTape() as t:
            t.watch(x)
            y = f(x, scale=7.0)
        return y, t.gradient(y, x)

    @case
    def cg_wrong_count():
        @tf.custom_gradient
        def f(a, b):
            return a * b, lambda dy: (dy * b,)

        a, b = c(2.0), c(5.0)
        with tf.GradientTape() as t:
            t.watch([a, b])
            y = f(a, b)
        return t.gradient(y, [a, b])

    @case
    def cg_second_order():
        @tf.custom_gradient
        def f(x):
            def grad(dy):
                return dy * 3.0 * x * x

            return x**3, grad

        x = c(2.0)
        with tf.GradientTape() as a:
            a.watch(x)
            with tf.GradientTape() as b:
                b.watch(x)
                y = f(x)
            g = b.gradient(y, x)
        return g, a.gradient(g, x)

    @case
    def cg_in_function():
        @tf.custom_gradient
        def f(x):
            return tf.identity(x), lambda dy: tf.clip_by_value(dy, -1.0, 1.0)

        @tf.function
        def run(x):
            with tf.GradientTape() as t:
                t.watch(x)
                y = f(x) * 5.0
            return t.gradient(y, x)

        return run(c(2.0))

    @case
    def cg_nested_struct():
        @tf.custom_gradient
        def f(d):
            return d["a"] * d["b"], lambda dy: {"a": dy * d["b"], "b": dy * 0.0}

        a, b = c(2.0), c(5.0)
        with tf.GradientTape() as t:
            t.watch([a, b])
            y = f({"a": a, "b": b})
        return t.gradient(y, [a, b])

    @case
    def recompute():
        w = V([[1.0, 2.0], [3.0, 4.0]])
        f = tf.recompute_grad(lambda x: tf.tanh(x @ w))
        x = c([[1.0, 1.0]])
        with tf.GradientTape() as t:
            t.watch(x)
            y = tf.reduce_sum(f(x))
        return t.gradient(y, [x, w])

    @case
    def grad_pass_through():
        f = tf.grad_pass_through(tf.round)
        x = c([1.4, 2.6])
        with tf.GradientTape() as t:
            t.watch(x)
            y = f(x) * 2.0
        return y, t.gradient(y, x)

    @case
    def stop_rec_outside():
        x = c(2.0)
        with tf.GradientTape() as t:
            t.watch(x)
            y = x * x
        with t.stop_recording():
            pass
        return y

    @case
    def reset():
        x = c(2.0)
        with tf.GradientTape() as t:
            t.watch(x)
            y = x * x
            t.reset()
            t.watch(x)
            z = x * 3.0
        return t.gradient(z, x)

    @case
    def reset_outside():
        x = c(2.0)
        with tf.GradientTape() as t:
            t.watch(x)
            y = x * x
        t.reset()
        return t.gradient(y, x)

    @case
    def stop_gradient():
        x = c(2.0)
        with tf.GradientTape() as t:
            t.watch(x)
            y = x * tf.stop_gradient(x)
        return t.gradient(y, x)

    return each(cases)
