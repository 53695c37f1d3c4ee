"""``audio_dataset_from_directory``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from kerax.data import Dataset, RaggedTensor
from kerax.data.io import decode_wav, read_file
from kerax.preprocessing.folders import FolderArguments


def audio_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    sampling_rate: int | None = None,
    output_sequence_length: int | None = None,
    ragged: bool = False,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> Any:
    """Makes a dataset of the ``.wav`` files in a folder that has one subfolder per class.

    Args:
      directory: the folder.
      labels: ``"inferred"`` from the subfolders, ``None``, or one integer per file, in the order of their paths.
      label_mode: ``"int"`` (int32), ``"categorical"`` (one-hot), ``"binary"`` (float32, two classes) or ``None``.
      class_names: the subfolders in the order in which they are to be numbered; by name without it.
      batch_size: sounds in a batch; ``None`` for no batches.
      sampling_rate: samples per second to which sounds are resampled (by a polyphase filter); as they are without it.
      output_sequence_length: samples to which sounds are cut or filled up; without it, and unless ``ragged``, the
        sounds of a batch are filled up to the longest.
      ragged: whether batches are ragged tensors.
      shuffle: whether the order is random; otherwise that of the paths.
      seed: of the order. The same seed gives the same training and validation part, as in Keras.
      validation_split: the share of the files that are kept for validation.
      subset: ``"training"``, ``"validation"`` or ``"both"``.
      follow_links: whether to look into folders that are links.
      verbose: whether to print how many files there are.

    Returns:
      A ``kerax.data.Dataset`` of float32 sounds (batch, samples, channels) in [-1, 1), or of pairs (sounds, labels),
      with the attribute ``class_names``; a list of two for ``subset="both"``.

    Raises:
      FileNotFoundError: if there is no such folder.
      ValueError: for arguments that do not fit; while iterating, for a file that is no sound, by name.

    Example:
      >>> import os, tempfile, numpy as np, kerax
      >>> folder, io = tempfile.mkdtemp(), kerax.data.io
      >>> for count in (4, 6):
      ...     io.write_file(os.path.join(folder, "a", f"{count}.wav"), io.encode_wav(np.zeros((count, 1)), 8000))
      >>> ds = kerax.utils.audio_dataset_from_directory(folder, verbose=False)
      >>> next(iter(ds))[0].shape
      (2, 6, 1)
    """
    arguments = FolderArguments(
        "audio files", (".wav",), directory, labels, label_mode, class_names, batch_size, shuffle, seed,
        validation_split, subset, follow_links, verbose,
    )  # fmt: skip
    arguments.check()
    if ragged and output_sequence_length is not None:
        raise ValueError("Cannot set both `ragged` and `output_sequence_length`")
    if sampling_rate is not None and (not isinstance(sampling_rate, int) or sampling_rate <= 0):
        raise ValueError(f"`sampling_rate` should be an integer higher than 0. Received: sampling_rate={sampling_rate}")

    def load(path: Any) -> Any:
        try:
            audio, rate = decode_wav(read_file(path))
        except ValueError as error:
            raise ValueError(f"{path.decode(errors='replace')}: {error}") from error
        if sampling_rate is not None:
            audio = resample(audio, int(rate), sampling_rate)
        if output_sequence_length is not None:
            missing = max(output_sequence_length - len(audio), 0)
            audio = np.pad(audio[:output_sequence_length], ((0, missing), (0, 0)))
        return RaggedTensor.uniform(audio, 1) if ragged else audio

    def batch(dataset: Dataset) -> Dataset:
        size = batch_size or 1
        if output_sequence_length is not None or ragged:
            return dataset.batch(size)
        if labels is None or label_mode is None:
            return dataset.padded_batch(size, padded_shapes=[None, None])
        tail = {"int": [], "binary": [1], "categorical": [None]}[label_mode]
        return dataset.padded_batch(size, padded_shapes=([None, None], tail))

    return arguments.datasets(load, batch)


def resample(audio: np.ndarray, rate: int, new_rate: int) -> np.ndarray:
    """Changes the samples per second of sounds by a polyphase filter.

    Args:
      audio: shape (samples, channels).
      rate: samples per second.
      new_rate: the same afterwards.

    Example:
      >>> import numpy as np
      >>> from kerax.preprocessing.audio_dataset import resample
      >>> resample(np.zeros((8, 1), "float32"), 8000, 4000).shape
      (4, 1)
    """
    if rate == new_rate or not len(audio):
        return audio
    from scipy.signal import resample_poly  # JAX brings SciPy along

    common = math.gcd(rate, new_rate)
    return resample_poly(audio, new_rate // common, rate // common, axis=0).astype(np.float32)
