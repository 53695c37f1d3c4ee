"""What optimizers of TensorFlow 1 keep: variables of the graph, which initializers and savers know by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._graph_state import current
from kerax.compat.tensorflow._v1_scopes import exactly, get_variable_scope, variable_scope
from kerax.compat.tensorflow._variable import Variable
from kerax.optimizers.legacy.optimizer import _Variables
from kerax.optimizers.update import Slot
from kerax.state import structure_changed


class Slots:
    """The slots of an optimizer, made when an operation is noted down that changes them.

    A slot is called as its variable and the optimizer, ``w/Adam`` and ``w/Adam_1``. An Estimator or a Keras model
    builds the optimizer itself and gives its slots other names.
    """

    # What TensorFlow 1 calls a slot where kerax calls it otherwise.
    _slot_names: dict[str, str] = {}
    _slot_ends: dict[str, str] = {}

    def make_slots(self: Any, variables: Iterable[Any]) -> None:
        """Makes the slots that variables lack.

        Args:
          variables: those that are changed.
        """
        new = [one for one in dict.fromkeys(variables) if one not in self._index]
        if not new:
            return
        if not self.built:
            self._trainable_variables, self._index, self._slot_tables = [], {}, []
            shared = self._shared()
            self._shared_variables = {name: self._scalar(name, first) for name, first in shared.items()}
            self.built = True
        for variable in new:
            self._index[variable] = len(self._trainable_variables)
            self._trainable_variables = [*self._trainable_variables, variable]
            slots = [slot for group in self._slots() for slot in group]
            table: dict[str, Any] = {}
            self._slot_tables.append(table)
            for slot in slots:
                table[slot.name] = self._own(self._slot(variable, slot, len(table)))

    def _own(self: Any, box: Any) -> Any:
        self._variables[box.path] = box
        structure_changed()
        return box

    def _scalar(self, name: str, first: float) -> Any:
        return self._own(Variable(np.float32(first), trainable=False, name=name))

    def _slot(self: Any, variable: Any, slot: Slot, place: int) -> Any:
        """One slot, numbered if there is one of its name, as the scopes of TensorFlow number it."""
        first = np.full(variable._shape, slot.fill, variable._dtype)
        label = getattr(variable, "_label", None)
        kind = {} if label is None else {"dtype": label}
        name = f"{variable.path.partition(':')[0]}/{self._slot_ends.get(slot.name, self.name)}"
        if not graph_mode():
            path = f"{name}_{place}" if place else name
        else:
            reuse = get_variable_scope().reuse
            with variable_scope(None, name) as scope:
                path = scope.name
            if reuse and path in current().named:
                return current().named[path]
        with exactly(path):
            made = Variable(first, trainable=False, name=path.rpartition("/")[2], **kind)
        if graph_mode():
            current().named.setdefault(made.path, made)
        return made

    def apply(self: Any, grads: Iterable[Any], trainable_variables: Iterable[Any] | None = None) -> None:
        """Changes variables by their gradients; those without slots get them first."""
        grads = list(grads)
        if trainable_variables is not None:
            trainable_variables = list(trainable_variables)
            self.make_slots(v for g, v in zip(grads, trainable_variables) if g is not None)
        super().apply(grads, trainable_variables)  # type: ignore[misc]

    @property
    def weights(self: Any) -> list:
        """What checkpoints hold, by name."""
        shared = self.__dict__.get("_shared_variables", {}).values()
        found = [*shared, *(slot for table in self.__dict__.get("_slot_tables", ()) for slot in table.values())]
        return sorted(found, key=lambda one: one.path)

    @property
    def variables(self: Any) -> Any:
        """All that a training step carries along; called, it gives the slots and what they share, by name."""
        return _Variables(self._variables.values(), self.weights)

    def get_slot(self: Any, var: Any, name: str) -> Any:
        """A slot of a variable, or None.

        Args:
          var: the variable.
          name: of the slot, such as "momentum".
        """
        place = self._index.get(var)
        table = {} if place is None else self._slot_tables[place]
        return next((slot for own, slot in table.items() if self._slot_names.get(own, own) == name), None)

    def get_slot_names(self: Any) -> list[str]:
        """The names of the slots that were made, sorted."""
        tables = self.__dict__.get("_slot_tables", ())
        return sorted({self._slot_names.get(name, name) for table in tables for name in table})
