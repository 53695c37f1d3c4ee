"""What well-known tutorials of TensorFlow's write, in small."""

import numpy as np
import pytest


def test_sizes_of_a_symbolic_tensor_are_known_where_they_are_needed(tf):
    x = tf.keras.Input((4, 6))
    sizes = tf.shape(x)
    batch, time = sizes[0], sizes[1]
    heads = tf.transpose(tf.reshape(x, [batch, time, 2, 3]), [0, 2, 1, 3])
    model = tf.keras.Model(
        x,
        [
            tf.reshape(heads, (batch * 2, -1, 3)),
            tf.reshape(x, tf.concat([sizes[:-1], [2, 3]], 0)),
            tf.zeros((batch, 5)) + 1.0,
            tf.random.normal((batch, 2)),
            tf.tile(tf.range(time)[tf.newaxis], [batch, 1]),
            tf.reduce_sum(x) / tf.cast(batch, tf.float32),
            tf.keras.backend.reshape(x, (batch, 24)),
        ],
    )
    found = model(np.ones((3, 4, 6), "float32"))
    shapes = [(6, 4, 3), (3, 4, 2, 3), (3, 5), (3, 2), (3, 4), (), (3, 24)]
    assert [tuple(one.shape) for one in found] == shapes
    assert found[4].numpy().tolist() == [[0, 1, 2, 3]] * 3 and float(found[5]) == 24.0
    outer = tf.keras.Input((4, 6))
    assert tf.keras.Model(outer, model(outer)[0])(np.ones((2, 4, 6), "float32")).shape == (4, 4, 3)


def test_symbolic_losses_and_metrics_of_a_functional_model(tf):
    x = tf.keras.Input((2,))
    y = tf.keras.layers.Dense(2, kernel_initializer="ones")(x)
    model = tf.keras.Model(x, y)
    model.add_loss(tf.reduce_mean(tf.square(x - y)))
    model.add_metric(tf.reduce_mean(y), name="level", aggregation="mean")
    ones = np.ones((4, 2), "float32")
    model(ones)
    assert [float(one) for one in model.losses] == [1.0]
    model.compile("sgd")
    logs = model.fit(ones, epochs=2, verbose=0).history
    assert logs["loss"][0] == 1.0 and logs["loss"][1] < 1.0 and logs["level"][0] == 2.0
    assert tf.keras.Model.from_config(model.get_config())(ones).shape == (4, 2)
    with pytest.raises(ValueError, match="not among its inputs"):
        model.add_loss(tf.reduce_mean(tf.keras.Input((2,))))


def test_candidate_samplers(tf):
    true = tf.constant([[3], [0]], tf.int64)
    found = tf.random.log_uniform_candidate_sampler(true, 1, 4, True, 6, seed=1)
    assert found.sampled_candidates.dtype == tf.int64 and len(set(found.sampled_candidates.numpy())) == 4
    assert found.true_expected_count.shape == (2, 1)
    everything = tf.random.uniform_candidate_sampler(true, 1, 6, True, 6)
    assert sorted(everything[0].numpy()) == list(range(6))
    repeated = tf.random.log_uniform_candidate_sampler(true, 1, 5, False, 6, seed=1)
    expected = 5 * np.log([[5 / 4], [2 / 1]]) / np.log(7)
    assert np.allclose(repeated.true_expected_count, expected, rtol=1e-5)
    with pytest.raises(tf.errors.InvalidArgumentError, match="too small"):
        tf.random.log_uniform_candidate_sampler(true, 1, 7, True, 6)


def test_ragged_texts(tf):
    layer = tf.keras.layers.TextVectorization(ragged=True, vocabulary=["a", "b"])
    rows = layer(["a b c", "b"])
    assert rows.to_list() == [[2, 3, 1], [3]] and rows.dtype == tf.int64
    pairs = tf.data.Dataset.from_tensor_slices(["a b c", "b"]).batch(2)
    assert next(iter(pairs.map(lambda t: layer(t)[:, :-1].to_tensor()))).numpy().tolist() == [[2, 3], [0, 0]]


def test_datasets_of_keras_speak_in_tensors(tf):
    windows = tf.keras.utils.timeseries_dataset_from_array(np.arange(8.0), None, sequence_length=3, batch_size=2)

    def split(window):
        window.set_shape([None, 3])
        return window[:, :-1], window[:, -1]

    assert next(iter(windows.map(split)))[0].numpy().tolist() == [[0, 1], [1, 2]]


