"""tf.compat.v1: sessions over what is noted down, variables by name, iterators, optimizers."""

import threading
import time
import warnings

import numpy as np
import pytest


@pytest.fixture
def v1(tf):
    found = tf.compat.v1
    found.reset_default_graph()
    yield found
    found.enable_eager_execution()


def test_a_session_computes_what_is_noted_down(tf, v1):
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [None, 2], name="x")
        w = v1.get_variable("w", [2, 1], initializer=tf.ones_initializer())
        y = tf.matmul(x, w) + 1.0
        mean = tf.reduce_mean(y)
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            values, middle = session.run([y, mean], feed_dict={x: [[1.0, 2.0], [3.0, 4.0]]})
            assert values.tolist() == [[4.0], [8.0]] and middle == 6.0
            assert session.run(w).tolist() == [[1.0], [1.0]]
            with pytest.raises(tf.errors.InvalidArgumentError, match="feed a value"):
                session.run(y)


def test_linear_regression_of_1995(tf, v1):
    v1.disable_eager_execution()
    x, y = v1.placeholder(tf.float32, [None]), v1.placeholder(tf.float32, [None])
    w, b = tf.Variable(0.0, name="w"), tf.Variable(0.0, name="b")
    loss = tf.reduce_mean(tf.square(w * x + b - y))
    step = v1.train.get_or_create_global_step()
    train = v1.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)
    inputs = np.linspace(-1, 1, 20).astype("float32")
    with v1.Session() as session:
        session.run(v1.global_variables_initializer())
        for _ in range(100):
            _, value = session.run([train, loss], {x: inputs, y: 3 * inputs + 1})
        assert value < 1e-2 and abs(session.run(w) - 3) < 0.2
        assert session.run(step) == 100
        assert abs(session.run(v1.gradients(loss, [b])[0], {x: inputs, y: 3 * inputs + 1})) < 0.1


def test_iterators_in_a_session(tf, v1):
    with tf.Graph().as_default():
        iterator = v1.data.make_initializable_iterator(tf.data.Dataset.range(3).map(lambda n: n * 2))
        element = iterator.get_next()
        with v1.Session() as session:
            with pytest.raises(tf.errors.FailedPreconditionError):
                session.run(element)
            session.run(iterator.initializer)
            assert [int(session.run(element)) for _ in range(3)] == [0, 2, 4]
            with pytest.raises(tf.errors.OutOfRangeError):
                session.run(element)


def test_variables_by_name(tf, v1):
    with v1.variable_scope("a"):
        first = v1.get_variable("v", [2])
    with v1.variable_scope("a", reuse=True):
        assert v1.get_variable("v", [2]) is first
    with pytest.raises(ValueError, match="already exists"), v1.variable_scope("a"):
        v1.get_variable("v", [2])
    assert first.name == "a/v:0" and v1.trainable_variables() == [first]


@pytest.mark.parametrize("name", ["Adam", "Adagrad", "Momentum", "RMSProp", "Ftrl", "GradientDescent", "Adadelta"])
def test_optimizers(tf, v1, name):
    arguments = (0.1, 0.9) if name == "Momentum" else (0.1,)
    optimizer = getattr(v1.train, f"{name}Optimizer")(*arguments)
    v = tf.Variable([2.0, -1.0])
    optimizer.minimize(lambda: tf.reduce_sum(v * v), var_list=[v])
    assert abs(v.numpy()[0]) < 2.0


def test_savers(tf, v1, tmp_path):
    v = v1.get_variable("kept", initializer=tf.constant([1.0, 2.0]))
    path = v1.train.Saver().save(None, str(tmp_path / "model.ckpt"), global_step=3)
    v.assign([0.0, 0.0])
    assert path.endswith("model.ckpt-3") and tf.train.latest_checkpoint(str(tmp_path)) == path
    v1.train.Saver().restore(None, path)
    assert v.numpy().tolist() == [1.0, 2.0]


def test_without_version_two_iterators_are_noted_down(tf):
    v1 = tf.compat.v1
    v1.disable_v2_behavior()
    try:
        iterator = v1.data.make_initializable_iterator(tf.data.Dataset.range(2))
        element = iterator.get_next()
        with v1.Session() as session:
            session.run(iterator.initializer)
            assert [session.run(element), session.run(element)] == [0, 1]
            with pytest.raises(tf.errors.OutOfRangeError):
                session.run(element)
    finally:
        v1.enable_v2_behavior()


def test_gradients_that_are_changed_before_they_are_applied(tf):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [2])
        w = tf.Variable([3.0, 4.0])
        optimizer = v1.train.GradientDescentOptimizer(1.0)
        pairs = optimizer.compute_gradients(tf.reduce_sum(w * x))
        assert [variable is w for _, variable in pairs] == [True]
        step = optimizer.apply_gradients([(tf.clip_by_value(g, -1.0, 1.0), v) for g, v in pairs])
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            session.run(step, {x: [0.5, 9.0]})
            assert session.run(w).tolist() == [2.5, 3.0]


