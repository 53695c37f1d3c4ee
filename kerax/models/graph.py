"""Graph: the operations between a model's symbolic inputs and outputs, and how to run them on arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jax
import jax.numpy as jnp

from kerax.dtypes import device_dtype, is_floating
from kerax.errors import did_you_mean
from kerax.layers import InputLayer, Layer
from kerax.state import SymbolicTensor, is_symbolic
from kerax.state.host_stage import StagedInputs
from kerax.state.operation import FunctionOperation, Operation
from kerax.state.symbolic import Node, symbolic_leaves, to_shape
from kerax.tree import in_order, order_of

_JUDGED: ContextVar[bool] = ContextVar("_JUDGED", default=False)  # whether the sizes of the inputs have been compared


class Graph:
    """What a functional model computes.

    Args:
      inputs: structure of symbolic tensors.
      outputs: structure of symbolic tensors that depend on the inputs.
      model_name: for messages.
      sizes_bind: False if the inputs' sizes are only those of the first data: others are left to the layers to judge.
      also: further symbolic tensors to compute in every run, for what their layers note.

    Raises:
      ValueError: if an output depends on something that is no input, or two layers share a name.
      TypeError: for anything but symbolic tensors.
    """

    def __init__(self, inputs: Any, outputs: Any, model_name: str, sizes_bind: bool = True, also: Any = ()):
        inputs, outputs = _without_list(inputs), _without_list(outputs)
        self.inputs, self.outputs, self.model_name = inputs, outputs, model_name
        self.sizes_bind = sizes_bind
        self.flat_inputs = _tensors(inputs, "inputs", model_name)
        self.flat_outputs = _tensors(outputs, "outputs", model_name)
        self.also = list(also)
        self.nodes, self.layers = _collect(self.flat_inputs, self.flat_outputs + self.also, model_name)
        names: dict[str, Any] = {}
        for layer in self.layers:
            if names.setdefault(layer.name, layer) is not layer:
                raise ValueError(
                    f"Model {model_name!r} has two layers named {layer.name!r}; layer names must be unique."
                )
        self.input_names = [_origin_name(tensor) for tensor in self.flat_inputs]
        self.output_names = _output_names(outputs, self.flat_outputs)

    @property
    def operations(self) -> list[Operation]:
        """Layers and other operations in running order, each once."""
        found = {
            id(node.operation if isinstance(node.operation, Operation) else node): (
                node.operation
                if isinstance(node.operation, Operation)
                else FunctionOperation(node.operation, node.name)
            )
            for node in self.nodes
        }
        return list(found.values())

    def run(self, inputs: Any) -> Any:
        """Runs the operations on arrays (or on symbolic tensors, when the model is used as a layer).

        Args:
          inputs: arrays in the structure of the inputs, or a list in their order, or a dict by input name.

        Returns:
          Arrays in the structure of the outputs.

        Raises:
          ValueError: if the inputs do not fit.
        """
        values = dict(zip(map(id, self.flat_inputs), self.match(inputs), strict=True))

        def fill(leaf: Any) -> Any:
            return values[id(leaf)] if isinstance(leaf, SymbolicTensor) else leaf

        for node in self.nodes:
            args, kwargs = jax.tree.map(fill, (node.args, node.kwargs), is_leaf=is_symbolic)
            results = node.call(*args, **kwargs)
            found = jax.tree.leaves(results, is_leaf=is_symbolic)
            expected = symbolic_leaves(node.outputs)
            if len(found) != len(expected):
                raise _other_outputs(node, results, self.model_name)
            values.update(zip(map(id, expected), found, strict=True))
        return in_order(jax.tree.map(fill, self.outputs, is_leaf=is_symbolic), order_of(self.outputs))

    def ordered(self, inputs: Any) -> list[Any]:
        """The arrays given as inputs, in the order of ``flat_inputs``.

        Args:
          inputs: as ``run`` takes them.

        Raises:
          ValueError: if their number or names do not fit.
        """
        inputs = inputs.inputs if isinstance(inputs, StagedInputs) else inputs
        if isinstance(inputs, Mapping):
            names = list(self.inputs) if isinstance(self.inputs, Mapping) else self.input_names
            missing = [name for name in names if name not in inputs]
            if missing:
                raise ValueError(
                    f"Model {self.model_name!r} needs the input {missing[0]!r}; received a dict with the keys "
                    f"{list(inputs)}."
                    f"{did_you_mean(missing[0], inputs)}"
                )
            if isinstance(self.inputs, Mapping):
                ordered = {name: inputs[name] for name in self.inputs}
                values = jax.tree.leaves(ordered, is_leaf=is_symbolic)
            else:
                values = [inputs[name] for name in names]
        else:
            values = jax.tree.leaves(inputs, is_leaf=is_symbolic)
        if len(values) != len(self.flat_inputs):
            raise ValueError(
                f"Model {self.model_name!r} has {len(self.flat_inputs)} input(s) {self.input_names}, received "
                f"{len(values)} array(s)."
            )
        return values

    def match(self, inputs: Any) -> list[Any]:
        """The arrays given as inputs, in the order of ``flat_inputs``, each with the rank and dtype of its input.

        Raises:
          ValueError: if their number, names or sizes do not fit.
        """
        values = self.ordered(inputs)
        return [
            self._fit(tensor, value, name)
            for tensor, value, name in zip(self.flat_inputs, values, self.input_names, strict=True)
        ]

    @contextmanager
    def sizes_judged(self, inputs: Any) -> Iterator[None]:
        """Compares the sizes of symbolic inputs, unknown ones among them, and lets any pass meanwhile: to find the
        shapes of the outputs, unknown sizes are given numbers, which are not to be met in a message.

        Args:
          inputs: symbolic tensors as ``run`` takes arrays.

        Raises:
          ValueError: if the inputs do not fit.
        """
        for tensor, value, name in zip(self.flat_inputs, self.ordered(inputs), self.input_names, strict=True):
            self.judge_symbolic(tensor, value, name)
        token = _JUDGED.set(True)
        try:
            yield
        finally:
            _JUDGED.reset(token)

    def judge_symbolic(self, tensor: SymbolicTensor, value: Any, name: str) -> None:
        """Refuses a symbolic input of other sizes than the model was made for."""
        expected, shape = tensor.shape, tuple(getattr(value, "shape", tensor.shape))
        if len(shape) == len(expected) - 1 and expected[-1] == 1:
            shape = (*shape, 1)
        elif len(shape) == len(expected) + 1 and shape[-1] == 1:
            shape = shape[:-1]
        self._compare(expected, shape, name)

    def _compare(self, expected: tuple, shape: tuple, name: str) -> None:
        if len(shape) != len(expected) or (
            self.sizes_bind
            and any(
                e is not None and isinstance(s, int) and s != e for s, e in zip(shape[1:], expected[1:], strict=True)
            )
        ):  # as in Keras, the batch size an input was declared with binds nobody
            hint = " A single sample needs a batch axis: x[None]." if len(shape) == len(expected) - 1 else ""
            raise ValueError(
                f"Input {name!r} of model {self.model_name!r} expects shape {expected}, received "
                f"{tuple(size if isinstance(size, int) else None for size in shape)}.{hint}"
            )

    def _fit(self, tensor: SymbolicTensor, value: Any, name: str) -> Any:
        """One input with the rank, sizes and dtype that the model was made for."""
        if isinstance(value, SymbolicTensor) or not hasattr(value, "shape"):
            return value
        expected, shape = tensor.shape, tuple(value.shape)
        if len(shape) == len(expected) - 1 and expected[-1] == 1:
            value = value[..., None]
        elif len(shape) == len(expected) + 1 and shape[-1] == 1:
            value = value[..., 0]
        if not _JUDGED.get():
            self._compare(expected, tuple(value.shape), name)
        if isinstance(value, jax.Array):
            target = device_dtype(tensor.spec.dtype)
            if value.dtype != target and not (is_floating(value.dtype) and is_floating(target)):
                value = value.astype(target)
        return jnp.asarray(value) if hasattr(value, "__array_interface__") and value.dtype.kind not in "OUS" else value


def _other_outputs(node: Node, results: Any, model_name: str) -> ValueError:
    """A layer returns another number of arrays than when the model was made, as some do for ``training=True``."""

    def shown(tree: Any) -> Any:
        return jax.tree.map(lambda leaf: to_shape(leaf) if hasattr(leaf, "shape") else leaf, tree, is_leaf=is_symbolic)

    where = f"layer {node.operation.path!r}" if isinstance(node.operation, Layer) else f"operation {node.name!r}"
    return ValueError(
        f"Model {model_name!r}: {where} returned another structure than when the model was made: expected arrays of "
        f"shapes {shown(node.outputs)}, received {shown(results)}. A layer of a functional model returns the same "
        "structure for every argument (for training=True as for False); subclass kerax.Model if it cannot."
    )


def _without_list(tree: Any) -> Any:
    """The tensor of a list or tuple that holds one: ``Model([x], [y])`` maps an array to an array, as in Keras."""
    alone = isinstance(tree, (list, tuple)) and len(tree) == 1 and isinstance(tree[0], SymbolicTensor)
    return tree[0] if alone else tree


def _tensors(tree: Any, what: str, model_name: str) -> list[SymbolicTensor]:
    leaves = jax.tree.leaves(tree, is_leaf=is_symbolic)
    for leaf in leaves:
        if not isinstance(leaf, SymbolicTensor):
            raise TypeError(
                f"Model {model_name!r}: {what} must be symbolic tensors from kerax.Input and layers called on them, "
                f"received {leaf!r}."
            )
    if not leaves:
        raise ValueError(f"Model {model_name!r} needs at least one of its {what}.")
    return leaves


def _collect(
    inputs: list[SymbolicTensor], outputs: list[SymbolicTensor], model_name: str
) -> tuple[list[Node], list[Layer]]:
    """Nodes in running order, and layers in Keras's order: by distance from the outputs, then as a walk from the
    outputs meets them.
    """
    given = {id(tensor) for tensor in inputs}
    met: dict[int, int] = {}
    finished: list[Node] = []
    done: set[int] = set()
    stack: list[tuple[str, Any]] = [("visit", tensor) for tensor in reversed(outputs)]
    while stack:  # depth first without recursion: models may be thousands of layers deep
        action, item = stack.pop()
        if action == "finish":
            if id(item) not in done:
                done.add(id(item))
                finished.append(item)
            continue
        node = item.node
        if node is None and id(item) in given:
            continue
        if node is None or (isinstance(node.operation, InputLayer) and id(item) not in given):
            raise ValueError(
                f"Model {model_name!r}: its outputs depend on the tensor {item.name!r} of shape {item.shape}, which "
                f"is not among its inputs."
            )
        if id(node) in done:
            continue
        met.setdefault(id(node.operation), len(met))
        stack.append(("finish", node))
        if id(item) not in given:
            stack.extend(("visit", tensor) for tensor in reversed(node.inputs))
    depths: dict[int, int] = {}
    layer_depths: dict[int, int] = {}
    for node in reversed(finished):
        depth = max(depths.get(id(node), 0), layer_depths.get(id(node.operation), 0))
        depths[id(node)] = layer_depths[id(node.operation)] = depth
        if not any(id(tensor) in given for tensor in symbolic_leaves(node.outputs)):
            for tensor in node.inputs:
                depths[id(tensor.node)] = max(depths.get(id(tensor.node), 0), depth + 1)
    operations: dict[int, Layer] = {}
    for tensor in inputs:
        if tensor.node is not None and isinstance(tensor.node.operation, InputLayer):
            met.setdefault(id(tensor.node.operation), len(met))
            layer_depths.setdefault(id(tensor.node.operation), 0)
            operations[id(tensor.node.operation)] = tensor.node.operation
    produced = {id(tensor) for tensor in inputs}
    running = [
        n
        for n in sorted(finished, key=lambda n: n.index)
        if not any(id(t) in produced for t in symbolic_leaves(n.outputs))
    ]
    for node in running:
        if isinstance(node.operation, Layer):
            operations[id(node.operation)] = node.operation
    layers = sorted(operations.values(), key=lambda layer: (-layer_depths[id(layer)], met[id(layer)]))
    return running, layers


def _origin_name(tensor: SymbolicTensor) -> str:
    operation = tensor.node.operation if tensor.node is not None else None
    return operation.name if isinstance(operation, InputLayer) else tensor.name


def _output_names(outputs: Any, flat: list[SymbolicTensor]) -> list[str]:
    """Names of the outputs: dict keys, or the layers that made them, numbered where one layer made several."""
    if isinstance(outputs, Mapping) and len(outputs) == len(flat):
        return sorted(outputs)  # the order of the flat outputs
    names: list[str] = []
    for tensor in flat:
        base = tensor.node.name if tensor.node is not None else tensor.name
        name, count = base, 0
        while name in names:
            count += 1
            name = f"{base}_{count}"
        names.append(name)
    return names
