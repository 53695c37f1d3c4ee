"""Settings of ``tf.distribute``: how machines would exchange values and where input goes; JAX decides."""

from __future__ import annotations

import enum
from typing import Any

from kerax.compat.tensorflow._shape import TensorShape


class CommunicationImplementation(enum.Enum):
    """How machines exchange values, which JAX chooses."""

    AUTO = "AUTO"
    RING = "RING"
    NCCL = "NCCL"


CollectiveCommunication = CommunicationImplementation


class InputReplicationMode(enum.Enum):
    """How often a function for input is called."""

    PER_WORKER = "PER_WORKER"
    PER_REPLICA = "PER_REPLICA"


class CommunicationOptions:
    """How values of machines are added up.

    Args:
      bytes_per_pack: bytes that are sent together.
      timeout_seconds: how long another machine is waited for.
      implementation: a CommunicationImplementation.

    Raises:
      ValueError: for negative bytes or another implementation.
    """

    def __init__(
        self,
        bytes_per_pack: int = 0,
        timeout_seconds: float | None = None,
        implementation: Any = CommunicationImplementation.AUTO,
    ):
        if bytes_per_pack < 0:
            raise ValueError(f"Argument `bytes_per_pack` must be >=0, Received {bytes_per_pack}.")
        if isinstance(implementation, str):
            implementation = CommunicationImplementation(implementation.upper())
        if not isinstance(implementation, CommunicationImplementation):
            raise ValueError(
                "implementation should be one of tf.distribute.experimental.CommunicationImplementation, "
                f"received {implementation!r}."
            )
        self.bytes_per_pack, self.timeout_seconds, self.implementation = bytes_per_pack, timeout_seconds, implementation


class CollectiveHints:
    """The older form of CommunicationOptions."""

    def __new__(cls, bytes_per_pack: int = 0, timeout_seconds: float | None = None) -> Any:
        return CommunicationOptions(bytes_per_pack, timeout_seconds)

    def __init__(self, bytes_per_pack: int = 0, timeout_seconds: float | None = None):
        pass


class InputOptions:
    """How input comes to the devices.

    Args:
      experimental_fetch_to_device: whether batches are put on the devices ahead.
      experimental_replication_mode: an InputReplicationMode.
      experimental_place_dataset_on_device: whether the dataset runs there.
      experimental_per_replica_buffer_size: batches kept ready.
    """

    def __init__(
        self,
        experimental_fetch_to_device: Any = None,
        experimental_replication_mode: Any = InputReplicationMode.PER_WORKER,
        experimental_place_dataset_on_device: bool = False,
        experimental_per_replica_buffer_size: int = 1,
    ):
        self.experimental_fetch_to_device = (
            True if experimental_fetch_to_device is None else experimental_fetch_to_device
        )
        self.experimental_replication_mode = experimental_replication_mode
        self.experimental_place_dataset_on_device = experimental_place_dataset_on_device
        self.experimental_per_replica_buffer_size = experimental_per_replica_buffer_size


class RunOptions:
    """How ``Strategy.run`` compiles.

    Args:
      experimental_enable_dynamic_batch_size: whether the last batch may be shorter.
      experimental_bucketizing_dynamic_shape: whether sizes are rounded up.
      experimental_xla_options: for XLA.
    """

    def __init__(
        self,
        experimental_enable_dynamic_batch_size: bool = True,
        experimental_bucketizing_dynamic_shape: bool = False,
        experimental_xla_options: Any = None,
    ):
        self.experimental_enable_dynamic_batch_size = experimental_enable_dynamic_batch_size
        self.experimental_bucketizing_dynamic_shape = experimental_bucketizing_dynamic_shape
        self.experimental_xla_options = experimental_xla_options


class ValueContext:
    """Which replica a function that makes values is called for.

    Args:
      replica_id_in_sync_group: its number.
      num_replicas_in_sync: how many there are.
    """

    def __init__(self, replica_id_in_sync_group: int = 0, num_replicas_in_sync: int = 1):
        self.replica_id_in_sync_group = replica_id_in_sync_group
        self.num_replicas_in_sync = num_replicas_in_sync

    def __str__(self) -> str:
        return (
            f"tf.distribute.ValueContext(replica id {self.replica_id_in_sync_group},  total replicas in sync: "
            f"{self.num_replicas_in_sync})"
        )


class TerminationConfig:
    """What is done when a machine is taken away: kept as it is given.

    Args:
      termination_watcher_fn, exit_fn, grace_period, save_fn: as in TensorFlow.
    """

    def __init__(
        self, termination_watcher_fn: Any = None, exit_fn: Any = None, grace_period: Any = None, save_fn: Any = None
    ):
        self.termination_watcher_fn, self.exit_fn = termination_watcher_fn, exit_fn
        self.grace_period, self.save_fn = grace_period, save_fn


