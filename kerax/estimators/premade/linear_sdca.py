"""LinearSDCA: linear models trained by stochastic dual coordinate ascent, which needs no learning rate.

References: Shalev-Shwartz and Zhang, "Stochastic Dual Coordinate Ascent Methods for Regularized Loss Minimization",
  2013; the proximal step for L1 from their "Accelerated Proximal Stochastic Dual Coordinate Ascent", 2014.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax import initializers
from kerax.estimators.heads import BinaryClassHead, Head, RegressionHead
from kerax.estimators.premade.parts import Part
from kerax.estimators.template import current_run
from kerax.estimators.train_op import TrainOp
from kerax.feature_column.column import require

SCOPE = "training/SDCA"  # of the names of what it keeps in checkpoints
_NEWTON_STEPS = 10  # for the dual of the logistic loss; it converges quadratically


class LinearSDCA:
    """An optimizer for `LinearClassifier` with two classes and `LinearRegressor` with one number.

    It minimizes, over all examples it has seen, the weighted sum of the losses (logistic, or half the squared error)
    plus ``symmetric_l1_regularization * |w|_1 + symmetric_l2_regularization / 2 * |w|^2``, the bias included. Every
    example has a dual variable, found again by its id in later epochs and saved in the checkpoints.

    Args:
      example_id_column: key of the feature with the ids of the examples, texts or whole numbers, ``[batch]``.
      num_loss_partitions: into how many parts updates are to be scaled down; 1 in one process.
      num_table_shards: accepted as in TensorFlow.
      symmetric_l1_regularization: not negative.
      symmetric_l2_regularization: above 0.
      adaptive: accepted as in TensorFlow; the examples of a batch are taken in random order.

    Raises:
      ValueError: for numbers out of range.

    Example:
      >>> import tempfile, numpy as np, kerax
      >>> kerax.estimators.logs.logger.setLevel("WARNING")
      >>> data = ({"x": np.array([1.0, 2.0]), "id": np.array(["a", "b"])}, np.array([2.0, 4.0]))
      >>> sdca = kerax.estimators.experimental.LinearSDCA("id", symmetric_l2_regularization=0.01)
      >>> columns = [kerax.feature_column.numeric_column("x")]
      >>> regressor = kerax.estimators.LinearRegressor(columns, tempfile.mkdtemp(), optimizer=sdca)
      >>> float(regressor.train(lambda: data, steps=50).get_variable_value("linear/linear_model/x/weights")[0, 0]) > 1.9
      True
    """

    def __init__(
        self,
        example_id_column: str,
        num_loss_partitions: int = 1,
        num_table_shards: int | None = None,
        symmetric_l1_regularization: float = 0.0,
        symmetric_l2_regularization: float = 1.0,
        adaptive: bool = False,
    ) -> None:
        require(isinstance(example_id_column, str), "LinearSDCA(example_id_column=...) is the key of a feature.")
        require(num_loss_partitions >= 1, f"LinearSDCA(num_loss_partitions={num_loss_partitions}) is at least 1.")
        l1, l2 = symmetric_l1_regularization, symmetric_l2_regularization
        require(l1 >= 0, f"LinearSDCA(symmetric_l1_regularization={l1}) is not negative.")
        require(l2 > 0, f"LinearSDCA(symmetric_l2_regularization={l2}) is above 0.")
        self.example_id_column, self.partitions = example_id_column, num_loss_partitions
        self.l1, self.l2 = float(l1), float(l2)

    def check_head(self, head: Head, where: str) -> None:
        """Raises ValueError for a model that it cannot train."""
        fits = isinstance(head, (BinaryClassHead, RegressionHead)) and head.logits_dimension == 1
        require(fits, f"{where}: LinearSDCA trains two classes, or one number; {type(head).__name__} here has more.")


def take_step(sdca: LinearSDCA, parts: list[Part], head: Head, features: Any, labels: Any) -> TrainOp:
    """One pass over a batch, within a model function: changes the weights and the duals of the examples.

    Args:
      sdca: the settings.
      parts: of the columns and the bias.
      head: the head.
      features, labels: of the batch.
    """
    run = current_run()
    labels, weights = head.prepared(features, labels)
    labels = labels.reshape(-1)
    weights = jnp.ones_like(labels) if weights is None else jnp.asarray(weights, jnp.float32).reshape(-1)
    parts = [Part(v, jnp.asarray(values), None if ids is None else jnp.asarray(ids)) for v, values, ids in parts]
    count = labels.shape[0]
    duals, places = run.examples or (jnp.zeros(count, jnp.float32), jnp.arange(count))
    kept = unshrunk(parts)
    start = [variable.read().reshape(-1) for variable in kept]
    update = _logistic_dual if isinstance(head, BinaryClassHead) else _squared_dual
    norms = sum(_squared_norms(part) for part in parts) / sdca.l2
    scale, threshold = float(sdca.partitions), sdca.l1 / sdca.l2
    order = jax.random.permutation(run.scope.next_key("sdca"), count)

    def one(i: Any, carry: Any) -> Any:
        deltas, duals = carry
        at = order[i]
        rows = [(part.values[at], slice(None) if part.ids is None else part.ids[at]) for part in parts]
        wx = sum(
            jnp.sum(values * _shrunk(first[row] + scale * delta[row], threshold))
            for (values, row), first, delta in zip(rows, start, deltas)
        )
        before = duals[places[at]]
        after = update(labels[at], before, wx, scale * norms[at] * weights[at])
        change = (after - before) * weights[at] / sdca.l2
        deltas = [delta.at[row].add(change * values) for (values, row), delta in zip(rows, deltas)]
        return deltas, duals.at[places[at]].set(after)

    deltas, duals = jax.lax.fori_loop(0, count, one, ([jnp.zeros_like(first) for first in start], duals))
    for part, variable, first, delta in zip(parts, kept, start, deltas):
        now = (first + delta).reshape(part.variable.shape)
        variable.assign(now)
        part.variable.assign(_shrunk(now, threshold))
    run.examples = (duals, places)
    return TrainOp()


def unshrunk(parts: list[Part]) -> list[Any]:
    """The weights before the L1 penalty pulls them to 0, which are what the duals add up to.

    They are variables of the model in every mode, under TensorFlow's names.
    """
    first = initializers.Zeros()
    named = [(f"{part.variable.path}_unshrunk", part.variable.shape) for part in parts]
    return [current_run().variable(name, shape, first, trainable=False) for name, shape in named]


def _shrunk(weights: Any, threshold: float) -> Any:
    return jnp.sign(weights) * jnp.maximum(jnp.abs(weights) - threshold, 0) if threshold else weights


def _squared_norms(part: Part) -> Any:
    """The squared norm of each row; an id that stands in a row twice is one coordinate."""
    if part.ids is None:
        return jnp.sum(part.values**2, -1)
    same = part.ids[:, :, None] == part.ids[:, None, :]
    return jnp.sum(part.values[:, :, None] * part.values[:, None, :] * same, (1, 2))


def _squared_dual(label: Any, dual: Any, wx: Any, norm: Any) -> Any:
    return dual + (label - dual - wx) / (1 + norm)


def _logistic_dual(label: Any, dual: Any, wx: Any, norm: Any) -> Any:
    """Maximizes over the dual by Newton's method in ``x``, where ``dual = sign * (1 + tanh(x)) / 2``."""
    sign = 2 * label - 1

    def newton(_: Any, x: Any) -> Any:
        tanh = jnp.tanh(x)
        value = -2 * sign * x - wx - norm * (0.5 * (1 + tanh) * sign - dual)
        slope = -2 * sign - norm * 0.5 * (1 - tanh * tanh) * sign
        return x - value / slope

    return 0.5 * (1 + jnp.tanh(jax.lax.fori_loop(0, _NEWTON_STEPS, newton, jnp.float32(0)))) * sign


__all__ = ["SCOPE", "LinearSDCA", "Part", "take_step"]
