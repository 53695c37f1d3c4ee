"""Functions of ``tf.compat.v1`` that compute with tensors and are not in ``tf``, or can be called otherwise there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import _seeds
from kerax.compat.tensorflow import _sparse as sparse
from kerax.compat.tensorflow._core import array, integer, ints, label_of, op, out, tensor
from kerax.compat.tensorflow._image_samples import _sample, glimpse
from kerax.compat.tensorflow._math import cast
from kerax.compat.tensorflow._nn_fractional import largest, mean, pooled
from kerax.compat.tensorflow._nn_spatial import batch_to_space, space_to_batch_nd
from kerax.compat.tensorflow._operations import _layout, gradient_by_filter, gradient_by_image
from kerax.compat.tensorflow._philox_streams import Stream
from kerax.compat.tensorflow._random_stateless import stateless_categorical
from kerax.compat.tensorflow._tensor import Tensor

_LEAST_EPSILON = 1.001e-5  # that a fused kernel takes


class FusedBatchNorm(NamedTuple):
    """What ``fused_batch_norm`` returns."""

    y: Any
    running_mean: Any
    running_variance: Any


# ---- types ----------------------------------------------------------------------------------------------------------
def _to(kind: str) -> Callable:
    def call(x: Any, name: str | None = None) -> Any:
        return cast(x, kind)

    call.__name__ = call.__qualname__ = f"to_{kind}"
    call.__doc__ = f"``tf.cast`` to {kind}."
    return call


to_bfloat16, to_complex64, to_complex128, to_double = map(_to, ("bfloat16", "complex64", "complex128", "float64"))


def convert_to_tensor_or_sparse_tensor(value: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A tensor of a value, or the sparse tensor that it is.

    Raises:
      RuntimeError: for a sparse tensor of another type.
    """
    if isinstance(value, sparse.SparseTensor):
        if dtype is not None and value.dtype != dtype:
            raise RuntimeError(f"Sparse dtype mismatch. Requested: {dtype}, Actual: {value.dtype.name}")
        return value
    return tensor(value, dtype)