def test_a_function_whose_sizes_depend_on_numbers_runs_without_being_compiled(tf):
    counter = tf.Variable(0)

    @tf.function
    def positive(x):
        counter.assign_add(1)
        return tf.boolean_mask(x, x > 0)

    with pytest.warns(UserWarning, match=r"positive\(\) runs without being compiled.*test_tutorials.py"):
        assert positive(tf.constant([1.0, -1.0, 3.0])).numpy().tolist() == [1.0, 3.0]
    assert positive(tf.constant([-1.0])).shape == (0,) and int(counter) == 2

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32)])
    def squares(n):
        pieces = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
        for i in tf.range(n):
            pieces = pieces.write(i, i * i)
            if i > 2:
                break
        return pieces.stack()

    with pytest.warns(UserWarning, match="TensorArray"):
        assert squares(9).numpy().tolist() == [0, 1, 4, 9]
    assert squares(2).numpy().tolist() == [0, 1]


def test_layers_that_need_a_mask_in_a_functional_model(tf):
    class Share(tf.keras.layers.Layer):
        def call(self, inputs, mask=None):
            counts = tf.exp(inputs) * tf.expand_dims(tf.cast(mask, "float32"), -1)
            return counts / tf.reduce_sum(counts, axis=1, keepdims=True)

    inputs = tf.keras.Input((None,), dtype="int32")
    embedded = tf.keras.layers.Embedding(5, 3, mask_zero=True)(inputs)
    assert embedded._keras_mask.dtype == tf.bool and not hasattr(inputs, "_keras_mask")
    model = tf.keras.Model(inputs, Share()(tf.keras.layers.Dense(1)(embedded)))
    found = model(np.array([[1, 2, 0, 0]])).numpy()
    assert found[0, :2].sum() == pytest.approx(1) and not found[0, 2:].any()
    masked = tf.keras.layers.Masking()(tf.constant([[[1.0], [0.0]]]))
    assert masked._keras_mask.numpy().tolist() == [[True, False]]


def test_targets_that_are_variables_or_whole_numbers(tf):
    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        result = v
    assert tape.gradient(result, v).numpy() == 1.0
    x = tf.constant(10)
    with tf.GradientTape() as tape, pytest.warns(UserWarning):
        tape.watch(x)
        y = x * x
    with pytest.warns(UserWarning, match="int32"):
        assert tape.gradient(y, x) is None


def test_weights_are_named_first(tf):
    class Mine(tf.keras.layers.Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight("kernel", shape=[int(input_shape[-1]), 2])
            self.bias = self.add_weight("bias", [2], None, "ones")

        def call(self, inputs):
            return tf.matmul(inputs, self.kernel) + self.bias

    layer = Mine()
    assert layer(tf.zeros([1, 3])).numpy().tolist() == [[1.0, 1.0]]
    assert layer.kernel.name == "mine/kernel:0" and layer.kernel.shape == (3, 2)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_functions_between_layers_survive_a_file(tf, tmp_path, suffix):
    inputs = tf.keras.Input((4, 3))
    x = tf.reduce_mean(tf.square(inputs), axis=1)
    x = tf.transpose(tf.concat([x, tf.nn.relu(x) * 2.0], axis=-1), perm=[0, 1])
    model = tf.keras.Model(inputs, tf.keras.layers.Dense(2)(x))
    model.save(tmp_path / f"model{suffix}")
    loaded = tf.keras.models.load_model(tmp_path / f"model{suffix}")
    rows = np.arange(24, dtype="float32").reshape(2, 4, 3)
    assert np.allclose(loaded(rows), model(rows))


@pytest.mark.slow
def test_columns_of_a_table_are_inputs_of_a_model(tf):
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"size": [1.5, 2.5], "kind": ["b", "c"]})
    inputs = {"size": tf.keras.Input((), name="size"), "kind": tf.keras.Input((), name="kind", dtype=tf.string)}
    kinds = tf.keras.layers.StringLookup(vocabulary=["b", "c"], output_mode="one_hot")(inputs["kind"][:, tf.newaxis])
    model = tf.keras.Model(inputs, tf.concat([inputs["size"][:, tf.newaxis], kinds], axis=-1))
    assert repr(inputs["kind"]) == "<KerasTensor shape=(None,), dtype=string, sparse=False, name=kind>"
    assert model(dict(table.iloc[1:])).numpy().tolist() == [[2.5, 0.0, 0.0, 1.0]]


def test_records_and_kept_elements_are_shown(tf):
    feature = tf.train.Feature(int64_list=tf.train.Int64List(value=[3, 4]))
    assert repr(feature) == str(feature) == "int64_list {\n  value: 3\n  value: 4\n}\n"
    kept = tf.data.Dataset.range(2).cache()
    assert repr(kept) == "<CacheDataset element_spec=TensorSpec(shape=(), dtype=tf.int64, name=None)>"


