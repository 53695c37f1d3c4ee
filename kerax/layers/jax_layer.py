"""JaxLayer: functions of JAX as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.dtypes import is_floating, standardize_dtype
from kerax.layers.layer import Layer, map_shapes
from kerax.random import SeedGenerator
from kerax.registry import deserialize_keras_object, serialize_keras_object
from kerax.state import Variable, rng
from kerax.state.functional_call import read_variables

_CALL_ARGUMENTS = ("params", "state", "rng", "inputs", "training")
_INIT_ARGUMENTS = ("rng", "inputs", "training")
_UNKNOWN_SIZE = 1  # stands for None while weights are initialized, which do not depend on it


class JaxLayer(Layer):
    """A pure function of JAX, and the function that makes its parameters, as a layer that is trained like the others.

    ``call_fn`` takes, by these names and in any order: ``inputs`` (an array or a structure of arrays) and, as it needs
    them, ``params`` (trained), ``state`` (not trained), ``rng`` (a JAX key while training, else None) and
    ``training``. It returns the outputs; with ``state``, the outputs and the new state. ``init_fn`` takes ``rng``,
    ``inputs`` (ones in the shape of the inputs) and ``training`` (True), and returns the parameters; with ``state``,
    the parameters and the first state. Both are pytrees; leaves that are no numbers are left as they are.

    To be saved in a model file, both functions have to be registered with
    ``kerax.saving.register_keras_serializable``.

    Args:
        call_fn: the forward pass.
        init_fn: makes the parameters when the layer is built; it may be left out if ``params`` or ``state`` is given.
        params: the first parameters.
        state: the first state.
        seed: of the noise; drawn by default.
        native_serialization_platforms: accepted for Keras's sake.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: if a function takes other arguments, or nothing gives the parameters.

    Example:
        >>> import jax, kerax, numpy as np
        >>> def make(rng, inputs):
        ...     return {"w": jax.random.normal(rng, (inputs.shape[-1], 2))}
        >>> def apply(params, inputs):
        ...     return inputs @ params["w"]
        >>> layer = kerax.layers.JaxLayer(apply, make)
        >>> layer(np.ones((4, 3), "float32")).shape, [weight.path for weight in layer.weights]
        ((4, 2), ['jax_layer/w'])
    """

    runs_user_code = True
    _untracked = Layer._untracked | {"_trees"}

    def __init__(
        self,
        call_fn: Callable,
        init_fn: Callable | None = None,
        params: Any = None,
        state: Any = None,
        seed: int | None = None,
        native_serialization_platforms: Sequence[str] | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.call_fn, self.init_fn, self.seed = call_fn, init_fn, seed
        self.native_serialization_platforms = native_serialization_platforms
        self.call_fn_arguments = self._arguments_of(call_fn, "call_fn", _CALL_ARGUMENTS)
        self.init_fn_arguments = self._arguments_of(init_fn, "init_fn", _INIT_ARGUMENTS) if init_fn else []
        if "rng" in self.call_fn_arguments:
            self.seed_generator = SeedGenerator(seed)
        # "params" and "state" -> pytree with a Variable at every leaf that is a number
        self._trees: dict[str, Any] = {"params": None, "state": None}
        needed = [name for name in ("params", "state") if name in self.call_fn_arguments]
        if params is not None or state is not None:
            self._make_variables(params, state)
            self.built = True
        elif needed and init_fn is None:
            raise ValueError(
                f"{type(self).__name__}: call_fn takes {' and '.join(needed)}, so one of init_fn, params and state "
                "must be given."
            )

    def _arguments_of(self, function: Any, what: str, allowed: tuple[str, ...]) -> list[str]:
        if not callable(function):
            raise ValueError(f"{type(self).__name__}: {what} must be a function, received {function!r}.")
        names = list(inspect.signature(function).parameters)
        other = [name for name in names if name not in allowed]
        if other:
            raise ValueError(
                f"{type(self).__name__}: {what} takes the unsupported argument {other[0]!r}; it may take "
                f"{', '.join(allowed)}, by these names."
            )
        if "inputs" not in names:
            raise ValueError(f"{type(self).__name__}: {what} must take the argument 'inputs'; it takes {names}.")
        return names

    # ---- weights ----------------------------------------------------------------------------------------------------
    def _make_variables(self, params: Any, state: Any) -> None:
        self._trees = {"params": self._variables_of(params, True), "state": self._variables_of(state, False)}

    def _variables_of(self, tree: Any, trainable: bool) -> Any:
        def make(path: tuple, leaf: Any) -> Any:
            if isinstance(leaf, Variable):
                leaf = leaf.value
            if not isinstance(leaf, (bool, int, float, np.ndarray, np.generic, jax.Array)):
                return leaf
            array = jnp.asarray(leaf)
            parts = [str(getattr(key, "key", getattr(key, "idx", getattr(key, "name", key)))) for key in path]
            name = "/".join(parts) or ("params" if trainable else "state")
            variable = self.add_variable(
                shape=array.shape,
                initializer=array,
                dtype=self.variable_dtype if is_floating(array.dtype) else standardize_dtype(array.dtype),
                name=name,
                trainable=trainable,
            )
            variable.path = f"{self.path}/{name}"
            return variable

        return jax.tree_util.tree_map_with_path(make, tree)

    def _arrays(self, which: str) -> Any:
        return read_variables(self._trees[which])

    @property
    def state(self) -> dict[str, jax.Array]:
        """Path to array of the weights that are not trained; what else the given state has is found by its key too."""
        return _WithConstants(Layer.state.fget(self), self._trees["state"])  # type: ignore[attr-defined]

    @state.setter
    def state(self, values: Any) -> None:
        Layer.state.fset(self, values)  # type: ignore[attr-defined]

    def _get_init_seed(self) -> jax.Array:
        """A JAX key of two words."""
        return jax.random.PRNGKey(rng.draw_seed())

    def _get_init_rng(self) -> Any:
        """What ``init_fn`` gets as ``rng``."""
        return self._get_init_seed()

    def _get_call_seed(self) -> jax.Array:
        """A JAX key of two words, another one at every call."""
        return self.seed_generator.next()

    def _get_call_rng(self, training: bool) -> Any:
        """What ``call_fn`` gets as ``rng``; subclasses may draw keys for inference too."""
        return self._get_call_seed() if training else None

    def build(self, input_shape: Any) -> None:
        """Makes the weights with ``init_fn``, unless they were given."""
        wanted = {"params", "state"} & set(self.call_fn_arguments)
        if not wanted or any(tree is not None for tree in self._trees.values()):
            return
        values = {
            "rng": self._get_init_rng,
            "inputs": lambda: map_shapes(
                lambda shape: jnp.ones([_UNKNOWN_SIZE if size is None else size for size in shape]), input_shape
            ),
            "training": lambda: True,
        }
        made = self.init_fn(*[values[name]() for name in self.init_fn_arguments])  # type: ignore[misc]
        if "state" in wanted and not (isinstance(made, tuple) and len(made) == 2):
            raise ValueError(
                f"Layer {self.path!r} (JaxLayer): call_fn takes a state, so init_fn must return the pair (params, "
                f"state); it returned {type(made).__name__}."
            )
        self._make_variables(*(made if "state" in wanted else (made, None)))

    # ---- the call ---------------------------------------------------------------------------------------------------
    def call(self, inputs: Any, training: bool = False) -> Any:
        """Calls ``call_fn``; the state that it returns becomes the layer's."""
        values = {
            "params": lambda: self._arrays("params"),
            "state": lambda: self._arrays("state"),
            "rng": lambda: self._get_call_rng(training),
            "inputs": lambda: inputs,
            "training": lambda: training,
        }
        results = self.call_fn(*[values[name]() for name in self.call_fn_arguments])
        if "state" not in self.call_fn_arguments:
            return results
        outputs, new = results
        variables, before = jax.tree.flatten(self._trees["state"], is_leaf=_is_variable)
        after = jax.tree.structure(new)
        if before != after:
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}): the state that call_fn returned has another structure, "
                f"{after}, than the first one, {before}."
            )
        for variable, array in zip(variables, jax.tree.leaves(new), strict=True):
            if isinstance(variable, Variable):
                variable.assign(array)
        return outputs

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments but for the first weights."""
        return {
            **super().get_config(),
            "call_fn": serialize_keras_object(self.call_fn),
            "init_fn": serialize_keras_object(self.init_fn),
            "seed": self.seed,
            "native_serialization_platforms": self.native_serialization_platforms,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> JaxLayer:
        """Makes a layer from ``get_config()``; its functions must be registered or among the custom objects."""
        functions = {key: deserialize_keras_object(config.get(key)) for key in ("call_fn", "init_fn")}
        return super().from_config({**config, **functions})


class _WithConstants(dict):
    """A dict of arrays, which answers for the entries of another one that are none."""

    def __init__(self, arrays: dict[str, jax.Array], tree: Any):
        super().__init__(arrays)
        self._tree = tree

    def __missing__(self, key: str) -> Any:
        if isinstance(self._tree, dict) and key in self._tree:
            return self._tree[key]
        raise KeyError(key)


def _is_variable(leaf: Any) -> bool:
    return isinstance(leaf, Variable)
