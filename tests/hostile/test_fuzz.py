"""Mutated files: the readers refuse them, or read what was there; never another error, never without end.

The seeds (``seeds/``, made by ``make_seeds.py``) have no checksums of kerax's, so that mutations reach the parsers;
those that formats have of their own (HDF5, TensorFlow's checkpoints) are passed over in half of the examples. Found
failures go into `FOUND` as (kind, mutations, whether checksums are compared) and are tried first in every run.
`KERAX_FUZZ_SEED` gives the long run other mutations, `KERAX_FUZZ_SECONDS` more time.
"""

import os
import resource
import shutil
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, seed, settings
from hypothesis import strategies as st

import kerax
from kerax.datasets import fashion_mnist
from kerax.datasets._cifar import load_batch
from kerax.datasets._remote import read_npz
from kerax.saving import sstable, tensor_bundle
from kerax.saving.hdf5.source import Cursor
from kerax.saving.hdf5_reader import Hdf5Reader
from kerax.utils.archives import extract_archive
from tests.hostile.make_seeds import FOLDER, small_model
from tests.saving import hdf5_files

WEIGHTS = ("m.weights.h5", "new.weights.h5", "chunked.weights.h5", "new_chunked.weights.h5")
EVERYTHING = ("values.h5", "new_values.h5", "members.h5", "new_members.h5", "chunks.h5", "new_chunks.h5")
TENSORS = ("ck.index", "ck.data-00000-of-00001", "m.safetensors", "s.weights.json")
DATA = ("m.batch", "m.idx.gz", "m.npz", "m.tar", "m.tar.gz", "m.zip")
KINDS = ("m.keras", "m.h5", "m.json", *DATA, *WEIGHTS, *EVERYTHING, *TENSORS)
ORBAX = "m.orbax"  # of the long run only: another library reads it, slowly
FOUND = [
    ("m.keras", [(0, b"\xff")], True),
    ("m.h5", [(8, b"\3"), (48, b"\xff")], True),
    ("m.weights.h5", [(9, b"\1")], True),
    ("m.json", [(1, b"\0")], True),
]
READ_ALONE = ("m.keras", "m.h5", "m.json", *DATA, *EVERYTHING)  # the others go into a model
QUICK, ROUND = 80, 200
LONG_SECONDS = int(os.environ.get("KERAX_FUZZ_SECONDS", "60"))  # after so many the long run ends
SECONDS, MEGABYTES, ENDLESS = 5, 150, 60  # what one example may take; when it is interrupted

PLACES = st.integers(0, 200_000)
NUMBERS = st.sampled_from([0, 1, 2, 8, 255, 2**15, 2**16 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1])
WORDS = st.builds(lambda number, width: (number % 256**width).to_bytes(width, "little"), NUMBERS | PLACES,
                  st.sampled_from([1, 2, 4, 8]))  # fmt: skip
MUTATIONS = st.lists(st.tuples(PLACES, st.binary(min_size=1, max_size=1) | WORDS), min_size=1, max_size=6)


class Seeds(dict):
    """The whole files by kind, in a folder where there is room for mutated ones."""

    def __init__(self, folder: Path):
        super().__init__({kind: (folder / kind).read_bytes() for kind in KINDS})
        self.folder = folder

    def orbax(self):
        """An Orbax checkpoint, made when first asked for; and its files."""
        place = self.folder / ORBAX
        if not place.exists():
            small_model().save_weights(place)
        return place, sorted(file for file in place.rglob("*") if file.is_file())

    def __repr__(self):
        return "seeds"  # what hypothesis prints beside a failure


class _Anything(int):
    """A checksum that agrees with every other."""

    __hash__ = None

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def to_bytes(self, *_):
        return self


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seeds")
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    return Seeds(folder)


def read_everything(path):
    """All groups, arrays and attributes, those behind refused ones too."""
    with Hdf5Reader(path) as reader:
        waiting = [""]
        while waiting:
            place = waiting.pop()
            try:
                for name in reader._find(place).attributes():
                    reader.texts(place, name)
                if place and not reader.has_group(place):
                    reader.array(place).read_unasked()
                waiting += [f"{place}/{name}" for name in reader.names(place)] if place.count("/") < 9 else []
            except ValueError as error:
                assert path.name in str(error)


