"""Train a classifier on real handwritten digits: compile, fit, evaluate, save, predict; then an Estimator on irises.

    python examples/quickstart.py

Takes a few seconds on two CPU cores. Everything it needs ships with kerax; the weights and the plot of the training
history go to `examples/output/` (or the folder given as argument).
"""

import sys
from pathlib import Path

import numpy as np

import kerax
from kerax import layers

EPOCHS = 30
BATCH_SIZE = 64
TARGET_ACCURACY = 0.96
IRIS_STEPS = 400
TARGET_IRIS_ACCURACY = 0.9


def build_model():
    """A small network: 64 pixels in, a probability for each of the ten digits out."""
    return kerax.Sequential(
        [
            kerax.Input(shape=(8, 8)),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ],
        name="digits",
    )


def plot(history, path):
    """Save the curves of loss and accuracy, if matplotlib is installed."""
    try:
        import matplotlib
    except ImportError:
        print('No history plot: matplotlib is not installed (pip install -e ".[viz]").')
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.5))
    for axis, name in zip(axes, ["loss", "accuracy"]):
        axis.plot(history.epoch, history.history[name], label="training")
        axis.plot(history.epoch, history.history[f"val_{name}"], label="validation")
        axis.set(xlabel="epoch", title=name)
        axis.legend()
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)
    print(f"History plot: {path}")


def iris_estimator(folder):
    """Train an Estimator on real iris flowers; the folder is the model. Returns its test accuracy."""
    from kerax.datasets import iris

    (x_train, y_train), (x_test, y_test) = iris.load_data()

    def dataset(x, y):
        return kerax.data.Dataset.from_tensor_slices((dict(zip(iris.FEATURE_NAMES, x.T)), y))

    columns = [kerax.feature_column.numeric_column(name) for name in iris.FEATURE_NAMES]
    classifier = kerax.estimators.DNNClassifier(
        hidden_units=[10, 10],
        feature_columns=columns,
        n_classes=3,
        model_dir=folder,
        optimizer=kerax.optimizers.Adam(learning_rate=0.01),
        config=kerax.estimators.RunConfig(tf_random_seed=0),
    )
    classifier.train(lambda: dataset(x_train, y_train).shuffle(1000, seed=0).repeat().batch(32), max_steps=IRIS_STEPS)
    accuracy = float(classifier.evaluate(lambda: dataset(x_test, y_test).batch(32))["accuracy"])
    flower = next(classifier.predict(lambda: dataset(x_test, y_test).batch(1)))
    species, sure = int(flower["class_ids"][0]), float(flower["probabilities"].max())
    print(f"Iris accuracy: {accuracy:.3f}; the first flower is {iris.CLASS_NAMES[species]} ({sure:.0%} sure)")
    return accuracy


def main(folder="examples/output"):
    """Run the whole job; returns the test accuracy."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    kerax.utils.set_random_seed(0)

    (x_train, y_train), (x_test, y_test) = kerax.datasets.digits.load_data()
    x_train, x_test = (x / kerax.datasets.digits.MAX_PIXEL for x in (x_train, x_test))  # pixels between 0 and 1

    model = build_model()
    model.summary()
    model.compile(
        optimizer=kerax.optimizers.Adam(learning_rate=2e-3),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    history = model.fit(x_train, y_train, batch_size=BATCH_SIZE, epochs=EPOCHS, validation_split=0.1)
    plot(history, folder / "quickstart_history.png")

    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"Test accuracy: {accuracy:.3f} (loss {loss:.3f}) on {len(x_test)} digits the model has not seen")

    weights = folder / "quickstart.weights.h5"
    model.save_weights(weights)
    restored = build_model()
    restored.load_weights(weights)
    same = np.array_equal(restored.predict(x_test, verbose=0), model.predict(x_test, verbose=0))
    print(f"Weights saved and loaded again: {weights} (same predictions: {same})")

    probabilities = model.predict(x_test[:1], verbose=0)[0]
    guess = int(np.argmax(probabilities))
    print(f"One sample: the model says {guess} ({probabilities[guess]:.0%} sure), the writer meant {y_test[0]}")

    if iris_estimator(folder / "quickstart_iris") < TARGET_IRIS_ACCURACY:
        raise SystemExit(f"Something is wrong: expected an accuracy of {TARGET_IRIS_ACCURACY} or more on irises.")
    if accuracy < TARGET_ACCURACY or not same:
        raise SystemExit(f"Something is wrong: expected accuracy {TARGET_ACCURACY} or more and equal predictions.")
    return accuracy


if __name__ == "__main__":
    main(*sys.argv[1:])
