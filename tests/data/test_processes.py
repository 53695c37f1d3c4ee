"""Programs of several processes: each reads its part, together they read everything once."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

COUNT = 2
PROGRAM = Path(__file__).with_name("several_processes.py")


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lines")
    for name in "abcd":
        (folder / f"{name}.txt").write_text("".join(f"{name}{i}\n" for i in range(3)))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "PYTHONPATH": str(PROGRAM.parents[2])}
    environment.pop("XLA_FLAGS", None)
    running = [
        subprocess.Popen(
            [sys.executable, str(PROGRAM), port, str(COUNT), str(place), str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for place in range(COUNT)
    ]
    try:
        ended = [process.communicate(timeout=120) for process in running]
    finally:
        for process in running:
            process.kill()
    for process, (_, errors) in zip(running, ended):
        assert process.returncode == 0, errors[-2000:]
    return [json.loads(out.strip().splitlines()[-1]) for out, _ in ended]


LINES = [f"{name}{i}" for name in "abcd" for i in range(3)]


def test_files_are_divided(seen):
    for policy in ("FILE", "AUTO"):
        assert [part[policy] for part in seen] == [LINES[:3] + LINES[6:9], LINES[3:6] + LINES[9:]]


def test_elements_are_divided(seen):
    assert [part["DATA"] for part in seen] == [LINES[::2], LINES[1::2]]
    assert [part["OFF"] for part in seen] == [LINES, LINES]


def test_a_shuffle_with_a_seed_is_one_order_for_all(seen):
    first, second = (part["shuffled"] for part in seen)
    assert len(first) == len(second) == 12 and sorted(first + second) == list(range(24))


def test_batches_on_devices_are_global(seen):
    for part in seen:
        assert part["shapes"] == [[3 * COUNT]] * 4
        assert [int(x) for rows in part["here"] for x in rows] == part["shuffled"]
