"""tf.data pipelines recorded from TensorFlow 2.15: the same elements, dtypes, specs, cardinalities and kinds of error.

A case runs its recorded expression with a stand-in for the few names of `tf` that it uses.
"""

import base64
import json
import os
import types
import warnings

import numpy as np
import pytest

from kerax import data
from kerax.data import Dataset, TensorSpec
from kerax.data.convert import to_array

from .cases import GOLDEN

FOLDER = GOLDEN / "files" / "tfdata"
RECORDED = (
    json.loads((FOLDER / "expected.json").read_text(encoding="utf-8")) if (FOLDER / "expected.json").exists() else {}
)
CASES = RECORDED.get("cases", [])

# Where NumPy's rules, not TensorFlow's, hold inside a function, or a stand-in cannot say what the recorded name says.
DIFFERENT = {
    "map(lambda x: x * 1.5)": "NumPy multiplies an integer by a fraction",
    "tf.py_function": "a function gets NumPy values in any case",
    "repr(": "the class names in the representation are kerax's own",
}
# Error classes of TensorFlow -> what Python calls the same thing.
ERRORS = {
    "InvalidArgumentError": (ValueError, TypeError, ArithmeticError),
    "UnknownError": (KeyError,),
    "OutOfRangeError": (data.OutOfRangeError,),
    "StopIteration": (StopIteration,),
    "AttributeError": (TypeError,),
    "DataLossError": (ValueError,),
    "FailedPreconditionError": (ValueError,),
    "NotFoundError": (FileNotFoundError,),
    "TypeError": (TypeError,),
    "ValueError": (ValueError,),
}


def different(case):
    return next((reason for part, reason in DIFFERENT.items() if part in case["expr"]), None)


RUNNABLE = [case for case in CASES if not different(case)]


def stand_in():
    tf = types.SimpleNamespace(
        TensorSpec=TensorSpec,
        AUTOTUNE=data.AUTOTUNE,
        data=data,
        cast=lambda x, dtype: np.asarray(x).astype(dtype)[()],
        constant=lambda x, dtype=None: np.asarray(x, dtype),
        fill=lambda shape, value: np.full([int(n) for n in shape], to_array(value), to_array(value).dtype),
        range=lambda n: np.arange(n, dtype=getattr(n, "dtype", np.int32)),
        shape=lambda x: np.array(np.shape(x), np.int32),
        reduce_sum=np.sum,
        numpy_function=lambda function, inputs, dtype: function(*inputs),
        ragged=types.SimpleNamespace(constant=data.RaggedTensor.constant),
        RaggedTensor=data.RaggedTensor,
        RaggedTensorSpec=data.RaggedTensorSpec,
        sparse=types.SimpleNamespace(from_dense=data.SparseTensor.from_dense),
        strings=types.SimpleNamespace(length=lambda text: np.int32(len(text))),
        debugging=types.SimpleNamespace(check_numerics=check_numerics),
    )
    for name in ("int32", "int64", "float32", "float64", "string", "bool", "uint8"):
        setattr(tf, name, name if name == "string" else np.dtype(name))
    return tf


def check_numerics(x, message):
    if not np.isfinite(x).all():
        raise ValueError(message)
    return x


def evaluate(case):
    space = {"tf": stand_in(), "np": np, "Dataset": Dataset, "D": str(FOLDER / "data"), "os": os}
    exec(case.get("setup", ""), space)
    return eval(case["expr"].replace(".numpy()", ""), space)  # elements are NumPy already


def decoded(value):
    if isinstance(value, (bytes, np.bytes_)):
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = "\0"
        return {"b64": base64.b64encode(value).decode()} if "\0" in text else text
    if isinstance(value, np.ndarray) and value.dtype == object:
        return [decoded(item) for item in value]
    return value


def check_value(value, expected, where):
    if "tuple" in expected or "list" in expected:
        parts = expected.get("tuple", expected.get("list"))
        assert isinstance(value, (tuple, list)) and len(value) == len(parts), where
        for index, part in enumerate(parts):
            check_value(value[index], part, f"{where}[{index}]")
    elif "dict" in expected:
        assert list(value) == list(expected["dict"]), where
        for key, part in expected["dict"].items():
            check_value(value[key], part, f"{where}[{key!r}]")
    elif "dataset" in expected:
        for index, (element, part) in enumerate(zip(value, expected["dataset"], strict=True)):
            check_value(element, part, f"{where}<{index}>")
    elif "ragged" in expected:
        assert decoded(value.to_list()) == expected["ragged"] and value.dtype.name == expected["dtype"], where
    elif "sparse" in expected:
        wanted = expected["sparse"]
        assert [value.indices.tolist(), decoded(value.values.tolist()), value.dense_shape.tolist()] == [
            wanted["indices"], wanted["values"], wanted["dense_shape"]
        ], where  # fmt: skip
        assert value.dtype.name == expected["dtype"], where
    elif "repr" in expected:
        assert repr(value) == expected["repr"].replace("tf.", ""), where
    elif "py" in expected:
        assert decoded(value) == expected["py"] and type(value).__name__ == expected["type"], where
    else:
        wanted = expected.get("t", expected.get("np"))
        if expected["dtype"] in ("string", "object"):
            assert decoded(value) == wanted, where
        else:
            assert np.asarray(value).dtype.name == expected["dtype"], where
            np.testing.assert_array_equal(
                np.asarray(value), np.array(wanted, expected["dtype"]).reshape(expected["shape"]), where
            )
        assert list(np.shape(value)) == expected["shape"], where


