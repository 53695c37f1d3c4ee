"""STFTSpectrogram: audio to spectrograms, by convolutions that can be trained."""

from __future__ import annotations

import math
import warnings
from typing import Any

import jax
import jax.numpy as jnp

from kerax import initializers, settings
from kerax.errors import unknown_name
from kerax.functional.conv import conv
from kerax.layers.checks import data_format_or_default, positive_int
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer

_MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")
_NAMES = (
    "mode",
    "frame_length",
    "frame_step",
    "fft_length",
    "window",
    "periodic",
    "scaling",
    "padding",
    "data_format",
    "expand_dims",
)


class STFTSpectrogram(Layer):
    """Computes short-time Fourier transforms of signals by convolutions, whose kernels are weights.

    Args:
      mode: ``"log"``, ``"magnitude"``, ``"psd"``, ``"real"``, ``"imag"``, ``"angle"`` or ``"stft"`` (both parts).
      frame_length: samples of a frame.
      frame_step: samples between frames; half a frame by default.
      fft_length: samples of the transform; the next power of two by default.
      window: ``"hann"``, ``"hamming"``... or None.
      periodic: whether the window is periodic instead of symmetric.
      scaling: ``"density"``, ``"spectrum"`` or None.
      padding: ``"valid"`` or ``"same"``.
      expand_dims: whether frequencies get an axis of their own.
      data_format: ``"channels_last"`` (signals are (batch, time, channels)) or ``"channels_first"``.
      **kwargs: ``name``, ``trainable``, ``dtype``...

    Raises:
      ValueError: for an unknown mode, window, scaling or padding, or lengths that do not fit.

    Example:
      >>> import kerax, numpy as np
      >>> layer = kerax.layers.STFTSpectrogram("magnitude", frame_length=16)
      >>> layer(np.ones((2, 64, 1), "float32")).shape
      (2, 7, 9)
    """

    def __init__(
        self,
        mode: str = "log",
        frame_length: int = 256,
        frame_step: int | None = None,
        fft_length: int | None = None,
        window: Any = "hann",
        periodic: bool = False,
        scaling: str | None = "density",
        padding: str = "valid",
        expand_dims: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        positive_int(self, "frame_length", frame_length)
        if frame_step is not None and not 1 <= frame_step <= frame_length:
            raise ValueError(
                "`frame_step` should be a positive integer not greater than `frame_length`. Received "
                f"frame_step={frame_step}, frame_length={frame_length}"
            )
        if fft_length is not None and fft_length < frame_length:
            raise ValueError(
                f"`fft_length` should be not less than `frame_length`. Received fft_length={fft_length}, "
                f"frame_length={frame_length}"
            )
        if fft_length is not None and fft_length & -fft_length != fft_length:
            warnings.warn(f"`fft_length` is recommended to be a power of two. Received fft_length={fft_length}")
        for name, value, known in (
            ("mode", mode, _MODES),
            ("scaling", scaling, ("density", "spectrum", None)),
            ("padding", padding, ("valid", "same")),
        ):
            if value not in known:
                raise unknown_name(f"{name} of STFTSpectrogram", value, [str(k) for k in known])
        initializers.STFT("real", window, scaling, periodic)  # knows the windows
        self.mode, self.frame_length, self.frame_step, self.fft_length = mode, frame_length, frame_step, fft_length
        self._step = frame_step or frame_length // 2
        self._length = fft_length or 2 ** math.ceil(math.log2(frame_length))
        self.window, self.periodic, self.scaling = window, periodic, scaling
        self.padding, self.expand_dims = padding, expand_dims
        self.data_format = data_format_or_default(self, data_format)
        self.input_spec = InputSpec(ndim=3)

    def build(self, input_shape: Any) -> None:
        """Creates the kernels."""
        shape = (self.frame_length, 1, self._length // 2 + 1)
        for part, other in (("real", "imag"), ("imag", "real")):
            if self.mode != other:
                start = initializers.STFT(part, self.window, self.scaling, self.periodic)
                setattr(self, f"{part}_kernel", self.add_weight(name=f"{part}_kernel", shape=shape, initializer=start))

    def _transform(self, signals: jax.Array, kernel: Any) -> jax.Array:
        """Frames of signals (batch, channels, time) as (batch, channels, frames, frequencies)."""
        batch, channels, time = signals.shape
        columns = signals.reshape((batch * channels, time, 1))
        frames = conv(columns, jnp.asarray(kernel, signals.dtype), self._step, self.padding)
        return frames.reshape((batch, channels, *frames.shape[1:]))

    def call(self, inputs: jax.Array) -> jax.Array:
        """Transforms."""
        if not jnp.issubdtype(inputs.dtype, jnp.floating):
            raise TypeError(
                f"STFTSpectrogram {self.path!r}: Invalid input type. Expected `float16`, `float32` or `float64`. "
                f"Received: input type={inputs.dtype}"
            )
        signals = jnp.swapaxes(inputs, 1, 2) if self.data_format == "channels_last" else inputs
        real = self._transform(signals, self.real_kernel) if self.mode != "imag" else None
        imaginary = self._transform(signals, self.imag_kernel) if self.mode != "real" else None
        return self._arrange(self._combine(real, imaginary))

    def _combine(self, real: Any, imaginary: Any) -> jax.Array:
        if self.mode in ("real", "imag"):
            return real if self.mode == "real" else imaginary
        if self.mode == "angle":
            return jnp.arctan2(imaginary, real)
        if self.mode == "stft":
            return jnp.concatenate([real, imaginary], axis=-1)
        power, least = real**2 + imaginary**2, settings.epsilon()
        if self.mode == "psd":  # the frequencies between the ends stand for their negatives as well
            return power + jnp.pad(power[..., 1:-1], [(0, 0)] * 3 + [(1, 1)])
        magnitude = jnp.sqrt(jnp.maximum(power, least))
        return magnitude if self.mode == "magnitude" else jnp.log(jnp.maximum(magnitude, least))

    def _arrange(self, frames: jax.Array) -> jax.Array:
        batch, channels, count, frequencies = frames.shape
        if self.expand_dims:
            return jnp.transpose(frames, (0, 2, 3, 1)) if self.data_format == "channels_last" else frames
        if self.data_format == "channels_last":
            return jnp.transpose(frames, (0, 2, 1, 3)).reshape((batch, count, channels * frequencies))
        return jnp.swapaxes(frames, 2, 3).reshape((batch, channels * frequencies, count))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), **{name: getattr(self, name) for name in _NAMES}}
