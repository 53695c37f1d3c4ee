"""ImageDataGenerator and its kin against Keras's own, with the same seeds."""

import numpy as np
import pandas as pd
import pytest
from keras.src.legacy.preprocessing import image as keras_image

import kerax
from kerax.data import io

pytestmark = pytest.mark.filterwarnings("ignore:Please import:DeprecationWarning")  # of Keras, in its calls of SciPy
image = kerax.preprocessing.image
RNG = np.random.default_rng(1)
IMAGES = (RNG.random((7, 8, 6, 3)) * 255).astype("float32")
LABELS = np.arange(7) % 2
OPTIONS = [
    {"rotation_range": 30, "width_shift_range": 0.2, "height_shift_range": 2, "horizontal_flip": True},
    {"zoom_range": 0.3, "shear_range": 10, "fill_mode": "reflect", "vertical_flip": True},
    {"zoom_range": [0.8, 1.0], "channel_shift_range": 20.0, "fill_mode": "constant", "cval": 7.0},
    {"brightness_range": (0.5, 1.5), "rescale": 1 / 255},
    {"width_shift_range": [-2, 1, 3], "fill_mode": "wrap", "interpolation_order": 0},
    {"samplewise_center": True, "samplewise_std_normalization": True},
    {"preprocessing_function": lambda x: x * 2, "dtype": "float64"},
]


def same(ours, theirs):
    ours, theirs = (value if isinstance(value, (tuple, list)) else [value] for value in (ours, theirs))
    assert len(ours) == len(theirs)
    for found, wanted in zip(ours, theirs):
        if isinstance(wanted, list):
            same(found, wanted)
            continue
        assert found.dtype == wanted.dtype and found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: next(iter(options)))
@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
def test_flow_as_keras(options, layout):
    if layout == "channels_first" and "brightness_range" in options:
        pytest.skip("Keras mixes the layouts up")
    images = IMAGES if layout == "channels_last" else IMAGES.transpose(0, 3, 1, 2)
    flows = [
        library.ImageDataGenerator(data_format=layout, **options).flow(images, LABELS, batch_size=3, seed=3)
        for library in (image, keras_image)
    ]
    for number in range(4):
        same(*(next(flow) for flow in flows))
        same(*(flow[number % 3] for flow in flows))
    for flow in flows:
        np.random.seed(9)
        flow.on_epoch_end()
    same(flows[0].index_array, flows[1].index_array)
    assert len(flows[0]) == len(flows[1]) == 3


@pytest.mark.parametrize("augment", [False, True])
@pytest.mark.filterwarnings("ignore:This ImageDataGenerator specifies")
@pytest.mark.parametrize("options", [{"featurewise_std_normalization": True}, {"zca_whitening": True}])
def test_fit_as_keras(options, augment):
    images = IMAGES[:, :4, :4] / 255
    flows = []
    for library in (image, keras_image):
        generator = library.ImageDataGenerator(rescale=2.0, horizontal_flip=True, **options)
        generator.fit(images, augment=augment, rounds=2, seed=5)
        flows.append(generator.flow(images, batch_size=7, seed=1))
    ours, theirs = (next(flow) for flow in flows)
    np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=2e-2 if "zca_whitening" in options else 1e-4)


@pytest.mark.parametrize("mode", ["constant", "nearest", "reflect", "wrap"])
@pytest.mark.parametrize("axes", [(0, 1, 2), (1, 2, 0), (1, 0, 2)])
def test_affine_transform_as_keras(mode, axes):
    picture = IMAGES[0] if axes[2] == 2 else IMAGES[0].transpose(2, 0, 1)
    places = dict(zip(("row_axis", "col_axis", "channel_axis"), axes), fill_mode=mode)
    for how in ({"theta": 20}, {"tx": 2, "ty": -1}, {"shear": 15, "zx": 0.7}, {"theta": -9, "tx": 1.5, "zy": 1.3}):
        same(
            image.apply_affine_transform(picture, **how, **places),
            keras_image.apply_affine_transform(picture, **how, **places),
        )


def test_random_functions_as_keras():
    picture = IMAGES[0].transpose(2, 0, 1)
    for name, arguments in {
        "random_rotation": (30,),
        "random_shift": (0.2, 0.3),
        "random_shear": (20,),
        "random_zoom": ((0.5, 1.5),),
        "random_channel_shift": (30,),
    }.items():
        results = []
        for library in (image, keras_image):
            np.random.seed(4)
            results.append(getattr(library, name)(picture, *arguments))
        same(*results)
    np.random.seed(4)
    found = image.random_brightness(IMAGES[0], (0.5, 1.5))
    np.random.seed(4)
    same(found, keras_image.random_brightness(IMAGES[0], (0.5, 1.5)))


