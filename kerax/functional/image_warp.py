"""Images read at other places: affine and perspective maps, free fields of coordinates."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.errors import unknown_name

FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
INTERPOLATIONS = ("nearest", "bilinear")


def _fold(index: jax.Array, size: Any, mode: str) -> jax.Array:
    """Brings indices beyond the border back inside, as SciPy's modes do."""
    if mode == "wrap":
        return jnp.mod(index, size)
    if mode == "mirror":  # d c b | a b c d | c b a
        last = size - 1
        return jnp.abs(jnp.mod(index + last, 2 * last if not isinstance(last, int) or last else 1) - last)
    if mode == "reflect":  # c b a | a b c d | d c b
        index = jnp.mod(index, 2 * size)
        return jnp.minimum(index, 2 * size - 1 - index)
    return jnp.clip(index, 0, size - 1)  # "nearest"; for "constant" only to stay inside


def _half_away(x: jax.Array) -> jax.Array:
    return jnp.where(x < 0, -jnp.floor(-x + 0.5), jnp.floor(x + 0.5))


def sample(
    images: jax.Array,
    rows: jax.Array,
    columns: jax.Array,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: Any = 0.0,
) -> jax.Array:
    """Reads each image at its own places.

    Args:
      images: shape (batch, height, width, channels).
      rows: shape (batch, h, w), float: where each output pixel looks, in pixels of the input.
      columns: likewise.
      interpolation: ``"nearest"`` or ``"bilinear"``.
      fill_mode: what lies beyond the border: ``"constant"``, ``"nearest"``, ``"wrap"``, ``"mirror"``, ``"reflect"``,
        as in `scipy.ndimage.map_coordinates`.
      fill_value: for ``"constant"``.

    Returns:
      Array (batch, h, w, channels) in the dtype of ``images``; integers are rounded.

    Raises:
      ValueError: for an unknown interpolation or fill mode.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_warp import sample
      >>> image = jnp.array([[[[1.0], [3.0]]]])
      >>> sample(image, jnp.zeros((1, 1, 1)), jnp.full((1, 1, 1), 0.5))[0, 0, 0]
      Array([2.], dtype=float32)
    """
    if interpolation not in INTERPOLATIONS:
        raise unknown_name("interpolation", interpolation, INTERPOLATIONS)
    if fill_mode not in FILL_MODES:
        raise unknown_name("fill_mode", fill_mode, FILL_MODES)
    _, height, width, _ = images.shape
    real = images.dtype if jnp.issubdtype(images.dtype, jnp.floating) else jnp.float32
    batch = jnp.arange(images.shape[0])[:, None, None]

    def pixel(y: jax.Array, x: jax.Array) -> jax.Array:
        found = images[batch, _fold(y, height, fill_mode), _fold(x, width, fill_mode)].astype(real)
        if fill_mode != "constant":
            return found
        inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        return jnp.where(inside[..., None], found, jnp.asarray(fill_value, real))

    if interpolation == "nearest":
        result = pixel(_half_away(rows).astype(jnp.int32), _half_away(columns).astype(jnp.int32))
    else:
        top, left = jnp.floor(rows), jnp.floor(columns)
        down, across = (rows - top)[..., None].astype(real), (columns - left)[..., None].astype(real)
        y, x = top.astype(jnp.int32), left.astype(jnp.int32)
        upper = pixel(y, x) * (1 - across) + pixel(y, x + 1) * across
        lower = pixel(y + 1, x) * (1 - across) + pixel(y + 1, x + 1) * across
        result = upper * (1 - down) + lower * down
    if not jnp.issubdtype(images.dtype, jnp.floating):
        result = _half_away(result)
    return result.astype(images.dtype)


