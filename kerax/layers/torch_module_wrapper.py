"""TorchModuleWrapper: a PyTorch module as a layer."""

from __future__ import annotations

import copy
import inspect
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.errors import ConfigurationError
from kerax.layers.layer import Layer
from kerax.layers.torch_call import torch_function
from kerax.registry import deserialize_keras_object, serialize_keras_object
from kerax.state.symbolic import to_shape

_FIRST_BITS = 0x7FFFFFFF  # PyTorch takes larger seeds; these are the same on every platform


class TorchModuleWrapper(Layer):
    """Any ``torch.nn.Module`` as a layer: trained, saved and frozen like the others.

    Parameters become weights (trainable where they require a gradient) and buffers weights that are not trained,
    under the module's own names. The module runs on the host's CPU, also inside a compiled step on an accelerator,
    and gradients come from PyTorch's autograd by a second forward pass: a way to reuse a module, not to train it
    fast. Its random numbers come from the layer's key.

    Args:
        module: the module, or a function without arguments that makes one. A layer is saved in a model file if the
            function is registered (``kerax.saving.register_keras_serializable``) or given again in
            ``custom_objects``; its class's name will do for a module. Weights are saved either way.
        name: of the layer.
        output_shape: shape of the output with the batch axis (None for sizes of the input at the same place); found by
            running the module on zeros if it is not given.
        **kwargs: ``dtype``, ``trainable``.

    Raises:
        ModuleNotFoundError: if PyTorch is not installed.
        TypeError: if ``module`` is no PyTorch module.
        ValueError: if it is a lazy module whose parameters have no shapes yet.

    Example:
        >>> import kerax, numpy as np, torch
        >>> layer = kerax.layers.TorchModuleWrapper(torch.nn.Linear(4, 3))
        >>> layer(np.ones((2, 4), "float32")).shape
        (2, 3)
        >>> sorted(layer.params)
        ['bias', 'weight']
    """

    runs_user_code = True
    _untracked = Layer._untracked | {"_module", "_boxes"}

    def __init__(self, module: Any, name: str | None = None, output_shape: Any = None, **kwargs: Any):
        super().__init__(name=name, **kwargs)
        torch = _torch()

        self.factory = module if inspect.isroutine(module) else None
        module = module if self.factory is None else module()
        if not isinstance(module, torch.nn.Module):
            raise TypeError(f"TorchModuleWrapper needs an instance of torch.nn.Module, received {module!r}.")
        if any(torch.nn.parameter.is_lazy(one) for one in [*module.parameters(), *module.buffers()]):
            raise ValueError(
                f"The parameters of {type(module).__name__} have no shapes yet: call the module once before it is "
                "given to TorchModuleWrapper."
            )
        self._module, self._given_shape = module.cpu(), output_shape
        self._boxes: dict[str, Any] = {}
        for part, tensor in module.named_parameters():
            self._box(part, tensor, tensor.requires_grad)
        self._moving = [part for part, _ in module.named_buffers()]
        for part, buffer in module.named_buffers():
            self._box(part, buffer, False)
        self.built = True

    def _box(self, part: str, tensor: Any, trainable: bool) -> None:
        array = np.array(tensor.detach().float() if tensor.is_floating_point() else tensor.detach())
        array = array.astype(self.variable_dtype if tensor.is_floating_point() else jnp.asarray(array).dtype)
        name = part.replace(".", "/")
        box = self.add_variable(
            shape=array.shape, initializer=array, dtype=array.dtype, name=name, trainable=trainable, autocast=False
        )
        box.path = f"{self.path}/{name}"
        self._boxes[part] = box

    @property
    def module(self) -> Any:
        """The PyTorch module, with the layer's present weights."""
        import torch

        with torch.no_grad():
            named: dict[str, Any] = dict(self._module.named_parameters())
            named.update(self._module.named_buffers())
            for part, box in self._boxes.items():
                named[part].copy_(torch.from_numpy(np.array(box.numpy(), "float32" if "float" in box.dtype else None)))
        return self._module

    def call(self, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        """Calls the module in its train or eval mode."""
        training = bool(training)
        function = torch_function(self._module, list(self._boxes), self._moving, training, self.compute_dtype)
        values = [box.read() for box in self._boxes.values()]
        try:
            outputs, moved = function(values, (args, kwargs), self._seed() if training else 0, self._specs(args))
        except RuntimeError as error:
            if isinstance(error, jax.errors.JaxRuntimeError):
                raise
            shapes = [to_shape(leaf) for leaf in jax.tree.leaves(args) if hasattr(leaf, "shape")]
            raise ValueError(
                f"Layer {self.path!r}: {type(self._module).__name__} failed on inputs of shapes {shapes}: {error}"
            ) from error
        if training:
            for part, array in zip(self._moving, moved, strict=True):
                self._boxes[part].assign(jax.lax.stop_gradient(array))
        return outputs

    def _seed(self) -> Any:
        try:
            return jax.random.bits(self.next_key(), dtype="uint32") & _FIRST_BITS
        except ValueError:  # a functional call without a key: the module may draw nothing
            return 0

    def _specs(self, args: tuple) -> Any:
        if self._given_shape is None:
            return None
        like = args[0].shape
        sizes = [like[axis] if size is None else size for axis, size in enumerate(self._given_shape)]
        return jax.ShapeDtypeStruct(tuple(sizes), jnp.dtype(self.compute_dtype))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments; in a file a module stands by the name of its class, and who loads the file
        passes a function that makes it under that name in ``custom_objects``.
        """
        module = self._module if self.factory is None else serialize_keras_object(self.factory)
        return {**super().get_config(), "module": module, "output_shape": self._given_shape}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> TorchModuleWrapper:
        """Makes a layer from ``get_config()``; the function must be registered or among the custom objects."""
        module = config["module"]
        module = deserialize_keras_object(module) if isinstance(module, dict) else copy.deepcopy(module)
        try:
            _torch()
        except ModuleNotFoundError as error:
            raise ConfigurationError(f"Layer {config.get('name')!r} cannot be made: {error}") from error
        return super().from_config({**config, "module": module})


def _torch() -> Any:
    try:
        import torch
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("TorchModuleWrapper needs PyTorch: `pip install torch`.", name="torch") from error
    return torch
