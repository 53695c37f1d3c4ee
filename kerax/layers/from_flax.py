"""FromFlax: a Flax module, Linen or NNX, as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from kerax.layers.flax_modules import (
    WrittenModule,
    can_be_found,
    deserialize_module,
    is_linen,
    is_nnx,
    serialize_module,
)
from kerax.layers.layer import Layer
from kerax.layers.layer_weights import plain_shape
from kerax.registry import serialize_keras_object
from kerax.state import is_symbolic, rng
from kerax.state.symbolic import to_shape

_TRAINING_NAMES = ("train", "training", "is_training")
_INFERENCE_NAMES = ("deterministic", "use_running_average")
_UNKNOWN_SIZE = 1  # stands for None while a Linen module is initialized; weights do not depend on it


class FromFlax(Layer):
    """Any Flax module as a layer: trained, saved and frozen like the others.

    A Linen module is initialized when the layer is built; its ``params`` become trainable weights and its other
    collections (``batch_stats``...) weights that are not trained. An NNX module brings its weights along; the layer
    takes copies. Weights keep their Flax paths. ``train``, ``training`` or ``is_training`` is passed to the module if
    its call takes it, and the opposite as ``deterministic`` or ``use_running_average``; an NNX module is also put
    into its train or eval mode.

    Args:
        module: a ``flax.linen.Module`` or ``flax.nnx.Module``, or a function without arguments that makes one. A
            model file with a Linen module needs its class to be loaded, with an NNX module the function or an instance:
            registered (``kerax.saving.register_keras_serializable``), or in ``custom_objects`` under its name.
        rngs: names of the random streams that a Linen module draws from while training.
        **kwargs: ``name``, ``dtype``...

    Raises:
        TypeError: if ``module`` is no Flax module.

    Example:
        >>> import flax.linen as nn, kerax, numpy as np
        >>> layer = kerax.layers.FromFlax(nn.Dense(3), name="head")
        >>> layer(np.ones((2, 4), "float32")).shape
        (2, 3)
        >>> sorted(layer.params)
        ['bias', 'kernel']
    """

    runs_user_code = True
    _untracked = Layer._untracked | {"module", "_boxes", "_nnx_graph", "_random", "_nnx_parts"}

    def __init__(self, module: Any, rngs: tuple[str, ...] = ("dropout",), **kwargs: Any):
        super().__init__(**kwargs)
        self.factory = module if inspect.isroutine(module) else None
        self.module, self.rngs = module if self.factory is None else module(), tuple(rngs)
        module = self.module
        self._boxes: dict[str, dict[tuple, Any]] = {}  # collection -> path in Flax -> Variable
        self._example: Any = None
        self._is_linen = is_linen(module)
        if not self._is_linen and not is_nnx(module):
            hint = " Make one of the class, among the custom_objects too." if inspect.isclass(module) else ""
            raise TypeError(
                f"FromFlax needs an instance of flax.linen.Module or flax.nnx.Module, received {module!r}.{hint}"
            )
        if not self._is_linen:
            self._take_nnx()
        self._flags = _flags(type(module).__call__)

    # ---- weights ----------------------------------------------------------------------------------------------------
    def _box(self, collection: str, tree: Mapping, trainable: bool) -> None:
        prefix = () if trainable else (collection,) if self._is_linen else ()
        boxes = self._boxes.setdefault(collection, {})
        for path, array in _flat(tree):
            name = "/".join(str(part) for part in (*prefix, *path))
            boxes[path] = self.add_variable(
                shape=array.shape,
                initializer=array,
                dtype=array.dtype,
                name=name,
                trainable=trainable,
                autocast=trainable,
            )
            boxes[path].path = f"{self.path}/{name}"

    def _tree(self, collection: str) -> dict:
        return _nested({path: box.value for path, box in self._boxes[collection].items()})

    def _write(self, collection: str, tree: Mapping, before: Mapping) -> None:
        old = dict(_flat(before))
        for path, array in _flat(tree):
            if path in self._boxes[collection] and array is not old[path]:
                self._boxes[collection][path].assign(array)

    # ---- Linen ------------------------------------------------------------------------------------------------------
    def _build_for(self, args: tuple, kwargs: dict) -> None:
        kwargs = {key: value for key, value in kwargs.items() if key not in ("training", "mask")}
        self._example = jax.tree.map(_zeros, (args, kwargs), is_leaf=is_symbolic)
        super()._build_for(args, kwargs)
        self._example = None

    def build(self, input_shape: Any = None) -> None:
        """Initializes a Linen module; an NNX module is ready already."""
        if not self._is_linen:
            return
        from flax.core import meta

        if self._example is not None:
            args, kwargs = self._example
        else:
            args, kwargs = (
                (jnp.zeros([_UNKNOWN_SIZE if s is None else s for s in plain_shape(input_shape)], self.compute_dtype),),
                {},
            )
        key = jax.random.key(rng.draw_seed())
        keys = {name: jax.random.fold_in(key, i) for i, name in enumerate(dict.fromkeys(("params", *self.rngs)))}
        variables = meta.unbox(self.module.init(keys, *args, **self._train_arguments(False, kwargs), **kwargs))
        for collection, tree in variables.items():
            self._box(collection, tree, trainable=collection == "params")

    def _call_linen(self, args: tuple, kwargs: dict, training: bool) -> Any:
        variables = {collection: self._tree(collection) for collection in self._boxes}
        changing = [collection for collection in variables if collection != "params"]
        keys = {}
        if training and self.rngs:
            key = self._key()
            keys = {} if key is None else {name: jax.random.fold_in(key, i) for i, name in enumerate(self.rngs)}
        outputs, updates = self.module.apply(variables, *args, rngs=keys, mutable=changing, **kwargs)
        for collection, tree in updates.items():
            if collection in variables:
                self._write(collection, tree, variables[collection])
        return outputs

    # ---- NNX --------------------------------------------------------------------------------------------------------
    def _take_nnx(self) -> None:
        from flax import nnx

        self._nnx_graph, params, random, rest = nnx.split(self.module, nnx.Param, nnx.RngState, ...)
        self._random = random
        self._box("params", nnx.to_pure_dict(params), trainable=True)
        self._box("state", nnx.to_pure_dict(rest), trainable=False)
        self._nnx_parts = (params, rest)
        self.built = True

    def _call_nnx(self, args: tuple, kwargs: dict, training: bool) -> Any:
        from flax import nnx

        filled = []
        for collection, part in zip(("params", "state"), self._nnx_parts, strict=True):
            part = jax.tree.map(lambda leaf: leaf, part)
            nnx.replace_by_pure_dict(part, self._tree(collection))
            filled.append(part)
        key = self._key() if training else None
        module = nnx.merge(
            self._nnx_graph, filled[0], self._random if key is None else _reseed(self._random, key), filled[1]
        )
        module.train() if training else module.eval()
        before = self._tree("state")
        outputs = module(*args, **kwargs)
        after = nnx.to_pure_dict(nnx.split(module, nnx.Param, nnx.RngState, ...)[3])
        self._write("state", after, before)
        return outputs

    # ---- the call ---------------------------------------------------------------------------------------------------
    def call(self, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        """Calls the module."""
        training = bool(training)
        kwargs = {**self._train_arguments(training, kwargs), **kwargs}
        return (self._call_linen if self._is_linen else self._call_nnx)(args, kwargs, training)

    def _train_arguments(self, training: bool, given: Mapping) -> dict[str, bool]:
        flags = {name: training for name in _TRAINING_NAMES} | {name: not training for name in _INFERENCE_NAMES}
        return {name: flags[name] for name in self._flags if name not in given}

    def _key(self) -> Any:
        """A noise key, or None in a functional call without one: the module may draw no noise."""
        try:
            return self.next_key()
        except ValueError:
            return None

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments; an NNX module stays an object, which files name by its class."""
        if self.factory is not None:
            module = serialize_keras_object(self.factory)
        elif self._is_linen and can_be_found(type(self.module)):
            module = serialize_module(self.module)
        elif self._is_linen:
            module = WrittenModule(self.module)
        else:
            module = self.module
        return {**super().get_config(), "module": module, "rngs": self.rngs}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> FromFlax:
        """Makes a layer from ``get_config()``; a class or function must be registered or among the custom objects."""
        return super().from_config({**config, "module": deserialize_module(config["module"])})


