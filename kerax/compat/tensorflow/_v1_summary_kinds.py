"""More of ``tf.compat.v1.summary``: pictures, sounds, tensors, and writers that are shared."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from kerax.compat.tensorflow._core import tensor as as_tensor
from kerax.compat.tensorflow._v1_messages import Summary
from kerax.compat.tensorflow._v1_summary import FileWriter, noted_summary
from kerax.functional.wav_files import encode_wav
from kerax.summary.event import TENSOR_CLASS, value
from kerax.utils.png import encode_png

_HIGHEST = 255
_MIDDLE = 128
_ROOM = 127  # how far a picture with negative numbers goes to each side of its middle


def _pixels(picture: np.ndarray) -> np.ndarray:
    """Numbers as uint8: scaled to fit, from 0 if there are no negative ones, else around 128."""
    if picture.dtype == np.uint8:
        return picture
    finite = picture[np.isfinite(picture)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if low < 0:
        most = max(abs(low), abs(high))
        scaled = picture * (_ROOM / most if most else 0.0) + _MIDDLE
    else:
        scaled = picture * (_HIGHEST / high if high else 0.0)
    return np.nan_to_num(scaled).astype(np.uint8)


def image(name: str, tensor: Any, max_outputs: int = 3, collections: Any = None, family: str | None = None) -> Any:
    """Pictures, as the bytes of a summary.

    Args:
      name: the beginning of their tags.
      tensor: ``[batch, height, width, channels]``, uint8, or numbers, which are scaled to fit.
      max_outputs: the most pictures.
      collections: of the graph; those of `merge_all` by default.
      family: put before the tag.
    """

    def make(tag: str, batch: np.ndarray) -> bytes:
        found = []
        for place, picture in enumerate(batch[:max_outputs]):
            height, width, channels = picture.shape
            one = Summary.Image(
                height=height, width=width, colorspace=channels, encoded_image_string=encode_png(_pixels(picture))
            )
            found.append(Summary.Value(tag=_numbered(f"{tag}/image", place, max_outputs), image=one))
        return Summary(value=found).SerializeToString()

    return noted_summary("image", name, tensor, make, collections, family)


def audio(
    name: str, tensor: Any, sample_rate: Any, max_outputs: int = 3, collections: Any = None, family: str | None = None
) -> Any:
    """Sounds, as the bytes of a summary.

    Args:
      name: the beginning of their tags.
      tensor: ``[batch, frames]`` or ``[batch, frames, channels]`` of float32 from -1 to 1.
      sample_rate: frames in a second.
      max_outputs: the most sounds.
      collections: of the graph; those of `merge_all` by default.
      family: put before the tag.
    """
    rate = int(as_tensor(sample_rate).numpy())

    def make(tag: str, batch: np.ndarray) -> bytes:
        found = []
        for place, sound in enumerate(batch[:max_outputs]):
            frames = sound if sound.ndim == 2 else sound[:, None]
            one = Summary.Audio(
                sample_rate=rate, num_channels=frames.shape[1], length_frames=frames.shape[0],
                encoded_audio_string=encode_wav(frames, rate), content_type="audio/wav",
            )  # fmt: skip
            found.append(Summary.Value(tag=_numbered(f"{tag}/audio", place, max_outputs), audio=one))
        return Summary(value=found).SerializeToString()

    return noted_summary("audio", name, tensor, make, collections, family)


def _numbered(tag: str, place: int, most: int) -> str:
    return tag if most == 1 else f"{tag}/{place}"


def tensor_summary(
    name: str,
    tensor: Any,
    summary_description: Any = None,
    collections: Any = None,
    summary_metadata: Any = None,
    family: str | None = None,
    display_name: str | None = None,
) -> Any:
    """A tensor as it is, as the bytes of a summary.

    Args:
      name: its tag.
      tensor: of any shape.
      summary_description, summary_metadata, display_name: accepted as in TensorFlow.
      collections: of the graph; those of `merge_all` by default.
      family: put before the tag.
    """

    def make(tag: str, array: np.ndarray) -> bytes:
        if array.dtype == object:
            return value(tag, array.ravel().tolist(), "", TENSOR_CLASS, shape=array.shape)
        return value(tag, array, "", TENSOR_CLASS)

    return noted_summary("tensor", name, tensor, make, collections, family)


class FileWriterCache:
    """Writers by their folders: who asks for the same folder shares one."""

    _writers: ClassVar[dict[str, FileWriter]] = {}

    @staticmethod
    def get(logdir: Any) -> FileWriter:
        """The writer of a folder."""
        writers = FileWriterCache._writers
        if str(logdir) not in writers:
            writers[str(logdir)] = FileWriter(logdir)
        return writers[str(logdir)]

    @staticmethod
    def clear() -> None:
        """Closes all writers."""
        for one in FileWriterCache._writers.values():
            one.close()
        FileWriterCache._writers.clear()
