"""Exported models: they give what the estimator predicts, without its code; exporters; curves."""

import json
import logging
import os
from pathlib import Path

import numpy as np
import pytest

import kerax
from tests.golden.cases import GOLDEN

E, fc, data = kerax.estimators, kerax.feature_column, kerax.data
rng = np.random.default_rng(0)
ROWS = 24
LIFECYCLE = GOLDEN / "estimators" / "lifecycle.json"
X = {
    "age": rng.integers(17, 80, ROWS).astype("float32"),
    "edu": rng.choice(["HS", "BA", "MA"], ROWS),
    "job": rng.choice(["cook", "pilot"], ROWS),
}
Y = (X["age"] > 40).astype("int64")
AGE = fc.numeric_column("age", normalizer_fn=lambda x: (x - 45.0) / 20.0)
EDU = fc.categorical_column_with_vocabulary_list("edu", ["HS", "BA", "MA"])
JOB = fc.categorical_column_with_hash_bucket("job", 20)


@pytest.fixture(scope="module")
def wide_deep(tmp_path_factory):
    E.logs.logger.setLevel(logging.ERROR)
    estimator = E.DNNLinearCombinedClassifier(
        tmp_path_factory.mktemp("model"),
        linear_feature_columns=[JOB, fc.crossed_column(["job", "edu"], 30)],
        dnn_feature_columns=[AGE, fc.embedding_column(JOB, 2), fc.indicator_column(EDU)],
        dnn_hidden_units=[4],
        label_vocabulary=["no", "yes"],
    )
    return estimator.train(lambda: (X, np.array(["no", "yes"])[Y]), steps=3)


def raw():
    return E.export.build_raw_serving_input_receiver_fn({key: value[:1] for key, value in X.items()})


def predicted(estimator):
    found = list(estimator.predict(lambda: data.Dataset.from_tensors(X)))
    return {key: np.array([one[key] for one in found]) for key in found[0]}


def same(found, wanted):
    assert set(found) == set(wanted)
    for key, value in wanted.items():
        assert found[key].dtype == value.dtype, key
        if value.dtype == object:
            np.testing.assert_array_equal(found[key], value)
        else:
            np.testing.assert_allclose(found[key], value, rtol=1e-5, atol=1e-6)


def test_raw_requests(wide_deep, tmp_path):
    source = tmp_path / "note.txt"
    source.write_text("a note")
    path = wide_deep.export_saved_model(tmp_path, raw(), assets_extra={"docs/note.txt": str(source)})
    name = os.path.basename(path)
    assert name.isdigit() and len(name) == 10 and os.listdir(tmp_path).count(f"temp-{name}") == 0
    assert Path(path, "assets.extra", "docs", "note.txt").read_text() == "a note"
    model = E.export.load(path)
    assert sorted(model.signatures) == ["predict"]
    signature = model.signatures["predict"]
    assert signature.inputs["age"] == {"shape": [None], "dtype": "float32"}
    wanted = predicted(wide_deep)
    same(signature(**X), wanted)
    same(signature(**{key: value[:5] for key, value in X.items()}), {key: value[:5] for key, value in wanted.items()})
    with pytest.raises(ValueError, match=r"missing: \['job'\], unknown: \['jobb'\]"):
        signature(age=X["age"], edu=X["edu"], jobb=X["job"])
    with pytest.raises(ValueError, match="no signature 'serving_default'"):
        model(**X)
    np.testing.assert_array_equal(
        model.variables["dnn/logits/kernel"], wide_deep.get_variable_value("dnn/logits/kernel")
    )


def test_serialized_examples(wide_deep, tmp_path):
    spec = fc.make_parse_example_spec([AGE, EDU, JOB])
    model = E.export.load(
        wide_deep.export_saved_model(tmp_path, E.export.build_parsing_serving_input_receiver_fn(spec))
    )
    assert sorted(model.signatures) == ["classification", "predict", "regression", "serving_default"]

    def record(row):
        values = {
            "age": data.Feature(float_list=data.FloatList(value=[float(X["age"][row])])),
            **{key: data.Feature(bytes_list=data.BytesList(value=[X[key][row].encode()])) for key in ("edu", "job")},
        }
        return data.Example(features=data.Features(feature=values)).SerializeToString()

    found = model(examples=np.array([record(row) for row in range(4)], object))
    wanted = predicted(wide_deep)
    assert found["classes"].tolist() == [[b"no", b"yes"]] * 4
    np.testing.assert_allclose(found["scores"], wanted["probabilities"][:4], rtol=1e-5)


