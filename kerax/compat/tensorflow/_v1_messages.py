"""Messages of TensorFlow 1 that programs make or look at."""

from __future__ import annotations

from collections import Counter
from typing import Any

from kerax.compat.tensorflow import _message_types  # noqa: F401 - makes them
from kerax.compat.tensorflow._message import KINDS, Message

AttrValue = KINDS["AttrValue"]
ConfigProto = KINDS["ConfigProto"]
Event = KINDS["Event"]
GPUOptions = KINDS["GPUOptions"]
GraphDef = KINDS["GraphDef"]
GraphOptions = KINDS["GraphOptions"]
HistogramProto = KINDS["HistogramProto"]
LogMessage = KINDS["LogMessage"]
MetaGraphDef = KINDS["MetaGraphDef"]
NameAttrList = KINDS["NameAttrList"]
NodeDef = KINDS["NodeDef"]
OptimizerOptions = KINDS["OptimizerOptions"]
RunMetadata = KINDS["RunMetadata"]
RunOptions = KINDS["RunOptions"]
SaverDef = KINDS["SaverDef"]
SessionLog = KINDS["SessionLog"]
SignatureDef = KINDS["SignatureDef"]
Summary = KINDS["Summary"]
SummaryDescription = KINDS["SummaryDescription"]
SummaryMetadata = KINDS["SummaryMetadata"]
TaggedRunMetadata = KINDS["TaggedRunMetadata"]
TensorInfo = KINDS["TensorInfo"]
TensorProto = KINDS["TensorProto"]


def graph_def(state: Any) -> Any:
    """The operations of a graph that have names, with the names of what they are computed from."""
    nodes = []
    for name, one in state.tensors.items():
        operation = getattr(one, "op", one)
        inputs = [getattr(part, "name", "").partition(":")[0] for part in getattr(operation, "inputs", ())]
        nodes.append(NodeDef(name=name, op=getattr(operation, "type", ""), input=[one for one in inputs if one]))
    return GraphDef(node=nodes)


def program_def(program: Any) -> Any:
    """The operations of a compiled program under JAX's names, with the names of what they are computed from."""
    program = getattr(program, "jaxpr", program)
    names: dict[Any, str] = {}
    nodes: list[Any] = []
    used: Counter = Counter()

    def add(kind: str, op: str, inputs: list, outputs: Any) -> None:
        name = kind if not used[kind] else f"{kind}_{used[kind]}"
        used[kind] += 1
        names.update(dict.fromkeys(outputs, name))
        nodes.append(NodeDef(name=name, op=op, input=inputs))

    for variable in (*program.constvars, *program.invars):
        add("input", "Placeholder", [], [variable])
    for equation in program.eqns:
        kind = equation.primitive.name
        inputs = [names[one] for one in equation.invars if not hasattr(one, "val")]  # the others are plain numbers
        add(kind, kind, inputs, equation.outvars)
    return GraphDef(node=nodes)


def write_graph(graph_or_graph_def: Any, logdir: Any, name: str, as_text: bool = True) -> str:
    """Writes the names and kinds of a graph's operations as text.

    Args:
      graph_or_graph_def: the graph, or its ``as_graph_def()``.
      logdir: the folder.
      name: of the file.
      as_text: must be true.

    Returns:
      The file's path.

    Raises:
      ValueError: for ``as_text=False``: kerax writes no binary graphs.
    """
    import os

    if not as_text:
        raise ValueError(
            "write_graph(as_text=False): kerax writes no binary graphs; tf.saved_model.save writes programs."
        )
    found = graph_or_graph_def if isinstance(graph_or_graph_def, Message) else graph_or_graph_def.as_graph_def()
    os.makedirs(logdir, exist_ok=True)
    path = os.path.join(logdir, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(repr(found))
    return path
