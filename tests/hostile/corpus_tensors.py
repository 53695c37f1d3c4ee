# ruff: noqa: E501 (the entries are tables)
"""The part of the corpus that holds tensors without a model: checkpoints, safetensors files, indexes of shards."""

from __future__ import annotations

import json
import zipfile

import numpy as np

from kerax.saving.sstable import table_bytes
from kerax.saving.tensor_bundle_write import write_tensor_bundle
from kerax.utils.crc32c import crc32c, mask_crc
from kerax.utils.protobuf import bytes_field, encode_varint, fixed32_field, int_field
from tests.hostile.corpus import SECRET, archive, dense, sequential, weights


def checkpoints(folder):
    """TensorFlow checkpoints: an index with right checksums that says what is not so."""

    def entry(dtype=1, shape=(4, 2), shard=0, offset=0, size=32, crc=0, slices=b""):
        dims = b"".join(bytes_field(2, int_field(1, n)) for n in shape)
        parts = int_field(1, dtype), bytes_field(2, dims), int_field(3, shard), int_field(4, offset), int_field(5, size)
        return b"".join(parts) + fixed32_field(6, crc) + slices

    def written(name, entries, shards=1, data=b"\0" * 40):
        header = int_field(1, shards) + bytes_field(3, int_field(1, 1))
        table = table_bytes([(b"", header), *sorted(entries.items())])
        (folder / f"{name}.index").write_bytes(table)
        (folder / f"{name}.data-00000-of-00001").write_bytes(data)

    bias = entry(shape=(2,), offset=32, size=8)
    for name, one in {
        "huge": entry(shape=(2**30, 2**30)), "declared": entry(shape=(2**20, 2**14), size=2**36),
        "negative": entry(shape=(-4, -2)), "rank": entry(shape=(1,) * 300), "beyond": entry(offset=2**40),
        "before": entry(offset=-8), "shard": entry(shard=7), "kind": entry(dtype=99), "resource": entry(dtype=20),
        "texts": entry(dtype=7, shape=(2**28,)), "checksum": entry(crc=12345),
        "parts": entry(shape=(2**20, 2**20), slices=bytes_field(7, b"")),
    }.items():  # fmt: skip
        written(name, {b"d/kernel": one, b"d/bias": bias})
    written("shards", {b"d/kernel": entry(), b"d/bias": bias}, shards=2**31 - 1)
    zeros = mask_crc(crc32c(bytes(32))), mask_crc(crc32c(bytes(8)))
    good = {b"d/kernel": entry(crc=zeros[0]), b"d/bias": entry(shape=(2,), offset=32, size=8, crc=zeros[1])}
    written("no_graph", {b"_CHECKPOINTABLE_OBJECT_GRAPH": entry(dtype=7, shape=(), size=2**40), **good})
    for name, graph in {
        "cycle": bytes_field(1, bytes_field(1, int_field(1, 0) + bytes_field(2, b"d"))),
        "far": bytes_field(1, bytes_field(1, int_field(1, 2**31 - 1) + bytes_field(2, b"layer-0"))),
        "noise": b"\xff" * 40,
    }.items():
        write_tensor_bundle(folder / name, {"_CHECKPOINTABLE_OBJECT_GRAPH": np.array(graph, object)})
    bomb = snappy_zeros(2**31)
    crc = mask_crc(crc32c(bomb + b"\1"))
    block = bomb + b"\1" + crc.to_bytes(4, "little")
    handle = encode_varint(0) + encode_varint(len(bomb))
    footer = (handle + handle).ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")
    (folder / "snappy.index").write_bytes(block + footer)
    (folder / "secret.index").write_bytes((folder / "checksum.index").read_bytes())
    (folder / "secret.data-00000-of-00001").symlink_to(folder / SECRET)
    written("linked", good)
    (folder / "linked.data-00000-of-00001").rename(folder / "elsewhere.data-")
    (folder / "linked.data-00000-of-00001").symlink_to(folder / "elsewhere.data-")


def folders(folder):
    """Models and checkpoints that are folders, with links in them that lead out of them."""
    archive(folder / "whole.keras", sequential(dense()))
    for name in ("model.weights.h5", "config.json", "assets/a.txt"):
        place = folder / f"{name.replace('/', '_')}.folder"
        with zipfile.ZipFile(folder / "whole.keras") as whole:
            whole.extractall(place)
        target = place / name
        target.parent.mkdir(exist_ok=True)
        target.unlink(missing_ok=True)
        target.symlink_to(folder / SECRET)
    (folder / "whole.keras").unlink()
    (folder / "linked.orbax").mkdir()
    (folder / "linked.orbax" / "_METADATA").symlink_to(folder / SECRET)


def snappy_zeros(size):
    """A few bytes that claim to expand to very many."""
    return encode_varint(size) + b"\0\0" + b"\xfe\1\0" * 1000


def safetensors(folder):
    """Headers that say what is not so, and indexes that lead elsewhere."""

    def written(name, header, data=b"\0" * 40):
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        (folder / f"{name}.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)

    bias = {"dtype": "F32", "shape": [2], "data_offsets": [32, 40]}
    for name, one in {
        "huge": {"shape": [2**40, 2**20]}, "overflow": {"shape": [2**62, 4, 2]}, "negative": {"shape": [-4, -2]},
        "kind": {"dtype": "PICKLE"}, "beyond": {"data_offsets": [0, 2**40]}, "before": {"data_offsets": [-8, 24]},
        "fraction": {"shape": [4.0, 2]}, "rank": {"shape": [1] * 300 + [4, 2]}, "overlap": {"data_offsets": [8, 40]},
        "hole": {"data_offsets": [0, 24], "shape": [3, 2]}, "text": {"shape": "42"}, "bool": {"shape": [True, 8]},
    }.items():  # fmt: skip
        kernel = {"dtype": "F32", "shape": [4, 2], "data_offsets": [0, 32], **one}
        written(name, {"layers/dense/kernel": kernel, "layers/dense/bias": bias})
    written("deep", b'{"a":' * 100_000)
    written("spaces", b" " * 2**21 + b"{}")
    written("list", b"[]")
    written("pickle", b"\x80\x04cos\nsystem\n(S'true'\ntR.")
    (folder / "length.safetensors").write_bytes((2**63).to_bytes(8, "little") + b"{}")
    write_weights_file = folder / "part.weights.h5"
    write_weights_file.write_bytes(weights())
    whole = {"/layers/dense/vars": "part.weights.h5"}
    for name, places in {
        "parent": {"/layers/dense/vars": "../outside.weights.h5"}, "absolute": {"/layers/dense/vars": "/etc/passwd"},
        "secret": {"/layers/dense/vars": SECRET}, "many": {**whole, **{f"/x{i}/vars": "no.h5" for i in range(9)}},
        "texts": {"/layers/dense/vars": [["part.weights.h5"]]}, "null": None, "elsewhere": {"/layers/x/vars": "part.weights.h5"},
    }.items():  # fmt: skip
        (folder / f"{name}.weights.json").write_text(json.dumps({"weight_map": places}))
    (folder / "deep.weights.json").write_text("[" * 200_000)
