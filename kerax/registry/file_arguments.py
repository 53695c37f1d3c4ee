"""Constructor arguments that a configuration may not hold: they would open another file, or exhaust the machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerax.registry.safe_mode import in_safe_mode

PATH_ARGUMENTS = ("vocabulary", "idf_weights", "filepath", "vocabulary_file")  # a list of values, or the path of a file


def check_arguments_from_file(config: Mapping[str, Any], what: str) -> None:
    """Refuses the path of a file where a configuration should hold the values themselves.

    Args:
      config: constructor arguments, read from a configuration.
      what: the object they are for, for the message.

    Raises:
      ValueError: naming the argument.

    Example:
      >>> from kerax.registry.file_arguments import check_arguments_from_file
      >>> check_arguments_from_file({"vocabulary": ["a", "b"]}, "layer 'StringLookup'")
    """
    for name in PATH_ARGUMENTS:
        if isinstance(config.get(name), str) and in_safe_mode():
            raise ValueError(
                f"The configuration of {what} names a file as its {name} ({config[name]!r}). Loading opens no file but "
                "the model's own: save the model with the vocabulary inside, or pass safe_mode=False if you trust it."
            )
