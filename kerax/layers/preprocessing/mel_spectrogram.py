"""MelSpectrogram: audio to mel spectrograms."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.spectrograms import decibels, magnitudes, mel_matrix, window_of
from kerax.layers.checks import positive_int
from kerax.layers.layer import Layer

_NAMES = (
    "fft_length",
    "sequence_stride",
    "sequence_length",
    "window",
    "sampling_rate",
    "num_mel_bins",
    "min_freq",
    "max_freq",
    "power_to_db",
    "top_db",
    "mag_exp",
    "min_power",
    "ref_power",
)


class MelSpectrogram(Layer):
    """Turns audio into spectrograms on the mel scale.

    Args:
      fft_length: samples of a Fourier transform.
      sequence_stride: samples between frames.
      sequence_length: samples of a frame; ``fft_length`` by default.
      window: ``"hann"``, ``"hamming"``, the numbers of a window, or None.
      sampling_rate: samples per second.
      num_mel_bins: bands.
      min_freq: lowest frequency in hertz.
      max_freq: highest frequency in hertz; half the sampling rate by default.
      power_to_db: whether powers are turned into decibels.
      top_db: values are cut off so far below the largest.
      mag_exp: exponent of the magnitudes: 1 for magnitudes, 2 for powers.
      min_power: smallest power for decibels.
      ref_power: power of 0 decibels.
      **kwargs: ``name``, ``dtype``...

    Raises:
      ValueError: if frames are longer than the transform, or for an unknown window.

    Example:
      >>> import kerax, numpy as np
      >>> layer = kerax.layers.MelSpectrogram(fft_length=64, sequence_stride=32, num_mel_bins=8)
      >>> layer(np.ones((2, 320), "float32")).shape
      (2, 8, 11)
    """

    def __init__(
        self,
        fft_length: int = 2048,
        sequence_stride: int = 512,
        sequence_length: int | None = None,
        window: Any = "hann",
        sampling_rate: int = 16000,
        num_mel_bins: int = 128,
        min_freq: float = 20.0,
        max_freq: float | None = None,
        power_to_db: bool = True,
        top_db: float = 80.0,
        mag_exp: float = 2.0,
        min_power: float = 1e-10,
        ref_power: float = 1.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        sizes = {"fft_length": fft_length, "sequence_stride": sequence_stride, "num_mel_bins": num_mel_bins}
        for name, value in {**sizes, "sampling_rate": sampling_rate}.items():
            positive_int(self, name, value)
        self.fft_length, self.sequence_stride = fft_length, sequence_stride
        self.sequence_length = sequence_length or fft_length
        if fft_length < self.sequence_length:
            raise ValueError(
                "`fft_length` must be greater than or equal to `sequence_length`. Received: `sequence_length`="
                f"{self.sequence_length}, `fft_length`={fft_length}."
            )
        window_of(window, self.sequence_length)
        self.window, self.sampling_rate, self.num_mel_bins = window, sampling_rate, num_mel_bins
        self.min_freq, self.max_freq = min_freq, max_freq or int(sampling_rate / 2)
        self.power_to_db, self.top_db, self.mag_exp = power_to_db, top_db, mag_exp
        self.min_power, self.ref_power = min_power, ref_power

    def call(self, inputs: jax.Array) -> jax.Array:
        """Computes spectrograms (..., num_mel_bins, frames) of signals (..., time)."""
        dtype = self.compute_dtype if self.compute_dtype == "float64" else "float32"
        lengths = (self.sequence_length, self.sequence_stride, self.fft_length)
        spectrum = magnitudes(inputs.astype(dtype), *lengths, self.window, self.mag_exp)
        matrix = self.linear_to_mel_weight_matrix(
            self.num_mel_bins, self.fft_length // 2 + 1, self.sampling_rate, self.min_freq, self.max_freq
        )
        bands = jnp.matmul(spectrum, matrix.astype(dtype), precision=jax.lax.Precision.HIGHEST)
        if self.power_to_db:
            bands = decibels(bands, self.ref_power, self.min_power, self.top_db)
        return jnp.swapaxes(bands, -1, -2).astype(self.compute_dtype)

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins: int = 20,
        num_spectrogram_bins: int = 129,
        sampling_rate: float = 8000,
        lower_edge_hertz: float = 125.0,
        upper_edge_hertz: float = 3800.0,
        dtype: Any = "float32",
    ) -> jax.Array:
        """The mel filters, shape (num_spectrogram_bins, num_mel_bins).

        Args:
          num_mel_bins: bands.
          num_spectrogram_bins: frequencies from 0 to half the sampling rate.
          sampling_rate: samples per second.
          lower_edge_hertz: lowest frequency.
          upper_edge_hertz: highest frequency.
          dtype: of the result.
        """
        edges = (lower_edge_hertz, upper_edge_hertz)
        return jnp.asarray(mel_matrix(num_mel_bins, num_spectrogram_bins, sampling_rate, *edges), dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), **{name: getattr(self, name) for name in _NAMES}}
