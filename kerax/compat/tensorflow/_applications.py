"""``tf.keras.applications``: what prepares images for its networks. The networks themselves are not there."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.compat.tensorflow._edges import entering
from kerax.compat.tensorflow._namespace import Namespace

_BGR_MEANS = (103.939, 116.779, 123.68)  # of ImageNet's training images, by channel (Simonyan and Zisserman, 2014)
_RGB_MEANS, _RGB_DEVIATIONS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of the same images in 0..1
# Module -> how its networks want pixels; those with None do it themselves.
MODES: dict[str, str | None] = {
    "convnext": None, "densenet": "torch", "efficientnet": None, "efficientnet_v2": None, "imagenet_utils": "caffe",
    "inception_resnet_v2": "tf", "inception_v3": "tf", "mobilenet": "tf", "mobilenet_v2": "tf", "mobilenet_v3": None,
    "nasnet": "tf", "regnet": None, "resnet": "caffe", "resnet50": "caffe", "resnet_rs": None, "resnet_v2": "tf",
    "vgg16": "caffe", "vgg19": "caffe", "xception": "tf",
}  # fmt: skip


def _prepared(x: Any, data_format: str | None, mode: str | None) -> Any:
    if mode is None:
        return x
    if mode not in ("caffe", "tf", "torch"):
        raise ValueError(f"Expected mode to be one of `caffe`, `tf` or `torch`. Received: mode={mode}")
    if isinstance(x, np.ndarray) and not np.issubdtype(x.dtype, np.floating):
        x = x.astype("float32")
    if mode == "tf":
        return x / 127.5 - 1.0
    axis = -1 if data_format in (None, "channels_last") else -3
    if mode == "caffe":
        x, means, deviations = x[..., ::-1] if axis == -1 else x[..., ::-1, :, :], _BGR_MEANS, None
    else:
        x, means, deviations = x / 255.0, _RGB_MEANS, _RGB_DEVIATIONS
    sizes = (3,) if axis == -1 else (3, 1, 1)
    x = x - np.asarray(means, "float32").reshape(sizes)
    return x if deviations is None else x / np.asarray(deviations, "float32").reshape(sizes)


def _preparation(mode: str | None, name: str) -> Any:
    def preprocess_input(x: Any, data_format: str | None = None) -> Any:
        """Pixels from 0 to 255 as the networks of this module want them."""
        return _prepared(x, data_format, mode)

    def for_any(x: Any, data_format: str | None = None, mode: str | None = "caffe") -> Any:
        """Pixels from 0 to 255 as networks want them: "caffe" (BGR without means), "tf" (-1 to 1), "torch"."""
        return _prepared(x, data_format, mode)

    return entering(for_any if name == "imagenet_utils" else preprocess_input)


def _module(name: str, mode: str | None) -> Any:
    return lambda: Namespace(f"tf.keras.applications.{name}", {"preprocess_input": lambda: _preparation(mode, name)})


applications = Namespace("tf.keras.applications", {name: _module(name, mode) for name, mode in MODES.items()})
