"""A PyTorch module as a differentiable function of JAX arrays: it runs on the host, its gradient is autograd's."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def torch_function(module: Any, names: Sequence[str], buffers: Sequence[str], training: bool, dtype: str) -> Callable:
    """Makes ``call(values, inputs, seed, specs=None) -> (outputs, new_buffers)`` of a module.

    Inside a compiled program the host is asked, once for the outputs and once more for the gradient, which runs the
    module's forward pass again with the same seed.

    Args:
      module: a ``torch.nn.Module`` on the CPU; its own parameters take no part.
      names: of its parameters and buffers, in the order of ``values``.
      buffers: those of ``names`` whose new values are returned.
      training: whether it runs in train or in eval mode.
      dtype: dtype name of floating outputs.

    Returns:
      The function. ``inputs`` is ``(args, kwargs)``; ``specs`` are the outputs' shapes and dtypes, found by a run on
      zeros if they are not given.

    Example:
      >>> import jax.numpy as jnp, torch
      >>> from kerax.layers.torch_call import torch_function
      >>> module = torch.nn.Linear(2, 1, bias=False)
      >>> call = torch_function(module, ["weight"], [], training=False, dtype="float32")
      >>> call([jnp.array([[1.0, 3.0]])], ((jnp.array([[2.0, 1.0]]),), {}), 0)[0]
      Array([[5.]], dtype=float32)
    """
    precision = _precision_of(module)
    places = [list(names).index(name) for name in buffers]

    def run(tensors: list, leaves: list, seed: int, rebuild: Callable, train: bool) -> tuple[Any, list]:
        import torch

        state = dict(zip(names, tensors, strict=True))
        args, kwargs = rebuild(leaves)
        with _mode(module, train), torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            outputs = torch.func.functional_call(module, state, args, kwargs)
        return outputs, [tensors[place] for place in places]

    def on_host(arrays: list, count: int, seed: Any, rebuild: Callable, train: bool = training) -> Any:
        import torch

        with torch.no_grad():
            tensors = [_tensor(array, precision) for array in arrays]
            outputs, moved = run(tensors[:count], tensors[count:], int(seed), rebuild, train)
            return jax.tree.map(lambda tensor: _array(tensor, dtype), (outputs, moved))

    def gradient_on_host(arrays: list, count: int, seed: Any, rebuild: Callable, given: list) -> list:
        import torch

        tensors = [_tensor(array, precision) for array in arrays]
        asked = [tensor.requires_grad_() for tensor in tensors if tensor.is_floating_point()]
        for place in places:  # written in place by the module, which autograd forbids for what it differentiates by
            tensors[place] = tensors[place].detach().clone()
        outputs, _ = run(tensors[:count], tensors[count:], int(seed), rebuild, training)
        floating = [leaf for leaf in jax.tree.leaves(outputs) if leaf.is_floating_point()]
        pairs = [
            (leaf, _tensor(one, precision).to(leaf.dtype)) for leaf, one in zip(floating, given) if leaf.requires_grad
        ]
        found: Sequence = [None] * len(asked)
        if pairs:
            leaves, directions = zip(*pairs)
            found = torch.autograd.grad(leaves, asked, directions, allow_unused=True)
        filled = [torch.zeros_like(one) if gradient is None else gradient for gradient, one in zip(found, asked)]
        of_inputs = iter(filled)
        shapes = [array for array in arrays if jnp.issubdtype(array.dtype, jnp.floating)]
        return [np.asarray(next(of_inputs).detach().numpy(), like.dtype) for like in shapes]

    def call(values: list, inputs: Any, seed: Any, specs: Any = None) -> tuple[Any, list]:
        leaves, treedef = jax.tree.flatten(inputs)
        which = [i for i, leaf in enumerate(leaves) if hasattr(leaf, "shape") and hasattr(leaf, "dtype")]

        def rebuild(tensors: list) -> Any:
            return jax.tree.unflatten(treedef, [*_replaced(leaves, which, tensors)])

        arrays = [*values, *(jnp.asarray(leaves[i]) for i in which)]
        count = len(values)
        new = [jax.ShapeDtypeStruct(values[place].shape, values[place].dtype) for place in places]
        if specs is None:
            zeros = [np.zeros(_sizes(array), array.dtype) for array in arrays]
            specs = jax.tree.map(_spec, on_host(zeros, count, 0, rebuild, False)[0])
        expected = (specs, new)

        def answer(arrays: list, seed: Any) -> Any:
            def host(arrays: list, seed: Any) -> Any:
                found = on_host(arrays, count, seed, rebuild)
                return jax.tree.map(lambda array, spec: np.asarray(array, spec.dtype), found, expected)

            return jax.pure_callback(host, expected, arrays, seed, vmap_method="sequential")

        def back(kept: tuple, directions: Any) -> tuple:
            arrays, seed = kept
            given = [one for one in jax.tree.leaves(directions[0]) if one.dtype != jax.dtypes.float0]
            wanted = [_spec(array) for array in arrays if jnp.issubdtype(array.dtype, jnp.floating)]
            found = iter(
                jax.pure_callback(
                    lambda arrays, seed, given: gradient_on_host(arrays, count, seed, rebuild, given),
                    wanted,
                    arrays,
                    seed,
                    given,
                    vmap_method="sequential",
                )
            )
            return [next(found) if jnp.issubdtype(a.dtype, jnp.floating) else None for a in arrays], None

        differentiable = jax.custom_vjp(answer)
        differentiable.defvjp(lambda arrays, seed: (answer(arrays, seed), (arrays, seed)), back)
        return differentiable(arrays, jnp.asarray(seed, jnp.uint32))

    return call


def _precision_of(module: Any) -> Any:
    import torch

    floating = (parameter.dtype for parameter in module.parameters() if parameter.is_floating_point())
    return next(floating, torch.float32)


def _tensor(array: Any, precision: Any) -> Any:
    import torch

    array = np.asarray(array)
    if jnp.issubdtype(array.dtype, jnp.floating):  # NumPy has no bfloat16 that PyTorch would know
        wide = np.float64 if array.dtype == np.float64 else np.float32
        return torch.from_numpy(np.array(array, wide)).to(precision)
    return torch.from_numpy(np.array(array))


def _array(tensor: Any, dtype: str) -> np.ndarray:
    if tensor.is_floating_point():
        return tensor.detach().double().numpy().astype(jnp.dtype(dtype))
    array = tensor.detach().numpy()
    return array.astype(jax.dtypes.canonicalize_dtype(array.dtype))


def _spec(array: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(array.shape, array.dtype)


def _sizes(array: Any) -> tuple[int, ...]:
    return tuple(int(size) for size in array.shape)  # an unknown size raises here, and shapes are inferred by numbers


def _replaced(leaves: list, which: list[int], tensors: list) -> list:
    found = list(leaves)
    for i, tensor in zip(which, tensors, strict=True):
        found[i] = tensor
    return found


@contextlib.contextmanager
def _mode(module: Any, training: bool) -> Iterator[None]:
    modes = [(part, part.training) for part in module.modules()]
    module.train(training)
    try:
        yield
    finally:
        for part, was in modes:
            part.training = was
