"""``tf.train.Checkpoint``: kerax's own, whose errors are TensorFlow's in scripts."""

from __future__ import annotations

import functools
from typing import Any

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._edges import by_script
from kerax.train import Checkpoint

__all__ = ["Checkpoint"]


def _translated(plain: Any) -> Any:
    @functools.wraps(plain)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not by_script():
            return plain(self, *args, **kwargs)
        with errors.TRANSLATED:
            return plain(self, *args, **kwargs)

    return call


for _name in ("read", "restore"):
    setattr(Checkpoint, _name, _translated(getattr(Checkpoint, _name)))
