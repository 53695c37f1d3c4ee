"""Estimators beside TensorFlow 2.15's: the same programs, in two processes that take turns.

    python benchmarks/estimators.py [python that has TensorFlow] [rounds]

For example ``python benchmarks/estimators.py ../tf215/bin/python 3``: three rounds, two to three minutes on two idle
cores. Without a Python that has TensorFlow only kerax is timed, and nothing is written; with it, the table goes to
``benchmarks/results/estimators.md``, too. Boosted trees are in ``benchmarks/trees.py``.

Times are processor time, which a busy machine distorts least. The time of a step is the difference between a long and
a short training, so that neither compiling nor checkpoints count; kerax, whose steps are short beside its compiling,
takes more of them.
"""

import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import types

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
# name -> (what it is, unit, how many times faster it has to be)
WORKLOADS = {
    "dnn_step": ("DNNClassifier [10, 10], iris, batch 32: a training step", "ms", 5.0),
    "wide_deep_step": ("wide and deep, 8 numeric and 8 text columns, batch 128: a training step", "ms", 5.0),
    "short_job": ("DNNClassifier [10, 10]: construct, train(1000 steps), checkpoints", "s", 2.0),
    "predict_again": ("second predict() of one example, wall time", "ms", None),
}


def names(framework):
    """The three modules under TensorFlow's names."""
    if framework == "tf":
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        import tensorflow as tf

        tf.compat.v1.logging.set_verbosity("ERROR")
        return tf
    sys.path.insert(0, str(ROOT))
    import kerax

    kerax.estimators.logs.logger.setLevel("ERROR")
    return types.SimpleNamespace(data=kerax.data, feature_column=kerax.feature_column, estimator=kerax.estimators)


class Programs:
    """What is timed; written once for both."""

    def __init__(self, tf, more):
        self.tf, self.more = tf, more
        rng = np.random.default_rng(0)
        self.iris = {key: rng.normal(size=150).astype("float32") for key in ("a", "b", "c", "d")}
        self.species = rng.integers(0, 3, 150)
        rows = 5000
        self.census = {f"n{i}": rng.normal(size=rows).astype("float32") for i in range(8)}
        for i in range(8):
            self.census[f"s{i}"] = rng.choice([f"word{j}" for j in range(5 + 5 * i)], rows)
        self.rich = (self.census["n0"] + (self.census["s0"] == "word1") > 0.5).astype("int64")

    def flowers(self):
        data = self.tf.data.Dataset.from_tensor_slices((self.iris, self.species))
        return data.shuffle(1000).repeat().batch(32)

    def people(self):
        return self.tf.data.Dataset.from_tensor_slices((self.census, self.rich)).shuffle(5000).repeat().batch(128)

    def dnn(self):
        columns = [self.tf.feature_column.numeric_column(key) for key in self.iris]
        return self.tf.estimator.DNNClassifier([10, 10], columns, tempfile.mkdtemp(), n_classes=3)

    def wide_deep(self):
        fc = self.tf.feature_column
        numbers = [fc.numeric_column(f"n{i}") for i in range(8)]
        words = [fc.categorical_column_with_hash_bucket(f"s{i}", 100) for i in range(8)]
        buckets = fc.bucketized_column(numbers[0], [-1.0, 0.0, 1.0])
        crosses = [fc.crossed_column(["s0", "s1"], 1000), fc.crossed_column([buckets, "s2", "s3"], 1000)]
        deep = [*numbers, *(fc.embedding_column(word, 8) for word in words)]
        return self.tf.estimator.DNNLinearCombinedClassifier(
            tempfile.mkdtemp(),
            linear_feature_columns=[*words, buckets, *crosses],
            dnn_feature_columns=deep,
            dnn_hidden_units=[100, 50],
        )

    def _step(self, model, input_fn, short, long):
        long = short + (long - short) * self.more

        def seconds(steps):
            start = time.process_time()
            model.train(input_fn, steps=steps)
            return time.process_time() - start

        seconds(short)
        return (min(seconds(long), seconds(long)) - min(seconds(short), seconds(short))) / (long - short) * 1e3

    def dnn_step(self):
        return self._step(self.dnn(), self.flowers, 300, 1300)

    def wide_deep_step(self):
        return self._step(self.wide_deep(), self.people, 50, 350)

    def short_job(self):
        start = time.process_time()
        self.dnn().train(self.flowers, steps=1000)
        return time.process_time() - start

    def predict_again(self):
        model = self.dnn()
        model.train(self.flowers, steps=1)
        one = {key: values[:1] for key, values in self.iris.items()}
        found = []
        for _ in range(6):
            start = time.perf_counter()
            next(iter(model.predict(lambda: self.tf.data.Dataset.from_tensor_slices(one).batch(1))))
            found.append((time.perf_counter() - start) * 1e3)
        return min(found[1:])


def worker(framework):
    """Answers each name on the standard input with a number."""
    programs = Programs(names(framework), more=1 if framework == "tf" else 8)
    for line in sys.stdin:
        print("RESULT", json.dumps(getattr(programs, line.strip())()), flush=True)


class Worker:
    """A process that answers."""

    def __init__(self, python, framework):
        command = [python, __file__, "--worker", framework]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)

    def ask(self, name):
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("RESULT"):
                return json.loads(line.split(" ", 1)[1])
        raise RuntimeError(f"The worker ended while it ran {name}.")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main(python=None, rounds=3):
    before = os.getloadavg()[0]
    workers = {"kerax": Worker(sys.executable, "kerax"), **({"tf": Worker(python, "tf")} if python else {})}
    found = {name: {framework: [] for framework in workers} for name in WORKLOADS}
    for _ in range(int(rounds)):
        for name in WORKLOADS:
            for framework, one in workers.items():
                found[name][framework].append(one.ask(name))
    for one in workers.values():
        one.close()
    lines = ["| workload | kerax | TensorFlow 2.15 | ratio | wanted |", "|---|---:|---:|---:|---:|"]
    for name, (what, unit, wanted) in WORKLOADS.items():
        ours, theirs = found[name]["kerax"], found[name].get("tf")
        mine = statistics.median(ours)
        ratio = statistics.median(b / a for a, b in zip(ours, theirs)) if theirs else None
        goal = "under 5 ms" if wanted is None else f"{wanted:g}"
        other = f"{statistics.median(theirs):.3f} {unit} | {ratio:.1f}" if theirs else "- | -"
        lines.append(f"| {what} | {mine:.3f} {unit} | {other} | {goal} |")
    text = "\n".join(lines)
    print(text)
    if python:
        page = (
            "# Estimators\n\n`python benchmarks/estimators.py`: processor time, medians of "
            f"{rounds} rounds in which both take turns; {platform.processor() or platform.machine()}, "
            f"{os.cpu_count()} cores, load of the machine before it {before:.2f}.\n\n{text}\n"
        )
        (ROOT / "benchmarks" / "results" / "estimators.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2])
    elif sys.argv[1:2] in (["-h"], ["--help"]):
        print(__doc__)
    else:
        main(*sys.argv[1:])
