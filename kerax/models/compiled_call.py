"""CompiledCall: a model called on arrays as one compiled program, cached by the kind of its inputs."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.activations.logits import remember_all, sources_of
from kerax.jax_compat import call_program
from kerax.layers import Layer
from kerax.layers.own_code import is_own_code
from kerax.state import RecordingScope, current_scope, get_mask, rng, set_mask, structure_version, walk, walk_modules
from kerax.state.host_stage import replayed
from kerax.state.observers import note_reads
from kerax.training.checks import check_indices, embedding_inputs
from kerax.tree import in_order, order_of


class _Same:
    """A list that is equal to another if it holds the very same objects."""

    def __init__(self, objects: list[Any]):
        self.objects = objects

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Same)
            and len(self.objects) == len(other.objects)
            and all(one is two for one, two in zip(self.objects, other.objects, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]


class CompiledCall:
    """Calls one built model by compiled programs, one per training mode and kind of inputs.

    Args:
      model: a built model.
    """

    def __init__(self, model: Any):
        self.model = model
        self.version = structure_version()
        self.own_code = is_own_code(model)
        self.indexed = embedding_inputs(model)
        entries = walk(model)
        self.variables = [variable for _, variable, _ in entries]
        # What the programs below have built in; objects rather than their ids, which may be used again.
        modules = [module for _, module in walk_modules(model)]
        flags = [trainable for _, _, trainable in entries], [getattr(m, "trainable", True) for m in modules]
        self.signature = (_Same([model._graph, *self.variables, *modules]), flags)
        self._programs: dict[bool, Any] = {}
        self._written: dict[bool, list] = {}
        self._loss_owners: dict[bool, list] = {}
        self._orders: dict[bool, Any] = {}  # of the entries of dicts
        self._functions: dict[bool, list] = {}  # softmax or sigmoid, where outputs are of them

    def __call__(self, args: tuple, training: bool, where: str = "") -> Any:
        """Runs the model on arrays, writes back what it changed, and returns its outputs; ``where`` is for messages."""
        if self.indexed[1] and all(isinstance(leaf, np.ndarray) for leaf in jax.tree.leaves(args)):
            check_indices(self.indexed, args[0], where or f"Model {self.model.name!r}")
        program = self._programs.get(training)
        if program is None:
            program = self._programs[training] = jax.jit(self._make(training))
        seed = np.uint32(rng.draw_seed()) if training else np.uint32(0)
        arrays = note_reads(self.variables, [variable.box() for variable in self.variables])
        outputs, written, losses, masks, logits = call_program(program, arrays, seed, args)
        remember_all(outputs, self._functions[training], logits)
        for variable, array in zip(self._written[training], written, strict=True):
            variable.put(array)
        self.model.__dict__["_call_losses"] = list(zip(self._loss_owners[training], losses, strict=True))
        if masks:
            for output, mask in zip(jax.tree.leaves(outputs), masks, strict=True):
                set_mask(output, mask)
        return in_order(outputs, self._orders[training])

    def _make(self, training: bool) -> Any:
        def program(arrays: list, seed: Any, args: tuple) -> Any:
            values = {id(variable): array for variable, array in zip(self.variables, arrays, strict=True)}
            with RecordingScope(values, jax.random.key(seed), training=training) as scope:
                scope.frozen = True
                with replayed(args) as given:
                    outputs = Layer.__call__(self.model, *given, training=training)
                masks = [get_mask(leaf) for leaf in jax.tree.leaves(outputs)]
            pairs = zip(self.variables, arrays, strict=True)
            written = [v for v, array in pairs if scope.values[id(v)] is not array] + scope.written
            self._written[training] = written
            self._loss_owners[training] = [owner for owner, _ in scope.losses]
            kept = masks if any(mask is not None for mask in masks) else []
            self._functions[training], logits = sources_of(outputs)
            self._orders[training] = order_of(outputs)
            return outputs, [scope.values[id(v)] for v in written], [loss for _, loss in scope.losses], kept, logits

        return program


def can_stage(args: tuple, kwargs: dict) -> bool:
    """Whether a call's inputs can go through a host pass: arrays, of strings or numbers, outside of every scope and
    trace.
    """
    if current_scope() is not None or len(args) != 1 or kwargs.keys() - {"training"}:
        return False
    leaves = jax.tree.leaves(args[0])
    return bool(leaves) and all(
        isinstance(leaf, (np.ndarray, jax.Array)) and not isinstance(leaf, jax.core.Tracer) for leaf in leaves
    )


def can_compile(args: tuple, kwargs: dict) -> bool:
    """Whether a call's arguments are plain arrays, given outside of every scope and trace."""
    if current_scope() is not None or len(args) != 1 or kwargs.keys() - {"training"}:
        return False
    if kwargs.get("training") not in (None, True, False):
        return False
    leaves = [args[0]] if isinstance(args[0], (np.ndarray, jax.Array)) else jax.tree.leaves(args[0])
    for leaf in leaves:
        if isinstance(leaf, jax.core.Tracer) or not isinstance(leaf, (np.ndarray, jax.Array)):
            return False
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "OUS":
            return False
        if isinstance(leaf, jax.Array) and get_mask(leaf) is not None:
            return False
    return bool(leaves)