def test_several_modes(tmp_path):
    estimator = E.DNNRegressor([4], [AGE], tmp_path / "model").train(lambda: (X, X["age"]), steps=2)
    features = {"age": X["age"][:1]}
    supervised = E.experimental.build_raw_supervised_input_receiver_fn(features, X["age"][:1])
    receivers = {
        "train": supervised, "eval": supervised, "infer": E.export.build_raw_serving_input_receiver_fn(features)
    }  # fmt: skip
    model = E.export.load(estimator.experimental_export_all_saved_models(tmp_path / "out", receivers))
    assert sorted(model.signatures) == ["eval", "predict", "train"]
    results = estimator.evaluate(lambda: ({"age": X["age"]}, X["age"]), steps=1)
    found = model.signatures["eval"](age=X["age"], label=X["age"])
    assert found["loss"] == pytest.approx(results["loss"], rel=1e-5)
    assert found["metrics/label/mean"] == pytest.approx(results["label/mean"], rel=1e-5)
    with pytest.raises(ValueError, match="needs the labels"):
        model.signatures["eval"](age=X["age"])


def test_boosted_trees_and_keras_models(tmp_path):
    trees = E.BoostedTreesClassifier([AGE, fc.indicator_column(EDU)], 1, tmp_path / "trees", n_trees=2, max_depth=2)
    trees.train(lambda: (X, Y))
    features = {key: X[key] for key in ("age", "edu")}
    receiver = E.export.build_raw_serving_input_receiver_fn({key: value[:1] for key, value in features.items()})
    found = E.export.load(trees.export_saved_model(tmp_path, receiver)).signatures["predict"](**features)
    same(found, predicted(trees))

    model = kerax.Sequential([kerax.Input((2,), name="x"), kerax.layers.Dense(3, name="out")])
    model.compile("sgd", "mse")
    estimator = E.model_to_estimator(model, model_dir=tmp_path / "keras")
    estimator.train(lambda: (np.ones((2, 2), "float32"), np.ones((2, 3), "float32")), steps=1)

    def serving():
        spec = data.TensorSpec((None, 2), "float32")
        return E.export.TensorServingInputReceiver(spec, spec)

    loaded = E.export.load(estimator.export_saved_model(tmp_path / "served", serving))
    kernel, bias = (estimator.get_variable_value(f"out/{name}") for name in ("kernel", "bias"))
    batch = rng.normal(size=(5, 2)).astype("float32")
    np.testing.assert_allclose(loaded(input=batch)["out"], batch @ kernel + bias, rtol=1e-5)


