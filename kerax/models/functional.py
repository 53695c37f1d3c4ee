"""Functional: the model that ``Model(inputs, outputs)`` makes."""

from __future__ import annotations

from typing import Any

from kerax.models import model as model_module
from kerax.models.graph_config import graph_config, graph_from_config
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

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None, **kwargs: Any):
        super().__init__(inputs=inputs, outputs=outputs, name=name, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """Returns the layers, how they are connected, symbolic losses and metrics among them, and the model's own
        arguments.
        """
        return {"name": self.name, "trainable": self._trainable, **graph_config(self._graph)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Functional:
        """Makes a model with new weights from ``get_config()``, in the form of Keras 3 or tf.keras.

        Args:
          config: the configuration.
          custom_objects: the user's own classes and functions by name.

        Raises:
          ValueError: if the configuration is damaged.
        """
        inputs, outputs, also = graph_from_config(config, custom_objects, str(config.get("name")))
        model = Functional(inputs, outputs, name=config.get("name"))
        model.extend_graph(also)
        if config.get("trainable") is False:
            model.__dict__["_trainable"] = False  # of the model itself: its layers say for themselves
        return model


model_module._functional_class[0] = Functional
