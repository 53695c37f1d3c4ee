"""RandAugment and AugMix: changes of random kinds, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerax.layers.checks import positive_int
from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer
from kerax.layers.preprocessing.image.histograms import AutoContrast, Equalization
from kerax.layers.preprocessing.image.random_brightness import RandomBrightness, RandomContrast
from kerax.layers.preprocessing.image.random_hue import RandomColorDegeneration
from kerax.layers.preprocessing.image.random_pixels import RandomPosterization, RandomSharpness, Solarization
from kerax.layers.preprocessing.image.random_rotation import RandomRotation
from kerax.layers.preprocessing.image.random_shear import RandomShear
from kerax.layers.preprocessing.image.random_translation import RandomTranslation

_BITS = 8
_GEOMETRIC = ("random_shear", "random_translation", "random_rotation")
_TONES = ("random_posterization", "solarization", "auto_contrast", "equalization")
_COLORS = ("random_brightness", "random_color_degeneration", "random_contrast", "random_sharpness")


class _Policy(BaseImagePreprocessingLayer):
    """A layer with a set of other layers, one of which is drawn at a time."""

    _FACTOR_BOUNDS = (0, 1)
    _names: tuple[str, ...]

    def _make_steps(self, names: tuple[str, ...], **kwargs: Any) -> None:
        factor, values = self.factor, {"value_range": self.value_range}
        sampling = {"interpolation": self.interpolation}
        bits = max(1, int(_BITS * factor[1]))
        makers: dict[str, Callable] = {
            "random_shear": lambda **k: RandomShear(factor, factor, **sampling, **k),
            "random_translation": lambda **k: RandomTranslation(factor, factor, **sampling, **k),
            "random_rotation": lambda **k: RandomRotation(factor, **sampling, **k),
            "random_brightness": lambda **k: RandomBrightness(factor, **values, **k),
            "random_color_degeneration": lambda **k: RandomColorDegeneration(factor, **values, **k),
            "random_contrast": lambda **k: RandomContrast(factor, **values, **k),
            "random_sharpness": lambda **k: RandomSharpness(factor, **values, **k),
            "random_posterization": lambda **k: RandomPosterization(bits, **values, **k),
            "solarization": lambda **k: Solarization(factor, factor, **values, **k),
            "auto_contrast": lambda **k: AutoContrast(**values, **k),
            "equalization": lambda **k: Equalization(**values, **k),
        }
        self._names = names
        options = {key: value for key, value in kwargs.items() if key != "name"}
        for name in names:
            setattr(self, name, makers[name](data_format=self.data_format, **options))

    def _steps(self) -> list[BaseImagePreprocessingLayer]:
        return [getattr(self, name) for name in self._names]

    def _draw_all(self, key: jax.Array, batch: Any, height: Any, width: Any) -> list[Any]:
        return [
            step._draw(jax.random.fold_in(key, number), batch, height, width) or {}
            for number, step in enumerate(self._steps())
        ]

    def _one_of(self, choice: jax.Array, images: jax.Array, drawn: list[Any], interpolation: str) -> jax.Array:
        """Runs the chosen step; one beyond the last leaves images as they are."""

        def branch(step: BaseImagePreprocessingLayer, numbers: Any) -> Callable:
            moved = interpolation != "nearest" or step._moves_masks or not self._masks
            return lambda x: step._apply(x, numbers, interpolation).astype(x.dtype) if moved else x

        branches = [branch(step, numbers) for step, numbers in zip(self._steps(), drawn, strict=True)]
        return jax.lax.switch(choice, [*branches, lambda x: x], images)

    _masks = False

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Any = None, training: bool = True
    ) -> Any:
        """Moves segmentation masks by those steps that move images."""
        self._moves_masks, self._masks = True, True
        try:
            return super().transform_segmentation_masks(segmentation_masks, transformation, training)
        finally:
            self._moves_masks, self._masks = False, False


class RandAugment(_Policy):
    """Applies a few changes, drawn from eleven kinds, to a batch of images while training.

    Reference: Cubuk et al., "RandAugment", CVPR workshops 2020, https://arxiv.org/abs/1909.13719

    Args:
      value_range: the range of the pixels.
      num_ops: how many changes, one after the other.
      factor: their strength: a number f for (0, f), or a pair, in [0, 1].
      interpolation: ``"nearest"`` or ``"bilinear"``.
      seed: makes this layer's noise reproducible on its own.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of [0, 1], or an unknown interpolation.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandAugment()(np.ones((2, 8, 8, 3), "float32"), training=True).shape
      (2, 8, 8, 3)
    """

    _arguments = ("value_range", "num_ops", "factor", "interpolation", "seed")

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_ops: int = 2,
        factor: Any = 0.5,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor, data_format=data_format, seed=seed, **kwargs)
        self.value_range, self.num_ops = value_range, num_ops and positive_int(self, "num_ops", num_ops)  # 0 is none
        self._set_sampling(interpolation)
        self._make_steps((*_GEOMETRIC, *_COLORS, *_TONES), **kwargs)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        choice, steps = jax.random.split(key)
        return {
            "layer_idxes": jax.random.randint(choice, (self.num_ops,), 0, len(self._names)),
            "transforms": self._draw_all(steps, batch, height, width),
        }

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        for number in range(self.num_ops):
            choice = transformation["layer_idxes"][number]
            images = self._one_of(choice, images, transformation["transforms"], interpolation)
        return images

    _moves_boxes = True

    def _move_boxes(self, boxes: jax.Array, transformation: Any) -> jax.Array:
        shape = transformation["input_shape"]

        def branch(step: BaseImagePreprocessingLayer, numbers: Any) -> Callable:
            given = {**numbers, "input_shape": shape}
            return lambda b: step._move_boxes(b, given).astype(b.dtype) if step._moves_boxes else b

        branches = [branch(*pair) for pair in zip(self._steps(), transformation["transforms"], strict=True)]
        for number in range(self.num_ops):
            boxes = jax.lax.switch(transformation["layer_idxes"][number], branches, boxes)
        return boxes


class AugMix(_Policy):
    """Blends images with several chains of random changes of themselves while training.

    Reference: Hendrycks et al., "AugMix", ICLR 2020, https://arxiv.org/abs/1912.02781

    Args:
      value_range: the range of the pixels; results are cut off to it.
      num_chains: how many chains are mixed.
      chain_depth: changes in a chain; each may also be none.
      factor: their strength: a number f for (0, f), or a pair, in [0, 1].
      alpha: of the Dirichlet and Beta distributions that the weights are drawn from.
      all_ops: whether brightness, contrast, sharpness and colour are changed too.
      interpolation: ``"nearest"`` or ``"bilinear"``.
      seed: makes this layer's noise reproducible on its own.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of [0, 1], or an unknown interpolation.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.AugMix(num_chains=2, chain_depth=1)(np.ones((2, 8, 8, 3), "float32"), training=True).shape
      (2, 8, 8, 3)
    """

    _arguments = (
        "value_range",
        "num_chains",
        "chain_depth",
        "factor",
        "alpha",
        "all_ops",
        "interpolation",
        "seed",
    )

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: Any = 0.3,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor, data_format=data_format, seed=seed, **kwargs)
        self.value_range, self.num_chains = value_range, positive_int(self, "num_chains", num_chains)
        self.chain_depth = positive_int(self, "chain_depth", chain_depth)
        self.alpha, self.all_ops = alpha, all_ops
        self._set_sampling(interpolation)
        self._make_steps((*_GEOMETRIC, *_TONES, *(_COLORS if all_ops else ())), **kwargs)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        mixing, weight, choice, steps = jax.random.split(key, 4)
        shape = (self.num_chains, self.chain_depth)
        keys = jax.random.split(steps, self.num_chains * self.chain_depth)
        return {
            "chain_mixing_weights": jax.random.dirichlet(mixing, jnp.full(self.num_chains, self.alpha, jnp.float32)),
            "weight_sample": jax.random.beta(weight, self.alpha, self.alpha),
            "choices": jax.random.randint(choice, shape, 0, len(self._names) + 1),
            "chain_transforms": [self._draw_all(one, batch, height, width) for one in keys],
        }

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        mixed = jnp.zeros_like(images)
        for chain in range(self.num_chains):
            changed = images
            for depth in range(self.chain_depth):
                drawn = transformation["chain_transforms"][chain * self.chain_depth + depth]
                changed = self._one_of(transformation["choices"][chain, depth], changed, drawn, interpolation)
            mixed = mixed + changed * transformation["chain_mixing_weights"][chain].astype(images.dtype)
        weight = transformation["weight_sample"].astype(images.dtype)
        images = weight * images + (1 - weight) * mixed
        return images if self._masks else jnp.clip(images, self.value_range[0], self.value_range[1])


__all__ = ["AugMix", "RandAugment"]
