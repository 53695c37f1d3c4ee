"""``tf.distribute.cluster_resolver``: clusters of Slurm, Cloud TPU, Compute Engine and Kubernetes."""

from __future__ import annotations

import os
import re
from typing import Any

from kerax.compat.tensorflow._cluster import ClusterResolver
from kerax.compat.tensorflow._train import ClusterSpec

_ELSEWHERE = "Give the addresses to SimpleClusterResolver, or let JAX find them: jax.distributed.initialize()."


def hosts_of(text: str) -> list[str]:
    """The names in a list of Slurm's: ``"a[1-2,4],b"`` names a1, a2, a4 and b.

    Example:
      >>> from kerax.compat.tensorflow._cluster_systems import hosts_of
      >>> hosts_of("n[08-10,12],m")
      ['n08', 'n09', 'n10', 'n12', 'm']
    """
    found = []
    for part in re.findall(r"[^,\[]+(?:\[[^\]]*\][^,\[]*)*", text):
        names = [""]
        for plain, ranges in re.findall(r"([^\[]+)|\[([^\]]*)\]", part):
            ends = [plain] if plain else [one for piece in ranges.split(",") for one in _numbers(piece)]
            names = [name + end for name in names for end in ends]
        found.extend(names)
    return found


def _numbers(piece: str) -> list[str]:
    first, _, last = piece.partition("-")
    return [str(one).zfill(len(first)) for one in range(int(first), int(last or first) + 1)]


def tasks_of(text: str) -> list[int]:
    """How many tasks each machine has, as Slurm writes it: ``"2(x3),1"`` means 2, 2, 2 and 1."""
    found = []
    for piece in text.split(","):
        number, _, times = piece.partition("(x")
        found += [int(number)] * int(times.rstrip(")") or 1)
    return found


def _said(name: str) -> str:
    for key in (f"SLURM_STEP_{name}", f"SLURM_{name}"):
        if key in os.environ:
            return os.environ[key]
    raise RuntimeError(f"SlurmClusterResolver needs the environment variable SLURM_STEP_{name}: is this run by srun?")


class SlurmClusterResolver(ClusterResolver):
    """The machines that Slurm gave to a job, from its environment variables.

    Args:
      jobs: job -> number of tasks; one job "worker" of all by default.
      port_base: port of the first task of a machine.
      gpus_per_node, gpus_per_task: accelerators of a machine and of a task.
      tasks_per_node: a number, or machine -> number; Slurm's without it.
      auto_set_gpu: accepted; JAX chooses its devices.
      rpc_layer: kept.

    Raises:
      RuntimeError: outside of Slurm, or for more tasks than there are.
    """

    def __init__(
        self,
        jobs: dict[str, int] | None = None,
        port_base: int = 8888,
        gpus_per_node: int | None = None,
        gpus_per_task: int | None = None,
        tasks_per_node: Any = None,
        auto_set_gpu: bool = True,
        rpc_layer: str = "grpc",
    ):
        if "SLURM_PROCID" not in os.environ:
            raise RuntimeError("SlurmClusterResolver needs the environment variable SLURM_PROCID: is this run by srun?")
        self._rank = int(os.environ["SLURM_PROCID"])
        self._jobs = dict(jobs) if jobs is not None else {"worker": int(_said("NUM_TASKS"))}
        if isinstance(tasks_per_node, dict):
            self._tasks = dict(tasks_per_node)
        else:
            hosts = hosts_of(_said("NODELIST"))
            each = [tasks_per_node] * len(hosts) if tasks_per_node else tasks_of(_said("TASKS_PER_NODE"))
            self._tasks = dict(zip(hosts, each))
        if sum(self._jobs.values()) > sum(self._tasks.values()):
            raise RuntimeError(
                f"Requested more tasks than assigned: {sum(self._jobs.values())} tasks, {sum(self._tasks.values())} "
                "assigned."
            )
        self._port_base, self.rpc_layer = port_base, rpc_layer
        self._gpus_per_task = gpus_per_task
        if gpus_per_task is None and gpus_per_node is not None:
            self._gpus_per_task = gpus_per_node // max(self._tasks.values())
        self.cluster_spec()

    def cluster_spec(self) -> ClusterSpec:
        """The machines, job by job in the order of their ranks; says which task this one is."""
        places = [
            f"{host}:{self._port_base + number}" for host, count in self._tasks.items() for number in range(count)
        ]
        cluster, start = {}, 0
        for job, count in self._jobs.items():
            cluster[job] = places[start : start + count]
            if start <= self._rank < start + count:
                self.task_type, self.task_id = job, self._rank - start
            start += count
        return ClusterSpec(cluster)

    def get_task_info(self) -> tuple[Any, Any]:
        """The job and number of this task."""
        return self.task_type, self.task_id

    def master(self, task_type: Any = None, task_id: Any = None, rpc_layer: Any = None) -> str:
        """The address of a task: this one's job without arguments."""
        task_type = self.task_type if task_type is None else task_type
        task_id = self.task_id if task_id is None else task_id
        return super().master(task_type, task_id, rpc_layer)

    def num_accelerators(self, task_type: Any = None, task_id: Any = None, config_proto: Any = None) -> dict[str, int]:
        """Accelerators of a task."""
        if self._gpus_per_task is None:
            return super().num_accelerators()
        return {"GPU": self._gpus_per_task}


