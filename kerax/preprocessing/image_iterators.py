"""Batches of images by number, changed at random by an ImageDataGenerator."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator as Iterates
from typing import Any

import numpy as np

from kerax.preprocessing.image_utils import array_to_img
from kerax.settings import floatx, image_data_format
from kerax.utils.py_dataset import PyDataset

_SUBSETS = (None, "training", "validation")


class Iterator(PyDataset):
    """Base class: batches by number, and without end by ``next``.

    Args:
      n: how many images there are.
      batch_size: images in a batch.
      shuffle: whether every epoch has its own order.
      seed: of ``numpy.random``, moved on by one for every batch.
      **kwargs: of ``PyDataset``.
    """

    white_list_formats = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")

    def __init__(self, n: int, batch_size: int, shuffle: bool, seed: int | None, **kwargs: Any):
        super().__init__(**kwargs)
        self.n, self.batch_size, self.shuffle, self.seed = n, batch_size, shuffle, seed
        self.batch_index = self.total_batches_seen = 0
        self.lock = threading.Lock()
        self.index_array: np.ndarray | None = None
        self.index_generator = self._flow_index()

    def _set_index_array(self) -> None:
        self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _seed(self) -> None:
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)

    def __getitem__(self, idx: int) -> Any:
        if idx >= len(self):
            raise ValueError(f"Asked to retrieve element {idx}, but the Sequence has length {len(self)}")
        self._seed()
        self.total_batches_seen += 1
        if self.index_array is None:
            self._set_index_array()
        rows = self.index_array[self.batch_size * idx : self.batch_size * (idx + 1)]  # type: ignore[index]
        return self._get_batches_of_transformed_samples(rows)

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def on_epoch_end(self) -> None:
        """Draws the order of the next epoch."""
        self._set_index_array()

    def reset(self) -> None:
        """Begins anew with the first batch."""
        self.batch_index = 0

    def _flow_index(self) -> Iterates[np.ndarray]:
        self.reset()
        while True:
            self._seed()
            if self.batch_index == 0:
                self._set_index_array()
            begin = self.batch_index * self.batch_size % self.n if self.n else 0
            self.batch_index = self.batch_index + 1 if self.n > begin + self.batch_size else 0
            self.total_batches_seen += 1
            yield self.index_array[begin : begin + self.batch_size]  # type: ignore[index]

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        with self.lock:
            rows = next(self.index_generator)
        return self._get_batches_of_transformed_samples(rows)

    def next(self) -> Any:
        """The next batch: Python 2's name of ``__next__``, which old programs call."""
        return self.__next__()

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define _get_batches_of_transformed_samples().")

    def _save(self, images: np.ndarray, rows: np.ndarray, folder: Any, prefix: str, format: str, layout: str) -> None:
        for image, row in zip(images, rows):
            name = f"{prefix}_{row}_{np.random.randint(int(1e7))}.{format}"
            array_to_img(image, layout, scale=True).save(os.path.join(folder, name))


class NumpyArrayIterator(Iterator):
    """Batches of images in an array; see ``ImageDataGenerator.flow``.

    Args:
      x: images of rank 4, or a pair of them and further arrays that go with them unchanged.
      y: labels.
      image_data_generator: an ``ImageDataGenerator``.
      batch_size: images in a batch.
      shuffle: whether every epoch has its own order.
      sample_weight: one weight per image.
      seed: of the order and the changes.
      data_format: where the channels are.
      save_to_dir: a folder to write the changed images to.
      save_prefix: how the names of these files begin.
      save_format: what kind of files they are.
      subset: ``"training"`` or ``"validation"``.
      ignore_class_split: whether the two parts may have different classes.
      dtype: of the batches.

    Raises:
      ValueError: if lengths or ranks do not fit.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: Any,
        batch_size: int = 32,
        shuffle: bool = False,
        sample_weight: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        ignore_class_split: bool = False,
        dtype: Any = None,
    ):
        self.dtype, self.data_format = dtype or floatx(), data_format or image_data_format()
        others: list[Any] = []
        if isinstance(x, (tuple, list)):
            others = [np.asarray(part) for part in (x[1] if isinstance(x[1], list) else [x[1]])]
            x = x[0]
        for other in others:
            if len(x) != len(other):
                raise ValueError(
                    f"All of the arrays in `x` should have the same length. Found a pair with: len(x[0]) = {len(x)}, "
                    f"len(x[?]) = {len(other)}"
                )
        for name, value in (("`y` (labels)", y), ("`sample_weight`", sample_weight)):
            if value is not None and len(x) != len(value):
                raise ValueError(
                    f"`x` (images tensor) and {name} should have the same length. Found: x.shape = {np.shape(x)}, "
                    f"{name.strip('`').split('`')[0]}.shape = {np.shape(value)}"
                )
        self.x = np.asarray(x, self.dtype)
        if self.x.ndim != 4:
            raise ValueError(
                f"Input data in `NumpyArrayIterator` should have rank 4. You passed an array with shape {self.x.shape}"
            )
        self.y = None if y is None else np.asarray(y)
        self.sample_weight = None if sample_weight is None else np.asarray(sample_weight)
        self.x_misc = others
        if subset is not None:
            self._keep(subset, int(len(self.x) * image_data_generator._validation_split), ignore_class_split)
        axis = 3 if self.data_format == "channels_last" else 1
        if self.x.shape[axis] not in (1, 3, 4):
            warnings.warn(
                f'NumpyArrayIterator is set to use the data format convention "{self.data_format}" (channels on axis '
                f"{axis}), i.e. expected either 1, 3, or 4 channels on axis {axis}. However, it was passed an array "
                f"with shape {self.x.shape} ({self.x.shape[axis]} channels)."
            )
        self.image_data_generator = image_data_generator
        self.save_to_dir, self.save_prefix, self.save_format = save_to_dir, save_prefix, save_format
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def _keep(self, subset: str, count: int, ignore_classes: bool) -> None:
        """Keeps one part: the first ``count`` images are for validation."""
        if subset not in _SUBSETS:
            raise ValueError(f'Invalid subset name: {subset}; expected "training" or "validation".')
        y = self.y
        if y is not None and not ignore_classes and not np.array_equal(np.unique(y[:count]), np.unique(y[count:])):
            raise ValueError(
                "Training and validation subsets have different number of classes after the split. If your numpy "
                "arrays are sorted by the label, you might want to shuffle them."
            )
        rows = slice(count) if subset == "validation" else slice(count, None)
        self.x, self.x_misc = self.x[rows], [other[rows] for other in self.x_misc]
        self.y = None if y is None else y[rows]

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        generator, batch = self.image_data_generator, np.zeros((len(index_array), *self.x.shape[1:]), self.dtype)
        for place, row in enumerate(index_array):
            image = self.x[row]
            parameters = generator.get_random_transform(image.shape)
            batch[place] = generator.standardize(generator.apply_transform(image.astype(self.dtype), parameters))
        if self.save_to_dir:
            self._save(batch, index_array, self.save_to_dir, self.save_prefix, self.save_format, self.data_format)
        images: Any = [batch, *(other[index_array] for other in self.x_misc)] if self.x_misc else batch
        if self.y is None:
            return images
        if self.sample_weight is None:
            return images, self.y[index_array]
        return images, self.y[index_array], self.sample_weight[index_array]
