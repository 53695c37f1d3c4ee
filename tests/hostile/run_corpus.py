"""Loads every file of the corpus in this process and prints what happened as JSON; run as a child by the tests.

    python -m tests.hostile.run_corpus FOLDER [MECHANISM ...]

An audit hook notes what a loader may never do: run code, start processes, connect, unpickle, open other files.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import traceback
from pathlib import Path

from kerax.datasets._cifar import load_batch
from kerax.datasets._remote import read_npz

FORBIDDEN = {
    "os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.fork", "socket.connect", "socket.getaddrinfo",
    "marshal.loads", "pickle.find_class", "os.remove_secret", "urllib.Request",
}  # fmt: skip
seen: list[str] = []
watching = [None]


def hook(event, args):
    if watching[0] is None:
        return
    if event in FORBIDDEN and not (event == "marshal.loads" and _of_the_import_system()):
        seen.append(event)
    elif event == "open" and isinstance(args[0], str):
        name = Path(args[0]).resolve().name  # whatever links lead there
        if name in ("secret.txt", "canary", "other.h5", "passwd", "outside"):
            seen.append(f"open {name}")


def _of_the_import_system():
    return any("importlib" in frame.filename for frame in traceback.extract_stack(limit=12))


def small_model(kerax):
    return kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(2, name="d")])


def unpack(path):
    """As `get_file(extract=True)` does with what it has downloaded."""
    from kerax.utils.archives import extract_archive

    target = path.with_name("unpacked")
    if not extract_archive(path, target):
        raise ValueError(f"{path} is no archive")


def read_images(path):
    from kerax.datasets import fashion_mnist

    return fashion_mnist._read(path, 3)


def load(kerax, path, model):
    if path.suffix in (".orbax", ".folder"):
        return model.load_weights(path) if path.suffix == ".orbax" else kerax.models.load_model(path)
    if path.parent.name in ("tar_archives", "zip_archives"):
        return unpack(path)
    if path.name.endswith(".batch"):
        return load_batch(path, "labels")
    if path.name.endswith(".npz"):
        return read_npz(path)
    if path.name.endswith(".idx.gz"):
        return read_images(path)
    if path.name.endswith(".weights.json"):
        return model.load_weights(path)
    if path.name.endswith(".json"):
        return kerax.models.model_from_json(path.read_text(encoding="latin-1"))
    if path.name.endswith(".yaml"):
        return kerax.models.model_from_yaml(path.read_text())
    if path.name.endswith((".weights.h5", ".safetensors", ".index")):
        return model.load_weights(path)
    return kerax.models.load_model(path)


def next_door(kerax, path):
    """The other functions that read such files; they may open what is only odd."""
    from kerax.cli.describe import describe

    if path.suffix not in (".orbax", ".folder", ".tar", ".zip", ".gz", ".bz2", ".xz", ".batch", ".npz"):
        yield describe, (path,)
    if path.name.endswith((".keras", ".weights.h5")):
        yield kerax.saving.KerasFileEditor, (path,)
    if path.name.endswith(".json") and not path.name.endswith(".weights.json") and path.parent.name != "shape_bombs":
        config = json.loads(path.read_text(encoding="latin-1")[:1_000_000])  # bounded by the memory that there is
        yield kerax.layers.deserialize, (config,)
        yield kerax.saving.deserialize_keras_object, (config,)
        yield kerax.Model.from_config, (config["config"],)


def try_next_door(kerax, path):
    """Errors of kinds that no reader may raise, with the reader's name."""
    strange = []
    calls = next_door(kerax, path)
    while True:
        try:
            function, arguments = next(calls)
        except Exception:  # the end, or this script's own reading of a damaged file
            return strange
        try:
            function(*arguments)
        except (ValueError, OSError, TypeError):  # a configuration that is no configuration is a wrong type
            pass
        except Exception as error:
            strange.append(f"{function.__qualname__}: {type(error).__name__}: {error}"[:200])


def main(folder, *only):
    import numpy as np
    import yaml  # noqa: F401

    import kerax
    import kerax.saving
    from tests.hostile.corpus import generate

    files = generate(folder, only)
    sys.addaudithook(hook)
    model = small_model(kerax)
    before = model.get_weights()
    kerax.models.model_from_json(model.to_json())
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + 4 * 2**30,) * 2)
    results = {}
    for path in files:
        seen.clear()
        memory, cpu = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        watching[0] = path
        try:
            load(kerax, path, model)
            outcome, message = "loaded", ""
        except Exception as error:
            outcome, message = type(error).__mro__[0].__name__, str(error)
            kinds = [c.__name__ for c in type(error).__mro__]
            if "ValueError" in kinds or "OSError" in kinds:
                outcome = "refused"
        first, strange = time.process_time() - cpu, try_next_door(kerax, path)
        watching[0] = None
        same = all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
        if not same:
            model.set_weights(before)
        results[str(path.relative_to(folder))] = {
            "outcome": outcome, "message": message, "did": sorted(set(seen)), "unchanged": same,
            "megabytes": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024,
            "seconds": first, "strange": strange, "file_megabytes": path.stat().st_size / 2**20,
        }  # fmt: skip
    print("RESULTS" + json.dumps(results))


def _address_space():
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
