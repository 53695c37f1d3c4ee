"""Where a nan comes from: in debug mode, which layer, loss or gradient is the first to give one, and in which step."""

from __future__ import annotations

import contextlib
import contextvars
import functools
from collections.abc import Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.jax_compat import is_tracer

_step: contextvars.ContextVar[Any] = contextvars.ContextVar("kerax_debug_step", default=None)
_LISTED = 6  # names in a message


@contextlib.contextmanager
def numbered(step: Any) -> Iterator[None]:
    """Inside the block, messages tell the number of the step.

    Args:
      step: int32 scalar, traced or not: steps taken before this one.
    """
    token = _step.set(step)
    try:
        yield
    finally:
        _step.reset(token)


def check_layer(path: str, inputs: Any, outputs: Any, weights: Mapping[str, Any]) -> None:
    """Raises if a layer's outputs hold nan and its inputs do not.

    Args:
      path: of the layer.
      inputs: structure of arrays and other things.
      outputs: likewise.
      weights: path to array of the layer's own weights.

    Raises:
      ValueError: naming the layer and the step; from a compiled step JAX raises it as a runtime error when it runs.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.state.nan_trace import check_layer
      >>> check_layer("log", jnp.zeros(2), jnp.array([0.0, jnp.nan]), {})
      Traceback (most recent call last):
      ValueError: Layer 'log' gives nan, its inputs hold none.
    """
    facts = {
        "out": _any(jnp.isnan, outputs), "in": _any(jnp.isnan, inputs), "inf": _any(jnp.isinf, inputs),
        "weights": [_any(jnp.isnan, array) for array in weights.values()],
    }  # fmt: skip
    _run(functools.partial(_examine_layer, path, list(weights)), facts)


def check_gradients(loss: Any, y_pred: Any, names: list[str], gradients: list[Any]) -> None:
    """Raises if the loss is nan though the outputs are not, or gradients hold nan though the loss is not.

    Args:
      loss: scalar.
      y_pred: structure of the model's outputs.
      names: paths of the variables.
      gradients: one for each, or None.

    Raises:
      ValueError: naming loss or variables, and the step.
    """
    facts = {
        "loss": _any(jnp.isnan, loss), "out": _any(jnp.isnan, y_pred),
        "gradients": [_any(jnp.isnan, gradient) for gradient in gradients],
    }  # fmt: skip
    _run(functools.partial(_examine_gradients, names), facts)


def _any(test: Any, tree: Any) -> Any:
    """Whether a test holds for any number of a structure."""
    leaves = [leaf for leaf in jax.tree.leaves(tree) if hasattr(leaf, "dtype") and hasattr(leaf, "shape")]
    leaves = [leaf for leaf in leaves if jnp.issubdtype(leaf.dtype, jnp.inexact)]
    found = [jnp.any(test(jax.lax.stop_gradient(leaf))) for leaf in leaves]
    return functools.reduce(jnp.logical_or, found, jnp.asarray(False))


def _run(examine: Any, facts: dict[str, Any]) -> None:
    step = _step.get()
    facts["step"] = jnp.asarray(-1 if step is None else step)
    if any(is_tracer(leaf) for leaf in jax.tree.leaves(facts)):
        jax.debug.callback(examine, facts)
    else:
        examine(facts)


def _where(facts: dict[str, Any]) -> str:
    step = int(np.asarray(facts["step"]))
    return f" in step {step + 1}" if step >= 0 else ""


def _examine_layer(path: str, names: list[str], facts: dict[str, Any]) -> None:
    if not facts["out"] or facts["in"]:
        return
    bad = [name for name, is_bad in zip(names, facts["weights"], strict=True) if is_bad]
    about = "its inputs hold none"
    if bad:
        about += f", but its weights do: {', '.join(bad[:_LISTED])}; an earlier update has spoilt them"
    elif facts["inf"]:
        about += ", but infinity: numbers have become too large before it"
    raise ValueError(f"Layer {path!r} gives nan{_where(facts)}, {about}.")


def _examine_gradients(names: list[str], facts: dict[str, Any]) -> None:
    if facts["loss"]:
        if not facts["out"]:
            raise ValueError(
                f"The loss is nan{_where(facts)}, the model's outputs are not: look at the targets, the sample weights "
                "and the loss function (a logarithm of 0, a division by 0)."
            )
        return  # a layer has been named
    bad = [name for name, is_bad in zip(names, facts["gradients"], strict=True) if is_bad]
    if bad:
        more = f" and {len(bad) - _LISTED} more" if len(bad) > _LISTED else ""
        raise ValueError(
            f"The gradients of {', '.join(bad[:_LISTED])}{more} hold nan{_where(facts)}, the loss does not: a function "
            "on the way has no finite derivative there (the root or a norm of 0, a division hidden by where)."
        )
