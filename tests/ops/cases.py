"""One call or more of every operation that has numbers to compare: name, arguments, keyword arguments."""

import numpy as np

RNG = np.random.default_rng(0)
F = RNG.normal(size=(2, 3)).astype("float32")
G = RNG.normal(size=(2, 3)).astype("float32")
ROW = RNG.normal(size=3).astype("float32")
UNIT = RNG.uniform(-0.9, 0.9, size=(2, 3)).astype("float32")
POSITIVE = RNG.uniform(1, 3, size=(2, 3)).astype("float32")
K = RNG.integers(1, 9, size=(2, 3)).astype("int32")
J = RNG.integers(1, 5, size=(2, 3)).astype("int32")
B = np.array([[True, False, True], [False, False, True]])
NAN = np.array([[1.0, np.nan, 3.0], [2.0, 5.0, -1.0]], "float32")
C = (F + 1j * G).astype("complex64")
ROWS = np.array([2, 0])
SQUARE = RNG.normal(size=(2, 3, 3)).astype("float32")
DEFINITE = (np.einsum("bij,bkj->bik", SQUARE, SQUARE) + 3 * np.eye(3)).astype("float32")
SEQUENCE = RNG.normal(size=(2, 16)).astype("float32")
IMAGE = RNG.normal(size=(2, 6, 7, 4)).astype("float32")
SIGNAL = RNG.normal(size=(2, 7, 4)).astype("float32")
PAIR = (F, G)
ATTENTION = RNG.normal(size=(2, 5, 4, 3)).astype("float32")
LABELS = RNG.integers(1, 5, size=(2, 3)).astype("int32")
LOGITS = RNG.normal(size=(2, 7, 5)).astype("float32")
LENGTHS = np.array([3, 2], "int32"), np.array([7, 5], "int32")
ODDS = RNG.uniform(0.05, 0.95, size=(2, 3)).astype("float32")

ELEMENTWISE = """arctan arcsinh ceil cos cosh exp exp2 expm1 fabs floor sin sinc sinh tan tanh deg2rad rad2deg cbrt abs
absolute negative sign signbit square trunc round isfinite isinf isnan isneginf isposinf isreal erf erfc i0 nan_to_num
celu elu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu log_sigmoid log_softmax relu relu6
selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid squareplus swish
tanh_shrink gelu conj conjugate real imag angle copy ravel ones_like zeros_like logical_not""".split()
ON_POSITIVE = "log log10 log1p log2 sqrt rsqrt reciprocal arccosh".split()
ON_UNIT = "arccos arcsin arctanh erfinv".split()
PAIRWISE = """add subtract multiply divide true_divide floor_divide mod fmod maximum minimum fmax fmin
arctan2 hypot heaviside logaddexp logaddexp2 nextafter equal not_equal less less_equal greater greater_equal logical_and
logical_or logical_xor isclose allclose divide_no_nan""".split()
ON_INTEGERS = """bitwise_and bitwise_or bitwise_xor bitwise_left_shift left_shift bitwise_right_shift right_shift gcd
lcm""".split()
REDUCTIONS = """sum all any amax amin max min ptp prod mean var std median argmax argmin
logsumexp""".split()
NAN_REDUCTIONS = "nansum nanprod nanmax nanmin nanargmax nanargmin nanmean nanmedian nanvar nanstd".split()


def case(name, *args, **kwargs):
    return name, args, kwargs


