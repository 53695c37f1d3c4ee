"""Names that TensorFlow keeps under ``tf.estimator.experimental``."""

from __future__ import annotations

from typing import Any

from kerax.estimators.batches import argument_names
from kerax.estimators.export.receivers import build_raw_supervised_input_receiver_fn
from kerax.estimators.hooks.early_stopping import (
    make_early_stopping_hook,
    make_stop_at_checkpoint_step_hook,
    stop_if_higher_hook,
    stop_if_lower_hook,
    stop_if_no_decrease_hook,
    stop_if_no_increase_hook,
)
from kerax.estimators.hooks.in_memory_evaluator import InMemoryEvaluatorHook
from kerax.estimators.premade.linear_sdca import LinearSDCA
from kerax.estimators.premade.rnn import RNNClassifier, RNNEstimator


def call_logit_fn(logit_fn: Any, features: Any, mode: str, params: Any, config: Any) -> Any:
    """Calls a function that computes logits with those of its arguments that it names.

    Args:
      logit_fn: ``logit_fn(features, mode, params, config)``, any of the last three left out.
      features, mode, params, config: what it may be given.

    Returns:
      The logits: an array, or a dict of arrays.

    Raises:
      ValueError: for a function with other arguments, or one that returns something else.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> call = kerax.estimators.experimental.call_logit_fn
      >>> call(lambda features: features["x"], {"x": jnp.ones(1)}, "infer", {}, None)
      Array([1.], dtype=float32)
    """
    given = {"features": features, "mode": mode, "params": params, "config": config}
    names, anything = argument_names(logit_fn)
    unknown = [name for name in names if name not in given]
    if unknown:
        raise ValueError(f"logit_fn takes {', '.join(given)}; it has {unknown[0]!r}.")
    logits = logit_fn(**{name: value for name, value in given.items() if anything or name in names})
    parts = logits.values() if isinstance(logits, dict) else [logits]
    if not all(hasattr(part, "shape") for part in parts):
        raise ValueError(f"logit_fn returns an array or a dict of arrays, it returned {type(logits).__name__}.")
    return logits


__all__ = [
    "InMemoryEvaluatorHook",
    "LinearSDCA",
    "RNNClassifier",
    "RNNEstimator",
    "build_raw_supervised_input_receiver_fn",
    "call_logit_fn",
    "make_early_stopping_hook",
    "make_stop_at_checkpoint_step_hook",
    "stop_if_higher_hook",
    "stop_if_lower_hook",
    "stop_if_no_decrease_hook",
    "stop_if_no_increase_hook",
]
