"""What an error's traceback shows: the user's own lines, without those of kerax and JAX around them."""

import os
import subprocess
import sys
import traceback

import numpy as np
import pytest

import kerax


class Product(kerax.layers.Layer):
    def call(self, x):
        return x @ np.ones((7, 2), "float32")


class Divides(kerax.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        1 / 0


def broken_loss(y, p):
    return y.nothing - p


def broken_map(x, y):
    raise KeyError("in map")


def model(loss="mse", layer=None):
    made = kerax.Sequential([kerax.Input((3,)), layer or kerax.layers.Dense(1)])
    made.compile("sgd", loss)
    return made


X, Y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")


def dataset():
    return kerax.data.Dataset.from_tensor_slices((X, Y)).map(broken_map).batch(2)


def input_fn():
    return kerax.data.Dataset.from_tensor_slices(({"a": X[:, 0]}, Y)).map(broken_map).batch(2)


def estimator():
    return kerax.estimators.LinearRegressor([kerax.feature_column.numeric_column("a")])


def broken_generator():
    yield X, Y
    raise OSError("generator")


# What a user does, the error, and the functions of the user's that the traceback shows below the call.
CASES = {
    "loss": (lambda: model(broken_loss).fit(X, Y, verbose=0), AttributeError, ["broken_loss"]),
    "callback": (lambda: model().fit(X, Y, verbose=0, callbacks=[Divides()]), ZeroDivisionError, ["on_epoch_end"]),
    "map in fit": (lambda: model().fit(dataset(), verbose=0), KeyError, ["broken_map"]),
    "map in a loop": (lambda: list(dataset()), KeyError, ["broken_map"]),
    "map in an input_fn": (lambda: estimator().train(input_fn), KeyError, ["broken_map"]),
    "generator": (lambda: model().fit(broken_generator(), verbose=0), OSError, ["broken_generator"]),
    "layer": (lambda: Product()(X), ValueError, []),
    "layer in a model": (lambda: model(layer=Product()), ValueError, []),
    "wrong shape": (lambda: model().fit(X[:, :2], Y, verbose=0), ValueError, []),
    "wrong shape, compiled call": (lambda: model()(X[:, :2]), ValueError, []),
    "wrong file": (lambda: kerax.saving.load_model("nowhere.keras"), FileNotFoundError, []),
    "no checkpoint": (lambda: next(estimator().predict(input_fn)), KeyError, ["broken_map"]),
}


@pytest.fixture(autouse=True)
def filtering():
    was = kerax.config.is_traceback_filtering_enabled()
    kerax.config.enable_traceback_filtering()
    yield
    (kerax.config.enable_traceback_filtering if was else kerax.config.disable_traceback_filtering)()


def frames(error):
    return [(frame.filename, frame.name) for frame in traceback.extract_tb(error.__traceback__)]


@pytest.mark.parametrize("case", CASES)
def test_the_users_lines_stand_out(case):
    action, kind, expected = CASES[case]
    with pytest.raises(kind) as caught:
        action()
    shown = frames(caught.value)
    assert {file for file, _ in shown} == {__file__}, shown
    assert [name for _, name in shown][-len(expected) or len(shown) :] == expected, shown
    assert shown[0][1] == "test_the_users_lines_stand_out"


def test_what_led_to_an_error_is_kept_and_short_too():
    with pytest.raises(ValueError, match="Product") as caught:
        Product()(X)
    cause = caught.value.__cause__
    assert isinstance(cause, TypeError) and frames(cause) == [(__file__, "call")]


def test_the_switch_shows_everything():
    kerax.config.disable_traceback_filtering()
    with pytest.raises(ZeroDivisionError) as caught:
        model().fit(X, Y, verbose=0, callbacks=[Divides()])
    assert any("fit_loop" in file for file, _ in frames(caught.value))


def test_a_fault_of_kerax_keeps_all_frames(monkeypatch):
    monkeypatch.setattr("kerax.training.trainer.fit_loop", None)  # 'NoneType' object is not callable
    with pytest.raises(TypeError, match="NoneType") as caught:
        model().fit(X, Y, verbose=0)
    assert any("trainer" in file for file, _ in frames(caught.value))


def test_a_call_inside_a_users_own_step_is_shortened_once():
    class Own(kerax.Sequential):
        def train_step(self, data):
            return self.layers[0](data[0][:, :2])

    own = Own([kerax.Input((3,)), kerax.layers.Dense(1)])
    own.compile("sgd", "mse")
    with pytest.raises(ValueError, match="dense") as caught:
        own.fit(X, Y, verbose=0)
    text = "".join(traceback.format_exception(caught.value))
    assert "train_step" in text and "trainer.py" not in text


def test_raise_from_and_handling_go_on_working():
    with pytest.raises(RuntimeError, match="outer") as caught:
        try:
            Product()(X)
        except ValueError as error:
            raise RuntimeError("outer") from error
    assert "Product" in str(caught.value.__cause__)


def test_run_shows_a_program_as_python_does(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("def inner():\n    return {}['a']\n\n\ninner()\n")
    outputs = []
    for command in ([sys.executable], [sys.executable, "-m", "kerax", "run"]):
        done = subprocess.run([*command, str(script)], capture_output=True, text=True)
        assert done.returncode == 1
        outputs.append(done.stderr)
    assert outputs[0] == outputs[1]


def test_run_shows_the_users_lines_of_an_error_in_training(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import tensorflow as tf\n\n\ndef loss(y, p):\n    return y.nothing - p\n\n\n"
        "model = tf.keras.Sequential([tf.keras.layers.Dense(1)])\n"
        "model.compile('sgd', loss)\nmodel.fit(tf.ones((8, 3)), tf.ones((8, 1)), verbose=0)\n"
    )
    environment = {name: value for name, value in os.environ.items() if "TRACEBACK" not in name}
    command = [sys.executable, "-m", "kerax", "run", str(script)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and "y.nothing - p" in done.stderr and "model.fit" in done.stderr
    files = {line.split('"')[1] for line in done.stderr.splitlines() if line.startswith('  File "')}
    assert files == {str(script)}, done.stderr
