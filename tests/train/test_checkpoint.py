"""Checkpoint: what is saved, what is restored and when, and what a status says."""

import gc
import os
import pathlib

import jax
import numpy as np
import pytest

import kerax
from kerax.saving import restore as restoring
from kerax.state import built

X = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
Y = X.sum(1, keepdims=True)


class Net(kerax.Model):
    def __init__(self):
        super().__init__()
        self.first = kerax.layers.Dense(4)
        self.rest = {"a": [kerax.layers.Dense(2), kerax.layers.LSTM(2)]}
        self.scale = kerax.Variable(1.0)

    def call(self, x):
        dense, lstm = self.rest["a"]
        return lstm(dense(self.first(x))[:, None]) * self.scale


def trained(model=None, optimizer=None):
    model = model or kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(2), kerax.layers.Dense(1)])
    model.compile(optimizer or kerax.optimizers.Adam(0.01), "mse")
    for _ in range(3):
        model.train_on_batch(X, Y)
    return model


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_save_numbers_and_notes_them(tmp_path):
    checkpoint = kerax.train.Checkpoint(w=kerax.Variable(1.0))
    paths = [checkpoint.save(tmp_path / "deep" / "ckpt") for _ in range(2)]
    assert [os.path.basename(path) for path in paths] == ["ckpt-1", "ckpt-2"]
    assert kerax.train.latest_checkpoint(tmp_path / "deep") == paths[1]
    fresh = kerax.train.Checkpoint(w=kerax.Variable(0.0))
    fresh.restore(paths[0]).assert_consumed()
    assert int(fresh.save_counter) == 1
    assert os.path.basename(fresh.save(tmp_path / "deep" / "ckpt")) == "ckpt-2"


def test_model_optimizer_and_structures(tmp_path):
    model = trained()
    step, extra = kerax.Variable(7), {"list": [kerax.Variable([1.0, 2.0]), (kerax.Variable(True),)]}
    kwargs = {"model": model, "optimizer": model.optimizer, "step": step, "extra": extra}
    inner = kerax.train.Checkpoint(step=step)
    path = kerax.train.Checkpoint(inner=inner, **kwargs).write(tmp_path / "all")
    losses = [float(model.train_on_batch(X, Y)) for _ in range(3)]

    other = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(2), kerax.layers.Dense(1)])
    other.compile(kerax.optimizers.Adam(0.5), "mse")
    values = {"list": [kerax.Variable([0.0, 0.0]), (kerax.Variable(False),)]}
    status = kerax.train.Checkpoint(
        inner=kerax.train.Checkpoint(step=kerax.Variable(0)),
        model=other, optimizer=other.optimizer, step=kerax.Variable(0), extra=values,
    ).read(path)  # fmt: skip
    with pytest.raises(AssertionError, match="optimizer/_variables/1"):
        status.assert_consumed()  # the slots wait for the optimizer to be built
    again = [float(other.train_on_batch(X, Y)) for _ in range(3)]
    status.assert_consumed()
    assert again == losses
    assert float(values["list"][0][1]) == 2 and bool(values["list"][1][0])


@pytest.mark.parametrize("make", [kerax.optimizers.legacy.RMSprop, kerax.optimizers.legacy.Adam])
def test_legacy_optimizers_keep_slots_under_variables(make, tmp_path):
    model = trained(optimizer=make(0.01))
    path = kerax.train.Checkpoint(model=model).write(tmp_path / "c")
    assert any(".OPTIMIZER_SLOT/model.Soptimizer/" in name or ".OPTIMIZER_SLOT/model/optimizer/" in name
               for name, _ in kerax.train.list_variables(path))  # fmt: skip
    losses = [float(model.train_on_batch(X, Y)) for _ in range(2)]
    other = trained(optimizer=make(0.3))
    kerax.train.Checkpoint(model=other).read(path).assert_consumed()
    assert [float(other.train_on_batch(X, Y)) for _ in range(2)] == losses


def test_layers_that_are_built_later_get_their_values(tmp_path):
    model = Net()
    expected = np.asarray(model(X))
    path = kerax.train.Checkpoint(model=model).write(tmp_path / "c")
    later = Net()
    status = kerax.train.Checkpoint(model=later).read(path)
    with pytest.raises(AssertionError, match="model/first/kernel"):
        status.assert_consumed()
    np.testing.assert_array_equal(later(X), expected)
    status.assert_consumed()
    assert status._restoration not in restoring._waiting
    # Built under a trace, too.
    traced = Net()
    status = kerax.train.Checkpoint(model=traced).read(path)
    jax.eval_shape(traced, X)
    status.assert_consumed()
    assert same(traced.get_weights(), model.get_weights())


