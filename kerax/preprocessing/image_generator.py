"""ImageDataGenerator: batches of images that are changed at random, as in older tf.keras scripts."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.preprocessing.image_affine import apply_affine_transform, apply_brightness_shift, apply_channel_shift
from kerax.preprocessing.image_file_iterators import DataFrameIterator, DirectoryIterator
from kerax.preprocessing.image_iterators import NumpyArrayIterator
from kerax.settings import floatx, image_data_format

_EPSILON = 1e-6
_FORMER = ("has_ext", "sort", "drop_duplicates")


class ImageDataGenerator:
    """Makes batches of images, normalised and changed at random.

    New scripts use ``kerax.utils.image_dataset_from_directory`` and the layers for images. Random numbers come from
    ``numpy.random``, drawn in Keras's order.

    Args:
      featurewise_center: whether the mean that ``fit`` found is subtracted, channel by channel.
      samplewise_center: whether each image's mean is subtracted.
      featurewise_std_normalization: whether images are divided by the deviation that ``fit`` found.
      samplewise_std_normalization: whether each image is divided by its deviation.
      zca_whitening: whether pixels are decorrelated.
      zca_epsilon: added to singular values.
      rotation_range: degrees.
      width_shift_range: a part of the width if below 1, else columns; or the columns to choose from.
      height_shift_range: a part of the height if below 1, else rows; or the rows to choose from.
      brightness_range: the least and the largest factor.
      shear_range: degrees.
      zoom_range: the least and the largest zoom, or how far they may be from 1.
      channel_shift_range: how much may be added to the channels.
      fill_mode: ``"constant"``, ``"nearest"``, ``"reflect"`` or ``"wrap"``: what lies outside of an image.
      cval: what lies outside, for ``"constant"``.
      horizontal_flip: whether images may be mirrored.
      vertical_flip: whether they may be turned upside down.
      rescale: a factor.
      preprocessing_function: takes an image, returns one; called after the changes, before all normalisation.
      data_format: where the channels are.
      validation_split: the share of the images for ``subset="validation"``.
      interpolation_order: of the interpolation, 0 to 5.
      dtype: of the batches.

    Raises:
      ValueError: for ranges that are none.

    Example:
      >>> import numpy as np, kerax
      >>> generator = kerax.preprocessing.image.ImageDataGenerator(rescale=0.5, horizontal_flip=True)
      >>> images, labels = next(generator.flow(np.ones((6, 4, 4, 1)), np.arange(6), batch_size=2))
      >>> images.shape, float(images.max())
      ((2, 4, 4, 1), 0.5)
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: Any = 0.0,
        height_shift_range: Any = 0.0,
        brightness_range: Any = None,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: Any = None,
    ):
        self.featurewise_center, self.samplewise_center = featurewise_center, samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening, self.zca_epsilon = zca_whitening, zca_epsilon
        self.rotation_range, self.shear_range = rotation_range, shear_range
        self.width_shift_range, self.height_shift_range = width_shift_range, height_shift_range
        self.channel_shift_range, self.fill_mode, self.cval = channel_shift_range, fill_mode, cval
        self.horizontal_flip, self.vertical_flip, self.rescale = horizontal_flip, vertical_flip, rescale
        self.preprocessing_function, self.dtype = preprocessing_function, dtype or floatx()
        self.interpolation_order = interpolation_order
        self.data_format = data_format or image_data_format()
        if self.data_format not in ("channels_last", "channels_first"):
            raise ValueError(
                '`data_format` should be `"channels_last"` (channel after row and column) or `"channels_first"` '
                f"(channel before row and column). Received: {data_format}"
            )
        last = self.data_format == "channels_last"
        self.row_axis, self.col_axis, self.channel_axis = (1, 2, 3) if last else (2, 3, 1)
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(f"`validation_split` must be strictly between 0 and 1.  Received: {validation_split}")
        self._validation_split = validation_split
        self.mean: np.ndarray | None = None
        self.std: np.ndarray | None = None
        self.zca_whitening_matrix: np.ndarray | None = None
        if isinstance(zoom_range, (float, int)):
            self.zoom_range = [1 - zoom_range, 1 + zoom_range]
        elif len(zoom_range) == 2 and all(isinstance(value, (float, int)) for value in zoom_range):
            self.zoom_range = list(zoom_range)
        else:
            raise ValueError(f"`zoom_range` should be a float or a tuple or list of two floats. Received: {zoom_range}")
        if zca_whitening:
            self._also("zca_whitening", "featurewise_center", True)
            self._also("zca_whitening", "featurewise_std_normalization", False)
        if self.featurewise_std_normalization:
            self._also("featurewise_std_normalization", "featurewise_center", True)
        if samplewise_std_normalization:
            self._also("samplewise_std_normalization", "samplewise_center", True)
        if brightness_range is not None and (
            not isinstance(brightness_range, (tuple, list)) or len(brightness_range) != 2
        ):
            raise ValueError(f"`brightness_range should be tuple or list of two floats. Received: {brightness_range}")
        self.brightness_range = brightness_range

    def _also(self, name: str, other: str, value: bool) -> None:
        if getattr(self, other) != value:
            setattr(self, other, value)
            warnings.warn(f"This ImageDataGenerator specifies `{name}`, which overrides setting of `{other}`.")

    # ------------------------------------------------------------------ batches

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        ignore_class_split: bool = False,
        subset: str | None = None,
    ) -> NumpyArrayIterator:
        """Returns batches of the images in an array.

        Args:
          x: images of rank 4, or a pair of them and further arrays that go with them unchanged.
          y: labels.
          batch_size: images in a batch.
          shuffle: whether every epoch has its own order.
          sample_weight: one weight per image.
          seed: of the order and the changes.
          save_to_dir: a folder to write the changed images to.
          save_prefix: how the names of these files begin.
          save_format: what kind of files they are.
          ignore_class_split: whether the two subsets may have different classes.
          subset: ``"validation"`` for the first part of the images, ``"training"`` for the rest.

        Raises:
          ValueError: if lengths or ranks do not fit.
        """
        return NumpyArrayIterator(
            x,
            y,
            self,
            batch_size,
            shuffle,
            sample_weight,
            seed,
            self.data_format,
            save_to_dir,
            save_prefix,
            save_format,
            subset,
            ignore_class_split,
            self.dtype,
        )

    def flow_from_directory(
        self,
        directory: Any,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
    ) -> DirectoryIterator:
        """Returns batches of the images in a folder that has one subfolder per class.

        Args:
          directory: the folder.
          target_size: height and width to which images are resized.
          color_mode: ``"grayscale"``, ``"rgb"`` or ``"rgba"``.
          classes: the subfolders in order; all, by name, without it.
          class_mode: ``"categorical"``, ``"binary"``, ``"sparse"``, ``"input"`` or ``None``.
          batch_size: images in a batch.
          shuffle: whether every epoch has its own order.
          seed: of the order and the changes.
          save_to_dir: a folder to write the changed images to.
          save_prefix: how the names of these files begin.
          save_format: what kind of files they are.
          follow_links: whether to look into folders that are links.
          subset: ``"validation"`` for the first part of every class, ``"training"`` for the rest.
          interpolation: see ``load_img``.
          keep_aspect_ratio: see ``load_img``.

        Raises:
          FileNotFoundError: if there is no such folder.
          ValueError: for an unknown mode.
        """
        return DirectoryIterator(
            directory,
            self,
            classes,
            follow_links,
            target_size=target_size,
            color_mode=color_mode,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            interpolation=interpolation,
            keep_aspect_ratio=keep_aspect_ratio,
            dtype=self.dtype,
        )

    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: Any = None,
        x_col: str = "filename",
        y_col: Any = "class",
        weight_col: str | None = None,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
        **kwargs: Any,
    ) -> DataFrameIterator:
        """Returns batches of the images that a table of pandas names.

        Args:
          dataframe: the table.
          directory: what names are relative to; they are whole paths without it.
          x_col: the column of names.
          y_col: the column of classes or targets, or columns for ``"multi_output"``.
          weight_col: the column of weights.
          target_size: as for ``flow_from_directory``, like the arguments after it.
          color_mode: ``"grayscale"``, ``"rgb"`` or ``"rgba"``.
          classes: the classes in order; rows of others are left out.
          class_mode: ``"categorical"``, ``"binary"``, ``"sparse"``, ``"input"``, ``"raw"``, ``"multi_output"`` or
            ``None``.
          batch_size: images in a batch.
          shuffle: whether every epoch has its own order.
          seed: of the order and the changes.
          save_to_dir: a folder to write the changed images to.
          save_prefix: how the names of these files begin.
          save_format: what kind of files they are.
          subset: ``"validation"`` for the first part of the rows, ``"training"`` for the rest.
          interpolation: see ``load_img``.
          validate_filenames: whether rows whose file does not exist are left out, with a warning.
          **kwargs: former arguments, without effect.

        Raises:
          ValueError: for an unknown mode or column.
          TypeError: for columns of the wrong type.
        """
        for name in kwargs:
            if name not in _FORMER:
                raise TypeError(f"flow_from_dataframe() got an unexpected keyword argument {name!r}.")
            warnings.warn(f"flow_from_dataframe({name}=...) is deprecated and has no effect.", DeprecationWarning)
        if class_mode == "other":
            warnings.warn('`class_mode="other"` is deprecated, please use `class_mode="raw"`.', DeprecationWarning)
            class_mode = "raw"
        return DataFrameIterator(
            dataframe,
            directory,
            self,
            x_col=x_col,
            y_col=y_col,
            weight_col=weight_col,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            data_format=self.data_format,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            interpolation=interpolation,
            validate_filenames=validate_filenames,
            dtype=self.dtype,
        )

    # ------------------------------------------------------------------ single images

    def standardize(self, x: np.ndarray) -> np.ndarray:
        """Normalises an image in place, as the arguments of the constructor say.

        Args:
          x: the image, floats.
        """
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + _EPSILON
        if self.featurewise_center and self._fitted("featurewise_center", self.mean):
            x -= self.mean
        if self.featurewise_std_normalization and self._fitted("featurewise_std_normalization", self.std):
            x /= self.std + _EPSILON
        if self.zca_whitening and self._fitted("zca_whitening", self.zca_whitening_matrix):
            x = (x.reshape(-1, math.prod(x.shape[-3:])) @ self.zca_whitening_matrix).reshape(x.shape)
        return x

    def _fitted(self, name: str, value: Any) -> bool:
        if value is None:
            warnings.warn(
                f"This ImageDataGenerator specifies `{name}`, but it hasn't been fit on any training data. Fit it "
                "first by calling `.fit(numpy_data)`."
            )
        return value is not None

    def get_random_transform(self, img_shape: tuple[int, ...], seed: int | None = None) -> dict[str, Any]:
        """Draws how an image is changed.

        Args:
          img_shape: the shape of the image.
          seed: of ``numpy.random``.

        Returns:
          A dictionary for ``apply_transform``.
        """
        if seed is not None:
            np.random.seed(seed)
        uniform = np.random.uniform
        theta = uniform(-self.rotation_range, self.rotation_range) if self.rotation_range else 0
        tx = self._shift(self.height_shift_range, img_shape[self.row_axis - 1])
        ty = self._shift(self.width_shift_range, img_shape[self.col_axis - 1])
        shear = uniform(-self.shear_range, self.shear_range) if self.shear_range else 0
        zx, zy = (1, 1) if self.zoom_range == [1, 1] else uniform(self.zoom_range[0], self.zoom_range[1], 2)
        flips = [(np.random.random() < 0.5) * flip for flip in (self.horizontal_flip, self.vertical_flip)]
        shift = uniform(-self.channel_shift_range, self.channel_shift_range) if self.channel_shift_range != 0 else None
        brightness = None if self.brightness_range is None else uniform(*self.brightness_range)
        return {
            "theta": theta,
            "tx": tx,
            "ty": ty,
            "shear": shear,
            "zx": zx,
            "zy": zy,
            "flip_horizontal": flips[0],
            "flip_vertical": flips[1],
            "channel_shift_intensity": shift,
            "brightness": brightness,
        }

    def _shift(self, limit: Any, size: int) -> Any:
        if not limit:
            return 0
        try:  # a whole number, or numbers to choose from
            shift = np.random.choice(limit)
            shift *= np.random.choice([-1, 1])
        except ValueError:
            shift = np.random.uniform(-limit, limit)
        return shift * size if np.max(limit) < 1 else shift

    def apply_transform(self, x: np.ndarray, transform_parameters: dict[str, Any]) -> np.ndarray:
        """Changes an image.

        Args:
          x: the image.
          transform_parameters: ``theta``, ``tx``, ``ty``, ``shear``, ``zx``, ``zy``, ``flip_horizontal``,
            ``flip_vertical``, ``channel_shift_intensity`` and ``brightness``, any of which may be missing.
        """
        get = transform_parameters.get
        rows, columns, channels = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        x = apply_affine_transform(
            x,
            get("theta", 0),
            get("tx", 0),
            get("ty", 0),
            get("shear", 0),
            get("zx", 1),
            get("zy", 1),
            row_axis=rows,
            col_axis=columns,
            channel_axis=channels,
            fill_mode=self.fill_mode,
            cval=self.cval,
            order=self.interpolation_order,
        )
        if get("channel_shift_intensity") is not None:
            x = apply_channel_shift(x, get("channel_shift_intensity"), channels)
        if get("flip_horizontal", False):
            x = np.flip(x, columns)
        if get("flip_vertical", False):
            x = np.flip(x, rows)
        return x if get("brightness") is None else apply_brightness_shift(x, get("brightness"), False)

    def random_transform(self, x: np.ndarray, seed: int | None = None) -> np.ndarray:
        """Changes an image at random.

        Args:
          x: the image.
          seed: of ``numpy.random``.
        """
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Finds mean, deviation and whitening matrix of images.

        Args:
          x: images of rank 4.
          augment: whether the images are changed at random before.
          rounds: how often, for ``augment``.
          seed: of ``numpy.random``.

        Raises:
          ValueError: for another rank.
        """
        x = np.array(x, self.dtype)
        if x.ndim != 4:
            raise ValueError(f"Input to `.fit()` should have rank 4. Got array with shape: {x.shape}")
        if x.shape[self.channel_axis] not in (1, 3, 4):
            warnings.warn(
                f'Expected input to be images (as Numpy array) following the data format convention "{self.data_format}'
                f'" (channels on axis {self.channel_axis}), i.e. expected either 1, 3 or 4 channels on axis '
                f"{self.channel_axis}. However, it was passed an array with shape {x.shape}."
            )
        if seed is not None:
            np.random.seed(seed)
        if self.rescale:
            x *= self.rescale
        if augment:
            x = np.stack([self.random_transform(image) for _ in range(rounds) for image in x]).astype(self.dtype)
        axes = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            self.mean = np.mean(x, axis=axes, keepdims=True)[0]
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=axes, keepdims=True)[0]
            x /= self.std + _EPSILON
        if self.zca_whitening:
            u, s, _ = np.linalg.svd(x.reshape(len(x), -1).T, full_matrices=False)
            self.zca_whitening_matrix = (u * (np.sqrt(len(x)) / (s + self.zca_epsilon))) @ u.T
