"""TensorBundle and safetensors files: round trips, damage, kills, full disks."""

import json
import os
import pathlib
import resource
import signal
import struct
import subprocess
import sys
import time

import ml_dtypes
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kerax
from kerax.saving.safetensors import read_safetensors, write_safetensors
from kerax.saving.snappy import decompress
from kerax.saving.sstable import read_table, table_bytes
from kerax.saving.tensor_bundle import read_tensor_bundle
from kerax.saving.tensor_bundle_write import write_tensor_bundle

TENSORS = {
    "a/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
    "a/bias": np.ones(3, ml_dtypes.bfloat16),
    "empty": np.zeros((0, 2), np.int8),
    "flag": np.array([True, False]),
    "step": np.int64(2**40),
}
TEXTS = {"names": np.array([b"", b"x" * 300, "é".encode()], object), "one": np.array(b"text", object)}
KINDS = {
    "bundle": (lambda folder, t: write_tensor_bundle(folder / "c", t), lambda folder: read_tensor_bundle(folder / "c")),
    "safetensors": (
        lambda folder, t: write_safetensors(folder / "c.safetensors", {k: np.asarray(v) for k, v in t.items()}),
        lambda folder: read_safetensors(folder / "c.safetensors"),
    ),
}
both = pytest.mark.parametrize("kind", KINDS)


def equal(found, expected):
    return set(found) == set(expected) and all(
        found[name].dtype == np.asarray(value).dtype and np.array_equal(found[name], value)
        for name, value in expected.items()
    )


@both
def test_round_trip(kind, tmp_path):
    write, read = KINDS[kind]
    tensors = TENSORS | (TEXTS if kind == "bundle" else {})
    tensors |= {f"many/layer_{i}/kernel": np.full(i % 5, i, np.float32) for i in range(300)}
    for _ in range(3):
        write(tmp_path, tensors)
        assert equal(read(tmp_path), tensors)
    assert len(os.listdir(tmp_path)) == (2 if kind == "bundle" else 1)


@both
def test_every_flipped_bit_and_every_cut_is_refused_or_harmless(kind, tmp_path):
    write, read = KINDS[kind]
    write(tmp_path, TENSORS)
    refused = harmless = 0
    for file in sorted(tmp_path.iterdir()):
        whole = file.read_bytes()
        for i in range(len(whole)):
            for damaged in (whole[:i] + bytes([whole[i] ^ 1 << i % 8]) + whole[i + 1 :], whole[:i]):
                file.write_bytes(damaged)
                try:
                    found = read(tmp_path)
                except (ValueError, FileNotFoundError) as error:
                    refused += 1
                    assert file.name in str(error) or "c" in str(error)
                else:
                    harmless += 1
                    assert equal(found, TENSORS), (file.name, i)
        file.write_bytes(whole)
    assert refused > 20 * harmless


