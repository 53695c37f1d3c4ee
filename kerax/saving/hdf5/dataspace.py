"""Shapes (section "The Dataspace Message")."""

from __future__ import annotations

from dataclasses import dataclass

from kerax.saving.hdf5.source import Cursor

_MOST_AXES = 32
_HAS_LIMITS, _HAS_PERMUTATION = 1, 2
_NULL = 2


@dataclass(frozen=True)
class Dataspace:
    """A shape, and how large it may become.

    Args:
      shape: None where there are no values at all.
      limits: the largest shape, None on axes without an end.
    """

    shape: tuple[int, ...] | None
    limits: tuple[int | None, ...]


def read_dataspace(cursor: Cursor) -> Dataspace:
    """The shape that a message tells."""
    version, rank, flags = cursor.unsigned(1), cursor.unsigned(1), cursor.unsigned(1)
    if version not in (1, 2) or rank > _MOST_AXES:
        raise cursor.damage(f"a shape of version {version} with {rank} axes")
    kind = cursor.unsigned(1)
    if version == 1:
        cursor.skip(4)
    elif kind == _NULL:
        return Dataspace(None, ())
    shape = tuple(cursor.length() for _ in range(rank))
    if not flags & _HAS_LIMITS:
        return Dataspace(shape, shape)
    endless = (1 << 8 * cursor.source.length_size) - 1
    limits = tuple(None if limit == endless else limit for limit in (cursor.length() for _ in range(rank)))
    if any(limit is not None and limit < size for size, limit in zip(shape, limits)):
        raise cursor.damage(f"the shape {shape} is larger than its limits {limits}")
    return Dataspace(shape, limits)
