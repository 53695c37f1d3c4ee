"""A round trip of every layer in every format: outputs, weights, names and configurations are the same afterwards."""

import inspect
import json
import os

import jax
import numpy as np
import pytest

import kerax
from tests.saving.models_for_others import APART, MERGES, ONE, OPERATIONS, TOGETHER, all_models
from tests.saving.newer_layers import NEWER, newer_layers

WHOLE = ("m.keras", "m.h5", "folder")
WEIGHTS = ("w.weights.h5", "w.h5", "w.safetensors", "w.weights.json", "prefix", "w.orbax")
QUICK = {  # what differs most from the others in how it is written
    "Dense-rows-0", "BatchNormalization-rows-0", "Bidirectional-steps-2", "RNN-steps-1", "StringLookup-words-2",
    "nested with several outputs", "shared", "dicts", "arithmetic", "MultiHeadAttention",
}  # fmt: skip
NOT_IN_A_FILE = {  # bases, parts of other layers, and what holds code of other libraries
    "AbstractRNNCell", "Layer", "PreprocessingLayer", "Wrapper", "InputLayer", "GRUCell", "LSTMCell", "SimpleRNNCell",
    "StackedRNNCells", "FlaxLayer", "FromFlax", "JaxLayer", "TorchModuleWrapper",
    "MaxNumBoundingBoxes",  # takes boxes by name
}  # fmt: skip
# Without it a model goes through a third of the formats for weights.
EVERYTHING = bool(os.environ.get("KERAX_EVERY_FORMAT"))
ORBAX_SPEAKS = pytest.mark.filterwarnings("ignore")


def outputs(model, x):
    return [np.asarray(leaf) for leaf in jax.tree.leaves(model(x if isinstance(x, dict) or len(x) > 1 else x[0]))]


def equal(found, expected):
    return len(found) == len(expected) and all(
        a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b) for a, b in zip(found, expected, strict=True)
    )


def layers_of(model):
    """Names and classes; operations between layers may come back under other names."""
    return sorted(
        (layer.name, type(layer).__name__) for layer in model.layers if type(layer).__module__[:12] != "kerax.models"
    )


def plain(model):
    """The configuration without what layers have come to know and a configuration alone does not bring back."""
    learnt = ("build_config", "vocabulary_size")
    return json.loads(model.to_json(), object_hook=lambda entry: {k: v for k, v in entry.items() if k not in learnt})


def check(name, model, x, folder, weights_in=WEIGHTS):
    """What did not come back, as texts."""
    faults = []
    expected, weights = outputs(model, x), model.get_weights()
    for target in WHOLE:
        model.save(folder / target, zipped=target != "folder")
        again = kerax.models.load_model(folder / target)
        if not equal(outputs(again, x), expected) or not equal(again.get_weights(), weights):
            faults.append(f"{name}: {target}")
        if {n for n, _ in layers_of(model)} - {n for n, _ in layers_of(again)}:
            faults.append(f"{name}: {target}: layers {layers_of(again)} instead of {layers_of(model)}")
    texts = (kerax.models.model_from_json(model.to_json()), kerax.models.model_from_yaml(model.to_yaml()))
    for kind, again in zip(("json", "yaml", "config"), (*texts, type(model).from_config(model.get_config()))):
        if plain(again) != plain(model):
            faults.append(f"{name}: {kind}")
    if not weights:
        return faults
    for target in weights_in:
        again = kerax.models.clone_model(model)
        place = folder / "w" / target
        place.parent.mkdir(exist_ok=True)
        model.save_weights(place)
        again.set_weights([np.zeros_like(one) for one in weights])
        report = again.load_weights(place)
        if report.is_partial or report.unused or not equal(again.get_weights(), weights):
            faults.append(f"{name}: {target}: {report}")
        elif not equal(outputs(again, x), expected):
            faults.append(f"{name}: {target}: outputs")
    return faults


@ORBAX_SPEAKS
def test_layers_of_many_kinds(tmp_path):
    faults, seen = [], set()
    for name, model, x in all_models(QUICK):
        seen.add(name)
        (tmp_path / name).mkdir()
        faults += check(name, model, x, tmp_path / name)
    assert seen == QUICK and not faults, "\n".join(faults)


@pytest.mark.slow
@ORBAX_SPEAKS
def test_every_layer(tmp_path):
    faults = []
    for number, (name, model, x) in enumerate([*all_models(), *newer_layers()]):
        (tmp_path / str(number)).mkdir()
        try:
            faults += check(name, model, x, tmp_path / str(number), WEIGHTS if EVERYTHING else WEIGHTS[number % 3 :: 3])
        except Exception as error:
            faults.append(f"{name}: {type(error).__name__}: {str(error)[:300]}")
    assert not faults, f"{len(faults)} of {number + 1}:\n" + "\n".join(faults)


def test_the_tables_hold_every_layer():
    tested = {name for _, made in ONE.values() for name in made} | {name for _, made in NEWER.values() for name in made}
    tested |= {*MERGES, *TOGETHER, *OPERATIONS, *APART, "GroupedQueryAttention"}
    classes = {
        value.__name__: value
        for value in vars(kerax.layers).values()
        if inspect.isclass(value) and issubclass(value, kerax.layers.Layer)
    }
    assert not set(classes) - tested - NOT_IN_A_FILE
