"""Vocabularies of the look-up layers: checking, reading files, counting tokens."""

from __future__ import annotations

import contextlib
import contextvars
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

_whole: contextvars.ContextVar[bool] = contextvars.ContextVar("kerax_vocabularies_in_configurations", default=False)
_SHOWN = 8  # repeated tokens that a message lists


@contextlib.contextmanager
def vocabularies_in_configurations() -> Iterator[None]:
    """Inside it ``get_config`` of a layer holds also a vocabulary that was learnt: for files with no other place."""
    token = _whole.set(True)
    try:
        yield
    finally:
        _whole.reset(token)


def belongs_in_configuration() -> bool:
    """Whether a learnt vocabulary is part of a configuration at present."""
    return _whole.get()


def read_vocabulary_file(path: Any, layer: str, encoding: str = "utf-8") -> list[str]:
    """The lines of a vocabulary file.

    Args:
      path: text file with one token per line.
      layer: name of the layer, for messages.
      encoding: of the file.

    Returns:
      The tokens, in order.

    Raises:
      ValueError: naming the file, if it is missing, empty or not in that encoding.
    """
    path = os.fspath(path)
    if not os.path.isfile(path):
        what = "is a folder" if os.path.isdir(path) else "does not exist"
        raise ValueError(
            f"Layer {layer!r}: the vocabulary file {path!r} {what} (working folder: {os.getcwd()!r}). Give the path of "
            "a text file with one token per line, or a list of tokens."
        )
    with open(path, "rb") as file:
        data = file.read()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"Layer {layer!r}: the vocabulary file {path!r} is no {encoding} text: byte {error.start} is "
            f"0x{data[error.start]:02x}."
        ) from None
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    lines = [line.removesuffix("\r") for line in lines]
    if not lines:
        raise ValueError(f"Layer {layer!r}: the vocabulary file {path!r} is empty: it needs one token per line.")
    return lines


def as_tokens(vocabulary: Any, is_text: bool, layer: str, encoding: str = "utf-8") -> list:
    """A vocabulary as a list of str, or of int.

    Args:
      vocabulary: list, tuple or array.
      is_text: whether tokens are text.
      layer: name of the layer, for messages.
      encoding: of tokens given as bytes.

    Raises:
      ValueError: if it is empty or has more than one axis.
      TypeError: for a token of another kind.
    """
    if not is_text and isinstance(vocabulary, (list, tuple)) and any(isinstance(v, (str, bytes)) for v in vocabulary):
        raise TypeError(f"Layer {layer!r} looks up whole numbers, its vocabulary holds {vocabulary[0]!r}.")
    items = np.asarray(vocabulary, dtype=object if is_text else None)
    if items.ndim != 1:
        raise ValueError(
            f"Layer {layer!r}: a vocabulary is a list of tokens, received an array of shape {items.shape}."
        )
    if items.size == 0:
        raise ValueError(
            f"Cannot set an empty vocabulary. Layer {layer!r} received vocabulary={vocabulary!r}: give at least one "
            "token, or leave the argument out and call adapt()."
        )
    if is_text:
        return [_text(item, layer, encoding) for item in items.tolist()]
    if items.dtype.kind == "f" and not (items == np.floor(items)).all():
        raise TypeError(f"Layer {layer!r} looks up whole numbers, its vocabulary holds {items[items % 1 != 0][0]!r}.")
    return [int(item) for item in items.tolist()]


def _text(item: Any, layer: str, encoding: str) -> str:
    if isinstance(item, str):
        return str(item)
    if isinstance(item, bytes):
        return item.decode(encoding, "surrogateescape")
    if isinstance(item, (int, float, np.number)):
        return str(item)
    raise TypeError(f"Layer {layer!r} looks up strings, its vocabulary holds {item!r} of type {type(item).__name__}.")


def without_special_tokens(tokens: list, special: list, layer: Any) -> tuple[list, bool]:
    """The tokens after the special ones that a vocabulary may begin with.

    Args:
      tokens: the vocabulary.
      special: mask and out-of-vocabulary tokens in the order in which they stand in front.
      layer: the look-up layer, for messages.

    Returns:
      ``(tokens, whether the special ones were there)``.

    Raises:
      ValueError: for repeated tokens, and for special ones at another place.
    """
    found = tokens[: len(special)] == special
    rest = tokens[len(special) :] if found else tokens
    if len(set(rest)) != len(rest):
        repeated = [token for token, count in Counter(rest).items() if count > 1]
        more = f" and {len(repeated) - _SHOWN} more" if len(repeated) > _SHOWN else ""
        raise ValueError(
            f"The passed vocabulary has at least one repeated term. Layer {layer.path!r} ({type(layer).__name__}): the "
            f"repeated terms are {repeated[:_SHOWN]}{more}. Keep each once: list(dict.fromkeys(vocabulary))."
        )
    reserved = [("mask", layer.mask_token)]
    if layer.invert:  # elsewhere the out-of-vocabulary token is a word like any other
        reserved.append(("OOV", layer.oov_token))
    for name, token in reserved:
        if token is not None and token in rest:
            raise ValueError(
                f"Found reserved {name} token at unexpected location in `vocabulary` of layer {layer.path!r}: "
                f"{token!r} at index {tokens.index(token, len(special) if found else 0)}. Leave the mask and OOV "
                f"tokens out, or put exactly {special} in front."
            )
    return rest, found
