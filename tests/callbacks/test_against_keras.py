"""The same logs lead to the same decisions as in Keras."""

import keras
import numpy as np
import pytest

import kerax

VALUES = [0.9, 0.8, 0.85, 0.79, 0.795, 0.7901, 0.81, 0.9, 0.5, 0.6, 0.7, 0.7, 0.7, 0.7, 0.71]


def model_of(library, rate=0.5):
    model = library.Sequential([library.Input((1,)), library.layers.Dense(1)])
    model.compile(library.optimizers.SGD(rate), "mse", metrics=["accuracy"])
    model.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0)
    return model


def stopping(library, name, values, **options):
    """Feeds values to EarlyStopping: (epoch at which it asks to stop, best epoch)."""
    callback = library.callbacks.EarlyStopping(name, **options)
    model = model_of(library)
    model.stop_training = False
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {name: value})
        if model.stop_training:
            break
    callback.on_train_end()
    return (
        epoch,
        callback.stopped_epoch,
        callback.best_epoch,
        float(callback.best) if callback.best is not None else None,
    )


@pytest.mark.parametrize("name", ["loss", "val_loss", "accuracy"])
@pytest.mark.parametrize(
    "options",
    [
        {}, {"patience": 1}, {"patience": 2}, {"patience": 3}, {"patience": 2, "min_delta": 0.02},
        {"patience": 3, "mode": "max"},
        {"baseline": 0.82, "patience": 2}, {"baseline": 0.1, "patience": 2}, {"start_from_epoch": 4, "patience": 1},
        {"start_from_epoch": 4, "patience": 1, "restore_best_weights": True}, {"mode": "min", "patience": 4},
    ],
    ids=str,
)  # fmt: skip
def test_early_stopping_decides_alike(name, options):
    assert stopping(kerax, name, VALUES, **options) == stopping(keras, name, VALUES, **options)


def rates(library, **options):
    callback = library.callbacks.ReduceLROnPlateau("val_loss", **options)
    model = model_of(library)
    callback.set_model(model)
    callback.on_train_begin()
    found = []
    for epoch, value in enumerate(VALUES):
        logs = {"val_loss": value}
        callback.on_epoch_end(epoch, logs)
        found.append((logs["learning_rate"], float(model.optimizer.learning_rate)))
    return found


@pytest.mark.parametrize(
    "options",
    [
        {"patience": 1}, {"patience": 2, "factor": 0.5}, {"patience": 1, "cooldown": 2}, {"patience": 0, "factor": 0.5},
        {"patience": 1, "min_lr": 0.02}, {"patience": 2, "mode": "max"}, {"patience": 1, "min_delta": 0.1},
    ],
    ids=str,
)  # fmt: skip
def test_plateaus_alike(options):
    np.testing.assert_allclose(rates(kerax, **options), rates(keras, **options), rtol=1e-6)
    assert len({new for _, new in rates(kerax, **options)}) > 1


def csv_text(library, path, epochs, **options):
    callback = library.callbacks.CSVLogger(path, **options)
    callback.set_model(model_of(library))
    callback.on_train_begin()
    for epoch, logs in enumerate(epochs):
        callback.on_epoch_end(epoch, logs)
    callback.on_train_end()
    return path.read_text()


@pytest.mark.parametrize("options", [{}, {"separator": ";"}, {"append": True}], ids=str)
@pytest.mark.parametrize(
    "epochs",
    [
        [{"loss": 0.5, "accuracy": 0.25}, {"loss": 0.25, "accuracy": 1.0}],
        [{"loss": 0.5, "val_loss": 1.0}, {"loss": 0.25, "val_loss": 1e-12}],
        [{"loss": 0.5}, {"loss": 0.25, "val_loss": 0.125}],
    ],
    ids=["plain", "validated", "validated_later"],
)
def test_csv_files_alike(tmp_path, epochs, options):
    for _ in range(2):  # the second run appends, or starts again
        ours = csv_text(kerax, tmp_path / "ours.csv", epochs, **options)
        theirs = csv_text(keras, tmp_path / "theirs.csv", epochs, **options)
    assert [line.replace("NA", "") for line in ours.splitlines()] == [
        line.replace("NA", "") for line in theirs.splitlines()
    ]


@pytest.mark.parametrize(
    "options",
    [
        {}, {"save_freq": 2}, {"save_freq": 5}, {"save_best_only": True, "monitor": "loss"},
        {"save_best_only": True, "monitor": "loss", "mode": "max"},
        {"save_best_only": True, "monitor": "loss", "initial_value_threshold": 0.1},
        {"save_best_only": True, "save_freq": 2, "monitor": "loss"},
    ],
    ids=str,
)  # fmt: skip
def test_checkpoints_are_written_alike(tmp_path, options):
    def files(library):
        folder = tmp_path / library.__name__
        name = "e{epoch:02d}-b{batch}.weights.h5" if "save_freq" in options else "e{epoch:02d}-{loss:.3f}.weights.h5"
        model = library.Sequential([library.Input((1,)), library.layers.Dense(1, kernel_initializer="zeros")])
        model.compile(library.optimizers.SGD(0.1), "mse")
        save = library.callbacks.ModelCheckpoint(folder / name, save_weights_only=True, **options)
        x = np.ones((12, 1), "float32")
        model.fit(x, x, batch_size=4, epochs=4, verbose=0, callbacks=[save])
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    assert files(kerax) == files(keras)


def spoken(library, folder, capsys):
    """The lines that callbacks print in one run, blank ones left out, paths without the folder."""
    names = library.callbacks
    weights = str(folder / library.__name__ / "{epoch}.weights.h5")
    best = str(folder / library.__name__ / "best.keras")
    model = model_of(library, rate=0.25)

    class Values(names.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["val_loss"] = VALUES[epoch]

    hooks = [
        Values(),
        names.ModelCheckpoint(weights, verbose=1, save_weights_only=True),
        names.ModelCheckpoint(best, verbose=1, save_best_only=True),
        names.ReduceLROnPlateau(patience=1, verbose=1),
        names.LearningRateScheduler(lambda epoch, rate: rate * 0.5 if epoch == 2 else rate, verbose=1),
        names.EarlyStopping(patience=3, verbose=1, restore_best_weights=True),
    ]
    capsys.readouterr()
    model.fit(np.ones((4, 1)), np.ones((4, 1)), epochs=15, verbose=0, callbacks=hooks)
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    return [line.replace(str(folder / library.__name__), "") for line in lines]


def test_callbacks_say_the_same(tmp_path, capsys):
    """Programs read these lines in logs."""
    for library in (kerax, keras):
        (tmp_path / library.__name__).mkdir()
    ours, theirs = (spoken(library, tmp_path, capsys) for library in (kerax, keras))
    assert ours == theirs
    kinds = ("saving model to", "did not improve", "reducing", "setting", "early stopping", "Restoring")
    assert all(any(kind in line for line in ours) for kind in kinds)