class CrossDeviceOps:
    """How devices exchange values, which JAX chooses."""


class ReductionToOneDevice(CrossDeviceOps):
    """On one device.

    Args:
      reduce_to_device, accumulation_fn: JAX chooses.
    """

    def __init__(self, reduce_to_device: Any = None, accumulation_fn: Any = None):
        self.reduce_to_device, self.accumulation_fn = reduce_to_device, accumulation_fn


class _Packed(CrossDeviceOps):
    def __init__(self, num_packs: int = 1):
        if num_packs < 0:
            raise ValueError(f"num_packs must be greater than or equal to 0, received {num_packs}.")
        self._num_packs = num_packs


class NcclAllReduce(_Packed):
    """By NCCL.

    Args:
      num_packs: how many parts are sent.
    """


class HierarchicalCopyAllReduce(_Packed):
    """By copies between devices.

    Args:
      num_packs: how many parts are sent.
    """


class Partitioner:
    """Says into how many parts a variable is split along each axis: ``partitioner(shape, dtype, axis)``."""

    def __call__(self, shape: Any, dtype: Any, axis: int = 0) -> list[int]:
        """The number of parts along each axis."""
        raise NotImplementedError(f"{type(self).__name__} defines no __call__(shape, dtype, axis=0).")


class FixedShardsPartitioner(Partitioner):
    """So many parts, or as many as there are rows.

    Args:
      num_shards: how many.
    """

    def __init__(self, num_shards: int):
        self._num_shards = num_shards

    def __call__(self, shape: Any, dtype: Any, axis: int = 0) -> list[int]:
        """The number of parts along each axis."""
        sizes = list(TensorShape(shape))
        return [min(self._num_shards, size) if place == axis else 1 for place, size in enumerate(sizes)]


def _row_bytes(shape: Any, dtype: Any, axis: int, bytes_per_string: int) -> tuple[list[int], int]:
    from kerax.compat.tensorflow._dtypes import as_dtype

    sizes = [int(size) for size in TensorShape(shape)]
    kind = as_dtype(dtype)
    total = bytes_per_string if kind.name == "string" else kind.size
    for place, size in enumerate(sizes):
        total *= 1 if place == axis else size
    return sizes, total


class MinSizePartitioner(Partitioner):
    """As many parts as possible, none smaller than a size.

    Args:
      min_shard_bytes: smallest part.
      max_shards: at most so many.
      bytes_per_string: assumed size of a string.

    Raises:
      ValueError: for numbers below 1.
    """

    def __init__(self, min_shard_bytes: int = 256 << 10, max_shards: int = 1, bytes_per_string: int = 16):
        if min_shard_bytes < 1 or max_shards < 1 or bytes_per_string < 1:
            raise ValueError(
                f"Arguments must be positive, received min_shard_bytes={min_shard_bytes}, max_shards={max_shards}, "
                f"bytes_per_string={bytes_per_string}."
            )
        self._min_shard_bytes, self._max_shards, self._bytes_per_string = min_shard_bytes, max_shards, bytes_per_string

    def __call__(self, shape: Any, dtype: Any, axis: int = 0) -> list[int]:
        """The number of parts along each axis."""
        sizes, row = _row_bytes(shape, dtype, axis, self._bytes_per_string)
        parts = max(1, min(sizes[axis], -(-row * sizes[axis] // self._min_shard_bytes), self._max_shards))
        return [parts if place == axis else 1 for place in range(len(sizes))]


class MaxSizePartitioner(Partitioner):
    """As few parts as possible, none larger than a size.

    Args:
      max_shard_bytes: largest part.
      max_shards: at most so many, which goes before the size.
      bytes_per_string: assumed size of a string.

    Raises:
      ValueError: for numbers below 1.
    """

    def __init__(self, max_shard_bytes: int, max_shards: int | None = None, bytes_per_string: int = 16):
        if max_shard_bytes < 1 or (max_shards is not None and max_shards < 1) or bytes_per_string < 1:
            raise ValueError(
                f"Arguments must be positive, received max_shard_bytes={max_shard_bytes}, max_shards={max_shards}, "
                f"bytes_per_string={bytes_per_string}."
            )
        self._max_shard_bytes, self._max_shards, self._bytes_per_string = max_shard_bytes, max_shards, bytes_per_string

    def __call__(self, shape: Any, dtype: Any, axis: int = 0) -> list[int]:
        """The number of parts along each axis."""
        sizes, row = _row_bytes(shape, dtype, axis, self._bytes_per_string)
        rows = max(1, self._max_shard_bytes // row)
        parts = -(-sizes[axis] // rows)
        parts = min(parts, self._max_shards or parts)
        return [parts if place == axis else 1 for place in range(len(sizes))]
