"""RemoteMonitor, averages of weights, checkpoints by name and number, evaluation beside training."""

import http.server
import json
import os
import threading
import urllib.parse

import numpy as np
import pytest

import kerax
from kerax import callbacks

X, Y = np.ones((8, 1), "float32"), np.ones((8, 1), "float32")


def linear(optimizer=None):
    model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1, kernel_initializer="zeros", name="out")])
    model.compile(optimizer or kerax.optimizers.SGD(0.1), "mse", metrics=["mae"])
    return model


# ---- RemoteMonitor ---------------------------------------------------------------------------------------------------
@pytest.fixture
def server():
    got = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    http_server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http_server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{http_server.server_port}", got
    http_server.shutdown()
    thread.join()
    http_server.server_close()


def test_remote_monitor(server):
    root, got = server
    form = callbacks.RemoteMonitor(root, headers={"X-Run": "7"})
    plain = callbacks.RemoteMonitor(root, "/json/", send_as_json=True)
    history = linear().fit(X, Y, epochs=2, verbose=0, callbacks=[form, plain]).history
    assert [path for path, _, _ in got] == ["/publish/epoch/end/", "/json/"] * 2
    assert got[0][1]["X-Run"] == "7" and got[1][1]["Content-Type"] == "application/json"
    first = json.loads(urllib.parse.parse_qs(got[0][2].decode())["data"][0])
    second = json.loads(got[3][2])
    assert first == {"epoch": 0, "loss": history["loss"][0], "mae": history["mae"][0]}
    assert second["epoch"] == 1 and second["loss"] == history["loss"][1]


def test_a_server_that_is_not_there_is_a_warning():
    with pytest.warns(UserWarning, match=r"could not reach the server at http://127.0.0.1:9: "):
        linear().fit(X, Y, verbose=0, callbacks=[callbacks.RemoteMonitor("http://127.0.0.1:9")])


# ---- SwapEMAWeights --------------------------------------------------------------------------------------------------
def averaged(kind):
    inner = kerax.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9)
    return kerax.optimizers.LossScaleOptimizer(inner) if kind == "scaled" else inner


@pytest.mark.parametrize("kind", ["plain", "scaled"])
def test_validation_sees_the_averages(kind):
    model = linear(averaged(kind))
    swap = callbacks.SwapEMAWeights()
    history = model.fit(X, Y, epochs=3, verbose=0, validation_data=(X, Y), callbacks=[swap]).history
    assert model.evaluate(X, Y, verbose=0)[0] == pytest.approx(history["val_loss"][-1], rel=1e-6)
    without = linear(averaged(kind))
    raw = without.fit(X, Y, epochs=3, verbose=0, validation_data=(X, Y)).history
    assert raw["loss"] == history["loss"] and raw["val_loss"] != history["val_loss"]
    for a, b in zip(model.get_weights(), without.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_checkpoints_of_averages(tmp_path):
    model = linear(averaged("plain"))
    given = [callbacks.SwapEMAWeights(swap_on_epoch=True), callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras")]
    model.fit(X, Y, epochs=2, verbose=0, callbacks=given)
    saved = kerax.models.load_model(tmp_path / "2.keras")
    for a, b in zip(model.get_weights(), saved.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_swapping_needs_averages():
    with pytest.raises(ValueError, match=r"use_ema=True; the model's SGD has none"):
        linear().fit(X, Y, verbose=0, validation_data=(X, Y), callbacks=[callbacks.SwapEMAWeights()])


# ---- ModelCheckpoint -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["{epoch}.keras", "{epoch:02d}-{loss:.2f}.h5"])
def test_whole_models(name, tmp_path):
    model = linear(kerax.optimizers.Adam(0.1))
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[callbacks.ModelCheckpoint(tmp_path / name)])
    files = sorted(os.listdir(tmp_path))
    assert len(files) == 2 and files[0].startswith(("1", "01"))
    again = kerax.models.load_model(tmp_path / files[-1])
    assert int(again.optimizer.iterations) == 2
    model.fit(X, Y, verbose=0)
    again.fit(X, Y, verbose=0)
    for a, b in zip(model.get_weights(), again.get_weights()):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ["cp.ckpt", "ckpt-{epoch}", "w.{epoch:02d}-{loss:.2f}", "w.safetensors", "w.h5"])
def test_formats_of_weights(name, tmp_path):
    model = linear()
    model.fit(X, Y, verbose=0, callbacks=[callbacks.ModelCheckpoint(tmp_path / name, save_weights_only=True)])
    other = linear()
    path = name.format(epoch=1, loss=model.history.history["loss"][0])
    other.load_weights(tmp_path / path)
    for a, b in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_periods_and_restarts(tmp_path):
    path = tmp_path / "sub" / "w-{epoch}.weights.h5"
    save = callbacks.ModelCheckpoint(path, save_weights_only=True, period=2, load_weights_on_restart=True)
    model = linear()
    model.fit(X, Y, epochs=5, verbose=0, callbacks=[save])
    assert sorted(os.listdir(tmp_path / "sub")) == ["w-2.weights.h5", "w-4.weights.h5"]
    other, begun = linear(), []
    look = callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: begun.append(other.get_weights()))
    other.fit(X, Y, verbose=0, callbacks=[save, look])
    other_again = linear()
    other_again.load_weights(tmp_path / "sub" / "w-4.weights.h5")
    np.testing.assert_array_equal(begun[0][0], other_again.get_weights()[0])
    with pytest.raises(ValueError, match="period"):
        callbacks.ModelCheckpoint(path, save_weights_only=True, perod=2)


def test_an_unwritable_place_is_refused_before_the_first_step(tmp_path):
    (tmp_path / "file").write_text("")
    model = linear()
    with pytest.raises(OSError, match=r"ModelCheckpoint cannot write .*file/x.keras"):
        model.fit(X, Y, verbose=0, callbacks=[callbacks.ModelCheckpoint(tmp_path / "file" / "x.keras")])
    assert int(model.optimizer.iterations) == 0


def test_orbax_checkpoints(tmp_path):
    pytest.importorskip("orbax.checkpoint")
    save = callbacks.OrbaxCheckpoint(tmp_path / "o", max_to_keep=2)
    model = linear()
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[save])
    assert sorted(os.listdir(tmp_path / "o")) == ["2.orbax", "3.orbax"]
    other = linear()
    other.load_weights(save.checkpoints()[-1])
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])


# ---- evaluation beside training --------------------------------------------------------------------------------------
def test_sidecar_evaluator(tmp_path, capsys):
    model, seen = linear(), []
    save = callbacks.ModelCheckpoint(tmp_path / "ckpt-{epoch}", save_weights_only=True)
    export = callbacks.SidecarEvaluatorModelExport(
        tmp_path / "best-{epoch:03d}.keras", tmp_path / "ckpt-{epoch}", monitor="loss", save_freq="eval"
    )
    history = model.fit(X, Y, epochs=3, verbose=0, validation_data=(X, Y), callbacks=[save]).history
    count = callbacks.LambdaCallback(on_test_end=lambda logs: seen.append(logs["loss"]))
    data = kerax.data.Dataset.from_tensors((X, Y))
    found = kerax.utils.SidecarEvaluator(linear(), data, tmp_path, max_evaluations=3, callbacks=[count, export]).start()
    assert [logs["loss"] for logs in found] == seen == [pytest.approx(history["val_loss"][-1], rel=1e-6)]
    assert "ckpt-3: loss" in capsys.readouterr().out
    best = kerax.models.load_model(tmp_path / "best-003.keras")
    np.testing.assert_array_equal(best.get_weights()[0], model.get_weights()[0])
