"""tf.keras's enqueuers: batches prepared ahead by threads, for loops of your own."""

from __future__ import annotations

import queue
import random
import threading
from collections.abc import Iterator
from typing import Any

_WAIT = 0.05  # seconds between two looks at whether to stop
_END = object()


class SequenceEnqueuer:
    """Base class: a queue of batches that threads fill.

    Args:
      sequence: gives the batches.
      use_multiprocessing: accepted for tf.keras's sake: threads are used.

    Example:
      >>> import kerax
      >>> issubclass(kerax.utils.OrderedEnqueuer, kerax.utils.SequenceEnqueuer)
      True
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False):
        self.sequence, self.use_multiprocessing = sequence, use_multiprocessing
        self.queue: queue.Queue | None = None
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, workers: int = 1, max_queue_size: int = 10) -> None:
        """Starts preparing.

        Args:
          workers: number of threads; batches keep their order.
          max_queue_size: how many batches may wait.
        """
        self.queue = queue.Queue(max_queue_size)
        self._stopped.clear()
        self._threads = [threading.Thread(target=self._run, daemon=True)]
        self._threads[0].start()

    def is_running(self) -> bool:
        """Whether batches are being prepared."""
        return bool(self._threads) and not self._stopped.is_set()

    def stop(self, timeout: float | None = None) -> None:
        """Stops preparing and waits for the threads."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(timeout)
        self._threads = []

    def get(self) -> Iterator[Any]:
        """Yields the batches."""
        while self.is_running():
            try:
                item = self.queue.get(timeout=_WAIT)  # type: ignore[union-attr]
            except queue.Empty:
                continue
            if item is _END:
                return
            if isinstance(item, BaseException):
                raise item
            yield item

    def _batches(self) -> Iterator[Any]:
        raise NotImplementedError(f"{type(self).__name__} must define _batches().")

    def _run(self) -> None:
        try:
            for batch in self._batches():
                if not self._put(batch):
                    return
            self._put(_END)
        except BaseException as error:  # handed to the consumer, whatever it is
            self._put(error)

    def _put(self, item: Any) -> bool:
        while not self._stopped.is_set():
            try:
                self.queue.put(item, timeout=_WAIT)  # type: ignore[union-attr]
                return True
            except queue.Full:
                continue
        return False


class OrderedEnqueuer(SequenceEnqueuer):
    """The batches of an indexed sequence, epoch after epoch.

    Args:
      sequence: a ``PyDataset``.
      use_multiprocessing: accepted for tf.keras's sake.
      shuffle: whether the batches come in another order every epoch.

    Example:
      >>> import kerax
      >>> class Numbers(kerax.utils.PyDataset):
      ...     def __len__(self):
      ...         return 2
      ...     def __getitem__(self, index):
      ...         return index
      >>> enqueuer = kerax.utils.OrderedEnqueuer(Numbers())
      >>> enqueuer.start()
      >>> batches = enqueuer.get()
      >>> [next(batches) for _ in range(3)]
      [0, 1, 0]
      >>> enqueuer.stop()
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False, shuffle: bool = False):
        super().__init__(sequence, use_multiprocessing)
        self.shuffle = shuffle

    def _batches(self) -> Iterator[Any]:
        while True:
            order = list(range(len(self.sequence)))
            if self.shuffle:
                random.shuffle(order)
            for i in order:
                yield self.sequence[i]
            if hasattr(self.sequence, "on_epoch_end"):
                self.sequence.on_epoch_end()


class GeneratorEnqueuer(SequenceEnqueuer):
    """The batches of a generator.

    Args:
      generator: yields them.
      use_multiprocessing: accepted for tf.keras's sake.
      random_seed: accepted likewise.

    Example:
      >>> import kerax
      >>> enqueuer = kerax.utils.GeneratorEnqueuer(iter([1, 2]))
      >>> enqueuer.start()
      >>> list(enqueuer.get())
      [1, 2]
      >>> enqueuer.stop()
    """

    def __init__(self, generator: Any, use_multiprocessing: bool = False, random_seed: int | None = None):
        super().__init__(generator, use_multiprocessing)
        self.random_seed = random_seed

    def _batches(self) -> Iterator[Any]:
        yield from self.sequence


class TimedThread:
    """Base class of something that is done again and again by a thread: define ``on_interval``.

    Args:
      interval: seconds between two times.
      **kwargs: for ``threading.Thread``.

    Example:
      >>> import kerax
      >>> thread = kerax.utils.TimedThread(1.0)
      >>> thread.is_alive()
      False
    """

    def __init__(self, interval: float, **kwargs: Any):
        self.interval, self._kwargs = interval, kwargs
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def on_interval(self) -> None:
        """What is done."""
        raise NotImplementedError(f"{type(self).__name__} must define on_interval().")

    def start(self) -> None:
        """Begins."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, **{"daemon": True, **self._kwargs})
        self._thread.start()

    def stop(self) -> None:
        """Ends; something that is being done is finished."""
        self._stopped.set()

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._thread is not None and self._thread.is_alive()

    def __enter__(self) -> TimedThread:
        self.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self.stop()

    def _run(self) -> None:
        while not self._stopped.wait(self.interval):
            self.on_interval()
