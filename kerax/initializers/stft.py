"""Initializer of the kernels that compute a short-time Fourier transform by convolution."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.dtypes import requested_dtype
from kerax.errors import unknown_name
from kerax.initializers.initializer import Initializer, check_placement_arguments, static_shape


class STFT(Initializer):
    """Kernels ``(frame_length, channels, bins)`` of a windowed Fourier transform.

    Element ``(t, c, k)`` is ``window[t] * cos(-2 pi t k / n) / norm`` (``sin`` for the imaginary side), with
    ``n = 2 (bins - 1)``. ``"density"`` divides by ``sqrt(sum(window**2))``, ``"spectrum"`` by ``sum(|window|)``.

    Args:
        side: ``"real"`` or ``"imag"``.
        window: a name known to ``scipy.signal.get_window``, an array of ``frame_length`` values, or ``None``.
        scaling: ``"density"``, ``"spectrum"`` or ``None``; used with a window only.
        periodic: whether a named window is periodic (for spectral analysis) rather than symmetric.

    Raises:
        ValueError: if a name is unknown, or, at the call, if the window does not have ``frame_length`` values.

    Example:
        >>> import kerax
        >>> [int(v) for v in kerax.initializers.STFT("real", None)((4, 1, 3))[:, 0, 2].round()]
        [1, -1, 1, -1]
    """

    def __init__(
        self, side: str = "real", window: Any = "hann", scaling: str | None = "density", periodic: bool = False
    ) -> None:
        if side not in ("real", "imag"):
            raise unknown_name("side of STFT", side, ("real", "imag"))
        if scaling not in (None, "density", "spectrum"):
            raise unknown_name("scaling of STFT", scaling, ("density", "spectrum"))
        if isinstance(window, str):
            _named_window(window, 1, periodic)
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def __call__(self, shape: tuple[int, ...], dtype: Any = None, **kwargs: Any) -> jax.Array:
        """Return the kernels of one side of the transform."""
        check_placement_arguments(self, kwargs)
        shape = static_shape(self, shape)
        if len(shape) != 3:
            raise ValueError(f"STFT expects a shape (frame_length, channels, bins), got {shape}.")
        frame_length, channels, bins = shape
        time, frequency = np.arange(frame_length)[:, None, None], np.arange(bins) / max(2 * (bins - 1), 1)
        angles = -2.0 * np.pi * time * frequency
        kernel = np.cos(angles) if self.side == "real" else np.sin(angles)
        if self.window is not None:
            window = self._window_values(frame_length)
            norm = {
                None: 1.0,
                "density": np.sqrt(np.sum(window**2)),
                "spectrum": np.sum(np.abs(window)),
            }[self.scaling]
            kernel = kernel * window[:, None, None] / norm
        return jnp.asarray(np.broadcast_to(kernel, shape).astype(requested_dtype(dtype)))

    def _window_values(self, frame_length: int) -> np.ndarray:
        window = self.window
        if isinstance(window, str):
            window = _named_window(window, frame_length, self.periodic)
        window = np.asarray(window, np.float64)
        if window.shape != (frame_length,):
            raise ValueError(f"STFT has a window of shape {window.shape}, but the frames have {frame_length} samples.")
        return window

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        window = self.window if self.window is None or isinstance(self.window, str) else np.asarray(self.window)
        return {
            "side": self.side,
            "window": window.tolist() if isinstance(window, np.ndarray) else window,
            "scaling": self.scaling,
            "periodic": self.periodic,
        }


def _named_window(name: str, length: int, periodic: bool) -> np.ndarray:
    import scipy.signal  # takes a third of a second, and only this initializer needs it

    return scipy.signal.get_window(name, length, periodic)
