"""Utilities under Keras's and tf.keras's names."""

import contextlib
import io
import logging
import types

import keras
import numpy as np
import pytest

import kerax


# ---- Progbar and messages --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "options, expected",
    [({}, "1.0000"), ({"stateful_metrics": ["v"]}, "2.0000"), ({"stateless_metrics": []}, "2.0000")],
)
def test_progbar_means(options, expected):
    out = io.StringIO()
    bar = kerax.utils.Progbar(3, interval=0.0, **options)
    with contextlib.redirect_stdout(out):
        bar.update(1, [("v", 0.0)])
        bar.add(1, [("v", [1.0, 3.0])])
    assert out.getvalue().splitlines()[-1].endswith(f"v: {expected}") and out.getvalue().splitlines()[-1].startswith(
        "2/3"
    )


def test_progbar_in_a_log_is_quiet_and_ends_with_one_line(capsys):
    bar = kerax.utils.Progbar(200, unit_name="sample")
    for i in range(200):
        bar.update(i + 1, [("loss", 1.0)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 2 and lines[-1].startswith("200/200 ━") and "/sample - loss: 1.0000" in lines[-1]
    kerax.utils.Progbar(0).update(0, finalize=True)
    with pytest.raises(ValueError, match="only one of"):
        kerax.utils.Progbar(1, stateful_metrics=[], stateless_metrics=[])


def test_messages_can_go_to_the_logger(caplog, capsys):
    kerax.utils.disable_interactive_logging()
    try:
        with caplog.at_level(logging.INFO, logger="kerax"):
            kerax.utils.Progbar(2, verbose=2).update(2, [("loss", 1.0)])
            kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1)]).predict(np.ones((40, 1)), verbose=1)
    finally:
        kerax.utils.enable_interactive_logging()
    assert capsys.readouterr().out == ""
    assert any("loss: 1.0000" in r.message for r in caplog.records) and any("2/2" in r.message for r in caplog.records)


def test_old_forms_of_names_and_objects():
    legacy, known = kerax.utils.legacy, {"L2": kerax.regularizers.L2, "relu": kerax.activations.relu}
    written = legacy.serialize_keras_object(kerax.regularizers.L2(0.25))
    assert written == {"class_name": "L2", "config": {"l2": 0.25}}
    assert legacy.deserialize_keras_object(written, known).l2 == 0.25
    assert legacy.deserialize_keras_object("relu", custom_objects=known) is kerax.activations.relu
    assert legacy.serialize_keras_object(None) is None and legacy.deserialize_keras_object(None) is None
    with pytest.raises(ValueError, match=r"Unknown regularizer 'L3'. Known: L2"):
        legacy.deserialize_keras_object({"class_name": "L3", "config": {}}, known, printable_module_name="regularizer")
    with pytest.raises(ValueError, match="class_name and config"):
        legacy.deserialize_keras_object({"class_name": "L2"}, known)
    assert {"plot_model", "legacy", "to_ordinal"} <= set(dir(kerax.utils))  # for completion
    np.testing.assert_array_equal(kerax.utils.to_categorical(y=[1], num_classes=2), [[0, 1]])
    with pytest.raises(TypeError, match="class numbers"):
        kerax.utils.to_categorical()


# ---- Config ----------------------------------------------------------------------------------------------------------
def test_config():
    config = kerax.utils.Config(rate=0.1)
    config.epochs, config["seed"] = 3, 7
    assert config.seed == 7 and list(config) == ["rate", "epochs", "seed"] and "seed" in config and len(config) == 3
    assert config.as_dict() == {"rate": 0.1, "epochs": 3, "seed": 7} and config.pop("seed") == 7
    with pytest.raises(AttributeError, match=r"no value 'epoch'. Did you mean 'epochs'"):
        config.epoch
    config.freeze()
    assert config.frozen
    with pytest.raises(ValueError, match="frozen"):
        config.rate = 1
    with pytest.raises(ValueError, match="frozen"):
        del config["rate"]
    config.unfreeze()
    del config.rate
    assert config == {"epochs": 3}


# ---- data ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sizes", [(0.8, None), (None, 0.3), (0.5, 0.2), (4, None), (3, 5), (None, 2)])
def test_split_dataset(sizes):
    left, right = kerax.utils.split_dataset((np.arange(10), np.arange(10) * 2), *sizes)
    a, b = [int(x) for x, _ in left], [int(x) for x, _ in right]
    assert a == list(range(len(a))) and b == list(range(10 - len(b), 10))
    wanted = [round(s * 10) if isinstance(s, float) else s for s in sizes]
    wanted = [10 - wanted[1] if wanted[0] is None else wanted[0], 10 - wanted[0] if wanted[1] is None else wanted[1]]
    assert [len(a), len(b)] == wanted and all(int(y) == 2 * int(x) for x, y in left)


