"""Saving and loading 100 million parameters beside raw safetensors: time and memory.

    python benchmarks/saving.py [FOLDER]

Every format runs in a process of its own; times are the best of five, files stand in the page cache. Memory is what the
process holds at most while it loads, beyond what it held before, as a multiple of the weights' size.
"""

import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import threading
import time

WIDTH, LAYERS = 5_000, 4
ROUNDS = 5
FORMATS = ("safetensors", "m.weights.h5", "ck")


def _resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


class Peak:
    """The most memory that the process holds inside a ``with`` block, beyond what it held before."""

    def __enter__(self):
        self.before = self.most = _resident()
        self.going = True
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def _watch(self):
        while self.going:
            self.most = max(self.most, _resident())
            time.sleep(0.002)

    def __exit__(self, *exc_info):
        self.going = False
        self.thread.join()

    @property
    def extra(self):
        return self.most - self.before


def timed(run):
    """The least of some rounds, seconds: by the clock, and of all processors together."""
    import numpy as np

    found = []
    for _ in range(ROUNDS):
        # A virtual machine takes longer to get memory from its host than to read a file into it: have it ready.
        np.ones((3 * LAYERS, WIDTH, WIDTH), "float32")
        start = time.perf_counter(), time.process_time()
        run()
        found.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    return [min(one) for one in zip(*found)]


def raw(folder):
    """``safetensors.numpy``, with the file brought to the disk as kerax does."""
    import numpy as np
    from safetensors.numpy import load_file, save_file

    path = folder / "raw.safetensors"
    arrays = {f"w{i}": np.full((WIDTH, WIDTH), 0.5, "float32") for i in range(LAYERS)}

    def save(arrays):
        save_file(arrays, path)
        with open(path, "rb") as file:
            os.fsync(file.fileno())

    seconds = timed(lambda arrays=arrays: save(arrays))
    size = sum(array.nbytes for array in arrays.values())
    del arrays
    with Peak() as peak:
        load_file(path)
    return {"save": seconds, "load": timed(lambda: load_file(path)), "memory": peak.extra / size}


def ours(folder, name):
    """One of kerax's formats, into a model that is there."""
    import kerax

    layers = [kerax.layers.Dense(WIDTH, use_bias=False, kernel_initializer="ones") for _ in range(LAYERS)]
    model = kerax.Sequential([kerax.Input((WIDTH,)), *layers])
    path = folder / name
    whole = name in ("m.keras", "m.h5")
    seconds = timed(lambda: model.save(path) if whole else model.save_weights(path))
    size = sum(4 * weight.size for weight in (variable.numpy() for variable in model.weights))
    with Peak() as peak:
        model = kerax.models.load_model(path) if whole else model.load_weights(path) and model
    model = model if whole else kerax.Sequential([kerax.Input((WIDTH,)), *layers])
    again = timed(lambda: kerax.models.load_model(path) if whole else model.load_weights(path))
    return {"save": seconds, "load": again, "memory": peak.extra / size}


def main():
    """Runs every format and prints a table."""
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    if len(sys.argv) > 2:
        name = sys.argv[2]
        print(json.dumps(raw(folder) if name == "safetensors" else ours(folder, name)))
        return
    base = None
    print("clock and processor seconds, as multiples of raw safetensors; memory while loading")
    for name in FORMATS:
        command = [sys.executable, __file__, str(folder), name]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONWARNINGS": "ignore"})
        if done.returncode:
            print(f"{name:14s} {done.stderr.strip().splitlines()[-1]}")
            continue
        found = json.loads(done.stdout.strip().splitlines()[-1])
        base = base or found
        text = "".join(
            f"  {kind} {found[kind][0]:6.2f} s ({found[kind][0] / base[kind][0]:5.2f}) {found[kind][1]:6.2f} s "
            f"({found[kind][1] / base[kind][1]:5.2f})"
            for kind in ("save", "load")
        )
        print(f"{name:14s}{text}  memory {found['memory']:.2f}", flush=True)
        for file in folder.iterdir():
            file.unlink() if file.is_file() else None


if __name__ == "__main__":
    main()
