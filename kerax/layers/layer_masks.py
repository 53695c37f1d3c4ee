"""The masks side of a layer: finding those of its inputs, noting those of its outputs."""

from __future__ import annotations

import warnings
from typing import Any

import jax

from kerax.layers.call_signature import CallSignature, signature_of
from kerax.layers.layer_config import LayerConfig
from kerax.state import get_mask, set_mask


class LayerMasks(LayerConfig):
    """What every layer does with masks; ``Layer`` calls it around ``call``."""

    supports_masking = False

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns the mask of the outputs; by default the one of the inputs if ``supports_masking``, else None."""
        return previous_mask if self.supports_masking else None

    def _fill_masks(self, signature: CallSignature, args: tuple, kwargs: dict) -> Any:
        """Finds the masks of the inputs and passes them to `call` where it takes them."""
        if not args:
            return None
        inputs = args[0]
        masks = jax.tree.map(get_mask, inputs) if isinstance(inputs, (list, tuple, dict)) else get_mask(inputs)
        present = masks is not None and (not isinstance(masks, (list, tuple, dict)) or bool(jax.tree.leaves(masks)))
        if signature.mask and kwargs.get("mask") is None and len(args) <= signature.names.index("mask"):
            kwargs["mask"] = masks if present else None
        elif signature.mask and kwargs.get("mask") is not None:
            masks, present = kwargs["mask"], True
        for name in signature.masks:
            place = signature.names.index(name.removesuffix("_mask"))
            source = args[place] if place < len(args) else kwargs.get(name.removesuffix("_mask"))
            if kwargs.get(name) is None and isinstance(source, jax.Array) and len(args) <= signature.names.index(name):
                kwargs[name] = get_mask(source)
        return masks if present else None

    def _note_masks(self, masks: Any, args: tuple, outputs: Any) -> None:
        overridden = type(self).compute_mask is not LayerMasks.compute_mask
        if masks is None and not overridden:
            return
        if masks is not None and not self.supports_masking and not overridden and not signature_of(type(self)).mask:
            if not self.__dict__.get("_warned_of_mask"):
                self.__dict__["_warned_of_mask"] = True
                warnings.warn(
                    f"Layer {self.path!r} ({type(self).__name__}) was given an input with a mask but does not support "
                    "masking: the mask ends here.",
                    stacklevel=4,
                )
            return
        new = self.compute_mask(args[0] if args else None, masks)
        if new is None:
            return
        if isinstance(outputs, (list, tuple)) and isinstance(new, (list, tuple)):
            for output, mask in zip(outputs, new, strict=False):
                set_mask(output, mask)
        elif isinstance(outputs, (list, tuple)):
            set_mask(outputs[0], new)
        else:
            set_mask(outputs, new)
