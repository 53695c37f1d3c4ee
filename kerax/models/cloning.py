"""clone_model: a model of the same structure with layers of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from kerax.layers import Input, InputLayer, Layer
from kerax.models.functional import Functional
from kerax.models.model import Model
from kerax.models.sequential import Sequential
from kerax.state import SymbolicTensor, is_symbolic
from kerax.state.symbolic import record, symbolic_leaves


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: Callable[[Layer], Layer] | None = None,
    call_function: Callable | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """Makes a model of the same structure whose layers, and so whose weights, are new.

    Args:
      model: any model; one that is a subclass of its own is made again from its ``get_config()``.
      input_tensors: symbolic tensors to build the new model on, in the structure of ``model.inputs``; new inputs by
        default.
      clone_function: function from a layer to the layer that takes its place; by default one made from the layer's
        configuration. It is not called for inputs.
      call_function: function ``(layer, *args, **kwargs)`` that calls a new layer on its inputs, for functional models.
      recursive: whether models inside the model are cloned layer by layer as well.
      **kwargs: nothing more is known.

    Returns:
      The new model, compiled with the same settings if the model is.

    Raises:
      ValueError: for arguments that the kind of model does not take, or inputs of another structure.

    Example:
      >>> import kerax
      >>> model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(2, name="d")])
      >>> copy = kerax.models.clone_model(model)
      >>> copy.layers[0].name, copy.layers[0] is model.layers[0]
      ('d', False)
    """
    if kwargs:
        raise ValueError(f"clone_model() received unknown argument {next(iter(kwargs))!r}.")
    if not isinstance(model, Model):
        raise ValueError(f"clone_model() takes a model, received {type(model).__name__}.")
    sequential = type(model) is Sequential
    functional = type(model) in (Functional, Model) and model._graph is not None
    if not sequential and not functional:
        for name, value in (("input_tensors", input_tensors), ("clone_function", clone_function)):
            if value is not None:
                raise ValueError(
                    f"clone_model(): model {model.name!r} is a subclass of its own ({type(model).__name__}), whose "
                    f"layers only it knows, so {name} has no meaning for it."
                )
        return type(model).from_config(model.get_config())
    if call_function is not None and sequential:
        raise ValueError("clone_model(): call_function has no meaning for a Sequential model.")
    chosen = clone_function or _from_config

    def clone(layer: Layer) -> Layer:
        if recursive and isinstance(layer, Model):
            inner = None if type(layer) is Sequential else call_function
            return clone_model(layer, clone_function=clone_function, call_function=inner, recursive=True)
        return chosen(layer)

    if sequential:
        copy: Model = _clone_sequential(model, input_tensors, clone)
    else:
        copy = _clone_functional(model, input_tensors, clone, call_function or _call)
    if model.compiled:
        copy.compile_from_config(model.get_compile_config())
    return copy


def _from_config(layer: Layer) -> Layer:
    return type(layer).from_config(layer.get_config())


def _call(layer: Any, *args: Any, **kwargs: Any) -> Any:
    return layer(*args, **kwargs)


def _clone_sequential(model: Sequential, input_tensors: Any, clone: Callable) -> Sequential:
    layers = [layer for layer in model._layers if not isinstance(layer, InputLayer)]
    new = [clone(layer) for layer in layers]
    if input_tensors is None:
        first = next((layer for layer in model._layers if isinstance(layer, InputLayer)), None)
        return Sequential([*([] if first is None else [_from_config(first)]), *new], name=model.name)
    tensors = symbolic_leaves(input_tensors)
    if len(tensors) != 1:
        raise ValueError(f"clone_model(): a Sequential model has one input, received {len(tensors)} input_tensors.")
    return Sequential([_new_input(tensors[0]), *new], name=model.name)


def _new_input(tensor: SymbolicTensor) -> SymbolicTensor:
    """A model's input in the shape of a tensor; the tensor itself where it is one already."""
    if tensor.node is not None and isinstance(tensor.node.operation, InputLayer):
        return tensor
    return Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)


def _clone_functional(model: Model, input_tensors: Any, clone: Callable, call: Callable) -> Model:
    graph = model._graph
    if input_tensors is None:
        inputs = jax.tree.map(
            lambda t: Input(batch_shape=t.shape, dtype=t.dtype, name=t.node.operation.name),
            graph.inputs,
            is_leaf=is_symbolic,
        )
    else:
        inputs = _like_inputs(graph.inputs, input_tensors, model)
    values = dict(zip(map(id, graph.flat_inputs), symbolic_leaves(inputs), strict=True))
    layers: dict[int, Layer] = {}

    def fill(leaf: Any) -> Any:
        return values[id(leaf)] if isinstance(leaf, SymbolicTensor) else leaf

    for node in graph.nodes:
        if id(symbolic_leaves(node.outputs)[0]) in values:
            continue  # an input
        args, kwargs = jax.tree.map(fill, (node.args, node.kwargs), is_leaf=is_symbolic)
        operation = node.operation
        if isinstance(operation, Layer):
            if id(operation) not in layers:
                layers[id(operation)] = clone(operation)
            results = call(layers[id(operation)], *args, **kwargs)
        else:
            results = record(operation, *args, name=node.name, **kwargs)
        new = jax.tree.leaves(results, is_leaf=is_symbolic)
        values.update(zip(map(id, symbolic_leaves(node.outputs)), new, strict=True))
    outputs = jax.tree.map(fill, graph.outputs, is_leaf=is_symbolic)
    copy = Model(inputs, outputs, name=model.name)
    copy.extend_graph([values[id(tensor)] for tensor in graph.also])
    return copy


def _like_inputs(expected: Any, given: Any, model: Model) -> Any:
    """The given tensors as inputs, in the structure of the model's."""
    if isinstance(given, (list, tuple)) and len(given) == 1 and isinstance(expected, SymbolicTensor):
        given = given[0]
    if isinstance(expected, (list, tuple)) and len(expected) == 1 and isinstance(given, SymbolicTensor):
        given = [given]
    shapes = [jax.tree.structure(tree, is_leaf=is_symbolic) for tree in (expected, given)]
    if shapes[0] != shapes[1] and not _both_lists(expected, given):
        raise ValueError(
            f"clone_model(): input_tensors must have the structure of the inputs of model {model.name!r}, "
            f"{shapes[0]}; received {shapes[1]}."
        )
    return jax.tree.map(_new_input, given, is_leaf=is_symbolic)


def _both_lists(expected: Any, given: Any) -> bool:
    lists = isinstance(expected, (list, tuple)) and isinstance(given, (list, tuple))
    return lists and len(expected) == len(given)
