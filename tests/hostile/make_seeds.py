"""Makes the whole files that the fuzz test mutates; they are committed, so that every run begins with the same bytes.

    python -m tests.hostile.make_seeds

The corpus's own writers make them, without checksums, so that mutations reach the parsers.
"""

import gzip
import json
import pickle
import shutil
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np

import kerax
from tests.hostile import corpus
from tests.saving import hdf5_files

FOLDER = Path(__file__).parent / "seeds"


def small_model():
    return kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(2, name="d")])


def chunked(file):
    options = {"compression": "gzip", "shuffle": True, "fletcher32": True}
    group = file.create_group("layers/dense/vars")
    group.create_dataset("0", data=np.ones((4, 2), "f4"), chunks=(1, 2), maxshape=(None, None), **options)
    group.create_dataset("1", data=np.ones(2, "f4"), chunks=(1,), maxshape=(None,))


def short_chunks(file):
    """A few arrays under every index."""
    for limit in (None, (None, 9), (9, None), (None, None)):
        for filters in hdf5_files.FILTERS[::2]:
            file.create_dataset(
                f"x{len(file)}", data=np.arange(63).reshape(7, 9), chunks=(2, 4), maxshape=limit, **filters
            )
    file.create_dataset("many", data=np.arange(2400, dtype="i1"), chunks=(2,), maxshape=(None,))


def write_seeds(folder):
    config = corpus.sequential(corpus.dense())
    corpus.archive(folder / "m.keras", config)
    corpus.legacy(folder / "m.h5", {"class_name": "Sequential", "config": config["config"]})
    (folder / "m.json").write_text(json.dumps(config))
    model = small_model()
    model.set_weights([np.ones((4, 2)), np.ones(2)])
    model.save_weights(folder / "ck")
    model.save_weights(folder / "s.weights.json")
    header = {"layers/dense/kernel": {"dtype": "F32", "shape": [4, 2], "data_offsets": [0, 32]},
              "layers/dense/bias": {"dtype": "F32", "shape": [2], "data_offsets": [32, 40]}}  # fmt: skip
    text = json.dumps(header).encode()
    (folder / "m.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + np.ones(10, "<f4").tobytes())
    np.savez(folder / "m.npz", a=np.arange(6.0), b=np.array([[1, 2], [3]], object))
    fills = (corpus.write_weights, chunked, hdf5_files.values, hdf5_files.members, short_chunks)
    names = ("m.weights.h5", "chunked.weights.h5", "values.h5", "members.h5", "chunks.h5")
    for name, fill in zip(names, fills, strict=True):
        for newest in (False, True):
            path = folder / (f"new_{name}" if newest else name).replace("new_m.", "new.")
            hdf5_files.written(path, fill, libver="latest" if newest else "earliest")
    numbers = np.arange(2 * 3072, dtype=np.uint32).astype(np.uint8).reshape(2, 3072)
    (folder / "m.batch").write_bytes(pickle.dumps({b"data": numbers, b"labels": [1, 200]}, protocol=2))
    images = bytes((0, 0, 8, 3)) + struct.pack(">3I", 2, 28, 28) + numbers.tobytes()[:1568]
    (folder / "m.idx.gz").write_bytes(gzip.compress(images, mtime=0))
    (folder / "b.txt").write_text("some text " * 30)
    with tarfile.open(folder / "m.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("a/b.txt", "a/" + "long" * 30 + ".txt"):
            archive.add(folder / "b.txt", name)
    (folder / "m.tar.gz").write_bytes(gzip.compress((folder / "m.tar").read_bytes(), mtime=0))
    with zipfile.ZipFile(folder / "m.zip", "w") as archive:
        archive.write(folder / "b.txt", "a/b.txt")
        archive.write(folder / "b.txt", "a/c.txt", compress_type=zipfile.ZIP_DEFLATED)
    for name in ("b.txt", "checkpoint"):
        (folder / name).unlink()


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    write_seeds(FOLDER)
