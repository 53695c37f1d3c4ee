"""Bidirectional: a recurrent layer forwards and one backwards."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.errors import unknown_name
from kerax.layers._family import deserialize, serialize
from kerax.layers.call_signature import signature_of
from kerax.layers.layer import Layer

_MERGES = {
    "sum": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "ave": lambda a, b: (a + b) / 2,
    "concat": lambda a, b: jnp.concatenate([a, b], axis=-1),
    None: lambda a, b: (a, b),
}
_ALIKE = ("stateful", "return_sequences", "return_state")
_NEEDED = ("go_backwards", *_ALIKE)


class Bidirectional(Layer):
    """Runs a recurrent layer over sequences in both directions and joins the outputs (Schuster & Paliwal 1997).

    Both layers are made from the configuration of the one that is given, so its weights are not used. With
    ``return_sequences``, masked steps give zeros.

    Args:
        layer: an RNN layer, or a layer with ``go_backwards``, ``return_sequences``, ``return_state`` and ``stateful``.
        merge_mode: ``"sum"``, ``"mul"``, ``"ave"``, ``"concat"``, or None for a pair of outputs.
        weights: first values of both layers' weights, the forward one's first.
        backward_layer: the layer for the other direction, made like ``layer`` by default.
        **kwargs: ``name``, ``dtype``...

    Raises:
        TypeError: if ``layer`` is no layer.
        ValueError: for an unknown ``merge_mode``, or two layers that do not fit together.

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.Bidirectional(kerax.layers.LSTM(4, return_sequences=True))
        >>> layer(np.ones((2, 5, 3), "float32")).shape
        (2, 5, 8)
    """

    supports_masking = True

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ):
        for name, given in (("layer", layer), ("backward_layer", backward_layer)):
            if not isinstance(given, Layer) and not (name == "backward_layer" and given is None):
                raise TypeError(f"Bidirectional: argument {name} must be a recurrent layer, received {given!r}.")
            missing = [attribute for attribute in _NEEDED if given is not None and not hasattr(given, attribute)]
            if missing:
                raise ValueError(
                    f"Bidirectional: {name} {type(given).__name__} is no recurrent layer: it has no {missing[0]}."
                )
        if merge_mode not in _MERGES:
            raise unknown_name("merge_mode of Bidirectional", merge_mode, [str(mode) for mode in _MERGES])
        super().__init__(**kwargs)
        self.merge_mode = merge_mode
        self.forward_layer = _copy(layer, "forward_")
        self.backward_layer = backward_layer or _copy(layer, "backward_", go_backwards=not layer.go_backwards)
        self._check_pair()
        for one in (self.forward_layer, self.backward_layer):
            if hasattr(one, "zero_output_for_mask"):
                one.zero_output_for_mask = one.return_sequences
        self.stateful, self.return_sequences = layer.stateful, layer.return_sequences
        self.return_state = layer.return_state
        self.input_spec = layer.input_spec
        self._weights_to_set = list(weights) if weights else None

    def _check_pair(self) -> None:
        forward, backward = self.forward_layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise ValueError(
                f"Bidirectional: the two layers must have different go_backwards, both have {forward.go_backwards}."
            )
        for name in _ALIKE:
            one, other = getattr(forward, name), getattr(backward, name)
            if one != other:
                raise ValueError(
                    f"Bidirectional: the two layers must agree on {name}; layer has {one}, backward_layer has {other}."
                )

    def _named_children(self) -> Any:
        # As in Keras's paths: "bidirectional/forward_lstm/lstm_cell/kernel".
        same = self.forward_layer.name == self.backward_layer.name
        for name, child in super()._named_children():
            yield (name if same or name not in ("forward_layer", "backward_layer") else child.name), child

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Builds both layers.

        Args:
            sequences_shape: (batch, time, ...), or a list that begins with it.
            initial_state_shape: not needed.
        """
        for layer in (self.forward_layer, self.backward_layer):
            layer.__dict__["_path"] = f"{self.path}/{layer.name}"
            if not layer.built:
                layer.build(sequences_shape)
        if self._weights_to_set is not None:
            self.set_weights(self._weights_to_set)
            self._weights_to_set = None

    def __call__(self, sequences: Any, initial_state: Any = None, **kwargs: Any) -> Any:
        """Runs both layers.

        Args:
            sequences: (batch, time, features); or a list of it and the initial states.
            initial_state: list of the forward layer's states, then the backward layer's.
            **kwargs: ``mask`` (batch, time), ``training``.
        """
        if isinstance(sequences, (list, tuple)) and initial_state is None and len(sequences) > 1:
            if all(hasattr(item, "shape") for item in sequences):
                sequences, *initial_state = sequences
        if initial_state is not None:
            kwargs["initial_state"] = initial_state
        return super().__call__(sequences, **kwargs)

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = None) -> Any:
        """Computes the layer's output."""
        halves: list[Any] = [None, None]
        if initial_state is not None:
            if len(initial_state) % 2:
                raise ValueError(
                    f"Layer {self.path!r}: initial_state must hold the states of both directions, an even number of "
                    f"arrays; received {len(initial_state)}."
                )
            half = len(initial_state) // 2
            halves = [list(initial_state[:half]), list(initial_state[half:])]
        results = [
            _run(layer, sequences, states, mask, training)
            for layer, states in zip((self.forward_layer, self.backward_layer), halves, strict=True)
        ]
        states: tuple = ()
        if self.return_state:
            states = (*results[0][1:], *results[1][1:])
            results = [results[0][0], results[1][0]]
        ahead, back = (jax.tree.map(lambda y: y.astype(self.compute_dtype), y) for y in results)
        if self.return_sequences:
            back = jnp.flip(back, axis=0 if getattr(self.forward_layer, "time_major", False) else 1)
        merged = _MERGES[self.merge_mode](ahead, back)
        if not self.return_state:
            return merged
        return (*merged, *states) if self.merge_mode is None else (merged, *states)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns the mask of the outputs: the inputs' one with ``return_sequences``, else None."""
        mask = previous_mask[0] if isinstance(previous_mask, (list, tuple)) else previous_mask
        mask = mask if self.return_sequences else None
        if self.merge_mode is None:
            return [mask, mask]
        return [mask] if self.return_state else mask

    # ---- kept states ------------------------------------------------------------------------------------------------
    @property
    def states(self) -> Any:
        """The kept states of both layers, or None if the layer is not stateful."""
        both = [getattr(layer, "states", None) for layer in (self.forward_layer, self.backward_layer)]
        return None if None in both else (*both[0], *both[1])

    def reset_state(self) -> None:
        """Sets the kept states to zero."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self) -> None:
        """Sets the kept states to zero."""
        self.reset_state()

    # ---- configuration ----------------------------------------------------------------------------------------------
    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "merge_mode": self.merge_mode,
            "layer": serialize(self.forward_layer),
            "backward_layer": serialize(self.backward_layer),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Bidirectional:
        """Makes the layer and the two inside."""
        config = dict(config)
        for name in ("layer", "backward_layer"):
            if isinstance(config.get(name), dict):
                config[name] = deserialize(config[name])
        return super().from_config(config)


def _copy(layer: Layer, prefix: str, **changes: Any) -> Any:
    """A layer of the same class and configuration, with new weights."""
    config = {**layer.get_config(), **changes, "name": prefix + layer.name.removeprefix(prefix)}
    return type(layer).from_config(config)


def _run(layer: Any, sequences: Any, states: Any, mask: Any, training: Any) -> Any:
    signature, kwargs = signature_of(type(layer)), {}
    if states is not None:
        kwargs["initial_state"] = states
    if signature.mask and mask is not None:
        kwargs["mask"] = mask
    if signature.training:
        kwargs["training"] = training
    return layer(sequences, **kwargs)
