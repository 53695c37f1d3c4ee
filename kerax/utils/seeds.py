"""Making runs reproducible, and starting names again."""

from __future__ import annotations

import os
import random

import jax
import numpy as np

from kerax.jax_compat import devices_are_known
from kerax.state import rng
from kerax.state.naming import reset_names

_NUMPY_SEEDS = 2**32
_DETERMINISTIC = "--xla_gpu_deterministic_ops=true"


def set_random_seed(seed: int) -> None:
    """Seeds Python, NumPy and kerax, so that a run gives the same bits again.

    Args:
      seed: a non-negative integer.

    Raises:
      ValueError: if it is not one.

    Example:
      >>> import kerax
      >>> kerax.utils.set_random_seed(7)
    """
    rng.set_global_seed(seed)
    random.seed(seed)
    np.random.seed(seed % _NUMPY_SEEDS)


def enable_determinism() -> None:
    """Makes equal runs on an accelerator give equal bits, as runs on the CPU do anyway; some operations get slower.

    Call it first: XLA reads the setting when JAX finds its devices. ``set_random_seed`` is needed as well.

    Raises:
      RuntimeError: if JAX uses a GPU already.

    Example:
      >>> import kerax
      >>> kerax.utils.enable_determinism()
    """
    flags = os.environ.get("XLA_FLAGS", "")
    if _DETERMINISTIC in flags:
        return
    if devices_are_known() and jax.default_backend() == "gpu":
        raise RuntimeError(
            "enable_determinism() comes too late: JAX uses the GPU already. Call it right after `import kerax`, or set "
            f"XLA_FLAGS={_DETERMINISTIC} in the environment."
        )
    os.environ["XLA_FLAGS"] = f"{flags} {_DETERMINISTIC}".strip()


def clear_session(free_memory: bool = True) -> None:
    """Starts automatic names again (``dense``, ``dense_1``...).

    Args:
      free_memory: accepted for Keras's sake: nothing global keeps a model alive.

    Example:
      >>> import kerax
      >>> kerax.utils.clear_session()
      >>> kerax.layers.Dense(1).name
      'dense'
    """
    reset_names()
