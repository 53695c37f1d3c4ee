"""tf.train.Coordinator: what it takes for an error, and how long it waits; the answers are TensorFlow 2.15's."""

import threading

import pytest


def test_the_end_of_the_input_is_a_reason_to_stop_and_no_error(tf):
    coordinator = tf.train.Coordinator()
    with coordinator.stop_on_exception():
        raise tf.errors.OutOfRangeError(None, None, "no more")
    assert coordinator.should_stop()
    coordinator.join([])
    strict = tf.train.Coordinator(clean_stop_exception_types=())
    strict.request_stop(tf.errors.OutOfRangeError(None, None, "no more"))
    with pytest.raises(tf.errors.OutOfRangeError, match="no more"):
        strict.join([])


def test_threads_have_all_time_until_they_shall_stop_and_little_afterwards(tf):
    coordinator, go_on, done = tf.train.Coordinator(), threading.Event(), []
    working = threading.Thread(target=lambda: done.append(go_on.wait(0.3)))
    working.start()
    coordinator.join([working], stop_grace_period_secs=0)
    assert done == [False] and coordinator.joined

    coordinator = tf.train.Coordinator()
    stuck = threading.Thread(target=lambda: go_on.wait(10), name="stuck")
    stuck.start()
    coordinator.request_stop()
    with pytest.raises(RuntimeError, match="still running: stuck"):
        coordinator.join([stuck], stop_grace_period_secs=0)
    coordinator.join([stuck], stop_grace_period_secs=0, ignore_live_threads=True)
    go_on.set()
    stuck.join()
