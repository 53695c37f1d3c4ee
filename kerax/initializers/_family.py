"""Names of the initializers, and looking them up."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.initializers.constant import Constant, Identity, Ones, Zeros
from kerax.initializers.initializer import Initializer
from kerax.initializers.orthogonal import Orthogonal
from kerax.initializers.random import RandomNormal, RandomUniform, TruncatedNormal
from kerax.initializers.stft import STFT
from kerax.initializers.variance_scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)
from kerax.registry import Family

_CLASSES = (
    Initializer, Zeros, Ones, Constant, Identity, RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling,
    GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform, Orthogonal, STFT,
)  # fmt: skip

FAMILY = Family(
    "initializer",
    "keras.initializers",
    classes={cls.__name__: cls for cls in _CLASSES},
    aliases={
        "zero": "Zeros",
        "one": "Ones",
        "normal": "RandomNormal",
        "uniform": "RandomUniform",
        "IdentityInitializer": "Identity",
        "OrthogonalInitializer": "Orthogonal",
        "STFTInitializer": "STFT",
    },
)


def get(identifier: Any) -> Any:
    """Return the initializer an identifier stands for.

    Args:
        identifier: name (``"glorot_uniform"``, ``"GlorotUniform"``), configuration, class, instance, callable
            ``(shape, dtype) -> array``, array (a `Constant` of it) or ``None`` (returned as it is).

    Raises:
        ValueError: for an unknown name.
        TypeError: for anything else.

    Example:
        >>> import kerax
        >>> kerax.initializers.get("zeros")
        Zeros()
        >>> kerax.initializers.get(kerax.initializers.glorot_normal).scale
        1.0
    """
    if isinstance(identifier, np.ndarray | np.generic | jax.Array):
        return Constant(identifier)
    return FAMILY.get(identifier)


def serialize(initializer: Any, use_legacy_format: bool = False) -> Any:
    """Return the configuration of an initializer.

    Args:
        initializer: the initializer.
        use_legacy_format: whether to leave out what Keras 3 adds to the class name and its arguments.

    Example:
        >>> import kerax
        >>> kerax.initializers.serialize(kerax.initializers.Ones())["class_name"]
        'Ones'
    """
    return FAMILY.serialize(initializer, use_legacy_format)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None, use_legacy_format: bool = False) -> Any:
    """Return the initializer a configuration describes.

    Args:
        config: what `serialize` returned, in Keras 2 or Keras 3 form, or a name.
        custom_objects: the user's own classes and functions by name.
        use_legacy_format: accepted as in tf.keras; either form is recognized.

    Raises:
        ValueError: for an unknown class.

    Example:
        >>> import kerax
        >>> kerax.initializers.deserialize({"class_name": "Constant", "config": {"value": 2.0}})
        Constant(value=2.0)
    """
    return FAMILY.deserialize(config, custom_objects)
