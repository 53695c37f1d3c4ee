"""RNN: any cell along the time axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax.layers._family import deserialize, serialize
from kerax.layers.checks import check_mask
from kerax.layers.layer import Layer, map_shapes
from kerax.layers.rnn.fast_path import run_fast
from kerax.layers.rnn.sequence_masks import masks_for_sequence
from kerax.layers.rnn.stacked_rnn_cells import StackedRNNCells
from kerax.layers.rnn.stateful import StatefulSequences
from kerax.layers.rnn.time_loop import initial_state_of, run_cell
from kerax.state import is_symbolic, walk_modules
from kerax.state.symbolic import SymbolicTensor, infer, to_spec


class RNN(StatefulSequences):
    """Runs a cell over the steps of sequences.

    A cell is an object with ``call(inputs, states) -> (output, new_states)``, ``state_size`` (an integer, or a list of
    them) and perhaps ``output_size``, ``get_initial_state(batch_size)`` and ``build(input_shape)``: a layer or not.

    Args:
        cell: a cell, or a list of cells that are stacked.
        return_sequences: return the output of every step instead of the last one.
        return_state: return ``(output, *states)``.
        go_backwards: process the last step first; with ``return_sequences`` the outputs come in that order.
        stateful: begin every batch with the states that the batch before ended with; needs a known batch size.
        unroll: write out the steps instead of looping: faster for short sequences, slower to compile.
        zero_output_for_mask: with ``return_sequences``, masked steps give zeros instead of the previous output.
        **kwargs: ``name``, ``dtype``, ``activity_regularizer``, tf.keras's ``time_major`` (inputs, masks and sequences
            that are returned are (time, batch, ...))...

    Raises:
        TypeError, ValueError: if ``cell`` is no cell.

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.RNN([kerax.layers.LSTMCell(4), kerax.layers.GRUCell(3)], return_sequences=True)
        >>> layer(np.ones((2, 5, 6), "float32")).shape
        (2, 5, 3)
    """

    supports_masking = True

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ):
        time_major = bool(kwargs.pop("time_major", False))
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        if not callable(getattr(cell, "call", None)) or isinstance(cell, type):
            raise TypeError(
                f"{type(self).__name__}: argument cell must be a cell, an object with call(inputs, states) and "
                f"state_size, or a list of cells; received {cell!r}."
            )
        if getattr(cell, "state_size", None) is None:
            raise ValueError(
                f"{type(self).__name__}: cell {type(cell).__name__} has no state_size. Set it to the size of the "
                "state, or to a list with one size for each state."
            )
        super().__init__(**kwargs)
        self.name  # noqa: B018  (numbered now, in the order of construction: Bidirectional reads it early)
        self.cell = cell
        self.return_sequences = bool(return_sequences)
        self.return_state = bool(return_state)
        self.go_backwards = bool(go_backwards)
        self.stateful = bool(stateful)
        self.unroll = bool(unroll)
        self.zero_output_for_mask = bool(zero_output_for_mask)
        self.time_major = time_major

    def _named_children(self) -> Any:
        # Keras's paths name the cell, not the attribute it is kept in: "lstm/lstm_cell/kernel".
        for name, child in super()._named_children():
            yield (self.cell.name if child is self.cell and isinstance(child, Layer) else name), child

    @property
    def state_size(self) -> list:
        """Sizes of the states, as a list."""
        size = self.cell.state_size
        return list(size) if isinstance(size, (list, tuple)) else [size]

    # ---- building ---------------------------------------------------------------------------------------------------
    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Builds the cell, and the kept states of a stateful layer.

        Args:
            sequences_shape: (batch, time, ...), or a list that begins with it; a tuple or dict of such shapes for a
                cell that takes several inputs.
            initial_state_shape: not needed.
        """
        if self.time_major:
            sequences_shape = map_shapes(lambda shape: (shape[1], shape[0], *shape[2:]), sequences_shape)
        shape = _first_shape(sequences_shape)
        step_shape = _step_shapes(sequences_shape)
        if isinstance(self.cell, Layer):
            self.cell.__dict__["_path"] = f"{self.path}/{self.cell.name}"
            if not self.cell.built:
                self.cell.build(step_shape)
            self._build_inside(step_shape)
        elif hasattr(self.cell, "build") and not getattr(self.cell, "built", False):
            self.cell.build(step_shape)
        if self.stateful:
            self._create_states(shape[0])

    def _build_inside(self, step_shape: Any) -> None:
        """Builds the layers that a cell builds in its first call, before the loop is traced."""
        if all(module.built for _, module in walk_modules(self.cell)):
            return

        def step(x: Any) -> Any:
            return self.cell(x, self._zero_states(jax.tree.leaves(x)[0].shape[0]))

        first = map_shapes(lambda shape: SymbolicTensor(to_spec(shape, self.compute_dtype)), step_shape)
        infer(step, (first,), {}, f"Layer {self.path!r}, its cell {type(self.cell).__name__}")

    def get_initial_state(self, batch_size: Any) -> list:
        """Returns the first states for a number of sequences: the cell's own, zeros by default.

        Args:
            batch_size: number of sequences; or, as in tf.keras, the sequences themselves.
        """
        return self._zero_states(batch_size.shape[0] if getattr(batch_size, "ndim", 0) else batch_size)

    def _zero_states(self, batch: Any) -> list:
        state = initial_state_of(self.cell, batch, getattr(self.cell, "compute_dtype", self.compute_dtype))
        return list(state) if isinstance(state, (list, tuple)) else [state]

    # ---- calling ----------------------------------------------------------------------------------------------------
    def __call__(self, sequences: Any, initial_state: Any = None, **kwargs: Any) -> Any:
        """Runs the layer.

        Args:
            sequences: (batch, time, features); or a list of it and the initial states; a tuple or dict of arrays
                (batch, time, ...) for a cell that takes several inputs.
            initial_state: list of arrays (batch, size), or one array.
            **kwargs: ``mask`` (batch, time), ``training``.
        """
        if type(self) is RNN and _are_several_inputs(sequences):
            pass  # the cell takes them all in every step
        elif isinstance(sequences, (list, tuple)) and initial_state is None and len(sequences) > 1:
            if all(is_symbolic(item) or hasattr(item, "shape") for item in sequences):
                sequences, *initial_state = sequences
        elif isinstance(sequences, (list, tuple)) and len(sequences) == 1 and hasattr(sequences[0], "shape"):
            sequences = sequences[0]
        if initial_state is not None and not (isinstance(initial_state, (list, tuple)) and not initial_state):
            kwargs["initial_state"] = initial_state
        return super().__call__(sequences, **kwargs)

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        """Computes the layer's output."""
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        if self.time_major:
            sequences, mask = jax.tree.map(lambda x: jnp.swapaxes(x, 0, 1), (sequences, mask))
        batch = jax.tree.leaves(sequences)[0].shape[0]
        states = self._first_states(sequences, initial_state)
        if mask is not None:
            check_mask(self, "mask", mask, jax.tree.leaves(sequences)[0].shape[:2])
        options = dict(
            mask=mask,
            return_sequences=self.return_sequences,
            go_backwards=self.go_backwards,
            unroll=self.unroll,
            zero_output_for_mask=self.zero_output_for_mask,
        )
        with masks_for_sequence(self.cell, batch, training):
            done = run_fast(self, sequences, states, training, options)
            if done is None:
                done = run_cell(self.path, self.cell, sequences, states, training=training, **options)
        output, states = jax.tree.map(lambda x: x.astype(self.compute_dtype), done)
        if self.stateful:
            self._keep_states(states)
        if self.time_major and self.return_sequences:
            output = jax.tree.map(lambda y: jnp.swapaxes(y, 0, 1), output)
        return (output, *states) if self.return_state else output

    def _initial_states(self, sequences: Any) -> list:
        return self._zero_states(jax.tree.leaves(sequences)[0].shape[0])

    def _first_states(self, sequences: Any, given: Any) -> list:
        if self.stateful:
            self._check_batch(jax.tree.leaves(sequences)[0].shape[0])
        template = self._initial_states(sequences)
        if given is None:
            return self._kept_states(template) if self.stateful else template
        leaves, (expected, treedef) = jax.tree.leaves(given), jax.tree.flatten(template)
        shapes, wanted = ([tuple(leaf.shape) for leaf in side] for side in (leaves, expected))
        known = all(isinstance(size, int) for shape in shapes + wanted for size in shape)
        if len(shapes) != len(wanted) or (known and shapes != wanted):
            raise ValueError(
                f"Layer {self.path!r}: initial_state must be {len(wanted)} array(s) of shapes {wanted}, received "
                f"shapes {shapes}."
            )
        cast = [jnp.asarray(state).astype(like.dtype) for state, like in zip(leaves, expected, strict=True)]
        return jax.tree.unflatten(treedef, cast)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns the mask of the outputs: the inputs' one with ``return_sequences``, else None."""
        mask = previous_mask[0] if isinstance(previous_mask, (list, tuple)) else previous_mask
        mask = mask if self.return_sequences else None
        return [mask] + [None] * len(self.state_size) if self.return_state else mask

    # ---- configuration ----------------------------------------------------------------------------------------------
    def loop_config(self) -> dict[str, Any]:
        """The arguments that every recurrent layer has."""
        names = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll", "zero_output_for_mask")
        config = {name: getattr(self, name) for name in names}
        return {**config, "time_major": True} if self.time_major else config

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), **self.loop_config(), "cell": serialize(self.cell)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> RNN:
        """Makes the layer and its cell."""
        config = dict(config)
        if isinstance(config.get("cell"), (dict, str)):
            config["cell"] = deserialize(config["cell"])
        return super().from_config(config)


def _are_several_inputs(sequences: Any) -> bool:
    """Whether a tuple holds arrays (batch, time, ...) only: initial states have no time."""
    if not isinstance(sequences, tuple) or len(sequences) < 2:
        return False
    shapes = [tuple(getattr(item, "shape", ())) for item in sequences]
    return all(len(shape) > 2 and shape[:2] == shapes[0][:2] for shape in shapes)


def _step_shapes(shapes: Any) -> Any:
    """Shapes of one step: without the time axis, in the structure of the sequences."""
    if isinstance(shapes, dict) or (isinstance(shapes, tuple) and shapes and isinstance(shapes[0], (list, tuple))):
        return map_shapes(lambda shape: (shape[0], *shape[2:]), shapes)
    shape = _first_shape(shapes)
    return (shape[0], *shape[2:])


def _first_shape(shapes: Any) -> Sequence:
    """The sequences' shape, from one shape or a structure of shapes."""
    while isinstance(shapes, dict):
        shapes = next(iter(shapes.values()))
    while shapes and isinstance(shapes[0], (list, tuple)):
        shapes = shapes[0]
    return shapes
