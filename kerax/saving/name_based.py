"""Checkpoints of TensorFlow 1, which know variables by their names only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerax.saving.object_graph import Attribute, GraphNode
from kerax.saving.restore import Restoration
from kerax.saving.tensor_bundle import TensorBundle
from kerax.saving.trackable import ObjectGraph


def restore_by_name(
    bundle: TensorBundle | ByFullName,
    root: Any,
    skip_mismatch: bool = False,
    every_weight_of: Any = None,
    may_lack: bool = False,
) -> Restoration:
    """Assigns the tensors of a checkpoint to the variables whose path, or whose path's end, is their name.

    Args:
      bundle: the checkpoint.
      root: where to look for variables.
      skip_mismatch: whether values that do not fit are left out instead of raising.
      every_weight_of: a model of which every weight must get a value, unless mismatches are skipped.
      may_lack: whether some are enough; a warning names the others.

    Returns:
      The restoration.

    Raises:
      ValueError: naming variable and tensor, if a shape differs or a weight has no value; nothing is changed then.

    Example:
      >>> import tempfile, numpy as np, kerax
      >>> from kerax.saving.name_based import restore_by_name
      >>> from kerax.saving.tensor_bundle import TensorBundle
      >>> prefix = tempfile.mkdtemp() + "/model.ckpt-1"
      >>> kerax.train.write_tensor_bundle(prefix, {"w": np.float32(2)})
      >>> w = kerax.Variable(0.0, name="w")
      >>> _ = restore_by_name(TensorBundle(prefix), [w])
      >>> float(w)
      2.0
    """
    graph = ObjectGraph(root)
    nodes = [GraphNode(list(node.children), [], list(node.slots), []) for node in graph.nodes]
    by_key = {attribute.key: leaf for attribute, leaf in graph.leaves}
    for node, source in zip(nodes, graph.nodes):
        for attribute in source.attributes:
            name = _name_of(bundle, by_key[attribute.key])
            if name is not None:
                node.attributes.append(Attribute(attribute.name, attribute.full_name, name))
    restoration = Restoration(bundle, nodes, root, skip_mismatch, every_weight_of, may_lack)
    known = {one.key for node in nodes for one in node.attributes}
    nodes[0].attributes += [Attribute("", name, name) for name in bundle if name not in known]
    return restoration


class ByFullName:
    """A checkpoint of objects as one of names: every value under the name that TensorFlow gave its variable.

    ``model.export(folder)`` of Keras puts a model's variables into lists, without the layers around them.

    Args:
      bundle: the checkpoint.
      nodes: its object graph.
    """

    def __init__(self, bundle: TensorBundle, nodes: list[GraphNode]):
        self.bundle, self.prefix = bundle, bundle.prefix
        names: dict[str, str] = {}
        for attribute in (one for node in nodes for one in node.attributes):
            if names.setdefault(attribute.full_name, attribute.key) != attribute.key:
                names[attribute.full_name] = ""  # several variables have it
        self._keys = {name: key for name, key in names.items() if name and key in bundle}

    def __contains__(self, name: object) -> bool:
        return name in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __getitem__(self, name: str) -> Any:
        return self.bundle[self._keys[name]]

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of all values."""
        found = self.bundle.shapes()
        return {name: found[key] for name, key in self._keys.items()}


def _name_of(bundle: TensorBundle | ByFullName, leaf: Any) -> str | None:
    """The tensor that belongs to a value: named like its whole path, or else, uniquely, like the end of it."""
    full = leaf.full_name
    if full in bundle:
        return full
    parts = full.split("/")
    for start in range(1, len(parts)):
        name = "/".join(parts[start:])
        if name in bundle:
            return name
    return None
