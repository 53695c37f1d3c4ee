"""Programs in TensorFlow's namespace return what they do with TensorFlow 2.15.1 (tests/golden/make_namespace.py)."""

import builtins

import numpy as np
import pytest

from tests.compat.test_expressions import maker, near

ANSWERS = maker.program_answers()
_ERRORS = {one["parts"][0]["python"] for one in ANSWERS["services.kinds_of_errors"]["parts"]}
PROGRAMS = maker.programs()
QUICK = {
    "descriptions.rows", "descriptions.strings", "extension_guide.vehicles", "extension_types.datasets",
    "extension_types.fields",
    "keras_layers.merging_and_shaping", "keras_more.applications", "keras_more.policies", "keras_more.preprocessing",
    "keras_training.callbacks", "keras_training.configurations", "linear_operators.functions", "services.configuration",
    "services.examples",
    "services.files", "services.kinds_of_errors", "services.modules", "services.parsing", "services.strategies",
    "services.summaries", "services.tables", "services.training", "version_one.linear_regression", "version_one.names",
    "version_one_names.constants", "version_one_names.files", "version_one_names.messages",
    "version_one_slots.kept_by_adam",
}  # fmt: skip
# Where kerax answers otherwise, on purpose: "program.case" -> why.
OTHERWISE = {
    "keras_layers.normalizing_and_attending.SpectralNormalization": "weights stand in Keras 3's order",
    "keras_training.optimizers.use_ema": "variables are overwritten one step earlier, as in Keras 3",
    "estimator_parts.estimators.parsed": "the exported program parses the Examples",
    "keras_steps.optimizers.averaged": "the same",
    "keras_training.callbacks.ModelCheckpoint": "it has min_delta as well, which its base class reads",
    "keras_training.losses.types": "float64 is a label, which losses do not keep",
    "keras_training.losses.other shapes": "ValueError",
    "keras_training.metrics.OneHotIoU": "weights of samples are whole numbers, as in Keras 3",
    "keras_training.metrics.OneHotMeanIoU": "the same",
    "keras_training.initializers.types": "float64 is a label, which initializers do not keep",
    "keras_more.utils.warmstart_embedding_matrix": "an array, as in Keras 3",
    "keras_more.models.subclassed": "paths of weights do not begin with the model's name",
    "keras_more.models.not built": "summary() shows what is known",
    "keras_more.models.weights of not built": "an empty list",
    "keras_more.models.wrong rank": "ValueError",
    "keras_more.backend.floatx": "kerax computes in 32 bits",
    "keras_more.backend.count_params": "a number of Python",
    "services.parsing.no features": "nothing is asked for, nothing comes",
    "services.parsing.broken": "InvalidArgumentError",
    "services.parsing.spec": "dtypes are names, shapes are tuples",
    "services.training.restore nothing": "FileNotFoundError, of which NotFoundError is a kind",
    "services.differentiation.unconnected": "a target that was not computed under the tape is an error that says so",
    "columns.columns.embedding of numbers": "refused at once",
    "columns.columns.sequence": "lengths are int32",
    "version_one.metrics.mean_iou": "the table of classes is float32",
    "columns.estimators.linear": "optimizers of either kind are taken",
    "version_one_heads.estimators.LinearEstimator": "heads of either version are taken",
    "version_one_heads.estimators.DNNEstimator": "the same",
}


def _same_error(expected, found):
    """Whether an answer is an error, and the other one too, of the first of its classes that others can name."""
    if set(expected.get("keys", ())) != {"error"}:
        return False
    kinds = [one["python"] for one in expected["keys"]["error"]["parts"]]
    named = next((kind for kind in kinds if hasattr(builtins, kind) or kind in _ERRORS), kinds[0])
    raised = [one["python"] for one in found.get("keys", {}).get("error", {}).get("parts", ())]
    assert named in raised, f"expected {named}, got {raised or found}"
    return True


def test_the_answers_are_of_the_programs():
    assert set(PROGRAMS) == set(ANSWERS)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=() if one in QUICK else pytest.mark.slow) for one in PROGRAMS]
)
def test_program(name, tf, tmp_path):
    found, expected = maker.run(PROGRAMS[name], tf, np, tmp_path), ANSWERS[name]
    wrong = []
    cases = expected["keys"] if "keys" in expected else {"": expected}
    for case, one in cases.items():
        if f"{name}.{case}" in OTHERWISE:
            continue
        try:
            if _same_error(one, found["keys"][case] if "keys" in expected else found):
                continue
            near(one, found["keys"][case] if "keys" in expected else found, f"{name}.{case}")
        except (AssertionError, KeyError) as error:
            wrong.append(f"{error}"[:700])
    assert not wrong, "\n".join(wrong)
