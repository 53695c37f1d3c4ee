"""An optimizer's algorithm as an optax transformation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp

from kerax.optimizers.update import cast
from kerax.state import Variable

if TYPE_CHECKING:
    import optax

    from kerax.optimizers.optimizer import Optimizer


class OptimizerState(NamedTuple):
    """State of the transformation: steps taken, shared scalars, and slots in the order of the parameters' leaves."""

    count: jax.Array  # type: ignore[assignment]
    shared: dict[str, jax.Array]
    slots: list[dict[str, jax.Array]]


def as_optax(optimizer: Optimizer) -> optax.GradientTransformation:
    """The clipping, weight decay and algorithm of an optimizer as an optax transformation of any pytree.

    Args:
      optimizer: its arguments are read now, its schedule at every step. Averages, accumulation and loss scaling are
        not part
        of the transformation (``optax.ema``, ``optax.MultiSteps`` are there for them).

    Returns:
      ``(init, update)``; ``update`` needs the parameters.

    Example:
      >>> import jax.numpy as jnp, kerax, optax
      >>> tx = kerax.optimizers.SGD(0.5).as_optax()
      >>> params = {"w": jnp.ones(2)}
      >>> updates, state = tx.update({"w": jnp.ones(2)}, tx.init(params), params)
      >>> optax.apply_updates(params, updates)["w"]
      Array([0.5, 0.5], dtype=float32)
    """
    rate_at = optimizer._optax_rate()

    def init(params: Any) -> OptimizerState:
        leaves = _leaves(params)
        slots: list[dict[str, jax.Array]] = [{} for _ in leaves]
        for group in optimizer._slots():
            for leaf, table in zip(leaves, slots):
                for slot in group:
                    if slot.wanted is None or slot.wanted(leaf):
                        shape = leaf.shape if slot.shape is None else slot.shape(leaf.shape)
                        table[slot.name] = (
                            jnp.array(leaf.value) if slot.copies else jnp.full(shape, slot.fill, leaf.dtype)
                        )
        shared = {name: jnp.float32(value) for name, value in optimizer._shared().items()}
        return OptimizerState(jnp.int32(0), shared, slots)

    def update(updates: Any, state: OptimizerState, params: Any = None) -> tuple[Any, OptimizerState]:
        if params is None:
            raise ValueError("This transformation needs the parameters: call tx.update(gradients, state, params).")
        leaves, treedef = _leaves(params), jax.tree.structure(params)
        gradients = optimizer._clip(jax.tree.leaves(updates))
        rate = jnp.asarray(rate_at(state.count), jnp.float32)
        factors, constants, shared = [optimizer._lr_multiplier_of(leaf) for leaf in leaves], {}, state.shared
        for factor in dict.fromkeys(factors):
            step = (state.count + 1).astype(jnp.float32)
            constants[factor], shared = optimizer._constants(rate * factor, step, state.shared)
        changes, slots = [], []
        for leaf, gradient, table, factor in zip(leaves, gradients, state.slots, factors):
            value, decay = leaf.value, optimizer._decay_of(leaf)
            if decay is not None:
                value = value - value * (decay * rate * factor).astype(value.dtype)
            scalars = cast(constants[factor], value.dtype)
            change, new = optimizer._change(gradient.astype(value.dtype), value, table, scalars)
            changes.append(change + (value - leaf.value))
            slots.append(new)
        return jax.tree.unflatten(treedef, changes), OptimizerState(state.count + 1, shared, slots)

    import optax  # costs a quarter of a second, so it waits until somebody uses it

    return optax.GradientTransformation(init, update)


def labelled_leaves(params: Any, label: Callable[[Any], Any]) -> Any:
    """A pytree like ``params`` with what a function of path and value, as of a variable, says of every leaf.

    Example:
      >>> from kerax.optimizers.as_optax import labelled_leaves
      >>> labelled_leaves({"a": {"b": 1.0}}, lambda leaf: leaf.path)
      {'a': {'b': 'a/b'}}
    """
    return jax.tree.unflatten(jax.tree.structure(params), [label(leaf) for leaf in _leaves(params)])


class _Leaf:
    """A parameter with the facts that an algorithm asks of a variable."""

    __slots__ = ("name", "path", "value")

    def __init__(self, path: str, value: Any):
        self.path, self.name, self.value = path, path.rpartition("/")[2], value

    shape = property(lambda self: tuple(self.value.shape))
    dtype = property(lambda self: self.value.dtype)


def _leaves(params: Any) -> list[_Leaf]:
    def name(keys: tuple) -> str:
        return "/".join(str(getattr(key, "key", getattr(key, "name", getattr(key, "idx", key)))) for key in keys)

    pairs = jax.tree_util.tree_flatten_with_path(params, is_leaf=lambda x: isinstance(x, Variable))[0]
    return [_Leaf(name(keys), jnp.asarray(value)) for keys, value in pairs]
