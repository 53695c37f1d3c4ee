"""Mistakes in making, calling and saving models."""

from __future__ import annotations

import pathlib
import tempfile

import numpy as np

import kerax
from kerax import layers

from .table import net, pair, row, two_outputs, x

FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="kerax-errors-"))


def tensor(size: int = 4, name: str | None = None) -> object:
    return kerax.Input((size,), name=name)


class NoCallModel(kerax.Model):
    pass


class LateLayer(kerax.Model):
    def call(self, inputs):
        return layers.Dense(1)(inputs)


def disconnected() -> object:
    first, second = tensor(name="used"), tensor(name="forgotten")
    return kerax.Model(first, layers.Add()([first, second]))


def same_names() -> object:
    inputs = tensor()
    return kerax.Model(inputs, layers.Dense(2, name="twin")(layers.Dense(2, name="twin")(inputs)))


def saved(model: kerax.Model, name: str) -> str:
    path = FOLDER / f"{name}.weights.h5"
    model.save_weights(path)
    return str(path)


def text_file() -> str:
    path = FOLDER / "text.weights.h5"
    path.write_text("no weights")
    return str(path)


def by_name() -> kerax.Model:
    left, right = tensor(4, "left"), tensor(2, "right")
    joined = layers.Concatenate()([left, right])
    return kerax.Model({"left": left, "right": right}, layers.Dense(1)(joined), name="twin")


