"""Image and sound files as arrays: TensorFlow's shapes, dtypes and pixels, and what is said about damaged files."""

import base64
import hashlib
import io as bytes_io
import json
import re
import struct
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerax import data
from kerax.data import io
from kerax.functional import image_files, image_host, image_resize

# Files written by Pillow, and what TensorFlow's decoders made of them, as md5 of the pixels.
RECORDED = json.loads((Path(__file__).parent / "decoded_images.json").read_text())
FILES = {name: base64.b64decode(content) for name, content in RECORDED["files"].items()}
RNG = np.random.default_rng(0)


FAST = image_files.simplejpeg() is not None or image_host.opencv() is not None


@pytest.fixture(params=["plain"] + ["fast"] * FAST)
def decoder(request, monkeypatch):
    """With simplejpeg and OpenCV, where they are installed, and without."""
    if request.param == "plain":
        monkeypatch.setattr(image_files, "simplejpeg", lambda: None)
        monkeypatch.setattr(image_host, "opencv", lambda: None)


@pytest.mark.parametrize("file", FILES)
def test_decoders_as_tensorflow(file):
    exact = not file.endswith(".jpg") or (image_files.simplejpeg() is not None and file != "cmyk.jpg")
    for name, function, options, wanted in RECORDED["cases"]:
        if name != file:
            continue
        if wanted is None:
            with pytest.raises(ValueError):
                getattr(io, function)(FILES[file], **options)
            continue
        found = getattr(io, function)(FILES[file], **options)
        dtype, shape, digest = wanted
        assert [found.dtype.name, list(found.shape)] == [dtype, shape], (function, options)
        if exact:
            assert hashlib.md5(np.ascontiguousarray(found).tobytes()).hexdigest() == digest, (function, options)


def test_jpeg_is_decoded_alike_by_both(decoder):
    from PIL import Image

    for name in ("rgb.jpg", "prog.jpg", "exif.jpg"):
        with Image.open(bytes_io.BytesIO(FILES[name])) as image:
            accurate = io.decode_jpeg(FILES[name], dct_method="INTEGER_ACCURATE")
            assert (accurate == np.asarray(image)).all()
            assert np.abs(io.decode_jpeg(FILES[name]).astype(int) - accurate).max() <= 6
    assert io.extract_jpeg_shape(FILES["rgb.jpg"]).tolist() == [30, 40, 3]
    assert io.extract_jpeg_shape(FILES["prog.jpg"], "int64").dtype == np.int64
    assert io.decode_jpeg(FILES["rgb.jpg"], ratio=4).shape == (8, 10, 3)
    window = io.decode_and_crop_jpeg(FILES["rgb.jpg"], np.array([1, 2, 3, 4]))
    assert (window == io.decode_jpeg(FILES["rgb.jpg"])[1:4, 2:6]).all()


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_is_lossless(dtype, channels):
    image = RNG.integers(0, np.iinfo(dtype).max + 1, (5, 6, channels)).astype(dtype)
    assert (io.decode_png(io.encode_png(image), dtype=dtype) == image).all()


def test_jpeg_comes_back_nearly(decoder):
    image = np.tile(np.linspace(0, 255, 32).astype("uint8")[None, :, None], (24, 1, 3))
    found = io.decode_jpeg(io.encode_jpeg(image, quality=95))
    assert found.shape == image.shape and np.abs(found.astype(int) - image).max() <= 4
    gray = io.encode_jpeg(image[..., :1], "grayscale", progressive=True, xmp_metadata="<x/>")
    assert io.decode_jpeg(gray).shape == (24, 32, 1)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: io.decode_image(b""), "0 bytes"),
        (lambda: io.decode_image(b"no image at all"), "Unknown image file format"),
        (lambda: io.decode_png(FILES["rgb.png"][:60]), "Invalid PNG"),
        (lambda: io.decode_png(FILES["deep3.png"][:80]), "Invalid PNG"),
        (lambda: io.decode_jpeg(FILES["rgb.jpg"][:300]), "Invalid JPEG"),
        (lambda: io.decode_jpeg(FILES["rgb.jpg"], channels=2), "channels"),
        (lambda: io.decode_jpeg(FILES["rgb.jpg"], ratio=3), "ratio"),
        (lambda: io.decode_jpeg(FILES["rgb.jpg"], dct_method="FAST"), "dct_method"),
        (lambda: io.decode_gif(FILES["anim.gif"][:30]), "GIF"),
        (lambda: io.decode_jpeg(FILES["anim.gif"]), "3 frames"),
        (lambda: io.decode_bmp(FILES["rgb.bmp"][:70]), "are not in 70 bytes"),
        (lambda: io.decode_bmp(FILES["rgb.png"]), "use decode_image"),
        (lambda: io.decode_png(FILES["rgb.png"], dtype="int32"), "uint16"),
        (lambda: io.decode_and_crop_jpeg(FILES["rgb.jpg"], [0, 0, 31, 4]), "crop window"),
        (lambda: io.extract_jpeg_shape(b"\xff\xd8\xff\xd9"), "no size"),
        (lambda: io.encode_png(np.zeros((2, 3, 3))), "uint8 or uint16"),
        (lambda: io.encode_png(np.zeros((2, 3), "uint8")), "channels"),
        (lambda: io.encode_jpeg(np.zeros((2, 3, 4), "uint8")), "1 or 3"),
        (lambda: io.encode_jpeg(np.zeros((2, 3, 3), "uint8"), "grayscale"), "does not fit"),
        (lambda: io.encode_jpeg(np.zeros((2, 3, 3), "uint8"), quality=101), "quality"),
    ],
)
def test_bad_images(call, match, decoder):
    with pytest.raises(ValueError, match=match):
        call()