def check_spec(spec, expected):
    if "TensorSpec" in expected:
        wanted = expected["TensorSpec"]
        assert spec.dtype == wanted["dtype"]
        # A shape that TensorFlow does not know may be known here; one that it knows must be known just so.
        if wanted["shape"] is not None:
            assert list(spec.shape) == wanted["shape"]
    elif "RaggedTensorSpec" in expected:
        wanted = expected["RaggedTensorSpec"]
        assert isinstance(spec, data.RaggedTensorSpec)
        assert [list(spec.shape), spec.dtype, spec.ragged_rank, spec.row_splits_dtype] == list(wanted.values())
    elif "SparseTensorSpec" in expected:
        assert isinstance(spec, data.SparseTensorSpec)
        assert [list(spec.shape), spec.dtype] == list(expected["SparseTensorSpec"].values())
    elif "DatasetSpec" in expected:
        check_spec(spec.element_spec, expected["DatasetSpec"])
    elif "tuple" in expected:
        assert type(spec) is tuple and len(spec) == len(expected["tuple"])
        for one, two in zip(spec, expected["tuple"]):
            check_spec(one, two)
    else:
        (kind,) = expected
        assert list(expected[kind]) == (list(spec) if kind == "dict" else list(spec._fields))
        for key, part in expected[kind].items():
            check_spec(spec[key] if kind == "dict" else getattr(spec, key), part)


@pytest.mark.parametrize("case", RUNNABLE, ids=lambda case: case["id"])
def test_recorded_pipeline(case):
    expected, elements, dataset = case.get("error"), [], None
    try:
        value = evaluate(case)
        if isinstance(value, Dataset):
            dataset = value
            for element in dataset.take(case.get("elements_cut_at", 1000)):
                elements.append(element)
        else:
            assert "value" in case or expected, case["expr"]
    except Exception as error:
        if expected is None:
            raise
        assert isinstance(error, ERRORS[expected["type"]]), f"{expected} expected, received {error!r}"
        assert len(elements) == expected.get("after_elements", 0)
    else:
        assert expected is None, f"no error, expected {expected}; received {elements or value}"
        if "value" in case:
            check_value(value, case["value"], case["expr"])
    if "elements" in case and dataset is not None:
        assert len(elements) == len(case["elements"])
        for index, (element, wanted) in enumerate(zip(elements, case["elements"])):
            check_value(element, wanted, f"element {index}")
        if "element_spec" in case:
            check_spec(dataset.element_spec, case["element_spec"])
            assert dataset.cardinality() == case["cardinality"]


@pytest.mark.parametrize("case", RECORDED.get("shuffle_semantics", []), ids=lambda case: case["expr"])
def test_shuffle_semantics(case):
    from kerax.state.rng import set_global_seed

    def passes():
        set_global_seed(42)
        dataset = eval(case["expr"], {"Dataset": Dataset})
        return [[int(x) for x in dataset] for _ in range(3)]

    first, second = passes(), passes()
    assert (first[0] == first[1] == first[2]) == case["passes_all_equal"]
    assert (first == second) == case["same_again_after_set_seed_and_rebuild"]
    assert all(sorted(order) == sorted(first[0]) for order in first) == case["each_pass_is_a_permutation"]
    assert sorted(first[0]) == sorted(case["orders_seen_in_real_tf"][0])


@pytest.mark.parametrize(
    "case", RECORDED.get("shuffle_statistics", []), ids=lambda case: f"{case['n']}-{case['buffer_size']}"
)
def test_shuffle_statistics(case):
    n, buffer, epochs = case["n"], case["buffer_size"], case["epochs"]
    orders = np.array([int(x) for x in Dataset.range(n).shuffle(buffer, seed=42).repeat(epochs)]).reshape(epochs, n)
    assert (np.sort(orders, axis=1) == np.arange(n)).all()
    positions = np.argsort(orders, axis=1)
    assert (positions.min(axis=0) == case["earliest_position_allowed"]).all()
    assert (positions.max(axis=0) == case["latest_position_seen"]).all()
    # Both are means of the same distribution over `epochs` draws: five standard errors of a position that spreads over
    # n places.
    np.testing.assert_allclose(
        positions.mean(axis=0), case["mean_position"], atol=5 * n / np.sqrt(12 * epochs) * np.sqrt(2)
    )
    frequency = np.bincount(orders[:, 0], minlength=n) / epochs
    np.testing.assert_allclose(frequency, case["first_element_frequency"], atol=5 * np.sqrt(0.5 / epochs))
    assert len({tuple(order) for order in orders.tolist()}) >= 0.9 * case["distinct_orders"]


def test_the_folder_holds_cases():
    if not FOLDER.exists():
        warnings.warn(f"no recorded pipelines in {FOLDER}", stacklevel=1)
    assert len(RUNNABLE) > 100
