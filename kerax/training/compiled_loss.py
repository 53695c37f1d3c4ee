"""CompiledLoss: the losses given to compile(), their weights, and the one number that training minimises."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import losses as losses_module
from kerax.errors import first_line
from kerax.function.failures import at_user_line
from kerax.losses import Loss, LossFunctionWrapper
from kerax.state.trace_failures import TRACE_FAILURES
from kerax.training.outputs import match_targets, output_pairs, per_output


def _is_loss(value: Any) -> bool:
    return isinstance(value, str) or callable(value) or (isinstance(value, dict) and "class_name" in value)


def _is_weight(value: Any) -> bool:
    return isinstance(value, (int, float, str)) or hasattr(value, "dtype")


def _check_weight(factor: Any, name: str) -> None:
    if factor is None or not isinstance(factor, (int, float, str, np.number)):
        return  # a variable or array may change while training
    if isinstance(factor, str):
        raise TypeError(f"compile(): loss_weights of output {name!r} must be a number, received {factor!r}.")
    if not math.isfinite(factor):
        raise ValueError(f"compile(): loss_weights of output {name!r} must be a finite number, received {factor!r}.")


def _make_loss(identifier: Any) -> Loss | None:
    found = losses_module.get(identifier)
    if found is None or isinstance(found, Loss):
        return found
    return LossFunctionWrapper(found, name=getattr(found, "__name__", None))


class CompiledLoss:
    """The loss of a compiled model.

    Args:
      loss: name, class, instance or function; or a list or dict of them per output.
      loss_weights: number, or list or dict of numbers per output.

    Raises:
      ValueError: for an unknown name.
    """

    def __init__(self, loss: Any, loss_weights: Any = None):
        self.given, self.weights = loss, loss_weights
        self._made: list[Loss | None] | None = None
        self._factors: list[Any] = []
        self.names: list[str] = []
        self.output_shapes: list[tuple] = []  # of the outputs, as the last call saw them
        _validate(loss)

    def resolve(self, names: list[str]) -> None:
        """Makes one loss per output, once the outputs are known."""
        if self._made is not None and names == self.names:
            return
        made = [_make_loss(one) for one in per_output(self.given, names, "loss", _is_loss)]
        self._factors = per_output(self.weights, names, "loss_weights", _is_weight)
        for name, factor in zip(names, self._factors, strict=True):
            _check_weight(factor, name)
        self._made, self.names = made, list(names)

    def losses(self) -> list[Loss | None]:
        """One loss per output, in the order of ``names``; empty before the outputs are known."""
        return self._made or []

    @property
    def has_one_loss(self) -> bool:
        """Whether all outputs but one are left out of the loss."""
        return sum(one is not None for one in self.losses()) == 1

    def __call__(
        self, y: Any, y_pred: Any, sample_weight: Any = None, output_names: list[str] | None = None
    ) -> tuple[jax.Array, dict[str, jax.Array]]:
        """Computes the weighted sum of the outputs' losses.

        Args:
          y: targets in any structure that fits the outputs.
          y_pred: outputs of the model.
          sample_weight: one array for all outputs, or a structure like ``y``.
          output_names: names of the outputs, or None.

        Returns:
          ``(total, parts)``: the scalar to minimise and each output's own loss by output name.

        Raises:
          ValueError: if targets do not fit the outputs.
        """
        pairs = output_pairs(y_pred, output_names)
        names = [name for name, _ in pairs]
        self.resolve(names)
        self.output_shapes = [tuple(getattr(prediction, "shape", ())) for _, prediction in pairs]
        targets = match_targets(y, names, for_all=self.has_one_loss)
        weights = match_targets(sample_weight, names, "sample_weight")
        total: Any = None
        parts: dict[str, jax.Array] = {}
        for (name, prediction), loss, factor, target, weight in zip(
            pairs, self._made, self._factors, targets, weights, strict=True
        ):  # type: ignore[arg-type]
            if loss is None:
                continue
            if target is None:
                raise ValueError(f"Output {name!r} has a loss ({loss.name}), but no target was given for it in y.")
            try:
                value = loss(target, prediction, sample_weight=weight)
            except (TypeError, ValueError) as error:
                if isinstance(error, TRACE_FAILURES):
                    raise
                if "None is not a valid value" in str(error):
                    error = TypeError("it returned None; a loss returns one number for each sample, or one for all.")
                what = f"Loss {loss.name!r}" + (f" of output {name!r}" if len(pairs) > 1 else "")
                raise type(error)(f"{what}{at_user_line(error)}: {first_line(error)}") from error
            parts[name] = value
            weighted = value if factor is None else value * jnp.asarray(factor, value.dtype)
            total = weighted if total is None else total + weighted
        return (jnp.zeros(()) if total is None else total), parts


def _validate(loss: Any) -> None:
    if loss is None:
        return
    if _is_loss(loss):
        _make_loss(loss)
    elif isinstance(loss, dict):
        for one in loss.values():
            _validate(one)
    elif isinstance(loss, (list, tuple)):
        for one in loss:
            _validate(one)
    else:
        raise TypeError(
            f"compile(): loss must be a name, function or Loss, or a list or dict of them; received {loss!r}."
        )
