"""A wide and deep model of incomes: feature columns, an Estimator, evaluation, export.

    python examples/wide_deep_census.py                      # made-up rows
    python examples/wide_deep_census.py adult.data           # the real file, if you have it

The wide part remembers combinations (crossed columns), the deep part generalises (embeddings). Source: Cheng et al.,
2016, "Wide & Deep Learning for Recommender Systems". What the made-up rows are is told in `census.py` beside this file.
"""

import logging
import sys
import tempfile

import census
import numpy as np

import kerax

ROWS = 2000
TEST_SHARE = 0.2
BATCH_SIZE = 128
STEPS = 200

fc = kerax.feature_column


def columns():
    """The columns of both parts."""
    age = fc.numeric_column("age", normalizer_fn=lambda x: (x - 38.6) / 13.6)
    age_buckets = fc.bucketized_column(fc.numeric_column("age"), [18, 25, 30, 35, 40, 45, 50, 55, 60, 65])
    education = fc.categorical_column_with_vocabulary_list("education", census.EDUCATION)
    marital = fc.categorical_column_with_vocabulary_list("marital_status", census.MARITAL_STATUS)
    relationship = fc.categorical_column_with_vocabulary_list("relationship", census.RELATIONSHIP)
    workclass = fc.categorical_column_with_vocabulary_list("workclass", census.WORKCLASS)
    occupation = fc.categorical_column_with_hash_bucket("occupation", 100)
    wide = [
        education,
        marital,
        relationship,
        workclass,
        occupation,
        age_buckets,
        fc.crossed_column(["education", "occupation"], 1000),
        fc.crossed_column([age_buckets, "education", "occupation"], 1000),
    ]
    deep = [
        age,
        fc.numeric_column("education_num", normalizer_fn=lambda x: (x - 10.0) / 2.6),
        fc.numeric_column("hours_per_week", normalizer_fn=lambda x: (x - 40.4) / 12.3),
        fc.numeric_column("capital_gain", normalizer_fn=lambda x: kerax.ops.log1p(x) / 10.0),
        fc.numeric_column("capital_loss", normalizer_fn=lambda x: kerax.ops.log1p(x) / 8.0),
        *[fc.indicator_column(column) for column in (education, marital, relationship, workclass)],
        fc.embedding_column(occupation, 8),
    ]
    return wide, deep


def main(path=None, rows=ROWS, steps=STEPS):
    """Trains and evaluates; returns the metrics."""
    logging.getLogger("kerax").setLevel(logging.ERROR)
    features, labels = census.load(path, rows)
    order = np.random.default_rng(0).permutation(len(labels))
    cut = int(len(order) * TEST_SHARE)

    def input_fn(places, training):
        data = ({name: values[places] for name, values in features.items()}, labels[places])
        dataset = kerax.data.Dataset.from_tensor_slices(data)
        if training:
            dataset = dataset.shuffle(len(places), seed=0).repeat()
        return dataset.batch(BATCH_SIZE)

    wide, deep = columns()
    estimator = kerax.estimators.DNNLinearCombinedClassifier(
        model_dir=tempfile.mkdtemp(),
        linear_feature_columns=wide,
        dnn_feature_columns=deep,
        dnn_hidden_units=[64, 32],
        dnn_optimizer=kerax.optimizers.legacy.Adam(0.002),
        config=kerax.estimators.RunConfig(tf_random_seed=1),
    )
    estimator.train(lambda: input_fn(order[cut:], True), steps=steps)
    results = estimator.evaluate(lambda: input_fn(order[:cut], False))
    print(f"{'made-up rows' if path is None else path}: {len(order) - cut} to train, {cut} to test, {steps} steps")
    for name in ("accuracy", "accuracy_baseline", "auc", "precision", "recall", "loss"):
        print(f"  {name:18s} {results[name]:.4f}")
    for number, one in zip(range(3), estimator.predict(lambda: input_fn(order[:cut], False))):
        print(f"  person {number}: earns more than 50K with probability {one['probabilities'][1]:.3f}")
    return results


if __name__ == "__main__":
    main(*sys.argv[1:2])
