"""``operator[...]``: some of the matrices of a batch, cut out of the parameters."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array, label_of, out, tensor
from kerax.compat.tensorflow._linear_operator.arrays import broadcast, sizes


class Slicing:
    """Part of ``LinearOperator``: slices of the batch."""

    def __getitem__(self: Any, slices: Any) -> Any:
        """The operator of some of the matrices.

        Args:
          slices: numbers, slices, ``...`` and ``tf.newaxis`` for the axes of the batch.

        Raises:
          InvalidArgumentError: if the batch has fewer axes, or is shorter.
        """
        slices = slices if isinstance(slices, tuple) else (slices,)
        slices = tuple(int(one) if hasattr(one, "__index__") else one for one in slices)
        try:
            np.empty(self._batch, np.bool_)[slices]
        except IndexError as error:
            raise errors.InvalidArgumentError(
                None, None, f"{self.name} has a batch of shape {self.batch_shape}, which has no [{slices}]: {error}"
            ) from error
        if not any(one is Ellipsis for one in slices):
            slices = (*slices, Ellipsis)
        return _sliced(self, slices, self._batch)

    def _with(self: Any, changed: dict, slices: tuple) -> Any:
        """The operator with some parameters changed, which were cut."""
        if not changed:
            raise NotImplementedError(
                f"{type(self).__name__} has no slices: its _EVENT_AXES names none of its parameters."
            )
        return type(self)(**{**self._parameters, **changed})


def _sliced(operator: Any, slices: tuple, batch: tuple) -> Any:
    """The operator with all its parameters cut; what has no batch of its own stays."""
    if not operator._batch:
        return operator
    changed: dict[str, Any] = {}
    for name, axes in operator._EVENT_AXES.items():
        value = getattr(operator, name)
        changed[name] = value if value is None else _cut(value, axes, slices, batch)
    for name in operator._OPERATORS:
        value = getattr(operator, name)
        changed[name] = _each(value, slices, batch)
    return operator._with(changed, slices)


def _each(value: Any, slices: tuple, batch: tuple) -> Any:
    if isinstance(value, (list, tuple)):
        return [_each(one, slices, batch) for one in value]
    return _sliced(value, slices, batch)


def _cut(value: Any, axes: int, slices: tuple, batch: tuple) -> Any:
    if isinstance(value, (list, tuple)):
        return [_cut(one, axes, slices, batch) for one in value]
    if len(sizes(value)) <= axes:
        return value
    whole = broadcast(batch, array(value), axes)
    return out(jnp.asarray(whole)[(*slices, *(slice(None),) * axes)], label_of(tensor(value)))


def sliced_batch(batch: tuple, slices: tuple) -> list[int]:
    """The shape of a batch after slicing."""
    return list(np.empty(batch, np.bool_)[slices].shape)
