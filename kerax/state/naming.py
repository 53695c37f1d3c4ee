"""Automatic names, as Keras gives them: dense, dense_1, dense_2..."""

from __future__ import annotations

import collections

_counts: collections.Counter[str] = collections.Counter()


def unique_name(prefix: str) -> str:
    """Returns ``prefix`` the first time, then ``prefix_1``, ``prefix_2``...

    Example:
      >>> from kerax.state.naming import unique_name
      >>> unique_name("doc"), unique_name("doc")
      ('doc', 'doc_1')
    """
    count = _counts[prefix]
    _counts[prefix] += 1
    return f"{prefix}_{count}" if count else prefix


def reset_names() -> None:
    """Starts all automatic names again, as ``clear_session`` does.

    Example:
      >>> from kerax.state.naming import reset_names, unique_name
      >>> reset_names(); unique_name("doc")
      'doc'
    """
    _counts.clear()
