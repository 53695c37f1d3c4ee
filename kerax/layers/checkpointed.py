"""RematScope: layers made in it compute their activations again for the gradient; and the call that does so."""

from __future__ import annotations

import contextvars
import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax

from kerax.errors import unknown_name
from kerax.state import Scope, get_mask, set_mask, walk

_MODES = ("full", "activations", "larger_than", "list_of_layers")
_scope: contextvars.ContextVar[RematScope | None] = contextvars.ContextVar("kerax_remat", default=None)


class RematScope:
    """Layers made inside run under ``jax.checkpoint`` while a gradient is taken: less memory, more time.

    Args:
        mode: ``"full"`` for every layer, ``"activations"`` for the function ``activation`` of every layer that has one,
            ``"larger_than"`` for layers with an output of more elements than ``output_size_threshold``,
            ``"list_of_layers"`` for the layers named in ``layer_names``, None for no layer (inside another scope).
        output_size_threshold: for ``"larger_than"``.
        layer_names: for ``"list_of_layers"``.

    Raises:
        ValueError: for another mode.

    Example:
        >>> import kerax, numpy as np
        >>> with kerax.RematScope(mode="full"):
        ...     layer = kerax.layers.Dense(2)
        >>> layer(np.ones((1, 3), "float32")).shape
        (1, 2)
    """

    def __init__(
        self, mode: str | None = "full", output_size_threshold: int = 1024, layer_names: Sequence[str] | None = None
    ):
        if mode is not None and mode not in _MODES:
            raise unknown_name("mode of RematScope", str(mode), _MODES)
        self.mode, self.output_size_threshold = mode, output_size_threshold
        self.layer_names = list(layer_names or [])
        self._tokens: list[contextvars.Token] = []

    def __enter__(self) -> RematScope:
        self._tokens.append(_scope.set(self))
        return self

    def __reduce__(self) -> tuple:  # copies of a layer made inside: the open scope's own tokens cannot be copied
        return RematScope, (self.mode, self.output_size_threshold, self.layer_names)

    def __exit__(self, *_: Any) -> None:
        _scope.reset(self._tokens.pop())


def remat_scope() -> RematScope | None:
    """The innermost open scope that asks for anything.

    Example:
        >>> from kerax.layers.checkpointed import remat_scope
        >>> remat_scope() is None
        True
    """
    scope = _scope.get()
    return scope if scope is not None and scope.mode is not None else None


def in_scope(layer: Any, call: Callable, scope: RematScope) -> Callable:
    """``layer.call`` as the scope that the layer was made in wants it.

    Args:
        layer: the layer.
        call: its ``call``.
        scope: the scope.

    Example:
        >>> import kerax
        >>> from kerax.layers.checkpointed import RematScope, in_scope
        >>> layer = kerax.layers.Dense(2, name="other")
        >>> in_scope(layer, layer.call, RematScope("list_of_layers", layer_names=["head"])) == layer.call
        True
    """
    if scope.mode == "list_of_layers" and layer.name not in scope.layer_names:
        return call
    if scope.mode == "activations":
        return _with_activation(layer, call) if callable(getattr(layer, "activation", None)) else call

    def run(*args: Any, **kwargs: Any) -> Any:
        if scope.mode == "larger_than":
            outputs = jax.eval_shape(lambda: checkpointed(layer, call, args, kwargs, only_outputs=True))
            if (
                max((math.prod(leaf.shape) for leaf in jax.tree.leaves(outputs)), default=0)
                <= scope.output_size_threshold
            ):
                return call(*args, **kwargs)
        return checkpointed(layer, call, args, kwargs)

    return run


def _with_activation(layer: Any, call: Callable) -> Callable:
    @functools.wraps(call)
    def run(*args: Any, **kwargs: Any) -> Any:
        plain = layer.activation
        layer.__dict__["activation"] = jax.checkpoint(plain)
        try:
            return call(*args, **kwargs)
        finally:
            layer.__dict__["activation"] = plain

    return run


def checkpointed(
    layer: Any, call: Callable, args: tuple, kwargs: dict, policy: Callable | None = None, only_outputs: bool = False
) -> Any:
    """Calls a layer under ``jax.checkpoint``; what it writes, its losses and its masks come out as from a plain call.

    Args:
        layer: whose variables the call reads and writes.
        call: the layer itself or its ``call``.
        args: of the call.
        kwargs: of the call.
        policy: which values are kept, one of ``jax.checkpoint_policies``.
        only_outputs: whether nothing is written; for asking what the outputs would be.

    Example:
        >>> import kerax, numpy as np
        >>> from kerax.layers.checkpointed import checkpointed
        >>> layer = kerax.layers.Dense(2)
        >>> layer.build((None, 3))
        >>> checkpointed(layer, layer.call, (np.ones((1, 3), "float32"),), {}).shape
        (1, 2)
    """
    training = kwargs.get("training")
    entries = walk(layer)
    variables = [variable for _, variable, _ in entries]
    moving = [variable for _, variable, trainable in entries if not trainable]
    masks = jax.tree.map(get_mask, args)
    try:
        key = layer.next_key() if training else None
    except ValueError:  # a functional call without a key: fine unless the layer draws noise
        key = None
    owners: list[Any] = []

    def run(values: list, args: tuple, masks: Any, key: Any, kwargs: dict) -> Any:
        with Scope({id(v): a for v, a in zip(variables, values, strict=True)}, key=key, training=training) as scope:
            jax.tree.map(set_mask, args, masks, is_leaf=lambda x: x is None)
            outputs = call(*args, **kwargs)
            owners[:] = [owner for owner, _ in scope.losses]
            new = [scope.values[id(variable)] for variable in moving]
            return outputs, new, [loss for _, loss in scope.losses], jax.tree.map(get_mask, outputs)

    arrays = {name: value for name, value in kwargs.items() if isinstance(value, jax.Array)}
    static = {name: value for name, value in kwargs.items() if name not in arrays}
    made = jax.checkpoint(
        lambda values, args, masks, key, arrays: run(values, args, masks, key, {**static, **arrays}), policy=policy
    )
    outputs, new, losses, out_masks = made([v.read() for v in variables], args, masks, key, arrays)
    if only_outputs:
        return outputs
    for variable, array in zip(moving, new, strict=True):
        variable.assign(array)
    for owner, loss in zip(owners, losses, strict=True):
        owner.add_loss(loss)
    jax.tree.map(set_mask, outputs, out_masks, is_leaf=lambda x: x is None)
    return outputs
