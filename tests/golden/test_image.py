"""tf.image and tf.io's image decoders, recorded from TensorFlow 2.15: the same pixels, shapes, dtypes and errors.

A case runs its recorded expression with a stand-in for the names of `tf` that it uses.
"""

import json
import types

import jax.numpy as jnp
import numpy as np
import pytest

from kerax.functional import image_boxes, image_color, image_crops, image_files, image_measures, image_tf
from kerax.ops.image import extract_patches

from .cases import GOLDEN

FOLDER = GOLDEN / "files" / "image"
CASES = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))["cases"] if FOLDER.exists() else []
# Decoders of another libjpeg, and its faster, less exact transforms, differ by a few levels.
JPEG_LEVELS = {"INTEGER_ACCURATE": 2, "ratio=2": 90, "": 10}


# TensorFlow's cast of floats beyond the range of an integer is undefined: its vector code saturates, the rest wraps.
UNDEFINED = {"tf.image.convert_image_dtype(im * 3 - 1, tf.uint8)"}
DEFINED = [case for case in CASES if case["expr"] not in UNDEFINED]


def arrays(function):
    return lambda *args, **kwargs: function(
        *(jnp.asarray(a) if isinstance(a, np.ndarray) else a for a in args), **kwargs
    )


def patches(images, sizes, strides, rates, padding):
    return extract_patches(images, sizes[1:3], tuple(strides[1:3]), tuple(rates[1:3]), padding.lower())


def decode_any(contents, channels=0, dtype="uint8", ratio=1, dct_method=""):
    return image_files.decode_image(contents, channels, dtype, ratio)


def decode_and_crop(contents, window, **kwargs):
    top, left, height, width = window
    return decode_any(contents, **kwargs)[top : top + height, left : left + width]


def stand_in():
    image = types.SimpleNamespace(
        convert_image_dtype=arrays(image_color.convert_image_dtype),
        crop_and_resize=lambda x, boxes, index, *rest, **kw: image_crops.crop_and_resize(
            jnp.asarray(x), jnp.array(boxes), jnp.array(index), *rest, **kw
        ),
        non_max_suppression=image_boxes.non_max_suppression,
        draw_bounding_boxes=image_boxes.draw_boxes,
        adjust_jpeg_quality=image_files.adjust_jpeg_quality,
        extract_patches=patches,
        resize_with_crop_or_pad=arrays(image_crops.crop_or_pad),
        resize_with_pad=arrays(image_crops.resize_with_pad),
        rot90=arrays(image_crops.rot90),
        flip_left_right=lambda x: jnp.flip(x, -2),
        flip_up_down=lambda x: jnp.flip(x, -3),
        transpose=lambda x: jnp.swapaxes(x, -3, -2),
        sobel_edges=lambda x: image_measures.sobel_edges(jnp.asarray(x), reflect=True),
        image_gradients=image_measures.image_gradients,
        total_variation=image_measures.total_variation,
        per_image_standardization=arrays(image_color.per_image_standardization),
        grayscale_to_rgb=image_color.grayscale_to_rgb,
    )
    for name in ("rgb_to_hsv", "hsv_to_rgb", "rgb_to_yiq", "yiq_to_rgb", "rgb_to_yuv", "yuv_to_rgb"):
        setattr(image, name, arrays(getattr(image_color, name)))
    for name in vars(image_tf):
        if not name.startswith("_") and not hasattr(image, name):
            setattr(image, name, getattr(image_tf, name))
    io = types.SimpleNamespace(
        decode_png=decode_any,
        decode_jpeg=decode_any,
        decode_image=decode_any,
        decode_and_crop_jpeg=decode_and_crop,
        extract_jpeg_shape=lambda contents: np.array(decode_any(contents).shape, np.int32),
        is_jpeg=lambda contents: np.array(image_files.is_jpeg(contents)),
    )
    names = ("float16", "float32", "float64", "uint8", "uint16", "int16")
    return types.SimpleNamespace(image=image, io=io, constant=jnp.asarray, **{name: np.dtype(name) for name in names})


def tolerance(case):
    if "jpeg" in case["expr"] or ".jpg" in case["expr"]:
        return next(levels for part, levels in JPEG_LEVELS.items() if part in case["expr"])
    return None


@pytest.mark.parametrize("case", DEFINED, ids=lambda case: case["id"])
def test_images_as_tensorflow(case):
    with np.load(FOLDER / "inputs.npz") as inputs:
        space = {name: inputs[name] for name in inputs.files}
    space |= {"np": np, "tf": stand_in(), "F": lambda name: (FOLDER / "files" / name).read_bytes()}
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