def test_split_dataset_shuffles_and_takes_data_sets():
    dataset = kerax.data.Dataset.range(20)
    left, right = kerax.utils.split_dataset(dataset, 0.5, shuffle=True, seed=1)
    again, _ = kerax.utils.split_dataset(dataset, 0.5, shuffle=True, seed=1)
    a, b = [int(x) for x in left], [int(x) for x in right]
    assert sorted(a + b) == list(range(20)) and a != sorted(a) and a == [int(x) for x in again]
    for wrong in ((None, None), (1.5, None), (20, None), (0.6, 0.6), (15, 15)):
        with pytest.raises(ValueError, match="split_dataset"):
            kerax.utils.split_dataset(dataset, *wrong)
    with pytest.raises(TypeError, match="must be a number"):
        kerax.utils.split_dataset(dataset, "half")


def test_timeseries():
    data, targets = np.arange(40), np.arange(40) * 2
    options = dict(sequence_length=4, sequence_stride=3, sampling_rate=2, batch_size=5, start_index=3, end_index=33)
    found = list(kerax.utils.timeseries_dataset_from_array(data, targets, **options))
    begins = np.arange(0, 30 - 6, 3)
    np.testing.assert_array_equal(np.concatenate([x for x, _ in found]), 3 + begins[:, None] + 2 * np.arange(4))
    np.testing.assert_array_equal(np.concatenate([y for _, y in found]), 2 * (3 + begins))
    assert [len(x) for x, _ in found] == [5, 3] and found[0][0].dtype == data.dtype
    single = list(kerax.utils.timeseries_dataset_from_array(data, None, 4, batch_size=None))
    assert single[0].shape == (4,) and len(single) == 37
    shuffled = [kerax.utils.timeseries_dataset_from_array(data, None, 4, shuffle=True, seed=s) for s in (1, 1, 2)]
    orders = [np.concatenate(list(ds))[:, 0].tolist() for ds in shuffled]
    assert orders[0] == orders[1] != orders[2] and sorted(orders[0]) == list(range(37))
    for wrong in (
        {"start_index": -1},
        {"end_index": 50},
        {"sampling_rate": 0},
        {"sequence_stride": 40},
        {"format": "x"},
    ):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            kerax.utils.timeseries_dataset_from_array(data, None, 4, **wrong)


def test_batches_by_number_can_be_iterated():
    class Batches(kerax.utils.PyDataset):
        def __getitem__(self, index):
            return np.full(2, index)

    assert [int(batch[0]) for batch, _ in zip(Batches(), range(4))] == [0, 1, 2, 3]
    windows = kerax.preprocessing.sequence.TimeseriesGenerator(np.arange(9), np.arange(9), 3, batch_size=4)
    assert [targets.tolist() for _, targets in windows] == [[3, 4, 5, 6], [7, 8]]


def test_enqueuers():
    class Batches(kerax.utils.PyDataset):
        ends = 0

        def __len__(self):
            return 3

        def __getitem__(self, index):
            return np.full(2, index)

        def on_epoch_end(self):
            self.ends += 1

    for shuffle in (False, True):
        data = Batches()
        enqueuer = kerax.utils.OrderedEnqueuer(data, shuffle=shuffle)
        enqueuer.start(workers=2, max_queue_size=2)
        batches = enqueuer.get()
        got = [int(next(batches)[0]) for _ in range(6)]
        enqueuer.stop()
        assert sorted(got[:3]) == sorted(got[3:]) == [0, 1, 2] and data.ends >= 1 and not enqueuer.is_running()
    failing = kerax.utils.GeneratorEnqueuer(1 / x for x in (1, 0))
    failing.start()
    with pytest.raises(ZeroDivisionError):
        list(failing.get())
    failing.stop()


def test_data_set_creators_can_be_trained_on():
    data = kerax.data.Dataset.from_tensors((np.ones((4, 1)), np.ones((4, 1)))).repeat(3)
    creator = kerax.utils.experimental.DatasetCreator(lambda context: data)
    model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1)])
    model.compile("sgd", "mse")
    assert len(model.fit(creator, epochs=2, verbose=0).epoch) == 2 and int(model.optimizer.iterations) == 6


# ---- the rest --------------------------------------------------------------------------------------------------------
def test_ordinal_codes(tmp_path):
    np.testing.assert_array_equal(kerax.utils.to_ordinal([[0], [3], [1]], 4), np.tri(4, 3, -1)[[0, 3, 1]])
    (tmp_path / "new").write_text("b\nc\na\n")
    found = kerax.utils.warmstart_embedding_matrix(["a", "b"], tmp_path / "new", [[1.0, 1.0], [2.0, 2.0]], "ones")
    np.testing.assert_array_equal(found, [[2, 2], [1, 1], [1, 1]])
    with pytest.raises(ValueError, match="2 words"):
        kerax.utils.warmstart_embedding_matrix(["a", "b"], ["a"], [[1.0]])


