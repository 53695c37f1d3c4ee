"""A flipped bit or a cut tail in a file that kerax wrote is refused."""

import numpy as np
import pytest

import kerax

FLIPS = 60
NAMES = ("m.keras", "m.h5", "m.weights.h5", "old.h5")


def compiled():
    model = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(3), kerax.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(np.ones((8, 4)), np.ones((8, 1)), verbose=0)
    return model


def save(model, path):
    (model.save if path.name in ("m.keras", "m.h5") else model.save_weights)(path)


def load(path):
    if path.name in ("m.keras", "m.h5"):
        return kerax.models.load_model(path)
    model = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(3), kerax.layers.Dense(1)])
    model.load_weights(path)
    return model


@pytest.mark.parametrize("name", NAMES)
def test_flips_and_cuts_are_refused(name, tmp_path):
    path = tmp_path / name
    save(compiled(), path)
    load(path)
    whole = path.read_bytes()
    rng = np.random.default_rng(1)
    places = [*rng.integers(0, len(whole), FLIPS), 0, len(whole) - 1, len(whole) - 9, len(whole) - 32]
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        with pytest.raises((ValueError, OSError), match=name):
            load(path)
    for end in (*rng.integers(0, len(whole), 12), len(whole) - 1, len(whole) - 32, len(whole) - 33):
        path.write_bytes(whole[:end])
        with pytest.raises((ValueError, OSError), match=name):
            load(path)


def test_large_files_are_summed_in_blocks(tmp_path):
    model = kerax.Sequential([kerax.Input((1500,)), kerax.layers.Dense(1500)])
    path = tmp_path / "m.weights.h5"
    model.save_weights(path)
    assert path.stat().st_size > 8 * 2**20
    model.load_weights(path)
    with open(path, "r+b") as file:
        file.seek(5 * 2**20)
        byte = file.read(1)[0]
        file.seek(5 * 2**20)
        file.write(bytes([byte ^ 16]))
    with pytest.raises(ValueError, match="checksum"):
        model.load_weights(path)
