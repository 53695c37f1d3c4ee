"""FlaxLayer: a Flax Linen module as a layer, as Keras has it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import jax

from kerax.layers.flax_modules import deserialize_module, is_linen, serialize_module
from kerax.layers.jax_layer import JaxLayer
from kerax.layers.layer import Layer
from kerax.registry import deserialize_keras_object, serialize_keras_object


class FlaxLayer(JaxLayer):
    """A ``flax.linen.Module`` as a layer: ``params`` are trained, every other collection is state.

    The module's method takes ``inputs`` and, if it needs to know, ``training``. While training it draws noise from the
    stream ``"dropout"``. See ``FromFlax`` for modules whose calls look otherwise, and for NNX modules.

    Args:
        module: the module.
        method: a method of the module, or a function whose first argument is the module; ``__call__`` by default.
        variables: first values, as the module's ``init`` returns them; made when the layer is built by default.
        **kwargs: ``seed``, ``name``, ``dtype``...

    Raises:
        TypeError: if ``module`` is no Linen module.

    Example:
        >>> import flax.linen as nn, kerax, numpy as np
        >>> layer = kerax.layers.FlaxLayer(nn.Dense(3))
        >>> layer(np.ones((2, 4), "float32")).shape
        (2, 3)
        >>> [weight.path for weight in layer.weights]
        ['flax_layer/params/bias', 'flax_layer/params/kernel']
    """

    _untracked = JaxLayer._untracked | {"module"}

    def __init__(
        self,
        module: Any,
        method: Callable | None = None,
        variables: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ):
        if not is_linen(module):
            raise TypeError(f"FlaxLayer needs an instance of flax.linen.Module, received {module!r}.")
        from flax.linen import DenyList

        self.module, self.method = module, method
        options: dict[str, Any] = {"method": method} if method is not None else {}

        def apply(params: Any, state: Any, rng: Any, inputs: Any, **training: Any) -> Any:
            variables = {**(params or {}), **(state or {})}
            return module.apply(variables, inputs, rngs=rng, mutable=DenyList(["params"]), **options, **training)

        def init(rng: Any, inputs: Any, **training: Any) -> Any:
            return _split(module.init(rng, inputs, **options, **training))

        def apply_with_training(params: Any, state: Any, rng: Any, inputs: Any, training: bool) -> Any:
            return apply(params, state, rng, inputs, training=training)

        def init_with_training(rng: Any, inputs: Any, training: bool) -> Any:
            return init(rng, inputs, training=training)

        def apply_without(params: Any, state: Any, rng: Any, inputs: Any) -> Any:
            return apply(params, state, rng, inputs)

        def init_without(rng: Any, inputs: Any) -> Any:
            return init(rng, inputs)

        takes_training = "training" in inspect.signature(method or type(module).__call__).parameters
        params, state = (None, None) if variables is None else _split(variables)
        super().__init__(
            apply_with_training if takes_training else apply_without,
            init_with_training if takes_training else init_without,
            params,
            state,
            **kwargs,
        )

    def _get_init_rng(self) -> Any:
        return {"params": self._get_init_seed(), "dropout": self._get_init_seed()}

    def _get_call_rng(self, training: bool) -> Any:
        return {"dropout": self._get_call_seed()} if training else {}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments but for the first weights.

        Raises:
          TypeError: for a module whose class cannot be written down.
        """
        method: Any = self.method
        if getattr(method, "__self__", None) is self.module:
            method = method.__name__
        return {
            **Layer.get_config(self),
            "module": serialize_module(self.module),
            "method": method if isinstance(method, str) else serialize_keras_object(method),
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> FlaxLayer:
        """Makes a layer from ``get_config()``; the module's class must be registered or among the custom objects."""
        module, method = deserialize_module(config["module"]), config.get("method")
        method = getattr(module, method) if isinstance(method, str) else deserialize_keras_object(method)
        return Layer.from_config.__func__(cls, {**config, "module": module, "method": method})  # type: ignore[attr-defined]


def _split(variables: Mapping[str, Any]) -> tuple[dict, dict]:
    """The trained collection and the others."""
    from flax.core import meta

    variables = meta.unbox(jax.tree.map(lambda leaf: leaf, dict(variables)))
    params = {"params": variables["params"]} if "params" in variables else {}
    return params, {name: tree for name, tree in variables.items() if name != "params"}
