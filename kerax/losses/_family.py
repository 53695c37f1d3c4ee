"""Names of the losses, and looking them up."""

from __future__ import annotations

from typing import Any

from kerax.losses.circle import Circle, circle
from kerax.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from kerax.losses.ctc import CTC, ctc
from kerax.losses.divergence import (
    CosineSimilarity,
    KLDivergence,
    Poisson,
    cosine_similarity,
    kl_divergence,
    poisson,
)
from kerax.losses.focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
)
from kerax.losses.hinge import CategoricalHinge, Hinge, SquaredHinge, categorical_hinge, hinge, squared_hinge
from kerax.losses.loss import Loss, LossFunctionWrapper
from kerax.losses.overlap import Dice, Tversky, dice, tversky
from kerax.losses.regression import (
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from kerax.registry import Family

_CLASSES = (
    Loss, LossFunctionWrapper, BinaryCrossentropy, BinaryFocalCrossentropy, CTC, CategoricalCrossentropy,
    CategoricalFocalCrossentropy, CategoricalGeneralizedCrossEntropy, CategoricalHinge, Circle, CosineSimilarity, Dice,
    Hinge, Huber, KLDivergence, LogCosh, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError,
    MeanSquaredLogarithmicError, Poisson, SparseCategoricalCrossentropy, SquaredHinge, Tversky,
)  # fmt: skip
_FUNCTIONS = (
    binary_crossentropy, binary_focal_crossentropy, categorical_crossentropy, categorical_focal_crossentropy,
    categorical_generalized_cross_entropy, categorical_hinge, circle, cosine_similarity, ctc, dice, hinge, huber,
    kl_divergence, log_cosh, mean_absolute_error, mean_absolute_percentage_error, mean_squared_error,
    mean_squared_logarithmic_error, poisson, sparse_categorical_crossentropy, squared_hinge, tversky,
)  # fmt: skip
_SHORT_NAMES = {
    "bce": "binary_crossentropy",
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "kld": "kl_divergence",
}

FAMILY = Family(
    "loss",
    "keras.losses",
    classes={cls.__name__: cls for cls in _CLASSES},
    functions={function.__name__: function for function in _FUNCTIONS},
    aliases={
        **_SHORT_NAMES,
        **{short.upper(): name for short, name in _SHORT_NAMES.items()},
        "kullback_leibler_divergence": "kl_divergence",
        "logcosh": "log_cosh",
        "huber_loss": "huber",
    },
)
LossFunctionWrapper.look_up = FAMILY.lookup


def get(identifier: Any) -> Any:
    """Return the loss an identifier stands for.

    Args:
        identifier: name of a function (``"mse"``, ``"mean_squared_error"``) or class (``"MeanSquaredError"``),
            configuration, class, instance, callable ``(y_true, y_pred) -> losses``, or ``None``.

    Raises:
        ValueError: for an unknown name.
        TypeError: for anything else.

    Example:
        >>> import kerax
        >>> kerax.losses.get("mse") is kerax.losses.mean_squared_error
        True
        >>> kerax.losses.get("Huber").name
        'huber_loss'
    """
    return FAMILY.get(identifier)


def serialize(loss: Any, use_legacy_format: bool = False) -> Any:
    """Return the name or configuration of a loss.

    Args:
        loss: the loss.
        use_legacy_format: whether to leave out what Keras 3 adds to the class name and its arguments.

    Example:
        >>> import kerax
        >>> kerax.losses.serialize(kerax.losses.MeanSquaredError())["class_name"]
        'MeanSquaredError'
    """
    return FAMILY.serialize(loss, use_legacy_format)


def deserialize(name: Any, custom_objects: dict[str, Any] | None = None, use_legacy_format: bool = False) -> Any:
    """Return the loss a name or configuration describes.

    Args:
        name: what `serialize` returned, in Keras 2 or Keras 3 form.
        custom_objects: the user's own classes and functions by name.
        use_legacy_format: accepted as in tf.keras; either form is recognized.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> import kerax
        >>> config = {"class_name": "BinaryCrossentropy", "config": {"from_logits": True}}
        >>> kerax.losses.deserialize(config).from_logits
        True
    """
    return FAMILY.deserialize(name, custom_objects)