def test_every_name_of_keras_and_tf_keras_is_there():
    """But those of images, sound and folders, which have tests of their own, and one that only tunes TensorFlow."""
    media = ("array_to_img", "img_to_array", "load_img", "save_img", "image_dataset", "audio_dataset", "text_dataset")
    names = {name for name in dir(keras.utils) if not name.startswith("_")}
    tf_keras = {
        "GeneratorEnqueuer", "OrderedEnqueuer", "Progbar", "SequenceEnqueuer", "SidecarEvaluator", "TimedThread",
        "experimental", "get_source_inputs", "legacy", "split_dataset", "to_ordinal", "warmstart_embedding_matrix",
    }  # fmt: skip
    lacking = {n for n in names | tf_keras if not hasattr(kerax.utils, n) and not n.startswith(media)}
    assert lacking == set()
    callbacks = {name for name in dir(keras.callbacks) if not name.startswith("_")} | {"BaseLogger", "experimental"}
    assert {n for n in callbacks if not hasattr(kerax.callbacks, n)} == set()


def test_slow_adapting_shows_a_bar_in_a_terminal(monkeypatch, capsys):
    from kerax.utils import progbar, terminal

    batches = [np.ones((2, 1)), np.zeros((2, 1)), np.ones((2, 1))]
    kerax.layers.Normalization().adapt(kerax.data.Dataset.from_tensor_slices(np.stack(batches)))
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(progbar, "_SLOW", -1.0)
    monkeypatch.setattr(terminal.Terminal, "interactive", True)
    layer = kerax.layers.Normalization(name="norm")
    layer.adapt(kerax.data.Dataset.from_tensor_slices(np.stack(batches)))
    out = capsys.readouterr().out
    assert out.startswith("adapt() of layer norm") and "/batch" in out and float(layer.mean[0, 0]) > 0.6


def test_steps_per_execution_tuner(monkeypatch):
    clock = iter(range(100))
    seconds = types.SimpleNamespace(monotonic=lambda: next(clock))
    monkeypatch.setattr("kerax.utils.steps_per_execution_tuner.time", seconds)
    optimizer, steps = kerax.optimizers.SGD(), kerax.Variable(4, dtype="int32")
    tuner = kerax.utils.StepsPerExecutionTuner(optimizer, steps, change_spe_interval=2)
    chosen = []
    # steps a second: 10, then 20 with twice as many a call, then no gain, then a loss
    for speed in (0, 10, 10, 20, 20, 20, 20, 10, 10):
        optimizer.iterations.assign_add(speed)
        tuner.on_interval()
        chosen.append(tuner.steps_per_execution)
    assert chosen == [4, 4, 8, 8, 16, 16, 8, 8, 16]
    with pytest.raises(ValueError, match="positive interval"):
        kerax.utils.StepsPerExecutionTuner(optimizer, steps, interval=0)


def test_old_names_and_arguments(tmp_path):
    config = kerax.utils.Config(a=1)
    assert config.get("a") == 1 and config.get(keyname="b", value=3) == 3
    path = tmp_path / "a.png"
    kerax.utils.save_img(path, np.zeros((2, 3, 3)))
    assert kerax.utils.load_img(path, grayscale=True).mode == "L"

    a, b = kerax.Input((2,)), kerax.Input((2,))
    layer = kerax.layers.Dense(1)
    first, second = layer(a), layer(b)
    assert kerax.utils.get_source_inputs(first)[0] is a
    assert kerax.utils.get_source_inputs(first, layer, 1)[0] is b and second is not first
    assert kerax.utils.get_source_inputs(3.0) == 3.0
    with pytest.raises(ValueError, match="called 2 times"):
        kerax.utils.get_source_inputs(first, layer, 2)

    callbacks = kerax.callbacks.CallbackList([kerax.callbacks.Callback()])
    model = types.SimpleNamespace(metrics_names=["loss", "mae"])
    assert callbacks.make_logs(model, {}, [1.0, 2.0], "test", prefix="val_") == {"val_loss": 1.0, "val_mae": 2.0}
    assert callbacks.make_logs(model, {"a": 0}, [1.0], "predict") == {"a": 0, "outputs": [1.0]}
    assert kerax.callbacks.CallbackList().make_logs(model, {}, [1.0], "train") == {}
    images = kerax.preprocessing.image.ImageDataGenerator().flow(np.ones((4, 2, 2, 3)), batch_size=3)
    assert images.next().shape == (3, 2, 2, 3)
