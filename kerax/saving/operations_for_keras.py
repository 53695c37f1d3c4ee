"""Operations between layers as Keras 3 writes them: objects of classes of their own."""

from __future__ import annotations

import inspect
from typing import Any

from kerax.saving.layers_for_operations import is_tensor
from kerax.state.operations import OPERATIONS

# modules of Keras 3's classes; keras.src.ops.numpy has all others
_MODULES = {
    "nn": """adaptive_average_pool adaptive_max_pool average_pool batch_norm binary_crossentropy
        categorical_crossentropy celu conv conv_transpose depth_to_space depthwise_conv dot_product_attention elu fold
        gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh layer_norm leaky_relu log_sigmoid log_softmax max_pool
        moments multi_hot normalize one_hot polar relu relu6 selu separable_conv sigmoid silu soft_shrink softmax
        softplus softsign space_to_depth sparse_categorical_crossentropy sparse_plus sparse_sigmoid sparsemax
        squareplus tanh_shrink threshold unfold""",
    "core": """cast convert_to_tensor saturate_cast scatter scatter_update slice slice_update stop_gradient unstack""",
    "image": """affine_transform crop_images elastic_transform extract_patches gaussian_blur map_coordinates pad_images
        perspective_transform resize scale_and_translate sobel_edges""",
    "linalg": """cholesky cholesky_inverse det eig eigh inv lstsq lu_factor matrix_rank norm pinv qr solve
        solve_triangular""",
    "math": """erf erfc erfinv extract_sequences in_top_k logdet logsumexp rsqrt segment_max segment_min segment_prod
        segment_sum top_k view_as_complex view_as_real c_dist""",
}
MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}
_DATA = frozenset({  # parameters that a call takes; the constructor takes the others
    "x", "x1", "x2", "y", "xs", "a", "b", "q", "inputs", "condition", "indices", "index", "images", "array", "values",
    "key", "start", "stop", "step", "target", "output", "query", "value", "mean", "variance", "data", "segment_ids",
    "kernel", "bias", "mask", "updates", "start_indices", "constant_values", "fill_value", "sorted_sequence",
})  # fmt: skip


def operation_for_keras(entry: dict[str, Any]) -> dict[str, Any]:
    """An operation of a graph's configuration in Keras 3's words.

    Args:
      entry: as ``graph_config`` wrote it. It is not changed.
    """
    operation = str(entry["config"].get("operation"))
    class_name = "".join(part.capitalize() for part in operation.split("_"))
    config = {"name": entry["config"].get("name")}
    nodes = entry.get("inbound_nodes", [])
    bound = _bound(operation, nodes[0]) if len(nodes) == 1 else None
    if operation == "einsum" and len(nodes) == 1 and isinstance(nodes[0]["args"][0], str):
        config["subscripts"], nodes = nodes[0]["args"][0], [{**nodes[0], "args": nodes[0]["args"][1:]}]
    if bound is not None:
        data = _DATA - {"fill_value"} if operation == "resize" else _DATA
        fixed = {name: value for name, value in bound.items() if name not in data and not _holds_tensor(value)}
        rest = {name: value for name, value in bound.items() if name not in fixed}
        config.update(fixed)
        nodes = [{"args": list(rest.values()), "kwargs": {}}] if fixed else nodes
    return {
        **entry, "module": f"keras.src.ops.{MODULE_OF.get(operation, 'numpy')}", "class_name": class_name,
        "config": config, **({"inbound_nodes": nodes} if nodes else {}),
    }  # fmt: skip


def _bound(operation: str, node: dict[str, Any]) -> dict[str, Any] | None:
    """The arguments of a call by the names of their parameters, None where some have none."""
    signature = inspect.signature(OPERATIONS[operation]) if operation in OPERATIONS else None
    kinds = [p.kind for p in signature.parameters.values()] if signature else [inspect.Parameter.VAR_POSITIONAL]
    if inspect.Parameter.VAR_POSITIONAL in kinds or inspect.Parameter.VAR_KEYWORD in kinds:
        return None
    try:
        return dict(signature.bind(*node["args"], **node["kwargs"]).arguments)  # type: ignore[union-attr]
    except TypeError:
        return None


def _holds_tensor(value: Any) -> bool:
    if is_tensor(value):
        return True
    return isinstance(value, (list, tuple)) and any(_holds_tensor(item) for item in value)
