"""Axes rearranged by names."""

from __future__ import annotations

import re
from typing import Any

import jax
import jax.numpy as jnp

from kerax.ops._values import as_array
from kerax.state.recording import recordable

Groups = list[list[str]]


def _groups(side: str, pattern: str) -> Groups:
    """The names of one side, a list for each axis: ``"b (h w)"`` gives ``[["b"], ["h", "w"]]``."""
    groups: Groups = []
    for grouped, single in re.findall(r"\(([\w\s]*)\)|(\w+)", side):
        groups.append([single] if single else grouped.split())
    if re.sub(r"\([\w\s]*\)|\w+|\s", "", side):
        raise ValueError(f"kerax.ops.rearrange: cannot read {side.strip()!r} in pattern {pattern!r}.")
    return groups


def _sizes(groups: Groups, shape: tuple, given: dict[str, int], pattern: str) -> dict[str, Any]:
    if len(groups) != len(shape):
        raise ValueError(
            f"kerax.ops.rearrange: pattern {pattern!r} names {len(groups)} axes, the array has shape {shape}."
        )
    sizes: dict[str, Any] = dict(given)
    for group, size in zip(groups, shape, strict=True):
        unknown = [name for name in group if name not in sizes]
        if len(unknown) > 1:
            raise ValueError(
                f"kerax.ops.rearrange: pattern {pattern!r} needs the size of all but one of {unknown}, as an argument."
            )
        product: Any = 1
        for name in group:
            product = product * sizes.get(name, 1)
        if unknown:
            sizes[unknown[0]] = size // product
            product = product * sizes[unknown[0]]
        if isinstance(product, int) and isinstance(size, int) and product != size:
            raise ValueError(
                f"kerax.ops.rearrange: sizes {sizes} of pattern {pattern!r} do not fit an array of shape {shape}."
            )
    return sizes


@recordable
def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> jax.Array:
    """Transposes, splits and joins axes that a pattern names.

    Args:
        tensor: array.
        pattern: the axes before and after, as in einops: ``"b (h w) c -> b h w c"``.
        **axes_lengths: sizes of axes that the shape does not tell.

    Returns:
        Array with the axes of the right side.

    Raises:
        ValueError: if the pattern does not fit the array.

    Example:
        >>> import kerax
        >>> kerax.ops.rearrange(kerax.ops.ones((2, 6, 3)), "b (h w) c -> b c h w", h=2).shape
        (2, 3, 2, 3)
    """
    x = as_array(tensor)
    sides = pattern.split("->")
    if len(sides) != 2:
        raise ValueError(f"kerax.ops.rearrange needs a pattern 'before -> after', received {pattern!r}.")
    before, after = (_groups(side, pattern) for side in sides)
    sizes = _sizes(before, x.shape, axes_lengths, pattern)
    names, wanted = [name for group in before for name in group], [name for group in after for name in group]
    if sorted(names) != sorted(wanted):
        raise ValueError(f"kerax.ops.rearrange: both sides of {pattern!r} must name the same axes.")
    x = x.reshape([sizes[name] for name in names]).transpose([names.index(name) for name in wanted])
    shape = []
    for group in after:
        size: Any = 1
        for name in group:
            size = size * sizes[name]
        shape.append(size)
    return jnp.reshape(x, shape)
