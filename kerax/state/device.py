"""Where new arrays go."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import jax


def device(device_name: Any) -> AbstractContextManager:
    """Puts the arrays made inside a ``with`` block on one device.

    Args:
      device_name: ``"cpu"``, ``"gpu:0"``, ``"/GPU:1"``..., or a ``jax.Device``.

    Raises:
      ValueError: if there is no such device here.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> with kerax.device("cpu:0"):
      ...     x = jnp.ones(())
      >>> x.device.platform
      'cpu'
    """
    if not isinstance(device_name, str):
        return jax.default_device(device_name)
    kind, _, number = device_name.lower().rpartition("/")[2].removeprefix("device:").partition(":")
    try:
        found = jax.devices(kind)
    except RuntimeError:
        found = []
    if (number and not number.isdigit()) or int(number or 0) >= len(found):
        here = ", ".join(f"{d.platform}:{d.id}" for d in jax.devices())
        raise ValueError(f"device({device_name!r}): there is no such device; here are {here}.")
    return jax.default_device(found[int(number or 0)])
