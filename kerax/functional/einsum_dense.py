"""Einsum with a kernel: reading the equation, and its product."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from kerax.functional.dense import dense

_EQUATION = re.compile(r"(\.{3})?([a-zA-Z]+)(\.{3})?,([a-zA-Z]+)->(\.{3})?([a-zA-Z]+)(\.{3})?")


class EinsumPlan(NamedTuple):
    """What an equation means for given shapes.

    Attributes:
        kernel_shape: sizes of the kernel.
        bias_shape: sizes of the bias, or None.
        output_shape: sizes of the output, None where unknown.
    """

    kernel_shape: tuple[int, ...]
    bias_shape: tuple[int, ...] | None
    output_shape: tuple[int | None, ...]


def plan_einsum(
    equation: str, bias_axes: str | None, input_shape: Sequence[int | None], output_shape: Sequence[int | None]
) -> EinsumPlan:
    """Work out the sizes of kernel, bias and output.

    Args:
        equation: such as ``"abc,cd->abd"``; the first operand and the output may begin or end with ``...``.
        bias_axes: letters of the output that have a bias, or None.
        input_shape: sizes of the inputs, the batch axis included.
        output_shape: sizes of the output without the batch axis, None for a size that the inputs give.

    Returns:
        An `EinsumPlan`.

    Raises:
        ValueError: for an equation that is not of this form, or sizes that contradict it.

    Example:
        >>> from kerax.functional.einsum_dense import plan_einsum
        >>> plan_einsum("abc,cd->abd", "d", (None, 5, 4), (None, 8))
        EinsumPlan(kernel_shape=(4, 8), bias_shape=(8,), output_shape=(None, 5, 8))
    """
    match = _EQUATION.fullmatch(re.sub(r"\s", "", equation))
    if match is None:
        raise ValueError(
            f"equation {equation!r} must have the form 'ab,bc->ac', where inputs and output may begin or end with "
            "'...'."
        )
    left, inputs, right, kernel, out_left, outputs, out_right = match.groups()
    if (left and right) or bool(left) != bool(out_left) or bool(right) != bool(out_right):
        raise ValueError(f"equation {equation!r} must have '...' on the same side of the inputs and of the output.")
    if left or right:
        hidden = len(input_shape) - len(inputs)
        if hidden < 0:
            raise ValueError(
                f"equation {equation!r} needs inputs with at least {len(inputs)} axes, received shape "
                f"{tuple(input_shape)}."
            )
    else:
        hidden = 0
        if len(input_shape) != len(inputs):
            raise ValueError(
                f"equation {equation!r} needs inputs with {len(inputs)} axes, received shape {tuple(input_shape)}."
            )
    sizes: dict[str, int | None] = {}
    for letter, size in zip(inputs, input_shape[hidden:] if left else input_shape, strict=False):
        sizes[letter] = size
    elided = tuple(input_shape[:hidden]) if left else tuple(input_shape[len(inputs) :]) if right else ()
    # The batch axis is not part of output_shape: it is the first letter, or the first elided axis.
    given = (None, *output_shape)
    if len(given) not in (len(outputs), len(outputs) + hidden, len(outputs) + 1):
        raise ValueError(
            f"output_shape {tuple(output_shape)} does not fit the output of equation {equation!r} (without the batch "
            "axis)."
        )
    tail = given[len(given) - len(outputs) :] if left else given[: len(outputs)]
    for letter, size in zip(outputs, tail, strict=True):
        if size is None:
            continue
        known = sizes.get(letter)
        if known is not None and known != size:
            raise ValueError(
                f"output_shape {tuple(output_shape)} gives axis {letter!r} of {equation!r} the size {size}, the "
                f"inputs {known}."
            )
        sizes[letter] = size
    for letter in kernel:
        if sizes.get(letter) is None:
            raise ValueError(
                f"axis {letter!r} of the kernel in {equation!r} has no known size: inputs {tuple(input_shape)}, "
                f"output_shape {tuple(output_shape)}."
            )
    lost = [letter for letter in outputs if letter not in inputs and letter not in kernel]
    if lost:
        raise ValueError(
            f"output axis {lost[0]!r} of equation {equation!r} is neither in the inputs nor in the kernel."
        )
    named = tuple(sizes[letter] for letter in outputs)
    output = elided + named if left else named + elided
    bias_shape = None
    if bias_axes is not None:
        unknown = [letter for letter in bias_axes if letter not in outputs]
        if unknown:
            raise ValueError(f"bias axis {unknown[0]!r} is no axis of the output of equation {equation!r}.")
        first = min(outputs.index(letter) for letter in bias_axes)
        bias_shape = tuple(sizes[x] if x in bias_axes else 1 for x in outputs[first:])
        if right:
            bias_shape += (1,) * hidden
        if None in bias_shape:
            raise ValueError(
                f"bias_axes={bias_axes!r} of equation {equation!r} has an axis of unknown size: output shape {output}."
            )
    return EinsumPlan(tuple(sizes[letter] for letter in kernel), bias_shape, output)  # type: ignore[misc, arg-type]


def einsum_dense(equation: str, x: jax.Array, kernel: jax.Array, bias: jax.Array | None = None) -> jax.Array:
    """Compute ``einsum(equation, x, kernel) + bias``.

    An equation that contracts the last axes of ``x`` with the first ones of ``kernel`` is one matrix product, written
    so that its gradients are single products too.

    Args:
        equation: as for `plan_einsum`.
        x: inputs.
        kernel: of the planned shape.
        bias: broadcast to the output, or None.

    Returns:
        The output array.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.einsum_dense import einsum_dense
        >>> einsum_dense("abc,cde->abde", jnp.ones((2, 3, 4)), jnp.ones((4, 5, 6))).shape
        (2, 3, 5, 6)
    """
    contracted = _as_product(equation)
    if contracted is None:
        y = jnp.einsum(equation, x, kernel)
        return y if bias is None else y + bias
    inner, outer = kernel.shape[:contracted], kernel.shape[contracted:]
    rows, columns = _product(inner), _product(outer)
    leading = x.shape[: x.ndim - contracted]
    # A bias of the output's full width is added to the flat product: its gradient is then a sum over rows.
    flat = bias is not None and bias.shape == outer
    y = dense(x.reshape((*leading, rows)), kernel.reshape((rows, columns)), bias.reshape(columns) if flat else None)
    y = y.reshape((*leading, *outer))
    return y if bias is None or flat else y + bias


def _as_product(equation: str) -> int | None:
    """How many axes a plain matrix product would contract, or None if the equation is none."""
    match = _EQUATION.fullmatch(re.sub(r"\s", "", equation))
    if match is None or match.group(3):
        return None
    inputs, kernel, outputs = match.group(2), match.group(4), match.group(6)
    count = sum(letter in inputs for letter in kernel)
    if (
        not count
        or inputs[-count:] != kernel[:count]
        or outputs != inputs[:-count] + kernel[count:]
        or len(inputs) == count
        and not match.group(1)
    ):
        return None
    return count


def _product(sizes: Sequence[Any]) -> Any:
    result = 1
    for size in sizes:
        result = result * size
    return result
