"""HostPass: what a model's host layers make of a batch before the compiled step; see ``kerax/state/host_stage.py``."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.dtypes import device_dtype
from kerax.layers import Layer
from kerax.models.graph import Graph
from kerax.state import RecordingScope, is_symbolic, structure_version, walk, walk_modules
from kerax.state.host_stage import HostStrings, Recorder, StagedInputs, StageDone, is_strings, stage_scope
from kerax.state.symbolic import Node, SymbolicTensor, symbolic_leaves


def has_host_layers(module: Any) -> bool:
    """Whether a layer, or one inside it, works on the host.

    Example:
      >>> import kerax
      >>> from kerax.models.host_pass import has_host_layers
      >>> has_host_layers(kerax.Sequential([kerax.layers.Hashing(3)]))
      True
    """
    return isinstance(module, Layer) and any(getattr(m, "runs_on_host", False) for _, m in walk_modules(module))


class HostPass:
    """Runs a model's host layers on the inputs of a batch.

    A functional model runs the part of its graph that leads from its inputs to host layers. Any other model is traced
    up to its last host layer: strings are at hand while it is, numbers that it computed are not.

    Args:
      model: a model with host layers.
      training: what the layers see as ``training``.
    """

    def __init__(self, model: Any, training: bool):
        self.model, self.training = model, training
        self._calls: dict[int, int] = {}  # id of a traced layer -> its number of calls of host layers
        self._nodes: dict[int, Any] = {}  # id of a graph -> the operations that the pass runs
        self._version = structure_version()

    def __call__(self, x: Any) -> Any:
        """Returns the inputs as the compiled step takes them.

        Args:
          x: inputs of the model, arrays of strings or numbers.

        Raises:
          TypeError: if strings reach a layer that computes with numbers.
        """
        model = self.model
        if not model.built and not isinstance(x, (list, tuple, dict)):
            model._build_for((x,), {})
        recorded: list[Any] = []
        self._run(model, (x,), {}, recorded)
        strings = any(is_strings(leaf) for leaf in jax.tree.leaves(x))
        if not strings and not any(entry is not None for entry in recorded):
            return x
        return StagedInputs(jax.tree.map(_without_strings, x), jax.tree.map(_for_device, recorded))

    def _run(self, module: Any, args: tuple, kwargs: dict, recorded: list[Any]) -> None:
        graph = getattr(module, "_graph", None)
        if graph is not None and getattr(type(module).call, "runs_graph", False):
            self._run_graph(graph, args[0] if args else next(iter(kwargs.values())), recorded)
        else:
            self._trace(module, args, kwargs, recorded)

    def _run_graph(self, graph: Graph, x: Any, recorded: list[Any]) -> None:
        values = dict(zip(map(id, graph.flat_inputs), graph.match(x), strict=True))

        def fill(leaf: Any) -> Any:
            return values[id(leaf)] if isinstance(leaf, SymbolicTensor) else leaf

        for node, is_used, is_learnt in self._nodes_of(graph):
            if is_learnt:  # the compiled step asks the host for it
                recorded.append(None)
                continue
            args, kwargs = jax.tree.map(fill, (node.args, node.kwargs), is_leaf=is_symbolic)
            if not is_used and not getattr(node.operation, "runs_on_host", False):
                self._run(node.operation, args, kwargs, recorded)
                continue
            with stage_scope(Recorder()) as recorder:
                results = node.operation(*args, **kwargs)
            recorded.extend(recorder.outputs)
            found = jax.tree.leaves(results, is_leaf=is_symbolic)
            values.update(zip(map(id, symbolic_leaves(node.outputs)), found, strict=True))

    def _nodes_of(self, graph: Graph) -> list[tuple[Node, bool, bool]]:
        if self._version != structure_version():
            self._nodes, self._calls, self._version = {}, {}, structure_version()
        if id(graph) not in self._nodes:
            self._nodes[id(graph)] = _host_nodes(graph)
        return self._nodes[id(graph)]

    def _trace(self, module: Any, args: tuple, kwargs: dict, recorded: list[Any]) -> None:
        if self._calls.get(id(module)) == 0:
            return
        variables = [variable for _, variable, _ in walk(module)]
        recorder = Recorder(self._calls.get(id(module)))

        def run(arrays: list) -> None:
            values = {id(variable): array for variable, array in zip(variables, arrays, strict=True)}
            with RecordingScope(values, jax.random.key(0), training=self.training):
                Layer.__call__(module, *args, **kwargs)

        specs = [jax.ShapeDtypeStruct(tuple(v.shape), device_dtype(v.dtype)) for v in variables]
        try:
            with stage_scope(recorder):
                jax.eval_shape(run, specs)
        except StageDone:
            pass
        else:
            self._calls[id(module)] = len(recorder.outputs)
        recorded.extend(recorder.outputs)


def _host_nodes(graph: Graph) -> list[tuple[Node, bool, bool]]:
    """The operations that are or lead to host layers, in running order.

    Returns:
      Triples of the operation, whether another one of them needs its result, and whether it is a host layer whose
      inputs depend on trained weights, which only the compiled step knows.
    """
    learnt: set[int] = set()  # tensors
    learnt_nodes: set[int] = set()
    for node in graph.nodes:
        on_host = getattr(node.operation, "runs_on_host", False)
        if any(id(tensor) in learnt for tensor in node.inputs):
            learnt_nodes.add(id(node))
        elif on_host or not isinstance(node.operation, Layer) or not any(t for _, _, t in walk(node.operation)):
            continue
        learnt.update(id(tensor) for tensor in symbolic_leaves(node.outputs))
    needed: set[int] = set()  # tensors
    nodes: list[tuple[Node, bool, bool]] = []
    for node in reversed(graph.nodes):
        is_used = any(id(tensor) in needed for tensor in symbolic_leaves(node.outputs))
        if not is_used and not has_host_layers(node.operation):
            continue
        is_learnt = id(node) in learnt_nodes and getattr(node.operation, "runs_on_host", False)
        if not is_learnt:
            needed.update(id(tensor) for tensor in node.inputs)
        nodes.append((node, is_used, is_learnt))
    return nodes[::-1]


def _without_strings(leaf: Any) -> Any:
    return HostStrings(leaf.shape) if is_strings(leaf) else leaf


def _for_device(leaf: Any) -> Any:
    if is_strings(leaf):
        return HostStrings(np.shape(leaf))
    return np.asarray(leaf, device_dtype(leaf.dtype))
