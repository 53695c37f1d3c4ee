"""tf.image and tf.io's image decoders, recorded from TensorFlow 2.15: the same pixels, shapes, dtypes and errors.

A case runs its recorded expression with a stand-in for the names of `tf` that it uses.
"""

import json
import types

import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from kerax.functional import image_boxes
from kerax.ops.image import extract_patches

from .cases import GOLDEN

FOLDER = GOLDEN / "files" / "image"
CASES = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))["cases"] if FOLDER.exists() else []
# Decoders of another libjpeg, and its faster, less exact transforms, differ by a few levels.
JPEG_LEVELS = {"INTEGER_ACCURATE": 2, "ratio=2": 90, "": 10}


# TensorFlow's cast of floats beyond the range of an integer is undefined: its vector code saturates, the rest wraps.
UNDEFINED = {"tf.image.convert_image_dtype(im * 3 - 1, tf.uint8)"}
DEFINED = [case for case in CASES if case["expr"] not in UNDEFINED]


# Functions that have a form of their own for arrays on the host.
GEOMETRY = ("resize", "crop", "pad", "flip", "rot90", "transpose", "grayscale_to_rgb", "convert_image_dtype")
RUNS = [(case, False) for case in DEFINED] + [
    (case, True) for case in DEFINED if any(f"tf.image.{name}" in case["expr"] for name in GEOMETRY)
]


def arrays(function, host):
    """The function on arrays of JAX, or of NumPy."""
    convert = np.asarray if host else jnp.asarray
    return lambda *args, **kwargs: function(*(convert(a) if isinstance(a, np.ndarray) else a for a in args), **kwargs)


def patches(images, sizes, strides, rates, padding):
    return extract_patches(images, sizes[1:3], tuple(strides[1:3]), tuple(rates[1:3]), padding.lower())


def stand_in(host):
    image = types.SimpleNamespace(
        non_max_suppression=image_boxes.non_max_suppression,
        draw_bounding_boxes=image_boxes.draw_boxes,
        extract_patches=patches,
    )
    for name in kerax.data.image.__all__:
        setattr(image, name, arrays(getattr(kerax.data.image, name), host))
    names = ("float16", "float32", "float64", "uint8", "uint16", "int16")
    return types.SimpleNamespace(
        image=image,
        io=kerax.data.io,
        constant=np.asarray if host else jnp.asarray,
        **{name: np.dtype(name) for name in names},
    )


def tolerance(case):
    if "jpeg" in case["expr"] or ".jpg" in case["expr"]:
        return next(levels for part, levels in JPEG_LEVELS.items() if part in case["expr"])
    return None


@pytest.mark.parametrize(("case", "host"), RUNS, ids=[f"{c['id']}{'-host' if host else ''}" for c, host in RUNS])
def test_images_as_tensorflow(case, host):
    with np.load(FOLDER / "inputs.npz") as inputs:
        space = {name: inputs[name] for name in inputs.files}
    space |= {"np": np, "tf": stand_in(host), "F": lambda name: (FOLDER / "files" / name).read_bytes()}
    if "error" in case:
        with pytest.raises((ValueError, TypeError)):
            eval(case["expr"], space)
        return
    results = eval(case["expr"], space)
    results = results if isinstance(results, (tuple, list)) else [results]
    assert len(results) == len(case["outputs"])
    with np.load(FOLDER / "expected.npz") as expected:
        for result, recorded in zip(results, case["outputs"], strict=True):
            want = expected[recorded["key"]]
            assert np.shape(result) == want.shape
            if recorded["dtype"] != "float64":  # 64-bit floats are off
                assert np.asarray(result).dtype == want.dtype
            levels = tolerance(case)
            if levels is None and want.dtype.kind in "ui":
                levels = 0
            if levels is None:
                scale = max(np.abs(want).max(), 1.0)
                np.testing.assert_allclose(result, want, rtol=2e-5, atol=2e-5 * scale)
            else:
                assert np.abs(np.asarray(result, np.int64) - want.astype(np.int64)).max() <= levels
