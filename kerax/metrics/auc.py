"""AUC: the area under the ROC, precision-recall or precision-recall-gain curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax.config import epsilon
from kerax.errors import did_you_mean
from kerax.metrics.confusion import Thresholds, count, parse_thresholds
from kerax.metrics.metric import Metric
from kerax.metrics.weights import divide_no_nan, to_array

_CURVES = ("ROC", "PR", "PRGAIN")
_SUMMATIONS = ("interpolation", "majoring", "minoring")
_COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


class AUC(Metric):
    """The area under a curve of two rates over all thresholds, as a sum over a grid of thresholds.

    Args:
      num_thresholds: number of thresholds, at least 2.
      curve: "ROC" (sensitivity over false positive rate), "PR" (precision over recall) or "PRGAIN" (their gains).
      summation_method: "interpolation" (trapezoids; for "PR" the interpolation of Davis and Goadrich), "majoring"
        (upper sum) or
        "minoring" (lower sum).
      name: "auc" by default.
      dtype: dtype name of the state.
      thresholds: the inner thresholds themselves, in [0, 1]; ``num_thresholds`` is then ignored.
      multi_label: whether every column of the predictions has its own curve; the result is their mean.
      num_labels: number of columns; found from the first data by default.
      label_weights: weights of the columns.
      from_logits: whether predictions are scores before the sigmoid.

    Raises:
      ValueError: for an unknown curve or summation, or a number out of range.

    Reference: Davis and Goadrich, "The Relationship Between Precision-Recall and ROC Curves", 2006; Flach and Kull,
    "Precision-Recall-Gain Curves", 2015.

    Example:
      >>> import kerax
      >>> float(kerax.metrics.AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
      0.75
    """

    _direction = "up"
    _untracked = Metric._untracked | {"_limits"}

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ):
        super().__init__(dtype, name)
        self.curve = _choice("curve", getattr(curve, "value", curve), _CURVES)
        self.summation_method = _choice(
            "summation_method", getattr(summation_method, "value", summation_method), _SUMMATIONS
        )
        self._init_from_thresholds = thresholds is not None
        if thresholds is not None:
            inner = sorted(parse_thresholds(self, list(thresholds)))
        elif isinstance(num_thresholds, bool) or not num_thresholds > 1:
            raise ValueError(
                f"Argument num_thresholds of AUC() must be an integer above 1, received {num_thresholds!r}."
            )
        else:
            inner = [(i + 1) / (num_thresholds - 1) for i in range(num_thresholds - 2)]
        self.num_thresholds = len(inner) + 2
        # The outermost thresholds are beyond 0 and 1, so that rounding leaves no prediction out.
        self._limits = Thresholds([-epsilon(), *inner, 1.0 + epsilon()])
        if self._limits.even is False and thresholds is None and self.num_thresholds > 2:
            raise AssertionError("generated thresholds are even")
        self.multi_label, self.num_labels, self._from_logits = bool(multi_label), num_labels, bool(from_logits)
        self.label_weights = None if label_weights is None else to_array(label_weights, self._dtype)
        if num_labels and not multi_label:
            raise ValueError("Argument num_labels of AUC() goes with multi_label=True.")
        self._built = False
        if not multi_label:
            self._create((self.num_thresholds,))
        elif num_labels:
            self._create((self.num_thresholds, num_labels))

    @property
    def thresholds(self) -> list[float]:
        """All thresholds, the outermost ones included."""
        return self._limits.values.tolist()

    def _create(self, shape: tuple[int, ...]) -> None:
        for name in _COUNTS:
            setattr(self, name, self.add_variable(shape, "zeros", name=name))
        self._built = True

    def ensure_built(self, y_true: Any, y_pred: Any) -> None:
        """Creates the variables for predictions of this shape, if the number of labels was not known before."""
        if self._built:
            return
        if len(y_pred.shape) != 2:
            raise ValueError(
                f"AUC(multi_label=True) needs predictions of shape (batch, labels), received {tuple(y_pred.shape)}."
            )
        self._create((self.num_thresholds, int(y_pred.shape[1])))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account.

        Args:
          y_true: labels 0 or 1, any shape.
          y_pred: probabilities (scores with ``from_logits``), the same shape.
          sample_weight: weights that broadcast against the labels from the left, or None.
        """
        y_pred = to_array(y_pred)
        self.ensure_built(y_true, y_pred)
        if self._from_logits:
            y_pred = jax.nn.sigmoid(y_pred)
        weights = None if self.multi_label else self.label_weights
        counts = count(
            y_true,
            y_pred,
            self._limits,
            sample_weight,
            dtype=self._dtype,
            by_label=self.multi_label,
            label_weights=weights,
        )
        for name, added in zip(_COUNTS, counts):
            variable = getattr(self, name)
            variable.assign(variable.read() + added)

    def result(self) -> jax.Array:
        """The area, a scalar."""
        tp, fp, tn, fn = (getattr(self, name).read() for name in _COUNTS)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._average(_interpolated_pr(tp, fp, fn))
        recall = divide_no_nan(tp, tp + fn)
        if self.curve == "ROC":
            x, y = divide_no_nan(fp, fp + tn), recall
        elif self.curve == "PR":
            x, y = recall, divide_no_nan(tp, tp + fp)
        else:
            x, y = _gains(tp, fp, tn, fn)
        if self.summation_method == "interpolation":
            heights = (y[:-1] + y[1:]) / 2.0
        else:
            heights = (jnp.maximum if self.summation_method == "majoring" else jnp.minimum)(y[:-1], y[1:])
        return self._average((x[:-1] - x[1:]) * heights)

    def _average(self, areas: jax.Array) -> jax.Array:
        """The sum over the thresholds, averaged over the labels."""
        total = jnp.sum(areas, axis=0)
        if not self.multi_label:
            return total
        if self.label_weights is None:
            return jnp.mean(total)
        return divide_no_nan(jnp.sum(total * self.label_weights), jnp.sum(self.label_weights))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        config = {
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if self.label_weights is None else self.label_weights.tolist(),
            "from_logits": self._from_logits,
        }
        if self._init_from_thresholds:
            config["thresholds"] = self.thresholds[1:-1]
        return {**super().get_config(), **config}


def _choice(name: str, value: Any, choices: tuple[str, ...]) -> str:
    found = next((c for c in choices if isinstance(value, str) and c.lower() == value.lower()), None)
    if found is None:
        raise ValueError(
            f"Argument {name} of AUC() must be one of {list(choices)}, received "
            f"{value!r}.{did_you_mean(value, choices)}"
        )
    return found


def _interpolated_pr(tp: jax.Array, fp: jax.Array, fn: jax.Array) -> jax.Array:
    """Areas between thresholds when true positives grow linearly with all positives (Davis and Goadrich, section 5)."""
    step = tp[:-1] - tp[1:]
    taken = tp + fp
    slope = divide_no_nan(step, jnp.maximum(taken[:-1] - taken[1:], 0))
    intercept = tp[1:] - slope * taken[1:]
    both = (taken[:-1] > 0) & (taken[1:] > 0)
    ratio = jnp.where(both, divide_no_nan(taken[:-1], jnp.maximum(taken[1:], 0)), 1.0)
    return divide_no_nan(slope * (step + intercept * jnp.log(ratio)), jnp.maximum(tp[1:] + fn[1:], 0))


def _gains(tp: jax.Array, fp: jax.Array, tn: jax.Array, fn: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Recall gain, kept at 0 or above, and precision gain; 0 and 1 without true positives."""
    scale = divide_no_nan(tp + fn, tn + fp)
    recall = jnp.where(tp == 0, 0.0, 1.0 - scale * divide_no_nan(fn, tp))
    precision = jnp.where(tp == 0, 1.0, 1.0 - scale * divide_no_nan(fp, tp))
    return jnp.maximum(recall, 0.0), precision
