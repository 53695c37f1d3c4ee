"""Files that tf.keras 2.15 and Keras 3.15 wrote: whole models and weights, their outputs, and training that goes on."""

import numpy as np
import pytest

import kerax

from .cases import GOLDEN, model_cases
from .custom import CUSTOM_OBJECTS
from .test_models import LOSS_TOLERANCE, OUTPUT_TOLERANCE, assert_same, one, run

WHOLE = [(case, name) for case in model_cases() for name in ("model.keras", "model.h5") if (case.path / name).exists()]
WEIGHTS = [
    (case, name)
    for case in model_cases()
    for name in ("model.weights.h5", "legacy_weights.h5")
    if (case.path / name).exists() and (case.path / "model.json").exists()
]
# What real libraries leave out of a file of weights: vocabularies.
NOT_IN_WEIGHTS = {"prep_text_adapted"}


def name_of(case):
    return f"{case[0].name}/{case[1]}"


def needs(case):
    missing = sorted(name for name in case.layer_classes - {"ScaledDense"} if not hasattr(kerax.layers, name))
    if missing:
        pytest.skip(f"layers not there yet: {', '.join(missing)}")


def test_there_are_files():
    assert WHOLE and WEIGHTS


@pytest.mark.parametrize("given", WHOLE, ids=name_of)
def test_whole_models(given):
    case, name = given
    needs(case)
    model = kerax.models.load_model(case.path / name, custom_objects=CUSTOM_OBJECTS)
    assert_same(run(model, case), case.numbered("out"), OUTPUT_TOLERANCE, "output")
    train = case.meta.get("train", {})
    if not train.get("deterministic"):
        return
    losses = []
    for step in range(train["steps_before_save"], train["steps_before_save"] + train["steps_after_save"]):
        x, y = case.batch(step)
        model.reset_metrics()
        losses.append(model.train_on_batch(one(x), one(y), return_dict=True)["loss"])
    np.testing.assert_allclose(losses, case.arrays["train_loss"][train["steps_before_save"] :], **LOSS_TOLERANCE)


@pytest.mark.parametrize("given", WEIGHTS, ids=name_of)
def test_weights(given):
    case, name = given
    needs(case)
    model = kerax.models.model_from_json((case.path / "model.json").read_text(), custom_objects=CUSTOM_OBJECTS)
    if not model.built:
        run(model, case)
    report = model.load_weights(case.path / name)
    assert not report.is_partial and not report.unused
    expected = case.numbered("w")
    if len(model.weights) == len(expected):
        assert_same(model.get_weights(), expected, OUTPUT_TOLERANCE, "weight")
    if len(model.weights) != len(expected) and case.path.name not in NOT_IN_WEIGHTS:
        assert_same(run(model, case), case.numbered("out"), OUTPUT_TOLERANCE, "output")


BY_NAME = GOLDEN / "files" / "checkpoints" / "h5_by_name"


@pytest.mark.skipif(not BY_NAME.exists(), reason="no recorded loads by name in this folder")
def test_weights_by_name_into_other_topologies():
    import json

    meta = json.loads((BY_NAME / "meta.json").read_text())
    with np.load(BY_NAME / "expected.npz") as arrays:
        for target in meta["targets"]:
            model = kerax.models.model_from_json(target["config"])
            before, after = (
                [arrays[key] for key in sorted(arrays.files) if key.startswith(f"{target['name']}_{when}_w")]
                for when in ("before", "after")
            )
            model.set_weights(before)
            if "error" in target:
                with pytest.raises(ValueError, match="source.h5"):
                    model.load_weights(BY_NAME / "source.h5", **target["kwargs"])
            else:
                model.load_weights(BY_NAME / "source.h5", **target["kwargs"])
            assert_same(model.get_weights(), after, OUTPUT_TOLERANCE, target["name"])
            outputs = np.asarray(model(arrays["x_x4"]))
            np.testing.assert_allclose(outputs, arrays[f"{target['name']}_out"], **OUTPUT_TOLERANCE)
