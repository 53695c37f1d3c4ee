"""Functional: the model that ``Model(inputs, outputs)`` makes."""

from __future__ import annotations

from typing import Any

from kerax.models import model as model_module
from kerax.models.model import Model


class Functional(Model):
    """A model given by symbolic inputs and outputs; made by ``Model(inputs, outputs)``.

    Args:
      inputs: structure of symbolic tensors.
      outputs: structure of symbolic tensors.
      name: the model's name.
      **kwargs: arguments of ``Layer``.

    Example:
      >>> import kerax
      >>> x = kerax.Input((3,))
      >>> type(kerax.Model(x, x * 2)).__name__
      'Functional'
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any):
        super().__init__(inputs=inputs, outputs=outputs, name=name, **kwargs)


model_module._functional_class[0] = Functional
