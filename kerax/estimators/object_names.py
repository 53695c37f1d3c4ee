"""What the variables of a compiled model are called in the checkpoints of its Estimator: by where objects hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kerax.estimators.template import GLOBAL_STEP, copy_of
from kerax.saving.leaves import VariableLeaf
from kerax.saving.object_graph import encode_graph
from kerax.saving.optimizer_names import legacy_slots
from kerax.saving.tensor_bundle import OBJECT_GRAPH
from kerax.saving.trackable import ObjectGraph, dependencies
from kerax.state import Variable

_STEP = "estimator_global_step"  # TensorFlow's name for the child of the model


class ObjectNames:
    """Translates names of variables into those of an object graph, and the other way round.

    Args:
      keys: name of a variable -> its key in the file.
      graph: the encoded object graph.
      rest: name -> value that is written where nothing else is given.

    Example:
      >>> from kerax.estimators.object_names import ObjectNames
      >>> ObjectNames({"w": "layer-0/w"}, b"", {}).stored({"w": 1})["layer-0/w"]
      1
    """

    def __init__(self, keys: Mapping[str, str], graph: bytes, rest: Mapping[str, Any]) -> None:
        self.keys, self._graph, self._rest = dict(keys), np.array(graph, object), dict(rest)

    def stored(self, tensors: Mapping[str, Any]) -> dict[str, Any]:
        """The tensors of a checkpoint under the names of the file, the object graph among them.

        Args:
          tensors: name -> array.
        """
        found = {self.keys[name]: value for name, value in self._rest.items()}
        found |= {self.keys.get(name, name): array for name, array in tensors.items()}
        return {**found, OBJECT_GRAPH: self._graph}


def object_names(model: Any, optimizer: Any, entries: list[tuple[str, Variable]]) -> tuple[ObjectNames, dict[str, Any]]:
    """The names that TensorFlow's ``model_to_estimator`` gives, and the first values that it saves.

    The layers of `kerax.Sequential` are ``layer_with_weights-0`` and so on, an optimizer's slots stand beside the
    variables they belong to: `kerax.train.Checkpoint` and TensorFlow put such a checkpoint into a model.

    Args:
      model: the model, built.
      optimizer: the optimizer that its Estimator uses.
      entries: ``(name, variable)`` of the model's weights.

    Returns:
      The names, and name -> value of the model as it is with an optimizer that has done nothing.

    Example:
      >>> import kerax
      >>> from kerax.estimators.object_names import object_names
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1, name="out")])
      >>> entries = [(weight.path, weight) for weight in model.weights]
      >>> names, values = object_names(model, kerax.optimizers.legacy.SGD(), entries)
      >>> names.keys["out/kernel"]
      'layer_with_weights-0/kernel/.ATTRIBUTES/VARIABLE_VALUE'
    """
    own = copy_of(optimizer)
    own.build([variable for _, variable in entries if variable.trainable])
    step = Variable(0, (), "int32", False, GLOBAL_STEP)
    own._iterations = step  # the optimizer counts by the global step
    names = {id(variable): path for path, variable in entries}
    names[id(step)] = GLOBAL_STEP
    for trained, slot, kept in legacy_slots(own):
        names[id(kept)] = f"training/{own.name}/{names[id(trained)]}/{slot}"
    for variable in own._variables.values():
        names.setdefault(id(variable), f"training/{own.name}/{variable.path.removeprefix(f'{own.name}/')}")
    graph = ObjectGraph(_Root(model, own, VariableLeaf(step, "int64", GLOBAL_STEP)))
    keys: dict[str, str] = {}
    values: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    slots = {id(variable) for variable in own._variables.values()}
    for attribute, leaf in graph.leaves:
        variable = leaf.variable if isinstance(leaf, VariableLeaf) else None
        name = f"training/{leaf.full_name}" if variable is None else names.get(id(variable), variable.path)
        keys[name], values[name] = attribute.key, leaf.value()
        if id(variable) not in slots:
            rest[name] = values[name]
    return ObjectNames(keys, encode_graph(graph.nodes), rest), values


class _Root:
    """A model as TensorFlow's Estimators hold it.

    Args:
      model: the model.
      optimizer: takes the place of the model's own.
      step: the global step.
    """

    def __init__(self, model: Any, optimizer: Any, step: VariableLeaf) -> None:
        self.model, self.optimizer, self.step = model, optimizer, step

    def _trackable_children(self) -> list[tuple[str, Any]]:
        others = [(name, child) for name, child in dependencies(self.model) if name != "optimizer"]
        return [*others, ("optimizer", self.optimizer), (_STEP, self.step)]
