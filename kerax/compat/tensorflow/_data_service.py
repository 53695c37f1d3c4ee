"""``tf.data.experimental.service``: servers of datasets and their workers, all of them in this process."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._dataset import Dataset
from kerax.compat.tensorflow._tensor import Tensor, convert

_PROTOCOL = "grpc"
_ports = itertools.count(20000)
_dispatchers: dict[str, DispatchServer] = {}  # address -> server


class ShardingPolicy(enum.IntEnum):
    """How workers share a dataset: OFF gives each of them the whole."""

    OFF, DYNAMIC, FILE, DATA, FILE_OR_DATA, HINT = range(6)


_MODES = {"parallel_epochs": ShardingPolicy.OFF, "distributed_epoch": ShardingPolicy.DYNAMIC}


class DispatcherConfig(NamedTuple):
    """Settings of a ``DispatchServer``; those but the port are accepted as in TensorFlow."""

    port: int = 0
    protocol: str | None = _PROTOCOL
    work_dir: str | None = None
    fault_tolerant_mode: bool = False
    worker_addresses: Any = None
    job_gc_check_interval_ms: int | None = 0
    job_gc_timeout_ms: int | None = 0
    worker_timeout_ms: int | None = None
    worker_max_concurrent_snapshots: int = 0


class WorkerConfig(NamedTuple):
    """Settings of a ``WorkerServer``: the address of its dispatcher, without the protocol; others are accepted."""

    dispatcher_address: str
    worker_address: str | None = "localhost:%port%"
    port: int = 0
    protocol: str | None = _PROTOCOL
    heartbeat_interval_ms: int | None = 0
    dispatcher_timeout_ms: int | None = 0
    data_transfer_protocol: str | None = None
    data_transfer_address: str | None = "localhost:%port%"


class CrossTrainerCache:
    """Accepted: what several training programs share in TensorFlow.

    Args:
      trainer_id: of this program.
    """

    def __init__(self, trainer_id: str):
        if not trainer_id:
            raise ValueError("trainer_id cannot be empty.")
        self.trainer_id = trainer_id


class DispatchServer:
    """Knows datasets and workers.

    Args:
      config: settings.
      start: whether it begins at once.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> service = tf.data.experimental.service
      >>> server = service.DispatchServer()
      >>> worker = service.WorkerServer(service.WorkerConfig(server.target.split("://")[1]))
      >>> data = tf.data.Dataset.range(3).apply(service.distribute("distributed_epoch", server.target))
      >>> [int(one) for one in data]
      [0, 1, 2]
    """

    def __init__(self, config: DispatcherConfig | None = None, start: bool = True):
        self._config = config or DispatcherConfig()
        if self._config.fault_tolerant_mode and self._config.work_dir is None:
            raise ValueError("Cannot enable fault tolerant mode without configuring a work dir.")
        self._port = self._config.port or next(_ports)
        self._datasets: dict[str, Dataset] = {}
        self._workers: list[WorkerServer] = []
        if start:
            self.start()

    @property
    def target(self) -> str:
        """Where to reach it."""
        return f"{self._config.protocol}://localhost:{self._port}"

    def start(self) -> None:
        """Begins."""
        _dispatchers[f"localhost:{self._port}"] = self

    def join(self) -> None:
        """Returns at once: nothing runs beside this program."""

    def _stop(self) -> None:
        _dispatchers.pop(f"localhost:{self._port}", None)

    def _num_workers(self) -> int:
        return len(self._workers)


class WorkerServer:
    """Computes datasets for a dispatcher.

    Args:
      config: settings.
      start: whether it begins at once.

    Raises:
      ValueError: without the address of a dispatcher.
      UnavailableError: if there is none in this process.
    """

    def __init__(self, config: WorkerConfig, start: bool = True):
        if not config.dispatcher_address:
            raise ValueError("Must specify a `dispatcher_address` in the `config` passed to `WorkerServer`.")
        self._config = config
        if start:
            self.start()

    def start(self) -> None:
        """Begins."""
        workers = _dispatcher(self._config.dispatcher_address)._workers
        if self not in workers:
            workers.append(self)

    def join(self) -> None:
        """Returns at once: nothing runs beside this program."""

    def stop(self) -> None:
        """Ends."""
        found = _dispatchers.get(self._config.dispatcher_address)
        if found is not None and self in found._workers:
            found._workers.remove(self)

    _stop = stop


def _dispatcher(service: Any) -> DispatchServer:
    if not isinstance(service, str):
        raise ValueError(f"`service` must be a string, but `service` was of type {type(service)}. service={service}")
    address = service.rpartition("://")[2]
    if not address:
        raise ValueError("`service` must not be empty")
    if address not in _dispatchers:
        raise errors.UnavailableError(
            None,
            None,
            f"No tf.data service is at {service!r} in this process, and kerax asks no others: start a DispatchServer "
            "here, or share the work by jax.distribute and Dataset.shard.",
        )
    return _dispatchers[address]


def _policy(mode: Any) -> ShardingPolicy:
    if isinstance(mode, ShardingPolicy):
        return mode
    if isinstance(mode, str) and mode in _MODES:
        return _MODES[mode]
    raise ValueError(f"processing_mode is a ShardingPolicy, 'parallel_epochs' or 'distributed_epoch'; got {mode!r}.")


def _shared(dataset: Dataset, policy: ShardingPolicy, server: DispatchServer) -> Dataset:
    """The dataset as the workers give it: each of them all, or all of them once."""
    if not server._workers:
        raise errors.UnavailableError(None, None, f"No WorkerServer works for {server.target}.")
    many = len(server._workers)
    shared: Any = dataset.repeat(many) if policy is ShardingPolicy.OFF and many > 1 else dataset
    return shared


def distribute(
    processing_mode: Any,
    service: Any,
    job_name: str | None = None,
    consumer_index: Any = None,
    num_consumers: Any = None,
    max_outstanding_requests: int | None = None,
    data_transfer_protocol: str | None = None,
    compression: str | None = "AUTO",
    cross_trainer_cache: Any = None,
    target_workers: str = "AUTO",
) -> Callable[[Dataset], Dataset]:
    """A transformation that has the workers of a service compute a dataset.

    Args:
      processing_mode: ``ShardingPolicy``, "parallel_epochs" (all elements from each worker) or "distributed_epoch".
      service: the ``target`` of a ``DispatchServer`` of this process.
      job_name, consumer_index, num_consumers, max_outstanding_requests, data_transfer_protocol, compression,
        cross_trainer_cache, target_workers: accepted as in TensorFlow.

    Returns:
      A function for ``Dataset.apply``.
    """
    policy = _policy(processing_mode)
    server = _dispatcher(service)

    def apply(dataset: Dataset) -> Dataset:
        return _shared(dataset, policy, server)

    apply._kerax_transformation = True  # type: ignore[attr-defined]
    return apply


def register_dataset(
    service: Any, dataset: Dataset, compression: str | None = "AUTO", dataset_id: Any = None
) -> Tensor:
    """Makes a dataset known to a service.

    Args:
      service: the ``target`` of a ``DispatchServer`` of this process.
      dataset: what to give.
      compression: accepted as in TensorFlow.
      dataset_id: its name; a number by default.

    Returns:
      The name, for ``from_dataset_id``.
    """
    server = _dispatcher(service)
    name = str(1000 + len(server._datasets)) if dataset_id is None else str(dataset_id)
    server._datasets[name] = dataset
    return Tensor(np.asarray(name.encode(), object))


def from_dataset_id(
    processing_mode: Any,
    service: Any,
    dataset_id: Any,
    element_spec: Any = None,
    job_name: str | None = None,
    consumer_index: Any = None,
    num_consumers: Any = None,
    max_outstanding_requests: int | None = None,
    data_transfer_protocol: str | None = None,
    cross_trainer_cache: Any = None,
    target_workers: str = "AUTO",
) -> Dataset:
    """A dataset that was made known to a service.

    Args:
      processing_mode, service: as for ``distribute``.
      dataset_id: what ``register_dataset`` returned.
      element_spec: accepted: datasets know theirs.
      job_name, consumer_index, num_consumers, max_outstanding_requests, data_transfer_protocol, cross_trainer_cache,
        target_workers: accepted as in TensorFlow.

    Raises:
      NotFoundError: for a name that the service does not know.
    """
    policy, server = _policy(processing_mode), _dispatcher(service)
    found = np.asarray(convert(dataset_id).numpy()).item()
    name = found.decode() if isinstance(found, bytes) else str(found)
    if name not in server._datasets:
        raise errors.NotFoundError(None, None, f"Dataset id {name} not found at {server.target}.")
    return _shared(server._datasets[name], policy, server)
