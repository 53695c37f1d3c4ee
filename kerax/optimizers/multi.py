"""MultiOptimizer: different optimizers for different variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from typing import Any

from kerax.optimizers._algorithms import ALGORITHMS
from kerax.optimizers.as_optax import labelled_leaves
from kerax.optimizers.loss_scale import LossScaleOptimizer
from kerax.optimizers.optimizer import Optimizer
from kerax.state import Variable


class OptimizerMap(MutableMapping):
    """Optimizers by the path of a variable.

    Args:
      default_optimizer: for variables that nothing else is given for.
      optimizer_map: path, or regular expression that matches whole paths, to optimizer.

    Raises:
      TypeError, ValueError: for what is no optimizer, no string or there already.

    Example:
      >>> import kerax
      >>> table = kerax.optimizers.OptimizerMap(kerax.optimizers.Adam(), {"encoder/.*": kerax.optimizers.SGD()})
      >>> [type(table[path]).__name__ for path in ("encoder/dense/kernel", "head/kernel")]
      ['SGD', 'Adam']
    """

    def __init__(self, default_optimizer: Optimizer, optimizer_map: dict[str, Optimizer] | None = None):
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(f"Argument default_optimizer must be an optimizer, received {default_optimizer!r}.")
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise TypeError(f"Argument optimizer_map must be a dict, received {optimizer_map!r}.")
        self._default = default_optimizer
        self._table: dict[str, Optimizer] = {}
        for key, optimizer in (optimizer_map or {}).items():
            self[key] = optimizer

    @property
    def default_optimizer(self) -> Optimizer:
        """For variables that nothing else is given for."""
        return self._default

    def __getitem__(self, key: str) -> Optimizer:
        if key in self._table:
            return self._table[key]
        found = [pattern for pattern in self._table if re.fullmatch(pattern, key)]
        if len(found) > 1:
            raise ValueError(f"Variable {key!r} matches several patterns of the OptimizerMap: {found}.")
        return self._table[found[0]] if found else self._default

    def __setitem__(self, key: str, optimizer: Optimizer) -> None:
        if not isinstance(key, str):
            raise ValueError(f"A key of an OptimizerMap is a path or pattern, received {key!r}.")
        if key in self._table:
            raise ValueError(f"The OptimizerMap has {key!r} already: {self._table[key]!r}.")
        self._table[key] = _check(optimizer, repr(key))

    def __delitem__(self, key: str) -> None:
        del self._table[key]

    def __len__(self) -> int:
        return len(self._table)

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __call__(self, variable: Variable) -> Optimizer:
        """The optimizer of a variable."""
        return self[variable.path]

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as configurations."""
        table = {key: ALGORITHMS.serialize(optimizer) for key, optimizer in self._table.items()}
        return {"default_optimizer": ALGORITHMS.serialize(self._default), "optimizer_map": table}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> OptimizerMap:
        """Makes a map from ``get_config()``."""
        table = config.get("optimizer_map") or {}
        return cls(
            ALGORITHMS.deserialize(config["default_optimizer"], custom_objects),
            {key: ALGORITHMS.deserialize(value, custom_objects) for key, value in table.items()},
        )


