"""K.ctc_decode: labels and scores of TensorFlow 2.15.1."""

import numpy as np
import pytest

from kerax import backend as K

PROBABILITIES = np.random.default_rng(0).random((2, 6, 4)).astype("float32")
PROBABILITIES /= PROBABILITIES.sum(-1, keepdims=True)
EXPECTED = {
    (True, 1): ([[[0, 1, 0, 2, -1, -1], [2, 1, 2, -1, -1, -1]]], [[4.950438976287842], [4.249791145324707]]),
    (False, 2): (
        [
            [[0, 2, 0, -1, -1, -1], [2, 1, -1, -1, -1, -1]],
            [[0, 2, 0, 2, -1, -1], [0, 1, -1, -1, -1, -1]],
        ],
        [[-3.187847137451172, -3.2027509212493896], [-2.2183847427368164, -2.7134859561920166]],
    ),
}


@pytest.mark.parametrize(("greedy", "paths"), EXPECTED)
def test_as_tensorflow(greedy, paths):
    labels, scores = K.ctc_decode(PROBABILITIES, np.array([6, 4]), greedy=greedy, beam_width=8, top_paths=paths)
    wanted, wanted_scores = EXPECTED[greedy, paths]
    assert [np.asarray(path).tolist() for path in labels] == wanted
    np.testing.assert_allclose(scores, wanted_scores, rtol=1e-5)
