"""Moving and shading single images on the host, with SciPy's and Pillow's numbers: the functions of ImageDataGenerator.

Images have rank 3. Random functions draw from ``numpy.random``, as Keras's do, so that ``numpy.random.seed`` gives the
same draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerax.preprocessing.image_utils import array_to_img, img_to_array


def apply_affine_transform(
    x: np.ndarray,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """Turns, moves, shears and zooms an image about its middle.

    Args:
      x: the image.
      theta: degrees.
      tx: pixels to move by, along columns.
      ty: pixels to move by, along rows.
      shear: degrees.
      zx: zoom along columns.
      zy: zoom along rows.
      row_axis: axis of the rows.
      col_axis: axis of the columns.
      channel_axis: axis of the channels, 0 or 2.
      fill_mode: ``"constant"``, ``"nearest"``, ``"reflect"`` or ``"wrap"``: what lies outside.
      cval: what lies outside, for ``"constant"``.
      order: of the interpolation, 0 to 5.

    Raises:
      ValueError: for another rank, or axes that are not 0, 1 and 2.

    Example:
      >>> import numpy as np, kerax
      >>> image = np.arange(4.0).reshape(2, 2, 1)
      >>> turned = kerax.preprocessing.image.apply_affine_transform(image, 90, row_axis=0, col_axis=1, channel_axis=2)
      >>> turned[:, :, 0].round(6)
      array([[1., 3.],
             [0., 2.]])
    """
    if sorted({row_axis, col_axis, channel_axis}) != [0, 1, 2]:
        raise ValueError(
            "'row_axis', 'col_axis', and 'channel_axis' must be 0, 1 and 2 in some order, received "
            f"{row_axis}, {col_axis} and {channel_axis}."
        )
    if x.ndim != 3:
        raise ValueError(f"Input arrays must be multi-channel 2D images, received shape {x.shape}.")
    if channel_axis == 1:
        raise ValueError("Channels are allowed in the first and last dimensions, not between.")
    matrix = _matrix(np.deg2rad(theta), tx, ty, np.deg2rad(shear), zx, zy)
    if matrix is None:
        return x
    from scipy import ndimage  # JAX brings SciPy along

    # As in Keras the first coordinate of the matrix runs along columns, yet the middle is that of (rows, columns).
    middle = (np.array([x.shape[row_axis], x.shape[col_axis]]) - 1) / 2
    linear, offset = matrix[:2, :2], matrix[:2, 2]
    offset = offset + middle - linear @ middle
    if col_axis > row_axis:
        linear, offset = linear[::-1, ::-1], offset[::-1]
    planes = [
        ndimage.affine_transform(plane, linear, offset, order=order, mode=fill_mode, cval=cval)
        for plane in np.moveaxis(x, channel_axis, 0)
    ]
    return np.stack(planes, channel_axis)


def _matrix(theta: float, tx: float, ty: float, shear: float, zx: float, zy: float) -> np.ndarray | None:
    """From the place of an output pixel to that of the input pixel; None where nothing moves."""
    parts = []
    if theta != 0:
        parts.append([[np.cos(theta), -np.sin(theta), 0], [np.sin(theta), np.cos(theta), 0], [0, 0, 1]])
    if tx != 0 or ty != 0:
        parts.append([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
    if shear != 0:
        parts.append([[1, -np.sin(shear), 0], [0, np.cos(shear), 0], [0, 0, 1]])
    if zx != 1 or zy != 1:
        parts.append([[zx, 0, 0], [0, zy, 0], [0, 0, 1]])
    if not parts:
        return None
    matrix = np.array(parts[0], float)
    for part in parts[1:]:
        matrix = matrix @ np.array(part, float)
    return matrix


def apply_channel_shift(x: np.ndarray, intensity: float, channel_axis: int = 0) -> np.ndarray:
    """Adds to every channel, within the range that the image has.

    Example:
      >>> import numpy as np, kerax
      >>> kerax.preprocessing.image.apply_channel_shift(np.array([[[0.0, 5.0, 9.0]]]), 3.0)
      array([[[3., 8., 9.]]])
    """
    return np.clip(x + intensity, np.min(x), np.max(x)).astype(x.dtype, copy=False)


def apply_brightness_shift(x: np.ndarray, brightness: float, scale: bool = True) -> np.ndarray:
    """Multiplies the brightness of an image, by Pillow.

    Args:
      x: the image.
      brightness: the factor.
      scale: whether the least value becomes 0 and the largest 255 before.

    Example:
      >>> import numpy as np, kerax
      >>> kerax.preprocessing.image.apply_brightness_shift(np.array([[[0.0], [200.0]]]), 0.5, scale=False)[0, :, 0]
      array([  0., 100.], dtype=float32)
    """
    from PIL import ImageEnhance

    least, most = np.min(x), np.max(x)
    outside = bool(least < 0 or most > 255)
    image = ImageEnhance.Brightness(array_to_img(x, scale=outside or scale)).enhance(brightness)
    shifted = img_to_array(image)
    return shifted / 255 * (most - least) + least if outside and not scale else shifted


def random_rotation(
    x: np.ndarray,
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Turns an image by up to ``rg`` degrees; see ``apply_affine_transform``.

    Example:
      >>> import numpy as np, kerax
      >>> kerax.preprocessing.image.random_rotation(np.zeros((1, 4, 4)), 20).shape
      (1, 4, 4)
    """
    axes = (row_axis, col_axis, channel_axis)
    return _moved(x, axes, fill_mode, cval, interpolation_order, theta=np.random.uniform(-rg, rg))


