"""Convolution kernels against `jax.lax` and Keras: values, both derivatives, batching, symbolic sizes."""

import itertools

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from jax import lax

from kerax.functional import conv_cpu
from kerax.functional.conv import conv, conv_is_scan_safe, conv_transpose, depthwise_conv, separable_conv

SPATIAL = {1: (9,), 2: (9, 8), 3: (6, 5, 7)}
LETTERS = {1: "W", 2: "HW", 3: "DHW"}


def normal(seed, *shape):
    return jnp.asarray(np.random.default_rng(seed).normal(size=shape), jnp.float32)


def reference(x, w, strides=1, padding="valid", dilation=1, groups=1):
    rank = x.ndim - 2
    letters = LETTERS[rank]
    if padding == "causal":
        padding = [(dilation * (w.shape[0] - 1), 0)]
    return lax.conv_general_dilated(
        x,
        w,
        (strides,) * rank if isinstance(strides, int) else strides,
        padding.upper() if isinstance(padding, str) else padding,
        rhs_dilation=(dilation,) * rank if isinstance(dilation, int) else dilation,
        dimension_numbers=(f"N{letters}C", f"{letters}IO", f"N{letters}C"),
        feature_group_count=groups,
    )


def assert_same_maps(f, g, *operands):
    """Values, both transposes, forward mode and second derivatives of two bilinear functions agree."""
    tangents = tuple(normal(6 + i, *o.shape) for i, o in enumerate(operands))
    cotangent = normal(5, *jax.eval_shape(g, *operands).shape)

    def everything(h, operands, tangents, cotangent):
        def gradient_size(*o):
            return sum((d**2).sum() for d in jax.grad(lambda *o: (h(*o) ** 3).mean(), (0, 1))(*o))

        y, pull = jax.vjp(h, *operands)
        forward_mode = jax.jvp(h, operands, tangents)[1]
        return y, *pull(cotangent), forward_mode, *jax.grad(gradient_size, (0, 1))(*operands)

    # Operands are arguments: the compiler of jaxlib 0.7.2 folds constants into lax's own convolutions wrongly.
    compiled = jax.jit(everything, static_argnums=0)
    ours, theirs = (compiled(h, operands, tangents, cotangent) for h in (f, g))
    for one, other in zip(ours, theirs, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, atol=1e-4 * max(1.0, float(jnp.abs(other).max())))


