"""The kinds of summaries: scalars, histograms, images, texts, sounds, and tensors of any plugin."""

from __future__ import annotations

import io
import wave
from typing import Any

import jax
import numpy as np

from kerax.summary.event import BLOB_CLASS, SCALAR_CLASS, TENSOR_CLASS, value
from kerax.summary.writer import record
from kerax.utils.png import encode_png

_BUCKETS = 30
_IMAGES = _SOUNDS = 3


def scalar(name: str, data: Any, step: Any = None, description: str | None = None) -> bool:
    """Writes a number.

    Args:
      name: the curve it belongs to.
      data: one number.
      step: the place on the curve; the default step without it.
      description: shown with the curve, Markdown.

    Returns:
      Whether there was a writer that took it.

    Raises:
      ValueError: for anything but one number.

    Example:
      >>> import kerax
      >>> kerax.summary.scalar("loss", 0.5, step=1)  # there is no writer
      False
    """
    data = _array(data)
    if np.ndim(data) != 0:
        raise ValueError(f"summary.scalar({name!r}, data=...) takes one number, received shape {np.shape(data)}.")
    return record(
        lambda number: value(name, np.float32(number), "scalars", SCALAR_CLASS, description=description),
        step,
        data,
        wants=f"summary.scalar({name!r})",
    )


def histogram_buckets(data: np.ndarray, buckets: int = _BUCKETS) -> np.ndarray:
    """Returns the histogram of numbers as TensorBoard keeps it.

    Args:
      data: array of any shape; numbers that are not finite are left out.
      buckets: how many of equal width, from the smallest to the largest number.

    Returns:
      float64 array ``[buckets, 3]`` of left edge, right edge and count. No rows for no data; equal numbers all stand
      in the last bucket, a half to each side of it.

    Example:
      >>> from kerax.summary.kinds import histogram_buckets
      >>> histogram_buckets([1.0, 2.0, 2.0], 2)
      array([[1. , 1.5, 1. ],
             [1.5, 2. , 2. ]])
    """
    numbers = np.asarray(data, np.float64).ravel()
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers) or buckets == 0:
        return np.zeros((buckets, 3))
    low, high = numbers.min(), numbers.max()
    if low == high:
        rows = np.tile([low - 0.5, high + 0.5, 0.0], (buckets, 1))
        rows[-1, 2] = len(numbers)
        return rows
    counts, edges = np.histogram(numbers, buckets, (low, high))
    return np.stack([edges[:-1], edges[1:], counts], 1)


def histogram(
    name: str, data: Any, step: Any = None, buckets: int | None = None, description: str | None = None
) -> bool:
    """Writes the histogram of an array.

    Args:
      name: its name.
      data: array of any shape.
      step: when; the default step without it.
      buckets: how many; 30 without it.
      description: shown with it, Markdown.

    Returns:
      Whether there was a writer that took it.

    Example:
      >>> import kerax
      >>> kerax.summary.histogram("weights", [0.0, 1.0], step=1)
      False
    """
    count = _BUCKETS if buckets is None else int(buckets)
    if count < 0:
        raise ValueError(f"summary.histogram({name!r}, buckets=...) is not negative, received {buckets}.")
    return record(
        lambda array: value(name, histogram_buckets(array, count), "histograms", TENSOR_CLASS, description=description),
        step,
        _array(data),
        wants=f"summary.histogram({name!r})",
    )


def image(name: str, data: Any, step: Any = None, max_outputs: int = _IMAGES, description: str | None = None) -> bool:
    """Writes pictures.

    Args:
      name: their name.
      data: ``[n, height, width, channels]``, one to four channels; floats from 0 to 1, or uint8.
      step: when; the default step without it.
      max_outputs: how many of the ``n`` to write.
      description: shown with them, Markdown.

    Returns:
      Whether there was a writer that took it.

    Raises:
      ValueError: for another number of axes.

    Example:
      >>> import numpy as np, kerax
      >>> kerax.summary.image("digits", np.zeros((1, 8, 8, 1)), step=1)
      False
    """
    data = _array(data)
    if np.ndim(data) != 4:
        raise ValueError(
            f"summary.image({name!r}, data=...) takes [n, height, width, channels], received shape {np.shape(data)}."
        )

    def encode(images: np.ndarray) -> bytes:
        height, width = images.shape[1:3]
        files = [encode_png(as_uint8(picture)) for picture in images[: max(0, int(max_outputs))]]
        strings = [str(width).encode(), str(height).encode(), *files]
        return value(name, strings, "images", BLOB_CLASS, description=description)

    return record(encode, step, data, wants=f"summary.image({name!r})")