def _flags(call: Any) -> tuple[str, ...]:
    names = inspect.signature(call).parameters
    return tuple(name for name in (*_TRAINING_NAMES, *_INFERENCE_NAMES) if name in names)


def _zeros(leaf: Any) -> Any:
    if not hasattr(leaf, "shape"):
        return leaf
    return jnp.zeros([_UNKNOWN_SIZE if size is None else size for size in to_shape(leaf)], leaf.dtype)


def _reseed(state: Any, key: jax.Array) -> Any:
    """NNX random streams that start anew from a key."""
    leaves, treedef = jax.tree.flatten(state)
    fresh = [
        jax.random.fold_in(key, i) if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key) else jnp.zeros_like(leaf)
        for i, leaf in enumerate(leaves)
    ]
    return jax.tree.unflatten(treedef, fresh)


def _flat(tree: Mapping, prefix: tuple = ()) -> list[tuple[tuple, Any]]:
    pairs: list[tuple[tuple, Any]] = []
    for key, value in tree.items():
        pairs += _flat(value, (*prefix, key)) if isinstance(value, Mapping) else [((*prefix, key), value)]
    return pairs


def _nested(flat: Mapping[tuple, Any]) -> dict:
    tree: dict = {}
    for path, value in flat.items():
        node = tree
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = value
    return tree
