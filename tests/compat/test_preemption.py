"""A custom loop is saved when the program is told to end, and goes on there."""

import signal

import pytest


@pytest.fixture
def handled():
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def made(tf, folder, **settings):
    step = tf.Variable(0)
    experimental = tf.distribute.experimental
    config = experimental.TerminationConfig(**settings) if settings else None
    return step, experimental.PreemptionCheckpointHandler(None, tf.train.Checkpoint(step=step), folder, config)


def test_sigterm_saves_before_the_next_step_and_ends_the_program(tf, tmp_path, handled):
    step, handler = made(tf, tmp_path)
    handler.run(lambda: step.assign_add(5))
    signal.raise_signal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended:
        handler.run(lambda: step.assign_add(5))
    assert ended.value.code == 143
    again, restored = made(tf, tmp_path)
    assert (again.numpy(), restored.total_run_calls) == (5, 1)


def test_what_watches_saves_and_ends_can_be_given(tf, tmp_path, handled):
    done = []
    step, handler = made(
        tf, tmp_path, termination_watcher_fn=lambda: step.numpy() == 2, exit_fn=lambda: done.append("ended")
    )
    for _ in range(2):
        handler.run(lambda: step.assign_add(1))
    assert done == []
    handler.save_checkpoint_if_preempted()
    assert done == ["ended"] and made(tf, tmp_path)[0].numpy() == 2


def test_a_checkpoint_needs_a_folder(tf):
    with pytest.raises(ValueError, match="give checkpoint_dir"):
        tf.distribute.experimental.PreemptionCheckpointHandler(None, tf.train.Checkpoint())


def test_parameter_servers_are_refused_with_the_way_to_go(tf):
    for make in (tf.distribute.coordinator.ClusterCoordinator, tf.distribute.ParameterServerStrategy):
        with pytest.raises(ValueError, match="MirroredStrategy"):
            make(tf.distribute.get_strategy())


def test_dumps_of_the_debugger_are_not_written_and_said_so(tf):
    experimental = tf.debugging.experimental
    with pytest.warns(UserWarning, match="enable_check_numerics"):
        experimental.enable_dump_debug_info("dumps", "FULL_TENSOR")
    with pytest.raises(ValueError, match="WRONG"):
        experimental.enable_dump_debug_info("dumps", "WRONG")
    experimental.disable_dump_debug_info()