def test_contents_are_bytes():
    with pytest.raises(TypeError, match="read_file"):
        io.decode_image("a/path.png")
    with pytest.raises(TypeError, match="bytes of one file"):
        io.decode_image(np.array([b"a", b"b"], object))


def huge(width, height):
    """A PNG of a few bytes that claims many pixels."""
    return FILES["rgb.png"][:16] + struct.pack(">II", width, height) + FILES["rgb.png"][24:]


@pytest.mark.parametrize("contents", [huge(2**30, 2**30), huge(60_000, 60_000)])
def test_declared_sizes_are_not_believed(contents):
    with pytest.raises(ValueError):
        io.decode_png(contents)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.integers(0, 200), st.integers(0, 255), st.booleans())
def test_damaged_files_are_errors_or_images(name, place, value, cut):
    content = bytearray(FILES[name])
    place = min(place, len(content) - 1)
    content[place] = value
    try:
        assert io.decode_image(bytes(content[:place] if cut else content)).ndim in (3, 4)
    except ValueError:
        pass


# ---------------------------------------------------------------- in pipelines


def test_files_in_a_pipeline_are_named(tmp_path, decoder):
    for i in range(3):
        io.write_file(tmp_path / f"{i}.png", io.encode_png(np.full((4 + i, 5, 3), i, "uint8")))
    names = [str(tmp_path / f"{i}.png") for i in range(3)]

    def load(name):
        return data.image.resize(io.decode_png(io.read_file(name), channels=3), (2, 2))

    batch = next(iter(data.Dataset.from_tensor_slices(names).map(load, num_parallel_calls=2).batch(3)))
    assert batch.shape == (3, 2, 2, 3) and batch.dtype == np.float32
    assert (batch == np.arange(3)[:, None, None, None]).all()
    with pytest.raises(FileNotFoundError, match="none.png"):
        list(data.Dataset.from_tensor_slices([str(tmp_path / "none.png")]).map(load))
    io.write_file(names[1], io.encode_png(np.zeros((4, 5, 3), "uint8"))[:40])
    ds = data.Dataset.from_tensor_slices(names)
    for damaged in (ds.map(load, num_parallel_calls=2), ds.map(io.read_file).shuffle(3).map(io.decode_image)):
        with pytest.raises(ValueError, match=f"^{re.escape(names[1])}: Invalid PNG"):
            list(damaged)


@pytest.mark.parametrize("method", image_resize.METHODS)
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("size", [(7, 30)])
def test_resizing_on_the_host_is_that_on_the_device(method, antialias, size, decoder):
    image = RNG.integers(0, 256, (9, 13, 3)).astype("uint8")
    wanted = image_resize.resize(
        image.astype("float32"), size, method, antialias, table=method == "bicubic" and not antialias
    )
    found = data.image.resize(image, size, method, antialias=antialias)
    assert found.dtype == (np.uint8 if method == "nearest" else np.float32)
    np.testing.assert_allclose(found, wanted, atol=2e-3)


