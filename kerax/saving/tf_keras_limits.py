"""What a configuration says that tf.keras 2.15 does not understand, or understands in another way."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from kerax.saving.tf_keras_meanings import ACTIVATION_ARGUMENTS, ACTIVATIONS

DIALECTS = (None, "tf_keras")
NOT_FOUND = ("RandomFourierFeatures", "SpectralNormalization")  # it looks layers up in a table that lacks them
# Layers of kerax and Keras 3 that tf.keras 2.15 has not.
UNKNOWN_LAYERS = frozenset(
    """
    AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D
    AdaptiveMaxPooling3D AugMix AutoContrast ContrastLimitedAdaptiveHistogramEqualization CutMix Equalization FlaxLayer
    FromFlax GroupQueryAttention GroupedQueryAttention JaxLayer MaxNumBoundingBoxes MelSpectrogram MixUp Pipeline
    RMSNormalization RandAugment RandomColorDegeneration RandomColorJitter RandomElasticTransform RandomErasing
    RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization RandomSaturation
    RandomSharpness RandomShear Remat ReversibleEmbedding STFTSpectrogram Solarization TorchModuleWrapper
    """.split()
)


def check_dialect(dialect: Any, where: str) -> None:
    """Raises ``ValueError`` for a dialect that there is not."""
    if dialect not in DIALECTS:
        raise ValueError(
            f"{where}: dialect must be None (both libraries read it, where there are words for both) or 'tf_keras' "
            f"(only tf.keras 2.13 to 2.15 and kerax read it), received {dialect!r}."
        )


def require_tf_keras_words(config: Any, model: str) -> None:
    """Raises unless tf.keras 2.15 understands everything that a configuration says.

    Args:
      config: as ``portable_config(..., tf_keras=True)`` returned it.
      model: the model's name.

    Raises:
      ValueError: naming what it does not understand.
    """
    found = sorted(set(_not_understood(config)))
    if found:
        raise ValueError(
            f"save(dialect='tf_keras'): model {model!r} has parts for which tf.keras 2.15 has no words: "
            f"{'; '.join(found)}. Put such operations into a layer of your own, or save for Keras 3 (dialect=None)."
        )


def warn_of_other_numbers(config: Any, where: str) -> None:
    """Warns if tf.keras would compute other numbers from a file that it opens."""
    if any(value in ACTIVATIONS for value in _activations(config)):
        warnings.warn(
            f"{where}: the activation 'hard_sigmoid' is clip(x / 6 + 0.5, 0, 1) in kerax and Keras 3, but "
            "clip(0.2 x + 0.5, 0, 1) in tf.keras 2, which computes other numbers from this file. For tf.keras use the "
            "activation 'legacy_hard_sigmoid' and save(..., dialect='tf_keras') or a '.h5' file.",
            stacklevel=5,
        )


def _not_understood(node: Any) -> Iterator[str]:
    if isinstance(node, (list, tuple)):
        for item in node:
            yield from _not_understood(item)
    if not isinstance(node, dict):
        return
    module, name = str(node.get("module")), node.get("class_name")
    if isinstance(name, str):
        if module.startswith(("keras.src.ops", "kerax.ops")):
            yield f"the operation {name} ({node.get('name')!r})"
        elif module.startswith("keras") and name in NOT_FOUND:
            yield f"the layer {name}, which it finds in no file, not even in its own, unless custom_objects has it"
        elif module.startswith("keras") and name in UNKNOWN_LAYERS:
            yield f"the layer {name} ({node.get('config', {}).get('name')!r})"
    for key, value in node.items():
        if key != "kerax_operation":
            yield from _not_understood(value)


def _activations(node: Any) -> Iterator[str]:
    if isinstance(node, (list, tuple)):
        for item in node:
            yield from _activations(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and key in ACTIVATION_ARGUMENTS:
                yield value
            yield from _activations(value)