CASES = [
    *[case(name, F) for name in ELEMENTWISE],
    case("glu", RNG.normal(size=(2, 4)).astype("float32")),
    *[case(name, K) for name in ELEMENTWISE if name in "ceil cos exp floor sin tanh sign square round relu".split()],
    *[case(name, POSITIVE) for name in ON_POSITIVE],
    *[case(name, K) for name in ("log", "sqrt", "log2")],
    *[case(name, UNIT) for name in ON_UNIT],
    *[case(name, F, G) for name in PAIRWISE],
    *[case(name, K, J) for name in ("add", "divide", "floor_divide", "mod", "power", "arctan2", "equal", "maximum")],
    *[case(name, F, ROW) for name in ("add", "multiply", "less")],
    *[case(name, F, 2) for name in ("add", "multiply", "power", "divide")],
    *[case(name, K, 2.5) for name in ("add", "multiply", "divide")],
    case("power", POSITIVE, G),
    *[case(name, K, J) for name in ON_INTEGERS],
    case("bitwise_invert", K), case("bitwise_not", K), case("ldexp", F, J), case("threshold", F, 0.1, 0.5),
    case("angle", C), case("real", C), case("imag", C), case("conj", C), case("view_as_real", C),
    *[case(name, F) for name in REDUCTIONS],
    *[case(name, F, axis=1) for name in REDUCTIONS],
    *[case(name, F, axis=0, keepdims=True) for name in ("sum", "mean", "max", "var", "all", "argmax", "median")],
    *[case(name, K, axis=1) for name in ("sum", "mean", "prod", "var", "std", "max", "median")],
    *[case(name, NAN, axis=1) for name in NAN_REDUCTIONS],
    case("sum", B), case("count_nonzero", F, axis=1), case("average", F, axis=1, weights=G), case("average", K),
    case("cumsum", F, axis=1), case("cumprod", F, axis=0), case("nancumsum", NAN, axis=1), case("cumsum", K),
    case("nancumprod", NAN, axis=1), case("quantile", F, 0.3, axis=1), case("percentile", F, 30, axis=1),
    case("nanquantile", NAN, 0.3, axis=1), case("nanpercentile", NAN, 30, axis=1), case("trapezoid", F),
    case("corrcoef", F), case("clip", F, -0.5, 0.5), case("where", B, F, G), case("select", [B, ~B], [F, G]),
    case("isin", K, [1, 2]), case("reshape", F, (3, -1)), case("transpose", SQUARE, (2, 0, 1)),
    case("view", F, "int32"),
    case("swapaxes", SQUARE, 0, 2), case("moveaxis", SQUARE, 0, -1), case("expand_dims", F, (0, 2)),
    case("squeeze", F[:, None], 1), case("broadcast_to", ROW, (4, 3)), case("repeat", F, 2, axis=1),
    case("tile", F, (2, 1)), case("pad", F, ((1, 0), (2, 1))), case("pad", F, 1, mode="edge"),
    case("pad", F, 1, constant_values=2.0), case("flip", F, axis=1), case("fliplr", F), case("flipud", F),
    case("roll", F, 1, axis=1), case("rot90", F), case("diag", ROW), case("diag", F), case("diagflat", ROW),
    case("diagonal", SQUARE, axis1=1, axis2=2), case("tril", F), case("triu", F, 1), case("diff", F),
    case("concatenate", [F, G], axis=1), case("stack", [F, G], axis=1), case("hstack", [F, G]), case("vstack", [F, G]),
    case("dstack", [F, G]), case("append", F, G, axis=0), case("split", F, 3, axis=1),
    case("array_split", F, 2, axis=1),
    case("hsplit", F, 3), case("vsplit", F, 2), case("dsplit", SQUARE, 3), case("unstack", F, axis=1),
    case("get_item", F, (slice(None), 1)), case("take", F, [2, 0], axis=1), case("take_along_axis", F, J[:, :1] % 3, 1),
    case("unravel_index", K, (3, 4)), case("searchsorted", np.sort(ROW), F), case("digitize", F, np.sort(ROW)),
    case("sort", F), case("argsort", F), case("top_k", F, 2), case("in_top_k", np.array([0, 2]), F, 2),
    case("vander", ROW, 3),
    case("histogram", F.ravel(), bins=4), case("meshgrid", ROW, ROW[:2]), case("matmul", F, SQUARE),
    case("dot", F, SQUARE[0]),
    case("vdot", F, G), case("inner", F, G), case("outer", ROW, F), case("tensordot", F, SQUARE, axes=[[1], [1]]),
    case("einsum", "ij,bjk->bik", F, SQUARE), case("kron", F, G), case("cross", F, G), case("trace", SQUARE[0]),
    case("correlate", ROW, ROW[:2], mode="full"), case("cdist", F, G), case("full_like", F, 3), case("full", (2,), 3),
    case("linspace", F, G, num=4, axis=1), case("logspace", 0, 2, num=3), case("geomspace", 1, 8, num=4),
    case("empty_like", np.zeros((2, 3), "int32")), case("array", [1, 2]), case("cast", F, "int32"),
    case("saturate_cast", F * 300, "int8"), case("saturate_cast", F * 300, "uint8"),
    case("convert_to_tensor", F, "float16"),
    case("slice", F, [0, 1], [2, 2]), case("slice_update", F, [0, 1], G[:, :2]),
    case("scatter", ROWS[:, None], F, (4, 3)), case("scatter_update", F, [[0, 1], [1, 2]], [7.0, 8.0]),
    case("scatter_update", F, [[0, 1], [0, 1]], [7.0, 8.0], reduction="add"), case("stop_gradient", F),
    case("det", SQUARE), case("inv", DEFINITE), case("cholesky", DEFINITE), case("cholesky_inverse", DEFINITE[0]),
    case("eigh", DEFINITE), case("lu_factor", SQUARE), case("norm", F), case("norm", F, ord=1, axis=1),
    case("norm", K), case("qr", SQUARE), case("solve", DEFINITE, SQUARE), case("solve_triangular", DEFINITE, SQUARE),
    case("svd", SQUARE, compute_uv=False), case("lstsq", SQUARE[0], ROW), case("pinv", SQUARE),
    case("matrix_rank", SQUARE), case("slogdet", SQUARE), case("logdet", DEFINITE),
    case("segment_sum", F, ROWS, num_segments=3), case("segment_prod", F, ROWS, num_segments=3),
    case("segment_max", F, ROWS, num_segments=3), case("segment_min", F, ROWS, num_segments=3),
    case("fft", PAIR), case("fft2", PAIR), case("ifft2", PAIR), case("rfft", F), case("rfft", F, fft_length=8),
    case("irfft", PAIR), case("extract_sequences", SEQUENCE, 4, 3), case("view_as_complex", F[:, :2]),
    case("stft", SEQUENCE, 4, 2, 6), case("stft", SEQUENCE, 4, 2, 4, window="hamming", center=False),
    case("istft", (RNG.normal(size=(2, 5, 4)).astype("float32"),) * 2, 5, 2, 6), case("polar", POSITIVE, F),
    case("istft", (RNG.normal(size=(2, 5, 3)).astype("float32"),) * 2, 4, 2, 4, window=None, length=9),
    case("rearrange", IMAGE, "b (h i) w c -> b i (h w) c", i=2),
    case("conv", IMAGE, RNG.normal(size=(3, 2, 4, 5)).astype("float32"), strides=2, padding="same"),
    case("conv", SIGNAL, RNG.normal(size=(3, 2, 6)).astype("float32"), dilation_rate=2),
    case("depthwise_conv", IMAGE, RNG.normal(size=(3, 2, 4, 2)).astype("float32")),
    case("separable_conv", SIGNAL, *(RNG.normal(size=s).astype("float32") for s in ((3, 4, 2), (1, 8, 5)))),
    case("conv_transpose", IMAGE, RNG.normal(size=(3, 2, 5, 4)).astype("float32"), strides=2, padding="same"),
    case("conv_transpose", SIGNAL, RNG.normal(size=(3, 5, 4)).astype("float32"), strides=2, output_padding=1),
    case("unfold", IMAGE, 2, padding=1, stride=2), case("fold", IMAGE.reshape(2, 28, 6), (4, 6), (2, 2), stride=(2, 2)),
    case("depth_to_space", IMAGE, 2), case("space_to_depth", IMAGE[:, :, :6], 2),
    case("max_pool", IMAGE, 2, 2), case("max_pool", SIGNAL, 3, 2, "same"),
    case("average_pool", IMAGE, (2, 3), 1, "same"),
    case("adaptive_average_pool", IMAGE, (4, 3)), case("adaptive_max_pool", SIGNAL, 3), case("moments", F, 0),
    case("adaptive_average_pool", IMAGE, 9), case("max_pool", IMAGE > 0, 2, 2, "same"),
    case("view_as_complex", K[:, :2]),
    case("moments", IMAGE, (0, 2), keepdims=True), case("batch_normalization", F, ROW, abs(ROW), -1, ROW, ROW),
    case("layer_normalization", F, ROW, ROW), case("rms_normalization", F, ROW), case("normalize", F),
    case("normalize", F, order=3, axis=0), case("one_hot", J, 4), case("one_hot", J, 4, axis=0, dtype="int32"),
    case("multi_hot", J, 5), case("binary_crossentropy", B.astype("float32"), ODDS),
    case("binary_crossentropy", B.astype("float32"), F, from_logits=True),
    case("categorical_crossentropy", ODDS, ODDS[::-1]), case("categorical_crossentropy", ODDS, F, from_logits=True),
    case("sparse_categorical_crossentropy", [0, 2], ODDS),
    case("sparse_categorical_crossentropy", [0, 2], F, from_logits=True), case("psnr", F, G, max_val=2.0),
    case("ctc_loss", LABELS, LOGITS, np.array([0, 2]), np.array([0, 5])),
    case("ctc_loss", LABELS, LOGITS, *LENGTHS), case("ctc_decode", LOGITS, LENGTHS[1]),
    case("dot_product_attention", ATTENTION, ATTENTION, ATTENTION[..., ::-1]),
    case("dot_product_attention", ATTENTION, ATTENTION[:, :, :2], ATTENTION[:, :, :2], is_causal=True),
]  # fmt: skip

