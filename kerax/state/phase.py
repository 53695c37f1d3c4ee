"""The learning phase: what ``training`` is for a layer that nobody told."""

from __future__ import annotations

_default: list[bool | None] = [None]


def default_training() -> bool | None:
    """Returns the ``training`` of calls that are given none and are made by no other layer; None unless set.

    Example:
      >>> from kerax.state.phase import default_training
      >>> default_training() is None
      True
    """
    return _default[0]


def set_default_training(value: bool | None) -> None:
    """Sets what ``default_training`` returns; None leaves it to each layer.

    Example:
      >>> from kerax.state.phase import set_default_training
      >>> set_default_training(None)
    """
    _default[0] = value
