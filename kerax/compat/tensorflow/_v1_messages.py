"""Messages of TensorFlow 1 that programs make or look at, as plain objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Message:
    """A message: fields by name, each with what it is without a value.

    Args:
      **fields: values of fields.

    Raises:
      ValueError: for a field that it has not.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> node = tf.compat.v1.NodeDef(name="x", op="Placeholder")
      >>> node.name, list(node.input)
      ('x', [])
    """

    _fields: dict[str, Callable[[], Any]] = {}

    def __init__(self, **fields: Any):
        for name, make in self._fields.items():
            self.__dict__[name] = make()
        for name, value in fields.items():
            if name not in self._fields:
                raise ValueError(f'Protocol message {type(self).__name__} has no "{name}" field.')
            self.__dict__[name] = value

    def CopyFrom(self, other: Any) -> None:
        """Takes over the fields of another one."""
        self.__dict__.update(other.__dict__)

    MergeFrom = CopyFrom

    def Clear(self) -> None:
        """Empties all fields."""
        self.__init__()  # type: ignore[misc]

    def HasField(self, name: str) -> bool:
        """Whether a field has a value."""
        return self.__dict__[name] != self._fields[name]()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        lines = []
        for name in self._fields:
            value = self.__dict__[name]
            listed = value if isinstance(value, list) else [value] if self.HasField(name) else []
            for one in listed:
                if isinstance(one, Message):
                    inner = "".join(f"  {line}\n" for line in repr(one).splitlines())
                    lines.append(f"{name} {{\n{inner}}}\n")
                else:
                    lines.append(f'{name}: "{one}"\n' if isinstance(one, str) else f"{name}: {one}\n")
        return "".join(lines)


def _message(name: str, doc: str, /, **fields: Callable[[], Any]) -> type:
    return type(name, (Message,), {"__doc__": doc, "_fields": fields, "__module__": __name__})


NodeDef = _message("NodeDef", "An operation of a graph.", name=str, op=str, input=list, device=str, attr=dict)
GraphDef = _message("GraphDef", "The operations of a graph.", node=list, versions=dict, library=dict)
AttrValue = _message("AttrValue", "A value of an attribute.", s=bytes, i=int, f=float, b=bool, type=int, list=list)
NameAttrList = _message("NameAttrList", "A name with attributes.", name=str, attr=dict)
RunMetadata = _message(
    "RunMetadata", "What a run of a session says about itself: nothing.", step_stats=dict, partition_graphs=list
)
GraphOptions = _message(
    "GraphOptions", "How a graph is run, accepted as in TensorFlow.", optimizer_options=dict, rewrite_options=dict,
    build_cost_model=int, enable_recv_scheduling=bool, infer_shapes=bool, place_pruned_graph=bool,
)  # fmt: skip
LogMessage = _message("LogMessage", "A line of a log.", level=int, message=str)
SessionLog = _message("SessionLog", "That a session began or ended.", status=int, checkpoint_path=str, msg=str)
SessionLog.STATUS_UNSPECIFIED, SessionLog.START, SessionLog.STOP, SessionLog.CHECKPOINT = 0, 1, 2, 3  # type: ignore
SummaryMetadata = _message(
    "SummaryMetadata", "What a summary's value is for.", plugin_data=dict, display_name=str, summary_description=str
)
SummaryDescription = _message("SummaryDescription", "What a summary's value is for.", type_hint=str)
TaggedRunMetadata = _message("TaggedRunMetadata", "A run's metadata, with a name.", tag=str, run_metadata=bytes)
HistogramProto = _message(
    "HistogramProto", "A histogram.", min=float, max=float, num=float, sum=float, sum_squares=float, bucket_limit=list,
    bucket=list,
)  # fmt: skip
SaverDef = _message(
    "SaverDef", "How a Saver saves.", filename_tensor_name=str, save_tensor_name=str, restore_op_name=str,
    max_to_keep=int, sharded=bool, keep_checkpoint_every_n_hours=float, version=int,
)  # fmt: skip
MetaGraphDef = _message(
    "MetaGraphDef", "A graph and what belongs to it.", meta_info_def=dict, graph_def=GraphDef, saver_def=SaverDef,
    collection_def=dict, signature_def=dict, asset_file_def=list,
)  # fmt: skip
TensorInfo = _message("TensorInfo", "Name, type and shape of a tensor.", name=str, dtype=int, tensor_shape=list)
SignatureDef = _message(
    "SignatureDef", "Inputs and outputs of a saved function.", inputs=dict, outputs=dict, method_name=str, defaults=dict
)
RunOptions = _message(
    "RunOptions", "How a session runs, accepted as in TensorFlow.", trace_level=int, timeout_in_ms=int,
    inter_op_thread_pool=int, output_partition_graphs=bool, report_tensor_allocations_upon_oom=bool,
)  # fmt: skip
RunOptions.NO_TRACE, RunOptions.SOFTWARE_TRACE, RunOptions.HARDWARE_TRACE, RunOptions.FULL_TRACE = 0, 1, 2, 3  # type: ignore
OptimizerOptions = _message(
    "OptimizerOptions", "How a graph is compiled, accepted as in TensorFlow.", do_common_subexpression_elimination=bool,
    do_constant_folding=bool, do_function_inlining=bool, opt_level=int, global_jit_level=int,
)  # fmt: skip
OptimizerOptions.L0, OptimizerOptions.L1, OptimizerOptions.DEFAULT = -1, 0, 0  # type: ignore
OptimizerOptions.OFF, OptimizerOptions.ON_1, OptimizerOptions.ON_2 = -1, 1, 2  # type: ignore


def graph_def(state: Any) -> Any:
    """The operations of a graph that have names, with the names of what they are computed from."""
    nodes = []
    for name, one in state.tensors.items():
        operation = getattr(one, "op", one)
        inputs = [getattr(part, "name", "").partition(":")[0] for part in getattr(operation, "inputs", ())]
        nodes.append(NodeDef(name=name, op=getattr(operation, "type", ""), input=[one for one in inputs if one]))
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