@pytest.fixture(scope="class")
def every_form():
    """Small cases take the forms that only large ones take by themselves; the sizes used are found nowhere else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conv_cpu, "MIN_SPREAD_FEATURES", 0)
        patch.setattr(conv_cpu, "MIN_SPREAD_PRODUCTS", 0)
        patch.setattr(conv_cpu, "MIN_SPREAD_PRODUCTS_OF_FEW", 0)
        patch.setattr(conv_cpu, "MAX_UNROLLED_GROUPS", 2)
        jax.clear_caches()
        yield
        jax.clear_caches()


# Every second one: each pair of arguments is still there.
PLANE_CASES = [
    (strides, dilation, padding, groups)
    for strides, dilation, padding, groups in itertools.product(
        [1, (2, 3)], [1, (2, 1)], ["valid", "same", ((2, 0), (1, 3))], [1, 2, 4]
    )
][::2]


@pytest.mark.usefixtures("every_form")
class TestEveryForm:
    @pytest.mark.parametrize("strides, dilation, padding, groups", PLANE_CASES)
    def test_plane_convolution_is_lax(self, strides, dilation, padding, groups):
        x, w = normal(0, 2, 9, 8, 4), normal(1, 3, 2, 4 // groups, 8)
        assert_same_maps(
            lambda x, w: conv(x, w, strides, padding, dilation, groups),
            lambda x, w: reference(x, w, strides, padding, dilation, groups),
            x,
            w,
        )

    @pytest.mark.parametrize("padding", ["valid", "same", "causal"])
    @pytest.mark.parametrize("strides, dilation, groups", [(1, 1, 1), (2, 1, 2), (1, 3, 1), (3, 1, 4)])
    def test_line_convolution_is_lax(self, strides, dilation, groups, padding):
        x, w = normal(0, 2, 9, 4), normal(1, 3, 4 // groups, 8)
        assert_same_maps(
            lambda x, w: conv(x, w, strides, padding, dilation, groups),
            lambda x, w: reference(x, w, strides, padding, dilation, groups),
            x,
            w,
        )

    @pytest.mark.parametrize("padding", ["valid", "same", ((1, 3), (0, 1), (2, 0))])
    @pytest.mark.parametrize("strides, dilation, groups", [(1, 1, 1), ((2, 1, 2), 1, 2), (1, (2, 1, 1), 1), (2, 1, 4)])
    def test_volume_convolution_is_lax(self, strides, dilation, groups, padding):
        x, w = normal(0, 2, *SPATIAL[3], 4), normal(1, 3, 2, 3, 4 // groups, 8)
        assert_same_maps(
            lambda x, w: conv(x, w, strides, padding, dilation, groups),
            lambda x, w: reference(x, w, strides, padding, dilation, groups),
            x,
            w,
        )


def test_small_sizes_take_the_plain_form():
    x, w = normal(0, 2, 9, 8, 3), normal(1, 3, 2, 3, 8)
    assert_same_maps(lambda x, w: conv(x, w, 2, "same"), lambda x, w: reference(x, w, 2, "same"), x, w)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_one_by_one_kernels(rank):
    x, w = normal(0, 2, *SPATIAL[rank], 4), normal(1, *(1,) * rank, 4, 5)
    assert_same_maps(conv, reference, x, w)


@pytest.mark.parametrize("multiplier", [1, 3])
@pytest.mark.parametrize("rank, strides, dilation, padding", [(1, 2, 1, "same"), (2, 1, 2, "valid"), (2, 2, 1, "same")])
def test_depthwise_is_a_grouped_convolution(rank, strides, dilation, padding, multiplier):
    x, w = normal(0, 2, *SPATIAL[rank], 4), normal(1, *(3,) * rank, 4, multiplier)

    def grouped(x, w):
        return reference(x, w.reshape(*w.shape[:-2], 1, -1), strides, padding, dilation, groups=4)

    assert_same_maps(lambda x, w: depthwise_conv(x, w, strides, padding, dilation), grouped, x, w)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_separable_is_keras(data_format):
    x, depth, point = normal(0, 2, 9, 8, 3), normal(1, 3, 3, 3, 2), normal(2, 1, 1, 6, 5)
    if data_format == "channels_first":
        x = jnp.moveaxis(x, -1, 1)
    theirs = keras.ops.separable_conv(x, depth, point, 2, "same", data_format)
    np.testing.assert_allclose(separable_conv(x, depth, point, 2, "same", data_format=data_format), theirs, atol=1e-5)


TRANSPOSED_CASES = [
    (rank, size, strides, padding, extra, dilation)
    for rank, size, strides, padding, extra, dilation in itertools.product(
        [1, 2, 3], [1, 2, 3, 4], [1, 2, 3], ["valid", "same"], [None, 0, 1], [1, 2]
    )
    if (extra or 0) < strides and (strides == 1 or dilation == 1) and (rank == 1 or (size, strides) == (3, 2))
]


@pytest.mark.parametrize("rank, size, strides, padding, extra, dilation", TRANSPOSED_CASES)
def test_transposed_is_keras(rank, size, strides, padding, extra, dilation):
    x, w = normal(0, 2, *(5, 4, 3)[:rank], 3), normal(1, *(size,) * rank, 2, 3)
    theirs = keras.ops.conv_transpose(x, w, strides, padding, extra, "channels_last", dilation)
    np.testing.assert_allclose(conv_transpose(x, w, strides, padding, extra, dilation), theirs, atol=1e-5)


@pytest.mark.parametrize("strides, padding", [(1, "valid"), (2, "same"), (3, "valid")])
def test_transposed_derivatives(strides, padding):
    x, w = normal(0, 2, 5, 4, 3), normal(1, 3, 2, 2, 3)
    theirs = lambda x, w: keras.ops.conv_transpose(x, w, strides, padding, None, "channels_last")  # noqa: E731
    assert_same_maps(lambda x, w: conv_transpose(x, w, strides, padding), theirs, x, w)


def test_vmap_over_each_and_both_operands():
    x, w = normal(0, 3, 2, 9, 8, 4), normal(1, 3, 3, 3, 4, 5)
    for axes in [(0, None), (None, 0), (0, 0)]:
        a, b = (x if axes[0] == 0 else x[0]), (w if axes[1] == 0 else w[0])
        np.testing.assert_allclose(jax.vmap(conv, axes)(a, b), jax.vmap(reference, axes)(a, b), atol=1e-4)
        ours = jax.vmap(jax.grad(lambda x, w: (conv(x, w) ** 2).sum(), (0, 1)), axes)(a, b)
        theirs = jax.vmap(jax.grad(lambda x, w: (reference(x, w) ** 2).sum(), (0, 1)), axes)(a, b)
        jax.tree.map(lambda one, other: np.testing.assert_allclose(one, other, atol=1e-2), ours, theirs)


def test_hessian_mixes_forward_and_reverse():
    x, w = normal(0, 1, 5, 5, 1), normal(1, 2, 2, 1, 1)
    ours = jax.hessian(lambda w: (conv(x, w) ** 3).sum())(w)
    theirs = jax.hessian(lambda w: (reference(x, w) ** 3).sum())(w)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-2)


def test_symbolic_sizes_stay_symbolic():
    batch, height = jax.export.symbolic_shape("b, h")
    w = normal(1, 3, 3, 4, 5)
    known = jax.ShapeDtypeStruct((batch, 9, 8, 4), jnp.float32)
    assert jax.eval_shape(lambda x: conv(x, w, 2), known).shape == (batch, 4, 3, 5)
    unknown = jax.ShapeDtypeStruct((batch, height, 8, 4), jnp.float32)
    assert jax.eval_shape(lambda x: conv(x, w, padding="same"), unknown).shape == (batch, height, 8, 5)
    valid = jax.eval_shape(lambda x: conv(x, w), unknown).shape
    assert valid == (batch, jax.core.max_dim(height - 2, 0), 6, 5)
    strided = jax.eval_shape(lambda x: conv(x, w, 2, "same"), unknown).shape
    assert (strided[0], strided[2:]) == (batch, (4, 5))
    up = jax.eval_shape(lambda x: conv_transpose(x, normal(2, 3, 3, 5, 4), 2, "same"), unknown).shape
    assert up == (batch, 2 * height, 16, 5)


def test_export_with_a_free_batch_size():
    (batch,) = jax.export.symbolic_shape("b")
    w = normal(1, 3, 3, 4, 5)
    exported = jax.export.export(jax.jit(lambda x: conv(x, w)))(jax.ShapeDtypeStruct((batch, 9, 8, 4), jnp.float32))
    x = normal(0, 3, 9, 8, 4)
    np.testing.assert_allclose(exported.call(x), reference(x, w), atol=1e-4)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_channels_first_is_the_transpose(rank):
    x, w = normal(0, 2, *SPATIAL[rank], 4), normal(1, *(2,) * rank, 2, 6)
    last = conv(x, w, 2, "same", groups=2)
    first = conv(jnp.moveaxis(x, -1, 1), w, 2, "same", groups=2, data_format="channels_first")
    np.testing.assert_allclose(jnp.moveaxis(first, 1, -1), last, atol=1e-5)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_keeps_its_dtype(dtype):
    x, w = normal(0, 2, 9, 8, 4).astype(dtype), normal(1, 3, 3, 4, 5).astype(dtype)
    y, pull = jax.vjp(conv, x, w)
    assert y.dtype == dtype and all(g.dtype == dtype for g in pull(y))
    np.testing.assert_allclose(y.astype("float32"), reference(x, w).astype("float32"), atol=0.2)


def test_integer_inputs_are_promoted():
    x = jnp.ones((1, 5, 5, 1), jnp.int32)
    np.testing.assert_allclose(conv(x, jnp.ones((3, 3, 1, 1))), np.full((1, 3, 3, 1), 9.0))


def test_inside_shard_map():
    mesh = jax.sharding.Mesh(np.array(jax.devices()[:1]), ("data",))
    spec = jax.sharding.PartitionSpec
    x, w = normal(0, 2, 9, 8, 4), normal(1, 3, 3, 4, 5)

    def loss(x, w):
        return lax.psum((conv(x, w) ** 2).sum(), "data")

    sharded = jax.shard_map(loss, mesh=mesh, in_specs=(spec("data"), spec()), out_specs=spec())
    ours = jax.jit(jax.grad(sharded, 1))(x, w)
    theirs = jax.grad(lambda w: (reference(x, w) ** 2).sum())(w)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-2)


def test_no_gradient_reaches_a_scan_in_unusual_dimension_order():
    """Inside a loop XLA's CPU compiler runs only canonical convolutions fast: features last, batch first."""
    x, w = normal(0, 4, 9, 8, 4), normal(1, 3, 3, 4, 5)

    def step(w, _):
        return w - 0.1 * jax.grad(lambda w: (conv(x * w.mean(), w) ** 2).mean())(w), None

    lowered = jax.jit(lambda w: lax.scan(step, w, None, length=2)[0]).lower(w).as_text()
    lines = [line for line in lowered.splitlines() if "stablehlo.convolution" in line]
    assert lines, "the maps should be convolutions"
    assert all("[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]" in line for line in lines)


