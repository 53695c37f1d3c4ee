"""``tf.nn``: sampled losses, look-ups by sparse tensors, transposed convolutions, CTC decoding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import ops
from kerax.compat.tensorflow import _nn, _nn_conv
from kerax.compat.tensorflow._composite import later
from kerax.compat.tensorflow._core import array, integer, ints, label_of, op, out, pair, tensor
from kerax.compat.tensorflow._sparse import SparseTensor
from kerax.compat.tensorflow._tensor import Tensor


@op
def sufficient_statistics(x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None) -> Any:
    """Count, sum, sum of squares and shift: what mean and variance are made of."""
    x = tensor(x)
    places = ints(axes)
    count = jnp.asarray(float(np.prod([x._value.shape[place] for place in places])), x.array.dtype)
    values = x.array if shift is None else x.array - array(shift)
    mean = jnp.sum(values, places, keepdims=keepdims)
    square = jnp.sum(jnp.square(values), places, keepdims=keepdims)
    return Tensor(count), out(mean, label_of(x)), out(square, label_of(x)), shift


@op
def normalize_moments(counts: Any, mean_ss: Any, variance_ss: Any, shift: Any, name: str | None = None) -> Any:
    """Mean and variance of sufficient statistics."""
    count, total, square = array(counts), array(mean_ss), array(variance_ss)
    shifted = total / count
    mean = shifted if shift is None else shifted + array(shift)
    return Tensor(mean), Tensor(square / count - jnp.square(shifted))


# ---- look-ups -------------------------------------------------------------------------------------------------------
@op
@later
def embedding_lookup_sparse(
    params: Any,
    sp_ids: Any,
    sp_weights: Any = None,
    combiner: str | None = None,
    max_norm: Any = None,
    name: str | None = None,
    allow_fast_lookup: bool = False,
) -> Any:
    """Rows of a table, those of one row of ids combined: mean, sum or sqrtn."""
    plain: SparseTensor = sp_ids
    rows = plain._plain.indices[:, 0]
    found = array(_nn.embedding_lookup(params, plain.values, max_norm))
    weight = jnp.ones(len(rows), found.dtype) if sp_weights is None else array(sp_weights.values).astype(found.dtype)
    count = int(rows.max(initial=-1)) + 1
    total = jax.ops.segment_sum(found * weight[:, None], jnp.asarray(rows), count)
    way = combiner or "mean"
    if way == "sum":
        return Tensor(total)
    size = jax.ops.segment_sum(weight if way == "mean" else jnp.square(weight), jnp.asarray(rows), count)[:, None]
    size = jnp.where(size == 0, 1, size)  # rows without ids are zeros
    return Tensor(total / (size if way == "mean" else jnp.sqrt(size)))


@op
def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: Any,
    sparse_weights: Any = None,
    combiner: str = "mean",
    default_id: Any = None,
    max_norm: Any = None,
    name: str | None = None,
    allow_fast_lookup: bool = False,
) -> Any:
    """As ``embedding_lookup_sparse``; rows without a valid id are zeros, or those of ``default_id``."""
    plain = sparse_ids._plain
    keep = plain.values >= 0
    weights = None if sparse_weights is None else sparse_weights.values.numpy()
    if weights is not None:
        keep = keep & (weights > 0)
    empty = ~np.isin(np.arange(plain.shape[0]), plain.indices[keep][:, 0])
    places = np.zeros((int(empty.sum()), plain.ndim), np.int64)
    places[:, 0] = np.flatnonzero(empty)
    ids = np.concatenate(
        [plain.values[keep], np.full(len(places), 0 if default_id is None else integer(default_id), plain.values.dtype)]
    )
    indices = np.concatenate([plain.indices[keep], places])
    order = np.lexsort(indices.T[::-1])
    made = SparseTensor(indices[order], ids[order], plain.dense_shape)
    factors = None
    if weights is not None:
        factors = made.with_values(np.concatenate([weights[keep], np.ones(len(places), weights.dtype)])[order])
    found = array(embedding_lookup_sparse(embedding_weights, made, factors, combiner, max_norm))
    return Tensor(found if default_id is not None else jnp.where(jnp.asarray(empty)[:, None], 0, found))


# ---- transposed convolutions ----------------------------------------------------------------------------------------
@op
def conv_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: str = "SAME",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """The gradient of a convolution with respect to its input; filters are (*sizes, out, in)."""
    x, w = pair(tensor(input), filters, "Conv2DBackpropInput")
    first = bool(data_format) and data_format.startswith("NC")  # type: ignore[union-attr]
    steps = _nn_conv._spatial(strides, x._value.ndim - 2, first)
    layout = "channels_first" if first else "channels_last"
    sizes = ints(output_shape)

    def forward(value: Any) -> Any:
        return ops.conv(value, w.array, steps, padding.lower(), layout)

    _, back = jax.vjp(forward, jnp.zeros(sizes, x.array.dtype))
    return out(back(x.array)[0], label_of(x))


def _transposed(layout: str) -> Callable:
    """The function for inputs of one rank, with its usual layout."""

    def run(
        input: Any,
        filters: Any,
        output_shape: Any,
        strides: Any,
        padding: str = "SAME",
        data_format: str = layout,
        dilations: Any = None,
        name: str | None = None,
    ) -> Any:
        return conv_transpose(input, filters, output_shape, strides, padding, data_format, dilations)

    run.__name__, run.__doc__ = f"conv{len(layout) - 2}d_transpose", conv_transpose.__doc__
    return run


conv1d_transpose, conv3d_transpose = _transposed("NWC"), _transposed("NDHWC")


@op
def atrous_conv2d(value: Any, filters: Any, rate: Any, padding: str, name: str | None = None) -> Any:
    """A convolution with holes in its filters."""
    return _nn_conv.conv2d(value, filters, 1, padding, dilations=rate)


# ---- CTC ------------------------------------------------------------------------------------------------------------
def _decoded(inputs: Any, lengths: Any, **options: Any) -> tuple:
    logits = jnp.swapaxes(array(inputs), 0, 1)
    found, scores = ops.ctc_decode(logits, array(lengths), mask_index=logits.shape[-1] - 1, **options)
    paths = []
    for path in np.asarray(found):
        rows = [row[row >= 0] for row in path]
        indices = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
        width = max((len(row) for row in rows), default=0)
        values = np.concatenate(rows).astype(np.int64) if rows else np.empty(0, np.int64)
        paths.append(SparseTensor(np.asarray(indices, np.int64).reshape(-1, 2), values, [len(rows), width]))
    return paths, Tensor(scores)


def ctc_greedy_decoder(
    inputs: Any, sequence_length: Any, merge_repeated: bool = True, blank_index: Any = None
) -> tuple:
    """The best label at each step, without blanks and repetitions."""
    return _decoded(inputs, sequence_length, strategy="greedy", merge_repeated=merge_repeated)


def ctc_beam_search_decoder(inputs: Any, sequence_length: Any, beam_width: int = 100, top_paths: int = 1) -> tuple:
    """The most probable label sequences."""
    return _decoded(inputs, sequence_length, strategy="beam_search", beam_width=beam_width, top_paths=top_paths)
