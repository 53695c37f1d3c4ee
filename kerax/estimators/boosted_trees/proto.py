"""Ensembles as bytes: the message that TensorFlow's boosted trees keep in their checkpoints.

Field numbers: tensorflow/core/kernels/boosted_trees/boosted_trees.proto, TensorFlow 2.7.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from kerax.estimators.boosted_trees.ensemble import BUCKET, EQUALS, LEAF, Tree, TreeEnsemble
from kerax.utils.protobuf import (
    Message,
    WireError,
    bytes_field,
    float_field,
    int_field,
    packed_floats_field,
)

_TREES, _WEIGHTS, _TREE_METADATA, _GROWING = 1, 2, 3, 4
_NODE_METADATA = 777
_SPLIT_FIELD = {BUCKET: 2, EQUALS: 3}


def encode_ensemble(ensemble: TreeEnsemble) -> bytes:
    """Returns an ensemble as bytes.

    Example:
      >>> from kerax.estimators.boosted_trees import TreeEnsemble
      >>> from kerax.estimators.boosted_trees.proto import decode_ensemble, encode_ensemble
      >>> ensemble = TreeEnsemble(2)
      >>> _ = ensemble.add_tree([0.5, 1.5])
      >>> decode_ensemble(encode_ensemble(ensemble), 2).trees[0].value[0].tolist()
      [0.5, 1.5]
    """
    parts = [bytes_field(_TREES, b"".join(bytes_field(1, node) for node in _nodes(tree))) for tree in ensemble.trees]
    parts.append(packed_floats_field(_WEIGHTS, [tree.weight for tree in ensemble.trees]))
    for tree in ensemble.trees:
        parts.append(bytes_field(_TREE_METADATA, int_field(2, tree.layers) + int_field(3, int(tree.finalized))))
    growing = (ensemble.trees_attempted, ensemble.layers_attempted, *ensemble.layer)
    parts.append(bytes_field(_GROWING, b"".join(int_field(i + 1, number) for i, number in enumerate(growing))))
    return b"".join(parts)


_number = functools.lru_cache(1 << 14)(int_field)  # the same few numbers occur again and again


def _nodes(tree: Tree) -> list[bytes]:
    nodes = []
    for number, kind in enumerate(tree.kind):
        leaf = _leaf(tree.value[number])
        if kind == LEAF:
            nodes.append(bytes_field(1, leaf))
            continue
        split = (tree.feature[number], tree.threshold[number], tree.left[number], tree.right[number])
        encoded = b"".join(_number(i + 1, value) for i, value in enumerate(split))
        metadata = float_field(1, tree.gain[number]) + bytes_field(2, leaf)
        nodes.append(bytes_field(_SPLIT_FIELD[kind], encoded) + bytes_field(_NODE_METADATA, metadata))
    return nodes


def _leaf(value: np.ndarray) -> bytes:
    if len(value) == 1:
        return float_field(3, float(value[0]))
    return bytes_field(1, packed_floats_field(1, value))


def decode_ensemble(data: Any, outputs: int) -> TreeEnsemble:
    """Returns the ensemble that bytes hold.

    Args:
      data: bytes.
      outputs: how many logits there are.

    Raises:
      WireError: a ValueError, for bytes that are no ensemble.
    """
    what = "The tree ensemble of the checkpoint"
    message = Message(data, what)
    ensemble = TreeEnsemble(outputs)
    weights = message.floats(_WEIGHTS)
    about = [Message(part, what, depth=1) for part in message.all_data(_TREE_METADATA)]
    for number, part in enumerate(message.all_data(_TREES)):
        tree = Tree()
        for node in Message(part, what, depth=1).all_data(1):
            _add_node(tree, Message(node, what, depth=2), outputs, what)
        if not len(tree):
            tree.add_leaf(np.zeros(outputs))
        _check_tree(tree, number, what)
        if number < len(weights):
            tree.weight = float(weights[number])
        if number < len(about):
            tree.layers, tree.finalized = about[number].integer(2), bool(about[number].integer(3))
        ensemble.trees.append(tree)
    growing = Message(message.data(_GROWING), what, depth=1)
    ensemble.trees_attempted, ensemble.layers_attempted = growing.integer(1), growing.integer(2)
    first, last = growing.integer(3), growing.integer(4, 1)
    nodes = len(ensemble.trees[-1]) if ensemble.trees else 1
    if not 0 <= first < max(last, 1) <= nodes:
        raise WireError(f"{what} is to grow on at nodes {first} to {last} of a tree with {nodes} nodes.")
    ensemble.layer = (first, max(last, 1))
    return ensemble


def _add_node(tree: Tree, node: Message, outputs: int, what: str) -> None:
    kind = next((kind for kind, field in _SPLIT_FIELD.items() if field in node), LEAF)
    if kind == LEAF:
        tree.add_leaf(_values(Message(node.data(1), what, depth=3), outputs, what))
        return
    metadata = Message(node.data(_NODE_METADATA), what, depth=3)
    number = tree.add_leaf(_values(Message(metadata.data(2), what, depth=4), outputs, what))
    split = Message(node.data(_SPLIT_FIELD[kind]), what, depth=3)
    tree.kind[number], tree.gain[number] = kind, float(metadata.floats(1)[-1]) if 1 in metadata else 0.0
    tree.feature[number], tree.threshold[number] = split.integer(1), split.integer(2)
    tree.left[number], tree.right[number] = split.integer(3), split.integer(4)


def _values(leaf: Message, outputs: int, what: str) -> np.ndarray:
    values = Message(leaf.data(1), what, depth=5).floats(1) if 1 in leaf else leaf.floats(3)[-1:]
    if not len(values):
        return np.zeros(outputs, np.float32)
    if len(values) != outputs:
        raise WireError(f"{what} has leaves of {len(values)} values; this estimator has {outputs} logits.")
    return values


def _check_tree(tree: Tree, number: int, what: str) -> None:
    for node, kind in enumerate(tree.kind):
        if kind != LEAF and not (node < tree.left[node] < len(tree) and node < tree.right[node] < len(tree)):
            raise WireError(
                f"{what}: node {node} of tree {number} has children {tree.left[node]} and {tree.right[node]}; "
                f"expected numbers between {node + 1} and {len(tree) - 1}."
            )
