"""Which image layers are tested, and with which arguments."""

# (class, arguments, keyword arguments) where nothing is left to chance: compared with Keras.
FIXED = [
    ("Resizing", (5, 7), {}),
    ("Resizing", (5, 7), {"interpolation": "nearest"}),
    ("Resizing", (12, 7), {"interpolation": "bicubic", "antialias": True}),
    ("Resizing", (5, 5), {"crop_to_aspect_ratio": True}),
    ("Resizing", (5, 5), {"pad_to_aspect_ratio": True, "fill_value": 3.0}),
    ("CenterCrop", (4, 5), {}),
    ("CenterCrop", (9, 5), {}),
    ("Rescaling", (0.5, 1.0), {}),
    ("AutoContrast", (), {}),
    ("Equalization", (), {}),
    ("ContrastLimitedAdaptiveHistogramEqualization", (), {"tile_grid_size": (3, 3)}),
    ("Solarization", (), {}),
    ("RandomRotation", ((0.1, 0.1),), {}),
    ("RandomRotation", ((0.1, 0.1),), {"fill_mode": "constant", "fill_value": 9.0, "interpolation": "nearest"}),
    ("RandomZoom", ((0.3, 0.3), (-0.2, -0.2)), {"fill_mode": "wrap"}),
    ("RandomTranslation", ((0.2, 0.2), (-0.3, -0.3)), {"fill_mode": "nearest"}),
    ("RandomBrightness", ((0.3, 0.3),), {}),
    ("RandomContrast", ((0.0, 0.0),), {}),
    ("RandomSaturation", ((0.7, 0.7),), {}),
    ("RandomColorDegeneration", ((0.4, 0.4),), {}),
    ("RandomSharpness", ((0.9, 0.9),), {}),
    ("RandomPosterization", ((3, 3),), {}),
    ("RandomInvert", ((1.0, 1.0),), {}),
    ("RandomGrayscale", (1.0,), {}),
    ("RandomGaussianBlur", ((1.0, 1.0),), {"kernel_size": 3, "sigma": (0.8, 0.8)}),
]

# Class: arguments, for the properties of what is random.
RANDOM = {
    "RandomFlip": (),
    "RandomRotation": (0.2,),
    "RandomZoom": (0.2,),
    "RandomTranslation": (0.2, 0.2),
    "RandomShear": (0.2, 0.2),
    "RandomCrop": (4, 5),
    "RandomPerspective": (),
    "RandomElasticTransform": (),
    "RandomBrightness": (0.2,),
    "RandomContrast": (0.2,),
    "RandomHue": (0.2,),
    "RandomSaturation": ((0.2, 0.8),),
    "RandomColorJitter": ((0, 255), 0.1, 0.1, (0.4, 0.6), 0.1),
    "RandomColorDegeneration": (0.3,),
    "RandomSharpness": (0.8,),
    "RandomPosterization": ((2, 6),),
    "RandomGrayscale": (0.5,),
    "RandomInvert": (0.9,),
    "RandomErasing": (),
    "RandomGaussianBlur": (),
    "MixUp": (0.5,),
    "CutMix": (),
    "RandAugment": (),
    "AugMix": (),
}

OTHERS = ("MaxNumBoundingBoxes", "RandomHeight", "RandomWidth")  # have tests of their own
NAMES = {name for name, _, _ in FIXED} | set(RANDOM) | set(OTHERS)
