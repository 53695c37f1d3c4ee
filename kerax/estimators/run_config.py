"""RunConfig: where an Estimator writes, how often it saves and logs, and which role it has in a cluster."""

from __future__ import annotations

import copy
import json
import os
from typing import Any

import numpy as np

_DEFAULT: Any = object()
_SECONDS = 600
_REPLACEABLE = (
    "model_dir", "tf_random_seed", "save_summary_steps", "save_checkpoints_steps", "save_checkpoints_secs",
    "session_config", "keep_checkpoint_max", "keep_checkpoint_every_n_hours", "log_step_count_steps",
    "train_distribute", "device_fn", "protocol", "eval_distribute", "experimental_distribute",
    "experimental_max_worker_delay_secs", "session_creation_timeout_secs", "checkpoint_save_graph_def",
)  # fmt: skip


class RunConfig:
    """Settings of a run.

    Args:
      model_dir: folder of checkpoints and event files.
      tf_random_seed: seed of initial weights and noise; None for different ones in every run.
      save_summary_steps: steps between two summaries.
      save_checkpoints_steps: steps between two checkpoints.
      save_checkpoints_secs: seconds between two checkpoints, 600 if neither is given; both None for no checkpoints.
      session_config: accepted as in TensorFlow.
      keep_checkpoint_max: how many checkpoints stay; 0 or None for all.
      keep_checkpoint_every_n_hours: one checkpoint is kept for good each time this many hours have passed.
      log_step_count_steps: steps between two lines of the log; None for no such lines.
      train_distribute, device_fn, protocol, eval_distribute, experimental_distribute: accepted as in TensorFlow.
      experimental_max_worker_delay_secs: longest wait of a worker before it starts.
      session_creation_timeout_secs: accepted as in TensorFlow.
      checkpoint_save_graph_def: accepted as in TensorFlow; there is no graph to save.

    Raises:
      ValueError: for numbers out of range, or both ways of timing checkpoints.

    Example:
      >>> import kerax
      >>> config = kerax.estimators.RunConfig(save_checkpoints_steps=50)
      >>> config.save_checkpoints_steps, config.save_checkpoints_secs, config.task_type
      (50, None, 'worker')
    """

    def __init__(
        self,
        model_dir: Any = None,
        tf_random_seed: int | None = None,
        save_summary_steps: int = 100,
        save_checkpoints_steps: Any = _DEFAULT,
        save_checkpoints_secs: Any = _DEFAULT,
        session_config: Any = None,
        keep_checkpoint_max: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000,
        log_step_count_steps: int | None = 100,
        train_distribute: Any = None,
        device_fn: Any = None,
        protocol: Any = None,
        eval_distribute: Any = None,
        experimental_distribute: Any = None,
        experimental_max_worker_delay_secs: int | None = None,
        session_creation_timeout_secs: int = 7200,
        checkpoint_save_graph_def: bool = True,
    ) -> None:
        if save_checkpoints_steps is _DEFAULT and save_checkpoints_secs is _DEFAULT:
            save_checkpoints_steps, save_checkpoints_secs = None, _SECONDS
        elif save_checkpoints_secs is _DEFAULT:
            save_checkpoints_secs = None
        elif save_checkpoints_steps is _DEFAULT:
            save_checkpoints_steps = None
        cluster = json.loads(os.environ.get("TF_CONFIG") or "{}")
        given = dict(locals())
        if model_dir is None:
            given["model_dir"] = cluster.get("model_dir")
        for name in _REPLACEABLE:
            value = given[name]
            setattr(self, f"_{name}", os.fspath(value) if name == "model_dir" and value is not None else value)
        self._read_cluster(cluster)
        self._check()

    def _read_cluster(self, cluster: dict[str, Any]) -> None:
        spec, task = cluster.get("cluster") or {}, cluster.get("task") or {}
        self._cluster_spec, self._service = ClusterSpec(spec), cluster.get("service")
        self._task_type, self._task_id = task.get("type", "worker"), int(task.get("index", 0))
        self._evaluation_master = self._master = ""
        if not spec:
            self._is_chief, self._num_ps_replicas, self._num_worker_replicas = True, 0, 1
            self._global_id_in_cluster: int | None = 0
            return
        if self._task_type == "evaluator":
            self._is_chief, self._num_ps_replicas, self._num_worker_replicas = False, 0, 0
            self._global_id_in_cluster = None
            return
        if self._task_type not in spec or self._task_id >= len(spec[self._task_type]):
            raise ValueError(
                f"TF_CONFIG: task {self._task_type!r} with index {self._task_id} is not in the cluster {spec!r}."
            )
        chief = next((kind for kind in ("chief", "master") if kind in spec), None)
        self._is_chief = self._task_type == chief if chief else (self._task_type == "worker" and self._task_id == 0)
        self._num_ps_replicas = len(spec.get("ps", ()))
        self._num_worker_replicas = len(spec.get("worker", ())) + sum(len(spec.get(k, ())) for k in ("chief", "master"))
        order = [kind for kind in ("chief", "master", "worker", "ps") if kind in spec]
        before = order[: order.index(self._task_type)]
        self._global_id_in_cluster = sum(len(spec[kind]) for kind in before) + self._task_id
        self._master = (
            ""
            if len(spec) == 1 and len(spec.get("worker", ())) == 1
            else (f"grpc://{spec[self._task_type][self._task_id]}")
        )

    def _check(self) -> None:
        def need(condition: bool, name: str, what: str) -> None:
            if not condition:
                raise ValueError(f"RunConfig({name}=...) is {what}, received {getattr(self, f'_{name}')!r}.")

        if self._save_checkpoints_steps is not None and self._save_checkpoints_secs is not None:
            raise ValueError(
                "RunConfig: give save_checkpoints_steps or save_checkpoints_secs, not both; received "
                f"{self._save_checkpoints_steps} and {self._save_checkpoints_secs}."
            )
        for name in ("save_summary_steps", "save_checkpoints_steps", "save_checkpoints_secs", "keep_checkpoint_max"):
            value = getattr(self, f"_{name}")
            need(value is None or value >= 0, name, "not negative")
        for name in ("keep_checkpoint_every_n_hours", "log_step_count_steps", "session_creation_timeout_secs"):
            value = getattr(self, f"_{name}")
            need(
                (value is None and name == "log_step_count_steps") or (value is not None and value > 0), name, "above 0"
            )
        seed = self._tf_random_seed
        need(
            seed is None or (isinstance(seed, (int, np.integer)) and not isinstance(seed, bool)),
            "tf_random_seed",
            "int",
        )
        need(self._model_dir is None or bool(self._model_dir), "model_dir", "not empty")

    def replace(self, **kwargs: Any) -> RunConfig:
        """A copy with other settings; setting one of the two intervals of checkpoints clears the other.

        Raises:
          ValueError: for anything that is no argument of the constructor.
        """
        for name in kwargs:
            if name not in _REPLACEABLE:
                raise ValueError(f"RunConfig.replace({name}=...): only {', '.join(_REPLACEABLE)} can be replaced.")
        new = copy.copy(self)
        for name, value in kwargs.items():
            setattr(new, f"_{name}", value)
        steps, secs = "save_checkpoints_steps", "save_checkpoints_secs"
        for one, other in ((steps, secs), (secs, steps)):
            if kwargs.get(one) is not None and kwargs.get(other) is None:
                setattr(new, f"_{other}", None)
        new._check()
        return new

    def __repr__(self) -> str:
        return f"RunConfig({', '.join(f'{name}={getattr(self, name)!r}' for name in _REPLACEABLE)})"


class ClusterSpec:
    """The tasks of a cluster.

    Args:
      cluster: task type -> addresses.

    Example:
      >>> from kerax.estimators.run_config import ClusterSpec
      >>> ClusterSpec({"worker": ["a:1"]}).as_dict()
      {'worker': ['a:1']}
    """

    def __init__(self, cluster: dict[str, Any]) -> None:
        self._cluster = {kind: list(tasks) for kind, tasks in cluster.items()}

    def as_dict(self) -> dict[str, list[str]]:
        """Task type -> addresses."""
        return {kind: list(tasks) for kind, tasks in self._cluster.items()}

    def __bool__(self) -> bool:
        return bool(self._cluster)


def _reader(name: str) -> property:
    return property(lambda self: getattr(self, f"_{name}"), doc=f"The setting ``{name}``.")


for _name in (
    *_REPLACEABLE, "cluster_spec", "evaluation_master", "global_id_in_cluster", "is_chief", "master",
    "num_ps_replicas", "num_worker_replicas", "service", "task_id", "task_type",
):  # fmt: skip
    setattr(RunConfig, _name, _reader(_name))
