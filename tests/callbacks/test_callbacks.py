"""Callbacks do what they promise, through fit."""

import warnings

import numpy as np
import pytest

import kerax
from kerax import callbacks

X, Y = np.ones((8, 1), "float32"), np.ones((8, 1), "float32")


def linear(rate=0.1, kernel="zeros"):
    model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1, kernel_initializer=kernel, use_bias=False)])
    model.compile(kerax.optimizers.SGD(rate), "mse", metrics=["mae"])
    return model


def weight(model):
    return float(model.get_weights()[0][0, 0])


# ---- EarlyStopping ---------------------------------------------------------------------------------------------------
def test_best_weights_are_restored_exactly():
    """Dropout and a large rate make the loss jump, so the best epoch is not the last one."""
    kerax.utils.set_random_seed(1)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(64, 5)).astype("float32"), rng.normal(size=(64, 1)).astype("float32")
    model = kerax.Sequential(
        [kerax.Input((5,)), kerax.layers.Dense(16), kerax.layers.BatchNormalization(), kerax.layers.Dense(1)]
    )
    model.compile(kerax.optimizers.Adam(0.1), "mse")
    kept = []
    stop = callbacks.EarlyStopping("val_loss", patience=4, restore_best_weights=True)
    keep = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: kept.append(model.get_weights()))
    history = model.fit(x, y, epochs=60, verbose=0, validation_split=0.25, callbacks=[keep, stop])
    best = int(np.argmin(history.history["val_loss"]))
    assert best < len(history.epoch) - 1 and stop.best_epoch == best
    for found, expected, last in zip(model.get_weights(), kept[best], kept[-1]):
        np.testing.assert_array_equal(found, expected)
        assert not np.array_equal(found, last)
    assert model.evaluate(x[48:], y[48:], verbose=0) == pytest.approx(history.history["val_loss"][best], rel=1e-5)


def test_early_stopping_serves_several_runs():
    stop = callbacks.EarlyStopping("loss", patience=1)
    model = linear(rate=0.0)
    assert [len(model.fit(X, Y, epochs=5, verbose=0, callbacks=[stop]).epoch) for _ in range(2)] == [2, 2]


def test_early_stopping_speaks(capsys):
    stop = callbacks.EarlyStopping("loss", restore_best_weights=True, verbose=1)
    linear(rate=0.0).fit(X, Y, epochs=5, verbose=0, callbacks=[stop])
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 2: early stopping",
        "Restoring model weights from the end of the best epoch: 1.",
    ]


def test_wrong_monitor_is_told_with_the_names_there_are():
    with pytest.warns(UserWarning, match=r"watches 'val_loss'.*Available: loss, mae.*validation"):
        linear().fit(X, Y, verbose=0, callbacks=[callbacks.EarlyStopping()])
    with pytest.raises(ValueError, match=r"watches 'los'.*Did you mean 'loss'\?"):
        linear().fit(X, Y, verbose=0, callbacks=[callbacks.EarlyStopping("los")])


def test_direction_is_the_metrics_own():
    model = linear()
    model.compile("sgd", "mse", metrics=[kerax.metrics.MeanAbsoluteError(name="distance"), "accuracy"])
    model.fit(X, Y, verbose=0)
    for name, higher in (("distance", False), ("val_distance", False), ("val_accuracy", True), ("out_loss", False)):
        watch = callbacks.MonitorCallback(name)
        watch.set_model(model)
        assert watch.higher_is_better() is higher
    unknown = callbacks.MonitorCallback("fancy")
    unknown.set_model(model)
    with pytest.raises(ValueError, match="mode='max' or mode='min'"):
        unknown.higher_is_better()
    with pytest.warns(UserWarning, match="Did you mean 'max'"):
        callbacks.EarlyStopping(mode="maxx")


def test_nan_is_never_the_best():
    watch = callbacks.MonitorCallback("loss")
    assert not watch.is_improvement(float("nan"), None)
    assert watch.is_improvement(1.0, None)


# ---- ModelCheckpoint -------------------------------------------------------------------------------------------------
def test_checkpoint_holds_the_weights_of_its_epoch(tmp_path):
    kept = {}
    model = linear()
    save = callbacks.ModelCheckpoint(tmp_path / "a" / "{epoch}.weights.h5", save_weights_only=True)
    keep = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: kept.update({epoch + 1: weight(model)}))
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[save, keep])
    other = linear()
    for epoch, expected in kept.items():
        other.load_weights(tmp_path / "a" / f"{epoch}.weights.h5")
        assert weight(other) == expected
    assert len(set(kept.values())) == 3


