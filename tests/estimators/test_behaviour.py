"""Estimators: directories, hooks, warm starts, interrupted inputs, and what wrong input is answered with."""

import logging
import os

import numpy as np
import pytest

import kerax

E, fc, Dataset = kerax.estimators, kerax.feature_column, kerax.data.Dataset
X = np.linspace(-1, 1, 40).astype("float32")
Y = (3 * X + 1).astype("float32")
COLUMNS = [fc.numeric_column("x")]


@pytest.fixture(autouse=True)
def quiet():
    level = E.logs.logger.level
    E.logs.logger.setLevel(logging.CRITICAL)
    yield
    E.logs.logger.setLevel(level)


def data(x=X, y=Y, batch=8, repeat=True):
    def input_fn():
        found = Dataset.from_tensor_slices(({"x": x}, y)).batch(batch)
        return found.repeat() if repeat else found

    return input_fn


def regressor(folder, hidden=(4,), **config):
    config = E.RunConfig(tf_random_seed=1, **config)
    return E.DNNRegressor(list(hidden), COLUMNS, str(folder), optimizer="Adam", config=config)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    level = E.logs.logger.level
    E.logs.logger.setLevel(logging.CRITICAL)
    folder = tmp_path_factory.mktemp("trained")
    regressor(folder).train(data(), steps=20)
    E.logs.logger.setLevel(level)
    return folder


def bits(model):
    return {name: model.get_variable_value(name).tobytes() for name in model.get_variable_names()}


# ---- training -------------------------------------------------------------------------------------------------------


def test_bits_do_not_depend_on_how_steps_are_grouped(trained, tmp_path):
    class Every(E.SessionRunHook):
        steps = 0

        def after_run(self, context, values):
            self.steps += 1

    hook, model = Every(), regressor(tmp_path)
    model.train(data(), hooks=[hook], steps=20)
    assert hook.steps == 20
    assert bits(model) == bits(regressor(trained))


def test_input_forms_give_the_same_bits(trained, tmp_path):
    def generator():
        while True:
            for start in range(0, 40, 8):
                yield {"x": X[start : start + 8].astype("float64")}, Y[start : start + 8]

    model = regressor(tmp_path)
    model.train(lambda mode, params, config: generator(), steps=20)
    assert bits(model) == bits(regressor(trained))


def test_an_interrupted_training_goes_on_with_the_next_batch(trained, tmp_path):
    class Stops(E.SessionRunHook):
        def after_run(self, context, values):
            if context.session.run("global_step") == 13:
                raise KeyboardInterrupt

    model = regressor(tmp_path, save_checkpoints_steps=6)
    with pytest.raises(KeyboardInterrupt):
        model.train(data(), hooks=[Stops()], steps=20)
    assert model.latest_checkpoint().endswith("-12")
    model.train(data(), max_steps=20)
    assert bits(model) == bits(regressor(trained))


def test_hooks_of_a_model_function_see_its_arrays(tmp_path):
    seen = []

    class Watches(E.SessionRunHook):
        def __init__(self, arrays):
            self.arrays = arrays

        def before_run(self, context):
            return E.SessionRunArgs([self.arrays["largest"], "smallest"])

        def after_run(self, context, values):
            seen.append([float(value) for value in values.results])

    def model_fn(features, labels, mode):
        outputs = kerax.layers.Dense(1, kernel_initializer="ones")(features["x"][:, None])
        loss = kerax.ops.mean((outputs - labels[:, None]) ** 2)
        E.name_tensor("smallest", kerax.ops.min(outputs))
        hook = Watches({"largest": kerax.ops.max(outputs)})
        train_op = kerax.optimizers.SGD(0.0).minimize(loss)
        return E.EstimatorSpec(mode, loss=loss, train_op=train_op, training_hooks=[hook])

    E.Estimator(model_fn, str(tmp_path)).train(lambda: ({"x": X}, Y), steps=3)
    np.testing.assert_allclose(seen, [[1.0, -1.0]] * 3)


def test_early_stopping_by_evaluations(tmp_path):
    model = regressor(tmp_path, save_checkpoints_steps=5)
    stop = E.experimental.stop_if_lower_hook(model, "loss", 1e6, run_every_secs=None, run_every_steps=4)
    spec = E.EvalSpec(data(repeat=False), steps=None, throttle_secs=0)
    E.train_and_evaluate(model, E.TrainSpec(data(), max_steps=100, hooks=[stop]), spec)
    assert model.get_variable_value("global_step") == 5  # asked at 1, evaluated at 5, asked at 5
    assert model.get_variable_value("signal_early_stopping/STOP") == np.True_
    found = E.experimental.stop_if_no_decrease_hook(model, "loss", 1000, run_every_secs=None, run_every_steps=1)
    assert found._should_stop() is False


