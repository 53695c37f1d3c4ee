"""Layers over feature columns inside models: training, strings, configurations, speed of the host stage."""

import numpy as np
import pytest

import kerax

fc = kerax.feature_column


def columns():
    city = fc.categorical_column_with_vocabulary_list("city", ["Rome", "Oslo"], num_oov_buckets=1)
    age = fc.numeric_column("age", normalizer_fn=None)
    return [
        age,
        fc.bucketized_column(fc.numeric_column("height"), [150.0, 180.0]),
        fc.embedding_column(city, 2),
        fc.indicator_column(fc.crossed_column(["city", "day"], 5)),
        *fc.shared_embeddings([fc.categorical_column_with_hash_bucket(key, 7) for key in ("from", "to")], 3),
    ]


def features(n, seed=0):
    rng = np.random.default_rng(seed)
    return {
        "city": rng.choice(["Rome", "Oslo", "Bonn", ""], n),
        "age": rng.random(n).astype(np.float32),
        "height": rng.uniform(140, 200, n).astype(np.float32),
        "day": rng.integers(0, 7, n),
        "from": rng.choice(["a", "b"], n).astype(object),
        "to": rng.choice([b"a", b"c"], n).astype(object),
    }


def test_a_model_on_a_dict_of_strings_trains_and_predicts():
    model = kerax.Sequential([kerax.layers.DenseFeatures(columns()), kerax.layers.Dense(1, activation="sigmoid")])
    model.compile(kerax.optimizers.Adam(0.03), "binary_crossentropy", metrics=["accuracy"])
    x = features(64)
    y = (x["city"] == "Rome").astype(np.float32)
    history = model.fit(x, y, batch_size=16, epochs=30, verbose=0).history
    assert history["loss"][-1] < 0.6 * history["loss"][0]
    whole = model.predict(x, batch_size=16, verbose=0)
    np.testing.assert_allclose(whole, np.asarray(model(x)), rtol=1e-5, atol=1e-6)
    assert len(model.layers[0].weights) == 2  # one table of its own, one shared


def test_a_functional_model_over_a_dataset_of_dicts():
    inputs = {
        key: kerax.Input((1,), dtype="string" if key in ("city", "from", "to") else "float32", name=key)
        for key in ("city", "age", "height", "from", "to")
    }
    inputs["day"] = kerax.Input((1,), dtype="int64", name="day")
    hidden = kerax.layers.DenseFeatures(columns())(inputs)
    model = kerax.Model(inputs, kerax.layers.Dense(1)(hidden))
    model.compile("sgd", "mse")
    x = features(32)
    data = kerax.data.Dataset.from_tensor_slices((x, x["age"])).batch(8)
    losses = model.fit(data, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0] and np.isfinite(losses).all()
    assert model.output_shape == (None, 1)


def test_configurations_hold_the_columns():
    layer = kerax.layers.DenseFeatures(columns())
    again = kerax.layers.DenseFeatures.from_config(layer.get_config())
    x = features(8)
    layer(x), again(x)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(layer(x), again(x))
    assert [column.name for column in again.feature_columns] == [column.name for column in layer.feature_columns]


def double(x):
    return 2 * x


def test_a_named_function_comes_back_through_custom_objects():
    layer = kerax.layers.DenseFeatures([fc.numeric_column("age", normalizer_fn=double)])
    config = layer.get_config()
    with pytest.raises(ValueError, match="custom_objects"):
        kerax.layers.DenseFeatures.from_config(config)
    again = kerax.layers.DenseFeatures.from_config(config, {"double": double})
    np.testing.assert_array_equal(again({"age": np.float32([1.5])}), [[3.0]])
    with pytest.raises(ValueError, match="named function"):
        kerax.layers.DenseFeatures([fc.numeric_column("age", normalizer_fn=lambda x: x)]).get_config()