def test_what_cannot_be_exported_is_said(tmp_path, wide_deep):
    fresh = E.LinearRegressor([AGE], model_dir=tmp_path / "fresh")
    with pytest.raises(ValueError, match="train the Estimator before its export"):
        fresh.export_saved_model(tmp_path, raw())
    with pytest.raises(ValueError, match="returned NoneType"):
        wide_deep.export_saved_model(tmp_path, lambda: None)
    with pytest.raises(ValueError, match="needs labels"):
        wide_deep.export_saved_model(tmp_path, raw(), experimental_mode="eval")
    untraceable = fc.numeric_column("age", normalizer_fn=lambda x: np.sort(np.asarray(x)))
    estimator = E.LinearRegressor([untraceable], model_dir=tmp_path / "m").train(lambda: (X, X["age"]), steps=1)
    receiver = E.export.build_raw_serving_input_receiver_fn({"age": X["age"][:1]})
    with pytest.raises(ValueError, match="normalizer_fn of column 'age'"):
        estimator.export_saved_model(tmp_path / "out", receiver)
    assert os.listdir(tmp_path / "out") == []
    with pytest.raises(ValueError, match="holds no exported model"):
        E.export.load(tmp_path)
    (tmp_path / "saved_model.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(ValueError, match="is of format 99"):
        E.export.load(tmp_path)


class Exports:
    """Stands for an Estimator that exports folders."""

    def __init__(self, folder):
        self.model_dir, self.count = str(folder), 0

    def export_saved_model(self, base, receiver_fn, **_):
        self.count += 1
        path = os.path.join(base, str(1_000_000_000 + self.count))
        os.makedirs(path)
        return path


def test_exporters_keep_what_they_promise(tmp_path):
    estimator = Exports(tmp_path)
    latest, final = E.LatestExporter("latest", raw, exports_to_keep=2), E.FinalExporter("final", raw)
    best = E.BestExporter("best", raw, event_file_pattern=None)
    exported = []
    for loss, is_final in ((0.5, False), (0.6, False), (0.4, False), (0.4, True)):
        for exporter in (latest, final, best):
            path = exporter.export(estimator, str(tmp_path / exporter.name), "ckpt", {"loss": loss}, is_final)
            exported.append((exporter.name, path is not None))
    assert [made for name, made in exported if name == "latest"] == [True] * 4
    assert [made for name, made in exported if name == "final"] == [False, False, False, True]
    assert [made for name, made in exported if name == "best"] == [True, False, True, False]
    assert len(os.listdir(tmp_path / "latest")) == 2


def test_best_exporter_knows_earlier_evaluations(tmp_path):
    from kerax.estimators.event_writer import EventWriter

    writer = EventWriter.of(str(tmp_path / "eval"))
    for step, loss in ((1, 0.5), (2, 0.3), (3, 0.4)):
        writer.summaries([("scalar", "loss", loss)], step)
    writer.close()
    estimator, best = Exports(tmp_path), E.BestExporter("best", raw)
    base = str(tmp_path / "best")
    assert best.export(estimator, base, "ckpt", {"loss": 0.9}, False)  # the first of a run always
    assert best.export(estimator, base, "ckpt", {"loss": 0.35}, False) is None
    assert best.export(estimator, base, "ckpt", {"loss": 0.25}, False)


def test_exporters_check_their_arguments():
    with pytest.raises(ValueError, match="exports_to_keep"):
        E.LatestExporter("x", raw, exports_to_keep=0)
    with pytest.raises(ValueError, match="best_eval_result and current_eval_result"):
        E.BestExporter("x", raw, compare_fn=lambda a, b: True)
    with pytest.raises(ValueError, match="needs serving_input_receiver_fn"):
        E.BestExporter()
    best = E.BestExporter("x", raw)
    with pytest.raises(ValueError, match="has no 'loss'"):
        best._compare(best_eval_result={"auc": 1}, current_eval_result={"loss": 1})


def test_plot(wide_deep, tmp_path):
    wide_deep.evaluate(lambda: (X, np.array(["no", "yes"])[Y]), steps=1)
    figure = wide_deep.plot(tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    panels = {axes.get_title(): [line.get_label() for line in axes.get_lines()] for axes in figure.axes}
    assert panels["loss"] == ["train", "eval"] and panels["accuracy"] == ["eval"]
    with pytest.raises(ValueError, match="no event files"):
        E.LinearRegressor([AGE], model_dir=tmp_path / "new").plot()


def test_weights_of_a_linear_part_as_a_table(wide_deep, tmp_path):
    buckets = fc.bucketized_column(fc.numeric_column("age"), [30, 60])
    estimator = E.LinearClassifier([EDU, JOB, buckets, fc.numeric_column("age")], model_dir=tmp_path)
    table = estimator.train(lambda: (X, Y), steps=3).explain()
    weights = estimator.get_variable_value("linear/linear_model/edu/weights")[:, 0]
    assert [table[f"edu = {word}"] for word in ("HS", "BA", "MA")] == pytest.approx(weights.tolist())
    assert table["age 30 to 60"] == estimator.get_variable_value("linear/linear_model/age_bucketized/weights")[1, 0]
    assert table["(bias)"] == estimator.get_variable_value("linear/linear_model/bias_weights")[0]
    sizes = [abs(number) for _, number in table.rows[:-1]]
    assert sizes == sorted(sizes, reverse=True) and "edu = MA" in str(table)
    assert len(wide_deep.explain()) > 3
    with pytest.raises(ValueError, match="has no linear part"):
        E.DNNClassifier([2], [AGE], tmp_path / "dnn").explain()


def test_an_estimator_in_a_notebook_shows_its_results(wide_deep):
    results = wide_deep.evaluate(lambda: (X, np.array(["no", "yes"])[Y]), steps=1)
    shown = wide_deep._repr_html_()
    assert "model.ckpt-3" in shown and f"{float(results['auc']):.6g}" in shown and "<th>eval</th>" in shown


@pytest.mark.skipif(not LIFECYCLE.exists(), reason="the recorded values are not there")
def test_exporters_of_train_and_evaluate_as_in_tensorflow(tmp_path):
    wanted = json.loads(LIFECYCLE.read_text())["train_and_evaluate"]
    table = json.loads((GOLDEN / "estimators" / "train_dataset.json").read_text())
    x, y = (
        np.array(table[kind][name]["values"], "float32") for kind, name in (("features", "x1"), ("labels", "y_reg"))
    )

    def input_fn(repeat=False):
        dataset = data.Dataset.from_tensor_slices(({"x1": x}, y)).batch(16)
        return dataset.repeat() if repeat else dataset

    config = E.RunConfig(tmp_path, tf_random_seed=3, save_checkpoints_steps=20)
    estimator = E.LinearRegressor([fc.numeric_column("x1")], config=config)
    receiver = E.export.build_raw_serving_input_receiver_fn({"x1": np.zeros(1, "float32")})
    exporters = [
        E.FinalExporter("final", receiver),
        E.LatestExporter("latest", receiver, exports_to_keep=2),
        E.BestExporter("best", receiver, event_file_pattern="eval_val/*.tfevents.*"),
    ]
    spec = E.EvalSpec(input_fn, steps=None, name="val", throttle_secs=0, exporters=exporters)
    _, paths = E.train_and_evaluate(estimator, E.TrainSpec(lambda: input_fn(True), max_steps=50), spec)
    assert all(os.path.isdir(path.decode()) for path in paths)
    assert {name: len(os.listdir(tmp_path / "export" / name)) for name in wanted["exports"]} == wanted["exports"]
    newest = max(os.listdir(tmp_path / "export" / "latest"))
    assert [len(newest), newest.isdigit()] == wanted["export_name_digits"]
    signatures = E.export.load(tmp_path / "export" / "latest" / newest).signatures
    assert {
        name: [sorted(one.structured_input_signature[1]), sorted(one.structured_outputs)]
        for name, one in signatures.items()
    } == wanted["signatures"]
