"""Loaders of downloaded data sets, on generated files of the same layout, against the loaders of Keras."""

import gzip
import hashlib
import io
import json
import pickle
import struct
import tarfile
import zipfile

import numpy as np
import pytest
from keras.src import datasets as keras_datasets

import kerax
from kerax.datasets import _pickled, _remote

RNG = np.random.default_rng(0)


def sequences(count):
    """An object array of lists, as IMDB's file holds it."""
    array = np.empty(count, object)
    array[:] = [RNG.integers(1, 90_000 if i % 7 == 0 else 300, RNG.integers(1, 40)).tolist() for i in range(count)]
    return array


def npz(**arrays):
    """An .npz whose object arrays are pickled with the protocol of the published files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, array in arrays.items():
            with archive.open(name + ".npy", "w") as member:
                if array.dtype == object:
                    header = {"descr": "|O", "fortran_order": False, "shape": array.shape}
                    np.lib.format.write_array_header_1_0(member, header)
                    pickle.dump(array, member, protocol=3)
                else:
                    np.lib.format.write_array(member, array)
    return out.getvalue()


def tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def python2_batch(count, keys):
    """A CIFAR batch as Python 2 wrote it: texts are bytes, arrays come from numpy.core."""
    batch = {b"data": RNG.integers(0, 256, (count, 3072)).astype("uint8"), b"filenames": [b"a.png"] * count}
    batch |= {key: RNG.integers(0, 10, count).tolist() for key in keys}
    return pickle.dumps(batch, protocol=2).replace(b"numpy._core", b"numpy.core")


def idx(array):
    header = bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.tobytes())


def images(count):
    return RNG.integers(0, 256, (count, 28, 28)).astype("uint8")


def labels(count):
    return RNG.integers(0, 2, count)


def files():
    train = [f"cifar-10-batches-py/data_batch_{i}" for i in range(1, 6)]
    housing = {"x": RNG.normal(size=(700, 8)).astype("float32"), "y": RNG.normal(size=700).astype("float32")}
    return {
        "mnist.npz": npz(x_train=images(6), y_train=labels(6), x_test=images(3), y_test=labels(3)),
        "boston_housing.npz": npz(**housing),
        "california_housing.npz": npz(**housing),
        "imdb.npz": npz(x_train=sequences(30), y_train=labels(30), x_test=sequences(20), y_test=labels(20)),
        "reuters.npz": npz(x=sequences(40), y=labels(40)),
        "imdb_word_index.json": json.dumps({"the": 1, "é": 2}).encode(),
        "reuters_word_index.json": json.dumps({"oil": 1}).encode(),
        "cifar-10-python.tar.gz": tar(
            {name: python2_batch(4, [b"labels"]) for name in [*train, "cifar-10-batches-py/test_batch"]}
        ),
        "cifar-100-python.tar.gz": tar(
            {f"cifar-100-python/{n}": python2_batch(5, [b"fine_labels", b"coarse_labels"]) for n in ("train", "test")}
        ),
        "train-images-idx3-ubyte.gz": idx(images(6)),
        "train-labels-idx1-ubyte.gz": idx(labels(6).astype("uint8")),
        "t10k-images-idx3-ubyte.gz": idx(images(3)),
        "t10k-labels-idx1-ubyte.gz": idx(labels(3).astype("uint8")),
    }


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The folder that stands for the servers, and its URL."""
    folder = tmp_path_factory.mktemp("served")
    for name, content in files().items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(autouse=True)
def sources(served, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAX_HOME", str(tmp_path / "home"))
    for name in _remote.SOURCES:
        digest = hashlib.sha256((served / name).read_bytes()).hexdigest()
        monkeypatch.setitem(_remote.SOURCES, name, (served.as_uri() + "/", digest))


def by_keras(name, monkeypatch, *args, **kwargs):
    """What Keras's loader makes of the file that kerax's loader fetched."""
    module = getattr(keras_datasets, name)
    monkeypatch.setattr(module, "get_file", lambda *a, **k: _remote.fetch(f"{name}.npz"))
    return module.load_data(*args, **kwargs)


def same(ours, theirs):
    for (x, y), (want_x, want_y) in zip(ours, theirs, strict=True):
        assert x.dtype == want_x.dtype and y.dtype == want_y.dtype
        assert x.tolist() == want_x.tolist() and y.tolist() == want_y.tolist()


@pytest.mark.parametrize("name", ["imdb", "reuters"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"num_words": 100, "skip_top": 10},
        {"maxlen": 15, "oov_char": None, "num_words": 50},
        {"start_char": None, "seed": 7},
        {"start_char": None, "index_from": None},
    ],
)
def test_sequences_as_keras(name, options, monkeypatch):
    same(getattr(kerax.datasets, name).load_data(**options), by_keras(name, monkeypatch, **options))


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("mnist", (), {}),
        ("boston_housing", (), {"test_split": 0.3, "seed": 4}),
        ("california_housing", (), {}),
        ("california_housing", ("small",), {}),
    ],
)
def test_arrays_as_keras(name, args, kwargs, monkeypatch):
    same(getattr(kerax.datasets, name).load_data(*args, **kwargs), by_keras(name, monkeypatch, *args, **kwargs))


