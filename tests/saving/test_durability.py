"""Writes are whole or not there: kills at any moment, a full disk, a folder that cannot be written."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import kerax
from kerax.utils.atomic import atomic_path, remove_leftovers

ROOT = Path(__file__).parents[2]
KILLS = 3
WRITER = """
import sys, numpy as np, kerax
model = kerax.Sequential([kerax.Input((300,)), kerax.layers.Dense(300)])
value = 0.0
print("ready", flush=True)
while True:
    model.set_weights([np.full((300, 300), value, "float32"), np.full(300, value, "float32")])
    model.save(sys.argv[1] + "/m.keras")
    model.save_weights(sys.argv[1] + "/m.weights.h5")
    model.save_weights(sys.argv[1] + "/old.h5")
    value += 1
"""


def small():
    return kerax.Sequential([kerax.Input((300,)), kerax.layers.Dense(300)])


def test_a_kill_leaves_the_old_or_the_new_file(tmp_path):
    rng = np.random.default_rng(0)
    for _ in range(KILLS):
        child = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
        child.stdout.readline()
        while not (tmp_path / "old.h5").exists():
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.1))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        for weights in (
            kerax.models.load_model(tmp_path / "m.keras").get_weights(),
            loaded(tmp_path / "m.weights.h5"),
            loaded(tmp_path / "old.h5"),
        ):
            assert len(np.unique(np.concatenate([w.ravel() for w in weights]))) == 1  # all of one moment
    model = small()
    for name in ("m.keras", "m.weights.h5", "old.h5"):
        (model.save if name == "m.keras" else model.save_weights)(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.keras", "m.weights.h5", "old.h5"]  # no leftovers


def loaded(path):
    model = small()
    model.load_weights(path)
    return model.get_weights()


def test_leftovers_of_dead_processes_only_are_removed(tmp_path):
    with atomic_path(tmp_path / "a", "text") as mine:
        child = f"import kerax.utils.atomic as a, os; a._new_file(a.pathlib.Path({str(tmp_path / 'a')!r}), 'x')"
        subprocess.run([sys.executable, "-c", child], cwd=ROOT, check=True)
        assert len(list(tmp_path.iterdir())) == 2
        assert len(remove_leftovers(tmp_path / "a")) == 1
        assert list(tmp_path.iterdir()) == [mine]
        mine.write_text("x")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


FULL = """
import resource, signal, sys, numpy as np, kerax
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
model = kerax.Sequential([kerax.Input((300,)), kerax.layers.Dense(300)])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for name in sys.argv[1:]:
    try:
        model.save(name) if name.endswith(("m.keras", "m.h5")) else model.save_weights(name)
        print("written", name)
    except OSError as error:
        print("refused" if name in str(error) else f"no path in: {error}", name)
"""


def test_a_full_disk_is_an_error_that_names_the_path_and_keeps_the_old_file(tmp_path):
    names = [str(tmp_path / name) for name in ("m.keras", "m.h5", "a.weights.h5", "old.h5", "b.safetensors")]
    model = small()
    for name in names:
        (model.save if name.endswith(("m.keras", "m.h5")) else model.save_weights)(name)
    before = {name: Path(name).read_bytes() for name in names}
    done = subprocess.run([sys.executable, "-c", FULL, *names], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split("\n")[:-1] == [f"refused {name}" for name in names], done.stdout
    assert {name: Path(name).read_bytes() for name in names} == before
    assert len(list(tmp_path.iterdir())) == len(names)


def test_a_folder_that_cannot_be_written_or_is_missing(tmp_path):
    model = small()
    for path in (tmp_path / "none" / "m.keras", tmp_path / "none" / "m.weights.h5"):
        with pytest.raises(OSError, match="none"):
            (model.save_weights if path.name.endswith(".weights.h5") else model.save)(path)
    if os.geteuid() != 0:
        tmp_path.chmod(0o500)
        with pytest.raises(OSError, match=r"m\.keras"):
            model.save(tmp_path / "m.keras")
        tmp_path.chmod(0o700)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads names of open files there")
@pytest.mark.parametrize("name", ["m.keras", "m.h5", "a.weights.h5", "old.h5", "b.safetensors", "ck"])
def test_files_are_synced_and_renamed_never_overwritten(name, tmp_path, monkeypatch):
    model, path = small(), tmp_path / name
    save = model.save if name in ("m.keras", "m.h5") else model.save_weights
    save(path)
    kept = {file: (open(file, "rb"), file.read_bytes()) for file in tmp_path.iterdir() if file.suffix != ".tmp"}
    model.set_weights([weight + 1 for weight in model.get_weights()])
    events = []
    fsync, replace = os.fsync, os.replace

    def note_fsync(handle):
        events.append(("fsync", os.readlink(f"/proc/self/fd/{handle}")))
        fsync(handle)

    def note_replace(old, new):
        events.append(("replace", str(old), str(new)))
        replace(old, new)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "replace", note_replace)
    save(path)
    moved = [event for event in events if event[0] == "replace"]
    assert moved
    for event in moved:
        place = events.index(event)
        assert ("fsync", event[1]) in events[:place]
        assert events[place + 1] == ("fsync", str(tmp_path))
    for file, before in kept.values():
        with file:
            assert file.read() == before  # who has the old file open, still reads it
