"""Lists of weights that are kept while a layer stays as it is: an eager training loop asks for them in every step."""

from __future__ import annotations

from typing import Any

from kerax.layers.own_code import is_own_code
from kerax.state import Variable, structure_version, walk, walk_modules


class _Known:
    """What one layer's weights are known to be; copies of the layer begin without."""

    def __init__(self) -> None:
        self.version = -1
        self.trainable: list[Variable] = []
        self.variables: list[Variable] = []
        self.flags: list[bool] = []
        self.attributes: list[dict] = []
        self.counts: list[int] = []

    def __deepcopy__(self, memo: Any) -> _Known:
        return _Known()

    def __reduce__(self) -> tuple:
        return _Known, ()

    def holds(self) -> bool:
        """Whether nothing has changed since."""
        return (
            self.version == structure_version()
            and self.counts == list(map(len, self.attributes))
            and self.flags == [variable.trainable for variable in self.variables]
        )


def trainable_weights_of(layer: Any) -> list[Variable]:
    """The variables of a layer that training changes by gradients.

    Args:
      layer: any; what is made of kerax's own layers alone changes in ways that are noted.
    """
    known = layer.__dict__.get("_known_weights")
    if known is not None and known.holds():
        return list(known.trainable)
    entries = walk(layer)
    found = [variable for _, variable, trainable in entries if trainable]
    if is_own_code(layer):
        known = layer.__dict__["_known_weights"] = _Known()
        known.trainable, known.variables = list(found), [variable for _, variable, _ in entries]
        known.flags = [variable.trainable for variable in known.variables]
        known.attributes = [vars(module) for _, module in walk_modules(layer)]
        known.version, known.counts = structure_version(), list(map(len, known.attributes))
    return found
