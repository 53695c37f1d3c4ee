"""The graph of objects in a TensorFlow 2 checkpoint: which object holds which, and under which name its value stands.

Source: tensorflow/core/protobuf/trackable_object_graph.proto. Values that TensorFlow has no counterpart for (states
  of random generators, positions of data pipelines) are named in a field of kerax's own, which other readers skip.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kerax.saving.sstable import DamagedFile
from kerax.utils.protobuf import Message, WireError, bytes_field, int_field

VALUE = "VARIABLE_VALUE"
_KERAX_ATTRIBUTE = 1701  # field number in a node
_MOST_NODES = 1 << 18


@dataclass
class Attribute:
    """One value of an object: what it is, its name for people, the name of its tensor."""

    name: str
    full_name: str
    key: str


@dataclass
class GraphNode:
    """One object: its children ``(number, name)``, its values, and the slots it keeps as an optimizer.

    ``own`` holds values that only kerax knows.
    """

    children: list[tuple[int, str]] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)
    slots: list[tuple[int, str, int]] = field(default_factory=list)  # (variable, name of the slot, slot)
    own: list[Attribute] = field(default_factory=list)

    def values(self) -> list[Attribute]:
        """All values."""
        return [*self.attributes, *self.own]


def decode_graph(data: bytes, where: str) -> list[GraphNode]:
    """Reads an object graph.

    Args:
      data: the encoded graph.
      where: the file, for messages.

    Returns:
      The nodes; the first is the root.

    Raises:
      ValueError: naming file and byte, if it is damaged or leads to nodes that are not there.

    Example:
      >>> from kerax.saving.object_graph import GraphNode, decode_graph, encode_graph
      >>> decode_graph(encode_graph([GraphNode([(1, "w")]), GraphNode()]), "file")[0].children
      [(1, 'w')]
    """
    try:
        found = [_node(message) for message in Message(data, f"object graph of {where}").messages(1)]
    except WireError as error:
        raise DamagedFile(str(error)) from error
    if not found or len(found) > _MOST_NODES:
        raise DamagedFile(f"{where}: an object graph with {len(found)} objects.")
    for number, node in enumerate(found):
        targets = [target for target, _ in node.children]
        targets += [target for one, _, other in node.slots for target in (one, other)]
        if any(not 0 <= target < len(found) for target in targets):
            raise DamagedFile(f"{where}: object {number} of the graph holds an object that is not there.")
    return found


def _node(message: Message) -> GraphNode:
    return GraphNode(
        [(child.integer(1), child.text(2)) for child in message.messages(1)],
        [Attribute(one.text(1), one.text(2), one.text(3)) for one in message.messages(2)],
        [(slot.integer(1), slot.text(2), slot.integer(3)) for slot in message.messages(3)],
        [Attribute(one.text(1), one.text(2), one.text(3)) for one in message.messages(_KERAX_ATTRIBUTE)],
    )


def encode_graph(nodes: list[GraphNode]) -> bytes:
    """Writes an object graph.

    Args:
      nodes: the nodes, the root first.

    Returns:
      The encoded graph.

    Example:
      >>> from kerax.saving.object_graph import GraphNode, encode_graph
      >>> encode_graph([GraphNode()]).hex()
      '0a022a00'
    """
    below = _with_values(nodes)
    return b"".join(bytes_field(1, _encode_node(node, below[i])) for i, node in enumerate(nodes))


def _encode_node(node: GraphNode, has_values: bool) -> bytes:
    out = b""
    for target, name in node.children:
        out += bytes_field(1, (int_field(1, target) if target else b"") + bytes_field(2, name))
    for one in node.attributes:
        out += bytes_field(2, bytes_field(1, one.name) + bytes_field(2, one.full_name) + bytes_field(3, one.key))
    for variable, name, slot in node.slots:
        out += bytes_field(3, int_field(1, variable) + bytes_field(2, name) + int_field(3, slot))
    out += bytes_field(5, int_field(1, 1) if has_values else b"")
    for one in node.own:
        fields = bytes_field(1, one.name) + bytes_field(2, one.full_name) + bytes_field(3, one.key)
        out += bytes_field(_KERAX_ATTRIBUTE, fields)
    return out


def _with_values(nodes: list[GraphNode]) -> list[bool]:
    """For each node, whether it or anything below it has a value."""
    parents: list[list[int]] = [[] for _ in nodes]
    for number, node in enumerate(nodes):
        for target, _ in node.children:
            parents[target].append(number)
        for _, _, slot in node.slots:
            parents[slot].append(number)
    found = [bool(node.attributes) for node in nodes]
    waiting = [number for number, has in enumerate(found) if has]
    while waiting:
        for parent in parents[waiting.pop()]:
            if not found[parent]:
                found[parent] = True
                waiting.append(parent)
    return found


def escape(name: str) -> str:
    """A name with the two characters escaped that have a meaning in the names of tensors.

    Example:
      >>> from kerax.saving.object_graph import escape
      >>> escape("a/b.c")
      'a.Sb..c'
    """
    return name.replace(".", "..").replace("/", ".S")
