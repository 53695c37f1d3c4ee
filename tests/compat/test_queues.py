"""Queues that several threads of a program use: as in TensorFlow 2.15, who finds nothing waits."""

import threading
import time

import pytest


def test_who_finds_no_element_waits_for_the_thread_that_brings_some(tf):
    queue = tf.queue.FIFOQueue(2, tf.int32, shapes=[()])

    def bring():
        for number in range(7):
            time.sleep(0.005)
            queue.enqueue(number)
        queue.close()

    thread = threading.Thread(target=bring)
    thread.start()
    assert [queue.dequeue_many(2).numpy().tolist() for _ in range(3)] == [[0, 1], [2, 3], [4, 5]]
    with pytest.raises(tf.errors.OutOfRangeError, match="closed"):
        queue.dequeue_many(2)
    thread.join()
    assert queue.size().numpy() == 1


def test_who_finds_no_room_waits_for_the_thread_that_makes_some(tf):
    queue = tf.queue.FIFOQueue(2, tf.int32, shapes=[()])
    thread = threading.Thread(target=lambda: [queue.enqueue(number) for number in range(6)])
    thread.start()
    assert [int(queue.dequeue()) for _ in range(6)] == list(range(6))
    thread.join()
    with pytest.raises(tf.errors.OutOfRangeError, match="no thread"):
        queue.dequeue()


def test_sessions_of_two_threads_at_both_ends_of_a_queue(tf):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [2])
        queue = v1.FIFOQueue(3, [tf.float32], shapes=[[2]])
        bring, close, double = queue.enqueue([x]), queue.close(), queue.dequeue() * 2
        session, coordinator, found = v1.Session(), v1.train.Coordinator(), []

        def load():
            for number in range(4):
                session.run(bring, {x: [number, number]})
            session.run(close)

        thread = threading.Thread(target=load)
        thread.start()
        with coordinator.stop_on_exception():
            while not coordinator.should_stop():
                found.append(session.run(double).tolist())
        coordinator.join([thread])
    assert found == [[0.0, 0.0], [2.0, 2.0], [4.0, 4.0], [6.0, 6.0]]
