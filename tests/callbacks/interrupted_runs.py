"""Runs to interrupt: a model with dropout and Adam, on every kind of data."""

import multiprocessing
import os
import random
import signal
import time

import numpy as np

import kerax
from kerax import callbacks

ROWS, BATCH = 28, 7


def _rows():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, 3)).astype("float32")
    return x, (x.sum(1, keepdims=True) + rng.normal(size=(ROWS, 1))).astype("float32")


class Shuffled(kerax.utils.PyDataset):
    """Draws from numpy's global generator, as many do."""

    def __init__(self):
        super().__init__()
        self.x, self.y = _rows()
        self.indices = np.arange(ROWS)

    def __len__(self):
        return ROWS // BATCH

    def __getitem__(self, index):
        rows = self.indices[index * BATCH : (index + 1) * BATCH]
        return self.x[rows] + np.random.normal(0, 0.01, (BATCH, 3)).astype("float32"), self.y[rows]

    def on_epoch_end(self):
        np.random.shuffle(self.indices)


class Loader:
    """Can be iterated again and again, and cannot tell where it is."""

    def __iter__(self):
        x, y = _rows()
        order = np.random.permutation(ROWS)
        for rows in np.split(order, ROWS // BATCH):
            yield x[rows], y[rows]


def _pipeline(seed=None, **options):
    return kerax.data.Dataset.from_tensor_slices(_rows()).shuffle(ROWS, seed=seed, **options)


def _generator():
    x, y = _rows()
    order = np.random.default_rng(1)
    while True:
        rows = order.integers(0, ROWS, BATCH)
        yield x[rows], y[rows]


# Name -> (data, steps per epoch).
DATA = {
    "arrays": (_rows, None),
    "arrays_by_steps": (_rows, 2),
    "pipeline": (lambda: _pipeline().batch(BATCH), None),
    "pipeline_without_end": (lambda: _pipeline().batch(BATCH).repeat(), 3),
    "stream": (lambda: _pipeline().map(lambda x, y: (x * 2, y)).batch(BATCH), None),
    "small_buffer": (lambda: kerax.data.Dataset.from_tensor_slices(_rows()).shuffle(9).batch(BATCH), None),
    "stream_without_end": (lambda: _pipeline().repeat().batch(BATCH), 3),
    "generator": (_generator, 4),
    "sequence": (Shuffled, None),
    "loader": (Loader, None),
}


class Recorder(callbacks.Callback):
    """A user's callback with a state."""

    def __init__(self):
        self.losses = []

    def on_epoch_end(self, epoch, logs=None):
        self.losses.append(logs["loss"])


def build():
    kerax.utils.clear_session()
    model = kerax.Sequential([
        kerax.Input((3,)), kerax.layers.Dense(8, activation="relu"), kerax.layers.Dropout(0.4),
        kerax.layers.BatchNormalization(), kerax.layers.Dense(1),
    ])  # fmt: skip
    model.compile(kerax.optimizers.Adam(0.02), "mse", metrics=["mae"])
    return model


def result_of(model, history):
    arrays = [v.numpy() for v in (*model.variables, *model.optimizer.variables)]
    logs = {f"log {name}": np.array(values) for name, values in history.history.items()}
    return {**{f"{i:02d}": array for i, array in enumerate(arrays)}, **logs, "epochs": np.array(history.epoch)}


_process = [0]
_models = {}


def _fresh(rows, going_on):
    """A model as a new process would build it; compiled once, since compiling is what takes time."""
    if "it" not in _models:
        model = build()
        model.fit(*rows, epochs=1, verbose=0)
        first = [np.full(v.shape, 0.1 * (i + 1), v.dtype) for i, v in enumerate(model.variables)]
        kept = [np.array(0.02 if v.name == "learning_rate" else 0, v.dtype) for v in model.optimizer.variables]
        _models["it"] = (model, first, kept)
    model, first, kept = _models["it"]
    chance = np.random.default_rng(5)
    for variable, value in zip(model.variables, first):
        noise = chance.normal(size=value.shape).astype(value.dtype)
        variable.assign(value + 1 if going_on else value + noise)
    for variable, value in zip(model.optimizer.variables, kept):
        variable.assign(np.broadcast_to(value, variable.shape))
    return model


def fit(kind, given, epochs=3):
    """A run as in a process of its own: one that goes on must bring all seeds along, so it is given others."""
    _process[0] += 1
    make, steps = DATA[kind]
    going_on = _keeps(given)
    model = _fresh(_rows(), going_on)
    kerax.utils.set_random_seed(100 + (_process[0] if going_on else 0))
    data = make()
    x, y = data if isinstance(data, tuple) else (data, None)
    options = {} if y is None else {"batch_size": BATCH}
    history = model.fit(
        x, y, epochs=epochs, steps_per_epoch=steps, verbose=0, callbacks=given, validation_data=_rows(), **options
    )
    return result_of(model, history)


def _keeps(given):
    """Whether a run goes on from a backup."""
    folders = [one.backup_dir for one in given if isinstance(one, callbacks.BackupAndRestore)]
    return any(os.path.exists(os.path.join(folder, "latest.backup")) for folder in folders)


class Report(callbacks.Callback):
    """Says how far the run is; sleeps so that there is time to interrupt it."""

    kept_in_backup = ()

    def __init__(self, say):
        self.say, self.batches = say, 0

    def on_train_batch_end(self, batch, logs=None):
        self.say(f"batch {self.batches}")
        self.batches += 1
        time.sleep(0.004)


def child(folder, kind, out, epochs=25):
    """One life of a run, in a process of its own."""
    given = [callbacks.BackupAndRestore(folder, save_freq=3), Report(lambda text: print(text, flush=True))]
    np.savez(out, **fit(kind, given, epochs))


def _life(folder, out, pipe, epochs):
    given = [Report(pipe.send)]
    if folder is not None:
        given.append(callbacks.BackupAndRestore(folder, save_freq=3, double_checkpoint=True))
    np.savez(out, **fit("arrays", given, epochs))


def kill_often(tmp_path, lives, seed):
    """Kills a run at random moments, lets it end, and returns ``(kills, its result, that of an uninterrupted one)``."""
    chance = random.Random(seed)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kerax", "kerax.callbacks", "kerax.training", __name__])
    kills = 0
    for life in range(lives + 2):
        mine, theirs = context.Pipe(duplex=False)
        folder = None if life == lives + 1 else str(tmp_path / "backup")
        out = tmp_path / ("expected.npz" if folder is None else "found.npz")
        process = context.Process(target=_life, args=(folder, str(out), theirs, 20))
        process.start()
        theirs.close()
        if life < lives:
            for _ in range(chance.randint(3, 8)):
                mine.recv()
            time.sleep(chance.random() * 0.01)
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        process.join()
        assert process.exitcode == (-signal.SIGKILL if life < lives else 0), (life, process.exitcode)
        mine.close()
    return kills, dict(np.load(tmp_path / "found.npz")), dict(np.load(tmp_path / "expected.npz"))
