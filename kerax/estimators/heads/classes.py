"""What heads for classes share: names of classes, and checks of their arguments."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.estimators.text_of import TextOf


def check_classes(n_classes: Any, least: int, head: str) -> int:
    """Returns the number of classes.

    Raises:
      ValueError: for fewer than the least, or no whole number.
    """
    if isinstance(n_classes, bool) or not isinstance(n_classes, (int, np.integer)) or n_classes < least:
        hint = " Two classes have BinaryClassHead." if least == 3 and n_classes == 2 else ""
        raise ValueError(f"{head}(n_classes=...) is at least {least}, received {n_classes!r}.{hint}")
    return int(n_classes)


def check_vocabulary(vocabulary: Any, n_classes: int, head: str) -> list[str] | None:
    """Returns a vocabulary of labels as a list of texts.

    Raises:
      ValueError: for another type, another length, or labels that occur twice.
    """
    if vocabulary is None:
        return None
    if not isinstance(vocabulary, (list, tuple)):
        raise ValueError(
            f"{head}(label_vocabulary=...) is a list or tuple of texts, received {type(vocabulary).__name__}."
        )
    words = [word.decode() if isinstance(word, bytes) else str(word) for word in vocabulary]
    if len(words) != n_classes:
        raise ValueError(f"{head}: label_vocabulary has {len(words)} labels, n_classes is {n_classes}.")
    if len(set(words)) < len(words):
        raise ValueError(f"{head}(label_vocabulary=...) has labels that occur twice: {words}.")
    return words


def check_thresholds(thresholds: Any, head: str) -> tuple[float, ...]:
    """Returns thresholds.

    Raises:
      ValueError: for one outside of (0, 1).
    """
    found = tuple(thresholds or ())
    for one in found:
        if not 0.0 < one < 1.0:
            raise ValueError(f"{head}(thresholds=...) are between 0 and 1, received {one!r}.")
    return found


def class_names(vocabulary: list[str] | None, n_classes: int) -> tuple[bytes, ...]:
    """Names of classes as predictions give them; the numbers without a vocabulary.

    Example:
      >>> from kerax.estimators.heads.classes import class_names
      >>> class_names(None, 2)
      (b'0', b'1')
    """
    return tuple(word.encode() for word in (vocabulary or [str(number) for number in range(n_classes)]))


def all_classes(batch: int, names: tuple[bytes, ...]) -> tuple[Any, TextOf]:
    """Ids and names of all classes, for every example."""
    ids = jnp.broadcast_to(jnp.arange(len(names), dtype=jnp.int32), (batch, len(names)))
    return ids, TextOf(ids, names)