# Made from numbers alone, or of sizes that depend on the numbers: not for symbolic tensors and compilation.
EAGER_CASES = [
    case("arange", 5), case("arange", 1, 6, 2), case("arange", 0.0, 1.0, 0.25), case("arange", 3, dtype="float32"),
    case("zeros", (2, 3)), case("ones", 3), case("ones", (2,), "int32"), case("eye", 2, 3, 1), case("identity", 2),
    case("tri", 2, 3), case("bartlett", 5), case("blackman", 5), case("hamming", 5), case("hanning", 5),
    case("kaiser", 5, 2.0), case("nonzero", F > 0), case("unique", J, return_counts=True), case("bincount", J[0]),
    case("bincount", J, minlength=7), case("bincount", J[0], weights=ROW), case("size", F), case("ndim", F),
    case("shape", F), case("add", [1, 2], [3.0, 4.0]), case("sum", [[1, 2], [3, 4]], axis=[0, 1]),
    case("empty", (2, 0)),
    case("eig", SQUARE[0]), case("histogram", K.ravel(), bins=3, range=(0, 8)), case("where", B),
]  # fmt: skip
NOT_COMPARED = set(
    "cond switch map vectorized_map scan associative_scan fori_loop while_loop vectorize custom_gradient jvp is_tensor "
    "dtype convert_to_numpy argpartition sparsemax".split()  # Keras 3.15's sparsemax does not sum to 1
)
