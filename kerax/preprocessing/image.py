"""Images the way of older tf.keras scripts: single images and files, and ImageDataGenerator."""

from kerax.preprocessing.image_affine import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
)
from kerax.preprocessing.image_file_iterators import DataFrameIterator, DirectoryIterator
from kerax.preprocessing.image_generator import ImageDataGenerator
from kerax.preprocessing.image_iterators import Iterator, NumpyArrayIterator
from kerax.preprocessing.image_utils import array_to_img, img_to_array, load_img, save_img, smart_resize

__all__ = [
    "DataFrameIterator",
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "array_to_img",
    "img_to_array",
    "load_img",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "save_img",
    "smart_resize",
]