ALL = [
    row("graph_disconnected", ValueError, disconnected, "forgotten|keras_tensor|input", "not among its inputs"),
    row("graph_same_names", ValueError, same_names, "twin", "unique"),
    row("model_outputs_missing", ValueError, lambda: kerax.Model(tensor()), "outputs", "missing"),
    row("model_inputs_arrays", TypeError, lambda: kerax.Model(x(), x()), "inputs", "symbolic", "kerax.Input"),
    row("model_outputs_layer", TypeError, lambda: kerax.Model(tensor(), layers.Dense(2, name="head")), "outputs",
        "head", "call"),
    row("model_outputs_empty", ValueError, lambda: kerax.Model(tensor(), []), "outputs", "at least one"),
    row("model_keyword_typo", TypeError, lambda: kerax.Model(inputs=tensor(), outputs=tensor(), nmae="a"), "nmae",
        "mean 'name'"),
    row("model_input_no_input", ValueError,
        lambda: [a := tensor(), layers.Dense(2)(a), kerax.Model(a, layers.Dense(1)(tensor(2)))],
        "not among its inputs"),
    row("sequential_function", TypeError, lambda: kerax.Sequential([lambda v: v]), "layer", "Lambda"),
    row("sequential_class", TypeError, lambda: kerax.Sequential([layers.Flatten]), "Flatten", "instance"),
    row("sequential_string", TypeError, lambda: kerax.Sequential(["dense"]), "layer", "'dense'"),
    row("sequential_one_layer", TypeError, lambda: kerax.Sequential(layers.Dense(2, name="head")), "list", "head"),
    row("sequential_none", TypeError, lambda: kerax.Sequential([None]), "layer", "None"),
    row("sequential_number", TypeError, lambda: kerax.Sequential(3), "layers", "list", "3"),
    row("sequential_same_names", ValueError,
        lambda: kerax.Sequential([layers.Dense(2, name="a"), layers.Dense(2, name="a")]), "'a'", "unique"),
    row("sequential_input_late", ValueError, lambda: kerax.Sequential([layers.Dense(2), kerax.Input((3,))]), "input",
        "first"),
    row("sequential_pop_empty", IndexError, lambda: kerax.Sequential(name="stack").pop(), "stack", "no layers"),
    row("sequential_build_empty", ValueError, lambda: kerax.Sequential(name="stack").build((None, 4)), "stack",
        "no layers"),
    row("sequential_build_no_shape", ValueError, lambda: kerax.Sequential([layers.Dense(2)], name="stack").build(),
        "stack", "input_shape"),
    row("sequential_layers_do_not_fit", ValueError,
        lambda: kerax.Sequential([kerax.Input((4,)), layers.Dense(3), layers.Conv2D(4, 3, name="conv")]), "conv",
        "ndim=4", r"\(None, 3\)"),
    row("model_without_inputs", TypeError, lambda: net(name="tiny")(), "tiny", "inputs"),
    row("model_none", (TypeError, ValueError), lambda: net(name="tiny")(None), "tiny", "input", "None|0 array"),
    row("model_strings", TypeError, lambda: net(name="tiny")(np.array([["a", "b", "c", "d"]])), "head", "str",
        "number"),
    row("model_one_sample", ValueError, lambda: net(name="tiny")(x()[0]), "tiny", r"\(None, 4\)", r"\(4,\)",
        "batch axis"),
    row("model_wrong_width", ValueError, lambda: net(name="tiny")(x(3, 5)), "tiny", r"\(None, 4\)", r"\(3, 5\)"),
    row("model_one_input_of_two", ValueError, lambda: two_outputs()(x()), "twin", "2 input", "left", "right",
        "1 array"),
    row("model_three_inputs_of_two", ValueError, lambda: two_outputs()([*pair(), x()]), "twin", "2 input", "3 array"),
    row("model_inputs_swapped", ValueError, lambda: two_outputs()(pair()[::-1]), "left", r"\(None, 4\)", r"\(12, 2\)"),
    row("model_key_typo", ValueError, lambda: by_name()({"left": x(), "rihgt": x(features=2)}), "twin", "'right'",
        "rihgt"),
    row("model_list_for_dict", ValueError, lambda: by_name()([x()]), "twin", "2 input", "1 array"),
    row("model_rows_differ", ValueError, lambda: two_outputs()([x(3), x(4, 2)]), "join", r"\(3, 4\)", r"\(4, 2\)"),
    row("model_no_call", (NotImplementedError, TypeError), lambda: NoCallModel()(x()), "NoCallModel", "call"),
    row("get_layer_typo", ValueError, lambda: net(name="tiny").get_layer("haed"), "tiny", "haed", "mean 'head'"),
    row("get_layer_index", ValueError, lambda: net(name="tiny").get_layer(index=9), "tiny", "9", "layers"),
    row("get_layer_nothing", ValueError, lambda: net().get_layer(), "name", "index"),
    row("get_layer_both", ValueError, lambda: net().get_layer("head", 0), "name", "index"),
    row("json_broken", ValueError, lambda: kerax.models.model_from_json("{"), "JSON"),
    row("json_no_model", ValueError, lambda: kerax.models.model_from_json("[1]"), "class_name"),
    row("json_unknown_layer", ValueError,
        lambda: kerax.models.model_from_json(net().to_json().replace("Dense", "Dens")), "layer", "Dens",
        "mean 'Dense'"),
    row("set_weights_count", ValueError, lambda: net(name="tiny").set_weights([np.ones((4, 1))]), "tiny", "2 weights",
        "1 array"),
    row("set_weights_shape", ValueError, lambda: net(name="tiny").set_weights([np.ones((3, 1)), np.ones(1)]), "kernel",
        r"\(4, 1\)", r"\(3, 1\)"),
    row("set_weights_strings", (TypeError, ValueError),
        lambda: net(name="tiny").set_weights([np.array([["a"]] * 4), np.ones(1)]), "kernel", "<U1"),
    row("set_weights_none", TypeError, lambda: net(name="tiny").set_weights(None), "tiny", "list", "None"),
    row("save_weights_ending", ValueError, lambda: net().save_weights(FOLDER / "model.txt"), "save_weights",
        r"\.weights\.h5", "model.txt"),
    row("save_weights_unbuilt", ValueError,
        lambda: kerax.Sequential([layers.Dense(2)], name="stack").save_weights(FOLDER / "a.weights.h5"), "stack",
        "build"),
    row("save_weights_folder", OSError, lambda: net().save_weights(FOLDER / "nowhere" / "a.weights.h5"), "nowhere"),
    row("save_weights_exists", FileExistsError, lambda: net().save_weights(saved(net(), "once"), overwrite=False),
        "once", "overwrite"),
    row("load_weights_missing", FileNotFoundError, lambda: net().load_weights(FOLDER / "absent.weights.h5"),
        "load_weights", "absent"),
    row("load_weights_ending", ValueError, lambda: net().load_weights(FOLDER / "model.json"), r"\.weights\.h5",
        "model.json"),
    row("load_weights_no_hdf5", ValueError, lambda: net().load_weights(text_file()), "text.weights.h5", "HDF5"),
    row("load_weights_other_shape", ValueError, lambda: net(3).load_weights(saved(net(2), "wide")), "head", "kernel",
        r"\(4, 3\)", r"\(4, 2\)"),
    row("load_weights_other_model", ValueError, lambda: two_outputs().load_weights(saved(net(), "other")),
        "other.weights.h5", "another model"),
    row("weights_path_number", TypeError, lambda: net().save_weights(3), "filepath", "3"),
]  # fmt: skip
