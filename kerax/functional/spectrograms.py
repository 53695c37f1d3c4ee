"""Short-time Fourier transforms and mel filters."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

_MEL_Q, _MEL_BREAK = 1127.0, 700.0  # mel(f) = 1127 ln(1 + f / 700), as in the Hidden Markov Model Toolkit


def window_of(name: Any, length: int) -> np.ndarray:
    """A periodic window: ``"hann"``, ``"hamming"``, numbers, or None for ones.

    Raises:
      ValueError: for an unknown name or another number of numbers.

    Example:
      >>> from kerax.functional.spectrograms import window_of
      >>> window_of("hann", 4).round(3).tolist()
      [0.0, 0.5, 1.0, 0.5]
    """
    if name is None:
        return np.ones(length)
    if isinstance(name, str):
        angle = 2 * np.pi * np.arange(length) / length
        if name == "hann":
            return 0.5 - 0.5 * np.cos(angle)
        if name == "hamming":
            return 0.54 - 0.46 * np.cos(angle)
        raise ValueError(f"Unknown window {name!r}: give 'hann', 'hamming', the numbers of a window, or None.")
    numbers = np.asarray(name, np.float64)
    if numbers.shape != (length,):
        raise ValueError(f"A window must have shape ({length},), received shape {numbers.shape}.")
    return numbers


def magnitudes(
    signals: jax.Array, length: int, stride: int, fft_length: int, window: Any = "hann", power: float = 1.0
) -> jax.Array:
    """Magnitudes of the Fourier transforms of overlapping frames, to some power.

    The signal is mirrored at both ends, so that frames are centred on their times.

    Args:
      signals: shape (..., time).
      length: samples of a frame.
      stride: samples between frames.
      fft_length: samples of the transform, at least ``length``; frames stand in its middle.
      window: see `window_of`.
      power: exponent of the magnitudes.

    Returns:
      Array (..., frames, fft_length // 2 + 1).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.spectrograms import magnitudes
      >>> magnitudes(jnp.ones(16), 4, 2, 4).shape
      (9, 3)
    """
    before = (fft_length - length) // 2
    weights = np.zeros(fft_length)
    weights[before : before + length] = window_of(window, length)
    edges = [(0, 0)] * (signals.ndim - 1) + [(fft_length // 2, fft_length // 2)]
    padded = jnp.pad(signals, edges, mode="reflect")
    count = (padded.shape[-1] - fft_length) // stride + 1
    rows = jnp.arange(count)[:, None] * stride + jnp.arange(fft_length)[None, :]
    spectrum = jnp.fft.rfft(jnp.take(padded, rows, axis=-1) * jnp.asarray(weights, signals.dtype))
    squares = spectrum.real**2 + spectrum.imag**2
    return squares if power == 2.0 else jnp.sqrt(squares) ** power


def mel_matrix(bands: int, bins: int, sampling_rate: float, low: float, high: float) -> np.ndarray:
    """Triangular filters, evenly spaced on the mel scale, each with peak 1.

    Args:
      bands: number of filters.
      bins: frequencies from 0 to half the sampling rate.
      sampling_rate: samples per second.
      low: lowest frequency in hertz.
      high: highest frequency in hertz.

    Returns:
      float32 array (bins, bands).

    Example:
      >>> from kerax.functional.spectrograms import mel_matrix
      >>> mel_matrix(4, 9, 16000, 20.0, 8000.0).shape
      (9, 4)
    """

    def mel(hertz: Any) -> Any:
        return _MEL_Q * np.log(1.0 + hertz / _MEL_BREAK)

    at = mel(np.linspace(0.0, sampling_rate / 2.0, bins))[:, None]
    edges = np.linspace(mel(low), mel(high), bands + 2)
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    matrix = np.maximum(0.0, np.minimum(rising, falling))
    matrix[0] = 0.0  # the constant part of the signal belongs to no band
    return matrix.astype(np.float32)


def decibels(values: jax.Array, reference: float = 1.0, least: float = 1e-10, span: float | None = 80.0) -> jax.Array:
    """``10 log10(values / reference)``, cut off ``span`` below the largest.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.spectrograms import decibels
      >>> decibels(jnp.array([100.0, 1e-9]))
      Array([ 20., -60.], dtype=float32)
    """
    result = 10.0 * jnp.log10(jnp.maximum(values, least))
    result = result - 10.0 * np.log10(max(abs(reference), least))
    return result if span is None else jnp.maximum(result, result.max() - span)