def test_checkpoint_by_batch_holds_the_weights_of_its_batch(tmp_path):
    model = linear(rate=0.25)
    save = callbacks.ModelCheckpoint(tmp_path / "{epoch}-{batch}.weights.h5", save_weights_only=True, save_freq=3)
    model.fit(X, Y, batch_size=1, verbose=0, callbacks=[save])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1-3.weights.h5", "1-6.weights.h5"]
    other = linear()
    other.load_weights(tmp_path / "1-3.weights.h5")
    assert weight(other) == 0.875


def test_checkpoint_by_epoch_keeps_steps_bundled(tmp_path):
    by_epoch = callbacks.ModelCheckpoint(tmp_path / "a.weights.h5", save_weights_only=True)
    by_batch = callbacks.ModelCheckpoint(tmp_path / "a.weights.h5", save_weights_only=True, save_freq=2)
    assert not callbacks.CallbackList([by_epoch, callbacks.ProgressBar(1), callbacks.History()]).needs_single_steps(
        "train"
    )
    assert callbacks.CallbackList([by_batch]).needs_single_steps("train")


def test_checkpoint_of_the_best_speaks(tmp_path, capsys):
    model = linear(rate=0.25)
    path = tmp_path / "best.weights.h5"
    save = callbacks.ModelCheckpoint(path, "loss", verbose=1, save_best_only=True, save_weights_only=True)
    model.fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[save])
    assert capsys.readouterr().out.splitlines() == [
        f"Epoch 1: loss improved from None to 1.00000, saving model to {path}",
        f"Epoch 1: finished saving model to {path}",
        f"Epoch 2: loss improved from 1.00000 to 0.25000, saving model to {path}",
        f"Epoch 2: finished saving model to {path}",
    ]
    model.fit(X, Y + 5, epochs=1, verbose=0, callbacks=[save])
    assert capsys.readouterr().out == "Epoch 1: loss did not improve from 0.25000\n"


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("a.keras", "val_loss", 0, False, True), r"ends in '\.weights\.h5' or .*, received 'a\.keras'"),
        (("a.ckpt",), r"ends in '\.keras'"),
        (("a.keras", "val_loss", 0, False, False, "auto", "batch"), "save_freq"),
        (("a.keras", "val_loss", 0, False, False, "auto", 0), "save_freq"),
    ],
)
def test_checkpoint_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        callbacks.ModelCheckpoint(*arguments)


def test_checkpoint_path_with_an_unknown_value(tmp_path):
    save = callbacks.ModelCheckpoint(tmp_path / "{accuracy:.2f}.weights.h5", save_weights_only=True)
    with pytest.raises(KeyError, match="Known: epoch, loss, mae"):
        linear().fit(X, Y, verbose=0, callbacks=[save])


def test_checkpoint_onto_a_folder(tmp_path):
    (tmp_path / "x.weights.h5").mkdir()
    save = callbacks.ModelCheckpoint(tmp_path / "x.weights.h5", save_weights_only=True)
    with pytest.raises(IsADirectoryError, match="x.weights.h5"):
        linear().fit(X, Y, verbose=0, callbacks=[save])


def test_a_model_that_cannot_be_saved_whole_is_refused_before_training():
    class NoSave:
        pass

    with pytest.raises(ValueError, match="save_weights_only=True"):
        callbacks.ModelCheckpoint("a.keras").set_model(NoSave())


def test_whole_models_are_saved_by_the_model_itself(tmp_path):
    saved = []

    class Saves:
        def save(self, path, overwrite):
            saved.append((path, overwrite))

    save = callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras")
    save.set_model(Saves())
    save.on_epoch_end(1, {"loss": 0.5})
    assert saved == [(str(tmp_path / "2.keras"), True)]


# ---- learning rates --------------------------------------------------------------------------------------------------
def test_scheduled_rate_is_the_one_used():
    """With a rate of 0.5 one step on a linear model reaches the answer; with 0 it stays."""
    model = linear(rate=0.1)
    seen = []
    schedule = callbacks.LearningRateScheduler(lambda epoch: [0.0, 0.5][epoch])
    watch = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(weight(model)))
    history = model.fit(X, Y, batch_size=8, epochs=2, verbose=0, callbacks=[schedule, watch])
    assert seen == [0.0, 1.0]
    assert history.history["learning_rate"] == [0.0, 0.5]


