"""Convolutions as pure functions: ordinary, transposed, depthwise and separable, on one to three spatial axes.

Kernels are ``[*kernel_size, in // groups, out]``; data is ``[n, *spatial, channels]`` or, with
``data_format="channels_first"``, ``[n, channels, *spatial]``. All of them take symbolic sizes, ``jit``, ``vmap``,
forward and reverse mode and higher derivatives. On the CPU they pick a form XLA runs fast (`conv_cpu`); on a GPU or
TPU they are `jax.lax.conv_general_dilated`.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax import lax

from kerax.functional import conv_primitives
from kerax.functional.conv_geometry import Geometry, effective_kernel, layout
from kerax.functional.windows import Padding, per_axis, resolve_padding, with_channels_last
from kerax.jax_compat import varying_axes

__all__ = ["conv", "conv_transpose", "depthwise_conv", "separable_conv", "conv_is_scan_safe", "conv_transpose_padding"]


def conv(
    x: jax.Array,
    kernel: jax.Array,
    strides: int | Sequence[int] = 1,
    padding: Padding = "valid",
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    data_format: str = "channels_last",
) -> jax.Array:
    """Slides a kernel over one to three spatial axes (a cross-correlation, as deep learning says "convolution").

    ``y[n, p, o] = sum over taps t and inputs i of x[n, strides * p + dilation * t - before, i] * kernel[t, i, o]``

    Args:
      x: ``[n, *spatial, in]`` (``[n, in, *spatial]`` for channels_first), floating point.
      kernel: ``[*kernel_size, in // groups, out]``.
      strides: input positions per output position, one int or one per spatial axis.
      padding: ``"valid"`` (none), ``"same"`` (output size = input size / strides, rounded up; the odd zero goes last),
        ``"causal"`` (one spatial axis: zeros before the first step only), or ``(before, after)`` per spatial axis.
      dilation: input positions between kernel taps.
      groups: the channels are split in this many groups, each convolved by its own part of the kernel.
      data_format: ``"channels_last"`` or ``"channels_first"``.

    Returns:
      ``[n, *positions, out]`` (or channels first), in the promoted dtype of ``x`` and ``kernel``.

    Raises:
      ValueError: if ranks, channels or groups do not fit, or no kernel position fits in the input.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.conv import conv
      >>> conv(jnp.ones((1, 5, 5, 1)), jnp.ones((3, 3, 1, 2)), strides=2).shape
      (1, 2, 2, 2)
    """
    x, kernel = _operands("conv", x, kernel)
    rank = x.ndim - 2
    strides, dilation = per_axis("strides", strides, rank), per_axis("dilation", dilation, rank)
    channel_axis = 1 if data_format == "channels_first" else -1
    if kernel.shape[-2] * groups != x.shape[channel_axis] or kernel.shape[-1] % groups:
        raise ValueError(
            f"conv() with groups={groups} takes a kernel [*size, in // groups, out] whose in and out are divisible by "
            f"groups; it got an input with {x.shape[channel_axis]} channels (shape {x.shape}, {data_format}) and a "
            f"kernel of shape {kernel.shape}."
        )
    spatial = x.shape[2:] if channel_axis == 1 else x.shape[1:-1]
    pads = resolve_padding(padding, spatial, kernel.shape[:rank], strides, dilation)
    if not _has_cpu_forms(x, kernel):
        return lax.conv_general_dilated(
            x,
            kernel,
            strides,
            pads,
            rhs_dilation=dilation,
            dimension_numbers=layout(rank, channel_axis == 1),
            feature_group_count=groups,
        )
    geometry = Geometry(strides, pads, dilation, groups, tuple(spatial), kernel.shape[:rank])
    if 0 in geometry.output_size:
        raise ValueError(
            f"conv(): a kernel of size {geometry.kernel_size} with dilation {dilation} does not fit in the spatial "
            f"size {geometry.input_size} with padding {padding!r}. Use a smaller kernel or padding='same'."
        )
    return with_channels_last(lambda x: conv_primitives.forward(x, kernel, geometry), x, data_format)


def depthwise_conv(
    x: jax.Array,
    kernel: jax.Array,
    strides: int | Sequence[int] = 1,
    padding: Padding = "valid",
    dilation: int | Sequence[int] = 1,
    data_format: str = "channels_last",
) -> jax.Array:
    """Convolves every channel with its own ``m`` filters: output channel ``c * m + j`` is input ``c`` by filter ``j``.

    Args:
      x: ``[n, *spatial, in]`` (``[n, in, *spatial]`` for channels_first).
      kernel: ``[*kernel_size, in, m]``.
      strides, padding, dilation, data_format: as for `conv`.

    Returns:
      ``[n, *positions, in * m]`` (or channels first).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.conv import depthwise_conv
      >>> depthwise_conv(jnp.ones((1, 5, 5, 3)), jnp.ones((3, 3, 3, 2))).shape
      (1, 3, 3, 6)
    """
    kernel = jnp.asarray(kernel)
    *size, inputs, multiplier = kernel.shape
    return conv(
        x, kernel.reshape(*size, 1, inputs * multiplier), strides, padding, dilation, inputs, data_format=data_format
    )


def separable_conv(
    x: jax.Array,
    depthwise_kernel: jax.Array,
    pointwise_kernel: jax.Array,
    strides: int | Sequence[int] = 1,
    padding: Padding = "valid",
    dilation: int | Sequence[int] = 1,
    data_format: str = "channels_last",
) -> jax.Array:
    """A depthwise convolution followed by a 1x1 convolution that mixes the channels.

    Args:
      x: ``[n, *spatial, in]`` (``[n, in, *spatial]`` for channels_first).
      depthwise_kernel: ``[*kernel_size, in, m]``.
      pointwise_kernel: ``[1, ..., 1, in * m, out]``.
      strides, padding, dilation, data_format: of the depthwise part, as for `conv`.

    Returns:
      ``[n, *positions, out]`` (or channels first).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.conv import separable_conv
      >>> separable_conv(jnp.ones((1, 5, 5, 3)), jnp.ones((3, 3, 3, 2)), jnp.ones((1, 1, 6, 4))).shape
      (1, 3, 3, 4)
    """
    features = depthwise_conv(x, depthwise_kernel, strides, padding, dilation, data_format)
    return conv(features, pointwise_kernel, data_format=data_format)


def conv_transpose(
    x: jax.Array,
    kernel: jax.Array,
    strides: int | Sequence[int] = 1,
    padding: str = "valid",
    output_padding: int | Sequence[int] | None = None,
    dilation: int | Sequence[int] = 1,
    data_format: str = "channels_last",
) -> jax.Array:
    """The transpose of a convolution: every input value adds its multiple of the kernel to the output.

    Args:
      x: ``[n, *spatial, in]`` (``[n, in, *spatial]`` for channels_first).
      kernel: ``[*kernel_size, out, in]``: outputs before inputs.
      strides: output positions per input position.
      padding: ``"valid"`` (output size ``(spatial - 1) * strides + max(kernel, strides)``) or ``"same"``
        (``spatial * strides``).
      output_padding: positions added at the end of each spatial axis instead of what ``padding`` implies; see
        `conv_transpose_padding`.
      dilation: output positions between kernel taps.
      data_format: ``"channels_last"`` or ``"channels_first"``.

    Returns:
      ``[n, *upsampled, out]`` (or channels first).

    Raises:
      ValueError: if ranks or channels do not fit or ``padding`` is unknown.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.conv import conv_transpose
      >>> conv_transpose(jnp.ones((1, 4, 4, 3)), jnp.ones((3, 3, 2, 3)), strides=2, padding="same").shape
      (1, 8, 8, 2)
    """
    x, kernel = _operands("conv_transpose", x, kernel)
    rank = x.ndim - 2
    strides, dilation = per_axis("strides", strides, rank), per_axis("dilation", dilation, rank)
    channel_axis = 1 if data_format == "channels_first" else -1
    if kernel.shape[-1] != x.shape[channel_axis]:
        raise ValueError(
            f"conv_transpose() takes a kernel [*size, out, in]; it got an input with {x.shape[channel_axis]} channels "
            f"(shape {x.shape}, {data_format}) and a kernel of shape {kernel.shape}."
        )
    extra = (None,) * rank if output_padding is None else per_axis("output_padding", output_padding, rank)
    size = kernel.shape[:rank]
    pads = tuple(map(conv_transpose_padding, size, strides, dilation, (padding,) * rank, extra))
    if not _has_cpu_forms(x, kernel):
        taps = tuple(range(rank))
        return lax.conv_general_dilated(
            x,
            jnp.flip(kernel, taps).swapaxes(-1, -2),
            (1,) * rank,
            pads,
            lhs_dilation=strides,
            rhs_dilation=dilation,
            dimension_numbers=layout(rank, channel_axis == 1),
        )
    positions = x.shape[2:] if channel_axis == 1 else x.shape[1:-1]
    sizes, cuts = [], []
    for m, k, s, d, (before, after) in zip(positions, size, strides, dilation, pads, strict=True):
        span = effective_kernel(k, d)
        n = (m - 1) * s + 1 + before + after - (span - 1)
        cut = span - 1 - before
        sizes.append(n)
        cuts.append((cut, (m - 1) * s + span - n - cut))
    geometry = Geometry(strides, tuple(cuts), dilation, 1, tuple(sizes), size)
    return with_channels_last(lambda g: conv_primitives.input_grad(g, kernel, geometry), x, data_format)


def conv_transpose_padding(
    size: int, stride: int, dilation: int, padding: str, output_padding: int | None
) -> tuple[int, int]:
    """Zeros before and after the stretched input of a transposed convolution along one axis.

    The input, stretched by ``stride``, has ``(n - 1) * stride + 1`` positions; with these zeros around it an ordinary
    convolution gives ``n * stride`` ("same"), ``(n - 1) * stride + max(span, stride)`` ("valid"), or with
    ``output_padding`` ``(n - 1) * stride + span % 2 + output_padding`` ("same") or
    ``(n - 1) * stride + span + output_padding`` ("valid"), where ``span = (size - 1) * dilation + 1``.

    Raises:
      ValueError: if ``padding`` is neither ``"valid"`` nor ``"same"``.

    Example:
      >>> from kerax.functional.conv import conv_transpose_padding
      >>> conv_transpose_padding(3, 2, 1, "same", None)
      (2, 1)
    """
    span = effective_kernel(size, dilation)
    if padding == "valid":
        return span - 1, span - 1 + (max(stride - span, 0) if output_padding is None else output_padding)
    if padding != "same":
        raise ValueError(f"padding of a transposed convolution is 'valid' or 'same'; got {padding!r}.")
    total = stride + span - 2 if output_padding is None else span + span % 2 - 2 + output_padding
    before = min(total - total // 2, span - 1)
    return before, total - before


def conv_is_scan_safe(rank: int = 2, groups: int = 1, dtype: str = "float32") -> bool:
    """Whether a convolution and its gradients keep their speed inside ``lax.scan`` and ``while_loop`` on this backend.

    XLA's CPU compiler turns a convolution in unusual dimension order into a scalar loop when it stands inside a loop.
    The functions of this module write all three maps in canonical order. Measured inside a scan in float32, none of the
    variants falls into that loop: strides, dilation, groups, "same", "causal", depthwise, 1x1, transposed, on one to
    three spatial axes (docs/kernels.md). Other dtypes were not measured, so the answer for them on the CPU is no.

    Example:
      >>> from kerax.functional.conv import conv_is_scan_safe
      >>> conv_is_scan_safe()
      True
    """
    return jax.default_backend() != "cpu" or (dtype == "float32" and 1 <= rank <= 3 and groups >= 1)


def _operands(function: str, x: jax.Array, kernel: jax.Array) -> tuple[jax.Array, jax.Array]:
    x, kernel = jnp.asarray(x), jnp.asarray(kernel)
    if x.ndim != kernel.ndim or not 3 <= x.ndim <= 5:
        raise ValueError(
            f"{function}() takes an input [n, *spatial, channels] with one to three spatial axes and a kernel of the "
            f"same rank; it got shapes {x.shape} and {kernel.shape}."
        )
    dtype = jnp.promote_types(x.dtype, kernel.dtype)
    return x.astype(dtype), kernel.astype(dtype)


def _has_cpu_forms(*arrays: jax.Array) -> bool:
    """Whether the forms of `conv_cpu` apply: CPU, floating point, known sizes, no manual or explicit sharding.

    Inside `jax.shard_map` and on explicitly sharded meshes the plain operation carries JAX's own sharding rules.
    """
    if jax.default_backend() != "cpu":
        return False
    for array in arrays:
        aval = jax.typeof(array)
        sharding = getattr(aval, "sharding", None)
        if not jnp.issubdtype(aval.dtype, jnp.floating) or not all(isinstance(size, int) for size in aval.shape):
            return False
        if varying_axes(array) or (sharding is not None and any(sharding.spec)):
            return False
    return True