@pytest.mark.slow
def test_a_restoration_is_forgotten_with_its_root(tmp_path):
    model = Net()
    model(X)
    path = kerax.train.Checkpoint(model=model).write(tmp_path / "c")
    root = kerax.train.Checkpoint(model=Net())
    root.read(path)
    gc.collect()
    count = len(restoring._waiting)
    assert count and built.watchers
    del root
    gc.collect()
    assert len(restoring._waiting) == count - 1
    kerax.layers.Dense(1)(X)
    assert restoring._waiting or restoring._on_built not in built.watchers


def test_statuses(tmp_path):
    path = kerax.train.Checkpoint(a=kerax.Variable(1.0), b=kerax.Variable(2.0)).write(tmp_path / "c")
    fewer = kerax.train.Checkpoint(a=kerax.Variable(0.0)).read(path)
    fewer.assert_existing_objects_matched().assert_nontrivial_match().expect_partial().initialize_or_restore()
    with pytest.raises(AssertionError, match="b/.ATTRIBUTES"):
        fewer.assert_consumed()
    more = kerax.train.Checkpoint(a=kerax.Variable(0.0), c=kerax.Variable(0.0, name="extra")).read(path)
    with pytest.raises(AssertionError, match="no value for 1 object.*extra"):
        more.assert_existing_objects_matched()
    with pytest.raises(AssertionError, match="Nothing in checkpoint"):
        kerax.train.Checkpoint(z=kerax.Variable(0.0)).read(path).assert_nontrivial_match()
    assert more.report().loaded == ["a/.ATTRIBUTES/VARIABLE_VALUE"]
    with pytest.raises(AssertionError, match="No checkpoint"):
        kerax.train.Checkpoint(a=kerax.Variable(0.0)).restore(None).assert_consumed()


def test_a_refusal_names_the_variable_and_changes_nothing(tmp_path):
    path = kerax.train.Checkpoint(a=kerax.Variable(1.0), b=kerax.Variable([1.0, 2.0])).write(tmp_path / "c")
    a, b = kerax.Variable(5.0), kerax.Variable([1.0], name="bias")
    with pytest.raises(ValueError, match=r"'bias' has shape \(1,\).*b/.ATTRIBUTES.*has shape \(2,\)"):
        kerax.train.Checkpoint(a=a, b=b).read(path)
    assert float(a) == 5
    with pytest.raises(ValueError, match="dtype int32.*float32"):
        kerax.train.Checkpoint(a=kerax.Variable(3)).read(path)
    with pytest.raises(FileNotFoundError, match="In that folder are: c"):
        kerax.train.Checkpoint(a=a).read(tmp_path / "d")
    with pytest.raises(TypeError, match="Make it a kerax.Variable"):
        kerax.train.Checkpoint(step=3)


def test_checkpoints_by_names(tmp_path):
    tensors = {"d/kernel": np.ones((3, 1), np.float32), "d/bias": np.ones(1), "global_step": np.int64(5)}
    kerax.train.write_tensor_bundle(tmp_path / "model.ckpt-5", tensors)
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1, name="d")])
    step = kerax.Variable(0, name="global_step")
    kerax.train.Checkpoint(model=model, step=step).read(tmp_path / "model.ckpt-5").assert_consumed()
    assert int(step) == 5 and same(model.get_weights(), [np.ones((3, 1)), np.ones(1)])
    other = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1, name="d"), kerax.layers.Dense(1, name="e")])
    before = other.get_weights()
    with pytest.raises(ValueError, match="no value for 2 of the model's 4 weights: e/kernel, e/bias"):
        other.load_weights(tmp_path / "model.ckpt-5")
    assert same(other.get_weights(), before)
    assert len(other.load_weights(tmp_path / "model.ckpt-5", skip_mismatch=True).loaded) == 2
    wide = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(1, name="d")])
    with pytest.raises(ValueError, match=r"'d/kernel' has shape \(4, 1\)"):
        wide.load_weights(tmp_path / "model.ckpt-5")
    assert list(wide.load_weights(tmp_path / "model.ckpt-5", skip_mismatch=True).skipped) == ["d/kernel"]


def test_iterators_and_seeds_go_on_where_they_were(tmp_path):
    dataset = kerax.data.Dataset.range(20).shuffle(10, seed=1)
    iterator, seeds = iter(dataset), kerax.random.SeedGenerator(3)
    for _ in range(7):
        next(iterator), seeds.next()
    path = kerax.train.Checkpoint(iterator=iterator, seeds=seeds).write(tmp_path / "c")
    rest = [int(value) for value in iterator]
    key = np.asarray(seeds.next())
    other, fresh = iter(kerax.data.Dataset.range(20).shuffle(10, seed=1)), kerax.random.SeedGenerator(3)
    kerax.train.Checkpoint(iterator=other, seeds=fresh).read(path).assert_consumed()
    assert [int(value) for value in other] == rest
    np.testing.assert_array_equal(fresh.next(), key)


