"""PyDataset in fit: the order of its batches, its workers, what a batch that fails shows."""

import threading

import numpy as np
import pytest

import kerax


class Numbered(kerax.utils.PyDataset):
    """Batch i holds the number i; notes who asked for it."""

    def __init__(self, size=6, **kwargs):
        super().__init__(**kwargs)
        self.size, self.asked, self.threads = size, [], set()
        self.meet = threading.Barrier(2) if self.workers > 1 else None

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        self.asked.append(index)
        self.threads.add(threading.current_thread().name)
        if self.meet is not None:
            self.meet.wait(timeout=10)  # two threads are here at once, or this breaks
        return np.full((2, 1), index, "float32"), np.zeros((2, 1), "float32")


def model():
    made = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1)])
    made.compile(kerax.optimizers.SGD(1e-4), "mse")
    return made


def test_fit_shuffles_the_batches_and_evaluate_does_not():
    data = Numbered(40)
    model().fit(data, epochs=2, verbose=0)
    first, second = data.asked[:40], data.asked[40:]
    assert sorted(first) == sorted(second) == list(range(40))
    assert first != second and first != list(range(40)) and second != list(range(40))
    data.asked.clear()
    model().evaluate(data, verbose=0)
    model().predict(data, verbose=0)
    assert data.asked == [*range(40), *range(40)]


def test_the_order_follows_the_seed_and_can_be_turned_off():
    orders = []
    for _ in range(2):
        kerax.utils.set_random_seed(3)
        data = Numbered(20)
        model().fit(data, verbose=0)
        orders.append(data.asked)
    assert orders[0] == orders[1] != list(range(20))
    data = Numbered(20)
    model().fit(data, shuffle=False, verbose=0)
    assert data.asked == list(range(20))


def test_workers_make_batches_at_the_same_time_and_keep_their_order():
    data = Numbered(8, workers=2, max_queue_size=4)
    same = kerax.Sequential([kerax.Input((1,)), kerax.layers.Identity()])
    assert same.predict(data, verbose=0)[::2, 0].tolist() == list(range(8))
    assert sorted(data.asked) == list(range(8)) and len(data.threads) == 2


def test_a_batch_that_fails_in_a_worker_fails_fit():
    class Broken(Numbered):
        def __getitem__(self, index):
            if index == 3:
                raise KeyError("no batch 3")
            return np.ones((2, 1)), np.ones((2, 1))

    with pytest.raises(KeyError, match="no batch 3"):
        model().fit(Broken(4, workers=2), shuffle=False, verbose=0)


def test_without_a_length_it_never_ends():
    class Endless(kerax.utils.PyDataset):
        def __getitem__(self, index):
            return np.full((2, 1), index, "float32"), np.zeros((2, 1))

    assert Endless().num_batches is None and Numbered(3).num_batches == 3
    history = model().fit(Endless(), steps_per_epoch=5, epochs=2, verbose=0)
    assert len(history.epoch) == 2
