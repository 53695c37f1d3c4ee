"""Initializers whose spread follows from the number of inputs and outputs of the weight."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax

from kerax.errors import unknown_name
from kerax.initializers._sampling import draw
from kerax.initializers.random import RandomInitializer, scale_shift

# Standard deviation of N(0, 1) cut at +-2: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)).
_STDDEV_OF_TRUNCATED_NORMAL = 0.87962566103423978

_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("uniform", "truncated_normal", "untruncated_normal", "normal")


def compute_fans(
    shape: Sequence[int],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """Return how many inputs reach one output, and how many outputs one input reaches.

    Args:
        shape: of the weight: ``()``, ``(units,)``, ``(inputs, outputs)`` or ``(*window, inputs, outputs)``.
        input_axes: the axes that count as inputs, where the layout above does not hold (with ``output_axes``).
        output_axes: the axes that count as outputs.

    Example:
        >>> from kerax.initializers import compute_fans
        >>> compute_fans((3, 3, 16, 32))
        (144, 288)
    """
    shape = tuple(int(size) for size in shape)
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if len(shape) < 2:
        fan = shape[0] if shape else 1
        return fan, fan
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


class VarianceScaling(RandomInitializer):
    """Samples whose variance is ``scale / n``, with ``n`` the number of inputs, outputs or their average.

    ``n`` comes from `compute_fans`. The uniform distribution is ``[-limit, limit)`` with
    ``limit = sqrt(3 scale / n)``; ``"truncated_normal"`` is widened so that it has that variance after the cut.

    Args:
        scale: positive factor.
        mode: ``"fan_in"``, ``"fan_out"`` or ``"fan_avg"``.
        distribution: ``"truncated_normal"`` (also named ``"normal"``), ``"untruncated_normal"`` or ``"uniform"``.
        seed: int, seed generator, or ``None``.
        input_axes: axes that count as inputs, for weights laid out in another way (together with ``output_axes``).
        output_axes: axes that count as outputs.

    Raises:
        ValueError: if ``scale`` is not positive, or a name is unknown.

    Example:
        >>> import kerax
        >>> init = kerax.initializers.VarianceScaling(2.0, mode="fan_out", distribution="uniform", seed=0)
        >>> bool(abs(init((8, 6))).max() <= 1)
        True
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        if scale <= 0.0:
            raise ValueError(f"{type(self).__name__} expects `scale` to be a positive number, got {scale!r}.")
        distribution = distribution.lower()
        if mode not in _MODES:
            raise unknown_name("mode of VarianceScaling", mode, _MODES)
        if distribution not in _DISTRIBUTIONS:
            raise unknown_name("distribution of VarianceScaling", distribution, _DISTRIBUTIONS)
        self.scale = scale
        self.mode = mode
        self.distribution = "truncated_normal" if distribution == "normal" else distribution
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed)

    def __call__(self, shape: tuple[int, ...], dtype: Any = None, **kwargs: Any) -> jax.Array:
        """Return samples of ``shape`` with the variance the shape asks for."""
        shape, dtype = self._checked(shape, dtype, kwargs)
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)  # the variance of U[-l, l) is l^2 / 3
            return scale_shift(draw("uniform", self.seed, shape, dtype), 2 * limit, -limit)
        if self.distribution == "untruncated_normal":
            return scale_shift(draw("normal", self.seed, shape, dtype), math.sqrt(variance), 0.0)
        stddev = math.sqrt(variance) / _STDDEV_OF_TRUNCATED_NORMAL
        return scale_shift(draw("truncated_normal", self.seed, shape, dtype), stddev, 0.0)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _NamedScaling(VarianceScaling):
    """A variance scaling with a name of its own; the subclass sets the three attributes below."""

    _scale: float
    _mode: str
    _distribution: str

    def __init__(
        self, seed: Any = None, input_axes: Sequence[int] | None = None, output_axes: Sequence[int] | None = None
    ) -> None:
        super().__init__(self._scale, self._mode, self._distribution, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config = super().get_config()
        return {key: config[key] for key in ("seed", "input_axes", "output_axes")}


class GlorotUniform(_NamedScaling):
    """Uniform in ``±sqrt(6 / (fan_in + fan_out))``: Glorot & Bengio 2010. The default of most layers' kernels.

    Args:
        seed: int, seed generator, or ``None``.
        input_axes: axes that count as inputs (see `VarianceScaling`).
        output_axes: axes that count as outputs.

    Example:
        >>> import kerax
        >>> kerax.initializers.GlorotUniform(seed=0)((3, 4)).shape
        (3, 4)
    """

    _scale, _mode, _distribution = 1.0, "fan_avg", "uniform"


class GlorotNormal(_NamedScaling):
    """Truncated normal with variance ``2 / (fan_in + fan_out)``: Glorot & Bengio 2010.

    Args:
        seed: int, seed generator, or ``None``.
        input_axes: axes that count as inputs (see `VarianceScaling`).
        output_axes: axes that count as outputs.

    Example:
        >>> import kerax
        >>> kerax.initializers.GlorotNormal(seed=0)((3, 4)).shape
        (3, 4)
    """

    _scale, _mode, _distribution = 1.0, "fan_avg", "truncated_normal"


class LecunNormal(_NamedScaling):
    """Truncated normal with variance ``1 / fan_in``: LeCun et al. 1998; the one to use with ``selu``.

    Args:
        seed: int, seed generator, or ``None``.
        input_axes: axes that count as inputs (see `VarianceScaling`).
        output_axes: axes that count as outputs.

    Example:
        >>> import kerax
        >>> kerax.initializers.LecunNormal(seed=0)((3, 4)).shape
        (3, 4)
    """

    _scale, _mode, _distribution = 1.0, "fan_in", "truncated_normal"


class LecunUniform(_NamedScaling):
    """Uniform in ``±sqrt(3 / fan_in)``: LeCun et al. 1998.

    Args:
        seed: int, seed generator, or ``None``.
        input_axes: axes that count as inputs (see `VarianceScaling`).
        output_axes: axes that count as outputs.

    Example:
        >>> import kerax
        >>> kerax.initializers.LecunUniform(seed=0)((3, 4)).shape
        (3, 4)
    """

    _scale, _mode, _distribution = 1.0, "fan_in", "uniform"


class HeNormal(_NamedScaling):
    """Truncated normal with variance ``2 / fan_in``: He et al. 2015; the one to use with ``relu``.

    Args:
        seed: int, seed generator, or ``None``.
        input_axes: axes that count as inputs (see `VarianceScaling`).
        output_axes: axes that count as outputs.

    Example:
        >>> import kerax
        >>> kerax.initializers.HeNormal(seed=0)((3, 4)).shape
        (3, 4)
    """

    _scale, _mode, _distribution = 2.0, "fan_in", "truncated_normal"


class HeUniform(_NamedScaling):
    """Uniform in ``±sqrt(6 / fan_in)``: He et al. 2015.

    Args:
        seed: int, seed generator, or ``None``.
        input_axes: axes that count as inputs (see `VarianceScaling`).
        output_axes: axes that count as outputs.

    Example:
        >>> import kerax
        >>> kerax.initializers.HeUniform(seed=0)((3, 4)).shape
        (3, 4)
    """

    _scale, _mode, _distribution = 2.0, "fan_in", "uniform"
