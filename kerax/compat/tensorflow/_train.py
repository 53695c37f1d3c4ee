"""``tf.train`` beside checkpoints and examples."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._variable import Variable
from kerax.compat.tensorflow.errors import OutOfRangeError


class ExponentialMovingAverage:
    """Running means of variables: ``mean = decay * mean + (1 - decay) * value``.

    Args:
      decay: how much of the old mean stays.
      num_updates: with it the decay is at most ``(1 + n) / (10 + n)``.
      zero_debias: in a graph, whether means of tensors are divided by the weight of the values so far.
      name: of the means.
    """

    def __init__(
        self, decay: float, num_updates: Any = None, zero_debias: bool = False, name: str = "ExponentialMovingAverage"
    ):
        self.decay, self.num_updates, self.zero_debias, self.name = decay, num_updates, zero_debias, name
        self._means: dict[int, Any] = {}
        self._seen: list = []
        self._debiased: dict[int, Any] = {}

    def apply(self, var_list: Any = None) -> Any:
        """Takes the present values into account; the first ones are the means to begin with.

        Args:
          var_list: variables, in a graph also tensors; there all variables that are trained by default.

        Returns:
          In a graph the operation that does so.
        """
        if graph_mode():
            from kerax.compat.tensorflow._v1_averages import averaging

            return averaging(self, var_list)
        decay = self.decay
        if self.num_updates is not None:
            count = float(tensor(self.num_updates).numpy())
            decay = min(decay, (1 + count) / (10 + count))
        for variable in var_list:
            mean = self._means.get(id(variable))
            if mean is None:
                self._seen.append(variable)
                self._means[id(variable)] = Variable(
                    tensor(variable), trainable=False, name=f"{variable.name.split(':')[0]}/{self.name}"
                )
            else:
                mean.assign(Tensor(mean.read() * decay + variable.read() * (1 - decay)))
        return None

    def average(self, var: Any) -> Any:
        """The variable that holds the mean of one."""
        return self._means.get(id(var))

    def variables_to_restore(self, moving_avg_variables: Any = None) -> dict[str, Any]:
        """Name in a file of means -> variable: a checkpoint of the means read into the variables themselves.

        Args:
          moving_avg_variables: those that have means; the ones seen so far by default.
        """
        if graph_mode():
            from kerax.compat.tensorflow._v1_averages import restored

            return restored(self, moving_avg_variables)
        known = moving_avg_variables if moving_avg_variables is not None else list(self._seen)
        return {self.average_name(one): one for one in known}

    def average_name(self, var: Any) -> str:
        """What the mean of a variable is called."""
        return f"{var.name.split(':')[0]}/{self.name}"


_GLANCE = 0.1  # seconds from one look at the request to stop to the next


class Coordinator:
    """Tells threads when to stop.

    Args:
      clean_stop_exception_types: errors that are no more than a reason to stop; by default the end of the input.
    """

    def __init__(self, clean_stop_exception_types: Any = None):
        self._stop, self._error = threading.Event(), None  # type: ignore[var-annotated]
        clean = (OutOfRangeError,) if clean_stop_exception_types is None else clean_stop_exception_types
        self._clean = tuple(clean)
        self._threads: list[threading.Thread] = []
        self._joined = False

    @property
    def joined(self) -> bool:
        """Whether the threads have been waited for."""
        return self._joined

    def register_thread(self, thread: threading.Thread) -> None:
        """Adds a thread that `join` waits for."""
        self._threads.append(thread)

    def clear_stop(self) -> None:
        """Forgets that they shall stop."""
        self._stop.clear()
        self._error, self._joined = None, False

    def raise_requested_exception(self) -> None:
        """Raises the error that `request_stop` was given."""
        if self._error is not None:
            raise self._error

    def should_stop(self) -> bool:
        """Whether they shall."""
        return self._stop.is_set()

    def request_stop(self, ex: Any = None) -> None:
        """They shall.

        Args:
          ex: an error, or what ``sys.exc_info()`` gives, which `join` raises.
        """
        error = ex[1] if isinstance(ex, tuple) else ex
        if error is not None and not isinstance(error, self._clean) and self._error is None:
            self._error = error
        self._stop.set()

    def wait_for_stop(self, timeout: float | None = None) -> bool:
        """Waits until they shall."""
        return self._stop.wait(timeout)

    def join(self, threads: Any = None, stop_grace_period_secs: int = 120, ignore_live_threads: bool = False) -> None:
        """Waits for threads to end, and raises the error that one of them stopped with.

        Args:
          threads: those to wait for, beside the registered ones.
          stop_grace_period_secs: how long they have to end once they shall stop; until then there is no limit.
          ignore_live_threads: whether it is no error if one goes on for longer.

        Raises:
          RuntimeError: naming threads that have not ended in time.
        """
        waiting = [one for one in {*self._threads, *(threads or [])} if one.is_alive()]
        while waiting and not self._stop.is_set():
            waiting[0].join(_GLANCE)
            waiting = [one for one in waiting if one.is_alive()]
        ends = time.monotonic() + stop_grace_period_secs
        for one in waiting:
            one.join(max(0.0, ends - time.monotonic()))
        self._threads, self._joined = [], True
        self.raise_requested_exception()
        late = [one.name for one in waiting if one.is_alive()]
        if late and not ignore_live_threads:
            raise RuntimeError(f"Coordinator stopped with threads still running: {' '.join(late)}")

    @contextlib.contextmanager
    def stop_on_exception(self) -> Iterator[None]:
        """An error inside stops them."""
        try:
            yield
        except Exception as error:
            self.request_stop(error)


class CheckpointOptions:
    """Accepted as in TensorFlow."""

    def __init__(self, **options: Any):
        self.__dict__.update(options)


class ClusterSpec:
    """The machines of a cluster, by job.

    Args:
      cluster: job -> list of addresses, or dictionary of them by number.
    """

    def __init__(self, cluster: Any):
        cluster = cluster.as_dict() if isinstance(cluster, ClusterSpec) else cluster
        self._jobs = {
            job: dict(enumerate(tasks)) if not isinstance(tasks, dict) else dict(tasks)
            for job, tasks in dict(cluster).items()
        }

    @property
    def jobs(self) -> list[str]:
        """Names of the jobs."""
        return list(self._jobs)

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClusterSpec) and self._jobs == other._jobs

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"ClusterSpec({self.as_dict()!r})"

    def task_indices(self, job_name: str) -> list[int]:
        """The numbers of a job's machines."""
        return sorted(self._jobs[job_name])

    def num_tasks(self, job_name: str) -> int:
        """How many machines a job has."""
        return len(self._jobs[job_name])

    def job_tasks(self, job_name: str) -> list:
        """The addresses of a job."""
        return [self._jobs[job_name][key] for key in sorted(self._jobs[job_name])]

    def task_address(self, job_name: str, task_index: int) -> str:
        """One address."""
        return self._jobs[job_name][task_index]

    def as_cluster_def(self) -> Any:
        """The cluster as ``tf.train.ClusterDef``."""
        return ClusterDef(job=[JobDef(name=job, tasks=dict(tasks)) for job, tasks in sorted(self._jobs.items())])

    def as_dict(self) -> dict:
        """Job -> list of addresses, or addresses by number where numbers are missing."""
        return {
            job: self.job_tasks(job) if self.task_indices(job) == list(range(len(tasks))) else dict(tasks)
            for job, tasks in self._jobs.items()
        }


class JobDef:
    """One job of a cluster: its name and the addresses of its machines by number."""

    def __init__(self, name: str = "", tasks: Any = None):
        self.name, self.tasks = name, dict(tasks or {})


class ClusterDef:
    """The jobs of a cluster."""

    def __init__(self, job: Any = ()):
        self.job = list(job)


class ServerDef:
    """Which machine of a cluster this is."""

    def __init__(
        self,
        cluster: Any = None,
        job_name: str = "",
        task_index: int = 0,
        default_session_config: Any = None,
        protocol: str = "",
        port: int = 0,
    ):
        self.cluster, self.job_name, self.task_index = cluster or ClusterDef(), job_name, task_index
        self.default_session_config, self.protocol, self.port = default_session_config, protocol, port


class PythonState:
    """Base of objects whose ``serialize`` and ``deserialize`` a checkpoint would call; kerax's saves variables."""
