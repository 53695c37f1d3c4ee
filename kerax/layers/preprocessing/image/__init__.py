"""Layers that resize, crop and augment images."""

from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer
from kerax.layers.preprocessing.image.histograms import (
    AutoContrast,
    ContrastLimitedAdaptiveHistogramEqualization,
    Equalization,
)
from kerax.layers.preprocessing.image.max_num_bounding_boxes import MaxNumBoundingBoxes
from kerax.layers.preprocessing.image.mixing import CutMix, MixUp
from kerax.layers.preprocessing.image.policies import AugMix, RandAugment
from kerax.layers.preprocessing.image.random_brightness import RandomBrightness, RandomContrast
from kerax.layers.preprocessing.image.random_color_jitter import RandomColorJitter, RandomGrayscale
from kerax.layers.preprocessing.image.random_crop import CenterCrop, RandomCrop
from kerax.layers.preprocessing.image.random_elastic_transform import RandomElasticTransform
from kerax.layers.preprocessing.image.random_erasing import RandomErasing, RandomGaussianBlur
from kerax.layers.preprocessing.image.random_flip import RandomFlip
from kerax.layers.preprocessing.image.random_hue import RandomColorDegeneration, RandomHue, RandomSaturation
from kerax.layers.preprocessing.image.random_perspective import RandomPerspective
from kerax.layers.preprocessing.image.random_pixels import (
    RandomInvert,
    RandomPosterization,
    RandomSharpness,
    Solarization,
)
from kerax.layers.preprocessing.image.random_rotation import RandomRotation
from kerax.layers.preprocessing.image.random_shear import RandomShear
from kerax.layers.preprocessing.image.random_size import RandomHeight, RandomWidth
from kerax.layers.preprocessing.image.random_translation import RandomTranslation
from kerax.layers.preprocessing.image.random_zoom import RandomZoom
from kerax.layers.preprocessing.image.resizing import Resizing

__all__ = [
    "AugMix",
    "AutoContrast",
    "BaseImagePreprocessingLayer",
    "CenterCrop",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "CutMix",
    "Equalization",
    "MaxNumBoundingBoxes",
    "MixUp",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHeight",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomWidth",
    "RandomZoom",
    "Resizing",
    "Solarization",
]
