"""tf.saved_model: functions, signatures and variables go into a folder and come back."""

import numpy as np
import pytest


def test_a_module_and_its_functions(tf, tmp_path):
    class Net(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable(2.0, name="w")

        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def __call__(self, x):
            return x * self.w

        @tf.function
        def both(self, x, y=1.0):
            return {"sum": x + y, "scaled": (x * self.w,)}

    net = Net()
    net.both(tf.constant([1.0, 2.0, 3.0]))
    tf.saved_model.save(net, tmp_path / "net")
    loaded = tf.saved_model.load(tmp_path / "net")
    assert loaded(tf.constant([1.0, 2.0])).numpy().tolist() == [2.0, 4.0]
    result = loaded.both(tf.constant([1.0, 2.0, 3.0]))
    assert result["sum"].numpy().tolist() == [2.0, 3.0, 4.0] and result["scaled"][0].numpy().tolist() == [2.0, 4.0, 6.0]
    loaded.w.assign(3.0)
    assert loaded(tf.constant([1.0, 2.0])).numpy().tolist() == [3.0, 6.0]
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected shape"):
        loaded(tf.constant([1.0]))


def test_a_model_serves_any_number_of_rows(tf, tmp_path):
    model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2, name="out")])
    tf.saved_model.save(model, str(tmp_path / "m"))
    loaded = tf.saved_model.load(str(tmp_path / "m"))
    x = np.ones((5, 3), "float32")
    np.testing.assert_allclose(loaded(tf.constant(x)).numpy(), model.predict(x, verbose=0), rtol=1e-5)
    infer = loaded.signatures["serving_default"]
    assert next(iter(infer(tf.constant(x[:2])).values())).shape == (2, 2)
    assert len(loaded.trainable_variables) == 2


def test_signatures_by_name(tf, tmp_path):
    module = tf.Module()
    module.double = tf.function(lambda x: {"y": x * 2})
    concrete = module.double.get_concrete_function(tf.TensorSpec([1], tf.float32))
    tf.saved_model.save(module, tmp_path / "s", signatures={"twice": concrete})
    loaded = tf.saved_model.load(tmp_path / "s")
    assert loaded.signatures["twice"](tf.constant([2.0]))["y"].numpy().tolist() == [4.0]
    with pytest.raises(ValueError, match="never|no traced"):
        tf.saved_model.save(module, tmp_path / "t", signatures=tf.function(lambda x: x))
    with pytest.raises(OSError, match="does not exist"):
        tf.saved_model.load(tmp_path / "nothing")


def test_a_loaded_function_has_a_gradient(tf, tmp_path):
    class Square(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def __call__(self, x):
            return x * x

    tf.saved_model.save(Square(), str(tmp_path))
    loaded, v = tf.saved_model.load(str(tmp_path)), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = loaded(v * 1.0)
    assert tape.gradient(y, v).numpy() == 6.0


def test_what_a_function_prints_is_left_out_of_files(tf, tmp_path, capsys):
    class Double(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def __call__(self, x):
            print("with", x)
            tf.print("running", x)
            return x * 2

    tf.saved_model.save(Double(), str(tmp_path / "model"))
    assert float(tf.saved_model.load(str(tmp_path / "model"))(tf.constant(3.0))) == 6


def test_a_checkpoint_of_a_module_has_tensorflow_s_names(tf, tmp_path):
    class Inner(tf.Module):
        def __init__(self, value):
            super().__init__()
            self.w, self.note = tf.Variable([value, value], name="w"), "text"

    class Outer(tf.Module):
        def __init__(self, value):
            super().__init__()
            self.parts, self.steps = [Inner(value), Inner(2 * value)], tf.Variable(3, dtype=tf.int64)

    path = tf.train.Checkpoint(model=Outer(1.0)).write(str(tmp_path / "checkpoint"))
    ends = "/.ATTRIBUTES/VARIABLE_VALUE"
    names = [f"model/parts/0/w{ends}", f"model/parts/1/w{ends}", f"model/steps{ends}"]
    assert sorted(name for name, _ in tf.train.list_variables(path)) == ["_CHECKPOINTABLE_OBJECT_GRAPH", *names]
    other = Outer(5.0)
    tf.train.Checkpoint(model=other).restore(path).assert_consumed()
    assert other.parts[1].w.numpy().tolist() == [2.0, 2.0] and int(other.steps) == 3


def test_a_signature_takes_any_number_of_rows(tf, tmp_path):
    class Sums(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
        def rows(self, x):
            return tf.reduce_sum(x, 1)

        @tf.function
        def any_rank(self, x):
            return x + 1.0

    model = Sums()
    tf.saved_model.save(model, str(tmp_path / "model"), signatures=model.rows)
    loaded = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_default"]
    for count in (1, 3):
        (found,) = loaded(x=tf.ones([count, 2])).values()
        assert found.numpy().tolist() == [2.0] * count
    unknown = model.any_rank.get_concrete_function(tf.TensorSpec(None, tf.float32))
    tf.saved_model.save(model, str(tmp_path / "other"), signatures=unknown)
    other = tf.saved_model.load(str(tmp_path / "other")).signatures["serving_default"]
    for value in (1.0, [1.0, 2.0], [[[3.0]]]):
        assert np.array_equal(other(x=tf.constant(value))["output_0"], np.array(value) + 1)
