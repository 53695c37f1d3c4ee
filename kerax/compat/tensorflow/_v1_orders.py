"""Functions of ``tf.compat.v1`` whose arguments stand in another order, or have other names, than those of ``tf``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from kerax.compat.tensorflow._partitioned import whole_table

# Function -> its arguments in version 1; ``a=b`` is called b now, ``a=`` is accepted and has no meaning.
_REDUCE = "axis keepdims name reduction_indices=axis keep_dims=keepdims"
_CONDITION = "data= summarize message name"
ORDERS: dict[str, str] = {
    **dict.fromkeys(("argmax", "argmin"), "input axis name dimension=axis output_type"),
    **dict.fromkeys(("arg_max", "arg_min"), "input dimension=axis output_type name"),
    **{f"reduce_{one}": f"input_tensor {_REDUCE}" for one in "all any logsumexp max mean min prod sum".split()},
    **dict.fromkeys(("sparse.reduce_max", "sparse.reduce_sum", "sparse_reduce_max", "sparse_reduce_sum"),
                    "sp_input axis keepdims reduction_axes=axis keep_dims=keepdims"),
    **dict.fromkeys(("softmax", "log_softmax"), "logits axis name dim=axis"),
    **dict.fromkeys(("max_pool", "avg_pool", "avg_pool2d"),
                    "value=input ksize strides padding data_format name input"),
    **dict.fromkeys(("approx_max_k", "approx_min_k"),
                    "operand k reduction_dimension recall_target reduction_input_size_override aggregate_to_topk name"),
    **dict.fromkeys(("assert_equal", "assert_greater", "assert_greater_equal", "assert_less", "assert_less_equal",
                     "assert_none_equal"), f"x y {_CONDITION}"),
    **dict.fromkeys(("assert_negative", "assert_non_negative", "assert_non_positive", "assert_positive"),
                    f"x {_CONDITION}"),
    **dict.fromkeys(("assert_rank", "assert_rank_at_least"), "x rank data= summarize= message name"),
    **dict.fromkeys(("conv2d_transpose", "conv3d_transpose"),
                    "value=input filter=filters output_shape strides padding data_format name input filters dilations"),
    **dict.fromkeys(("difference", "set_difference"), "a b aminusb validate_indices"),
    **dict.fromkeys(("multinomial", "random.multinomial"), "logits num_samples seed name output_dtype=dtype"),
    **dict.fromkeys(("random_poisson", "poisson"), "lam shape dtype seed name"),
    **dict.fromkeys(("reduce_join", "strings.reduce_join"),
                    "inputs axis keep_dims=keepdims separator name reduction_indices=axis keepdims"),
    **dict.fromkeys(("sparse.add", "sparse_add"), "a b threshold thresh=threshold"),
    **dict.fromkeys(("sparse.concat", "sparse_concat"),
                    "axis sp_inputs name expand_nonconcat_dim=expand_nonconcat_dims concat_dim=axis "
                    "expand_nonconcat_dims"),
    **dict.fromkeys(("sparse.split", "sparse_split"),
                    "keyword_required= sp_input num_split axis name split_dim=axis"),
    **dict.fromkeys(("to_hash_bucket", "string_to_hash_bucket"), "string_tensor=input num_buckets name input"),
    **dict.fromkeys(("to_number", "string_to_number"), "string_tensor=input out_type name input"),
    **dict.fromkeys(("ones_like", "zeros_like"), "tensor=input dtype name optimize="),
    **dict.fromkeys(("sparse_segment_mean", "sparse_segment_sqrt_n", "sparse_segment_sum"),
                    "data indices segment_ids name num_segments sparse_gradient="),
    "assert_near": f"x y rtol atol {_CONDITION}",
    "assert_rank_in": "x ranks data= summarize= message name",
    "boolean_mask": "tensor mask name axis",
    "length": "input name unit",
    "pad": "tensor paddings mode name constant_values",
    **dict.fromkeys(("shape", "size"), "input name out_type"),
    "batch_norm_with_global_normalization": "t=input m=mean v=variance beta gamma variance_epsilon "
    "scale_after_normalization name input mean variance",
    "cond": "pred true_fn false_fn strict= name fn1=true_fn fn2=false_fn",
    "confusion_matrix": "labels predictions num_classes dtype name weights",
    "constant": "value dtype shape name verify_shape=",
    "conv1d": "value=input filters stride padding use_cudnn_on_gpu= data_format name input dilations",
    "conv2d": "input filter=filters strides padding use_cudnn_on_gpu= data_format dilations name filters",
    "conv3d": "input filter=filters strides padding data_format dilations name filters",
    "convert_to_tensor": "value dtype name preferred_dtype dtype_hint",
    "convolution": "input filter=filters padding strides dilation_rate=dilations name data_format filters dilations",
    "count_nonzero": "input_tensor=input axis keepdims dtype name reduction_indices=axis keep_dims=keepdims input",
    "crop_and_resize": "image boxes box_ind=box_indices crop_size method extrapolation_value name box_indices",
    "ctc_beam_search_decoder": "inputs sequence_length beam_width top_paths merge_repeated=",
    "decode_raw": "input_bytes out_type little_endian name bytes=input_bytes",
    "depthwise_conv2d": "input filter strides padding rate=dilations name data_format dilations",
    "dilation2d": "input filter=filters strides rates=dilations padding name filters dilations",
    "embedding_lookup": "params ids partition_strategy name validate_indices= max_norm",
    "embedding_lookup_sparse": "params sp_ids sp_weights partition_strategy name combiner max_norm allow_fast_lookup",
    "erosion2d": "value kernel=filters strides rates=dilations padding name",
    "expand_dims": "input axis name dim=axis",
    "extract_image_patches": "images ksizes=sizes strides rates padding name sizes",
    "in_top_k": "predictions targets k name",
    "max_pool_with_argmax": "input ksize strides padding data_format Targmax=output_dtype name output_dtype "
    "include_batch_in_index",
    "moments": "x axes shift name keep_dims=keepdims keepdims",
    "nce_loss": "weights biases labels inputs num_sampled num_classes num_true sampled_values remove_accidental_hits "
    "partition_strategy name",
    "norm": "tensor ord axis keepdims name keep_dims=keepdims",
    "pool": "input window_shape pooling_type padding dilation_rate=dilations strides name data_format dilations",
    "quantize_v2": "input min_range max_range T mode name round_mode narrow_range axis ensure_minimum_range",
    "random_jpeg_quality": "image min_jpeg_quality=lower max_jpeg_quality=upper seed",
    "reverse_sequence": "input seq_lengths seq_axis batch_axis name seq_dim=seq_axis batch_dim=batch_axis",
    "safe_embedding_lookup_sparse": "embedding_weights sparse_ids sparse_weights combiner default_id name "
    "partition_strategy max_norm allow_fast_lookup",
    "sampled_softmax_loss": "weights biases labels inputs num_sampled num_classes num_true sampled_values "
    "remove_accidental_hits partition_strategy name seed",
    "separable_conv2d": "input depthwise_filter pointwise_filter strides padding rate=dilations name data_format "
    "dilations",
    "softmax_cross_entropy_with_logits": "_sentinel= labels logits dim=axis name axis",
    "softmax_cross_entropy_with_logits_v2": "labels logits axis name dim=axis",
    "squeeze": "input axis name squeeze_dims=axis",
    "sufficient_statistics": "x axes shift keep_dims=keepdims name keepdims",
    "verify_tensor_all_finite": "t=x msg=message name x message",
    "weighted_cross_entropy_with_logits": "labels logits pos_weight name targets=labels",
    "weighted_moments": "x axes frequency_weights name keep_dims=keepdims keepdims",
}  # fmt: skip
# Arguments that version 1 has by default where the function of ``tf`` has none, or another.
DEFAULTS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(
        (
            "embedding_lookup",
            "embedding_lookup_sparse",
            "safe_embedding_lookup_sparse",
            "nce_loss",
            "sampled_softmax_loss",
        ),
        {"partition_strategy": "mod"},
    ),
    "dilation2d": {"data_format": "NHWC"},
    "erosion2d": {"data_format": "NHWC"},
    "convolution": {"padding": "VALID"},
    **dict.fromkeys(("multinomial", "random.multinomial"), {"dtype": "int64"}),
}


def _of_parts(function: Callable) -> Callable:
    """A look-up that is told how the rows of its table were spread over parts."""

    @functools.wraps(function)
    def call(*, partition_strategy: str, **given: Any) -> Any:
        for name in ("params", "embedding_weights"):
            if isinstance(given.get(name), (list, tuple)):
                given[name] = whole_table(given[name], partition_strategy)
        return function(**given)

    return call


def in_old_order(name: str, function: Callable) -> Callable:
    """The function, which is called as in version 1.

    Args:
      name: of the function, a key of ``ORDERS``.
      function: of ``tf``.

    Example:
      >>> from kerax.compat.tensorflow._v1_orders import in_old_order
      >>> in_old_order("poisson", lambda shape, lam: (shape, lam))(3.0, [2])
      ([2], 3.0)
    """
    words = [word.partition("=") for word in ORDERS[name].split()]
    order = [old for old, _, _ in words]
    now = {old: (new or None) if mark else old for old, mark, new in words}
    title = name.rpartition(".")[2]
    if "embedding_lookup" in name:
        function = _of_parts(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if len(args) > len(order):
            raise TypeError(f"{title}() takes {len(order)} positional arguments but {len(args)} were given")
        if args and order[0] == "keyword_required":
            raise ValueError(f"{title}(): Keyword arguments are required for this function.")
        given = dict(zip(order, args))
        twice = [key for key in kwargs if key in given]
        if twice:
            raise TypeError(f"{title}() got multiple values for argument {twice[0]!r}")
        found = dict(DEFAULTS.get(name, {}))
        for key, value in (given | kwargs).items():
            new = now.get(key, key)
            if new is not None and not (value is None and (new != key or new in found)):
                if new in found and new not in DEFAULTS.get(name, {}):
                    raise ValueError(f"Cannot specify both {key!r} and {new!r}")
                found[new] = value
        return function(**found)

    call._kerax_order = order  # type: ignore[attr-defined]
    return call
