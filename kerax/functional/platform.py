"""Where a kernel will run, as far as Python can know while it traces."""

from __future__ import annotations

import jax


def on_cpu() -> bool:
    """Whether JAX's default device is a CPU. Kernels choose between equivalent forms by it, never between results.

    Example:
        >>> from kerax.functional.platform import on_cpu
        >>> isinstance(on_cpu(), bool)
        True
    """
    return jax.default_backend() == "cpu"
