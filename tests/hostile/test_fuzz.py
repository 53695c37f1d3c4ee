"""Mutated files: the readers refuse them, or read what was there; never another error, never without end.

The seeds are files that the corpus's own writers make, without checksums, so that mutations reach the parsers. Found
failures go into `FOUND` as (kind, mutations) and are tried first in every run.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import kerax
from tests.hostile import corpus

KINDS = ("m.keras", "m.h5", "m.weights.h5", "m.json")
FOUND = [("m.keras", [(0, 255)]), ("m.h5", [(8, 3), (48, 255)]), ("m.weights.h5", [(9, 1)]), ("m.json", [(1, 0)])]
QUICK, LONG = 60, 3_000

MUTATIONS = st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 255)), min_size=1, max_size=6)


class Seeds(dict):
    """The whole files by kind, in a folder where there is room for mutated ones."""

    def __init__(self, folder: Path):
        super().__init__({kind: (folder / kind).read_bytes() for kind in KINDS})
        self.folder = folder

    def __repr__(self):
        return "seeds"  # what hypothesis prints beside a failure


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seeds")
    config = corpus.sequential(corpus.dense())
    corpus.archive(folder / "m.keras", config)
    corpus.legacy(folder / "m.h5", {"class_name": "Sequential", "config": config["config"]})
    (folder / "m.weights.h5").write_bytes(corpus.weights())
    (folder / "m.json").write_text(json.dumps(config))
    return Seeds(folder)


def check(seeds, kind, mutations):
    data = bytearray(seeds[kind])
    for place, value in mutations:
        data[place % len(data)] = value
    path = seeds.folder / f"mutated-{kind}"
    path.write_bytes(data)
    model = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(2, name="d")]) if kind == "m.weights.h5" else None
    before = model.get_weights() if model is not None else []
    try:
        if kind == "m.json":
            kerax.models.model_from_json(bytes(data))
        elif model is not None:
            model.load_weights(path)
        else:
            kerax.models.load_model(path)
    except (ValueError, OSError) as error:
        assert str(error)
        after = model.get_weights() if model is not None else []
        assert all(np.array_equal(a, b) for a, b in zip(before, after))


COMMON = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck), "database": None}


def examples(test):
    for kind, mutations in FOUND:
        test = example(kind, mutations)(test)
    return test


@examples
@settings(max_examples=QUICK, **COMMON)
@given(st.sampled_from(KINDS), MUTATIONS)
def test_mutated_files(seeds, kind, mutations):
    check(seeds, kind, mutations)


@pytest.mark.slow
@settings(max_examples=LONG, **{**COMMON, "derandomize": False})
@given(st.sampled_from(KINDS), MUTATIONS)
def test_mutated_files_for_long(seeds, kind, mutations):
    check(seeds, kind, mutations)