def test_ordered_dictionaries_are_structures_everywhere(tf, tmp_path):
    from collections import OrderedDict

    (tmp_path / "a.csv").write_text("kind,size,price\nb,2,1.5\nc,4,2.5\n")
    ds = tf.data.experimental.make_csv_dataset(
        str(tmp_path / "a.csv"), 2, label_name="price", num_epochs=1, shuffle=False
    )
    features, _ = ds.element_spec
    assert type(features) is OrderedDict and list(features) == ["kind", "size"] and features["size"].dtype == tf.int32
    packed = ds.map(lambda x, y: (tf.cast(x.pop("size"), tf.float32), x, y))
    assert repr(packed.element_spec[1]["kind"]) == "TensorSpec(shape=(None,), dtype=tf.string, name=None)"
    inputs = {"a": tf.keras.Input((1,)), "b": tf.keras.Input((1,))}
    model = tf.keras.Model(inputs, inputs["a"] - 2.0 * inputs["b"])
    rows = OrderedDict(b=tf.constant([[1.0], [2.0]]), a=tf.constant([[10.0], [20.0]]))
    assert model(rows).numpy().tolist() == model.predict(rows, verbose=0).tolist() == [[8.0], [16.0]]
    assert tf.function(lambda x: x["a"] + 1.0)(rows).numpy().tolist() == [[11.0], [21.0]]
    assert [row["a"].numpy().tolist() for row in tf.data.Dataset.from_tensor_slices(rows)] == [[10.0], [20.0]]


def test_python_that_gives_nothing_back_is_called_every_time(tf):
    seen = []

    @tf.function
    def note(x):
        tf.py_function(seen.append, inp=[x], Tout=[])

    for _ in range(3):
        note(1)
    assert [one.numpy() for one in seen] == [1, 1, 1]


def test_how_many_parts_a_text_has_is_not_known(tf):
    texts = tf.data.Dataset.from_tensor_slices(["One 1", "a b c"])
    words = texts.map(lambda x: tf.strings.split(tf.strings.regex_replace(tf.strings.lower(x), "[^a-z ]", "")))
    folders = texts.map(lambda x: tf.strings.split(x, "/"))
    for one in (words, folders):
        assert repr(one.element_spec) == "TensorSpec(shape=(None,), dtype=tf.string, name=None)"
    assert next(iter(words.padded_batch(2))).numpy().tolist() == [[b"one", b"", b""], [b"a", b"b", b"c"]]


def test_texts_are_looked_up_by_numbers_that_were_computed(tf):
    best = tf.argmax([[0.0, 1.0], [1.0, 0.0]], axis=1)
    assert tf.gather(["n", "y"], best).numpy().tolist() == [b"y", b"n"]
    assert repr(tf.gather(["n", "y"], best[0])) == "<tf.Tensor: shape=(), dtype=string, numpy=b'y'>"
    assert tf.gather([["a", "b"], ["c", "d"]], best, batch_dims=1).numpy().tolist() == [b"b", b"c"]


def test_what_a_subclassed_model_was_called_with(tf):
    class Two(tf.keras.Model):
        def call(self, inputs):
            return inputs["a"] + inputs["b"]

    model = Two()
    assert model.save_spec() is None
    model({"a": tf.ones([2, 3]), "b": tf.ones([2, 1])})
    spec = model.save_spec()[0][0]
    assert {name: tuple(one.shape) for name, one in spec.items()} == {"a": (None, 3), "b": (None, 1)}


def test_the_operations_of_a_program_are_counted_and_listed(tf):
    @tf.function
    def grown(x, times):
        for _ in range(times):
            x = tf.tanh(x) + 1.0
        return x

    graphs = [grown.get_concrete_function(tf.TensorSpec([2]), times).graph for times in (1, 5)]
    small, large = (graph.as_graph_def().node for graph in graphs)
    assert 2 < len(small) < len(large) == len(graphs[1].get_operations())
    assert [(node.name, list(node.input)) for node in small if node.op == "tanh"] == [("tanh", ["input"])]


def test_what_searches_of_hyperparameters_ask_for(tf):
    assert tf.distribute.get_strategy().extended._in_multi_worker_mode() is False
    for value in ([[1.5, 2.0]], [1, 2], ["a", "é"], True):
        message = tf.make_tensor_proto(value)
        again = type(message).FromString(message.SerializeToString())
        assert tf.make_ndarray(again).tolist() == tf.make_ndarray(message).tolist()
        assert again.SerializeToString() == message.SerializeToString()


def test_the_entry_of_a_model_is_its_own_input(tf):
    entry = tf.keras.Input((3,), name="entry")
    model = tf.keras.Model(entry, tf.keras.layers.Dense(2, name="middle")(entry))
    first = model.get_layer("entry")
    assert first.input is first.output and tuple(first.input_shape[-1:]) == (3,)
    part = tf.keras.Model(model.layers[0].input, model.get_layer("middle").output)
    assert part(np.ones((4, 3), "float32")).shape == (4, 2)
