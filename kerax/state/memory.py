"""Whether an array can be held at all: asked before JAX tries, because some versions end the process when it cannot."""

from __future__ import annotations

import contextlib
import contextvars
import os
from collections.abc import Iterator

import jax

_WORTH_ASKING = 2**33  # bytes; smaller arrays are left to the allocator


_budget: contextvars.ContextVar[list[int] | None] = contextvars.ContextVar("kerax_weights_budget", default=None)


@contextlib.contextmanager
def weights_budget(size: int) -> Iterator[None]:
    """Bounds the weights that are created inside: a small file must not ask for a large model.

    Args:
      size: bytes of all weights together.

    Example:
      >>> from kerax.state.memory import check_fits, weights_budget
      >>> with weights_budget(100):
      ...     check_fits(60, "weight 'kernel'")
    """
    token = _budget.set([size, size])
    try:
        yield
    finally:
        _budget.reset(token)


def memory_of_devices() -> int | None:
    """Bytes of memory of all devices together (of the machine, for the CPU), or None if nobody says.

    Example:
      >>> from kerax.state.memory import memory_of_devices
      >>> (memory_of_devices() or 1) > 0
      True
    """
    devices = jax.devices()
    if devices[0].platform == "cpu":
        try:
            return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        except (AttributeError, OSError, ValueError):  # not a POSIX system
            return None
    limits = [(device.memory_stats() or {}).get("bytes_limit") for device in jax.local_devices()]
    return None if None in limits else sum(limits) * len(devices) // len(limits)


def check_fits(size: int, what: str) -> None:
    """Refuses an array that no device here can hold.

    Args:
      size: bytes.
      what: the array, for the message.

    Raises:
      RuntimeError: naming the array and both sizes.
      ValueError: if it exceeds the budget of a file that is being loaded.

    Example:
      >>> from kerax.state.memory import check_fits
      >>> check_fits(4, "weight 'kernel'")
    """
    budget = _budget.get()
    if budget is not None:
        budget[0] -= size
        if budget[0] < 0:
            raise ValueError(
                f"{what} needs {size} bytes, but for the size of the file all weights together may take "
                f"{budget[1]}: its configuration does not belong to its weights."
            )
    if size < _WORTH_ASKING:
        return
    memory = memory_of_devices()
    if memory is not None and size > memory:
        raise RuntimeError(
            f"{what} needs {size / 2**30:.0f} GiB of memory, the devices have {memory / 2**30:.0f} GiB. Make it "
            "smaller."
        )
