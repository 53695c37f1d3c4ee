"""InputSpec: what a layer accepts as input, and the check that names the layer when it does not fit."""

from __future__ import annotations

from typing import Any

import jax

from kerax.dtypes import standardize_dtype
from kerax.state.symbolic import is_symbolic, to_shape


class InputSpec:
    """Rank, sizes and dtype that a layer accepts.

    Args:
      dtype: dtype name, or None for any.
      shape: sizes, None for any size; or None.
      ndim: number of axes, or None.
      max_ndim: most axes, or None.
      min_ndim: fewest axes, or None.
      axes: axis to required size.
      allow_last_axis_squeeze: whether a missing or extra last axis of size 1 is accepted.
      name: name of the input this spec is for, when inputs are a dict.
      optional: whether the input may be None.

    Example:
      >>> import kerax
      >>> kerax.layers.InputSpec(ndim=4)
      InputSpec(ndim=4)
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: tuple[int | None, ...] | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ):
        self.dtype = None if dtype is None else standardize_dtype(dtype)
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        self.allow_last_axis_squeeze, self.name, self.optional = allow_last_axis_squeeze, name, optional

    def __repr__(self) -> str:
        facts = [f"{k}={v!r}" for k, v in vars(self).items() if v not in (None, {}, False)]
        return f"InputSpec({', '.join(facts)})"

    def get_config(self) -> dict:
        """Returns the arguments it was made with."""
        return {key: value for key, value in vars(self).items() if value not in (None, {}, False)}

    @classmethod
    def from_config(cls, config: dict) -> InputSpec:
        """Rebuilds a spec from ``get_config()``."""
        return cls(**config)


def check_inputs(spec: Any, inputs: Any, layer_name: str) -> None:
    """Checks inputs against a layer's ``input_spec``.

    Args:
      spec: an ``InputSpec`` or a structure of them, matching the inputs.
      inputs: array or symbolic tensor, or a structure of them.
      layer_name: for the message.

    Raises:
      ValueError: naming the layer, the expected and the found shape.
    """
    if isinstance(spec, InputSpec):
        specs = [spec]
        leaves = (
            [inputs] if not isinstance(inputs, (list, tuple, dict)) else jax.tree.leaves(inputs, is_leaf=is_symbolic)
        )
    else:
        specs = jax.tree.leaves(spec)
        leaves = jax.tree.leaves(inputs, is_leaf=lambda x: is_symbolic(x) or x is None)
    if len(leaves) != len(specs):
        raise ValueError(f"Layer {layer_name!r} expects {len(specs)} input(s), received {len(leaves)}.")
    for one, leaf in zip(specs, leaves, strict=True):
        if one is not None and hasattr(leaf, "shape"):
            _check_one(one, leaf, layer_name)


def _check_one(spec: InputSpec, array: Any, layer_name: str) -> None:
    shape = to_shape(array)

    def fail(expected: str) -> None:
        hint = ""
        if spec.ndim is not None and len(shape) == spec.ndim - 1:
            hint = " Add an axis, for example the batch axis: x[None], or the channel axis: x[..., None]."
        raise ValueError(
            f"Input of layer {layer_name!r} is incompatible: expected {expected}, received shape {shape}.{hint}"
        )

    rank = len(shape)
    if spec.ndim is not None and rank != spec.ndim and not spec.allow_last_axis_squeeze:
        fail(f"ndim={spec.ndim}")
    if spec.max_ndim is not None and rank > spec.max_ndim:
        fail(f"max_ndim={spec.max_ndim}")
    if spec.min_ndim is not None and rank < spec.min_ndim:
        fail(f"min_ndim={spec.min_ndim}")
    if spec.dtype is not None and standardize_dtype(array.dtype) != spec.dtype:
        raise ValueError(
            f"Input of layer {layer_name!r} is incompatible: expected dtype {spec.dtype}, received {array.dtype}."
        )
    for axis, size in spec.axes.items():
        if size is not None and -rank <= axis < rank and shape[axis] not in (size, None):
            fail(f"axis {axis} of size {size}")
    if spec.shape is not None:
        sizes = spec.shape
        if spec.allow_last_axis_squeeze and rank != len(sizes):
            sizes, shape = (sizes[:-1], shape) if rank < len(sizes) else (sizes, shape[:-1])
        if len(sizes) != len(shape) or any(
            s is not None and d is not None and s != d for s, d in zip(sizes, shape, strict=True)
        ):
            fail(f"shape {spec.shape}")
