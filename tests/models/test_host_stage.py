"""Models that begin with layers for strings: called, fitted, evaluated, saved, with strings in every form."""

import copy

import jax
import numpy as np
import pytest

import kerax

TEXTS = np.array(["good film", "bad film", "awful", "really good"] * 8)
COLORS = np.array(["r", "g", "b", "r"] * 8)
SIZES = (np.arange(32) % 5).astype("int32")
PRICES = np.linspace(0, 1, 32, dtype="float32")
LABELS = np.array([1, 0, 0, 1] * 8, "float32")
COLUMNS = {"text": TEXTS, "color": COLORS, "size": SIZES, "price": PRICES}


def vectorizer(**kwargs):
    layer = kerax.layers.TextVectorization(**{"output_sequence_length": 4, **kwargs})
    layer.adapt(TEXTS)
    return layer


def text_model(**kwargs):
    layer = vectorizer(**kwargs)
    return kerax.Sequential(
        [
            kerax.Input((1,), dtype="string"),
            layer,
            kerax.layers.Embedding(layer.vocabulary_size(), 4),
            kerax.layers.GlobalAveragePooling1D(),
            kerax.layers.Dense(1, activation="sigmoid"),
        ]
    )


def column_model():
    layers = kerax.layers
    text = kerax.Input((1,), dtype="string", name="text")
    color = kerax.Input((1,), dtype="string", name="color")
    size = kerax.Input((1,), dtype="int32", name="size")
    price = kerax.Input((1,), name="price")
    words = layers.GlobalAveragePooling1D()(layers.Embedding(10, 4)(vectorizer()(text)))
    colors = layers.StringLookup(vocabulary=["r", "g"], output_mode="one_hot")(color)
    sizes = layers.IntegerLookup(vocabulary=[1, 2, 3], output_mode="one_hot")(size)
    buckets = layers.Discretization(bin_boundaries=[0.3, 0.6])(price)  # numeric, but a cross on the host needs it
    crossed = layers.HashedCrossing(7, output_mode="one_hot")([color, buckets])
    joined = layers.Concatenate()([words, colors, sizes, crossed, price])
    return kerax.Model([text, color, size, price], layers.Dense(1, activation="sigmoid")(joined))


class Subclassed(kerax.Model):
    def __init__(self):
        super().__init__()
        self.words = kerax.layers.TextVectorization(output_sequence_length=4, vocabulary=["good", "bad"])
        self.embedding = kerax.layers.Embedding(10, 4)
        self.cross = kerax.layers.HashedCrossing(5, output_mode="one_hot")
        self.out = kerax.layers.Dense(1, activation="sigmoid")

    def call(self, inputs):
        words = kerax.ops.mean(self.embedding(self.words(inputs["text"])), axis=1)
        crossed = self.cross([inputs["color"], inputs["size"]])
        return self.out(kerax.ops.concatenate([words, crossed], axis=-1))


