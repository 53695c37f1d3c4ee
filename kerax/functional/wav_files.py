"""WAV files, read and written without an audio library.

Reference: IBM and Microsoft, "Multimedia Programming Interface and Data Specifications 1.0", 1991; Microsoft,
"WAVEFORMATEXTENSIBLE structure".
"""

from __future__ import annotations

import struct

import numpy as np

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_WHOLE = 1 << 15  # 16-bit samples span [-1, 1)
_FORMAT_BYTES = 16


def decode_wav(contents: bytes, desired_channels: int = -1, desired_samples: int = -1) -> tuple[np.ndarray, np.int32]:
    """Decodes a WAV file.

    Args:
      contents: the bytes of the file: PCM with 8, 16, 24 or 32 bits, or floats with 32 or 64.
      desired_channels: how many channels to return, -1 for those in the file. Of more the first are kept, of fewer the
        last is repeated.
      desired_samples: to how many samples to cut, or to fill up with zeros; -1 for all.

    Returns:
      float32 array (samples, channels) in [-1, 1), and the samples per second.

    Raises:
      ValueError: for a file that is no such WAV file, or that is cut.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.wav_files import decode_wav, encode_wav
      >>> audio, rate = decode_wav(encode_wav(np.array([[0.5], [-1.0]], "float32"), 8000))
      >>> audio[:, 0], int(rate)
      (array([ 0.5, -1. ], dtype=float32), 8000)
    """
    kind, channels, rate, bits, data = _chunks(contents)
    samples = _samples(data, kind, bits).reshape(-1, channels)
    if desired_channels not in (-1, channels):
        if desired_channels < 1:
            raise ValueError(f"`desired_channels` must be positive or -1, received {desired_channels}.")
        samples = samples[:, np.minimum(np.arange(desired_channels), channels - 1)]
    if desired_samples != -1:
        if desired_samples < 0:
            raise ValueError(f"`desired_samples` must not be negative unless it is -1, received {desired_samples}.")
        missing = max(desired_samples - len(samples), 0)
        samples = np.pad(samples[:desired_samples], ((0, missing), (0, 0)))
    return np.ascontiguousarray(samples), np.int32(rate)


def _chunks(contents: bytes) -> tuple[int, int, int, int, bytes]:
    if len(contents) < 12 or contents[:4] != b"RIFF" or contents[8:12] != b"WAVE":
        raise ValueError(f"Invalid WAV file: the {len(contents)} bytes do not begin with RIFF ... WAVE.")
    place, form = 12, None
    while place + 8 <= len(contents):
        name, size = struct.unpack("<4sI", contents[place : place + 8])
        body = contents[place + 8 : place + 8 + size]
        if len(body) < size and name in (b"fmt ", b"data"):
            raise ValueError(
                f"Invalid WAV file: the part {name.decode().strip()!r} at byte {place} claims {size} bytes but "
                f"{len(body)} are there."
            )
        if name == b"fmt ":
            if size < _FORMAT_BYTES:
                raise ValueError(f"Invalid WAV file: its format has {size} bytes, at least {_FORMAT_BYTES} are needed.")
            kind, channels, rate, _, block, bits = struct.unpack("<HHIIHH", body[:_FORMAT_BYTES])
            if kind == _EXTENSIBLE and size >= 26:
                kind = struct.unpack("<H", body[24:26])[0]
            if channels == 0 or block != channels * bits // 8:
                raise ValueError(f"Invalid WAV file: {channels} channels of {bits} bits do not make {block} bytes.")
            form = (kind, channels, rate, bits)
        elif name == b"data":
            if form is None:
                raise ValueError(f"Invalid WAV file: its data at byte {place} come before their format.")
            return (*form, body[: len(body) // (form[1] * form[3] // 8) * (form[1] * form[3] // 8)])
        place += 8 + size + size % 2
    raise ValueError("Invalid WAV file: it has no data.")


def _samples(data: bytes, kind: int, bits: int) -> np.ndarray:
    if kind == _FLOAT and bits in (32, 64):
        return np.frombuffer(data, f"<f{bits // 8}").astype(np.float32)
    if kind == _PCM and bits == 8:  # the only one without sign
        return (np.frombuffer(data, np.uint8).astype(np.float32) - 128) / 128
    if kind == _PCM and bits in (16, 32):
        return np.frombuffer(data, f"<i{bits // 8}").astype(np.float32) / np.float32(2.0 ** (bits - 1))
    if kind == _PCM and bits == 24:
        wide = np.zeros((len(data) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        return wide.view("<i4")[:, 0].astype(np.float32) / np.float32(2.0**31)
    raise ValueError(f"WAV files of format {kind} with {bits} bits are not read: only PCM and floats.")


def encode_wav(audio: np.ndarray, sample_rate: int) -> bytes:
    """Returns sound as the bytes of a WAV file with 16 bits.

    Args:
      audio: floats in [-1, 1], shape (samples, channels); what lies outside is cut off.
      sample_rate: samples per second.

    Raises:
      ValueError: for another shape.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.wav_files import encode_wav
      >>> len(encode_wav(np.zeros((2, 1)), 8000))
      48
    """
    audio = np.asarray(audio, np.float32)
    if audio.ndim != 2 or audio.shape[1] == 0:
        raise ValueError(f"audio must have the shape (samples, channels), received {audio.shape}.")
    scaled = audio * np.float32(_WHOLE)
    rounded = np.trunc(scaled + np.copysign(np.float32(0.5), scaled))  # halves away from zero, as TensorFlow does
    whole = np.clip(rounded, -_WHOLE, _WHOLE - 1).astype("<i2")
    channels, rate = audio.shape[1], int(sample_rate)
    form = struct.pack("<HHIIHH", _PCM, channels, rate, rate * channels * 2, channels * 2, 16)
    data = whole.tobytes()
    body = b"WAVE" + struct.pack("<4sI", b"fmt ", len(form)) + form + struct.pack("<4sI", b"data", len(data)) + data
    return struct.pack("<4sI", b"RIFF", len(body)) + body
