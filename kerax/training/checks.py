"""Checks of the values in a first batch: mistakes that would otherwise train silently on nonsense."""

from __future__ import annotations

from typing import Any


def check_first_batch(model: Any, batch: Any, where: str, training: bool | None) -> None:
    """Checks what only numbers can tell.

    Args:
      model: the compiled model.
      batch: ``(x, y, sample_weight)`` as arrays.
      where: for messages.
      training: True in ``fit``, False in ``evaluate``, None in ``predict``.
    """
