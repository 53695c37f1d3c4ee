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
      training_place: how many positional arguments come before ``training``; None if it has to be named.
      mask: whether ``mask`` can be passed.
      masks: names of further mask arguments, ``"<argument>_mask"``.
      training_default: the default of ``training`` in the signature, None if it has none.
      build_names: argument names of ``build`` after ``self``.
      required: names of the arguments that a call must give.
      build_required: names of the arguments that ``build`` must be given.
    """

    names: tuple[str, ...]
    training: bool
    training_place: int | None
    mask: bool
    masks: tuple[str, ...]
    training_default: Any
    build_names: tuple[str, ...]
    required: tuple[str, ...]
    build_required: tuple[str, ...]


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
    build = dict(list(inspect.signature(cls.build).parameters.items())[1:])  # type: ignore[attr-defined]
    build_required = tuple(n for n, p in build.items() if p.kind in plain and p.default is inspect.Parameter.empty)
    return CallSignature(
        names=names,
        training=training or (takes_any and hasattr(cls, "_passes_training")),
        training_place=names.index("training") if training and parameters["training"].kind in plain else None,
        mask="mask" in names,
        masks=masks,
        training_default=None if default is inspect.Parameter.empty else default,
        build_names=tuple(build),
        required=required,
        build_required=build_required,
    )


def with_named_training(signature: CallSignature, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """Gives ``training`` its name where a call passed it by its place, as ``layer(x, True)`` does.

    Args:
      signature: the facts about the layer's class.
      args: what the call was given by place, at least up to ``training``.
      kwargs: what it was given by name.

    Returns:
      (args, kwargs), in which ``training`` and what stands behind it are named; unchanged if one is there twice.
    """
    place = signature.training_place
    late = dict(zip(signature.names[place:], args[place:], strict=False))
    if late.keys() & kwargs.keys():
        return args, kwargs
    return args[: len(args) - len(late)], {**late, **kwargs}


def check_build_names(layer: str, signature: CallSignature) -> None:
    """Raises unless a ``build`` of several shapes names them after the arguments of ``call``.

    Args:
      layer: the layer, for messages.
      signature: the facts about its class.

    Raises:
      ValueError: naming the argument.

    Example:
      >>> import kerax
      >>> from kerax.layers.call_signature import check_build_names, signature_of
      >>> check_build_names("Layer 'a'", signature_of(kerax.layers.MultiHeadAttention))
    """
    if len(signature.build_required) < 2:
        return
    for name in signature.build_required:
        if not name.endswith("_shape"):
            raise ValueError(
                f"{layer}: build() takes several arguments, among them {name!r}. Each must be named after an argument "
                "of call(), with the ending '_shape', as in build(self, query_shape, value_shape)."
            )
        if name.removesuffix("_shape") not in signature.names:
            raise ValueError(
                f"{layer}: build() takes {name!r}, but call() has no argument {name.removesuffix('_shape')!r}; it "
                f"takes {', '.join(signature.names)}."
            )