def test_random_forms():
    image = RNG.random((6, 8, 3)).astype("float32")
    flips = [np.asarray(data.image.random_flip_left_right(image)) for _ in range(40)]
    same = sum((flip == image).all() for flip in flips)
    assert 5 < same < 35 and all((flip == image).all() or (flip == image[:, ::-1]).all() for flip in flips)
    batch = np.stack([image] * 40)
    assert 5 < (np.asarray(data.image.random_flip_up_down(batch)) == batch).all((1, 2, 3)).sum() < 35
    crops = {data.image.random_crop(image, (2, 2, 3)).tobytes() for _ in range(20)}
    assert len(crops) > 5
    assert np.ptp(np.asarray(data.image.random_brightness(image, 0.3)) - image) < 1e-6
    for function, arguments in (("random_brightness", (-1,)), ("random_hue", (0.6,)), ("random_contrast", (1, 1))):
        with pytest.raises(ValueError):
            getattr(data.image, function)(image, *arguments)
    with pytest.raises(ValueError, match="does not fit"):
        data.image.random_crop(image, (7, 2, 3))


# ---------------------------------------------------------------- sound


def wav(kind, bits, samples, rate=8000):
    channels = samples.shape[1]
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits)
    data_part = samples.tobytes() if bits != 24 else samples.astype("<i4").view("u1").reshape(-1, 4)[:, :3].tobytes()
    body = b"WAVE" + b"LIST" + struct.pack("<I", 3) + b"abc\0" + b"fmt " + struct.pack("<I", 16) + form
    body += b"data" + struct.pack("<I", len(data_part)) + data_part
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("kind", "bits", "dtype", "scale"),
    [(1, 16, "<i2", 2**15), (1, 24, "<i4", 2**23), (1, 32, "<i4", 2**31), (3, 32, "<f4", 1), (3, 64, "<f8", 1)],
)
def test_wav_formats(kind, bits, dtype, scale):
    values = np.array([[0.5, -0.25], [-1.0, 0.125]])
    audio, rate = io.decode_wav(wav(kind, bits, (values * scale).astype(dtype)))
    assert rate == 8000 and rate.dtype == np.int32 and audio.dtype == np.float32
    np.testing.assert_array_equal(audio, values.astype("float32"))


def test_wav_as_tensorflow():
    # TensorFlow 2.15.1: tf.audio.encode_wav and decode_wav of the same samples.
    samples = np.array([0.5, -1, 1, 0.3, -0.3, 2, -2, 0.99997, 1e-5, -1e-5, 0.00002], "float32")
    audio, _ = io.decode_wav(io.encode_wav(samples[:, None], 8000))
    whole = [16384, -32768, 32767, 9830, -9830, 32767, -32768, 32767, 0, 0, 1]
    assert (audio[:, 0] * 32768).tolist() == whole
    stereo = io.encode_wav(np.stack([samples, samples / 2], 1), 44100)
    assert io.decode_wav(stereo, 1)[0][:2].tolist() == [[0.5], [-1.0]]
    assert io.decode_wav(stereo, 3)[0][:2].tolist() == [[0.5, 0.25, 0.25], [-1.0, -0.5, -0.5]]
    assert io.decode_wav(stereo, desired_samples=4)[0].shape == (4, 2)
    assert io.decode_wav(stereo, desired_samples=14)[0][11:].tolist() == [[0, 0]] * 3
    assert io.decode_wav(stereo, desired_samples=0)[0].shape == (0, 2)


@pytest.mark.parametrize(
    ("contents", "match"),
    [
        (b"", "RIFF"),
        (b"RIFF\0\0\0\0WAVE", "no data"),
        (io.encode_wav([[0.0], [0.5]], 8000)[:-1], "claims 4 bytes but 3"),
        (b"RIFF\0\0\0\0WAVEdata\xff\xff\xff\x7f", "claims 2147483647"),
        (b"RIFF\0\0\0\0WAVEdata\0\0\0\0", "before their format"),
        (wav(2, 16, np.zeros((2, 1), "<i2")), "only PCM and floats"),
    ],
)
def test_bad_sound(contents, match):
    with pytest.raises(ValueError, match=match):
        io.decode_wav(contents)


def test_resizing_to_the_same_size_gives_floats_as_tensorflow():
    image = RNG.integers(0, 256, (4, 5, 3)).astype("uint8")
    for wanted in (image, jnp.asarray(image)):
        assert data.image.resize(wanted, (4, 5)).dtype == np.float32
        assert data.image.resize(wanted, (4, 5), "nearest").dtype == np.uint8


def test_crops_reach_the_last_pixels():
    images = np.arange(48, dtype="float32").reshape(1, 8, 6, 1) + 1
    out = data.image.crop_and_resize(images, [[0.0, 0.0, 1.0, 1.0]], [0], (4, 4))
    np.testing.assert_allclose(out[0, -1, :, 0], [43, 44.666668, 46.333332, 48])
    assert data.image.crop_and_resize(images, [[0.0, 0.0, 1.01, 1.0]], [0], (4, 4))[0, -1].max() == 0


