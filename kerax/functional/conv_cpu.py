"""How the three convolution maps are written for XLA's CPU compiler, chosen by shape.

XLA's CPU backend has several engines for one convolution, and how the convolution is written decides which of them
runs. Measured (docs/kernels.md has the table), and the reason for each form below:

- *plain*: `lax.conv_general_dilated` as it stands. Good for few input channels.
- *spread*: strides, both dilations and the padding of the first axis doubled. Every doubled input tap falls on a
  zero that the doubled stride skips, so the result is the same number for number; but XLA then takes its
  multi-threaded engine instead of a single-threaded one that is up to five times slower (57 -> 12 ms forward,
  120 -> 21 ms kernel gradient for 128 images of 26x26x32 -> 64).
- *dot*: a 1x1 kernel is a matrix product.
- *taps*: a depthwise convolution is a sum over kernel taps of shifted products, which XLA fuses into one pass
  (its grouped convolution is a scalar loop: 40 ms against 2 for 32 images of 28x28x64).
- *by group*: the kernel gradient of a grouped convolution, one group at a time (228 -> 4 ms for 4 groups of 16).
- *planes*: with three spatial axes, one two-dimensional convolution per tap of the first axis (47 -> 11 ms forward,
  79 -> 16 ms kernel gradient for 4 volumes of 16x16x16x32 -> 32).

Every map is written with canonical dimension order (batch first, features last), the gradients too: a convolution in
another order is rewritten by XLA at the top of a program but not inside ``scan`` or ``while``, where it becomes a
scalar loop, a hundred times slower. That is why every form here is safe inside a loop.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator

import jax
import jax.numpy as jnp
from jax import lax

from kerax.functional.conv_geometry import Geometry, effective_kernel, layout

Pads = tuple[tuple[int, int], ...]

MIN_SPREAD_FEATURES = 32  # features summed per tap from which the multi-threaded engine wins
MIN_SPREAD_PRODUCTS = 100_000_000  # multiply-adds from which it wins; below, handing them out costs more than it saves
FEW_INPUTS, MIN_SPREAD_PRODUCTS_OF_FEW = 8, 5_000_000  # kernel gradients of fewer input channels gain earlier
PART_BYTES = (
    1 << 22
)  # of input and gradient together: a kernel gradient sums over parts of the batch that stay in cache
MAX_PARTS = 8  # they are written out, so more would make large programs
MAX_FAST_RANK = 2  # XLA's fast engines know one and two spatial axes
MAX_UNROLLED_GROUPS = 16  # more groups go through one `lax.map` body, to keep programs small


def forward(x: jax.Array, w: jax.Array, *, geometry: Geometry) -> jax.Array:
    """The convolution of ``x [n, *spatial, in]`` with ``w [*kernel, in // groups, out]``."""
    q = geometry
    if _is_dot(q):
        return lax.dot_general(x, w.reshape(w.shape[-2:]), (((q.rank + 1,), (0,)), ((), ())))
    if _is_depthwise(q, x.shape[-1]):
        return _taps_forward(x, w, q)
    if q.rank > MAX_FAST_RANK:
        return _planes_forward(x, w, q)
    spread = (
        _spreads(x)
        and q.groups == 1
        and x.shape[-1] >= MIN_SPREAD_FEATURES
        and x.shape[0] * math.prod(q.output_size) * w.size >= MIN_SPREAD_PRODUCTS
        and _fits_fast_engine(q, q.padding)
    )
    return _conv(x, w, q.strides, q.padding, _ones(q), q.dilation, spread, feature_group_count=q.groups)


def input_grad(g: jax.Array, w: jax.Array, *, geometry: Geometry) -> jax.Array:
    """The transpose of `forward` in ``x``: a convolution of the dilated ``g`` with the mirrored, transposed kernel."""
    q = geometry
    inputs, outputs = w.shape[-2] * q.groups, w.shape[-1]
    if _is_dot(q):
        return lax.dot_general(g, w.reshape(w.shape[-2:]), (((q.rank + 1,), (1,)), ((), ())))
    if _is_depthwise(q, inputs):
        return _taps_input_grad(g, w, q)
    if q.rank > MAX_FAST_RANK:
        return _planes_input_grad(g, w, q)
    padding = _input_grad_padding(q)
    spread = (
        _spreads(g)
        and q.groups == 1
        and outputs >= MIN_SPREAD_FEATURES
        and g.shape[0] * math.prod(q.output_size) * w.size >= MIN_SPREAD_PRODUCTS
        and q.strides == _ones(q)
        and _fits_fast_engine(q, padding)
    )
    kernel = _transposed_kernel(w, q)
    return _conv(g, kernel, _ones(q), padding, q.strides, q.dilation, spread, feature_group_count=q.groups)


def kernel_grad(x: jax.Array, g: jax.Array, *, geometry: Geometry) -> jax.Array:
    """The transpose of `forward` in ``w``: a convolution with ``g`` as kernel and the channels as batch."""
    q = geometry
    inputs, outputs = x.shape[-1], g.shape[-1]
    if _is_dot(q):
        positions = tuple(range(q.rank + 1))
        return lax.dot_general(x, g, ((positions, positions), ((), ()))).reshape(*q.kernel_size, inputs, outputs)
    if _is_depthwise(q, inputs):
        return _taps_kernel_grad(x, g, q)
    if q.rank > MAX_FAST_RANK:
        return _planes_kernel_grad(x, g, q)
    if q.groups == 1:
        return _whole_kernel_grad(x, g, q)
    of_group = jax.tree_util.Partial(_whole_kernel_grad, geometry=q)
    if q.groups <= MAX_UNROLLED_GROUPS:
        pairs = zip(jnp.split(x, q.groups, -1), jnp.split(g, q.groups, -1), strict=True)
        return jnp.concatenate([of_group(xs, gs) for xs, gs in pairs], -1)
    by_group = lax.map(lambda pair: of_group(*pair), (_groups_first(x, q), _groups_first(g, q)))
    return jnp.moveaxis(by_group, 0, -2).reshape(*q.kernel_size, inputs // q.groups, outputs)


def _ones(q: Geometry) -> tuple[int, ...]:
    return (1,) * q.rank


def _spreads(x: jax.Array) -> bool:
    """Whether the engine choice is known to matter: it was measured for float32."""
    return x.dtype == jnp.float32


def _is_dot(q: Geometry) -> bool:
    return (
        q.kernel_size == q.strides == _ones(q)
        and q.groups == 1
        and all(before == after == 0 for before, after in q.padding)
    )


def _is_depthwise(q: Geometry, inputs: int) -> bool:
    return q.groups == inputs and inputs > 1


def _fits_fast_engine(q: Geometry, padding: Pads) -> bool:
    """Whether XLA would hand the plain form to its single-threaded engine: padding below the kernel's own reach."""
    return all(
        before + after < effective_kernel(k, d)
        for (before, after), k, d in zip(padding, q.kernel_size, q.dilation, strict=True)
    )


def _conv(x, w, strides, padding, input_dilation, kernel_dilation, spread, **groups) -> jax.Array:
    """`lax.conv_general_dilated` in canonical order, plain or spread.

    Doubling one axis: input position i moves to 2i, output position o to 2 s o, tap k to 2 d k, padding p to 2 p, so
    2 s o + 2 d k - 2 p = 2 i exactly where s o + d k - p = i, and all odd positions hold zeros nobody reads.
    """
    if spread:
        strides, input_dilation, kernel_dilation = (
            (2 * sizes[0], *sizes[1:]) for sizes in (strides, input_dilation, kernel_dilation)
        )
        padding = ((2 * padding[0][0], 2 * padding[0][1]), *padding[1:])
    return lax.conv_general_dilated(
        x,
        w,
        strides,
        padding,
        lhs_dilation=input_dilation,
        rhs_dilation=kernel_dilation,
        dimension_numbers=layout(len(strides)),
        **groups,
    )


def _input_grad_padding(q: Geometry) -> Pads:
    padding = []
    sizes = zip(q.input_size, q.kernel_size, q.dilation, q.strides, q.output_size, q.padding, strict=True)
    for n, k, d, s, m, (before, _) in sizes:
        reach = effective_kernel(k, d) - 1
        spread_size = (m - 1) * s + 1
        padding.append((reach - before, n + before - spread_size))
    return tuple(padding)


def _transposed_kernel(w: jax.Array, q: Geometry) -> jax.Array:
    """Mirrors the taps and swaps inputs and outputs within each group: ``[*kernel, out // groups, in]``."""
    inputs, outputs = w.shape[-2:]
    taps = tuple(range(q.rank))
    mirrored = jnp.flip(w, taps).reshape(*q.kernel_size, inputs, q.groups, outputs // q.groups)
    swapped = mirrored.transpose(*taps, q.rank + 2, q.rank + 1, q.rank)
    return swapped.reshape(*q.kernel_size, outputs // q.groups, q.groups * inputs)


def _whole_kernel_grad(x: jax.Array, g: jax.Array, geometry: Geometry) -> jax.Array:
    """One convolution, or a sum of a few over parts of the batch (153 -> 144 ms for a whole step with batch 128)."""
    parts = _parts(x, g)
    if parts == 1:
        return _part_kernel_grad(x, g, geometry)
    pairs = zip(jnp.split(x, parts), jnp.split(g, parts), strict=True)
    return functools.reduce(jnp.add, (_part_kernel_grad(xs, gs, geometry) for xs, gs in pairs))


def _parts(x: jax.Array, g: jax.Array) -> int:
    """In how many parts of the batch to sum: a power of two, 1 where one engine is as good as the other."""
    if not _spreads(x) or x.shape[-1] < MIN_SPREAD_FEATURES:
        return 1
    size, parts = (x.size + g.size) * x.dtype.itemsize, 1
    while parts < MAX_PARTS and size > parts * PART_BYTES and x.shape[0] % (2 * parts) == 0:
        parts *= 2
    return parts


def _part_kernel_grad(x: jax.Array, g: jax.Array, geometry: Geometry) -> jax.Array:
    q = geometry
    spatial = tuple(range(1, q.rank + 1))
    padding = []
    sizes = zip(q.input_size, q.kernel_size, q.dilation, q.strides, q.output_size, q.padding, strict=True)
    for n, k, d, s, m, (before, _) in sizes:
        padding.append((before, (k - 1) * d + (m - 1) * s + 1 - n - before))  # so that exactly k positions come out
    products = g.size * math.prod(q.kernel_size) * x.shape[-1]
    enough = MIN_SPREAD_PRODUCTS if x.shape[-1] >= FEW_INPUTS else MIN_SPREAD_PRODUCTS_OF_FEW
    taps = _conv(
        x.transpose(q.rank + 1, *spatial, 0),
        g.transpose(*spatial, 0, q.rank + 1),
        q.dilation,
        tuple(padding),
        _ones(q),
        q.strides,
        _spreads(x) and products >= enough,
    )
    return taps.transpose(*spatial, 0, q.rank + 1)


def _groups_first(x: jax.Array, q: Geometry) -> jax.Array:
    return jnp.moveaxis(x.reshape(*x.shape[:-1], q.groups, x.shape[-1] // q.groups), -2, 0)


# Depthwise: input channel c feeds the outputs c * m ... c * m + m - 1 (m = depth multiplier), so repeating every
# channel m times makes each map a plain product, channel by channel.


def _multiplier(outputs: int, q: Geometry) -> int:
    return outputs // q.groups


def _padded(x: jax.Array, q: Geometry) -> jax.Array:
    """``x`` with its padding; what the last kernel position does not reach is left in place."""
    return lax.pad(x, jnp.zeros((), x.dtype), ((0, 0, 0), *((b, max(a, 0), 0) for b, a in q.padding), (0, 0, 0)))


def _all_taps(q: Geometry) -> Iterator[tuple[int, ...]]:
    return itertools.product(*map(range, q.kernel_size))


def _view(padded: jax.Array, tap: tuple, q: Geometry) -> jax.Array:
    """The input values that the kernel positions see through one tap; its numbers may be traced."""
    start = tuple(t * d for t, d in zip(tap, q.dilation, strict=True))
    reach = tuple((m - 1) * s + 1 for m, s in zip(q.output_size, q.strides, strict=True))
    block = lax.dynamic_slice(padded, (0, *start, 0), (padded.shape[0], *reach, padded.shape[-1]))
    return lax.slice(block, (0,) * block.ndim, block.shape, (1, *q.strides, 1))


def _taps_forward(x: jax.Array, w: jax.Array, q: Geometry) -> jax.Array:
    repeats = _multiplier(w.shape[-1], q)
    padded = _padded(jnp.repeat(x, repeats, axis=-1) if repeats > 1 else x, q)
    return functools.reduce(jnp.add, (_view(padded, tap, q) * w[*tap, 0] for tap in _all_taps(q)))


def _taps_input_grad(g: jax.Array, w: jax.Array, q: Geometry) -> jax.Array:
    """The forward map of the mirrored kernel over ``g`` stretched by the strides."""
    around = tuple((b, a, s - 1) for (b, a), s in zip(_input_grad_padding(q), q.strides, strict=True))
    stretched = lax.pad(g, jnp.zeros((), g.dtype), ((0, 0, 0), *around, (0, 0, 0)))
    mirrored = jnp.flip(w, range(q.rank))
    sizes = tuple(stretched.shape[1:-1])
    positions = Geometry(_ones(q), ((0, 0),) * q.rank, q.dilation, q.groups, sizes, q.kernel_size)
    total = functools.reduce(jnp.add, (_view(stretched, tap, positions) * mirrored[*tap, 0] for tap in _all_taps(q)))
    repeats = _multiplier(w.shape[-1], q)
    return total.reshape(*total.shape[:-1], q.groups, repeats).sum(-1) if repeats > 1 else total


def _taps_kernel_grad(x: jax.Array, g: jax.Array, q: Geometry) -> jax.Array:
    repeats = _multiplier(g.shape[-1], q)
    padded = _padded(jnp.repeat(x, repeats, axis=-1) if repeats > 1 else x, q)
    positions = tuple(range(q.rank + 1))

    def of_tap(tap: jax.Array) -> jax.Array:
        return (_view(padded, tuple(tap), q) * g).sum(positions)

    # One reduction at a time: several in one program share a loop that XLA does not vectorise (35 -> 13 ms CPU time).
    rows = lax.map(of_tap, jnp.asarray(list(_all_taps(q)), jnp.int32))
    return rows.reshape(*q.kernel_size, 1, g.shape[-1])


# Three spatial axes: one two-dimensional convolution per tap of the first axis, over the planes that this tap sees.


def _plane(q: Geometry) -> Geometry:
    return Geometry(q.strides[1:], q.padding[1:], q.dilation[1:], q.groups, q.input_size[1:], q.kernel_size[1:])


def _depth_view(x: jax.Array, tap: int, q: Geometry) -> jax.Array:
    """The planes that the kernel positions see through ``tap`` of the first axis, joined to the examples."""
    (before, after), d, s, m = q.padding[0], q.dilation[0], q.strides[0], q.output_size[0]
    rest = ((0, 0, 0),) * (x.ndim - 2)
    padded = lax.pad(x, jnp.zeros((), x.dtype), ((0, 0, 0), (before, max(after, 0), 0), *rest))
    planes = lax.slice_in_dim(padded, tap * d, tap * d + (m - 1) * s + 1, s, axis=1)
    return _join(planes)


def _join(planes: jax.Array) -> jax.Array:
    return planes.reshape(planes.shape[0] * planes.shape[1], *planes.shape[2:])


def _planes_forward(x: jax.Array, w: jax.Array, q: Geometry) -> jax.Array:
    total = sum(forward(_depth_view(x, tap, q), w[tap], geometry=_plane(q)) for tap in range(q.kernel_size[0]))
    return total.reshape(x.shape[0], q.output_size[0], *total.shape[1:])


def _planes_input_grad(g: jax.Array, w: jax.Array, q: Geometry) -> jax.Array:
    n, d, s, m, before = q.input_size[0], q.dilation[0], q.strides[0], q.output_size[0], q.padding[0][0]
    parts = []
    for tap in range(q.kernel_size[0]):
        planes = input_grad(_join(g), w[tap], geometry=_plane(q)).reshape(g.shape[0], m, *q.input_size[1:], -1)
        first = tap * d - before
        config = ((0, 0, 0), (first, n - first - ((m - 1) * s + 1), s - 1), *((0, 0, 0),) * (planes.ndim - 2))
        parts.append(lax.pad(planes, jnp.zeros((), g.dtype), config))
    return functools.reduce(jnp.add, parts)


def _planes_kernel_grad(x: jax.Array, g: jax.Array, q: Geometry) -> jax.Array:
    taps = range(q.kernel_size[0])
    return jnp.stack([kernel_grad(_depth_view(x, tap, q), _join(g), geometry=_plane(q)) for tap in taps])
