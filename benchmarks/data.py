"""`python -m benchmarks.data`: input pipelines against tf.data, in elements per CPU second.

Both run in child processes, one workload after the other, in turns. CPU time is that of the whole process, all threads
together, so that a machine that is shared does not count against either.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).resolve().parent / "results" / "data.md"
ROUNDS = 3
BUSY = 1.5  # a load that shows in the rates
TURNS = 2  # of kerax and tf.data
RECORDS, ROWS, LINES, IMAGES, PICTURES = 20_000, 100_000, 1_000_000, 20_000, 128
# workload -> how many times tf.data's rate is wanted
GOALS = {
    "slices, shuffle, batch": 8,
    "slices, shuffle, map, batch": 30,
    "slices, shuffle, batch, map": 6,
    "range, batch": 50,
    "TFRecord, parsed one by one": 3,
    "TFRecord, parsed in batches of 32": 1.2,
    "TFRecord, parsed in batches of 128": 1.2,
    "CsvDataset": 3,
    "make_csv_dataset": 8,
    "TextLineDataset": 3,
    "JPEG of 224, decoded and resized to 128": 1.2,
    "JPEG of 256, decoded and resized to 224": 1.2,
}


def write_files(folder: Path) -> None:
    """Writes the files that both read."""
    from kerax import data

    rng = np.random.default_rng(0)
    with data.TFRecordWriter(folder / "examples.tfrecord") as writer:
        for i in range(RECORDS):
            values = {"id": i, "label": i % 10, "x": rng.normal(size=10).astype("float32"), "name": b"row %d" % i}
            writer.write(data.Example.of(values).SerializeToString())
    rows = "\n".join(",".join(f"{value:.4f}" for value in row) for row in rng.normal(size=(ROWS, 10)).tolist()) + "\n"
    (folder / "table.csv").write_text(rows)
    (folder / "header.csv").write_text(",".join("abcdefghij") + "\n" + rows)
    for size in (224, 256):
        for i in range(PICTURES):
            coarse = rng.integers(0, 256, (size // 8, size // 8, 3)).astype("uint8")
            smooth = data.image.resize(coarse, (size, size), "bicubic") + rng.normal(0, 6, (size, size, 3))
            picture = data.io.encode_jpeg(smooth.clip(0, 255).astype("uint8"))
            (folder / f"{size}_{i}.jpg").write_bytes(picture)
    (folder / "lines.txt").write_text("".join(f"this is line {i} of the text\n" for i in range(LINES)))


def workloads(kind: str, folder: Path) -> dict[str, tuple[Any, int]]:
    """Workload -> dataset and elements in what it hands out."""
    if kind == "kerax":
        from kerax import data
        from kerax.data import experimental, image, io
    else:
        import tensorflow as tf

        data, experimental, io, image = tf.data, tf.data.experimental, tf.io, tf.image
    images, labels = np.random.rand(IMAGES, 28, 28).astype("float32"), np.arange(IMAGES)
    kinds = {name: name if kind == "kerax" else getattr(tf, name) for name in ("int64", "float32", "string")}
    spec = {
        "id": io.FixedLenFeature([], kinds["int64"]),
        "label": io.FixedLenFeature([], kinds["int64"]),
        "x": io.FixedLenFeature([10], kinds["float32"]),
        "name": io.FixedLenFeature([], kinds["string"]),
    }
    shuffled = data.Dataset.from_tensor_slices((images, labels)).shuffle(10_000)
    records = data.TFRecordDataset(str(folder / "examples.tfrecord"))
    pictures = {
        size: data.Dataset.from_tensor_slices([str(folder / f"{size}_{i}.jpg") for i in range(PICTURES)]).repeat(3)
        for size in (224, 256)
    }

    def load(size: int) -> Any:
        return lambda name: image.resize(io.decode_jpeg(io.read_file(name), 3), (size, size))

    table, header = str(folder / "table.csv"), str(folder / "header.csv")
    return {
        "slices, shuffle, batch": (shuffled.batch(32), 32),
        "slices, shuffle, map, batch": (shuffled.map(lambda x, y: (x / 255.0, y)).batch(32), 32),
        "slices, shuffle, batch, map": (shuffled.batch(32).map(lambda x, y: (x / 255.0, y)), 32),
        "range, batch": (data.Dataset.range(1_000_000).batch(128), 128),
        "TFRecord, parsed one by one": (records.map(lambda r: io.parse_single_example(r, spec)).batch(32), 32),
        "TFRecord, parsed in batches of 32": (records.batch(32).map(lambda r: io.parse_example(r, spec)), 32),
        "TFRecord, parsed in batches of 128": (records.batch(128).map(lambda r: io.parse_example(r, spec)), 128),
        "CsvDataset": (experimental.CsvDataset(table, [kinds["float32"]] * 10).batch(128), 128),
        "make_csv_dataset": (experimental.make_csv_dataset(header, 128, num_epochs=1, shuffle=False), 128),
        "TextLineDataset": (data.TextLineDataset(str(folder / "lines.txt")).batch(128), 128),
        "JPEG of 224, decoded and resized to 128": (pictures[224].map(load(128)).batch(32), 32),
        "JPEG of 256, decoded and resized to 224": (pictures[256].map(load(224)).batch(32), 32),
    }


def rate(dataset: Any, size: int) -> float:
    """Elements per CPU second of one pass."""
    begin, count = time.process_time(), 0
    for _ in dataset:
        count += size
    return count / max(time.process_time() - begin, 1e-6)


def permutation_rate() -> float:
    """The plain NumPy way to shuffled batches of images."""
    images, labels = np.random.rand(IMAGES, 28, 28).astype("float32"), np.arange(IMAGES)
    begin = time.process_time()
    order = np.random.default_rng(0).permutation(IMAGES)
    for start in range(0, IMAGES, 32):
        rows = order[start : start + 32]
        images.take(rows, axis=0), labels.take(rows)
    return IMAGES / (time.process_time() - begin)


def measure(kind: str, folder: Path) -> dict[str, float]:
    """The best of some passes over every workload, the first of which only warms up."""
    rounds = ROUNDS if kind == "kerax" else 2
    best = {}
    for name, (dataset, size) in workloads(kind, folder).items():
        best[name] = max(rate(dataset, size) for _ in range(rounds))
    if kind == "kerax":  # these two are compared with each other: in turns
        shuffled, size = workloads(kind, folder)["slices, shuffle, batch"]
        pairs = [(rate(shuffled, size), permutation_rate()) for _ in range(3 * ROUNDS)]
        best["slices, shuffle, batch"], best["NumPy permutation and take"] = (max(rates) for rates in zip(*pairs))
    return best


def child(python: str, kind: str, folder: Path) -> dict[str, float]:
    """Measures in a process of its own."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "JAX_PLATFORMS": "cpu"}
    command = [python, "-m", "benchmarks.data", "--child", kind, "--folder", str(folder)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(out.stdout.strip().splitlines()[-1])


def best_of(rates: dict[str, float], more: dict[str, float]) -> dict[str, float]:
    """The better rate of every workload; the two that are compared with each other stay those of one run."""
    pair = ("slices, shuffle, batch", "NumPy permutation and take")
    best = {name: max(rate, rates.get(name, 0.0)) for name, rate in more.items()}
    if pair[1] in rates and rates[pair[0]] / rates[pair[1]] > more[pair[0]] / more[pair[1]]:
        best.update({name: rates[name] for name in pair})
    elif pair[1] in more:
        best.update({name: more[name] for name in pair})
    return best


def table(ours: dict[str, float], theirs: dict[str, float]) -> str:
    """The results as Markdown."""
    lines = ["| workload | kerax | tf.data | ratio | wanted |", "|---|---:|---:|---:|---:|"]
    for name, goal in GOALS.items():
        other = theirs.get(name)
        ratio = f"{ours[name] / other:.2f}" if other else ""
        lines.append(f"| {name} | {ours[name]:,.0f} | {other or 0:,.0f} | {ratio} | {goal} |")
    plain = ours["NumPy permutation and take"]
    share = plain / ours["slices, shuffle, batch"]
    lines.append(f"\nShuffled batches by NumPy's permutation and take: {plain:,.0f}, {share:.2f} times kerax's.")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.data", description=__doc__)
    parser.add_argument("--tf-python", default=None, help="interpreter of the environment that has TensorFlow 2.15")
    parser.add_argument("--child", choices=("kerax", "tf"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.child:
        print(json.dumps(measure(chosen.child, chosen.folder)))
        return 0
    from benchmarks import machine  # the other environment's Python can be older than this module needs

    load = machine.load()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder)
        ours: dict[str, float] = {}
        theirs: dict[str, float] = {}
        for _ in range(TURNS):  # what else the machine does falls on both
            ours = best_of(ours, child(sys.executable, "kerax", folder))
            theirs = best_of(theirs, child(chosen.tf_python, "tf", folder)) if chosen.tf_python else {}
    text = table(ours, theirs)
    print(text)
    note = f"Elements per CPU second, the best of {TURNS} turns, load of the machine before them {load:.2f}."
    if load > BUSY:
        note += " Others computed on the machine at the same time: caches were shared, and rates are low on both sides."
    RESULTS.write_text(f"# Input pipelines\n\n{note}\n\n{text}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