def test_fashion_mnist():
    (x_train, y_train), (x_test, y_test) = kerax.datasets.fashion_mnist.load_data()
    assert x_train.shape == (6, 28, 28) and y_train.shape == (6,) and x_test.shape == (3, 28, 28)
    assert x_train.dtype == y_test.dtype == np.uint8


def test_cifar(monkeypatch):
    (x_train, y_train), (x_test, y_test) = kerax.datasets.cifar10.load_data()
    assert x_train.shape == (20, 32, 32, 3) and y_train.shape == (20, 1) and x_test.shape == (4, 32, 32, 3)
    assert x_train.dtype == y_train.dtype == y_test.dtype == np.uint8
    folder = _remote.fetch("cifar-10-python.tar.gz", "cifar-10-batches-py-target", extract=True)
    raw = pickle.loads((folder / "cifar-10-batches-py" / "test_batch").read_bytes(), encoding="bytes")
    assert (x_test.transpose(0, 3, 1, 2).reshape(4, -1) == raw[b"data"]).all()
    assert y_test.ravel().tolist() == raw[b"labels"]
    (x, fine), _ = kerax.datasets.cifar100.load_data()
    _, (_, coarse) = kerax.datasets.cifar100.load_data("coarse")
    assert x.shape == (5, 32, 32, 3) and fine.shape == coarse.shape == (5, 1)
    monkeypatch.setattr("kerax.datasets._cifar.image_data_format", lambda: "channels_first")
    assert kerax.datasets.cifar10.load_data()[0][0].shape == (20, 3, 32, 32)


def test_word_index():
    assert kerax.datasets.imdb.get_word_index() == {"the": 1, "é": 2}
    assert kerax.datasets.reuters.get_word_index() == {"oil": 1}
    assert len(kerax.datasets.reuters.get_label_names()) == 46
    assert kerax.datasets.reuters.get_label_names() == keras_datasets.reuters.get_label_names()


def test_wrong_arguments():
    with pytest.raises(ValueError, match="label_mode"):
        kerax.datasets.cifar100.load_data("both")
    with pytest.raises(ValueError, match="version"):
        kerax.datasets.california_housing.load_data("medium")
    with pytest.raises(ValueError, match="test_split"):
        kerax.datasets.boston_housing.load_data(test_split=1)
    with pytest.raises(ValueError, match="Increase maxlen"):
        kerax.datasets.imdb.load_data(maxlen=1)
    with pytest.raises(TypeError, match="words"):
        kerax.datasets.imdb.load_data(words=1)
    with pytest.warns(UserWarning, match="num_words"):
        kerax.datasets.imdb.load_data(nb_words=10)


def test_a_file_that_changed_is_refused(served):
    content = (served / "mnist.npz").read_bytes()
    (served / "mnist.npz").write_bytes(content[:-1] + b"?")
    try:
        with pytest.raises(ValueError, match="hash"):
            kerax.datasets.mnist.load_data()
    finally:
        (served / "mnist.npz").write_bytes(content)


# ---------------------------------------------------------------- pickles


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_plain_pickles_are_read(protocol):
    value = {
        "a": [1, 300, 70_000, -5, 2**40],
        "b": (None, True, False),
        "c": [[], [1]],
        "d": b"x" * 300,
        "e": "é" * 300,
    }
    assert _pickled.read_pickled(pickle.dumps(value, protocol), "it") == value
    if protocol == 5:
        return  # of arrays it is another form, in which no published file is
    array = RNG.normal(size=(3, 4))
    for wanted in (array, np.asfortranarray(array), array.astype(">f4"), sequences(2500)):
        found = _pickled.read_pickled(pickle.dumps(wanted, protocol), "it")
        assert found.dtype == wanted.dtype and found.tolist() == wanted.tolist()


class Evil:
    def __reduce__(self):
        return (print, ("executed",))


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(Evil()),
        pickle.dumps(Evil(), 2),
        pickle.dumps([Evil()]),
        pickle.dumps(np.array([Evil()], object)),
        pickle.dumps(np.dtype("V8")),
        pickle.dumps(np.zeros(3))[:-30],
        b"",
        b"\x80\x02]q\x00(K",
        b"cos\nsystem\n(S'echo'\ntR.",
        b"h\x05.",
        b".",
        b"K\x01b.",
        pickle.dumps(np.zeros(3, "u1")).replace(b"K\x03\x85", b"M\xff\xff\x85"),
    ],
)
def test_other_pickles_are_refused(data, capsys):
    with pytest.raises(ValueError, match="not the plain data"):
        result = _pickled.read_pickled(data, "it")
        print(type(result))
    assert "executed" not in capsys.readouterr().out
