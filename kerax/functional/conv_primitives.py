"""Convolution as one trilinear form, with its three partial maps as JAX primitives.

A convolution of ``x`` with ``w`` tested against ``g`` is linear in each of the three, so the three maps

    forward(x, w) -> g-shaped      input_grad(g, w) -> x-shaped      kernel_grad(x, g) -> w-shaped

are each other's transposes. Saying so once (`ad.defbilinear`) gives forward mode, reverse mode and every higher
derivative, each made of the same three maps, and each map is then free to choose its own way of computing on the CPU
(`kerax.functional.conv_cpu`); a ``custom_vjp`` would lose forward mode, and with it ``jax.hessian``.

Arrays are channels-last: ``x [n, *spatial, in]``, ``w [*kernel, in // groups, out]``, ``g [n, *positions, out]``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import jax
from jax import lax
from jax.interpreters import ad, batching, mlir

from kerax.functional import conv_cpu
from kerax.functional.conv_geometry import Geometry
from kerax.jax_compat import Primitive


@dataclass(frozen=True)
class _Map:
    """One of the three maps: its primitive, its plain definition, its result shape."""

    primitive: Primitive
    plain: Callable[..., jax.Array]


def _plain_forward(x: jax.Array, w: jax.Array, *, geometry: Geometry) -> jax.Array:
    return lax.conv_general_dilated(
        x,
        w,
        geometry.strides,
        geometry.padding,
        rhs_dilation=geometry.dilation,
        dimension_numbers=geometry.dimension_numbers,
        feature_group_count=geometry.groups,
    )


def _plain_input_grad(g: jax.Array, w: jax.Array, *, geometry: Geometry) -> jax.Array:
    x = jax.ShapeDtypeStruct(geometry.input_shape(g.shape, w.shape), g.dtype)
    (dx,) = jax.linear_transpose(lambda x: _plain_forward(x, w, geometry=geometry), x)(g)
    return dx


def _plain_kernel_grad(x: jax.Array, g: jax.Array, *, geometry: Geometry) -> jax.Array:
    w = jax.ShapeDtypeStruct(geometry.kernel_shape(x.shape, g.shape), g.dtype)
    (dw,) = jax.linear_transpose(lambda w: _plain_forward(x, w, geometry=geometry), w)(g)
    return dw


def _define(name: str, plain: Callable, on_cpu: Callable, result_shape: Callable) -> _Map:
    """A primitive whose lowering is ``on_cpu`` on CPUs and ``plain`` everywhere else."""
    primitive = Primitive(name)
    primitive.def_impl(jax.jit(primitive.bind, static_argnames="geometry"))

    @primitive.def_abstract_eval
    def _abstract(a, b, *, geometry):
        if a.dtype != b.dtype:
            raise TypeError(f"{name} takes two arrays of one dtype; it got {a.dtype} and {b.dtype}.")
        return a.update(shape=result_shape(geometry, a.shape, b.shape), weak_type=False)

    mlir.register_lowering(primitive, mlir.lower_fun(plain, multiple_results=False))
    mlir.register_lowering(primitive, mlir.lower_fun(on_cpu, multiple_results=False), platform="cpu")
    return _Map(primitive, plain)


_forward = _define("kerax_conv", _plain_forward, conv_cpu.forward, Geometry.output_shape)
_input_grad = _define("kerax_conv_input_grad", _plain_input_grad, conv_cpu.input_grad, Geometry.input_shape)
_kernel_grad = _define("kerax_conv_kernel_grad", _plain_kernel_grad, conv_cpu.kernel_grad, Geometry.kernel_shape)


def forward(x: jax.Array, w: jax.Array, geometry: Geometry) -> jax.Array:
    """The convolution itself, to ``[n, *positions, out]``."""
    return _forward.primitive.bind(x, w, geometry=geometry)


def input_grad(g: jax.Array, w: jax.Array, geometry: Geometry) -> jax.Array:
    """The transpose of `forward` in its input; also what a transposed convolution computes."""
    return _input_grad.primitive.bind(g, w, geometry=geometry)


def kernel_grad(x: jax.Array, g: jax.Array, geometry: Geometry) -> jax.Array:
    """The transpose of `forward` in its kernel."""
    return _kernel_grad.primitive.bind(x, g, geometry=geometry)


# Each rule: cotangent and the other operand in, cotangent of the missing operand out.
ad.defbilinear(
    _forward.primitive,
    lambda ct, x, w, *, geometry: input_grad(ct, w, geometry),
    lambda ct, x, w, *, geometry: kernel_grad(x, ct, geometry),
)
ad.defbilinear(
    _input_grad.primitive,
    lambda ct, g, w, *, geometry: forward(ct, w, geometry),
    lambda ct, g, w, *, geometry: kernel_grad(ct, g, geometry),
)
ad.defbilinear(
    _kernel_grad.primitive,
    lambda ct, x, g, *, geometry: input_grad(g, ct, geometry),
    lambda ct, x, g, *, geometry: forward(x, ct, geometry),
)


def _batch_by_merging(kind: _Map) -> Callable:
    """Batching rule for forward and input_grad: a mapped first operand joins its examples."""

    def rule(operands, axes, *, geometry):
        a, w = operands
        a_axis, w_axis = axes
        if w_axis is not None:
            return jax.vmap(lambda a, w: kind.plain(a, w, geometry=geometry), in_axes=axes)(a, w), 0
        a = jax.numpy.moveaxis(a, a_axis, 0)
        out = kind.primitive.bind(a.reshape(a.shape[0] * a.shape[1], *a.shape[2:]), w, geometry=geometry)
        return out.reshape(a.shape[0], a.shape[1], *out.shape[1:]), 0

    return rule


def _batch_plainly(kind: _Map) -> Callable:
    """Batching rule for kernel_grad, whose result sums over the examples and so cannot merge them."""

    def rule(operands, axes, *, geometry):
        return jax.vmap(lambda a, b: kind.plain(a, b, geometry=geometry), in_axes=axes)(*operands), 0

    return rule


batching.primitive_batchers[_forward.primitive] = _batch_by_merging(_forward)
batching.primitive_batchers[_input_grad.primitive] = _batch_by_merging(_input_grad)
batching.primitive_batchers[_kernel_grad.primitive] = _batch_plainly(_kernel_grad)