@given(data=st.binary(max_size=400), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_refused_or_read(tmp_path, data, seed):
    """Whole files of noise, noise behind right checksums, and noise in place of a header."""
    rng = np.random.default_rng(seed)
    length = struct.pack("<Q", len(data))
    keys = sorted({bytes(rng.bytes(int(n))) for n in rng.integers(1, 9, 3)})
    table = table_bytes([(b"", b"\x08\x01")] + [(key, data[i:]) for i, key in enumerate(keys)])
    for name, content in [("c.index", data), ("c.index", table), ("c.safetensors", length + data), ("v1", table)]:
        (tmp_path / name).write_bytes(content)
        try:
            if name == "c.safetensors":
                read_safetensors(tmp_path / name)
            else:
                read_tensor_bundle(tmp_path / name.removesuffix(".index"))
        except (ValueError, FileNotFoundError, TypeError):
            pass
    try:
        decompress(data, "noise")
    except ValueError:
        pass


def test_sizes_are_checked_before_memory_is_taken(tmp_path):
    huge = {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}
    for header in (
        {"w": huge},
        {"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 8]}},
        {"w": {"dtype": "F32", "shape": [-1, -1], "data_offsets": [0, 4]}},
        {"w": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}},
        {n: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for n in "ab"},
        {"w": {"dtype": "PICKLE", "shape": [1], "data_offsets": [0, 4]}},
        {"w": 3},
    ):
        text = json.dumps(header).encode()
        (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + bytes(8))
        with pytest.raises(ValueError, match="a.safetensors"):
            read_safetensors(tmp_path / "a.safetensors")
    text = (
        b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    )
    (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + bytes(4))
    with pytest.raises(ValueError, match="twice"):
        read_safetensors(tmp_path / "a.safetensors")
    (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", 1 << 60) + b"{}")
    with pytest.raises(ValueError, match="cut or damaged"):
        read_safetensors(tmp_path / "a.safetensors")
    with pytest.raises(ValueError, match="say that they hold"):
        decompress(b"\xff\xff\xff\xff\x0f", "block")


def test_snappy_and_order_of_keys(tmp_path):
    assert decompress(bytes([5, 4 << 2]) + b"abcde", "block") == b"abcde"
    assert decompress(bytes([9, 2 << 2]) + b"abc" + bytes([1 | 2 << 2, 3]), "block") == b"abcabcabc"
    with pytest.raises(ValueError, match="rise"):
        table_bytes([(b"b", b""), (b"a", b"")])
    entries = [(f"key{i:04d}".encode(), bytes(i % 50)) for i in range(2000)]
    (tmp_path / "t").write_bytes(table_bytes(entries))
    assert [(key, value) for key, value, _ in read_table(tmp_path / "t")] == entries


WRITER = """
import pathlib, sys, numpy as np
from kerax.saving.tensor_bundle_write import write_tensor_bundle
from kerax.saving.safetensors import write_safetensors
folder, count = pathlib.Path(sys.argv[1]), 0
print("ready", flush=True)
while True:
    tensors = {f"w{i}": np.full(20000, count, np.float32) for i in range(5)}
    write_tensor_bundle(folder / "c", tensors)
    write_safetensors(folder / "c.safetensors", tensors)
    count += 1
"""


def test_a_kill_leaves_the_old_or_the_new_file(tmp_path):
    root = pathlib.Path(kerax.__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, env=environment, start_new_session=True
    )
    try:
        assert process.stdout.readline() == b"ready\n"
        for _ in range(200):
            if (tmp_path / "c.safetensors").exists():
                break
            time.sleep(0.05)
        for delay in (0.05, 0.013, 0.021, 0.034, 0.008, 0.027):
            time.sleep(delay)
            process.send_signal(signal.SIGSTOP)  # as good as a kill for who reads now, and cheaper than a new process
            for _, read in KINDS.values():
                found = read(tmp_path)
                assert len({float(value[0]) for value in found.values()}) == 1
            process.send_signal(signal.SIGCONT)
        process.kill()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    for write, read in KINDS.values():
        assert len(read(tmp_path)) == 5
        write(tmp_path, TENSORS)
        assert equal(read(tmp_path), TENSORS)
    assert sorted(file for file in os.listdir(tmp_path) if file.startswith("c.data")) in (
        ["c.data-00000-of-00001"], ["c.data-00000-of-00002"],
    )  # fmt: skip


@both
def test_a_full_disk_leaves_the_old_file(kind, tmp_path):
    write, read = KINDS[kind]
    write(tmp_path, TENSORS)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, limits[1]))
    try:
        with pytest.raises(OSError, match="Cannot write .*c"):
            write(tmp_path, {"big": np.zeros(1 << 20, np.float32)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert equal(read(tmp_path), TENSORS)
    assert not [file for file in os.listdir(tmp_path) if file.endswith(".tmp")]


def model(units=3):
    return kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(units), kerax.layers.BatchNormalization()])


@pytest.mark.parametrize("name", ["m.safetensors", "m.weights.json", "m"])
def test_weights_of_a_model(name, tmp_path):
    one, other = model(), model()
    one.save_weights(tmp_path / name)
    report = other.load_weights(tmp_path / name)
    assert len(report.loaded) >= 6 and not report.is_partial
    assert all(np.array_equal(a, b) for a, b in zip(one.get_weights(), other.get_weights(), strict=True))
    wrong = model(4)
    before = wrong.get_weights()
    with pytest.raises(ValueError, match="shape"):
        wrong.load_weights(tmp_path / name)
    assert all(np.array_equal(a, b) for a, b in zip(before, wrong.get_weights(), strict=True))