class TPUClusterResolver(ClusterResolver):
    """The TPU of this machine, or one at an address.

    Args:
      tpu: "" or "local" for this machine's, or ``grpc://`` addresses, separated by commas.
      zone, project, coordinator_name, coordinator_address, credentials, service, discovery_url: of Google's cloud,
        which kerax does not ask.
      job_name: of its machines.

    Raises:
      ValueError: for the name of a TPU, which Google's cloud would have to be asked for.
    """

    def __init__(
        self,
        tpu: Any = None,
        zone: Any = None,
        project: Any = None,
        job_name: str = "worker",
        coordinator_name: Any = None,
        coordinator_address: Any = None,
        credentials: Any = "default",
        service: Any = None,
        discovery_url: Any = None,
    ):
        tpu = tpu[0] if isinstance(tpu, list) and len(tpu) == 1 else tpu
        tpu = ",".join(tpu) if isinstance(tpu, list) else (tpu or "")
        self._places = [] if tpu in ("", "local") else tpu.split(",")
        if any("://" not in one and ":" not in one for one in self._places):
            raise ValueError(
                f"TPUClusterResolver(tpu={tpu!r}): kerax does not ask Google's cloud for names. {_ELSEWHERE}"
            )
        self.task_type, self.task_id, self.environment, self.rpc_layer = job_name, 0, "", "grpc"

    def connect(self: Any, *args: Any, **kwargs: Any) -> Any:
        """The resolver: JAX sees the TPU of this machine without a connection."""
        return self

    def cluster_spec(self) -> ClusterSpec:
        """The machines at the addresses."""
        places = [one.rpartition("://")[2] for one in self._places]
        return ClusterSpec({self.task_type: places} if places else {})

    def master(self, task_type: Any = None, task_id: Any = None, rpc_layer: Any = None) -> str:
        """The first address; empty for this machine's TPU."""
        return self._places[0] if self._places else ""

    def get_master(self) -> str:
        """The first address."""
        return self.master()


class _Asked(ClusterResolver):
    """Base of resolvers that would ask a service."""

    _service = ""

    def __init__(self, *args: Any, **kwargs: Any):
        raise RuntimeError(f"{type(self).__name__} asks {self._service}, which kerax does not. {_ELSEWHERE}")


class GCEClusterResolver(_Asked):
    """Machines of an instance group of Compute Engine: an error that says what to write instead."""

    _service = "Google's Compute Engine"


class KubernetesClusterResolver(_Asked):
    """Machines of a Kubernetes cluster: an error that says what to write instead."""

    _service = "Kubernetes"
