"""SharpnessAwareMinimization: training towards minima that lie in flat surroundings."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax import saving
from kerax.models.model import Model
from kerax.state import value_and_grad
from kerax.training.custom_steps import run_with_state
from kerax.utils.structures import unpack_x_y_sample_weight

_TINY = 1e-12  # keeps a gradient of zeros from being divided by its norm


class SharpnessAwareMinimization(Model):
    """Trains another model with the gradient at the worst point near by.

    With the gradient ``g`` of the loss at the weights ``w``, the weights move to ``w + rho * g / |g|``; the gradient
    there is what the optimizer applies to ``w`` (equations 2 and 3 of the paper). Each part of a split batch looks for
    a point of its own, and the gradients of the parts are added up, as in tf.keras. The loss that is shown is the mean
    over both points. Unlike tf.keras 2.15, weights of samples and losses of layers count in both gradients, and layers
    know that they are being trained.

    Reference: Foret et al., "Sharpness-Aware Minimization for Efficiently Improving Generalization", ICLR 2021,
    https://arxiv.org/abs/2010.01412

    Args:
        model: what is trained.
        rho: how far the weights move, in the Euclidean norm over all weights.
        num_batch_splits: into how many parts of equal size a batch is split; None does not split.
        name: of this model.

    Raises:
        ValueError: in ``fit``, for a batch that cannot be split evenly.

    Example:
        >>> import kerax, numpy as np
        >>> inner = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1, kernel_initializer="ones")])
        >>> model = kerax.models.experimental.SharpnessAwareMinimization(inner, rho=0.1)
        >>> model.compile("sgd", "mse")
        >>> history = model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
        >>> [round(float(loss), 4) for loss in history.history["loss"]]
        [1.1882]
    """

    def __init__(self, model: Any, rho: float = 0.05, num_batch_splits: int | None = None, name: str | None = None):
        super().__init__(name=name)
        self.model = model
        self.rho = rho
        self.num_batch_splits = num_batch_splits

    def call(self, inputs: Any) -> Any:
        """What the model gives."""
        return self.model(inputs)

    def train_step(self, data: Any, *batch: Any) -> Any:
        """One step: for each part of the batch two gradients, then one update."""
        if batch:
            kind = SharpnessAwareMinimization
            return run_with_state(self, "train", lambda one: kind.train_step(self, one), data, *batch)
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        count = self.num_batch_splits or 1
        total, outputs = None, []
        variables = self.trainable_variables
        for part in zip(*[_split(tree, count) for tree in (x, y, sample_weight)]):
            gradients, y_pred = self._gradients_near_by(variables, *part)
            outputs.append(y_pred)
            total = gradients if total is None else [one + other for one, other in zip(total, gradients)]
        self.optimizer.apply(total, variables)
        y_pred = jax.tree.map(lambda *parts: jnp.concatenate(parts), *outputs)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def _gradients_near_by(self, variables: list[Any], x: Any, y: Any, sample_weight: Any) -> tuple[list[Any], Any]:
        """The gradients at the worst point near the weights, and the outputs at the weights."""

        def forward() -> Any:
            y_pred = self._forward(x, True)
            return self._loss_of(x, y, y_pred, sample_weight, True), y_pred

        (loss, y_pred), gradients = value_and_grad(forward, variables, has_aux=True)
        self._track_loss(loss, x)
        norm = jnp.sqrt(sum(jnp.sum(jnp.square(one)) for one in gradients))
        here = [variable.value for variable in variables]
        for variable, value, gradient in zip(variables, here, gradients):
            variable.assign(value + gradient * (self.rho / (norm + _TINY)))
        (loss, _), gradients = value_and_grad(forward, variables, has_aux=True)
        self._track_loss(loss, x)
        for variable, value in zip(variables, here):
            variable.assign(value)
        return gradients, y_pred

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "model": saving.serialize_keras_object(self.model),
            "rho": self.rho,
            "num_batch_splits": self.num_batch_splits,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> SharpnessAwareMinimization:
        """Rebuilds a model from ``get_config()``."""
        given = {key: config[key] for key in ("rho", "num_batch_splits", "name") if key in config}
        return cls(saving.deserialize_keras_object(config["model"], custom_objects=custom_objects), **given)


def _split(tree: Any, count: int) -> list[Any]:
    """The parts of a batch, each with its structure."""
    leaves, structure = jax.tree.flatten(tree)
    for leaf in leaves:
        if leaf.shape[0] % count:
            raise ValueError(
                f"SharpnessAwareMinimization(num_batch_splits={count}) cannot split a batch of {leaf.shape[0]} evenly: "
                "choose a batch_size that it divides, and leave out a smaller last batch "
                "(dataset.batch(..., drop_remainder=True))."
            )
    parts = [jnp.split(leaf, count) for leaf in leaves]
    return [jax.tree.unflatten(structure, [one[place] for one in parts]) for place in range(count)]
