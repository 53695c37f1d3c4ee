"""GroupNormalization."""

from __future__ import annotations

from typing import Any

from kerax.functional.normalization import group_normalize, widen
from kerax.layers.checks import known_axis
from kerax.layers.input_spec import InputSpec
from kerax.layers.normalization.scaled import ScaledNormalization


class GroupNormalization(ScaledNormalization):
    """Normalizes each sample within groups of channels.

    Reference: Wu and He, "Group Normalization", 2018, https://arxiv.org/abs/1803.08494

    Args:
        groups: number of groups; it must divide the number of channels. -1 is one group for each channel.
        axis: the channel axis.
        epsilon: added to the variance.
        **kwargs: ``center``, ``scale``, initializers, regularizers and constraints of ``gamma`` and ``beta`` as for
            ``LayerNormalization``; ``name``, ``dtype``...

    Raises:
        ValueError: when built, if the groups do not divide the channels.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.GroupNormalization(groups=2)(np.ones((1, 3, 4), "float32")).shape
        (1, 3, 4)
    """

    def __init__(self, groups: int = 32, axis: int = -1, *args: Any, **kwargs: Any):
        super().__init__(axis, *args, **kwargs)
        if isinstance(groups, bool) or not isinstance(groups, int) or (groups < 1 and groups != -1):
            raise ValueError(f"GroupNormalization: groups must be a positive integer or -1, received {groups!r}.")
        self.groups = groups

    def build(self, input_shape: Any) -> None:
        """Creates ``gamma`` and ``beta``."""
        axis = known_axis(self, self.axis, len(input_shape))
        channels = input_shape[axis]
        if channels is None:
            raise ValueError(
                f"Layer {self.path!r} needs to know the size of axis {self.axis}, received shape {tuple(input_shape)}."
            )
        if self.groups == -1:
            self.groups = channels
        if channels % self.groups:
            raise ValueError(
                f"Layer {self.path!r}: groups={self.groups} does not divide the {channels} channels of inputs "
                f"{tuple(input_shape)}."
            )
        self.add_factors((channels,))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: channels})

    def call(self, inputs: Any) -> Any:
        """Normalizes."""
        x = widen(inputs)
        gamma, beta = self.factors(x.dtype)
        return group_normalize(x, self.groups, self.axis % x.ndim, gamma, beta, self.epsilon).astype(self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "groups": self.groups}
