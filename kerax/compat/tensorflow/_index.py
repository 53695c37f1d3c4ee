"""Which name of TensorFlow is found where: tables only."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow import _dtypes
from kerax.compat.tensorflow._namespace import Namespace, table

_ARITHMETIC = (
    "abs acos acosh add add_n asin asinh atan atan2 atanh cos cosh divide equal exp floor greater greater_equal less "
    "less_equal logical_and logical_not logical_or maximum minimum multiply negative not_equal pow round scalar_mul "
    "sigmoid sign sin sinh sqrt square subtract tan tanh truediv"
)
_REDUCTIONS = (
    "argmax argmin cumsum reduce_all reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod "
    "reduce_sum"
)

DTYPES = {name: kind for name, kind in _dtypes.TABLE.items() if name not in _dtypes.SMALL} | {
    "DType": _dtypes.DType,
    "as_dtype": _dtypes.as_dtype,
}

TOP: dict[str, Any] = (
    table(
        _math=f"{_ARITHMETIC} cast clip_by_value complex saturate_cast truncatediv truncatemod realdiv",
        _reducing=_REDUCTIONS,
        _creating="constant convert_to_tensor is_tensor identity zeros ones fill zeros_like ones_like range linspace "
        "eye "
        "shape shape_n size rank get_static_value broadcast_static_shape broadcast_dynamic_shape ensure_shape "
        "stop_gradient reshape expand_dims squeeze transpose broadcast_to bitcast",
        _joining="concat stack parallel_stack unstack split tile repeat pad reverse roll meshgrid reverse_sequence",
        _gather="gather gather_nd scatter_nd tensor_scatter_nd_update tensor_scatter_nd_add tensor_scatter_nd_sub "
        "tensor_scatter_nd_max tensor_scatter_nd_min where boolean_mask one_hot sequence_mask sort argsort unique "
        "unique_with_counts searchsorted dynamic_partition dynamic_stitch histogram_fixed_width "
        "histogram_fixed_width_bins",
        _slicing="slice=slice_ strided_slice",
        _linalg="matmul tensordot einsum norm clip_by_norm clip_by_global_norm eig eigvals matrix_square_root=sqrtm",
        _tracing="function TensorArray",
        _gradients="GradientTape UnconnectedGradients custom_gradient recompute_grad",
        _trace_gradients="gradients hessians",
        _control="cond case switch_case while_loop map_fn foldl foldr scan vectorized_map "
        "group no_op tuple executing_eagerly inside_function init_scope name_scope control_dependencies device "
        "grad_pass_through get_logger get_current_name_scope",
        _python_calls="py_function numpy_function",
        _printing="print Assert",
        _module="Module",
        _variable="Variable",
        _shape="TensorShape",
        _tensor="Tensor",
        _spec="TensorSpec RaggedTensorSpec SparseTensorSpec TypeSpec type_spec_from_value",
        _spec_parts="IndexedSlicesSpec OptionalSpec TensorArraySpec",
        _ragged="RaggedTensor",
        _sparse="SparseTensor IndexedSlices",
        _strings="as_string",
        _nn_spatial="space_to_batch space_to_batch_nd batch_to_space",
        _graph="Graph",
        _root_rare="AggregationMethod DeviceSpec approx_top_k extract_volume_patches fingerprint guarantee_const "
        "identity_n is_symbolic_tensor no_gradient required_space_to_batch_paddings timestamp unravel_index "
        "variable_creator_scope",
        _debugging="assert_equal assert_greater assert_less assert_rank",
        _parts="Operation VariableAggregation VariableSynchronization CriticalSection RegisterGradient "
        "make_ndarray make_tensor_proto load_op_library load_library edit_distance",
        _operations="conv conv2d_backprop_filter_v2 conv2d_backprop_input_v2 "
        "fftnd=fftnd_operation ifftnd=ifftnd_operation irfftnd=irfftnd_operation "
        "rfftnd=rfftnd_operation "
        "nondifferentiable_batch_function ragged_fill_empty_rows ragged_fill_empty_rows_grad random_index_shuffle",
        _conversions="register_tensor_conversion_function",
        _v1_parts="random_normal_initializer random_uniform_initializer zeros_initializer ones_initializer "
        "constant_initializer",
    )
    | {name: kind for name, kind in DTYPES.items() if name not in ("DType",)}
    | {
        "DType": _dtypes.DType,
        "dtypes": lambda: dtypes,
        "newaxis": None,
        "__version__": "2.15.1",
        "string": _dtypes.string,
    }
)

math = Namespace(
    "tf.math",
    table(
        _math="abs accumulate_n acos acosh add add_n angle approximate_equal asin asinh atan atan2 atanh ceil conj "
        "cos cosh "
        "digamma divide divide_no_nan equal erf erfc erfcinv erfinv exp expm1 floor floordiv floormod greater "
        "greater_equal igamma igammac imag is_finite is_inf is_nan is_non_decreasing "
        "is_strictly_increasing lbeta less less_equal lgamma log log1p log_sigmoid logical_and logical_not logical_or "
        "logical_xor maximum minimum mod multiply multiply_no_nan ndtri negative nextafter not_equal polygamma pow "
        "real "
        "reciprocal reciprocal_no_nan rint round rsqrt scalar_mul sigmoid sign sin sinh softplus softsign sqrt square "
        "squared_difference subtract tan tanh truediv xdivy xlog1py xlogy zeta bessel_i0 bessel_i0e bessel_i1 "
        "bessel_i1e",
        _reducing="argmax argmin bincount confusion_matrix count_nonzero cumprod cumsum cumulative_logsumexp in_top_k "
        "l2_normalize reduce_all reduce_any reduce_euclidean_norm reduce_logsumexp reduce_max reduce_mean reduce_min "
        "reduce_prod reduce_std reduce_sum reduce_variance segment_max segment_mean segment_min segment_prod "
        "segment_sum "
        "unsorted_segment_max unsorted_segment_mean unsorted_segment_min unsorted_segment_prod unsorted_segment_sqrt_n "
        "unsorted_segment_sum zero_fraction approx_max_k",
        _gather="top_k invert_permutation",
        _nn="softmax log_softmax",
        _special="betainc polyval approx_min_k",
        _nn_rare="sobol_sample",
    )
    | {"special": lambda: _special},
)
_special = Namespace(
    "tf.math.special",
    table(
        _math="bessel_i0 bessel_i0e bessel_i1 bessel_i1e",
        _special="bessel_j0 bessel_j1 bessel_k0 bessel_k0e bessel_k1 bessel_k1e bessel_y0 bessel_y1 dawsn expint "
        "fresnel_cos fresnel_sin spence",
    ),
)

bitwise = Namespace("tf.bitwise", table(_bits="bitwise_and bitwise_or bitwise_xor invert left_shift right_shift"))

linalg = Namespace(
    "tf.linalg",
    table(
        _linalg="adjoint cholesky cholesky_solve cross det eig eigh eigvals eigvalsh einsum "
        "expm "
        "global_norm inv logdet lstsq lu matmul matrix_rank matrix_transpose matvec norm normalize pinv qr "
        "slogdet "
        "solve sqrtm svd tensordot trace triangular_solve",
        _reducing="l2_normalize",
        _creating="eye",
        _diagonals="band_part diag diag_part set_diag tensor_diag tensor_diag_part",
        _linalg_more="lu_solve lu_matrix_inverse lu_reconstruct logm tridiagonal_matmul tridiagonal_solve "
        "eigh_tridiagonal banded_triangular_solve",
        _linear_operator="LinearOperator LinearOperatorAdjoint LinearOperatorBlockDiag "
        "LinearOperatorBlockLowerTriangular LinearOperatorCirculant LinearOperatorCirculant2D "
        "LinearOperatorCirculant3D LinearOperatorComposition LinearOperatorDiag LinearOperatorFullMatrix "
        "LinearOperatorHouseholder LinearOperatorIdentity LinearOperatorInversion LinearOperatorKronecker "
        "LinearOperatorLowRankUpdate LinearOperatorLowerTriangular LinearOperatorPermutation "
        "LinearOperatorScaledIdentity LinearOperatorToeplitz LinearOperatorTridiag LinearOperatorZeros",
    )
    | {
        "experimental": lambda: Namespace(
            "tf.linalg.experimental", {"conjugate_gradient": "_linear_operator.conjugate_gradient:conjugate_gradient"}
        )
    },
)

nn = Namespace(
    "tf.nn",
    table(
        _nn_conv="avg_pool avg_pool1d avg_pool2d avg_pool3d bias_add conv1d conv2d conv2d_transpose conv3d "
        "convolution depth_to_space depthwise_conv2d max_pool max_pool1d max_pool2d max_pool3d pool "
        "separable_conv2d space_to_depth",
        _nn="batch_normalization compute_average_loss "
        "crelu ctc_loss dropout elu "
        "embedding_lookup gelu "
        "l2_loss leaky_relu local_response_normalization log_poisson_loss log_softmax "
        "moments relu relu6 scale_regularization_loss selu sigmoid "
        "sigmoid_cross_entropy_with_logits silu softmax softmax_cross_entropy_with_logits softplus softsign "
        ""
        "sparse_softmax_cross_entropy_with_logits swish tanh weighted_cross_entropy_with_logits weighted_moments "
        "lrn=local_response_normalization",
        _nn_fractional="fractional_avg_pool fractional_max_pool",
        _sampled_losses="nce_loss sampled_softmax_loss",
        _cell_wrappers="RNNCellDeviceWrapper=DeviceWrapper RNNCellDropoutWrapper=DropoutWrapper "
        "RNNCellResidualWrapper=ResidualWrapper",
        _nn_more="embedding_lookup_sparse safe_embedding_lookup_sparse normalize_moments "
        "sufficient_statistics conv1d_transpose conv3d_transpose conv_transpose ctc_greedy_decoder "
        "ctc_beam_search_decoder "
        "atrous_conv2d",
        _reducing="l2_normalize zero_fraction in_top_k approx_max_k",
        _gather="top_k",
        _nn_gradients="atrous_conv2d_transpose depthwise_conv2d_backprop_input depthwise_conv2d_backprop_filter",
        _nn_rare="all_candidate_sampler batch_norm_with_global_normalization compute_accidental_hits "
        "isotonic_regression",
        _candidates="fixed_unigram_candidate_sampler learned_unigram_candidate_sampler",
        _v1_math="with_space_to_batch",
        _nn_spatial="space_to_batch dilation2d erosion2d max_pool_with_argmax collapse_repeated ctc_unique_labels",
        _special="approx_min_k",
    )
    | {"experimental": lambda: Namespace("tf.nn.experimental", table(_nn_rare="stateless_dropout general_dropout"))},
)

random = Namespace(
    "tf.random",
    table(
        _random="categorical gamma normal poisson set_seed shuffle truncated_normal uniform",
        _random_stateless="Algorithm fold_in split stateless_binomial stateless_categorical stateless_gamma "
        "stateless_normal stateless_parameterized_truncated_normal stateless_poisson stateless_shuffle "
        "stateless_truncated_normal stateless_uniform",
        _random_generator="Generator create_rng_state get_global_generator set_global_generator",
        _candidates="fixed_unigram_candidate_sampler learned_unigram_candidate_sampler log_uniform_candidate_sampler "
        "uniform_candidate_sampler",
        _nn_rare="all_candidate_sampler",
    )
    | {"experimental": lambda: _random_experimental},
)
_random_experimental = Namespace(
    "tf.random.experimental",
    table(
        _random_generator="Generator create_rng_state get_global_generator set_global_generator",
        _random_stateless="Algorithm stateless_shuffle stateless_fold_in=fold_in stateless_split=split",
        _operations="index_shuffle",
    ),
)

dtypes = Namespace(
    "tf.dtypes",
    {
        **DTYPES,
        **table(_math="cast complex saturate_cast", _dtypes="QUANTIZED_DTYPES"),
        "experimental": lambda: Namespace(
            "tf.dtypes.experimental", {name: _dtypes.TABLE[name] for name in _dtypes.SMALL}
        ),
    },
)

nest = Namespace("tf.nest", table(_nest="assert_same_structure flatten is_nested map_structure pack_sequence_as"))
