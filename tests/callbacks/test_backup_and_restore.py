"""A run that is interrupted and started again ends with the same bits as one that is not."""

import csv
import os
import signal
import stat
import subprocess
import sys
import threading
import zipfile

import numpy as np
import pytest

import kerax
from kerax import callbacks
from kerax.tape import jitted, programs

from .interrupted_runs import DATA, Recorder, build, fit, kill_often

HERE = os.path.dirname(__file__)


class Stop(callbacks.Callback):
    """Breaks a run off after so many batches."""

    kept_in_backup = ()

    def __init__(self, after):
        self.left = after

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def interrupted(kind, folder, stops, save_freq, extra=(), **options):
    """Runs with interruptions after so many batches each, in one process that forgets everything in between."""
    for stop in [*stops, None]:
        breaker = [Stop(stop)] if stop else []
        backup = callbacks.BackupAndRestore(folder, save_freq=save_freq, **options)
        try:
            return fit(kind, [backup, *breaker, *[make() for make in extra]])
        except KeyboardInterrupt:
            assert os.path.exists(os.path.join(folder, "latest.backup")) or stop < 4
    raise AssertionError


def same(found, expected):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(np.asarray(found[name]), np.asarray(value), err_msg=name)


@pytest.mark.parametrize("kind", sorted(DATA))
def test_every_kind_of_data_goes_on_in_the_middle_of_epochs(kind, tmp_path):
    """Twelve batches, three epochs; interruptions in each, one right behind a backup, one after the last batch."""
    expected = fit(kind, [Stop(0)])  # the same hooks, so that it runs the same programs
    found = interrupted(kind, str(tmp_path / "b"), [5, 2, 3], save_freq=2)
    same(found, expected)
    assert not os.path.exists(tmp_path / "b")


@pytest.mark.parametrize("kind", ["arrays", "pipeline", "sequence"])
def test_between_epochs(kind, tmp_path):
    same(interrupted(kind, str(tmp_path / "b"), [6, 7], save_freq="epoch"), fit(kind, [Stop(0)]))


class Taped(kerax.Sequential):
    """Writes its training step itself, with a tape."""

    def train_step(self, data):
        x, y = data
        with kerax.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "eager"), [(Taped, True), (kerax.Sequential, True)])
def test_steps_of_ones_own_and_eager_ones(kind, eager, tmp_path):
    def run(folder, stop):
        kerax.utils.clear_session()
        kerax.utils.set_random_seed(3)
        layers = [kerax.layers.Dense(8, activation="relu"), kerax.layers.Dropout(0.4)]
        model = kind([kerax.Input((3,)), *layers, kerax.layers.BatchNormalization(), kerax.layers.Dense(1)])
        model.compile(kerax.optimizers.Adam(0.02), "mse", run_eagerly=eager)
        backup = callbacks.BackupAndRestore(folder, save_freq=2)
        model.fit(*DATA["arrays"][0](), batch_size=7, epochs=2, verbose=0, callbacks=[backup, Stop(stop)])
        return {v.path: v.numpy() for v in (*model.variables, *model.optimizer.variables)}

    expected = run(tmp_path / "a", 0)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "b", 3)
    programs._programs.clear()
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "c", 1)
    assert "seen" not in programs._programs.values()  # the first step runs the same program as all others
    programs._programs.clear()  # as in a new process
    same(run(tmp_path / "b", 0), expected)
    assert jitted._runs_kept == [0]


def test_bundled_steps_are_cut_where_a_backup_is_due(tmp_path):
    """Without hooks for batches many steps run in one call; the backups change neither that nor a bit."""
    expected, seen = fit("arrays", []), []
    backup = callbacks.BackupAndRestore(tmp_path / "b", save_freq=3)
    write = backup.write
    backup.write = lambda facts, arrays: (seen.append((facts["epoch"], facts["done"])), write(facts, arrays))
    same(fit("arrays", [backup]), expected)
    assert seen == [(0, 3), (1, 2), (2, 1), (2, 4)]


