"""FeatureSpace: columns by their kinds, crosses, models on top, files."""

import numpy as np
import pytest

import kerax
from kerax.utils import FeatureSpace

ROWS = {
    "height": [0.0, 0.1, 0.2, 0.3],
    "word": ["zero", "one", "two", "one"],
    "number": [0, 1, 2, 1],
}


def space(**kwargs):
    features = {"height": "float_normalized", "word": "string_categorical", "number": "integer_categorical"}
    made = FeatureSpace(features, crosses=[("word", "number")], crossing_dim=8, **kwargs)
    made.adapt(ROWS)
    return made


def test_one_vector_per_row():
    made = space()
    encoded = np.asarray(made(ROWS))
    # in the order of names: height, number (3 and unknown), word (3 and unknown), then the cross
    assert encoded.shape == (4, 1 + 4 + 4 + 8)
    np.testing.assert_allclose(encoded[:, 0].mean(), 0, atol=1e-6)
    np.testing.assert_allclose(encoded[:, 0].std(), 1, atol=1e-3)
    np.testing.assert_array_equal(encoded[:, 1:].sum(-1), np.full(4, 3.0))
    np.testing.assert_array_equal(encoded[1, 1:], encoded[3, 1:])


def test_every_kind():
    features = {
        "a": "float", "b": FeatureSpace.float_rescaled(2.0, 1.0), "c": FeatureSpace.float_discretized(3),
        "d": "integer_hashed", "e": FeatureSpace.string_hashed(5, output_mode="int"),
        "f": FeatureSpace.feature("string", kerax.layers.TextVectorization(output_mode="count"), "float"),
        "g": FeatureSpace.float_discretized(None, bin_boundaries=[0.15]),
    }  # fmt: skip
    made = FeatureSpace(features, output_mode="dict", hashing_dim=6)
    rows = {
        key: ROWS["height"] if key in "abcg" else ROWS["number"] if key == "d" else ROWS["word"] for key in "abcdefg"
    }
    made.adapt(kerax.data.Dataset.from_tensor_slices(rows).batch(2))
    shapes = {key: tuple(value.shape) for key, value in made(rows).items()}
    assert shapes == {"a": (4, 1), "b": (4, 1), "c": (4, 3), "d": (4, 6), "e": (4, 1), "f": (4, 4), "g": (4, 2)}
    one = made({key: value[0] for key, value in rows.items()})
    assert {key: tuple(value.shape) for key, value in one.items()} == {k: s[1:] for k, s in shapes.items()}


def test_in_a_pipeline_and_as_the_beginning_of_a_model():
    made = space()
    expected = np.asarray(made(ROWS))
    data = kerax.data.Dataset.from_tensor_slices(ROWS).batch(2).map(made)
    np.testing.assert_allclose(np.concatenate([np.asarray(batch) for batch in data]), expected, rtol=1e-6)
    model = kerax.Model(made.get_inputs(), made.get_encoded_features())
    columns = {"height": np.float32(ROWS["height"]), "word": np.array(ROWS["word"]), "number": np.array(ROWS["number"])}
    np.testing.assert_allclose(model.predict(columns, verbose=0), expected, rtol=1e-6)


def test_files(tmp_path):
    made = space()
    made.save(tmp_path / "space.keras")
    loaded = kerax.models.load_model(tmp_path / "space.keras")
    np.testing.assert_allclose(loaded(ROWS), made(ROWS), rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: FeatureSpace({}), "features"),
        (lambda: FeatureSpace({"a": "floats"}), "Did you mean 'float'"),
        (lambda: FeatureSpace({"a": "float"}, output_mode="list"), "output_mode"),
        (lambda: FeatureSpace({"word": "float"}, crosses=[("word", "wrod")]), "'wrod'"),
        (lambda: FeatureSpace({"a": "float_normalized"})({"a": [1.0]}), "adapt"),
        (lambda: FeatureSpace({"a": "float"})([1.0]), "dict"),
        (lambda: FeatureSpace({"a": "float"})({"b": [1.0]}), "'a' is missing"),
        (lambda: FeatureSpace({"a": FeatureSpace.string_hashed(3, output_mode="int")})({"a": ["x"]}), "concatenate"),
        (lambda: FeatureSpace({"a": "float"}).adapt([1.0]), "dict of arrays"),
    ],
    ids=range(9),
)
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()
