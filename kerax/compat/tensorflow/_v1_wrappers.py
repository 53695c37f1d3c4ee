"""Cells made of cells: several on top of each other, with dropout, with shortcuts."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow import _math as math
from kerax.compat.tensorflow import _nn as nn
from kerax.compat.tensorflow._control import device as on_device
from kerax.compat.tensorflow._joining import concat, split
from kerax.compat.tensorflow._random import uniform
from kerax.compat.tensorflow._v1_cells import LSTMStateTuple, RNNCell, of_each
from kerax.compat.tensorflow._v1_scopes import variable_scope


class MultiRNNCell(RNNCell):
    """Cells on top of each other: the output of one is the input of the next.

    Args:
      cells: from the lowest to the highest.
      state_is_tuple: whether the states are a tuple; else side by side.

    Raises:
      TypeError, ValueError: for no list of cells.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> rnn_cell = tf.compat.v1.nn.rnn_cell
      >>> rnn_cell.MultiRNNCell([rnn_cell.GRUCell(3), rnn_cell.GRUCell(2)]).state_size
      (3, 2)
    """

    def __init__(self, cells: Any, state_is_tuple: bool = True):
        super().__init__()
        if not cells:
            raise ValueError("Must specify at least one cell for MultiRNNCell.")
        if not isinstance(cells, (list, tuple)):
            raise TypeError(f"cells must be a list or tuple, but saw: {cells}.")
        if not state_is_tuple and any(isinstance(one.state_size, tuple) for one in cells):
            raise ValueError("Some cells return tuples of states, but the flag state_is_tuple is not set.")
        self._cells, self._state_is_tuple = list(cells), state_is_tuple

    @property
    def state_size(self) -> Any:
        """The sizes of the cells' states, or their sum."""
        sizes = tuple(one.state_size for one in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    output_size = property(lambda self: self._cells[-1].output_size, doc="The size of the highest output.")

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The cells' states of zeros."""
        if not self._state_is_tuple:
            return super().zero_state(batch_size, dtype)
        return tuple(one.zero_state(batch_size, dtype) for one in self._cells)

    def call(self, inputs: Any, state: Any) -> Any:  # type: ignore[override]
        """The highest output, and all new states."""
        states = state if self._state_is_tuple else split(state, [one.state_size for one in self._cells], 1)
        if len(states) != len(self._cells):
            raise ValueError(f"Expected state to be a tuple of length {len(self._cells)}, but received: {state}")
        found = []
        for number, (cell, one) in enumerate(zip(self._cells, states)):
            with variable_scope(f"cell_{number}"):
                inputs, new = cell(inputs, one)
            found.append(new)
        return inputs, tuple(found) if self._state_is_tuple else concat(found, 1)


class _Wrapper(RNNCell):
    """A cell around another one, whose variables stay the inner one's."""

    def __init__(self, cell: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.cell = cell

    state_size = property(lambda self: self.cell.state_size, doc="The inner cell's.")
    output_size = property(lambda self: self.cell.output_size, doc="The inner cell's.")
    wrapped_cell = property(lambda self: self.cell, doc="The inner cell.")

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The inner cell's state of zeros."""
        return self.cell.zero_state(batch_size, dtype)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:  # type: ignore[override]
        """The output and the new state."""
        return self.call(inputs, state, *([] if scope is None else [scope]))


class DropoutWrapper(_Wrapper):
    """A cell whose inputs, outputs and states lose elements at random (Zaremba et al. 2014; Gal & Ghahramani 2015).

    Args:
      cell: the cell.
      input_keep_prob, output_keep_prob, state_keep_prob: shares that are kept, numbers or tensors.
      variational_recurrent: whether the same elements are lost in every step.
      input_size: of the inputs, which variational dropout of them needs.
      dtype: of the inputs, which variational dropout needs.
      seed: of what is drawn.
      dropout_state_filter_visitor: says of a part of the state whether it may lose elements; by default all but the
        carry of an `LSTMStateTuple`.
      **kwargs: accepted as in TensorFlow.
    """

    def __init__(
        self,
        cell: Any,
        input_keep_prob: Any = 1.0,
        output_keep_prob: Any = 1.0,
        state_keep_prob: Any = 1.0,
        variational_recurrent: bool = False,
        input_size: Any = None,
        dtype: Any = None,
        seed: Any = None,
        dropout_state_filter_visitor: Any = None,
        **kwargs: Any,
    ):
        super().__init__(cell, dtype=dtype, **kwargs)
        for name, share in (("input", input_keep_prob), ("output", output_keep_prob), ("state", state_keep_prob)):
            if isinstance(share, (int, float)) and not 0 <= share <= 1:
                raise ValueError(f"Parameter {name}_keep_prob must be between 0 and 1: {share}")
        self._input, self._output, self._state = input_keep_prob, output_keep_prob, state_keep_prob
        self._seed, self._may_lose = seed, dropout_state_filter_visitor or _all_but_carry
        self._noise: Any = None
        if variational_recurrent:
            if dtype is None:
                raise ValueError("When variational_recurrent=True, dtype must be provided")
            if input_size is None and _drops(input_keep_prob):
                raise ValueError("When variational_recurrent=True and input_keep_prob < 1.0, input_size is needed")

            def draw(size: Any) -> Any:
                sizes = size if isinstance(size, (list, tuple)) else [size]
                return uniform([1, *sizes], dtype=dtype, seed=seed)

            self._noise = (
                None if input_size is None else of_each(draw, input_size),
                of_each(draw, cell.output_size),
                of_each(draw, cell.state_size),
            )

    def _dropped(self, values: Any, share: Any, noise: Any) -> Any:
        if not _drops(share):
            return values
        if noise is None:
            return of_each(lambda one: nn.dropout(one, 1 - share, seed=self._seed), values)
        return of_each(lambda one, drawn: one / share * math.floor(share + drawn), values, noise)

    def call(self, inputs: Any, state: Any, *scope: Any) -> Any:  # type: ignore[override]
        """The output and the new state, some elements of which are lost."""
        first, second, third = self._noise or (None, None, None)
        output, new = self.cell(self._dropped(inputs, self._input, first), state, *scope)
        if _drops(self._state):
            new = self._lost(new, third)
        return self._dropped(output, self._output, second), new

    def _lost(self, state: Any, noise: Any) -> Any:
        allowed = self._may_lose(state)
        if isinstance(state, (tuple, list)):
            which = allowed if isinstance(allowed, (tuple, list)) else [None] * len(state)
            noises = [None] * len(state) if noise is None else noise
            parts = [
                self._lost(one, drawn) if flag is None else self._dropped(one, self._state, drawn) if flag else one
                for one, flag, drawn in zip(state, which, noises)
            ]
            return type(state)(*parts) if hasattr(state, "_fields") else type(state)(parts)
        return self._dropped(state, self._state, noise) if allowed else state


def _drops(share: Any) -> bool:
    return not isinstance(share, (int, float)) or share < 1


def _all_but_carry(state: Any) -> Any:
    return LSTMStateTuple(False, True) if isinstance(state, LSTMStateTuple) else True


class ResidualWrapper(_Wrapper):
    """A cell whose inputs are added to its outputs.

    Args:
      cell: the cell.
      residual_fn: ``(inputs, outputs) -> outputs`` in the place of the sum.
      **kwargs: accepted as in TensorFlow.
    """

    def __init__(self, cell: Any, residual_fn: Any = None, **kwargs: Any):
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn

    def call(self, inputs: Any, state: Any, *scope: Any) -> Any:  # type: ignore[override]
        """The sum and the new state."""
        output, new = self.cell(inputs, state, *scope)
        if self._residual_fn is not None:
            return self._residual_fn(inputs, output), new
        return of_each(lambda one, two: one + two, inputs, output), new


class DeviceWrapper(_Wrapper):
    """A cell that computes on a device.

    Args:
      cell: the cell.
      device: its name.
      **kwargs: accepted as in TensorFlow.
    """

    def __init__(self, cell: Any, device: Any, **kwargs: Any):
        super().__init__(cell, **kwargs)
        self._device = device

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The inner cell's state of zeros."""
        with on_device(self._device):
            return self.cell.zero_state(batch_size, dtype)

    def call(self, inputs: Any, state: Any, *scope: Any) -> Any:  # type: ignore[override]
        """The inner cell's output and state."""
        with on_device(self._device):
            return self.cell(inputs, state, *scope)
