"""A fixed sample of Keras's own tests passes; what fails is known, with its reason (docs/conformance.md)."""

import json
from pathlib import Path

import pytest

from tests.conformance.run import chosen, run

SAMPLE = 8  # tests an area
KNOWN = json.loads((Path(__file__).parent / "known_failures.json").read_text(encoding="utf-8"))
AREAS = (
    "activations",
    "constraints",
    "initializers",
    "layers/activations",
    "layers/attention",
    "layers/base",
    "layers/convolutional",
    "layers/core",
    "layers/merging",
    "layers/normalization",
    "layers/pooling",
    "layers/regularization",
    "layers/reshaping",
    "layers/rnn",
    "losses",
    "metrics",
    "models/cloning",
    "ops/core",
    "ops/einops",
    "ops/function",
    "ops/image",
    "ops/linalg",
    "ops/math",
    "ops/nn",
    "ops/numpy",
    "ops/operation",
    "optimizers",
    "random",
    "regularizers",
    "schedules",
)


def test_known_failures_are_listed_tests():
    listed = {test for tests in chosen().values() for test in tests}
    assert set(KNOWN) <= listed
    assert all(KNOWN.values()), "a reason is missing"


@pytest.mark.slow
def test_a_sample_of_keras_tests_passes():
    sample = {area: tests for area, tests in chosen(sample=SAMPLE).items() if area in AREAS}
    assert set(sample) == set(AREAS)
    records = run([test for tests in sample.values() for test in tests if test not in KNOWN])
    failed = [
        f"{test}: {records.get(test, {}).get('err', 'not collected')[:200]}"
        for tests in sample.values()
        for test in tests
        if test not in KNOWN and records.get(test, {}).get("outcome") != "passed"
    ]
    assert not failed, "\n".join(failed)
