"""Folders of files as datasets: order, classes, splits and labels as Keras has them; what is wrong is said by name."""

import io as bytes_io

import numpy as np
import pytest
from keras.src.utils import dataset_utils as keras_utils

import kerax
from kerax.data import io
from kerax.preprocessing import folders

utils = kerax.utils
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Nine images of different sizes and kinds in three classes."""
    from PIL import Image

    root = tmp_path_factory.mktemp("pictures")
    for number in range(9):
        name = root / "cab"[number % 3] / ("sub" if number == 4 else "") / f"{number}"
        pixels = RNG.integers(0, 256, (5 + number, 9, 3)).astype("uint8")
        ending = (".png", ".JPG", ".bmp", ".gif", ".jpeg")[number % 5]
        file = bytes_io.BytesIO()
        kind = {".png": "PNG", ".bmp": "BMP", ".gif": "GIF"}.get(ending, "JPEG")
        Image.fromarray(pixels).save(file, kind)
        io.write_file(f"{name}{ending}", file.getvalue())
    io.write_file(root / "a" / "notes.txt", "no image")
    io.write_file(root / "stray.png", io.encode_png(pixels))
    return root


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """Six sounds of different lengths in two classes."""
    root = tmp_path_factory.mktemp("sounds")
    for number in range(6):
        wave = np.sin(np.arange(100 + 10 * number) / 5)[:, None] * 0.5
        io.write_file(root / "xy"[number % 2] / f"{number}.wav", io.encode_wav(wave, 8000))
    return root


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("split", [None, 0.4])
@pytest.mark.parametrize("labels", ["inferred", None, list(range(10, 20))])
def test_order_and_classes_as_keras(pictures, shuffle, split, labels):
    arguments = {"shuffle": shuffle, "seed": 5, "verbose": False}
    formats = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
    paths, numbers, names = keras_utils.index_directory(str(pictures), labels, formats, **arguments)
    parts = ["training", "validation"] if split else [None]
    for subset in parts:
        want_paths, want_labels = keras_utils.get_training_or_validation_split(paths, numbers, split, subset)
        found = utils.image_dataset_from_directory(
            pictures, labels, validation_split=split, subset=subset, image_size=(2, 2), **arguments
        )
        assert found.file_paths == [path.rstrip("/") for path in want_paths]
        assert found.class_names == names
        if labels is not None and not shuffle:
            assert np.concatenate([y for _, y in found]).tolist() == list(want_labels)


def test_images_of_every_kind(pictures):
    plain = utils.image_dataset_from_directory(pictures, shuffle=False, image_size=(6, 4), batch_size=4, verbose=False)
    batches = list(plain)
    assert [x.shape for x, _ in batches] == [(4, 6, 4, 3), (4, 6, 4, 3), (1, 6, 4, 3)]
    assert batches[0][0].dtype == np.float32 and batches[0][1].dtype == np.int32
    assert plain.element_spec[0].shape == (None, 6, 4, 3)
    assert len(plain) == 3
    wanted = kerax.data.image.resize(io.decode_image(io.read_file(plain.file_paths[0]), 3), (6, 4))
    np.testing.assert_array_equal(batches[0][0][0], wanted)
    gray = utils.image_dataset_from_directory(
        pictures, labels=None, color_mode="grayscale", image_size=3, batch_size=None, data_format="channels_first",
        pad_to_aspect_ratio=True, verbose=False,
    )  # fmt: skip
    assert {image.shape for image in gray} == {(1, 3, 3)}


@pytest.mark.parametrize("mode", ["crop_to_aspect_ratio", "pad_to_aspect_ratio"])
@pytest.mark.parametrize("method", ["nearest", "bicubic", "area"])
def test_proportions(pictures, mode, method):
    found = utils.image_dataset_from_directory(
        pictures, image_size=(4, 4), interpolation=method, batch_size=9, verbose=False, **{mode: True}
    )
    assert next(iter(found))[0].shape == (9, 4, 4, 3)


def test_both_parts_do_not_overlap(pictures):
    train, valid = utils.image_dataset_from_directory(
        pictures, validation_split=0.3, subset="both", seed=2, image_size=(2, 2), label_mode="categorical"
    )
    assert len(train.file_paths) == 7 and len(valid.file_paths) == 2
    assert not set(train.file_paths) & set(valid.file_paths)
    assert next(iter(valid))[1].shape == (2, 3) and next(iter(valid))[1].dtype == np.float32
    orders = {tuple(np.concatenate([y.argmax(1) for _, y in train]).tolist()) for _ in range(6)}
    assert len(orders) > 1  # every epoch has its own order


def test_a_damaged_image_is_named(tmp_path):
    io.write_file(tmp_path / "a" / "bad.png", b"\x89PNG\r\n\x1a\nno")
    with pytest.raises(ValueError, match=r"bad\.png: Invalid PNG"):
        list(utils.image_dataset_from_directory(tmp_path, verbose=False))


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"labels": "guess"}, "labels"),
        ({"labels": 5}, "labels"),
        ({"labels": None, "class_names": ["a"]}, "class_names"),
        ({"label_mode": "ints"}, "label_mode"),
        ({"label_mode": "binary"}, "exactly 2"),
        ({"color_mode": "cmyk"}, "color_mode"),
        ({"image_size": (1, 2, 3)}, "image_size"),
        ({"interpolation": "cubic"}, "interpolation"),
        ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, "Only one"),
        ({"validation_split": 2}, "validation_split"),
        ({"validation_split": 0.5}, "subset"),
        ({"subset": "training"}, "validation_split"),
        ({"subset": "test", "validation_split": 0.5}, "subset"),
        ({"subset": "training", "validation_split": 0.5}, "seed"),
        ({"subset": "validation", "validation_split": 0.01, "seed": 1}, "No validation images"),
        ({"class_names": ["a", "b", "d"]}, "did not match"),
        ({"format": "grain"}, "format"),
    ],
)
def test_wrong_arguments(pictures, options, match):
    with pytest.raises(ValueError, match=match):
        utils.image_dataset_from_directory(pictures, **options)


def test_missing_and_empty_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        utils.text_dataset_from_directory(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="No text files found"):
        utils.text_dataset_from_directory(tmp_path)


def test_texts(tmp_path, capsys):
    for name, text in {"neg/b": "bad", "neg/a": "awful\nfilm", "pos/c": "é"}.items():
        io.write_file(tmp_path / f"{name}.txt", text)
    found = utils.text_dataset_from_directory(tmp_path, shuffle=False, label_mode="binary", max_length=5)
    texts, labels = next(iter(found))
    assert texts.tolist() == [b"awful", b"bad", "é".encode()] and labels.tolist() == [[0.0], [0.0], [1.0]]
    assert "Found 3 files belonging to 2 classes." in capsys.readouterr().out
    single = utils.text_dataset_from_directory(tmp_path, labels=None, batch_size=None, shuffle=False, verbose=False)
    assert list(single)[1] == b"bad" and single.class_names is None
    assert capsys.readouterr().out == ""


def test_sounds_are_filled_up(sounds):
    found = utils.audio_dataset_from_directory(sounds, shuffle=False, batch_size=3, verbose=False)
    assert [x.shape for x, _ in found] == [(3, 140, 1), (3, 150, 1)] and found.class_names == ["x", "y"]
    first = next(iter(found))[0]
    assert first.dtype == np.float32 and (first[0, 100:] == 0).all()
    np.testing.assert_allclose(first[0, :100, 0], np.sin(np.arange(100) / 5) * 0.5, atol=1e-4)
    one_hot = utils.audio_dataset_from_directory(sounds, label_mode="categorical", verbose=False)
    assert next(iter(one_hot))[1].shape == (6, 2)


def test_sounds_of_one_length_and_ragged(sounds):
    fixed = utils.audio_dataset_from_directory(sounds, labels=None, output_sequence_length=120, verbose=False)
    assert next(iter(fixed)).shape == (6, 120, 1)
    ragged = utils.audio_dataset_from_directory(sounds, ragged=True, shuffle=False, verbose=False)
    audio, labels = next(iter(ragged))
    assert [len(row) for row in audio.to_list()] == [100, 120, 140, 110, 130, 150]
    assert labels.tolist() == [0, 0, 0, 1, 1, 1]
    slow = utils.audio_dataset_from_directory(sounds, sampling_rate=4000, shuffle=False, batch_size=None, verbose=False)
    audio = next(iter(slow))[0]
    np.testing.assert_allclose(audio[10:40, 0], np.sin(np.arange(0, 100, 2) / 5)[10:40] * 0.5, atol=0.02)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"ragged": True, "output_sequence_length": 5}, "Cannot set both"),
        ({"sampling_rate": 0}, "sampling_rate"),
        ({"sampling_rate": 1.5}, "sampling_rate"),
    ],
)
def test_wrong_arguments_for_sounds(sounds, options, match):
    with pytest.raises(ValueError, match=match):
        utils.audio_dataset_from_directory(sounds, **options)


def test_a_damaged_sound_is_named(tmp_path):
    io.write_file(tmp_path / "a" / "bad.wav", b"RIFF")
    with pytest.raises(ValueError, match=r"bad\.wav: Invalid WAV"):
        list(utils.audio_dataset_from_directory(tmp_path, verbose=False))


# ---------------------------------------------------------------- series


@pytest.mark.parametrize("rate", [1, 2])
@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("batch_size", [None, 4])
def test_windows(rate, stride, batch_size):
    series, targets = RNG.normal(size=(30, 2)), np.arange(30)
    found = utils.timeseries_dataset_from_array(
        series, targets, 5, stride, rate, batch_size=batch_size, start_index=2, end_index=27
    )
    windows, values = zip(*(found if batch_size is None else found.unbatch()))
    starts = range(2, 27 - 4 * rate, stride)
    assert [int(value) for value in values] == list(starts)
    for begin, window in zip(starts, windows, strict=True):
        np.testing.assert_array_equal(window, series[begin : begin + 5 * rate : rate])


def test_shuffled_windows():
    found = utils.timeseries_dataset_from_array(np.arange(50), None, 3, batch_size=7, shuffle=True, seed=4)
    first, second = ([int(row[0]) for batch in found for row in batch] for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(48)) and first != second
    assert found.element_spec.shape == (None, 3)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"start_index": -1}, "start_index"),
        ({"start_index": 10}, "start_index"),
        ({"start_index": 4, "end_index": 3}, "end_index"),
        ({"end_index": 10}, "end_index"),
        ({"sampling_rate": 0}, "sampling_rate"),
        ({"sampling_rate": 10}, "sampling_rate"),
        ({"sequence_stride": 0}, "sequence_stride"),
        ({"sequence_length": 0}, "sequence_length"),
        ({"format": "grain"}, "format"),
    ],
)
def test_wrong_arguments_for_windows(options, match):
    with pytest.raises(ValueError, match=match):
        utils.timeseries_dataset_from_array(np.arange(10), None, **{"sequence_length": 3, **options})


def test_folder_listing_is_public(pictures):
    assert folders.index_directory(pictures, None, (".png",)).labels is None