def test_scan_safety_is_said():
    assert conv_is_scan_safe(2, groups=4)
    assert conv_is_scan_safe(dtype="bfloat16") == (jax.default_backend() != "cpu")


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: conv(jnp.ones((1, 5, 5, 2)), jnp.ones((3, 3, 3, 4))), ["2 channels", "(3, 3, 3, 4)"]),
        (lambda: conv(jnp.ones((1, 5, 5, 2)), jnp.ones((3, 3, 1, 3)), groups=2), ["groups=2"]),
        (lambda: conv(jnp.ones((1, 2, 2, 1)), jnp.ones((3, 3, 1, 4))), ["does not fit", "(2, 2)"]),
        (lambda: conv(jnp.ones((1, 5, 1)), jnp.ones((3, 3, 1, 4))), ["same rank"]),
        (lambda: conv(jnp.ones((1, 5, 5, 1)), jnp.ones((3, 3, 1, 4)), padding="causal"), ["causal"]),
        (lambda: conv(jnp.ones((1, 5, 5, 1)), jnp.ones((3, 3, 1, 4)), strides=(1, 2, 3)), ["strides", "2 ints"]),
        (lambda: conv(jnp.ones((1, 5, 5, 1)), jnp.ones((3, 3, 1, 4)), data_format="last"), ["data_format", "'last'"]),
        (lambda: conv_transpose(jnp.ones((1, 5, 5, 1)), jnp.ones((3, 3, 4, 2))), ["[*size, out, in]"]),
        (lambda: conv_transpose(jnp.ones((1, 5, 1)), jnp.ones((3, 4, 1)), padding="causal"), ["'valid' or 'same'"]),
    ],
)
def test_mistakes_are_explained(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert all(word in str(caught.value) for word in words), caught.value
