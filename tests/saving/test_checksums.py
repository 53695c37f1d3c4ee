"""A flipped bit or a cut tail in a file that kerax wrote is refused."""

import numpy as np
import pytest

import kerax
from kerax.saving.checksum import BlockSum

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


def sum_of(data, *cuts):
    found = BlockSum()
    for start, end in zip((0, *cuts), (*cuts, len(data)), strict=True):
        found.add(memoryview(data)[start:end])
    return found.value()


def test_the_sum_of_a_block_tells_damage_and_not_pieces():
    rng = np.random.default_rng(0)
    for size in (0, 1, 7, 8, 4072, 4073, 100_001):
        data = rng.bytes(size)
        whole = sum_of(data)
        for _ in range(20):
            assert sum_of(data, *sorted(rng.integers(0, size + 1, 5).tolist())) == whole
        for bit in rng.integers(0, 8 * size, 50) if size else ():
            flipped = bytearray(data)
            flipped[bit // 8] ^= 1 << bit % 8
            assert sum_of(flipped) != whole
        assert size in (0, 1) or sum_of(data[:-1]) != whole
    pages = [data[i : i + 4096] for i in range(0, 98_304, 4096)]
    for i, j in rng.integers(0, len(pages), (50, 2)):
        swapped = list(pages)
        swapped[i], swapped[j] = swapped[j], swapped[i]
        assert (sum_of(b"".join(swapped)) == sum_of(b"".join(pages))) == (i == j)
    lost = [*pages[:3], bytes(4096), *pages[4:]]
    assert sum_of(b"".join(lost)) != sum_of(b"".join(pages))
