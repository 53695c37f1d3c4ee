"""Every family there is, for configurations that do not say which one they belong to."""

from __future__ import annotations

from typing import Any

FAMILIES: list[Any] = []  # filled by Family itself, in the order of import


def family_of(obj: Any) -> Any:
    """The family that a class, or the class of an object, belongs to; None for the user's own."""
    return next((family for family in FAMILIES if family.owns(obj)), None)


def family_named(module: str | None, name: str) -> Any:
    """The family that a configuration's module and class (or function) name mean, else None.

    Modules are only compared with the families' own names; nothing is imported.
    """
    candidates = [family for family in FAMILIES if family.knows(name)]
    public = (module or "").replace("keras.src.", "keras.", 1)
    for family in candidates:
        if public == family.module or public.startswith(f"{family.module}."):
            return family
    return candidates[0] if candidates else None
