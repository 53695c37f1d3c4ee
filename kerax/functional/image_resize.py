"""Resizing images: every interpolation of tf.image.resize and keras.ops.image.resize, as two small matrix products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.errors import unknown_name

_KEYS_A = -0.5  # the free parameter of Keys's cubic, Catmull-Rom
_CUBIC_TABLE = 1024  # TensorFlow reads cubic weights from a table of this many steps per pixel
_GAUSSIAN_SIGMA, _GAUSSIAN_RADIUS = 0.5, 1.5
_TINY = 1000.0 * float(np.finfo(np.float32).eps)  # weights that sum to less than this belong to no input pixel


def _triangle(x: Any, xp: Any) -> Any:
    return xp.maximum(0.0, 1.0 - x)


def _keys_cubic(x: Any, xp: Any) -> Any:
    near = ((_KEYS_A + 2.0) * x - (_KEYS_A + 3.0)) * x * x + 1.0
    far = ((_KEYS_A * x - 5.0 * _KEYS_A) * x + 8.0 * _KEYS_A) * x - 4.0 * _KEYS_A
    return xp.where(x < 1.0, near, xp.where(x < 2.0, far, 0.0))


def _mitchell(x: Any, xp: Any) -> Any:
    near = (7.0 / 6.0 * x - 2.0) * x * x + 8.0 / 9.0
    far = ((-7.0 / 18.0 * x + 2.0) * x - 10.0 / 3.0) * x + 16.0 / 9.0
    return xp.where(x < 1.0, near, xp.where(x < 2.0, far, 0.0))


def _lanczos(radius: float) -> Callable:
    def kernel(x: Any, xp: Any) -> Any:
        y = radius * xp.sin(np.pi * x) * xp.sin(np.pi * x / radius)
        safe = xp.where(x > 1e-3, x, 1.0)
        return xp.where(x > radius, 0.0, xp.where(x > 1e-3, y / (np.pi**2 * safe * safe), 1.0))

    return kernel


def _gaussian(x: Any, xp: Any) -> Any:
    return xp.where(x < _GAUSSIAN_RADIUS, xp.exp(-(x * x) / (2.0 * _GAUSSIAN_SIGMA**2)), 0.0)


_KERNELS: dict[str, Callable] = {
    "bilinear": _triangle,
    "bicubic": _keys_cubic,
    "lanczos3": _lanczos(3.0),
    "lanczos5": _lanczos(5.0),
    "gaussian": _gaussian,
    "mitchellcubic": _mitchell,
}
_SAME = {
    "linear": "bilinear",
    "trilinear": "bilinear",
    "triangle": "bilinear",
    "cubic": "bicubic",
    "tricubic": "bicubic",
}
BLURRING = ("gaussian", "mitchellcubic")  # what these make of an axis of the same size is another one
METHODS = (*_KERNELS, "nearest", "area")


def _method(name: Any) -> str:
    name = _SAME.get(name, name)
    if name not in METHODS:
        raise unknown_name("interpolation", name, METHODS)
    return name


def resize_weights(
    size: Any,
    new_size: Any,
    method: str = "bilinear",
    antialias: bool = False,
    scale: Any = None,
    translation: Any = 0.0,
    table: bool = False,
) -> Any:
    """The matrix that resizes one axis: output = input @ matrix.

    Pixels are squares whose centres lie at half numbers. Output pixel ``j`` is centred at
    ``(j + 0.5 - translation) / scale`` of the input; each column of the matrix sums to 1, or is 0 where the centre lies
    outside the input.

    References: Keys, "Cubic convolution interpolation for digital image processing", IEEE ASSP 29(6), 1981;
    Mitchell and Netravali, "Reconstruction filters in computer graphics", SIGGRAPH 1988; Duchon, "Lanczos filtering in
    one and two dimensions", J. Appl. Meteorology 18, 1979.

    Args:
      size: input pixels.
      new_size: output pixels.
      method: one of ``METHODS``.
      antialias: whether the kernel widens when the image shrinks.
      scale: output pixels per input pixel; ``new_size / size`` by default.
      translation: output pixels by which the image moves.
      table: whether cubic weights are rounded to 1/1024 of a pixel, as TensorFlow's are.

    Returns:
      Array (size, new_size), float32; NumPy's where everything is known, else JAX's.

    Example:
      >>> from kerax.functional.image_resize import resize_weights
      >>> resize_weights(2, 1)
      array([[0.5],
             [0.5]], dtype=float32)
    """
    method = _method(method)
    known = isinstance(size, int) and isinstance(new_size, int)
    xp: Any = np if known and not isinstance(scale, jax.Array) and not isinstance(translation, jax.Array) else jnp
    real = np.float64 if xp is np else jnp.float32
    if (
        method == "gaussian"
    ):  # it ends with a step: on which side of it a pixel lies is a matter of TensorFlow's rounding
        real = np.float32
    inputs, outputs = xp.arange(size).astype(real), xp.arange(new_size).astype(real)
    ratio = real(1.0) * new_size / size if scale is None else scale  # output pixels per input pixel
    if xp is jnp and scale is None:
        ratio = jnp.asarray(new_size, jnp.float32) / jnp.asarray(size, jnp.float32)
    if method == "nearest":
        step = xp.asarray(size, np.float32) / xp.asarray(new_size, np.float32)  # float32, as TensorFlow rounds
        chosen = xp.minimum(xp.floor((outputs.astype(np.float32) + np.float32(0.5)) * step), size - 1)
        return (inputs[:, None] == chosen[None, :]).astype(np.float32)
    if method == "area":
        start, stop = outputs / ratio, (outputs + 1.0) / ratio
        overlap = xp.minimum(inputs[:, None] + 1.0, stop[None]) - xp.maximum(inputs[:, None], start[None])
        return (xp.maximum(overlap, 0.0) * ratio).astype(np.float32)
    inverse = 1.0 / ratio
    centres = (outputs + 0.5) * inverse - translation * inverse - 0.5
    if table:  # TensorFlow computes centres in float32 and rounds their fractions
        centres = ((outputs + 0.5) * inverse).astype(np.float32) - np.float32(0.5)
        base = xp.floor(centres)
        centres = base + xp.round((centres - base) * _CUBIC_TABLE) / _CUBIC_TABLE
    widening = xp.maximum(inverse, 1.0) if antialias else 1.0
    weights = _KERNELS[method](xp.abs(centres[None, :] - inputs[:, None]) / widening, xp)
    total = xp.sum(weights, axis=0, keepdims=True)
    weights = xp.where(xp.abs(total) > _TINY, weights / xp.where(total != 0, total, 1.0), 0.0)
    inside = (centres >= -0.5) & (centres <= size - 0.5)
    return xp.where(inside[None, :], weights, 0.0).astype(np.float32)


def apply_weights(images: jax.Array, weights: Any, axis: int) -> jax.Array:
    """Replaces one axis of an array by weighted sums over it.

    Args:
      images: any array.
      weights: shape (size of the axis, new size).
      axis: the axis.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_resize import apply_weights
      >>> apply_weights(jnp.array([[1.0, 3.0]]), jnp.array([[0.5], [0.5]]), 1)
      Array([[2.]], dtype=float32)
    """
    weights = jnp.asarray(weights, images.dtype)
    moved = jnp.moveaxis(images, axis, -1)
    return jnp.moveaxis(jnp.matmul(moved, weights, precision=jax.lax.Precision.HIGHEST), -1, axis)


def resize(
    images: jax.Array,
    size: Any,
    method: str = "bilinear",
    antialias: bool = False,
    axes: tuple[int, int] = (-3, -2),
    table: bool = False,
) -> jax.Array:
    """Resizes images.

    Args:
      images: shape (..., height, width, channels), or as ``axes`` say.
      size: new height and width.
      method: ``"bilinear"``, ``"nearest"``, ``"bicubic"``, ``"lanczos3"``, ``"lanczos5"``, ``"gaussian"``,
        ``"mitchellcubic"`` or ``"area"``.
      antialias: whether the kernel widens when the image shrinks, so that no pixel is left out.
      axes: which axes are height and width.
      table: whether cubic weights are rounded as TensorFlow's are.

    Returns:
      Images of the new size: their own dtype for ``"nearest"``, else float.

    Raises:
      ValueError: for an unknown method.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_resize import resize
      >>> resize(jnp.arange(4.0).reshape(2, 2, 1), (1, 1))[0, 0]
      Array([1.5], dtype=float32)
    """
    method = _method(method)
    if method == "nearest":
        for axis, new in zip(axes, size, strict=True):
            old = images.shape[axis]
            step = jnp.asarray(old, jnp.float32) / jnp.asarray(new, jnp.float32)
            if isinstance(old, int) and isinstance(new, int):
                step = np.float32(old) / np.float32(new)  # type: ignore[assignment]
            rows = jnp.floor((jnp.arange(new, dtype=jnp.float32) + 0.5) * step).astype(jnp.int32)
            images = jnp.take(images, jnp.minimum(rows, old - 1), axis=axis)
        return images
    if not jnp.issubdtype(images.dtype, jnp.floating):
        images = images.astype(jnp.float32)
    for axis, new in zip(axes, size, strict=True):
        old = images.shape[axis]
        if method not in BLURRING and isinstance(old, int) and isinstance(new, int) and old == new:
            continue
        images = apply_weights(images, resize_weights(old, new, method, antialias, table=table), axis)
    return images


def scale_and_translate(
    images: jax.Array, shape: Any, axes: Any, scale: Any, translation: Any, method: str, antialias: bool = True
) -> jax.Array:
    """Scales and then moves an array along some axes; what comes from outside it is 0.

    Args:
      images: any array.
      shape: shape of the output.
      axes: the axes to scale and move.
      scale: factor per axis.
      translation: output pixels per axis.
      method: an interpolation of `resize`, not ``"nearest"`` nor ``"area"``.
      antialias: whether the kernel widens where the scale is below 1.

    Returns:
      Array of the output shape.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_resize import scale_and_translate
      >>> scale_and_translate(jnp.ones((2, 2)), (2, 3), (1,), jnp.ones(1), jnp.ones(1), "linear")[0]
      Array([0., 1., 1.], dtype=float32)
    """
    if not jnp.issubdtype(images.dtype, jnp.floating):
        images = images.astype(jnp.float32)
    scale, translation = jnp.asarray(scale), jnp.asarray(translation)
    for place, axis in enumerate(axes):
        weights = resize_weights(
            images.shape[axis],
            shape[axis],
            method,
            antialias,
            jnp.asarray(scale[place]),
            jnp.asarray(translation[place]),
        )
        images = apply_weights(images, weights, axis)
    return images
