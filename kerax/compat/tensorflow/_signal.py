"""``tf.signal``: Fourier transforms, windows, frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.fft as scipy_fft
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array, integer, ints, label_of, op, out, tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._kinds import check
from kerax.compat.tensorflow._tensor import Tensor

_WIDE = {"float64": "complex128", "complex128": "complex128", "int64": "complex128"}


def _preferring(value: Any, dtype: str) -> Tensor:
    """A tensor of what a transform is given: what is no tensor yet takes the type that the transform likes best."""
    x = tensor(value)
    numbers = (np.ndarray, np.generic, int, float, complex)
    leaves = jax.tree.leaves(value, is_leaf=lambda one: isinstance(one, Tensor))
    plain = all(isinstance(leaf, numbers) or hasattr(leaf, "to_numpy") for leaf in leaves)
    if not plain or (x.dtype.is_complex and not dtype.startswith("complex")):
        return x
    return Tensor(x.array.astype(dtype))


def _transform(name: str, function: Callable, axes: int, real: bool = False) -> Any:
    def of_real(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Any:
        inverse = name_.startswith("i")
        x = _preferring(input_tensor, "complex64" if inverse else "float32")
        if not inverse and isinstance(input_tensor, Tensor):
            check("RFFT", x.dtype)
        if inverse and not x.dtype.is_complex:
            raise ValueError(
                f"tf.signal.{name_}() needs complex64 or complex128, received {x.dtype.name}: use tf.cast."
            )
        sizes = None if fft_length is None else ints(fft_length)
        found = function(x.array, sizes[0] if sizes and axes == 1 else sizes, -1 if axes == 1 else places)
        label = _WIDE.get(x.dtype.name)
        return out(found, "float64" if label and not jnp.iscomplexobj(found) else label)

    def of_complex(input: Any, name: str | None = None) -> Any:
        x = _preferring(input, "complex64")
        if not x.dtype.is_complex:
            raise errors.WrongTypeError(
                None,
                None,
                f"Value for attr 'Tcomplex' of {x.dtype.short} is not in the list of allowed values: "
                "complex64, complex128: use tf.cast.",
            )
        return out(function(x.array, None, -1 if axes == 1 else places), label_of(x))

    name_ = name
    places = tuple(range(-axes, 0))
    run = of_real if real else of_complex
    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"``tf.signal.{name}``: over the last {axes} axes."
    return op(run)


fft, ifft = _transform("fft", jnp.fft.fft, 1), _transform("ifft", jnp.fft.ifft, 1)
rfft, irfft = _transform("rfft", jnp.fft.rfft, 1, True), _transform("irfft", jnp.fft.irfft, 1, True)
fft2d, ifft2d = _transform("fft2d", jnp.fft.fftn, 2), _transform("ifft2d", jnp.fft.ifftn, 2)
fft3d, ifft3d = _transform("fft3d", jnp.fft.fftn, 3), _transform("ifft3d", jnp.fft.ifftn, 3)
rfft2d, irfft2d = _transform("rfft2d", jnp.fft.rfftn, 2, True), _transform("irfft2d", jnp.fft.irfftn, 2, True)
rfft3d, irfft3d = _transform("rfft3d", jnp.fft.rfftn, 3, True), _transform("irfft3d", jnp.fft.irfftn, 3, True)


@op
def fftshift(x: Any, axes: Any = None, name: str | None = None) -> Any:
    """Zero frequency in the middle."""
    return Tensor(jnp.fft.fftshift(array(x), None if axes is None else ints(axes)))


@op
def ifftshift(x: Any, axes: Any = None, name: str | None = None) -> Any:
    """Undoes ``fftshift``."""
    return Tensor(jnp.fft.ifftshift(array(x), None if axes is None else ints(axes)))


def _cosine_window(a: float, b: float) -> Callable:
    def run(window_length: Any, periodic: bool = True, dtype: Any = "float32", name: str | None = None) -> Any:
        size = integer(window_length)
        if not as_dtype(dtype).is_floating:
            raise ValueError(f"dtype must be a floating point type. Found {as_dtype(dtype)}")
        even = 1 - size % 2
        count = size + int(periodic) * even - 1
        if size == 1:
            return Tensor(np.ones(1, as_dtype(dtype).dtype))
        return Tensor((a - b * np.cos(2 * np.pi * np.arange(size) / count)).astype(as_dtype(dtype).dtype))

    return run


hann_window, hamming_window = _cosine_window(0.5, 0.5), _cosine_window(0.54, 0.46)


def kaiser_window(window_length: Any, beta: float = 12.0, dtype: Any = "float32", name: str | None = None) -> Any:
    """The Kaiser window."""
    return Tensor(np.kaiser(integer(window_length), beta).astype(as_dtype(dtype).dtype))


def vorbis_window(window_length: Any, dtype: Any = "float32", name: str | None = None) -> Any:
    """The Vorbis window."""
    size = integer(window_length)
    inner = np.sin(np.pi / size * (np.arange(size) + 0.5))
    return Tensor(np.sin(np.pi / 2 * inner**2).astype(as_dtype(dtype).dtype))


@op
def frame(
    signal: Any,
    frame_length: Any,
    frame_step: Any,
    pad_end: bool = False,
    pad_value: Any = 0,
    axis: int = -1,
    name: str | None = None,
) -> Any:
    """Overlapping pieces of a signal as a new axis before the last."""
    x = jnp.moveaxis(array(signal), axis, -1)
    length, step = integer(frame_length), integer(frame_step)
    count = -(-x.shape[-1] // step) if pad_end else max(0, 1 + (x.shape[-1] - length) // step)
    need = (count - 1) * step + length if count else 0
    if need > x.shape[-1]:
        x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, need - x.shape[-1])], constant_values=pad_value)
    index = np.arange(count)[:, None] * step + np.arange(length)[None, :]
    framed = x[..., index]
    return Tensor(framed if axis in (-1, array(signal).ndim - 1) else jnp.moveaxis(framed, (-2, -1), (axis, axis + 1)))


@op
def overlap_and_add(signal: Any, frame_step: Any, name: str | None = None) -> Any:
    """The signal of overlapping pieces."""
    x, step = array(signal), integer(frame_step)
    count, length = x.shape[-2:]
    index = np.arange(count)[:, None] * step + np.arange(length)[None, :]
    result = jnp.zeros((*x.shape[:-2], (count - 1) * step + length), x.dtype)
    return Tensor(result.at[..., index].add(x))


@op
def stft(
    signals: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Any = hann_window,
    pad_end: bool = False,
    name: str | None = None,
) -> Any:
    """The spectrum of overlapping, windowed pieces."""
    length = integer(frame_length)
    size = integer(fft_length) if fft_length is not None else 1 << (length - 1).bit_length()
    x = tensor(signals)
    if not x.dtype.is_floating:
        raise ValueError(
            f"tf.signal.stft() needs signals of type float32 or float64, received {x.dtype.name}: use tf.cast."
        )
    pieces = array(frame(Tensor(x.array), length, frame_step, pad_end))
    if window_fn is not None:
        pieces = pieces * array(window_fn(length, dtype=as_dtype(pieces.dtype)))
    return out(jnp.fft.rfft(pieces, size), _WIDE.get(x.dtype.name))


def inverse_stft_window_fn(frame_step: Any, forward_window_fn: Any = hann_window, name: str | None = None) -> Callable:
    """The window that undoes one."""

    def window(frame_length: Any, dtype: Any = "float32") -> Any:
        length, step = integer(frame_length), integer(frame_step)
        forward = np.asarray(array(forward_window_fn(length, dtype=dtype)))
        overlaps = -(-length // step)
        squares = np.pad(forward**2, (0, overlaps * step - length)).reshape(overlaps, step).sum(0)
        return Tensor((forward / np.tile(squares, overlaps)[:length]).astype(as_dtype(dtype).dtype))

    return window


@op
def inverse_stft(
    stfts: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Any = hann_window,
    name: str | None = None,
) -> Any:
    """The signal of a spectrum."""
    length = integer(frame_length)
    size = integer(fft_length) if fft_length is not None else 1 << (length - 1).bit_length()
    pieces = jnp.fft.irfft(array(stfts), size)[..., :length]
    if window_fn is not None:
        pieces = pieces * array(window_fn(length, dtype=as_dtype(pieces.dtype)))
    return overlap_and_add(Tensor(pieces), frame_step)


def _kaiser_bessel(size: int, beta: float) -> np.ndarray:
    half = np.cumsum(np.kaiser(size // 2 + 1, beta))
    first = np.sqrt(half[:-1] / half[-1])
    return np.concatenate([first, first[::-1]])


def kaiser_bessel_derived_window(
    window_length: Any, beta: float = 12.0, dtype: Any = "float32", name: str | None = None
) -> Any:
    """The window of sums of Kaiser's, for ``mdct``."""
    return Tensor(_kaiser_bessel(integer(window_length), beta).astype(as_dtype(dtype).dtype))


