"""Losses over the true classes and a sample of the others: ``tf.nn.nce_loss``, ``sampled_softmax_loss``.

Sources: Gutmann and Hyvarinen, "Noise-contrastive estimation", 2010; Jean et al., "On using very large target
vocabulary for neural machine translation", 2014, https://arxiv.org/abs/1412.2007
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import _seeds
from kerax.compat.tensorflow._candidates import log_uniform_candidate_sampler
from kerax.compat.tensorflow._core import array, op
from kerax.compat.tensorflow._partitioned import whole_table
from kerax.compat.tensorflow._tensor import Tensor

_LOWEST = np.finfo(np.float32).min


def _logits(
    weights: Any, biases: Any, labels: Any, inputs: Any, sampled: int, classes: int, true: int, values: Any, hits: bool,
    seed: Any, strategy: str,
) -> tuple[Any, Any]:  # fmt: skip
    """Logits and targets of the true and the sampled classes, corrected by how often classes are drawn.

    Returns:
      Logits and targets, each of shape (batch, true + sampled).
    """
    w, b, x = array(whole_table(weights, strategy)), array(whole_table(biases, strategy)), array(inputs)
    right = array(labels).reshape(-1, true).astype("int32")
    if values is None:
        values = log_uniform_candidate_sampler(Tensor(right, "int64"), true, sampled, True, classes, seed)
    drawn, of_true, of_drawn = (jax.lax.stop_gradient(array(one)) for one in values)
    good = jnp.einsum("bd,btd->bt", x, w[right]) + b[right] - jnp.log(of_true)
    others = x @ w[drawn].T + b[drawn]
    if hits:
        if _seeds.eager():
            _seeds.of_operation()  # TensorFlow gives the operation that finds hits a seed, which it does not need
        others = others + jnp.where((drawn[None, :, None] == right[:, None, :]).any(-1), _LOWEST, 0).astype(x.dtype)
    others = others - jnp.log(of_drawn)
    targets = jnp.concatenate([jnp.full_like(good, 1 / true), jnp.zeros_like(others)], 1)
    return jnp.concatenate([good, others], 1), targets


@op
def nce_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = False,
    name: str = "nce_loss",
    partition_strategy: str = "div",
) -> Any:
    """Noise-contrastive estimation: true classes against a sample of all.

    Args:
      weights: a row for each class, (num_classes, dim), or a list of parts.
      biases: (num_classes,).
      labels: class numbers, (batch, num_true).
      inputs: (batch, dim).
      num_sampled: how many classes to sample.
      num_classes: how many there are.
      num_true: true classes of an example.
      sampled_values: what a sampler returned; that of ``log_uniform_candidate_sampler`` by default.
      remove_accidental_hits: whether samples that are true classes do not count.
      name: accepted as in TensorFlow.
      partition_strategy: how rows are spread over the parts of a list.

    Returns:
      The loss of each example, (batch,).
    """
    logits, targets = _logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits, None, partition_strategy,
    )  # fmt: skip
    each = jnp.maximum(logits, 0) - logits * targets + jnp.log1p(jnp.exp(-jnp.abs(logits)))
    return Tensor(jnp.sum(each, 1))


@op
def sampled_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    seed: Any = None,
    name: str = "sampled_softmax_loss",
    partition_strategy: str = "div",
) -> Any:
    """Softmax cross-entropy over the true classes and a sample of all; arguments as in ``nce_loss``."""
    logits, targets = _logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits, seed, partition_strategy,
    )  # fmt: skip
    return Tensor(-jnp.sum(targets * jax.nn.log_softmax(logits), 1))