# ---------------------------------------------------------------- files


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("images")
    for number in range(8):
        pixels = RNG.integers(0, 256, (6, 5 + number, 4 if number == 3 else 3)).astype("uint8")
        io.write_file(root / "ab"[number % 2] / f"{number}.png", io.encode_png(pixels))
    return root


@pytest.mark.parametrize("class_mode", ["categorical", "binary", "sparse", "input", None])
def test_flow_from_directory_as_keras(folder, class_mode, capsys):
    flows = [
        library.ImageDataGenerator(rotation_range=10, validation_split=0.25).flow_from_directory(
            str(folder), target_size=(4, 6), batch_size=3, seed=2, class_mode=class_mode, subset="training",
            interpolation="bilinear", keep_aspect_ratio=True,
        )
        for library in (image, keras_image)
    ]  # fmt: skip
    ours, theirs = flows
    assert (ours.filenames, ours.class_indices, ours.samples) == (
        theirs.filenames,
        theirs.class_indices,
        theirs.samples,
    )
    same(ours.classes, theirs.classes)
    same(ours.labels, theirs.labels)
    for _ in range(3):
        same(next(ours), next(theirs))
    assert capsys.readouterr().out.count("Found 6 images belonging to 2 classes.") == 2


def test_flow_from_directory_in_other_ways(folder, tmp_path):
    flow = image.ImageDataGenerator().flow_from_directory(
        folder, classes=["b", "a"], color_mode="rgba", save_to_dir=tmp_path, save_prefix="x", target_size=(3, 3)
    )
    batch, labels = flow[0]
    assert batch.shape == (8, 3, 3, 4) and labels.shape == (8, 2) and flow.class_indices == {"b": 0, "a": 1}
    assert len(list(tmp_path.glob("x_*.png"))) == 8
    with pytest.warns(UserWarning, match="no folder 'c'"):
        assert image.ImageDataGenerator().flow_from_directory(folder, classes=["c", "a"]).samples == 4
    with pytest.raises(FileNotFoundError):
        image.ImageDataGenerator().flow_from_directory(folder / "none")
    for options, match in (
        ({"class_mode": "multi"}, "class_mode"),
        ({"color_mode": "cmyk"}, "color mode"),
        ({"subset": "test"}, "subset"),
    ):
        with pytest.raises(ValueError, match=match):
            image.ImageDataGenerator().flow_from_directory(folder, **options)


@pytest.mark.filterwarnings("ignore:Found 1 invalid image")
@pytest.mark.parametrize(
    "options",
    [
        {"class_mode": "categorical"},
        {"class_mode": "binary", "classes": ["b", "a"]},
        {"class_mode": "sparse", "weight_col": "weight"},
        {"class_mode": "raw", "y_col": ["x1", "x2"]},
        {"class_mode": "raw", "y_col": "x1", "subset": "validation"},
        {"class_mode": "multi_output", "y_col": ["x1", "x2"]},
        {"class_mode": "categorical", "y_col": "several", "classes": ["p", "q"]},
        {"class_mode": "input"},
        {"class_mode": None, "subset": "training"},
    ],
    ids=str,
)
def test_flow_from_dataframe_as_keras(folder, options):
    names = [f"{'ab'[n % 2]}/{n}.png" for n in range(8)] + ["a/none.png"]
    frame = pd.DataFrame({"filename": names, "class": list("abababaab"), "x1": range(9), "x2": np.arange(9) / 2})
    frame["weight"] = np.arange(9.0)
    frame["several"] = [["p"], ["q", "p"], ["r"], ["p"], ["q"], ["r", "q"], ["p"], ["q"], ["p"]]
    flows = [
        library.ImageDataGenerator(horizontal_flip=True, validation_split=0.5).flow_from_dataframe(
            frame, str(folder), target_size=(4, 4), batch_size=3, seed=1, **options
        )
        for library in (image, keras_image)
    ]
    assert flows[0].filenames == flows[1].filenames
    for _ in range(3):
        same(*(next(flow) for flow in flows))


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"x_col": "file"}, ValueError, "no column 'file'"),
        ({"y_col": "klass"}, ValueError, "no column 'klass'"),
        ({"class_mode": "other2"}, ValueError, "class_mode"),
        ({"class_mode": "multi_output"}, TypeError, "must be a list"),
        ({"class_mode": "sparse", "y_col": "number"}, TypeError, "must be strings"),
        ({"class_mode": "binary", "y_col": "three"}, ValueError, "2 classes"),
        ({"weight_col": "three"}, TypeError, "numeric"),
        ({"colour": 1}, TypeError, "colour"),
    ],
)
def test_wrong_tables(options, error, match):
    frame = pd.DataFrame({"filename": ["a.png"] * 3, "class": list("aba"), "number": [1, 2, 3], "three": list("abc")})
    with pytest.raises(error, match=match):
        image.ImageDataGenerator().flow_from_dataframe(frame, **options)