@pytest.mark.parametrize(
    "schedule", [lambda epoch, rate: rate / 2, lambda epoch: 0.25, lambda *a: 0.25, lambda epoch: np.float32(0.25)]
)
def test_forms_of_schedules(schedule, capsys):
    model = linear(rate=0.5)
    model.fit(X, Y, verbose=0, callbacks=[callbacks.LearningRateScheduler(schedule, verbose=1)])
    assert float(model.optimizer.learning_rate) == 0.25
    assert capsys.readouterr().out == "Epoch 1: LearningRateScheduler setting learning rate to 0.25.\n"


def test_a_schedule_must_return_a_number():
    with pytest.raises(ValueError, match="for epoch 0 it returned '0.1' of type str"):
        linear().fit(X, Y, verbose=0, callbacks=[callbacks.LearningRateScheduler(lambda epoch: "0.1")])
    with pytest.raises(TypeError, match="must be a function"):
        callbacks.LearningRateScheduler(0.1)


def test_plateau_factor_must_reduce():
    with pytest.raises(ValueError, match="below 1"):
        callbacks.ReduceLROnPlateau(factor=1.0)


# ---- the others ------------------------------------------------------------------------------------------------------
def test_training_ends_at_nan(capsys):
    model = linear(rate=1e30)
    with pytest.warns(UserWarning, match="diverged"):
        history = model.fit(X, Y, batch_size=1, epochs=5, verbose=0, callbacks=[callbacks.TerminateOnNaN()])
    assert len(history.epoch) == 1
    assert capsys.readouterr().out == "Batch 1: Invalid loss, terminating training\n"


def test_nan_may_raise():
    with pytest.raises(RuntimeError, match="in batch 1 the loss is inf"):
        linear(rate=1e30).fit(X, Y, batch_size=1, verbose=0, callbacks=[callbacks.TerminateOnNaN(raise_error=True)])


def test_lambda_callback_refuses_wrong_hooks():
    with pytest.raises(TypeError, match="Did you mean 'on_epoch_end'"):
        callbacks.LambdaCallback(on_epoch_ends=print)
    with pytest.raises(TypeError, match="must be a function"):
        callbacks.LambdaCallback(on_epoch_end=3)
    assert callbacks.LambdaCallback(helper=lambda: 7).helper() == 7


def test_lambda_callback_takes_every_hook():
    seen = []
    callback = callbacks.LambdaCallback(
        on_test_batch_end=lambda batch, logs: seen.append(batch), on_predict_end=lambda logs: seen.append("end")
    )
    model = linear()
    model.evaluate(X, Y, batch_size=4, verbose=0, callbacks=[callback])
    model.predict(X, verbose=0, callbacks=[callback])
    assert seen == [0, 1, "end"]


def test_csv_file_of_a_run(tmp_path):
    path = tmp_path / "log.csv"
    history = linear().fit(X, Y, epochs=2, verbose=0, callbacks=[callbacks.CSVLogger(path)], validation_data=(X, Y))
    table = np.genfromtxt(path, delimiter=",", names=True)
    np.testing.assert_allclose(table["val_loss"], history.history["val_loss"], rtol=1e-6)
    assert list(table["epoch"]) == [0, 1]


def test_history_plot(tmp_path):
    history = linear().fit(X, Y, epochs=4, verbose=0, validation_data=(X, Y), validation_freq=2)
    figure = history.plot(path=tmp_path / "history.png")
    assert (tmp_path / "history.png").stat().st_size > 1000
    assert [axis.get_title() for axis in figure.axes] == ["loss", "mae"]
    training, validation = figure.axes[0].lines
    np.testing.assert_array_equal(training.get_ydata(), history.history["loss"])
    np.testing.assert_array_equal(validation.get_xdata(), [2, 4])
    assert len(history.plot(metrics=["mae"]).axes) == 1
    with pytest.raises(ValueError, match="Did you mean 'loss'"):
        history.plot(metrics=["los"])
    with pytest.raises(ValueError, match="no epochs"):
        callbacks.History().plot()


def test_history_as_html():
    history = linear().fit(X, Y, epochs=20, verbose=0)
    text = history._repr_html_()
    assert "8 more epochs" in text and text.count("<tr>") == 14
    assert "color: inherit" in text and "background: transparent" in text


def test_no_warnings_from_a_usual_run(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = linear()
        model.fit(
            X, Y, epochs=3, verbose=0, validation_split=0.5,
            callbacks=[
                callbacks.EarlyStopping(patience=3), callbacks.ReduceLROnPlateau(patience=1),
                callbacks.TerminateOnNaN(),
                callbacks.ModelCheckpoint(tmp_path / "m.weights.h5", save_best_only=True, save_weights_only=True),
            ],
        )  # fmt: skip
    assert weight(model) > 0