def shards(path):
    return {file for files in json.loads(path.read_text())["weight_map"].values() for file in files}


def test_shards_have_a_size_and_plain_names(tmp_path):
    one = model()
    path = tmp_path / "m.weights.json"
    for size in (1e-8, 1.0):
        one.save_weights(path, max_shard_size=size)
        assert len(shards(path)) == (6 if size < 1 else 1)
        assert sorted(os.listdir(tmp_path)) == sorted([path.name, "m_00000.weights.h5", *shards(path)])
    (tmp_path / "inner").mkdir()
    for bad in ("../x.safetensors", "/etc/x.safetensors", "a\\b.safetensors", "..", "", 3, "x.pkl", ["../x.h5"]):
        (tmp_path / "inner" / path.name).write_text(json.dumps({"weight_map": {"layers/dense/kernel": bad}}))
        with pytest.raises(ValueError, match="m.weights.json"):
            one.load_weights(tmp_path / "inner" / path.name)
    os.symlink(tmp_path / next(iter(shards(path))), tmp_path / "inner" / "x.h5")
    (tmp_path / "inner" / path.name).write_text(json.dumps({"weight_map": {"layers/dense/kernel": "x.h5"}}))
    with pytest.raises(ValueError, match="link"):
        one.load_weights(tmp_path / "inner" / path.name)
    with pytest.raises(ValueError, match="max_shard_size"):
        one.save_weights(tmp_path / "m.weights.h5", max_shard_size=1)


def test_a_refused_shard_leaves_the_model_as_it_was(tmp_path):
    """One whose arrays stand in several files, of which the last does not fit, is lost or damaged."""
    one, path = model(), tmp_path / "m.weights.json"
    other = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(3), kerax.layers.Dense(1)])
    one.save_weights(path, max_shard_size=1e-8)
    for wrong in (other, model(4)):
        before = wrong.get_weights()
        with pytest.raises(ValueError, match=r"m.*weights"):
            wrong.load_weights(path)
        assert all(np.array_equal(a, b) for a, b in zip(before, wrong.get_weights(), strict=True))
    before = one.get_weights()
    text, last = path.read_bytes(), tmp_path / sorted(shards(path))[-1]
    path.write_bytes(text.replace(b"layers/dense/", b"layers/dense_/"))
    with pytest.raises(ValueError, match=r"m\.weights\.json.*checksum"):
        one.load_weights(path)
    path.write_bytes(text)
    data = bytearray(last.read_bytes())
    data[len(data) // 2] ^= 1
    last.write_bytes(data)
    with pytest.raises(ValueError, match="checksum"):
        one.load_weights(path)
    last.unlink()
    with pytest.raises(FileNotFoundError, match=last.name):
        one.load_weights(path)
    assert all(np.array_equal(a, b) for a, b in zip(before, one.get_weights(), strict=True))


def test_shards_and_their_optimizer_go_to_keras_and_back(tmp_path):
    keras = pytest.importorskip("keras")
    x = np.linspace(-1, 1, 12, dtype="float32").reshape(4, 3)
    y = x.sum(1, keepdims=True)

    def trained(library, steps=2):
        made = library.Sequential([library.Input((3,)), library.layers.Dense(4), library.layers.Dense(1)])
        made.compile("adam", "mse")
        for _ in range(steps):
            made.train_on_batch(x, y)
        return made

    ours, size = trained(kerax), 40 / 2**30
    ours.save_weights(tmp_path / "ours.weights.json", max_shard_size=size)
    assert len(shards(tmp_path / "ours.weights.json")) > 3
    theirs = trained(keras, 1)
    theirs.load_weights(tmp_path / "ours.weights.json")
    np.testing.assert_allclose(theirs(x), ours(x), atol=1e-6)
    assert int(theirs.optimizer.iterations) == 2
    theirs.save_weights(tmp_path / "theirs.weights.json", max_shard_size=100 / 2**30)
    again = trained(kerax, 1)
    again.load_weights(tmp_path / "theirs.weights.json")
    assert all(np.array_equal(a, b) for a, b in zip(ours.get_weights(), again.get_weights(), strict=True))
    assert float(again.train_on_batch(x, y)) == float(ours.train_on_batch(x, y))