def as_uint8(picture: np.ndarray) -> np.ndarray:
    """Returns a picture of floats from 0 to 1 (clipped), or of integers, as uint8.

    Example:
      >>> import numpy as np
      >>> from kerax.summary.kinds import as_uint8
      >>> as_uint8(np.array([0.0, 0.5, 2.0]))
      array([  0, 127, 255], dtype=uint8)
    """
    picture = np.asarray(picture)
    if picture.dtype == np.uint8:
        return picture
    if picture.dtype == bool:
        return picture.astype(np.uint8) * 255
    if np.issubdtype(picture.dtype, np.integer):
        return np.clip(picture, 0, 255).astype(np.uint8)
    # 255.5 and a cut: every value from 0 to 255 gets an equal share of [0, 1].
    return np.clip(np.nan_to_num(np.asarray(picture, np.float64)) * 255.5, 0, 255).astype(np.uint8)


def text(name: str, data: Any, step: Any = None, description: str | None = None) -> bool:
    """Writes text, shown as Markdown.

    Args:
      name: its name.
      data: a string, or an array of strings.
      step: when; the default step without it.
      description: shown with it, Markdown.

    Returns:
      Whether there was a writer that took it.

    Example:
      >>> import kerax
      >>> kerax.summary.text("notes", "a **bold** start", step=0)
      False
    """
    array = np.asarray(data, object)
    strings = [item if isinstance(item, bytes) else str(item).encode() for item in array.ravel()]
    return record(
        lambda: value(name, strings, "text", TENSOR_CLASS, description=description, shape=array.shape),
        step,
        wants=f"summary.text({name!r})",
    )


def audio(
    name: str,
    data: Any,
    sample_rate: int,
    step: Any = None,
    max_outputs: int = _SOUNDS,
    encoding: str | None = None,
    description: str | None = None,
) -> bool:
    """Writes sounds.

    Args:
      name: their name.
      data: ``[n, samples, channels]``, floats from -1 to 1.
      sample_rate: in Hz.
      step: when; the default step without it.
      max_outputs: how many of the ``n`` to write.
      encoding: ``"wav"`` or None.
      description: shown with them, Markdown.

    Returns:
      Whether there was a writer that took it.

    Raises:
      ValueError: for another number of axes, or an unknown encoding.

    Example:
      >>> import numpy as np, kerax
      >>> kerax.summary.audio("hum", np.zeros((1, 100, 1)), 8000, step=0)
      False
    """
    data = _array(data)
    if np.ndim(data) != 3:
        raise ValueError(
            f"summary.audio({name!r}, data=...) takes [n, samples, channels], received shape {np.shape(data)}."
        )
    if encoding not in (None, "wav"):
        raise ValueError(f"summary.audio({name!r}, encoding=...) is 'wav', received {encoding!r}.")

    def encode(sounds: np.ndarray) -> bytes:
        files = [_wav(sound, sample_rate) for sound in sounds[: max(0, int(max_outputs))]]
        pairs = [part for file in files for part in (file, b"")]
        # AudioPluginData: encoding = 2, WAV = 11
        return value(name, pairs, "audio", BLOB_CLASS, b"\x10\x0b", description, shape=(len(files), 2))

    return record(encode, step, data, wants=f"summary.audio({name!r})")


def _wav(sound: np.ndarray, sample_rate: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(int(sample_rate))
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()


def write(tag: str, tensor: Any, step: Any = None, metadata: Any = None, name: str | None = None) -> bool:
    """Writes a tensor for a plugin of TensorBoard.

    Args:
      tag: its name.
      tensor: numbers, or strings.
      step: when; the default step without it.
      metadata: name of the plugin, a pair ``(plugin, content bytes)``, or None.
      name: unused, for programs that give it.

    Returns:
      Whether there was a writer that took it.

    Example:
      >>> import kerax
      >>> kerax.summary.write("numbers", [1.0, 2.0], step=0)
      False
    """
    del name
    plugin, content = metadata if isinstance(metadata, tuple) else (metadata or "", b"")
    array = _array(tensor)
    if getattr(array, "dtype", None) is not None and array.dtype.kind in "OSU":
        strings = [item if isinstance(item, bytes) else str(item).encode() for item in array.ravel()]
        return record(
            lambda: value(tag, strings, plugin, TENSOR_CLASS, content, shape=array.shape), step, wants="write"
        )
    return record(lambda numbers: value(tag, numbers, plugin, TENSOR_CLASS, content), step, array, wants="write")


def _array(data: Any) -> Any:
    """Host numbers as NumPy has them; arrays that are being traced as they are."""
    data = data.value if hasattr(data, "assign") else data
    return data if isinstance(data, jax.Array) else np.asarray(data)
