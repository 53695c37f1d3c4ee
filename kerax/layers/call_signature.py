"""What a layer's `call` accepts, read once per class."""

from __future__ import annotations

import functools
import inspect
from typing import Any, NamedTuple


class CallSignature(NamedTuple):
    """Facts about a ``call`` method.

    Attributes:
      names: argument names after ``self``.
      training: whether ``training`` can be passed.
      mask: whether ``mask`` can be passed.
      masks: names of further mask arguments, ``"<argument>_mask"``.
      training_default: the default of ``training`` in the signature, None if it has none.
      build_names: argument names of ``build`` after ``self``.
      required: names of the arguments that a call must give.
    """

    names: tuple[str, ...]
    training: bool
    mask: bool
    masks: tuple[str, ...]
    training_default: Any
    build_names: tuple[str, ...]
    required: tuple[str, ...]


@functools.cache
def signature_of(cls: type) -> CallSignature:
    """Returns the facts about ``cls.call`` and ``cls.build``.

    Example:
      >>> import kerax
      >>> from kerax.layers.call_signature import signature_of
      >>> signature_of(kerax.layers.Dropout).training
      True
    """
    parameters = inspect.signature(cls.call).parameters  # type: ignore[attr-defined]
    names = tuple(parameters)[1:]
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    training = "training" in names
    default = parameters["training"].default if training else None
    masks = tuple(n for n in names if n.endswith("_mask") and n[: -len("_mask")] in names)
    filled_in = ("training", "mask", *masks)
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    required = tuple(
        n
        for n in names
        if parameters[n].kind in plain and parameters[n].default is inspect.Parameter.empty and n not in filled_in
    )
    build_names = tuple(inspect.signature(cls.build).parameters)[1:]  # type: ignore[attr-defined]
    return CallSignature(
        names=names,
        training=training or (takes_any and hasattr(cls, "_passes_training")),
        mask="mask" in names,
        masks=masks,
        training_default=None if default is inspect.Parameter.empty else default,
        build_names=build_names,
        required=required,
    )
