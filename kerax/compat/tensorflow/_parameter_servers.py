"""Classes of parameter servers, for annotations and ``isinstance``: kerax has no such servers, so nothing is one."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow._distribute import Strategy

_INSTEAD = (
    "kerax has no parameter servers: a program computes on all devices at once. Use tf.distribute.MirroredStrategy(), "
    "or jax.distribute.initialize() and kerax.distribute for several hosts."
)


class ParameterServerStrategy(Strategy):
    """Variables on servers and work on workers, which kerax does not do; programs ask whether a strategy is one.

    Args:
      cluster_resolver, variable_partitioner: as in TensorFlow.

    Raises:
      ValueError: always, saying what to use.
    """

    def __init__(self, cluster_resolver: Any, variable_partitioner: Any = None):
        raise ValueError(f"ParameterServerStrategy cannot be made: {_INSTEAD}")


class ClusterCoordinator:
    """Gives out work to other processes, which kerax does not do.

    Args:
      strategy: a `ParameterServerStrategy`.

    Raises:
      ValueError: always, saying what to use.
    """

    def __init__(self, strategy: Any):
        raise ValueError(f"ClusterCoordinator cannot be made: {_INSTEAD}")


class RemoteValue:
    """What a worker will give; no value is one."""


class PerWorkerValue:
    """A value for each worker; no value is one."""


def experimental_get_current_worker_index() -> int:
    """Which worker runs.

    Raises:
      RuntimeError: always: nothing runs on a worker.
    """
    raise RuntimeError(f"Cannot retrieve the worker index: no worker of a cluster runs this. {_INSTEAD}")
