"""The order of hooks is Keras's, whatever number of steps one program call runs."""

import keras
import numpy as np
import pytest

import kerax

BATCH_HOOKS = [f"on_{kind}_batch_{end}" for kind in ("train", "test", "predict") for end in ("begin", "end")]
HOOKS = BATCH_HOOKS + [f"on_{kind}_{end}" for kind in ("train", "test", "predict", "epoch") for end in ("begin", "end")]
X, Y = np.ones((10, 3), "float32"), np.ones((10, 1), "float32")


def recorder(base, hooks=HOOKS, **attributes):
    """A callback that notes every call: hook, epoch or batch, and the names of its logs."""

    def note(name):
        def hook(self, *places, logs=None):
            if not logs and places and (places[-1] is None or isinstance(places[-1], dict)):
                *places, logs = places
            self.seen.append((name, *places, sorted(logs or {})))

        return hook

    cls = type("Recorder", (base,), {**{name: note(name) for name in hooks}, **attributes})
    callback = cls()
    callback.seen = []
    return callback


def run(library, action, **attributes):
    model = library.Sequential([library.Input((3,)), library.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    callback = recorder(library.callbacks.Callback, **attributes)
    action(model, callback)
    return callback.seen


ACTIONS = {
    "fit": lambda m, c: m.fit(X, Y, batch_size=4, epochs=2, verbose=0, callbacks=[c], validation_data=(X, Y)),
    "fit_rare_validation": lambda m, c: m.fit(
        X, Y, batch_size=4, epochs=3, verbose=0, callbacks=[c], validation_split=0.2, validation_freq=2
    ),
    "fit_initial_epoch": lambda m, c: m.fit(X, Y, epochs=4, initial_epoch=2, verbose=0, callbacks=[c]),
    "evaluate": lambda m, c: m.evaluate(X, Y, batch_size=4, verbose=0, callbacks=[c]),
    "predict": lambda m, c: m.predict(X, batch_size=4, verbose=0, callbacks=[c]),
}


@pytest.mark.parametrize("attributes", [{}, {"reads_logs_only": True}], ids=["single_steps", "bundled_steps"])
@pytest.mark.parametrize("action", ACTIONS)
def test_same_calls_as_keras(action, attributes):
    expected = run(keras, ACTIONS[action])
    assert len(expected) > 4
    assert run(kerax, ACTIONS[action], **attributes) == expected


def test_bundled_steps_give_each_batch_its_own_logs():
    def logs_of(**attributes):
        kerax.utils.set_random_seed(0)
        model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1)])
        model.compile("sgd", "mse")
        found = []
        callback = type(
            "Logs",
            (kerax.callbacks.Callback,),
            {"on_train_batch_end": lambda self, b, logs=None: found.append(logs["loss"])},
        )()
        for name, value in attributes.items():
            setattr(callback, name, value)
        model.fit(X, Y, batch_size=2, epochs=1, verbose=0, callbacks=[callback])
        return found

    one_by_one, bundled = logs_of(), logs_of(reads_logs_only=True)
    assert len(set(bundled)) == 5
    np.testing.assert_allclose(bundled, one_by_one, rtol=1e-6)


def test_logs_are_given_by_position():
    """Keras passes logs by position, so hooks may name the argument as they like."""
    seen = []

    class Short(kerax.callbacks.Callback):
        def on_epoch_end(self, e, values):
            seen.append(values["loss"])

    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(
        X,
        Y,
        verbose=0,
        callbacks=[[Short()], kerax.callbacks.LambdaCallback(on_train_batch_end=lambda b, v: seen.append(v))],
    )
    assert len(seen) == 2


def test_old_names_of_batch_hooks_and_nested_lists():
    seen = []

    class Old(kerax.callbacks.Callback):
        def on_batch_end(self, batch, logs=None):
            seen.append(batch)

    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, Y, batch_size=5, verbose=0, callbacks=[[Old()]])
    assert seen == [0, 1]


