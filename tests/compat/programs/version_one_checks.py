"""Loops of supervisors, and gradients beside finite differences, as in TensorFlow 1."""


def loops_of_supervisors(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        step = v1.train.get_or_create_global_step()
        w = v1.get_variable("w", initializer=2.0)
        train = v1.train.GradientDescentOptimizer(0.1).minimize(w * w, global_step=step)
        supervisor = v1.train.Supervisor(logdir=None, summary_op=None, saver=None)
        found = []

        def one_step(session, given, least=0):
            session.run(train)
            found.append(session.run([w, step]))
            if len(found) > least:
                supervisor.request_stop()

        v1.train.basic_train_loop(supervisor, one_step, args=("given",), kwargs={"least": 2})
        return [[value, int(number)] for value, number in found]


def gradients_and_differences(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session():
        x = v1.placeholder(tf.float32, [2, 2])
        other = v1.placeholder(tf.float32, [2])
        y = tf.reduce_sum(x * x, 1) * other
        at, more = np.array([[1.0, 2.0], [3.0, 4.0]], "float32"), {other: np.array([1.0, 0.5], "float32")}
        exact, estimated = v1.test.compute_gradient(x, [2, 2], y, [2], at, 0.25, extra_feed_dict=more)
        both = v1.test.compute_gradient(
            [x, other], [[2, 2], [2]], y, [2], [at, more[other]], 0.25, extra_feed_dict={x: at, **more}
        )
        error = v1.test.compute_gradient_error(x, [2, 2], y, [2], at, 0.25, extra_feed_dict=more)
    return [exact, np.round(estimated, 3), [one[0] for one in both], bool(error < 1e-3)]
