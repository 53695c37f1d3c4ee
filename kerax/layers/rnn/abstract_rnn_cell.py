"""AbstractRNNCell: tf.keras's base class for cells of one's own."""

from __future__ import annotations

from typing import Any

from kerax.layers.layer import Layer
from kerax.layers.rnn.time_loop import zeros_of


class AbstractRNNCell(Layer):
    """Base class for cells of one's own; any object with ``call`` and ``state_size`` does as well.

    A subclass defines the properties ``state_size`` and ``output_size``, and ``call(inputs, states)``, which returns
    ``(output, new_states)``.

    Example:
        >>> import kerax, numpy as np
        >>> class Sum(kerax.layers.AbstractRNNCell):
        ...     @property
        ...     def state_size(self):
        ...         return 3
        ...     def call(self, inputs, states):
        ...         total = states[0] + inputs
        ...         return total, [total]
        >>> kerax.layers.RNN(Sum())(np.ones((1, 5, 3), "float32")).tolist()
        [[5.0, 5.0, 5.0]]
    """

    @property
    def state_size(self) -> Any:
        """Size of the state, or a list of sizes."""
        raise TypeError(f"Cell {type(self).__name__} does not say the size of its state: define property state_size.")

    @property
    def output_size(self) -> Any:
        """Size of the output; that of the first state by default."""
        size = self.state_size
        return size[0] if isinstance(size, (list, tuple)) else size

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """Returns zeros.

        Args:
            inputs: array whose first size is the batch size, if ``batch_size`` is not given.
            batch_size: number of sequences.
            dtype: the compute dtype by default.
        """
        batch = inputs.shape[0] if batch_size is None and inputs is not None else batch_size
        return zeros_of(self.state_size, batch, dtype or self.compute_dtype)
