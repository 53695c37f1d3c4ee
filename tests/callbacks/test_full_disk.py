"""A disk that is full or becomes read-only: one error that names the path, earlier files whole, nothing left about."""

import os
import subprocess
import sys
import tempfile

import numpy as np
import pytest

import kerax
from kerax import callbacks
from kerax.utils import atomic

resource = pytest.importorskip("resource")
X, Y = np.ones((4, 30), "float32"), np.ones((4, 1), "float32")


def build():
    kerax.utils.clear_session()
    model = kerax.Sequential([kerax.Input((30,)), kerax.layers.Dense(40), kerax.layers.Dense(1)])
    model.compile("adam", "mse")
    return model


class Disk(callbacks.Callback):
    """From the third epoch on no file gets longer than ``most`` bytes, or none can be made at all."""

    kept_in_backup = ()

    def __init__(self, most, monkeypatch):
        self.most, self.monkeypatch, self.before = most, monkeypatch, {}
        self.limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def contents(self, folder):
        return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def on_epoch_begin(self, epoch, logs=None):
        if epoch != 2:
            return
        self.before = self.contents(self.folder)
        if self.most is None:
            self.monkeypatch.setattr(tempfile, "mkstemp", self.refuse)
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.most, self.limits[1]))

    def refuse(self, **_):
        raise OSError(30, "Read-only file system")

    def mend(self):
        self.monkeypatch.undo()
        resource.setrlimit(resource.RLIMIT_FSIZE, self.limits)

    def train(self, saving, folder):
        self.folder = folder
        try:
            build().fit(X, Y, epochs=4, verbose=0, callbacks=[saving, self])
        finally:
            self.mend()


ENDINGS = [".weights.h5", ".keras", ".h5", ".safetensors", ".weights.json", "", ".orbax"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("ending", ENDINGS)
def test_checkpoints(ending, tmp_path, monkeypatch):
    if ending == ".orbax":
        pytest.importorskip("orbax.checkpoint")
    for most in (0, 3000) if ending == ".orbax" else (None, 0, 3000):
        folder = tmp_path / str(most)
        path = folder / ("same" + ending)
        saving = callbacks.ModelCheckpoint(path, save_weights_only=ending not in (".keras", ".h5"))
        disk = Disk(most, monkeypatch)
        with pytest.raises(OSError, match="Cannot write") as error:
            disk.train(saving, folder)
        assert str(folder) in str(error.value) and str(error.value).count("Cannot write") == 1
        assert disk.contents(folder) == disk.before  # also no temporary file
        if ending == ".keras":
            assert kerax.models.load_model(path).optimizer.iterations == 2
        else:
            build().load_weights(path)


@pytest.mark.parametrize("double", [False, True])
def test_backups(double, tmp_path, monkeypatch):
    for most in (None, 0, 3000):
        folder = tmp_path / str(most)
        disk = Disk(most, monkeypatch)
        with pytest.raises(OSError, match="Cannot write a backup of the run to '.*latest.backup'"):
            disk.train(callbacks.BackupAndRestore(folder, double_checkpoint=double), folder)
        assert disk.contents(folder) == disk.before
        seen = []
        note = callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: seen.append(epoch))  # noqa: B023
        model = build()
        model.fit(X, Y, epochs=4, verbose=0, callbacks=[callbacks.BackupAndRestore(folder), note])
        assert seen == [2, 3]
        assert model.optimizer.iterations == 4 and not folder.exists()


def test_what_a_killed_run_left_is_removed_when_the_next_begins(tmp_path):
    path = tmp_path / "m-{epoch}.weights.h5"
    saving = callbacks.ModelCheckpoint(path, save_weights_only=True)
    build().fit(X, Y, verbose=0, callbacks=[saving])
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        gone = process.pid
    machine = atomic._machine()
    left = [tmp_path / f".m-7.weights.h5.{machine}-{gone}.abc.tmp", tmp_path / "9.orbax.orbax-checkpoint-tmp"]
    mine = tmp_path / f".m-7.weights.h5.{machine}-{os.getpid()}.abc.tmp"
    others = tmp_path / f".n-7.weights.h5.{machine}-{gone}.abc.tmp"
    for one in (left[0], mine, others):
        one.write_text("half")
    left[1].mkdir()
    build().fit(X, Y, verbose=0, callbacks=[saving])
    assert not left[0].exists() and mine.exists() and others.exists()
    callbacks.OrbaxCheckpoint(tmp_path).on_train_begin()
    assert not left[1].exists()
