"""Options of a dataset, under tf.data's names."""

from __future__ import annotations

import enum
from typing import Any

from kerax.errors import did_you_mean


class AutoShardPolicy(enum.IntEnum):
    """How a dataset is divided among processes; see ``Dataset.shard_by_process``.

    Example:
      >>> import kerax.data
      >>> kerax.data.AutoShardPolicy.FILE.name
      'FILE'
    """

    OFF = -1
    AUTO = 0
    FILE = 1
    DATA = 2
    HINT = 3


class _Group:
    """Options with fixed names."""

    _defaults: dict[str, Any] = {}

    def __init__(self) -> None:
        for name, value in type(self)._defaults.items():
            object.__setattr__(self, name, value() if isinstance(value, type) else value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._defaults:
            raise AttributeError(f"{type(self).__name__} has no option {name!r}.{did_you_mean(name, self._defaults)}")
        object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        chosen = {name: value for name, value in vars(self).items() if value is not None}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in chosen.items())})"


class ThreadingOptions(_Group):
    """Threads of a pipeline. kerax takes them from ``num_parallel_calls``; these are kept for compatibility.

    Example:
      >>> import kerax.data
      >>> kerax.data.ThreadingOptions().private_threadpool_size is None
      True
    """

    _defaults = {"max_intra_op_parallelism": None, "private_threadpool_size": None}


class AutotuneOptions(_Group):
    """Automatic sizes; kept for compatibility."""

    _defaults = dict.fromkeys(("autotune_algorithm", "cpu_budget", "enabled", "ram_budget", "initial_parallelism"))


class DistributeOptions(_Group):
    """How a dataset is divided among processes."""

    _defaults = {"auto_shard_policy": AutoShardPolicy.AUTO, "num_devices": None}


class OptimizationOptions(_Group):
    """Rewrites of a plan. kerax's rules keep results, so that there is nothing to choose; kept for compatibility."""

    _defaults = dict.fromkeys(
        "apply_default_optimizations filter_fusion filter_parallelization inject_prefetch map_and_batch_fusion "
        "map_and_filter_fusion map_fusion map_parallelization noop_elimination parallel_batch "
        "shuffle_and_repeat_fusion "
        "seq_interleave_prefetch warm_start".split()
    )


class Options(_Group):
    """Options of a dataset: attributes to set, then ``dataset.with_options(options)``.

    The policy in ``experimental_distribute.auto_shard_policy`` is what ``shard_by_process`` follows. With
    ``deterministic = False`` every ``map`` and ``interleave`` with parallel calls that was not told otherwise itself
    hands out elements as they get ready. The others are kept for compatibility.

    Raises:
      AttributeError: for a name that is no option.

    Example:
      >>> import kerax
      >>> options = kerax.data.Options()
      >>> options.deterministic = False
      >>> kerax.data.Dataset.range(3).with_options(options).options().deterministic
      False
    """

    _defaults = {
        "autotune": AutotuneOptions,
        "deterministic": None,
        "experimental_deterministic": None,
        "experimental_distribute": DistributeOptions,
        "experimental_external_state_policy": None,
        "experimental_optimization": OptimizationOptions,
        "experimental_slack": None,
        "experimental_symbolic_checkpoint": None,
        "experimental_threading": ThreadingOptions,
        "experimental_warm_start": None,
        "threading": ThreadingOptions,
    }

    @property
    def unordered(self) -> bool:
        """Whether the order of elements was given up, under either name of the option."""
        chosen = [vars(self)[name] for name in ("deterministic", "experimental_deterministic")]
        return next((value is False for value in chosen if value is not None), False)

    def merge(self, other: Options) -> Options:
        """Returns options in which those of another that were set take the place of these."""
        out = Options()
        for source in (self, other):
            for name, value in vars(source).items():
                fresh = Options._defaults[name]
                if value is not None and not (isinstance(fresh, type) and value == fresh()):
                    setattr(out, name, value)
        return out