def test_evaluations_in_memory(tmp_path):
    from kerax.estimators.event_reader import evaluation_results

    model = regressor(tmp_path, save_checkpoints_steps=1000)
    hook = E.experimental.InMemoryEvaluatorHook(model, data(repeat=False), every_n_iter=4, name="memory")
    model.train(data(), hooks=[hook], steps=10)
    found = evaluation_results(model.eval_dir("memory"))
    assert list(found) == [0, 4, 8, 10]
    np.testing.assert_allclose(found[10]["loss"], model.evaluate(data(repeat=False))["loss"], rtol=1e-6)


def test_dropout_and_batch_normalization_train(tmp_path):
    columns = [fc.numeric_column("x")]
    model = E.DNNRegressor([8], columns, str(tmp_path), dropout=0.2, batch_norm=True, optimizer="Adam")
    model.train(data(), steps=30)
    assert abs(model.get_variable_value("dnn/hiddenlayer_0/batchnorm_0/moving_mean")).sum() > 0
    assert np.isfinite(model.evaluate(data(repeat=False))["loss"])


def test_a_nan_loss_keeps_the_last_good_checkpoint(tmp_path):
    y = Y.copy()
    y[25] = np.nan
    model = regressor(tmp_path, save_checkpoints_steps=2)
    with pytest.raises(E.NanLossDuringTrainingError, match="global step 4"):
        model.train(data(y=y), steps=20)
    assert model.latest_checkpoint().endswith("model.ckpt-2")
    assert np.isfinite(model.get_variable_value("dnn/logits/kernel")).all()


# ---- prediction -----------------------------------------------------------------------------------------------------


def test_a_newer_checkpoint_is_noticed(trained, tmp_path):
    one, other = regressor(tmp_path), regressor(tmp_path)
    one.train(data(), steps=1)
    predict = lambda: next(other.predict(data(repeat=False)))["predictions"][0]  # noqa: E731
    before = predict()
    assert predict() == before
    one.train(data(), steps=30)
    assert predict() != before
    first = one.model_dir + "/model.ckpt-1"
    assert next(other.predict(data(repeat=False), checkpoint_path=first))["predictions"][0] == before


def test_predict_keys(trained):
    model = regressor(trained)
    rows = list(model.predict(data(repeat=False), predict_keys=["predictions"]))
    assert len(rows) == 40 and list(rows[0]) == ["predictions"]
    with pytest.raises(ValueError, match="prediction.*Did you mean 'predictions'"):
        next(model.predict(data(), predict_keys=["prediction"]))


# ---- warm starts ----------------------------------------------------------------------------------------------------


def test_warm_start_from_a_directory(trained, tmp_path):
    model = E.DNNRegressor([4], COLUMNS, str(tmp_path), warm_start_from=str(trained), optimizer="SGD")
    model.train(data(), steps=1)
    reader, start = regressor(trained), kerax.train.load_checkpoint(str(tmp_path / "model.ckpt-0"))
    for name in ("dnn/hiddenlayer_0/kernel", "dnn/logits/bias"):
        np.testing.assert_array_equal(start.get_tensor(name), reader.get_variable_value(name))


def test_warm_start_by_words(tmp_path):
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text("red\ngreen\nblue\n")
    new.write_text("blue\nblack\nred\n")
    words, y = np.array(["red", "green", "blue", "red"]), np.array([1.0, 2.0, 3.0, 1.0], "float32")
    given = lambda: ({"c": words}, y)  # noqa: E731
    column = lambda path: fc.categorical_column_with_vocabulary_file("c", str(path))  # noqa: E731
    first = E.LinearRegressor([column(old)], str(tmp_path / "a")).train(given, steps=5)
    name = "linear/linear_model/c/weights"
    info = E.VocabInfo(str(new), 3, 0, str(old))
    settings = E.WarmStartSettings(str(tmp_path / "a"), ".*c/weights", {name: info})
    second = E.LinearRegressor([column(new)], str(tmp_path / "b"), warm_start_from=settings).train(given, steps=1)
    start = kerax.train.load_checkpoint(str(tmp_path / "b" / "model.ckpt-0")).get_tensor(name)
    before = first.get_variable_value(name)
    np.testing.assert_array_equal(start, [before[2], [0.0], before[0]])
    assert second.get_variable_value("global_step") == 1


