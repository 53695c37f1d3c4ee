"""TensorShape: sizes, None where one is unknown, or no sizes at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


class TensorShape(Sequence):
    """Sizes; ``TensorShape(None)`` has an unknown rank.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.TensorShape([None, 3]).as_list()
      [None, 3]
    """

    # No tuple, as in TensorFlow: "%s" % shape is a text.
    __slots__ = ("__weakref__", "_sizes", "_unknown")
    _sizes: tuple
    _unknown: bool

    def __new__(cls, dims: Any = None) -> TensorShape:
        if isinstance(dims, TensorShape):
            return dims
        new = super().__new__(cls)
        new._unknown = dims is None
        if dims is None:
            dims = ()
        elif not hasattr(dims, "__iter__"):
            dims = (dims,)
        new._sizes = tuple([None if d is None else _size(d) for d in dims])
        return new

    def __iter__(self) -> Iterator:
        return iter(self._sizes)

    @property
    def rank(self) -> int | None:
        """Number of axes."""
        return None if self._unknown else len(self._sizes)

    ndims = rank

    @property
    def dims(self) -> list | None:
        """The sizes as objects with a ``value``, as in TensorFlow 1."""
        from kerax.compat.tensorflow._v1_names import Dimension

        return None if self._unknown else [Dimension(size) for size in self]

    def as_list(self) -> list:
        """The sizes as a list.

        Raises:
          ValueError: if the rank is unknown.
        """
        self._known()
        return list(self)

    def _known(self) -> None:
        if self._unknown:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")

    def __len__(self) -> int:
        if self._unknown:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._sizes)

    def __bool__(self) -> bool:
        return not self._unknown

    def with_rank_at_least(self, rank: int) -> TensorShape:
        """The shape, which must have that rank or a higher one."""
        if self.rank is not None and self.rank < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank: int) -> TensorShape:
        """The shape, which must have that rank or a lower one."""
        if self.rank is not None and self.rank > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def most_specific_compatible_shape(self, other: Any) -> TensorShape:
        """The sizes in which both shapes agree."""
        other = TensorShape(other)
        if self._unknown or other._unknown or len(self) != len(other):
            return TensorShape(None)
        return TensorShape([a if a == b else None for a, b in zip(self, other)])

    def __getitem__(self, key: Any) -> Any:
        if self._unknown:
            if not isinstance(key, slice):
                return None
            bounded = key.stop is not None and key.stop >= 0 and (key.start or 0) >= 0 and key.step in (None, 1)
            return TensorShape([None] * max(key.stop - (key.start or 0), 0) if bounded else None)
        found = self._sizes[key]
        return TensorShape(found) if isinstance(key, slice) else found

    def __mul__(self, other: Any) -> Any:
        raise TypeError(f"unsupported operand type(s) for *: 'TensorShape' and {type(other).__name__!r}")

    __rmul__ = __mul__

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return TensorShape(other).concatenate(self)

    def concatenate(self, other: Any) -> TensorShape:
        """These sizes, then others."""
        other = TensorShape(other)
        if self._unknown or other._unknown:
            return TensorShape(None)
        return TensorShape((*self, *other))

    def is_fully_defined(self) -> bool:
        """Whether every size is known."""
        return not self._unknown and None not in self._sizes

    def num_elements(self) -> int | None:
        """The product of the sizes, None if one is unknown."""
        if not self.is_fully_defined():
            return None
        total = 1
        for size in self:
            total *= size
        return total

    def is_compatible_with(self, other: Any) -> bool:
        """Whether both can be the shape of one tensor."""
        other = TensorShape(other)
        if self._unknown or other._unknown:
            return True
        return len(self) == len(other) and all(a is None or b is None or a == b for a, b in zip(self, other))

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raises ValueError unless both can be the shape of one tensor."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {TensorShape(other)} are incompatible")

    def assert_has_rank(self, rank: int) -> None:
        """Raises ValueError for another rank."""
        if self.rank not in (None, rank):
            raise ValueError(f"Shape {self} must have rank {rank}")

    def assert_same_rank(self, other: Any) -> None:
        """Raises ValueError unless both have, or may have, the same rank."""
        other = TensorShape(other)
        if None not in (self.rank, other.rank) and self.rank != other.rank:
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    def assert_is_fully_defined(self) -> None:
        """Raises ValueError unless every size is known."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")

    def is_subtype_of(self, other: Any) -> bool:
        """Whether every tensor of this shape is of the other as well."""
        if not isinstance(other, TensorShape) or (self._unknown and not other._unknown):
            return False
        return other._unknown or (len(self) == len(other) and all(b in (None, a) for a, b in zip(self, other)))

    def most_specific_common_supertype(self, others: Any) -> TensorShape:
        """The sizes in which all shapes agree."""
        found = self
        for other in others:
            found = found.most_specific_compatible_shape(other)
        return found

    def merge_with(self, other: Any) -> TensorShape:
        """Both shapes' knowledge together."""
        other = TensorShape(other)
        self.assert_is_compatible_with(other)
        if self._unknown:
            return other
        return self if other._unknown else TensorShape([b if a is None else a for a, b in zip(self, other)])

    def with_rank(self, rank: int) -> TensorShape:
        """The shape, which must have that rank."""
        if self._unknown:
            return TensorShape([None] * rank)
        self.assert_has_rank(rank)
        return self

    def __eq__(self, other: object) -> bool:
        if other is None:
            return self._unknown
        try:
            other = TensorShape(other)
        except TypeError:
            return NotImplemented
        return self._unknown == other._unknown and self._sizes == other._sizes

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._sizes)

    def __reduce__(self) -> Any:
        return TensorShape, (None if self._unknown else tuple(self),)

    def __str__(self) -> str:
        if self._unknown:
            return "<unknown>"
        return f"({self[0]},)" if len(self) == 1 else f"({', '.join(str(d) for d in self)})"

    def __repr__(self) -> str:
        return f"TensorShape({None if self._unknown else list(self)})"


def _size(value: Any) -> Any:
    value = getattr(value, "value", value) if type(value).__name__ == "Dimension" else value
    try:
        size = value.__index__()
    except (AttributeError, TypeError):
        if hasattr(value, "__jax_array__") or hasattr(value, "numpy"):
            return int(value)
        if type(value).__name__ == "_DimExpr":  # a symbolic size
            return value
        raise TypeError(f"Dimension value must be integer or None, received {value!r}.") from None
    if size < 0:
        raise ValueError(f"Dimension {size} must be >= 0")
    return size
