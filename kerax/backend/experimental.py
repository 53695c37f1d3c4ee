"""Names of tf.keras 2 for the choice of a generator of random numbers. kerax has one kind, seeded and splittable.

The choice is remembered, for programs that ask for it, and changes nothing.
"""

from __future__ import annotations

_chosen: list[bool] = [False]


def enable_tf_random_generator() -> None:
    """Notes that stateful generators were asked for.

    Example:
      >>> import kerax
      >>> kerax.backend.experimental.enable_tf_random_generator()
      >>> kerax.backend.experimental.is_tf_random_generator_enabled()
      True
      >>> kerax.backend.experimental.disable_tf_random_generator()
    """
    _chosen[0] = True


def disable_tf_random_generator() -> None:
    """Notes that stateful generators were asked for no more.

    Example:
      >>> import kerax
      >>> kerax.backend.experimental.disable_tf_random_generator()
    """
    _chosen[0] = False


def is_tf_random_generator_enabled() -> bool:
    """Whether stateful generators were asked for; not by default.

    Example:
      >>> import kerax
      >>> kerax.backend.experimental.is_tf_random_generator_enabled()
      False
    """
    return _chosen[0]
