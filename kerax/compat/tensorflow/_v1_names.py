"""Names of TensorFlow 1 that ``tf`` has in its modules now, and functions whose arguments have other names since."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from kerax.compat.tensorflow._v1_orders import ORDERS, in_old_order

# Where a name of tf.compat.v1 is looked up that tf itself does not have.
MODULES = (
    "math", "linalg", "random", "strings", "io", "nn", "image", "sparse", "debugging", "signal", "quantization"
)  # fmt: skip
# Old name -> where it is now.
RENAMED: dict[str, str] = {
    "arg_max": "math.argmax",
    "arg_min": "math.argmin",
    "batch_to_space_nd": "batch_to_space",
    "ceil": "math.ceil",
    "cholesky": "linalg.cholesky",
    "cholesky_solve": "linalg.cholesky_solve",
    "check_numerics": "debugging.check_numerics",
    "decode_base64": "io.decode_base64",
    "decode_csv": "io.decode_csv",
    "decode_raw": "io.decode_raw",
    "diag": "linalg.tensor_diag",
    "diag_part": "linalg.tensor_diag_part",
    "div_no_nan": "math.divide_no_nan",
    "encode_base64": "io.encode_base64",
    "floor_div": "math.floordiv",
    "glorot_normal_initializer": "initializers.GlorotNormal",
    "glorot_uniform_initializer": "initializers.GlorotUniform",
    "lin_space": "linspace",
    "matching_files": "io.matching_files",
    "matrix_band_part": "linalg.band_part",
    "matrix_determinant": "linalg.det",
    "matrix_diag": "linalg.diag",
    "matrix_diag_part": "linalg.diag_part",
    "matrix_inverse": "linalg.inv",
    "matrix_set_diag": "linalg.set_diag",
    "matrix_solve": "linalg.solve",
    "matrix_solve_ls": "linalg.lstsq",
    "matrix_square_root": "linalg.sqrtm",
    "matrix_transpose": "linalg.matrix_transpose",
    "matrix_triangular_solve": "linalg.triangular_solve",
    "multinomial": "random.categorical",
    "orthogonal_initializer": "initializers.Orthogonal",
    "parse_example": "io.parse_example",
    "parse_single_example": "io.parse_single_example",
    "parse_tensor": "io.parse_tensor",
    "random_crop": "image.random_crop",
    "random_gamma": "random.gamma",
    "random_normal": "random.normal",
    "random_poisson": "random.poisson",
    "random_shuffle": "random.shuffle",
    "random_uniform": "random.uniform",
    "read_file": "io.read_file",
    "realdiv": "divide",
    "reduce_join": "strings.reduce_join",
    "regex_replace": "strings.regex_replace",
    "reverse_v2": "reverse",
    "self_adjoint_eig": "linalg.eigh",
    "self_adjoint_eigvals": "linalg.eigvalsh",
    "serialize_tensor": "io.serialize_tensor",
    "QUANTIZED_DTYPES": "dtypes.QUANTIZED_DTYPES",
    "extract_image_patches": "image.extract_patches",
    "quantize_v2": "quantization.quantize",
    "sparse_add": "sparse.add",
    "sparse_mask": "sparse.mask",
    "sparse_maximum": "sparse.maximum",
    "sparse_minimum": "sparse.minimum",
    "sparse_reset_shape": "sparse.reset_shape",
    "sparse_segment_mean": "sparse.segment_mean",
    "sparse_segment_sqrt_n": "sparse.segment_sqrt_n",
    "sparse_segment_sum": "sparse.segment_sum",
    "sparse_split": "sparse.split",
    "sparse_concat": "sparse.concat",
    "sparse_reorder": "sparse.reorder",
    "sparse_reshape": "sparse.reshape",
    "sparse_retain": "sparse.retain",
    "sparse_slice": "sparse.slice",
    "sparse_softmax": "sparse.softmax",
    "sparse_tensor_dense_matmul": "sparse.sparse_dense_matmul",
    "sparse_tensor_to_dense": "sparse.to_dense",
    "sparse_to_indicator": "sparse.to_indicator",
    "sparse_transpose": "sparse.transpose",
    "sparse_reduce_sum": "sparse.reduce_sum",
    "sparse_reduce_max": "sparse.reduce_max",
    "sparse_fill_empty_rows": "sparse.fill_empty_rows",
    "string_join": "strings.join",
    "string_strip": "strings.strip",
    "string_to_hash_bucket": "strings.to_hash_bucket",
    "string_to_hash_bucket_fast": "strings.to_hash_bucket_fast",
    "string_to_hash_bucket_strong": "strings.to_hash_bucket_strong",
    "string_to_number": "strings.to_number",
    "substr": "strings.substr",
    "svd": "linalg.svd",
    "tensor_scatter_add": "tensor_scatter_nd_add",
    "tensor_scatter_sub": "tensor_scatter_nd_sub",
    "tensor_scatter_update": "tensor_scatter_nd_update",
    "trace": "linalg.trace",
    "truncated_normal": "random.truncated_normal",
    "OpError": "errors.OpError",
    "truncated_normal_initializer": "initializers.TruncatedNormal",
    "py_func": "numpy_function",
    "variance_scaling_initializer": "initializers.VarianceScaling",
    "FixedLenFeature": "io.FixedLenFeature",
    "VarLenFeature": "io.VarLenFeature",
    "FixedLenSequenceFeature": "io.FixedLenSequenceFeature",
    "SparseFeature": "io.SparseFeature",
    "verify_tensor_all_finite": "debugging.assert_all_finite",
    "write_file": "io.write_file",
    "where_v2": "where",
    "VERSION": "version.VERSION",
    "GIT_VERSION": "version.GIT_VERSION",
    "COMPILER_VERSION": "version.COMPILER_VERSION",
    "GRAPH_DEF_VERSION": "version.GRAPH_DEF_VERSION",
    "GRAPH_DEF_VERSION_MIN_CONSUMER": "version.GRAPH_DEF_VERSION_MIN_CONSUMER",
    "GRAPH_DEF_VERSION_MIN_PRODUCER": "version.GRAPH_DEF_VERSION_MIN_PRODUCER",
    "CXX11_ABI_FLAG": "sysconfig.CXX11_ABI_FLAG",
    "CXX_VERSION": "sysconfig.CXX_VERSION",
    "MONOLITHIC_BUILD": "sysconfig.MONOLITHIC_BUILD",
}
_TRANSFORMS = [f"{kind}fft{axes}" for kind in ("", "i", "r", "ir") for axes in ("", "2d", "3d")]
# Names of modules: those of tf.compat.v1.nn and tf.compat.v1.image.
WITHIN: dict[str, str] = {
    "nn.softmax_cross_entropy_with_logits_v2": "nn.softmax_cross_entropy_with_logits",
    "nn.ctc_beam_search_decoder_v2": "nn.ctc_beam_search_decoder",
    "nn.ctc_loss_v2": "nn.ctc_loss",
    "nn.avg_pool_v2": "nn.avg_pool",
    "nn.max_pool_v2": "nn.max_pool",
    "nn.depthwise_conv2d_native": "nn.depthwise_conv2d",
    "nn.log_uniform_candidate_sampler": "random.log_uniform_candidate_sampler",
    "nn.uniform_candidate_sampler": "random.uniform_candidate_sampler",
    "nn.depthwise_conv2d_native_backprop_filter": "nn.depthwise_conv2d_backprop_filter",
    "nn.depthwise_conv2d_native_backprop_input": "nn.depthwise_conv2d_backprop_input",
    "image.extract_image_patches": "image.extract_patches",
    "manip.batch_to_space_nd": "batch_to_space",
    "manip.gather_nd": "gather_nd",
    "manip.reshape": "reshape",
    "manip.reverse": "reverse",
    "manip.roll": "roll",
    "manip.scatter_nd": "scatter_nd",
    "manip.space_to_batch_nd": "space_to_batch_nd",
    "manip.tile": "tile",
    **{f"spectral.{one}": f"signal.{one}" for one in ("dct", "idct", *_TRANSFORMS)},
    "dtypes.as_string": "strings.as_string",
    "image.resize_image_with_crop_or_pad": "image.resize_with_crop_or_pad",
    "image.transpose_image": "image.transpose",
    "random.multinomial": "random.categorical",
    "random.set_random_seed": "random.set_seed",
    "sets.set_difference": "sets.difference",
    "sets.set_size": "sets.size",
    "sets.set_intersection": "sets.intersection",
    "sets.set_union": "sets.union",
    "linalg.transpose": "linalg.matrix_transpose",
    "debugging.is_finite": "math.is_finite",
    "debugging.is_inf": "math.is_inf",
    "debugging.is_nan": "math.is_nan",
    "debugging.is_non_decreasing": "math.is_non_decreasing",
    "debugging.is_strictly_increasing": "math.is_strictly_increasing",
    "gfile.FastGFile": "io.gfile.GFile",
    "sparse.matmul": "sparse.sparse_dense_matmul",
}
# Arguments that had other names.
_ARGUMENTS = {
    "reduction_indices": "axis",
    "keep_dims": "keepdims",
    "dimension": "axis",
    "dim": "axis",
    "squeeze_dims": "axis",
}
_WITH_OLD_ARGUMENTS = frozenset(
    "reduce_sum reduce_mean reduce_max reduce_min reduce_prod reduce_all reduce_any reduce_logsumexp argmax argmin "
    "expand_dims squeeze count_nonzero norm softmax log_softmax l2_normalize arg_max arg_min moments".split()
)


def place(module: str, name: str) -> str | None:
    """Where a name of version 1 is in ``tf``, if it has moved.

    Example:
      >>> from kerax.compat.tensorflow import _v1_names
      >>> _v1_names.place("", "matrix_inverse")
      'linalg.inv'
    """
    return WITHIN.get(f"{module}.{name}") if module else RENAMED.get(name)


def old_arguments(name: str, function: Any, module: str = "") -> Any:
    """The function, which takes the old names of its arguments as well, in their old order."""
    if module and f"{module}.{name}" in ORDERS:
        return in_old_order(f"{module}.{name}", function)
    if name in ORDERS and module not in ("sparse", "manip", "ragged") and not isinstance(function, type):
        return in_old_order(name, function)
    if name not in _WITH_OLD_ARGUMENTS or isinstance(function, type):
        return _KEEPING[name](function) if name in _KEEPING else function

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **{_ARGUMENTS.get(key, key): one for key, one in kwargs.items()})

    return call


def _dropout(function: Callable) -> Callable:
    """``tf.compat.v1.nn.dropout``: its second argument is the share that is kept."""

    @functools.wraps(function)
    def call(
        x: Any, keep_prob: Any = None, noise_shape: Any = None, seed: Any = None, name: Any = None, rate: Any = None
    ) -> Any:
        if keep_prob is None and rate is None:
            raise ValueError("tf.compat.v1.nn.dropout() takes keep_prob or rate.")
        return function(x, 1 - keep_prob if rate is None else rate, noise_shape, seed)

    return call


_KEEPING: dict[str, Callable] = {"dropout": _dropout}


def xw_plus_b(x: Any, weights: Any, biases: Any, name: Any = None) -> Any:
    """``tf.compat.v1.nn.xw_plus_b``: a product of matrices, and a bias."""
    from kerax.compat.tensorflow._linalg import matmul
    from kerax.compat.tensorflow._nn_conv import bias_add

    return bias_add(matmul(x, weights), biases)


def batch_gather(params: Any, indices: Any, name: Any = None) -> Any:
    """``tf.gather`` along the last axis of the indices."""
    from kerax.compat.tensorflow._core import tensor
    from kerax.compat.tensorflow._gather import gather

    places = tensor(indices)
    return gather(params, places, axis=places.ndim - 1, batch_dims=places.ndim - 1)


def string_split(source: Any = None, sep: Any = None, skip_empty: bool = True, delimiter: str = " ", **_: Any) -> Any:
    """The parts of texts, as a sparse tensor."""
    from kerax.compat.tensorflow._strings import split

    return split(source, sep if sep is not None else None if delimiter == " " else delimiter).to_sparse()


def sparse_to_dense(
    sparse_indices: Any, output_shape: Any, sparse_values: Any, default_value: Any = 0, **_: Any
) -> Any:
    """A tensor with values at some places."""
    import numpy as np

    from kerax.compat.tensorflow._core import ints, tensor
    from kerax.compat.tensorflow._creating import known

    values, places = tensor(sparse_values).numpy(), known(sparse_indices)
    found = np.full(ints(output_shape), default_value, np.asarray(values).dtype)
    found[tuple(places.T) if places.ndim > 1 else places] = values
    return tensor(found)


class ListDiff(NamedTuple):
    """What ``setdiff1d`` returns: elements, and where they were."""

    out: Any
    idx: Any


def setdiff1d(x: Any, y: Any, index_dtype: Any = "int32", name: Any = None) -> Any:
    """The elements of one list that are not in another, and where they were."""
    import numpy as np

    from kerax.compat.tensorflow._core import tensor
    from kerax.compat.tensorflow._creating import known
    from kerax.compat.tensorflow._dtypes import as_dtype

    one, two = known(x), known(y)
    keep = ~np.isin(one, two)
    return ListDiff(tensor(one[keep]), tensor(np.flatnonzero(keep).astype(as_dtype(index_dtype).dtype)))


class Dimension:
    """A size as TensorFlow 1 had it.

    Args:
      value: the size, None where unknown.

    Example:
      >>> from kerax.compat.tensorflow._v1_names import Dimension
      >>> (Dimension(3) + 2).value
      5
    """

    def __init__(self, value: Any):
        self._value = getattr(value, "value", value)

    value = property(lambda self: self._value, doc="The size, or None.")

    def _with(self, other: Any, function: Callable) -> Dimension:
        theirs = getattr(other, "value", other)
        return Dimension(None if self._value is None or theirs is None else function(self._value, theirs))

    def __add__(self, other: Any) -> Dimension:
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other: Any) -> Dimension:
        return self._with(other, lambda a, b: a - b)

    def __mul__(self, other: Any) -> Dimension:
        return self._with(other, lambda a, b: a * b)

    def __floordiv__(self, other: Any) -> Dimension:
        return self._with(other, lambda a, b: a // b)

    __radd__, __rmul__ = __add__, __mul__

    def __eq__(self, other: object) -> Any:
        theirs = getattr(other, "value", other)
        return None if self._value is None or theirs is None else self._value == theirs

    __hash__ = None  # type: ignore[assignment]

    def __int__(self) -> int:
        return self._value

    __index__ = __int__

    def __repr__(self) -> str:
        return f"Dimension({self._value})"

    def __str__(self) -> str:
        return "?" if self._value is None else str(self._value)
