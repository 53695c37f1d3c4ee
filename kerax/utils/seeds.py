"""Making runs reproducible, and starting names again."""

from __future__ import annotations

import random

import numpy as np

from kerax.state import rng
from kerax.state.naming import reset_names

_NUMPY_SEEDS = 2**32


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
