"""WideDeepModel: the sum of a linear and a deep model, trained together."""

from __future__ import annotations

from typing import Any

import jax

from kerax import activations, optimizers, saving
from kerax.models.model import Model

_PARTS = 2


class WideDeepModel(Model):
    """Computes ``activation(linear_model(x) + dnn_model(x))``.

    ``compile`` takes two optimizers in a list, the linear model's first. Inputs are ``[linear_inputs, dnn_inputs]``, or
    what both models take.

    Reference: Cheng et al., "Wide & Deep Learning for Recommender Systems", 2016, https://arxiv.org/abs/1606.07792

    Args:
        linear_model: a `LinearModel`, or any model.
        dnn_model: a model with outputs of the same shape.
        activation: function of the sum; none by default.
        **kwargs: ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> deep = kerax.Sequential([kerax.layers.Dense(4, activation="relu"), kerax.layers.Dense(1)])
        >>> model = kerax.experimental.WideDeepModel(kerax.experimental.LinearModel(), deep)
        >>> model.compile(optimizer=["sgd", "adam"], loss="mse")
        >>> history = model.fit([np.ones((8, 2)), np.ones((8, 3))], np.ones((8, 1)), verbose=0)
        >>> list(history.history)
        ['loss']
    """

    def __init__(self, linear_model: Any, dnn_model: Any, activation: Any = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.linear_model = linear_model
        self.dnn_model = dnn_model
        self.activation = activations.get(activation)

    def compile(self, optimizer: Any = "rmsprop", *args: Any, **kwargs: Any) -> None:
        """Prepares training; as ``Model.compile``.

        Args:
            optimizer: one, or a list of two: of the linear model's variables and of the deep one's.
            *args: of ``Model.compile``.
            **kwargs: likewise.

        Raises:
            ValueError: for a list that has not two optimizers.
        """
        if isinstance(optimizer, (list, tuple)):
            if len(optimizer) != _PARTS:
                raise ValueError(
                    f"WideDeepModel.compile() takes one optimizer, or two: [linear, deep]; received {len(optimizer)}."
                )
            linear, deep = map(optimizers.get, optimizer)
            optimizer = optimizers.MultiOptimizer(optimizers.OptimizerMap(deep, {"linear_model/.*": linear}))
        super().compile(optimizer, *args, **kwargs)

    def call(self, inputs: Any) -> Any:
        """Adds up both models' outputs."""
        linear_inputs = dnn_inputs = inputs
        if isinstance(inputs, (tuple, list)) and len(inputs) == _PARTS:
            linear_inputs, dnn_inputs = inputs
        output = jax.tree.map(lambda a, b: a + b, self.linear_model(linear_inputs), self.dnn_model(dnn_inputs))
        return output if self.activation is None else jax.tree.map(self.activation, output)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "linear_model": saving.serialize_keras_object(self.linear_model),
            "dnn_model": saving.serialize_keras_object(self.dnn_model),
            "activation": activations.serialize(self.activation),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> WideDeepModel:
        """Rebuilds a model from ``get_config()``."""
        parts = {
            name: saving.deserialize_keras_object(config[name], custom_objects=custom_objects)
            for name in ("linear_model", "dnn_model")
        }
        return cls(**{**config, **parts})