def test_objects_with_a_text(tmp_path):
    class Named:
        def __init__(self, text):
            self.text = text

        def serialize(self):
            return self.text

        def deserialize(self, text):
            self.text = text

    path = kerax.train.Checkpoint(one=Named("sea")).write(tmp_path / "c")
    other = Named("")
    kerax.train.Checkpoint(one=other).read(path).assert_consumed()
    assert other.text == "sea"


def test_weights_by_prefix(tmp_path):
    model = trained()
    model.save_weights(tmp_path / "weights")
    assert sorted(os.listdir(tmp_path)) == ["checkpoint", "weights.data-00000-of-00001", "weights.index"]
    names = [name for name, _ in kerax.train.list_variables(tmp_path / "weights")]
    assert "layer_with_weights-1/kernel/.ATTRIBUTES/VARIABLE_VALUE" in names
    assert "optimizer/_variables/4/.ATTRIBUTES/VARIABLE_VALUE" in names
    other = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(2), kerax.layers.Dense(1)])
    report = other.load_weights(tmp_path / "weights")
    assert same(other.get_weights(), model.get_weights()) and not report.missing
    wrong = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(5), kerax.layers.Dense(1)])
    before = wrong.get_weights()
    with pytest.raises(ValueError, match=r"has shape \(3, 5\).*\(3, 2\)"):
        wrong.load_weights(tmp_path / "weights")
    assert same(wrong.get_weights(), before)
    assert len(wrong.load_weights(tmp_path / "weights", skip_mismatch=True).skipped) == 3
    deeper = kerax.Sequential([kerax.Input((3,)), *(kerax.layers.Dense(n) for n in (2, 1, 1))])
    with pytest.raises(ValueError, match="no value for 2 of the model's 6 weights"):
        deeper.load_weights(tmp_path / "weights")


def test_variables_asked_for_with_64_bits_are_stored_with_them(tmp_path):
    number = kerax.Variable(7, dtype="int64", trainable=False)
    plain = kerax.Variable(np.float32(1.5))
    prefix = kerax.train.Checkpoint(number=number, plain=plain).save(tmp_path / "ck")
    dtypes = kerax.train.load_checkpoint(prefix).get_variable_to_dtype_map()
    assert np.dtype(dtypes["number/.ATTRIBUTES/VARIABLE_VALUE"]) == np.int64
    assert np.dtype(dtypes["plain/.ATTRIBUTES/VARIABLE_VALUE"]) == np.float32
    number.assign(0)
    kerax.train.Checkpoint(number=number, plain=plain).restore(prefix).assert_consumed()
    assert number.numpy() == 7


def test_optimizers_inside_others_keep_their_state(tmp_path):
    def make():
        sgd, adam = kerax.optimizers.SGD(0.1, momentum=0.9), kerax.optimizers.Adam(0.1)
        return kerax.optimizers.MultiOptimizer(kerax.optimizers.OptimizerMap(sgd, {".*kernel": adam}))

    model, other = trained(optimizer=make()), trained(optimizer=make())
    path = kerax.train.Checkpoint(model=model).write(tmp_path / "c")
    other.train_on_batch(X, Y)
    kerax.train.Checkpoint(model=other).read(path).assert_consumed()
    assert same([np.asarray(v) for v in model.optimizer.variables], [np.asarray(v) for v in other.optimizer.variables])
    assert float(model.train_on_batch(X, Y)) == float(other.train_on_batch(X, Y))


EXPORTED = [[-0.8093613, -0.2777321], [-0.0791236, -0.0435381], [0.3666254, -0.5960878]]  # by tf.keras


def test_what_tf_keras_exported(tmp_path):
    """Variables of ``model.export`` of tf.keras 2.15 stand in lists there; their names are those of the layers."""
    folder = pathlib.Path(__file__).with_name("exported")  # of Dense(5), BatchNormalization, Dense(2)

    def model(**names):
        layers = kerax.layers
        return kerax.Sequential([
            kerax.Input((4,)), layers.Dense(5, "relu", name="hidden"), layers.BatchNormalization(name="bn"),
            layers.Dense(2, name=names.get("last", "out")),
        ])  # fmt: skip

    one = model()
    assert len(one.load_weights(folder).assert_consumed().loaded) == 8
    outputs = one(np.linspace(-1, 1, 12, dtype="float32").reshape(3, 4))
    np.testing.assert_allclose(outputs, EXPORTED, atol=1e-6)
    with pytest.raises(ValueError, match="no value for 2 of the model's 8 weights: other/kernel, other/bias"):
        model(last="other").load_weights(folder)