def test_a_missing_feature_is_named_with_those_that_came():
    layer = kerax.layers.DenseFeatures([fc.numeric_column("age")])
    with pytest.raises(ValueError, match=r"'age' is missing.*agee"):
        layer({"agee": np.ones(2)})


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: fc.numeric_column(3), "name of a feature"),
        (lambda: fc.numeric_column("a", shape=0), "positive sizes"),
        (lambda: fc.numeric_column("a", dtype="string"), "number type"),
        (lambda: fc.numeric_column("a", shape=2, default_value=[1, 2, 3]), "default_value"),
        (lambda: fc.bucketized_column(fc.numeric_column("a"), [2, 1]), "larger than the last"),
        (lambda: fc.bucketized_column("a", [1]), "numeric column"),
        (lambda: fc.categorical_column_with_identity("a", 0), "at least 1"),
        (lambda: fc.categorical_column_with_identity("a", 3, 3), "default_value"),
        (lambda: fc.categorical_column_with_hash_bucket("a", 5, "float32"), "string or an integer"),
        (lambda: fc.categorical_column_with_vocabulary_list("a", ["x", "y", "x"]), "twice"),
        (lambda: fc.categorical_column_with_vocabulary_list("a", [1, 2], "string"), "whole numbers"),
        (lambda: fc.categorical_column_with_vocabulary_file("a", "no such file"), "cannot be read"),
        (lambda: fc.embedding_column(fc.numeric_column("a"), 2), "categorical column"),
        (lambda: fc.embedding_column(fc.categorical_column_with_identity("a", 3), 0), "dimension"),
        (lambda: fc.embedding_column(fc.categorical_column_with_identity("a", 3), 2, "max"), "combiner"),
        (lambda: kerax.layers.DenseFeatures([fc.numeric_column("a"), fc.numeric_column("a")]), "two feature columns"),
        (lambda: kerax.layers.DenseFeatures(["a"]), "feature columns"),
        (lambda: kerax.layers.DenseFeatures([]), "at least one"),
    ],
)
def test_mistakes(make, words):
    with pytest.raises((ValueError, TypeError), match=words):
        make()


@pytest.mark.parametrize(
    ("text", "dtype", "words"),
    [
        ("x\n\ny\n", "string", "empty line, line 2"),
        ("x\ny\nx\n", "string", "'x' in line 1 and again in line 3"),
        ("1\nx\n", "int64", "whole numbers; line 2 is 'x'"),
        ("", "string", "is empty"),
    ],
)
def test_bad_vocabulary_files(text, dtype, words, tmp_path):
    path = tmp_path / "words.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=words) as error:
        fc.categorical_column_with_vocabulary_file("colour", path, dtype=dtype)
    assert str(path) in str(error.value) and "'colour'" in str(error.value)


def test_ids_that_are_too_large_are_named():
    layer = kerax.layers.DenseFeatures([fc.embedding_column(fc.categorical_column_with_identity("day", 7), 2)])
    with pytest.raises(ValueError, match=r"row 1 .*id 9"):
        layer({"day": np.array([1, 9])})


def test_features_of_different_lengths_are_named():
    columns = [fc.numeric_column("x"), fc.indicator_column(fc.categorical_column_with_hash_bucket("s", 3))]
    features = {"x": np.ones((3, 1), "float32"), "s": np.array(["a", "b"])}
    with pytest.raises(ValueError, match="column 's_indicator' has 2 rows, 'x' has 3"):
        kerax.layers.DenseFeatures(columns)(features)
    wide, deep = [fc.categorical_column_with_hash_bucket("s", 3)], columns[:1]
    model = kerax.estimators.DNNLinearCombinedRegressor(
        linear_feature_columns=wide, dnn_feature_columns=deep, dnn_hidden_units=[2], model_dir="unused"
    )
    with pytest.raises(ValueError, match="'s' has 2 rows, 'x' has 3"):
        model.train(lambda: (features, np.ones(3, "float32")), steps=1)