def test_states_of_other_callbacks(tmp_path):
    def others():
        return [
            callbacks.EarlyStopping("loss", patience=1, min_delta=0.02, restore_best_weights=True),
            callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=0.05),
            callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
            Recorder(),
        ]

    whole = others()
    expected = fit("arrays", [Stop(0), *whole, callbacks.CSVLogger(tmp_path / "a.csv")], epochs=6)
    parts = None
    for stop in (5, 3, 6, None):
        parts = others()
        backup = callbacks.BackupAndRestore(tmp_path / "backup", save_freq=2)
        try:
            found = fit("arrays", [backup, Stop(stop or 0), *parts, callbacks.CSVLogger(tmp_path / "b.csv")], epochs=6)
        except KeyboardInterrupt:
            continue
    same(found, expected)
    assert parts[3].losses == whole[3].losses and parts[0].best_epoch == whole[0].best_epoch
    rows = [list(csv.reader((tmp_path / f"{name}.csv").read_text().splitlines())) for name in "ab"]
    assert rows[0] == rows[1] and len(rows[0]) > 3


def test_a_run_that_had_stopped_itself_stays_stopped(tmp_path):
    class Once(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                self.model.stop_training = True

    def go(more):
        return fit("arrays", [*more, Once()], epochs=5)

    backup = callbacks.BackupAndRestore(tmp_path / "b", delete_checkpoint=False)
    expected = go([backup])
    assert os.listdir(tmp_path / "b") == ["latest.backup"]
    same(go([callbacks.BackupAndRestore(tmp_path / "b")]), expected)
    assert not (tmp_path / "b").exists()


def test_a_damaged_backup(tmp_path):
    expected = fit("arrays", [Stop(0)])
    for double in (True, False):
        folder = tmp_path / str(double)
        with pytest.raises(KeyboardInterrupt):
            fit("arrays", [callbacks.BackupAndRestore(folder, 2, double_checkpoint=double), Stop(7)])
        assert sorted(os.listdir(folder)) == (["latest.backup"] + ["previous.backup"] * double)
        damage = bytearray((folder / "latest.backup").read_bytes())
        damage[len(damage) // 2] ^= 1
        (folder / "latest.backup").write_bytes(damage)
        again = callbacks.BackupAndRestore(folder, 2, double_checkpoint=double)
        if double:
            with pytest.warns(UserWarning, match=r"latest.backup' is damaged.*previous.backup"):
                same(fit("arrays", [again, Stop(0)]), expected)
        else:
            with pytest.raises(ValueError, match=r"latest.backup' is damaged.*Remove the folder"):
                fit("arrays", [again])


def test_the_backup_of_another_model_is_refused(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fit("arrays", [callbacks.BackupAndRestore(tmp_path, 2), Stop(3)])
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(5, name="other"), kerax.layers.Dense(1)])
    model.compile("adam", "mse")
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"another model: for 'params/.*float32 of shape \(3, 5\)"):
        model.fit(np.zeros((8, 3)), np.zeros((8, 1)), verbose=0, callbacks=[callbacks.BackupAndRestore(tmp_path)])
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_other_data_in_the_middle_of_an_epoch_are_refused(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fit("arrays", [callbacks.BackupAndRestore(tmp_path, 2), Stop(3)])
    with pytest.raises(ValueError, match=r"cannot go on from .*rows=28; now it is 12"):
        model = build()
        x, y = np.zeros((12, 3), "float32"), np.zeros((12, 1), "float32")
        model.fit(x, y, batch_size=7, verbose=0, callbacks=[callbacks.BackupAndRestore(tmp_path)])


def test_arguments(tmp_path):
    for wrong in ("", None):
        with pytest.raises(ValueError, match="must name a folder"):
            callbacks.BackupAndRestore(wrong)
    for wrong in ("batch", 0.15, 0, True):
        with pytest.raises(ValueError, match="'epoch' or a number of batches"):
            callbacks.BackupAndRestore("b", save_freq=wrong)
    two = [callbacks.BackupAndRestore(tmp_path), callbacks.BackupAndRestore(tmp_path)]
    with pytest.raises(ValueError, match="2 BackupAndRestore"):
        fit("arrays", two)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


# ---- what the machine does -------------------------------------------------------------------------------------------
def test_an_unwritable_folder_is_refused_before_the_first_step(tmp_path):
    (tmp_path / "file").write_text("")
    recorder = Recorder()
    with pytest.raises(OSError, match="BackupAndRestore cannot write to the folder"):
        fit("arrays", [callbacks.BackupAndRestore(tmp_path / "file" / "b"), recorder])
    assert recorder.losses == []
    if os.geteuid():  # root may write everywhere
        os.chmod(tmp_path, stat.S_IRUSR | stat.S_IXUSR)
        with pytest.raises(OSError, match="cannot write"):
            fit("arrays", [callbacks.BackupAndRestore(tmp_path / "b")])
        os.chmod(tmp_path, stat.S_IRWXU)


def test_a_full_disk_leaves_the_earlier_backup(tmp_path, monkeypatch):
    """The write fails at its first, second, third ... call, until it succeeds."""
    folder = tmp_path / "b"
    whole = zipfile.ZipFile.open
    for failing in range(0, 40, 6):
        calls = [0]

        def full(self, name, mode="r", *args, _n=failing, _calls=calls, **kwargs):
            if mode == "w":
                _calls[0] += 1
                if _calls[0] > 40 + _n:
                    raise OSError(28, "No space left on device")
            return whole(self, name, mode, *args, **kwargs)

        monkeypatch.setattr(zipfile.ZipFile, "open", full)
        with pytest.raises(OSError, match=r"Cannot write a backup of the run to .*latest.backup.*No space left"):
            fit("arrays", [callbacks.BackupAndRestore(folder, 1)], epochs=50)
        monkeypatch.undo()
        assert os.listdir(folder) == ["latest.backup"]


CHILD = "import sys; sys.path.insert(0, {path!r}); import interrupted_runs as r; r.child({folder!r}, {kind!r}, {out!r})"


def child(folder, kind, out):
    code = CHILD.format(path=HERE, folder=str(folder), kind=kind, out=str(out))
    environment = {**os.environ, "JAX_PLATFORMS": "cpu"}
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)


