"""Small models with every layer that Keras 3 or kerax has and tf.keras 2.15 has not."""

import numpy as np

import kerax
from kerax import layers as kl

R = np.random.default_rng(1)
STEPS = R.normal(size=(3, 5, 4)).astype("float32")
ROWS = STEPS[:, 0]
PHOTOS = R.uniform(0, 255, size=(2, 8, 8, 3)).astype("float32")
CUBES = R.normal(size=(2, 4, 4, 4, 2)).astype("float32")
SOUND = R.normal(size=(2, 400)).astype("float32")
NUMBERS = np.array([[1, 2, 5], [3, 0, 0]], "int32")
NEWER = {
    "rows": (ROWS, {
        "RMSNormalization": {}, "Remat": {"layer": lambda: kl.Dense(3, name="inner")},
        "Lambda": {"function": kerax.activations.gelu},
        "Pipeline": {"layers": lambda: [kl.Rescaling(0.5), kl.Dense(2)]},
    }),
    "steps": (STEPS, {
        "AdaptiveAveragePooling1D": {"output_size": 2}, "AdaptiveMaxPooling1D": {"output_size": 2},
        "RNN": {"cell": lambda: kl.StackedRNNCells([kl.GRUCell(3), kl.LSTMCell(2)])},
    }),
    "photos": (PHOTOS, {
        **dict.fromkeys(("AutoContrast", "Equalization", "AugMix", "CutMix", "MixUp", "RandAugment",
                         "RandomColorJitter",
                         "RandomElasticTransform", "RandomErasing", "RandomGaussianBlur", "RandomGrayscale",
                         "RandomInvert", "RandomPerspective", "Solarization"), {}),
        **dict.fromkeys(("RandomColorDegeneration", "RandomHue", "RandomSaturation", "RandomSharpness"),
                        {"factor": 0.3}),
        "RandomPosterization": {"factor": 4}, "RandomShear": {"x_factor": 0.2, "y_factor": 0.1},
        "ContrastLimitedAdaptiveHistogramEqualization": {"tile_grid_size": (2, 2)},
        "AdaptiveAveragePooling2D": {"output_size": 2}, "AdaptiveMaxPooling2D": {"output_size": 2},
    }),
    "cubes": (CUBES, {"AdaptiveAveragePooling3D": {"output_size": 2}, "AdaptiveMaxPooling3D": {"output_size": 2}}),
    "channels of sound": (SOUND[..., None], {"STFTSpectrogram": {"frame_length": 64, "mode": "log"}}),
    "sound": (SOUND, {
        "MelSpectrogram": {"fft_length": 64, "sequence_stride": 32, "num_mel_bins": 8},
    }),
    "numbers": (NUMBERS, {"ReversibleEmbedding": {"input_dim": 10, "output_dim": 3, "tie_weights": False}}),
}  # fmt: skip


def _grouped():
    x = kerax.Input((5, 4))
    return kerax.Model(x, kl.GroupQueryAttention(3, 4, 2)(x, x)), [STEPS]


def newer_layers():
    """Yields name, model and inputs."""
    for kind, (x, made) in NEWER.items():
        for name, kwargs in made.items():
            kwargs = {key: value() if callable(value) and key != "function" else value for key, value in kwargs.items()}
            layer = getattr(kl, name)(**kwargs)
            yield f"{name}-{kind}", kerax.Sequential([kerax.Input(x.shape[1:], dtype=x.dtype.name), layer]), [x]
    yield "GroupQueryAttention", *_grouped()