def load(path, kind, model):
    if kind == "m.json":
        kerax.models.model_from_json(path.read_bytes())
    elif kind in WEIGHTS or kind in TENSORS[2:]:
        model.load_weights(path)
    elif kind in TENSORS:
        model.load_weights(path.with_name(path.name.partition(".")[0]))
    elif kind == "m.npz":
        read_npz(path)
    elif kind == "m.batch":
        load_batch(path, "labels")
    elif kind == "m.idx.gz":
        fashion_mnist._read(path, 3)
    elif kind in DATA:
        extract_archive(path, path.with_name("unpacked"))
    elif kind in EVERYTHING:
        read_everything(path)
    else:
        kerax.models.load_model(path)


@contextmanager
def bounded():
    """Asserts that what happens inside ends soon and takes little memory."""

    def interrupt(*_):
        raise AssertionError(f"no end after {ENDLESS} seconds")

    memory, begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(ENDLESS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert time.process_time() - begin < SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024 < MEGABYTES


def check(seeds, kind, mutations, checked):
    if kind == ORBAX:
        place, files = seeds.orbax()
        path = shutil.copytree(place, place.with_name(f"mutated-{kind}"), dirs_exist_ok=True)
        target = path / files[mutations[0][0] % len(files)].relative_to(place)
    else:
        target = path = seeds.folder / f"mutated-{kind}"
    for other in TENSORS[:2] if kind in TENSORS[:2] else ():
        (seeds.folder / f"mutated-{other}").write_bytes(seeds[other])
    data = bytearray(target.read_bytes() if kind == ORBAX else seeds[kind])
    for place, value in mutations if data else ():
        place %= len(data)
        data[place : place + len(value)] = value[: len(data) - place]
    target.write_bytes(data)
    model = None if kind in READ_ALONE else small_model()
    before = model.get_weights() if model is not None else []
    with pytest.MonkeyPatch.context() as patch, bounded():
        if not checked:
            patch.setattr(Cursor, "verify", lambda cursor: None)
            for module in (sstable, tensor_bundle):
                patch.setattr(module, "mask_crc", lambda crc: _Anything())
        try:
            load(path, kind, model)
        except (ValueError, OSError) as error:
            assert str(error)
            after = model.get_weights() if model is not None else []
            assert all(np.array_equal(a, b) for a, b in zip(before, after))


COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


def examples(test):
    for found in FOUND:
        test = example(*found)(test)
    return test


@examples
@settings(max_examples=QUICK, derandomize=True, **COMMON)
@given(st.sampled_from(KINDS), MUTATIONS, st.booleans())
def test_mutated_files(seeds, kind, mutations, checked):
    check(seeds, kind, mutations, checked)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Orbax speaks
def test_mutated_files_for_long(seeds):
    end, number = time.monotonic() + LONG_SECONDS, int(os.environ.get("KERAX_FUZZ_SEED", "0"))
    while time.monotonic() < end:
        print(f"KERAX_FUZZ_SEED={number} repeats this round as the first one")

        @seed(number)
        @settings(max_examples=ROUND, **COMMON)
        @given(st.sampled_from((*KINDS, ORBAX)), MUTATIONS, st.booleans())
        def one_round(kind, mutations, checked):
            check(seeds, kind, mutations, checked)

        one_round()
        number += 1


def test_the_seeds_are_whole(seeds):
    for kind in KINDS:
        if kind in EVERYTHING:
            assert hdf5_files.compare(seeds[kind]) > 10
        model = small_model()
        load(seeds.folder / kind, kind, model)
        assert kind in READ_ALONE or np.array_equal(model.layers[0].kernel, np.ones((4, 2)))


def test_h5py_opens_nothing(seeds, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("libhdf5 opens a file for reading")

    monkeypatch.setattr(h5py, "File", refuse)
    for kind in KINDS:
        load(seeds.folder / kind, kind, small_model())