def _mdct_matrix(half: int) -> np.ndarray:
    """Cosines of the modified discrete cosine transform (Princen and Bradley, 1987), (2 half, half)."""
    time, frequency = np.arange(2 * half)[:, None], np.arange(half)[None, :]
    return np.cos(np.pi / half * (time + 0.5 + half / 2) * (frequency + 0.5))


@op
def mdct(
    signals: Any,
    frame_length: Any,
    window_fn: Any = vorbis_window,
    pad_end: bool = False,
    norm: str | None = None,
    name: str | None = None,
) -> Any:
    """The modified discrete cosine transform of frames that overlap by half."""
    length = integer(frame_length)
    if length % 4:
        raise ValueError(f"The frame length must be a multiple of 4, received {length}.")
    half = length // 2
    pieces = array(frame(signals, length, half, pad_end))
    if window_fn is not None:
        pieces = pieces * array(window_fn(length, dtype=as_dtype(pieces.dtype)))
    factor = np.sqrt(2 / half) if norm == "ortho" else 2.0
    return Tensor(pieces @ jnp.asarray(_mdct_matrix(half) * factor, pieces.dtype))


@op
def inverse_mdct(mdcts: Any, window_fn: Any = vorbis_window, norm: str | None = None, name: str | None = None) -> Any:
    """The signal of a modified discrete cosine transform."""
    x = array(mdcts)
    half = x.shape[-1]
    factor = np.sqrt(2 / half) if norm == "ortho" else 1 / half
    pieces = x @ jnp.asarray(_mdct_matrix(half).T * factor, x.dtype)
    if window_fn is not None:
        pieces = pieces * array(window_fn(2 * half, dtype=as_dtype(x.dtype)))
    return overlap_and_add(Tensor(pieces), half)


_INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}  # the type of the transform that undoes one, up to a factor


def _cosines(kind: int, size: int) -> np.ndarray:
    """The matrix of a discrete cosine transform of type 1 or 4, (size, size), not scaled to be orthogonal.

    Source: Makhoul, A fast cosine transform in one and two dimensions, 1980.
    """
    time, frequency = np.arange(size)[:, None], np.arange(size)[None, :]
    if kind == 4:
        return 2 * np.cos(np.pi * (2 * time + 1) * (2 * frequency + 1) / (4 * size))
    made = 2 * np.cos(np.pi * time * frequency / (size - 1))
    made[[0, -1]] /= 2
    return made


@op
def dct(
    input: Any, type: int = 2, n: Any = None, axis: int = -1, norm: str | None = None, name: str | None = None
) -> Any:
    """The discrete cosine transform.

    Args:
      input: floats.
      type: 1 to 4; type 3 undoes type 2, the others themselves, but for a factor.
      n: to how many elements the axis is cut or filled up.
      axis: along which.
      norm: None or ``"ortho"``, which type 1 has not.
      name: accepted as in TensorFlow.
    """
    if type not in _INVERSE:
        raise ValueError(f"Types I, II, III and IV (I)DCT are supported, received type={type!r}.")
    if norm not in (None, "ortho") or (type == 1 and norm is not None):
        raise ValueError(f"norm must be None or 'ortho', and None for type 1; received {norm!r}.")
    x = tensor(input)
    if not x.dtype.is_floating:
        raise TypeError(f"tf.signal.dct takes floats, received {x.dtype.name}.")
    values = jnp.moveaxis(x.array, axis, -1)
    if n is not None:
        size = integer(n)
        values = jnp.pad(values[..., :size], [(0, 0)] * (values.ndim - 1) + [(0, max(0, size - values.shape[-1]))])
    size = values.shape[-1]
    if type == 2:
        found = scipy_fft.dct(values, 2, norm=norm)
    elif type == 3:
        found = scipy_fft.idct(values if norm else values * size * 2, 2, norm=norm)
    elif type == 1 and size < 2:
        raise ValueError("Type-I DCT requires the dimension to be greater than one.")
    else:
        factor = np.sqrt(1 / (2 * size)) if norm else 1.0
        found = values @ jnp.asarray(_cosines(type, size) * factor, values.dtype)
    return out(jnp.moveaxis(found, -1, axis), label_of(x))


