"""``KerasFileEditor``: files of weights are looked at and changed."""

import h5py
import numpy as np
import pytest

import kerax
from kerax import layers
from kerax.saving import KerasFileEditor


def chain(*units):
    return kerax.Sequential([kerax.Input((2,)), *[layers.Dense(count) for count in units]])


@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5"])
def test_a_file_is_changed_until_another_model_takes_it(name, tmp_path, capsys):
    model, other = chain(3, 3), chain(3, 3, 3)
    (model.save if name == "m.keras" else model.save_weights)(tmp_path / name)
    before = (tmp_path / name).read_bytes()
    editor = KerasFileEditor(tmp_path / name)
    assert (editor.config is not None) == (name == "m.keras")
    assert editor.compare(model) == {"status": "success", "error_count": 0, "match_count": 4}
    assert editor.compare(other)["error_count"] == 1  # an object that is missing
    editor.add_object("layers/dense_3", {"0": np.full((3, 3), 2.0, "float32")})
    assert editor.compare(other)["error_count"] == 2  # and one that is left over
    editor.rename_object("dense_3", "dense_2")
    assert editor.compare(other)["error_count"] == 1  # a weight that is missing
    editor.add_weights("layers/dense_2", {"1": np.zeros(7, "float32")})
    assert (
        "weight '1' has shape (7,) in the file, (3,) in the model"
        in str(editor.compare(other)) + capsys.readouterr()[0]
    )
    editor.delete_weight("dense_2", "1")
    editor.add_weights("dense_2", {"1": np.ones(3, "float32")})
    editor.add_object("layers/more/inner", {"0": np.zeros(1)})
    editor.delete_object("more")
    assert editor.compare(other) == {"status": "success", "error_count": 0, "match_count": 6}
    editor.save(tmp_path / "new.weights.h5")
    assert (tmp_path / name).read_bytes() == before
    other.load_weights(tmp_path / "new.weights.h5")
    np.testing.assert_array_equal(other.layers[-1].kernel, np.full((3, 3), 2.0))
    np.testing.assert_array_equal(other.layers[0].kernel, model.layers[0].kernel)
    capsys.readouterr()
    KerasFileEditor(tmp_path / "new.weights.h5").summary()
    assert "layers/dense_2\n  0  float32 (3, 3)\n  1  float32 (3,)\n" in capsys.readouterr().out


def test_mistakes_name_the_object(tmp_path):
    model = kerax.Sequential([kerax.Input((2,)), chain(2), layers.Dense(1)])
    model.save_weights(tmp_path / "m.weights.h5")
    editor = KerasFileEditor(tmp_path / "m.weights.h5")
    assert set(editor.weights_dict["layers"]) == {"dense", "sequential"}
    for call, match in [
        (lambda: editor.delete_object("densse"), r"no object 'densse'.*dense"),
        (lambda: editor.delete_object("dense"), r"several objects 'dense'.*layers/sequential/layers/dense"),
        (lambda: editor.rename_object("layers/dense", "sequential"), "has an object 'layers/sequential' already"),
        (lambda: editor.add_object("layers/dense", {"0": [1.0]}), "already. Use add_weights"),
        (lambda: editor.add_weights("layers/dense", [1.0]), "dict from name to array"),
        (lambda: editor.add_weights("layers/dense", {"0": ["text"]}), "arrays of numbers"),
        (lambda: editor.delete_weight("layers/dense", "5"), r"no weight '5', only \['0', '1'\]"),
        (lambda: editor.save(tmp_path / "m.h5"), r"writes \.weights\.h5 files"),
        (lambda: KerasFileEditor(tmp_path / "m.h5"), r"opens \.keras and \.weights\.h5"),
    ]:
        with pytest.raises(ValueError, match=match):
            call()
    with pytest.raises(FileNotFoundError):
        KerasFileEditor(tmp_path / "none.weights.h5")


def test_links_are_not_followed(tmp_path):
    chain(2).save_weights(tmp_path / "secret.weights.h5")
    with h5py.File(tmp_path / "m.weights.h5", "w") as file:
        file["layers"] = h5py.ExternalLink(str(tmp_path / "secret.weights.h5"), "/layers")
    with pytest.raises(ValueError, match="external"):
        KerasFileEditor(tmp_path / "m.weights.h5")
