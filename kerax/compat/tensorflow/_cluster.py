"""``tf.distribute.cluster_resolver``: what is said about a cluster, read back."""

from __future__ import annotations

import json
import os
from typing import Any

from kerax.compat.tensorflow._train import ClusterSpec


class ClusterResolver:
    """Base of what knows the machines of a cluster."""

    task_type: Any = None
    task_id: Any = None
    environment = ""
    rpc_layer: Any = None

    def cluster_spec(self) -> ClusterSpec:
        """The machines."""
        return ClusterSpec({})

    def master(self, task_type: Any = None, task_id: Any = None, rpc_layer: Any = None) -> str:
        """The address of a machine; empty for this one."""
        if task_type is None or task_id is None:
            return ""
        address = self.cluster_spec().task_address(task_type, task_id)
        layer = rpc_layer or self.rpc_layer
        return f"{layer}://{address}" if layer else address

    def num_accelerators(self, task_type: Any = None, task_id: Any = None, config_proto: Any = None) -> dict[str, int]:
        """How many accelerators this machine has, by kind."""
        from kerax.compat.tensorflow._devices import list_physical_devices

        kinds = [one.device_type for one in list_physical_devices() if one.device_type != "CPU"]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


class SimpleClusterResolver(ClusterResolver):
    """A cluster that is given.

    Args:
      cluster_spec: its machines.
      master: the address of the first one.
      task_type, task_id: which machine this is.
      environment, num_accelerators, rpc_layer: kept as they are.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> spec = tf.train.ClusterSpec({"worker": ["a:1", "b:2"]})
      >>> tf.distribute.cluster_resolver.SimpleClusterResolver(spec).cluster_spec().num_tasks("worker")
      2
    """

    def __init__(
        self,
        cluster_spec: Any,
        master: str = "",
        task_type: Any = None,
        task_id: Any = None,
        environment: str = "",
        num_accelerators: Any = None,
        rpc_layer: Any = None,
    ):
        self._spec, self._master = ClusterSpec(cluster_spec), master
        self.task_type, self.task_id, self.environment, self.rpc_layer = task_type, task_id, environment, rpc_layer
        self._accelerators = num_accelerators

    def cluster_spec(self) -> ClusterSpec:
        """The machines."""
        return self._spec

    def num_accelerators(self, task_type: Any = None, task_id: Any = None, config_proto: Any = None) -> dict[str, int]:
        """How many accelerators each machine has, by kind."""
        if self._accelerators is None:
            return super().num_accelerators(task_type, task_id, config_proto)
        return self._accelerators

    def master(self, task_type: Any = None, task_id: Any = None, rpc_layer: Any = None) -> str:
        """The address of a machine."""
        return self._master if task_type is None else super().master(task_type, task_id, rpc_layer)


class TFConfigClusterResolver(ClusterResolver):
    """The cluster that the environment variable ``TF_CONFIG`` describes.

    Args:
      task_type, task_id, rpc_layer, environment: in place of what it says.
    """

    def __init__(self, task_type: Any = None, task_id: Any = None, rpc_layer: Any = None, environment: Any = None):
        described = json.loads(os.environ.get("TF_CONFIG") or "{}")
        task = described.get("task", {})
        self._cluster = described.get("cluster", {})
        self.task_type = task_type if task_type is not None else task.get("type")
        number = task_id if task_id is not None else task.get("index")
        self.task_id = None if number is None else int(number)
        self.rpc_layer = rpc_layer or described.get("rpc_layer")
        self.environment = environment or described.get("environment")

    def cluster_spec(self) -> ClusterSpec:
        """The machines."""
        return ClusterSpec(self._cluster)


class UnionClusterResolver(ClusterResolver):
    """Several clusters as one: the machines of all, in their order.

    Args:
      *args: the resolvers.
      rpc_layer, task_type, task_id: in place of what the first one says.

    Raises:
      ValueError: without a resolver.
      TypeError: for what is none.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> r = tf.distribute.cluster_resolver
      >>> one, two = (r.SimpleClusterResolver({"worker": [place]}) for place in ("a:1", "b:1"))
      >>> r.UnionResolver(one, two).cluster_spec().as_dict()
      {'worker': ['a:1', 'b:1']}
    """

    def __init__(self, *args: Any, **kwargs: Any):
        self.rpc_layer, self.task_type, self.task_id = (
            kwargs.pop(name, None) for name in ("rpc_layer", "task_type", "task_id")
        )
        if kwargs:
            raise ValueError(f"Unexpected kwargs provided {kwargs!r}")
        if not args:
            raise ValueError("At least one ClusterResolver is required.")
        for one in args:
            if not isinstance(one, ClusterResolver):
                raise TypeError(f"All arguments must be a sub-class of ClusterResolver, received {one!r}.")
        self._resolvers = args
        self.task_type = args[0].task_type if self.task_type is None else self.task_type
        self.task_id = args[0].task_id if self.task_id is None else self.task_id
        self.rpc_layer = self.rpc_layer or args[0].rpc_layer
        self.environment = args[0].environment

    def cluster_spec(self) -> ClusterSpec:
        """The machines of all of them.

        Raises:
          KeyError: if two clusters number machines of a job by hand and use a number twice.
        """
        described = [one.cluster_spec() for one in self._resolvers]
        merged: dict[str, Any] = {}
        for spec in described:
            for job in spec.jobs:
                tasks = {number: spec.task_address(job, number) for number in spec.task_indices(job)}
                dense = list(tasks) == list(range(len(tasks)))
                known = merged.setdefault(job, [])
                if dense and isinstance(known, list):
                    known.extend(tasks.values())
                    continue
                known = dict(enumerate(known)) if isinstance(known, list) else known
                twice = sorted(set(known) & set(tasks))
                if twice:
                    raise KeyError(f"Duplicate detected for {job!r} task(s) {twice}.")
                merged[job] = {**known, **tasks}
        return ClusterSpec(merged)

    def master(self, task_type: Any = None, task_id: Any = None, rpc_layer: Any = None) -> str:
        """The address of a machine; the first resolver's without arguments."""
        if task_type is not None and task_id is not None:
            return super().master(task_type, task_id, rpc_layer)
        return self._resolvers[0].master(rpc_layer=rpc_layer)

    def num_accelerators(self, task_type: Any = None, task_id: Any = None, config_proto: Any = None) -> dict[str, int]:
        """Those that the first resolver knows."""
        return self._resolvers[0].num_accelerators(task_type, task_id, config_proto)