# ---- wrong input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", [(5,), (4, 4)])
def test_another_architecture_is_refused_by_name(trained, hidden):
    model = regressor(trained, hidden)
    for call in (
        lambda: model.train(data(), steps=1),
        lambda: model.evaluate(data(), steps=1),
        lambda: next(model.predict(data())),
    ):
        with pytest.raises(ValueError, match="of another model: .*dnn/hiddenlayer_"):
            call()


def classify(y, tmp_path, **arguments):
    return E.LinearClassifier(COLUMNS, str(tmp_path), **arguments).train(data(y=y), steps=1)


def test_labels_are_checked(tmp_path):
    ids = np.arange(40) % 4
    with pytest.raises(ValueError, match=r"from 0 to 2, row 3 of the batch has \[3\].*n_classes is 3"):
        classify(ids, tmp_path, n_classes=3)
    with pytest.raises(ValueError, match=r"from 0 to 1, row 2 .*n_classes"):
        classify(ids, tmp_path)
    words = np.array(["cat", "dog", "cot"])[np.arange(40) % 3]
    with pytest.raises(ValueError, match="label 'cot' in row 2 .*Did you mean 'cat'"):
        classify(words, tmp_path, label_vocabulary=["cat", "dog"])
    with pytest.raises(ValueError, match="text labels such as 'cat'.*label_vocabulary"):
        classify(words, tmp_path)


def test_features_are_checked(tmp_path):
    model = E.LinearRegressor([fc.numeric_column("size")], str(tmp_path))
    with pytest.raises(ValueError, match="Feature 'size' is missing.*'?sizes"):
        model.train(lambda: ({"sizes": X}, Y), steps=1)
    with pytest.raises(ValueError, match="as a dict"):
        model.train(lambda: (X, Y), steps=1)
    with pytest.raises(ValueError, match="holds .*expected numbers"):
        model.train(lambda: ({"size": np.array(["a"] * 40)}, Y), steps=1)
    with pytest.raises(ValueError, match=r"pairs \(features, labels\)"):
        model.train(lambda: (X, Y, Y), steps=1)


def test_batches_that_differ_are_refused_by_name(tmp_path):
    def batches():
        yield {"x": X[:4]}, Y[:4]
        yield {"y": X[:4]}, Y[:4]

    with pytest.raises(ValueError, match=r"features \['x'\] of the first batch are missing, \['y'\] are new"):
        regressor(tmp_path).train(batches, steps=2)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"steps": "5"}, TypeError, "steps=...* is a whole number, received '5'"),
        ({"max_steps": 2.5}, TypeError, "max_steps=...* is a whole number, received 2.5"),
        ({"steps": 0}, ValueError, "at least 1, received 0"),
        ({"steps": 2, "max_steps": 2}, ValueError, "not both; received 2 and 2"),
        ({"steps": 2, "input_fn": lambda shard: None}, TypeError, "it also needs 'shard'"),
        (
            {"steps": 2, "input_fn": lambda: ({"x": X, "w": np.ones((40, 2))}, Y)},
            ValueError,
            "weights have shape .40, 2",
        ),
    ],
)
def test_arguments_of_train_are_checked(arguments, error, words, tmp_path):
    model = E.LinearRegressor([fc.numeric_column("x")], tmp_path, weight_column="w")
    with pytest.raises(error, match=words):
        model.train(**{"input_fn": lambda: None, **arguments})


def test_another_optimizer_is_refused_by_name(trained):
    model = E.DNNRegressor([4], COLUMNS, str(trained), optimizer="Ftrl")
    with pytest.raises(ValueError, match="was trained by another optimizer: training/Ftrl/dnn"):
        model.train(data(), steps=1)


def test_empty_input(tmp_path):
    nothing = data(X[:0], Y[:0])
    model = regressor(tmp_path)
    for call in (lambda: model.train(nothing, steps=3), lambda: model.evaluate(nothing)):
        with pytest.raises(ValueError, match="gave no batch"):
            call()
    assert model.latest_checkpoint() is None and list(model.predict(nothing)) == []


