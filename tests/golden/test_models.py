"""Models that tf.keras 2.15 and Keras 3.15 built: same names, weights and outputs, same training from a saved state."""

import json

import numpy as np
import pytest

import kerax

from .cases import model_cases
from .custom import CUSTOM_OBJECTS

OUTPUT_TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}
LOSS_TOLERANCE = {"rtol": 1e-4, "atol": 1e-5}
# Weights after further steps: Adam-like steps divide by the size of a gradient, which magnifies noise in a tiny one.
WEIGHT_TOLERANCE = {"rtol": 1e-3, "atol": 2e-4}

# Layer classes that recorded models use and kerax does not have yet. A case that needs one is skipped, by name; a class
# that exists must leave the table.
NOT_YET: set[str] = set()

# One layer used directly and inside a wrapper: the JSON config of both real libraries describes two layers.
SHARING_LOST_IN_CONFIG = {"func_shared_in_wrapper"}

# Weight names that Keras 3, and kerax with it, changed since 2.15.
RENAMED_SINCE_215 = {("DepthwiseConv2D", "depthwise_kernel"): "kernel"}

CASES = model_cases()
TRAINED = [case for case in CASES if case.meta.get("train", {}).get("deterministic")]


def name_of(case):
    return case.name


def needs(case):
    missing = sorted(case.layer_classes & NOT_YET)
    if missing:
        pytest.skip(f"layers not there yet: {', '.join(missing)}")


def build(case):
    """The model of a case, with the recorded weights."""
    needs(case)
    model = kerax.models.model_from_json(json.dumps(case.config), custom_objects=CUSTOM_OBJECTS)
    give_learnt(model, case)
    if not model.built:
        run(model, case)
    weights = [case.arrays[recorded["key"]] for recorded in weights_of(case)]
    if case.path.name in SHARING_LOST_IN_CONFIG and len(model.weights) == 2 * len(weights):
        weights = weights * 2
    model.set_weights(weights)
    return model


def weights_of(case):
    """The recorded weights, without what only tf.keras counts as such: tables of tokens, summaries of numbers seen."""
    return [entry for entry in case.meta["weights"] if not (is_vocabulary(entry, case) or is_summary(entry))]


def is_vocabulary(entry, case):
    return case.arrays[entry["key"]].dtype.kind in "US"


def is_summary(entry):
    return entry.get("name") == "summary:0"


def give_learnt(model, case):
    """What `adapt` learnt is no part of tf.keras's configurations: it was recorded beside them."""
    for name, tokens in case.meta.get("vocabulary", {}).items():
        layer = model.get_layer(name)
        is_text = not isinstance(layer, kerax.layers.IntegerLookup)
        layer.set_vocabulary([token if is_text else int(token) for token in tokens])
    summaries = [case.arrays[entry["key"]] for entry in case.meta["weights"] if is_summary(entry)]
    for layer in model.layers:
        if isinstance(layer, kerax.layers.Discretization) and layer.num_bins is not None and summaries:
            layer.load_own_variables({"0": summaries.pop(0)})


def one(values):
    return values if len(values) > 1 else values[0]


def run(model, case):
    """The model's inference outputs on the recorded inputs, dict outputs by sorted key."""
    outputs = model(one(case.numbered("in")), training=False)
    if isinstance(outputs, dict):
        outputs = [outputs[key] for key in sorted(outputs)]
    return [np.asarray(value) for value in (outputs if isinstance(outputs, list | tuple) else [outputs])]


def renamed(path, case):
    """The last part of a recorded path ("conv/kernel"), by its present name."""
    layer, _, name = path.rpartition("/")
    classes = {entry["name"]: entry["class"] for entry in case.meta["layers"]}
    return name if case.is_keras3 else RENAMED_SINCE_215.get((classes.get(layer), name), name)


def assert_same(actual, expected, tolerance, what):
    assert len(actual) == len(expected), what
    for index, (a, e) in enumerate(zip(actual, expected)):
        assert np.shape(a) == e.shape, f"{what} {index}"
        if e.dtype.kind in "USOb":
            np.testing.assert_array_equal(a, e, err_msg=f"{what} {index}")
        else:
            np.testing.assert_allclose(a, e, equal_nan=True, err_msg=f"{what} {index}", **tolerance)


def test_there_are_cases():
    assert CASES, "no recorded models found: KERAX_GOLDEN names a folder without files/models_*/<case>/meta.json"
    assert TRAINED


