"""Any optax transformation as an optimizer."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.optimizers.optimizer import Optimizer
from kerax.state import Variable

if TYPE_CHECKING:
    import optax


def is_optax(value: Any) -> bool:
    """Whether a value is an optax transformation; without optax having been imported nothing can be one."""
    optax = sys.modules.get("optax")
    return optax is not None and isinstance(value, optax.GradientTransformation)


class OptaxOptimizer(Optimizer):
    """An optax transformation whose state lives in variables; made by ``from_optax``.

    Args:
      tx: the transformation.
      learning_rate: number, schedule or callable that the updates are multiplied by, or None.
      name: "optax" by default.
      **kwargs: clipping, weight decay, averages and accumulation as in ``Optimizer``.

    Raises:
      TypeError: if ``tx`` is no optax transformation.

    Example:
      >>> import kerax, optax
      >>> kerax.optimizers.get(optax.adam(1e-3))
      <OptaxOptimizer name=optax>
    """

    _untracked = Optimizer._untracked | {"_tx", "_state", "_names"}

    def __init__(
        self, tx: optax.GradientTransformation, learning_rate: Any = None, name: str | None = None, **kwargs: Any
    ):
        if not is_optax(tx):
            raise TypeError(f"from_optax(tx) needs an optax transformation such as optax.adam(1e-3), received {tx!r}.")
        self._scales = learning_rate is not None
        super().__init__(learning_rate if self._scales else (lambda step: 1.0), name=name or "optax", **kwargs)
        import optax  # costs a quarter of a second, so it waits until somebody uses it

        self._tx = optax.with_extra_args_support(tx)

    @property
    def learning_rate(self) -> Any:
        """The learning rate: the one given to ``from_optax``, or the hyperparameter of ``optax.inject_hyperparams``.

        Raises:
          AttributeError: if the transformation keeps its learning rate to itself.
        """
        own = self._rate_variable()
        if own is not None:
            return own
        if not self._scales:
            raise AttributeError(
                f"The learning rate of {self.name!r} is inside its optax transformation. To read or change it, use "
                f"optax.inject_hyperparams("
                "optax.adam)(learning_rate=...), or from_optax(optax.scale_by_adam(), learning_rate=...)."
            )
        return Optimizer.learning_rate.fget(self)  # type: ignore[attr-defined]

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        own = self._rate_variable()
        if own is not None:
            own.assign(value)
        elif self._scales:
            Optimizer.learning_rate.fset(self, value)  # type: ignore[attr-defined]
        else:
            _ = self.learning_rate  # raises, saying why

    def _rate_variable(self) -> Variable | None:
        """The variable of an injected hyperparameter."""
        for path, box in self.__dict__.get("_state", ((), None))[0]:
            if path.endswith("hyperparams/learning_rate") and isinstance(box, Variable):
                return box
        return None

    def build(self, variables: Sequence[Variable]) -> None:
        """Makes the transformation's state for these variables, as a dict ``{path: array}``."""
        if self.built:
            return
        super().build(variables)
        self._names = _unique([variable.path for variable in variables])
        with jax.ensure_compile_time_eval():
            state = self._tx.init({n: v.read() for n, v in zip(self._names, variables)})
        leaves, treedef = jax.tree_util.tree_flatten_with_path(state)
        self._state = ([(_path(keys), self._box(_path(keys), leaf)) for keys, leaf in leaves], treedef)

    def _box(self, path: str, leaf: Any) -> Any:
        """A variable for an array leaf; PRNG keys are kept as (name, variable of their data); others stay."""
        if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
            data = np.asarray(jax.random.key_data(leaf))
            return str(jax.random.key_impl(leaf)), self._slot(path, data)
        if isinstance(leaf, (jax.Array, np.ndarray, np.generic)):
            return self._slot(path, np.asarray(leaf))
        return leaf

    def _slot(self, path: str, data: np.ndarray) -> Variable:
        return self.add_variable(
            data.shape, lambda shape, dtype: jnp.asarray(data), data.dtype, name=path.replace("/", "_")
        )

    def _update_variables(self, grads: list, variables: list[Variable], rate: jax.Array) -> None:
        boxes, treedef = self._state
        state = jax.tree.unflatten(treedef, [_read(box) for _, box in boxes])
        present = {id(v): g for g, v in zip(grads, variables)}
        params = {n: v.read() for n, v in zip(self._names, self._trainable_variables)}
        gradients = {
            n: present[id(v)].astype(v.dtype) if id(v) in present else jnp.zeros(v.shape, v.dtype)
            for n, v in zip(self._names, self._trainable_variables)
        }
        updates, state = self._tx.update(gradients, state, params)
        if self._scales:
            updates = jax.tree.map(lambda u: -rate.astype(u.dtype) * u, updates)
        for (_, box), leaf in zip(boxes, jax.tree.leaves(state)):
            if isinstance(box, Variable):
                box.assign(leaf)
            elif isinstance(box, tuple):
                box[1].assign(jax.random.key_data(leaf))
        for (name, value), variable in zip(params.items(), self._trainable_variables):
            if id(variable) in present:
                update, factor = updates[name], self._lr_multiplier_of(variable)
                variable.assign(value + (update if factor == 1 else update * factor).astype(value.dtype))

    def as_optax(self) -> optax.GradientTransformation:
        """The transformation itself, scaled by the learning rate if one was given."""
        if not self._scales:
            return self._tx
        import optax  # costs a quarter of a second, so it waits until somebody uses it

        return optax.chain(self._tx, optax.scale_by_learning_rate(self._optax_rate()))

    def get_config(self) -> dict[str, Any]:
        """An optax transformation is code and has no configuration.

        Raises:
          ValueError: always; it says what to do instead.
        """
        raise ValueError(
            f"Optimizer {self.name!r} wraps an optax transformation, which has no configuration. Save the weights "
            f"and optimizer state, and "
            "pass the transformation again when loading."
        )


def from_optax(tx: optax.GradientTransformation, learning_rate: Any = None, **options: Any) -> OptaxOptimizer:
    """Makes an optimizer of any optax transformation.

    Args:
      tx: the transformation; it sees parameters and gradients as ``{path: array}``, so its masks may go by path.
      learning_rate: number, schedule or callable that the updates are multiplied by (with a minus); for
        transformations that
        do not scale themselves, such as ``optax.scale_by_adam()``. None for complete ones, such as
        ``optax.adam(1e-3)``.
      **options: ``name``, clipping, weight decay, averages and accumulation as in ``Optimizer``.

    Returns:
      An optimizer whose ``variables`` hold the transformation's state.

    Raises:
      TypeError: if ``tx`` is no optax transformation.

    Example:
      >>> import kerax, optax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> kerax.optimizers.from_optax(optax.sgd(0.5)).apply([[1.0, 1.0]], [w])
      >>> w.numpy().round(3)
      array([0.5, 1.5], dtype=float32)
    """
    return OptaxOptimizer(tx, learning_rate, **options)


def _read(box: Any) -> Any:
    if isinstance(box, Variable):
        return box.read()
    return jax.random.wrap_key_data(box[1].read(), impl=box[0]) if isinstance(box, tuple) else box


def _path(keys: tuple) -> str:
    return "/".join(str(getattr(key, "name", getattr(key, "key", getattr(key, "idx", key)))) for key in keys)


def _unique(names: list[str]) -> list[str]:
    """Names made unique by a number, as several variables outside a model may share one."""
    counts: dict[str, int] = {}
    unique = []
    for name in names:
        count = counts[name] = counts.get(name, -1) + 1
        unique.append(f"{name}_{count}" if count else name)
    return unique
