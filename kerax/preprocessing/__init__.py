"""Preparing data the way of older tf.keras scripts: texts, sequences, images, folders of files.

New scripts use layers instead: ``kerax.layers.TextVectorization``, ``kerax.layers.Resizing`` and the like.
"""

from kerax.preprocessing import image, sequence, text
from kerax.preprocessing.audio_dataset import audio_dataset_from_directory
from kerax.preprocessing.image_dataset import image_dataset_from_directory
from kerax.preprocessing.text_dataset import text_dataset_from_directory
from kerax.preprocessing.timeseries_dataset import timeseries_dataset_from_array

__all__ = [
    "audio_dataset_from_directory",
    "image",
    "image_dataset_from_directory",
    "sequence",
    "text",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]