@pytest.mark.parametrize("layer_class", sorted(NOT_YET) or [None])
def test_what_is_not_there_yet_is_not_there_yet(layer_class):
    assert layer_class is None or not hasattr(kerax.layers, layer_class), (
        f"{layer_class} exists: take it out of NOT_YET"
    )


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_layers_and_weights(case):
    model = build(case)
    meta = case.meta
    assert type(model).__name__ == meta["class"]
    assert [layer.name for layer in model.layers] == [layer["name"] for layer in meta["layers"]]
    assert [type(layer).__name__ for layer in model.layers] == [layer["class"] for layer in meta["layers"]]
    assert [layer.trainable for layer in model.layers] == [layer["trainable"] for layer in meta["layers"]]
    if case.path.name in SHARING_LOST_IN_CONFIG and len(model.weights) == 2 * len(meta["weights"]):
        return
    assert model.count_params() == meta["count_params"]
    recorded_weights = weights_of(case)
    assert len(model.weights) == len(recorded_weights)
    trained = {id(weight) for weight in model.trainable_weights}
    for weight, recorded in zip(model.weights, recorded_weights):
        if "name" not in recorded:
            continue  # lookup tables were recorded by shape only
        assert weight.name == renamed(recorded["name"].removesuffix(":0"), case)
        assert list(weight.shape) == recorded["shape"]
        assert np.dtype(weight.dtype).name == kerax.dtypes.device_dtype(recorded["dtype"]).name
        # Keras 3 recorded what freezing a layer leaves, tf.keras the variable's own flag.
        trainable = id(weight) in trained if case.is_keras3 else weight.trainable
        assert trainable == recorded["trainable"], recorded["name"]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_outputs(case):
    assert_same(run(build(case), case), case.numbered("out"), OUTPUT_TOLERANCE, "output")


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_config_survives_a_round_trip(case):
    model = build(case)
    again = kerax.models.model_from_json(model.to_json(), custom_objects=CUSTOM_OBJECTS)
    give_learnt(again, case)
    if not again.built:
        run(again, case)
    again.set_weights(model.get_weights())
    assert_same(run(again, case), case.numbered("out"), OUTPUT_TOLERANCE, "output")


def load_optimizer_state(optimizer, case):
    """Put the recorded optimizer variables into a built optimizer."""
    recorded = case.meta["optimizer"]["variables"]
    values = dict(zip([entry["name"].removesuffix(":0") for entry in recorded], case.numbered("opt")))
    slots = {name: v for name, v in values.items() if name.split("/")[-1] not in ("iteration", "iter", "learning_rate")}
    iteration = int(next(v for name, v in values.items() if name.split("/")[-1] in ("iteration", "iter")))
    optimizer.iterations.assign(iteration)
    targets = [v for v in optimizer.variables if v.name.split("/")[-1] not in ("iteration", "iter", "learning_rate")]
    wanted = list(slots.values())
    if len(targets) == len(wanted) + 1:  # Nadam in tf.keras 2.15 keeps its running product out of every file
        beta, decay = case.meta["optimizer"]["config"]["config"]["beta_1"], 0.96
        wanted.append(np.prod([beta * (1 - 0.5 * decay**t) for t in range(1, iteration + 1)]))
    assert len(targets) == len(wanted)
    for target, value in zip(targets, wanted):
        assert tuple(target.shape) == np.shape(value), target.name
        target.assign(value)


@pytest.mark.parametrize("case", TRAINED, ids=name_of)
def test_training_goes_on_from_the_saved_state(case):
    model = build(case)
    recorded = case.compile_config
    optimizer = kerax.optimizers.deserialize(case.meta["optimizer"].get("config") or recorded["optimizer"])
    loss = recorded["loss"]
    if isinstance(loss, dict) and "class_name" in loss:
        loss = kerax.losses.deserialize(loss)
    model.compile(optimizer=optimizer, loss=loss, loss_weights=recorded["loss_weights"])
    optimizer.build(model.trainable_variables)
    load_optimizer_state(optimizer, case)
    start, more = case.meta["train"]["steps_before_save"], case.meta["train"]["steps_after_save"]
    losses = []
    for step in range(start, start + more):
        x, y = case.batch(step)
        model.reset_metrics()
        losses.append(model.train_on_batch(one(x), one(y), return_dict=True)["loss"])
    np.testing.assert_allclose(losses, case.arrays["train_loss"][start:], **LOSS_TOLERANCE)
    assert_same(model.get_weights(), case.numbered("final_w"), WEIGHT_TOLERANCE, "weight")
    assert_same(run(model, case), case.numbered("final_out"), {"rtol": 1e-3, "atol": 5e-4}, "output")
