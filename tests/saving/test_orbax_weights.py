"""Weights and optimizer state through Orbax."""

import os
import pathlib
import socket
import subprocess
import sys
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import Mesh, NamedSharding, PartitionSpec

import kerax
from kerax.saving.orbax_weights import save_orbax_weights
from kerax.saving.piece_checksums import damaged_piece, piece_sums
from kerax.utils.crc32c import crc32c

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


@pytest.mark.filterwarnings("ignore")
def test_flipped_bits_are_refused(tmp_path):
    one = kerax.Sequential([kerax.Input((40,)), kerax.layers.Dense(50)])
    one.save_weights(tmp_path / "w.orbax")
    weights = one.get_weights()
    largest = max((file for file in (tmp_path / "w.orbax").rglob("*") if file.is_file()), key=os.path.getsize)
    whole, rng = largest.read_bytes(), np.random.default_rng(0)
    for place in rng.integers(0, len(whole), 12):
        largest.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << int(rng.integers(8))]) + whole[place + 1 :])
        with pytest.raises(ValueError, match=r"w\.orbax"):
            one.load_weights(tmp_path / "w.orbax")
        assert all(np.array_equal(a, b) for a, b in zip(weights, one.get_weights(), strict=True))
    largest.write_bytes(whole)
    assert not one.load_weights(tmp_path / "w.orbax").unused


@pytest.mark.filterwarnings("ignore")
def test_in_the_background_it_holds_the_values_of_the_moment(tmp_path):
    one, other = model(), model()
    kept = one.get_weights()
    checkpointer = save_orbax_weights(one, tmp_path / "w.orbax", wait=False)
    one.set_weights([weight + 1 for weight in kept])
    one.train_on_batch(X, Y)
    checkpointer.wait_until_finished()
    checkpointer.close()
    assert not other.load_weights(tmp_path / "w.orbax").is_partial
    assert all(np.array_equal(a, b) for a, b in zip(kept, other.get_weights(), strict=True))


def spread(one, mesh, fill):
    """Puts weights on all devices of a mesh, by rows where they can be divided."""
    for box in one.weights:
        values = fill(box.shape)
        divided = PartitionSpec("x") if box.shape[0] % mesh.size == 0 else PartitionSpec()
        sharding = NamedSharding(mesh, divided)
        box.assign(jax.make_array_from_callback(box.shape, sharding, lambda index, values=values: values[index]))


def numbers(shape):
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def wide():
    return kerax.Sequential([kerax.Input((8,)), kerax.layers.Dense(3)])


@pytest.mark.devices(8)
@pytest.mark.filterwarnings("ignore")
def test_sharded_weights_come_back_onto_their_devices(tmp_path):
    mesh = Mesh(np.array(jax.devices()), ("x",))
    one, other, whole = wide(), wide(), wide()
    spread(one, mesh, numbers)
    one.save_weights(tmp_path / "w.orbax")
    spread(other, mesh, np.zeros)
    other.load_weights(tmp_path / "w.orbax")
    kernel = other.layers[0].kernel.read()
    assert kernel.sharding.spec == PartitionSpec("x") and len(kernel.addressable_shards) == 8
    assert {shard.data.shape for shard in kernel.addressable_shards} == {(1, 3)}
    whole.load_weights(tmp_path / "w.orbax")  # a model on one device
    for found in (other, whole):
        assert all(np.array_equal(a, numbers(a.shape)) for a in found.get_weights())


@pytest.mark.devices(8)
def test_pieces_are_summed_up_as_the_writer_has_them_and_checked_as_the_reader_has_them():
    mesh = Mesh(np.array(jax.devices()).reshape(4, 2), ("x", "y"))
    for shape, written, grid in (
        ((8, 6), PartitionSpec("x", "y"), (4, 2)),
        ((8, 6), PartitionSpec(("x", "y")), (8, 1)),
        ((8, 6), PartitionSpec(None, "y"), (1, 2)),
        ((), PartitionSpec(), ()),
        ((0, 4), PartitionSpec(None, "x"), (1, 4)),
    ):
        values = numbers(shape)
        sums = piece_sums(jax.device_put(values, NamedSharding(mesh, written)))
        assert sums.shape == grid and sums.dtype == np.uint32
        for read in (PartitionSpec(), PartitionSpec("x"), PartitionSpec("y", None), PartitionSpec(None, "y")):
            sharding = NamedSharding(mesh, read if shape == (8, 6) else PartitionSpec())
            assert damaged_piece(jax.device_put(values, sharding), sums) is None
            if shape == (8, 6):
                wrong = values.copy()
                wrong[5, 4] += 1
                region = damaged_piece(jax.device_put(wrong, sharding), sums)
                assert wrong[region].size == 48 // np.prod(grid) and np.any(wrong[region] != values[region])
    with pytest.raises(ValueError, match="pieces for an array"):
        damaged_piece(np.zeros((3, 4)), np.zeros((2, 1), np.uint32))