def convert_to_tensor_or_indexed_slices(value: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A tensor of a value, or the IndexedSlices that it is."""
    if isinstance(value, sparse.IndexedSlices):
        return value
    return tensor(value, dtype)


# ---- gradients of convolutions --------------------------------------------------------------------------------------
@op
def conv2d_backprop_input(
    input_sizes: Any,
    filter: Any = None,
    out_backprop: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
    filters: Any = None,
) -> Any:
    """The gradient of ``conv2d`` with respect to its input, of shape ``input_sizes``."""
    kernel = filter if filters is None else filters
    way, margins = (padding, ()) if isinstance(padding, str) else ("EXPLICIT", padding)
    layout = _layout(data_format)
    return gradient_by_image(input_sizes, kernel, out_backprop, strides, way, margins, layout, dilations)


@op
def conv2d_backprop_filter(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Any:
    """The gradient of ``conv2d`` with respect to its filter, of shape ``filter_sizes``."""
    way, margins = (padding, ()) if isinstance(padding, str) else ("EXPLICIT", padding)
    layout = _layout(data_format)
    return gradient_by_filter(input, filter_sizes, out_backprop, strides, way, margins, layout, dilations)


@op
def conv3d_backprop_filter(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: str,
    data_format: str = "NDHWC",
    dilations: Any = (1, 1, 1, 1, 1),
    name: str | None = None,
) -> Any:
    """The gradient of ``conv3d`` with respect to its filter, of shape ``filter_sizes``."""
    layout = _layout(data_format)
    return gradient_by_filter(input, filter_sizes, out_backprop, strides, padding, (), layout, dilations)


# ---- layers as one function -----------------------------------------------------------------------------------------
@op
def fused_batch_norm(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any = None,
    variance: Any = None,
    epsilon: float = 0.001,
    data_format: str = "NHWC",
    is_training: bool = True,
    name: str | None = None,
    exponential_avg_factor: float = 1.0,
) -> Any:
    """Batch normalization over all axes but that of the channels.

    Args:
      x: (batch, ..., channels), or channels second.
      scale, offset: (channels,).
      mean, variance: those to use, or, while training, the running ones.
      epsilon: added to the variance, 1.001e-5 at least.
      data_format: where the channels are.
      is_training: whether those of the batch are used.
      name: accepted as in TensorFlow.
      exponential_avg_factor: the share of the batch in the running ones.

    Returns:
      The result, the mean, and the variance, while training that with one less than the number of elements.
    """
    pictures = tensor(x)
    if not is_training and (mean is None or variance is None):
        raise ValueError("When `is_training=False`, `mean` and `variance` must be given.")
    numbers = pictures.array.astype("float32")
    channels = 1 if data_format.startswith("NC") else numbers.ndim - 1
    others = tuple(i for i in range(numbers.ndim) if i != channels)
    wide = [-1 if i == channels else 1 for i in range(numbers.ndim)]
    epsilon = max(epsilon, _LEAST_EPSILON)
    if is_training:
        count = numbers.size // numbers.shape[channels]
        middle, spread = jnp.mean(numbers, others), jnp.var(numbers, others)
        running = [middle, spread * count / max(count - 1, 1)]
        if exponential_avg_factor != 1.0:
            share = exponential_avg_factor
            running = [
                array(old) * (1 - share) + new * share for old, new in zip((mean, variance), running, strict=True)
            ]
    else:
        middle, spread = array(mean), array(variance)
        running = [middle, spread]
    factor = (jax.lax.rsqrt(spread + epsilon) * array(scale)).reshape(wide)
    found = (numbers - middle.reshape(wide)) * factor + array(offset).reshape(wide)
    return FusedBatchNorm(out(found.astype(pictures.array.dtype), label_of(pictures)), *map(Tensor, running))


@op
def relu_layer(x: Any, weights: Any, biases: Any, name: str | None = None) -> Any:
    """``relu(x @ weights + biases)``."""
    rows = tensor(x)
    return out(jnp.maximum(rows.array @ array(weights) + array(biases), 0), label_of(rows))


def ctc_loss(
    labels: Any,
    inputs: Any = None,
    sequence_length: Any = None,
    preprocess_collapse_repeated: bool = False,
    ctc_merge_repeated: bool = True,
    ignore_longer_outputs_than_inputs: bool = False,
    time_major: bool = True,
    logits: Any = None,
) -> Any:
    """``tf.nn.ctc_loss`` of a sparse tensor of labels; the last class is the blank.

    Raises:
      ValueError: for ``ctc_merge_repeated=False``.
    """
    from kerax.compat.tensorflow._nn import ctc_loss as plain

    if not ctc_merge_repeated:
        raise ValueError("ctc_loss() merges repeated labels of outputs: ctc_merge_repeated=False is not there.")
    if preprocess_collapse_repeated:
        labels = _without_repeats(labels)
    scores = inputs if logits is None else logits
    return plain(labels, scores, None, sequence_length, logits_time_major=time_major, blank_index=-1)


def _without_repeats(labels: Any) -> Any:
    """Labels of which each differs from the one before in its row."""
    from kerax.compat.tensorflow._sparse import SparseTensor

    rows, values = labels.indices.numpy()[:, 0], labels.values.numpy()
    kept = np.ones(len(values), bool)
    kept[1:] = (values[1:] != values[:-1]) | (rows[1:] != rows[:-1])
    rows, values = rows[kept], values[kept]
    places = np.arange(len(rows)) - np.searchsorted(rows, rows)
    return SparseTensor(np.stack([rows, places], 1), values, labels.dense_shape)


def _blocks(block_size: Any, block_shape: Any) -> Any:
    size = block_size if block_shape is None else block_shape
    numbers = ints(size)
    return list(numbers) * 2 if len(numbers) == 1 and not isinstance(size, (list, tuple)) else list(numbers)


def space_to_batch(
    input: Any, paddings: Any, block_size: Any = None, name: str | None = None, block_shape: Any = None
) -> Any:
    """``tf.space_to_batch`` with square blocks."""
    return space_to_batch_nd(input, _blocks(block_size, block_shape), paddings)


def batch_to_space_v1(input: Any, crops: Any, block_size: Any, name: str | None = None, block_shape: Any = None) -> Any:
    """``tf.batch_to_space`` with square blocks."""
    return batch_to_space(input, _blocks(block_size, block_shape), crops)


def with_space_to_batch(
    input: Any,
    dilation_rate: Any,
    padding: str,
    op: Callable,
    filter_shape: Any = None,
    spatial_dims: Any = None,
    data_format: str | None = None,
) -> Any:
    """Calls a function on pictures whose distant places are brought together in the batch, and takes it back.

    Args:
      input: (batch, ..., channels).
      dilation_rate: how far apart neighbours are, for each axis between batch and channels.
      padding: "SAME", which needs ``filter_shape``, or "VALID".
      op: of the pictures, the number of axes and the padding.
      filter_shape: of the filter that ``op`` has.
      spatial_dims: accepted if they are the first axes between batch and channels.
      data_format: accepted if channels are last.
    """
    rates = list(ints(dilation_rate))
    if all(rate == 1 for rate in rates):
        return op(tensor(input), len(rates), padding)
    x = tensor(input)
    sizes, edges = x._value.shape[1 : len(rates) + 1], [(0, 0)] * len(rates)
    if padding.upper() == "SAME":
        reach = [(size - 1) * rate for size, rate in zip(ints(filter_shape), rates)]
        edges = [(one // 2, one - one // 2) for one in reach]
    rest = [-(size + low + high) % rate for size, rate, (low, high) in zip(sizes, rates, edges, strict=True)]
    padded = [[low, high + more] for (low, high), more in zip(edges, rest, strict=True)]
    found = op(space_to_batch_nd(x, rates, padded), len(rates), "VALID")
    return batch_to_space(found, rates, [[0, more] for more in rest])


# ---- by two seeds ---------------------------------------------------------------------------------------------------
def get_seed(op_seed: Any) -> tuple:
    """The two seeds of an operation: the global one and its own; (None, None) if neither is chosen."""
    return _seeds.of_operation(op_seed) or (None, None)


def stateless_multinomial(
    logits: Any, num_samples: Any, seed: Any, output_dtype: Any = "int64", name: str | None = None
) -> Any:
    """``tf.random.stateless_categorical``."""
    return stateless_categorical(logits, num_samples, seed, output_dtype)


def _source(name: str, seed: Any, seed2: Any, groups: int = 0) -> Any:
    seeds = (integer(seed or 0), integer(seed2 or 0))
    return _seeds.of_seeds((name, seeds), seeds, groups) if any(seeds) else _seeds.unknown()


def _fractional(name: str, way: Callable) -> Callable:
    def call(
        value: Any,
        pooling_ratio: Any,
        pseudo_random: bool = False,
        overlapping: bool = False,
        deterministic: bool = False,
        seed: int = 0,
        seed2: int = 0,
        name: str | None = None,
    ) -> Any:
        groups = 0 if deterministic else sum(tensor(value)._value.shape[1:3])
        source = _source(f"{title} {deterministic}", seed, seed2, groups)
        return pooled(value, list(pooling_ratio), pseudo_random, overlapping, source, way)

    title = call.__name__ = call.__qualname__ = name
    call.__doc__ = f"``tf.nn.{name}`` by two seeds; ``deterministic`` keeps the regions from one call to the next."
    return call


fractional_max_pool = _fractional("fractional_max_pool", largest)
fractional_avg_pool = _fractional("fractional_avg_pool", mean)


def sample_distorted_bounding_box(
    image_size: Any,
    bounding_boxes: Any,
    seed: Any = None,
    seed2: Any = None,
    min_object_covered: Any = 0.1,
    aspect_ratio_range: Any = None,
    area_range: Any = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> Any:
    """``tf.image.sample_distorted_bounding_box`` by two seeds."""
    tries = 100 if max_attempts is None else int(max_attempts)
    source = _source(f"distorted {aspect_ratio_range} {area_range} {tries}", seed, seed2, tries)
    return _sample(
        image_size, bounding_boxes, Stream(source), min_object_covered, aspect_ratio_range, area_range, max_attempts,
        use_image_if_no_bounding_boxes,
    )  # fmt: skip


def extract_glimpse(
    input: Any,
    size: Any,
    offsets: Any,
    centered: bool = True,
    normalized: bool = True,
    uniform_noise: bool = True,
    name: str | None = None,
) -> Any:
    """``tf.image.extract_glimpse``, whose offsets are always those of the windows' middles."""
    return glimpse(input, size, offsets, centered, normalized, "uniform" if uniform_noise else "gaussian", True)


def div(x: Any, y: Any, name: str | None = None) -> Any:
    """Division as Python 2 had it: of whole numbers rounded down, of others exact."""
    from kerax.compat.tensorflow._math import floordiv, truediv

    whole = tensor(x).dtype.is_integer
    return floordiv(x, y) if whole else truediv(x, y)


def print_(
    input_: Any, data: Any, message: str | None = None, first_n: Any = None, summarize: Any = None, name: Any = None
) -> Any:
    """The first argument, after printing others."""
    from kerax.compat.tensorflow._printing import print as show

    show(*([message] if message else []), *data, summarize=summarize or 3)
    return tensor(input_)


def split_strings(
    input: Any = None,
    sep: Any = None,
    maxsplit: int = -1,
    result_type: str = "SparseTensor",
    source: Any = None,
    name: str | None = None,
) -> Any:
    """The parts of texts, as a sparse tensor, or as a ragged one if ``result_type`` says so."""
    from kerax.compat.tensorflow._strings import split

    if result_type not in ("SparseTensor", "RaggedTensor"):
        raise ValueError("result_type must be 'RaggedTensor' or 'SparseTensor'.")
    texts = tensor(input if source is None else source)
    found = split(texts if texts._value.ndim else Tensor(texts._value.reshape(1)), sep, maxsplit)
    return found if result_type == "RaggedTensor" else found.to_sparse()
