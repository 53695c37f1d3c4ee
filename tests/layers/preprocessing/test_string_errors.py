"""What string and look-up layers refuse, and what their messages say; configurations and files of vocabularies."""

import numpy as np
import pytest

import kerax
from kerax.layers import HashedCrossing, Hashing, IntegerLookup, StringLookup, TextVectorization

ARGUMENTS = [
    (lambda: StringLookup(max_tokens=1), "greater than 1"),
    (lambda: StringLookup(num_oov_indices=-1), "num_oov_indices"),
    (lambda: StringLookup(output_mode="multihot"), "Did you mean 'multi_hot'"),
    (lambda: StringLookup(invert=True, output_mode="count"), "invert"),
    (lambda: StringLookup(pad_to_max_tokens=True, output_mode="count"), "max_tokens"),
    (lambda: StringLookup(idf_weights=[1.0]), "idf_weights"),
    (lambda: StringLookup(vocabulary=["a"], output_mode="tf_idf"), "idf_weights"),
    (lambda: StringLookup(sparse=True, output_mode="count"), "sparse"),
    (lambda: StringLookup(salt="x"), "salt"),
    (lambda: StringLookup(vocabulary=["a", "b", "a"]), r"repeated terms are \['a'\]"),
    (lambda: StringLookup(vocabulary=[]), "empty vocabulary"),
    (lambda: StringLookup(vocabulary=["a", "m"], mask_token="m"), "reserved mask token"),
    (lambda: StringLookup(vocabulary=["a", "[UNK]"], invert=True), "reserved OOV token"),
    (lambda: StringLookup(vocabulary=["a", "b"], max_tokens=2), "maximum vocab size"),
    (lambda: StringLookup(vocabulary="/nothing/here.txt"), r"/nothing/here.txt' does not exist"),
    (lambda: StringLookup(vocabulary=["a", "b"], output_mode="tf_idf", idf_weights=[1.0]), "same length"),
    (lambda: StringLookup(vocabulary=[["a"]]), "list of tokens"),
    (lambda: IntegerLookup(salt=3), "oov_method"),
    (lambda: IntegerLookup(vocabulary_dtype="float32"), "vocabulary_dtype"),
    (lambda: TextVectorization(standardize="lowercase"), "standardize"),
    (lambda: TextVectorization(split="char"), "split"),
    (lambda: TextVectorization(ngrams="2"), "ngrams"),
    (lambda: TextVectorization(output_mode="one_hot"), "output_mode"),
    (lambda: TextVectorization(output_mode="count", output_sequence_length=3), "output_sequence_length"),
    (lambda: TextVectorization(ragged=True, split=None), "ragged"),
    (lambda: Hashing(0), "num_bins"),
    (lambda: Hashing(3, salt=(1, 2, 3)), "salt"),
    (lambda: Hashing(3, dtype="float32"), "integer type"),
    (lambda: HashedCrossing(3, output_mode="count"), "output_mode"),
]


@pytest.mark.parametrize(("make", "words"), ARGUMENTS, ids=range(len(ARGUMENTS)))
def test_arguments(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    ("layer", "inputs", "words"),
    [
        (StringLookup(vocabulary=["a"]), np.array([1.0]), "IntegerLookup"),
        (StringLookup(vocabulary=["a"]), np.array(["a", None], object), "None"),
        (IntegerLookup(vocabulary=[1]), np.array(["a"]), "StringLookup"),
        (IntegerLookup(vocabulary=[1]), np.array([1.5]), "1.5"),
        (TextVectorization(vocabulary=["a"]), np.array([1]), "texts"),
        (StringLookup(vocabulary=["a"], invert=True), np.array(["a"]), "indices"),
    ],
    ids=range(6),
)
def test_inputs_of_another_kind(layer, inputs, words):
    with pytest.raises(TypeError, match=words):
        layer(inputs)


def test_inputs_of_another_shape():
    with pytest.raises(ValueError, match="rank 1 or a last axis of size 1"):
        TextVectorization(vocabulary=["a"])(np.array([["a", "b"]]))
    with pytest.raises(ValueError, match="equal shape"):
        HashedCrossing(3)([np.array(["a"]), np.array(["a", "b"])])
    with pytest.raises(ValueError, match="integer or string"):
        HashedCrossing(3)([np.array([0.5]), np.array(["a"])])
    with pytest.raises(ValueError, match="at least two"):
        HashedCrossing(3)([np.array(["a"])])