def random_shift(
    x: np.ndarray,
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Moves an image by up to a part ``wrg`` of its width and ``hrg`` of its height.

    Example:
      >>> import numpy as np, kerax
      >>> kerax.preprocessing.image.random_shift(np.zeros((1, 4, 4)), 0.1, 0.1).shape
      (1, 4, 4)
    """
    axes = (row_axis, col_axis, channel_axis)
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    return _moved(x, axes, fill_mode, cval, interpolation_order, tx=tx, ty=ty)


def random_shear(
    x: np.ndarray,
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Shears an image by up to ``intensity`` degrees.

    Example:
      >>> import numpy as np, kerax
      >>> kerax.preprocessing.image.random_shear(np.zeros((1, 4, 4)), 5).shape
      (1, 4, 4)
    """
    axes = (row_axis, col_axis, channel_axis)
    return _moved(x, axes, fill_mode, cval, interpolation_order, shear=np.random.uniform(-intensity, intensity))


def random_zoom(
    x: np.ndarray,
    zoom_range: Sequence[float],
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """Zooms an image by factors in a range.

    Raises:
      ValueError: if ``zoom_range`` is no pair.

    Example:
      >>> import numpy as np, kerax
      >>> kerax.preprocessing.image.random_zoom(np.zeros((1, 4, 4)), (0.9, 1.1)).shape
      (1, 4, 4)
    """
    if len(zoom_range) != 2:
        raise ValueError(f"`zoom_range` should be a tuple or list of two floats. Received: {zoom_range}")
    axes, low, high = (row_axis, col_axis, channel_axis), zoom_range[0], zoom_range[1]
    zx, zy = (1, 1) if low == high == 1 else np.random.uniform(low, high, 2)
    return _moved(x, axes, fill_mode, cval, interpolation_order, zx=zx, zy=zy)


def _moved(x: np.ndarray, axes: Any, fill_mode: str, cval: float, order: int, **how: Any) -> np.ndarray:
    row_axis, col_axis, channel_axis = axes
    return apply_affine_transform(
        x,
        **how,
        row_axis=row_axis,
        col_axis=col_axis,
        channel_axis=channel_axis,
        fill_mode=fill_mode,
        cval=cval,
        order=order,
    )


def random_channel_shift(x: np.ndarray, intensity_range: float, channel_axis: int = 0) -> np.ndarray:
    """Adds up to ``intensity_range`` to every channel.

    Example:
      >>> import numpy as np, kerax
      >>> kerax.preprocessing.image.random_channel_shift(np.zeros((1, 4, 4)), 5).shape
      (1, 4, 4)
    """
    return apply_channel_shift(x, np.random.uniform(-intensity_range, intensity_range), channel_axis)


def random_brightness(x: np.ndarray, brightness_range: Sequence[float], scale: bool = True) -> np.ndarray:
    """Multiplies the brightness by a factor in a range.

    Raises:
      ValueError: if ``brightness_range`` is no pair.

    Example:
      >>> import numpy as np, kerax
      >>> kerax.preprocessing.image.random_brightness(np.zeros((4, 4, 1)), (0.5, 1.5)).shape
      (4, 4, 1)
    """
    if len(brightness_range) != 2:
        raise ValueError(f"`brightness_range should be tuple or list of two floats. Received: {brightness_range}")
    return apply_brightness_shift(x, np.random.uniform(brightness_range[0], brightness_range[1]), scale)
