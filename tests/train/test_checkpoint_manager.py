"""CheckpointManager and the file ``checkpoint``."""

import os

import pytest

import kerax
from kerax.train import CheckpointManager, checkpoint_manager


def manager(folder, value=0.0, **options):
    variable = kerax.Variable(value)
    return CheckpointManager(kerax.train.Checkpoint(w=variable), folder, **options), variable


def names(one):
    return [os.path.basename(path) for path in one.checkpoints]


def test_keeps_the_latest_and_goes_on_in_another_process(tmp_path):
    first, _ = manager(tmp_path, max_to_keep=2)
    for _ in range(3):
        first.save()
    assert names(first) == ["ckpt-2", "ckpt-3"]
    assert sorted(file for file in os.listdir(tmp_path) if file.endswith(".index")) == ["ckpt-2.index", "ckpt-3.index"]
    second, variable = manager(tmp_path, 5.0, max_to_keep=2)
    assert names(second) == ["ckpt-2", "ckpt-3"]
    assert second.restore_or_initialize().endswith("ckpt-3") and float(variable) == 0
    second.save()
    assert names(second) == ["ckpt-3", "ckpt-4"]
    assert second.save(checkpoint_number=kerax.Variable(70)).endswith("ckpt-70")


def test_keeps_one_every_so_many_hours(tmp_path, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(checkpoint_manager.time, "time", lambda: now[0])
    one, _ = manager(tmp_path, max_to_keep=1, keep_checkpoint_every_n_hours=2)
    for _ in range(6):
        now[0] += 3600
        one.save()
    kept = sorted(file for file in os.listdir(tmp_path) if file.endswith(".index"))
    assert kept == ["ckpt-2.index", "ckpt-4.index", "ckpt-6.index"]


def test_interval(tmp_path):
    step = kerax.Variable(0)
    one, _ = manager(tmp_path, step_counter=step, checkpoint_interval=10)
    saved = []
    for _ in range(25):
        saved.append(one.save() is not None)
        step.assign_add(1)
    assert [i for i, now in enumerate(saved) if now] == [0, 10, 20]
    assert one.save(check_interval=False) is not None


def test_init_function_is_called_where_there_is_nothing(tmp_path):
    called = []
    one, _ = manager(tmp_path / "new", init_fn=lambda: called.append(1))
    assert one.restore_or_initialize() is None and called == [1]


def test_leftovers_are_not_loaded_and_go_away(tmp_path):
    one, _ = manager(tmp_path)
    one.save()
    for name in (
        ".ckpt-2.index.1-abc.tmp",
        ".ckpt-2.data-00000-of-00001.abc.tmp",
        ".checkpoint.x.tmp",
        "ckpt-2.data-00000-of-00001",
    ):
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / "mine.tmp").write_bytes(b"")
    again, _ = manager(tmp_path)
    assert again.latest_checkpoint.endswith("ckpt-1")
    again.save(checkpoint_number=5)
    assert sorted(os.listdir(tmp_path)) == [
        "checkpoint", "ckpt-1.data-00000-of-00001", "ckpt-1.index", "ckpt-5.data-00000-of-00001", "ckpt-5.index",
        "mine.tmp",
    ]  # fmt: skip


def test_mistakes(tmp_path):
    for options, says in [
        ({"max_to_keep": 0}, "max_to_keep"),
        ({"checkpoint_interval": 3}, "step_counter"),
        ({"checkpoint_name": "../ckpt"}, "plain name"),
    ]:
        with pytest.raises(ValueError, match=says):
            manager(tmp_path, **options)


def test_the_state_file(tmp_path):
    (tmp_path / "checkpoint").write_text(
        'model_checkpoint_path: "/old/place/a\\"b-2"\n# a comment\nall_model_checkpoint_paths: "c-1"\n'
        "all_model_checkpoint_timestamps: 12.5\nlast_preserved_timestamp: 3\nunknown_field: 7\n"
    )
    state = kerax.train.get_checkpoint_state(tmp_path)
    assert state.model_checkpoint_path == '/old/place/a"b-2'
    assert state.all_model_checkpoint_paths == [str(tmp_path / "c-1")]
    assert state.all_model_checkpoint_timestamps == [12.5] and state.last_preserved_timestamp == 3
    assert kerax.train.latest_checkpoint(tmp_path) is None
    for text in ("model_checkpoint_path", 'model_checkpoint_path: "a', "last_preserved_timestamp: soon", "\udcff"):
        (tmp_path / "checkpoint").write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(ValueError, match="checkpoint'"):
            kerax.train.get_checkpoint_state(tmp_path)


def test_checkpoints_iterator(tmp_path):
    one, _ = manager(tmp_path)
    one.save()
    found = []
    for path in kerax.train.checkpoints_iterator(tmp_path, timeout=0.01, timeout_fn=lambda: len(found) >= 2):
        found.append(os.path.basename(path))
        if len(found) < 2:
            one.save()
    assert found == ["ckpt-1", "ckpt-2"]