def test_a_list_for_a_loop_of_ones_own(capsys):
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1)])
    model.compile("sgd", "mse")
    every = kerax.callbacks.CallbackList(add_history=True, add_progbar=True, epochs=2, steps=1, verbose=2)
    every.set_model(model)
    every.on_train_begin()
    for epoch in range(2):
        every.on_epoch_begin(epoch)
        every.on_epoch_end(epoch, {"loss": model.train_on_batch(X, Y)})
    every.on_train_end()
    assert every.params["epochs"] == 2 and len(model.history.history["loss"]) == 2
    assert capsys.readouterr().out.count("loss: ") == 2


def test_a_class_is_no_callback():
    with pytest.raises(TypeError, match="Make an instance: History"):
        kerax.callbacks.CallbackList([kerax.callbacks.History])


def test_hooks_see_the_weights_after_their_batch():
    """Weights read in a batch hook are those after exactly that batch: one SGD step on a linear model."""
    weights = []
    model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.compile(kerax.optimizers.SGD(0.25), "mse")
    watch = kerax.callbacks.LambdaCallback(
        on_train_batch_end=lambda b, logs: weights.append(float(model.get_weights()[0][0, 0]))
    )
    model.fit(np.ones((4, 1)), np.ones((4, 1)), batch_size=1, verbose=0, callbacks=[watch])
    assert weights == [0.5, 0.75, 0.875, 0.9375]


def test_what_a_hook_assigns_is_what_the_next_batch_starts_from():
    seen = []

    class Reset(kerax.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.set_weights([np.zeros((1, 1))])

        def on_train_batch_end(self, batch, logs=None):
            seen.append(float(self.model.get_weights()[0][0, 0]))

    model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1, use_bias=False)])
    model.compile(kerax.optimizers.SGD(0.25), "mse")
    model.fit(np.ones((3, 1)), np.ones((3, 1)), batch_size=1, verbose=0, callbacks=[Reset()])
    assert seen == [0.5, 0.5, 0.5]


@pytest.mark.parametrize("logs_only", [False, True])
def test_stop_in_the_middle_of_an_epoch(logs_only):
    calls = []

    class Stop(kerax.callbacks.Callback):
        reads_logs_only = logs_only

        def on_train_batch_begin(self, batch, logs=None):
            calls.append(("begin", batch))

        def on_train_batch_end(self, batch, logs=None):
            calls.append(("end", batch))
            if batch == 1:
                self.last = logs["loss"]
                self.model.stop_training = True

    model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.compile(kerax.optimizers.SGD(0.25), "mse")
    stop = Stop()
    history = model.fit(np.ones((6, 1)), np.ones((6, 1)), batch_size=1, epochs=3, verbose=0, callbacks=[stop])
    assert calls == [("begin", 0), ("end", 0), ("begin", 1), ("end", 1)]
    assert history.history["loss"] == [stop.last] == [(1 + 0.25) / 2]
    if not logs_only:
        assert model.get_weights()[0][0, 0] == 0.75  # two steps, not one more


def test_history_is_on_the_model_after_an_interrupted_fit():
    class Break(kerax.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, epochs=5, verbose=0, callbacks=[Break()])
    assert model.history.epoch == [0, 1]
    assert np.isfinite(model.get_weights()[0]).all()  # and the weights are back in the model


def test_steps_end_tells_how_far_the_run_is():
    seen = []

    class Far(kerax.callbacks.Callback):
        def on_steps_end(self, kind, steps, logs=None):
            seen.append((kind, steps, sorted(logs)))

    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1)])
    model.compile("sgd", "mse", steps_per_execution=2)
    model.fit(X, Y, batch_size=2, verbose=0, callbacks=[Far()])
    model.predict(X, batch_size=5, verbose=0, callbacks=[Far()])
    train = [("train", 2, ["loss"]), ("train", 4, ["loss"]), ("train", 5, ["loss"])]
    assert seen[:3] == train
    assert seen[-1] == ("predict", 2, []) and {kind for kind, _, _ in seen[3:]} == {"predict"}