@op
def idct(
    input: Any, type: int = 2, n: Any = None, axis: int = -1, norm: str | None = None, name: str | None = None
) -> Any:
    """The inverse of the discrete cosine transform, times ``2 n`` without ``norm='ortho'``."""
    if type not in _INVERSE:
        raise ValueError(f"Types I, II, III and IV (I)DCT are supported, received type={type!r}.")
    return dct(input, _INVERSE[type], n, axis, norm)


def linear_to_mel_weight_matrix(
    num_mel_bins: Any = 20,
    num_spectrogram_bins: Any = 129,
    sample_rate: Any = 8000,
    lower_edge_hertz: float = 125.0,
    upper_edge_hertz: float = 3800.0,
    dtype: Any = "float32",
    name: str | None = None,
) -> Any:
    """Triangles on the mel scale (1127 ln(1 + f / 700)) as a matrix, (spectrogram bins, mel bins)."""

    def to_mel(hertz: Any) -> Any:
        return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)

    if not 0 <= lower_edge_hertz < upper_edge_hertz <= integer(sample_rate) / 2:
        raise ValueError(
            f"0 <= lower_edge_hertz < upper_edge_hertz <= sample_rate / 2 must hold, received {lower_edge_hertz}, "
            f"{upper_edge_hertz} and {sample_rate}."
        )
    bins = integer(num_spectrogram_bins)
    mel = to_mel(np.linspace(0, integer(sample_rate) / 2, bins)[1:])[:, None]
    edges = np.linspace(to_mel(lower_edge_hertz), to_mel(upper_edge_hertz), integer(num_mel_bins) + 2)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    weights = np.maximum(0, np.minimum((mel - low) / (middle - low), (high - mel) / (high - middle)))
    return Tensor(np.pad(weights, [(1, 0), (0, 0)]).astype(as_dtype(dtype).dtype))


@op
def mfccs_from_log_mel_spectrograms(log_mel_spectrograms: Any, name: str | None = None) -> Any:
    """Mel-frequency cepstral coefficients."""
    x = array(log_mel_spectrograms)
    return Tensor(scipy_fft.dct(x, 2) * jax.lax.rsqrt(jnp.asarray(x.shape[-1] * 2.0, x.dtype)))