def test_an_unwritable_directory_is_refused_before_the_first_step(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    seen = []

    class Steps(E.SessionRunHook):
        def after_run(self, context, values):
            seen.append(1)

    with pytest.raises(OSError, match="file"):
        regressor(blocked / "model").train(data(), hooks=[Steps()], steps=3)
    assert not seen


def test_a_damaged_checkpoint_is_refused_by_name(tmp_path):
    model = regressor(tmp_path).train(data(), steps=1)
    path = model.latest_checkpoint() + ".data-00000-of-00001"
    with open(path, "r+b") as file:
        content = bytearray(file.read())
        content[len(content) // 2] ^= 1
        file.seek(0)
        file.write(content)
    with pytest.raises(ValueError, match="checksum of tensor"):
        regressor(tmp_path).train(data(), steps=1)


def test_model_functions_are_checked(tmp_path):
    layer = kerax.layers.Dense

    def no_train_op(features, labels, mode):
        return E.EstimatorSpec(mode, loss=kerax.ops.mean(layer(1)(features["x"][:, None])))

    def no_labels(features, mode):
        return None

    with pytest.raises(ValueError, match="needs train_op"):
        E.Estimator(no_train_op, str(tmp_path)).train(data(), steps=1)
    with pytest.raises(ValueError, match="no argument 'labels'"):
        E.Estimator(no_labels, str(tmp_path)).train(data(), steps=1)
    with pytest.raises(ValueError, match="'feature'.*Did you mean 'features'"):
        E.Estimator(lambda feature, labels: None)


def test_input_functions():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"x": [1.0, 2.0, 3.0], "w": ["a", "b", "c"]})
    input_fn = E.inputs.pandas_input_fn(table, pandas.Series([0, 1, 2]), batch_size=2, shuffle=False, num_epochs=2)
    sizes = [len(labels) for _, labels in input_fn()]
    assert sizes == [2, 2, 2]
    with pytest.raises(ValueError, match="True or False"):
        E.inputs.numpy_input_fn({"x": X}, Y)
    with pytest.raises(ValueError, match="indices"):
        E.inputs.pandas_input_fn(table, pandas.Series([0, 1, 2], index=[5, 6, 7]), shuffle=False)


def test_no_temporary_files_stay(trained):
    assert not [name for name in os.listdir(trained) if name.endswith(".tmp")]


def test_heads_outside_of_estimators():
    head = E.MultiClassHead(3, label_vocabulary=["a", "b", "c"])
    found = head.predictions(np.array([[0.0, 2.0, 1.0]], "float32"))
    assert found["classes"].tolist() == [[b"b"]] and found["class_ids"].dtype == np.int64
    assert float(head.loss(np.array(["b"]), np.array([[0.0, 2.0, 1.0]]))) == pytest.approx(0.4076, abs=1e-3)
    metrics = head.update_metrics(head.metrics(), {}, np.array([[0.0, 2.0, 1.0]]), np.array(["c"]))
    assert float(metrics["accuracy"].result()) == 0.0


def test_a_line_about_progress_on_terminals():
    import io

    from kerax.estimators.logs import ProgressLine

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    line = ProgressLine(Terminal())
    line.show(50, 100, np.float32(0.25))
    line.show(51, 100, None)  # a moment later: not yet
    assert "step 50/100 - loss 0.25" in line.stream.getvalue() and "===" in line.stream.getvalue()
    line.clear()
    assert line.stream.getvalue().endswith("\r\033[K") and not line.visible


def test_layers_from_outside_are_refused(tmp_path):
    outside = kerax.layers.Dense(1)
    outside.build((None, 1))

    def model_fn(features, labels, mode, params):
        loss = kerax.ops.mean((outside(features["x"][:, None]) - labels[:, None]) ** 2)
        optimizer = kerax.optimizers.SGD(0.1)
        train_op = optimizer.minimize(loss, outside.trainable_variables if params["named"] else None)
        return E.EstimatorSpec(mode, loss=loss, train_op=train_op)

    for named, words in ((True, "'dense.*/kernel' that were made outside"), (False, "no variables")):
        with pytest.raises(ValueError, match=words):
            E.Estimator(model_fn, str(tmp_path), params={"named": named}).train(data(), steps=1)


def test_a_full_disk_leaves_the_earlier_checkpoint(trained, tmp_path, monkeypatch):
    import errno

    from kerax.utils import atomic

    sync, calls = atomic._sync, []

    def full(path):
        calls.append(path)
        if len(calls) > 12:  # within the second or third checkpoint
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(path)

    model = regressor(tmp_path, save_checkpoints_steps=6)
    monkeypatch.setattr(atomic, "_sync", full)
    with pytest.raises(OSError, match="model.ckpt-.*No space left on device"):
        model.train(data(), steps=20)
    monkeypatch.setattr(atomic, "_sync", sync)
    assert int(model.latest_checkpoint().rsplit("-", 1)[1]) in (6, 12)
    model.train(data(), max_steps=20)
    assert bits(model) == bits(regressor(trained))
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".tmp")]
