"""tf.keras.preprocessing and data set utilities, recorded from tf.keras 2.15: the same values and errors.

A case needs names of kerax; those whose names do not exist yet are listed in one test, which says which.
"""

import json
import os
import re
import types
import warnings

import numpy as np
import pytest

import kerax

from .cases import GOLDEN

FOLDER = GOLDEN / "files" / "preprocessing"
RECORDED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8")) if FOLDER.exists() else {"cases": []}
# Kinds that must run; others run as soon as their names exist.
COMPLETE = {case["kind"] for case in RECORDED["cases"]} - {"utils"}
# Recorded with other behaviour, on purpose.
DIFFERENT = {
    "to_categorical([-1, 1])": "Keras 3, which kerax follows, has no class for a negative label",
    "shuffle=True, batch_size=50": "windows drawn at random",
}


def missing(case):
    """The first name of kerax that the case needs and that does not exist."""
    text = case["expr"] + case.get("setup", "")
    for name in re.findall(r"keras\.utils\.(\w+)", text):
        if not hasattr(kerax.utils, name):
            return f"kerax.utils.{name}"
    for name in re.findall(r"IMG\.(\w+)", text):
        if not hasattr(getattr(kerax.preprocessing, "image", None), name):
            return f"kerax.preprocessing.image.{name}"
    return None


CASES = [case for case in RECORDED["cases"] if not any(part in case["expr"] for part in DIFFERENT)]
RUNNABLE = [case for case in CASES if missing(case) is None]


def evaluate(case):
    space = {
        "np": np,
        "os": os,
        "keras": types.SimpleNamespace(utils=kerax.utils),
        "T": kerax.preprocessing.text,
        "SEQ": kerax.preprocessing.sequence,
        "IMG": getattr(kerax.preprocessing, "image", None),
        "D": str(FOLDER / "dirs"),
        "rel": lambda paths: [os.path.relpath(path, FOLDER / "dirs") for path in paths],
    }
    exec(case.get("setup", ""), space)
    return eval(case["expr"], space)


def from_json(value):
    """JSON texts as what they say: the order of keys may come from a set."""
    if isinstance(value, dict):
        return {key: from_json(item) for key, item in value.items()}
    return from_json(json.loads(value)) if isinstance(value, str) and value.startswith("{") else value


def compare(found, wanted, where):
    if "py" in wanted:
        assert from_json(found) == from_json(wanted["py"]), where
        assert isinstance(found, (int, float, str, bytes, bool, type(None))), where
    elif "np" in wanted or "np_summary" in wanted:
        facts = wanted.get("np_summary", wanted)
        array = np.asarray(found)
        assert list(array.shape) == facts["shape"], where
        if array.dtype != object:
            assert str(array.dtype) == facts["dtype"], where
        if "np_summary" in wanted:
            np.testing.assert_allclose(array.mean(), facts["mean"], rtol=1e-4, err_msg=where)
            np.testing.assert_allclose(array.ravel()[:8], facts["first"], rtol=1e-4, err_msg=where)
        elif array.dtype.kind in "OUS":
            plain = [item.decode() if isinstance(item, bytes) else item for item in array.ravel().tolist()]
            assert plain == np.asarray(wanted["np"]).ravel().tolist(), where
        else:
            np.testing.assert_allclose(array, np.asarray(wanted["np"], float), rtol=1e-5, atol=1e-5, err_msg=where)
    elif "repr" in wanted:  # a shape
        assert [int(size) for size in re.findall(r"\d+", wanted["repr"])] == list(found), where
    elif "dict" in wanted:
        assert {str(key) for key in found} == set(wanted["dict"]), where
        for key, value in found.items():
            compare(value, wanted["dict"][str(key)], f"{where}[{key!r}]")
    elif "tuple" in wanted or "list" in wanted or "dataset" in wanted:
        items = next(iter(wanted.values()))
        found = list(found)
        assert len(found) == len(items), where
        for index, (one, other) in enumerate(zip(found, items)):
            compare(one, other, f"{where}[{index}]")
    else:
        pytest.fail(f"{where}: unknown kind of recorded value {wanted}")


@pytest.mark.parametrize("case", RUNNABLE, ids=[f"{case['id']}-{case['kind']}" for case in RUNNABLE])
def test_case(case):
    warnings.simplefilter("ignore")
    if "error" in case:
        wanted = {"ValueError": ValueError, "TypeError": TypeError}.get(case["error"]["type"], Exception)
        with pytest.raises(wanted):
            evaluate(case)
        return
    compare(evaluate(case), case["value"], case["expr"])


def test_complete_kinds_run_whole():
    left_out = [(case["id"], missing(case)) for case in CASES if case["kind"] in COMPLETE and missing(case)]
    assert left_out == []
