"""Weights and optimizer state through Orbax."""

import numpy as np
import pytest

import kerax

pytest.importorskip("orbax.checkpoint")
X, Y = np.ones((4, 2), np.float32), np.ones((4, 1), np.float32)


def model(units=3):
    one = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(units), kerax.layers.Dense(1)])
    one.compile("adam", "mse")
    one.train_on_batch(X, Y)
    return one


@pytest.mark.filterwarnings("ignore")
def test_round_trip_with_the_optimizer(tmp_path):
    one, other = model(), model()
    for _ in range(2):
        one.save_weights(tmp_path / "w.orbax")
    assert not other.load_weights(tmp_path / "w.orbax").is_partial
    assert float(one.train_on_batch(X, Y)) == float(other.train_on_batch(X, Y))
    assert float(one.train_on_batch(X, Y)) == float(other.train_on_batch(X, Y))
    wrong = model(5)
    before = wrong.get_weights()
    with pytest.raises(ValueError, match="has shape"):
        wrong.load_weights(tmp_path / "w.orbax")
    assert all(np.array_equal(a, b) for a, b in zip(before, wrong.get_weights(), strict=True))
    with pytest.raises(FileNotFoundError, match="x.orbax"):
        wrong.load_weights(tmp_path / "x.orbax")
    (tmp_path / "y.orbax").mkdir()
    with pytest.raises(ValueError, match="no Orbax checkpoint"):
        wrong.load_weights(tmp_path / "y.orbax")
