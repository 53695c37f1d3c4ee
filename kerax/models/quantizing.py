"""Whole models with weights in few bits."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kerax.layers.core.adaptable import AdaptableLayer
from kerax.models.calibrating import calibrate
from kerax.quantizers import QuantizationConfig
from kerax.quantizers.configs import CALIBRATED_MODES, resolve_config
from kerax.state import walk_modules


def quantize(model: Any, mode: str | None = None, config: Any = None, filters: Any = None, **kwargs: Any) -> None:
    """Stores the weights of a model's dense layers and embeddings in few bits with scales, in place.

    The projections inside attention layers are such layers too. What is stored as integers is not trained any more;
    what is trained on top is a LoRA update (``layer.enable_lora``). Layers that do not know the mode are left as they
    are: float8 is for products only.

    Args:
      model: a built model.
      mode: ``"int8"``, ``"int4"`` or ``"float8"``; ``"gptq"`` and ``"awq"`` with a configuration, see
        ``kerax.quantizers.GPTQConfig`` and ``AWQConfig``.
      config: a ``kerax.quantizers.Int8QuantizationConfig`` or another one, instead of the mode.
      filters: which layers: a pattern that is found in their names, a list of such, or ``layer -> bool``.
      **kwargs: ``type_check``, accepted as in Keras.

    Raises:
      ValueError: for another mode, or if the model is not built.
      TypeError: for other filters or an unknown argument.

    Example:
      >>> import kerax
      >>> model = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(3), kerax.layers.Dense(2, name="head")])
      >>> model.quantize("int8", filters=lambda layer: layer.name != "head")
      >>> [layer.kernel.dtype for layer in model.layers]
      ['int8', 'float32']
    """
    kwargs.pop("type_check", None)
    if kwargs:
        raise TypeError(f"quantize() got the unknown argument {min(kwargs)!r}.")
    if isinstance(mode, QuantizationConfig):
        mode, config = None, mode
    config = resolve_config(mode, config)
    if not model.built:
        raise ValueError(f"Model {model.name!r} has no weights to quantize yet: build it first.")
    wanted = _as_filter(filters)
    if config.mode in CALIBRATED_MODES:
        calibrate(model, config, wanted)
        return
    for _, layer in walk_modules(model, "layer"):
        if isinstance(layer, AdaptableLayer) and config.mode in layer._modes and wanted(layer):
            layer.quantize(config=config)


def _as_filter(filters: Any) -> Callable[[Any], bool]:
    if filters is None:
        return lambda layer: True
    if callable(filters):
        return filters
    patterns = [filters] if isinstance(filters, str) else filters
    if not isinstance(patterns, (list, tuple)) or not all(isinstance(pattern, str) for pattern in patterns):
        raise TypeError(
            f"quantize(): filters must be a pattern, a list of patterns or a function of a layer, received {filters!r}."
        )
    return lambda layer: any(re.search(pattern, layer.name) for pattern in patterns)
