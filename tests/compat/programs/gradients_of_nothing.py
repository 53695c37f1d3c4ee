"""tf.custom_gradient whose gradient function returns None for some of its inputs."""

from tests.compat.programs import each


def custom(tf, np, folder):
    @tf.custom_gradient
    def first_only(x, y):
        return x * y, lambda dy: (dy * y, None)

    @tf.custom_gradient
    def nothing(x):
        return tf.round(x), lambda dy: None

    weight = tf.Variable(3.0)

    @tf.custom_gradient
    def with_variable(x, y):
        def grad(dy, variables=None):
            return (None, dy * 2), [dy * 5]

        return x * weight + y, grad

    @tf.custom_gradient
    def refusing(x):
        def grad(dy):
            raise NotImplementedError("no gradient")

        return x * 2, grad

    def gradients(function, *args, more=()):
        with tf.GradientTape() as tape:
            tape.watch([one for one in args if not isinstance(one, tf.Variable)])
            result = function(*args)
        return result, tape.gradient(result, [*args, *more])

    one, two = tf.constant(1.0), tf.constant(2.0)
    in_function = tf.function(lambda x, y: gradients(first_only, x, y)[1][0])
    return each(
        {
            "one": lambda: gradients(first_only, one, two),
            "variable": lambda: gradients(first_only, tf.Variable(4.0), two),
            "all": lambda: gradients(nothing, one),
            "captured": lambda: gradients(with_variable, one, two, more=[weight]),
            "in a function": lambda: in_function(one, two),
            "refusing": lambda: refusing(one),
            "zero": lambda: gradients(lambda x, y: first_only(x, y) + y, one, two),
        }
    )
