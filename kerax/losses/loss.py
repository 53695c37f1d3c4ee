"""The base class of losses, and the class that makes a loss of a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ClassVar, Self

import jax
import jax.numpy as jnp
import numpy as np

from kerax.activations.logits import cast_with_logits
from kerax.config import floatx
from kerax.debug import check_range
from kerax.dtypes import device_dtype, get_policy, standardize_dtype
from kerax.losses.compiled import call_loss
from kerax.losses.reduction import Reduction, reduce_weighted_values, standardize_reduction
from kerax.losses.shapes import same_rank
from kerax.registry import registered_name_of, to_snake_case
from kerax.state.masks import get_mask


class Loss:
    """A function of labels and predictions that training makes small.

    Subclass it and write ``call(y_true, y_pred)``, which returns losses per example or per element; weights, masks and
    the reduction are done here.

    Args:
        name: of the loss; the class name in snake case by default.
        reduction: ``"sum_over_batch_size"`` (mean over all values; also ``"mean"`` and ``"auto"``), ``"sum"``,
            ``"mean_with_sample_weight"``, ``"none"`` or ``None``. tf.keras puts this argument first; both orders are
            understood.
        dtype: dtype (or dtype policy) of the computation; ``kerax.config.floatx()`` by default.

    Raises:
        ValueError: if there is no such reduction.

    Example:
        >>> import kerax
        >>> class Distance(kerax.losses.Loss):
        ...     def call(self, y_true, y_pred):
        ...         return abs(y_true - y_pred).mean(axis=-1)
        >>> float(Distance()([[0.0], [1.0]], [[2.0], [2.0]], sample_weight=[1.0, 0.0]))
        1.0
    """

    # Whether `__call__` casts labels to the dtype of the loss. Losses of class numbers keep them: a class number above
    # 256 is no bfloat16.
    _cast_labels: ClassVar[bool] = True

    def __init__(self, name: str | None = None, reduction: Any = "sum_over_batch_size", dtype: Any = None) -> None:
        if name in Reduction.all() and (reduction == "sum_over_batch_size" or reduction not in Reduction.all()):
            name, reduction = (None if reduction == "sum_over_batch_size" else reduction), name
        self.name = name or to_snake_case(type(self).__name__)
        self.reduction = standardize_reduction(reduction)
        self._dtype_policy = get_policy(floatx() if dtype is None else _policy_identifier(dtype))

    @property
    def dtype(self) -> str:
        """Name of the dtype that the loss is computed in."""
        return self._dtype_policy.compute_dtype

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> jax.Array:
        """Return the reduced loss.

        Args:
            y_true: labels.
            y_pred: predictions; a mask noted for them leaves elements out.
            sample_weight: a number, one weight per example, or one per loss value.

        Raises:
            ValueError: if shapes do not go together.
        """
        return call_loss(self, y_true, y_pred, sample_weight)

    def _compute(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> jax.Array:
        dtype = device_dtype(self.dtype)
        mask = get_mask(y_pred)
        y_pred = _map_arrays(lambda x: cast_with_logits(x, dtype), y_pred)
        if self._cast_labels:
            y_true = _map_arrays(lambda x: jnp.asarray(x, dtype), y_true)
        if mask is not None and self._cast_labels:
            y_true = _keep_time_axis(y_true, y_pred, mask)
        values = self.call(y_true, y_pred)
        mask = _both(mask, get_mask(values))
        values = jnp.asarray(values).astype(dtype)
        if sample_weight is not None:
            check_range(f"Loss {self.name!r}: sample_weight", sample_weight, low=0)
        return reduce_weighted_values(values, sample_weight, mask, self.reduction)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return losses per example or per element; every subclass writes its own."""
        raise TypeError(f"Loss {type(self).__name__} computes nothing: write `call(self, y_true, y_pred)` in it.")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain Python values."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build the loss that ``get_config`` described."""
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class LossFunctionWrapper(Loss):
    """A loss made of a function ``fn(y_true, y_pred, **kwargs)``.

    Args:
        fn: function that returns losses per example or per element.
        reduction: see `Loss`.
        name: of the loss; the function's name by default.
        dtype: see `Loss`.
        **kwargs: passed on to ``fn``.

    Example:
        >>> import kerax
        >>> loss = kerax.losses.LossFunctionWrapper(kerax.losses.huber, delta=2.0)
        >>> loss.name, float(loss([[0.0]], [[1.0]]))
        ('huber', 0.5)
    """

    # Finds the function of a configuration by name; the table of all losses sets it.
    look_up: ClassVar[Callable[[str], Any]]

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: Any = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name or getattr(fn, "__name__", None), reduction=reduction, dtype=dtype)
        smoothing = kwargs.get("label_smoothing", 0.0)
        if not 0 <= smoothing <= 1:
            raise ValueError(
                f"Loss {self.name!r}: argument label_smoothing must be between 0 and 1, received {smoothing!r}."
            )
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return ``fn`` of labels and predictions, brought to the same rank."""
        if _is_array(y_true) and _is_array(y_pred) and self._cast_labels:
            # Only whoever is given the very array can find its logits, so it is replaced only where it changed.
            true, pred = same_rank(y_true, y_pred)
            y_true, y_pred = true, (y_pred if pred.shape == y_pred.shape else pred)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; a function by the name that it is registered under, or its own."""
        if type(self) is not LossFunctionWrapper:
            return {**super().get_config(), **self._fn_kwargs}
        name = registered_name_of(self.fn) or getattr(self.fn, "__name__", type(self.fn).__name__)
        return {**super().get_config(), "fn": name, **self._fn_kwargs}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build the loss that ``get_config`` described."""
        config = dict(config)
        if "fn" in config and "fn" not in inspect.signature(cls).parameters:
            del config["fn"]  # tf.keras writes it for every loss
        elif isinstance(config.get("fn"), str):
            config["fn"] = cls.look_up(config["fn"])
        return cls(**config)


def _policy_identifier(dtype: Any) -> Any:
    return dtype if isinstance(dtype, str | dict) or hasattr(dtype, "compute_dtype") else standardize_dtype(dtype)


def _is_array(x: Any) -> bool:
    return isinstance(x, jax.Array | np.ndarray)


def _is_nested_numbers(x: Any) -> bool:
    """Whether ``x`` is what ``numpy.asarray`` should read as one array, rather than a structure of arrays."""
    if isinstance(x, list | tuple):
        return all(_is_nested_numbers(item) for item in x)
    return isinstance(x, int | float | np.generic) or (isinstance(x, jax.Array) and x.ndim == 0)


def _map_arrays(function: Callable[[Any], Any], x: Any) -> Any:
    if x is None or _is_array(x) or _is_nested_numbers(x):
        return x if x is None else function(jnp.asarray(x) if isinstance(x, list | tuple) else x)
    return jax.tree.map(function, x)


def _keep_time_axis(y_true: Any, y_pred: Any, mask: Any) -> Any:
    """Give ``(n, t)`` labels a last axis beside masked ``(n, t, 1)`` predictions, so that losses stay one per step."""
    if _is_array(y_true) and _is_array(y_pred) and y_pred.ndim == y_true.ndim + 1 == mask.ndim + 1:
        if y_true.ndim > 1 and y_pred.shape[-1] == 1:
            return y_true[..., None]
    return y_true


def _both(first: Any, second: Any) -> Any:
    if first is None or second is None:
        return second if first is None else first
    return jnp.logical_and(first, second)
