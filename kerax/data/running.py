"""How a dataset runs, as methods: where its elements go, which part of it, how fast, and what was made of its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax

from kerax.data import validate
from kerax.data.explain import Benchmark, Explanation, benchmark, explain
from kerax.data.iterator import DatasetIterator
from kerax.data.node import Node
from kerax.data.operations.device import ToDevice
from kerax.data.operations.prefetch import AUTOTUNE, Prefetch
from kerax.data.operations.select import Shard
from kerax.data.options import AutoShardPolicy
from kerax.data.sources.files import FileRecords

if TYPE_CHECKING:
    from kerax.data.dataset import Dataset

_AHEAD = 2  # one element in use on the device, one on its way


class Running:
    """Devices, processes, and looking at a plan."""

    _plan: Node
    _dataset: type

    def prefetch_to_device(self, device: Any, buffer_size: int | None = None) -> Dataset:
        """Copies elements to a device ahead of their use. Elements become JAX arrays; text stays on the host.

        Args:
          device: a JAX device, or a sharding that spreads each array over several. In a program of several processes
            each gives its own part of a batch (see ``shard_by_process``), and elements are global arrays.
          buffer_size: how many elements may be on their way; 2 by default.

        Raises:
          TypeError: for something that is neither device nor sharding.
          ValueError: if there is no such device, or ``buffer_size`` is not positive; while iterating, if a shape does
            not divide as the sharding asks.

        Example:
          >>> import jax, kerax
          >>> ds = kerax.data.Dataset.range(4).batch(2).prefetch_to_device(jax.devices()[0])
          >>> type(next(iter(ds))) is type(jax.numpy.ones(1))
          True
        """
        if isinstance(device, str):
            kind, _, index = device.strip("/").removeprefix("device:").partition(":")
            try:
                device = jax.devices(kind.lower() or None)[int(index or 0)]
            except (RuntimeError, IndexError, ValueError):
                known = [f"{found.platform}:{found.id}" for found in jax.devices()]
                raise ValueError(
                    f"prefetch_to_device(device=...): there is no device {device!r}; there are {', '.join(known)}."
                ) from None
        if not isinstance(device, (jax.Device, jax.sharding.Sharding)):
            raise TypeError(
                f"prefetch_to_device(device=...) expects a JAX device or sharding, received {type(device).__name__}."
            )
        size = (
            _AHEAD
            if buffer_size in (None, AUTOTUNE)
            else validate.positive(buffer_size, "buffer_size", "prefetch_to_device")
        )
        return self._dataset(ToDevice(Prefetch(self._plan, AUTOTUNE), device, size))

    def shard_by_process(
        self, num_processes: int | None = None, index: int | None = None, policy: AutoShardPolicy | None = None
    ) -> Dataset:
        """Keeps the part of one process in a program that runs in several.

        A source of files is divided by files where there are enough of them, so that each process reads its own;
        anything else by elements.

        Args:
          num_processes: how many processes there are; JAX's by default.
          index: which one this is; JAX's by default.
          policy: ``FILE`` or ``DATA`` to choose, ``OFF`` to divide nothing; by default what
            ``Options.experimental_distribute.auto_shard_policy`` says.

        Raises:
          ValueError: with ``FILE``, if there are fewer files than processes or the source holds no files; if ``index``
            is not below ``num_processes``.

        Example:
          >>> import kerax
          >>> [int(x) for x in kerax.data.Dataset.range(5).shard_by_process(2, 1)]
          [1, 3]
        """
        count = (
            jax.process_count()
            if num_processes is None
            else validate.positive(num_processes, "num_processes", "shard_by_process")
        )
        place = jax.process_index() if index is None else validate.integer(index, "index", "shard_by_process")
        if not 0 <= place < count:
            raise ValueError(f"shard_by_process(index=...) must be between 0 and {count - 1}, received {place}.")
        chosen = self.options().experimental_distribute.auto_shard_policy if policy is None else AutoShardPolicy(policy)  # type: ignore[attr-defined]
        if count == 1 or chosen == AutoShardPolicy.OFF:
            return self._dataset(self._plan)
        if chosen in (AutoShardPolicy.AUTO, AutoShardPolicy.FILE):
            plan = _by_files(self._plan, count, place)
            if plan is not None:
                return self._dataset(plan)
            if chosen == AutoShardPolicy.FILE:
                raise ValueError(f"shard_by_process(policy=FILE) needs a source of at least {count} files.")
        return self._dataset(Shard(self._plan, count, place))

    def explain(self) -> Explanation:
        """Shows the plan as it was written and as it runs: what was fused, what is compiled, what runs on threads, and
        why not.

        Example:
          >>> import kerax
          >>> print(kerax.data.Dataset.range(100).shuffle(10, seed=1).batch(4).explain().written)
          range(start=0, stop=100, increment=1, dtype='int64')  [100]
          shuffle(buffer_size=10, seed=1, reshuffle=True)  [100]
          batch(size=4, drop_remainder=False)  [25]
        """
        return explain(self._plan)

    def benchmark(self, seconds: float = 1.0) -> Benchmark:
        """Measures how many elements a second the dataset gives, and each part of it that begins at the source.

        Args:
          seconds: how long to measure each part.

        Returns:
          A list of stages that prints as a table.

        Example:
          >>> import kerax
          >>> [stage.operation for stage in kerax.data.Dataset.range(100).batch(4).benchmark(seconds=0.01)]
          ['range', 'batch']
        """
        return benchmark(self._plan, seconds)

    def make_one_shot_iterator(self) -> DatasetIterator:
        """Returns an iterator; the name that TensorFlow 1 programs use."""
        return DatasetIterator(self._plan)

    def make_initializable_iterator(self, shared_name: str | None = None) -> DatasetIterator:
        """Returns an iterator whose ``initializer()`` begins anew; the name that TensorFlow 1 programs use.

        Args:
          shared_name: kept for compatibility.
        """
        return DatasetIterator(self._plan)


def _by_files(node: Node, count: int, index: int) -> Node | None:
    """The plan with the names of files divided, if they are known and enough."""
    if isinstance(node, FileRecords):
        if node.input.cardinality < count:
            return None
        return node.with_inputs((Shard(node.input, count, index),))
    if len(node.inputs) != 1:
        return None
    below = _by_files(node.inputs[0], count, index)
    return None if below is None else node.with_inputs((below,))