def test_unknown_tokens_are_named():
    with pytest.raises(ValueError, match=r"OOV values \['x', 'y'\]"):
        StringLookup(vocabulary=["a"], num_oov_indices=0)(np.array(["x", "a", "y", "x"]))


def test_adapt():
    for data in (np.array([], dtype=str), kerax.data.Dataset.from_tensor_slices(["a"]).take(0)):
        with pytest.raises(ValueError, match="no data"):
            TextVectorization().adapt(data)
    with pytest.raises(ValueError, match="static vocabulary"):
        StringLookup(vocabulary=["a"]).adapt(["b"])
    with pytest.raises(RuntimeError, match="adapt"):
        StringLookup(output_mode="count")(np.array(["a"]))


def test_a_vocabulary_of_another_size_after_outputs_depend_on_it():
    layer = StringLookup(vocabulary=["a"], output_mode="count")
    with pytest.raises(RuntimeError, match="vocabulary size cannot be changed"):
        layer.set_vocabulary(["a", "b"])


def test_vocabulary_files(tmp_path):
    path = tmp_path / "words.txt"
    path.write_bytes("the\r\ncat\né\n".encode())
    layer = StringLookup(vocabulary=str(path))
    assert layer.get_vocabulary() == ["[UNK]", "the", "cat", "é"]
    assert TextVectorization(vocabulary=path)(["é the dog"]).tolist() == [[4, 2, 1]]
    assert layer.get_config()["vocabulary"] is None  # its path is no part of a model
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("7\n3\n")
    assert IntegerLookup(vocabulary=str(numbers))(np.array([3, 9])).tolist() == [2, 0]
    numbers.write_text("7\nseven\n")
    with pytest.raises(ValueError, match="'seven'"):
        IntegerLookup(vocabulary=str(numbers))
    path.write_bytes(b"a\xff")
    with pytest.raises(ValueError, match="no utf-8"):
        StringLookup(vocabulary=str(path))
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="is empty"):
        StringLookup(vocabulary=str(path))


@pytest.mark.parametrize("cls", [StringLookup, IntegerLookup, TextVectorization])
def test_a_configuration_names_no_file(cls, tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text("1\n2\n")
    config = {**cls().get_config(), "vocabulary": str(path)}
    with pytest.raises(ValueError, match="names a file"):
        cls.from_config(config)
    with pytest.raises(ValueError, match="names a file"):
        kerax.layers.deserialize({"class_name": cls.__name__, "config": config})


@pytest.mark.parametrize("mode", ["int", "tf_idf"])
def test_vocabularies_are_saved_with_the_model(tmp_path, mode):
    texts = np.array(["a b", "b é", "b"])
    layer = TextVectorization(output_mode=mode)
    layer.adapt(texts)
    model = kerax.Sequential([kerax.Input((1,), dtype="string"), layer])
    model.save(tmp_path / "model.keras")
    loaded = kerax.models.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].get_vocabulary() == layer.get_vocabulary()
    np.testing.assert_allclose(loaded.predict(texts, verbose=0), model.predict(texts, verbose=0))


def test_callables_and_their_configuration():
    @kerax.utils.register_keras_serializable(package="tests")
    def shout(texts):
        return np.char.upper(texts)

    @kerax.utils.register_keras_serializable(package="tests")
    def at_commas(texts):
        return [text.split(",") for text in texts.tolist()]

    layer = TextVectorization(standardize=shout, split=at_commas, vocabulary=["A", "B C"])
    assert layer(["a,b c", "x"]).tolist() == [[2, 3], [1, 0]]
    again = TextVectorization.from_config(layer.get_config())
    assert again(["a,b c", "x"]).tolist() == [[2, 3], [1, 0]]
    with pytest.raises(ValueError, match="one per text"):
        TextVectorization(split=lambda texts: [["a"]], vocabulary=["a"])(["a", "b"])


def test_names_of_older_modes():
    assert StringLookup(output_mode="binary").output_mode == "multi_hot"
    assert TextVectorization(output_mode="tf-idf").output_mode == "tf_idf"


def test_wide_numbers_are_hashed_and_looked_up_whole():
    big = np.array([2**40, 2**40 + 1])
    assert IntegerLookup(vocabulary=[2**40])(big).tolist() == [1, 0]
    assert len(set(Hashing(10**6)(big).tolist())) == 2
