"""What the host does with a batch before the compiled step of a model function.

The first run of a model function notes which host layers it calls (feature columns, the labels of heads) and what each
is given. From then on the host layers alone are called for every batch; the compiled step is given what they return.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.data.ragged import RaggedTensor, SparseTensor
from kerax.dtypes import device_dtype
from kerax.state.host_stage import HostStrings, Recorder, StagedInputs, is_strings


class Planner(Recorder):
    """Notes the calls of host layers and where their inputs come from.

    Args:
      inputs: the batch that the model function is run on.
    """

    def __init__(self, inputs: Any) -> None:
        super().__init__()
        self._places = {id(leaf): ("given", place) for place, leaf in enumerate(jax.tree.leaves(inputs))}
        self.calls: list[tuple[Any, Any, list[Any]] | None] = []
        self.complete = True  # whether every call can be repeated from the batch alone

    def note(self, outputs: Any, layer: Any = None, inputs: Any = None) -> None:
        if outputs is None:
            self.calls.append(None)
        else:
            leaves, treedef = jax.tree.flatten(inputs)
            places = [self._places.get(id(leaf)) for leaf in leaves]
            self.complete = self.complete and layer is not None and None not in places
            self.calls.append((layer, treedef, places))
            for place, leaf in enumerate(jax.tree.leaves(outputs)):
                self._places.setdefault(id(leaf), ("made", (len(self.outputs), place)))
        super().note(outputs)


class HostStage:
    """Turns batches into what the compiled step takes.

    Args:
      planner: what the first run of the model function noted.
      inputs: the batch of that run.
      host_only: whether the model function reads its inputs through host layers alone.
      again: ``again(batch)`` runs the model function and returns what its host layers return; needed where some of
        them are given what the model function computed.
    """

    def __init__(self, planner: Planner, inputs: Any, host_only: bool, again: Callable[[Any], list[Any]]) -> None:
        self.calls, self.complete = planner.calls, planner.complete
        self.host_only, self.again = host_only, again
        leaves, self.structure = jax.tree.flatten(inputs)
        self.kinds = [_kind(leaf) for leaf in leaves]

    def fits(self, inputs: Any) -> bool:
        """Whether a batch is made up like the first one, whatever its size."""
        leaves, structure = jax.tree.flatten(inputs)
        return structure == self.structure and self.kinds == [_kind(leaf) for leaf in leaves]

    def rowwise(self) -> bool:
        """Whether the host layers are kerax's own, which treat every row for itself (normalizers aside)."""
        layers = [call[0] for call in self.calls if call is not None]
        return self.host_only and all(type(layer).__module__.startswith("kerax.") for layer in layers)

    def __call__(self, inputs: Any) -> StagedInputs:
        """Runs the host layers on a batch."""
        leaves = jax.tree.leaves(inputs)
        recorded = self._recorded(leaves) if self.complete else self.again(inputs)
        for_step = [HostStrings(_shape(leaf)) if self.host_only else for_device(leaf) for leaf in leaves]
        return StagedInputs(jax.tree.unflatten(self.structure, for_step), jax.tree.map(for_device, recorded))

    def _recorded(self, leaves: list[Any]) -> list[Any]:
        recorded: list[Any] = []
        for call in self.calls:
            if call is None:
                recorded.append(None)
                continue
            layer, treedef, places = call
            found = [leaves[at] if kind == "given" else _made(recorded, at) for kind, at in places]
            inputs = jax.tree.unflatten(treedef, found)
            recorded.append(layer.call(layer._to_host(inputs)))
        return recorded


def _made(recorded: list[Any], place: tuple[int, int]) -> Any:
    return jax.tree.leaves(recorded[place[0]])[place[1]]


def _shape(leaf: Any) -> tuple[int, ...]:
    return tuple(getattr(leaf, "shape", ()))


def _kind(leaf: Any) -> tuple[Any, ...]:
    if isinstance(leaf, (SparseTensor, RaggedTensor)):
        return (type(leaf).__name__,)
    return (np.asarray(leaf).dtype.kind, *_shape(leaf)[1:])


def for_device(leaf: Any) -> Any:
    """A leaf of a batch as a compiled step takes it: numbers in the device's types, a placeholder for all else.

    Example:
      >>> import numpy as np
      >>> from kerax.estimators.host_stage import for_device
      >>> for_device(np.array([1.5])).dtype, for_device(np.array(["a"]))
      (dtype('float32'), <strings of shape (1,) on the host>)
    """
    if isinstance(leaf, (SparseTensor, RaggedTensor)) or is_strings(leaf):
        return HostStrings(_shape(leaf))
    array = np.asarray(leaf)
    return array if array.dtype == (kind := device_dtype(array.dtype)) else array.astype(kind)