def _grid(images: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Column and row numbers of the pixels, shape (height, width)."""
    x, y = jnp.meshgrid(
        jnp.arange(images.shape[2], dtype=jnp.float32), jnp.arange(images.shape[1], dtype=jnp.float32), indexing="xy"
    )
    return x, y


def affine_transform(
    images: jax.Array,
    transform: jax.Array,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: Any = 0.0,
) -> jax.Array:
    """Moves, turns, scales and shears images.

    Args:
      images: shape (batch, height, width, channels).
      transform: shape (batch, 8) of a0, a1, a2, b0, b1, b2, c0, c1: the output pixel (x, y) is read at
        (a0 x + a1 y + a2, b0 x + b1 y + b2) / (c0 x + c1 y + 1) of the input.
      interpolation: see `sample`.
      fill_mode: see `sample`.
      fill_value: see `sample`.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_warp import affine_transform
      >>> image = jnp.arange(3.0).reshape(1, 1, 3, 1)
      >>> affine_transform(image, jnp.array([[1.0, 0, 1, 0, 1, 0, 0, 0]]))[0, 0, :, 0]
      Array([1., 2., 0.], dtype=float32)
    """
    x, y = _grid(images)
    matrix = jnp.asarray(transform, jnp.float32)[:, :, None, None]
    divisor = matrix[:, 6] * x + matrix[:, 7] * y + 1.0
    columns = (matrix[:, 0] * x + matrix[:, 1] * y + matrix[:, 2]) / divisor
    rows = (matrix[:, 3] * x + matrix[:, 4] * y + matrix[:, 5]) / divisor
    return sample(images, rows, columns, interpolation, fill_mode, fill_value)


def homography(start_points: jax.Array, end_points: jax.Array) -> jax.Array:
    """The perspective map that takes four points to four others.

    Reference: Hartley and Zisserman, "Multiple View Geometry", 2004, section 4.1.

    Args:
      start_points: shape (batch, 4, 2) of (x, y).
      end_points: likewise.

    Returns:
      Array (batch, 8): h0 ... h7, where (x, y) of ``end_points`` goes to (h0 x + h1 y + h2, h3 x + h4 y + h5) / d of
      ``start_points``, d = h6 x + h7 y + 1.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_warp import homography
      >>> corners = jnp.array([[[0.0, 0], [1, 0], [0, 1], [1, 1]]])
      >>> homography(corners, corners).shape
      (1, 8)
    """
    start, end = jnp.asarray(start_points, jnp.float32), jnp.asarray(end_points, jnp.float32)
    u, v, x, y = start[..., 0], start[..., 1], end[..., 0], end[..., 1]
    zero, one = jnp.zeros_like(x), jnp.ones_like(x)
    across = jnp.stack([x, y, one, zero, zero, zero, -u * x, -u * y], axis=-1)
    down = jnp.stack([zero, zero, zero, x, y, one, -v * x, -v * y], axis=-1)
    equations = jnp.concatenate([across, down], axis=-2)
    return jnp.linalg.solve(equations, jnp.concatenate([u, v], axis=-1)[..., None])[..., 0]


def perspective_transform(
    images: jax.Array,
    start_points: jax.Array,
    end_points: jax.Array,
    interpolation: str = "bilinear",
    fill_value: Any = 0.0,
) -> jax.Array:
    """Warps images so that four points come to lie on four others.

    Args:
      images: shape (batch, height, width, channels).
      start_points: shape (batch, 4, 2) of (x, y) in the input.
      end_points: where they lie in the output.
      interpolation: see `sample`.
      fill_value: what lies beyond the border.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_warp import perspective_transform
      >>> corners = jnp.array([[[0.0, 0], [1, 0], [0, 1], [1, 1]]])
      >>> perspective_transform(jnp.ones((1, 2, 2, 1)), corners, corners).shape
      (1, 2, 2, 1)
    """
    x, y = _grid(images)
    h = homography(start_points, end_points)[:, :, None, None]
    divisor = h[:, 6] * x + h[:, 7] * y + 1.0
    columns = (h[:, 0] * x + h[:, 1] * y + h[:, 2]) / divisor
    rows = (h[:, 3] * x + h[:, 4] * y + h[:, 5]) / divisor
    return sample(images, rows, columns, interpolation, "constant", fill_value)


def affine_matrix(
    height: Any,
    width: Any,
    angle: Any,
    translate_x: Any = 0.0,
    translate_y: Any = 0.0,
    scale: Any = 1.0,
    shear_x: Any = 0.0,
    shear_y: Any = 0.0,
    center_x: Any = 0.5,
    center_y: Any = 0.5,
) -> jax.Array:
    """Parameters for `affine_transform`: scale, shear and turn about a point, then move.

    Args:
      height: pixels.
      width: pixels.
      angle: degrees, shape (batch,); likewise the rest, or a number.
      translate_x: pixels.
      translate_y: pixels.
      scale: factor.
      shear_x: degrees.
      shear_y: degrees.
      center_x: the point that stays, as a share of the width.
      center_y: as a share of the height.

    Returns:
      Array (batch, 8).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_warp import affine_matrix
      >>> affine_matrix(3, 3, jnp.zeros(1))
      Array([[1., 0., 0., 0., 1., 0., 0., 0.]], dtype=float32)
    """
    angle = jnp.asarray(angle, jnp.float32) * (np.pi / 180)
    across, down = (jnp.tan(jnp.asarray(shear, jnp.float32) * (np.pi / 180)) for shear in (shear_x, shear_y))
    x, y = (
        jnp.asarray(c, jnp.float32) * (jnp.asarray(n, jnp.float32) - 1)
        for c, n in ((center_x, width), (center_y, height))
    )
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    a0, a1 = scale * (cos + across * sin), scale * (across * cos - sin)
    b0, b1 = scale * (down * cos + sin), scale * (cos - down * sin)
    a2, b2 = translate_x + x - x * a0 - y * a1, translate_y + y - x * b0 - y * b1
    rows = jnp.broadcast_arrays(a0, a1, a2, b0, b1, b2, jnp.zeros_like(angle), jnp.zeros_like(angle))
    return jnp.stack(rows, axis=-1)


def map_coordinates(
    inputs: jax.Array, coordinates: Any, order: int, fill_mode: str = "constant", fill_value: Any = 0.0
) -> jax.Array:
    """Reads an array of any rank at given places.

    Args:
      inputs: any array.
      coordinates: one array per axis of ``inputs``, all of the output's shape.
      order: 0 for the nearest element, 1 for linear interpolation.
      fill_mode: see `sample`.
      fill_value: see `sample`.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_warp import map_coordinates
      >>> map_coordinates(jnp.array([1.0, 3.0]), jnp.array([[0.5]]), 1)
      Array([2.], dtype=float32)
    """
    return jax.scipy.ndimage.map_coordinates(inputs, list(coordinates), order, fill_mode, fill_value)


def elastic_transform(
    images: jax.Array,
    key: jax.Array,
    alpha: Any = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: Any = 0.0,
) -> jax.Array:
    """Shakes images by a smooth random field.

    Reference: Simard, Steinkraus, Platt, "Best practices for convolutional neural networks applied to visual document
    analysis", ICDAR 2003.

    Args:
      images: shape (batch, height, width, channels).
      key: JAX PRNG key.
      alpha: factor of the displacements.
      sigma: their standard deviation before, and the width of, their smoothing, in pixels.
      interpolation: see `sample`.
      fill_mode: see `sample`.
      fill_value: see `sample`.

    Example:
      >>> import jax, jax.numpy as jnp
      >>> from kerax.functional.image_warp import elastic_transform
      >>> elastic_transform(jnp.ones((1, 8, 8, 1)), jax.random.key(0), sigma=1.0).shape
      (1, 8, 8, 1)
    """
    size = int(6 * sigma) | 1
    noise = sigma * jax.random.normal(key, (*images.shape[:3], 2), jnp.float32)
    field = jnp.asarray(alpha, jnp.float32) * gaussian_blur(noise, (size, size), (sigma, sigma))
    x, y = _grid(images)
    return sample(images, y + field[..., 1], x + field[..., 0], interpolation, fill_mode, fill_value)


def gaussian_blur(images: jax.Array, kernel_size: tuple[int, int], sigma: Any) -> jax.Array:
    """Smooths images with a Gaussian window; beyond the border they count as 0.

    Args:
      images: float, shape (batch, height, width, channels).
      kernel_size: width and height of the window, odd.
      sigma: standard deviations along the width and the height; arrays of shape (batch,) give each image its own.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_warp import gaussian_blur
      >>> gaussian_blur(jnp.ones((1, 5, 5, 1)), (3, 3), (1.0, 1.0))[0, 2, 2]
      Array([1.], dtype=float32)
    """
    for axis, size, width in ((2, kernel_size[0], sigma[0]), (1, kernel_size[1], sigma[1])):
        images = _smooth(images, size, jnp.asarray(width, images.dtype), axis)
    return images


def _smooth(images: jax.Array, size: int, sigma: jax.Array, axis: int) -> jax.Array:
    """One pass along an axis, as a sum of ``size`` shifted images: no convolution, so that each image may differ."""
    offsets = jnp.arange(size, dtype=images.dtype) - (size - 1) / 2
    window = jnp.exp(-0.5 * (offsets / sigma[..., None]) ** 2)
    window = window / window.sum(axis=-1, keepdims=True)
    widths = [(0, 0)] * images.ndim
    widths[axis] = ((size - 1) // 2, size - 1 - (size - 1) // 2)
    padded, count = jnp.pad(images, widths), images.shape[axis]
    shape = window.shape[:-1] + (1, 1, 1) if window.ndim > 1 else ()
    parts = (
        jax.lax.dynamic_slice_in_dim(padded, place, count, axis=axis) * window[..., place].reshape(shape)
        for place in range(size)
    )
    return sum(parts)  # type: ignore[return-value]
