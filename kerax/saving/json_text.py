"""JSON from files: the one place where it is parsed, with bounds."""

from __future__ import annotations

import json
from typing import Any

from kerax.errors import ConfigurationError

MAXIMUM_DEPTH = 100  # brackets inside one another; a model nested ten times in others needs about forty


def parse_json(text: str | bytes, what: str) -> Any:
    """Parses JSON text of bounded depth.

    Args:
      text: the text.
      what: where it stands, for messages ("'m.keras': config.json").

    Raises:
      ValueError: if it is no JSON, or nested too deeply.

    Example:
      >>> from kerax.saving.json_text import parse_json
      >>> parse_json('{"a": [1]}', "text")
      {'a': [1]}
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        _check_depth(text, what)
        return json.loads(text)
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{what} is no text in UTF-8: {error}") from error
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"{what} is no JSON, or it is damaged: {error}") from error


def _check_depth(text: str, what: str) -> None:
    """Counts brackets outside of strings: without recursion, before anything is made of the text."""
    depth, place, end = 0, 0, len(text)
    while place < end:
        character = text[place]
        if character == '"':
            place = _string_end(text, place)
        elif character in "[{":
            depth += 1
            if depth > MAXIMUM_DEPTH:
                raise ConfigurationError(f"{what} is nested more than {MAXIMUM_DEPTH} levels deep (at {place}).")
        elif character in "]}":
            depth -= 1
        place += 1


def _string_end(text: str, start: int) -> int:
    """The place of the quote that ends the string which begins at ``start``."""
    place = start
    while True:
        place = text.find('"', place + 1)
        if place < 0:
            return len(text)
        backslashes = place - 1
        while text[backslashes] == "\\":
            backslashes -= 1
        if (place - 1 - backslashes) % 2 == 0:
            return place