class MultiOptimizer(Optimizer):
    """Gives every variable to the optimizer that a map or a function names for it.

    Args:
      optimizer_map: an ``OptimizerMap``, or a callable ``variable -> optimizer``.
      loss_scale_factor: replaces that of every optimizer.
      name: "multi_optimizer" by default.

    Raises:
      TypeError: if ``optimizer_map`` is not callable.
      AttributeError: where its own ``learning_rate`` is asked for: ``optimizers`` have theirs.

    Example:
      >>> import kerax
      >>> a, b = kerax.Variable(1.0, name="a"), kerax.Variable(1.0, name="b")
      >>> table = kerax.optimizers.OptimizerMap(kerax.optimizers.SGD(0.5), {"b": kerax.optimizers.SGD(0.25)})
      >>> kerax.optimizers.MultiOptimizer(table).apply([1.0, 1.0], [a, b])
      >>> float(a), float(b)
      (0.5, 0.75)
    """

    def __init__(self, optimizer_map: Any, loss_scale_factor: float | None = None, name: str | None = None):
        if not callable(optimizer_map):
            raise TypeError(
                f"MultiOptimizer(optimizer_map) needs an OptimizerMap or a callable variable -> optimizer, received "
                f"{optimizer_map!r}."
            )
        self._optimizers: list[Optimizer] = []
        super().__init__(0.0, name=name)
        self._optimizer_map: Callable[[Variable], Any] = optimizer_map
        if isinstance(optimizer_map, OptimizerMap):
            for optimizer in (*optimizer_map.values(), optimizer_map.default_optimizer):
                self._place_of(optimizer)
        self._var_to_optimizer_idx: dict[int, int] = {}
        self.loss_scale_factor = loss_scale_factor

    def _place_of(self, optimizer: Optimizer) -> int:
        """The place of an optimizer in ``optimizers``, where it is put if it is new."""
        for place, known in enumerate(self._optimizers):
            if known is optimizer:
                return place
        optimizer.loss_scale_factor = self.loss_scale_factor
        self._optimizers.append(optimizer)
        return len(self._optimizers) - 1

    def _var_key(self, variable: Variable) -> int:
        return id(variable)

    def build(self, variables: Sequence[Variable]) -> None:
        """Shares the variables out and builds every optimizer that got some."""
        if self.built:
            return
        for variable in variables:
            optimizer = _check(self._optimizer_map(variable), f"variable {variable.path!r}")
            self._var_to_optimizer_idx[self._var_key(variable)] = self._place_of(optimizer)
        for optimizer, part in zip(self._optimizers, self._shared_out(variables, variables)):
            if part:
                optimizer.build([variable for _, variable in part])
        super().build(variables)

    def _shared_out(self, values: Iterable[Any], variables: Iterable[Variable]) -> list[list[tuple[Any, Variable]]]:
        """Pairs of value and variable, for every optimizer."""
        parts: list[list[tuple[Any, Variable]]] = [[] for _ in self._optimizers]
        for value, variable in zip(values, variables):
            parts[self._var_to_optimizer_idx[self._var_key(variable)]].append((value, variable))
        return parts

    @property
    def optimizers(self) -> list[Optimizer]:
        """The optimizers it gives variables to."""
        return self._optimizers

    @property
    def variables(self) -> list[Variable]:
        """Own variables, then those of every optimizer."""
        own = list(self._variables.values())  # type: ignore[attr-defined]
        return own + [variable for optimizer in self._optimizers for variable in optimizer.variables]

    weights = variables

    @property
    def learning_rate(self) -> Any:
        """Every optimizer has its own."""
        raise AttributeError(
            f"{self.name!r} has no learning rate of its own: read and assign those of its optimizers, "
            "optimizer.optimizers[i].learning_rate."
        )

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        _ = self.learning_rate  # raises, saying why

    lr = learning_rate

    @property
    def loss_scale_factor(self) -> float | None:  # type: ignore[override]
        """What ``scale_loss`` multiplies by; every optimizer has it."""
        return self._loss_scale_factor

    @loss_scale_factor.setter
    def loss_scale_factor(self, value: float | None) -> None:
        self._loss_scale_factor = value
        for optimizer in self._optimizers:
            optimizer.loss_scale_factor = value

    def _apply(self, grads: list, variables: list[Variable]) -> None:
        for optimizer, part in zip(self._optimizers, self._shared_out(grads, variables)):
            if part:
                optimizer._apply([gradient for gradient, _ in part], [variable for _, variable in part])
        self._iterations.assign(self._iterations.read() + 1)

    def _touched(self, variables: list[Variable]) -> list[Variable]:
        averaged = [v for optimizer in self._optimizers if optimizer.use_ema for v in optimizer._trainable_variables]
        return list({id(v): v for v in [*self.variables, *variables, *averaged]}.values())

    def hyperparameters(self) -> tuple:
        """Those of every optimizer as well."""
        return (*super().hyperparameters(), *(optimizer.hyperparameters() for optimizer in self._optimizers))

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """As every optimizer does with its own variables."""
        variables = list(var_list)
        for optimizer, part in zip(self._optimizers, self._shared_out(variables, variables)):
            optimizer.finalize_variable_values([variable for _, variable in part])

    def as_optax(self) -> Any:
        """The transformations of all its optimizers, each for its own parameters; a map is needed, or a built one."""
        import optax  # costs a quarter of a second, so it waits until somebody uses it

        def labels(params: Any) -> Any:
            return labelled_leaves(params, lambda leaf: str(self._place_of(self._optimizer_map(leaf))))

        return optax.multi_transform({str(i): one.as_optax() for i, one in enumerate(self._optimizers)}, labels)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments; only an ``OptimizerMap`` has a configuration.

        Raises:
          ValueError: for a callable.
        """
        if not isinstance(self._optimizer_map, OptimizerMap):
            raise ValueError(
                f"{self.name!r} chooses its optimizers by a function, which has no configuration: use an OptimizerMap."
            )
        config = {
            "module": "keras.optimizers", "class_name": "OptimizerMap", "config": self._optimizer_map.get_config(),
            "registered_name": None,
        }  # fmt: skip
        return {"optimizer_map": config, "loss_scale_factor": self.loss_scale_factor, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """Makes an optimizer from ``get_config()``."""
        config = dict(config)
        table = OptimizerMap.from_config(config.pop("optimizer_map")["config"], custom_objects)
        return cls(table, **config)


def _check(optimizer: Any, place: str) -> Optimizer:
    if not isinstance(optimizer, Optimizer) or isinstance(optimizer, (LossScaleOptimizer, MultiOptimizer)):
        raise ValueError(
            f"The optimizer for {place} must be a plain optimizer (no LossScaleOptimizer, no MultiOptimizer), received "
            f"{optimizer!r}."
        )
    return optimizer