def test_what_a_session_is_asked_for_again_is_traced_once(tf):
    v1 = tf.compat.v1
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [2])
        w = v1.get_variable("w", initializer=1.0)
        noise = tf.random.normal([2], seed=3)
        y = tf.stop_gradient(w) * x + 0.0 * noise
        step = v1.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(w * w))
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            found = [session.run([step, y, noise], {x: [1.0, 2.0]})[2].tolist() for _ in range(3)]
            assert session.run(w) < 0.8 and len({tuple(one) for one in found}) == 3
    program = [one for one in graph.state.programs.values() if len(one.leaves) == 3]
    assert [one.traceable and one._function.experimental_get_tracing_count() for one in program] in ([1], [2])


def test_weighted_losses_are_collected(tf):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [2])
        loss = v1.losses.compute_weighted_loss(x, 2.0)
        other = v1.losses.compute_weighted_loss(x, loss_collection="own")
        assert v1.losses.get_losses() == [loss] and v1.get_collection("own") == [other]
        with v1.Session() as session:
            assert session.run([loss, v1.losses.get_total_loss()], {x: [1.0, 3.0]}) == [4.0, 4.0]


def test_files_beside_a_program(tf, tmp_path):
    loader, v1 = tf.compat.v1.resource_loader, tf.compat.v1
    (tmp_path / "a").write_bytes(b"text")
    assert loader.load_resource(str(tmp_path / "a")) == b"text"
    assert loader.readahead_file_path("a") == "a"
    assert loader.get_path_to_datafile("x").startswith(loader.get_data_files_path())
    with tf.Graph().as_default(), v1.Session() as session:
        assert session.run(v1.assert_variables_initialized()) is None


def test_sessions_of_several_threads_leave_each_other_alone(tf, v1):
    v1.disable_eager_execution()
    x, variable = v1.placeholder(tf.float32, []), tf.Variable(1.0)
    y = x * 2 + variable
    session = v1.Session()
    session.run(v1.global_variables_initializer())
    inside, left, found = threading.Event(), threading.Event(), []

    def wait(value):
        inside.set()
        left.wait(10)
        return value

    slow = tf.numpy_function(wait, [y], tf.float32)
    thread = threading.Thread(target=lambda: found.append(session.run(slow, {x: 1.0})))
    thread.start()
    assert inside.wait(10)
    assert session.run(y, {x: 2.0}) == 5.0
    assert isinstance(variable + 1.0, type(x)), "noted down, while another thread computes"
    with tf.Graph().as_default() as graph:
        elsewhere = []
        other = threading.Thread(target=lambda: elsewhere.append(v1.get_default_graph()))
        other.start()
        other.join()
        assert v1.get_default_graph() is graph and elsewhere[0] is not graph
    left.set()
    thread.join()
    assert found == [3.0] and isinstance(variable + 1.0, type(x)), "and afterwards"


def test_what_is_read_ahead_is_computed_and_not_noted_down(tf, v1):
    v1.disable_eager_execution()
    data = tf.data.Dataset.range(9).map(lambda n: tf.numpy_function(_slowly, [n], tf.int64))
    data = data.map(lambda n: tf.random.uniform([]) + tf.cast(n, tf.float32), num_parallel_calls=2).prefetch(2)
    element = v1.data.make_one_shot_iterator(data).get_next()
    with v1.Session() as session:
        assert [int(session.run(element)) for _ in range(9)] == list(range(9))


def _slowly(value):
    time.sleep(0.01)  # the next call comes when no session runs
    return value


def test_many_things_that_a_session_is_asked_for_are_no_retracing(tf, v1):
    with tf.Graph().as_default(), v1.Session() as session, warnings.catch_warnings():
        warnings.simplefilter("error")
        x = v1.placeholder(tf.float32, [])
        assert [session.run(x * number, {x: 2.0}) for number in range(7)] == [2.0 * number for number in range(7)]


def test_variable_scopes_belong_to_their_graph_and_thread(tf, v1):
    v1.disable_eager_execution()
    v1.get_variable("before", [1])
    v1.get_variable_scope().reuse_variables()
    v1.reset_default_graph()
    assert v1.get_variable("after", [1]).name == "after:0"
    with v1.variable_scope("outer", initializer=v1.ones_initializer()):
        with tf.Graph().as_default():
            scope = v1.get_variable_scope()
            assert (scope.name, scope.initializer, scope.reuse) == ("", None, False)
            assert v1.get_variable("b", [1]).name == "b:0" and tf.Variable(1.0, name="w").name == "w:0"
        assert v1.get_variable("c", [1]).name == "outer/c:0"
    names, meeting = {}, threading.Barrier(3)

    def build(number):
        with tf.Graph().as_default(), v1.variable_scope(f"thread{number}"):
            meeting.wait(10)
            names[number] = v1.get_variable("v", [1]).name
            meeting.wait(10)

    threads = [threading.Thread(target=build, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names == {number: f"thread{number}/v:0" for number in range(3)}