# ---------------------------------------------------------------- values of tf.image 2.15

RAMP = ((np.arange(24) ** 2) % 23).astype("float32").reshape(8, 3, 1)
BLURRED = {
    ("gaussian", 8): [1.277, 2.709, 3.646, 9.01, 11.564, 5.002, 11.567, 6.797, 13.814, 10.991, 7.941, 7.864],
    ("mitchellcubic", 8): [0.609, 1.918, 3.765, 9.059, 13.491, 3.673, 12.209, 5.176, 15.712, 11.487, 7.904, 7.042],
    ("gaussian", 3): [8.016, 10.859, 4.317, 8.881],
    ("mitchellcubic", 3): [7.767, 12.514, 2.906, 8.537],
}


@pytest.mark.parametrize("convert", [np.asarray, jnp.asarray])
@pytest.mark.parametrize(("method", "height"), sorted(BLURRED))
def test_kernels_that_blur_do_so_along_axes_of_the_same_size(method, height, convert):
    found = np.asarray(data.image.resize(convert(RAMP), (height, 3), method)).ravel()
    wanted = BLURRED[method, height]
    np.testing.assert_allclose(found[: len(wanted)], wanted, atol=1e-3)


def test_where_the_gaussian_ends():
    column = ((np.arange(40) ** 2) % 23).astype("float32").reshape(40, 1, 1)
    wanted = [12.405, 1.497, 1.633, 12.77, 10.616, 15.881, 6.755, 8.139, 13.017]
    np.testing.assert_allclose(data.image.resize(column, (17, 1), "gaussian").ravel()[8:], wanted, atol=1e-3)


PICTURES = (((np.arange(2600) ** 2) % 101) / 101).astype("float32").reshape(2, 26, 25, 2)
MEASURES = {
    "psnr": (lambda a, b, top: data.image.psnr(a, b, top), [19.76915, 19.78281], [19.77728, 19.79094]),
    "ssim": (lambda a, b, top: data.image.ssim(a, b, top), [0.93435, 0.93578], [0.93428, 0.93589]),
    "scales": (
        lambda a, b, top: data.image.ssim_multiscale(a, b, top, (0.3, 0.7)),
        [0.94017, 0.94014],
        [0.93892, 0.93943],
    ),
    "three": (
        lambda a, b, top: data.image.ssim_multiscale(a, b, top, (0.2, 0.3, 0.5), 5),
        [0.94545, 0.94372],
        [0.94453, 0.94303],
    ),
}


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_how_alike_images_are(name):
    measure, floats, whole = MEASURES[name]
    other = PICTURES * np.float32(0.7) + np.float32(0.1)
    np.testing.assert_allclose(measure(PICTURES, other, 1.0), floats, rtol=1e-5)
    first, second = ((image * 255).astype("uint8") for image in (PICTURES, other))
    np.testing.assert_allclose(measure(first, second, 255), whole, rtol=1e-5)
    traced = jax.make_jaxpr(measure)(jnp.asarray(PICTURES), jnp.asarray(other), 1.0)
    assert [out.aval.shape for out in traced.jaxpr.outvars] == [(2,)]


def test_more_of_how_alike_images_are():
    image, first = data.image, PICTURES[0]
    other = PICTURES * np.float32(0.7) + np.float32(0.1)
    np.testing.assert_allclose(image.ssim(first, other[0], 2.0, 5, 0.8, 0.02, 0.1), 0.94991, rtol=1e-5)
    windows = image.ssim(PICTURES, other, 1.0, return_index_map=True)
    assert windows.shape == (2, 16, 15)
    np.testing.assert_allclose(windows[1, 3, 4], 0.93803, rtol=1e-5)
    assert image.ssim_multiscale(PICTURES, 1 - other, 1.0, (0.3, 0.7), 3).tolist() == [0, 0]
    np.testing.assert_allclose(image.total_variation(PICTURES), [857.77222, 859.83167], rtol=1e-5)
    with pytest.raises(ValueError, match="13 x 13 at scale 1"):
        image.ssim_multiscale(PICTURES, PICTURES, 1.0, filter_size=14)
    with pytest.raises(ValueError, match="at least 11 x 11"):
        image.ssim(first[:5], first[:5], 1.0)
    with pytest.raises(ValueError, match="one shape"):
        image.psnr(first, first[1:], 1.0)
    with pytest.raises(ValueError, match="total_variation"):
        image.total_variation(first[0])
    with pytest.raises(ValueError, match="image_gradients"):
        image.image_gradients(first)
