"""``tf.experimental.Optional``: an element that may not exist."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import _nest, errors
from kerax.compat.tensorflow._edges import ENCODERS, UNWRAPPERS, unwrap
from kerax.compat.tensorflow._spec import TensorSpec, type_spec_from_value
from kerax.compat.tensorflow._spec_parts import OptionalSpec
from kerax.compat.tensorflow._tensor import Tensor, convert
from kerax.jax_compat import is_tracer
from kerax.state.raised import call_later


class Optional:
    """An element that may not exist: of a dataset that may have ended, say.

    Scripts make them with ``from_value`` and ``empty``, and get them of ``iterator.get_next_as_optional()``.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> some = tf.experimental.Optional.from_value(3)
      >>> bool(some.has_value()), int(some.get_value())
      (True, 3)
      >>> bool(tf.experimental.Optional.empty(some.element_spec).has_value())
      False
    """

    _element: Any
    _exists: Any
    _spec: Any

    def __init__(self) -> None:
        raise TypeError("tf.experimental.Optional is made by from_value or empty.")

    @classmethod
    def of(cls, element: Any, exists: Any, spec: Any) -> Optional:
        """One of its parts.

        Args:
          element: what it holds; anything if there is none.
          exists: whether it holds something.
          spec: the description of the element.
        """
        made = object.__new__(cls)
        made._element, made._exists, made._spec = element, exists, spec
        return made

    @staticmethod
    def empty(element_spec: Any) -> Optional:
        """Without an element.

        Args:
          element_spec: of what is not there.
        """
        return Optional.of(None, False, element_spec)

    @staticmethod
    def from_value(value: Any) -> Optional:
        """With an element: a nested structure of tensors."""
        element = _nest.map_structure(lambda one: one if hasattr(one, "_type_spec") else _tensor(one), value)
        return Optional.of(element, True, _nest.map_structure(type_spec_from_value, element))

    def has_value(self, name: str | None = None) -> Any:
        """Whether there is an element."""
        exists = self._exists
        return exists if isinstance(exists, Tensor) else Tensor(np.asarray(exists) if not is_tracer(exists) else exists)

    def get_value(self, name: str | None = None) -> Any:
        """The element.

        Raises:
          InvalidArgumentError: if there is none.
        """
        exists = self._exists._value if isinstance(self._exists, Tensor) else self._exists
        if is_tracer(exists):
            call_later(_require, exists)
        else:
            _require(exists)
        return self._element

    @property
    def element_spec(self) -> Any:
        """The description of the element."""
        return self._spec

    @property
    def _type_spec(self) -> OptionalSpec:
        return OptionalSpec(self._spec)

    def parts(self) -> tuple:
        """The tensors of the element, zeros if there is none, and whether there is one."""
        some = self._element
        if some is None:
            some = _nest.map_structure(_nothing, self._spec)
        return (*_nest.flatten(some), self.has_value())


def _require(exists: Any) -> None:
    if not bool(exists):
        raise errors.InvalidArgumentError(
            None, None, "The given optional does not have a value. [Op:OptionalGetValue]: ask has_value() first."
        )


def _tensor(value: Any) -> Any:
    return value if hasattr(value, "ragged_rank") or hasattr(value, "dense_shape") else convert(value)


def _nothing(spec: Any) -> Tensor:
    shape = [size or 0 for size in spec.shape] if spec.shape.rank is not None else []
    if spec.dtype.name == "string":
        return Tensor(np.full(shape, b"", object))
    return Tensor(np.zeros(shape, spec.dtype.as_numpy_dtype))


def _flatten(one: Optional) -> tuple[list, Any]:
    spec = _Spec(_nest.map_structure(_of_any_size, one._spec), one._spec)
    return list(one.parts()), spec


def _unflatten(spec: Any, parts: Any) -> Optional:
    *element, exists = parts
    return Optional.of(_nest.pack_sequence_as(spec.whole, element), exists, spec.whole)


class _Spec:
    """A description that belongs to a value's structure; sizes do not count, arrays have their own."""

    def __init__(self, kind: Any, whole: Any):
        self.kind, self.whole = repr(kind), whole

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Spec) and other.kind == self.kind

    def __hash__(self) -> int:
        return hash(self.kind)


def _of_any_size(spec: Any) -> Any:
    if isinstance(spec, TensorSpec) and spec.rank is not None:
        return TensorSpec([None] * spec.rank, spec.dtype)
    return spec


jax.tree_util.register_pytree_node(Optional, _flatten, _unflatten)


def _element_of(value: Any, convert_part: Any = unwrap) -> Any:
    from kerax.compat.tensorflow._extension_elements import parts_of

    return parts_of(value, convert_part)


UNWRAPPERS[Optional] = ENCODERS[Optional] = _element_of