def compiled(model, **kwargs):
    model.compile(kerax.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"], **kwargs)
    return model


@pytest.mark.parametrize("form", ["U", "S", "object", "bytes", "list", "column"])
def test_every_form_of_strings(form):
    model = text_model()
    given = {
        "U": TEXTS,
        "S": TEXTS.astype("S"),
        "object": TEXTS.astype(object),
        "bytes": np.array([text.encode() for text in TEXTS], object),
        "list": TEXTS.tolist(),
        "column": TEXTS[:, None],
    }[form]
    expected = model.predict(TEXTS, verbose=0)
    np.testing.assert_array_equal(model.predict(given, verbose=0), expected)
    if form != "list":
        np.testing.assert_allclose(model(given), expected, rtol=1e-6)


def test_training_learns_and_validation_runs():
    model = compiled(text_model())
    history = model.fit(TEXTS, LABELS, epochs=20, batch_size=8, validation_split=0.25, verbose=0).history
    assert history["val_loss"][-1] < 0.5 < history["val_loss"][0]
    assert model.evaluate(TEXTS, LABELS, verbose=0)[1] == 1.0
    assert model.predict(TEXTS, batch_size=5, verbose=0).shape == (32, 1)


def test_one_batch():
    model = compiled(text_model())
    first = model.train_on_batch(TEXTS, LABELS)[0]
    assert model.train_on_batch(TEXTS, LABELS)[0] < first
    assert model.test_on_batch(TEXTS, LABELS)[0] < first
    assert model.predict_on_batch(TEXTS[:3]).shape == (3, 1)


def test_training_equals_training_on_the_looked_up_numbers():
    model = compiled(text_model())
    layer, *rest = model.layers
    numbers = np.asarray(layer(TEXTS))
    tail = compiled(kerax.Sequential([kerax.Input((4,), dtype="int32"), *copy.deepcopy(rest)]))
    for one, x in ((model, TEXTS), (tail, numbers)):
        kerax.utils.set_random_seed(3)
        one.fit(x, LABELS, epochs=3, batch_size=8, verbose=0, class_weight={0: 1.0, 1: 2.0})
    for ours, theirs in zip(model.get_weights(), tail.get_weights()):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_columns_of_every_kind():
    model = compiled(column_model())
    before = model.predict(COLUMNS, verbose=0)
    history = model.fit(COLUMNS, LABELS, epochs=15, batch_size=8, verbose=0, validation_data=(COLUMNS, LABELS)).history
    assert history["val_loss"][-1] < history["val_loss"][0]
    after = model.predict(COLUMNS, verbose=0)
    assert np.abs(before - after).max() > 1e-3
    np.testing.assert_allclose(model({k: v[:4] for k, v in COLUMNS.items()}), after[:4], rtol=1e-5)
    model.run_eagerly = True
    np.testing.assert_allclose(model.predict(COLUMNS, verbose=0), after, rtol=1e-5)


def test_subclassed_model():
    model = compiled(Subclassed())
    history = model.fit(COLUMNS, LABELS, epochs=10, batch_size=8, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    predicted = model.predict(COLUMNS, verbose=0)
    np.testing.assert_allclose(model({k: v[:4] for k, v in COLUMNS.items()}), predicted[:4], rtol=1e-5)


def test_sequential_without_input_is_built_by_strings():
    layer = vectorizer()
    model = compiled(
        kerax.Sequential([layer, kerax.layers.Embedding(10, 2), kerax.layers.Flatten(), kerax.layers.Dense(1)])
    )
    model.fit(TEXTS, LABELS, verbose=0)
    assert model.inputs[0].dtype == "string"


def test_datasets():
    model = compiled(column_model())
    data = kerax.data.Dataset.from_tensor_slices((COLUMNS, LABELS)).shuffle(32, seed=1).batch(8).prefetch(1)
    history = model.fit(data, epochs=3, validation_data=data, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    assert model.predict(data, verbose=0).shape == (32, 1)
    looked_up = kerax.data.Dataset.from_tensor_slices(TEXTS).batch(8).map(vectorizer())
    assert next(iter(looked_up)).shape == (8, 4)


def test_padding_to_the_longest_text_of_each_batch():
    model = compiled(text_model(output_sequence_length=None))
    model.fit(TEXTS, LABELS, batch_size=3, verbose=0)  # batches of one and of two words
    assert model.predict(TEXTS, batch_size=3, verbose=0).shape == (32, 1)


def test_nested_models():
    inner = text_model()
    outer = compiled(kerax.Sequential([kerax.Input((1,), dtype="string"), inner, kerax.layers.Dense(1)]))
    outer.fit(TEXTS, LABELS, verbose=0)
    assert outer.predict(TEXTS, verbose=0).shape == (32, 1)


def test_numbers_to_strings_to_numbers():
    number = kerax.Input((1,), dtype="int32")
    word = kerax.layers.StringLookup(vocabulary=["r", "g"], invert=True)(number)
    assert word.dtype == "string"
    vector = kerax.layers.StringLookup(vocabulary=["g"], output_mode="one_hot")(word)
    model = kerax.Model(number, vector)
    assert model.predict(np.array([[1], [2]]), verbose=0).tolist() == [[1, 0], [0, 1]]


def test_numbers_computed_in_the_compiled_step_are_hashed_too():
    x = kerax.Input((3,))
    largest = kerax.ops.argmax(kerax.layers.Dense(4)(x), -1)
    model = kerax.Model(x, [kerax.layers.Hashing(5)(largest), largest])
    hashed, numbers = model.predict(np.random.default_rng(0).normal(size=(6, 3)), verbose=0)
    assert hashed.tolist() == kerax.layers.Hashing(5)(numbers).tolist()


def test_copies_and_files(tmp_path):
    model = compiled(column_model())
    model.fit(COLUMNS, LABELS, verbose=0)
    expected = model.predict(COLUMNS, verbose=0)
    np.testing.assert_array_equal(copy.deepcopy(model).predict(COLUMNS, verbose=0), expected)
    model.save(tmp_path / "model.keras")
    loaded = kerax.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict(COLUMNS, verbose=0), expected, rtol=1e-6)
    loaded.fit(COLUMNS, LABELS, verbose=0)


def test_without_its_vocabulary_a_loaded_layer_says_so():
    model = kerax.models.model_from_json(text_model().to_json())
    with pytest.raises(RuntimeError, match="learnt by adapt"):
        model.predict(TEXTS, verbose=0)


def test_strings_where_numbers_are_needed():
    plain = compiled(kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1)]))
    with pytest.raises(TypeError, match=r"fit\(\): x holds strings.*StringLookup"):
        plain.fit(TEXTS, LABELS, verbose=0)
    with pytest.raises(TypeError, match=r"y holds strings"):
        compiled(text_model()).fit(TEXTS, COLORS, verbose=0)
    mixed = kerax.Input((1,), dtype="string")
    looked_up = kerax.layers.StringLookup(vocabulary=["a"], output_mode="one_hot")(mixed)
    model = kerax.Model(mixed, kerax.layers.Concatenate()([looked_up, kerax.layers.Dense(1)(mixed)]))
    with pytest.raises(TypeError, match="dense.*strings"):
        compiled(model).predict(TEXTS, verbose=0)


def test_strings_out_of_a_compiled_step_are_refused_by_name():
    x = kerax.Input((3,))
    numbers = kerax.ops.argmax(kerax.layers.Dense(2)(x), -1)
    model = kerax.Model(x, kerax.layers.StringLookup(vocabulary=["a"], invert=True, name="decode")(numbers))
    with pytest.raises(TypeError, match="'decode'"):
        model.predict(np.ones((2, 3), "float32"), verbose=0)


def test_symbolic_strings():
    x = kerax.Input((1,), dtype="string")
    assert x.dtype == "string" and x.shape == (None, 1)
    layer = kerax.layers.TextVectorization(vocabulary=["a", "b"], output_mode="count")
    assert layer(x).shape == (None, 3) and layer(x).dtype == "float32"
    assert kerax.layers.Hashing(3)(x).dtype == "int32"


def test_strings_never_reach_the_device(monkeypatch):
    moved = []
    original = jax.device_put
    monkeypatch.setattr(
        jax, "device_put", lambda x, *a, **k: (moved.append(np.asarray(x).dtype), original(x, *a, **k))[1]
    )
    compiled(column_model()).fit(COLUMNS, LABELS, verbose=0)
    assert moved and not any(dtype.kind in "OUS" for dtype in moved)
