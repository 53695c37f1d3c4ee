"""Metric: the base class of all metrics."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import jax
import numpy as np

from kerax import initializers
from kerax.dtypes import get_policy, standardize_dtype
from kerax.registry import to_snake_case
from kerax.state import Module, Scope, Variable, walk
from kerax.state.functional_call import read_variables
from kerax.state.naming import unique_name

State = dict[str, jax.Array]

# Where new metrics are noted, while somebody has to tell their variables from those of a model.
new_metrics: contextvars.ContextVar[list[Metric] | None] = contextvars.ContextVar("kerax_new_metrics", default=None)


class PureMetric(NamedTuple):
    """A metric as four pure functions over a flat state ``{path: array}``.

    Attributes:
      init: ``() -> state``, the empty state.
      update: ``(state, *args, **kwargs) -> state``, the arguments of ``update_state``.
      result: ``state -> value``.
      merge: ``(state, state) -> state``, the state of both inputs together.

    Example:
      >>> import kerax
      >>> init, update, result, merge = kerax.metrics.Sum().pure
      >>> float(result(update(init(), [1.0, 2.0])))
      3.0
    """

    init: Callable[[], State]
    update: Callable[..., State]
    result: Callable[[State], Any]
    merge: Callable[[State, State], State]


class Metric(Module):
    """A running statistic: subclass it with variables, ``update_state`` and ``result``.

    The same ``update_state`` runs eagerly on its own and inside a compiled training step.

    Args:
      dtype: dtype name or policy of the state and the result; ``floatx()`` by default.
      name: ``mean``, ``mean_1``... by default.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> class Largest(kerax.metrics.Metric):
      ...     def __init__(self, name="largest", **kwargs):
      ...         super().__init__(name=name, **kwargs)
      ...         self.largest = self.add_weight(name="value", initializer="zeros")
      ...     def update_state(self, y_true, y_pred, sample_weight=None):
      ...         self.largest.assign(jnp.maximum(self.largest.value, jnp.max(jnp.asarray(y_pred))))
      ...     def result(self):
      ...         return self.largest.value
      >>> float(Largest()([0, 0], [2.0, 5.0]))
      5.0
    """

    _kind = "metric"
    _untracked = frozenset({"_config", "_fn_kwargs"})

    def __init__(self, dtype: Any = None, name: str | None = None):
        if name is not None and not isinstance(name, str):
            raise TypeError(f"Argument name of {type(self).__name__}() must be a string, received {name!r}.")
        self.name = name if name is not None else unique_name(to_snake_case(type(self).__name__))
        self._dtype = get_policy(dtype).compute_dtype if dtype is not None else standardize_dtype(None)
        if (noted := new_metrics.get()) is not None:
            noted.append(self)

    # ---- what subclasses write --------------------------------------------------------------------------------------
    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Takes a batch into account: usually ``update_state(y_true, y_pred, sample_weight=None)``."""
        raise NotImplementedError(
            f"Metric class {type(self).__name__} has no update_state() method: define update_state(self, y_true, "
            f"y_pred, sample_weight=None)."
        )

    def result(self) -> Any:
        """Returns the current value: a scalar array, an array, or a dict of scalars."""
        raise NotImplementedError(f"Metric class {type(self).__name__} has no result() method: define result(self).")

    def reset_state(self) -> None:
        """Sets every variable to zero; called before each epoch."""
        if type(self).reset_state is Metric.reset_state and type(self).reset_states is not Metric.reset_states:
            self.reset_states()  # a subclass written for older Keras
        else:
            for variable in self.variables:
                # A fresh host array costs no compilation, and nobody else holds it when the training step donates it.
                variable.assign(np.zeros(variable.shape, variable.dtype))

    def reset_states(self) -> None:
        """Older name of ``reset_state``."""
        Metric.reset_state(self) if type(self).reset_state is Metric.reset_state else self.reset_state()

    # ---- state ------------------------------------------------------------------------------------------------------
    def add_variable(  # type: ignore[override]
        self,
        shape: Any = (),
        initializer: Any = None,
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
        **options: Any,
    ) -> Variable:
        """Creates a state variable; not trainable.

        Args:
          shape: sizes.
          initializer: name, instance or callable ``(shape, dtype) -> array``; zeros by default.
          dtype: dtype name; the metric's dtype by default.
          aggregation: accepted as in Keras; states of several devices or halves of the data are summed.
          name: last part of the path.
          **options: ``synchronization`` of tf.keras, without a meaning here.

        Returns:
          The variable.
        """
        if not hasattr(self, "_dtype"):
            raise RuntimeError(
                f"{type(self).__name__}.__init__() must call super().__init__() before it creates variables."
            )
        if isinstance(shape, str):  # tf.keras: add_weight("total", ...)
            shape, name = (), shape
        initializer = initializers.get("zeros" if initializer is None else initializer)
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        variable = super().add_variable(shape, initializer, dtype or self._dtype, name, trainable=False, autocast=False)
        variable.path = f"{self.name}/{variable.name}"
        return variable

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: Any = None, name: str | None = None, **options: Any
    ) -> Variable:
        """Creates a state variable, as ``add_variable`` does."""
        if isinstance(shape, str) and isinstance(initializer, (tuple, list)):  # tf.keras: add_weight("total", (3,))
            shape, name, initializer = initializer, shape, options.pop("initializer", None)
        return self.add_variable(shape, initializer, dtype, name=name, **options)

    @property
    def variables(self) -> list[Variable]:
        """All state variables, those of metrics inside this one included."""
        return [variable for _, variable, _ in walk(self)]

    weights = non_trainable_variables = non_trainable_weights = variables
    trainable_variables = trainable_weights = property(lambda self: [], doc="Always empty: nothing trains a metric.")

    @property
    def dtype(self) -> str:
        """Name of the dtype of state and result."""
        return self._dtype

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Updates the state and returns the result so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    def _merge(self, own: State, other: State) -> State:
        """Merges two states; counts and totals add up."""
        return {path: array + other[path] for path, array in own.items()}

    def merge_state(self, metrics: Iterable[Metric]) -> None:
        """Takes over what other metrics of the same kind have seen.

        Args:
          metrics: metrics with the same variables; they stay as they are.

        Raises:
          ValueError: if their variables differ.
        """
        entries = walk(self)
        state = {path: variable.read() for path, variable, _ in entries}
        for metric in metrics:
            other = {path: variable.read() for path, variable, _ in walk(metric)}
            if {p: a.shape for p, a in other.items()} != {p: a.shape for p, a in state.items()}:
                raise ValueError(f"Cannot merge {metric!r} into {self!r}: their variables differ.")
            state = self._merge(state, other)
        for path, variable, _ in entries:
            variable.assign(state[path])

    # ---- pure functions ---------------------------------------------------------------------------------------------
    @property
    def pure(self) -> PureMetric:
        """The metric as pure functions ``(init, update, result, merge)`` for use in hand-written loops.

        Example:
          >>> import jax, kerax
          >>> init, update, result, merge = kerax.metrics.Mean().pure
          >>> state = jax.jit(update)(init(), [1.0, 3.0])
          >>> float(result(merge(state, update(init(), [5.0]))))
          3.0
        """
        entries = [(path, variable) for path, variable, _ in walk(self)]

        def scope(state: State) -> Scope:
            return Scope({id(variable): state[path] for path, variable in entries})

        def init() -> State:
            with scope({path: variable.read() for path, variable in entries}) as opened:
                self.reset_state()
            return {path: opened.values[id(variable)] for path, variable in entries}

        def update(state: State, *args: Any, **kwargs: Any) -> State:
            with scope(state) as opened:
                self.update_state(*args, **kwargs)
            return {path: opened.values[id(variable)] for path, variable in entries}

        def result(state: State) -> Any:
            with scope(state):
                return read_variables(self.result())

        return PureMetric(init, update, result, self._merge)

    def stateless_update_state(self, metric_variables: list, *args: Any, **kwargs: Any) -> list:
        """Returns the values of ``variables`` after an update; nothing in the metric changes."""
        with self._stateless(metric_variables) as scope:
            self.update_state(*args, **kwargs)
        return [scope.values[id(variable)] for variable in self.variables]

    def stateless_result(self, metric_variables: list) -> Any:
        """Returns the result for given values of ``variables``."""
        with self._stateless(metric_variables):
            return read_variables(self.result())

    def stateless_reset_state(self) -> list:
        """Returns the values of ``variables`` after a reset; nothing in the metric changes."""
        return list(self.pure.init().values())

    def _stateless(self, values: list) -> Scope:
        variables = self.variables
        if len(values) != len(variables):
            raise ValueError(
                f"Metric {self.name!r} has {len(variables)} variables, so metric_variables needs {len(variables)} "
                f"arrays; received {len(values)}."
            )
        arrays = [value.read() if isinstance(value, Variable) else value for value in values]
        return Scope({id(variable): array for variable, array in zip(variables, arrays)})

    # ---- configuration ----------------------------------------------------------------------------------------------
    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes a metric from ``get_config()``."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"
