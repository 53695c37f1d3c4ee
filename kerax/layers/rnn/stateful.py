"""States that a recurrent layer keeps from one batch to the next."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.layers.layer import Layer
from kerax.state.variable import Variable


class KeptState(Variable):
    """A variable that belongs to the layer's state but, as in Keras, is none of its weights."""

    __slots__ = ()
    is_weight = False


class StatefulSequences(Layer):
    """Base of recurrent layers: keeps the last states of every batch when ``stateful``."""

    states: Any = None
    stateful = False

    def _zero_states(self, batch: Any) -> list:
        raise NotImplementedError(f"{type(self).__name__} defines no _zero_states().")

    def _create_states(self, batch: Any) -> None:
        """Makes one variable for each state."""
        if batch is None:
            raise ValueError(
                f"Layer {self.path!r} is stateful, so it needs a known batch size: give batch_size=... to Input, or "
                "batch_input_shape=(batch, time, features) to the first layer."
            )

        def variable(value: jax.Array) -> Variable:
            made = KeptState(value, dtype=self.variable_dtype, trainable=False, name="rnn_state")
            made.path = f"{self.path}/{made.name}"
            return made

        self.states = jax.tree.map(variable, self._zero_states(batch))

    def _state_variables(self) -> list[Variable]:
        return jax.tree.leaves(self.states, is_leaf=lambda leaf: isinstance(leaf, Variable))

    def _check_batch(self, batch: Any) -> None:
        variables = self._state_variables()
        expected = variables[0].shape[0] if variables else batch
        if isinstance(batch, int) and batch != expected:
            raise ValueError(
                f"Layer {self.path!r} is stateful and was built for batches of {expected} sequences, received {batch}. "
                "Every batch, the last one too, must have that size."
            )

    def _kept_states(self, template: list) -> list:
        leaves, treedef = jax.tree.flatten(template)
        kept = [variable.value for variable in self._state_variables()]
        return jax.tree.unflatten(treedef, [k.astype(t.dtype) for k, t in zip(kept, leaves, strict=True)])

    def _keep_states(self, states: list) -> None:
        for variable, state in zip(self._state_variables(), jax.tree.leaves(states), strict=True):
            variable.assign(state)

    def reset_state(self, states: Any = None) -> None:
        """Sets the kept states.

        Args:
            states: an array, or a list with one for each state; zeros if None.

        Raises:
            ValueError: if the layer is not stateful or not built, or for a wrong number or shape of states.
        """
        if not self.stateful:
            if states is None:
                return  # Keras lets a whole model be reset, stateful or not
            raise ValueError(
                f"Layer {self.path!r} is not stateful, so there are no states to set: create it with stateful=True."
            )
        variables = self._state_variables()
        if states is None:
            for variable in variables:
                variable.assign(np.zeros(variable.shape, variable.dtype))
            return
        arrays = jax.tree.leaves(states)
        if [np.shape(a) for a in arrays] != [v.shape for v in variables]:
            raise ValueError(
                f"Layer {self.path!r}: expected states of shapes {[v.shape for v in variables]}, received "
                f"{[np.shape(a) for a in arrays]}."
            )
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)

    def reset_states(self, states: Any = None) -> None:
        """Sets the kept states, as ``reset_state``."""
        self.reset_state(states)
