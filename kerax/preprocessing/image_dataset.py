"""``image_dataset_from_directory``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerax.data._image_geometry import resize_with_pad
from kerax.data.images import load_image
from kerax.functional.image_arguments import standardize_data_format
from kerax.functional.image_host import resize_on_host
from kerax.preprocessing.folders import FolderArguments
from kerax.preprocessing.image_utils import smart_resize

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
_INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")


def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: Any = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Any:
    """Makes a dataset of the images in a folder that has one subfolder per class.

    Args:
      directory: the folder.
      labels: ``"inferred"`` from the subfolders, ``None``, or one integer per image, in the order of their paths.
      label_mode: ``"int"`` (int32), ``"categorical"`` (one-hot), ``"binary"`` (float32, two classes) or ``None``.
      class_names: the subfolders in the order in which they are to be numbered; by name without it.
      color_mode: ``"grayscale"``, ``"rgb"`` or ``"rgba"``: 1, 3 or 4 channels.
      batch_size: images in a batch; ``None`` for no batches.
      image_size: height and width to which images are resized.
      shuffle: whether the order is random; otherwise that of the paths.
      seed: of the order. The same seed gives the same training and validation part, as in Keras.
      validation_split: the share of the images that are kept for validation.
      subset: ``"training"``, ``"validation"`` or ``"both"``.
      interpolation: ``"bilinear"``, ``"nearest"``, ``"bicubic"``, ``"area"``, ``"lanczos3"``, ``"lanczos5"``,
        ``"gaussian"`` or ``"mitchellcubic"``.
      follow_links: whether to look into folders that are links.
      crop_to_aspect_ratio: whether the middle with the new aspect ratio is cut out first.
      pad_to_aspect_ratio: whether images are padded to the new aspect ratio.
      data_format: where the channels are.
      format: ``"tf"``.
      verbose: whether to print how many files there are.

    Returns:
      A ``kerax.data.Dataset`` of float32 images in [0, 255], or of pairs (images, labels), with the attributes
      ``class_names`` and ``file_paths``; a list of two for ``subset="both"``.

    Raises:
      FileNotFoundError: if there is no such folder.
      ValueError: for arguments that do not fit; while iterating, for a file that is no image, by name.

    Example:
      >>> import os, tempfile, numpy as np, kerax
      >>> folder = tempfile.mkdtemp()
      >>> for name in ("cat", "dog"):
      ...     kerax.data.io.makedirs(os.path.join(folder, name))
      ...     kerax.utils.save_img(os.path.join(folder, name, "1.png"), np.zeros((4, 6, 3)))
      >>> ds = kerax.utils.image_dataset_from_directory(folder, image_size=(2, 3))
      Found 2 files belonging to 2 classes.
      >>> images, labels = next(iter(ds))
      >>> ds.class_names, images.shape
      (['cat', 'dog'], (2, 2, 3, 3))
    """
    arguments = FolderArguments(
        "images", FORMATS, directory, labels, label_mode, class_names, batch_size, shuffle, seed, validation_split,
        subset, follow_links, verbose, format,
    )  # fmt: skip
    arguments.check()
    if color_mode not in _CHANNELS:
        raise ValueError(
            f'`color_mode` must be one of {{"rgb", "rgba", "grayscale"}}. Received: color_mode={color_mode}'
        )
    size = (image_size, image_size) if isinstance(image_size, int) else image_size
    if not isinstance(size, (list, tuple)) or len(size) != 2:
        raise ValueError(f"Invalid `image_size` value. Expected a tuple of 2 integers. Received: image_size={size}")
    size = (int(size[0]), int(size[1]))
    method = interpolation.lower()
    if method not in _INTERPOLATIONS:
        raise ValueError(
            f"Argument `interpolation` should be one of {_INTERPOLATIONS}. Received: interpolation={interpolation}"
        )
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("Only one of `pad_to_aspect_ratio`, `crop_to_aspect_ratio` can be set to `True`.")
    channels, first = _CHANNELS[color_mode], standardize_data_format(data_format) == "channels_first"

    def load(path: Any) -> np.ndarray:
        image = load_image(path, channels)
        if crop_to_aspect_ratio:
            image = smart_resize(image, size, method)
        elif pad_to_aspect_ratio:
            image = resize_with_pad(image, *size, method=method)
        else:
            image = resize_on_host(image, size, method)
        return np.ascontiguousarray(image.transpose(2, 0, 1)) if first else image

    return arguments.datasets(load)
