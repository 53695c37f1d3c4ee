"""Fourier transforms and pieces of signals. Complex numbers are pairs ``(real part, imaginary part)``, as in Keras."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.errors import unknown_name
from kerax.ops._values import as_array
from kerax.state.recording import recordable

_EMPTY_WINDOW = 1e-10  # sums of squared windows below this are not divided by


def _complex(name: str, x: Any) -> jax.Array:
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ValueError(f"kerax.ops.{name} needs a pair (real part, imaginary part), received {type(x).__name__}.")
    real, imaginary = map(as_array, x)
    if real.shape != imaginary.shape:
        raise ValueError(
            f"kerax.ops.{name} needs real and imaginary parts of one shape, received {real.shape} and "
            f"{imaginary.shape}."
        )
    if not all(jnp.issubdtype(part.dtype, jnp.floating) for part in (real, imaginary)):
        raise ValueError(f"kerax.ops.{name} needs float parts, received dtypes {real.dtype} and {imaginary.dtype}.")
    return jax.lax.complex(real, imaginary)


def _pair(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    return jnp.real(x), jnp.imag(x)


@recordable
def fft(x: Any) -> Any:
    """Discrete Fourier transform along the last axis.

    Args:
        x: ``(real, imaginary)``.

    Returns:
        ``(real, imaginary)``.

    Example:
        >>> import kerax
        >>> kerax.ops.fft(([1.0, 1.0], [0.0, 0.0]))[0].tolist()
        [2.0, 0.0]
    """
    return _pair(jnp.fft.fft(_complex("fft", x)))


@recordable
def fft2(x: Any) -> Any:
    """Discrete Fourier transform over the last two axes.

    Args:
        x: ``(real, imaginary)``.

    Returns:
        ``(real, imaginary)``.

    Example:
        >>> import kerax
        >>> kerax.ops.fft2(([[1.0, 1.0]], [[0.0, 0.0]]))[0].tolist()
        [[2.0, 0.0]]
    """
    return _pair(jnp.fft.fft2(_complex("fft2", x)))


@recordable
def ifft2(x: Any) -> Any:
    """Inverse of `fft2`.

    Args:
        x: ``(real, imaginary)``.

    Returns:
        ``(real, imaginary)``.

    Example:
        >>> import kerax
        >>> kerax.ops.ifft2(([[2.0, 0.0]], [[0.0, 0.0]]))[0].tolist()
        [[1.0, 1.0]]
    """
    return _pair(jnp.fft.ifft2(_complex("ifft2", x)))


@recordable
def rfft(x: Any, fft_length: int | None = None) -> Any:
    """Discrete Fourier transform of real numbers along the last axis: the frequencies from 0.

    Args:
        x: real array.
        fft_length: points; the axis is cut or filled with zeros. Its size by default.

    Returns:
        ``(real, imaginary)`` of ``fft_length // 2 + 1`` frequencies.

    Example:
        >>> import kerax
        >>> kerax.ops.rfft([1.0, 1.0])[0].tolist()
        [2.0, 0.0]
    """
    return _pair(jnp.fft.rfft(as_array(x), n=fft_length))


@recordable
def irfft(x: Any, fft_length: int | None = None) -> jax.Array:
    """Inverse of `rfft`.

    Args:
        x: ``(real, imaginary)``.
        fft_length: points of the result; twice the number of frequencies less two by default.

    Example:
        >>> import kerax
        >>> kerax.ops.irfft(([2.0, 0.0], [0.0, 0.0])).tolist()
        [1.0, 1.0]
    """
    return jnp.fft.irfft(_complex("irfft", x), n=fft_length)


@recordable
def extract_sequences(x: Any, sequence_length: int, sequence_stride: int) -> jax.Array:
    """Pieces of the last axis, side by side or overlapping.

    Args:
        x: array.
        sequence_length: size of a piece.
        sequence_stride: distance of their beginnings.

    Returns:
        Array of shape (..., pieces, sequence_length).

    Example:
        >>> import kerax
        >>> kerax.ops.extract_sequences([1, 2, 3, 4], 2, 1).tolist()
        [[1, 2], [2, 3], [3, 4]]
    """
    x = as_array(x)
    _check_stride("extract_sequences", sequence_length, sequence_stride)
    if x.ndim < 1:
        raise ValueError("kerax.ops.extract_sequences needs an array of rank 1 or more, received a scalar.")
    pieces = 1 + (x.shape[-1] - sequence_length) // sequence_stride
    starts = jnp.arange(pieces) * sequence_stride
    return x[..., starts[:, None] + jnp.arange(sequence_length)]


def _window(name: str, window: Any, sequence_length: int, fft_length: int, dtype: Any) -> jax.Array:
    """The window, with zeros around it up to the points of the transform."""
    if window is None:
        return jnp.ones(fft_length, dtype)
    if isinstance(window, str):
        # The periodic forms: one point more than the symmetric ones, without the last.
        forms = {"hann": np.hanning, "hamming": np.hamming}
        if window not in forms:
            raise unknown_name("window", window, forms)
        values: Any = forms[window](sequence_length + 1)[:-1] if sequence_length > 1 else np.ones(1)
    else:
        values = window
    array = as_array(values).astype(dtype)
    if array.shape != (sequence_length,):
        raise ValueError(
            f"kerax.ops.{name} needs a window of shape ({sequence_length},), received one of shape {array.shape}."
        )
    before = (fft_length - sequence_length) // 2
    return jnp.pad(array, (before, fft_length - sequence_length - before))


def _check_stride(name: str, sequence_length: int, sequence_stride: int) -> None:
    for what, value in (("sequence_length", sequence_length), ("sequence_stride", sequence_stride)):
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"kerax.ops.{name} needs a positive integer for {what}, received {value!r}.")


def _check_lengths(name: str, sequence_length: int, sequence_stride: int, fft_length: int) -> None:
    _check_stride(name, sequence_length, sequence_stride)
    if fft_length < sequence_length:
        raise ValueError(
            f"kerax.ops.{name} needs fft_length of at least sequence_length, received fft_length={fft_length} and "
            f"sequence_length={sequence_length}."
        )


@recordable
def stft(
    x: Any, sequence_length: int, sequence_stride: int, fft_length: int, window: Any = "hann", center: bool = True
) -> Any:
    """Short-time Fourier transform along the last axis.

    Args:
        x: float32 or float64 array.
        sequence_length: points of a piece.
        sequence_stride: distance of their beginnings.
        fft_length: points of the transform, at least ``sequence_length``.
        window: "hann", "hamming", None (all ones), or an array of ``sequence_length`` factors.
        center: whether the signal is reflected at both ends, so that pieces are centred on their places.

    Returns:
        ``(real, imaginary)``, shapes (..., pieces, fft_length // 2 + 1).

    Raises:
        TypeError: for another dtype.
        ValueError: for lengths or a window that do not fit.

    Example:
        >>> import kerax
        >>> kerax.ops.stft(kerax.ops.ones(16), 4, 2, 4)[0].shape
        (9, 3)
    """
    x = as_array(x)
    if x.dtype not in (jnp.float32, jnp.float64):
        raise TypeError(f"kerax.ops.stft needs float32 or float64 numbers, received dtype {x.dtype}.")
    _check_lengths("stft", sequence_length, sequence_stride, fft_length)
    factors = _window("stft", window, sequence_length, fft_length, x.dtype)
    if center:
        x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(fft_length // 2, fft_length // 2)], mode="reflect")
    return _pair(jnp.fft.rfft(extract_sequences(x, fft_length, sequence_stride) * factors))


@recordable
def istft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> jax.Array:
    """Inverse of `stft`: the pieces are added where they overlap, and divided by the sum of their squared windows.

    Reference: Griffin and Lim, "Signal Estimation from Modified Short-Time Fourier Transform", 1984.

    Args:
        x: ``(real, imaginary)``, shapes (..., pieces, fft_length // 2 + 1).
        sequence_length: points of a piece.
        sequence_stride: distance of their beginnings.
        fft_length: points of the transform.
        length: points of the result.
        window: as for `stft`.
        center: whether `stft` reflected the signal at both ends.

    Returns:
        Array of shape (..., points).

    Example:
        >>> import kerax
        >>> parts = kerax.ops.stft(kerax.ops.ones(16), 4, 2, 4)
        >>> kerax.ops.istft(parts, 4, 2, 4).shape
        (16,)
    """
    spectrum = _complex("istft", x)
    if spectrum.ndim < 2:
        raise ValueError(f"kerax.ops.istft needs parts of rank 2 or more, received shape {spectrum.shape}.")
    _check_lengths("istft", sequence_length, sequence_stride, fft_length)
    pieces = jnp.fft.irfft(spectrum, n=fft_length)
    factors = _window("istft", window, sequence_length, fft_length, pieces.dtype)
    count = pieces.shape[-2]
    total = fft_length + sequence_stride * (count - 1)
    places = jnp.arange(count)[:, None] * sequence_stride + jnp.arange(fft_length)
    signal = jnp.zeros((*pieces.shape[:-2], total), pieces.dtype).at[..., places].add(pieces * factors)
    weight = jnp.zeros(total, pieces.dtype).at[places].add(jnp.broadcast_to(factors**2, (count, fft_length)))
    signal = signal / jnp.where(weight > _EMPTY_WINDOW, weight, 1)
    if window is None:  # Keras leaves the overlap of bare pieces in
        signal = signal * (fft_length / sequence_stride)
    start = fft_length // 2 if center else 0
    end = start + length if length is not None else total - start if center else total
    return signal[..., start:end]


@recordable
def view_as_complex(x: Any) -> jax.Array:
    """Complex numbers from pairs along the last axis.

    Args:
        x: real array of shape (..., 2).

    Raises:
        ValueError: if the last axis has another size.

    Example:
        >>> import kerax
        >>> kerax.ops.view_as_complex([[1.0, 2.0]]).tolist()
        [(1+2j)]
    """
    x = as_array(x)
    if x.ndim < 1 or x.shape[-1] != 2:
        raise ValueError(f"kerax.ops.view_as_complex needs a last axis of size 2, received shape {x.shape}.")
    x = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    return jax.lax.complex(x[..., 0], x[..., 1])


@recordable
def view_as_real(x: Any) -> jax.Array:
    """Real and imaginary parts along a new last axis.

    Args:
        x: complex array.

    Example:
        >>> import kerax
        >>> kerax.ops.view_as_real([1 + 2j]).tolist()
        [[1.0, 2.0]]
    """
    x = as_array(x)
    return jnp.stack(_pair(x), axis=-1)


@recordable
def polar(abs_: Any, angle: Any) -> jax.Array:
    """Complex numbers from absolute values and phases.

    Args:
        abs_: absolute values.
        angle: phases, in radians.

    Example:
        >>> import kerax
        >>> kerax.ops.polar([2.0], [0.0]).tolist()
        [(2+0j)]
    """
    abs_, angle = as_array(abs_), as_array(angle)
    return jax.lax.complex(*jnp.broadcast_arrays(abs_ * jnp.cos(angle), abs_ * jnp.sin(angle)))
