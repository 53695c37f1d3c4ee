"""``tf.distribute``: strategies over the devices that are there.

One program computes over all devices (JAX splits what is placed on several); a strategy's replicas are therefore one
replica that sees the whole batch, and means over replicas are means over the batch.
"""

from __future__ import annotations

import contextlib
import copy
import enum
from collections.abc import Callable, Iterator
from typing import Any

from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._reducing import reduce_mean, reduce_sum


class ReduceOp(enum.Enum):
    """How values of replicas become one."""

    SUM = "SUM"
    MEAN = "MEAN"

    @staticmethod
    def from_variable_aggregation(aggregation: Any) -> ReduceOp:
        """The way of reducing that an aggregation of variables means.

        Raises:
          ValueError: for one that means none.
        """
        found = {"SUM": ReduceOp.SUM, "MEAN": ReduceOp.MEAN}.get(getattr(aggregation, "name", None))  # type: ignore[arg-type]
        if found is None:
            raise ValueError(
                f"Could not convert from `tf.VariableAggregation` {aggregation} to `tf.distribute.ReduceOp`."
            )
        return found


class InputContext:
    """Which part of the input a function is to read.

    Args:
      num_input_pipelines, input_pipeline_id, num_replicas_in_sync: one pipeline for all.
    """

    def __init__(self, num_input_pipelines: int = 1, input_pipeline_id: int = 0, num_replicas_in_sync: int = 1):
        self.num_input_pipelines, self.input_pipeline_id = num_input_pipelines, input_pipeline_id
        self.num_replicas_in_sync = num_replicas_in_sync

    def __str__(self) -> str:
        return (
            f"tf.distribute.InputContext(input pipeline id {self.input_pipeline_id}, total: {self.num_input_pipelines})"
        )

    def get_per_replica_batch_size(self, global_batch_size: int) -> int:
        """The share of one replica.

        Raises:
          ValueError: if it is no whole number.
        """
        if global_batch_size % self.num_replicas_in_sync:
            raise ValueError(
                f"The `global_batch_size` {global_batch_size} is not divisible by `num_replicas_in_sync` "
                f"{self.num_replicas_in_sync}"
            )
        return global_batch_size // self.num_replicas_in_sync


class ReplicaContext:
    """What a function sees that ``Strategy.run`` calls.

    Args:
      strategy: the strategy.
      replica_id_in_sync_group: which replica: the first one, there is no other.
    """

    num_replicas_in_sync = 1

    def __init__(self, strategy: Any, replica_id_in_sync_group: Any = 0):
        self.strategy = strategy
        self.replica_id_in_sync_group = replica_id_in_sync_group

    def all_reduce(self, reduce_op: Any, value: Any, options: Any = None) -> Any:
        """The value: there is one replica."""
        return value

    def all_gather(self, value: Any, axis: int, options: Any = None) -> Any:
        """The value: there is one replica."""
        return value

    @property
    def devices(self) -> tuple:
        """Names of the devices."""
        return self.strategy.worker_devices

    def merge_call(self, merge_fn: Callable, args: tuple = (), kwargs: Any = None) -> Any:
        """The function's result."""
        return merge_fn(self.strategy, *args, **(kwargs or {}))


class DistributedValues:
    """Values of replicas: with one replica they are plain values, so none is of this class."""


class _GivenOut(type):
    """What a strategy gave out is marked with the name of its class here."""

    def __instancecheck__(cls, one: Any) -> bool:
        return getattr(one, "_given_out", None) == cls.__name__ or super().__instancecheck__(one)


class DistributedDataset(metaclass=_GivenOut):
    """A dataset that a strategy gave out."""


class DistributedIterator(metaclass=_GivenOut):
    """An iterator over such a dataset."""


def _marked(strategy: Any, dataset: Any) -> Any:
    if not hasattr(dataset, "_plan") or isinstance(strategy, DefaultStrategy):
        return dataset
    made = copy.copy(dataset)
    made._given_out = "DistributedDataset"
    return made


class StrategyExtended:
    """What strategies are made of: here the strategy itself."""

    def _in_multi_worker_mode(self) -> bool:  # KerasTuner asks before it writes files
        return False


