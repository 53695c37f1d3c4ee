"""Whether a layer is made of kerax's own layers."""

from __future__ import annotations

from typing import Any

from kerax.state import walk_modules

_OWN_CODE = "kerax."


def is_own_code(layer: Any) -> bool:
    """Whether a layer is made of kerax's own layers only: then a call has no side effect that a compiled call would
    miss.
    """
    return all(
        type(module).__module__.startswith(_OWN_CODE) and not getattr(module, "runs_user_code", False)
        for _, module in walk_modules(layer)
    )
