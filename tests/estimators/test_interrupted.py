"""Training that is killed goes on from its directory and ends with the same bits."""

import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import kerax
from kerax.train import load_checkpoint

STEPS = 120
SCRIPT = """
import logging, sys
import numpy as np
import kerax

E, fc = kerax.estimators, kerax.feature_column
E.logs.logger.setLevel(logging.ERROR)
generator = np.random.default_rng(0)
x = generator.normal(size=(200, 4)).astype("float32")
word = generator.choice(["a", "b", "c"], 200)
y = (x[:, 0] > 0).astype("int64")
columns = [fc.numeric_column("x", 4), fc.embedding_column(fc.categorical_column_with_hash_bucket("word", 9), 2)]


def input_fn():
    data = kerax.data.Dataset.from_tensor_slices(({{"x": x, "word": word}}, y))
    return data.shuffle(200, seed=3).repeat().batch(16)


class Slow(E.SessionRunHook):
    def after_run(self, context, values):
        import time
        time.sleep({delay})
        print("step", flush=True)


config = E.RunConfig(tf_random_seed=1, save_checkpoints_steps=7, keep_checkpoint_max=2)
model = E.DNNClassifier([8], columns, sys.argv[1], optimizer="Adam", dropout=0.3, config=config)
model.train(input_fn, hooks=[Slow()] if {delay} else [], max_steps={steps})
"""


def start(folder, delay):
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-c", SCRIPT.format(delay=delay, steps=STEPS), folder]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def final(folder):
    reader = load_checkpoint(folder)
    names = [name for name in reader.get_variable_to_shape_map() if not name.startswith("kerax/")]
    return {name: reader.get_tensor(name) for name in names}


def finish(folder):
    process = start(folder, 0)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("whole"))
    finish(folder)
    return final(folder)


def kill(folder, sign, steps):
    """Starts training and sends a signal after some steps."""
    process = start(folder, 0.002)
    for _ in range(steps):
        assert process.stdout.readline(), process.stderr.read()
    time.sleep(random.Random(steps).uniform(0, 0.01))
    process.send_signal(sign)
    process.communicate(timeout=60)
    return process.returncode


def same(found, expected):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)


def leftovers(folder):
    kept = {os.path.basename(p) for p in kerax.train.get_checkpoint_state(folder).all_model_checkpoint_paths}
    names = [name for name in os.listdir(folder) if name != "checkpoint" and "tfevents" not in name]
    return [name for name in names if not any(name.startswith(f"{one}.") for one in kept)]


@pytest.mark.slow
def test_killed_twice_ends_with_the_same_bits(tmp_path, uninterrupted):
    folder, generator = str(tmp_path), random.Random(5)
    for _ in range(2):
        assert kill(folder, signal.SIGKILL, generator.randrange(2, 40)) == -signal.SIGKILL
    finish(folder)
    same(final(folder), uninterrupted)
    assert not leftovers(folder)


def test_terminated_loses_nothing(tmp_path, uninterrupted):
    folder = str(tmp_path)
    assert kill(folder, signal.SIGTERM, 10) == -signal.SIGTERM
    step = int(load_checkpoint(folder).get_tensor("global_step"))
    assert step >= 10 and step % 7, "saved at the step at hand, not at the last interval"
    finish(folder)
    same(final(folder), uninterrupted)


def test_killed_while_a_checkpoint_is_written(tmp_path, uninterrupted):
    folder = str(tmp_path)
    code = SCRIPT.format(delay=0, steps=STEPS).replace(
        "config =",
        """
import os
calls = [0]
replace = os.replace
def torn(source, target):
    calls[0] += 1
    if calls[0] == {count}:
        os.kill(os.getpid(), 9)
    return replace(source, target)
os.replace = torn
config =""",
    )
    environment = {**os.environ, "JAX_PLATFORMS": "cpu"}
    for count in (8,):  # the kill comes before one of data, index and list is in place
        command = [sys.executable, "-c", code.replace("{count}", str(count)), folder]
        process = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert process.returncode == -signal.SIGKILL, process.stderr
    finish(folder)
    same(final(folder), uninterrupted)
    assert not leftovers(folder)