class Strategy(StrategyExtended):
    """Runs functions on the devices that are there.

    Args:
      *args, **kwargs: devices and communication, which JAX chooses.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> strategy = tf.distribute.MirroredStrategy()
      >>> strategy.num_replicas_in_sync
      1
    """

    num_replicas_in_sync = 1
    cluster_resolver = None

    def __init__(self, *args: Any, **kwargs: Any):
        self.extended = self

    @contextlib.contextmanager
    def scope(self) -> Iterator[Any]:
        """Makes this the strategy of what is made inside."""
        _stack.append(self)
        try:
            yield self
        finally:
            _stack.pop()

    def run(self, fn: Callable, args: tuple = (), kwargs: Any = None, options: Any = None) -> Any:
        """The function's result for the whole batch."""
        _replicas.append(ReplicaContext(self))
        try:
            return fn(*args, **(kwargs or {}))
        finally:
            _replicas.pop()

    experimental_run_v2 = run

    def reduce(self, reduce_op: Any, value: Any, axis: Any) -> Any:
        """The sum or mean over replicas, and along an axis if one is given."""
        if axis is None:
            return value
        name = str(getattr(reduce_op, "value", reduce_op)).upper()
        return (reduce_sum if name == "SUM" else reduce_mean)(tensor(value), axis=axis)

    def gather(self, value: Any, axis: int) -> Any:
        """The values of all replicas along an axis."""
        return value

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> Any:
        """The dataset: every batch goes to the one program whole."""
        return _marked(self, dataset)

    def distribute_datasets_from_function(self, dataset_fn: Callable, options: Any = None) -> Any:
        """The dataset of a function."""
        return _marked(self, dataset_fn(InputContext()))

    experimental_distribute_datasets_from_function = distribute_datasets_from_function

    def experimental_distribute_values_from_function(self, value_fn: Callable) -> Any:
        """The value of a function."""
        return value_fn(ReplicaContext(self))

    def group(self, value: Any, name: str | None = None) -> Any:
        """What runs the operations of all replicas: they have run."""
        return value

    def unwrap(self, value: Any) -> tuple:
        """The values of all replicas."""
        return (value,)

    def configure(
        self, session_config: Any = None, cluster_spec: Any = None, task_type: Any = None, task_id: Any = None
    ) -> None:
        """Accepted as in TensorFlow; JAX decides."""

    def update_config_proto(self, config_proto: Any) -> Any:
        """The configuration, unchanged."""
        return config_proto

    @contextlib.contextmanager
    def colocate_vars_with(self, colocate_with_variable: Any) -> Iterator[None]:
        """Variables stand where JAX puts them."""
        yield

    def experimental_local_results(self, value: Any) -> tuple:
        """The values of all replicas."""
        return (value,)

    def make_dataset_iterator(self, dataset: Any) -> Any:
        """An iterator."""
        return iter(dataset)

    @property
    def worker_devices(self) -> tuple:
        """Names of the devices."""
        from kerax.compat.tensorflow._devices import list_logical_devices

        return tuple(device.name for device in list_logical_devices())


class MirroredStrategy(Strategy):
    """All devices of this machine."""


class OneDeviceStrategy(Strategy):
    """One device."""


class MultiWorkerMirroredStrategy(Strategy):
    """All devices of all machines; with one process, of this machine."""


class CentralStorageStrategy(Strategy):
    """As MirroredStrategy."""


class TPUStrategy(Strategy):
    """All TPU cores."""


class DefaultStrategy(Strategy):
    """The strategy where none was chosen."""


_default = DefaultStrategy()
_stack: list[Strategy] = []
_replicas: list[ReplicaContext] = []


def get_strategy() -> Strategy:
    """The strategy of the innermost scope."""
    return _stack[-1] if _stack else _default


def has_strategy() -> bool:
    """Whether a strategy's scope is open."""
    return bool(_stack) and _stack[-1] is not _default


def in_cross_replica_context() -> bool:
    """Whether a strategy's scope is open and no replica's function runs."""
    return has_strategy() and not _replicas


def get_replica_context() -> Any:
    """What the function sees that ``Strategy.run`` calls."""
    return _replicas[-1] if _replicas else (None if _stack else ReplicaContext(_default))


def experimental_set_strategy(strategy: Any) -> None:
    """Makes a strategy the one outside of scopes."""
    _stack[:] = [] if strategy is None else [strategy]
