"""Seeds in forked processes."""

import os
import warnings

import pytest

from kerax.state import rng


def draw_in_fork():
    """What a forked process draws first."""
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the child of a process with threads only draws a number and leaves
        child = os.fork()
    if child == 0:
        os.write(write, str(rng.draw_seed()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read) as file:
        return int(file.read())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_processes_draw_their_own_seeds_unless_one_was_chosen(monkeypatch):
    monkeypatch.setattr(rng._global, "chosen", False)
    state = rng.get_global_state()
    assert draw_in_fork() != draw_in_fork()
    rng.set_global_seed(5)
    assert draw_in_fork() == draw_in_fork() == rng.draw_seed()
    rng.set_global_state(state)
