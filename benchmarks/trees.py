"""Boosted trees beside YDF itself: 20 trees of 6 layers on 100,000 rows of 28 numbers.

    python benchmarks/trees.py [rounds]

Processor seconds, the best of several rounds that take turns, so that a busy machine is unfair to nobody. YDF alone is
its learner with the same settings, given the same arrays; `trainer="ydf"` includes the columns, the checkpoints, the
event file, and turning the trees into arrays; `trainer="layers"` grows trees in NumPy, layer by layer, as TensorFlow
did.
"""

import logging
import sys
import tempfile
import time

import numpy as np

import kerax

ROWS, NUMBERS, TREES, DEPTH = 100_000, 28, 20, 6


def table():
    """A label that depends on products and sums of a few of the numbers."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, NUMBERS)).astype("float32")
    score = x[:, 0] * x[:, 1] + x[:, 2] - 0.5 * x[:, 3] ** 2 + rng.normal(size=ROWS)
    return x, (score > 0).astype("int64")


def seconds(run):
    """Processor and wall seconds of a call, and what it returns."""
    processor, wall = time.process_time(), time.perf_counter()
    found = run()
    return time.process_time() - processor, time.perf_counter() - wall, found


def by_ydf(x, y):
    import ydf

    data = {f"f{number}": x[:, number] for number in range(NUMBERS)}
    learner = ydf.GradientBoostedTreesLearner(
        label="y", num_trees=TREES, max_depth=DEPTH + 1, validation_ratio=0.0, early_stopping="NONE", min_examples=1,
        use_hessian_gain=True, discretize_numerical_columns=True, num_discretized_numerical_bins=100,
    )  # fmt: skip
    return learner.train({**data, "y": y}, verbose=0)


def by_kerax(x, y, trainer):
    column = kerax.feature_column.numeric_column("x", shape=(NUMBERS,))
    estimator = kerax.estimators.BoostedTreesClassifier(
        [column], 1, tempfile.mkdtemp(), n_trees=TREES, max_depth=DEPTH, train_in_memory=True, trainer=trainer
    )
    return estimator.train(lambda: ({"x": x}, y))


def main(rounds=3):
    logging.getLogger("kerax").setLevel(logging.ERROR)
    x, y = table()
    contenders = {
        "YDF": lambda: by_ydf(x, y),
        "kerax, trainer='ydf'": lambda: by_kerax(x, y, "ydf"),
        "kerax, trainer='layers'": lambda: by_kerax(x, y, "layers"),
    }
    best = {}
    for _ in range(rounds):
        for name, run in contenders.items():
            processor, wall, model = seconds(run)
            if name not in best or processor < best[name][0]:
                best[name] = (processor, wall, model)
    for name, (processor, wall, model) in best.items():
        ratio = processor / best["YDF"][0]
        print(f"{name:26s} {processor:6.2f} processor s  {wall:6.2f} s  {ratio:5.2f}", end="")
        if hasattr(model, "evaluate") and hasattr(model, "model_dir"):
            print(f"   loss {model.evaluate(lambda: ({'x': x}, y), steps=1)['loss']:.4f}")
        else:
            data = {f"f{number}": x[:, number] for number in range(NUMBERS)}
            print(f"   loss {model.evaluate({**data, 'y': y}).loss:.4f}")
    model = best["kerax, trainer='ydf'"][2]
    features = {"x": x}

    def predict():
        return sum(
            1 for _ in model.predict(lambda: kerax.data.Dataset.from_tensors(features), yield_single_examples=False)
        )

    predict()
    print(f"{'predictions of all rows':26s} {seconds(predict)[0]:6.2f} processor s")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
