"""Boosted trees on a table: training, what the trees look at, and why one person gets the prediction it gets.

    python examples/boosted_trees.py                         # made-up rows
    python examples/boosted_trees.py adult.data              # the real file, if you have it

Takes a few seconds. With the package YDF installed (`pip install ydf`) the same trees are grown a second time by YDF,
which is the faster way for large tables. What the made-up rows are is told in `census.py` beside this file.
"""

import importlib.util
import logging
import sys
import tempfile

import census
import numpy as np

import kerax

ROWS = 2000
TEST_SHARE = 0.2
TREES = 20
DEPTH = 4

fc = kerax.feature_column


def columns():
    """Numbers, whose boundaries the trees find themselves, and categories one by one."""
    numbers = [fc.numeric_column(name) for name in census.NUMBERS if name != "fnlwgt"]
    lists = {
        "education": census.EDUCATION,
        "marital_status": census.MARITAL_STATUS,
        "relationship": census.RELATIONSHIP,
        "workclass": census.WORKCLASS,
        "occupation": census.OCCUPATION,
    }
    categories = [fc.categorical_column_with_vocabulary_list(name, values) for name, values in lists.items()]
    return numbers + [fc.indicator_column(column) for column in categories]


def main(path=None, rows=ROWS):
    """Trains, evaluates and explains; returns the metrics."""
    logging.getLogger("kerax").setLevel(logging.ERROR)
    features, labels = census.load(path, rows)
    order = np.random.default_rng(0).permutation(len(labels))
    cut = int(len(order) * TEST_SHARE)

    def input_fn(places):
        # All data in one batch: a layer of a tree is grown from it.
        return lambda: ({name: values[places] for name, values in features.items()}, labels[places])

    results = {}
    for trainer in ["layers"] + (["ydf"] if importlib.util.find_spec("ydf") else []):
        estimator = kerax.estimators.BoostedTreesClassifier(
            columns(),
            n_batches_per_layer=1,
            model_dir=tempfile.mkdtemp(),
            n_trees=TREES,
            max_depth=DEPTH,
            learning_rate=0.2,
            center_bias=True,
            train_in_memory=True,
            trainer=trainer,
        )
        estimator.train(input_fn(order[cut:]))
        results[trainer] = found = estimator.evaluate(input_fn(order[:cut]), steps=1)
        print(
            f"trainer={trainer!r}: accuracy {found['accuracy']:.4f}, auc {found['auc']:.4f}, loss {found['loss']:.4f}"
        )
    print("\nWhat the trees look at, as shares of all that splits have gained:")
    for name, share in list(estimator.experimental_feature_importances(normalize=True).items())[:6]:
        print(f"  {name:18s} {share:6.1%}")
    person = order[:1]
    one = next(estimator.experimental_predict_with_explanations(input_fn(person)))
    print(f"\nOne person: {one['probabilities'][1]:.3f}; {one['bias']:.3f} before anything is known, then")
    for name, added in list(one["dfc"].items())[:6]:
        print(f"  {name:18s} {added:+.3f}   ({features[name][person[0]]})")
    print()
    print(estimator.explain(lambda: kerax.data.Dataset.from_tensors(input_fn(order[:cut])()[0])))
    return results


if __name__ == "__main__":
    main(*sys.argv[1:2])