def test_a_host_checks_the_pieces_that_it_has():
    """Of an array of which other hosts have the other half, in shards that are not those of the writer."""
    values = numbers((8, 6))
    sums = np.array([[crc32c(np.ascontiguousarray(values[i : i + 2]))] for i in range(0, 8, 2)], np.uint32)
    parts = [SimpleNamespace(index=(slice(i, i + 1), slice(None)), data=values[i : i + 1]) for i in range(5)]
    mine = SimpleNamespace(shape=(8, 6), addressable_shards=parts)
    assert damaged_piece(mine, sums) is None
    sums[2:] += 1
    assert damaged_piece(mine, sums) is None  # row 5 is elsewhere: that host checks
    values[3, 3] = -1
    assert damaged_piece(mine, sums) == (slice(2, 4), slice(0, 6))


HOST = """
import os, sys
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"
import jax
jax.config.update("jax_cpu_collectives_implementation", "gloo")
jax.distributed.initialize(sys.argv[2], 2, int(sys.argv[1]))
import numpy as np
from tests.saving.test_orbax_weights import Mesh, numbers, spread, wide
assert jax.process_count() == 2 and len(jax.devices()) == 4 and len(jax.local_devices()) == 2
mesh = Mesh(np.array(jax.devices()), ("x",))
one, other = wide(), wide()
spread(one, mesh, numbers)
spread(other, mesh, np.zeros)
for _ in range(2):  # the second time an earlier one is replaced
    one.save_weights(sys.argv[3])
    assert not other.load_weights(sys.argv[3]).is_partial
for a, b in zip(one.weights, other.weights, strict=True):
    for mine, theirs in zip(a.read().addressable_shards, b.read().addressable_shards, strict=True):
        assert mine.index == theirs.index and np.array_equal(mine.data, theirs.data)
import kerax.saving.orbax_weights as module
right = module.piece_sums
def wrong(array):  # of a piece that the second host has
    sums = right(array)
    index, shape = sums.sharding, sums.shape
    if shape != (4, 1):
        return sums
    def damaged(place):
        part = next(shard for shard in sums.addressable_shards if shard.index == place)
        return np.asarray(part.data) + (place[0].start == 3)
    return jax.make_array_from_callback(shape, index, damaged)
module.piece_sums = wrong
one.save_weights(sys.argv[3].replace("w.orbax", "x.orbax"))
spread(other, mesh, np.zeros)
try:
    other.load_weights(sys.argv[3].replace("w.orbax", "x.orbax"))
except ValueError as error:
    assert ("checksum of weights.layers.dense.kernel[6:8, 0:3]" in str(error)) == (sys.argv[1] == "1"), error
    assert all(not np.any(np.asarray(part.data)) for box in other.weights for part in box.read().addressable_shards)
else:
    raise AssertionError("a wrong checksum went unnoticed")
print("host", sys.argv[1], "is done")
"""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_two_hosts_write_their_own_parts(tmp_path):
    """Two processes on the loopback device, each with two of the four devices of a mesh."""
    root = pathlib.Path(kerax.__file__).parents[1]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-W", "ignore", "-c", HOST]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    hosts = [
        subprocess.Popen(
            [*command, str(number), address, str(tmp_path / "w.orbax")],
            cwd=root, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        for number in range(2)
    ]  # fmt: skip
    try:
        for number, host in enumerate(hosts):
            said, _ = host.communicate(timeout=240)
            assert f"host {number} is done" in said, said[-3000:]
    finally:
        for host in hosts:
            host.kill()
            host.wait()
    alone = wide()
    alone.load_weights(tmp_path / "w.orbax")
    assert all(np.array_equal(a, numbers(a.shape)) for a in alone.get_weights())


@pytest.mark.filterwarnings("ignore")
def test_arrays_that_nobody_asked_for_are_bounded(tmp_path):
    """Whatever the files say of themselves, Orbax would make room for it."""
    import orbax.checkpoint as ocp

    tree = {"weights": {"layers.dense.kernel": jnp.ones((2, 3)), "big": jnp.zeros((16_000_000,))}}
    checkpointer = ocp.StandardCheckpointer()
    checkpointer.save(tmp_path / "w.orbax", tree)
    checkpointer.wait_until_finished()
    checkpointer.close()
    one = model()
    before = one.get_weights()
    with pytest.raises(ValueError, match=r"w\.orbax.*64000000 bytes of arrays that the model has not"):
        one.load_weights(tmp_path / "w.orbax", skip_mismatch=True)
    assert all(np.array_equal(a, b) for a, b in zip(before, one.get_weights(), strict=True))
