"""String hashes against values that TensorFlow 2.15.1 computed."""

import base64
import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kerax.functional.hashing import CROSS_KEY, fingerprint64, fingerprint_cat, hash_bucket, hash_bucket_strong

# S: strings of 0 to 300 bytes; u: fingerprints; h: buckets; st: strong buckets (1000, key 123, 456); cross*: tf.sparse
# crosses of [a, b] x [[x, y], [z, w]] and [1, 2] x [3, 4]; h*: Hashing(50) of A..E, of numbers, and with a salt.
TRUTH = json.loads((Path(__file__).parent / "hash_values.json").read_text(encoding="utf-8"))
COLUMNS = Path(__file__).parents[1] / "golden" / "data" / "estimators" / "fc_hashes.json"
STRINGS = np.array([base64.b64decode(text) for text in TRUTH["S"]], dtype=object)


def test_fingerprints_of_every_length():
    assert sorted(map(len, STRINGS))[0] == 0 and max(map(len, STRINGS)) > 256
    assert fingerprint64(STRINGS).tolist() == TRUTH["u"]


@pytest.mark.parametrize("buckets", TRUTH["h"])
def test_buckets(buckets):
    found = hash_bucket(STRINGS, int(buckets))
    assert found.dtype == np.int64
    assert found.tolist() == TRUTH["h"][buckets]


def test_strong_buckets():
    assert hash_bucket_strong(STRINGS, 1000, (123, 456)).tolist() == TRUTH["st"]
    assert hash_bucket_strong(list("ABCDE"), 50, (133, 137)).tolist() == TRUTH["hls"]


def test_unicode_strings_of_feature_columns():
    rows = json.loads(COLUMNS.read_text(encoding="utf-8"))
    texts = np.array([row["s"] for row in rows])
    prints = fingerprint64(texts)
    for row, found in zip(rows, prints.tolist()):
        if row["fp"] is not None:
            assert found == int(row["fp"]), row["s"]
    for buckets in rows[0]["mod"]:
        assert hash_bucket(texts, int(buckets)).tolist() == [row["mod"][buckets] for row in rows]


def test_numbers_are_hashed_as_their_digits():
    assert hash_bucket(np.array([1, 2, 30, 400, 5000]), 50).tolist() == TRUTH["hli"]
    assert hash_bucket(np.array([[True, False]]), 9).tolist() == hash_bucket([["1", "0"]], 9).tolist()
    assert hash_bucket(np.array([1, b"2", "30", np.int64(400)], dtype=object), 50).tolist() == TRUTH["hli"][:4]


def test_crosses():
    a = fingerprint64(["a", "b"])[:, None]
    b = fingerprint64([["x", "y"], ["z", "w"]])
    assert (fingerprint_cat(fingerprint_cat(CROSS_KEY, a), b) % np.uint64(1000)).tolist() == TRUTH["cross"]
    numbers = fingerprint_cat(fingerprint_cat(CROSS_KEY, [[1], [2]]), [[3], [4]])
    assert (numbers % np.uint64(1000)).tolist() == TRUTH["cross_int"]


@settings(max_examples=30, deadline=None)
@example(["\x00", "a\x00"])
@given(st.lists(st.text(max_size=90), max_size=20))
def test_every_kind_of_array_and_order_gives_the_same(texts):
    whole = fingerprint64(np.array(texts, dtype=object))
    alone = [int(fingerprint64([text])[0]) for text in texts]
    assert whole.tolist() == alone
    assert fingerprint64(np.array([text.encode() for text in texts], dtype=object)).tolist() == alone


def test_shape_is_kept():
    assert fingerprint64(np.array([["a", "bb", ""], ["a", "c", "dddddddd"]])).shape == (2, 3)
    assert fingerprint64(np.array("a")).shape == ()
    assert fingerprint64(np.zeros((0, 2), dtype="U1")).shape == (0, 2)


def test_many_groups_and_chunks():
    repeated = np.array(["some string"] * 40_000 + ["x"])
    prints = fingerprint64(repeated)
    assert len(set(prints[:-1].tolist())) == 1 and prints[-1] != prints[0]


def test_missing_values_are_refused():
    with pytest.raises(TypeError, match="received None"):
        fingerprint64(np.array(["a", None], dtype=object))
    with pytest.raises(TypeError, match="nan"):
        fingerprint64(np.array(["a", float("nan")], dtype=object))
    with pytest.raises(TypeError, match="float"):
        fingerprint64([1.5])
    with pytest.raises(ValueError, match="at least 1"):
        hash_bucket(["a"], 0)
    with pytest.raises(ValueError, match="pair"):
        hash_bucket_strong(["a"], 3, (1,))


def test_a_hundred_thousand_strings_take_a_fraction_of_a_second():
    texts = np.array([str(number / 7) for number in range(100_000)], dtype=object)
    started = time.process_time()
    fingerprint64(texts)
    assert time.process_time() - started < 0.5  # 0.03 s measured