def test_a_model_learns_from_a_flow():
    model = kerax.Sequential([kerax.layers.Input((8, 6, 3)), kerax.layers.Flatten(), kerax.layers.Dense(2)])
    model.compile("sgd", kerax.losses.SparseCategoricalCrossentropy(from_logits=True))
    flow = image.ImageDataGenerator(rescale=1 / 255).flow(IMAGES, LABELS, batch_size=4)
    history = model.fit(flow, epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2 and np.isfinite(history.history["loss"]).all()


# ---------------------------------------------------------------- single images


def test_saving_and_loading(tmp_path):
    pixels = RNG.integers(0, 256, (4, 6, 3)).astype("uint8")
    for name in ("a.png", "b.bmp"):
        kerax.utils.save_img(tmp_path / name, pixels, scale=False)
        found = kerax.utils.img_to_array(kerax.utils.load_img(tmp_path / name))
        assert found.dtype == np.float32 and (found == pixels).all()
    first = kerax.utils.img_to_array(kerax.utils.load_img(tmp_path / "a.png"), "channels_first", "uint8")
    assert (first == pixels.transpose(2, 0, 1)).all()
    kerax.utils.save_img(str(tmp_path / "c.png"), first, "channels_first", scale=False)
    assert kerax.utils.load_img(str(tmp_path / "c.png"), "grayscale").mode == "L"
    with pytest.warns(UserWarning, match="RGBA"):
        kerax.utils.save_img(tmp_path / "d.jpg", np.zeros((4, 4, 4)))
    assert kerax.utils.load_img(tmp_path / "a.png", target_size=(3, 3), keep_aspect_ratio=True).size == (3, 3)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda path: kerax.utils.load_img(path / "none.png"), FileNotFoundError, "none.png"),
        (lambda path: kerax.utils.load_img(path / "bad.png"), ValueError, "bad.png"),
        (lambda path: kerax.utils.load_img(path / "good.png", "cmyk"), ValueError, "color_mode"),
        (
            lambda path: kerax.utils.load_img(path / "good.png", target_size=(1, 1), interpolation="x"),
            ValueError,
            "interpolation",
        ),
        (lambda path: kerax.utils.load_img(5), TypeError, "path-like"),
        (lambda path: kerax.utils.array_to_img(np.zeros((2, 2))), ValueError, "rank 3"),
        (lambda path: kerax.utils.array_to_img(np.zeros((2, 2, 2))), ValueError, "channel number"),
        (lambda path: kerax.utils.img_to_array(np.zeros(3)), ValueError, "shape"),
        (lambda path: image.smart_resize(np.zeros((2, 2)), (1, 1)), ValueError, "rank"),
        (lambda path: image.smart_resize(np.zeros((2, 2, 1)), 1), ValueError, "size"),
        (lambda path: image.apply_affine_transform(np.zeros((2, 2, 2)), 1, channel_axis=1), ValueError, "axis"),
    ],
)
def test_bad_images(tmp_path, call, error, match):
    io.write_file(tmp_path / "bad.png", b"\x89PNG\r\n\x1a\nno")
    io.write_file(tmp_path / "good.png", io.encode_png(np.zeros((2, 2, 3), "uint8")))
    with pytest.raises(error, match=match):
        call(tmp_path)


def test_smart_resize_in_both_layouts():
    pixels = np.arange(48.0, dtype="float32").reshape(4, 6, 2)
    last = image.smart_resize(pixels, (2, 2))
    first = image.smart_resize(pixels.transpose(2, 0, 1), (2, 2), data_format="channels_first")
    np.testing.assert_allclose(first.transpose(1, 2, 0), last)
    assert isinstance(last, np.ndarray)