def test_sigterm_saves_at_the_next_step_and_exits(tmp_path):
    process = child(tmp_path / "b", "arrays", tmp_path / "out")
    for line in process.stdout:
        if line.startswith("batch 7"):
            process.send_signal(signal.SIGTERM)
            break
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait(60) == 128 + signal.SIGTERM
    assert "the run is saved in" in rest
    backup = callbacks.BackupAndRestore(tmp_path / "b").read()
    done = len([line for line in rest.splitlines() if line.startswith("batch")]) + 8
    assert backup.facts["step"] == done  # nothing is lost
    assert sorted(os.listdir(tmp_path / "b")) == ["latest.backup"]


@pytest.mark.parametrize("hook", ["on_test_begin", "on_epoch_end", "on_train_batch_end"])
def test_sigterm_at_any_time(hook, tmp_path):
    """Also in the middle of a validation, and with a handler of the program's own, which is called after the backup."""
    expected, told = fit("pipeline", [Stop(0)]), []
    count = [0]

    def ask(*_):
        count[0] += 1
        if count[0] == 2:
            signal.raise_signal(signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, lambda *_: told.append((tmp_path / "latest.backup").exists()))
    try:
        asking = callbacks.LambdaCallback(**{hook: ask})
        with pytest.raises(SystemExit) as end:
            fit("pipeline", [callbacks.BackupAndRestore(tmp_path, save_freq=100), Stop(0), asking])
        assert end.value.code == 128 + signal.SIGTERM and told == [True]
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
        same(fit("pipeline", [callbacks.BackupAndRestore(tmp_path, save_freq=100), Stop(0)]), expected)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_killed_at_ten_random_moments(tmp_path):
    """SIGKILL at random moments, also in the middle of writing, then one more life to the end."""
    kills, found, expected = kill_often(tmp_path, lives=10, seed=os.getpid())
    assert kills == 10
    same(found, expected)
    assert sorted(os.listdir(tmp_path)) == ["expected.npz", "found.npz"]


def test_threads_leave_signals_alone(tmp_path):
    results = []
    work = threading.Thread(target=lambda: results.append(fit("arrays", [callbacks.BackupAndRestore(tmp_path / "b")])))
    work.start()
    work.join()
    assert len(results) == 1 and not (tmp_path / "b").exists()
